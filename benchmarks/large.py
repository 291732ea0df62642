"""Large layers, compared with PyTorch: ``python -m benchmarks.large [WORD ...]``.

Each program runs in its own process. So the time to the first update includes its imports, and the memory is its own.
All programs compute the same network on the same numbers in double precision, and their losses are compared. The limit
is the peak of all processors together. With words, only the tables whose titles contain one of them are made.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

import numpy as np

from benchmarks import peak
from benchmarks.timing import print_table
from benchmarks.training import Work

__all__ = ["main"]

ROUNDS = 15
SIZES = {
    "784-128-10": ((784, 128, 10), (1, 32, 256)),
    "784-512-256-10": ((784, 512, 256, 10), (128,)),
    **{f"32-{h}-{h}-10": ((32, h, h, 10), (32,)) for h in (16, 32, 64, 128, 256, 512)},
}
EPOCH = "one epoch of 60,000 x 784 in batches of 64, 784-128-10"


def main():
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the tables whose titles have one of these")
    words = parser.parse_args().words
    limit = peak.peak_flops(2.0, os.cpu_count() or 1)
    print(
        f"{os.cpu_count()} processors, measured: {limit / 1e9:.1f} Gflop/s together, {peak.peak_flops() / 1e9:.1f} one"
    )
    rows = []
    for title, (sizes, batches) in SIZES.items():
        for batch in batches:
            if not words or any(word in title for word in words):
                rows.append(_row(f"{title}, batch {batch}", sizes, batch, 16 * batch if batch > 1 else 256, limit))
    head = (
        "",
        "ours",
        "PyTorch, 1 thread",
        "2 threads",
        "ours / better",
        "of the limit",
        "first update",
        "PyTorch's",
        "memory",
    )
    if rows:
        print_table(
            "Relu layers, softmax cross-entropy, SGD: ms an update, s to the first one, MB above imports", head, rows
        )
    if not words or any(word in EPOCH for word in words):
        print_table(EPOCH, ("", "s, start to end"), _epoch())
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")


def _row(title, sizes, batch, samples, limit):
    ours, one, two = [
        _process(name, sizes, batch, samples, ROUNDS, threads)
        for name, threads in (("ours", 0), ("torch", 1), ("torch", 2))
    ]
    if not abs(ours["loss"] - one["loss"]) <= 1e-9 * abs(one["loss"]):
        raise SystemExit(f"{title}: the losses differ, {ours['loss']} and {one['loss']}: nothing is timed.")
    better = min(one["update"], two["update"])
    work = Work("", sizes, "relu", "linear", "cross_entropy", np.empty(0), np.empty(0), batch)
    share = batch * peak.flops_of_a_sample(work) / (limit * ours["update"])
    return (
        title, *[f"{each['update'] * 1e3:.3f}" for each in (ours, one, two)], f"{ours['update'] / better:.2f}",
        f"{share:.0%}", f"{ours['first']:.2f}", f"{one['first']:.2f}", f"{ours['memory']:.0f}",
    )  # fmt: skip


def _epoch():
    found = {}
    for name, threads in (("ours", 0), ("torch", 1), ("torch", 2)):
        start = time.perf_counter()
        _process(name, (784, 128, 10), 64, 60_000, 0, threads)
        found[f"{name}, {threads} threads" if threads else name] = f"{time.perf_counter() - start:.2f}"
    return list(found.items())


def _process(*work):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.large_run", json.dumps(work)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measured(start, imported, make, rounds, updates):
    """Time one program, for :mod:`benchmarks.large_run`.

    Args:
        start: the time of its start, before its imports.
        imported: its memory after the imports, in MB.
        make: a function that makes the first update. It returns a function, which trains for an epoch and returns its
            mean loss, and the time of the first update.
        rounds: the number of epochs to time.
        updates: the number of updates in an epoch.
    """
    run, first_update = make()
    first = first_update - start
    loss = run()
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) / updates)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - imported
    return {"loss": loss, "first": first, "update": statistics.median(times) if times else 0.0, "memory": memory}


if __name__ == "__main__":
    main()
