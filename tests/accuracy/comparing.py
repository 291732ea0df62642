"""The accuracy of the derivatives of this and other libraries, at the same points: ``make accuracy``.

The points are drawn once, and the exact derivatives are computed once. Each library has an adapter in ``libraries/``,
which runs in the Python that is given for it. A library without a Python is left out. The last line counts our own
misses. The exit status is 1 if there are any.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from arguments import ONE_OPERAND, arguments  # noqa: E402 - found by the path above
from truths import ORDERS, truths, verdict  # noqa: E402 - likewise

LIBRARIES = {"deltagrad": "ours", "PyTorch": "pytorch", "JAX": "jaxlib_", "HIPS autograd": "hips"}


def main():
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the seed of the points; a new one each time")
    parser.add_argument("--count", type=int, default=500, help="points for each primitive")
    parser.add_argument("--shared", default=sys.executable, help="the Python that has PyTorch and JAX")
    parser.add_argument("--hips", default=None, help="the Python that has HIPS autograd")
    asked = parser.parse_args()
    seed = time.time_ns() % 10**9 if asked.seed is None else asked.seed
    print(f"seed {seed}, {asked.count} points for each of {len(ONE_OPERAND)} primitives of one operand")
    points = {p.name: arguments(p, seed, asked.count) for p in ONE_OPERAND}
    exact = {name: [truths(name, x) for x in xs] for name, xs in points.items()}
    pythons = dict.fromkeys(LIBRARIES, asked.shared) | {"deltagrad": sys.executable, "HIPS autograd": asked.hips}
    counts = {}
    for library, adapter in LIBRARIES.items():
        found = found_by(adapter, pythons[library], points) if pythons[library] else None
        if found is None:
            print(f"{library} could not be run: it is left out")
        else:
            counts[library] = judged(points, exact, found)
    print_tables(counts)
    misses = counts["deltagrad"].total() - right(counts["deltagrad"])
    print(f"deltagrad: {misses} of {counts['deltagrad'].total()} comparisons missed")
    return 1 if misses else 0


def found_by(adapter, python, points):
    """Return the results of a library at the points: for each primitive that it has, a list for each order."""
    with tempfile.TemporaryDirectory() as folder:
        asked, found = Path(folder, "points.json"), Path(folder, "found.json")
        asked.write_text(json.dumps({name: [x.hex() for x in xs] for name, xs in points.items()}), encoding="utf-8")
        script = str(HERE / "libraries" / f"{adapter}.py")
        done = subprocess.run([python, script, str(asked), str(found)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit status {done.returncode}")
            return None
        numbers = json.loads(found.read_text(encoding="utf-8"))
    return {
        name: [[None if y is None else float.fromhex(y) for y in ys] for ys in rows] for name, rows in numbers.items()
    }


def judged(points, exact, found):
    """Return the counts of (primitive, order, verdict)."""
    counts = Counter()
    for name, rows in found.items():
        for k, (order, ys) in enumerate(zip(ORDERS, rows, strict=True)):
            if all(y is None for y in ys):
                continue  # the library has no such mode
            for x, truth, y in zip(points[name], exact[name], ys, strict=True):
                y = math.nan if y is None else y
                counts[name, order, verdict(name, order, x, y, truth[min(k, 2)])] += 1
    return counts


def right(counts):
    """Return the number of right results."""
    return sum([n for key, n in counts.items() if key[2] == "right"])


def print_tables(counts):
    """Print a row for each library, and one for each primitive that a library gets wrong at some point."""
    print(f"\n{'':18}{'comparisons':>12}{'beyond the bound':>18}{'plainly wrong':>15}")
    for library, count in counts.items():
        ends = [sum([n for key, n in count.items() if key[2] == end]) for end in ("beyond", "wrong")]
        print(f"{library:18}{count.total():12}{sum(ends):18}{ends[1]:15}")
    print("\nBeyond the bound / plainly wrong, by primitive (-: the library has no function of that name)")
    print(f"{'':20}" + "".join([f"{library:>18}" for library in counts]))
    for name in dict.fromkeys([key[0] for count in counts.values() for key in count]):
        cells = []
        for count in counts.values():
            ends = Counter()
            for key, n in count.items():
                if key[0] == name:
                    ends[key[2]] += n
            cells.append(f"{ends['beyond'] + ends['wrong']} / {ends['wrong']}" if ends else "-")
        if any(cell not in ("-", "0 / 0") for cell in cells):
            print(f"{name:20}" + "".join([f"{cell:>18}" for cell in cells]))
    print()


if __name__ == "__main__":
    sys.exit(main())
