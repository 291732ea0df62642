"""Numbers that a program computes again for its backward pass, because its loss has a forward pass of its own."""

import ast

from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.grading.code.steps import ancestors, name_of
from autograd.grading.code.trace import key_of

__all__ = ["with_recomputed"]


def with_recomputed(gradients, trace, roots, used=None):
    """Return the derivatives of a loss, extended to numbers of the program that are computed like those of the loss.

    A loss that calls ``feedforward(x)`` depends on its own numbers. ``backprop`` computes the same activations again,
    and propagates through these.

    Args:
        gradients: The derivative of the loss with respect to every number from which it is computed.
        trace: The values of every expression in the program.
        roots: The numbers of the parameters.
        used: The numbers from which the updates are computed. None to take all numbers of the program.
    """
    starts = ancestors(roots)  # a start value that is computed, such as randn(n) / sqrt(n), is no forward pass
    numbers = [e for places in trace.seen.values() for seen in places for e in seen.elements if isinstance(e, Value)]
    given = numbers if used is None else used
    if any(e.op is not None and e in gradients and e not in starts for e in given):
        return gradients
    forms, numbered, found = {}, {}, {}
    for node in postorder([*gradients, *numbers]):
        if node.op is None:
            form = ("parameter", id(node)) if node in roots else ("number", node.data)  # each 1.0 is a new leaf
        else:
            form = (node.op, *[numbered[x] if isinstance(x, Value) else ("", x) for x in node.operands])
        numbered[node] = forms.setdefault(form, len(forms))
        if node in gradients:
            found.setdefault(numbered[node], gradients[node])
    again = {node: found[numbered[node]] for node in numbered if numbered[node] in found and node not in gradients}
    if used is not None and _is_within_way_back(trace, gradients.keys() - starts, again, gradients):
        return gradients
    return gradients | {
        node: slope for node, slope in again.items() if not _is_error(node, roots) and not _is_penalty(node, roots)
    }


def _is_within_way_back(trace, forward, again, gradients):
    """Return True if the program computes a gradient in the statement in which it computes such a number again.

    The loss has a forward pass of its own that the program shows. Then such a statement is one of the backward pass.
    """
    if not any(e in forward for e in _numbers(trace.everything())):
        return False
    met = set()
    for seen in trace.everything():
        made = [e for e in _numbers([seen]) if e in again and e not in met]
        met.update(made)
        if not made:
            continue
        value = getattr(seen.statement, "value", None)
        places = trace.seen.get(key_of(value), []) if isinstance(value, ast.expr) else []
        if any(e not in again and e not in gradients for e in _numbers(places)):
            return True
    return False


def _numbers(places):
    return [e for place in places for e in place.elements if isinstance(e, Value) and e.op is not None]


def _is_penalty(node, roots):
    """Return True if a number is computed from parameters alone, like the square in a penalty."""
    parts = [part for part in node.operands if isinstance(part, Value)] if node.op is not None else []
    return bool(parts) and all(part in roots for part in parts)


def _is_error(node, roots):
    """Return True if a number is the difference of an output and a target, at which the backward pass begins."""
    if name_of(node) != "sub":
        return False
    return any(isinstance(part, Value) and part.op is None and part not in roots for part in node.operands)
