"""Verdicts and conditions do not depend on chance, although a step function is a random bit in a prime field.

The generator of these tests gives every step the same bit, or all of them by turns, as it may happen by chance.
"""

import random

import pytest
from people_settings import SETTINGS

from autograd import derive
from autograd.formulas import field, sampling
from autograd.grading.judging.points import Points

SUM = "the targets of a sample add up to 1"


class Loaded(random.Random):
    """A generator whose single bits are a given sequence, over and over."""

    def __init__(self, bits):
        super().__init__(1)
        self._bits, self._next = bits, 0

    def getrandbits(self, k):
        if k != 1:
            return super().getrandbits(k)
        self._next += 1
        return self._bits[self._next % len(self._bits)]


BITS = [(0,), (1,), (0, 1), (1, 0, 0), (1, 1, 0, 1, 0, 0, 0)]


@pytest.fixture(params=BITS, ids=lambda bits: "".join(map(str, bits)))
def loaded(request, monkeypatch):
    """Take the steps of all points from a loaded generator."""
    generator = Loaded(request.param)
    monkeypatch.setattr(field.random, "SystemRandom", lambda: generator)


def derivation(setting, letters, order="from-to"):
    """Return a new derivation, whose points are not drawn yet."""
    return derive(SETTINGS[setting]()).convention(letters=letters, order=order)


SOFTMAX = {"s": "z", "a": "h", "y": "o", "p": "p", "t": "y"}
PLAIN = {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y"}
CASES = [
    ("2-3-2 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial w^{(1)}_{ij}} = ((p_1 - y_1) w_{j1} + (p_2 - y_2) "
     r"w_{j2}) \mathbb{1}[z_j > 0] x_i", "equal", SUM),
    ("2-3-2 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial z_j} = \sum_k (p_k - y_k) w_{jk} 1_{z_j > 0}", "equal",
     SUM),
    ("2-3-2 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial z_j} = \sum_k (p_k \sum_i y_i - y_k) w_{jk} "
     r"1_{z_j > 0}", "equal", ""),
    ("2-3-2 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial z_j} = \sum_k (p_k - y_k) w_{jk}", "wrong", ""),
    ("2-3-2 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial z_j} = \sum_k (p_k - y_k) w_{jk} 1_{z_j < 0}", "wrong",
     ""),
    ("2-3-3-3 relu softmax", SOFTMAX, r"\frac{\partial L}{\partial z^{(1)}_i} = 1_{z^{(1)}_i > 0} \sum_j w^{(2)}_{ij} "
     r"1_{z^{(2)}_j > 0} \sum_k w^{(3)}_{jk} (p_k - y_k)", "equal", SUM),
    ("2-3-2 relu,lin", PLAIN, r"\frac{\partial L}{\partial z_j} = 1_{z_j > 0} \sum_k (\hat{y}_k - y_k) w_{jk}", "equal",
     ""),
    ("2-3-2 relu,lin", PLAIN, r"\frac{\partial L}{\partial z_j} = \sum_k (\hat{y}_k - y_k) w_{jk}", "wrong", ""),
    ("1-1-1 relu,lin sse nobias", PLAIN, r"\frac{\partial L}{\partial z_1} = 2 (\hat{y} - y) w_2 "
     r"\mathbb{1}_{z_1 > 0}", "equal",
     ""),
    ("1-1-1 relu,lin sse nobias", PLAIN, r"\frac{\partial L}{\partial z_1} = 2 (\hat{y} - y) w_2 "
     r"\mathbb{1}_{z_1 < 0}", "wrong",
     ""),
    ("1-1 sig", PLAIN, r"\hat{y} = \begin{cases} \sigma(z) & z > 0 \\ 1 - \sigma(-z) & z \le 0 \end{cases}", "equal",
     ""),
    ("1-1 sig", PLAIN, r"\hat{y} = \begin{cases} \sigma(z) & z > 0 \\ \sigma(-z) & z \le 0 \end{cases}", "wrong", ""),
    ("1-1 sig", PLAIN, r"\hat{y} = \begin{cases} \sigma(-z) & z > 0 \\ \sigma(z) & z \le 0 \end{cases}", "wrong", ""),
]  # fmt: skip


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(("setting", "letters", "formula", "verdict", "condition"), CASES)
def test_a_verdict_and_its_condition_do_not_depend_on_the_sides_of_kinks(setting, letters, formula, verdict, condition):
    grade = derivation(setting, letters).grade(None, formula)
    assert grade.verdict == verdict, str(grade)
    if verdict == "equal":
        assert (grade.condition or "") == condition


def test_each_gate_is_open_and_closed_in_two_points():
    network = derivation("2-3-3-3 relu softmax", SOFTMAX).network
    samples = Points(network, lambda sample, rate: sample).field(8)
    for one, other in zip(samples[::2], samples[1::2], strict=True):
        assert len(one.point.bits) == 6
        assert [a + b for a, b in zip(one.point.bits, other.point.bits, strict=True)] == [1] * 6


def test_a_point_that_exists_on_one_side_only_is_drawn_there():
    from autograd import Value, relu

    x, w = Value(0.5, "x"), Value(0.7, "w")
    network = derive(1 / relu(w * x)).network
    samples = Points(network, lambda sample, rate: sample).field(6)
    assert {tuple(sample.point.bits) for sample in samples} == {(1,)}


def test_a_sample_takes_the_steps_that_are_given():
    network = derivation("2-3-2 relu,lin", PLAIN).network
    assert sampling.field_sample(network, bits=[1, 0, 1]).point.bits == [1, 0, 1]
