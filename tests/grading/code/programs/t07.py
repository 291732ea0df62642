import numpy as np

np.random.seed(5)
T, n_in, n_h, n_out = 4, 2, 3, 1
xs = np.random.randn(T, n_in)
targets = np.random.randn(T, n_out)
U = np.random.randn(n_h, n_in) * 0.4
W = np.random.randn(n_h, n_h) * 0.4
V = np.random.randn(n_out, n_h) * 0.4
eta = 0.1
for it in range(2):
    hs = np.zeros((T + 1, n_h))
    ys = np.zeros((T, n_out))
    for t in range(T):
        hs[t + 1] = np.tanh(U.dot(xs[t]) + W.dot(hs[t]))
        ys[t] = V.dot(hs[t + 1])
    dU, dV, dW = np.zeros_like(U), np.zeros_like(V), np.zeros_like(W)
    dh_next = np.zeros(n_h)
    for t in reversed(range(T)):
        dy = ys[t] - targets[t]
        dV += np.outer(dy, hs[t + 1])
        dh = V.T.dot(dy) + dh_next
        dz = dh * (1 - hs[t + 1] ** 2)
        dU += np.outer(dz, xs[t])
        dW += np.outer(dz, hs[t])
        dh_next = W.dot(dz)
    U -= eta * dU
    V -= eta * dV
    W -= eta * dW
