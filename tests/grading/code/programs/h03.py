import numpy as np
np.random.seed(5)
X = np.random.randn(3, 3)
y = np.array([[1, 0, 1]])
W1 = np.random.randn(3, 3); b1 = np.zeros((3, 1)); W2 = np.random.randn(1, 3); b2 = np.zeros((1, 1))
for k in range(2):
    z = np.dot(W1, X) + b1
    a = 1 / (1 + np.exp(-z))
    p = 1 / (1 + np.exp(-(np.dot(W2, a) + b2)))
    m = 3
    dz2 = p - y
    dW2 = np.dot(dz2, a.T) / m
    db2 = np.sum(dz2, axis=1, keepdims=True) / m
    dz1 = np.dot(W2.T, dz2) * a * (1 - a)
    dW1 = np.dot(dz1, X) / m
    db1 = np.sum(dz1, axis=1, keepdims=True) / m
    W1 = W1 - 0.5 * dW1
    b1 = b1 - 0.5 * db1
    W2 = W2 - 0.5 * dW2
    b2 = b2 - 0.5 * db2
