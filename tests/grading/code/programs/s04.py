import math
import random

class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.output = 0.0
        self.delta = 0.0
        self.inputs = []

    def activate(self, inputs):
        self.inputs = inputs
        total = self.bias
        for w, i in zip(self.weights, inputs):
            total += w * i
        self.output = 1.0 / (1.0 + math.exp(-total))
        return self.output

    def derivative(self):
        return self.output * (1.0 - self.output)

class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = [Neuron(n_in) for _ in range(n_hidden)]
        self.output = [Neuron(n_hidden) for _ in range(n_out)]

    def forward(self, inputs):
        h = [n.activate(inputs) for n in self.hidden]
        return [n.activate(h) for n in self.output]

    def backward(self, targets):
        for neuron, t in zip(self.output, targets):
            neuron.delta = (neuron.output - t) * neuron.derivative()
        for j, neuron in enumerate(self.hidden):
            error = 0.0
            for out in self.output:
                error += out.delta * out.weights[j]
            neuron.delta = error

    def update(self, lr):
        for layer in (self.hidden, self.output):
            for neuron in layer:
                for k in range(len(neuron.weights)):
                    neuron.weights[k] -= lr * neuron.delta * neuron.inputs[k]
                neuron.bias -= lr * neuron.delta

def squared_error(outputs, targets):
    return sum(0.5 * (o - t) ** 2 for o, t in zip(outputs, targets))

random.seed(5)
net = Network(2, 3, 2)
samples = [([0.0, 0.0], [0.0, 1.0]), ([0.0, 1.0], [1.0, 0.0]), ([1.0, 0.0], [1.0, 0.0]), ([1.0, 1.0], [0.0, 1.0])]
samples = samples[1:] + samples[:1]
for epoch in range(5):
    total_error = 0.0
    for inputs, targets in samples:
        outputs = net.forward(inputs)
        total_error += squared_error(outputs, targets)
        net.backward(targets)
        net.update(0.5)
    print(epoch, total_error)
