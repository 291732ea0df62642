import numpy as np


def sig(z):
    return 1.0 / (1.0 + np.exp(-z))


def sig_prime(a):
    return a * (1 - a)


class Perceptron:
    def __init__(self, n, h, m):
        state = np.random.RandomState(9)
        self.u, self.v = state.randn(h, n), state.randn(m, h)

    def learn(self, x, t, step):
        z1 = self.u.dot(x)
        a1 = sig(z1)
        z2 = self.v.dot(a1)
        a2 = sig(z2)
        e2 = (a2 - t) * sig_prime(a2)
        e1 = self.v.T.dot(e2) * sig_prime(z1)
        self.v = self.v - step * e2.dot(a1.T)
        self.u = self.u - step * e1.dot(x.T)
        return 0.5 * np.sum((a2 - t) ** 2)


net = Perceptron(3, 4, 2)
print(net.learn(np.array([[0.4], [-0.8], [1.2]]), np.array([[0.0], [1.0]]), 0.3))
