"""Fuzzing of the readers: ``python tests/fuzzing --formulas 1000000 --weights 100000``.

Every input is a function of the seed, its target and its number. ``--only`` runs one input alone. All inputs run in one
process with a bounded address space and bounded processor time for each input. Its resident memory is printed from time
to time.
"""

import argparse
import collections
import random
import resource
import signal
import sys
import tempfile
import time
import traceback

from targets import TARGETS

_ROOM = 2 << 30  # bytes of address space beyond what the start takes; an input that needs more is a finding
_MAX_GROWTH = 256 << 20  # bytes of resident memory, over the whole run
_MAX_SHOWN = 20


class _TooSlow(BaseException):
    """The error of an input that took more processor time than its bound."""


def _too_slow(_number, _frame):
    raise _TooSlow


def _resident():
    """Return the bytes of this process that are in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Run:
    """The inputs of all targets, one after the other."""

    def __init__(self, seed, folder):
        self.seed, self.folder = seed, folder
        self.found = collections.Counter()
        self.again = []  # commands that run the findings again
        self.slowest = dict.fromkeys(TARGETS, 0.0)
        self.outcomes = {name: collections.Counter() for name in TARGETS}
        self.spent = dict.fromkeys(TARGETS, 0.0)

    def one(self, name, k, show=False):
        """Make input ``k`` of a target, and pass it to the target."""
        make, take, needs_folder, bound = TARGETS[name]
        given = make(random.Random(f"{self.seed}/{name}/{k}"))
        if show:
            print(repr(given))
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, bound)
        try:
            outcome = take(given, self.folder) if needs_folder else take(given)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            outcome = "FOUND"
            self.report(name, k, given, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        used = time.process_time() - start
        self.spent[name] += used
        self.slowest[name] = max(self.slowest[name], used)
        self.outcomes[name][outcome] += 1

    def report(self, name, k, given, error):
        """Print a finding, once for each place in the code that raises it."""
        frames = traceback.extract_tb(error.__traceback__)
        place = [f for f in frames if "fuzzing" not in f.filename] or frames
        key = (name, type(error).__name__, place[-1].name, place[-1].lineno)
        self.found[key] += 1
        if self.found[key] == 1 and len(self.found) <= _MAX_SHOWN:
            self.again.append(f"python tests/fuzzing --seed {self.seed} --only {name!r} {k}")
            print(f"FOUND in {name} {k}: {type(error).__name__}: {str(error)[:200]}\n  input {given!r:.300}")
            print("".join([f"  {f.filename}:{f.lineno} {f.name}\n" for f in frames[-4:]]), flush=True)

    def table(self):
        """Return the counts of every target."""
        for name, outcomes in self.outcomes.items():
            n = sum(outcomes.values())
            if n:
                kinds = ", ".join([f"{word} {count:,}" for word, count in outcomes.most_common()])
                rate = n / self.spent[name] if self.spent[name] else 0.0
                print(f"{name:20} {n:>9,}  {rate:8,.0f} a second  slowest {self.slowest[name]:.3f} s  {kinds}")


def main():
    """Run the targets in turn, in proportion to their numbers of inputs, and print the results."""
    parser = argparse.ArgumentParser(description="Fuzz the readers, the grader and the loader.")
    parser.add_argument("--formulas", type=int, default=20_000, help="the number of formulas and sheets to read")
    parser.add_argument("--graded", type=int, default=None, help="the number to grade; by default a fortieth")
    parser.add_argument("--weights", type=int, default=2_000, help="the number of weight files to load")
    parser.add_argument("--seed", type=int, default=None, help="drawn again in each run by default, and printed")
    parser.add_argument("--minutes", type=float, default=None, help="stop after this time")
    parser.add_argument("--only", nargs=2, metavar=("TARGET", "NUMBER"), help="run one input, and show it")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    graded = options.formulas // 40 if options.graded is None else options.graded
    counts = {
        "formulas read": options.formulas * 4 // 5,
        "sheets read": options.formulas - options.formulas * 4 // 5,
        "formulas graded": graded * 4 // 5,
        "sheet files graded": graded - graded * 4 // 5,
        "documents graded": graded // 4,
        "weight files loaded": options.weights,
    }
    signal.signal(signal.SIGPROF, _too_slow)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(seed, folder)
        if options.only:
            run.one(options.only[0], int(options.only[1]), show=True)
            run.table()
            return 1 if run.found else 0
        print(f"seed {seed}: {', '.join([f'{name} {n:,}' for name, n in counts.items()])}", flush=True)
        for name in counts:  # libraries that are imported at first use are imported now
            for k in range(min(20, counts[name])):
                run.one(name, k)
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _ROOM, used + _ROOM))
        first, start, curve = None, time.monotonic(), []
        parts = 100
        for part in range(parts):
            for name, n in counts.items():
                for k in range(max(20, n * part // parts), n * (part + 1) // parts):
                    run.one(name, k)
            now = _resident()
            first = now if first is None else first
            curve.append(now >> 20)
            if part % 10 == 9:
                done = sum(sum(outcomes.values()) for outcomes in run.outcomes.values())
                minutes = (time.monotonic() - start) / 60
                print(f"  {part + 1} % after {minutes:.1f} min: {done:,} inputs, {now >> 20} MiB", flush=True)
            if options.minutes is not None and time.monotonic() - start > 60 * options.minutes:
                print(f"stopped by the clock at {part + 1} %")
                break
    run.table()
    seconds = time.monotonic() - start
    total = sum(sum(outcomes.values()) for outcomes in run.outcomes.values())
    growth = _resident() - first
    print(f"{total:,} inputs in {seconds / 60:.1f} min, {total / seconds:,.0f} a second")
    print(f"resident MiB {curve[::10]}, growth {growth / (1 << 20):+.1f}")
    print(f"{sum(run.found.values())} findings in {len(run.found)} places")
    for command in run.again:
        print(f"  {command}")
    if growth > _MAX_GROWTH:
        print("FOUND: memory grows")
    return 1 if run.found or growth > _MAX_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
