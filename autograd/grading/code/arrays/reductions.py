"""Functions that reduce a whole array, or one or several of its axes."""

import math
import operator
from collections.abc import Callable
from functools import reduce as fold
from typing import Any

from autograd.engine.sums import total
from autograd.engine.value import Value
from autograd.grading.code.arrays.array import Array, as_array, kind_from, method, new_array
from autograd.grading.code.arrays.elements import FUNCTIONS, divide, wrapped
from autograd.grading.code.arrays.elementwise import UFUNCS, Ufunc, accumulate, apply, finished, into
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, OBJECT, DType, float_of, truth
from autograd.grading.code.arrays.layout import Shape, axes_of, axis_of, check_axes, positions, size_of
from autograd.grading.code.arrays.operations import OPERATIONS, compute

__all__ = [
    "all_", "any_", "argmax", "argmin", "average", "count_nonzero", "cumprod", "cumsum", "max_", "mean", "median",
    "min_",
    "prod", "ptp", "std", "sum_", "var",
]  # fmt: skip


def grouped(a: Array, axis: Any) -> tuple[list[list[Any]], Shape, Shape, int]:
    """Return the groups of elements that are reduced to one number each.

    Args:
        a: the array.
        axis: the axes to reduce: None for all axes, a number, or a tuple of numbers.

    Returns:
        The groups, one list of elements for each number of the result; the shape of the result without the reduced
        axes; its shape if they are kept with length 1; and the size of a group.
    """
    axes = axes_of(axis, a.ndim)
    kept = [i for i in range(a.ndim) if i not in axes]
    shape = tuple([a.shape[i] for i in kept])
    inner = tuple([a.shape[i] for i in axes])
    m = size_of(inner)
    with_kept = tuple([1 if i in axes else n for i, n in enumerate(a.shape)])
    if not kept:
        return [a.elements()], shape, with_kept, m
    outer = positions(shape, [a._strides[i] for i in kept], a._offset)
    steps = positions(inner, [a._strides[i] for i in axes], 0)
    buffer = a._buffer
    return [[buffer[p + s] for s in steps] for p in outer], shape, with_kept, m


def _reduced(
    a: Any, axis: Any, keepdims: Any, function: Callable[[list[Any]], Any], kind: DType, out: Any = None, name: str = ""
) -> Any:
    groups, shape, with_kept, _ = grouped(as_array(a), axis)
    result = Array([function(g) for g in groups], kind, with_kept if keepdims else shape)
    return into(result, out, name)


def sum_of(values: list[Any]) -> Any:
    """Return the sum of elements of a float array. A sum with Values is recorded as one node."""
    types = set(map(type, values))
    if types <= {float}:
        return sum(values, 0.0)
    if Value in types:
        return total([v if isinstance(v, Value) else float(v) for v in values])
    return fold(operator.add, values)


@method("sum")
def sum_(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None
) -> Any:
    """Return the sum of all elements, or the sums along one or several axes."""
    array = as_array(a, kind_from(dtype))
    if array.dtype is FLOAT:
        result = _reduced(array, axis, keepdims, sum_of, FLOAT, out, "add")
    elif array.dtype is OBJECT:
        result = _reduced(array, axis, keepdims, lambda g: fold(operator.add, g) if g else 0, OBJECT, out, "add")
    else:
        result = _reduced(array, axis, keepdims, lambda g: wrapped(sum(g)), INT, out, "add")
    return result if initial is None else result + initial


@method("prod")
def prod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the product of all elements, or the products along one or several axes."""
    array = as_array(a, kind_from(dtype))
    kind = INT if array.dtype is BOOL else array.dtype
    multiply = OPERATIONS["multiply"].for_kind(kind)
    one = 1.0 if kind is FLOAT else 1
    return _reduced(array, axis, keepdims, lambda g: fold(multiply, g) if g else one, kind, out, "multiply")


@method("mean")
def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the mean of all elements, or the means along one or several axes. The mean of no elements is NaN."""
    array = as_array(a)
    check_axes(axis, array.ndim)
    array = array if array.dtype is OBJECT else as_array(array, FLOAT)
    return _reduced(
        array, axis, keepdims, lambda g: divide(sum_of(g), float(len(g))) if g else math.nan, FLOAT, out, "divide"
    )


def average(a: Any, axis: Any = None, weights: Any = None) -> Any:
    """Return the mean. The elements can be weighted by ``weights``."""
    if weights is None:
        result = mean(a, axis)
        if as_array(result).size == 0:
            raise ZeroDivisionError("division by zero")
        return result
    array, weight = as_array(a), as_array(weights)
    if weight.shape != array.shape and axis is not None:
        n = axis_of(axis, array.ndim)
        weight = weight.view(
            (weight.size,) + (1,) * (array.ndim - n - 1), weight._strides + (0,) * (array.ndim - n - 1)
        )
        weight = apply(OPERATIONS["multiply"], (weight, Array([1.0] * array.size, FLOAT, array.shape)))
    elif weight.shape != array.shape:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    return UFUNCS["divide"](sum_(apply(OPERATIONS["multiply"], (array, weight)), axis), sum_(weight, axis))


@method("var")
def var(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """Return the variance: the sum of squared differences from the mean, divided by the count minus ``ddof``."""
    array = as_array(a, FLOAT)
    check_axes(axis, array.ndim)
    return _reduced(array, axis, keepdims, lambda g: _variance(g, ddof), FLOAT, out, "var")


def _variance(values: list[Any], ddof: float) -> Any:
    if not values:
        return math.nan
    middle = sum_of(values) / len(values)
    return divide(sum_of([FUNCTIONS["square"](v - middle) for v in values]), float(max(len(values) - ddof, 0)))


@method("std")
def std(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """Return the standard deviation, the square root of the variance."""
    root = FUNCTIONS["sqrt"]
    array = as_array(a, FLOAT)
    check_axes(axis, array.ndim)
    return _reduced(array, axis, keepdims, lambda g: root(_variance(g, ddof)), FLOAT, out, "std")


def _extreme(name: str, better: Callable[[float, float], bool]) -> Callable[[list[Any]], Any]:
    def of_group(values: list[Any]) -> Any:
        if not values:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        return values[_best(values, better)]

    return of_group


def _best(values: list[Any], better: Callable[[float, float], bool]) -> int:
    """Return the index of the first best element, or of the first NaN if there is one."""
    numbers = values if set(map(type, values)) <= {float, int, bool} else [float_of(v) for v in values]
    at, best = 0, numbers[0]
    for i, x in enumerate(numbers):
        if x != x:
            return i
        if better(x, best):
            at, best = i, x
    return at


_largest, _smallest = _extreme("maximum", operator.gt), _extreme("minimum", operator.lt)


@method("max")
def max_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None) -> Any:
    """Return the largest element, or the largest along one or several axes. It is NaN if an element is NaN.

    A Value is returned unchanged, so derivatives flow to the largest element.
    """
    array = as_array(a)
    function = _largest if initial is None else lambda g: _largest([*g, initial])
    return _reduced(array, axis, keepdims, function, array.dtype, out, "maximum")


@method("min")
def min_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None) -> Any:
    """Return the smallest element, or the smallest along one or several axes. It is NaN if an element is NaN."""
    array = as_array(a)
    function = _smallest if initial is None else lambda g: _smallest([*g, initial])
    return _reduced(array, axis, keepdims, function, array.dtype, out, "minimum")


@method("ptp")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the difference between the largest and the smallest element."""
    return UFUNCS["subtract"](max_(a, axis, None, keepdims), min_(a, axis, None, keepdims), out=out)


def _arg(name: str, better: Callable[[float, float], bool]) -> Callable[..., Any]:
    def of_array(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        array = as_array(a)
        if axis is not None and array.shape:
            axis = axis_of(axis, array.ndim)

        def of_group(values: list[Any]) -> int:
            if not values:
                raise ValueError(f"attempt to get {name} of an empty sequence")
            return _best(values, better)

        return _reduced(array, axis, keepdims, of_group, INT, out, name)

    of_array.__name__ = name
    of_array.__doc__ = (
        f"Return where the {'largest' if name == 'argmax' else 'smallest'} element is, the first of several."
    )
    return of_array


argmax = method("argmax")(_arg("argmax", operator.gt))
argmin = method("argmin")(_arg("argmin", operator.lt))


@method("any")
def any_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return True if at least one element is true."""
    return _reduced(a, axis, keepdims, lambda g: any(map(truth, g)), BOOL, out, "any")


@method("all")
def all_(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return True if all elements are true."""
    return _reduced(a, axis, keepdims, lambda g: all(map(truth, g)), BOOL, out, "all")


def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Return the number of nonzero elements."""
    return _reduced(a, axis, keepdims, lambda g: sum(map(truth, g)), INT)


def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """Return the median: the middle element in sorted order, or the mean of the two middle elements."""

    def of_group(values: list[Any]) -> Any:
        if not values or any(float_of(v) != float_of(v) for v in values):
            return math.nan
        ordered, n = sorted(values, key=float_of), len(values)
        return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2

    array = as_array(a, FLOAT)
    check_axes(axis, array.ndim)
    result = _reduced(array, axis, keepdims, of_group, FLOAT, out, "median")
    return as_array(result) if keepdims else result


def _running(a: Any, axis: Any, dtype: Any, name: str) -> Any:
    array = as_array(a, kind_from(dtype))
    if axis is None:
        array, axis = Array(array.elements(), array.dtype, (array.size,)), 0
    return finished(accumulate(OPERATIONS[name], array, axis))


@method("cumsum")
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the running sum along an axis, or the running sum of all elements."""
    return _running(a, axis, dtype, "add")


@method("cumprod")
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the running product along an axis, or the running product of all elements."""
    return _running(a, axis, dtype, "multiply")


def _reduce(self: Ufunc, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the reduction of an axis by this operation, from the first element to the last."""
    named: dict[str, Callable[..., Any]] = {"add": sum_, "multiply": prod}
    if self.__name__ in named:
        return named[self.__name__](a, axis, dtype, out, keepdims)
    array = as_array(a, BOOL if self.__name__.startswith("logical") else None)
    groups, shape, with_kept, m = grouped(array, axis)
    if not m and self.operation.identity is None:
        raise ValueError(f"zero-size array to reduction operation {self.__name__} which has no identity")

    def of_group(values: list[Any]) -> Any:
        if not values:
            return self.operation.identity
        return fold(lambda x, y: compute(self.operation, [[x], [y]], [array.dtype, array.dtype])[0][0], values)

    kind = self.operation.result or array.dtype
    return into(Array([of_group(g) for g in groups], kind, with_kept if keepdims else shape), out, self.__name__)


setattr(Ufunc, "reduce", _reduce)  # noqa: B010 - reductions are built on the functions above


def nan_reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a reduction that ignores NaN. By default it reduces all axes."""

    def of_array(a: Any, axis: Any = None, **more: Any) -> Any:
        array = as_array(a, FLOAT)
        if axis is None:
            kept = [x for x in array.elements() if float_of(x) == float_of(x)]
            return function(Array(kept, FLOAT, (len(kept),)), **more)
        groups, shape, _, _ = grouped(array, axis)
        kept_groups = [[x for x in g if float_of(x) == float_of(x)] for g in groups]
        return new_array([function(Array(g, FLOAT, (len(g),)), **more) for g in kept_groups], FLOAT, shape)

    return of_array
