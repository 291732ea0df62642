import numpy as np


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[dout <= 0] = 0
        return dout


np.random.seed(8)
x, y, first, second, relu = np.random.randn(5, 3), np.random.randn(5, 2), np.random.randn(3, 4), np.random.randn(4, 2), Relu()
for i in range(3):
    sums = x @ first
    hidden = relu.forward(sums)
    out = hidden @ second
    loss = np.mean((out - y) ** 2)
    delta = 2 * (out - y) / y.size
    below = relu.backward(delta @ second.T)
    second -= 0.1 * hidden.T @ delta
    first -= 0.1 * x.T @ below
