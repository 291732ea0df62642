import numpy as np


class MLP:
    def __init__(self, n_in, n_hid, n_out, lr=0.1, mu=0.9, reg=0.01):
        self.W1 = np.random.randn(n_in + 1, n_hid) * 0.5
        self.W2 = np.random.randn(n_hid + 1, n_out) * 0.5
        self.v1 = np.zeros_like(self.W1)
        self.v2 = np.zeros_like(self.W2)
        self.lr, self.mu, self.reg = lr, mu, reg

    def train_batch(self, X, T):
        n = len(X)
        ones = np.ones((n, 1))
        Xb = np.hstack([X, ones])
        Z1 = Xb @ self.W1
        H = np.where(Z1 > 0, Z1, 0.01 * Z1)
        Hb = np.hstack([H, ones])
        Y = Hb @ self.W2
        E = Y - T
        loss = np.sum(E * E) / (2 * n) + 0.5 * self.reg * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))
        dY = E / n
        dW2 = Hb.T @ dY + self.reg * self.W2
        dH = dY @ self.W2[1:].T
        dZ1 = np.where(Z1 > 0, dH, 0.01 * dH)
        dW1 = Xb.T @ dZ1 + self.reg * self.W1
        self.v1 = self.mu * self.v1 - self.lr * dW1
        self.v2 = self.mu * self.v2 - self.lr * dW2
        self.W1 += self.v1
        self.W2 += self.v2
        return loss


np.random.seed(7)
X = np.random.randn(20, 3)
T = np.random.randn(20, 2)
net = MLP(3, 5, 2)
for epoch in range(2):
    order = np.random.permutation(20)
    for start in range(0, 20, 5):
        batch = order[start:start + 5]
        net.train_batch(X[batch], T[batch])
