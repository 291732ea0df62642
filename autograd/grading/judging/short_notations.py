r"""Shortened notations in a claim, written out: ``\partial/\partial m``, ``J_{softmax}``, ``N_{out}``, own names.

In ``\frac{\partial}{\partial m} = ...`` the loss is left out. ``\mathbf J_{softmax}`` is the Jacobian of the softmax.
An entry in brackets, ``\nabla_w L = [\partial L/\partial w_{ij}] = ...``, is what such a chain is about. ``N_{out}`` is
the number of outputs, and a chain may begin with a name that it defines, as in ``G = dL/dS = ...``.
"""

from fractions import Fraction

from autograd.grading.meaning.place import Misfit
from autograd.grading.reading.nodes import Node, is_name, rewrite, show

__all__ = [
    "with_entry_of_gradient",
    "with_jacobian_of_softmax",
    "with_loss_of_operator",
    "with_own_names_of_others",
    "with_sizes_of_outputs",
    "without_own_name",
]

_OUTPUTS = ("out", "output", "outputs", "classes", "labels")
_SOFTMAX = ("softmax", "Softmax", "sm", "S")
_DEFINED = "if {} stands for {}, as the formula defines it"


def with_loss_of_operator(claim, places):
    r"""Return a claim with ``\partial L/\partial w`` for a left side ``\frac{\partial}{\partial w}``."""
    left = claim.sides[0]
    if left is None or left.kind != "deriv" or left.data != "operator" or not is_name(left.parts[1]):
        return claim
    by = left.parts[1]
    if not {"w", "b"} & set(places.roles_of(by.data[0])):
        return claim
    return claim._replace(sides=(Node("deriv", (Node("loss", (), None, left.at), by), None, left.at), *claim.sides[1:]))


def with_entry_of_gradient(claim):
    r"""Return a chain from its entry on, for ``\nabla_w L = [\partial L/\partial w_{ij}] = ...``."""
    if len(claim.sides) < 3 or claim.signs[0] != "=" or any(side is None for side in claim.sides[:2]):
        return claim
    whole, group = claim.sides[:2]
    entry = group.parts[0] if group.kind == "group" and group.data == "[" else group
    if entry is group or whole.kind != "deriv" or entry.kind != "deriv":
        return claim
    of_whole, of_entry = whole.parts[1], entry.parts[1]
    if not is_name(of_whole) or not is_name(of_entry, of_whole.data[0]):
        return claim
    has_indices = any(script.kind == "sub" for script in of_entry.parts)
    if any(script.kind == "sub" for script in of_whole.parts) or not has_indices:
        return claim
    return claim._replace(sides=(entry, *claim.sides[2:]), signs=claim.signs[1:])


def with_sizes_of_outputs(claim, places):
    r"""Return a claim with the number of outputs for ``N_{out}``, ``n_{outputs}`` and ``K_{classes}``."""

    def replace(node):
        if node.kind != "name" or node.data[0] not in ("n", "N", "m", "M", "K") or node.data[1] or len(node.parts) != 1:
            return None
        (script,) = node.parts
        if script.kind != "sub" or len(script.parts) != 1 or not is_name(script.parts[0], *_OUTPUTS):
            return None
        if places.roles_of(node.data[0]) or script.parts[0].parts:
            return None
        return Node("num", (), Fraction(places.model.size(places.model.depth)), node.at)

    return claim.rewritten(replace)


def with_jacobian_of_softmax(claim, places):
    r"""Return a claim with ``\partial p/\partial z`` for a left side ``J_{softmax}``."""
    left = claim.sides[0]
    if left is None or not is_name(left, "J") or left.data[1] or len(left.parts) != 1 or not places.model.has_softmax:
        return claim
    (script,) = left.parts
    is_softmax = script.kind == "sub" and len(script.parts) == 1 and is_name(script.parts[0], *_SOFTMAX)
    if not is_softmax or places.loss_letter == "J" or places.roles.get("J"):
        return claim
    letters = {role: next((x for x, roles in places.roles.items() if role in roles), None) for role in ("p", "y", "s")}
    of, by = letters["p"], letters["y"] or letters["s"]
    if of is None or by is None:
        return claim
    parts = (Node("name", (), (of, 0), left.at), Node("name", (), (by, 0), left.at))
    return claim._replace(sides=(Node("deriv", parts, None, left.at), *claim.sides[1:]))


def with_own_names_of_others(claims, places):
    """Return the claims of a formula with a derivative of the loss for the own name that another claim gives to it."""
    defined = {x.sides[0]: x for x in claims if _own_name(x, places)}

    def derivative_of(node):
        return defined[node].sides[1] if node in defined else None

    return [x if defined.get(x.sides[0]) is x else x.rewritten(derivative_of) for x in claims] if defined else claims


def _own_name(claim, places):
    """Return True if a chain begins with a name of the writer's own and a derivative of the loss."""
    left = claim.sides[0]
    if left is None or not is_name(left) or len(claim.sides) < 3 or claim.signs[0] != "=":
        return False
    second, base = claim.sides[1], left.data[0]
    of_loss = second.kind == "deriv" and (second.parts[0].kind == "loss" or places.is_loss(second.parts[0]))
    has_meaning = places.roles_of(base) or places.is_loss(left) or base in places.rates or base == "ones"
    return of_loss and not has_meaning


def without_own_name(claim, places):
    """Return a chain without a name in front of it that it defines as a derivative of the loss, and the condition."""
    if not _own_name(claim, places):
        return claim, ""
    left, second = claim.sides[:2]
    base = left.data[0]
    words = _DEFINED.format(show(left), show(second))
    sides = claim.sides[1:]

    def replace(node):
        if node == left:
            return second
        if is_name(node, base):
            raise Misfit(f"{show(node)} has no meaning here: only {show(left)} is defined.", node.at)
        return None

    return claim._replace(sides=tuple([rewrite(x, replace) for x in sides]), signs=claim.signs[1:]), words
