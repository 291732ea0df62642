"""Arrays of Values: a program that was written for floats runs unchanged, and its operations are recorded."""

import math
from fractions import Fraction

import numpy
import pytest
from grading.arrays.random_programs import ours

from autograd import Value, grad
from autograd.grading.code.arrays import (
    Array,
    ArrayLimitError,
    Bool,
    Float64,
    Int64,
    UFuncTypeError,
    as_array,
    bounded,
    numpy_names,
    spend,
)

np = ours
X = [[0.5, -1.25, 2.0], [1.5, 0.75, -0.25]]
W = [[0.3, -0.2], [0.1, 0.4], [-0.5, 0.6]]


def values_of(nested):
    return as_array([[Value(x) for x in row] for row in nested])


def numbers(a):
    return [x.data if isinstance(x, Value) else float(x) for x in as_array(a).elements()]


# Scalar functions of a matrix W, which may also use X.
LOSSES = [
    "np.sum(W)",
    "np.sum(X @ W)",
    "np.mean(np.tanh(X.dot(W)) ** 2)",
    "np.sum(1 / (1 + np.exp(-np.dot(X, W))))",
    "-np.mean(np.log(np.exp(X @ W)[range(2), [0, 1]] / np.sum(np.exp(X @ W), axis=1)))",
    "np.sum(np.maximum(0, X @ W))",
    "np.sum(np.maximum(X @ W, 0) ** 2)",
    "np.sum(np.where(X @ W > 0, X @ W, 0.01 * (X @ W)))",
    "np.sum((X @ W) * (X @ W > 0))",
    "np.linalg.norm(W)",
    "np.std(W)",
    "np.var(W, axis=0).sum()",
    "np.prod(W[0])",
    "np.cumsum(W)[3]",
    "np.einsum('ij,jk->ik', X, W)[1, 0]",
    "np.outer(W[:, 0], W[:, 1]).mean()",
    "np.sqrt(np.sum(np.square(W)))",
    "np.max(X @ W, axis=1).sum()",
    "np.clip(X @ W, 0, 1).sum()",
    "np.abs(W).sum() + np.log1p(np.abs(W)).sum()",
    "np.concatenate([W, W ** 2], axis=1).sum()",
    "np.c_[np.ones(2), X @ W].T[2, 1]",
    "np.tensordot(X, W, axes=1).sum()",
    "np.sum(np.log2(np.abs(W)) + np.log10(np.abs(W)) + np.cbrt(np.abs(W)) + np.exp2(W))",
    "np.sum(np.arctan(W) + np.sinh(W) - np.cosh(W) + np.expm1(W) + np.sin(W) * np.cos(W) + np.tan(W))",
    "np.sum(np.arcsin(W) + np.arccos(W) + np.arcsinh(W) + np.arctanh(W) + np.reciprocal(W))",
    "np.hypot(W, 1.0).sum() + np.arctan2(W, 2.0).sum() + np.logaddexp(W, 0.5).sum()",
    "np.vectorize(lambda w: w * w)(W).sum()",
    "np.median(W)",
    "np.average(W, weights=np.ones((3, 2)))",
    "np.minimum(W, 0.2).sum() + np.maximum(W, -0.1).sum()",
    "np.copysign(W, -1.0).sum()",
    "(W % 0.35).sum()",
    "(3.0 - W).sum() + (2.0 / W).sum() + (2.0 ** W).sum() + (W ** -2).sum()",
]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_over_an_array_of_values_has_the_gradient_of_its_formula(loss):
    weights = values_of(W)
    x = np.array(X)
    result = eval(loss, {"np": np, "X": x, "W": weights})
    assert isinstance(result, Value)
    assert result.data == pytest.approx(eval(loss, {"np": numpy, "X": numpy.array(X), "W": numpy.array(W)}), rel=1e-14)
    result.backward()
    step = 1e-6
    for i in range(3):
        for j in range(2):
            ends = []
            for sign in (1, -1):
                moved = numpy.array(W)
                moved[i, j] += sign * step
                ends.append(eval(loss, {"np": numpy, "X": numpy.array(X), "W": moved}))
            assert weights[i, j].grad == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-6, abs=1e-8)


def test_maximum_with_zero_is_recorded_as_relu():
    z = Value(2.0)
    assert np.maximum(0, [z])[0].op.name == "relu"
    assert np.maximum([z], 0.0)[0].op.name == "relu"
    assert np.maximum([z], 1.0)[0].op.name == "maximum"


def test_a_float_array_takes_values_in_place():
    w = values_of(W)
    dw = np.zeros_like(w)
    view = dw.T
    dw += w * 2
    assert view[1, 2].op.name == "add"
    dw[0, 0] = w[1, 1]
    assert view[0, 0] is w[1, 1]
    assert dw.dtype == float
    assert w.dtype == float


def test_comparisons_look_at_the_data_and_give_bools():
    w = values_of(W)
    assert (w > 0).tolist() == [[True, False], [True, True], [False, True]]
    assert (w == w).all()
    assert (w != 0.3).tolist()[0] == [False, True]
    assert numbers(w[w > 0]) == [0.3, 0.1, 0.4, 0.6]
    assert np.argmax(w) == 5
    assert np.sort(w[:, 1]).tolist() == [w[0, 1], w[1, 1], w[2, 1]]
    assert (as_array([w[0, 0], None], None) == "text").tolist() == [False, False]
    assert (as_array([w[0, 0], None], None) != "text").tolist() == [True, True]


def test_a_value_that_leaves_its_domain_becomes_what_numpy_gives():
    big = as_array([Value(1000.0), Value(0.0), Value(-1.0)])
    assert np.exp(big).tolist()[0] == math.inf
    assert np.log(big).tolist()[1] == -math.inf
    assert math.isnan(np.sqrt(big).tolist()[2])
    assert (1 / big).tolist()[1] == math.inf
    assert numbers(1 / (1 + np.exp(-as_array([Value(-1000.0)])))) == [0.0]
    assert (big**-1).tolist()[1] == math.inf
    assert (as_array([Value(1e200)]) ** 2).tolist() == [math.inf]


def test_a_value_beside_an_array():
    v, a = Value(2.0), np.array([1.0, 3.0])
    assert numbers(v * a) == [2.0, 6.0]
    assert numbers(a - v) == [-1.0, 1.0]
    assert numbers(v / a) == pytest.approx([2.0, 2 / 3])
    assert (v > a).tolist() == [True, False]
    assert isinstance(np.float64(3.0) * v, Value)
    assert isinstance(v + np.int64(3), Value)
    assert np.array([v]).astype(int).tolist() == [2]
    assert float(np.array([v])) == 2.0
    assert int(np.array(v)) == 2
    assert np.array(v).item() is v


def test_inside_of_grad():
    def loss(w):
        return np.sum(np.square(np.array([w, 2 * w])))

    assert grad(loss)(3.0) == 30.0


def test_fractions_stay_exact():
    a = np.array([Fraction(1, 3), Fraction(1, 6)])
    assert (a @ a) == Fraction(5, 36)
    assert a.sum() == Fraction(1, 2)
    assert (a * a - a).tolist() == [Fraction(-2, 9), Fraction(-5, 36)]


def test_objects_that_are_no_numbers():
    a = np.array([{"x": 1}, None], dtype=object)
    a[1] = [1, 2]
    assert a.tolist() == [{"x": 1}, [1, 2]]
    names = np.array(["b", "a", "b"])
    assert (names == "b").tolist() == [True, False, True]
    assert np.unique(names).tolist() == ["a", "b"]
    ragged = np.array([np.zeros((2, 3)), np.zeros(3)], dtype=object)
    assert ragged[0].shape == (2, 3)
    assert (ragged * 2)[1].shape == (3,)
    assert np.array([1, 2], dtype=object).sum() == 3
    assert (np.array([1, 2], dtype=object) @ np.array([3, 4], dtype=object)) == 11


class TestBounds:
    def test_a_large_array(self):
        with bounded(elements=100), pytest.raises(ArrayLimitError, match="an array of 400 elements: at most 100"):
            np.zeros((20, 20))

    @pytest.mark.parametrize(
        "text",
        [
            "np.ones(20)[:, None] * np.ones(20)",
            "np.arange(1000)",
            "np.tile([1], 1000)",
            "np.repeat([1], 1000)",
            "np.zeros(2)[np.zeros(300, dtype=int) if False else [0] * 300]",
            "np.outer(np.ones(20), np.ones(20))",
            "np.linspace(0, 1, 1000)",
            "np.random.rand(1000)",
            "np.eye(20)",
            "np.broadcast_to(1, (20, 20))",
            "np.array([[0] * 20] * 20)",
            "np.einsum('i,j->ij', np.ones(20), np.ones(20))",
        ],
    )
    def test_every_way_to_a_large_array(self, text):
        with bounded(elements=100), pytest.raises(ArrayLimitError):
            eval(text, {"np": np})

    def test_work(self):
        a = np.ones((10, 10))
        with bounded(operations=1500):
            a @ a
            with pytest.raises(ArrayLimitError, match="more numbers than are allowed"):
                a @ a

    def test_the_bound_ends_with_its_block(self):
        with bounded(elements=1):
            pass
        assert np.zeros(10).size == 10
        spend(10)


class TestRandomNumbersWithoutNumpy:
    def test_the_same_numbers_after_the_same_seed(self):
        random = numpy_names(use_numpy=False)["random"]
        random.seed(3)
        first = [random.rand(2, 2).tolist(), random.randn(3).tolist(), random.randint(0, 9, 4).tolist()]
        random.seed(3)
        assert [random.rand(2, 2).tolist(), random.randn(3).tolist(), random.randint(0, 9, 4).tolist()] == first

    def test_their_distributions(self):
        random = numpy_names(use_numpy=False)["random"].RandomState(1)
        n = 20000
        uniform, normal = random.uniform(-1, 3, n), random.normal(2.0, 0.5, n)
        assert (uniform.min() >= -1, uniform.max() < 3) == (True, True)
        assert float(uniform.mean()) == pytest.approx(1, abs=0.05)
        assert float(normal.mean()) == pytest.approx(2, abs=0.03)
        assert float(normal.std()) == pytest.approx(0.5, abs=0.02)
        assert set(random.randint(2, 5, n).tolist()) == {2, 3, 4}
        assert float(random.binomial(10, 0.3, 2000).mean()) == pytest.approx(3, abs=0.2)
        counts, waits = random.poisson(2.5, n), random.exponential(0.5, n)
        assert float(counts.mean()) == pytest.approx(2.5, abs=0.05)
        assert float(counts.std()) == pytest.approx(2.5**0.5, abs=0.05)
        assert float(waits.mean()) == pytest.approx(0.5, abs=0.02)
        assert float(waits.std()) == pytest.approx(0.5, abs=0.03)
        drawn = random.choice(3, n, p=[0.5, 0.25, 0.25])
        assert np.bincount(drawn)[0] / n == pytest.approx(0.5, abs=0.03)

    @pytest.mark.parametrize("mean", [3.0, [0.5, 2.0, 9.0]])
    @pytest.mark.parametrize("name", ["poisson", "exponential"])
    def test_numpy_draws_the_same_numbers_if_it_is_installed(self, name, mean):
        ours, theirs = numpy_names()["random"].RandomState(4), numpy.random.RandomState(4)
        found, wanted = getattr(ours, name)(mean, (2, 3)), getattr(theirs, name)(mean, (2, 3))
        assert found.tolist() == wanted.tolist()
        assert getattr(ours, name)(2.0) == getattr(theirs, name)(2.0)

    def test_orders_and_choices(self):
        random = numpy_names(use_numpy=False)["random"].default_rng(1)
        assert sorted(random.permutation(6).tolist()) == list(range(6))
        rows = np.array([[1, 2], [3, 4], [5, 6]])
        random.shuffle(rows)
        assert sorted(rows.tolist()) == [[1, 2], [3, 4], [5, 6]]
        items = [1, 2, 3]
        random.shuffle(items)
        assert sorted(items) == [1, 2, 3]
        assert sorted(random.choice([1, 2, 3], 3, replace=False).tolist()) == [1, 2, 3]
        assert sorted(random.choice(3, 3, replace=False, p=[0.2, 0.3, 0.5]).tolist()) == [0, 1, 2]
        assert random.integers(4) in range(4)
        assert random.random_integers(3) in (1, 2, 3)
        assert random.uniform([0, 10], [1, 11]).shape == (2,)
        assert random.normal(0, [1, 2], (3, 2)).shape == (3, 2)
        assert isinstance(random.rand(), Float64)
        assert isinstance(random.randn(), Float64)

    def test_the_module_of_a_program_has_one_generator(self):
        one, other = numpy_names()["random"], numpy_names()["random"]
        one.seed(5)
        expected = one.rand(3).tolist()
        one.seed(5)
        other.rand(10)
        assert one.rand(3).tolist() == expected
        numpy.random.seed(5)
        assert numpy.random.rand(3).tolist() == expected


def test_settings_of_numpy_have_no_effect():
    np.seterr(all="ignore")
    np.set_printoptions(precision=3)
    with np.errstate(divide="ignore"), np.printoptions(precision=2):
        assert (np.array([1.0]) / 0).tolist() == [math.inf]
    assert np.array2string(np.array([1, 2])) == "[1 2]"
    assert repr(np.linalg) == "<names of numpy.linalg>"
    assert "norm" in dir(np.linalg)
    assert repr(np.add) == "<ufunc 'add'>"
    assert (np.add.nin, np.exp.nin) == (2, 1)


def test_an_array_prints_as_lists():
    assert str(np.array([[1.0, 2.0]])) == "[[1.0 2.0]]"
    assert repr(np.array([[1.0, 2.0]])) == "array([[1.0, 2.0]])"
    assert repr(np.zeros(0, dtype=int)) == "array([], dtype=int64)"
    assert f"{np.array([1])}" == "[1]"


def test_copies_are_apart_and_views_are_not():
    import copy

    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    apart = [a.copy(), copy.copy(a), copy.deepcopy(a), np.copy(a), a.flatten(), a + 0, a.astype(float)]
    views = [a.T, a[0], a.reshape(4), a.ravel(), a[:, ::-1], np.squeeze(a[None]), np.diag(a), a.swapaxes(0, 1)]
    a += 10
    assert [float(x.elements()[0]) for x in apart] == [1.0] * 7
    assert [float(as_array(x).elements()[0]) for x in views] == [11, 11, 11, 11, 12, 11, 11, 11]
    a.resize((3, 2))
    assert a.tolist()[2] == [0.0, 0.0]


def test_a_refused_change_in_place_names_the_kinds():
    a = np.array([1, 2])
    with pytest.raises(
        UFuncTypeError, match="Cannot cast ufunc 'add' output from dtype\\('float64'\\) to dtype\\('int64'\\)"
    ):
        a += 0.5
    assert isinstance(a[0], Int64)
    assert isinstance((a > 1)[0], Bool)
    assert isinstance(a, Array)
