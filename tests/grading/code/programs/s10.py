import numpy as np

np.random.seed(7)
m = 20
X = np.hstack((np.ones((m, 1)), np.random.randn(m, 2)))
y = (X[:, 1] + 0.5 * X[:, 2] + 0.3 * np.random.randn(m) > 0).astype(float)
sample_weight = np.random.uniform(0.5, 2.0, m)
theta = np.zeros(3)
alpha = 0.1
lmbda = 0.5

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def cost_function(theta, X, y, w):
    h = sigmoid(X.dot(theta))
    reg = lmbda / (2 * m) * np.sum(theta[1:] ** 2)
    return np.sum(w * (-y * np.log(h) - (1 - y) * np.log(1 - h))) / m + reg

def gradient(theta, X, y, w):
    h = sigmoid(X.dot(theta))
    grad = X.T.dot(h - y) / m
    grad[1:] += lmbda / m * theta[1:]
    return grad

history = []
for i in range(30):
    cost = cost_function(theta, X, y, sample_weight)
    history.append(cost)
    theta = theta - alpha * gradient(theta, X, y, sample_weight)
print(history[-1])
