"""Compiled code of other libraries and ours, in turn in one run: ``python -m benchmarks.speed [--quick] [WORD ...]``.

With words, only the tables whose titles contain one of them are made. All programs do the same work, which is checked
against our engine first. The arithmetic limit of a table is the flops of a sample divided by the measured peak of one
core.
"""

import argparse
import importlib.util
import os
import statistics

from benchmarks import digits_run, peak, pricing, training
from benchmarks.timing import in_turn, print_table

__all__ = ["OURS", "OUR_PRICES", "digits_to_accuracy", "main", "option_prices", "training_work"]

# The functions that make our programs, by name: from a Work, and from the inputs of shape (5, samples). All other
# programs are compared with the first one.
OURS = {"ours": training.native, "ours, eager": training.eager}
OUR_PRICES = {"ours": pricing.ours}


def main():
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("words", nargs="*", help="only the tables whose titles have one of these")
    options = parser.parse_args()
    rounds = 2 if options.quick else 7

    def wanted(title):
        return not options.words or any(word in title for word in options.words)

    core = peak.peak_flops()
    print(f"one core's measured peak in double precision: {core / 1e9:.1f} Gflop/s")
    print(f"threads: JAX's and our own choice on {os.cpu_count()} cores; PyTorch 1 where no number is given; others 1")
    for make in training.WORKS.values():
        work = make()
        if wanted(work.title):
            training_work(work, rounds, core)
    if wanted(PRICES):
        option_prices(rounds, core)
    if wanted(DIGITS):
        digits_to_accuracy(rounds)


def installed(name):
    """Return True if a library is installed."""
    return importlib.util.find_spec(name) is not None


def peers(work):
    """Return the programs of the installed libraries. CasADi and xad only get works for which they are fast enough."""
    found = {}
    if installed("jax"):
        from benchmarks import jax_training

        found |= jax_training.programs(work)
    if installed("torch"):
        from benchmarks import torch_training

        found |= torch_training.programs(work)
    if work.batch == 100 and installed("casadi"):
        from benchmarks import tape_training

        found |= tape_training.casadi_programs(work)
    if work.batch == 100 and installed("xad"):
        from benchmarks import tape_training

        found |= tape_training.xad_programs(work)
    return found


def training_work(work, rounds, core):
    """Time one update of a :class:`~benchmarks.training.Work` for each program.

    Returns:
        A dict from the name of the program to the median of the seconds that an update takes.
    """
    programs = {name: make(work) for name, make in OURS.items()} | peers(work)
    training.check(work, programs)
    times = in_turn({name: program.run for name, program in programs.items()}, rounds)
    found = table(f"{work.title}, one update", times, work.updates)
    flops = peak.flops_of_a_sample(work)
    arithmetic_limit(f"{flops:,.0f} flops a sample", "an update", flops * work.batch / core, found)
    return found


def arithmetic_limit(counted, what, limit, found):
    """Print the seconds that the flops take at the peak, and the share of the peak that each library reaches."""
    shares = ", ".join([f"{name}: {limit / seconds:.1%}" for name, seconds in best(found).items()])
    print(f"\n  {counted}: at the peak {limit * 1e6:.3g} us {what}. {shares} of the peak.")


def best(found):
    """Return the fastest way of each library."""
    kept = {}
    for name in sorted(found, key=found.__getitem__):
        kept.setdefault(name.split(",")[0], found[name])
    return kept


def table(title, times, count):
    """Print the times of a run divided by ``count``, and return the medians."""
    found = {name: statistics.median(each) / count for name, each in times.items()}
    reference = next(iter(found.values()))
    rows = [
        (name, f"{median * 1e6:.3f}", f"{min(times[name]) / count * 1e6:.3f}", f"{median / reference:.3g}")
        for name, median in found.items()
    ]
    print_table(title, ("", "us, median", "us, least", f"/ {next(iter(found))}"), rows)
    return found


PRICES = f"option prices, {pricing.STEPS} steps, gradient in 5 inputs, {pricing.SAMPLES:,} samples"


def option_prices(rounds, core):
    """Time a sample for each program, and return the medians in seconds."""
    inputs = pricing.samples()
    programs = {name: make(inputs) for name, make in OUR_PRICES.items()} | pricing.programs(inputs)
    pricing.check(inputs, programs)
    found = table(f"{PRICES}, a sample", in_turn({n: p.run for n, p in programs.items()}, rounds), pricing.SAMPLES)
    flops = pricing.flops_of_a_sample()
    arithmetic_limit(f"{flops:,} flops in our recorded program", "a sample", flops / core, found)
    return found


DIGITS = f"digits to {digits_run.MIN_ACCURACY:.0%} held-out accuracy, from the start of the process to its end"


def digits_to_accuracy(rounds):
    """Time whole runs for each library, and return the medians in seconds."""
    libraries = [name for name in digits_run.LIBRARIES if name == "ours" or installed(name)]
    runs = {name: [] for name in libraries}
    for k in range(rounds + 1):
        for name in libraries:
            found = digits_run.measure(name)
            if k:  # the first round reads files from the disk, and does not count
                runs[name].append(found)
    stages = ("seconds", "imports", "data", "training")
    medians = {name: {s: statistics.median([r[s] for r in each]) for s in stages} for name, each in runs.items()}
    rows = [
        (name, *[f"{m[s]:.2f}" for s in stages], f"{runs[name][0]['accuracy']:.1%}",
         f"{m['seconds'] / medians['ours']['seconds']:.2f}")
        for name, m in medians.items()
    ]  # fmt: skip
    print_table(DIGITS, ("", "s", "of these imports", "data", "training", "accuracy", "/ ours"), rows)
    return {name: m["seconds"] for name, m in medians.items()}


if __name__ == "__main__":
    main()
