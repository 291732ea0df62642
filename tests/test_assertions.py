"""Under ``python -O``, the same tests run, and they can fail: ``make test-optimized``.

Python drops assert statements there. pytest rewrites those of tests and of ``conftest.py`` into statements that stay,
and scripts in other interpreters are compiled with theirs. The packages and the helpers of tests have none.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted([*(ROOT / "autograd").rglob("*.py"), *(ROOT / "nn").rglob("*.py")])
# the helpers that tests import, which pytest does not rewrite
HELPERS = sorted(
    path
    for path in (ROOT / "tests").rglob("*.py")
    if not path.name.startswith("test_")
    and path.name != "conftest.py"
    and path.parent.name not in ("typing", "cases", "programs")
    if not path.name.endswith("_suite.py")  # suites that the tests run, as a student would write them
)


def test_a_test_that_is_wrong_fails():
    with pytest.raises(AssertionError):
        assert not ROOT.exists()


def test_a_script_that_is_wrong_fails(run_python):
    done = run_python("import sys; print(sys.flags.optimize); assert not sys.flags", check=False)
    assert done.returncode != 0
    assert "AssertionError" in done.stderr
    assert int(done.stdout) == (not __debug__)


@pytest.mark.parametrize("path", [*PACKAGES, *HELPERS], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_but_a_test_asserts(path):
    """Conditions that must hold are checked by an if and an error, which stay."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] == []
    assert "__debug__" not in path.read_text(encoding="utf-8")
