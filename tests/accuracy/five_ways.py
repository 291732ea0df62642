"""Five ways to compute one gradient, on random graphs of 25 nodes: ``make accuracy`` counts how often each is right.

A way is a function of a program and its inputs (see ``programs``). It returns the derivative of the last number with
respect to every input, or None if it does not support such a graph. The exact derivatives come from forward mode over
mpmath numbers, which is written by hand in ``programs``.

The allowed error is measured. Forward mode with 40 to 42 bits has an error some thousand times that of 53 bits, and a
sixteenth of it is allowed. At least 64 epsilon times the sum of the absolute products are allowed. In graphs in which
doubles lose all digits, because a larger number absorbs a smaller one, forward mode with 53 bits loses them, too. So
four times the error of 53 bits is allowed as well.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

import mpmath
import programs
from mpmath import mp, mpf

from autograd import GraphError, Value, compile, derive, grad, jvp, replay
from autograd.engine.graph import leaves as graph_leaves
from autograd.formulas.equations import gradient_of
from autograd.formulas.expressions import evaluate

NAMES = [*programs.RATIONAL, *programs.SMOOTH, *programs.KINKED, "div"]
TWO_OPERANDS = {"add", "sub", "mul", "div", "maximum"}
LABELS = ["w1", "w2", "w3", "w4"]
NODES = 25
_ROUGH = [(40, mpf(1) / 16), (41, mpf(1) / 16), (42, mpf(1) / 16), (53, mpf(4))]
# Numbers below this may have lost their digits, because they were computed from subnormal numbers.
_UNDERFLOW = mpf(2) ** -1000


def graph(seed):
    """Return a program of 25 steps, each of which reads the one before and any other number, and its four inputs.

    At a kink a derivative is a convention, and near one it depends on the last digit. Such programs are drawn again.
    """
    draw = random.Random(seed)
    while True:
        steps, inputs = _program(draw), [draw.uniform(-1, 1) for _ in LABELS]
        if not _near_a_kink(steps, programs.run(steps, inputs)):
            return steps, inputs


def _near_a_kink(steps, numbers):
    for name, i, j in steps:
        a, b = numbers[i], numbers[j] if name == "maximum" else 0.0
        if name in programs.KINKED and abs(a - b) <= 1e-9 * (abs(a) + abs(b)):
            return True
    return False


def _program(draw):
    steps = []
    for n in range(len(LABELS), len(LABELS) + NODES):
        name, reads = draw.choice(NAMES), [n - 1, draw.randrange(n)]
        if name in TWO_OPERANDS:
            draw.shuffle(reads)
        steps.append((name, *reads))
    return steps


def _result(steps):
    return lambda *inputs: programs.run(steps, inputs)[-1]


def reverse(steps, inputs):
    """Reverse mode."""
    return list(grad(_result(steps))(*inputs))


def forward(steps, inputs):
    """Forward mode, one direction after the other."""
    directions = [tuple([float(i == k) for k in range(len(inputs))]) for i in range(len(inputs))]
    return [jvp(_result(steps), tuple(inputs), direction)[1] for direction in directions]


def digits(steps, inputs):
    """The rules of the table over mpmath numbers: the recorded graph, replayed with 50 digits."""
    leaves = [Value(x) for x in inputs]
    result = _result(steps)(*leaves)
    with mp.workdps(50):
        gradients = replay(result, mpf).gradients() if isinstance(result, Value) else {}
    return [gradients.get(x, mpf(0)) for x in leaves]


def formula(steps, inputs):
    """The formulas that are derived from the graph, evaluated."""
    leaves = [Value(x, label) for x, label in zip(inputs, LABELS, strict=True)]
    result = _result(steps)(*leaves)
    try:
        derivation = derive(result, parameters=[x for x in graph_leaves(result) if x in set(leaves)])
    except GraphError:
        return None
    formulas, parameters = derivation._formulas, set(derivation.network.parameters)
    return [evaluate(gradient_of(formulas, x), derivation._point) if x in parameters else 0.0 for x in leaves]


def compiled(steps, inputs):
    """Machine code of the recorded graph."""
    leaves = [Value(x) for x in inputs]
    result = _result(steps)(*leaves)
    if not isinstance(result, Value):
        return [0.0] * len(leaves)
    return compile(result, inputs=leaves).gradient([inputs]).inputs[0].tolist()


WAYS = {"reverse": reverse, "forward": forward, "mpmath": digits, "formula": formula, "compiled": compiled}


def truth(steps, inputs):
    """Return the derivatives to 50 digits, and the error that each may have in doubles."""
    with mp.workdps(50):
        _, exact, sizes = programs.gradients(steps, [mpf(x) for x in inputs])
        largest = max(sizes)  # if a derivative cancels to 0, it has rounding errors of the size of the others
        floor = [_UNDERFLOW + (mpf(2) ** -52 * largest if e == 0 else 0) for e in exact]
        allowed = [mpf(2) ** -52 * 64 * size + least for size, least in zip(sizes, floor, strict=True)]
    for bits, share in _ROUGH:
        with mp.workprec(bits):
            rough = programs.gradients(steps, [mpf(x) for x in inputs])[1]
        with mp.workdps(50):
            allowed = [max(a, abs(r - e) * share) for a, r, e in zip(allowed, rough, exact, strict=True)]
    return exact, allowed


def agrees(found, exact, allowed):
    """Return True if all derivatives are within the allowed errors."""
    with mp.workdps(50):
        rows = zip(found, exact, allowed, strict=True)
        return all(mpmath.isfinite(f) and abs(mpf(f) - e) <= a for f, e, a in rows)


def compared(seeds):
    """Return three lists of seeds for each way: graphs for which it is right, for which it is wrong, and others."""
    ends = {way: ([], [], []) for way in WAYS}
    for seed in seeds:
        steps, inputs = graph(seed)
        exact, allowed = truth(steps, inputs)
        for way, function in WAYS.items():
            found = function(steps, inputs)
            ends[way][2 if found is None else 1 - agrees(found, exact, allowed)].append(seed)
    return ends


def main():
    """Compare all ways on many graphs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the seed of the first graph; a new one each time")
    parser.add_argument("--count", type=int, default=10_000, help="the number of graphs")
    asked = parser.parse_args()
    first = time.time_ns() % 10**9 if asked.seed is None else asked.seed
    print(f"seeds from {first} on: {asked.count} random graphs of {NODES} nodes, {len(LABELS)} derivatives each")
    ends = compared(range(first, first + asked.count))
    print(f"{'':10}{'agrees':>10}{'contradicts':>13}{'has no formula':>16}")
    for way, (right, wrong, untaken) in ends.items():
        print(f"{way:10}{len(right):10}{len(wrong):13}{len(untaken):16}" + (f"   seeds {wrong[:5]}" if wrong else ""))
    return 1 if any(wrong for _, wrong, _ in ends.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
