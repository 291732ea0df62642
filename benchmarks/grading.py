"""The share of random mistakes in hand derivations that are flagged and named.

    python -m benchmarks.grading --seed 7 --single 600 --double 400

The benchmark writes a right formula in a random form, for a random weight, bias or delta of one of seven networks. Then
it makes one or two plausible mistakes in the formula. The benchmark is independent of the grader: it has its own trees
of formulas and its own ``evaluate``, and the truth is the complex-step derivative of its own forward pass. It only uses
``derive(loss).grade(target, text)`` of the grader, and ``verdict`` and the kinds and texts of ``mistakes`` of the
answer.

A right formula that does not agree with the truth stops the run. A wrong one counts only if it differs at one of the
points, is not 0 at all points, and, with two mistakes, each of them changes the value that the other gives.
"""

import argparse
import collections
import random
import statistics
import time

from benchmarks.mistakes import MAKERS, mistakes
from benchmarks.naming import is_named
from benchmarks.right_formulas import NETWORKS, text
from benchmarks.timing import print_table

__all__ = ["measure"]

GOALS = {1: 0.98, 2: 0.75}


def measure(seed, count, how_many, show):
    """Grade random mistakes, and print how many are flagged and named."""
    by_kind, by_network = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    total, missed, times = collections.Counter(), [], []
    for case in mistakes(seed, count, how_many):
        derivation = case.network.derivation
        start = time.perf_counter()
        grade = derivation.grade(text(case.target), text(case.wrong))
        times.append(1e3 * (time.perf_counter() - start))
        flagged = grade.verdict == "wrong"
        named = flagged and is_named(case, grade.mistakes)
        for counts in (total, by_network[case.network.name], *[by_kind[slip.kind] for slip in case.slips]):
            counts.update(tried=1, flagged=flagged, named=named)
        if not named:
            missed.append((case, grade))
    word = {1: "One mistake", 2: "Two mistakes"}[how_many]
    goal = GOALS[how_many]

    def row(name, c):
        return [name, str(c["tried"]), str(c["flagged"]), str(c["named"]), f"{c['named'] / c['tried']:.1%}"]

    head = ("", "tried", "flagged", "named", "")
    print_table(f"{word}, by kind", head, [row(kind, by_kind[kind]) for kind in MAKERS if kind in by_kind])
    print_table(f"{word}, by network", head, [row(name, by_network[name]) for name in NETWORKS if name in by_network])
    share = total["named"] / total["tried"]
    all_flagged = total["flagged"] == total["tried"]
    rows = [
        ["flagged wrong", "100%", f"{total['flagged'] / total['tried']:.1%}", "met" if all_flagged else "MISSED"],
        ["named", f">= {goal:.0%}", f"{share:.1%}", "met" if share >= goal else "MISSED"],
        ["time of one, median", "", f"{statistics.median(times):.1f} ms", ""],
        ["time of one, longest", "", f"{max(times):.1f} ms", ""],
    ]
    print_table(word, ("what", "goal", "measured", ""), rows)
    missed.sort(key=lambda pair: pair[1].verdict == "wrong")  # mistakes that were not flagged come first
    for case, grade in missed[:show]:
        print(f"\n  not {'named' if grade.verdict == 'wrong' else 'FLAGGED: ' + grade.verdict}, in {case.network.name}")
        print(f"    right     {text(case.target)} = {text(case.right)}")
        print(f"    wrong     {text(case.target)} = {text(case.wrong)}")
        for slip in case.slips:
            print(f"    injected  {slip.kind} {' '.join([text(s) for s in slip.symbols])}")
        for mistake in grade.mistakes:
            print(f"    reported  {mistake.kind}: {mistake.text}")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--single", type=int, default=600)
    parser.add_argument("--double", type=int, default=400)
    parser.add_argument("--show", type=int, default=12, help="how many unnamed cases to print of each")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    for how_many, count in ((1, options.single), (2, options.double)):
        if count:
            measure(options.seed, count, how_many, options.show)


if __name__ == "__main__":
    main()
