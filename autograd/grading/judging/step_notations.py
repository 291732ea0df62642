r"""Steps that a claim leaves out: ``\partial L_t/\partial z_y`` is about the z_y of step t."""

from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Limits, Node, show, walk

__all__ = ["with_steps_of_others"]

_STEP = "t"
_TAKES_STEP = frozenset({"x", "a", "y", "p", "t", "s", "delta"})
_AT_STEP = "if {} belongs to step t, as the rest does"


def with_steps_of_others(claim, places):
    """Return a claim in which all quantities without a step are those of step t, and the condition.

    Return None for the claim if it has no other quantity at step t, or a sum over t, or if all have a step.
    """
    sides = [side for side in claim.sides if side is not None]
    nodes = [x for side in sides for x in walk(side)]
    if places.model.steps == 1 or any(isinstance(x.data, Limits) and _STEP in x.data.letters for x in nodes):
        return None, ""
    if not any(x.kind == "name" and _STEP in _marks_of(x) for x in nodes):
        return None, ""
    indices = {id(y) for x in nodes if x.kind == "name" for s in x.parts for y in walk(s)}
    indices |= {id(x.parts[0]) for x in nodes if x.kind == "call"}
    limits = [x.data for x in nodes if isinstance(x.data, Limits)]
    bounds = [y for x in limits for y in (x.lower, x.upper, x.domain, *x.conditions) if y is not None]
    indices |= {id(y) for x in bounds for y in walk(x)}
    found: dict = {}

    def replace(node):
        if node.kind != "name" or id(node) in indices or node.data[1] or places.is_loss(node):
            return None
        roles = places.roles_of(places.normal(node).data[0])
        marks = [p for script in node.parts for p in script.parts]
        if not roles or not _TAKES_STEP.issuperset(roles) or any(p.kind == "num" for p in marks):
            return None
        if {"t", "tau", "T", "k"} & set(_marks_of(node)):
            return None
        found.setdefault(show(node))
        below = next((s for s in node.parts if s.kind == "sub"), Node("sub", (), "", node.at))
        step = Node("name", (), (_STEP, 0), node.at)
        rest = [s for s in node.parts if s is not below]
        return node.with_parts([below.with_parts([*below.parts, step]), *rest])

    other = claim.rewritten(replace)
    return (other, _AT_STEP.format(" and ".join(found))) if found else (None, "")


def _marks_of(name):
    """Return the first letters of the marks of a name."""
    return [head(p) for script in name.parts for p in script.parts]
