import numpy as np


def softmax(s):
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


np.random.seed(21)
X = np.random.randn(4, 3)
T = np.eye(3)[[0, 2, 1, 2]]
W, V = np.random.randn(3, 5), np.random.randn(5, 3)
H = np.tanh(X.dot(W))
P = softmax(H.dot(V))
loss = np.sum((P - T) ** 2) / 2
D = (P - T) * (P * (1 - P))
G = D.dot(V.T) * (1 - H ** 2)
V -= 0.1 * H.T.dot(D)
W -= 0.1 * X.T.dot(G)
