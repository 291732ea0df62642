import numpy as np
class NN:
    def __init__(self, n_x, n_h, n_y):
        self.w1 = np.random.rand(n_h, n_x)
        self.w2 = np.random.rand(n_y, n_h)
    def sigmoid(self, x):
        return 1/(1+np.exp(-x))
    def train(self, x, y, lr=0.1):
        self.a1 = self.sigmoid(self.w1 @ x)
        self.a2 = self.sigmoid(self.w2 @ self.a1)
        d2 = (self.a2 - y) * self.a2 * (1 - self.a2)
        d1 = (self.w2.T @ d2) * self.a1 * (1 - self.a1)
        self.w2 -= lr * d2 @ self.a1.T
        self.w1 -= lr * d1 @ x.T
