"""An engine in pure Python for comparison: a ``Value`` with slots that stores its local derivatives.

It is about as fast as simple Python code can be: it has no closures, no recursion and no dictionaries on the objects,
and each node has one tuple of parents and one of derivatives.
"""

import math

__all__ = ["Value"]


class Value:
    """A number, its gradient, its parents, and the derivatives with respect to them."""

    __slots__ = ("data", "grad", "parents", "partials")

    def __init__(self, data, parents=(), partials=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.partials = partials

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))
        return Value(self.data + other, (self,), (1.0,))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        return Value(self.data * other, (self,), (other,))

    __rmul__ = __mul__

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        if isinstance(other, Value):
            return Value(self.data - other.data, (self, other), (1.0, -1.0))
        return Value(self.data - other, (self,), (1.0,))

    def __rsub__(self, other):
        return Value(other - self.data, (self,), (-1.0,))

    def __truediv__(self, other):
        if isinstance(other, Value):
            y = self.data / other.data
            return Value(y, (self, other), (1.0 / other.data, -y / other.data))
        return Value(self.data / other, (self,), (1.0 / other,))

    def __rtruediv__(self, other):
        y = other / self.data
        return Value(y, (self,), (-y / self.data,))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, (self,), (1.0 - y * y,))

    def relu(self):
        return Value(self.data, (self,), (1.0,)) if self.data > 0.0 else Value(0.0, (self,), (0.0,))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, entered = stack.pop()
            if entered:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                for parent in node.parents:
                    if parent not in seen:
                        stack.append((parent, False))
        self.grad = 1.0
        for node in reversed(order):
            g = node.grad
            for parent, partial in zip(node.parents, node.partials, strict=True):
                parent.grad += g * partial
