"""Steps: changes that add something to a number or subtract something from it, like the updates of parameters."""

from autograd.engine.value import Value

__all__ = ["ancestors", "depends_on_itself", "is_far", "is_multiple", "is_step", "linear_terms", "name_of"]

SEEN_PER_STEP = 40
MAX_NODES_OF_STARTS = 40
MAX_NODES_OF_EXTREMES = 2000
MAX_NODES_OF_FACTORS = 15
_EXTREMES = ("maximum", "minimum", "where")


def name_of(number):
    """Return the name of the operation that computed a number; empty for a leaf."""
    return number.op.name if number.op is not None else ""


def ancestors(numbers):
    """Return the numbers from which some numbers are computed, including these."""
    waiting, found = list(numbers), set()
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(node.parents)
    return found


def linear_terms(number, old=None, depth=6):
    """Return the terms of a sum or difference, each with its sign. The number ``old`` is not split."""
    terms, waiting = [], [(number, 1, depth)]
    while waiting:
        node, sign, left = waiting.pop()
        name = name_of(node)
        if node is not old and left and name in ("add", "sub", "neg"):
            for i, part in enumerate(node.operands):
                if isinstance(part, Value):
                    waiting.append((part, -sign if name == "neg" or (name == "sub" and i == 1) else sign, left - 1))
        else:
            terms.append((node, sign))
    return terms


def is_step(old, new):
    """Return True if ``new`` is ``old``, or a multiple of it (weight decay), plus or minus something."""
    if name_of(new) not in ("add", "sub"):
        return False
    return any(sign > 0 and is_multiple(term, old) for term, sign in linear_terms(new, old))


def is_multiple(term, old):
    """Return True if a term is ``old``, or its product with plain factors, as in weight decay.

    The product of a state and a gate, as in an LSTM, does not count, because a gate is computed from many numbers.
    """
    if term is old:
        return True
    if name_of(term) != "mul" or not any(part is old for part in term.operands):
        return False
    waiting, seen = [part for part in term.operands if part is not old and isinstance(part, Value)], set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node.parents)
        if len(seen) > MAX_NODES_OF_FACTORS:
            return False
    return True


def is_far(number):
    """Return True if a number is computed from more numbers than the start value of a parameter."""
    waiting, seen = [number] if isinstance(number, Value) else [], set()
    while waiting and len(seen) <= MAX_NODES_OF_STARTS:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node.parents)
    return len(seen) > MAX_NODES_OF_STARTS


def _is_shift(change):
    """Return True if the largest or smallest number is subtracted from all, as before a softmax."""
    numbers = set(change.old)
    for old, new in zip(change.old, change.new, strict=True):
        if name_of(new) != "sub" or new.operands[0] is not old or not isinstance(new.operands[1], Value):
            return False
        if not _is_extreme(new.operands[1], numbers):
            return False
    return True


def _is_extreme(term, numbers):
    """Return True if a number is a maximum, a minimum or a choice of the given numbers."""
    waiting = [term]
    for _ in range(MAX_NODES_OF_EXTREMES):
        if not waiting:
            return True
        node = waiting.pop()
        if node in numbers:
            continue
        if name_of(node) not in _EXTREMES:
            return False
        waiting.extend(part for part in node.operands if isinstance(part, Value))
    return False


def depends_on_itself(change, limits):
    """Return True if the change in the numbers depends on the old numbers.

    Args:
        change: The change.
        limits: The counter of the work.
    """
    if _is_shift(change):
        return False
    olds, seen = set(change.old), set()
    pairs = list(zip(change.old, change.new, strict=True))
    # Numbers that stay equal, such as rows of an embedding that no sample reads, show nothing.
    moved = [(old, new) for old, new in pairs if old.data != new.data]
    for old, new in (moved or pairs)[:4]:
        terms = linear_terms(new, old)
        waiting = [term for term, sign in terms if sign < 0 or not is_multiple(term, old)]
        if len(waiting) == len(terms):
            continue
        waiting = [node for node in waiting if node not in seen]
        seen.update(waiting)
        limits.left -= len(seen) // SEEN_PER_STEP
        while waiting:
            node = waiting.pop()
            if node in olds:
                return True
            for part in node.parents:
                if part not in seen:
                    seen.add(part)
                    waiting.append(part)
    return False
