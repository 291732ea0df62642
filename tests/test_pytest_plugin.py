"""Failures of tests about gradients, as pytest shows them with the plugin of this package."""

import re
import subprocess
import sys

import pytest

import deltagrad_pytest

PASSES = """
from autograd import Value, check_gradients, derive, grade_code, grade_document
from nn import MLP, half_sse

MODEL = MLP(2, [2, 1], activation="sigmoid", output="sigmoid", seed=0)
RIGHT, WRONG = r"\\delta_o = -(t_o - y_o) y_o (1 - y_o)", r"\\delta_o = (t_o - y_o) y_o (1 - y_o)"


def graded(formula):
    return derive(half_sse(MODEL([0.5, -1.0]), [1])).grade(None, formula)


def test_right():
    assert graded(RIGHT)
    assert grade_code("w = 1.0\\nloss = w**2\\nw -= 0.1 * 2 * w")
    assert grade_document("network: 2-1 sigmoid\\nd_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])")
"""
FAILS = [
    (
        "    assert graded(WRONG)\n",
        ["the grade", "wrong: \\delta_o = (t_o - y_o)", "diagnosis: ", "right: d_o[1] = ", "counterexample: "],
    ),
    ("    grade = graded(WRONG)\n    assert grade.verdict == 'equal'\n", ["the grade", "diagnosis: "]),
    ("    assert graded(r'\\delta_o = (')\n", ["the grade", "unreadable: "]),
    (
        "    assert grade_code('w = 1.0\\nloss = (2*w - 3)**2\\nw += 0.1 * 4 * (2*w - 3)')\n",
        ["the grade", "increases the loss"],
    ),
    ("    assert grade_code('w = (').verdict == 'right'\n", ["the grade", "cannot be read"]),
    ("    assert grade_document('network: 2-1 sigmoid\\nd_o[o] = t[o] - y[o]')\n", ["the grade", "line 2, wrong: "]),
    (
        "    w = Value(3.0, 'w')\n    check_gradients(w * w, {w: -6.0})\n",
        ["> ", "w: given -6.0, the derivative is 6.0: the given one has the wrong sign."],
    ),
    (
        "    w = Value(3.0, 'w')\n    assert w * 2 == 6.0\n",
        ["A Value is equal to no number: compare its data, which is 6.0."],
    ),
    ("    assert Value(3.0) == Value(3.0)\n", ["Values are equal only if they are the same object"]),
]


def pytest_says(folder, text, *arguments):
    path = folder / "test_mine.py"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "deltagrad_pytest", *arguments]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def only_our_plugin(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_failures_say_what_is_wrong(tmp_path):
    """All tests of the file run once."""
    tests = "".join([f"\n\ndef test_wrong_{k}():\n{body}" for k, (body, _) in enumerate(FAILS)])
    done = pytest_says(tmp_path, PASSES + tests)
    assert done.returncode == 1
    assert f"{len(FAILS)} failed, 1 passed" in done.stdout
    parts = re.split(r"_+ test_wrong_\d _+\n", done.stdout)[1:]
    assert "checking.py" not in done.stdout  # the line of the test is shown
    assert [[word for word in words if word not in part] for part, (_, words) in zip(parts, FAILS, strict=True)] == [
        [] for _ in FAILS
    ]


def test_a_traceback_of_python_has_the_grade_beside_it(tmp_path):
    done = pytest_says(tmp_path, PASSES + "\n\ndef test_wrong():\n" + FAILS[0][0], "--tb=native")
    assert done.returncode == 1
    assert "diagnosis: " in done.stdout


def test_it_loads_nothing_of_the_engine(tmp_path):
    text = "import sys\n\n\ndef test_it():\n    assert 'autograd' not in sys.modules\n    assert [1] == [2]\n"
    done = pytest_says(tmp_path, text)
    assert "1 failed" in done.stdout
    assert "assert [1] == [2]" in done.stdout


@pytest.mark.parametrize("operator", ["<", "in"])
def test_other_comparisons_are_pytest_s(operator):
    assert deltagrad_pytest.pytest_assertrepr_compare(operator, 1, 2) is None
