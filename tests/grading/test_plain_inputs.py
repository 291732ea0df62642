"""Derivatives with respect to inputs that are plain numbers: against finite differences, and in formulas."""

import functools

import pytest

from autograd import derive, total
from autograd.formulas.sampling import recorded_sample
from autograd.grading.meaning.quantities import At, Model, Quantity
from nn import MLP, cross_entropy, half_sse

INPUTS = {1: [[0.3, -0.7]], 3: [[0.3, -0.7], [0.5, 0.2], [-0.4, 0.9]]}


def _loss(samples, loss, inputs):
    model = MLP(2, [3, 2], activation="tanh", seed=4)
    targets = [0.25, 0.75]
    return total([loss(model(x), targets) for x in inputs]) if samples > 1 else loss(model(inputs[0]), targets)


@functools.cache
def _derived(samples, loss):
    return derive(_loss(samples, loss, INPUTS[samples]))


def _with(inputs, n, i, change):
    return [[x + change * (k == n and j == i) for j, x in enumerate(row)] for k, row in enumerate(inputs)]


@pytest.mark.parametrize("loss", [half_sse, cross_entropy])
@pytest.mark.parametrize(("samples", "n", "i"), [(1, 0, 0), (1, 0, 1), (3, 1, 0), (3, 2, 1)])
def test_a_derivative_by_a_plain_input_is_the_finite_difference(samples, loss, n, i):
    formulas = _derived(samples, loss).convention()._formulas
    at = At(Model(formulas), recorded_sample(formulas.network), 0.1)
    at.number = float
    found = at.ratio(Quantity("loss"), Quantity("a", 0, i + 1, n + 1 if samples > 1 else None))
    up, down = (_loss(samples, loss, _with(INPUTS[samples], n, i, change)).data for change in (1e-5, -1e-5))
    assert found == pytest.approx((up - down) / 2e-5, rel=1e-7)


ONE, MANY = (1, half_sse), (3, half_sse)
COLUMNS = {"letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "L"}, "order": "to-from", "vectors": "columns"}
ROWS = {"letters": {"s": "Z", "a": "A", "y": "A", "t": "Y", "x": "X", "loss": "L"}, "order": "from-to", "batch": "rows"}


@pytest.mark.parametrize(
    ("network", "declared", "formula", "verdict"),
    [
        (ONE, COLUMNS, r"\frac{\partial L}{\partial x} = (W^1)^T \delta^1", "equal"),
        (ONE, COLUMNS, r"\frac{\partial L}{\partial x} = W^1 \delta^1", "wrong"),
        (ONE, COLUMNS, r"\frac{\partial L}{\partial x_i} = \sum_j w^1_{ji} \delta^1_j", "equal"),
        (ONE, COLUMNS, r"\frac{\partial L}{\partial x_i} = \sum_j w^1_{ij} \delta^1_j", "wrong"),
        (ONE, COLUMNS, r"\frac{\partial z^1_j}{\partial x_i} = w^1_{ji}", "equal"),
        (ONE, COLUMNS, r"\frac{\partial z^1_j}{\partial x_i} = w^1_{ij}", "wrong"),
        (ONE, COLUMNS, r"\frac{\partial a^1_j}{\partial x_i} = (1 - (a^1_j)^2) w^1_{ji}", "equal"),
        (ONE, COLUMNS, r"\frac{\partial a^1_j}{\partial x_i} = (1 - a^1_j) w^1_{ji}", "wrong"),
        (ONE, COLUMNS, r"\frac{\partial a^2}{\partial x} = diag(f'(z^2)) W^2 diag(f'(z^1)) W^1", "equal"),
        (ONE, COLUMNS, r"\frac{\partial a^2}{\partial x} = diag(f'(z^2)) W^2 W^1", "wrong"),
        (MANY, ROWS, "∂L/∂X = ∂L/∂Z1 * W1^T", "equal"),
        (MANY, ROWS, "∂L/∂X = ∂L/∂Z1 * W1", "wrong"),
        (MANY, ROWS, "dX = dZ1 W1^T", "equal"),
        (MANY, ROWS, "dX = dA1 W1^T", "wrong"),
        (
            MANY,
            ROWS,
            r"\frac{\partial L}{\partial X} = dZ_1 W_1^T,\ \frac{\partial L}{\partial W_1} = X^T dZ_1",
            "equal",
        ),
        (
            MANY,
            ROWS,
            r"\frac{\partial L}{\partial X} = dZ_1 W_1^T,\ \frac{\partial L}{\partial W_1} = dZ_1 X^T",
            "wrong",
        ),
    ],
)
def test_the_verdict_on_a_derivative_by_the_inputs(network, declared, formula, verdict):
    grade = _derived(*network).convention(**declared).grade(None, formula)
    assert grade.verdict in (("wrong", "ill-formed") if verdict == "wrong" else (verdict,)), str(grade)


def test_a_derivative_by_a_plain_target_is_refused():
    grade = _derived(*ONE).convention(**COLUMNS).grade(None, r"\frac{\partial L}{\partial y_k} = y_k - a_k")
    assert grade.verdict == "unreadable"
    assert "record it as a Value" in grade.diagnosis
