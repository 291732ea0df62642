import numpy as np
class Net:
    def __init__(self, layers):
        np.random.seed(0)
        self.L = len(layers) - 1
        self.p = {}
        for l in range(1, self.L + 1):
            self.p[f'W{l}'] = np.random.randn(layers[l], layers[l-1]) * 0.5
            self.p[f'b{l}'] = np.zeros((layers[l], 1))
    def forward(self, X):
        self.c = {'A0': X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.p[f'W{l}'] @ A + self.p[f'b{l}']
            A = np.tanh(Z) if l < self.L else 1 / (1 + np.exp(-Z))
            self.c[f'Z{l}'], self.c[f'A{l}'] = Z, A
        return A
    def compute_cost(self, A, Y):
        return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    def backward(self, Y):
        m = Y.shape[1]
        g = {}
        dZ = self.c[f'A{self.L}'] - Y
        for l in range(self.L, 0, -1):
            g[f'W{l}'] = dZ @ self.c[f'A{l-1}'].T / m
            g[f'b{l}'] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                dA = self.p[f'W{l}'].T @ dZ
                dZ = dA * (1 - self.c[f'A{l-1}'])
        return g
    def update(self, g, lr):
        for k in self.p:
            self.p[k] -= lr * g[k]
net = Net([2, 4, 3, 1])
X = np.random.randn(2, 6); Y = (X[:1] > X[1:]) * 1
A = net.forward(X)
print(net.compute_cost(A, Y))
net.update(net.backward(Y), 0.1)
