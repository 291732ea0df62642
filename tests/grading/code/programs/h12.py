import numpy as np
np.random.seed(0)
X = np.random.rand(4, 4); Y = np.random.rand(4, 4)
W1, b1 = np.random.rand(4, 4), np.zeros(4)
W2, b2 = np.random.rand(4, 4), np.zeros(4)
f = lambda z: 1 / (1 + np.exp(-z))
A1 = f(X @ W1 + b1)
A2 = f(A1 @ W2 + b2)
N = len(X)
D2 = (A2 - Y) * A2 * (1 - A2) / N
D1 = D2 @ W2.T * A1 * (1 - A1)
W2 = W2 - 0.5 * A1.T @ D2
b2 = b2 - 0.5 * D2.sum(axis=0)
W1 = W1 - 0.5 * X.T @ D1
b1 = b1 - 0.5 * D1.sum(axis=1)
