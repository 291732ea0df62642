"""Sums over samples, in machine code: of the gradient of a recorded loss, for whoever makes the updates."""

import ctypes

import numpy as np
from llvmlite import ir

from autograd.compiler.kernel_cache import Kernel, kernel, lanes_for
from autograd.compiler.kernels import Block, runner
from autograd.compiler.lowering import lower
from autograd.compiler.machine import Code, lane_width
from autograd.compiler.rolling import roll

__all__ = ["Totals"]

_POINTER = ctypes.c_void_p


class Totals:
    """A recorded sample, compiled to add up gradients over many. Several threads may call it at once.

    Unlike a :class:`Program` it leaves out the derivatives in the inputs, and is told the numbers of the parameters.

    Args:
        outputs: Values, the first of which is differentiated.
        inputs, parameters: leaves; any other leaf is a constant.
        usual: how many samples a call usually has, which tells how many are computed at once.

    Raises:
        GraphError: an input or a parameter is no leaf, or stands twice.
    """

    def __init__(self, outputs, inputs, parameters, usual):
        one = usual < 3
        lowered = lower(list(outputs), parameters, inputs, of_inputs=False, gather_adjoints=not one, differentiated=1)
        count = 1 if one else lanes_for(lowered, usual, lane_width(), 8)
        forward, adjoint = roll(lowered.forward), roll(lowered.adjoint)
        self._outputs, self._inputs, self._parameters = len(lowered.outputs), len(inputs), len(parameters)
        self._constants = np.array([*lowered.constants, 0.0])
        structure = repr(forward), repr(adjoint), tuple(lowered.outputs), self._constants.tobytes()
        self._kernel = kernel(
            ("totals", structure, tuple(sorted(lowered.sizes.items())), count),
            lambda: _built(lowered, forward, adjoint, count),
        )

    def __call__(self, numbers, rows, order):
        """Compute some samples.

        Args:
            numbers: of the parameters, shape ``(parameters,)``.
            rows: the inputs of all samples, shape ``(samples, inputs)``.
            order: which of the samples, and in which order: indices, shape ``(n,)``.

        Returns:
            The outputs of each, shape ``(n, outputs)``, and the gradient summed up over them, ``(parameters,)``.
        """
        rows = np.ascontiguousarray(rows, dtype=np.float64).reshape(-1, self._inputs)
        order = np.ascontiguousarray(order, dtype=np.int64)
        numbers = np.append(np.asarray(numbers, dtype=np.float64), 0.0)
        y, gradient = np.zeros((len(order), self._outputs)), np.zeros(self._parameters + 1)
        seeds = np.zeros_like(y)
        seeds[:, 0] = 1.0
        arrays = numbers, self._constants, rows, order, seeds, y, gradient, None, self._kernel.work()
        self._kernel.run(*[None if x is None else x.ctypes.data for x in arrays], len(order))
        return y, gradient[:-1]


def _built(lowered, forward, adjoint, count):
    module = ir.Module("deltagrad")
    block = Block(module, "block", lowered, forward, adjoint, count, differentiate=True, flags=("contract",))
    runner(module, block)
    code = Code(module, vectorize=count == 1)
    return Kernel(code, code.function("run", *[_POINTER] * 9, ctypes.c_int64), block.layout.total)
