"""Numbers that programs print, also those in arrays with a single number, such as ``np.squeeze(cost)``."""

import numpy as np
import pytest
from corrections import corrected

from autograd import grade_code

LOOP = """
import numpy as np

def step(w, b, X, Y):
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / 3
    dw, db = np.dot(X, (A - Y).T) / 3, np.sum(A - Y) / 3
    return {{"dw": dw, "db": db}}, np.squeeze(cost)

X, Y = np.array([[0.1, 0.5, -0.3], [0.4, -0.2, 0.9]]), np.array([[1, 0, 1]])
w, b = np.zeros((2, 1)), 0.0
for i in range(300):
    grads, cost = step(w, b, X, Y)
    w = w - 0.3 * grads["dw"]
    b = b - 0.3 * grads["db"]
    if i % 100 == 0:
        print({printed})
"""
PRINTED = [
    '"cost after %i: %f" % (i, cost)',
    '"cost: %.3e" % cost',
    '"%(cost)8.3f" % {"cost": cost}',
    '"cost after {}: {:.4f}".format(i, cost)',
    '"cost {c:.4f}".format(c=cost)',
    'f"cost {cost:.3f} {i:d}"',
    'f"{cost!r:>30}"',
    '"%f" % w[0]',
    '"%.2f %s" % (float(cost), w)',
    '"{:.2f} %".format(100 - np.mean(np.abs(Y - 0.5)) * 100)',
]
EARLY = (
    "for i in range(300):\n    grads, cost = step(w, b, X, Y)",
    "grads, cost = step(w, b, X, Y)\nfor i in range(300):",
)


@pytest.mark.parametrize("printed", PRINTED)
def test_a_program_that_prints_is_read_to_its_second_update(printed):
    text = LOOP.format(printed=printed)
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)
    assert "at the second update" in str(grade)
    assert grade_code(text.replace(*EARLY)).verdict == "wrong"  # the gradient is that of the first weights
    wrong = grade_code(text.replace("(A - Y).T) / 3", "(A - Y).T)"))
    assert wrong.verdict == "wrong"
    assert grade_code(corrected(wrong.text, wrong.mistakes)).verdict == "right"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("np.squeeze(np.array([[x]]))", "%.4f"), ("np.array([x])[0]", "%.4f"), ("np.array(x)", "%.4f"),
        ("x", "%.4f"), ("x", "%g"), ("7", "%d"), ("True", "%s"), ("'a'", "%s"),
    ],
)  # fmt: skip
def test_the_text_is_that_of_numpy(value, text):
    """The program looks up its rate by the text."""
    printed = text % eval(value, {"np": np, "x": 0.5})
    program = LOOP.format(printed="i").replace("0.3 * grads", "rate * grads")
    program = program.replace("w, b =", f"x = 0.5\nrate = {{{printed!r}: 0.3}}[{text!r} % {value}]\nw, b =")
    assert grade_code(program).verdict == "right"
    assert grade_code(program.replace(f"{{{printed!r}: 0.3}}", "{'another text': 0.3}")).verdict == "unreadable"


def test_a_text_that_python_cannot_print_stops_the_program():
    text = LOOP.format(printed='"%d" % "a"').replace("if i % 100 == 0:", "if True:")
    assert "nothing after line 17 was read: the program stops here with TypeError" in str(grade_code(text))
