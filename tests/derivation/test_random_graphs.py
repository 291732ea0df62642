"""Any recorded graph has formulas, and each is held to reverse mode: graphs of random programs, no network in mind."""

import random
import sys
from pathlib import Path

import pytest

from autograd import Value, derive
from autograd.errors import GraphError
from autograd.graph import leaves

sys.path.append(str(Path(__file__).parents[1]))
import programs

NAMES = [*programs.RATIONAL, *programs.SMOOTH, *programs.KINKED, "div"]
LABELS = ["w1", "w2", "b", "x1", "t", "q", "w3"]


@pytest.mark.parametrize("seed", range(150))
def test_formulas_of_a_random_graph(seed):
    r = random.Random(seed)
    inputs = [Value(r.uniform(-1, 1), label) for label in LABELS[: r.randrange(2, 7)]]
    length = r.choice([5, 15, 25, 40])
    loss = programs.run(programs.random_program(seed, NAMES, len(inputs), length), inputs)[-1]
    if not any(leaf.label[0] in "wb" for leaf in leaves(loss)):  # the last number does not depend on a parameter
        with pytest.raises(GraphError, match="no parameter is known"):
            derive(loss)
        return
    derivation = derive(loss)
    assert str(derivation)  # every formula is evaluated, and raises where it is not the gradient
    for parameter in derivation.network.parameters:
        if derivation._formulas.gradient[parameter]:
            assert derivation.steps(parameter)
