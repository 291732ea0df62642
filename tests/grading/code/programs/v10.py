import numpy as np

np.random.seed(1)
X, Y, alpha = np.random.rand(6, 3), np.random.rand(6, 2), 0.01
first, second = np.random.randn(3, 4) * 0.5, np.random.randn(4, 2) * 0.5
for i in range(3):
    hidden = np.tanh(X @ first)
    mask = np.random.randint(2, size=hidden.shape)
    hidden *= mask * 2
    out = hidden @ second
    loss = np.sum((Y - out) ** 2)
    delta = 2 * (Y - out)
    below = delta.dot(second.T) * (1 - (hidden / 2) ** 2)
    below *= mask
    second += alpha * hidden.T.dot(delta)
    first += alpha * X.T.dot(below)
