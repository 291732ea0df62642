import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(12, 4))
y = rng.integers(0, 3, size=12)
W = rng.normal(size=(4, 3)) * 0.1
b = np.zeros(3)
reg, lr, delta = 0.05, 0.1, 1.0

for epoch in range(30):
    scores = X @ W + b
    correct = scores[np.arange(len(X)), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + delta)
    margins[np.arange(len(X)), y] = 0
    loss = margins.sum() / len(X) + reg * np.sum(W * W)

    mask = (margins > 0).astype(float)
    row_sum = mask.sum(axis=1)
    mask[np.arange(len(X)), y] = -row_sum
    dW = X.T @ mask / len(X)
    dW += 2 * reg * W
    db = mask.sum(axis=0)
    W -= lr * dW
    b -= lr * db
print(loss)
