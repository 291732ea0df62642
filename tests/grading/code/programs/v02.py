import numpy as np

rng = np.random.RandomState(3)
T, D, H = 3, 2, 2
U, V, P, Q, C, S = [rng.randn(H, D if i % 2 == 0 else H) * 0.6 for i in range(6)]
W = rng.randn(1, H)
xs, goals = rng.randn(T, D), rng.randn(T, 1)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


for _ in range(2):
    h, z, r, g, y, loss = {-1: np.zeros(H)}, {}, {}, {}, {}, 0
    for t in range(T):
        z[t] = sigmoid(U @ xs[t] + V @ h[t - 1])
        r[t] = sigmoid(P @ xs[t] + Q @ h[t - 1])
        g[t] = np.tanh(C @ xs[t] + S @ (r[t] * h[t - 1]))
        h[t] = (1 - z[t]) * h[t - 1] + z[t] * g[t]
        y[t] = W @ h[t]
        loss += np.sum((y[t] - goals[t]) ** 2)
    dU, dV, dP, dQ, dC, dS, dW = [np.zeros_like(w) for w in (U, V, P, Q, C, S, W)]
    carried = np.zeros(H)
    for t in reversed(range(T)):
        dy = 2 * (y[t] - goals[t])
        dW += np.outer(dy, h[t])
        dh = W.T @ dy + carried
        da_g = dh * z[t] * (1 - g[t] ** 2)
        da_z = dh * (g[t] - h[t - 1]) * z[t] * (1 - z[t])
        reset = S.T @ da_g
        da_r = reset * h[t - 1] * r[t] * (1 - r[t])
        dC += np.outer(da_g, xs[t])
        dS += np.outer(da_g, r[t] * h[t - 1])
        dU += np.outer(da_z, xs[t])
        dV += np.outer(da_z, h[t - 1])
        dP += np.outer(da_r, xs[t])
        dQ += np.outer(da_r, h[t - 1])
        carried = reset * r[t] + V.T @ da_z + Q.T @ da_r
    for w, dw in zip([U, V, P, Q, C, S, W], [dU, dV, dP, dQ, dC, dS, dW]):
        w -= 0.05 * dw
