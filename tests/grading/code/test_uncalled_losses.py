"""A loss that a program defines and does not call while it trains is called with the names of the update."""

import pytest

from autograd import grade_code

TEXT = """
import numpy as np

def squash(z):
    return 1 / (1 + np.exp(-z))

class Net:
    def __init__(self, sizes):
        self.weights = [np.random.RandomState(k).randn(b, a) for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]))]

    def ahead(self, a):
        for w in self.weights:
            a = squash(w @ a)
        return a

    def SGD(self, training_data, epochs, size, eta):
        for epoch in range(epochs):
            for k in range(0, len(training_data), size):
                self.update_mini_batch(training_data[k:k + size], eta)

    def update_mini_batch(self, mini_batch, eta):
        total = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            total = [t + d for t, d in zip(total, self.back(x, y))]
        self.weights = [w - eta / len(mini_batch) * t for w, t in zip(self.weights, total)]

    def back(self, x, y):
        h = squash(self.weights[0] @ x)
        out = squash(self.weights[1] @ h)
        delta = OUT
        return [self.weights[1].T @ delta * HIDDEN @ x.T, delta @ h.T]

    def total_cost(self, data):
        cost = 0.0
        for x, y in data:
            a = self.ahead(x)
            cost += np.sum(-y * np.log(a) - (1 - y) * np.log(1 - a)) / len(data)
        return cost

data = [(np.array([[0.2], [0.5]]), np.array([[1.0]])), (np.array([[0.7], [-0.5]]), np.array([[0.0]]))]
Net([2, 3, 1]).SGD(data, 30, 2, 0.5)
"""


@pytest.mark.parametrize(
    ("out", "hidden", "verdict"),
    [
        ("out - y", "h * (1 - h)", "right"),
        ("out - y", "h", "wrong"),
        # If no update is the gradient of the loss, it may be another loss that was meant.
        ("(out - y) * out * (1 - out)", "h * (1 - h)", "no loss"),
    ],
)
def test_a_loss_that_is_not_called_is_used_if_an_update_is_its_gradient(out, hidden, verdict):
    grade = grade_code(TEXT.replace("OUT", out).replace("HIDDEN", hidden))
    assert grade.verdict == verdict
    assert (grade.loss is None) == (verdict == "no loss")


def test_a_program_that_only_defines_such_a_network_is_read_as_well():
    text = TEXT.replace("OUT", "out - y").replace("HIDDEN", "h * (1 - h)").split("data = [(")[0]
    assert grade_code(text).verdict == "right"


def test_a_list_of_layers_is_made_from_the_classes_of_layers():
    text = """
import numpy as np

class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.RandomState(n_in).randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.dW = self.x.T @ grad
        return grad @ self.W.T

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * SLOPE

class Network:
    def __init__(self, layers):
        self.layers = layers

    def train(self, X, y, epochs, lr):
        for _ in range(epochs):
            out = X
            for layer in self.layers:
                out = layer.forward(out)
            loss = np.sum((out - y) ** 2) / 2
            grad = out - y
            for layer in reversed(self.layers):
                grad = layer.backward(grad)
            for layer in self.layers:
                if hasattr(layer, "W"):
                    layer.W -= lr * layer.dW
"""
    assert grade_code(text.replace("SLOPE", "(1 - self.out ** 2)")).verdict == "right"
    assert grade_code(text.replace("SLOPE", "self.out")).verdict == "wrong"
