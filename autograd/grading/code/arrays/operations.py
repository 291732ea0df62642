"""The table of operations on elements, with the function and the kind of the result for each kind of operand."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.grading.code.arrays import elements
from autograd.grading.code.arrays.kinds import (
    BOOL,
    FLOAT,
    INT,
    DType,
    UFuncTypeError,
    cast,
    float_of,
    promote,
    truth,
)

__all__ = ["OPERATIONS", "Operation", "compute"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """An operation on one or two elements.

    Attributes:
        name: NumPy's name.
        operands: the number of operands.
        least: the lowest kind of operands. Operands of a lower kind are cast to it first.
        on_bools, on_ints, on_floats, on_objects: the function for operands of each kind; None if there is none.
        result: the kind of the result; None if it is the kind of the operands.
        refusal: the error message for bools; empty if bools have no message of their own.
        identity: the result of a reduction over no elements; None if such a reduction is an error.
    """

    name: str
    operands: int
    least: DType
    on_bools: Function | None
    on_ints: Function | None
    on_floats: Function | None
    on_objects: Function | None
    result: DType | None = None
    refusal: str = ""
    identity: Any = None

    def for_kind(self, kind: DType) -> Function:
        """Return the function for operands of a kind.

        Raises:
            TypeError: there is no function for bools, and the operation has a message of its own for them.
            UFuncTypeError: there is no function for this kind.
        """
        found = (self.on_bools, self.on_ints, self.on_floats, self.on_objects)[kind.rank]
        if found is None:
            if kind is BOOL and self.refusal:
                raise TypeError(self.refusal)
            raise UFuncTypeError(
                f"ufunc '{self.name}' not supported for the input types, and the inputs could not be safely coerced to "
                "any supported types according to the casting rule ''safe''"
            )
        return found


def compute(operation: Operation, operands: list[list[Any]], kinds: list[DType]) -> tuple[list[Any], DType]:
    """Return the results for lists of elements of equal length, and the kind of the results."""
    kind = promote(operation.least, *kinds)
    function = operation.for_kind(kind)
    lists = [cast(values, its, kind) for values, its in zip(operands, kinds, strict=True)]
    return list(map(function, *lists)), kind if operation.result is None else operation.result


OPERATIONS: dict[str, Operation] = {}


def _add(name: str, operands: int, least: DType, functions: list[Function | None], **more: Any) -> None:
    on_bools, on_ints, on_floats, on_objects = functions
    OPERATIONS[name] = Operation(name, operands, least, on_bools, on_ints, on_floats, on_objects, **more)


def _in_64_bits(function: Function) -> Function:
    def of_ints(*operands: int) -> int:
        n = function(*operands)
        return n if -(2**63) <= n < 2**63 else elements.wrapped(n)

    return of_ints


# --- Arithmetic

BOOLEAN_SUBTRACT = (
    "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the "
    "logical_xor function instead."
)
BOOLEAN_NEGATIVE = (
    "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function "
    "instead."
)
_plus, _minus, _times = operator.add, operator.sub, operator.mul
_add("add", 2, BOOL, [operator.or_, _in_64_bits(_plus), _plus, _plus], identity=0)
_add("subtract", 2, BOOL, [None, _in_64_bits(_minus), _minus, _minus], refusal=BOOLEAN_SUBTRACT)
_add("multiply", 2, BOOL, [operator.and_, _in_64_bits(_times), _times, _times], identity=1)
_add("divide", 2, FLOAT, [None, None, elements.divide, operator.truediv])
_add("floor_divide", 2, INT, [None, elements.floor_divide, elements.floor_divide, operator.floordiv])
_add("remainder", 2, INT, [None, elements.remainder, elements.remainder, operator.mod])
_add("power", 2, INT, [None, elements.power, elements.power, operator.pow])
# NumPy computes x ** 0.5 as a square root, which differs at minus infinity and at -0.0.
_add("half_power", 2, FLOAT, [None, None, elements.half_power, operator.pow])
_add("float_power", 2, FLOAT, [None, None, elements.power, operator.pow])
_add("maximum", 2, BOOL, [operator.or_, max, elements.maximum, max])
_add("minimum", 2, BOOL, [operator.and_, min, elements.minimum, min])
_add("fmax", 2, BOOL, [operator.or_, max, lambda a, b: b if a != a else a if b != b else elements.maximum(a, b), max])
_add("fmin", 2, BOOL, [operator.and_, min, lambda a, b: b if a != a else a if b != b else elements.minimum(a, b), min])
for _name in ("arctan2", "hypot", "logaddexp", "heaviside", "copysign"):
    _add(_name, 2, FLOAT, [None, None, getattr(elements, _name), getattr(elements, _name)])

# --- Comparisons and logic

for _name, _compare in elements.COMPARISONS.items():
    _raw = getattr(
        operator,
        {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}.get(
            _name, _name[:2] if _name == "equal" else "ne"
        ),
    )
    _add(_name, 2, BOOL, [_raw, _raw, _compare, _compare], result=BOOL)


def _logical(function: Function) -> Function:
    return lambda *operands: function(*map(truth, operands))


_LOGICAL: dict[str, Function] = {
    "logical_and": operator.and_, "logical_or": operator.or_, "logical_xor": operator.xor, "logical_not": operator.not_,
}  # fmt: skip
for _name, _function in _LOGICAL.items():
    _on = _logical(_function)
    _identity = {"logical_and": True, "logical_or": False}.get(_name)
    _add(_name, 1 if _name == "logical_not" else 2, BOOL, [_on, _on, _on, _on], result=BOOL, identity=_identity)
for _name, _function in {"bitwise_and": operator.and_, "bitwise_or": operator.or_, "bitwise_xor": operator.xor}.items():
    _add(_name, 2, BOOL, [_function, _function, None, _function])
_add("left_shift", 2, INT, [None, _in_64_bits(operator.lshift), None, operator.lshift])
_add("right_shift", 2, INT, [None, operator.rshift, None, operator.rshift])
_add("invert", 1, BOOL, [operator.not_, operator.invert, None, operator.invert])

# --- Functions of one number

for _name, _function in elements.FUNCTIONS.items():
    _add(_name, 1, FLOAT, [None, None, _function, _function])


def _same(x: Any) -> Any:
    return x


_add("positive", 1, BOOL, [None, _same, _same, _same])
_add("negative", 1, BOOL, [None, _in_64_bits(operator.neg), operator.neg, operator.neg], refusal=BOOLEAN_NEGATIVE)
_add("absolute", 1, BOOL, [_same, _in_64_bits(abs), abs, abs])
_add("sign", 1, BOOL, [None, lambda n: (n > 0) - (n < 0), elements.FUNCTIONS["sign"], elements.FUNCTIONS["sign"]])
_add("square", 1, INT, [None, _in_64_bits(lambda n: n * n), elements.FUNCTIONS["square"], elements.FUNCTIONS["square"]])
_add(
    "reciprocal",
    1,
    INT,
    [None, lambda n: int(1 / n) if n else -(2**63), elements.FUNCTIONS["reciprocal"], elements.FUNCTIONS["reciprocal"]],
)
_add("conjugate", 1, INT, [None, _same, _same, _same])
for _name in ("floor", "ceil", "trunc"):
    _add(_name, 1, BOOL, [_same, _same, elements.FUNCTIONS[_name], elements.FUNCTIONS[_name]])
for _name, _test in {
    "isnan": math.isnan,
    "isinf": math.isinf,
    "isfinite": math.isfinite,
    "signbit": lambda x: math.copysign(1, x) < 0,
}.items():
    _on = (lambda test: lambda x: test(float_of(x)))(_test)
    _add(_name, 1, FLOAT, [None, None, _on, None], result=BOOL)
