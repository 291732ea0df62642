import numpy as np
X = np.random.randn(2, 8)
T = np.random.randn(1, 8)
W1, b1 = np.random.randn(4, 2), np.zeros((4, 1))
W2, b2 = np.random.randn(1, 4), np.zeros((1, 1))
alpha = 0.05

def relu(x):
    return np.maximum(x, 0)

def drelu(x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return x

for _ in range(30):
    Z1 = W1.dot(X) + b1
    A1 = relu(Z1)
    A2 = W2.dot(A1) + b2
    dZ2 = (A2 - T) / T.shape[1]
    dW2 = dZ2.dot(A1.T)
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2)
    dZ1[dZ1 <= 0] = 0
    dW1 = dZ1.dot(X.T)
    db1 = dZ1.sum(axis=1, keepdims=True)
    W1, b1 = W1 - alpha * dW1, b1 - alpha * db1
    W2, b2 = W2 - alpha * dW2, b2 - alpha * db2
