import math, random
random.seed(2)
class Neuron:
    def __init__(self, n):
        self.w = [random.uniform(-1, 1) for _ in range(n)]
        self.b = random.uniform(-1, 1)
    def fire(self, x):
        self.x = x
        self.o = 1 / (1 + math.exp(-(sum(wi * xi for wi, xi in zip(self.w, x)) + self.b)))
        return self.o
class Net:
    def __init__(self, sizes):
        self.layers = [[Neuron(a) for _ in range(b)] for a, b in zip(sizes, sizes[1:])]
    def forward(self, x):
        for layer in self.layers:
            x = [n.fire(x) for n in layer]
        return x
    def backward(self, target, lr):
        deltas = []
        for n, t in zip(self.layers[-1], target):
            n.err = n.o - t
            n.delta = n.err * n.o * (1 - n.o)
        for k in range(len(self.layers) - 2, -1, -1):
            for i, n in enumerate(self.layers[k]):
                n.err = sum(m.w[i] * m.err for m in self.layers[k + 1])
                n.delta = n.err * n.o * (1 - n.o)
        for layer in self.layers:
            for n in layer:
                for i in range(len(n.w)):
                    n.w[i] -= lr * n.delta * n.x[i]
                n.b -= lr * n.delta
net = Net([2, 3, 2])
x, target = [0.5, -0.2], [1, 0]
out = net.forward(x)
net.backward(target, 0.5)
