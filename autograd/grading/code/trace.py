"""A trace of a program: the values of every expression in one reading, and the expressions of the way back."""

import ast
from dataclasses import dataclass, field

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array

__all__ = ["Seen", "Trace", "key_of", "numbers_of"]

MAX_EVALUATIONS = 12
MAX_ELEMENTS = 400
KINDS = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.IfExp, ast.Constant)


def key_of(node):
    """Return what tells an expression from the others of its program: where it starts and ends, and its kind."""
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, type(node).__name__)


@dataclass
class Seen:
    """One value of an expression.

    Attributes:
        node: The expression.
        shape: The shape of an array, or ``()``.
        elements: Its numbers.
        frame: The call that evaluated it.
        order: When, counted over all expressions.
        statement: The statement that ran.
    """

    node: ast.AST
    shape: tuple
    elements: list
    frame: object
    order: int
    statement: ast.AST

    @property
    def data(self):
        """The numbers as plain floats."""
        return [float(x.data) if isinstance(x, Value) else float(x) for x in self.elements]


@dataclass
class Trace:
    """Hears of every expression that is evaluated.

    Attributes:
        machine: What runs the program; set once it is known.
        seen: The values of each expression, by its place.
        order: How many values were noted.
        bindings: What each name stood for, and since when.
        first: Since when each name stands for anything.
    """

    machine: object = None
    seen: dict = field(default_factory=dict)
    order: int = 0
    bindings: dict = field(default_factory=dict)
    first: dict = field(default_factory=dict)

    def evaluated(self, node, value, frame):
        """Note the value of an expression."""
        if not isinstance(node, KINDS):
            return
        shape, elements = numbers_of(value)
        if not elements:
            return
        self.order += 1
        places = self.seen.setdefault(key_of(node), [])
        if len(places) == MAX_EVALUATIONS:
            if self.machine.recorder.versions:
                return
            places.pop()  # of the rounds of a loop before the first update the last one may be what counts
        places.append(Seen(node, shape, elements, frame, self.order, self.machine.statement))

    def bound(self, owner, name, value):
        """Note that a name of a call, or an attribute of an instance, stands for a value."""
        self.first.setdefault((id(owner), name), self.order)
        shape, elements = numbers_of(value)
        if elements:
            self.order += 1
            data = [float(x.data) if isinstance(x, Value) else float(x) for x in elements]
            self.bindings.setdefault((id(owner), name), []).append((self.order, shape, data))

    def standing(self, owner, name, order):
        """Return the shape and the numbers that a name stood for at a moment; None if that is not known."""
        found = None
        for when, shape, data in self.bindings.get((id(owner), name), []):
            if when > order:
                break
            found = (shape, data)
        return found

    def everything(self):
        """Return all values, in the order of their evaluation."""
        return sorted([seen for places in self.seen.values() for seen in places], key=lambda seen: seen.order)


def numbers_of(value):
    """Return the shape and the numbers of a value; no numbers if it has none, or too many."""
    if isinstance(value, Array):
        return (
            (value.shape, value.elements())
            if 0 < value.size <= MAX_ELEMENTS and value.dtype.kind in "bif"
            else ((), [])
        )
    if isinstance(value, Value) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return (), [value]
    if isinstance(value, list) and len(value) <= MAX_ELEMENTS:
        return nested(value)
    return (), []


def nested(value):
    """Return the shape and the numbers of a list, or a list of lists of the same length; nothing for other lists."""
    if all(isinstance(x, (Value, float, int)) for x in value):
        return (len(value),), list(value)
    if value and all(isinstance(x, list) for x in value) and len({len(x) for x in value}) == 1:
        parts = [nested(x) for x in value]
        if all(len(shape) == 1 for shape, _ in parts):
            return (len(value), *parts[0][0]), [e for _, elements in parts for e in elements]
    return (), []
