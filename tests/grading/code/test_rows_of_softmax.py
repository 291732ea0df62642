"""A row of the Jacobian of softmax that is filled entry by entry."""

import pytest
from corrections import corrected

from autograd import grade_code

NET = """
import numpy as np
rng = np.random.RandomState(3)
x, label = rng.randn(4), 1
W, b = rng.randn(4, 3), np.zeros(3)
for step in range(8):
    totals = x @ W + b
    e = np.exp(totals)
    S = np.sum(e)
    out = e / S
    loss = -np.log(out[label])
    g = np.zeros(3)
    g[label] = -1 / out[label]
    for i, one in enumerate(g):
        if one == 0:
            continue
        row = {others}
        row[i] = {own}
        d = one * row
        W -= 0.1 * x[:, None] @ d[None]
        b -= 0.1 * d
"""
ROWS = [
    ("-e[i] * e / S ** 2", "e[i] * (S - e[i]) / S ** 2"),
    ("-out[i] * out", "out[i] * (1 - out[i])"),
    ("-out * out[i]", "(1 - out[i]) * out[i]"),
]


@pytest.mark.parametrize(("others", "own"), ROWS)
def test_the_whole_row_is_right(others, own):
    assert grade_code(NET.format(others=others, own=own)).verdict == "right"


@pytest.mark.parametrize(("others", "own"), ROWS)
@pytest.mark.parametrize("zeros", ["np.zeros(len(e))", "np.zeros_like(out)"])
def test_the_diagonal_alone_is_named_and_the_row_is_filled(zeros, others, own):
    wrong = NET.format(others=zeros, own=own)
    grade = grade_code(wrong)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(17, "softmax diagonal")]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_a_wrong_entry_beside_a_whole_row_is_another_mistake():
    wrong = NET.format(others="-out[i] * out", own="out[i] * (1 + out[i])")
    grade = grade_code(wrong)
    assert grade.verdict == "wrong"
    assert "softmax diagonal" not in {mistake.kind for mistake in grade.mistakes}
