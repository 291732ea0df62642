import numpy as np

np.random.seed(31)
X = np.random.randn(10, 4)
y = np.random.randint(0, 3, 10)
W1 = 0.5 * np.random.randn(4, 7)
b1 = np.zeros(7)
W2 = 0.5 * np.random.randn(7, 3)
b2 = np.zeros(3)
keep_prob, lr = 0.8, 0.1

for epoch in range(100):
    hidden = np.maximum(0, X @ W1 + b1)
    mask = (np.random.rand(*hidden.shape) < keep_prob) / keep_prob
    dropped = hidden * mask
    scores = dropped @ W2 + b2
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    P = e / e.sum(axis=1, keepdims=True)

    dscores = P.copy()
    dscores[range(len(y)), y] -= 1
    dscores /= len(y)
    dW2 = dropped.T @ dscores
    db2 = dscores.sum(axis=0)
    dhidden = dscores @ W2.T
    dhidden = dhidden * mask
    dhidden[hidden > 0] = 0
    dW1 = X.T @ dhidden
    db1 = dhidden.sum(axis=0)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
