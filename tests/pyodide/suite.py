"""What runs in Pyodide's CPython: the tests of the engine, of the formulas and of the grader that need nothing else.

A test file that imports a compiled library, or starts threads or processes, is left out, as there are none here. So are
single tests of what the platform does not have, by name.
"""

import ast
import os
import sys
from pathlib import Path

ROOT = Path("/repository")
MISSING = {
    "ctypes", "llvmlite", "multiprocessing", "numpy", "pygraphviz", "resource", "subprocess", "threading", "torch",
}  # fmt: skip
ELSEWHERE = {"test_five_algorithms.py"}  # it imports a file that needs NumPy
ROOMS = ("engine", "formulas", "grading")


def imported(path):
    """The libraries that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


sys.path[:0] = ["/repository", "/site"]
sys.dont_write_bytecode = True
os.chdir(ROOT)
import pytest  # noqa: E402 - it is found now

files = [path for room in ROOMS for path in sorted((ROOT / "tests" / room).glob("test_*.py"))]
chosen = [str(path) for path in files if path.name not in ELSEWHERE and not imported(path) & MISSING]
print(f"{len(chosen)} of {len(files)} files, Python {sys.version.split()[0]}")
int(pytest.main(["-p", "no:cacheprovider", "-v", "--tb=short", "-o", "addopts=", *chosen]))
