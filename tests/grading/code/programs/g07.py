import numpy as np
np.random.seed(3)
T, n, k = 4, 3, 2
xs = [np.random.randn(2, 1) for _ in range(T)]
target = np.random.randn(k, 1)
U, W, V = np.random.randn(n, 2) * 0.5, np.random.randn(n, n) * 0.5, np.random.randn(k, n) * 0.5
def step(U, W, V, lr):
    h = {-1: np.zeros((n, 1))}
    for t in range(T):
        h[t] = np.tanh(U @ xs[t] + W @ h[t - 1])
    out = V @ h[T - 1]
    loss = 0.5 * np.sum((out - target) ** 2)
    dU, dW, dV = np.zeros_like(U), np.zeros_like(W), (out - target) @ h[T - 1].T
    dh = V.T @ (out - target)
    for t in range(T - 1, -1, -1):
        da = dh * (1 - h[t] ** 2)
        dU += da @ xs[t].T
        dW += da @ h[t].T
        dh = W.T @ da
    return loss, U - lr * dU, W - lr * dW, V - lr * dV
for it in range(10):
    loss, U, W, V = step(U, W, V, 0.05)
    print(loss)
