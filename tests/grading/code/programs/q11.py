import numpy as np

np.random.seed(11)
sizes = [2, 4, 3, 1]
W = [np.random.randn(a, b) * 0.6 for a, b in zip(sizes[:-1], sizes[1:])]
B = [np.random.randn(1, b) * 0.1 for b in sizes[1:]]
X = np.random.randn(5, 2)
Y = np.sin(X[:, :1]) + X[:, 1:]

def forward(x):
    acts = [x]
    for k in range(len(W)):
        z = acts[-1] @ W[k] + B[k]
        acts.append(np.tanh(z) if k < len(W) - 1 else z)
    return acts

#
for epoch in range(100):
    acts = forward(X)
    loss = np.mean((acts[-1] - Y) ** 2)
    #
    delta = 2 * (acts[-1] - Y) / len(X)
    gW, gB = [], []
    for k in range(len(W) - 1, -1, -1):
        gW.insert(0, acts[k].T @ delta)
        gB.insert(0, delta.sum(axis=0, keepdims=True))
        if k > 0:
            delta = (delta @ W[k].T) * (1 - np.tanh(acts[k]) ** 2)
    for k in range(len(W)):
        W[k] -= 0.05 * gW[k]
        B[k] -= 0.05 * gB[k]
    #
    if epoch % 20 == 0:
        print(epoch, loss)