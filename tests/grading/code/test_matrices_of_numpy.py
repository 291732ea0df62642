"""``np.matrix``: its results are NumPy's, and a program is right or wrong by the product that its ``*`` is."""

import warnings

import numpy
import pytest
from corrections import corrected

from autograd import grade_code
from autograd.grading.code.arrays import Array, numpy_names, plain_array

A, B, V = [[1.5, -2.0, 0.5], [3.0, 1.0, -1.0]], [[2, 1], [0, -1], [4, 3]], [1.0, -2.0]
EXPRESSIONS = """
a * b
b * a
a * 2
2 * a
a * b.A
b.A * a
a @ b
a + a.A
a.A - a
1 - a
a / a.A
-a
abs(a)
v * a
a.T * a.T.T
a.T.T.T
(a * b) ** 2
a[0]
a[:, 1]
a[:, 1:]
a[0, :]
a[[0, 1], 0]
a[1, 2]
a[a > 0]
a > 0
a.A1
a.A
a.H
a.sum()
a.sum(axis=0)
a.sum(1)
a.mean(axis=1)
a.max(axis=0)
a.argmax(axis=1)
np.sum(a, axis=1)
np.sum(a)
np.mean(a, axis=0)
np.multiply(a, a)
np.exp(a)
np.dot(a, b)
np.vstack((a, np.ones((1, 3))))
np.hstack((np.ones((2, 1)), a))
np.concatenate((a, a), axis=1)
np.zeros_like(a)
np.where(a > 0, a, 0.0)
np.array(a)
np.asarray(a)
np.asmatrix(v)
np.matrix('1 2; 3 4.5')
np.matrix([v, v]) * a
a.flatten()
a.ravel()
a.reshape(3, 2)
a.copy() * b
a.astype(int)
a.tolist()
a.shape
len(a)
np.maximum(a, 0)
np.outer(v, v)
np.transpose(a) * a
np.insert(a, 0, 1, axis=1)
[r for r in a][1]
""".strip().splitlines()
NET = """
import numpy as np
np.random.seed(2)
X, T = np.matrix(np.random.randn(5, 3)), np.mat(np.random.rand(5, 2))
W, V = np.matrix(np.random.randn(3, 4)), np.asmatrix(np.random.randn(4, 2))
def f(z):
    return 1 / (1 + np.exp(-z))
for step in range(20):
    h = f(X * W)
    out = f(h * V)
    loss = np.sum(np.multiply(out - T, out - T)) / 2
    d2 = np.multiply(out - T, np.multiply(out, 1 - out))
    d1 = np.multiply(d2 * V.T, np.multiply(h, 1 - h))
    V -= 0.1 * (h.T * d2)
    W = W - 0.1 * X.T * d1
"""
SLIPS = [
    ("np.multiply(d2 * V.T, np.multiply(h, 1 - h))", "d2 * V.T", 13),
    ("np.multiply(out - T, np.multiply(out, 1 - out))\n", "out - T\n", 12),
    ("W = W - 0.1", "W = W + 0.1", 15),
]


def run(expression, np, make):
    """Return an expression's value with one of the two libraries, and what kind of array it is."""
    names = {"np": np, "a": make(A), "b": make(B), "v": V, "abs": abs, "len": len}
    return eval(expression, names)  # the expressions are those above


class Ours:
    """The names of the package's own arrays."""

    names = numpy_names()

    def __getattr__(self, name):
        return wrapped(self.names[name])


def wrapped(function):
    """Return a function as programs call it: it takes matrices apart, and puts its result together again."""
    from autograd.grading.code.arrays import rewrapped

    def call(*args, **keywords):
        plain = function(*map(plain_array, args), **{k: plain_array(v) for k, v in keywords.items()})
        return rewrapped(function.__name__.strip("_"), args, keywords, plain)

    return call


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_matrix_gives_what_it_gives_with_numpy(expression):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = run(expression, numpy, numpy.matrix)
    own = run(expression, Ours(), numpy_names()["matrix"])
    if isinstance(theirs, numpy.ndarray):
        assert (own.shape, type(own).__name__ == "Matrix") == (theirs.shape, isinstance(theirs, numpy.matrix))
        assert numpy.allclose(own.tolist(), theirs.tolist(), rtol=1e-12)
    else:
        assert not isinstance(own, Array)
        assert own == pytest.approx(theirs) if isinstance(theirs, float) else own == theirs


def test_a_change_in_place_reaches_every_view():
    a = numpy_names()["matrix"](A)
    view, a[0, 0] = a.T, 9.0
    a += 1
    a *= 2
    assert view.tolist() == [[20.0, 8.0], [-2.0, 4.0], [3.0, 0.0]]


def test_a_network_of_matrices_is_right():
    assert grade_code(NET).verdict == "right"


@pytest.mark.parametrize(("old", "new", "line"), SLIPS)
def test_a_slip_in_it_is_marked_and_corrected(old, new, line):
    assert NET.count(old) == 1
    wrong = NET.replace(old, new)
    grade = grade_code(wrong)
    assert [mistake.line for mistake in grade.mistakes] == [line]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_the_same_text_with_arrays_is_another_program():
    """With arrays, ``*`` multiplies elements, so that the shapes do not fit."""
    text = NET.replace("np.matrix(", "np.array(").replace("np.mat(", "np.array(").replace("np.asmatrix(", "np.array(")
    assert grade_code(text).verdict == "unreadable"
