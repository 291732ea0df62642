"""LaTeX with declared letters is evaluated as it was written, and on no other path."""

import pytest
from graphs import network

from autograd import derive
from autograd.grading.in_vocabulary import InVocabulary

PERCEPTRON = {"x": "x", "y": "o", "t": "t", "loss": "E"}


@pytest.fixture
def only_written(monkeypatch):
    """Make the path of the network's own names raise an error."""

    def refuse(*_args, **_options):
        raise AssertionError("the network's own names were asked")

    monkeypatch.setattr(InVocabulary, "grade", refuse)


@pytest.fixture(scope="module")
def perceptron():
    derivation = derive(network((3, 1), activation=None, output="linear"))
    return derivation.convention(letters=PERCEPTRON, order="from-to")


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\Delta w_i = \eta (t - o) x_i", "equal"),
        (r"\Delta b = \eta (t - o)", "equal"),
        (r"\Delta w_i = \eta (t + o) x_i", "wrong"),
        (r"\Delta w_i = \eta (t - o)", "wrong"),
        (r"\text{(SSE)} \quad E = \frac12 (t - o)^2", "equal"),
        (r"\text{(SSE)} \quad E = (t - o)^2", "wrong"),
        (r"\text{(never)} \quad E = \frac12 (t - o)^2", "unreadable"),
        (r"\frac{\partial E}{\partial w_i} = \foo", "unreadable"),
    ],
)
def test_the_evaluator_decides(only_written, perceptron, formula, verdict):
    grade = perceptron.grade(None, formula)
    assert grade.verdict == verdict, str(grade)
    assert grade.diagnosis or verdict == "equal"


def test_one_number_for_all_weights_is_compared_with_each(perceptron):
    example = perceptron.grade(None, r"\Delta w_i = \eta (t - o)").counterexample
    assert example.given is not None
    assert example.true != example.given
