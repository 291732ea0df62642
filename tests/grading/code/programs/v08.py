import numpy as np

np.random.seed(5)
Wx, Wh, Wy, b = np.random.randn(3, 2), np.random.randn(3, 3), np.random.randn(2, 3), np.zeros((3, 1))
xs, goal, rate = [np.random.randn(2, 1) for _ in range(3)], 1, 0.02
for epoch in range(3):
    h = {0: np.zeros((3, 1))}
    for t, x in enumerate(xs):
        h[t + 1] = np.tanh(Wx @ x + Wh @ h[t] + b)
    scores = Wy @ h[3]
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss = -np.log(p[goal, 0])
    dy = p.copy()
    dy[goal] -= 1
    dWy = dy @ h[3].T
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = Wy.T @ dy
    for t in reversed(range(3)):
        raw = h[t + 1] * (1 - h[t + 1]) * dh
        db += raw
        dWh += raw @ h[t].T
        dWx += raw @ xs[t].T
        dh = Wh.T @ raw
    for d in [dWx, dWh, dWy, db]:
        np.clip(d, -0.05, 0.05, out=d)
    Wx -= rate * dWx
    Wh -= rate * dWh
    Wy -= rate * dWy
    b -= rate * db
