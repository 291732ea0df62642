"""Copies of graphs: ``copy.deepcopy`` and ``pickle`` of Values, of any depth, with what is shared staying shared.

Copying a node needs copies of its operands first. To recurse into them would overflow the stack on a deep graph, so the
node that is reached first hands over all that lies under it, operands first; each of those finds its operands copied.
"""

import copyreg
import threading

from autograd.sweep import order_of_all
from autograd.value import Value, restore

__all__: list[str] = []

_state = threading.local()


def _reduce(node):
    """What pickle and copy are to make a node of."""
    rest = (node.data, node.grad, node.label)
    if node.op is None:
        return _leaf, rest
    ancestors = None if getattr(_state, "in_order", False) else _Ancestors(node)
    return _node, (ancestors, node.op, node.operands, node.recorded, *rest)


class _Ancestors:
    """All nodes under one node. A pickler asks for the next item only when it has copied the last."""

    def __init__(self, root):
        self.root = root

    def __reduce__(self):
        return list, (), None, self._in_order()

    def _in_order(self):
        _state.in_order = True
        try:
            for node in order_of_all(self.root):
                if node is not self.root:
                    yield node
        finally:
            _state.in_order = False


def _leaf(data, grad, label):
    leaf = Value(data, label)
    leaf.grad = grad
    return leaf


def _node(ancestors, op, operands, recorded, data, grad, label):
    """The copy of a node, on the copies of its operands. ``ancestors`` has done its work: they are there."""
    node = restore(op, operands, recorded, data)
    node.grad = grad
    node.label = label
    return node


copyreg.pickle(Value, _reduce)
