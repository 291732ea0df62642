"""An expression of the backward pass with its context, and a candidate for its correction."""

import ast
from dataclasses import dataclass

from autograd.engine.value import Value
from autograd.grading.code.source import Edit

__all__ = [
    "ONLY_IF_DERIVATIVE", "Candidate", "Context", "function_name", "is_slope_argument", "multiplied",
    "multiplies_weights", "needs_parentheses",
]  # fmt: skip

ONLY_IF_DERIVATIVE = 9.0  # the cost of an edit that is only tried if it makes a value a derivative of the loss


@dataclass(frozen=True)
class Candidate:
    """An edit with its meaning.

    Attributes:
        cost: A measure of how unlikely the edit is. The cheapest candidates are tried first.
        kind: The kind of mistake that the edit corrects.
        line: The line of the mistake.
        message: A description of the mistake, with the names of the program.
        edits: The edit.
        unlikely: True if the value of the edited statement would be no derivative of the loss, or is one already.
        likely: True if the value of the edited statement would be a derivative of the loss, and is none yet.
        firm: True if neither the kind nor the cost depends on the place or the value of the statement.
    """

    cost: float
    kind: str
    line: int
    message: str
    edits: tuple
    unlikely: bool = False
    likely: bool = False
    firm: bool = False


@dataclass
class Context:
    """An expression of the backward pass with its context."""

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
        """The text of the expression."""
        return self.source.text_of(self.node)

    def scope(self):
        """Return the variables that can be written here."""
        if self.key not in self.scopes:
            self.scopes[self.key] = self.way.scope(self.seen.frame, self.seen.order)
        return self.scopes[self.key]

    def known(self, what, make):
        """Return the result of ``make``, which is called once for each moment of the backward pass.

        Args:
            what: The key under which the result is stored.
            make: The function that computes the result.
        """
        key = (self.key, what)
        if key not in self.scopes:
            self.scopes[key] = make()
        return self.scopes[key]

    def replaced(self, text):
        """Return the edits that replace the expression by a text."""
        return (self.source.replacing(self.node, text),)

    def parent(self):
        """Return the parent node of the expression."""
        return self.source.parents.get(self.node)

    def is_back(self):
        """Return True if a value of the expression was computed in the backward pass, or is the output error."""
        return any(self.way.is_back(seen) for seen in self.places) or self.is_error()

    def is_error(self):
        """Return True if the expression is the output error, whose square is the loss, in the backward pass."""
        return bool(self.seen.shape) and self.way.is_error(self.seen)

    def is_stored(self):
        """Return True if the expression is the target of an assignment, or the array whose elements are the target."""
        node, parent = self.node, self.parent()
        while isinstance(parent, ast.Subscript) and parent.value is node:
            node, parent = parent, self.source.parents.get(parent)
        return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))

    def is_helper_body(self):
        """Return True if the expression is in a helper function whose argument is a value of the forward pass.

        The right text of such an expression depends on the argument.
        """
        around = self.statement
        while around is not None and not isinstance(around, ast.FunctionDef):
            around = self.source.parents.get(around)
        helpers = self.way.vocabulary.helpers
        if around is None or not any(_is_same(helper.function_node, around) for helper in helpers):
            return False
        names = [part.arg for part in around.args.args if part.arg not in ("self", "cls")]
        return self.way.is_forward_value(self.seen.frame.names.get(names[0]) if names else None)

    def is_start(self):
        """Return True if all elements are leaves or parameters, so that nothing is computed in the forward pass."""
        numbers = [e for e in self.seen.elements if isinstance(e, Value)]
        return not numbers or all(e.op is None or e in self.way.roots for e in numbers)


def _is_same(node, other):
    """Return True if a node of the executed program and a node of its text are the same definition."""
    return isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == (other.name, other.lineno)


def needs_parentheses(c):
    """Return True if a product in place of the expression needs parentheses."""
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
    """Return the name of the function in a call."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_slope_argument(c):
    """Return True if the expression is the argument of the derivative of an activation."""
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
    """Return the edits that multiply an expression by a factor. Its own text stays free for other edits."""
    start, end = c.source.span(c.node)
    if c.source.has_matrices and c.seen.shape:
        return (Edit(start, start, f"{c.way.numpy}.multiply("), Edit(end, end, f", {text})"))
    loose = c.source.operand_text(c.node, tight=False) != c.text
    around = needs_parentheses(c)
    before = "(" * (loose + around)
    behind = f"{')' * loose} * {text}{')' * around}"
    return (Edit(start, start, before), Edit(end, end, behind)) if before else (Edit(end, end, behind),)


def multiplies_weights(c):
    """Return True if the expression, or a product with it as a factor, is multiplied by a matrix of parameters."""
    node, parent = c.node, c.parent()
    while isinstance(parent, ast.ListComp) or (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))
    ):
        if isinstance(parent, ast.ListComp):
            if parent.elt is not node:
                break
            node, parent = parent, c.source.parents.get(parent)
            continue
        other = parent.right if parent.left is node else parent.left
        if not c.seen.shape and any(c.way.is_parameter(place) for place in c.way.by_place(other)):
            return True
        node, parent = parent, c.source.parents.get(parent)
    others = []
    if isinstance(parent, ast.Call) and isinstance(node, ast.ListComp):
        others = [part.elt for part in parent.args if isinstance(part, ast.ListComp) and part is not node]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        others = [parent.right if parent.left is node else parent.left]
    elif isinstance(parent, ast.Call):
        others += [part for part in parent.args if part is not node]
        if isinstance(parent.func, ast.Attribute):
            others.append(parent.func.value)
    elif isinstance(parent, ast.Attribute) and isinstance(c.source.parents.get(parent), ast.Call):
        others = list(c.source.parents[parent].args)
    for other in others:
        for place in c.way.by_place(other):
            if c.way.is_parameter(place):
                return True
    return False
