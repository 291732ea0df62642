import numpy as np
np.random.seed(2)
X = np.random.randn(6, 2); T = np.random.randn(6, 1)
W1 = np.random.randn(2, 4); W2 = np.random.randn(4, 1)
v1, v2 = np.zeros_like(W1), np.zeros_like(W2)
mu, lr = 0.9, 0.01
for i in range(20):
    H = np.tanh(X.dot(W1))
    Y = H.dot(W2)
    E = Y - T
    loss = (E ** 2).sum() / 2
    g2 = H.T.dot(E)
    g1 = X.T.dot(E.dot(W2.T) * (1 - H * H))
    v1 = mu * v1 - lr * g1
    v2 = mu * v2 - lr * g2
    W1 += v1
    W2 += v2
