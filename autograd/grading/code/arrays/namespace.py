"""NumPy's names that programs use, for the arrays of this package."""

import math
import sys
from contextlib import nullcontext
from typing import Any

from autograd.grading.code.arrays import (
    algebra,
    bits,
    building,
    elementwise,
    joining,
    kinds,
    matrix,
    picking,
    products,
    reductions,
    sets,
    shaping,
)
from autograd.grading.code.arrays.array import Array, as_array
from autograd.grading.code.arrays.layout import AxisError
from autograd.grading.code.arrays.random_numbers import random_names
from autograd.grading.code.arrays.scalars import Bool, Float64, Generic, Int64

__all__ = ["Names", "numpy_names"]


class Names:
    """A namespace such as ``np.linalg``, whose attributes are the names."""

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        self._name = name
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"module {self._name!r} has no attribute {name!r}")
        return self._names[name]

    def __dir__(self) -> list[str]:
        return sorted(self._names)

    def __repr__(self) -> str:
        return f"<names of {self._name}>"


def _nothing(*_arguments: Any, **_named: Any) -> None:
    """Accept any arguments and do nothing. Settings of printing and of warnings have no effect here."""


def _shape(a: Any) -> tuple[int, ...]:
    """Return the shape of an array."""
    return as_array(a).shape


def _size(a: Any, axis: int | None = None) -> int:
    """Return the number of elements of an array, or the length of an axis."""
    return as_array(a).size if axis is None else as_array(a).shape[axis]


def _ndim(a: Any) -> int:
    """Return the number of axes of an array."""
    return as_array(a).ndim


def _isscalar(x: Any) -> bool:
    """Return True if ``x`` is a single number or a string."""
    return isinstance(x, (float, int, str)) or (not isinstance(x, Array) and kinds.is_number(x))


_OTHER_NAMES = {
    "abs": "absolute", "arctan": "arctan", "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh",
    "atan": "arctan", "atanh": "arctanh", "atan2": "arctan2", "pow": "power", "true_divide": "divide",
    "mod": "remainder",
    "fix": "trunc", "bitwise_not": "invert", "fabs": "absolute", "conj": "conjugate",
}  # fmt: skip

_LARGEST = sys.float_info.max
_FLOAT_LIMITS = {
    name: Float64(x) for name, x in {"eps": 2.0**-52, "max": _LARGEST, "min": -_LARGEST, "tiny": 2.0**-1022}.items()
}

_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(building, name) for name in building.__all__},
    **{name: getattr(bits, name) for name in bits.__all__},
    **{name: getattr(joining, name) for name in joining.__all__},
    **{name: getattr(shaping, name) for name in shaping.__all__ if name != "flatten"},
    **{name: getattr(picking, name) for name in picking.__all__ if name != "Vectorized"},
    **{name: getattr(sets, name) for name in sets.__all__ if name != "sliding_window_view"},
    **{name: getattr(products, name) for name in products.__all__ if name not in ("norm", "multi_dot")},
    **{name.rstrip("_"): getattr(reductions, name) for name in reductions.__all__},
    **{name.rstrip("_"): getattr(elementwise, name) for name in ("clip", "copy", "nan_to_num", "round_", "where")},
    "amax": reductions.max_, "amin": reductions.min_, "around": elementwise.round_, "round_": elementwise.round_,
    "alltrue": reductions.all_, "sometrue": reductions.any_, "product": reductions.prod, "concat": joining.concatenate,
    "row_stack": joining.vstack, "permute_dims": shaping.transpose, "asanyarray": building.asarray,
    "ascontiguousarray": building.asarray, "empty": building.zeros, "empty_like": building.zeros_like,
    "in1d": picking.isin, "vectorize": picking.Vectorized, "shape": _shape, "size": _size, "ndim": _ndim,
    "matrix": matrix.made_matrix, "asmatrix": matrix.as_matrix, "mat": matrix.as_matrix,
    "isscalar": _isscalar, "diagonal": building.diagonal, "c_": joining.c_, "r_": joining.r_,
    "nansum": reductions.nan_reduction(reductions.sum_), "nanmean": reductions.nan_reduction(reductions.mean),
    "nanmax": reductions.nan_reduction(reductions.max_), "nanmin": reductions.nan_reduction(reductions.min_),
    "nanstd": reductions.nan_reduction(reductions.std), "nanvar": reductions.nan_reduction(reductions.var),
}  # fmt: skip


def numpy_names(use_numpy: bool = True) -> dict[str, Any]:
    """Return the names that ``import numpy as np`` gives to a program, with their objects.

    Args:
        use_numpy: if True, NumPy draws the random numbers if it is installed.

    Returns:
        A new dictionary. ``random``, ``linalg`` and the like are :class:`Names`. The random functions of a dictionary
        share a generator, which no other dictionary uses.

    Example:
        >>> np = numpy_names()
        >>> np["dot"]([1.0, 2.0], [3.0, 4.0])
        np.float64(11.0)
    """
    linalg = {
        "norm": products.norm,
        "multi_dot": products.multi_dot,
        "matmul": products.matmul,
        "outer": products.outer,
        **{name: getattr(algebra, name) for name in algebra.__all__},
    }
    names = dict(_FIXED)
    names["random"] = Names("numpy.random", random_names(use_numpy))
    names["linalg"] = Names("numpy.linalg", linalg)
    tricks = Names("numpy.lib.stride_tricks", {"sliding_window_view": sets.sliding_window_view})
    names["lib"] = Names("numpy.lib", {"stride_tricks": tricks})
    names["exceptions"] = Names("numpy.exceptions", {"AxisError": AxisError})
    return names


def _fixed_names() -> dict[str, Any]:
    """Return the names that are the same for every program."""
    return {
        **elementwise.UFUNCS,
        **{name: elementwise.UFUNCS[other] for name, other in _OTHER_NAMES.items()},
        **_FUNCTIONS,
        **dict.fromkeys(("float64", "float32", "float16", "double", "single", "longdouble", "float_"), Float64),
        **dict.fromkeys(("int64", "int32", "int16", "int8", "intp", "int_"), Int64),
        **dict.fromkeys(("uint8", "uint16", "uint32", "uint64"), Int64),
        "bool_": Bool, "bool8": Bool, "bool": Bool, "object_": object, "ndarray": Array, "generic": Generic,
        "number": Generic, "floating": Float64, "integer": Int64, "float": float, "int": int, "object": object,
        "dtype": kinds.dtype_of, "newaxis": None, "pi": math.pi, "e": math.e, "inf": math.inf, "Inf": math.inf,
        "infty": math.inf, "nan": math.nan, "NaN": math.nan, "NAN": math.nan, "euler_gamma": 0.5772156649015329,
        "seterr": _nothing, "set_printoptions": _nothing, "seterrcall": _nothing, "geterr": dict,
        "errstate": lambda *_a, **_k: nullcontext(), "printoptions": lambda *_a, **_k: nullcontext(),
        "array2string": lambda a, **_k: str(a), "array_str": str, "array_repr": repr,
        "finfo": lambda *_a: Names("finfo", _FLOAT_LIMITS),
        "iinfo": lambda *_a: Names("iinfo", {"max": 2**63 - 1, "min": -(2**63)}),
    }  # fmt: skip


_FIXED = _fixed_names()
