import numpy as np

class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(0, 0.7, (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        dW = self.x.T @ grad
        db = grad.sum(axis=0)
        dx = grad @ self.W.T
        self.W -= lr * dW
        self.b -= lr * db
        return grad @ self.W.T

class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0)

    def backward(self, grad, lr):
        return grad * self.mask

class MSE:
    def forward(self, out, target):
        self.diff = out - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size

class Model:
    def __init__(self, layers):
        self.layers = layers
        self.criterion = MSE()

    def predict(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def train(self, X, Y, epochs, lr):
        for epoch in range(epochs):
            out = self.predict(X)
            #
            loss = self.criterion.forward(out, Y)
            grad = self.criterion.backward()
            for layer in reversed(self.layers):
                grad = layer.backward(grad, lr)
            #
            print(f"epoch {epoch}: {loss:.4f}")

np.random.seed(7)
X = np.random.rand(6, 3)
Y = np.stack([X.sum(axis=1), X[:, 0] - X[:, 1]], axis=1)
model = Model([Dense(3, 5), ReLU(), Dense(5, 2)])
#
model.train(X, Y, 50, 0.05)