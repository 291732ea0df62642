import numpy as np

class RidgeGD:
    def __init__(self, alpha=0.1, learning_rate=0.05, n_iter=3):
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.n_iter = n_iter
        self.history_ = []

    def _loss(self, y, y_hat):
        return np.mean((y - y_hat) ** 2) + self.alpha * np.dot(self.coef_, self.coef_)

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.coef_ = np.linspace(-0.3, 0.4, n_features)
        self.intercept_ = 0.2
        for _ in range(self.n_iter):
            y_hat = X @ self.coef_ + self.intercept_
            self.history_.append(self._loss(y, y_hat))
            residual = y - y_hat
            grad_coef = -2 / n_samples * X.T @ residual + 2 * self.alpha * self.coef_
            grad_intercept = -2 / n_samples * residual.sum() + 2 * self.alpha * self.intercept_
            self.coef_ = self.coef_ - self.learning_rate * grad_coef
            self.intercept_ = self.intercept_ - self.learning_rate * grad_intercept
        return self

rng = np.random.default_rng(4)
X = rng.normal(size=(8, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * rng.normal(size=8)
model = RidgeGD().fit(X, y)
