"""``np.maximum`` and similar functions of arrays of Values record in the compiled engine. Other objects do not."""

import decimal
import fractions
import gc
import itertools
import math
import sys

import numpy as np
import pytest

import autograd
from autograd import Value, compile, derive, grad, replay
from autograd.engine.array_loops import replace_loop
from nn import MLP, half_sse

A = [0.7, -1.3, 2.5, -0.4, 0.9]
B = [-0.6, -1.1, 3.5, 0.2, -2.0]
OF_TWO = ["maximum", "minimum", "fmax", "fmin"]
FUNCTIONS = {
    **{name: (getattr(np, name), 2) for name in OF_TWO},
    "clip": (np.clip, 3), "sign": (np.sign, 1), "trunc": (np.trunc, 1),
}  # fmt: skip
OPERANDS = (A, B, [1.5] * 5)


def values(numbers):
    return np.array([Value(x) for x in numbers], dtype=object)


def slope(ufunc, numbers, i, step=1e-6):
    above, below = [list(numbers), list(numbers)]
    above[i] += step
    below[i] -= step
    return (float(ufunc(*above)) - float(ufunc(*below))) / (2 * step)


@pytest.mark.parametrize("others", ["Values", "floats", "objects"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_element_is_recorded(name, others):
    ufunc, n = FUNCTIONS[name]
    for chosen in itertools.product([True, False], repeat=n):
        if not any(chosen):
            continue
        make = {"Values": values, "floats": np.array, "objects": lambda xs: np.array(xs, dtype=object)}[others]
        operands = [values(OPERANDS[i]) if chosen[i] else make(OPERANDS[i]) for i in range(n)]
        found = ufunc(*operands)
        assert {type(y) for y in found} == {Value}
        assert [y.data for y in found] == ufunc(*OPERANDS[:n]).tolist()
        autograd.total(list(found)).backward()
        for i in range(n):
            if not chosen[i]:
                continue
            at = [[OPERANDS[j][k] for j in range(n)] for k in range(5)]
            assert [x.grad for x in operands[i]] == pytest.approx([slope(ufunc, x, i) for x in at], abs=1e-9)
            moved = replay(found[0], at={operands[i][0]: OPERANDS[i][0] - 3.0}).value
            assert moved == ufunc(*[at[0][j] - 3.0 * (j == i) for j in range(n)])


def test_a_layer_whose_units_are_all_closed_stays_connected():
    """NumPy's own loop returned plain zeros, whose sum is a plain number."""
    x = values([-1.0, -2.0])
    loss = np.maximum(x, 0).sum()
    assert type(loss) is Value
    loss.backward()
    assert [v.grad for v in x] == [0.0, 0.0]
    assert replay(loss, at={x[0]: 3.0}).value == 3.0


def test_a_tie_is_shared_as_between_two_values():
    a, b = values([2.0]), values([2.0])
    np.maximum(a, b)[0].backward()
    assert (a[0].grad, b[0].grad) == (0.5, 0.5)
    assert grad(lambda x: np.maximum(np.array([x], dtype=object), 0)[0])(0.0) == 0.5


SPECIAL = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", OF_TWO)
def test_special_numbers(name):
    pairs = list(itertools.product(SPECIAL, repeat=2))
    a, b = map(list, zip(*pairs, strict=True))
    with np.errstate(invalid="ignore"):  # NumPy warns of comparisons with NaN, also for floats in arrays of objects
        found = getattr(np, name)(values(a), values(b))
    np.testing.assert_array_equal([getattr(y, "data", y) for y in found], getattr(np, name)(a, b))


def test_reductions_record_and_so_do_their_options():
    x = values(A)
    x.max().backward()
    assert [v.grad for v in x] == [0.0, 0.0, 1.0, 0.0, 0.0]
    table = np.array([values(A), values(B)])
    assert [y.data for y in table.max(axis=0)] == np.maximum(A, B).tolist()
    assert [y.data for y in np.minimum.accumulate(values(A))] == np.minimum.accumulate(A).tolist()
    assert np.maximum.outer(values(A), B).shape == (5, 5)
    out = np.full(5, None)
    assert np.maximum(x, 0, out=out) is out
    assert [y.data for y in out] == np.maximum(A, 0).tolist()
    some = np.full(5, None)
    np.maximum(x, 0, out=some, where=np.array([True, False, True, False, True]))
    assert [None if y is None else y.data for y in some] == [0.7, None, 2.5, None, 0.9]
    at = values([0.0, 0.0])
    np.maximum.at(at, [0, 0, 1], values([1.0, 3.0, -1.0]))
    assert [y.data for y in at] == [3.0, 0.0]
    assert np.ptp(x).data == 3.8
    # views with steps, broadcasting, and an array that is its own result
    assert [y.data for y in np.maximum(x[::-2], 0)] == [0.9, 2.5, 0.7]
    assert np.maximum(x[:, None], values(B)[None, :]).shape == (5, 5)
    np.maximum(x, 0, out=x)
    assert [y.data for y in x] == [0.7, 0.0, 2.5, 0.0, 0.9]


def test_elements_that_are_no_values_have_numpys_results():
    """NumPy computes runs of them itself: before, between and after Values."""
    D, F = decimal.Decimal, fractions.Fraction
    a = np.array([D(1), F(1, 2), 3, "a", 2.5], dtype=object)
    b = np.array([D(2), F(1, 3), 5, "b", 2.5], dtype=object)
    assert np.maximum(a, b).tolist() == [D(2), F(1, 2), 5, "b", 2.5]
    assert np.minimum(a, b).tolist() == [D(1), F(1, 3), 3, "a", 2.5]
    assert np.sign(np.array([-2, 0, F(3, 4)], dtype=object)).tolist() == [-1, 0, 1]
    mixed = np.array([D(1), D(3), Value(0.5), "z", 4], dtype=object)
    found = np.maximum(mixed, np.array([D(2), D(2), 1.0, "y", 5], dtype=object))
    assert found.tolist()[:2] == [D(2), D(3)]
    assert (found[2].data, *found[3:]) == (1.0, "z", 5)
    kept = object()
    both = np.array([kept], dtype=object)
    with pytest.raises(TypeError):
        np.maximum(both, 1)
    assert np.maximum(np.array([2, 7]), 3).tolist() == [3, 7]  # NumPy's other types have loops of their own


@pytest.mark.parametrize("wrong", ["a", None, 1j, [1.0]])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_cannot_be_compared_raises_and_leaves_the_operands(wrong, place):
    x = values([1.0, -2.0, 3.0])
    other = np.array([0.0, 0.0, 0.0], dtype=object)
    other[place] = wrong
    for ufunc in (np.maximum, np.fmin):
        with pytest.raises(TypeError):
            ufunc(x, other)
        with pytest.raises(TypeError):
            ufunc(other, x)
    assert [v.data for v in x] == [1.0, -2.0, 3.0]
    assert other[place] is wrong


def test_compiled_functions_need_no_second_branch():
    def f(a, b, c):
        h = np.maximum(np.array([a * b - c, b - a, c], dtype=object), 0)
        return np.clip(h, None, 2.0).sum() + np.minimum(h[:1], h[1:]).sum()

    rows = np.random.default_rng(3).normal(size=(40, 3)) * 2
    h = np.maximum(np.stack([rows[:, 0] * rows[:, 1] - rows[:, 2], rows[:, 1] - rows[:, 0], rows[:, 2]], 1), 0)
    expected = np.clip(h, None, 2.0).sum(1) + np.minimum(h[:, :1], h[:, 1:]).sum(1)
    np.testing.assert_allclose(compile(f)(rows), expected, rtol=1e-14)


def test_a_network_in_arrays_has_the_formulas_of_its_twin():
    """The gate of relu is part of its deltas."""
    model = MLP(2, [3, 1], activation="relu", seed=4)
    X, w = [0.5, -1.0], model.layers
    W = [np.array([n.w for n in layer.neurons], dtype=object) for layer in w]
    b = [np.array([n.b for n in layer.neurons], dtype=object) for layer in w]
    loss = half_sse(W[1] @ np.maximum(0, W[0] @ X + b[0]) + b[1], [2.0])
    twin = half_sse(model(X), [2.0])
    derived, wanted = derive(loss), derive(twin)
    for p in model.parameters():
        assert str(derived.formula(p)) == str(wanted.formula(p))
    assert derived.grade("d_h[2]", "step(s_h[2])*d_o[1]*w_ho[2,1]")
    assert not derived.grade("d_h[2]", "d_o[1]*w_ho[2,1]")


ORDERS = [
    "import numpy as np; from autograd import Value",
    "from autograd import Value; import numpy as np",
    "import autograd, sys; del sys.modules['autograd']; import numpy as np; from autograd import Value",
    "import nn, importlib; np = importlib.import_module('numpy'); from autograd import Value",
]


@pytest.mark.parametrize("order", ORDERS)
def test_either_package_may_be_imported_first(order, run_python):
    script = f"{order}\nprint(type(np.maximum(np.array([Value(-1.0)]), 0)[0]).__name__)\n"
    script += "import sys; print([type(f).__name__ for f in sys.meta_path if 'NumPy' in type(f).__name__])"
    assert run_python(script).stdout.split() == ["Value", "[]"]


def test_a_module_of_ones_own_called_numpy_is_left_alone(run_python, tmp_path):
    (tmp_path / "numpy.py").write_text("maximum = max\n", encoding="utf-8")
    script = "from autograd import Value; import numpy; print(numpy.maximum(1, 2), numpy.__file__)"
    found = run_python(script, path=tmp_path).stdout.split()
    assert found[0] == "2"
    assert found[1] == str(tmp_path / "numpy.py")


def test_what_cannot_be_replaced():
    core = getattr(np, "_core", None) or np.core
    table = core._multiarray_umath._UFUNC_API
    assert replace_loop(np.logaddexp, max, Value, table) is False  # it has no loop over objects
    with pytest.raises(ValueError, match="no type"):
        replace_loop(np.maximum, max, 3, table)
    with pytest.raises(ValueError, match="PyCapsule"):
        replace_loop(np.heaviside, max, Value, None)
    assert type(np.maximum(values([-1.0]), 0)[0]) is Value


def test_no_reference_is_lost_or_kept():
    x, zero = values([-1.0] * 50), 0.125
    before = sys.getrefcount(zero), sys.getrefcount(x[0])
    for _ in range(20):
        np.maximum(x, zero)
        np.clip(x, zero, 2.0)
        with pytest.raises(TypeError):
            np.maximum(x, "a")
    gc.collect()
    assert (sys.getrefcount(zero), sys.getrefcount(x[0])) == before
