"""A trace of a program: the values of every expression in one reading."""

import ast
import re
from dataclasses import dataclass, field

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.objects import Instance

__all__ = ["Seen", "Trace", "is_alike", "key_of", "numbers_of"]

MAX_EVALUATIONS = 12
MAX_ELEMENTS = 400
ARITHMETIC = re.compile(r"^__(r|i)?(add|sub|mul|matmul|getitem)__$|add|subtract|mul|dot|transpose|hadamard|^map", re.I)
KINDS = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.IfExp, ast.Constant)


def key_of(node):
    """Return the key of an expression in its program: the start, the end and the kind of its node."""
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, type(node).__name__)


@dataclass
class Seen:
    """A value of an expression.

    Attributes:
        node: The expression.
        shape: The shape of an array; ``()`` for a single number.
        elements: The numbers.
        frame: The call that evaluated it.
        order: The position among the values of all expressions.
        statement: The statement that was running.
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
    """A record of every expression that is evaluated.

    Attributes:
        machine: The machine that runs the program; it is set after the trace is created.
        seen: The values of each expression, by its key.
        order: The number of recorded values.
        bindings: The values of each name, with the moments at which they were bound.
        first: The moment at which each name was first bound.
        owners: The calls, instances and dicts of these names.
    """

    machine: object = None
    seen: dict = field(default_factory=dict)
    order: int = 0
    bindings: dict = field(default_factory=dict)
    first: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)

    def evaluated(self, node, value, frame):
        """Record the value of an expression."""
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
            places.pop(-2)  # among the iterations of a loop before the first update, the last two may matter
        places.append(Seen(node, shape, elements, frame, self.order, self.machine.statement))

    def bound(self, owner, name, value):
        """Record that a value is bound to a name of a call, to an attribute of an instance, or to a key of a dict."""
        self.owners[id(owner)] = owner  # no other object gets its id
        self.first.setdefault((id(owner), name), self.order)
        shape, elements = numbers_of(value)
        if elements:
            self.order += 1
            data = [float(x.data) if isinstance(x, Value) else float(x) for x in elements]
            self.bindings.setdefault((id(owner), name), []).append((self.order, shape, data))

    def standing(self, owner, name, order):
        """Return the shape and the numbers of a name at a moment, or None if they are unknown."""
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
    """Return the shape and the numbers of a value. The list is empty if the value has no numbers or too many."""
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
    if isinstance(value, Instance):
        return _of_matrix(value)
    return (), []


def _of_matrix(instance):
    """Return the shape and the numbers of an instance of the program's own class of matrices.

    Such an instance has one table of numbers, and beside it only sizes, and its class has methods for arithmetic.
    """
    tables = [part for part in instance.names.values() if isinstance(part, (list, Array))]
    rest = [part for part in instance.names.values() if not isinstance(part, (list, Array))]
    if len(tables) != 1 or not all(isinstance(part, (int, str, tuple)) for part in rest):
        return (), []
    if not any(ARITHMETIC.search(name) for cls in instance.cls.order for name in cls.names):
        return (), []  # such as a layer that keeps its input only
    shape, elements = numbers_of(tables[0])
    return (shape, elements) if len(shape) == 2 else ((), [])


def nested(value):
    """Return the shape and the numbers of a list, or of lists of equal length. The list is empty for anything else."""
    if all(isinstance(x, (Value, float, int)) for x in value):
        return (len(value),), list(value)
    if value and all(isinstance(x, list) for x in value) and len({len(x) for x in value}) == 1:
        parts = [nested(x) for x in value]
        if all(len(shape) == 1 for shape, _ in parts):
            return (len(value), *parts[0][0]), [e for _, elements in parts for e in elements]
    return (), []


def is_alike(shape, other):
    """Return True if two shapes are equal, or if the second one is a vector to which ``squeeze`` changes the first one.

    >>> is_alike((5, 1), (5,)), is_alike((5, 1), (1, 5))
    (True, False)
    """
    return shape == other or (len(other) == 1 and len(shape) == 2 and tuple(n for n in shape if n != 1) == other)
