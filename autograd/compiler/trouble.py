"""The origins of NaNs and infinities in a compiled batch."""

import math
from typing import NamedTuple

from autograd.compiler.operands import nodes_under
from autograd.engine.algebra import Ieee
from autograd.engine.graph import Rules, evaluate, is_end, pull_back
from autograd.engine.value import Value

__all__ = ["Trouble", "troubles"]


class Trouble(NamedTuple):
    """A number that the engine would not compute, or that is not finite.

    Attributes:
        sample: the row of the batch, from 0.
        node: the Value of the recorded graph.
        problem: the problem with this node, with the numbers of that sample.
    """

    sample: int
    node: Value
    problem: str

    def __str__(self):
        return f"sample {self.sample}: {_named(self.node)}: {self.problem}"


def troubles(outputs, inputs, batch) -> list[Trouble]:
    """Return the first trouble of each sample that has one: in a value, or else in a derivative.

    Args:
        outputs: the outputs, Values of a recorded graph.
        inputs: the inputs, leaves of the same graph.
        batch: an array of shape ``(samples, inputs)``.
    """
    nodes = nodes_under(outputs)
    found = []
    for k, row in enumerate(batch.tolist()):
        trouble = _first(k, nodes, outputs, dict(zip(inputs, row, strict=True)))
        if trouble is not None:
            found.append(trouble)
    return found


def _first(sample, nodes, outputs, numbers):
    """Return the first trouble that reaches an output. Troubles in branches that are not taken do not count."""
    spoilt = {leaf: Trouble(sample, leaf, f"it is {x}") for leaf, x in numbers.items() if not math.isfinite(x)}

    def leaf(node):
        if not math.isfinite(node.data):
            spoilt[node] = Trouble(sample, node, f"it is {node.data}")
        return node.data

    def compute(node, operands):
        number, problem = _computed(node, operands)
        read = [x for i, x in enumerate(node.operands) if is_end(node.op) or node.op.reaches(i, operands) is not False]
        before = [spoilt[x] for x in read if x in spoilt]
        if before:
            spoilt[node] = before[0]
        elif problem is not None:
            spoilt[node] = Trouble(sample, node, problem)
        return number

    numbers, read = evaluate(nodes, leaf, lambda node, i, x: x, compute, known=numbers)
    for output in outputs:
        if output in spoilt:
            return spoilt[output]
    return _first_adjoint(sample, nodes, outputs, numbers, read)


def _computed(node, operands):
    """Return a node's number, and its problem or None."""
    shown = node.op.text.format(*[f"{x:.6g}" for x in operands]) if node.op.arity else str(node.op)
    try:
        number = float(node.op(*operands))
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        return math.nan, f"{shown} has no finite value ({error})"
    return number, None if math.isfinite(number) else f"{shown} is {number}"


def _first_adjoint(sample, nodes, outputs, numbers, read):
    """Return the trouble of the first node in the reverse sweep whose adjoint is not finite, or None."""
    for output in outputs:
        seeds = {output: Ieee(1.0)}
        rules = Rules(lambda node: Ieee(numbers[node]), lambda node: [Ieee(x) for x in read[node]], nodes)
        found = pull_back(nodes, seeds, rules)
        for node in reversed(nodes):
            g = float(found.get(node, 0.0))
            if not math.isfinite(g):
                return Trouble(
                    sample,
                    node,
                    f"the derivative of the output with respect to it is {g}, where it is {numbers[node]:.6g}",
                )
    return None


def _named(node):
    if node.label is not None:
        return repr(node.label)
    return "a leaf" if node.op is None else f"a result of {node.op}"
