"""Copies of graphs of any depth by ``copy.deepcopy`` and ``pickle``. A node that is shared stays shared in the copy.

A node can be copied only after its operands. Recursion into the operands would overflow the stack on a deep graph. So
the node that is reached first passes all nodes under it to the pickler, operands first. Then every node that is copied
finds that its operands have been copied already.
"""

import copyreg
import threading

from autograd.engine.graph import postorder
from autograd.engine.nodes import restore
from autograd.engine.value import Value, attributes, witnessed

__all__: list[str] = []

_state = threading.local()  # .handed_over: the nodes that an _Ancestors has yielded and the pickler has not copied yet


def _reduce(node):
    """Return the function and the arguments from which pickle and copy restore a node."""
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

    If the pickler stops half-way, one or two nodes stay in ``handed_over``. The next copy of such a node does not list
    the nodes under it. Its operands list the nodes under them instead, which gives the same copy.
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
    """Return the copy of a node, with the copies of its operands.

    ``ancestors`` is not used: by the time of this call, it has made the pickler copy the operands.
    """
    node = restore(op, operands, recorded, data)
    node.grad = grad
    node.label = label
    return node


copyreg.pickle(Value, _reduce)
