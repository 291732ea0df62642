"""Data that the program centers before the training, and losses that a method returns beside a gradient."""

import pytest
from corrections import corrected

from autograd import grade_code

DATA = {
    "made digits": """
import numpy as np
from sklearn.datasets import load_digits
digits = load_digits()
X, y = digits.data / 16.0, digits.target
X = X - np.mean(X, axis=0)
""",
    "own numbers": """
import numpy as np
rng = np.random.RandomState(2)
X, y = rng.normal(size=(9, 5)), np.arange(9) % 3
X -= X.mean(axis=0)
X = X - 0.1
""",
}
HINGE = """
def hinge(W, X, y, reg):
    n = X.shape[0]
    scores = X.dot(W)
    right = scores[np.arange(n), y].reshape(-1, 1)
    margins = np.maximum(0, scores - right + 1)
    margins[np.arange(n), y] = 0
    loss = np.sum(margins) / n
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    count = np.sum(mask, axis=1)
    mask[np.arange(n), y] = -count
    dW = X.T.dot(mask)
    dW /= n
    dW += 2 * reg * W
    return loss, dW


class Machine(object):
    def train(self, X, y, rate=1e-3, reg=1e-5, iterations=100, batch_size=200):
        self.W = 0.05 * np.random.randn(X.shape[1], np.max(y) + 1)
        history = []
        for step in range(iterations):
            rows = np.random.choice(X.shape[0], batch_size, replace=True)
            loss, grad = self.loss(X[rows], y[rows], reg)
            history.append(loss)
            self.W -= rate * grad
        return history

    def loss(self, X, y, reg):
        return hinge(self.W, X, y, reg)


Machine().train(X, y, rate=1e-2, reg=0.05, batch_size=12)
"""
# A right part, its wrong replacement, the line within the program, and a kind.
SLIPS = [
    ("dW += 2 * reg * W", "dW += reg * W", 16, "penalty"),
    ("dW += 2 * reg * W", "dW -= 2 * reg * W", 16, "penalty"),
    ("] = -count", "] = -1", 13, "wrong factor"),
    ("dW /= n", "dW /= X.shape[1]", 15, "constant factor"),
]


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_centered_data_are_no_parameter(data):
    grade = grade_code(data + HINGE)
    assert grade.verdict == "right"
    assert [update.parameter.endswith("W") for update in grade.updates] == [True]


def test_a_given_loss_is_not_compared_with_the_centering_of_data():
    grade = grade_code(DATA["own numbers"] + HINGE, loss="np.sum(margins) / n + reg * np.sum(W * W)")
    assert (grade.verdict, len(grade.updates)) == ("right", 1)


@pytest.mark.parametrize(("old", "new", "line", "kind"), SLIPS)
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_a_slip_in_a_gradient_that_is_returned_beside_its_loss_is_found(data, old, new, line, kind):
    text = data + HINGE.replace(old, new)
    grade = grade_code(text)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(data.count("\n") + line, kind)]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_a_descent_on_a_function_of_its_own_parameters_is_still_one():
    text = "import numpy as np\nw = np.array([0.4, -0.7])\nloss = np.sum(w ** 2)\nw = w - 0.1 * RIGHT * w\n"
    assert grade_code(text.replace("RIGHT", "2")).verdict == "right"
    assert grade_code(text.replace("RIGHT * w", "2 * w ** 2")).verdict == "wrong"
