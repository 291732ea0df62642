"""``compile``: makes a program of machine code from a recorded graph, or from a function that records one."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import DTypeLike

from autograd.compiler.compiled_functions import CompiledFunction, listed, outputs_of, program_of
from autograd.compiler.programs import Program
from autograd.engine.value import Value

__all__ = ["CompiledFunction", "compile"]


@overload
def compile(
    what: None = None,
    *,
    inputs: Iterable[Any] = (),
    parameters: Iterable[Any] | None = None,
    strict: bool = False,
    dtype: DTypeLike = np.float64,
    on_other_branch: Literal["raise", "record"] = "raise",
) -> Callable[[Callable[..., Any]], CompiledFunction]: ...
@overload
def compile(
    what: Value | Literal[0] | Iterable[Value | Literal[0]],
    *,
    inputs: Value | Iterable[Any] = (),
    parameters: Iterable[Any] | None = None,
    strict: bool = False,
    dtype: DTypeLike = np.float64,
    on_other_branch: Literal["raise", "record"] = "raise",
) -> Program: ...
@overload
def compile(
    what: Callable[..., Any],
    *,
    inputs: Iterable[Any] = (),
    parameters: Iterable[Any] | None = None,
    strict: bool = False,
    dtype: DTypeLike = np.float64,
    on_other_branch: Literal["raise", "record"] = "raise",
) -> CompiledFunction: ...
def compile(what=None, *, inputs=(), parameters=None, strict=False, dtype=np.float64, on_other_branch="raise"):
    """Compile a recorded graph, or a function of numbers, to machine code that computes whole batches.

    ::

        program = autograd.compile(loss, inputs=[x, t])        # loss, x and t are Values
        program.value(batch)                                   # shape (samples,), for a batch of shape (samples, 2)
        program.gradient(batch).parameters                     # summed over the samples

        @autograd.compile
        def price(spot, rate): ...                             # recorded at the first call
        price(batch), price.gradient(batch).inputs

    The code is made by replaying the rules of the table over registers, for several samples at once. Repetition in the
    graph becomes loops, which ``program.listing()`` shows. This needs llvmlite and NumPy:
    ``pip install 'deltagrad[native]'``.

    A given graph contains only the branches that Python took while it was recorded. Write such choices with
    ``autograd.where``. A function is watched while it is recorded:

    - A comparison may come out differently for other data. Then the program raises a :class:`GuardError`, or records
      the other branch, too.
    - ``x.detach()`` is recorded, and so is arithmetic with ``x.data``. Each sample has its own number there, and no
      derivative flows through it. While recording, ``isinstance(x.data, float)`` is False. Python's ``max`` and ``min``
      of such data without a ``key`` are recorded as well, in the function and in functions that it finds by their
      names. For that, a function that compares is called a second time. In methods of other objects, ``max`` and
      ``min`` are comparisons.
    - Operations that would freeze a number of the first sample raise :class:`GraphError` with their line:
      ``int(x.data)``, ``math.exp(x.data)``, ``str(x.data)``, ``str(x)``, ``x == 1``, look-ups by a hash, copies,
      ``backward()``, ``no_grad``, setting a leaf, and random numbers from the shared generators of ``random`` and
      ``numpy.random``.
    - Values that the function captures are read at each call. Plain numbers that it captures, and Values that it makes
      of plain numbers, are constants.
    - The function is called twice with the sample with which it is recorded. If it does something else the second
      time, because of a random generator of its own, the time, or a counter that it keeps, that raises a
      :class:`GuardError`.
    - If the function catches the error of an operation, as in ``try: log(x)``, the program checks whether that
      operation raises, as it checks comparisons. This needs the text of the function, which Python's interactive prompt
      does not keep.
    - ``id(x)`` is an address in memory, which differs in each call. Its use is not noticed.

    If the engine would raise, as for the logarithm of a negative number, the result of that sample is infinite or NaN.

    Args:
        what: a Value, a sequence of Values for several outputs, or a function. A function is called with one Value for
            each column of the batch, and returns a Value or a sequence of Values.
        inputs: for a graph, the leaves that differ from sample to sample, in the order of the columns of a batch. Lists
            of lists are flattened row by row.
        parameters: the leaves that all samples share. Their numbers are read at each call. By default these are all
            other leaves, in the order in which they are found. If they are given, all remaining leaves are constants.
        strict: True for results with the bits of the engine, which is slower. Otherwise, sums may be added in another
            order, and elementary functions are within 2 ulp.
        dtype: float64 or float32.
        on_other_branch: for a function: ``"raise"``, or ``"record"`` to record the function again with a sample that
            takes another branch.

    Returns:
        A :class:`Program`, or for a function a :class:`CompiledFunction`, which can be called with a batch.

    Raises:
        GraphError: an output is not a Value, or an input or a parameter is not a leaf. When a compiled function is
            called: it does something that cannot be recorded.
        ValueError: an option has an unknown value.
        MemoryError: when machine code is made, the process has less memory left than LLVM may need, at least 32 MB.
    """
    if on_other_branch not in ("raise", "record"):
        raise ValueError(f"on_other_branch is 'raise' or 'record', found {on_other_branch!r}.")
    options = {"strict": strict, "dtype": dtype}
    if what is None:
        return functools.partial(
            compile, inputs=inputs, parameters=parameters, on_other_branch=on_other_branch, **options
        )
    if callable(what) and not isinstance(what, Value):
        if listed(inputs):
            raise ValueError("inputs= is only for a graph: a function gets one input for each column of a batch.")
        return CompiledFunction(what, parameters, on_other_branch, **options)
    outputs, single = outputs_of(what)
    return program_of(outputs, single, listed(inputs), parameters, (), options)
