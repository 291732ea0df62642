import numpy as np

class Linear:
    def __init__(self, i, o):
        self.params = {'w': np.random.normal(0, 0.1, (o, i)), 'b': np.zeros(o)}
        self.grads = {}
    def __call__(self, x):
        self.inp = x
        return x @ self.params['w'].T + self.params['b']
    def grad(self, g):
        self.grads['w'] = g.T @ self.inp
        self.grads['b'] = g.sum(0)
        return g @ self.params['w']

class LeakyReLU:
    params = {}
    def __init__(self, slope=0.01):
        self.slope = slope
    def __call__(self, x):
        self.mask = np.where(x > 0, 1.0, self.slope)
        return x * self.mask
    def grad(self, g):
        return g * self.mask

class SGD:
    def __init__(self, layers, lr, momentum=0.9):
        self.layers, self.lr, self.m = layers, lr, momentum
        self.v = {}
    def step(self):
        for n, l in enumerate(self.layers):
            for k in l.params:
                v = self.v.get((n, k), 0)
                v = self.m * v + l.grads[k]
                self.v[n, k] = v
                l.params[k] -= self.lr * v

X = np.random.rand(16, 3)
t = np.random.randint(0, 4, size=(16,))
net = [Linear(3, 5), LeakyReLU(0.1), Linear(5, 4)]
opt = SGD(net, 0.1)
for e in range(20):
    h = X
    for l in net:
        h = l(h)
    h = h - np.max(h, axis=1)[:, None]
    logp = h - np.log(np.exp(h).sum(axis=1))[:, None]
    loss = -logp[np.arange(len(t)), t].mean()
    g = np.exp(logp)
    g[np.arange(len(t)), t] -= 1
    g /= len(t)
    for l in net[::-1]:
        g = l.grad(g)
    opt.step()
    print(f"{e}: {loss:.4f}")
