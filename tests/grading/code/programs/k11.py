import numpy as np
np.random.seed(3)
X = np.random.randn(8, 3); y = np.random.randn(8, 1)
W = np.random.randn(3, 1); b = np.zeros((1, 1))
cw = np.zeros_like(W); cb = np.zeros_like(b)
for i in range(100):
    pred = X.dot(W) + b
    loss = ((pred - y)**2).mean()
    d = (pred - y) / len(y)
    gW = X.T.dot(d); gb = d.sum()
    cw += gW**2; cb += gb**2
    W -= 0.1 * gW / (np.sqrt(cw) + 1e-7)
    b -= 0.1 * gb / (np.sqrt(cb) + 1e-7)
