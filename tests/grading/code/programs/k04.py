import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(20, 3))
y = (X[:, :1] * 2 - X[:, 1:2] + 0.5)
W1 = rng.normal(size=(3, 6)) * 0.5
b1 = np.zeros(6)
W2 = rng.normal(size=(6, 2)) * 0.5
b2 = np.zeros(2)
Y = np.hstack([y, -y])
vel = {k: 0 for k in ('W1', 'b1', 'W2', 'b2')}
mu, lr, batch = 0.9, 0.01, 5
for epoch in range(10):
    perm = rng.permutation(len(X))
    for s in range(0, len(X), batch):
        idx = perm[s:s + batch]
        xb, yb = X[idx], Y[idx]
        z1 = xb @ W1 + b1
        h = np.where(z1 > 0, z1, 0)
        pred = h @ W2 + b2
        loss = ((pred - yb) ** 2).sum() / len(xb)
        dpred = 2 * (pred - yb) / len(xb)
        dW2 = h.T @ dpred
        dh = dpred @ W2.T
        dz1 = dh * (z1 > 0)
        db2 = np.mean(dpred, axis=0)
        dW1 = xb.T @ dz1
        db1 = dz1.sum()
        vel['W1'] = mu * vel['W1'] - lr * dW1
        vel['b1'] = mu * vel['b1'] - lr * db1
        vel['W2'] = mu * vel['W2'] - lr * dW2
        vel['b2'] = mu * vel['b2'] - lr * db2
        W1 += vel['W1']
        b1 += vel['b1']
        W2 += vel['W2']
        b2 += vel['b2']
