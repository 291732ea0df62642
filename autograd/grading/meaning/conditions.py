"""Sums over an index, cases, and conditions on indices and numbers."""

import functools

from autograd.engine import primitives
from autograd.grading.meaning import arrays
from autograd.grading.meaning.letters import LAST_STEPS, head
from autograd.grading.meaning.place import Misfit, OutOfRange
from autograd.grading.reading.nodes import Node
from autograd.grading.reading.trees import ReadingError


def of_series(evaluation, node, env):
    """Return a sum over an index, or a product.

    The matrices of a product are multiplied in descending order of the index, unless the reading is ``from_right``.
    """
    limits = node.data
    if limits.is_product:
        values = [evaluation.value(node.parts[0], inner) for inner in assignments(evaluation, limits, env)]
        if not values:
            raise OutOfRange("this product has no factors here.")
        if not evaluation.reading.from_right:
            values.reverse()
        return functools.reduce(arrays.matmul, values)
    total = None
    for inner in assignments(evaluation, limits, env):
        x = evaluation.value(node.parts[0], inner)
        total = x if total is None else arrays.add(total, x)
    return evaluation.at.zero if total is None else total


def assignments(evaluation, limits, env):
    """Return the assignments of numbers to the letters of a sum."""
    found = [dict(env)]
    for letter in limits.letters:
        values = range_of(evaluation, letter, limits, env)
        found = [{**inner, letter: n} for inner in found for n in values]
    return [inner for inner in found if all(holds(evaluation, c, inner) for c in limits.conditions)]


def range_of(evaluation, letter, limits, env):
    """Return the range of a letter of a sum."""
    axis = evaluation.reading.axes.get(letter)
    if axis is None:
        raise Misfit(f"what {letter.split('#')[0]} counts is not clear.")
    if axis in ("layer", "ignored"):
        raise Misfit("a sum over layers cannot be read here.")
    if axis == "parameter":
        return range(1, len(evaluation.parameters()) + 1)
    high = {"sample": evaluation.model.samples, "step": evaluation.model.steps}.get(axis)
    low = 1
    if high is None:
        high = evaluation.model.size(axis)
    full = high
    shift = 1 - evaluation.reading.first_step if axis == "step" else 0
    low = bound(evaluation, limits.lower, env, low, axis, shift)
    high = bound(evaluation, limits.upper, env, high, axis, shift)
    if axis != "step" and (low > 1 or high > full):
        raise OutOfRange(f"{letter.split('#')[0]} counts from 1 to {full} here, not from {low} to {high}.")
    if limits.is_product and low > high + 1:
        raise OutOfRange(f"{letter.split('#')[0]} runs from {low} to {high}, so this product is empty.")
    return range(max(low, 1), min(high, full) + 1)


def bound(evaluation, node, env, usual, axis, shift):
    """Return the first or last number of a sum. It is the usual one if the limit is a letter without a number."""
    if node is None:
        return usual
    if node.kind == "num":
        n = int(node.data) + shift
        return 1 if n == 0 and usual == 1 and axis != "step" else n
    try:
        return index_or_last(evaluation, node, env)
    except ReadingError:
        return usual


def index_or_last(evaluation, node, env):
    """Return the number of an index. A letter T without a number is the last step of a recurrent network."""
    letter = head(node)
    if evaluation.model.steps > 1 and letter in LAST_STEPS and letter not in env:
        env = {**env, letter: evaluation.model.steps}
    return evaluation.index(node, env)


def holds(evaluation, condition, env):
    """Return True if a condition on indices holds."""
    if condition.kind == "both":
        return all(holds(evaluation, x, env) for x in condition.parts)
    left, right = (index_or_last(evaluation, x, env) for x in condition.parts)
    return {
        "=": left == right,
        "!=": left != right,
        ">": left > right,
        "<": left < right,
        ">=": left >= right,
        "<=": left <= right,
    }[condition.data]


def is_of_indices(evaluation, condition, env):
    """Return True if both sides of a condition are indices."""
    try:
        holds(evaluation, condition, env)
    except (ReadingError, KeyError):
        return False
    return True


def of_cases(evaluation, node, env):
    """Return the value of the case that holds."""
    for value, condition in zip(node.parts[::2], node.parts[1::2], strict=True):
        if condition.kind == "else":
            return evaluation.value(value, env)
        if is_of_indices(evaluation, condition, env):
            if holds(evaluation, condition, env):
                return evaluation.value(value, env)
            continue
        gate = gate_of(evaluation, condition, env)
        rest = Node("cases", node.parts[node.parts.index(value) + 2 :], None, node.at)
        otherwise = evaluation.value(rest, env) if rest.parts else evaluation.at.zero
        shut = arrays.add(evaluation.at.one, arrays.negative(gate), True)
        chosen = arrays.elementwise(gate, evaluation.value(value, env))
        return arrays.add(chosen, arrays.elementwise(shut, otherwise), True)
    return evaluation.at.zero


def of_indicator(evaluation, node, env):
    """Return 1 if the condition holds, and 0 otherwise."""
    condition = node.parts[0]
    if is_of_indices(evaluation, condition, env):
        return evaluation.at.one if holds(evaluation, condition, env) else evaluation.at.zero
    return gate_of(evaluation, condition, env)


def gate_of(evaluation, condition, env):
    """Return the step function of a comparison: 1 where it holds, and 0 elsewhere."""
    if condition.kind == "both":
        return functools.reduce(arrays.elementwise, [gate_of(evaluation, x, env) for x in condition.parts])
    left, right = condition.parts
    if condition.data in ("<", "<="):
        left, right = right, left
    elif condition.data not in (">", ">="):
        raise ReadingError("a condition compares indices, or numbers by < and >.", condition.at)
    x, y = evaluation.value(left, env), evaluation.value(right, env)
    difference = arrays.add(x, arrays.negative(y), True)
    y = arrays.mapped(primitives.step, difference)
    evaluation.at.has_kinks = True
    return y
