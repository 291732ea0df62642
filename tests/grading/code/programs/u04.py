import numpy as np

rs = np.random.RandomState(6)
params = {
    "W1": rs.randn(4, 5) * 0.5,
    "gamma": np.ones(5),
    "beta": np.zeros(5),
    "W2": rs.randn(5, 3) * 0.5,
}
X = rs.randn(8, 4)
Y = np.eye(3)[rs.randint(0, 3, 8)]
eps = 1e-5
keep = 0.8


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for it in range(2):
    z = X @ params["W1"]
    mu = z.mean(axis=0)
    var = z.var(axis=0)
    zhat = (z - mu) / np.sqrt(var + eps)
    y = params["gamma"] * zhat + params["beta"]
    a = np.maximum(0, y)
    mask = (rs.rand(*a.shape) < keep) / keep
    d = a * mask
    p = softmax(d @ params["W2"])
    loss = -np.sum(Y * np.log(p)) / len(X)
    grads = {}
    dout = (p - Y) / len(X)
    grads["W2"] = d.T @ dout
    dd = dout @ params["W2"].T
    da = dd
    dy = da * (y > 0)
    grads["beta"] = dy.sum(axis=0)
    grads["gamma"] = np.sum(dy * zhat, axis=0)
    dzhat = dy * params["gamma"]
    N = X.shape[0]
    dz = (N * dzhat - dzhat.sum(axis=0) - zhat * np.sum(dzhat * zhat, axis=0)) / (N * np.sqrt(var + eps))
    grads["W1"] = X.T @ dz
    for key in params:
        params[key] -= 0.1 * grads[key]
