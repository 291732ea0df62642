"""The variables at one moment of a reading, with their numbers."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.objects import Instance

__all__ = ["Standing"]


class Standing:
    """The variables that can be written at each moment of a reading.

    Args:
        trace: The values of every expression.
        ordered: The values of all expressions, in order.
    """

    def __init__(self, trace, ordered):
        self.trace = trace
        self.ordered = ordered
        self.text_by_node = {}

    def scope(self, frame, order):
        """Return the variables that can be written in a call: a dict from each text to its shape and its numbers."""
        found = {}
        for seen in self.ordered:
            if seen.order >= order:
                break
            if seen.frame is frame and isinstance(seen.node, (ast.Name, ast.Attribute, ast.Subscript)):
                text = self.text_by_node.get(seen.node) or ast.unparse(seen.node)
                self.text_by_node[seen.node] = text
                found[text] = (seen.shape, seen.data)
        for owner, name, value in _names_around(frame):
            if self.trace.first.get((id(owner), name), 0) > order:
                continue  # such as the variable of a later loop
            # A matrix of the program's own class may be changed in place after it was bound, so its last use counts.
            if not isinstance(value, Instance) or name not in found:
                self._add(found, name, owner, name, value, order)
            if isinstance(value, Instance):
                for attribute, part in value.names.items():
                    self._add(found, f"{name}.{attribute}", value, attribute, part, order)
            elif isinstance(value, dict):
                for key, part in value.items():
                    if isinstance(key, str):
                        self._add(found, f"{name}[{key!r}]", value, key, part, order)
        if frame.outer is not None:
            for name, value in frame.module.names.items():
                if name not in frame.names:
                    self._add(found, name, frame.module, name, value, order)
        return found

    def _add(self, found, text, owner, name, value, order):
        standing = None if text.startswith("_") else self.trace.standing(owner, name, order)
        if standing is not None:
            found[text] = standing
        elif (id(owner), name) not in self.trace.bindings:
            _add(found, text, value)


def _names_around(frame):
    """Return the names that a call can read, also from enclosing functions, but not from the module."""
    found, owner = {}, frame
    while owner is not None and (owner is frame or owner is not frame.module):
        for name, value in owner.names.items():
            found.setdefault(name, (owner, name, value))
        owner = owner.outer
    return list(found.values())


def _add(found, text, value):
    if text in found or text.startswith("_"):
        return
    if isinstance(value, Array):
        if value.size <= 400 and value.dtype.kind in "fib":
            elements = value.elements()
            found[text] = (value.shape, [float(e.data) if isinstance(e, Value) else float(e) for e in elements])
    elif isinstance(value, Value):
        found[text] = ((), [value.data])
    elif isinstance(value, int) and not isinstance(value, bool):
        found[text] = ((), [float(value)])
