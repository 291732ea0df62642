"""Run the tests of the engine, the formulas and the grader in Pyodide's CPython, if they need no other libraries.

Test files that import a compiled library, or start threads or processes, are left out, because Pyodide has none. Single
tests of what the platform does not have are left out by name.
"""

import ast
import os
import sys
from pathlib import Path

ROOT = Path("/repository")
MISSING = {
    "ctypes", "hypothesis", "llvmlite", "multiprocessing", "numpy", "pygraphviz", "resource", "subprocess", "threading",
    "torch",
}  # fmt: skip
ELSEWHERE = {
    "test_five_algorithms.py",  # it imports a file that needs NumPy
    "test_people.py", "test_round_trip.py",  # long lists of formulas, whose results do not depend on the platform
}  # fmt: skip
ABSENT = (  # Tests of what Pyodide does not have, by the beginnings of their names.
    "test_inside_of_an_outer_transform_in_another_thread",  # threads
    "test_in_a_task_of_an_event_loop",  # an event loop of its own
    "test_an_interrupt_at_",  # a tracer that raises
    "test_an_old_path_gives", "test_a_package_that_was_taken_apart", "test_models_of_version_0_1",  # NumPy
    "test_more_than_its_first_derivatives_is_refused_with_advice",  # likewise
    "test_what_is_no_notebook_is_refused",  # deeply nested JSON: Python's own parser overflows the stack here
)  # fmt: skip
ROOMS = ("engine", "formulas", "grading")


def imported(path):
    """Return the libraries that a file imports, anywhere in it."""
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
import pytest  # noqa: E402 - it can be imported only now


class Choice:
    """The plugin that leaves out tests, and prints the test that runs, because a crash leaves no other trace."""

    def pytest_collection_modifyitems(self, config, items):
        out = [x for x in items if "run_python" in getattr(x, "fixturenames", ()) or x.name.startswith(ABSENT)]
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)

    def pytest_runtest_logstart(self, nodeid, location):
        print(nodeid)


files = [path for room in ROOMS for path in sorted((ROOT / "tests" / room).glob("test_*.py"))]
chosen = [str(path) for path in files if path.name not in ELSEWHERE and not imported(path) & MISSING]
print(f"{len(chosen)} of {len(files)} files, Python {sys.version.split()[0]}")
options = ["-p", "no:cacheprovider", "-q", "--tb=line", "-o", "addopts=", "-o", "console_output_style=classic"]
int(pytest.main([*options, *chosen], plugins=[Choice()]))
