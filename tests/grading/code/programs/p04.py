import numpy as np

rng = np.random.RandomState(12)
X, y = rng.randn(5, 3), rng.randn(5)
w, b = rng.randn(3, 1), np.zeros(1)
pred = X.dot(w) + b
loss = np.mean((pred.ravel() - y) ** 2)
diff = pred - y
grad_w = 2 * X.T.dot(diff.sum(axis=1, keepdims=True)) / len(y)
grad_b = 2 * diff.sum() / len(y)
w -= 0.1 * grad_w
b -= 0.1 * grad_b
