"""An expression of the way back, with what is known about it, and a candidate for what it should be."""

import ast
from dataclasses import dataclass

from autograd.engine.value import Value
from autograd.grading.code.source import Edit

__all__ = [
    "Candidate", "Context", "function_name", "is_slope_argument", "multiplied", "multiplies_weights",
    "needs_parentheses",
]  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """An edit with what it would mean.

    Attributes:
        cost: How unlikely it is; the cheapest are tried first.
        kind: The kind of mistake that it undoes.
        line: The line of the mistake.
        message: What is wrong, in the program's names.
        edits: The edit.
    """

    cost: float
    kind: str
    line: int
    message: str
    edits: tuple


@dataclass
class Context:
    """One expression of the way back, and what is known about it."""

    way: object
    source: object
    statement: ast.stmt
    node: ast.expr
    seen: object
    places: list
    scopes: dict
    key: tuple
    wrong_factors: list

    @property
    def line(self):
        """The line of the expression."""
        return self.node.lineno

    @property
    def text(self):
        """Its text."""
        return self.source.text_of(self.node)

    def scope(self):
        """Return what can be written here."""
        if self.key not in self.scopes:
            self.scopes[self.key] = self.way.scope(self.seen.frame, self.seen.order)
        return self.scopes[self.key]

    def known(self, what, make):
        """Return what ``make`` gives, made once for each moment of the way back.

        Args:
            what: What tells it from others.
            make: Called if it is not known.
        """
        key = (self.key, what)
        if key not in self.scopes:
            self.scopes[key] = make()
        return self.scopes[key]

    def replaced(self, text):
        """Return the edits that put a text in the place of the expression."""
        return (self.source.replacing(self.node, text),)

    def parent(self):
        """Return the node around it."""
        return self.source.parents.get(self.node)

    def is_back(self):
        """Return whether it is a value of the way back."""
        return any(self.way.is_back(seen) for seen in self.places)

    def is_stored(self):
        """Return whether it is what an assignment stores to, or the array whose entries it stores to."""
        node, parent = self.node, self.parent()
        while isinstance(parent, ast.Subscript) and parent.value is node:
            node, parent = parent, self.source.parents.get(parent)
        return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))

    def is_helper_body(self):
        """Return whether it stands in a function of one number: what belongs there depends on the argument."""
        around = self.statement
        while around is not None and not isinstance(around, ast.FunctionDef):
            around = self.source.parents.get(around)
        helpers = self.way.vocabulary.helpers
        if around is None or not any(_is_same(helper.function_node, around) for helper in helpers):
            return False
        names = [part.arg for part in around.args.args if part.arg not in ("self", "cls")]
        return self.way.is_forward_value(self.seen.frame.names.get(names[0]) if names else None)

    def is_start(self):
        """Return whether it is made of plain numbers only, or holds parameters: nothing of the forward pass."""
        numbers = [e for e in self.seen.elements if isinstance(e, Value)]
        return not numbers or all(e.op is None or e in self.way.roots for e in numbers)


def _is_same(node, other):
    """Return whether two definitions are one, of the program that was read and of its text."""
    return isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == (other.name, other.lineno)


def needs_parentheses(c):
    """Return whether a product in the place of the expression needs parentheses around it."""
    parent = c.parent()
    start, end = c.source.span(c.node)
    if c.source.text[start - 1 : start] == "(" and c.source.text[end : end + 1] == ")":
        return False
    if isinstance(parent, ast.Attribute):
        return True
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, (ast.MatMult, ast.Pow)) or (
            isinstance(parent.op, ast.Div) and parent.right is c.node
        )
    return isinstance(parent, (ast.UnaryOp, ast.Subscript))


def function_name(node):
    """Return the name of the function that a call calls."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_slope_argument(c):
    """Return whether the expression is what a derivative of an activation is taken at."""
    node = c.node
    for _ in range(4):
        node = c.source.parents.get(node)
        if not isinstance(node, ast.expr):
            return False
        if c.way.is_slope(node) or (isinstance(node, ast.Call) and c.way.is_helper(node, c.seen.frame)):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Pow)):
            continue
        if not isinstance(node, ast.BinOp):
            return False
    return False


def multiplied(c, text):
    """Return the edits that put a factor behind an expression; the text between stays, for other edits of it."""
    start, end = c.source.span(c.node)
    loose = c.source.operand_text(c.node, tight=False) != c.text
    around = needs_parentheses(c)
    before = "(" * (loose + around)
    behind = f"{')' * loose} * {text}{')' * around}"
    return (Edit(start, start, before), Edit(end, end, behind)) if before else (Edit(end, end, behind),)


def multiplies_weights(c):
    """Return whether the expression, or a product it is a factor of, is multiplied by a matrix of parameters."""
    node, parent = c.node, c.parent()
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div)):
        other = parent.right if parent.left is node else parent.left
        if not c.seen.shape and any(c.way.is_parameter(place) for place in c.way.by_place(other)):
            return True
        node, parent = parent, c.source.parents.get(parent)
    others = []
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        others = [parent.right if parent.left is node else parent.left]
    elif isinstance(parent, ast.Call):
        others = [part for part in parent.args if part is not node]
        if isinstance(parent.func, ast.Attribute):
            others.append(parent.func.value)
    elif isinstance(parent, ast.Attribute) and isinstance(c.source.parents.get(parent), ast.Call):
        others = list(c.source.parents[parent].args)
    for other in others:
        for place in c.way.by_place(other):
            if c.way.is_parameter(place):
                return True
    return False
