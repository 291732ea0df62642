"""The tree of a formula as it was written. Its names have no meaning yet.

A :class:`Node` has a kind, parts that are nodes, data that is not a node, and a position in the text.

| kind | parts | data |
| --- | --- | --- |
| ``num`` | | a Fraction |
| ``name`` | its scripts | the letter with its accents, and the number of primes |
| ``sub``, ``sup`` | the contents of the script | the bracket around it: ``""``, ``"("``, ``"["`` or ``"<"`` |
| ``add`` | terms | |
| ``neg``, ``group``, ``transpose``, ``diag`` | one operand | |
| ``prod`` | factors | the signs between them: ``""``, ``"."``, ``"*"``, ``"had"``, ``"out"`` |
| ``div``, ``pow`` | two operands | |
| ``call`` | the function's name and its arguments | |
| ``sum`` | the body | a :class:`Limits` |
| ``deriv`` | the differentiated part (``loss`` or ``none`` if it is missing), and the variable | |
| ``entry`` | a vector or matrix, and its indices | |
| ``cases`` | values and conditions, alternating | |
| ``test`` | the condition in an indicator | |
| ``cmp`` | two sides | the sign: ``=``, ``!=``, ``>``, ``<``, ``>=``, ``<=`` |
| ``both`` | two comparisons, as in 0 < x < 1 | |
| ``matrix`` | rows, each a ``row`` | |
| ``at`` | an expression, and the point at which it is evaluated | |
| ``step`` | the parameter that changes | |
| ``norm``, ``bracket`` | the contents of the bars or of the bracket | |
| ``given``, ``made`` | | a symbol or a place that is meant but was not written |
| ``dots``, ``none``, ``else``, ``loss``, ``count``, ``identity`` | | |
"""

import operator
from typing import NamedTuple

__all__ = ["Limits", "Node", "is_name", "kinds_in", "replace_at", "rewrite", "show", "walk", "with_joined_factors"]


class Limits(NamedTuple):
    """The limits of a sum: its letters, the first and the last value, the set, and conditions such as k != i.

    ``is_product`` is True for a product.
    """

    letters: tuple = ()
    lower: "Node | None" = None
    upper: "Node | None" = None
    domain: "Node | None" = None
    conditions: tuple = ()
    is_product: bool = False


class Node:
    """A part of a written formula. The docstring of this module lists the kinds.

    A node never changes. ``kinds``, ``outline`` and ``hash`` cache results that are computed from the node once.
    """

    __slots__ = ("at", "data", "hash", "kind", "kinds", "outline", "parts")

    def __init__(self, kind, parts=(), data=None, at=0):
        self.kind, self.parts, self.data, self.at = kind, tuple(parts), data, at
        self.outline = self.hash = self.kinds = None

    def __eq__(self, other):
        return self is other or (
            isinstance(other, Node)
            and self.kind == other.kind
            and self.data == other.data
            and self.parts == other.parts
        )

    def __hash__(self):
        if self.hash is None:
            self.hash = hash((self.kind, self.data, self.parts))
        return self.hash

    def __repr__(self):
        return f"<{self.kind} {show(self)}>"

    def with_parts(self, parts):
        """Return the same node with other parts."""
        return Node(self.kind, parts, self.data, self.at)


def is_name(node, *bases):
    """Return True if a node is a name and, if letters are given, one of these letters."""
    return node.kind == "name" and (not bases or node.data[0] in bases)


def walk(node):
    """Yield all nodes of a tree, from the root down and from left to right, including the limits of sums."""
    stack = [node]
    while stack:
        x = stack.pop()
        yield x
        stack.extend(reversed(x.parts))
        if isinstance(x.data, Limits):
            stack.extend([y for y in (x.data.lower, x.data.upper, x.data.domain, *x.data.conditions) if y is not None])


def kinds_in(node) -> frozenset:
    """Return the kinds of all nodes of a tree, and store them in the tree."""
    if node.kinds is None:
        inner = [kinds_in(x) for x in node.parts]
        if isinstance(node.data, Limits):
            limits = node.data.lower, node.data.upper, node.data.domain, *node.data.conditions
            inner += [kinds_in(x) for x in limits if x is not None]
        node.kinds = frozenset([node.kind]).union(*inner)
    return node.kinds


def rewrite(node, replace):
    """Return the tree in which each part for which ``replace`` returns a node is replaced by that node."""
    new = replace(node)
    if new is not None:
        return new
    parts = [rewrite(x, replace) for x in node.parts]
    data = node.data
    if isinstance(data, Limits):
        data = data._replace(
            lower=None if data.lower is None else rewrite(data.lower, replace),
            upper=None if data.upper is None else rewrite(data.upper, replace),
            conditions=tuple([rewrite(x, replace) for x in data.conditions]),
        )
    elif all(map(operator.is_, parts, node.parts)):
        return node  # nothing has changed, and what is known of the node stays with it
    return Node(node.kind, parts, data, node.at)


def with_joined_factors(product, joined, replace):
    """Return a product in which some factors take the place of two, and :func:`rewrite` is applied to the others.

    Args:
        product: a node of the kind ``prod``.
        joined: from the position of a factor to the node that stands for it and for the next factor.
        replace: the function for :func:`rewrite`.
    """
    kept = [k for k in range(len(product.parts)) if k - 1 not in joined]
    parts = [joined[k] if k in joined else rewrite(product.parts[k], replace) for k in kept]
    signs = tuple([product.data[k - 1] for k in kept[1:]])
    return parts[0] if len(parts) == 1 else Node("prod", parts, signs, product.at)


def replace_at(node, path, new):
    """Return the tree with the part at a path replaced. A path is a sequence of positions."""
    if not path:
        return new
    parts = list(node.parts)
    parts[path[0]] = replace_at(parts[path[0]], path[1:], new)
    return node.with_parts(parts)


_SIGNS = {"": " ", ".": " · ", "*": "*", "had": " ⊙ ", "out": " ⊗ ", "chain": " "}


def show(node) -> str:
    """Return a tree as text, for messages."""
    kind, parts = node.kind, node.parts
    match kind:
        case "num":
            return str(node.data)
        case "name":
            base, primes = node.data
            return base.split("#")[0] + "'" * primes + "".join([show(x) for x in parts])
        case "sub" | "sup":
            opening = node.data or ("(" if len(parts) > 1 or parts[0].kind == "add" else "")
            closing = {"(": ")", "[": "]", "<": ">", "": ""}[opening]
            return f"{'_' if kind == 'sub' else '^'}{opening}{_listed(parts, ',')}{closing}"
        case "add":
            text = "".join([f" - {_tight(x.parts[0])}" if x.kind == "neg" else f" + {show(x)}" for x in parts])
            return text[3:] if text.startswith(" + ") else "-" + text[3:]
        case "neg":
            return "-" + _tight(parts[0])
        case "group":
            return f"({show(parts[0])})"
        case "prod":
            rest = [_SIGNS[sign] + _tight(x) for sign, x in zip(node.data, parts[1:], strict=True)]
            return "".join([_tight(parts[0]), *rest])
        case "div":
            return f"{_tight(parts[0])}/{_tight(parts[1])}"
        case "pow":
            return f"{_tight(parts[0])}^{_tight(parts[1])}"
        case "transpose":
            return f"{_tight(parts[0])}^T"
        case "call":
            return f"{show(parts[0])}({_listed(parts[1:], ', ')})"
        case "sum":
            sign = "prod" if node.data.is_product else "sum"
            return f"{sign}_{','.join([x.split('#')[0] for x in node.data.letters])} {_tight(parts[0])}"
        case "deriv":
            of = "" if parts[0].kind == "none" else "L" if parts[0].kind == "loss" else _tight(parts[0])
            return f"d{of}/d{_tight(parts[1])}"
        case "entry":
            return f"[{show(parts[0])}]_({_listed(parts[1:], ',')})"
        case "cmp":
            return f"{show(parts[0])} {node.data} {show(parts[1])}"
        case "both":
            return f"{show(parts[0])} and {show(parts[1])}"
        case "test":
            return f"1[{show(parts[0])}]"
        case "diag":
            return f"diag({show(parts[0])})"
        case "at":
            return f"{_tight(parts[0])}|{show(parts[1])}"
        case "identity":
            return "I"
        case "dots":
            return "..."
    return kind


def _listed(nodes, sign):
    return sign.join([show(x) for x in nodes])


def _tight(node):
    return f"({show(node)})" if node.kind in ("add", "neg", "div", "sum") else show(node)
