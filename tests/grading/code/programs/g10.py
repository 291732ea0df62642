import numpy as np
np.random.seed(0)
X = np.random.randn(8, 3); y = (X.sum(axis=1, keepdims=True) > 0) * 1.0
params = {'W': np.random.randn(3, 1) * 0.1, 'b': np.zeros((1, 1))}
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(p) for k, p in params.items()}
beta1, beta2, eps, lr = 0.9, 0.999, 1e-8, 0.01
for t in range(1, 101):
    p = 1 / (1 + np.exp(-(X @ params['W'] + params['b'])))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    dz = (p - y) / len(X)
    grads = {'W': X.T @ dz, 'b': dz.sum(axis=0, keepdims=True)}
    for k in params:
        m[k] = beta1 * m[k] + (1 - beta1) * grads[k]
        v[k] = beta2 * v[k] + (1 - beta2) * grads[k] ** 2
        mh = m[k] / (1 - beta1 ** t)
        vh = v[k] / (1 - beta2 ** t)
        params[k] -= lr * mh / (np.sqrt(vh) + eps)
