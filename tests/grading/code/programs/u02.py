import numpy as np

np.random.seed(31)
W = np.random.randn(3, 4)
U = np.random.randn(4, 3)
x = np.random.randn(4)
t = np.array([0.2, 0.5, 0.3])
lr = 0.2


def softmax(v):
    e = np.exp(v - v.max())
    return e / e.sum()


for k in range(2):
    u = np.tanh(U @ x[:3])
    s = softmax(W @ u)
    L = 0.5 * ((s - t) ** 2).sum()
    ds = s - t
    J = np.diag(s) - np.outer(s, s)
    dv = ds
    dW = np.outer(dv, u)
    du = W.T @ dv
    dpre = du * (1 - u ** 2)
    dU = np.outer(dpre, x[:3])
    W = W - lr * dW
    U = U - lr * dU
