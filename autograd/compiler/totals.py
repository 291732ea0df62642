"""Sums over samples in machine code: the gradient of a recorded loss, for callers that make the updates themselves."""

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
    """A recorded sample, compiled to add up gradients over many samples. Several threads may call it at once.

    Unlike a :class:`Program`, it omits the derivatives with respect to the inputs, and the caller passes the numbers of
    the parameters.

    Args:
        outputs: Values. The first one is differentiated.
        inputs: the leaves that differ from sample to sample.
        parameters: the leaves with respect to which it is differentiated. All other leaves are constants.
        usual: the usual number of samples in a call. It decides how many samples are computed at once.

    Raises:
        GraphError: an input or a parameter is not a leaf, or is listed twice.
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
        """Compute the outputs and the gradient for some samples.

        Args:
            numbers: the numbers of the parameters, of shape ``(parameters,)``.
            rows: the inputs of all samples, of shape ``(samples, inputs)``.
            order: the indices of the samples to compute, in order, of shape ``(n,)``.

        Returns:
            The outputs of each sample, of shape ``(n, outputs)``, and the sum of their gradients, ``(parameters,)``.
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
