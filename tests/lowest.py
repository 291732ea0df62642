"""Print the lowest supported version of every requirement, as constraints for pip: ``make test-lowest`` uses them.

They are read from ``pyproject.toml`` and ``setup.py``, so that the declared versions are tested.
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
EXTRAS = ("plots", "native", "cluster", "demo")  # the extras for users; the tools of the tests are not among them


def constraints(root=ROOT) -> list[str]:
    """Return a line such as ``numpy==1.24`` for each library that the package or an extra for users requires."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    needed = [*runpy.run_path(str(root / "setup.py"))["requirements"](), *[x for name in EXTRAS for x in extras[name]]]
    found = [re.match(r"([A-Za-z0-9_.-]+)\s*>=\s*([0-9.]+)", line) for line in needed]
    return sorted({f"{match[1]}=={match[2]}" for match in found if match})


if __name__ == "__main__":
    print("\n".join(constraints()))
