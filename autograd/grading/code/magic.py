"""The cell magic ``%%grade_backprop``, which grades the code of a notebook cell and does not run it.

Load it with ``%load_ext autograd.grading.code.magic``. The module can be imported without a notebook, because the
shell passes itself to it when it loads the extension.
"""

import argparse
import shlex
from typing import Any, NoReturn

from autograd.grading.code.command import joined
from autograd.grading.code.grade import CodeGrade
from autograd.grading.code.grading import grade_code

__all__ = ["grade_cell", "load_ipython_extension"]


class _LineParser(argparse.ArgumentParser):
    """A parser that raises exceptions for mistakes, because exiting would stop the kernel of a notebook."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"%%grade_backprop: {message}; write %%grade_backprop [--loss EXPR] [--call EXPR]")


def grade_cell(line: str, cell: str) -> CodeGrade:
    """Grade the code of a cell. The code is not executed.

    Args:
        line: The options after the name of the magic: ``--loss EXPR`` and ``--call EXPR``, with quoted expressions.
        cell: The code.

    Returns:
        A :class:`CodeGrade`, which a notebook shows as HTML.

    Raises:
        ValueError: The line has an unknown option, or an option without its expression.

    Example:
        >>> cell = "x, w = 2.0, 0.5\\nout = w * x\\nw -= 0.1 * (out - 1) * x"
        >>> grade_cell("--loss '(out - 1)**2 / 2'", cell).verdict
        'right'
    """
    parser = _LineParser(prog="%%grade_backprop", add_help=False, allow_abbrev=False)
    parser.add_argument("--loss")
    parser.add_argument("--call")
    options = parser.parse_args(joined(shlex.split(line)))
    return grade_code(cell, loss=options.loss, call=options.call, file="cell")


def load_ipython_extension(shell: Any) -> None:
    """Register the magic. ``%load_ext`` calls this function.

    Args:
        shell: The interactive shell.
    """
    shell.register_magic_function(grade_cell, magic_kind="cell", magic_name="grade_backprop")
