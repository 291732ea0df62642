import numpy as np

np.random.seed(44)
R = np.array([[5.0, 3.0, 0.0, 1.0], [4.0, 0.0, 2.0, 1.0], [1.0, 1.0, 4.0, 5.0]])
mask = (R > 0).astype(float)
k, lr, beta = 2, 0.002, 0.02
P = np.random.rand(3, k)
Q = np.random.rand(4, k)
for step in range(20):
    E = mask * (R - P @ Q.T)
    loss = np.sum(E ** 2) + beta * (np.sum(P ** 2) + np.sum(Q ** 2))
    grad_P = -2 * E @ Q + 2 * beta * P
    grad_Q = -E.T @ P + 2 * beta * Q
    P = P - lr * grad_P
    Q = Q - lr * grad_Q
print(loss)
