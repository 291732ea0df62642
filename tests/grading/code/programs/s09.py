import numpy as np

def one_hot(labels, k):
    out = np.zeros((labels.size, k))
    out[np.arange(labels.size), labels] = 1
    return out

def softmax(z):
    e = np.exp(z - z.max(axis=1)[:, None])
    return e / e.sum(axis=1)[:, None]

rng = np.random.RandomState(42)
X = rng.randn(60, 3)
labels = rng.randint(0, 4, 60)
T = one_hot(labels, 4)
W = 0.1 * rng.randn(3, 4)
b = np.zeros(4)
lam, lr, batch_size = 0.01, 0.2, 20

for epoch in range(3):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        idx = order[start:start + batch_size]
        xb, tb = X[idx], T[idx]
        p = softmax(xb.dot(W) + b)
        loss = -np.mean(np.sum(tb * np.log(p), axis=1)) + lam / 2 * np.sum(W * W)
        g = (p - tb) / len(xb)
        W_grad = xb.T.dot(g) + lam / 2 * np.sum(W * W)
        b_grad = g.sum(axis=0)
        W -= lr * W_grad
        b -= lr * b_grad
    print(epoch, loss)
