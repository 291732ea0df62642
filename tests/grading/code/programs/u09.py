import numpy as np

np.random.seed(14)
net = {"W1": np.random.randn(2, 4), "b1": np.zeros(4), "W2": np.random.randn(4, 1), "b2": np.zeros(1)}
m = {k: np.zeros_like(v) for k, v in net.items()}
v = {k: np.zeros_like(p) for k, p in net.items()}
beta1, beta2, eps, lr = 0.9, 0.999, 1e-8, 0.01
X = np.random.randn(10, 2)
Y = (X[:, :1] * X[:, 1:] > 0).astype(float)
for t in range(1, 3):
    a1 = X.dot(net["W1"]) + net["b1"]
    h1 = 1 / (1 + np.exp(-a1))
    out = 1 / (1 + np.exp(-(h1.dot(net["W2"]) + net["b2"])))
    loss = np.mean((out - Y) ** 2)
    g = {}
    d2 = 2 * (out - Y) / len(X) * out * (1 - out)
    g["W2"] = h1.T.dot(d2)
    g["b2"] = d2.sum(axis=0)
    d1 = (out - Y).dot(net["W2"].T) * h1 * (1 - h1)
    g["W1"] = X.T.dot(d1)
    g["b1"] = d1.sum(axis=0)
    for k in net:
        m[k] = beta1 * m[k] + (1 - beta1) * g[k]
        v[k] = beta2 * v[k] + (1 - beta2) * g[k] ** 2
        mhat = m[k] / (1 - beta1 ** t)
        vhat = v[k] / (1 - beta2 ** t)
        net[k] -= lr * mhat / (np.sqrt(vhat) + eps)
