"""The combinations of several settings for a test."""

from itertools import product

import pytest

__all__ = ["combinations"]


def combinations(*axes):
    """Return all combinations of the given values, for ``pytest.mark.parametrize``.

    Only so many belong to ``make test`` that each value occurs in one. ``make test-long`` has the others.

    Args:
        axes: for each argument of the test, a sequence of its values.
    """
    axes = [list(axis) for axis in axes]
    often = [tuple(axis[k % len(axis)] for axis in axes) for k in range(max(map(len, axes)))]
    return [pytest.param(*each, marks=() if each in often else pytest.mark.long) for each in product(*axes)]
