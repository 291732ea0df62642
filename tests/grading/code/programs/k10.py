import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(5, 3)); Y = np.eye(2)[rng.integers(0, 2, 5)]
params = {"W1": rng.normal(size=(3, 4)) * .1, "b1": np.zeros(4), "W2": rng.normal(size=(4, 2)) * .1, "b2": np.zeros(2)}
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(p) for k, p in params.items()}
def softplus(z): return np.log1p(np.exp(z))
def sigmoid(z): return 1/(1+np.exp(-z))
for t in range(1, 101):
    z1 = X @ params["W1"] + params["b1"]
    h = softplus(z1)
    s = h @ params["W2"] + params["b2"]
    s -= s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(p)) / X.shape[0] + 0.01 * np.sum(params["W1"]**2) + 0.01 * np.sum(params["W2"]**2)
    ds = (p - Y) / X.shape[0]
    g = {}
    g["W2"] = h.T @ ds + 0.02 * params["W2"]
    g["b2"] = ds.sum(0)
    dh = ds @ params["W2"].T
    dz = dh * sigmoid(z1)
    g["W1"] = X.T @ dz + 0.02 * params["W1"]
    g["b1"] = dz.sum(0)
    for k in params:
        params[k] -= 0.01 * g[k]
