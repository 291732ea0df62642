import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
import matplotlib.pyplot as plt
iris = load_iris()
X, y = iris.data, iris.target
Y = np.eye(3)[y]
W = np.random.randn(4, 3) * 0.01
b = np.zeros((1, 3))
losses = []
for i in range(100):
    Z = X @ W + b
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(Y * np.log(P), axis=1))
    losses.append(loss)
    dZ = (P - Y) / len(X)
    W -= 0.1 * X.T @ dZ
    b -= 0.1 * dZ.sum(axis=0, keepdims=True)
plt.plot(losses)
plt.show()
