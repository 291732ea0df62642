import numpy as np
def one_hot(y, k):
    out = np.zeros((y.size, k)); out[np.arange(y.size), y] = 1
    return out
def softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)
def cross_entropy(p, t):
    return -np.sum(t * np.log(p + 1e-8)) / p.shape[0]
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
        self.x = self.dW = self.db = None
    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b
    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx
class Relu:
    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out
    def backward(self, dout):
        dout[self.mask] = 0
        return dout
class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy(self.y, self.t)
        return self.loss
    def backward(self, dout=1):
        return (self.y - self.t) / self.t.shape[0]
class Net:
    def __init__(self, a, b, c):
        self.params = {'W1': 0.01 * np.random.randn(a, b), 'b1': np.zeros(b), 'W2': 0.01 * np.random.randn(b, c), 'b2': np.zeros(c)}
        from collections import OrderedDict
        self.layers = OrderedDict()
        self.layers['Affine1'] = Affine(self.params['W1'], self.params['b1'])
        self.layers['Relu1'] = Relu()
        self.layers['Affine2'] = Affine(self.params['W2'], self.params['b2'])
        self.last = SoftmaxWithLoss()
    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x
    def loss(self, x, t):
        return self.last.forward(self.predict(x), t)
    def accuracy(self, x, t):
        return np.sum(np.argmax(self.predict(x), axis=1) == np.argmax(t, axis=1)) / float(x.shape[0])
    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last.backward(1)
        layers = list(self.layers.values())
        layers.reverse()
        for layer in layers:
            dout = layer.backward(dout)
        return {'W1': self.layers['Affine1'].dW, 'b1': self.layers['Affine1'].db, 'W2': self.layers['Affine2'].dW, 'b2': self.layers['Affine2'].db}
x_train = np.random.rand(50, 6)
t_train = one_hot(np.random.randint(0, 3, 50), 3)
net = Net(6, 5, 3)
train_loss_list = []
batch_size, lr = 10, 0.1
for i in range(100):
    idx = np.random.choice(50, batch_size)
    xb, tb = x_train[idx], t_train[idx]
    grad = net.gradient(xb, tb)
    for key in ('W1', 'b1', 'W2', 'b2'):
        net.params[key] -= lr * grad[key]
    loss = net.loss(xb, tb)
    train_loss_list.append(loss)
    if i % 20 == 0:
        print(net.accuracy(x_train, t_train))
