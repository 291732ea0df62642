# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""``dot`` and ``total``: one node for a sum of any length. A neuron is one ``dot`` and one activation."""

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.algebra import is_real, register

if cython.compiled:
    from cython.cimports.autograd.engine import paused
    from cython.cimports.autograd.engine.value import Value, make_room, new_leaf, note
else:
    from autograd.engine import paused
    from autograd.engine.value import Value, make_room, new_leaf, note
from autograd.engine.value import record, witnessed

__all__ = ["affine", "dot", "total"]

DOT = cython.declare(cython.int, primitives.dot.code)


def dot(weights, inputs, bias=None):
    """Return the weighted sum ``bias + w[0] x[0] + w[1] x[1] + ...``, recorded as one node.

    Args:
        weights: a sequence of n numbers or Values.
        inputs: a sequence of n numbers or Values.
        bias: a number or Value with which the sum starts, or None.

    Returns:
        A Value, or a float if no operand is a Value.

    Raises:
        ValueError: the lengths differ.
        TypeError: an operand is not a real number.

    Example:
        >>> from autograd import Value
        >>> dot([1.0, 2.0], [Value(3.0), Value(4.0)], 0.5).data
        11.5
    """
    row = tuple(weights) if bias is None else (*weights, bias)
    inputs = tuple(inputs)
    if len(row) - (bias is not None) != len(inputs):
        n = len(row) - (bias is not None)
        raise ValueError(f"dot of {n} weights and {len(inputs)} inputs: give as many of one as of the other.")
    return affine(row, inputs)


def affine(row: tuple, inputs: tuple):
    """Return the same as :func:`dot`, given two tuples. They are not copied.

    So all neurons of a layer share its inputs, and all samples share the weights of a neuron.

    Args:
        row: the weights, followed by the bias if there is one.
        inputs: the inputs.
    """
    node: Value
    w: cython.double
    x: cython.double
    sum_: cython.double = 0.0
    i: cython.Py_ssize_t
    n: cython.Py_ssize_t = len(inputs)
    m: cython.Py_ssize_t = len(row)
    if m != n and m != n + 1:
        raise ValueError(f"a row of {m} weights, including the bias, for {n} inputs: give {n} or {n + 1} numbers.")
    if not _only_values_and_floats(row):
        row = tuple([_operand(item) for item in row])
    if not _only_values_and_floats(inputs):
        inputs = tuple([_operand(item) for item in inputs])
    node = new_leaf(0.0)
    make_room(node, n + m)
    node._code = DOT  # from here on the node frees its own memory
    if m > n:
        sum_ = node._seen[n] = _data_of(row[n])
    for i in range(n):
        w = node._seen[i] = _data_of(row[i])
        x = node._seen[m + i] = _data_of(inputs[i])
        sum_ = w * x if i == 0 and m == n else sum_ + w * x
    if not (_any_value(inputs) or _any_value(row)):
        return sum_
    if paused.open_blocks != 0 and paused.is_paused_here():
        return new_leaf(sum_)
    node._data = sum_
    node._a = row
    node._b = inputs
    note(node)
    return node


@cython.cfunc
@cython.inline
def _data_of(item) -> cython.double:
    return cython.cast(Value, item)._data if isinstance(item, Value) else cython.cast(cython.double, item)


@cython.cfunc
def _only_values_and_floats(items: tuple) -> cython.bint:
    i: cython.Py_ssize_t
    for i in range(len(items)):
        if not isinstance(items[i], Value) and type(items[i]) is not float:
            return False
    return True


@cython.cfunc
def _any_value(items: tuple) -> cython.bint:
    i: cython.Py_ssize_t
    for i in range(len(items)):
        if isinstance(items[i], Value):
            return True
    return False


def _operand(item):
    if isinstance(item, Value):
        return item
    if is_real(item):
        return float(item)
    read = witnessed("operand", item)
    if read is not None:
        return read
    raise TypeError(f"a weighted sum takes Values and real numbers, found {type(item).__name__}: convert it first.")


def total(values):
    """Return the sum of a sequence of numbers or Values, from the first to the last, recorded as one node.

    Returns:
        A Value, or a float if no operand is a Value; 0.0 for an empty sequence.

    Raises:
        TypeError: an operand is not a real number.

    Example:
        >>> from autograd import Value
        >>> total([Value(1.0), Value(2.0), 3.0]).data
        6.0
    """
    operands = tuple(values)
    if any(isinstance(x, Value) for x in operands):
        return record(primitives.total, operands)
    return primitives.total(*operands)


def _over_values(primitive, operands):
    if primitive is primitives.dot:
        weights, inputs, bias = primitives.dot_operands(operands)
        return affine(weights + bias, inputs)
    return record(primitive, operands)


register(Value, _over_values)
