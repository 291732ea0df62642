"""Other numbers for programs whose gradients are 0: live weights for inactive units, and inputs other than 0.

If the gradient of a parameter and its change are both 0, every factor fits, so this shows nothing about the update.
"""

from autograd.engine.value import Value
from autograd.grading.code.steps import name_of

__all__ = ["has_more_updates", "inputs_of_empty", "start_numbers", "starts_of_changes"]


def start_numbers(reading, judged):
    """Return the numbers of the leaves from which the parameters of a reading are computed."""
    return _leaf_numbers(reading, [old for update in judged.updates for old in update.group.old])


def starts_of_changes(reading):
    """Return the numbers of the leaves from which all numbers that the first step changes are computed.

    Among these may be weights that the loss does not reach, because all units behind them are inactive.
    """
    return _leaf_numbers(reading, [old for change in reading.recorder.first_step() for old in change.old])


def inputs_of_empty(reading, judged):
    """Return the numbers of the inputs that are multiplied by parameters whose gradient is 0.

    Only plain data counts: a factor that is computed from another parameter gets other numbers with that parameter.
    """
    empty = {old for update in judged.updates if update.empty for old in update.group.old}
    parameters = {old for update in judged.updates for old in update.group.old}
    factors = []
    for node in judged.truth.adjoints if empty else ():
        name, half = name_of(node), 1
        if name == "dot":
            half = len(node.operands) // 2
        elif name != "mul":
            continue
        for pair in zip(node.operands[:half], node.operands[half:], strict=True):
            factors += [b for a, b in (pair, pair[::-1]) if a in empty and isinstance(b, Value)]
    return _leaf_numbers(reading, [node for node in factors if not _depends_on(node, parameters)])


def has_more_updates(judged, other):
    """Return True if a judgement has the updates of another one, and more."""
    names = {update.group.name for update in judged.updates}
    return len(judged.updates) > len(other.updates) and names >= {update.group.name for update in other.updates}


def _depends_on(node, parameters):
    waiting, seen = [node], set()
    while waiting:
        part = waiting.pop()
        if part in parameters:
            return True
        if part not in seen:
            seen.add(part)
            waiting.extend(part.parents)
    return False


def _leaf_numbers(reading, numbers):
    found, seen, waiting = set(), set(), list(numbers)
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        number = reading.recorder.leaf_numbers.get(node)
        if number is not None:
            found.add(number)
        waiting.extend(node.parents)
    return frozenset(found)
