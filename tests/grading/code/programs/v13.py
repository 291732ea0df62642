import numpy as np


def step_backward(dnext, cache):
    x, before, Wx, Wh, after = cache
    raw = dnext * (1 - after**2)
    return raw.dot(Wh.T), x.T.dot(raw), before.T.dot(raw)


np.random.seed(12)
x, goal = np.random.randn(2, 3, 3), np.random.randn(2, 3, 1)
Wx, Wh, Wo = np.random.randn(3, 4) * 0.5, np.random.randn(4, 4) * 0.5, np.random.randn(4, 1)
for it in range(3):
    h, states, caches = np.zeros((2, 4)), np.zeros((2, 3, 4)), []
    for t in range(3):
        after = np.tanh(x[:, t, :].dot(Wx) + h.dot(Wh))
        caches.append((x[:, t, :], h, Wx, Wh, after))
        h = states[:, t, :] = after
    out = states.dot(Wo)
    loss = 0.5 * np.sum((out - goal) ** 2)
    dout = out - goal
    dWo = states.reshape(-1, 4).T.dot(dout.reshape(-1, 1))
    dh = dout.dot(Wo.T)
    dWx, dWh, carried = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros((2, 4))
    for t in reversed(range(3)):
        carried, dWx_t, dWh_t = step_backward(dh[:, t, :], caches[t])
        dWx += dWx_t
        dWh += dWh_t
    Wx -= 0.01 * dWx
    Wh -= 0.01 * dWh
    Wo -= 0.01 * dWo
