import numpy as np

class SoftplusNet:
    def __init__(self, n_in, n_hidden, n_out, lr=0.05):
        self.lr = lr
        self.W1 = np.random.uniform(-1, 1, (n_in, n_hidden))
        self.b1 = np.random.uniform(-1, 1, (1, n_hidden))
        self.W2 = np.random.uniform(-1, 1, (n_hidden, n_out))
        self.b2 = np.random.uniform(-1, 1, (1, n_out))

    def softplus(self, x):
        return np.log(1 + np.exp(x))

    def softplus_prime(self, x):
        return np.exp(-x) / (1.0 + np.exp(-x))

    def forward(self, X):
        self.X = X
        self.s1 = X @ self.W1 + self.b1
        self.h1 = self.softplus(self.s1)
        self.out = self.h1 @ self.W2 + self.b2
        return self.out

    def backward(self, target):
        n = target.shape[0]
        d_out = (self.out - target) / n
        dW2 = self.h1.T @ d_out
        db2 = np.sum(d_out, axis=0, keepdims=True)
        d_h1 = d_out @ self.W2.T
        d_s1 = d_h1 * self.softplus_prime(self.s1)
        dW1 = self.X.T @ d_s1
        db1 = np.sum(d_s1, axis=0, keepdims=True)
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1

np.random.seed(3)
X = np.random.rand(6, 2)
T = np.sin(X.sum(axis=1, keepdims=True))
net = SoftplusNet(2, 4, 1)
for epoch in range(100):
    net.forward(X)
    net.backward(T)
