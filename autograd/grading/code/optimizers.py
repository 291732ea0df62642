"""Updates by an optimizer that scales each entry by its own past, such as Adam: the gradient that goes into it."""

from autograd.engine.value import Value
from autograd.grading.code.steps import name_of

__all__ = ["direction", "gradients_inside", "machinery", "through_optimizer"]

MAX_NODES = 400
DEPTH = 5  # of a quotient in an update
TINY = 1e-12  # a derivative that is this small may be 0
MAX_FACTORS = 12  # of a product that may have a square in it


def through_optimizer(group, gradient, gradients, proportion):
    """Return the factor of the gradient that goes into an adaptive optimizer; None if the update is by none.

    Args:
        group: The update.
        gradient: The loss's gradient.
        gradients: The derivative of the loss with respect to every number under it.
        proportion: Returns the factor between two lists of numbers.
    """
    if not any(_is_adaptive(node) for node in _inside(group.old[0], group.new[0], gradients)):
        return None
    orders = [_inside(old, new, gradients) for old, new in zip(group.old, group.new, strict=True)]
    if len({len(order) for order in orders}) != 1:
        return None
    # The gradient is what is squared: a part of it, such as that without a penalty, is not.
    squared = {_squared(node) for order in orders for node in order}
    factors = []
    for column in zip(*orders, strict=True):
        if len({name_of(node) for node in column}) == 1 and squared.issuperset(column):
            factor = proportion([node.data for node in column], gradient)
            if factor is not None and factor == factor:
                factors.append(abs(factor))
    steps = [old.data - new.data for old, new in zip(group.old, group.new, strict=True)]
    sign = direction(steps, gradient)
    if not factors or not sign:
        return None
    return sign * min(factors, key=lambda factor: abs(factor - 1.0))


def direction(steps, gradient):
    """Return 1 if each entry goes down the loss, -1 if each goes up, and 0 if some do this and some that.

    Without a past, every entry of such an optimizer goes along its own derivative.

    Args:
        steps: By how much each entry gets smaller.
        gradient: The loss's gradient.
    """
    signs = [step * slope for step, slope in zip(steps, gradient, strict=True) if abs(slope) > TINY]
    if all(sign > 0 for sign in signs):
        return 1
    return -1 if all(sign < 0 for sign in signs) else 0


def gradients_inside(new):
    """Return the gradient that an adaptive optimizer is given for each number after its step; None if it is none."""
    found = [_squared_below(after) for after in new]
    return None if None in found else [number.data for number in found]


def machinery(old, new):
    """Return the numbers that an adaptive optimizer computes of a gradient, the gradient itself left out.

    Args:
        old, new: One number before the step and after it.
    """
    gradient = _squared_below(new)
    if gradient is None:
        return set()
    above, waiting = set(), [new]
    while waiting and len(above) < MAX_NODES:
        node = waiting.pop()
        if node not in above and node is not gradient and node is not old and node.op is not None:
            above.add(node)
            waiting.extend(node.parents)
    return above


def _squared_below(new):
    """Return the number that is squared under the root that a change is divided by; None if there is none."""
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
        if _squared(node) is not None:
            return _squared(node)
        below.extend(node.parents)
    return None


def _inside(old, new, gradients):
    """Return the numbers that an update is made of up to those of the forward pass, in one order for each entry."""
    order, waiting, seen = [], [new], set()
    while waiting and len(order) < MAX_NODES:
        node = waiting.pop()
        if node in seen or node is old or node in gradients:
            continue
        seen.add(node)
        order.append(node)
        waiting.extend(part for part in node.operands if isinstance(part, Value)) if node.op is not None else None
    return order


def _squared(node):
    """Return the number that a node is the square of; None if it is no square."""
    name, operands = name_of(node), node.operands
    if name == "pow" and not isinstance(operands[1], Value):
        return operands[0] if operands[1] == 2 else None
    if name == "pow":
        return operands[0] if operands[1].data == 2 else None
    if name != "mul":
        return None
    # (1 - rho) * g * g is a product of three, in which one stands twice.
    factors, waiting = [], [node]
    while waiting and len(factors) < MAX_FACTORS:
        part = waiting.pop()
        if name_of(part) == "mul" and (part is node or part.op is not None):
            waiting.extend(x for x in part.operands if isinstance(x, Value))
        factors.append(part)
    return next((x for i, x in enumerate(factors) if any(x is y for y in factors[:i])), None)


def _is_adaptive(node):
    """Return whether a number is divided by a root."""
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
