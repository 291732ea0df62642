import numpy as np
X = np.array([[0.5, 1.2], [-0.3, 0.8], [1.1, -0.7], [0.2, 0.4]])
y = np.array([[1.0], [0.0], [1.0], [0.0]])
np.random.seed(0)
W1 = np.random.randn(2, 3)
b1 = np.zeros((1, 3))
W2 = np.random.randn(3, 1)
b2 = np.zeros((1, 1))
def sigmoid(x): return 1 / (1 + np.exp(-x))
lr = 0.1
for i in range(500):
    A1 = np.tanh(X.dot(W1) + b1)
    A2 = sigmoid(A1.dot(W2) + b2)
    loss = -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))
    m = len(y)
    dZ2 = (A2 - y) / m
    dW2 = A1.T.dot(dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = dZ2.dot(W2.T) * (1 - A1 ** 2)
    dW1 = X.T.dot(dZ1)
    db1 = dZ1
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2
