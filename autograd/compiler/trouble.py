"""Where the NaNs and infinities of a compiled batch come from."""

import math
from typing import NamedTuple

from autograd.compiler.lowering import nodes_under
from autograd.engine import primitives
from autograd.engine.algebra import Ieee
from autograd.engine.graph import pull_back, untaken
from autograd.engine.value import Value

__all__ = ["Trouble", "troubles"]


class Trouble(NamedTuple):
    """A number that the engine would not compute, or that is not finite.

    Attributes:
        sample: the row of the batch, from 0.
        node: the Value of the recorded graph.
        problem: what is wrong there, with the numbers of that sample.
    """

    sample: int
    node: Value
    problem: str

    def __str__(self):
        return f"sample {self.sample}: {_named(self.node)}: {self.problem}"


def troubles(outputs, inputs, batch) -> list[Trouble]:
    """The first trouble of each sample that has one: in a value, else in a derivative.

    Args:
        outputs, inputs: Values of a recorded graph.
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
    """The trouble that reaches an output: what lies in a branch that is not taken is none."""
    read: dict = {}
    spoilt: dict = {}
    for node in nodes:
        if node.op is None:
            number = numbers.setdefault(node, node.data)
            if not math.isfinite(number):
                spoilt[node] = Trouble(sample, node, f"it is {number}")
            continue
        operands = [numbers[x] if isinstance(x, Value) else x for x in node.operands]
        read[node] = operands
        numbers[node], problem = _computed(node, operands)
        before = [spoilt[x] for i, x in enumerate(node.operands) if x in spoilt and not _is_left_out(node, i, operands)]
        if before:
            spoilt[node] = before[0]
        elif problem is not None:
            spoilt[node] = Trouble(sample, node, problem)
    for output in outputs:
        if output in spoilt:
            return spoilt[output]
    return _first_adjoint(sample, nodes, outputs, numbers, read)


def _computed(node, operands):
    """A node's number, and what is wrong with it or None."""
    shown = node.op.text.format(*[f"{x:.6g}" for x in operands]) if node.op.arity else str(node.op)
    try:
        number = float(node.op(*operands))
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        return math.nan, f"{shown} has no finite value ({error})"
    return number, None if math.isfinite(number) else f"{shown} is {number}"


def _is_left_out(node, i, operands):
    return node.op is primitives.where and untaken(i, operands[0]) is True


def _first_adjoint(sample, nodes, outputs, numbers, read):
    """The first node of the reverse sweep whose adjoint is not finite."""
    for output in outputs:
        seeds = {output: Ieee(1.0)}
        found = pull_back(nodes, seeds, lambda n: Ieee(numbers[n]), lambda n: [Ieee(x) for x in read[n]])
        for node in reversed(nodes):
            g = float(found.get(node, 0.0))
            if not math.isfinite(g):
                return Trouble(
                    sample, node, f"the derivative of the output in it is {g}, where it is {numbers[node]:.6g}"
                )
    return None


def _named(node):
    if node.label is not None:
        return repr(node.label)
    return "a leaf" if node.op is None else f"a result of {node.op}"
