"""Functions that record ``max`` and ``min`` of data are copies: nothing that other code sees changes."""

import builtins
import functools
import re
import sys
from array import array

import pytest

from autograd import Value, exp
from autograd.compiler import rebinding
from autograd.compiler.rebinding import with_recorded_extremes
from autograd.compiler.tracing import Tapes, Untraceable

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
    assert tapes.recordings == 2  # one tape, and its check, for all of these


def test_the_builtins_of_the_process_stay():
    seen = []

    def loss(row):
        seen.append((builtins.max is plain, sys.modules["builtins"].min is least, max is plain))
        return W[0] * max((W[0] * row[0]).data, (W[1] * row[1]).data)

    plain, least = max, min
    Tapes(loss, W).tape(*Tapes(loss, W).see([1.0, 2.0]))
    assert {found[:2] for found in seen} == {(True, True)}
    assert {found[2] for found in seen} == {False, True}  # its own is another while it is recorded


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


@pytest.mark.parametrize("function", [counted, looks, shadowed(), softmax.__get__, len, Value])
def test_what_a_copy_would_do_otherwise_stays_itself(function):
    assert with_recorded_extremes(function) is function


def test_a_copy_shares_what_the_original_has():
    def loss(row):
        loss.calls += 1
        return W[0] * row[0]

    loss.calls = 0
    copy = with_recorded_extremes(loss)
    copy([2.0])
    assert (loss.calls, copy.__name__, copy.__qualname__, copy is loss) == (1, "loss", loss.__qualname__, False)


def test_extremes_of_other_things_are_those_of_python():
    copied = rebinding._max, rebinding._min
    for plain, ours in zip((max, min), copied, strict=True):
        assert ours(3, 1, 2) == plain(3, 1, 2)
        assert ours(iter([3, 1, 2])) == plain([3, 1, 2])
        assert ours([], default=7) == 7
        assert ours("b", "ab", key=len) == plain("b", "ab", key=len)
        for wrong in (lambda f: f(), lambda f: f([]), lambda f: f(3), lambda f: f(1, "a")):
            with pytest.raises((TypeError, ValueError)) as expected:
                wrong(plain)
            with pytest.raises(type(expected.value), match=re.escape(str(expected.value))):
                wrong(ours)


def test_a_method_that_is_called_inside_is_refused_not_frozen():
    tapes = Tapes(lambda row: Model()(row), W)
    with pytest.raises(Untraceable, match="compares"):
        tapes.tape(*tapes.see([1.0, 2.0, -3.0]))
