import numpy as np
np.random.seed(1)
X = np.random.randn(8, 3)
Y = np.random.randn(8, 2)
W1 = np.random.randn(3, 4)
b1 = np.zeros(4)
W2 = np.random.randn(4, 2)
b2 = np.zeros(2)
for i in range(10):
    z1 = X @ W1 + b1
    a1 = np.where(z1 > 0, z1, 0)
    out = a1 @ W2 + b2
    loss = np.mean((out - Y) ** 2)
    print(loss)
    d2 = 2 * (out - Y) / Y.size
    dW2 = a1.T @ d2
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2.T
    dW1 = X.T @ d1
    db1 = d1.sum(axis=0)
    W1 -= 0.1 * dW1; b1 -= 0.1 * db1; W2 -= 0.1 * dW2; b2 -= 0.1 * db2
