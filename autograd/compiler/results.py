"""The arrays of a program: the derivatives that it returns, its size, and checks of what it is given."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.engine.value import Value

__all__ = ["Gradient", "Stats", "real_array", "real_dtype"]


class Gradient(NamedTuple):
    """Derivatives over a batch.

    Attributes:
        parameters: the derivatives with respect to the parameters, summed over the samples; shape ``(parameters,)``.
        inputs: the derivatives with respect to the inputs of each sample; shape ``(samples, inputs)``, or ``(inputs,)``
            for a single sample.
    """

    parameters: NDArray[Any]
    inputs: NDArray[Any]


@dataclass(frozen=True)
class Stats:
    """The size of a program.

    Attributes:
        nodes: the number of recorded nodes, including leaves.
        operations: the number of instructions of the forward and of the adjoint program, with loops written out.
        rolled: the same with loops, where each loop counts once and each instruction in it counts once.
        flops: floating-point operations for each sample. Each addition, multiplication, division, other primitive and
            derivative of a primitive counts as one.
        bytes: the working memory for each sample.
        code_size: the number of bytes of machine code in the kernels that were used so far.
        lanes: the number of samples that are computed at once in a large batch.
    """

    nodes: int
    operations: int
    rolled: int
    flops: int
    bytes: int
    code_size: int
    lanes: int


def real_dtype(dtype):
    """Return float64 or float32 as a NumPy dtype.

    Raises:
        ValueError: it is another type.
    """
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float64, np.float32):
        raise ValueError(f"dtype is float64 or float32, found {dtype!r}.")
    return found


def real_array(numbers: ArrayLike, what: str) -> NDArray[Any]:
    """Return real numbers as an array.

    Raises:
        ValueError: they are something else, or lists of different lengths. ``what`` describes them in the message.
    """
    try:
        array = np.asarray(numbers)
    except ValueError:
        raise ValueError(f"expected {what} as an array of real numbers, found rows of different lengths.") from None
    if array.dtype == object and any(isinstance(x, Value) for x in array.ravel()):
        raise ValueError(
            f"expected {what} as an array of real numbers, found Values. A program computes numbers; its derivatives "
            "are program.gradient(batch)."
        )
    if array.dtype.kind not in "fiub":
        raise ValueError(f"expected {what} as an array of real numbers, found {array.dtype}: convert them first.")
    return array
