import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

iris = load_iris()
X = StandardScaler().fit_transform(iris.data)
enc = OneHotEncoder(sparse_output=False)
Y = enc.fit_transform(iris.target.reshape(-1, 1))
X_train, X_test, y_train, y_test = train_test_split(X, Y, test_size=0.2, random_state=0)
rs = np.random.RandomState(42)
w1 = rs.randn(4, 5) * np.sqrt(2 / 4)
b1 = np.zeros((1, 5))
w2 = rs.randn(5, 3) * np.sqrt(2 / 5)
b2 = np.zeros((1, 3))
lr = 0.1
losses = []
for epoch in range(2):
    z1 = X_train @ w1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ w2 + b2
    e = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
    probs = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.mean(np.sum(y_train * np.log(probs + 1e-12), axis=1))
    losses.append(loss)
    n = len(X_train)
    dz2 = (probs - y_train) / n
    dw2 = a1.T @ dz2
    db2 = dz2.sum(axis=0, keepdims=True)
    da1 = dz2 @ w2.T
    dz1 = da1 * a1 * (1 - a1)
    dw1 = X_train.T @ dz1
    db1 = da1.sum(axis=0, keepdims=True)
    w1 -= lr * dw1
    b1 -= lr * db1
    w2 -= lr * dw2
    b2 -= lr * db2
