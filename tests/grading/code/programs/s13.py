import numpy as np

np.random.seed(4)
N, D, H, C = 9, 3, 4, 2
X = np.random.randn(N, D)
Y = np.random.randn(N, C)
W1 = np.random.randn(D, H)
gamma = np.ones(H)
beta = np.zeros(H)
W2 = np.random.randn(H, C)
eps = 1e-5
lr = 0.05

for step in range(10):
    Z = X @ W1
    mu = Z.mean(axis=0)
    xmu = Z - mu
    var = (xmu ** 2).mean(axis=0)
    ivar = 1.0 / np.sqrt(var + eps)
    xhat = xmu * ivar
    out = gamma * xhat + beta
    A = np.maximum(out, 0)
    P = A @ W2
    loss = 0.5 * np.sum((P - Y) ** 2) / N

    dP = (P - Y) / N
    dW2 = A.T @ dP
    dA = dP @ W2.T
    dout = dA
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * xmu, axis=0) * -0.5 * ivar ** 3
    dmu = np.sum(-dxhat * ivar, axis=0) + dvar * np.mean(-2.0 * xmu, axis=0)
    dZ = dxhat * ivar + dvar * 2.0 * xmu / N + dmu / N
    dW1 = X.T @ dZ

    W1 -= lr * dW1
    gamma -= lr * dgamma
    beta -= lr * dbeta
    W2 -= lr * dW2
