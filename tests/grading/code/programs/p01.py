import numpy as np

np.random.seed(11)
ins = np.random.randn(7, 3)
goal = np.random.rand(7, 2)
a, c = np.random.randn(3, 5), np.zeros(5)
b, d = np.random.randn(5, 2), np.zeros(2)


def logistic(v):
    return 1 / (1 + np.exp(-v))


mid = logistic(ins @ a + c)
out = logistic(mid @ b + d)
loss = np.sum((out - goal) ** 2) / 2
front = out - goal
back = front @ b.T * mid * (1 - mid)
b -= 0.2 * mid.T @ front
d -= 0.2 * front.sum(axis=0)
a -= 0.2 * ins.T @ back
c -= 0.2 * back.sum(axis=0)
