"""The cell magic ``%%grade_backprop``, with a shell that only remembers what is registered."""

import pytest

from autograd.grading.code import magic

CELL = "x, w = 2.0, 0.5\nout = w * x\nw -= 0.1 * (out - 1.5) * {slope}\n"


class Shell:
    """What a notebook's shell offers an extension."""

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
