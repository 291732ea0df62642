r"""The claims of a formula that define memories of an optimizer, such as ``v = \mu v - \eta \nabla L``."""

from typing import NamedTuple

from autograd.grading.judging.momentum import is_memory
from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Node, is_name, rewrite, walk

__all__ = [
    "EARLIER",
    "NEW",
    "PRODUCT",
    "TIMES",
    "Memory",
    "corrected_memory",
    "gradient_of",
    "gradients",
    "is_number_of",
    "is_of_loss",
    "is_one",
    "is_word",
    "marks_of_time",
    "memory_of",
]

EARLIER = ("old", "prev", "previous", "last", "alt", "before")
NEW = ("new", "neu", "next")
TIMES = ("t", "tau", "k", "n")
PRODUCT = {"", ".", "*"}  # the signs of products that are not taken entry by entry


class Memory(NamedTuple):
    """A claim that defines a memory.

    Fields:
        name: the name of its new value.
        factor: the factor of its old value, or None if there is none.
        added: the tree that is added, without the factor ``1 - factor``, or the gradient if squares are added.
        is_square: True if squares of a gradient are added.
        ahead: 1 if the gradient is taken at ``w + factor v``, -1 at ``w - factor v``, and 0 at w.
    """

    name: Node
    factor: Node | None
    added: Node
    is_square: bool = False
    ahead: int = 0


def gradients(claims, places):
    """Return the letters that claims define as a gradient of the loss, such as ``g_t``, and their definitions."""
    found = {}
    for claim in claims:
        left = claim.sides[0]
        if left is None or len(claim.sides) != 2 or not is_name(left) or claim.signs[0] not in ("=", "<-"):
            continue
        right = claim.sides[1]
        while right.kind == "group":
            right = right.parts[0]
        is_free = not places.roles_of(left.data[0]) and not places.is_loss(left) and not left.data[1]
        if is_free and right.kind == "deriv" and right.data != "name" and is_of_loss(right.parts[0], places):
            found[left] = right
    return found


def gradient_of(node, gradients):
    """Return the gradient for its letter, and the square of a gradient for ``g_t^2``, or None for another node."""
    if node in gradients:
        return gradients[node]
    power = _without_power(node) if gradients and is_name(node) else None
    if power is None or power[0] not in gradients:
        return None
    return Node("pow", (gradients[power[0]], power[1]), None, node.at)


def _without_power(name):
    """Return a name without a number above it and the number, or None for a name without one."""
    for k, script in enumerate(name.parts):
        if script.kind == "sup" and script.data == "" and len(script.parts) == 1 and script.parts[0].kind == "num":
            return name.with_parts([*name.parts[:k], *name.parts[k + 1 :]]), script.parts[0]
    return None


def is_of_loss(node, places):
    """Return True if the differentiated part of a derivative is the loss, perhaps with an argument."""
    node = node.parts[0] if node.kind == "call" else node
    return node.kind == "loss" or places.is_loss(node)


def memory_of(claim, places):
    r"""Return the memory that a claim such as ``v = \mu v - \eta \nabla L`` defines, or None for another claim."""
    left = claim.sides[0]
    if left is None or len(claim.sides) != 2 or claim.signs[0] not in ("=", "<-", "->") or not is_name(left):
        return None
    if not is_memory(left, places) or claim.sides[1].kind != "add":
        return None
    terms = claim.sides[1].parts
    old = [(x, *_old_value(x, left, places)) for x in terms]
    old = [(x, value, factor) for x, value, factor in old if value is not None]
    if len(old) != 1:
        return None
    ((term, value, factor),) = old
    ahead: list = []
    rest = [_at_weights(x, value, factor, places, ahead) for x in terms if x is not term]
    if len(set(ahead)) > 1 or any(is_name(y, left.data[0]) for x in rest for y in walk(x)):
        return None
    if factor is not None:
        rest = [_without_complement(x, factor) for x in rest]
    if any(x == factor for y in rest for x in walk(y)):
        return None
    square = _square_root(rest[0]) if len(rest) == 1 else None
    if square is not None:
        has_complement = factor is not None and rest[0] not in terms
        return Memory(left, factor, square, True) if has_complement or factor is None else None
    if factor is None or any(_square_root(x) is not None for y in rest for x in walk(y)):
        return None
    return Memory(left, factor, _sum(rest, claim.at), False, ahead[0] if ahead else 0)


def _sum(terms, at):
    return terms[0] if len(terms) == 1 else Node("add", terms, None, at)


def _old_value(term, new, places):
    """Return the old value of a memory in a term and its factor, or None and None for another term."""
    if is_name(term) and _is_step_before(term, new):
        return term, None
    if term.kind != "prod" or len(term.parts) != 2 or not set(term.data) <= PRODUCT:
        return None, None
    factor, old = term.parts if is_name(term.parts[1]) and term.parts[1].data == new.data else term.parts[::-1]
    if not is_name(old) or not _is_step_before(old, new):
        return None, None
    if factor.kind == "num":
        return (old, factor) if 0 < factor.data < 1 else (None, None)
    is_free = is_name(factor) and not places.roles_of(factor.data[0]) and not places.is_loss(factor)
    return (old, factor) if is_free and not factor.data[1] else (None, None)


def _at_weights(term, old, factor, places, ahead):
    r"""Return a term with ``\nabla_w J`` for ``\nabla J(w + \mu v)``, and append the sign of v to ``ahead``."""

    def replace(node):
        if node.kind != "deriv" or node.parts[0].kind != "call" or len(node.parts[0].parts) != 2 or factor is None:
            return None
        name, point = node.parts[0].parts
        if point.kind != "add" or len(point.parts) != 2 or not is_of_loss(name, places):
            return None
        weight, more = point.parts
        sign = -1 if more.kind == "neg" else 1
        more = more.parts[0] if more.kind == "neg" else more
        is_old = more.kind == "prod" and set(more.parts) == {old, factor} and set(more.data) <= PRODUCT
        by = node.parts[1]
        if not is_old or not is_name(weight) or (by.kind != "none" and by.data != weight.data):
            return None
        ahead.append(sign)
        return node.with_parts([name, weight if by.kind == "none" else by])

    return rewrite(term, replace)


def _is_step_before(old, new):
    """Return True if two names are the same but for a mark that says that the first is from the step before."""
    if old.data != new.data:
        return False
    if old == new:  # v = \mu v, but not v_t = \mu v_t
        return not marks_of_time(new) and not any(is_word(p, *EARLIER, *NEW) for s in new.parts for p in s.parts)
    more, fewer = [s for s in old.parts if s not in new.parts], [s for s in new.parts if s not in old.parts]
    if len(more) + len(fewer) == 1:  # v^{new} = \mu v, or v = \mu v_{old}
        (script,) = more or fewer
        return len(script.parts) == 1 and is_word(script.parts[0], *(EARLIER if more else NEW))
    if len(more) != 1 or len(fewer) != 1:
        return False
    a, b = more[0], fewer[0]
    if (a.kind, a.data, len(a.parts)) != (b.kind, b.data, len(b.parts)):
        return False
    marks = [(x, y) for x, y in zip(a.parts, b.parts, strict=True) if x != y]
    return len(marks) == 1 and _counts_down(*marks[0])


def _counts_down(old, new):
    """Return True for the marks t - 1 and t, t and t + 1, or old and new."""
    if old.kind == "add" and is_name(new):
        neg = old.parts[1] if len(old.parts) == 2 and old.parts[0] == new else None
        return neg is not None and neg.kind == "neg" and is_one(neg.parts[0])
    if new.kind == "add" and is_name(old):
        return len(new.parts) == 2 and new.parts[0] == old and is_one(new.parts[1])
    return is_word(old, *EARLIER) and is_word(new, *NEW)


def marks_of_time(name):
    """Return the marks of a name that count time: t or tau, perhaps with a number, and n or k as the only mark."""
    marks = [p for script in name.parts for p in script.parts]
    letters = TIMES if len(marks) == 1 else TIMES[:2]
    return [p for p in marks if head(p) in letters]


def is_one(node):
    """Return True for the number 1."""
    return node.kind == "num" and node.data == 1


def is_word(mark, *words):
    """Return True if a mark is one of these words."""
    return is_name(mark, *words) or (mark.kind == "text" and mark.data in words)


def _without_complement(term, factor):
    r"""Return a term without its factor ``1 - \beta``, which makes the memory an average."""
    if term.kind == "neg":
        return term.with_parts([_without_complement(term.parts[0], factor)])
    if term.kind != "prod" or term.data[0] not in PRODUCT:
        return term
    first = term.parts[0]
    while first.kind == "group":
        first = first.parts[0]
    is_complement = first == Node("add", (Node("num", (), 1), Node("neg", (factor,))))
    if first.kind == factor.kind == "num":
        is_complement = first.data == 1 - factor.data
    if not is_complement:
        return term
    rest = term.parts[1:]
    return rest[0] if len(rest) == 1 else Node("prod", rest, term.data[1:], term.at)


def _square_root(node):
    """Return the gradient of which a node is the square, entry by entry, or None for another node."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind == "deriv" and node.data == "name":  # dW^2
        power = _without_power(node.parts[1]) if is_name(node.parts[1]) else None
        return node.with_parts([node.parts[0], power[0]]) if power is not None and power[1].data == 2 else None
    is_power = node.kind == "pow" and node.parts[1].kind == "num" and node.parts[1].data == 2
    is_product = node.kind == "prod" and node.data in (("had",), ("*",)) and node.parts[0] == node.parts[1]
    if not (is_power or is_product):
        return None
    found = node.parts[0]
    while found.kind == "group":
        found = found.parts[0]
    return found if found.kind == "deriv" else None


def corrected_memory(claim, memories):
    r"""Return the number of the memory for ``\hat m_t = m_t/(1 - \beta_1^t)``, or None for another claim."""
    left = claim.sides[0]
    if left is None or len(claim.sides) != 2 or not is_name(left) or claim.sides[1].kind != "div":
        return None
    of, by = claim.sides[1].parts
    while by.kind == "group":
        by = by.parts[0]
    for at, memory in memories.items():
        is_its_own = (
            of == memory.name
            and left.parts == of.parts
            and left.data[0] in (f"hat {of.data[0]}", f"tilde {of.data[0]}")
        )
        if is_its_own and memory.factor is not None and by.kind == "add" and len(by.parts) == 2:
            one, power = by.parts
            power = power.parts[0] if power.kind == "neg" else Node("none")
            if is_one(one) and _is_power_of(power, memory.factor):
                return at
    return None


def _is_power_of(node, factor):
    r"""Return True for the power of a factor with the number of steps, such as ``\beta_1^t``."""
    if node.kind == "pow":
        return node.parts[0] == factor and is_name(node.parts[1], *TIMES)
    above = [s for s in node.parts if s.kind == "sup" and len(s.parts) == 1 and is_name(s.parts[0], *TIMES)]
    return is_name(node) and len(above) == 1 and node.with_parts([s for s in node.parts if s not in above]) == factor


def is_number_of(claim, memories):
    r"""Return True for a claim such as ``\mu \approx 0.9`` about the factor of a memory."""
    factors = [x.factor for x in memories]
    return len(claim.sides) == 2 and claim.sides[0] in factors and claim.sides[1].kind == "num"
