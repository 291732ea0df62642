"""Targets that are probabilities: the deltas are p - t, although the targets add up only roughly to 1."""

import functools
import math
import random
from fractions import Fraction

import pytest

from autograd import derive, log, logsumexp, softmax
from nn import MLP, binary_cross_entropy, cross_entropy

SMOOTHED = functools.partial(cross_entropy, label_smoothing=0.07)


def probabilities(classes, seed):
    generator = random.Random(seed)
    weights = [generator.random() for _ in range(classes)]
    return [weight / sum(weights) for weight in weights]


def outputs_of(classes, output="linear", x=0.5):
    return MLP(2, [3, classes], activation="tanh", output=output, seed=classes)([x, -0.25])


def kullback_leibler(logits, targets):
    return sum([t * (math.log(t) - log(p)) for t, p in zip(targets, softmax(logits), strict=True)])


def subtracted(logits, targets):
    loss = -targets[0] * log(softmax(logits)[0])
    for t, p in zip(targets[1:], softmax(logits)[1:], strict=True):
        loss = loss - t * log(p)
    return loss


def averaged_term_by_term(logits, targets):
    normalizer = logsumexp(logits)
    return sum([t / 4 * (normalizer - z) for z, t in zip(logits, targets, strict=True)])


@pytest.mark.parametrize("classes", [2, 3, 7, 20])
@pytest.mark.parametrize(
    ("loss", "factor"),
    [
        (cross_entropy, ""),
        (SMOOTHED, ""),
        (kullback_leibler, ""),
        (subtracted, ""),
        (averaged_term_by_term, "1/4*"),
        (lambda z, t: 0.3 * cross_entropy(z, t), "3/10*"),
    ],
)
def test_probabilities_give_p_minus_t(loss, factor, classes):
    targets = probabilities(classes, classes)
    delta = f"{factor}(p[o] - t[o])" if factor else "p[o] - t[o]"
    assert f"d_o[o] = {delta}   for all o in O" in str(derive(loss(outputs_of(classes), targets)))


@pytest.mark.parametrize("seed", range(6))
def test_decimals_that_miss_one_on_either_side(seed):
    targets = probabilities(10, seed)
    assert sum([Fraction(repr(t)) for t in targets]) != 1
    assert "d_o[o] = p[o] - t[o]   for all o in O" in str(derive(cross_entropy(outputs_of(10), targets)))


@pytest.mark.parametrize("classes", [2, 5])
def test_probabilities_of_a_batch(classes):
    model = MLP(2, [3, classes], activation="tanh", seed=1)
    losses = [cross_entropy(model([0.5, x]), probabilities(classes, k)) for k, x in enumerate([0.1, -0.4, 0.9])]
    assert "d_o[o,n] = 1/3*(p[o,n] - t[o,n])   for all o in O, n in S" in str(derive(sum(losses) / 3))


@pytest.mark.parametrize("classes", [1, 2, 5])
@pytest.mark.parametrize(
    ("output", "logits", "delta"), [("sigmoid", False, "y[o] - t[o]"), ("linear", True, "sigma(y[o]) - t[o]")]
)
def test_probabilities_of_yes(output, logits, delta, classes):
    targets = [random.Random(k).random() for k in range(classes)]
    outputs = outputs_of(classes, output)
    found = str(derive(binary_cross_entropy(outputs, targets if classes > 1 else targets[0], logits=logits)))
    expected = f"d_o[o] = {delta}   for all o in O" if classes > 1 else f"d_o[o] = {delta}".replace("[o]", "[1]")
    assert expected in found


def test_targets_in_single_precision_do_not_add_up_to_1():
    targets = [0.5, 0.25, 0.25 + 2.0**-24]
    found = str(derive(cross_entropy(outputs_of(3), targets)))
    assert "d_o[o2] = p[o2]*sum(t[o] for o in O) - t[o2]   for all o2 in O" in found


@pytest.mark.parametrize(
    "loss",
    [
        lambda: cross_entropy(outputs_of(3), probabilities(3, 1)),
        lambda: cross_entropy(outputs_of(4), [0.0, *probabilities(3, 2)]),
        lambda: cross_entropy(outputs_of(4), [1e-10, 1e-10, 0.5, 0.4999999998]),
        lambda: SMOOTHED(outputs_of(3), probabilities(3, 3)),
        lambda: binary_cross_entropy(outputs_of(3, "sigmoid"), probabilities(3, 4)),
        lambda: binary_cross_entropy(outputs_of(3), probabilities(3, 5), logits=True),
    ],
)
def test_what_is_printed_is_read_back(loss):
    derivation = derive(loss())
    lines = [line for equation in derivation.equations for line in (equation.text, equation.latex)]
    assert [(line, derivation.grade(None, line).verdict) for line in lines] == [(line, "equal") for line in lines]


def test_constants_of_an_activation_stay_as_they_are():
    model = MLP(2, [2, 1], activation=lambda s: 0.30000000000000004 * s.tanh() + 0.7 * s, seed=1)
    derivation = derive(model([0.5, -0.25]))
    lines = [equation.text for equation in derivation.equations]
    assert [(line, derivation.grade(None, line).verdict) for line in lines] == [(line, "equal") for line in lines]
