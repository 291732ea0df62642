"""Deltas with a letter for their quantity: delta^z is the derivative of the loss with respect to z."""

from typing import Any, NamedTuple

from autograd.grading.meaning.letters import head
from autograd.grading.meaning.products import is_slope
from autograd.grading.reading.nodes import Node, is_name, show, walk

__all__ = ["Defined", "with_defined_names", "with_lettered_deltas"]

_DEFINED = "if {} stands for {}, as the formula defines it"


class Defined(NamedTuple):
    """A claim in which deltas are written out as the derivatives of the loss that a formula defines them to be.

    Fields:
        claim: the claim.
        condition: the definition in words, if the name of the delta may also be that of a layer, or else "".
        plain: the claim in which only the defined deltas are written out, if ``claim`` has more of them, or None.
    """

    claim: Any
    condition: str = ""
    plain: Any = None


def with_defined_names(claims, places):
    r"""Return the claims of a formula with ``\partial L/\partial h_2`` for ``\delta_{h_2}`` where one defines it so.

    In ``\delta^{(h)}``, h may be a quantity or the name of a layer, so its definition is a condition. A writer who
    defines it so means ``\partial L/\partial o`` by ``\delta^{(o)}``, too. The same holds for ``\delta_h`` beside
    a defined ``\delta_z``, unless h is an index elsewhere.
    """
    defined, others, words = {}, {}, ""
    brackets: set = set()  # those of the marks that the formula defines
    for claim in claims:
        if len(claim.sides) < 2 or claim.sides[0] is None or not is_name(claim.sides[0]):
            continue
        left, right = claim.sides[:2]
        named = _lettered(left, places, ("", "(", "["))
        while right.kind == "group":
            right = right.parts[0]
        is_of_loss = right.kind == "deriv" and (right.parts[0].kind == "loss" or places.is_loss(right.parts[0]))
        if named is None or not is_of_loss or right.parts[1] != named[1]:
            continue
        defined[left] = right
        if _lettered(left, places) is None:
            words = _DEFINED.format(show(left), show(right))
            brackets |= {"(", "["}
        else:
            brackets.add("")
    if defined:
        names = [x for claim in claims for side in claim.sides if side is not None for x in walk(side) if is_name(x)]
        named = [(x, _lettered(x, places, brackets)) for x in names if x not in defined]
        is_delta = {id(x) for x, y in named if y is not None} | {id(x) for x in names if x in defined}
        indices = {head(p) for x in names if id(x) not in is_delta for s in x.parts for p in s.parts}
        named = [(x, y) for x, y in named if y is not None and y[0] not in indices]
        others = {x: Node("deriv", (Node("loss", (), None, x.at), y[1]), None, x.at) for x, y in named}
    found = []
    for claim in claims:
        plain, whole = claim.rewritten(defined.get), claim.rewritten({**others, **defined}.get)
        changes = words if whole != claim else ""
        found.append(Defined(whole, changes, plain if plain != whole else None))
    return found


def with_lettered_deltas(claim, places):
    r"""Return a claim with ``\delta^z_k`` as the derivative of the loss with respect to z_k, and the certainty of that.

    The mark must be the declared letter of a quantity, perhaps with marks of its own as in ``\delta_{z_{t+1}}``, and
    must not be an index elsewhere in the claim. The certainty is ``"sure"`` if all marks are letters of
    pre-activations, or if there are deltas of both pre-activations and activations. A delta of activations may also be
    the delta of the layer with this name. The certainty is ``"likely"`` if there are several letters, and the claim
    also has a delta of pre-activations or the derivative of an activation. Otherwise, it is ``""``.
    """
    names = [x for side in claim.sides if side is not None for x in walk(side) if x.kind == "name"]
    deltas = {id(x): _lettered(x, places) for x in names}
    inside = {id(y) for x in names for s in x.parts for y in walk(s)}
    others = {
        p.data[0]
        for x in names
        if id(x) not in inside and deltas[id(x)] is None and not _is_named_matrix(x, places)
        for s in x.parts
        for p in walk(s)
        if p.kind == "name"
    }
    found = {k: x for k, x in deltas.items() if x is not None and x[0] not in others}
    if not found:
        return claim, ""
    factor = places.model.formulas.factor

    def replace(node):
        if id(node) not in found:
            return None
        by = found[id(node)][1]
        x = Node("deriv", (Node("loss", (), None, node.at), by), None, node.at)
        return x if factor == 1 else Node("prod", (Node("num", (), factor, node.at), x), (".",), node.at)

    letters = {x[0] for x in found.values()}
    of_sums = ["s" in places.roles_of(x) for x in letters]
    has_slopes = any(is_slope(x) for side in claim.sides if side is not None for x in walk(side))
    is_likely = len(letters) > 1 and (any(of_sums) or has_slopes)
    spelled = claim.rewritten(replace)
    is_of_both = any(of_sums) and any(set(places.roles_of(x)) == {"a"} for x in letters)
    return spelled, "sure" if all(of_sums) or is_of_both else "likely" if is_likely else ""


def _is_named_matrix(name, places):
    """Return True if a name is a matrix of a recurrent network that is named by its layers, such as W_{hy}."""
    return places.model.steps > 1 and name.data[0].isupper() and "w" in places.roles_of(name.data[0])


def _lettered(name, places, brackets=("",)):
    """Return the letter of a declared quantity among the marks of a delta, and this quantity, or None.

    The mark stands in one of the ``brackets``.
    """
    if places.roles_of(name.data[0]) != ["delta"] or name.data[1]:
        return None
    for k, script in enumerate(name.parts):
        for j, mark in enumerate(script.parts):
            letter = mark.data[0] if is_name(mark) and script.data in brackets else ""
            if places.is_delta_of(name, letter):
                marks = [*script.parts[:j], *script.parts[j + 1 :]]
                rest = [script.with_parts(marks)] if marks else []
                parts = [*name.parts[:k], *mark.parts, *rest, *name.parts[k + 1 :]]
                return letter, Node("name", parts, (letter, 0), name.at)
    return None
