"""The gradient in an update by an adaptive optimizer, such as Adam, which scales each entry by its own past."""

from autograd.engine.value import Value
from autograd.grading.code.steps import name_of

__all__ = [
    "TINY",
    "direction",
    "gradients_inside",
    "has_optimizer",
    "is_adaptive",
    "machinery",
    "squared_number",
    "through_optimizer",
]

MAX_NODES = 400
DEPTH = 5  # of a quotient in an update
TINY = 1e-12  # a derivative with a smaller absolute value may be 0
MAX_FACTORS = 12  # of a product that may contain a square


def through_optimizer(group, gradient, gradients, proportion):
    """Return the factor of the gradient in the update of an adaptive optimizer, or None for any other update.

    Args:
        group: The update.
        gradient: The gradient of the loss.
        gradients: The derivative of the loss with respect to every number from which it is computed.
        proportion: The function that returns the factor between two lists of numbers.
    """
    # The gradient of a unit that no sample reaches is a plain 0, and its update is no formula of a gradient.
    pairs = zip(group.old, group.new, gradient, strict=True)
    kept = [i for i, (old, new, slope) in enumerate(pairs) if old.data != new.data or abs(slope) > TINY]
    if not kept:
        return None
    olds, news = [group.old[i] for i in kept], [group.new[i] for i in kept]
    gradient = [gradient[i] for i in kept]
    inside = _inside(olds[0], news[0], gradients)
    if not any(_is_adaptive(node) for node, _ in inside):
        return None
    # The gradient is the squared number. A part of it, such as the gradient without a penalty, is not squared.
    some = sorted({0, len(news) // 2, len(news) - 1})
    columns = []
    for node, path in inside:
        if squared_number(node) is None:
            continue
        few = _along(path, [news[i] for i in some])
        if not few or proportion([number.data for number in few], [gradient[i] for i in some]) is not None:
            columns.append(_along(path, news) if few else [])
    if not any(columns) and [] in columns:
        # The gradients of the entries have different forms if the branches of an activation have, as of ELU.
        columns = [[_squared_below(new) for new in news]]
    factors = []
    for column in columns:
        if column and None not in column:
            factor = proportion([node.data for node in column], gradient)
            if factor is not None and factor == factor:
                factors.append(abs(factor))
    steps = [old.data - new.data for old, new in zip(olds, news, strict=True)]
    sign = direction(steps, gradient)
    if not factors or not sign:
        return None
    return sign * min(factors, key=lambda factor: abs(factor - 1.0))


def direction(steps, gradient):
    """Return 1 if each entry descends the loss, -1 if each ascends it, and 0 otherwise.

    In the first step of such an optimizer, every entry moves along its own derivative.

    Args:
        steps: The decrease of each entry.
        gradient: The gradient of the loss.
    """
    signs = [step * slope for step, slope in zip(steps, gradient, strict=True) if abs(slope) > TINY]
    if all(sign > 0 for sign in signs):
        return 1
    return -1 if all(sign < 0 for sign in signs) else 0


def gradients_inside(new):
    """Return the gradient that an adaptive optimizer receives for the numbers after its step, or None."""
    found = [_squared_below(after) for after in new]
    return None if None in found else [number.data for number in found]


def is_adaptive(group, forward=()):
    """Return True if an adaptive optimizer computes the update of a parameter.

    Args:
        group: The update.
        forward: The numbers of the forward pass. A normalization divides by the root of a mean of their squares.
    """
    moved = [new for old, new in zip(group.old, group.new, strict=True) if new.data != old.data]
    square = _squared_below((moved or group.new)[0])
    return square is not None and square not in forward


def has_optimizer(judged):
    """Return True if an adaptive optimizer computes an update of a judgement."""
    return any(is_adaptive(update.group, judged.truth.adjoints) for update in judged.updates)


def machinery(old, new, forward):
    """Return the numbers that an adaptive optimizer computes from a gradient, without the gradient itself.

    Args:
        old: A number before the step.
        new: The number after the step.
        forward: The numbers of the forward pass. A normalization divides by the root of a mean of their squares.
    """
    gradient = _squared_below(new)
    if gradient is None or gradient in forward:
        return set()
    above, waiting = set(), [new]
    while waiting and len(above) < MAX_NODES:
        node = waiting.pop()
        if node not in above and node is not gradient and node is not old and node.op is not None:
            above.add(node)
            waiting.extend(node.parents)
    return above


def _squared_below(new):
    """Return the number that is squared under the root in the divisor of a change, or None if there is none."""
    waiting, below = [(new, 0)], []
    while waiting and not below:
        node, depth = waiting.pop(0)
        if name_of(node) == "div" and _is_adaptive(node):
            below = [part for part in node.operands[1:] if isinstance(part, Value)]
        elif depth < DEPTH and name_of(node) in ("add", "sub", "mul", "neg", "div"):
            waiting.extend((part, depth + 1) for part in node.operands if isinstance(part, Value))
    for _ in range(MAX_NODES):
        if not below:
            return None
        node = below.pop(0)
        square = squared_number(node)
        if square is not None and (square.op is not None or not square.data):  # and not 0.99 ** 2 of a correction
            return square
        below.extend(node.parents)
    return None


def _inside(old, new, gradients):
    """Return the numbers of an update down to the numbers of the forward pass, each with the path that leads to it.

    A path is a tuple of the indices of operands. The same path leads to the same number of another entry.
    """
    order, waiting, seen = [], [(new, ())], set()
    while waiting and len(order) < MAX_NODES:
        node, path = waiting.pop()
        if node in seen or node is old or node in gradients:
            continue
        seen.add(node)
        order.append((node, path))
        if node.op is not None:
            waiting.extend(((part, (*path, i)) for i, part in enumerate(node.operands) if isinstance(part, Value)))
    return order


def _along(path, news):
    """Return the number that is squared at the end of a path in each entry, or an empty list if one entry differs."""
    found, names = [], None
    for new in news:
        node, met = new, []
        for i in path:
            if node.op is None or i >= len(node.operands) or not isinstance(node.operands[i], Value):
                return []
            met.append(name_of(node))
            node = node.operands[i]
        names = names or met
        square = squared_number(node) if met == names else None
        if square is None:
            return []
        found.append(square)
    return found


def squared_number(node):
    """Return the number whose square a node is, or None if the node is not a square."""
    name, operands = name_of(node), node.operands
    if name == "pow" and not isinstance(operands[1], Value):
        return operands[0] if operands[1] == 2 else None
    if name == "pow":
        return operands[0] if operands[1].data == 2 else None
    if name != "mul":
        return None
    # (1 - rho) * g * g is a product of three factors, two of which are the same.
    factors, waiting = [], [node]
    while waiting and len(factors) < MAX_FACTORS:
        part = waiting.pop()
        if name_of(part) == "mul" and (part is node or part.op is not None):
            waiting.extend(x for x in part.operands if isinstance(x, Value))
        factors.append(part)
    return next((x for i, x in enumerate(factors) if any(x is y for y in factors[:i])), None)


def _is_adaptive(node):
    """Return True if a number is a quotient with a root in its divisor."""
    if name_of(node) != "div":
        return False
    waiting = [part for part in node.operands[1:] if isinstance(part, Value)]
    for _ in range(6):
        if not waiting:
            return False
        part = waiting.pop()
        if name_of(part) == "sqrt":
            return True
        waiting.extend(part.parents)
    return False
