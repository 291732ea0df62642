import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

np.random.seed(8)
X = np.random.randn(7, 3)
y = (X[:, 0] + X[:, 1] > 0).astype(float)
m, n = X.shape
theta = np.random.randn(n) * 0.3
bias = 0.2
alpha, lam = 0.3, 0.5
costs = []
#
for i in range(100):
    h = sigmoid(np.dot(X, theta) + bias)
    cost = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)) + lam / (2 * m) * np.sum(theta ** 2)
    costs.append(cost)
    #
    error = h - y
    grad = np.dot(X.T, error) / m
    grad_bias = np.sum(error) / m
    theta = theta - alpha * grad
    bias = bias - alpha * grad_bias
    #
print(costs[-1])