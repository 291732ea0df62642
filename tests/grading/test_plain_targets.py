"""Targets that are plain numbers. A formula about them is graded as with Values, or refused with advice."""

import pytest

import nn
from autograd import Value, derive
from nn import MLP

LETTERS = {"s": "z", "t": "y", "y": "z", "p": r"\hat{y}"}
X = [[0.3, -0.7], [0.1, 0.4], [-0.5, 0.9]]

SOFTMAX = [
    (r"\frac{\partial L}{\partial z_i} = \hat{y}_i - y_i", "equal"),
    (r"L = -\sum_i y_i \log \hat{y}_i", "equal"),
    (r"\frac{\partial L}{\partial \hat{y}_i} = -\frac{y_i}{\hat{y}_i}", "equal"),
    (r"\frac{\partial L}{\partial z_i} = y_i - \hat{y}_i", "wrong"),
    (r"L = -\sum_i \hat{y}_i \log y_i", "wrong"),
]


def softmax(target):
    return nn.cross_entropy(MLP(2, [3, 3], activation="sigmoid", seed=1)(X[0]), target)


TARGETS = {
    "ints": [0, 1, 0],
    "floats": [0.0, 1.0, 0.0],
    "soft": [0.2, 0.5, 0.3],
    "class": 1,
    "Values": [Value(x, f"t[{k}]") for k, x in enumerate([0.2, 0.5, 0.3], 1)],
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize(("formula", "verdict"), SOFTMAX)
def test_a_cross_entropy_of_a_softmax(target, formula, verdict):
    assert derive(softmax(target)).convention(letters=LETTERS).grade(None, formula).verdict == verdict


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial z^{(i)}_k} = \frac{1}{m}(\hat{y}^{(i)}_k - y^{(i)}_k)", "equal"),
        (r"L = -\frac{1}{m}\sum_{i=1}^m \sum_k y^{(i)}_k \log \hat{y}^{(i)}_k", "equal"),
        (r"\frac{\partial L}{\partial z^{(i)}_k} = \hat{y}^{(i)}_k - y^{(i)}_k", "wrong"),
    ],
)
def test_a_batch_of_classes(formula, verdict):
    model = MLP(2, [3, 3], activation="tanh", seed=1)
    first, *others = [nn.cross_entropy(model(x), k) for x, k in zip(X, [0, 2, 1], strict=True)]
    derivation = derive(sum(others, first) / 3).convention(letters=LETTERS)
    assert derivation.grade(None, formula).verdict == verdict


LEFT_OUT = {
    "binary_cross_entropy": (1, [
        (r"L = -y\log\hat{y} - (1-y)\log(1-\hat{y})", "equal"),
        (r"\frac{\partial L}{\partial z_o} = \hat{y} - y", "equal"),
        (r"\frac{\partial L}{\partial w_{ho}} = (\hat{y}-y) a_h", "equal"),
        (r"\frac{\partial L}{\partial z_o} = y - \hat{y}", "wrong"),
    ]),
    "hinge": (-1, [(r"L = \max(0, 1 - y\hat{y})", "equal"), (r"L = \max(0, 1 + y\hat{y})", "wrong")]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "target", "formula", "verdict"),
    [(name, target, *row) for name, (target, rows) in LEFT_OUT.items() for row in rows],
)
def test_targets_that_a_loss_leaves_out_of_the_graph(name, target, formula, verdict):
    output = "sigmoid" if name == "binary_cross_entropy" else "linear"
    model = MLP(2, [3, 1], activation="tanh", output=output, seed=1)
    letters = {"s": "z", "t": "y", "y": r"\hat{y}"}

    def grade(t):
        return derive(getattr(nn, name)(model(X[0]), t)).convention(letters=letters).grade(None, formula)

    found = grade(target)
    assert found.verdict == "unreadable"
    assert "Record the targets as Values with labels" in found.diagnosis
    assert grade(Value(float(target), "t[1]")).verdict == verdict
