"""Programs: a compiled graph, which computes its value and its gradient for a whole batch in machine code."""

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import ArrayLike, NDArray

from autograd.compiler.calls import interruptible
from autograd.compiler.instructions import flops_of, is_linear
from autograd.compiler.kernel_cache import Kernel, kernel, lanes_for
from autograd.compiler.kernels import Block, runner
from autograd.compiler.lazy import lazy
from autograd.compiler.loops import size
from autograd.compiler.lowering import lower
from autograd.compiler.machine import Code, lane_width
from autograd.compiler.operands import check_leaves
from autograd.compiler.results import Gradient, Stats, real_array, real_dtype
from autograd.compiler.rolling import roll
from autograd.compiler.samples import find_samples
from autograd.compiler.trouble import Trouble, troubles
from autograd.engine.errors import GuardError
from autograd.engine.texts import printable
from autograd.engine.value import Value

__all__ = ["Gradient", "Program", "Stats", "real_array"]

_POINTER = ctypes.c_void_p


class Program:
    """A recorded graph as machine code. :func:`autograd.compile` makes it.

    Batches are arrays of shape ``(samples, inputs)`` or nested lists. A sample may be an array of shape ``(inputs,)``.
    The numbers of the parameters are read from their Values at each call. If the engine would raise (as for the
    logarithm of a negative number, or a division by 0), the result is infinite or NaN, as in IEEE 754.
    :meth:`diagnose` finds the first node with such a result. Several threads may call a program. A copy or an unpickled
    program has its own leaves and makes its machine code again.

    >>> import autograd
    >>> w, x = autograd.Value(3.0), autograd.Value(1.0)
    >>> program = autograd.compile(w * x * x, inputs=[x])
    >>> program([[1.0], [2.0]])
    array([ 3., 12.])
    >>> program.gradient([[1.0], [2.0]]).parameters
    array([5.])

    Attributes:
        inputs: the inputs, a list of leaves.
        parameters: the parameters, a list of leaves.
        strict: True if results have the bits of the engine.
        dtype: the type of the numbers that are computed and returned, float64 or float32.
    """

    def __init__(self, outputs, inputs, parameters, guards=(), *, single_output=True, strict=False, dtype=np.float64):
        self.inputs, self.parameters = list(inputs), list(parameters)
        self.strict, self.dtype = strict, real_dtype(dtype)
        if strict and self.dtype != np.float64:
            raise ValueError("strict results have the bits of the engine, which computes in float64: leave out dtype.")
        self.checks: list = []  # pairs of a check of data, from a loss in a compiled function, and its columns
        self._outputs, self._guards, self._single_output = list(outputs), list(guards), single_output
        check_leaves(self.parameters, self.inputs)
        self._used: dict = {}
        self._guarding = None
        if self._guards and self._outputs:  # in any program, the bits of the engine decide which branch is taken
            self._guarding = Program([], self.inputs, self.parameters, self._guards, single_output=False, strict=True)
        one = single_output and not strict and not guards
        found = find_samples(self._outputs[0], self.parameters) if one else None
        self._samples = None if found is None else _Samples(found, self)
        if found is None or self._samples.has_constants:
            _ = self._key  # so that leaves that are constants keep their present numbers

    def __repr__(self):
        if self._samples is not None:
            shown = f"{self._samples.count} samples that were written out"
            return f"<program of {shown}, {len(self.inputs)} inputs, {len(self.parameters)} parameters>"
        return (
            f"<program of {self._lowered.recorded} numbers, {len(self.inputs)} inputs, "
            f"{len(self.parameters)} parameters, {size(self._forward)} + {size(self._adjoint)} instructions in loops>"
        )

    # --- The graph as instructions. If samples were found in it, these are only for reading.

    @lazy
    def _lowered(self):
        guards = () if self._guarding else self._guards
        return self._lowered_with(guards)

    def _lowered_with(self, guards):
        lanes = not self.strict
        return lower(self._outputs, self.parameters, self.inputs, guards, strict=self.strict, gather_adjoints=lanes)

    @lazy
    def _forward(self):
        return roll(self._lowered.forward)

    @lazy
    def _adjoint(self):
        return roll(self._lowered.adjoint)

    @lazy
    def _constants(self):
        return self._narrowed([*self._lowered.constants, 0.0])

    @lazy
    def _key(self):
        """The key of the program's kernels. Programs of the same structure share it."""
        lowered = self._lowered
        return (
            repr(self._forward), repr(self._adjoint), tuple(lowered.outputs), tuple(lowered.seeds), lowered.violations,
            self._constants.tobytes(), tuple(sorted(lowered.sizes.items())), self.strict, self.dtype.str,
        )  # fmt: skip

    # --- Copies

    def __getstate__(self):
        """Return everything but the machine code, which belongs to this process."""
        return {**self.__dict__, "_used": {}}

    # --- Results

    def __call__(self, inputs: ArrayLike | None = None) -> NDArray[Any]:
        """Return the outputs for a batch; see :meth:`value`."""
        return self.value(inputs)

    def value(self, inputs: ArrayLike | None = None) -> NDArray[Any]:
        """Return the outputs for a batch.

        Args:
            inputs: an array of shape ``(samples, inputs)``, or ``(inputs,)`` for a single sample. Omit it if there are
                no inputs.

        Returns:
            An array of shape ``(samples,)``, or for several outputs ``(samples, outputs)``. For a single sample, the
            first axis is missing.

        Raises:
            GuardError: a sample would have taken another branch than the recorded one.
            ValueError: the inputs have the wrong shape.
        """
        self.check_guards(inputs)
        return self.run(inputs)[0]

    def gradient(self, inputs: ArrayLike | None = None, seed: ArrayLike | None = None) -> Gradient:
        """Return the derivatives of the output for a batch. Arguments and errors are those of :meth:`value`.

        Args:
            inputs: the batch, as for :meth:`value`.
            seed: the adjoint of the output, a number for each sample. For several outputs, a row for each sample, or
                one row for all samples. By default 1, if there is one output.

        Returns:
            A :class:`Gradient`: the derivatives with respect to the parameters, summed over the samples, and those with
            respect to the inputs of each sample.
        """
        return self.value_and_gradient(inputs, seed)[1]

    def value_and_gradient(
        self, inputs: ArrayLike | None = None, seed: ArrayLike | None = None
    ) -> tuple[NDArray[Any], Gradient]:
        """Return both :meth:`value` and :meth:`gradient`, which costs as much as the latter alone."""
        seeds = self.seeds(seed, len(self._batch(inputs)[0]))
        self.check_guards(inputs)
        return self.run(inputs, seeds)

    def violated(self, inputs: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Return an array of bools: for each sample, True if it would have taken another branch than the recorded one.

        Comparisons use the bits of the engine, even if the program is not strict or uses float32.
        """
        batch, _ = self._batch(inputs)
        if self._guarding is None:
            return np.zeros(len(batch), dtype=bool)
        return self._guarding._run(self._guarding._batch(inputs)[0], None)[0][:, 0] != 0

    def diagnose(self, inputs: ArrayLike | None = None) -> list[Trouble]:
        """Return the origins of NaN and infinity: for each sample, the first node that the engine would not compute.

        The samples are computed one by one in Python, so pass only those in question.

        Returns:
            A list of :class:`Trouble`: the sample, the node, and the problem. It is empty if there are no problems.
        """
        batch, _ = self._batch(inputs)
        return troubles(self._outputs, self.inputs, batch)

    # --- Looking inside

    @property
    def stats(self) -> Stats:
        """The size of the program, as :class:`Stats`."""
        lowered = self._lowered
        instructions = [*lowered.forward, *lowered.adjoint]
        running = self if self._samples is None else self._samples.each
        one = running._kernel(True, 1)
        return Stats(
            nodes=lowered.recorded,
            operations=len(instructions),
            rolled=size(self._forward) + size(self._adjoint),
            flops=sum([flops_of(operation) for operation, _ in instructions]),
            bytes=one.room * self.dtype.itemsize,
            code_size=sum([each.code.size for each in running._used.values()]),
            lanes=running._lanes(1 << 20),
        )

    @property
    def llvm(self) -> str:
        """The LLVM text of the kernel for value and gradient, before optimization."""
        running = self if self._samples is None else self._samples.each
        return running._kernel(True, running._lanes(1 << 20)).code.text

    def listing(self) -> str:
        """Return the program as loops, with the names of labelled nodes: first forward, then the reverse sweep.

        If the program computes the loss of a network, a last line says which names formulas use for the labels.
        """
        from autograd.compiler.listing import listing  # lazy: few programs are read, and naming takes long to import
        from autograd.formulas.naming import correspondence, labels_under

        note = correspondence(self._outputs[0], labels_under(self._outputs[0])) if len(self._outputs) == 1 else ""
        if self._guarding is None:
            return listing(self._lowered, self._forward, self._adjoint, note)
        lowered = self._lowered_with(self._guards)
        return listing(lowered, roll(lowered.forward), roll(lowered.adjoint), note)

    # --- Running

    def _narrowed(self, numbers):
        """Return numbers as an array of the program's dtype. Numbers too large for float32 become infinite."""
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(numbers, dtype=self.dtype)

    def _batch(self, inputs):
        """Return the inputs as an array of two axes, and True if they are a single sample."""
        n = len(self.inputs)
        if inputs is None:
            if n:
                raise ValueError(f"the program has {n} inputs: give an array of shape (samples, {n}).")
            return np.zeros((1, 0), dtype=self.dtype), True
        array = real_array(inputs, "inputs")
        if array.ndim not in (1, 2) or array.shape[-1] != n:
            raise ValueError(f"inputs have the shape (samples, {n}), or ({n},) for one sample; found {array.shape}.")
        single = array.ndim == 1
        return self._narrowed(array[np.newaxis] if single else array), single

    def run(self, inputs, seeds=None):
        """Return the outputs, and with :meth:`seeds` the derivatives. The branches of samples are not checked."""
        batch, single = self._batch(inputs)
        y, of_parameters, of_inputs = self._run(batch, seeds)
        y = y[:, 0] if self._single_output else y
        return (y[0] if single else y), Gradient(of_parameters, of_inputs[0] if single else of_inputs)

    def seeds(self, seed, samples):
        """Return the adjoint of each output of each sample, from a seed in any allowed form."""
        n = len(self._outputs)
        if seed is None:
            if not self._single_output:
                raise ValueError(f"the program has {n} outputs: give a seed of shape ({n},) or (samples, {n}).")
            seed = 1.0
        seed = real_array(seed, "a seed")
        if seed.ndim == 1 and n == 1 and len(seed) == samples:
            seed = seed.reshape(-1, 1)
        if seed.ndim > 2 or seed.shape not in ((), (n,), (samples, n), (1, n)):
            raise ValueError(f"a seed has the shape ({samples}, {n}), or ({n},) for all samples; found {seed.shape}.")
        return self._narrowed(np.broadcast_to(seed, (samples, n)))

    def check_guards(self, inputs):
        """Raise ``GuardError`` if a sample would have taken another branch."""
        if self._guarding is None:
            return
        violated = self.violated(inputs)
        wrong = np.flatnonzero(violated)
        if len(wrong):
            signs = ", ".join(sorted({f"{_shown(a)} {sign} {_shown(b)}" for sign, a, b, _ in self._guards})[:3])
            raise GuardError(
                f"{len(wrong)} of {len(violated)} samples, the first being {wrong[0]}, would have taken another branch "
                f"than the one recorded (comparisons: {signs}). Compile with on_other_branch='record', or write the "
                "choice with autograd.where."
            )

    def _run(self, batch, seeds, parameters=None):
        """Return the results, the gradient, and the derivatives of the inputs. Without seeds only the results count."""
        n = len(batch)
        if parameters is None:
            parameters = self._narrowed([p.data for p in self.parameters])
        if n == 1 and self._samples is not None:
            return self._samples.run(batch[0], seeds, parameters)
        y = np.zeros((n, len(self._outputs) + (self._lowered.violations is not None)), dtype=self.dtype)
        gradient = np.zeros(len(self.parameters) + 1, dtype=self.dtype)
        of_inputs = np.zeros((n, len(self.inputs)), dtype=self.dtype)
        if n:
            compiled = self._kernel(seeds is not None, self._lanes(n))
            parameters = np.append(parameters, np.zeros(1, dtype=self.dtype))
            order, work = np.arange(n), compiled.work()
            arrays = (parameters, self._constants, batch, order, seeds, y, gradient,
                      None if seeds is None else of_inputs, work)  # fmt: skip
            with interruptible(compiled.code.text):
                compiled.run(*[None if x is None else x.ctypes.data for x in arrays], n)
        return y, gradient[:-1], of_inputs

    def _lanes(self, samples):
        """Return the number of lanes for a batch of this many samples."""
        if self.strict or samples == 1:
            return 1
        width = lane_width() * (1 if self.dtype == np.float64 else 2)
        return lanes_for(self._lowered, samples, width, self.dtype.itemsize)

    def _kernel(self, differentiate, count):
        used = self._used.get((differentiate, count))
        if used is None:
            key = (self._key, differentiate, count)
            used = self._used[differentiate, count] = kernel(key, lambda: self._built(differentiate, count))
        return used

    def _built(self, differentiate, count):
        module = ir.Module("deltagrad")
        single = self.dtype == np.float32
        block = Block(
            module, "block", self._lowered, self._forward, self._adjoint, count, differentiate=differentiate,
            strict=self.strict, single=single, flags=() if self.strict else ("contract",),
        )  # fmt: skip
        runner(module, block)
        code = Code(module, vectorize=count == 1 and not self.strict and not block.emitter.cut)
        return Kernel(code, code.function("run", *[_POINTER] * 9, ctypes.c_int64), block.layout.total, single)


class _Samples:
    """The samples that were written out in a program, computed as a batch of the program of one sample.

    Args:
        found: a :class:`autograd.compiler.samples.Samples`.
        whole: the program with the samples.

    Attributes:
        count: the number of samples.
        each: the program of one sample.
        has_constants: True if some leaves are neither parameters nor inputs.
    """

    def __init__(self, found, whole):
        leaves = [*whole.parameters, *whole.inputs]
        place = {leaf: k for k, leaf in enumerate(leaves)}
        self.count, self._n_parameters = len(found.rows), len(whole.parameters)
        shared = [leaf for leaf in found.shared if leaf in place]
        self._shared = np.array([place[leaf] for leaf in shared], dtype=np.intp)
        self.each = Program([found.sample], found.columns, shared, dtype=whole.dtype)
        self._rest = Program([found.rest], found.results, leaves, dtype=whole.dtype)
        flat = [x for row in found.rows for x in row]
        numbers = [0.0 if x in place else x.data if isinstance(x, Value) else x for x in flat]
        self._rows = np.array(numbers, dtype=whole.dtype).reshape(self.count, -1)
        self._live = np.array([k for k, x in enumerate(flat) if x in place], dtype=np.intp)
        self.has_constants = len(shared) < len(found.shared) or any(
            x not in place for x in flat if isinstance(x, Value)
        )
        self._sources = np.array([place[flat[k]] for k in self._live], dtype=np.intp)
        # The derivatives of the root with respect to the results of the samples, if they are constants.
        self._of_results = None
        if is_linear(self._rest._lowered):
            zeros = np.zeros((1, self.count), dtype=whole.dtype), np.zeros(len(leaves), dtype=whole.dtype)
            one = np.ones((1, 1), dtype=whole.dtype)
            self._of_results = self._rest._run(zeros[0], one, zeros[1])[2].reshape(-1, 1)

    def run(self, inputs, seed, parameters):
        """Return the same as :meth:`Program._run`, for a single row of inputs."""
        leaves = np.concatenate([parameters, inputs])
        rows = self._rows.copy()
        rows.reshape(-1)[self._live] = leaves[self._sources]
        shared = leaves[self._shared]
        if seed is None:
            y = self.each._run(rows, None, shared)[0]
            return self._rest._run(y.reshape(1, -1), None, leaves)[0], parameters, inputs[np.newaxis]
        if self._of_results is not None:
            seeds = self._of_results * seed
        else:
            y = self.each._run(rows, None, shared)[0]
            seeds = self._rest._run(y.reshape(1, -1), seed, leaves)[2].reshape(-1, 1)
        y, of_shared, of_rows = self.each._run(rows, seeds, shared)
        result, gradient, _ = self._rest._run(y.reshape(1, -1), seed, leaves)
        gradient[self._shared] += of_shared
        np.add.at(gradient, self._sources, of_rows.reshape(-1)[self._live])
        return result, gradient[: self._n_parameters], gradient[np.newaxis, self._n_parameters :]


def _shown(x):
    return printable(x.label or f"{x.data:g}") if isinstance(x, Value) else f"{x:g}"
