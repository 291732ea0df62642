"""An interpreter of lowered instructions over floats. It defines in Python what each instruction means."""

import math
import operator

from autograd.compiler.instructions import CONSTANTS, INPUT_GRADIENTS, INPUTS, PARAMETER_GRADIENTS, PARAMETERS
from autograd.engine import primitives
from autograd.engine.algebra import Ieee

HOLDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}


def interpreted(lowered, parameters, inputs, seeds=(1.0,)):
    """Return the outputs, the number of violated guards, and the derivatives with respect to parameters and to inputs.

    Memory starts as NaN, so that a read of a cell that was not written shows.
    """
    memory = {PARAMETERS + k: float(x) for k, x in enumerate(parameters)}
    memory |= {INPUTS + k: float(x) for k, x in enumerate(inputs)}
    memory |= {CONSTANTS + k: x for k, x in enumerate(lowered.constants)}
    memory |= {PARAMETER_GRADIENTS + k: 0.0 for k in range(len(parameters))}
    memory |= {INPUT_GRADIENTS + k: 0.0 for k in range(len(inputs))}
    for instruction in lowered.forward:
        _carry_out(memory, *instruction)
    outputs = [memory[slot] for slot in lowered.outputs]
    first = {}
    for slot, seed in zip(lowered.seeds, seeds, strict=True):
        if slot is not None:
            memory[slot] = first[slot] = first.get(slot, 0.0) + seed
    for instruction in lowered.adjoint:
        _carry_out(memory, *instruction)
    violated = 0.0 if lowered.violations is None else memory[lowered.violations]
    return (
        outputs,
        violated,
        [memory[PARAMETER_GRADIENTS + k] for k in range(len(parameters))],
        [memory[INPUT_GRADIENTS + k] for k in range(len(inputs))],
    )


def _carry_out(memory, operation, slots):
    kind = operation[0]
    if kind == "zero":
        memory[slots[0]] = 0.0
    elif kind in ("=", "+="):
        y = _ieee(operation[1], _operands(operation[2], [memory[slot] for slot in slots[1:]]))
        memory[slots[0]] = y if kind == "=" else memory[slots[0]] + y
    elif kind == "guard":
        _, sign, held, _ = operation
        memory[slots[0]] += HOLDS[sign](memory[slots[1]], memory[slots[2]]) is not held
    elif kind == "alive":
        _alive(memory, operation, slots)
    elif kind == "all":
        _all(memory, operation, slots)
    else:
        _derivative(memory, operation, slots)


def _operands(constants, numbers):
    numbers = iter(numbers)
    return [next(numbers) if c is None else c for c in constants]


def _ieee(function, operands):
    try:
        return float(function(*operands))
    except (ZeroDivisionError, OverflowError, ValueError):
        return float(function(*[Ieee(x) for x in operands]))


def _alive(memory, operation, slots):
    _, branch, masked, first = operation
    above = memory[slots[1]] if masked else 1.0
    if branch and not primitives.where.reaches(branch, (memory[slots[-1]], 0.0, 0.0)):
        above = 0.0
    memory[slots[0]] = above if first else memory[slots[0]] + above


def _flow(memory, g, primitive, i, partial, operands, alive):
    if alive is not None and not memory[alive] > 0.0:
        return 0.0
    if not primitive.reaches(i, operands):
        return 0.0
    return g * partial


def _deliver(memory, out, mode, part):
    memory[out] = (memory[out] if mode == "+=" or _is_leafs(out) else 0.0) + part


def _is_leafs(slot):
    return PARAMETER_GRADIENTS <= slot < INPUT_GRADIENTS


def _derivative(memory, operation, slots):
    kind, primitive, i, constants, read, masked = operation
    out, g, *used = slots
    alive = used.pop() if masked else None
    numbers = iter([memory[slot] for slot in used])
    y = next(numbers) if read[0] else math.nan
    operands = [(next(numbers) if r else math.nan) if c is None else c
                for c, r in zip(constants, read[1:], strict=True)]  # fmt: skip
    partial = _ieee(lambda *x: primitive.partial(i, x[0], x[1:]), [y, *operands])
    _deliver(memory, out, kind[1:], _flow(memory, memory[g], primitive, i, partial, operands, alive))


def _all(memory, operation, slots):
    _, primitive, constants, modes, masked = operation
    slots = list(slots)
    alive = slots.pop() if masked else None
    n = sum([c is None for c in constants])
    operands = _operands(constants, [memory[slot] for slot in slots[2 : 2 + n]])
    y, outs = memory[slots[1]], iter(slots[2 + n :])
    try:
        partials = [float(p) for p in primitive.gradient(y, operands)]
    except (ZeroDivisionError, OverflowError, ValueError):
        partials = [float(p) for p in primitive.gradient(Ieee(y), [Ieee(x) for x in operands])]
    for i, (mode, partial) in enumerate(zip(modes, partials, strict=True)):
        if mode is not None:
            part = _flow(memory, memory[slots[0]], primitive, i, partial, operands, alive)
            _deliver(memory, next(outs), mode, part)
