"""The first weights and the data that all libraries share. No imports here count in the start-up time of a library."""

import functools
import itertools
import math
import random

import numpy as np

__all__ = ["digits", "draw", "matrices", "row"]


def draw(sizes, seed=5):
    """Return uniform weights in +-1/sqrt(inputs) and biases 0, a list in the order of ``nn.MLP.parameters``."""
    generator = random.Random(seed)
    found = []
    for n, m in itertools.pairwise(sizes):
        for _ in range(m):
            found += [generator.uniform(-1, 1) / math.sqrt(n) for _ in range(n)] + [0.0]
    return found


def matrices(parameters, sizes):
    """Return the same numbers as a pair for each layer: weights, an array (neurons, inputs), and biases, (neurons,)."""
    found, start = [], 0
    for n, m in itertools.pairwise(sizes):
        rows = np.array(parameters[start : start + m * (n + 1)]).reshape(m, n + 1)
        found.append((rows[:, :-1].copy(), rows[:, -1].copy()))
        start += m * (n + 1)
    return found


def row(layers):
    """Return the numbers of such pairs as one list: the inverse of :func:`matrices`."""
    return [float(x) for w, b in layers for x in np.column_stack([np.asarray(w), np.asarray(b)]).ravel()]


@functools.cache
def digits():
    """Return scikit-learn's digits: the inputs, (1797, 64), from 0 to 1, and the classes, (1797,)."""
    from sklearn.datasets import load_digits  # lazy: a heavy library

    data = load_digits()
    return data.data / 16.0, data.target
