import numpy as np
np.random.seed(1)
def tanh_prime(x):
    return 1 - x ** 2
W1 = np.random.randn(4, 2); W2 = np.random.randn(2, 4)
b1 = np.zeros((4, 1)); b2 = np.zeros((2, 1))
X = np.random.randn(2, 5); Y = np.random.randn(2, 5)
eta = 0.05
for it in range(3):
    z1 = W1 @ X + b1
    a1 = np.tanh(z1)
    pred = W2 @ a1 + b2
    n = X.shape[1]
    d2 = 2 * (pred - Y) / Y.size
    dW2 = d2 @ a1.T
    db2 = d2.sum(axis=1, keepdims=True)
    d1 = (W2.T @ d2) * tanh_prime(z1)
    dW1 = d1 @ X.T
    db1 = d1.sum(axis=1, keepdims=True)
    W1 -= eta * dW1; b1 -= eta * db1; W2 -= eta * dW2; b2 -= eta * db2
