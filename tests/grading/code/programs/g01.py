import numpy as np
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

class MLP:
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros(n_out)
        self.lr = lr

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.maximum(0, self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.p = softmax(self.z2)
        return self.p

    def backward(self, X, Y):
        m = X.shape[0]
        dz2 = (self.p - Y) * self.p * (1 - self.p) / m
        dW2 = self.a1.T @ dz2
        db2 = dz2.sum(axis=0)
        da1 = dz2 @ self.W2.T
        dz1 = da1 * (self.z1 > 0)
        dW1 = X.T @ dz1
        db1 = dz1.sum(axis=0)
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1

    def loss(self, Y):
        return -np.mean(np.sum(Y * np.log(self.p + 1e-12), axis=1))

np.random.seed(1)
X = np.random.randn(6, 4)
Y = np.eye(3)[np.random.randint(0, 3, 6)]
net = MLP(4, 5, 3)
for epoch in range(1000):
    net.forward(X)
    net.backward(X, Y)
    if epoch % 100 == 0:
        print(epoch, net.loss(Y))
