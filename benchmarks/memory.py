"""Bytes and seconds per node, each measured in its own process: ``python -m benchmarks.memory ENGINE NODES``."""

import json
import subprocess
import sys
import time

__all__ = ["measure"]


def measure(engine, nodes):
    """Build, sweep and free a chain of additions and multiplications in a new process.

    Returns:
        A dict with ``bytes`` per node (the growth of the resident set), and ``build``, ``backward`` and ``free`` in
        seconds per node.
    """
    command = [sys.executable, "-m", "benchmarks.memory", engine, str(nodes)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _resident():
    """Return the bytes of this process that are in memory, from Linux's /proc."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def _value(engine):
    if engine == "micrograd":
        from micrograd.engine import Value
    elif engine == "slots":
        from benchmarks.slots_value import Value
    else:
        from autograd import Value
    return Value


def _run(engine, nodes):
    value = _value(engine)
    a, b = value(1.0), value(1.0)
    for _ in range(3):  # warm up
        ((a * b) + a).backward()
    a.grad = b.grad = 0.0
    # Small graphs are built often enough to be timed, and the memory of all of them together is measured.
    graphs = max(1, 200_000 // nodes)
    before = _resident()
    start = time.perf_counter()
    roots = [_chain(a, b, nodes) for _ in range(graphs)]
    built = time.perf_counter()
    grown = _resident() - before
    swept = freed = None
    if engine != "micrograd":  # micrograd's backward is recursive
        for root in roots:
            root.backward()
        swept = time.perf_counter()
        root = None
        del roots
        freed = time.perf_counter()
    total = graphs * nodes
    return {
        "bytes": grown / total,
        "build": (built - start) / total,
        "backward": (swept - built) / total if swept else None,
        "free": (freed - swept) / total if freed else None,
    }


def _chain(a, b, nodes):
    node = a
    for _ in range(nodes // 2):
        node = node * b
        node = node + a
    return node


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1], int(sys.argv[2]))))
