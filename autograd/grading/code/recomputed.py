"""Numbers that a program computes once more for its way back, after a loss that made its own forward pass."""

from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.grading.code.steps import name_of

__all__ = ["with_recomputed"]


def with_recomputed(gradients, trace, roots):
    """Return the derivatives of a loss, also for numbers of the program that are computed as those of the loss are.

    A loss that calls ``feedforward(x)`` hangs on numbers of its own; ``backprop`` computes the same activations again,
    and goes back through these.

    Args:
        gradients: The derivative of the loss with respect to every number under it.
        trace: What every expression of the program was.
        roots: The numbers of the parameters.
    """
    numbers = [e for places in trace.seen.values() for seen in places for e in seen.elements if isinstance(e, Value)]
    if any(e.op is not None and e in gradients for e in numbers):
        return gradients
    forms, numbered, found = {}, {}, {}
    for node in postorder([*gradients, *numbers]):
        if node.op is None:
            form = ("parameter", id(node)) if node in roots else ("number", node.data)  # 1.0 is written again
        else:
            form = (node.op, *[numbered[x] if isinstance(x, Value) else ("", x) for x in node.operands])
        numbered[node] = forms.setdefault(form, len(forms))
        if node in gradients:
            found.setdefault(numbered[node], gradients[node])
    again = {node: found[numbered[node]] for node in numbered if numbered[node] in found and node not in gradients}
    return gradients | {node: slope for node, slope in again.items() if not _is_error(node, roots)}


def _is_error(node, roots):
    """Return whether a number is the difference of an output and a goal, where the way back begins."""
    if name_of(node) != "sub":
        return False
    return any(isinstance(part, Value) and part.op is None and part not in roots for part in node.operands)
