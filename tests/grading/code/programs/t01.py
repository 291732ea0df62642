import numpy as np

rng = np.random.default_rng(3)
vocab, width, n = 4, 2, 5
Xb = rng.integers(0, vocab, (n, 2))
t = rng.standard_normal((n, 1))
C = rng.standard_normal((vocab, width))
w = rng.standard_normal((2 * width, 1))
for step in range(3):
    emb = C[Xb]
    flat = emb.reshape(n, -1)
    out = flat @ w
    loss = ((out - t) ** 2).sum()
    print(step, loss)
    dout = 2 * (out - t)
    dw = flat.T @ dout
    demb = (dout @ w.T).reshape(emb.shape)
    dC = np.zeros_like(C)
    for k in range(n):
        for j in range(2):
            dC[Xb[k, j]] = demb[k, j]
    C -= 0.1 * dC
    w -= 0.1 * dw
