r"""Updates with momentum: a part of the step before is added to the step of gradient descent."""

from autograd.grading.reading.nodes import Node, is_name, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["is_memory", "refuse_memories", "without_momentum"]

_EARLIER = ("old", "prev", "previous", "last", "alt", "before")
_CONDITION = "with momentum: the step before is added, and the rest is the step of gradient descent"
_MEMORIES = ("v", "m", "u", "V", "M", "U", "r", "s", "S", "G")
_NO_QUANTITY = (
    "{} is not declared and seems to be the memory of an optimizer, which is no quantity of the graph: write the step "
    "itself, such as w <- w - \\eta dL/dw, or its momentum as \\alpha \\Delta w(t-1)"
)


def refuse_memories(claim, places):
    r"""Raise ReadingError for an undeclared memory, as in ``v = \mu v - \eta \nabla L`` and ``w = w + v``.

    Such a letter would be taken for a weight or a pre-activation, and the formula would be called wrong.
    """
    left = claim.sides[0]
    if left is None or left.kind != "name":
        return
    terms = [x for side in claim.sides[1:] if side is not None and side.kind == "add" for x in side.parts]
    if not any(is_name(x, left.data[0]) for term in terms for x in walk(term)):
        return
    if is_memory(left, places):
        slopes = [x.parts[1] for term in terms for x in walk(term) if x.kind == "deriv"]
        if slopes and not any(is_name(x, left.data[0]) for x in slopes):
            raise ReadingError(_NO_QUANTITY.format(show(left)), left.at)
    elif {"w", "b"} & set(places.roles_of(left.data[0])):
        for term in terms:
            step = _bare(term, places)
            if step is not None and is_memory(step, places):
                raise ReadingError(_NO_QUANTITY.format(show(step)), step.at)


def is_memory(name, places):
    """Return True if a name may be the memory of an optimizer: a usual letter of one that has no other meaning."""
    base = name.data[0]
    is_known = base in places.roles or base in places.model.labels or base in places.model.weight_names
    return base in _MEMORIES and not name.data[1] and not is_known


def _bare(term, places):
    """Return the name that is a term, perhaps with a sign or a rate in front of it, or None for another term."""
    while term.kind in ("neg", "group"):
        term = term.parts[0]
    if term.kind == "prod" and len(term.parts) == 2 and is_name(term.parts[0], *places.rates):
        term = term.parts[1]
    return term if term.kind == "name" else None


def without_momentum(claim):
    r"""Return a claim about a step without its momentum, and the condition that states it, or "" without momentum.

    The momentum is a term such as ``\alpha \Delta w_{ji}(n-1)`` or ``\alpha (w(t) - w(t-1))``, where the factor occurs
    in no other term. It must be added: a momentum that is subtracted is left in place.
    """
    left = claim.sides[0]
    weight = None if left is None else _weight_of(left.parts[0] if left.kind == "step" else left)
    if weight is None or len(claim.sides) < 2:
        return claim, ""
    sides = [None if x is None else _without(x, weight) for x in claim.sides[1:]]
    if sides == list(claim.sides[1:]):
        return claim, ""
    return claim._replace(sides=(left, *sides)), _CONDITION


def _without(side, weight):
    """Return a side without the term of the momentum."""
    terms = side.parts if side.kind == "add" else ()
    for k, term in enumerate(terms):
        factor = _factor_of_step(term, weight)
        rest = [*terms[:k], *terms[k + 1 :]]
        others = [x for y in rest for x in walk(y) if x.kind == "name"]
        if factor is None or any(is_name(x, factor) for x in others):
            continue
        return rest[0] if len(rest) == 1 else Node("add", rest, None, side.at)
    return side


def _factor_of_step(term, weight):
    """Return the factor in front of the step before, as a letter or "" for a number, or None for another term."""
    if term.kind != "prod" or len(term.parts) != 2 or not set(term.data) <= {"", "."}:
        return None
    factor, step = term.parts
    while step.kind == "group":
        step = step.parts[0]
    if step.kind == "step":
        found = _weight_of(step.parts[0])
        if found is None or found[:2] != weight[:2] or not _is_earlier(found[2], weight[2]):
            return None
    elif not _is_difference(step, weight):
        return None
    if factor.kind == "num":
        return ""
    return factor.data[0] if factor.kind == "name" and not factor.parts else None


def _is_difference(node, weight):
    """Return True for the difference of a weight and the weight one step before, such as ``w(t) - w(t-1)``."""
    if node.kind != "add" or len(node.parts) != 2 or node.parts[1].kind != "neg":
        return False
    now, before = _weight_of(node.parts[0]), _weight_of(node.parts[1].parts[0])
    if now is None or before is None or now[:2] != weight[:2] or before[:2] != weight[:2]:
        return False
    return _is_earlier(before[2]) and not _is_earlier(now[2])


def _weight_of(node):
    """Return the letter of a weight, its indices, and the mark that says which step is meant, or None."""
    mark = None
    if node.kind == "call" and len(node.parts) == 2:
        node, mark = node.parts
    if node.kind != "name":
        return None
    indices = []
    for script in node.parts:
        for part in script.parts:
            is_time = part.kind in ("add", "text") or script.kind == "sup" or is_name(part, *_EARLIER, "new")
            if mark is None and is_time:
                mark = part
            else:
                indices.append(part)
    if mark is None and len(indices) == 1 and is_name(indices[0], "t", "n", "k"):
        mark = indices.pop()  # w_t
    return node.data, tuple(indices), mark


def _is_earlier(mark, of_left=None):
    """Return True if a mark says that the step before is meant, such as ``n - 1``, ``old``, or n beside ``n + 1``."""
    if mark is None:
        return False
    if of_left is not None and of_left.kind == "add" and mark == of_left.parts[0]:
        return len(of_left.parts) == 2 and of_left.parts[1].kind == "num"
    if mark.kind == "add":
        return len(mark.parts) == 2 and mark.parts[0].kind == "name" and mark.parts[1].kind == "neg"
    return (mark.kind == "text" and mark.data in _EARLIER) or is_name(mark, *_EARLIER)
