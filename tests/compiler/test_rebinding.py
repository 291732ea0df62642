"""Copies of functions record ``max`` and ``min`` of data, and nothing that other code sees changes."""

import builtins
import functools
import re
import sys
from array import array

import numpy as np
import pytest

import autograd
from autograd import GuardError, Value, exp
from autograd.compiler import rebinding
from autograd.compiler.rebinding import with_recorded_extremes
from autograd.compiler.tracing import Tapes, Untraceable
from nn import SGD, fit, half_sse, minimize

W = [Value(0.3), Value(-0.8), Value(0.5)]
COUNT = 0


def softmax(scores, pick=max):
    top = max(score.data for score in scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def by_name(row):
    return softmax([w * x for w, x in zip(W, row, strict=True)])[1]


def in_closure():
    def largest(numbers):
        return max([x.data for x in numbers])

    return lambda row: exp(W[0] * row[0] - largest([w * x for w, x in zip(W, row, strict=True)]))


def recursive():
    def fold(numbers, k=0):
        return numbers[k].data if k == len(numbers) - 1 else min(numbers[k].data, fold(numbers, k + 1))

    return lambda row: W[0] * row[0] - fold([w * x for w, x in zip(W, row, strict=True)])


def keyword(row, *, scale=2.0):
    return scale * max(W[0].data, (W[0] * row[0]).data, -1.0) + W[1] * row[1] * row[2]


class Model:
    def __call__(self, row):
        return self.loss(row)

    def loss(self, row):
        return exp(W[0] * row[0] - max((W[1] * row[1]).data, (W[2] * row[2]).data))


class Called(Model):
    def __call__(self, row):
        return W[0] * min((W[0] * row[0]).data, (W[1] * row[1]).data, 0.25)


FUNCTIONS = {
    "by its name": by_name, "in a closure": in_closure(), "that calls itself": recursive(),
    "a keyword": keyword, "a partial": functools.partial(keyword, scale=3.0), "a bound method": Model().loss,
    "an object": Called(),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_extremes_of_data_are_recorded_whichever_is_the_largest(name):
    function = FUNCTIONS[name]
    tapes = Tapes(function, W)
    tapes.machine.read(W)
    for row in ([1.0, 2.0, -3.0], [-4.0, 0.5, 2.0], [0.1, -3.0, 0.2]):
        form, numbers = tapes.see(row)
        found = tapes.machine.value(tapes.tape(form, numbers), array("d", [*numbers, 0.0]))
        assert found == pytest.approx(function(row).data, rel=1e-14)
    assert tapes.recordings == 2  # one tape and its check, for all of these


def test_the_builtins_of_the_process_stay():
    seen = []

    def loss(row):
        seen.append((builtins.max is plain, sys.modules["builtins"].min is least, max is plain))
        return W[0] * max((W[0] * row[0]).data, (W[1] * row[1]).data)

    plain, least = max, min
    Tapes(loss, W).tape(*Tapes(loss, W).see([1.0, 2.0]))
    assert {found[:2] for found in seen} == {(True, True)}
    assert {found[2] for found in seen} == {False, True}  # while it is recorded, the function sees another max


def counted(row):
    global COUNT
    COUNT += 1
    return W[0] * row[0]


def looks(row):
    return W[0] * row[0] * len(globals()["W"])


def shadowed():
    calls = 0

    def loss(row):
        nonlocal calls
        calls += 1
        return W[0] * row[0] * calls

    return loss


OTHER_WAYS = {by_name: lambda row: W[0] * max(row)}  # this function looks itself up: a copy would not find itself


def by_itself(row):
    return OTHER_WAYS[by_name](row)


def without(row):
    return exp(W[0] * row[0])


class Without:
    def __call__(self, row):
        return without(row)


@pytest.mark.parametrize(
    "function",
    [counted, looks, shadowed(), softmax.__get__, len, Value, without, Without(), Without().__call__,
     functools.partial(without)],
)  # fmt: skip
def test_what_a_copy_would_do_otherwise_stays_itself(function):
    assert with_recorded_extremes(function) is function


def test_a_copy_shares_what_the_original_has():
    def loss(row):
        loss.calls += 1
        return W[0] * max(row)

    loss.calls = 0
    copy = with_recorded_extremes(loss)
    copy([2.0])
    assert (loss.calls, copy.__name__, copy.__qualname__, copy is loss) == (1, "loss", loss.__qualname__, False)


@pytest.mark.parametrize("at_once", [True, False])
def test_extremes_of_other_things_are_those_of_python(at_once):
    copied = rebinding._Namespaces(at_once).builtins
    for plain in (max, min):
        ours = copied[plain.__name__]
        assert ours(3, 1, 2) == plain(3, 1, 2)
        assert ours(iter([3, 1, 2])) == plain([3, 1, 2])
        assert ours([], default=7) == 7
        assert ours("b", "ab", key=len) == plain("b", "ab", key=len)
        wrongs = [[], [[]], [3], [1, "a"]]
        for wrong in [lambda f, w=w: f(*w) for w in wrongs] + [lambda f: f(1, 2, default=3)]:
            with pytest.raises((TypeError, ValueError)) as expected:
                wrong(plain)
            with pytest.raises(type(expected.value), match=re.escape(str(expected.value))):
                wrong(ours)


# --- Compiled functions


class Gate:
    def __call__(self, x):
        return x * max(x.data, 0.0)


GATE = Gate()


def one_hidden(a, b):
    return GATE(a) * b


# A function of a and b, and the number of its programs if max and min are recorded.
COMPILED = {
    "clipped below": (lambda a, b: a * max(a.data, 0.0) + b, 1),
    "the other way round": (lambda a, b: a * max(0.0, a.data) - min(1, b.data), 1),
    "clipped twice": (lambda a, b: min(max(a.data, -1.0), 1.0) * b, 1),
    "of a list": (lambda a, b: max([a.data, b.data, 0.5]) * a, 1),
    "of a generator": (lambda a, b: a * min(v.data for v in (a, b)), 1),
    "of one": (lambda a, b: a * max([b.data]), 1),
    "with a default": (lambda a, b: a * max([a.data, b.data], default=0.0), 1),
    "with bools and integers": (lambda a, b: a * max(b.data, True, 0), 1),
    "of a Value and data": (lambda a, b: max(a.data, b) * a + min(b, a.data) * b, 1),
    "of a detached Value": (lambda a, b: max(a.data, b.detach()) * a, 1),
    "in a softmax": (lambda a, b: softmax([a * b, b, a - b])[1], 1),
    "in a lambda": (lambda a, b: (lambda *x: max(x))(a.data, b.data) * b, 1),
    "under a branch": (lambda a, b: a * max(a.data, b.data) if a > b else b, 2),
    "an object": (functools.partial(lambda gate, a, b: b * gate(a), Gate()), 2),
    "an object by its name": (one_hidden, 2),
    "by a key": (lambda a, b: a * max(a.data, b.data, key=abs), 2),
    "of Values": (lambda a, b: max(a, b) * a, 2),
    "by its own name": (lambda a, b: by_itself([a.data, b.data]) + a, 2),
}  # fmt: skip
NAN, INF = float("nan"), float("inf")
BATCHES = [
    [[1.0, 2.0], [3.0, -0.5], [-2.0, -4.0], [0.5, 0.5]], [[-2.0, 0.25]], [[0.0, -0.0], [-0.0, 0.0]],
    [[NAN, 1.0], [1.0, NAN], [NAN, NAN], [INF, 1.0], [-INF, INF]],
]  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("how", COMPILED)
def test_compiled_functions_take_the_largest_as_python_does(how, strict):
    function, programs = COMPILED[how]
    compiled = autograd.compile(function, strict=strict, on_other_branch="record")
    for batch in (*BATCHES, *BATCHES[::-1]):
        values, slopes = [], []
        for row in batch:
            x = [Value(number) for number in row]
            y = function(*x)
            y.backward()
            values.append(y.data)
            slopes.append([each.grad for each in x])
        found, gradient = compiled.value_and_gradient(batch)
        np.testing.assert_allclose(found, values, rtol=1e-14)
        np.testing.assert_allclose(gradient.inputs, slopes, rtol=1e-14)
    assert len(compiled.programs) == programs


@pytest.mark.parametrize("how", [how for how, (_, programs) in COMPILED.items() if programs > 1])
def test_what_is_not_recorded_is_refused(how):
    compiled = autograd.compile(COMPILED[how][0])
    with pytest.raises(GuardError):
        compiled([[3.0, 1.0], [-3.0, 1.0], [1.0, 3.0], [-1.0, 3.0]])


def test_code_of_the_largest_is_as_long_for_many_as_for_few():
    def largest(numbers):
        return numbers[0] * max(x.data for x in numbers)

    lines = []
    for n in (40, 2000):
        compiled = autograd.compile(largest)
        numbers = [(-1.0) ** k * k for k in range(n)]
        assert compiled([numbers, numbers[::-1]]).tolist() == [0.0, numbers[-1] * max(numbers)]
        lines.append(compiled.programs[0].listing().count("\n"))
    assert lines[0] == lines[1]


class Clipped:
    """A model for ``fit`` that takes the largest of data, and so does its loss."""

    def __init__(self):
        self.w = [Value(0.5), Value(-0.5), Value(0.25)]

    def parameters(self):
        return self.w

    def __call__(self, x):
        return self.w[0] * x[0] * max((self.w[1] * x[1]).data, 0.0) + softmax([self.w[2] * x[0], self.w[0]])[0]


@pytest.mark.parametrize("loss", [half_sse, lambda y, t: half_sse(y, t) * max(y.data, t, 0.125)])
def test_models_that_take_the_largest_are_trained_alike_in_machine_code(loss):
    found = []
    for engine in ("eager", "native"):
        model = Clipped()
        X, Y = [[1.0, 2.0], [0.5, -1.0], [-2.0, 1.0]], [0.5, -0.5, 1.0]
        fit(model, X, Y, loss=loss, optimizer=SGD(0.1), epochs=5, seed=0, engine=engine, progress=False)
        found.append([p.data for p in model.w])
    assert found[1] == pytest.approx(found[0], rel=1e-12)


@pytest.mark.parametrize(
    "largest",
    [lambda y, x: max(x.data, y), lambda y, x: max(y, x.data), lambda y, x: min(x.data, y, y.data) * y,
     lambda y, x: max(x.data, y.data, 0.0) * y],
)  # fmt: skip
def test_a_loss_of_the_largest_of_values_and_data_is_minimized_alike(largest):
    """The derivative flows through the Value if it is the largest."""
    found = []
    for engine in ("eager", "native"):
        w = [Value(0.5), Value(-0.5)]
        samples = [[-1.0, 0.5], [1.0, 0.5], [-3.0, 2.0], [2.0, -0.25]]
        minimize(lambda row, w=w: w[0] * largest(w[1] * row[0], w[0] * row[1]) + w[1] ** 2, w, samples, epochs=3,
                 optimizer=SGD(0.1), seed=0, engine=engine, progress=False)  # fmt: skip
        found.append([p.data for p in w])
    assert found[1] == pytest.approx(found[0], rel=1e-12)


def test_a_method_that_is_called_inside_is_refused_not_frozen():
    tapes = Tapes(lambda row: Model()(row), W)
    with pytest.raises(Untraceable, match="compares"):
        tapes.tape(*tapes.see([1.0, 2.0, -3.0]))
