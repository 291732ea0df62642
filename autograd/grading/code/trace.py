"""What every expression of a program was: its values in one reading, and which of them belong to the way back."""

import ast
from dataclasses import dataclass, field

from autograd.engine.value import Value

from .arrays import Array

__all__ = ["Seen", "Trace", "key_of"]

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
    """

    machine: object = None
    seen: dict = field(default_factory=dict)
    order: int = 0

    def evaluated(self, node, value, frame):
        """Note the value of an expression."""
        if not isinstance(node, KINDS):
            return
        if isinstance(value, Array):
            if value.size > MAX_ELEMENTS:
                return
            shape, elements = value.shape, value.elements()
        elif isinstance(value, Value) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
            shape, elements = (), [value]
        elif isinstance(value, list):
            shape, elements = nested(value)
            if not elements or len(elements) > MAX_ELEMENTS:
                return
        else:
            return
        self.order += 1
        places = self.seen.setdefault(key_of(node), [])
        if len(places) < MAX_EVALUATIONS:
            places.append(Seen(node, shape, elements, frame, self.order, self.machine.statement))

    def everything(self):
        """Return all values, in the order of their evaluation."""
        return sorted([seen for places in self.seen.values() for seen in places], key=lambda seen: seen.order)


def nested(value):
    """Return the shape and the numbers of a list, or a list of lists of the same length; nothing for other lists."""
    if all(isinstance(x, (Value, float, int)) for x in value):
        return (len(value),), list(value)
    if all(isinstance(x, list) for x in value) and len({len(x) for x in value}) == 1:
        parts = [nested(x) for x in value]
        if all(len(shape) == 1 for shape, _ in parts):
            return (len(value), *parts[0][0]), [e for _, elements in parts for e in elements]
    return (), []
