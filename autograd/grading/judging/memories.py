r"""Memories of optimizers: the velocity of momentum, and averages of gradients and of their squares.

They are no quantities of the graph. In ``v \leftarrow \mu v - \eta \nabla L, w \leftarrow w + v``, the velocity v
remembers the steps before. The rest of the update must be a step of gradient descent, ``w - \eta \nabla L``. A step
may also be divided by the root of an average of squares, as Adam, RMSprop and AdaGrad do.
"""

from autograd.grading.judging.memory_definitions import (
    EARLIER,
    NEW,
    PRODUCT,
    TIMES,
    corrected_memory,
    gradient_of,
    gradients,
    is_number_of,
    is_of_loss,
    is_one,
    is_word,
    marks_of_time,
    memory_of,
)
from autograd.grading.judging.task import joined
from autograd.grading.meaning.letters import head
from autograd.grading.reading.claims import Claim
from autograd.grading.reading.nodes import Node, is_name, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["without_memories"]

_WITH = "with momentum in {}: the rest is the step of gradient descent"
_AHEAD = "its gradient is taken ahead of the weights"
_DIVIDED = "the step is divided by the root of {}"
_ALONE = "if {} is {} the weights"
_OTHER = (
    "{} is not understood: write first how this memory of an optimizer changes, with the same marks, and then w + v, "
    "or w - \\eta v with a number or a rate as the only factor"
)


def without_memories(claims, places):
    """Return the ways to read the claims of a formula without the memories that they define.

    Each way is a pair of the claims and a condition that says what the memories are, or "". One way must be right.

    Raises:
        ReadingError: an update has another memory than those that were defined.
    """
    of_loss = gradients(claims, places)
    plain = [x if x.sides[0] in of_loss else x.rewritten(lambda node: gradient_of(node, of_loss)) for x in claims]
    memories = {k: found for k, x in enumerate(plain) for found in [memory_of(x, places)] if found is not None}
    if not memories:
        return [(claims, "")]
    kept = [k for k, x in enumerate(plain) if k not in memories and x.sides[0] not in of_loss]
    corrected = {k: at for k in kept for at in [corrected_memory(plain[k], memories)] if at is not None}
    named = {x.name: (at, at) for at, x in memories.items() if at not in corrected.values()}
    named |= {plain[k].sides[0]: (k, at) for k, at in corrected.items()}
    kept = [k for k in kept if k not in corrected and not is_number_of(plain[k], memories.values())]
    found, used = [], set()
    for k in kept:
        known = {name: memories[at] for name, (line, at) in named.items() if line < k or _is_marked(name)}
        claim, of = _updated(plain[k], known, memories, places)
        used |= set(of)
        found.append(claim)
    alone = [x for x in memories.values() if x not in used]
    if not alone:
        return [(found, _condition(memories.values()))]
    steps = [] if used or found or len(alone) > 1 else _steps_of(alone[0], places)
    return [([step], joined(_condition(alone), words)) for step, words in steps] or [(claims, "")]


def _condition(memories):
    """Return what memories are, in words."""
    sums = " and ".join([show(x.name) for x in memories if not x.is_square])
    squares = " and ".join([show(x.name) for x in memories if x.is_square])
    return joined(
        _WITH.format(sums) if sums else "",
        _AHEAD if any(x.ahead for x in memories) else "",
        _DIVIDED.format(squares) if squares else "",
    )


# --- Updates with memories.


def _is_marked(name):
    """Return True if a name has marks that may count time."""
    return any(head(p) in TIMES for script in name.parts for p in script.parts)


def _updated(claim, known, memories, places):
    """Return an update with what was added to a memory in place of it, and the memories that were used.

    Args:
        claim: the claim.
        known: from names of memories and of their corrected values to the memories.
        memories: all memories.
        places: the meanings of letters.

    Raises:
        ReadingError: the update has another memory, or has it in another place.
    """
    left = claim.sides[0]
    letters = {x.name.data[0] for x in memories.values()}
    letters |= {f"{accent} {letter}" for accent in ("hat", "tilde") for letter in letters}
    weight = left.parts[0] if left is not None and left.kind == "step" else left
    is_update = weight is not None and is_name(weight) and bool({"w", "b"} & set(places.roles_of(weight.data[0])))
    if not is_update or len(claim.sides) != 2:
        return claim, ()
    names = [x for x in walk(claim.sides[1]) if is_name(x, *letters)]
    if not names:
        return claim, ()
    right = claim.sides[1]
    parts = right.parts if right.kind == "add" else (right,)
    terms = [x for x in parts if any(is_name(y, *letters) for y in walk(x))]
    is_clear = len(terms) == 1 and set(names) <= known.keys()
    if left.kind == "step" and any(marks_of_time(weight) not in ([], marks_of_time(x)) for x in names):
        is_clear = False  # the step of another time
    found = _without_root(terms[0], known, places) if is_clear else None
    if found is None:
        raise ReadingError(_OTHER.format(show(names[0])), names[0].at)
    term, used = found
    changed = term if right is terms[0] else right.with_parts([term if x is terms[0] else x for x in parts])
    return claim._replace(sides=(left, changed)), used


def _without_root(term, known, places):
    """Return a term of an update without its memories, and these memories, or None if it has another form.

    Numbers and rates may be factors. It may be divided by the root of an average of squares.
    """
    sign, inner = 1, term
    while inner.kind in ("neg", "group"):
        sign, inner = -sign if inner.kind == "neg" else sign, inner.parts[0]
    above, below = _factors(inner)
    moved = [x for x in above if x.kind != "num" and not is_name(x, *places.rates)]
    if len(moved) != 1 or len(below) > 1:
        return None
    used, step = [], moved[0]
    if step in known and not known[step].is_square:
        used, step = [known[step]], known[step].added
    elif step.kind != "deriv":
        return None
    if used and used[0].ahead not in (0, sign):
        return None
    for root in below:
        square = _under_root(root)
        if square not in known or not known[square].is_square or not _fits(known[square], step):
            return None
        used.append(known[square])
    factors = [Node("group", (step,), "(", x.at) if x is moved[0] else x for x in above]
    changed = factors[0] if len(factors) == 1 else Node("prod", factors, ("",) * (len(factors) - 1), term.at)
    return (Node("neg", (changed,), None, term.at) if sign < 0 else changed), tuple(used)


def _fits(square, step):
    """Return True if a memory has the squares of the gradients in a step, and of no others."""
    slopes = [x for x in walk(step) if x.kind == "deriv"]
    return bool(slopes) and all(x == square.added for x in slopes)


def _factors(node):
    """Return the factors of a term above and below its fraction bars."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind == "div":
        (above, below), (under, over) = _factors(node.parts[0]), _factors(node.parts[1])
        return [*above, *over], [*below, *under]
    if node.kind == "prod" and set(node.data) <= {*PRODUCT, "had"}:
        pairs = [_factors(x) for x in node.parts]
        return [y for x, _ in pairs for y in x if not is_one(y)], [y for _, x in pairs for y in x]
    return [node], []


def _under_root(node):
    r"""Return the name under the root of ``\sqrt{\hat v} + \epsilon`` or ``\sqrt{v + \epsilon}``, or None."""
    while node.kind == "group":
        node = node.parts[0]
    node = _without_small(node)
    if node.kind != "call" or not is_name(node.parts[0], "sqrt") or len(node.parts) != 2:
        return None
    inner = node.parts[1]
    while inner.kind == "group":
        inner = inner.parts[0]
    return _without_small(inner)


def _without_small(node):
    """Return a sum without the small number that keeps a denominator from being 0."""
    if node.kind != "add" or len(node.parts) != 2:
        return node
    small = [x for x in node.parts if is_name(x, "epsilon", "delta") or not any(is_name(y) for y in walk(x))]
    return next(x for x in node.parts if x is not small[0]) if len(small) == 1 else node


def _steps_of(memory, places):
    """Return pairs of a claim and a condition for a memory alone: it is added to the weights, or subtracted."""
    slopes = [x for x in walk(memory.added) if x.kind == "deriv" and is_of_loss(x.parts[0], places)]
    variables = {x.parts[1] for x in slopes}
    variable = variables.pop() if len(variables) == 1 else Node("none")
    if not is_name(variable) or not {"w", "b"} & set(places.roles_of(variable.data[0])) or memory.is_square:
        return []
    if not _belongs_to(memory.name, variable, places):
        return []
    at, added = memory.name.at, memory.added
    if not any(is_name(x, *places.rates) for x in walk(added)):
        rate = Node("name", (), (min(places.rates), 0), at)
        added = Node("prod", (rate, Node("group", (added,), "(", at)), ("",), at)
    step = Node("step", (variable,), None, at)
    turned = Node("neg", (Node("group", (added,), "(", at),), None, at)
    ways = ((added, "added to", 1), (turned, "subtracted from", -1))
    return [
        (Claim((step, side), ("=",), (), at), _ALONE.format(show(memory.name), words))
        for side, words, sign in ways
        if memory.ahead in (0, sign)
    ]


def _belongs_to(memory, parameter, places):
    """Return True if the marks of a memory name the parameter, or are marks of the parameter or of time."""
    marks = [p for script in memory.parts for p in script.parts if not is_name(p, "d")]
    if any(is_name(p) and {"w", "b"} & set(places.roles_of(p.data[0])) for p in marks):
        return marks == [parameter] or [p for p in marks if head(p) not in TIMES] == [parameter]
    mine = [p for script in parameter.parts for p in script.parts]
    return all(p in mine or head(p) in TIMES or is_word(p, *EARLIER, *NEW) for p in marks)
