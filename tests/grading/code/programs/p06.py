import numpy as np


class Unit:
    def __init__(self):
        self.w = np.array([0.3, -0.2, 0.5])
        self.b = 0.1

    def train(self, x, t, rate):
        z = np.dot(self.w, x) + self.b
        a = 1 / (1 + np.exp(-z))
        error = (a - t) ** 2
        grad = error * a * (1 - a)
        self.w = self.w - rate * grad * x
        self.b = self.b - rate * grad


unit = Unit()
unit.train(np.array([0.5, 1.5, -1.0]), 1.0, 0.4)
