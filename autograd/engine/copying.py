"""Copies of graphs: ``copy.deepcopy`` and ``pickle`` of Values, of any depth, with what is shared staying shared.

Copying a node needs copies of its operands first. To recurse into them would overflow the stack on a deep graph, so the
node that is reached first hands over all that lies under it, operands first; each of those finds its operands copied.
"""

import copyreg
import threading

from autograd.engine.graph import postorder
from autograd.engine.nodes import restore
from autograd.engine.value import Value, attributes, witnessed

__all__: list[str] = []

_state = threading.local()  # .handed_over: nodes on their way from an _Ancestors to the pickler


def _reduce(node):
    """Return what pickle and copy restore a node from."""
    witnessed("copy", node)
    rest = (node.data, node.grad, node.label)
    in_order = _handed_over().pop(id(node), None) is not None
    own = attributes(node)
    state = (own,) if own else ()
    if node.op is None:
        return _leaf, rest, *state
    ancestors = None if in_order else _Ancestors(node)
    return _node, (ancestors, node.op, node.operands, node.recorded, *rest), *state


def _handed_over():
    if not hasattr(_state, "handed_over"):
        _state.handed_over = {}
    return _state.handed_over


class _Ancestors:
    """All nodes under one node. A pickler copies an item before it asks for the one after the next.

    Should it stop half-way, a node or two stay handed over. Then the next copy of one lists the nodes under its
    operands in place of its own: it is as good.
    """

    def __init__(self, root):
        self.root = root

    def __reduce__(self):
        return list, (), None, self._in_order()

    def _in_order(self):
        for node in postorder([self.root]):
            if node is not self.root:
                _handed_over()[id(node)] = node
                yield node


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
