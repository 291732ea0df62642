import numpy as np
class LinearRegression:
    def __init__(self, lr=0.01, n_iters=1000):
        self.lr = lr
        self.n_iters = n_iters
        self.weights = None
        self.bias = None
    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            y_pred = np.dot(X, self.weights) + self.bias
            dw = (1/n_samples) * np.dot(X.T, (y_pred - y))
            db = (1/n_samples) * np.sum(y_pred - y)
            self.weights = self.weights - self.lr * dw
            self.bias = self.bias - self.lr * db
    def predict(self, X):
        return np.dot(X, self.weights) + self.bias
def mse(y, p):
    return np.mean((y - p) ** 2)
X = np.random.randn(20, 2)
y = X @ np.array([1.5, -2.0]) + 0.3
reg = LinearRegression(lr=0.05)
reg.fit(X, y)
print("MSE:", mse(y, reg.predict(X)))
