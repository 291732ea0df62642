"""A network of layer objects with one output: an error of its backward pass is a single number, as the loss is."""

import pytest
from corrections import corrected

from autograd import grade_code

PROGRAM = """
import numpy as np


class FullyConnected:
    def __init__(self, inputs, outputs):
        self.weights = np.random.rand(inputs, outputs) - 0.5
        self.bias = np.random.rand(1, outputs) - 0.5

    def forward(self, data):
        self.input = data
        return np.dot(self.input, self.weights) + self.bias

    def backward(self, error, rate):
        back = np.dot(error, self.weights.T)
        self.weights -= rate * np.dot(self.input.T, error)
        self.bias -= rate * error
        return back


class Activation:
    def __init__(self, function, prime):
        self.function, self.prime = function, prime

    def forward(self, data):
        self.input = data
        return self.function(data)

    def backward(self, error, rate):
        return self.prime(self.input) * error


def tanh(x):
    return np.tanh(x)


def tanh_prime(x):
    return 1 - np.tanh(x) ** 2


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size


class Network:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def use(self, loss, prime):
        self.loss, self.prime = loss, prime

    def fit(self, X, Y, epochs, rate):
        for i in range(epochs):
            err = 0
            for j in range(len(X)):
                output = X[j]
                for layer in self.layers:
                    output = layer.forward(output)
                err += self.loss(Y[j], output)
                error = self.prime(Y[j], output)
                for layer in reversed(self.layers):
                    error = layer.backward(error, rate)
            err /= len(X)
            print("error", err)


X = np.array([[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]])
Y = np.array([[[0]], [[1]], [[1]], [[0]]])
net = Network()
net.add(FullyConnected(2, 3))
net.add(Activation(tanh, tanh_prime))
net.add(FullyConnected(3, 1))
net.add(Activation(tanh, tanh_prime))
net.use(mse, mse_prime)
net.fit(X, Y, epochs=1000, rate=0.1)
"""
TARGETS = "[[0]], [[1]], [[1]], [[0]]"
RIGHT = {
    "as it is published": [],
    "targets that tanh reaches": [(TARGETS, "[[0.1]], [[0.9]], [[0.9]], [[0.1]]")],
    "another first sample": [("[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]", "[[1, 1]], [[0, 1]], [[1, 0]], [[0, 0]]")],
    "inputs that are not 0": [("[[0, 0]]", "[[0.5, 0.2]]")],
    "the last loss": [("err += self", "err = self")],
    "no mean over samples": [("            err /= len(X)\n", "")],
    "one epoch": [("epochs=1000", "epochs=1")],
    "two samples": [("[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]", "[[0.3, 1]], [[1, 0]]"), (TARGETS, "[[1]], [[0]]")],
    "a sum over the size": [("np.mean(np.power(y_true - y_pred, 2))", "np.sum((y_true - y_pred) ** 2) / y_true.size")],
    "two outputs": [(TARGETS, "[[0, 1]], [[1, 0]], [[1, 0]], [[0, 1]]"),
                    ("FullyConnected(3, 1)", "FullyConnected(3, 2)")],
    "sigmoid": [("return np.tanh(x)", "return 1 / (1 + np.exp(-x))"),
                ("1 - np.tanh(x) ** 2", "tanh(x) * (1 - tanh(x))")],
}  # fmt: skip
BUGS = {
    "update before use": [
        ("        back = np.dot(error, self.weights.T)\n", ""),
        ("        self.bias -= rate * error\n",
         "        back = np.dot(error, self.weights.T)\n        self.bias -= rate * error\n"),
    ],
    "loss for its derivative": [("2 * (y_pred - y_true) / y_true.size", "(y_pred - y_true) ** 2")],
    "derivative missing": [("return self.prime(self.input) * error", "return error")],
    "wrong derivative": [("1 - np.tanh(x) ** 2", "1 - x ** 2")],
}  # fmt: skip


def changed(changes):
    text = PROGRAM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_is_right(name):
    grade = grade_code(changed(RIGHT[name]))
    assert grade.verdict == "right", str(grade)
    assert grade.loss.startswith(("err", "mse"))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", BUGS)
def test_a_wrong_network_is_wrong(kind):
    grade = grade_code(changed(BUGS[kind]))
    assert grade.verdict == "wrong"
    assert kind in {mistake.kind for mistake in grade.mistakes}
    assert grade_code(corrected(changed(BUGS[kind]), grade.mistakes)).verdict == "right"
