import numpy as np

def dense(params):
    cache = {}

    def fwd(x):
        cache["x"] = x
        W, b = params
        return x @ W + b

    def bwd(g):
        W, b = params
        dW = cache["x"].T @ g
        db = g.sum(axis=0)
        dx = g @ W.T
        params[0] = W - LR * dW
        params[1] = b - LR * db
        return dx

    return fwd, bwd

def tanh():
    cache = {}

    def fwd(z):
        cache["a"] = np.tanh(z)
        return cache["a"]

    def bwd(g):
        return g

    return fwd, bwd

LR = 0.05
rng = np.random.default_rng(11)
params1 = [rng.normal(size=(3, 4)) * 0.5, np.zeros(4)]
params2 = [rng.normal(size=(4, 2)) * 0.5, np.zeros(2)]
net = [dense(params1), tanh(), dense(params2)]
X = rng.normal(size=(6, 3))
T = rng.normal(size=(6, 2))
for step in range(4):
    out = X
    for fwd, _ in net:
        out = fwd(out)
    g = 2 * (out - T) / T.size
    for _, bwd in reversed(net):
        g = bwd(g)
    print(step, np.mean((out - T) ** 2))
