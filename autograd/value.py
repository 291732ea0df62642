# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False
"""``Value``: a number that remembers how it was made, and the reverse sweep that differentiates it.

Operations on Values record a graph: each result keeps its operands and the data they had. ``backward()`` walks that
graph once, from the result to the leaves, and hands every node its adjoint, the derivative of the result in that node.

The file is ordinary Python. Cython compiles it as it stands, taking the annotations for C types; where there is no
compiler it runs interpreted, slower and the same. The sweep has the partial derivatives of + - * / neg, dot and total
inlined, because nearly all nodes are of these; every other primitive is swept through its rule in the table.
"""

import threading

try:
    import cython
except ImportError:
    from autograd import _uncompiled as cython  # type: ignore[no-redef]

if cython.compiled:
    from cython.cimports.libc.stdlib import free, malloc

from autograd import primitives
from autograd.algebra import TABLE, Ieee, Primitive, is_real, out_of_domain, register
from autograd.errors import GraphError, StaleGraphError

__all__ = [
    "Value",
    "adjoints",
    "affine",
    "compiled",
    "dot",
    "no_grad",
    "order_of",
    "order_of_all",
    "partials_of",
    "record",
    "total",
]

compiled: bool = cython.compiled

# The codes the sweep inlines, as C integers. Any other code is swept by its rule.
LEAF = cython.declare(cython.int, 0)
ADD = cython.declare(cython.int, primitives.add.code)
SUB = cython.declare(cython.int, primitives.sub.code)
MUL = cython.declare(cython.int, primitives.mul.code)
DIV = cython.declare(cython.int, primitives.div.code)
NEG = cython.declare(cython.int, primitives.neg.code)
DOT = cython.declare(cython.int, primitives.dot.code)
TOTAL = cython.declare(cython.int, primitives.total.code)
WHERE = cython.declare(cython.int, primitives.where.code)

# A sweep marks the nodes it meets with two numbers no other sweep has, so no sweep has to clean up after another.
_last_mark = cython.declare(cython.longlong, 0)

# Values freed from within the freeing of others, once that is _DEEP levels deep: see Value.__dealloc__.
_DEEP = cython.declare(cython.int, 64)
_depth = cython.declare(cython.int, 0)
_waiting = cython.declare(list, [])

# How many no_grad blocks are open, in all threads together, and in each: threads that record need only look at the sum.
_paused = cython.declare(cython.int, 0)
_paused_in: dict = {}

# Two sweeps must not mark one node at the same time. Compiled, a sweep runs no Python code while it marks; interpreted,
# another thread could come between.
_marking = threading.RLock()


@cython.final
@cython.no_gc
@cython.cclass
class Value:
    """A number that remembers how it was made.

    Arithmetic with Values and plain numbers gives Values, and so do the functions of this package. After
    ``loss.backward()`` the ``grad`` of every node under ``loss`` has grown by the derivative of ``loss`` in that node.

    Args:
        data: a real number; it is stored as a float. A NumPy scalar or a Fraction is a number too.
        label: a name, for printing and drawing.

    Raises:
        TypeError: ``data`` is no real number (a complex number, a string, an array, another Value).

    Equality and hash are those of the object; ``<``, ``<=``, ``>`` and ``>=`` compare data. ``bool()`` and ``float()`` raise,
    since they would drop the graph unseen.
    """

    # In C: two numbers the user sees, one that belongs to the running sweep, and what the operation read.
    _data: cython.double
    grad = cython.declare(cython.double, visibility="public")
    _adjoint: cython.double
    # The operands: a Value or None (then the operand is the constant in _a_data or _b_data). An operation on any number
    # of operands keeps them in the tuple _a; dot keeps the weights and the bias in _a and the inputs in _b.
    _a: object
    _b: object
    # What the operands were when they were read.
    _a_data: cython.double
    _b_data: cython.double
    _seen: cython.p_double
    _label: object
    _mark: cython.longlong
    _code: cython.int
    __weakref__: object

    def __init__(self, data, label=None):
        if not is_real(data):
            raise TypeError(
                f"a Value holds one real number, found {type(data).__name__} {data!r}: "
                "convert it to float first" + (", or use .detach() for a copy." if isinstance(data, Value) else ".")
            )
        if not cython.compiled:
            _clear(self)
        self._data = float(data)
        self.label = label

    def __dealloc__(self):
        """Free what only this node held, without recursing as deep as the graph: that would overflow the C stack."""
        global _depth
        if self._code == LEAF:
            return
        free(self._seen)
        if _depth < _DEEP:
            _depth += 1
            self._a = None
            self._b = None
            _depth -= 1
        else:
            _waiting.append(self._a)
            _waiting.append(self._b)
        if _depth == 0:
            while _waiting:
                _waiting.pop()

    # --- What it is

    @property
    def data(self):
        """The number. It can be set on a leaf only: what was computed follows from its operands.

        Raises:
            GraphError: it was set on a node that an operation computed.
            TypeError: it was set to something that is no real number.
        """
        return self._data

    @data.setter
    def data(self, data):
        if self._code != LEAF:
            raise GraphError(f"{self!r} was computed by {self.op}: change a leaf and compute it again.")
        if not is_real(data):
            raise TypeError(f"data is one real number, found {type(data).__name__} {data!r}: convert it to float first.")
        self._data = float(data)

    @property
    def label(self):
        """A name for printing and drawing, or None."""
        return self._label

    @label.setter
    def label(self, label):
        if label is not None and not isinstance(label, str):
            raise TypeError(f"a label is a string or None, found {type(label).__name__}: write str(...).")
        self._label = label

    @property
    def op(self):
        """The primitive that computed it, or None for a leaf."""
        return TABLE[self._code]

    @property
    def operands(self):
        """What the operation read, in order: Values and plain floats."""
        arity: object
        if self._code == LEAF:
            return ()
        if self._code == DOT:
            weights: tuple = self._a
            n = len(self._b)
            return weights[:n] + self._b + weights[n:]
        arity = TABLE[self._code].arity
        if isinstance(self._a, tuple):
            return self._a
        first = self._a_data if self._a is None else self._a
        if arity == 1:
            return (first,)
        return (first, self._b_data if self._b is None else self._b)

    @property
    def recorded(self):
        """What the operands were when the operation read them, in order: plain floats."""
        i: cython.Py_ssize_t
        n: cython.Py_ssize_t
        m: cython.Py_ssize_t
        if self._code == LEAF:
            return ()
        if self._code == DOT:
            n, m = len(self._b), len(self._a)
            seen = [self._seen[i] for i in range(m + n)]
            return tuple(seen[:n] + seen[m:] + seen[n:m])
        if isinstance(self._a, tuple):
            return tuple([self._seen[i] for i in range(len(self._a))])
        if TABLE[self._code].arity == 1:
            return (self._a_data,)
        return (self._a_data, self._b_data)

    @property
    def parents(self):
        """The Values the operation read, in order, one entry per reading."""
        return tuple([x for x in self.operands if isinstance(x, Value)])

    # micrograd's names, which its notebooks draw with.
    @property
    def _prev(self):
        return set(self.parents)

    @property
    def _op(self):
        return "" if self._code == LEAF else str(self.op)

    def __repr__(self):
        label = "" if self._label is None else f", label={self._label!r}"
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec):
        return format(self._data, spec) if spec else repr(self)

    # --- Arithmetic

    def __add__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(ADD, self._data + o._data, self, o, self._data, o._data)
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(ADD, self._data + c, self, None, self._data, c)

    def __radd__(self, other):
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(ADD, c + self._data, None, self, c, self._data)

    def __sub__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(SUB, self._data - o._data, self, o, self._data, o._data)
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(SUB, self._data - c, self, None, self._data, c)

    def __rsub__(self, other):
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(SUB, c - self._data, None, self, c, self._data)

    def __mul__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(MUL, self._data * o._data, self, o, self._data, o._data)
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(MUL, self._data * c, self, None, self._data, c)

    def __rmul__(self, other):
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(MUL, c * self._data, None, self, c, self._data)

    def __truediv__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(DIV, _quotient(self._data, o._data), self, o, self._data, o._data)
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(DIV, _quotient(self._data, c), self, None, self._data, c)

    def __rtruediv__(self, other):
        if not is_real(other):
            return NotImplemented
        c: cython.double = float(other)
        return _node(DIV, _quotient(c, self._data), None, self, c, self._data)

    def __neg__(self):
        return _node(NEG, -self._data, self, None, self._data, 0.0)

    def __pos__(self):
        return self

    def __pow__(self, other):
        if not (isinstance(other, Value) or is_real(other)):
            return NotImplemented
        return record(primitives.pow_, (self, other))

    def __rpow__(self, other):
        return record(primitives.pow_, (other, self)) if is_real(other) else NotImplemented

    def __abs__(self):
        return _record_unary(primitives.abs_, self)

    # --- The usual functions, as methods. All of them, and what they promise, are in autograd.functions.

    def exp(self):
        """E to the power of this number."""
        return _record_unary(primitives.exp, self)

    def log(self):
        """The natural logarithm; a DomainError at 0 and below."""
        return _record_unary(primitives.log, self)

    def sqrt(self):
        """The square root; a DomainError below 0."""
        return _record_unary(primitives.sqrt, self)

    def sin(self):
        """The sine of this angle in radians."""
        return _record_unary(primitives.sin, self)

    def cos(self):
        """The cosine of this angle in radians."""
        return _record_unary(primitives.cos, self)

    def tan(self):
        """The tangent of this angle in radians."""
        return _record_unary(primitives.tan, self)

    def sinh(self):
        """The hyperbolic sine."""
        return _record_unary(primitives.sinh, self)

    def cosh(self):
        """The hyperbolic cosine."""
        return _record_unary(primitives.cosh, self)

    def tanh(self):
        """The hyperbolic tangent."""
        return _record_unary(primitives.tanh, self)

    def expm1(self):
        """E to the power of this number, less 1, exact near 0."""
        return _record_unary(primitives.expm1, self)

    def log1p(self):
        """The natural logarithm of 1 plus this number, exact near 0."""
        return _record_unary(primitives.log1p, self)

    def arcsin(self):
        """The inverse sine. NumPy calls it by this name."""
        return _record_unary(primitives.asin, self)

    def arccos(self):
        """The inverse cosine. NumPy calls it by this name."""
        return _record_unary(primitives.acos, self)

    def arctan(self):
        """The inverse tangent. NumPy calls it by this name."""
        return _record_unary(primitives.atan, self)

    def sigmoid(self):
        """1 / (1 + exp(-x))."""
        return _record_unary(primitives.sigmoid, self)

    def relu(self):
        """The number where it is above 0, else 0; its derivative at 0 is 0."""
        return _record_unary(primitives.relu, self)

    # --- Comparison

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return object.__hash__(self)

    def __lt__(self, other):
        if isinstance(other, Value):
            return self._data < cython.cast(Value, other)._data
        return self._data < other if is_real(other) else NotImplemented

    def __le__(self, other):
        if isinstance(other, Value):
            return self._data <= cython.cast(Value, other)._data
        return self._data <= other if is_real(other) else NotImplemented

    def __gt__(self, other):
        if isinstance(other, Value):
            return self._data > cython.cast(Value, other)._data
        return self._data > other if is_real(other) else NotImplemented

    def __ge__(self, other):
        if isinstance(other, Value):
            return self._data >= cython.cast(Value, other)._data
        return self._data >= other if is_real(other) else NotImplemented

    def __bool__(self):
        raise TypeError("a Value is neither true nor false: write value.data != 0, or compare it, as in value > 0.")

    def __float__(self):
        raise TypeError(
            "float(value) would drop the graph: write value.data for the number, "
            "and autograd's functions (autograd.exp) in place of math's."
        )

    # --- Differentiation

    def backward(self, seed=1.0):
        """Add the derivative of this number to the ``grad`` of every node under it, this one included.

        Calling it twice adds twice. The adjoints of one sweep are kept apart from ``grad`` until the sweep is through, so
        an interrupted sweep changes nothing.

        Args:
            seed: the adjoint this node starts with: the derivative of what is differentiated in this number.

        Raises:
            StaleGraphError: a leaf under it was changed after it was recorded.
            TypeError: the seed is no real number.
        """
        if not is_real(seed):
            raise TypeError(f"the seed is one real number, found {type(seed).__name__}: pass a float.")
        _differentiate(self, float(seed), None)

    def detach(self):
        """A leaf with the same data and label, and no memory of how it was made."""
        return Value(self._data, self._label)

    # --- Copies: copy.deepcopy and pickle go through here, and keep what is shared shared

    def __reduce_ex__(self, protocol):
        state = (self._data, self.grad, self._label)
        if self._code == LEAF:
            return _restore_leaf, state
        # Reached from _Ancestors, its operands are copied already. Reached directly, they are copied first, in order: to
        # recurse into them would overflow the stack on a deep graph.
        ancestors = None if getattr(_copying, "inside", False) else _Ancestors(self)
        return _restore, (ancestors, self.op, self.operands, self.recorded, *state)


if cython.compiled:
    slab_serve(Value)  # noqa: F821 - from value.pxd: where nodes lie in memory

if not cython.compiled:

    def _clear(node):
        """What C does by itself: every field at zero."""
        node._data = node.grad = node._adjoint = node._a_data = node._b_data = 0.0
        node._a = node._b = node._seen = node._label = None
        node._mark = 0
        node._code = LEAF


# --- Recording


@cython.cfunc
@cython.inline
def _blank(data: cython.double) -> Value:
    node: Value = Value.__new__(Value)
    if not cython.compiled:
        _clear(node)
    node._data = data
    return node


@cython.cfunc
@cython.inline
def _node(
    code: cython.int, data: cython.double, a: object, b: object, a_data: cython.double, b_data: cython.double
) -> Value:
    """The result of an operation on one or two operands; the constant ones are None."""
    node: Value = _blank(data)
    if _paused > 0 and _is_paused():
        return node
    node._code = code
    node._a = a
    node._b = b
    node._a_data = a_data
    node._b_data = b_data
    return node


@cython.cfunc
def _quotient(a: cython.double, b: cython.double) -> cython.double:
    if b == 0.0:
        raise ZeroDivisionError("float division by zero")
    return a / b


@cython.cfunc
def _record_unary(primitive: Primitive, x: Value) -> Value:
    """Record a primitive of one operand, the shortest way."""
    data: cython.double
    try:
        data = float(primitive.floats(x._data))
    except ValueError as error:
        raise out_of_domain(primitive, (x._data,), error) from None
    return _node(primitive.code, data, x, None, x._data, 0.0)


def record(primitive, operands):
    """Apply a primitive to operands that are Values or plain numbers, and record it.

    Args:
        primitive: an entry of the table.
        operands: as many as its arity.

    Returns:
        A Value.

    Raises:
        DomainError: there is no real value.
        TypeError: an operand is no real number, or their number is not the primitive's arity.
    """
    node: Value
    if primitive.arity is not None and len(operands) != primitive.arity:
        raise TypeError(f"{primitive.name} takes {primitive.arity} operands, found {len(operands)}.")
    operands = tuple([_operand(x, primitive) for x in operands])
    floats = [_data_of(x) for x in operands]
    try:
        data = primitive.floats(*floats)
    except ValueError as error:
        raise out_of_domain(primitive, floats, error) from None
    if not isinstance(data, float):
        if not is_real(data):
            raise TypeError(f"{primitive.name} returned {data!r} over floats: its value must be a real number.")
        data = float(data)
    if primitive.arity == 1:
        return _node(primitive.code, data, operands[0], None, floats[0], 0.0)
    if primitive.arity == 2:
        first, second = [x if isinstance(x, Value) else None for x in operands]
        return _node(primitive.code, data, first, second, floats[0], floats[1])
    node = _node(primitive.code, data, operands, None, 0.0, 0.0)
    if node._code != LEAF:
        _remember(node, floats)
    return node


def _operand(x, primitive):
    if isinstance(x, Value):
        return x
    if not is_real(x):
        raise TypeError(f"{primitive.name} of a {type(x).__name__}: its operands are Values and real numbers.")
    return float(x)


@cython.cfunc
def _data_of(x):
    return cython.cast(Value, x)._data if isinstance(x, Value) else x


@cython.cfunc
def _remember(node: Value, floats: list):
    i: cython.Py_ssize_t
    _allocate(node, len(floats))
    for i in range(len(floats)):
        node._seen[i] = floats[i]


@cython.cfunc
def _allocate(node: Value, n: cython.Py_ssize_t):
    """Room to keep what n operands were."""
    if cython.compiled:
        node._seen = cython.cast(cython.p_double, malloc((n + 1) * cython.sizeof(cython.double)))
        if node._seen is cython.NULL:
            raise MemoryError(f"no memory for the {n} operands of one node")
    else:
        node._seen = [0.0] * n


def dot(weights, inputs, bias=None):
    """The weighted sum ``bias + w[0] x[0] + w[1] x[1] + ...``, recorded as one node.

    Args:
        weights: a sequence of n numbers or Values.
        inputs: a sequence of n numbers or Values.
        bias: a number or Value to start the sum with, or None.

    Returns:
        A Value, or a float where no operand is a Value.

    Raises:
        ValueError: the lengths differ.
        TypeError: an operand is no real number.
    """
    row = tuple(weights) if bias is None else (*weights, bias)
    inputs = tuple(inputs)
    if len(row) - (bias is not None) != len(inputs):
        n = len(row) - (bias is not None)
        raise ValueError(f"dot of {n} weights and {len(inputs)} inputs: give as many of one as of the other.")
    return affine(row, inputs)


def affine(row: tuple, inputs: tuple):
    """:func:`dot` for tuples that are at hand: ``row`` is the weights, and after them the bias if there is one.

    Neither tuple is copied, so a layer's neurons share its inputs, and all samples share a neuron's weights.
    """
    node: Value
    value: Value
    w: cython.double
    x: cython.double
    sum_: cython.double = 0.0
    i: cython.Py_ssize_t
    n: cython.Py_ssize_t = len(inputs)
    m: cython.Py_ssize_t = len(row)
    recorded: cython.bint = False
    node = _blank(0.0)
    _allocate(node, n + m)
    node._code = DOT  # from here on the node frees what it has
    if m > n:
        item = row[n]
        if isinstance(item, Value):
            recorded = True
            sum_ = cython.cast(Value, item)._data
        else:
            sum_ = _constant(item)
        node._seen[n] = sum_
    for i in range(n):
        item = row[i]
        if isinstance(item, Value):
            recorded = True
            w = cython.cast(Value, item)._data
        else:
            w = _constant(item)
        item = inputs[i]
        if isinstance(item, Value):
            recorded = True
            x = cython.cast(Value, item)._data
        else:
            x = _constant(item)
        node._seen[i] = w
        node._seen[m + i] = x
        sum_ = w * x if i == 0 and m == n else sum_ + w * x
    if not recorded:
        return sum_
    if _paused > 0 and _is_paused():
        return _blank(sum_)
    node._data = sum_
    node._a = row
    node._b = inputs
    return node


@cython.cfunc
def _constant(item) -> cython.double:
    if type(item) is float or is_real(item):
        return float(item)
    raise TypeError(f"a weighted sum takes Values and real numbers, found {type(item).__name__}: convert it first.")


def total(values):
    """The sum of a sequence of numbers or Values, from the first to the last, recorded as one node.

    Returns:
        A Value, or a float where no operand is a Value; 0.0 for none.

    Raises:
        TypeError: an operand is no real number.
    """
    operands = tuple(values)
    if any([isinstance(x, Value) for x in operands]):
        return record(primitives.total, operands)
    return primitives.total(*operands)


# --- The reverse sweep: order the nodes, evaluate the rules, propagate, and only then touch grad


@cython.cfunc
def _order(root: Value, by_rule: list) -> list:
    """Every node under ``root``, operands before what reads them. A depth-first search on a stack of its own.

    Raises where a leaf is not what it was when it was read. Of ``where``, only the branch that was taken is entered. The
    nodes whose partial derivatives come from their rule are put into ``by_rule`` as well, in the same order.
    """
    global _last_mark
    node: Value
    i: cython.Py_ssize_t
    m: cython.Py_ssize_t
    _last_mark += 2
    entered: cython.longlong = _last_mark
    done: cython.longlong = _last_mark + 1
    order: list = []
    stack: list = [root]
    items: tuple
    while stack:
        node = cython.cast(Value, stack.pop())
        if node._mark == done:
            continue
        if node._mark == entered or node._code == LEAF:
            node._mark = done
            order.append(node)
            if node._code > TOTAL:
                by_rule.append(node)
            continue
        node._mark = entered
        stack.append(node)
        if node._seen:
            items = cython.cast(tuple, node._a)
            m = len(items)
            for i in range(m):
                if isinstance(items[i], Value) and not (node._code == WHERE and _untaken(node, i)):
                    _visit(cython.cast(Value, items[i]), node._seen[i], entered, stack)
            if node._code == DOT:
                items = cython.cast(tuple, node._b)
                for i in range(len(items)):
                    if isinstance(items[i], Value):
                        _visit(cython.cast(Value, items[i]), node._seen[m + i], entered, stack)
            continue
        if node._a is not None:
            _visit(cython.cast(Value, node._a), node._a_data, entered, stack)
        if node._b is not None:
            _visit(cython.cast(Value, node._b), node._b_data, entered, stack)
    return order


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _visit(operand: Value, recorded: cython.double, entered: cython.longlong, stack: list) -> cython.int:
    # A NaN is not equal to itself.
    if operand._data != recorded and (operand._data == operand._data or recorded == recorded):
        raise _stale(operand, recorded)
    if operand._mark < entered:
        stack.append(operand)
    return 0


@cython.cfunc
@cython.inline
def _untaken(node: Value, i: cython.Py_ssize_t) -> cython.bint:
    """True for the branch of a ``where`` node that was not taken. A NaN condition takes neither."""
    condition: cython.double = node._seen[0]
    if i == 0:
        return False
    return not (condition < 0.0 or condition > 0.0) if i == 1 else condition != 0.0


def _stale(leaf, recorded):
    return StaleGraphError(
        f"{leaf!r} was changed after the graph was recorded (recorded {recorded!r}, now {leaf.data!r}): "
        "its gradient would mix two points. Compute the result again before differentiating it."
    )


def order_of(root):
    """Every node under ``root``, operands before what reads them, without recursion.

    Of a ``where`` node only the branch that was taken is entered.

    Raises:
        StaleGraphError: a leaf was changed after it was recorded.
        TypeError: ``root`` is no Value.
    """
    with _marking:
        return _order(_checked(root), [])


def _checked(root):
    if not isinstance(root, Value):
        raise TypeError(f"a graph ends in a Value, found {type(root).__name__}: record it with Values first.")
    return root


@cython.cfunc
def _partials(by_rule: list) -> list:
    """The partial derivatives of the nodes that are swept by their rule: a float for a node with one operand, else a list.

    This is Python code, which may be interrupted: it comes before the sweep.
    """
    node: Value
    partials: list = []
    for item in by_rule:
        node = cython.cast(Value, item)
        primitive = TABLE[node._code]
        if primitive.arity != 1:
            partials.append(partials_of(node))
            continue
        rule = primitive.partials[0]
        try:
            if type(rule) is Primitive:
                p = rule.floats(node._a_data)
            else:
                p = rule(node._data, node._a_data) if callable(rule) else rule
        except (ZeroDivisionError, OverflowError, ValueError):
            p = _ieee_partials(node)[0]
        partials.append(p if type(p) is float else float(p))
    return partials


def partials_of(node) -> list:
    """The partial derivatives of a node in its operands, one float each; 0.0, which nobody reads, for the constants."""
    primitive, floats = node.op, node.recorded
    try:
        if primitive.arity is None:
            return [float(p) for p in primitive.gradient(node.data, floats)]
        return [
            float(primitive.partial(i, node.data, floats)) if isinstance(x, Value) else 0.0
            for i, x in enumerate(node.operands)
        ]
    except (ZeroDivisionError, OverflowError, ValueError):
        return _ieee_partials(node)


def _ieee_partials(node):
    """The same rules over numbers that follow IEEE 754: an infinite derivative is infinite, a missing one is NaN."""
    return [float(p) for p in node.op.gradient(Ieee(node.data), [Ieee(x) for x in node.recorded])]


@cython.cfunc
def _sweep(root: Value, order: list, by_rule: list, seed: cython.double, kept: list | None):
    """Hand each node's adjoint on to its operands and add it to the node's gradient, last node first.

    With a list ``kept``, the adjoints are put there, in the order of the sweep, and the gradients stay as they are.

    Adjoints are 0 outside of a sweep. Compiled, nothing in here runs Python code, so no interrupt and no other thread
    comes in between, and either all gradients change or none.
    """
    node: Value
    a: Value
    b: Value
    g: cython.double
    i: cython.Py_ssize_t
    n: cython.Py_ssize_t
    m: cython.Py_ssize_t
    k: cython.Py_ssize_t
    code: cython.int
    row: tuple
    items: tuple
    partials: list
    next_rule: cython.Py_ssize_t = len(by_rule)
    root._adjoint = seed
    for k in range(len(order) - 1, -1, -1):
        node = cython.cast(Value, order[k])
        g = node._adjoint
        node._adjoint = 0.0
        if kept is None:
            node.grad += g
        else:
            kept.append(g)
        code = node._code
        if code == LEAF:
            continue
        if code < DOT:
            a = cython.cast(Value, node._a)
            b = cython.cast(Value, node._b)
            if code == MUL:
                if a is not None:
                    a._adjoint += g * node._b_data
                if b is not None:
                    b._adjoint += g * node._a_data
            elif code == ADD:
                if a is not None:
                    a._adjoint += g
                if b is not None:
                    b._adjoint += g
            elif code == SUB:
                if a is not None:
                    a._adjoint += g
                if b is not None:
                    b._adjoint += -g
            elif code == DIV:
                if a is not None:
                    a._adjoint += g * (1.0 / node._b_data)
                if b is not None:
                    b._adjoint += g * (-node._data / node._b_data)
            else:
                a._adjoint += -g
        elif code == DOT:
            row = cython.cast(tuple, node._a)
            items = cython.cast(tuple, node._b)
            n = len(items)
            m = len(row)
            for i in range(n):
                if isinstance(row[i], Value):
                    cython.cast(Value, row[i])._adjoint += g * node._seen[m + i]
                if isinstance(items[i], Value):
                    cython.cast(Value, items[i])._adjoint += g * node._seen[i]
            if m > n and isinstance(row[n], Value):
                cython.cast(Value, row[n])._adjoint += g
        elif code == TOTAL:
            items = cython.cast(tuple, node._a)
            for i in range(len(items)):
                if isinstance(items[i], Value):
                    cython.cast(Value, items[i])._adjoint += g
        else:
            next_rule -= 1
            if type(by_rule[next_rule]) is float:
                cython.cast(Value, node._a)._adjoint += g * cython.cast(cython.double, by_rule[next_rule])
                continue
            partials = cython.cast(list, by_rule[next_rule])
            if node._seen:
                items = cython.cast(tuple, node._a)
                for i in range(len(items)):
                    if isinstance(items[i], Value) and not (code == WHERE and _untaken(node, i)):
                        cython.cast(Value, items[i])._adjoint += g * cython.cast(cython.double, partials[i])
            else:
                if node._a is not None:
                    cython.cast(Value, node._a)._adjoint += g * cython.cast(cython.double, partials[0])
                if node._b is not None:
                    cython.cast(Value, node._b)._adjoint += g * cython.cast(cython.double, partials[1])


@cython.cfunc
def _differentiate(root: Value, seed: cython.double, kept: list | None) -> list:
    order: list
    by_rule: list = []
    with _marking:
        order = _order(root, by_rule)
    partials: list = _partials(by_rule)
    with _marking:
        if cython.compiled:
            _sweep(root, order, partials, seed, kept)
        else:
            _sweep_or_undo(root, order, partials, seed, kept)
    return order


def adjoints(root, seed=1.0) -> dict:
    """The adjoint of every node under ``root``: what ``backward`` would add to its ``grad``, which stays as it is.

    Returns:
        A dict from node to float, ``root`` first, every node before its operands.

    Raises:
        StaleGraphError: a leaf was changed after it was recorded.
        TypeError: ``root`` is no Value.
    """
    kept: list = []
    order = _differentiate(_checked(root), float(seed), kept)
    order.reverse()
    return dict(zip(order, kept, strict=True))


if not cython.compiled:

    def _sweep_or_undo(root, order, by_rule, seed, kept):
        """Interpreted, an interrupt can come at any time: then put back what was there."""
        before = [node.grad for node in order]
        try:
            _sweep(root, order, by_rule, seed, kept)
        except BaseException:
            for node, grad in zip(order, before, strict=True):
                node.grad = grad
                node._adjoint = 0.0
            raise


# --- Recording off


@cython.cfunc
def _is_paused() -> cython.bint:
    return threading.get_ident() in _paused_in


class no_grad:  # noqa: N801 - used like a function, as in PyTorch
    """A block, or a decorator, in which this thread records nothing: results are leaves.

    ::

        with no_grad():
            prediction = model(x)
    """

    def __enter__(self):
        global _paused
        me = threading.get_ident()
        _paused_in[me] = _paused_in.get(me, 0) + 1
        _paused += 1
        return self

    def __exit__(self, *_error):
        global _paused
        me = threading.get_ident()
        _paused -= 1
        if _paused_in[me] == 1:
            del _paused_in[me]
        else:
            _paused_in[me] -= 1

    def __call__(self, function):
        def without_recording(*args, **kwargs):
            with no_grad():
                return function(*args, **kwargs)

        without_recording.__name__ = function.__name__
        without_recording.__doc__ = function.__doc__
        without_recording.__wrapped__ = function
        return without_recording


# --- Copies

_copying = threading.local()


class _Ancestors:
    """All nodes under one node, to be copied before it, in order, so that copying one never recurses.

    A pickler reads the iterator in __reduce__ one item at a time and has each copied before it asks for the next.
    """

    def __init__(self, root):
        self.root = root

    def __reduce__(self):
        return list, (), None, self._nodes()

    def _nodes(self):
        _copying.inside = True
        try:
            for node in order_of_all(self.root):
                if node is not self.root:
                    yield node
        finally:
            _copying.inside = False


def order_of_all(root, stop=()):
    """Every node under ``root``, operands first, both branches of ``where`` and changed leaves included.

    Nodes in ``stop`` are included; what lies under them is not.
    """
    order, seen, stack = [], set(), [(_checked(root), False)]
    while stack:
        node, entered = stack.pop()
        if entered:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            if node not in stop:
                stack.extend([(parent, False) for parent in node.parents])
    return order


def _restore_leaf(data, grad, label):
    leaf = Value(data, label)
    leaf.grad = grad
    return leaf


def _restore(ancestors, op, operands, recorded, data, grad, label):
    """The copy of a node, on the copies of its operands. ``ancestors`` has done its work: they are there."""
    node: Value = _blank(data)
    n: cython.Py_ssize_t = len(operands) // 2
    node._code = op.code
    if op is primitives.dot:
        node._a = tuple(operands[:n]) + tuple(operands[2 * n :])
        node._b = tuple(operands[n : 2 * n])
        _remember(node, [*recorded[:n], *recorded[2 * n :], *recorded[n : 2 * n]])
    elif op.arity is None or op.arity > 2:
        node._a = tuple(operands)
        _remember(node, list(recorded))
    else:
        node._a = operands[0] if isinstance(operands[0], Value) else None
        node._a_data = recorded[0]
        if op.arity == 2:
            node._b = operands[1] if isinstance(operands[1], Value) else None
            node._b_data = recorded[1]
    node.grad = grad
    node._label = label
    return node


def _over_values(primitive, operands):
    if primitive is primitives.dot:
        n = len(operands) // 2
        return affine((*operands[:n], *operands[2 * n :]), tuple(operands[n : 2 * n]))
    return record(primitive, operands)


register(Value, _over_values)
