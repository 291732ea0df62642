"""All comparisons, as tables with goals: ``python -m benchmarks [--quick]``."""

import argparse
import importlib.util
import platform
import statistics
import sys

import autograd
import nn
from autograd import Value
from benchmarks import memory, moons, peers, slots_value, transformer
from benchmarks.timing import in_turn, medians, print_table


def main():
    """Run the comparisons."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller graphs")
    quick = parser.parse_args().quick
    sys.setrecursionlimit(20_000)  # micrograd's backward recurses
    engine = "compiled" if autograd.compiled else "INTERPRETED: these are not the figures of a compiled engine"
    print(f"deltagrad {autograd.__version__} ({engine}), Python {platform.python_version()}, {platform.machine()}")
    for name in ("micrograd", "xad", "torch", "jax"):
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed: its comparisons are left out. pip install -e '.[bench]'")
    results = [*moons_step(3 if quick else 9), *transformer_step(2 if quick else 7), *bytes_per_node()]
    beside_tensors(2 if quick else 5)
    growth([10**k for k in range(3, 7 if quick else 8)])
    print_table("Goals", ("what", "goal", "measured", ""), results)


def goal(what, least, measured, most=False):
    """Return a row of the table of goals."""
    met = measured <= least if most else measured >= least
    sign, unit = ("<=", "") if most else (">=", "x")
    return what, f"{sign} {least:g}{unit}", f"{measured:.4g}{unit}", "met" if met else "MISSED"


def installed(name):
    """Return True if a library is installed."""
    return importlib.util.find_spec(name) is not None


def moons_step(rounds):
    """Time a full-batch step of the 2-16-16-1 network, and compare the forward pass with plain floats."""
    ours, through_nn = moons.Scalars(Value), moons.Scalars(Value, nn.MLP(2, [16, 16, 1]))
    slots = moons.Scalars(slots_value.Value)
    gradients = {"ours": ours.gradients, "ours, nn.MLP": through_nn.gradients, "slots": slots.gradients}
    programs = {"ours": ours.step, "ours, nn.MLP": through_nn.step, "slots": slots.step}
    if installed("micrograd"):
        from micrograd.engine import Value as MicrogradValue
        from micrograd.nn import MLP as MicrogradMLP

        peer = moons.Scalars(MicrogradValue)
        peer_nn = moons.Scalars(MicrogradValue, MicrogradMLP(2, [16, 16, 1]))
        gradients |= {"micrograd": peer.gradients, "micrograd, nn.MLP": peer_nn.gradients}
        programs |= {"micrograd": peer.step, "micrograd, nn.MLP": peer_nn.step}
    if installed("xad"):
        xad_gradients, xad_step = moons.xad_step()
        gradients |= {"xad": xad_gradients}
        programs |= {"xad": xad_step}
    check_same(gradients)
    times = medians(in_turn(programs, rounds))
    rows = [
        (name, f"{t * 1e3:.2f}", f"{t / times['ours']:.1f}", f"{t / times['ours, nn.MLP']:.1f}")
        for name, t in times.items()
    ]
    print_table("moons, 2-16-16-1, 100 points, one full-batch step", ("", "ms", "/ ours", "/ ours, nn.MLP"), rows)

    floats = moons.floats_forward()
    passes = medians(in_turn({"plain floats": floats, "ours": ours.forward}, 10 * rounds, kept=True))
    ratio = passes["ours"] / passes["plain floats"]
    rows = [(name, f"{t * 1e3:.2f}", f"{t / passes['plain floats']:.2f}") for name, t in passes.items()]
    print_table("the same, forward pass only", ("", "ms", "/ plain floats"), rows)

    results = [goal("moons step, sum(w*x), beside slots Value", 12, times["slots"] / times["ours"])]
    if installed("micrograd"):
        results.insert(0, goal("moons step, sum(w*x), beside micrograd", 100, times["micrograd"] / times["ours"]))
        through = times["micrograd, nn.MLP"] / times["ours, nn.MLP"]
        results.append(goal("moons step, nn.MLP, beside micrograd's", 300, through))
    if installed("xad"):
        results.append(goal("moons step, sum(w*x), beside xad", 6, times["xad"] / times["ours"]))
    return [*results, goal("moons forward pass / plain floats", 1.6, ratio, most=True)]


def transformer_step(rounds):
    """Time a training step of the character transformer on one name."""
    name = "katherine"
    models = {"ours": transformer.Transformer(Value), "slots": transformer.Transformer(slots_value.Value)}
    check_same({key: (lambda model=model: model.gradients(name)) for key, model in models.items()})
    programs = {key: (lambda model=model: model.step(name)) for key, model in models.items()}
    times = medians(in_turn(programs, rounds))
    ratio = times["slots"] / times["ours"]
    rows = [(key, f"{t * 1e3:.1f}", f"{t / times['ours']:.1f}") for key, t in times.items()]
    print_table(f"character transformer, one step on {name!r}", ("", "ms", "/ ours"), rows)
    return [goal("transformer step beside slots Value", 20, ratio)]


def beside_tensors(rounds):
    """Time an update of the moons network on 1 and on 100 samples, and with matrix products of PyTorch and JAX."""
    for batch in (1, 100):
        programs = peers.programs(batch)
        losses = {name: run() for name, run in programs.items()}
        reference = losses["ours, nn.MLP"]
        if any(abs(loss - reference) > 1e-9 * abs(reference) for loss in losses.values()):
            raise SystemExit(f"the losses differ: {losses}")
        times = medians(in_turn(programs, rounds))
        rows = [(name, f"{t * 1e6:.1f}", f"{t / times['ours, nn.MLP']:.2f}") for name, t in times.items()]
        title = f"2-16-16-1, one update on {batch} sample{'s' if batch > 1 else ''}, half squared error"
        print_table(title, ("", "us", "/ ours"), rows)


def check_same(gradients):
    """Stop unless all engines give the same loss and gradient, up to 1e-9 of the largest entry."""
    reference_loss, reference = gradients["ours"]()
    scale = max(abs(g) for g in reference)
    for name, function in gradients.items():
        loss, found = function()
        worst = max(abs(a - b) for a, b in zip(found, reference, strict=True))
        if abs(loss - reference_loss) > 1e-9 * abs(reference_loss) or worst > 1e-9 * scale:
            raise SystemExit(f"{name} disagrees: loss {loss} and {reference_loss}, gradients up to {worst:.1e} apart")


def bytes_per_node():
    """Measure the memory of the node of a binary operation."""
    found = {name: memory.measure(name, 1_000_000)["bytes"] for name in ("ours", "slots")}
    if installed("micrograd"):
        found["micrograd"] = memory.measure("micrograd", 300_000)["bytes"]
    rows = [(name, f"{n:.0f}", f"{n / found['ours']:.1f}") for name, n in found.items()]
    print_table("memory of a binary operation's node", ("", "bytes", "/ ours"), rows)
    return [goal("bytes of a binary operation's node", 120, found["ours"], most=True)]


def growth(sizes):
    """Measure time and memory per node for growing graphs, the median of three runs. They should vary at most 1.5x."""
    found = {}
    for n in sizes:
        runs = [memory.measure("ours", n) for _ in range(3)]
        found[n] = {key: statistics.median([run[key] for run in runs]) for key in runs[0]}
    rows = [
        (f"{n:,}", *[f"{m[key] * 1e9:.0f}" for key in ("build", "backward", "free")], f"{m['bytes']:.0f}")
        for n, m in found.items()
    ]
    print_table("a chain of n nodes", ("n", "build ns/node", "backward ns/node", "free ns/node", "bytes/node"), rows)
    total = [m["build"] + m["backward"] + m["free"] for m in found.values()]
    bytes_ = [m["bytes"] for m in found.values()]
    print(f"\n  largest / smallest: time {max(total) / min(total):.2f}, memory {max(bytes_) / min(bytes_):.2f}")


if __name__ == "__main__":
    main()
