"""Compiled random graphs against the engine: ``python tests/compiler/agreement.py 10000`` counts how many agree.

Strict code must have every bit of the engine: of values, of the derivatives with respect to the inputs, and of those
with respect to the parameters, summed sample by sample. Graphs of loops over integers must have the same numbers in
every mode, because their sums are exact in any order.
"""

import os
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from recordings import bits, compiled, graph, loops, of_the_engine

MODES = {"strict": {"strict": True}, "default": {}, "float32": {"dtype": np.float32}}
_EXACT = {"strict": 2.0**40, "default": 2.0**40, "float32": 2.0**16}  # integers up to here can still be added exactly


def on_a_random_graph(seed):
    """Return ``"agrees"``, ``"differs"``, or ``"raises"`` if the engine raises."""
    draw = random.Random(seed)
    parameters = [draw.uniform(-2.0, 2.0) for _ in range(4)]
    batch = [[draw.uniform(-2.0, 2.0) for _ in range(3)] for _ in range(3)]
    record = graph(seed, draw.randrange(3, 45))
    try:
        expected = of_the_engine(record, parameters, batch)
    except (ValueError, OverflowError, ZeroDivisionError):
        return "raises"
    y, gradient = compiled(record, parameters, batch[0], strict=True).value_and_gradient(batch)
    found = y, gradient.inputs, gradient.parameters
    return _verdict([np.array_equal(bits(a), bits(b)) for a, b in zip(expected, found, strict=True)])


def on_loops(seed, mode="default"):
    """Return ``"agrees"``, ``"differs"``, or ``"large"`` if the integers become too large to be exact."""
    draw = random.Random(seed)
    parameters = [float(draw.randrange(-2, 3)) for _ in range(5)]
    batch = [[float(draw.randrange(-3, 4)) for _ in range(4)] for _ in range(draw.choice([1, 2, 7, 33]))]
    record = loops(seed)
    expected = of_the_engine(record, parameters, batch)
    if not max([np.abs(each).max() for each in expected]) < _EXACT[mode]:
        return "large"
    y, gradient = compiled(record, parameters, batch[0], **MODES[mode]).value_and_gradient(batch)
    found = y, gradient.inputs, gradient.parameters
    return _verdict([np.array_equal(a, b) for a, b in zip(expected, found, strict=True)])


def _verdict(same):
    return "agrees" if all(same) else "differs"


def disagreements(check, seeds):
    """Return the seeds for which a check finds a difference, and the counts of its verdicts."""
    found = Counter()
    wrong = []
    for seed in seeds:
        verdict = check(seed)
        found[verdict] += 1
        if verdict == "differs":
            wrong.append(seed)
    return wrong, found


def count(name, check, n):
    """Check n graphs on all cores, print the counts, and return True if all agree."""
    parts = [range(k, min(k + 100, n)) for k in range(0, n, 100)]
    found, wrong = Counter(), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for seeds, counts in pool.map(partial(disagreements, check), parts):
            wrong += seeds
            found += counts
    print(f"{name}: {', '.join([f'{k} {v}' for k, v in sorted(found.items())])}", *wrong[:10], flush=True)
    return not wrong


def main():
    n = int(sys.argv[1])
    agree = [count(f"{n} random graphs, strict, bit for bit", on_a_random_graph, n)]
    for mode in MODES:
        agree.append(count(f"{n // 10} graphs of loops, {mode}", partial(on_loops, mode=mode), n // 10))
    sys.exit(not all(agree))


if __name__ == "__main__":
    main()
