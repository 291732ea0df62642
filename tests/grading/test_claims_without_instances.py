"""A claim is not equal because it says nothing, and a formula for any layer may be meant for the outputs alone."""

import random

import pytest

from autograd import Value, derive, dot
from autograd.formulas.conventions import convention
from autograd.grading import sheets
from nn import half_sse

SIZE, STEPS = 2, 3


@pytest.fixture(scope="module")
def recurrent():
    """Return a derivation of a recurrent network of which only the last step has outputs."""
    draw = random.Random(9)

    def value(label):
        return Value(draw.uniform(-0.9, 0.9), label)

    def matrix(name):
        return [[value(f"{name}[{i + 1},{j + 1}]") for i in range(SIZE)] for j in range(SIZE)]

    wx, wh, wy = matrix("wx"), matrix("wh"), matrix("wy")
    b, c = [[value(f"{name}[{j + 1}]") for j in range(SIZE)] for name in ("bh", "by")]
    h = None
    for t in range(STEPS):
        x = [value(f"x[{i + 1},{t + 1}]") for i in range(SIZE)]
        h = [dot([*wx[j], *(wh[j] if h else [])], [*x, *(h or [])], b[j]).tanh() for j in range(SIZE)]
    targets = [value(f"t[{o + 1},{STEPS}]") for o in range(SIZE)]
    loss = half_sse([dot(wy[o], h, c[o]) for o in range(SIZE)], targets)
    parameters = [w for each in (wx, wh, wy) for row in each for w in row] + b + c
    return derive(loss, parameters=parameters)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\delta_{t-1} = (W_{hh}^T \delta_t) \odot (1 - h_{t-1}^2)", "equal"),
        (r"\delta_{t-1} = (W_{hh}^T \delta_t) \odot (1 - h_t^2)", "wrong"),
        (r"\delta_{t-1} = W_{hh}^T \delta_t", "wrong"),
        (r"\delta_{t-1} = 5 \delta_t", "wrong"),
        (r"\delta_{t-1} = -(W_{hh}^T \delta_t) \odot (1 - h_{t-1}^2)", "wrong"),
        (r"\delta_t = (W_{hh}^T \delta_{t+1}) \odot (1 - h_t^2)", "equal"),
        (r"\delta_t = (W_{hh}^T \delta_{t+1}) \odot (1 - h_{t+1}^2)", "wrong"),
        (r"\delta_t = 5 \delta_{t+1}", "wrong"),
    ],
)
def test_deltas_of_outputs_that_no_step_has_make_nothing_equal(recurrent, formula, verdict):
    """The outputs of all steps but the last one have no deltas, so that as outputs' deltas both sides were 0."""
    letters = {"a": "h", "x": "x", "loss": "L"}
    grade = recurrent.convention(letters=letters, order="to-from", vectors="columns").grade(None, formula)
    assert grade.verdict == verdict


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"da^{[l]} = -y/a + \frac{(1-y)}{(1-a)}", "equal"),
        (r"da^{[l]} = -\frac{y}{a^{[l]}} + \frac{1-y}{1-a^{[l]}}", "equal"),
        (r"dz^{[l]} = a^{[l]} - y", "equal"),
        (r"da^{[l]} = \frac{y}{a^{[l]}} + \frac{1-y}{1-a^{[l]}}", "wrong"),
        (r"da^{[l]} = -\frac{y}{a^{[l-1]}} + \frac{1-y}{1-a^{[l-1]}}", "wrong"),
        (r"dz^{[l]} = y - a^{[l]}", "wrong"),
        (r"da^{[1]} = -\frac{y}{a^{[1]}} + \frac{1-y}{1-a^{[1]}}", "wrong"),
        (r"da^{[l]} = a^{[l]} (1 - a^{[l]})", "wrong"),
    ],
)
def test_a_formula_for_any_layer_with_a_target_is_meant_for_the_outputs(formula, verdict):
    draw = random.Random(4)
    x = [Value(draw.uniform(-1, 1), f"x[{i}]") for i in (1, 2)]
    first = [[Value(draw.uniform(-1, 1), f"w1[{i},{h}]") for i in (1, 2)] for h in (1, 2, 3)]
    second = [Value(draw.uniform(-1, 1), f"w2[{h},1]") for h in (1, 2, 3)]
    t = Value(1.0, "t[1]")
    a = dot(second, [dot(row, x).relu() for row in first]).sigmoid()
    loss = -(t * a.log() + (1 - t) * (1 - a).log())
    letters = {"s": "z", "a": "a", "y": "a", "t": "y", "x": "x", "loss": "J", "function": "g"}
    rules = derive(loss).convention(letters=letters, order="to-from", vectors="columns")
    assert rules.grade(None, formula).verdict == verdict


GRADIENT = r"\nabla_w e(w) = \left[ \frac{\partial e(w)}{\partial w_{ij}^{(l)}} \right] = "
PRODUCT = r"\frac{\partial e(w)}{\partial S_j^{(l)}} \times \frac{\partial S_j^{(l)}}{\partial w_{ij}^{(l)}} = "


@pytest.mark.parametrize(
    ("chain", "verdict"),
    [
        (GRADIENT + PRODUCT + r"\delta_j^{(l)} x_i^{(l-1)}", "equal"),
        (GRADIENT + r"\delta_j^{(l)} x_i^{(l-1)}", "equal"),
        (GRADIENT + PRODUCT + r"-\delta_j^{(l)} x_i^{(l-1)}", "wrong"),
        (GRADIENT + PRODUCT + r"\delta_j^{(l)} x_i^{(l)}", "wrong"),
        (GRADIENT + r"\delta_i^{(l)} x_j^{(l-1)}", "wrong"),
    ],
)
def test_a_gradient_may_be_written_as_its_entry_in_brackets(chain, verdict):
    letters = {"s": "S", "a": "x", "y": "x", "x": "x", "t": "y", "w": "w", "loss": "e", "function": "g"}
    network = sheets.build((2, 3, 1), ("sigmoid", "sigmoid"), True, "half_sse", 1, "mean", seed=3)
    rules = derive(network).convention(letters=letters, order="from-to")
    assert rules.grade(None, chain).verdict == verdict


def test_a_target_with_the_usual_letter_of_outputs_leaves_them_another_one():
    assert convention(letters={"t": "y"}).letters["y"] == r"\hat{y}"
    assert convention(letters={"t": "p"}).letters["p"] == r"\hat{p}"
    assert convention(letters={"t": "y", "y": "o"}).letters["y"] == "o"
    with pytest.raises(ValueError, match="both target and output"):
        convention(letters={"t": "y", "y": "y"})
