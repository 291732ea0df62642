"""A soak: all activities of users, over and over, while the memory of the process is measured: ``make soak``.

Each round draws an activity and its data from a seeded generator, checks the results, and drops them. The resident
memory is sampled at regular times. It is flat if its median in the last fifth of the samples is at most a bound above
that in the second fifth. The garbage collector is off, so that objects that are not freed at once show.

Two libraries keep memory in this process: Graphviz about 3 KiB for every layout, llvmlite about 1.5 KiB for every
module that it compiles. The bound grows by one and a half times as much for each round that draws or compiles.
"""

import argparse
import copy
import gc
import os
import pickle
import random
import resource
import statistics
import sys
import tempfile
import time
from fractions import Fraction

from programs import KINKED, RATIONAL, SMOOTH, random_program, run

import autograd
from autograd import Value, derive, draw, explain, hvp, jvp, replay, steps, value_and_grad
from autograd.compiler import kernel_cache
from autograd.engine.sweep import adjoints, order
from autograd.grading.sheets import build
from nn import MLP, SGD, Adam, Momentum, cross_entropy, deltas, fit, half_sse, load, mse, save

_ALLOWED = 4 << 20  # bytes by which the median may grow
_COLLECT = 64  # rounds between collections: drawing, mpmath and hypothesis make cycles of their own


def _hold(condition, what):
    if not condition:  # an assert statement would be removed by python -O
        raise AssertionError(f"this does not hold: {what}")


def _graph(r, names=(*RATIONAL, *SMOOTH, *KINKED)):
    program = random_program(r.randrange(1 << 30), list(names), length=r.choice((5, 25, 100)))
    leaves = [Value(r.uniform(-1, 1), f"v{k}") for k in range(4)]
    return program, leaves, run(program, leaves)[-1]


def differentiates(r, _folder):
    """Differentiate in reverse mode, twice; in forward mode; and twice along a direction, in two ways."""
    program, leaves, root = _graph(r)
    swept = adjoints(root)
    root.backward()
    root.backward()
    _hold(all(leaf.grad == 2 * swept.get(leaf, 0.0) for leaf in leaves), "a second sweep doubles")
    point, direction = [leaf.data for leaf in leaves], [r.uniform(-1, 1) for _ in leaves]
    program, leaves, root = _graph(r, (*RATIONAL, *SMOOTH))

    def f(*xs):
        return run(program, xs)[-1]

    value, slopes = value_and_grad(f)(*point)
    _, tangent = jvp(f, tuple(point), tuple(direction))
    along = sum(s * d for s, d in zip(slopes, direction, strict=True))
    size = 1 + sum(abs(s * d) for s, d in zip(slopes, direction, strict=True))
    _hold(abs(tangent - along) <= 1e-6 * size, "forward and reverse mode agree")
    _hold(value == f(*point), "a value does not depend on what is recorded")
    hvp(f, tuple(point), tuple(direction))


def replays_exactly(r, _folder):
    """Replay over Fractions. The derivative over floats is close to that."""
    _, leaves, root = _graph(r, ("add", "sub", "mul", "neg", "half"))
    exact = replay(root, Fraction).gradients()
    for leaf, slope in adjoints(root).items():
        if leaf in leaves and abs(exact[leaf]) > 1e-3:
            _hold(abs(slope - exact[leaf]) <= 1e-6 * abs(exact[leaf]) + 1e-9, "floats are near the exact derivative")


def copies(r, _folder):
    """Make copies and pickles, and load the pickles."""
    _, _, root = _graph(r)
    for again in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        _hold(list(adjoints(again).values()) == list(adjoints(root).values()), "a copy has the same derivatives")


def draws(r, folder):
    """Draw a picture of values or of a network, and the page that plays a sweep."""
    if r.random() < 0.5:
        _, _, root = _graph(r)
    else:
        root = half_sse(MLP(2, [3, 2], seed=r.randrange(99))([0.1, 0.2]), [0, 1])
    if len(order(root)) > 60:
        root = root.parents[0] * 2.0 if len(order(root.parents[0])) <= 60 else Value(0.5) * 2.0
    drawing = draw(root)
    _hold(drawing.svg().rstrip().endswith("</svg>"), "a picture is whole")
    drawing.save(os.path.join(folder, f"picture.{r.choice(('svg', 'png', 'pdf', 'dot'))}"))
    steps(root, forward=r.random() < 0.5).save(os.path.join(folder, "steps.html"))
    explain(root, next(node for node in order(root) if node.op is None))


def trains(r, folder):
    """Train a model, save it, load it into another model, and continue the training of both in the same way."""
    sizes = [r.randrange(1, 6), r.randrange(1, 4)]
    model = MLP(2, sizes, activation=r.choice(("tanh", "sigmoid", "relu")), seed=r.randrange(99))
    X = [[r.uniform(-1, 1), r.uniform(-1, 1)] for _ in range(8)]
    Y = [[r.uniform(-1, 1) for _ in range(sizes[-1])] for _ in X]
    options = {"loss": r.choice((half_sse, mse)), "epochs": 3, "batch_size": r.choice((1, 3, None)), "progress": False,
               "engine": r.choice(("native", "eager", "eager", "eager"))}  # fmt: skip
    film = {"film": 4} if r.random() < 0.1 else {}
    history = fit(model, X, Y, optimizer=r.choice((SGD, Momentum, Adam))(0.01), seed=1, **options, **film)
    if film:
        history.film.save(os.path.join(folder, "film.html"))
    path = os.path.join(folder, "model.json")
    save(model, path)
    again = copy.deepcopy(model)
    for p in again.parameters():
        p.data = 0.0
    load(again, path)
    fit(model, X, Y, optimizer=SGD(0.01), seed=2, **options)
    fit(again, X, Y, optimizer=SGD(0.01), seed=2, **options)
    _hold([p.data for p in again.parameters()] == [p.data for p in model.parameters()], "a loaded model trains alike")
    _hold(len(deltas(half_sse(model(X[0]), Y[0]))) == sum(sizes), "every neuron has a delta")


def derives(r, folder):
    """Derive the formulas of a network, write a report, and grade a right and a wrong formula."""
    loss = build(
        [2, r.randrange(1, 4), 2], [r.choice(("tanh", "sigmoid", "softplus")), "sigmoid"], seed=r.randrange(99)
    )
    derivation = derive(loss)
    right = derivation.grade(None, "dL/dw_ho[h,o] = d_o[o]*a[h]").verdict
    wrong = derivation.grade(None, "dL/dw_ho[h,o] = -d_o[o]*a[h]").verdict
    _hold((right, wrong) == ("equal", "wrong"), "a right formula is equal and a wrong one is wrong")
    derivation.report(os.path.join(folder, f"report.{r.choice(('html', 'md', 'tex'))}"))
    derive(cross_entropy([Value(0.1, "x[1]") * Value(r.random(), "w[1,1]"), Value(0.2)], 1))


def compiles(r, _folder):
    """Compile a graph and a training: they have the engine's numbers, and code that is dropped keeps no memory."""
    _, leaves, root = _graph(r, (*RATIONAL, *SMOOTH))
    if isinstance(root, Value) and root.op is not None:
        program = autograd.compile(root, inputs=leaves, strict=True)
        point = [[leaf.data for leaf in leaves]] * r.randrange(1, 20)
        swept = adjoints(root)
        expected = [swept.get(leaf, 0.0) for leaf in leaves]
        _hold(
            all(row == expected for row in program.gradient(point).inputs.tolist()),
            "machine code has the engine's bits",
        )
    model = MLP(2, [r.randrange(1, 6), 1], activation="tanh", seed=r.randrange(99))
    models = [model, copy.deepcopy(model)]
    X = [[r.uniform(-1, 1), r.uniform(-1, 1)] for _ in range(8)]
    Y = [[r.uniform(-1, 1)] for _ in X]
    options = {"epochs": 3, "batch_size": r.choice((1, 3, None)), "seed": 1, "progress": False}
    rule = r.choice((SGD, Momentum))  # if a gradient vanishes, Adam turns differences in its last digit into steps
    for model, engine in zip(models, ("native", "eager"), strict=True):
        fit(model, X, Y, optimizer=rule(0.01), engine=engine, **options)
    pairs = zip(*[model.parameters() for model in models], strict=True)
    _hold(all(abs(a.data - b.data) <= 1e-9 for a, b in pairs), "both engines train alike")


# The activities of rounds: a function of a generator and a folder, and how often it is drawn.
ACTIVITIES = {differentiates: 6, replays_exactly: 3, copies: 3, draws: 1, trains: 4, derives: 1, compiles: 1}

# Bytes that libraries may keep in a round: for three layouts, three modules, and two in every fourth round.
KEPT = {draws: 14 << 10, compiles: 7 << 10, trains: 1 << 10}


def _resident():
    """Return the bytes of this process that are in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main():
    """Soak for some minutes. The exit status is 0 if the memory is flat and nothing failed."""
    parser = argparse.ArgumentParser(description="Run all activities of users, over and over, and measure the memory.")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--samples", type=int, default=60, help="how often memory is measured")
    parser.add_argument("--seed", type=int, default=None, help="drawn again in each run by default, and printed")
    parser.add_argument("--without", nargs="*", default=[], choices=[each.__name__ for each in ACTIVITIES],
                        help="activities to leave out; without draws, derives, trains and compiles no library keeps "
                             "anything")  # fmt: skip
    options = parser.parse_args()
    drawn = {activity: often for activity, often in ACTIVITIES.items() if activity.__name__ not in options.without}
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    engine = "compiled" if autograd.compiled else "interpreted"
    print(f"seed {seed}, {options.minutes:g} minutes, engine {engine}", flush=True)
    curve, rounds, counts = [], 0, dict.fromkeys(drawn, 0)
    kernel_cache._MAX_KERNELS = 8  # a small cache of compiled code is full at once, so that code is dropped, too
    gc.disable()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while len(curve) < options.samples:
            r = random.Random(f"{seed}/{rounds}")
            (activity,) = r.choices(list(drawn), list(drawn.values()))
            try:
                activity(r, folder)
            except Exception:
                print(f"FOUND in round {rounds}, {activity.__name__}:", flush=True)
                raise
            counts[activity] += 1
            rounds += 1
            if rounds % _COLLECT == 0:
                gc.collect()
            minutes = (time.monotonic() - start) / 60
            if minutes >= options.minutes * (len(curve) + 1) / options.samples:
                gc.collect()
                curve.append((_resident(), sum([counts.get(activity, 0) * kept for activity, kept in KEPT.items()])))
                if len(curve) % 5 == 0 or len(curve) == options.samples:
                    print(f"  {minutes:6.1f} min  {rounds:9,} rounds  {_mib(curve[-1][0])} MiB", flush=True)
    print(", ".join([f"{activity.__name__} {n:,}" for activity, n in counts.items()]))
    print(f"resident MiB at regular times: {' '.join([_mib(x) for x, _ in curve])}")
    fifth = max(1, len(curve) // 5)
    parts = curve[fifth : 2 * fifth], curve[-fifth:]
    early, late = [statistics.median([x for x, _ in part]) for part in parts]
    kept = parts[1][-1][1] - parts[0][0][1]
    print(f"medians: {_mib(early)} MiB in the second fifth, {_mib(late)} in the last")
    print(f"allowed to grow by {_mib(_ALLOWED)} MiB, and by {_mib(kept)} that libraries keep")
    if late - early > _ALLOWED + kept:
        print("FOUND: memory grows")
        return 1
    return 0


def _mib(size):
    return f"{size / (1 << 20):.1f}"


if __name__ == "__main__":
    sys.exit(main())
