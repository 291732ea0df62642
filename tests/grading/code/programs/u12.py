import numpy as np

np.random.seed(4)
D, H, T = 2, 2, 3
W = np.random.randn(D + H, 4 * H) * 0.4
b = np.random.randn(4 * H) * 0.1
V = np.random.randn(H, 1) * 0.5
xs = np.random.randn(T, D)
ys = np.random.randn(T, 1)


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


def forward():
    h, c = np.zeros(H), np.zeros(H)
    cache, L = [], 0.0
    for t in range(T):
        z = np.concatenate([xs[t], h])
        a = z @ W + b
        i, f, o, g = sig(a[:H]), sig(a[H:2 * H]), sig(a[2 * H:3 * H]), np.tanh(a[3 * H:])
        c_new = f * c + i * g
        tc = np.tanh(c_new)
        h = o * tc
        p = h @ V
        cache.append((z, i, f, o, g, c, tc, h, p))
        c = c_new
        L += 0.5 * np.sum((p - ys[t]) ** 2)
    return L, cache


for it in range(2):
    L, cache = forward()
    dW, db, dV = np.zeros_like(W), np.zeros_like(b), np.zeros_like(V)
    dh_next, dc_next = np.zeros(H), np.zeros(H)
    for t in reversed(range(T)):
        z, i, f, o, g, c_prev, tc, h, p = cache[t]
        dp = p - ys[t]
        dV += np.outer(h, dp)
        dh = V @ dp + dh_next
        do = dh * tc
        dc = dh * o * (1 - tc ** 2) + dc_next
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g ** 2)])
        dW += np.outer(z, da)
        db += da
        dz = W @ da
        dh_next = dz[D:]
        dc_next = dc
    W -= 0.1 * dW
    b -= 0.1 * db
    V -= 0.1 * dV
