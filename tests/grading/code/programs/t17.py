import numpy as np

rng = np.random.default_rng(13)
T, D = 4, 3
X = rng.normal(size=(T, D))
Y = rng.normal(size=(T, D))
Wq, Wk, Wv = [rng.normal(size=(D, D)) * 0.5 for _ in range(3)]
scale = 1 / np.sqrt(D)
lr = 0.05
for step in range(2):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    S = Q @ K.T * scale
    E = np.exp(S - S.max(axis=-1, keepdims=True))
    A = E / E.sum(axis=-1, keepdims=True)
    O = A @ V
    loss = 0.5 * np.sum((O - Y) ** 2)
    dO = O - Y
    dV = A.T @ dO
    dA = dO @ V.T
    dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
    dQ = dS @ K
    dK = dS.T @ Q * scale
    Wq -= lr * X.T @ dQ
    Wk -= lr * X.T @ dK
    Wv -= lr * X.T @ dV
    print(loss)
