import numpy as np
class Relu:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)
    def backward(self, g):
        return np.where(g > 0, g, 0)
class Lin:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o); self.b = np.zeros(o)
    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b
    def backward(self, g):
        self.dW = self.x.T.dot(g); self.db = g.sum(0)
        return g.dot(self.W.T)
np.random.seed(8)
X, Y = np.random.randn(6, 3), np.random.randn(6, 2)
l1, r, l2 = Lin(3, 5), Relu(), Lin(5, 2)
lr = 0.01
out = l2.forward(r.forward(l1.forward(X)))
loss = np.sum((out - Y) ** 2) / len(X)
g = 2 * (out - Y) / len(X)
l1.backward(r.backward(l2.backward(g)))
for l in (l1, l2):
    l.W -= lr * l.dW
    l.b -= lr * l.db
