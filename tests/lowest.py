"""Print the lowest version of everything this package needs, as constraints for pip, which ``make test-lowest`` uses.

They are read from ``pyproject.toml`` and ``setup.py``, so that what is declared is what is tested.
"""

import re
import runpy
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["constraints"]

ROOT = Path(__file__).parents[1]
EXTRAS = ("plots", "native", "cluster", "demo")  # of users: the tools of the tests are not theirs


def constraints(root=ROOT) -> list[str]:
    """Return a line such as ``numpy==1.24`` for each library that is needed to run, or by an extra."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    needed = [*runpy.run_path(str(root / "setup.py"))["requirements"](), *[x for name in EXTRAS for x in extras[name]]]
    found = [re.match(r"([A-Za-z0-9_.-]+)\s*>=\s*([0-9.]+)", line) for line in needed]
    return sorted({f"{match[1]}=={match[2]}" for match in found if match})


if __name__ == "__main__":
    print("\n".join(constraints()))
