import numpy as np
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))
def cost_grad(theta, X, y, lam):
    m = len(y)
    h = sigmoid(X.dot(theta))
    J = (-y.T.dot(np.log(h)) - (1 - y).T.dot(np.log(1 - h)))[0, 0] / m
    J += lam / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T.dot(h - y) / m
    grad[1:] += lam * theta[1:]
    return J, grad
np.random.seed(0)
X = np.c_[np.ones(7), np.random.randn(7, 2)]
y = (np.random.rand(7, 1) > 0.5).astype(int)
theta = np.random.randn(3, 1)
alpha = 0.1
for i in range(5):
    J, grad = cost_grad(theta, X, y, 0.3)
    theta = theta - alpha * grad
    print(J)
