"""The layout of a file that a program reads: its columns, its labels and its separator, as far as the program shows."""

import ast
import re
from dataclasses import dataclass, replace

__all__ = ["Layout", "ends_of", "fitting_columns", "is_table", "labels_of", "layouts", "separator_of"]

INPUTS = re.compile(
    r"^(n_?|num_?|self\.)?(in|input|inode|feature|pixel|dim|x)s?(_?(n|num|size|dim|node|unit|layer|neuron|feature)s?)?(_?count)?$",
    re.I,
)
OUTPUTS = re.compile(r"out|onode|class|label|n_?y$|categ", re.I)
LARGEST = 5000
DEFAULT, DIGITS, FEW = 5, 10, 3
MAX_LAYOUTS = 9
CONVERTERS = {"float", "int", "asfarray", "fromstring", "loads", "eval", "literal_eval", "reader", "DictReader"}


@dataclass(frozen=True)
class Layout:
    """The layout of a table in a file.

    Attributes:
        columns: The number of columns, including one for the label.
        classes: The number of different labels.
        whole: True if all numbers are integers.
    """

    columns: int = DEFAULT
    classes: int = FEW
    whole: bool = False


def layouts(tree):
    """Return possible layouts of the tables that a program reads, the likeliest first.

    >>> layouts(ast.parse("inputnodes, outputs = 64, 10\\nx, y = values[:64], int(values[64])"))[0]
    Layout(columns=65, classes=10, whole=False)
    """
    columns, classes = list(dict.fromkeys(_columns(tree))), list(dict.fromkeys(_classes(tree)))
    pairs = [(n, classes[0]) for n in columns] + [(n, k) for k in classes[1:] for n in columns[:2]]
    found = [Layout(n, k) for n, k in pairs]
    return list(dict.fromkeys([*found[:6], Layout(columns[0], classes[0], True), *found[6:]]))[:MAX_LAYOUTS]


def fitting_columns(message, layout):
    """Return layouts whose number of columns fits the sizes in an error about two shapes.

    Args:
        message: The error at which a program stopped with a layout.
        layout: The layout.

    >>> message = "shapes (10,784) and (3,5) not aligned: 784 (dim 1) != 3 (dim 0)"
    >>> [one.columns for one in fitting_columns(message, Layout(columns=4))]
    [785]
    """
    found = re.search(r"not aligned: (\d+) \(dim \d\) != (\d+)|size (\d+) is different from (\d+)", message)
    if found is None:
        return []
    one, two = [int(n) for n in found.groups() if n is not None]
    changes = {here: there - here for here, there in ((one, two), (two, one)) if abs(here - layout.columns) <= FEW}
    columns = [layout.columns + change for change in changes.values()]
    return [replace(layout, columns=n) for n in columns if 1 < n <= LARGEST and n != layout.columns]


def _columns(tree):
    """Yield possible numbers of columns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
            call = node.value
            names = node.targets[0].elts
            split = isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "split"
            if split and not any(isinstance(part, ast.Starred) for part in names):
                yield len(names)
    indices = [n for n in _indices(tree) if 2 <= n <= LARGEST]
    if indices:
        yield max(indices) + 1
    named = [n for name, n in _named_sizes(tree) if INPUTS.search(name) and 1 < n <= LARGEST]
    yield from (n + 1 for n in named)
    yield from (n + 1 for n in _first_sizes(tree) if 1 < n <= LARGEST)
    yield from (n for n in named)
    yield DEFAULT
    yield from (3, 2)


def _classes(tree):
    named = [n for name, n in _named_sizes(tree) if OUTPUTS.search(name) and 1 <= n <= 100]
    yield from (max(n, 2) for n in named)
    if any(n == DIGITS for n in _last_sizes(tree)):
        yield DIGITS
    yield from (n for n in _last_sizes(tree) if 2 <= n <= 100)
    yield from (FEW, 2)


def _indices(tree):
    """Yield the integers in brackets, as in ``values[64]`` and ``values[:64]``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            keys = node.slice.elts[1:] if isinstance(node.slice, ast.Tuple) else [node.slice]
            for key in keys:
                parts = [key.upper, key.lower] if isinstance(key, ast.Slice) else [key]
                yield from (n for n in map(_whole, parts) if n)


def _named_sizes(tree):
    """Yield pairs of a name and an integer that it gets, also as an argument."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=False) if several else [(target, node.value)]
                for part, value in pairs:
                    if _whole(value):
                        yield getattr(part, "id", getattr(part, "attr", "")), _whole(value)
        elif isinstance(node, ast.keyword) and _whole(node.value):
            yield node.arg or "", _whole(node.value)
        elif isinstance(node, ast.arguments) and node.defaults:
            for part, value in zip(node.args[-len(node.defaults) :], node.defaults, strict=False):
                if _whole(value):
                    yield part.arg, _whole(value)


def _size_lists(tree):
    """Yield lists of sizes: ``[784, 30, 10]``, or the integers among the arguments of a call."""
    for node in ast.walk(tree):
        parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        sizes = [n for n in map(_whole, parts) if n]
        if len(sizes) > 1 and len(sizes) <= 6 and getattr(getattr(node, "func", None), "id", "") != "range":
            yield sizes


def _first_sizes(tree):
    return [sizes[0] for sizes in _size_lists(tree)]


def _last_sizes(tree):
    return [sizes[-1] for sizes in _size_lists(tree)]


def _whole(node):
    """Return the positive integer that a node states, such as 784 or 28 * 28, or 0."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int and node.value > 0 else 0
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add)):
        sides = _whole(node.left), _whole(node.right)
        return (sides[0] * sides[1] if isinstance(node.op, ast.Mult) else sum(sides)) if all(sides) else 0
    return 0


def separator_of(tree):
    """Return the text that separates the fields of a line.

    >>> separator_of(ast.parse("rows = [line.strip().split(';') for line in file]"))
    ';'
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "split":
            given = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if isinstance(given, str) and given.strip("\n\r"):
                return given
        if isinstance(node, ast.keyword) and node.arg in ("delimiter", "sep") and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    spaced = any(
        isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "split" and not node.args
        for node in ast.walk(tree)
    )
    return " " if spaced else ","


def is_table(tree):
    """Return True if a program turns the lines of its files into numbers, and False if it reads prose."""
    names = {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    mapped = any(isinstance(node, ast.Name) and node.id == "float" for node in ast.walk(tree))
    is_text = bool(names & {"findall", "finditer", "lower", "casefold"}) and "split" not in names
    return bool(names & CONVERTERS) or mapped or (separator_of(tree) in (",", ";", "\t") and not is_text)


def labels_of(tree):
    """Return the words that stand for labels, and the column in which they are compared, or None for the last one.

    >>> labels_of(ast.parse("y = {'Iris-setosa': 0, 'Iris-virginica': 1}[row[4]]"))
    (['Iris-setosa', 'Iris-virginica'], None)
    >>> labels_of(ast.parse("y = 1 if row[1] == 'M' else 0"))
    (['M', 'M?'], 1)
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and len(node.keys) > 1 and isinstance(node.values[0], (ast.Constant, ast.List)):
            words = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            if len(words) == len(node.keys) and _are_targets(node.values):
                return words, None
    words, column = [], None
    for node in ast.walk(tree):
        compared = isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
        right = node.comparators[0] if compared else None
        word = isinstance(right, ast.Constant) and isinstance(right.value, str) and not right.value.startswith("__")
        if word and isinstance(node.left, ast.Subscript) and _index(node.left.slice) is not None:
            words.append(right.value)
            column = _index(node.left.slice)
    if not words:
        return [], None
    words = list(dict.fromkeys(words))
    return words if len(words) > 1 else [words[0], f"{words[0]}?"], column


def ends_of(tree):
    """Return the columns in which labels may be: the first one (0), the last one (-1), or both if nothing shows it.

    >>> ends_of(ast.parse("x, y = values[1:], int(values[0])")), ends_of(ast.parse("x, y = row[:-1], row[-1]"))
    ((0,), (-1,))
    """
    slices = [node for node in ast.walk(tree) if isinstance(node, ast.Slice)]
    first = any(part.upper is None and part.lower is not None and _index(part.lower) == 1 for part in slices)
    last = any(part.upper is not None and _index(part.upper) == -1 for part in slices)
    last = last or any(isinstance(n, ast.Assign) and _has_starred_start(n.targets[0]) for n in ast.walk(tree))
    return (0, -1) if first == last else (0,) if first else (-1,)


def _has_starred_start(target):
    return isinstance(target, (ast.Tuple, ast.List)) and bool(target.elts) and isinstance(target.elts[0], ast.Starred)


def _are_targets(nodes):
    """Return True if nodes are the numbers of classes, from 0 or 1 on, or rows with one 1."""
    values = [getattr(node, "value", None) for node in nodes]
    if all(type(value) in (int, float) for value in values):
        return sorted(values) in (list(range(len(values))), list(range(1, len(values) + 1)))
    rows = [node for node in nodes if isinstance(node, ast.List)]
    return len(rows) == len(nodes) and all(
        {getattr(part, "value", None) for part in row.elts} <= {0, 1} for row in rows
    )


def _index(node):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else None
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None
