import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def update(self, batch, eta):
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in batch:
            delta_b, delta_w = self.backprop(x, y)
            sum_b = [nb + dnb for nb, dnb in zip(sum_b, delta_b)]
            sum_w = [nw + dnw for nw, dnw in zip(sum_w, delta_w)]
        self.weights = [w - eta * nw for w, nw in zip(self.weights, sum_w)]
        self.biases = [b - eta * nb for b, nb in zip(self.biases, sum_b)]

    def backprop(self, x, y):
        delta_b = [np.zeros(b.shape) for b in self.biases]
        delta_w = [np.zeros(w.shape) for w in self.weights]
        activation, activations, sums = x, [x], []
        for b, w in zip(self.biases, self.weights):
            sums.append(np.dot(w, activation) + b)
            activation = sigmoid(sums[-1])
            activations.append(activation)
        delta = (y - activations[-1]) * sigmoid(sums[-1]) * (1 - sigmoid(sums[-1]))
        delta_b[-1] = delta
        delta_w[-1] = np.dot(delta, activations[-2].T)
        for k in range(2, len(self.sizes)):
            slope = sigmoid(sums[-k]) * (1 - sigmoid(sums[-k]))
            delta = np.dot(self.weights[-k + 1].T, delta) * slope
            delta_b[-k] = delta
            delta_w[-k] = np.dot(delta, activations[-k - 1].T)
        return delta_b, delta_w


np.random.seed(7)
net = Network([2, 3, 2])
data = [(np.random.randn(2, 1), np.random.rand(2, 1)) for _ in range(4)]
for i in range(3):
    net.update(data[:2], 0.5)
