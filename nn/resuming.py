"""The state of an optimizer in a file: writing and reading it."""

import math

from nn.optimizers import Optimizer

__all__ = ["from_json", "restored_state", "state_of", "to_json"]


def to_json(x):
    """Return a float in a form for JSON that keeps every bit: a number, or a string if it is not finite."""
    return x if math.isfinite(x) else x.hex()


def from_json(found):
    """Return the float that :func:`to_json` wrote, or that an earlier release wrote in hexadecimal.

    Raises:
        TypeError, ValueError, OverflowError: the object is neither of these.
    """
    return found if type(found) is float else float.fromhex(found)


def state_of(optimizer, parameters) -> dict:
    """Return the state of an optimizer in a form for JSON. Its memory is in the order of the parameters.

    Args:
        optimizer: an optimizer of nn.
        parameters: the parameters of the model.

    Raises:
        TypeError: the object is not an optimizer of nn.
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"the optimizer is {optimizer!r}: save and load need an optimizer of nn. Save the state of yours yourself."
        )
    memory = optimizer._memory
    return {
        "kind": type(optimizer).__name__,
        "updates": optimizer.updates,
        "rate": None if callable(optimizer.rate) else to_json(float(optimizer.rate)),
        "settings": {name: to_json(float(value)) for name, value in optimizer._settings().items()},
        "memory": [[to_json(x) for x in memory[p]] if p in memory else None for p in parameters],
    }


def restored_state(state, optimizer, parameters):
    """Return the attributes of an optimizer from a state that :func:`state_of` made: a dict from names to values.

    Args:
        state: the state, which is checked.
        optimizer: the optimizer that gets it.
        parameters: the parameters of the model.

    Raises:
        ValueError: the state belongs to another kind of optimizer, or is damaged. The message says which.
    """
    mine = state_of(optimizer, parameters)
    if not isinstance(state, dict) or set(state) != set(mine):
        raise ValueError("has no state of an optimizer: it was saved without optimizer=")
    if state["kind"] != mine["kind"]:
        kind = f"{state['kind']!s:.60}"
        raise ValueError(f"has the state of {kind} and the optimizer is {mine['kind']}: make one like it")
    updates, rows = state["updates"], state["memory"]
    try:
        fits = type(updates) is int and updates >= 0 and set(state["settings"]) == set(mine["settings"])
        fits = fits and len(rows) == len(parameters)
        settings = {name: from_json(number) for name, number in state["settings"].items()}
        rate = None if state["rate"] is None else from_json(state["rate"])
        memory = {
            p: tuple([from_json(x) for x in row]) for p, row in zip(parameters, rows, strict=True) if row is not None
        }
    except (TypeError, ValueError, AttributeError, OverflowError):
        fits, settings, rate, memory = False, {}, None, {}
    numbers = [*settings.values(), *([] if rate is None else [rate]), *[x for row in memory.values() for x in row]]
    if not fits or not all(map(math.isfinite, numbers)) or {*map(len, memory.values())} - {len(optimizer._start)}:
        raise ValueError("has the state of an optimizer, which is damaged: restore the file from a copy")
    for name, number in settings.items():
        if isinstance(getattr(optimizer, name), bool):
            settings[name] = bool(number)
    if rate is not None and not callable(optimizer.rate):  # a schedule stays as it was given
        settings["rate"] = rate
    return {**settings, "updates": updates, "_memory": memory}
