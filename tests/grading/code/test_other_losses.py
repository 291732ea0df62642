"""Updates that are exactly the gradients of a different loss: the grade names this loss."""

import pytest

from autograd import grade_code

pytestmark = pytest.mark.sampled(4)

PROGRAM = """
import numpy as np

np.random.seed(3)
X = np.random.randn(6, 3)
C = np.array([0, 1, 2, 0, 1, 2])
Y = {goal}
W1 = np.random.randn(3, 4)
W2 = np.random.randn(4, Y.shape[1])
for step in range(2):
    H = np.tanh(X @ W1)
    Z = H @ W2
    A = {activation}
    loss = {loss}
    dZ = {error}
    dH = {hidden}
    dW2 = H.T @ dZ
    dW1 = X.T @ (dH * (1 - H ** 2))
    W1 -= 0.1 * dW1
    W2 -= 0.1 * dW2
"""

LOGISTIC = ("(np.random.rand(6, 1) > 0.5) * 1.0", "1 / (1 + np.exp(-Z))")
SOFTMAX = ("np.eye(3)[C]", "np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)")
REAL = ("np.random.randn(6, 1)", "Z * 1.0")
SIGNS = ("np.sign(np.random.randn(6, 1))", "Z * 1.0")
HALF, SQUARES, MEAN = "np.sum((A - Y) ** 2) / 2", "np.sum((A - Y) ** 2)", "np.mean((A - Y) ** 2)"
BINARY = "-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))"
CATEGORICAL = "-np.sum(Y * np.log(A))"


def grade(network, loss, error, hidden="dZ @ W2.T"):
    """Return the grade of a program whose backward pass starts from an error."""
    goal, activation = network
    return grade_code(PROGRAM.format(goal=goal, activation=activation, loss=loss, error=error, hidden=hidden))


@pytest.mark.parametrize(
    ("network", "loss", "error", "other"),
    [
        (LOGISTIC, MEAN, "(A - Y) / 6", "-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / 6"),
        (LOGISTIC, HALF, "A - Y", "-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))"),
        (LOGISTIC, BINARY, "2 * (A - Y) * A * (1 - A) / 6", "np.sum((A - Y) ** 2) / 6"),
        (LOGISTIC, BINARY, "(A - Y) * A * (1 - A)", "np.sum((A - Y) ** 2) / 2"),
        (SOFTMAX, SQUARES, "A - Y", "-np.sum(Y * np.log(A))"),
        (SOFTMAX, CATEGORICAL, "2 * A * (A - Y - np.sum((A - Y) * A, axis=1, keepdims=True))", "np.sum((A - Y) ** 2)"),
        (REAL, MEAN, "np.sign(A - Y)", "np.sum(np.abs(A - Y))"),
        (SIGNS, HALF, "np.where(Y * A < 1, -Y, 0.0)", "np.sum(np.maximum(0, 1 - Y * A))"),
    ],
)
def test_the_grade_says_whose_gradients_they_are(network, loss, error, other):
    found = grade(network, loss, error)
    assert found.verdict == "wrong"
    assert f"these are exactly the gradients of {other}, which is another loss" in found.said


@pytest.mark.parametrize(
    ("network", "loss", "error", "hidden"),
    [
        (LOGISTIC, MEAN, "(A - Y) * A", "dZ @ W2.T"),  # not the gradients of any loss
        (LOGISTIC, BINARY, "2 * (A - Y) * A * (1 - A) / 6", "(A - Y) @ W2.T"),  # of a squared error, for W2 only
        (LOGISTIC, BINARY, "(A - Y) / 6", "(A - Y) @ W2.T * 2"),  # W2 is right
        (LOGISTIC, BINARY, "(A - Y) / 6", "dZ @ W2.T"),  # both are right
    ],
)
def test_nothing_is_said_of_other_losses_where_some_update_is_of_none(network, loss, error, hidden):
    assert not [said for said in grade(network, loss, error, hidden).said if "another loss" in said]


def test_without_a_loss_one_is_proposed_though_the_loop_goes_on_to_a_second_step():
    found = grade(LOGISTIC, "None", "A - Y")
    assert found.verdict == "no loss"
    assert found.proposed == ["-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))"]
