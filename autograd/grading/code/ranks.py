"""The number of axes of the arrays in files, which is inferred from what a program can do with them."""

import ast
import re
from dataclasses import dataclass

__all__ = ["LABELS", "RANKS", "SHAPE_TROUBLE", "Ranks", "holds_labels", "reads_labels_alone"]

LABELS = re.compile(r"label|idx1|target|class|answer|outcome|response|(^|[_/])[yt](_|\.|$)", re.I)
READERS = ("loadtxt", "genfromtxt", "load", "fromfile")
# The trouble of a reading has one of these if the made data has other axes than the program expects.
SHAPE_TROUBLE = re.compile(
    r"shape|broadcast|dimension|axis|index out of range|out of bounds|too many indices|unpack|size", re.I
)


@dataclass(frozen=True)
class Ranks:
    """The number of axes of the arrays in files; 0 for the usual number.

    Attributes:
        inputs: The number for samples: 1 for numbers, 2 for a table, 3 for images.
        labels: The number for labels that have a file or a name of their own: 1 for a vector, 2 for a table.
    """

    inputs: int = 0
    labels: int = 0


# The likeliest first: a file of labels usually has one number a line.
RANKS = (Ranks(labels=1), Ranks(inputs=3), Ranks(inputs=3, labels=1), Ranks(labels=2), Ranks(inputs=1, labels=1))


def holds_labels(tree, file, line):
    """Return True if a file that a program reads in a line holds labels, by its name or that of the variable.

    >>> program = ast.parse("X = np.loadtxt('a.csv')\\ny = np.loadtxt('b.csv')")
    >>> holds_labels(program, "a.csv", 1), holds_labels(program, "b.csv", 2), holds_labels(program, "y_points.csv", 1)
    (False, True, True)
    """
    if isinstance(file, str) and LABELS.search(file):
        return True
    targets = [node.targets[0] for node in ast.walk(tree) if isinstance(node, ast.Assign) and _reads(node, line)]
    return any(LABELS.search(getattr(part, "id", getattr(part, "attr", ""))) for part in targets)


def reads_labels_alone(tree):
    """Return True if a program reads several files of numbers, of which one holds labels.

    >>> reads_labels_alone(ast.parse("X = np.loadtxt('a.csv')\\ny = np.loadtxt('b.csv')"))
    True
    >>> reads_labels_alone(ast.parse("y = np.loadtxt('b.csv')"))
    False
    """
    calls = [node for node in ast.walk(tree) if _is_reader(node)]
    files = [next((part.value for part in call.args if isinstance(part, ast.Constant)), None) for call in calls]
    with_labels = [holds_labels(tree, file, call.lineno) for call, file in zip(calls, files, strict=True)]
    return len(set(with_labels)) == 2


def _is_reader(node):
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in READERS


def _reads(statement, line):
    """Return True if a statement reads a file in a line."""
    return any(_is_reader(node) and node.lineno <= line <= node.end_lineno for node in ast.walk(statement))
