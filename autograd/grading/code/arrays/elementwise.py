"""NumPy's elementwise functions with broadcasting, and the operators of arrays.

A ``Ufunc`` applies one operation of the table to arrays. A result without axes is a scalar.
"""

from collections.abc import Callable
from typing import Any

from autograd.engine.value import Value
from autograd.grading.code.arrays.array import Array, as_array, kind_from, laid_out, method, new_array, single
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, UFuncTypeError, cast, check_same_kind, promote
from autograd.grading.code.arrays.layout import axis_of, broadcast_shapes, size_of
from autograd.grading.code.arrays.operations import OPERATIONS, Operation, compute
from autograd.grading.code.arrays.scalars import ARITHMETIC, COMPARING, ONE_OPERAND

__all__ = ["UFUNCS", "Ufunc", "apply", "astype", "clip", "copy", "fill", "nan_to_num", "round_", "where"]


def apply(operation: Operation, operands: tuple[Any, ...]) -> Array:
    """Return the results of an operation on operands that are broadcast together."""
    arrays = [as_array(x) for x in operands]
    shape = broadcast_shapes(*[x.shape for x in arrays])
    spend(size_of(shape))
    values, kind = compute(operation, [x.stretched_elements(shape) for x in arrays], [x.dtype for x in arrays])
    return laid_out(Array(values, kind, shape), arrays)


class Ufunc:
    """An elementwise function of arrays.

    Args:
        operation: the operation on single elements.

    Example:
        >>> UFUNCS["add"]([1, 2], [[10], [20]])
        array([[11, 12], [21, 22]])
        >>> UFUNCS["multiply"].outer([1, 2], [3, 4])
        array([[3, 4], [6, 8]])
    """

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.__name__ = operation.name

    @property
    def nin(self) -> int:
        """The number of operands."""
        return self.operation.operands

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __call__(self, *operands: Any, out: Any = None, where: Any = True, dtype: Any = None, **_more: Any) -> Any:
        """Return the results for operands that are broadcast together.

        Args:
            operands: arrays, nested lists or numbers; optionally followed by an array for the results.
            out: an array that receives the results in place.
            where: a mask. Where it is false, elements of ``out`` stay unchanged.
            dtype: the kind of the result.
        """
        n = self.operation.operands
        if len(operands) == n + 1 and out is None:
            operands, out = operands[:n], operands[n]
        if len(operands) != n:
            raise TypeError(
                f"{self.__name__}() takes from {n} to {n + 1} positional arguments but {len(operands)} were given"
            )
        out = out[0] if isinstance(out, tuple) else out
        if where is not True:
            return self._masked(operands, out, where)
        result = apply(self.operation, operands)
        if dtype is not None:
            result = as_array(result, kind_from(dtype))
        return into(result, out, self.__name__)

    def _masked(self, operands: tuple[Any, ...], out: Any, where: Any) -> Any:
        arrays = [as_array(x) for x in operands]
        mask = as_array(where)
        if out is not None and not isinstance(out, Array):
            raise TypeError("return arrays must be of ArrayType")
        shape = broadcast_shapes(mask.shape, *[x.shape for x in arrays], *([] if out is None else [out.shape]))
        if out is not None and out.shape != shape:
            raise ValueError(
                f"non-broadcastable output operand with shape {out.shape} doesn't match the broadcast shape {shape}"
            )
        chosen = mask.stretched_elements(shape)
        lists = [[v for v, take in zip(x.stretched_elements(shape), chosen, strict=True) if take] for x in arrays]
        values, kind = compute(self.operation, lists, [x.dtype for x in arrays])
        if out is None:
            out = Array([0.0 if kind is FLOAT else 0] * size_of(shape), kind, shape)
        check_same_kind(self.__name__, kind, out.dtype)
        remaining = iter(values)
        out.assign([next(remaining) if take else v for v, take in zip(out.elements(), chosen, strict=True)], out.dtype)
        return out

    def outer(self, a: Any, b: Any) -> Any:
        """Return the results for every pair of an element of ``a`` and an element of ``b``."""
        first, second = as_array(a), as_array(b)
        spread = first.view(first.shape + (1,) * second.ndim, first._strides + (0,) * second.ndim)
        return finished(apply(self.operation, (spread, second)))

    def accumulate(self, a: Any, axis: int = 0) -> Any:
        """Return all intermediate results of a reduction along an axis, such as running sums."""
        array = as_array(a)
        if not array.shape:
            raise TypeError("cannot accumulate on a scalar")
        return finished(accumulate(self.operation, array, axis))

    def at(self, a: Array, indices: Any, b: Any = None) -> None:
        """Change the elements at ``indices`` in place, one after the other. A repeated index is applied repeatedly."""
        numbered = Array(list(range(a.size)), INT, a.shape)
        chosen = as_array(numbered[indices])
        others = [] if b is None else [as_array(b)]
        values = [x.stretched_elements(chosen.shape) for x in others]
        flat, places = a.elements(), chosen.elements()
        for i, place in enumerate(places):
            result, kind = compute(
                self.operation, [[flat[place]], *[[v[i]] for v in values]], [a.dtype, *[x.dtype for x in others]]
            )
            flat[place] = cast(result, kind, a.dtype)[0]
        a.assign(flat, a.dtype)


def into(result: Array, out: Any, name: str) -> Any:
    """Return a result. If ``out`` is an array, store the result in it and return ``out``."""
    if out is None:
        return finished(result)
    if not isinstance(out, Array):
        raise TypeError("return arrays must be of ArrayType")
    check_same_kind(name, result.dtype, out.dtype)
    if out.shape != result.shape:
        joint = broadcast_shapes(out.shape, result.shape)
        if joint != out.shape:
            listed = [str(s).replace(" ", "") for s in (out.shape, joint)]
            raise ValueError(
                f"non-broadcastable output operand with shape {listed[0]} doesn't match the broadcast shape {listed[1]}"
            )
    out.assign(result.stretched_elements(out.shape), result.dtype)
    return out


def finished(result: Array) -> Any:
    """Return a result, as a scalar if it has no axes."""
    return result if result.shape else single(result._buffer[result._offset], result.dtype)


def accumulate(operation: Operation, a: Array, axis: int) -> Array:
    """Return all intermediate results of a reduction along an axis, in the memory order of the array."""
    if not a.shape:
        a = a.view((1,), (0,))
    source = a
    if operation.name.startswith("logical"):
        a = as_array(a, BOOL)
    elif a.dtype is BOOL and operation.name in ("add", "multiply"):
        a = as_array(a, INT)
    axis = axis_of(axis, a.ndim)
    moved = _with_axis_first(a, axis)
    n, width = moved.shape[0], size_of(moved.shape[1:])
    values, kind = moved.elements(), a.dtype
    rows = [values[:width]]
    for i in range(1, n):
        row, _ = compute(operation, [rows[-1], values[i * width : (i + 1) * width]], [kind, kind])
        rows.append(row)
    result = _with_axis_at(Array([x for row in rows for x in row][: a.size], kind, moved.shape), axis)
    return laid_out(Array(result.elements(), kind, result.shape), [source])


def _with_axis_first(a: Array, axis: int) -> Array:
    order = [axis, *[i for i in range(a.ndim) if i != axis]]
    return a.view(tuple([a.shape[i] for i in order]), tuple([a._strides[i] for i in order]))


def _with_axis_at(a: Array, axis: int) -> Array:
    order = [*range(1, axis + 1), 0, *range(axis + 1, a.ndim)]
    return a.view(tuple([a.shape[i] for i in order]), tuple([a._strides[i] for i in order]))


UFUNCS: dict[str, Ufunc] = {name: Ufunc(operation) for name, operation in OPERATIONS.items()}

# --- Operators

_OPERANDS = (Array, float, int, list, tuple, range, Value)


def _operator(operation: Operation, reflected: bool = False, comparing: bool = False) -> Callable[[Array, Any], Any]:
    def operate(a: Array, b: Any) -> Any:
        if not isinstance(b, _OPERANDS) and not comparing and hasattr(b, "__array_priority__"):
            return NotImplemented
        if not reflected and operation.name == "power" and _is_half(b):
            return finished(apply(OPERATIONS["half_power"], (a, b)))
        return finished(apply(operation, (b, a) if reflected else (a, b)))

    return operate


def _is_half(b: Any) -> bool:
    return isinstance(b, float) and b == 0.5


def _in_place(operation: Operation) -> Callable[[Array, Any], Array]:
    def operate(a: Array, b: Any) -> Array:
        half = operation.name == "power" and _is_half(b)
        result: Array = into(apply(OPERATIONS["half_power"] if half else operation, (a, b)), a, operation.name)
        return result

    return operate


def _single_operand(operation: Operation) -> Callable[[Array], Any]:
    return lambda a: finished(apply(operation, (a,)))


for _python, _name in ARITHMETIC.items():
    setattr(Array, f"__{_python}__", _operator(OPERATIONS[_name]))
    setattr(Array, f"__r{_python}__", _operator(OPERATIONS[_name], reflected=True))
    setattr(Array, f"__i{_python}__", _in_place(OPERATIONS[_name]))
for _python, _name in COMPARING.items():
    setattr(Array, f"__{_python}__", _operator(OPERATIONS[_name], comparing=True))
for _python, _name in ONE_OPERAND.items():
    setattr(Array, f"__{_python}__", _single_operand(OPERATIONS[_name]))


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return UFUNCS["floor_divide"](a, b), UFUNCS["remainder"](a, b)


def _contains(a: Array, x: Any) -> bool:
    return any(apply(OPERATIONS["equal"], (a, x)).elements())


setattr(Array, "__divmod__", _divmod)  # noqa: B010 - beside the other operators
setattr(Array, "__contains__", _contains)  # noqa: B010 - beside the other operators

# --- Other elementwise functions


@method("clip")
def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Return the elements of ``a`` limited to the interval from ``a_min`` to ``a_max``."""
    low, high = a_min if min is None else min, a_max if max is None else max
    result = as_array(a)
    if low is not None:
        result = apply(OPERATIONS["maximum"], (result, low))
    if high is not None:
        result = apply(OPERATIONS["minimum"], (result, high))
    return into(Array(result.elements(), result.dtype, result.shape), out, "clip")


def where(condition: Any, *choices: Any) -> Any:
    """Return elements of the first choice where the condition is true, and of the second choice elsewhere.

    If only the condition is given, return the indices of its true elements, one array for each axis.
    """
    mask = as_array(condition)
    if not choices:
        result: Any = mask.nonzero()  # type: ignore[attr-defined]  # another module adds it
        return result
    if len(choices) != 2:
        raise ValueError("either both or neither of x and y should be given")
    a, b = map(as_array, choices)
    shape = broadcast_shapes(mask.shape, a.shape, b.shape)
    spend(size_of(shape))
    kind = promote(a.dtype, b.dtype)
    chosen = cast(mask.stretched_elements(shape), mask.dtype, OPERATIONS["logical_not"].result or kind)
    lists = [cast(x.stretched_elements(shape), x.dtype, kind) for x in (a, b)]
    values = [x if c else y for c, x, y in zip(chosen, *lists, strict=True)]
    return Array(values, kind, shape) if shape else Array(values, kind, ())


@method("round")
def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Return the elements rounded to a number of decimals. Halves are rounded to even."""
    array = as_array(a)
    if array.dtype is BOOL and not decimals:
        return into(apply(OPERATIONS["rint"], (array,)), out, "rint")
    if array.dtype is BOOL:
        raise UFuncTypeError("Cannot cast ufunc 'multiply' output from dtype('float64') to dtype('bool')")
    if array.dtype is INT and decimals >= 0:
        return into(Array(array.elements(), array.dtype, array.shape), out, "round")
    scale = 10.0 ** abs(decimals)
    steps = ("multiply", "divide") if decimals >= 0 else ("divide", "multiply")
    result = array
    if decimals:
        result = apply(OPERATIONS[steps[0]], (result, scale))
    result = apply(OPERATIONS["rint"], (result,))
    if decimals:
        result = apply(OPERATIONS[steps[1]], (result, scale))
    return into(as_array(result, array.dtype) if array.dtype is INT else result, out, "round")


@method("astype")
def astype(a: Any, dtype: Any, copy: bool = True, **_more: Any) -> Any:
    """Return the elements cast to another kind. Floats are truncated to integers."""
    kind = kind_from(dtype) or FLOAT
    array = as_array(a)
    if not copy and kind is array.dtype:
        return array
    return laid_out(Array(cast(array.elements(), array.dtype, kind), kind, array.shape), [array])


@method("copy", "__copy__")
def _copy_method(a: Array, order: Any = None) -> Array:
    return Array(a.elements(), a.dtype, a.shape)


def copy(a: Any, order: Any = None) -> Array:
    """Return a new array with the same elements."""
    array = as_array(a)
    return laid_out(Array(array.elements(), array.dtype, array.shape), [array])


@method("__deepcopy__")
def deep_copy(a: Array, _memo: Any) -> Array:
    """Return a new array with the same elements."""
    return Array(a.elements(), a.dtype, a.shape)


@method("fill")
def fill(a: Array, value: Any) -> None:
    """Set all elements to a number."""
    a[...] = value


def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Return the elements with NaN replaced by ``nan``, and infinities by the largest finite numbers."""
    array = as_array(x)
    large = 1.7976931348623157e308
    replaced = {float("inf"): large if posinf is None else posinf, float("-inf"): -large if neginf is None else neginf}
    unordered = apply(OPERATIONS["isnan"], (array,)).elements() if array.dtype is FLOAT else [False] * array.size
    values = [
        nan if is_nan else replaced.get(v, v) if type(v) is float else v
        for v, is_nan in zip(array.elements(), unordered, strict=True)
    ]
    return new_array(values, array.dtype, array.shape)
