r"""Notations of arrays in a claim, written out: entries ``(a_l)_j``, a softmax ``p(W x)``, losses with arguments."""

from autograd.grading.meaning.letters import head, variables
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk, with_joined_factors

__all__ = ["with_called_softmax", "with_entries_of_names", "without_arguments_of_loss"]

_LAYERS = ("l", "ell", "L")


def with_entries_of_names(claim, places):
    r"""Return a claim with ``a^{(l)}_j`` for ``(a_l)_j`` and ``h_{t,j}`` for ``(h_t)_j``, an entry of a named array."""

    def replace(node):
        if node.kind != "entry" or node.parts[0].kind != "group" or not is_name(node.parts[0].parts[0]):
            return None
        name, indices = node.parts[0].parts[0], node.parts[1:]
        below = [script for script in name.parts if script.kind == "sub"]
        if not places.roles_of(name.data[0]) or len(below) > 1 or (below and len(below[0].parts) != 1):
            return None
        rest = [script for script in name.parts if script.kind != "sub"]
        inner = below[0].parts[0] if below else None
        if inner is not None and places.model.steps == 1 and (inner.kind == "num" or head(inner) in _LAYERS):
            rest.append(Node("sup", (inner,), "(", inner.at))
        elif inner is not None:
            indices = (inner, *indices)
        return name.with_parts([*rest, Node("sub", indices, "", node.at)])

    return claim.rewritten(replace)


def without_arguments_of_loss(claim, places):
    r"""Return a claim with the loss for ``\ell(f(x_i), y_i)``, if there is only one sample that i could count."""
    if places.model.samples * places.model.steps > 1:
        return claim

    trees = [x for side in claim.sides if side is not None for x in walk(side)]
    counted = {y for x in trees if isinstance(x.data, Limits) for y in x.data.letters}

    def replace(node):
        if node.kind != "deriv" or node.parts[0].kind != "call" or len(node.parts[0].parts) < 3:
            return None
        of, *arguments = node.parts[0].parts
        letters = {y for x in arguments for y in variables(x)}
        if not letters or counted & letters:
            return None  # the arguments only name what the loss depends on, or a sum counts samples
        return node.with_parts([of, rewrite(node.parts[1], replace)]) if places.is_loss(of) else None

    return claim.rewritten(replace)


def with_called_softmax(claim, places):
    r"""Return a claim with the call ``p(W x)`` for this product, if p is the softmax: W x are then its arguments."""

    def is_called(x, sign, y):
        is_softmax = not sign and is_name(x) and not x.parts and places.roles_of(x.data[0]) == ["p"]
        return is_softmax and y.kind == "group" and y.data == "(" and _is_weighted(y.parts[0], places)

    def replace(node):
        if node.kind != "prod":
            return None
        called = {k for k, x in enumerate(zip(node.parts, node.data, node.parts[1:], strict=False)) if is_called(*x)}
        if not called:
            return None
        calls = {k: Node("call", (node.parts[k], node.parts[k + 1].parts[0]), None, node.parts[k].at) for k in called}
        return with_joined_factors(node, calls, replace)

    return (claim.rewritten(replace), "") if places.model.has_softmax else (None, "")


def _is_weighted(node, places):
    """Return True for ``W x``, ``w^T x`` and ``W x + b``."""
    first = node.parts[0] if node.kind == "add" else node
    if first.kind != "prod" or len(first.parts) != 2:
        return False
    weights, values = first.parts
    weights = weights.parts[0] if weights.kind == "transpose" else weights
    return all(
        is_name(x) and set(roles) & set(places.roles_of(x.data[0])) for x, roles in ((weights, "w"), (values, "xa"))
    )
