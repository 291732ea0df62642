import numpy as np

class Dense:
    def __init__(self, in_dim, out_dim):
        self.W = np.random.randn(in_dim, out_dim) * 0.7
        self.b = np.zeros(out_dim)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

class LeakyReLU:
    def __init__(self, slope=0.1):
        self.slope = slope

    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, self.slope * x)

    def backward(self, grad):
        return np.where(self.mask, grad, 0)

class BCEWithSigmoid:
    def forward(self, logits, y):
        self.p = 1.0 / (1.0 + np.exp(-logits))
        self.y = y
        return -np.mean(y * np.log(self.p) + (1 - y) * np.log(1 - self.p))

    def backward(self):
        return (self.p - self.y) / len(self.y)

class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def step(self, lr):
        for layer in self.layers:
            if hasattr(layer, "W"):
                layer.W -= lr * layer.dW
                layer.b -= lr * layer.db

np.random.seed(4)
X = np.random.randn(8, 3)
y = (X[:, :1] - X[:, 1:2] > 0).astype(float)
model = Sequential(Dense(3, 5), LeakyReLU(), Dense(5, 1))
criterion = BCEWithSigmoid()
for epoch in range(50):
    logits = model.forward(X)
    loss = criterion.forward(logits, y)
    model.backward(criterion.backward())
    model.step(0.5)
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {loss:.4f}")
