import numpy as np

rng = np.random.default_rng(11)


class Module:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError

    def step(self, lr):
        pass


class Dense(Module):
    def __init__(self, n_in, n_out):
        self.W = rng.standard_normal((n_in, n_out)) * np.sqrt(1 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.reshape(grad.shape[1], -1)

    def step(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class Tanh(Module):
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out ** 2)


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        shifted = logits - logits.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        self.probs = exps / exps.sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.probs[np.arange(len(y)), y]).mean()

    def backward(self):
        grad = self.probs.copy()
        grad[np.arange(len(self.y)), self.y] -= 1
        return grad / len(self.y)


layers = [Dense(3, 6), Tanh(), Dense(6, 4)]
criterion = SoftmaxCrossEntropy()
X = rng.standard_normal((9, 3))
y = rng.integers(0, 4, size=9)
for epoch in range(3):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = criterion.forward(out, y)
    grad = criterion.backward()
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in layers:
        layer.step(0.1)
    print(epoch, loss)
