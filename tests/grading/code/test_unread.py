"""A program that stops before an update, or cannot be read there, is not called right because of earlier updates."""

import pytest

from autograd import grade_code

PROGRAM = """import numpy as np
x, t = np.array([[0.5, -1.0], [0.3, 0.4], [1.0, 0.2]]), np.array([[1.0], [0.0], [1.0]])
w, b = np.array([[0.3], [0.7]]), np.array([0.1])
y = np.tanh(x @ w + b)
loss = np.sum((y - t) ** 2) / 2
d = (y - t) * (1 - y**2)
w -= 0.1 * x.T @ d
"""

UNREAD = {  # statements after the update of w, with the named line and a part of the message
    "b -= 0.1 * d": (8, "non-broadcastable"),
    "b += -0.1 * d": (8, "non-broadcastable"),
    "b -= 0.1 * d.T": (8, "non-broadcastable"),
    "b -= 0.1 * (d @ d).sum(axis=0)": (8, "mismatch"),
    "e = d @ d\nb = b - 0.1 * d.sum(axis=0)": (8, "update in line 9 was not read"),
    "for _ in range(2):\n    unknown()\n    b += 0.1 * -d.sum(axis=0)": (9, "update in line 10 was not read"),
    "raise ValueError('late')\nb -= 0.1 * d.sum(axis=0)": (8, "stops here with ValueError; the update in line 9"),
}

READ = {  # nothing after these statements looks like an update
    "print('%i' % 'a')": "nothing after line 8 was read: the program stops here with TypeError",
    "print(unknown)\ncount = 0\ncount += 1": "nothing after line 8 was read: the program stops here with NameError",
    "b -= 0.1 * d.sum(axis=0)\nraise ValueError": "nothing after line 9 was read: the program stops here with",
}


@pytest.mark.parametrize("after", UNREAD)
def test_an_update_that_was_not_read_is_named(after):
    grade = grade_code(PROGRAM + after)
    line, said = UNREAD[after]
    assert grade.verdict == "unreadable"
    assert grade.unreadable[0][0] == line
    assert said in grade.unreadable[0][1]


@pytest.mark.parametrize("after", READ)
def test_a_program_is_right_up_to_where_it_is_read(after):
    grade = grade_code(PROGRAM + after)
    assert grade.verdict == "right"
    assert grade.said[0].startswith(READ[after])


def test_a_wrong_update_stays_wrong_where_the_program_stops():
    grade = grade_code(PROGRAM.replace("(1 - y**2)", "y") + "b -= 0.1 * d")
    assert grade.verdict == "wrong"
    assert any("nothing after line 8 was read" in line for line in grade.said)


IN_BOTH_LOOPS = """\
import numpy as np

rng = np.random.RandomState(1)
X, T = rng.randn(4, 3), rng.randn(4, 2)
A, B = rng.randn(3, 2), rng.randn(2, 2)
rate, drop = 0.1, 0.01
for epoch in range(5):
    dA = np.zeros_like(A)
    for x, t in zip(X, T):
        h = x @ A
        e = h @ B - t
        loss = 0.5 * np.sum(e**2)
        dA += np.outer(x, e @ B.T)
        INNER
    OUTER
"""


@pytest.mark.parametrize(
    ("inner", "outer", "verdict", "line"),
    [
        ("B -= rate * np.outer(h, e)", "A -= rate * dA", "unreadable", 15),
        ("B -= rate * np.outer(h, e)", "A = A - rate * dA", "unreadable", 15),
        ("B -= rate * np.outer(h, e)", "if epoch > 0: A += -rate * dA", "unreadable", 15),
        ("B -= rate * np.outer(h, e)", "rate -= drop * rate", "right", None),
        ("B -= rate * np.outer(h, e)", "print(A)", "right", None),
        ("B -= rate * np.outer(h, -e)", "A -= rate * dA", "wrong", None),
    ],
)
def test_an_update_behind_a_loop_of_updates_is_not_passed_over(inner, outer, verdict, line):
    grade = grade_code(IN_BOTH_LOOPS.replace("INNER", inner).replace("OUTER", outer), loss="loss")
    assert grade.verdict == verdict, str(grade)
    assert [where for where, _ in grade.unreadable] == ([] if line is None else [line])


def test_a_program_is_text():
    with pytest.raises(TypeError, match="a program is text, found int: read the file first"):
        grade_code(3)
