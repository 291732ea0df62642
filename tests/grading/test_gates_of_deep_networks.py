"""Formulas with gates are judged without chance: deep in a network, most random gates make every derivative 0."""

import itertools

import pytest

import nn
from autograd import derive
from autograd.grading.judging.points import closed_gates

RECORDINGS = 8  # each draws its own random points


def derivation(*sizes, activation="relu"):
    model = nn.MLP(2, list(sizes), activation=activation, seed=1)
    return derive(nn.half_sse(model([0.5, 0.9]), [0.3])).convention(letters={"s": "z", "a": "a"})


@pytest.mark.parametrize("gates", [0, 1, 5, 24, 25, 60, 144, 145, 300])
def test_any_two_gates_are_told_apart(gates):
    closed = [set(x) for x in closed_gates(gates)]
    assert closed[0] == set()
    assert set().union(*closed) == set(range(gates))
    for g, h in itertools.permutations(range(gates), 2):
        assert any(g in x and h not in x for x in closed)


@pytest.mark.parametrize("sizes", [(3, 1), (3, 3, 1), (2, 3, 2, 1), (3, 2, 2, 2, 1)])
@pytest.mark.parametrize(("formula", "verdict"), [
    (r"\delta^{(1)}_1 = \mathbb{1}(z^{(1)}_1 > 0) \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "equal"),
    (r"\delta^{(1)}_1 = \mathbb{1}(a^{(1)}_1 > 0) \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "equal"),
    (r"\delta^{(1)}_1 = \mathbb{1}(z^{(1)}_2 > 0) \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "wrong"),
    (r"\delta^{(1)}_1 = \mathbb{1}(a^{(1)}_2 > 0) \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "wrong"),
    (r"\delta^{(1)}_1 = \mathbb{1}(z^{(2)}_1 > 0) \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "wrong"),
    (r"\delta^{(1)}_1 = \sum_k \delta^{(2)}_k w^{(2)}_{1k}", "wrong"),
])  # fmt: skip
def test_a_gate_of_the_first_layer(sizes, formula, verdict):
    for _ in range(RECORDINGS):
        judged = derivation(*sizes).convention(order="from-to").grade(None, formula)
        assert judged.verdict == verdict, judged


@pytest.mark.parametrize("formula", [
    r"\delta_2 = \delta_{h_2} \odot \mathbb{1}(a_1 > 0)",
    r"\delta_1 = \delta_{h_1} \odot \mathbb{1}(a_2 > 0)",
])  # fmt: skip
def test_a_gate_of_another_neuron_or_layer(formula):
    for _ in range(RECORDINGS):
        letters = {"s": "a", "a": "h", "y": "y", "t": "t"}
        judged = derivation(3, 3, 1).convention(letters=letters).grade(None, formula)
        assert judged.verdict == "wrong", judged
