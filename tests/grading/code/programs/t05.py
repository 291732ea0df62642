import numpy as np

np.random.seed(9)
n, d, k = 6, 3, 3
X = np.random.randn(n, d)
y = np.random.randint(0, k, size=n)
W = np.random.randn(d, k) * 0.1
b = np.zeros(k)
reg = 0.1
lr = 0.5
for it in range(2):
    loss = 0.0
    dW = np.zeros(W.shape)
    db = np.zeros(k)
    for i in range(n):
        scores = X[i].dot(W) + b
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(k):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
            db[j] = p[j] - (j == y[i])
    loss /= n
    dW /= n
    db /= n
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    print(it, loss)
    W -= lr * dW
    b -= lr * db
