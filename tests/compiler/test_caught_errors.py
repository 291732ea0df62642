"""A compiled function that catches the error of an operation gives the same as with Values, or it is refused."""

import contextlib
import sys
from contextlib import suppress

import numpy as np
import pytest

import autograd
from autograd import DomainError, GuardError, Value, acos, exp, log, sqrt
from autograd.compiler import caught_errors
from nn import MLP, fit


def log_or_0(x, y):
    try:
        return log(x) * y
    except ValueError:
        return 0 * x


def safe_log(x):
    """The try is in a function that is called."""
    try:
        found = log(x)
    except DomainError:
        found = -10.0 + 0 * x
    return found


def by_a_helper(x, y):
    return safe_log(x) + safe_log(y) ** 2


def quotient(x, y):
    try:
        return x / y
    except ZeroDivisionError:
        return x


def reversed_quotient(x, y):
    try:
        return 1 / x + y
    except ArithmeticError:
        return x + y


def suppressed(x, y):
    found = y * 2
    with suppress(ValueError):
        found = sqrt(x)
    return found


def suppressed_by_its_module(x, y):
    found = y * 2
    with contextlib.suppress(ValueError, TypeError):
        found = acos(x / 5)
    return found


def bare(x, y):
    try:
        return x**0.5 + y
    except:  # noqa: E722 - the bare except is the case under test
        return y


def nested(x, y):
    try:
        try:
            return log(x)
        except ZeroDivisionError:
            return y
    except (KeyError, ValueError):
        return -y


def overflowing(x, y):
    try:
        return exp(400 * x) * 1e-300
    except OverflowError:
        return y


def in_a_call(x, y):
    """The error is raised in a function that the block calls."""

    def inner(z):
        return log(z) * z

    try:
        return inner(x) + inner(y)
    except Exception:
        return x + y


CAUGHT = [log_or_0, by_a_helper, quotient, reversed_quotient, suppressed, suppressed_by_its_module, bare, nested,
          overflowing, in_a_call]  # fmt: skip
ROWS = np.array([[1.5, 2.0], [-1.0, 0.5], [3.0, 0.0], [0.0, 0.0], [0.5, -4.0], [2.0, 0.25]])


def eager(f, rows):
    values, gradients = [], []
    for row in rows:
        leaves = [Value(x) for x in row]
        y = f(*leaves)
        y.backward()
        values.append(y.data)
        gradients.append([leaf.grad for leaf in leaves])
    return np.array(values), np.array(gradients)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("f", CAUGHT)
@pytest.mark.parametrize("first", range(len(ROWS)))
def test_it_records_each_branch(f, first):
    rows = np.roll(ROWS, -first, axis=0)
    program = autograd.compile(f, on_other_branch="record")
    values, gradients = eager(f, rows)
    np.testing.assert_allclose(program(rows), values, rtol=1e-13)
    np.testing.assert_allclose(program.gradient(rows).inputs, gradients, rtol=1e-12)


@pytest.mark.parametrize("f", CAUGHT)
def test_another_branch_is_refused_by_default(f):
    values, _ = eager(f, ROWS)
    program = autograd.compile(f)
    for row, value in zip(ROWS, values, strict=True):
        try:
            found = program([row])[0]
        except GuardError:
            continue
        assert found == pytest.approx(value, rel=1e-13)


def test_an_error_that_is_not_caught_gives_nan():
    """As documented: the function would raise, so no number is right."""

    def not_caught(x):
        try:
            return log(x)
        except KeyError:
            return x

    def goes_on(x):
        try:
            return log(x)
        except ValueError:
            raise

    def outside(x):
        with contextlib.suppress(ValueError):
            int("no number")
        return log(x)

    for f in (not_caught, goes_on, outside):
        assert np.isnan(autograd.compile(f)([[1.0], [-1.0]])).tolist() == [False, True]
        assert np.isnan(autograd.compile(f)([[-1.0], [1.0]])).tolist() == [True, False]


def test_a_try_around_everything_costs_no_branch():
    """Samples that raise nothing take the same branch."""

    def f(x, y):
        try:
            return log(x) / y
        except ValueError:
            return x

    program = autograd.compile(f)
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [0.1, -7.0]])
    np.testing.assert_allclose(program(rows), np.log(rows[:, 0]) / rows[:, 1], rtol=1e-14)


def test_code_that_calls_the_compiler_catches_nothing():
    """Only the recorded code counts, and not the test around it."""
    model = MLP(1, [2, 1], activation=lambda x: log(exp(x) + 1), seed=0)
    try:
        program = autograd.compile(lambda x: log(x))
        assert np.isnan(program([[1.0], [-1.0]])).tolist() == [False, True]
        history = fit(model, [[0.0], [1.0]], [0.0, 1.0], epochs=2, progress=False, engine="native")
    except ValueError:
        history = None
    assert history is not None


def test_a_model_that_catches_an_error_is_refused_by_machine_code():
    def model(x):
        try:
            return log(w * x[0])
        except ValueError:
            return w * x[0]

    class Model:
        def __call__(self, x):
            return model(x)

        def parameters(self):
            return [w]

    w = Value(0.5)
    with pytest.raises(ValueError, match=r"write the choice with autograd\.where"):
        fit(Model(), [[1.0], [-1.0]], [0.0, 1.0], epochs=2, progress=False, engine="native")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has no except*")
def test_a_handler_of_groups_counts():
    (found,) = caught_errors._tries_in("try:\n    y = log(x)\nexcept* ValueError:\n    y = 0.0\n")
    assert (found.first, found.last, found.caught) == (2, 2, ("ValueError",))
