"""Compiled random graphs have the engine's bits in strict mode, and exact sums in all. See also ``make agreement``."""

from functools import partial

import pytest
from agreement import MODES, disagreements, on_a_random_graph, on_loops

FURTHER = (pytest.mark.untraced, pytest.mark.long)


@pytest.mark.parametrize("first", [0, *[pytest.param(k, marks=FURTHER) for k in (50, 100, 150)]])
def test_strict_code_of_random_graphs_has_the_engines_bits(first):
    wrong, counts = disagreements(on_a_random_graph, range(first, first + 50))
    assert not wrong
    assert counts["agrees"] > 40


@pytest.mark.parametrize("mode", MODES)
def test_loops_over_integers_have_the_engines_numbers(mode):
    wrong, counts = disagreements(partial(on_loops, mode=mode), range(16))
    assert not wrong
    assert counts["agrees"] > 8
