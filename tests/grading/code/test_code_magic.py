"""The cell magic ``%%grade_backprop``, in a shell that only stores its registration, and in IPython."""

import json
import subprocess
import sys

import pytest

from autograd.grading.code import magic

CELL = "x, w = 2.0, 0.5\nout = w * x\nw -= 0.1 * (out - 1.5) * {slope}\n"


class Shell:
    """A stand-in for a notebook's shell, with the method that an extension uses."""

    def __init__(self):
        self.magics = {}

    def register_magic_function(self, function, magic_kind="line", magic_name=None):
        self.magics[magic_kind, magic_name] = function


@pytest.fixture
def run():
    shell = Shell()
    magic.load_ipython_extension(shell)
    return shell.magics["cell", "grade_backprop"]


@pytest.mark.parametrize(
    ("line", "slope", "verdict"),
    [
        ("--loss '(out - 1.5)**2 / 2'", "x", "right"),
        ('--loss "-(1.5 - out) * (out - 1.5) / 2"', "x", "right"),
        ("--loss='(out - 1.5)**2'", "x", "right up to a factor"),
        ("--loss '(out - 1.5)**2 / 2'", "-x", "wrong"),
        ("", "x", "no loss"),
    ],
)
def test_the_cell_is_graded_with_the_loss_of_the_line(run, line, slope, verdict):
    grade = run(line, CELL.format(slope=slope))
    assert grade.verdict == verdict
    assert grade.file == "cell"
    assert "cell" in grade._repr_html_()


def test_the_cell_is_called_as_the_line_says(run):
    cell = "def train(w, x):\n    loss = (w * x) ** 2\n    w -= 0.1 * 2 * w * x * x\n    return w\n"
    assert run("--call 'train(0.5, 2.0)'", cell).verdict == "right"


def test_the_cell_is_not_executed(run):
    assert run("", "raise SystemExit").verdict in ("no loss", "unreadable")


@pytest.mark.parametrize("line", ["--lose x", "--loss", "surplus"])
def test_a_wrong_line_is_an_error_that_shows_the_right_one(run, line):
    with pytest.raises(ValueError, match=r"write %%grade_backprop \[--loss EXPR\]"):
        run(line, CELL)


IN_IPYTHON = """
import json
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
shell.run_cell("%load_ext autograd.grading.code.magic")
done = shell.run_cell(CELL)
shown, _ = shell.display_formatter.format(done.result)
print(json.dumps({"verdict": done.result.verdict, "formats": sorted(shown), "ran": "w" in shell.user_ns}))
"""


@pytest.mark.parametrize(("slope", "verdict"), [("x", "right"), ("-x", "wrong")])
def test_a_cell_of_ipython_is_graded_shown_as_html_and_not_run(slope, verdict):
    cell = "%%grade_backprop --loss '(out - 1.5)**2 / 2'\n" + CELL.format(slope=slope)
    program = f"CELL = {cell!r}\n{IN_IPYTHON}"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    answer = json.loads(run.stdout.splitlines()[-1])
    assert answer["verdict"] == verdict
    assert "text/html" in answer["formats"]
    assert not answer["ran"]
