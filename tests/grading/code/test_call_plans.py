"""Programs that define functions and classes and call none of them are read with calls that fit their names."""

import ast

import pytest

from autograd import grade_code
from autograd.grading.code.call_plans import planned_calls

FUNCTIONS = """
import numpy as np

def init_params(n_x, n_h, n_y):
    W1, b1 = np.random.randn(n_h, n_x), np.zeros((n_h, 1))
    W2, b2 = np.random.randn(n_y, n_h), np.zeros((n_y, 1))
    params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    return params

def ahead_forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = 1 / (1 + np.exp(-(parameters["W2"] @ A1 + parameters["b2"])))
    cache = {"A1": A1, "A2": A2}
    return A2, cache

def cost(A2, Y):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]

def backward(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = parameters["W2"].T @ dZ2 * SLOPE
    grads = {"W2": dZ2 @ cache["A1"].T / m, "b2": np.sum(dZ2, axis=1, keepdims=True) / m}
    grads["W1"], grads["b1"] = dZ1 @ X.T / m, np.sum(dZ1, axis=1, keepdims=True) / m
    return grads

def update_parameters(parameters, grads, learning_rate):
    for key in grads:
        parameters[key] = parameters[key] - learning_rate * grads[key]
    return parameters
"""
LABELS = """
import numpy as np

class Softmax:
    def __init__(self, input_size=784, output_size=10, activation="softmax"):
        self.W = np.random.randn(input_size, output_size) * 0.1

    def train(self, X, labels, rate=0.1, epochs=100):
        for _ in range(epochs):
            z = X @ self.W
            p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
            loss = -np.mean(np.log(p[np.arange(len(X)), labels]))
            d = p.copy()
            d[np.arange(len(X)), labels] -= 1
            self.W -= rate * X.T @ d / SLOPE
"""
LAYER = """
import numpy as np

class Dense:
    def __init__(self, nin, nout):
        self.W, self.b = np.random.randn(nin, nout), np.zeros((1, nout))

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, grad, lr):
        dX = grad @ self.W.T
        self.W -= lr * self.X.T @ grad
        self.b -= lr * SLOPE
        return dX
"""
PROGRAMS = {
    "functions": (FUNCTIONS, '(1 - cache["A1"] ** 2)', 'cache["A1"]', "wrong"),
    "labels": (LABELS, "len(X)", "-len(X)", "wrong"),
    # The argument of a layer's backward pass is unknown. So a difference may be another convention.
    "a layer": (LAYER, "np.sum(grad, axis=0, keepdims=True)", "np.mean(grad, axis=0, keepdims=True)", "unreadable"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_is_right(name):
    text, slope, _, _ = PROGRAMS[name]
    grade = grade_code(text.replace("SLOPE", slope))
    assert grade.unreadable == []
    assert grade.verdict == "right"
    assert any("the file calls nothing: read with" in line for line in grade.said)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_wrong_program_is_not_right(name):
    text, _, slope, verdict = PROGRAMS[name]
    assert grade_code(text.replace("SLOPE", slope)).verdict == verdict


def test_a_layer_beside_another_backward_pass_is_not_called_right():
    text = LAYER.replace("SLOPE", "np.sum(grad, axis=0, keepdims=True)")
    text += "\nclass Relu:\n    def backward(self, grad, lr):\n        return grad * self.mask\n"
    assert grade_code(text).verdict == "unreadable"


def test_a_difference_is_not_taken_for_the_loss_of_a_program_that_calls_nothing():
    text = """
class Net:
    def __init__(self, n_inputs, n_outputs):
        self.units = [{"w": [0.3, -0.2, 0.5]} for _ in range(n_outputs)]

    def train(self, X, y, rate, epochs):
        for _ in range(epochs):
            for x, t in zip(X, y):
                for unit, goal in zip(self.units, t):
                    unit["out"] = sum(w * v for w, v in zip(unit["w"], x))
                    err = unit["out"] - goal
                    unit["delta"] = err
                for unit in self.units:
                    for j, v in enumerate(x):
                        unit["w"][j] -= rate * unit["delta"] * v
"""
    assert grade_code(text).verdict == "no loss"


def test_functions_that_the_calls_do_not_reach_are_named():
    text = LABELS.replace("SLOPE", "len(X)") + "\ndef other(w, d):\n    w -= 0.1 * d\n"
    grade = grade_code(text)
    assert grade.verdict == "right"
    assert "not reached by these calls, and so not judged: what other changes" in grade.said


def test_a_plan_makes_the_arguments_first():
    [first, *_] = planned_calls(ast.parse(FUNCTIONS.replace("SLOPE", "1")))
    assert first.splitlines()[0] == "params = init_params(3, 4, 1)"


def test_a_function_whose_arguments_say_nothing_is_not_called():
    assert planned_calls(ast.parse("def train(u, v):\n    u -= v")) == []
