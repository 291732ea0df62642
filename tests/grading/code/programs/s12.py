import numpy as np

class Adam:
    def __init__(self, params, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = params
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def step(self, grads):
        self.t += 1
        for k in self.params:
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * grads[k]
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * grads[k] ** 2
            m_hat = self.m[k] / (1 - self.beta1 ** self.t)
            v_hat = self.v[k] / (1 - self.beta2 ** self.t)
            self.params[k] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

class MLP:
    def __init__(self, sizes):
        self.params = {}
        for i in range(len(sizes) - 1):
            self.params[f"W{i + 1}"] = np.random.randn(sizes[i], sizes[i + 1]) * np.sqrt(1.0 / sizes[i])
            self.params[f"b{i + 1}"] = np.zeros((1, sizes[i + 1]))

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.params["W1"] + self.params["b1"]
        self.A1 = np.tanh(self.Z1)
        self.Z2 = self.A1 @ self.params["W2"] + self.params["b2"]
        return self.Z2

    def backward(self, y):
        m = y.shape[0]
        grads = {}
        dZ2 = 2 * (self.Z2 - y) / m
        grads["W2"] = self.A1.T @ dZ2
        grads["b2"] = dZ2.sum(axis=0, keepdims=True)
        dA1 = dZ2 @ self.params["W2"].T
        dZ1 = dA1
        grads["W1"] = self.X.T @ dZ1
        grads["b1"] = dZ1.sum(axis=0, keepdims=True)
        return grads

np.random.seed(2)
X = np.random.randn(16, 2)
y = X[:, :1] * X[:, 1:]
net = MLP([2, 5, 1])
opt = Adam(net.params)
for epoch in range(20):
    pred = net.forward(X)
    loss = np.mean((pred - y) ** 2)
    opt.step(net.backward(y))
    if epoch % 5 == 0:
        print(f"{epoch}: {loss:.4f}")
