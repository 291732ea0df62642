import numpy as np
rng = np.random.RandomState(0)
X, t = rng.randn(6, 3), rng.randn(6, 1)
W = rng.randn(3, 1)
b = np.zeros(1)
y = X @ W + b
for epoch in range(50):
    loss = ((y - t) ** 2).mean()
    grad = 2 * (y - t) / len(X)
    W = W - 0.1 * X.T @ grad
    b = b - 0.1 * grad.sum(axis=0)
print(loss)
