import math, random
random.seed(1)
class Neuron:
    def __init__(self, n):
        self.w = [random.uniform(-1, 1) for _ in range(n)]
        self.b = random.uniform(-1, 1)
    def fire(self, x):
        self.x = x
        self.o = 1 / (1 + math.exp(-(sum(wi * xi for wi, xi in zip(self.w, x)) + self.b)))
        return self.o
class Net:
    def __init__(self):
        self.hidden = [Neuron(2) for _ in range(3)]
        self.out = Neuron(3)
    def forward(self, x):
        return self.out.fire([n.fire(x) for n in self.hidden])
    def backward(self, t, lr):
        d = (self.out.o - t) * self.out.o * (1 - self.out.o)
        for i, n in enumerate(self.hidden):
            e = d * self.out.w[i] * n.o * (1 - n.o)
            for j in range(2):
                n.w[j] -= lr * e * n.x[j] * n.o
            n.b -= lr * e
        for i in range(3):
            self.out.w[i] -= lr * d * self.out.x[i]
        self.out.b -= lr * d
net = Net()
data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
for epoch in range(3):
    for x, t in data:
        y = net.forward(x)
        loss = (y - t) ** 2 / 2
        net.backward(t, 0.5)
