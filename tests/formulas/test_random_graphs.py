"""Formulas of random programs, which are not networks. Each formula is checked against reverse mode."""

import random
import sys
from pathlib import Path

import pytest

from autograd import Value, derive
from autograd.engine.errors import GraphError
from autograd.engine.graph import leaves

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "accuracy")]
import programs
from five_ways import graph

NAMES = [*programs.RATIONAL, *programs.SMOOTH, *programs.KINKED, "div"]
LABELS = ["w1", "w2", "b", "x1", "t", "q", "w3"]


@pytest.mark.parametrize("seed", range(150))
def test_formulas_of_a_random_graph(seed):
    r = random.Random(seed)
    inputs = [Value(r.uniform(-1, 1), label) for label in LABELS[: r.randrange(2, 7)]]
    length = r.choice([5, 15, 25, 40])
    loss = programs.run(programs.random_program(seed, NAMES, len(inputs), length), inputs)[-1]
    if not any(leaf.label[0] in "wb" for leaf in leaves(loss)):  # the last number does not depend on a parameter
        with pytest.raises(GraphError, match="no parameters were found"):
            derive(loss)
        return
    derivation = derive(loss)
    assert str(derivation)  # printing evaluates every formula, and raises if one is not the gradient
    for parameter in derivation.network.parameters:
        if derivation._formulas.gradient[parameter]:
            assert derivation.steps(parameter)


@pytest.mark.parametrize("seed", [2124, 2222, 2303, 699053112, 238213871])
def test_a_product_of_a_neuron_that_is_read_elsewhere_has_all_of_its_adjoint(seed):
    """The adjoint of a product must include all readers. Formulas once had only the part that passes the neuron."""
    steps, numbers = graph(seed)
    inputs = [Value(x, f"w{k}") for k, x in enumerate(numbers)]
    loss = programs.run(steps, inputs)[-1]
    assert derive(loss, parameters=[x for x in leaves(loss) if x.label]).equations
