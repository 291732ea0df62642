"""The share of printed formulas that are read, get the right verdict, and have their mistake named.

    python -m benchmarks.people

The formulas, their truth and the networks come from ``tests/grading/people.jsonl``. Each formula is graded as a user
would grade it, given only the meaning of the author's letters. Before formulas were evaluated as arrays, 53 of the 145
formulas in ``sources`` were read. 49 of these got the right verdict, and 4 a wrong one. Of the 116 formulas in
``textbooks`` and ``matrices``, 18 were read.
"""

import collections
import json
import statistics
import sys
import time
from pathlib import Path

from benchmarks.timing import print_table

__all__ = ["measure"]

TESTS = Path(__file__).parents[1] / "tests" / "grading"
TRUE = {"right": ("equal",), "needs-condition": ("equal",), "wrong": ("wrong",), "ill-formed": ("ill-formed", "wrong")}


def measure():
    """Grade every row, and print the rates by set and kind."""
    sys.path.insert(0, str(TESTS))
    from people_settings import derivation  # the tests' own module, not a part of this package

    counts = collections.defaultdict(collections.Counter)
    times, found = [], {}
    for line in (TESTS / "people.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        key = row["setting"], json.dumps(row["declared"], sort_keys=True)
        if key not in found:
            found[key] = derivation(row)
        start = time.perf_counter()
        grade = found[key].grade(row.get("target"), row["formula"], rate=row.get("rate"))
        times.append(1e3 * (time.perf_counter() - start))
        for group in ((row["set"], row["kind"]), (row["set"], "all")):
            count = counts[group]
            count["formulas"] += 1
            count["read"] += grade.verdict != "unreadable"
            count["true"] += grade.verdict in TRUE[row["truth"]]
            count["false"] += (
                grade.verdict in ("equal", "wrong", "ill-formed") and grade.verdict not in TRUE[row["truth"]]
            )
            if "slip" in row:
                count["slips"] += 1
                count["named"] += bool({m.kind for m in grade.mistakes} & set(row["names"]))
    head = ("set", "kind", "formulas", "read", "true", "false", "slips", "named")
    rows = [
        (*group, *[str(count[name]) for name in head[2:]])
        for group, count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] == "all", item[0][1]))
    ]
    print_table("Formulas as people print them", head, rows)
    times.sort()
    print(
        f"milliseconds for a formula: median {statistics.median(times):.0f}, "
        f"nine of ten {times[len(times) * 9 // 10]:.0f}, longest {times[-1]:.0f}"
    )


if __name__ == "__main__":
    measure()
