"""micrograd's moons network, 2-16-16-1 with ReLU, one full-batch step on 100 points, written over any kind of Value.

A step has all parts of a training loop: the forward pass, the hinge loss with an L2 penalty, setting the gradients to
0, the backward pass, and the update.
"""

import math
import random

__all__ = ["SIZES", "Scalars", "data", "draw", "floats_forward", "xad_step"]

SIZES = (2, 16, 16, 1)
PENALTY = 1e-4
RATE = 1e-3


def data(n=100, seed=3):
    """Return n points on two half circles, with labels -1 and 1."""
    generator = random.Random(seed)
    points, labels = [], []
    for k in range(n):
        angle, upper = math.pi * generator.random(), k % 2 == 0
        x, y = (math.cos(angle), math.sin(angle)) if upper else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append((x + generator.gauss(0, 0.1), y + generator.gauss(0, 0.1)))
        labels.append(1 if upper else -1)
    return points, labels


def draw(seed=5):
    """Return the weights and biases of each layer as floats: for each neuron, its weights and its bias, 0."""
    generator = random.Random(seed)
    return [
        [([generator.uniform(-1, 1) for _ in range(n)], 0.0) for _ in range(m)]
        for n, m in zip(SIZES, SIZES[1:], strict=False)
    ]


def network(layers, x, relu):
    """Return the score of one point. Each neuron is a sum over products."""
    for k, layer in enumerate(layers):
        x = [sum((w * v for w, v in zip(weights, x, strict=True)), bias) for weights, bias in layer]
        if k < len(layers) - 1:
            x = [relu(v) for v in x]
    return x[0]


def loss(layers, points, labels, relu):
    """Return the mean hinge loss plus the penalty on all weights and biases."""
    losses = [relu(1 + -label * network(layers, x, relu)) for x, label in zip(points, labels, strict=True)]
    parameters = [p for layer in layers for weights, bias in layer for p in (*weights, bias)]
    return sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in parameters)


class Scalars:
    """The program over a class of Values, or with a model of this class.

    Args:
        value: the class. Inputs are also wrapped in it, as in micrograd's demo.
        model: an MLP of the class, which is called in place of sums over products. Its weights are overwritten.
    """

    def __init__(self, value, model=None):
        self.value, self.model = value, model
        self.points, self.labels = data()
        numbers = draw()
        if model is None:
            self.layers = [[([value(w) for w in weights], value(b)) for weights, b in layer] for layer in numbers]
            self.parameters = [p for layer in self.layers for weights, b in layer for p in (*weights, b)]
        else:
            self.parameters = list(model.parameters())
            flat = [x for layer in numbers for weights, b in layer for x in (*weights, b)]
            for p, x in zip(self.parameters, flat, strict=True):
                p.data = x

    def forward(self):
        points = [tuple([self.value(x) for x in point]) for point in self.points]
        if self.model is None:
            return loss(self.layers, points, self.labels, lambda v: v.relu())
        scores = [self.model(list(x)) for x in points]
        losses = [(1 + -label * score).relu() for score, label in zip(scores, self.labels, strict=True)]
        return sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in self.parameters)

    def gradients(self):
        """Return the loss and its gradient, without an update."""
        result = self.forward()
        for p in self.parameters:
            p.grad = 0.0
        result.backward()
        return result.data, [p.grad for p in self.parameters]

    def step(self):
        self.gradients()
        for p in self.parameters:
            p.data -= RATE * p.grad


def floats_forward():
    """Return the forward pass over plain floats as a function without arguments."""
    points, labels = data()
    layers = draw()
    return lambda: loss(layers, points, labels, lambda v: v if v > 0.0 else 0.0)


def xad_step():
    """Return the same over xad's adjoint type: a function for the gradients and a function for a step."""
    from xad.adj_1st import Real, Tape

    points, labels = data()
    numbers = [x for layer in draw() for weights, b in layer for x in (*weights, b)]
    tape = Tape()

    def relu(v):
        return v if v > 0.0 else Real(0.0)

    def gradients():
        tape.activate()
        try:
            parameters = [Real(x) for x in numbers]
            for p in parameters:
                tape.registerInput(p)
            tape.newRecording()
            flat = iter(parameters)
            layers = [
                [([next(flat) for _ in range(n)], next(flat)) for _ in range(m)]
                for n, m in zip(SIZES, SIZES[1:], strict=False)
            ]
            result = loss(layers, [tuple([Real(x) for x in point]) for point in points], labels, relu)
            tape.registerOutput(result)
            result.setDerivative(1.0)
            tape.computeAdjoints()
            return result.getValue(), [p.getDerivative() for p in parameters]
        finally:
            tape.deactivate()
            tape.clearAll()

    def step():
        _, found = gradients()
        for k, g in enumerate(found):
            numbers[k] -= RATE * g

    return gradients, step
