"""Running sums lie in memory as NumPy's do, so that reshaping them gives a view or a copy alike."""

import types

import numpy
import pytest

from autograd.grading.code.arrays import numpy_names

OURS = types.SimpleNamespace(**numpy_names())
SOURCES = [
    "np.arange(3.0)", "np.arange(6.0).reshape(2, 3)", "np.arange(6.0).reshape(2, 3).T", "np.arange(9).reshape(1, 3, 3)",
    "np.arange(24.0).reshape(2, 3, 4)", "np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)",
    "np.arange(24.0).reshape(4, 6)[::2, ::2]", "(np.arange(9).reshape(3, 3) > 4).T", "np.arange(3.0).reshape(3, 1)",
]  # fmt: skip
FUNCTIONS = [
    "np.cumsum(x, axis={})",
    "np.cumprod(x, axis={})",
    "np.add.accumulate(x, {})",
    "np.maximum.accumulate(x, {})",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_running_sum_shares(source, function):
    found = []
    for np in (numpy, OURS):
        x = eval(source, {"np": np})
        of_axes = []
        for axis in range(x.ndim):
            running = eval(function.format(axis), {"np": np, "x": x})
            flat, values = running.reshape(-1), running.tolist()
            running.fill(7)
            of_axes.append((values, flat.tolist()))
        found.append(of_axes)
    assert found[0] == found[1]


def test_a_program_whose_flattened_running_sum_is_a_view():
    f = OURS.array([[[True, True, False], [True, True, True], [True, True, False]]])
    running = OURS.cumsum(abs(f), axis=2)
    flat = running.reshape(-1)
    running.fill(3)
    assert flat.tolist() == [3] * 9


VIEWS = [
    "y = np.vectorize(lambda n: n + 1)(x.T); z = y.ravel(); y.fill(7)",
    "y = np.vectorize(lambda n: n + 1)(x); z = y.ravel(); y.fill(7)",
    "y = np.vectorize(lambda n, m: n + m)(x.T, 2); z = y.reshape(-1); y.fill(7)",
    "z = x[np.array(1)]; x.fill(7)",
    "z = x[0:1, np.array(1)]; x.fill(7)",
    "z = x[1]; x.fill(7)",
    "z = x[0:1, np.int64(1)]; x.fill(7)",
    "x[np.array(1)] = 7; z = x",
    "x[0:1, np.array(1)] += 7; z = x",
]


@pytest.mark.parametrize("program", VIEWS)
def test_what_is_a_view(program):
    found = []
    for np in (numpy, OURS):
        names = {"np": np, "x": np.arange(6.0).reshape(2, 3)}
        exec(program, names)
        found.append(names["z"].tolist())
    assert found[0] == found[1]
