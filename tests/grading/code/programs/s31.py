import numpy as np

class Net:
    def __init__(self, d, h):
        self.w = np.random.randn(d, h) * 0.4
        self.v = np.random.randn(h, 1) * 0.4
        self.sw = np.zeros_like(self.w)
        self.sv = np.zeros_like(self.v)

    def fit(self, X, y, lr=0.01, rho=0.9):
        h = np.tanh(X @ self.w)
        p = 1 / (1 + np.exp(-h @ self.v))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        d = (p - y) / len(y)
        gv = h.T @ d
        gw = X.T @ (d @ self.v.T * (1 - h * h))
        self.sw = rho * self.sw + (1 - rho) * gw * gw
        self.sv = rho * self.sv + (1 - rho) * gv * gv
        self.w -= lr * gw / (np.sqrt(self.sw) + 1e-6)
        self.v -= lr * gv / (np.sqrt(self.sv) + 1e-6)
        return loss

np.random.seed(17)
X = np.random.randn(11, 3)
y = (X[:, :1] > X[:, 1:2]) * 1.0
net = Net(3, 4)
for i in range(10):
    print(net.fit(X, y))
