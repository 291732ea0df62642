"""``compile``: from a recorded graph, or a function that records one, to a program of machine code."""

import functools
import inspect

import numpy as np

from autograd.compiler.lowering import nodes_under
from autograd.compiler.programs import Gradient, Program, real_array
from autograd.compiler.recording import watched
from autograd.engine.errors import GraphError, GuardError
from autograd.engine.value import Value

__all__ = ["CompiledFunction", "compile"]


def compile(what=None, *, inputs=(), parameters=None, strict=False, dtype=np.float64, on_other_branch="raise"):
    """Compile a recorded graph, or a function of numbers, to machine code that computes whole batches.

    ::

        program = autograd.compile(loss, inputs=[x, t])        # loss, x and t are Values
        program.value(batch)                                   # shape (samples,), for a batch of shape (samples, 2)
        program.gradient(batch).parameters                     # summed over the samples

        @autograd.compile
        def price(spot, rate): ...                             # recorded at the first call
        price(batch), price.gradient(batch).inputs

    Code is made by replaying the rules of the table over registers, several samples at once, and repetition in the
    graph becomes loops; ``program.listing()`` shows them. It takes llvmlite and NumPy:
    ``pip install 'deltagrad[native]'``.

    A branch that Python took while the graph was recorded is frozen. In a function, comparisons of Values are watched:
    data that would have taken the other branch raises a :class:`GuardError`. What cannot be watched is a condition on
    ``.data``, and, where a graph is given, any condition: write those choices with ``autograd.where``.

    Args:
        what: a Value; or a sequence of Values, for several outputs; or a function. A function is called with a Value
            for each column of the batch and returns a Value or a sequence of them.
        inputs: of a graph, the leaves that differ from sample to sample, in the order of a batch's columns; lists of
            lists are taken row after row.
        parameters: the leaves all samples share, whose numbers are read at every call; by default every other leaf, in
            the order they are met. A leaf that is neither is a constant.
        strict: results with the engine's bits, more slowly. Else sums may be taken in another order, and elementary
            functions are within 2 ulp.
        dtype: float64, or float32.
        on_other_branch: of a function; ``"raise"``, or ``"record"`` to record again with a sample that takes it.

    Returns:
        A :class:`Program`; for a function a :class:`CompiledFunction`, which is called with a batch.

    Raises:
        GraphError: an output is no Value, or an input or a parameter no leaf.
        ValueError: an option is none of those above.
    """
    if on_other_branch not in ("raise", "record"):
        raise ValueError(f"on_other_branch is 'raise' or 'record', found {on_other_branch!r}.")
    options = {"strict": strict, "dtype": dtype}
    if what is None:
        return functools.partial(
            compile, inputs=inputs, parameters=parameters, on_other_branch=on_other_branch, **options
        )
    if callable(what) and not isinstance(what, Value):
        if _flat(inputs):
            raise ValueError(
                "inputs= goes with a graph: a function is called with an input for each column of a batch."
            )
        return CompiledFunction(what, parameters, on_other_branch, **options)
    outputs, single = _outputs(what)
    return _program(outputs, single, _flat(inputs), parameters, (), options)


def _program(outputs, single, inputs, parameters, guards, options):
    if parameters is None:
        known = set(inputs)
        parameters = [x for x in nodes_under(outputs) if x.op is None and x not in known]
    return Program(outputs, inputs, _flat(parameters), guards, single_output=single, **options)


def _outputs(what):
    outputs = [what] if isinstance(what, Value) else list(what) if hasattr(what, "__iter__") else [what]
    if not outputs:
        raise GraphError("there is nothing to compile: give one Value or more.")
    for y in outputs:
        if not isinstance(y, Value):
            raise GraphError(f"a program computes Values, found {type(y).__name__} {y!r}: nothing of it was recorded.")
    return outputs, isinstance(what, Value)


def _flat(leaves):
    """Leaves in lists of lists as one list; what is no leaf is found when the graph is lowered."""
    if isinstance(leaves, (Value, str)) or not hasattr(leaves, "__iter__"):
        return [leaves]
    return [x for leaf in leaves for x in _flat(leaf)]


class CompiledFunction:
    """A function that was recorded once, at its first call, and runs as machine code; see :func:`compile`.

    Called with a batch, an array of shape ``(samples, inputs)``, it returns what :meth:`Program.value` does. Its
    function was called with one Value for each column, or, if it takes a single argument and there are more columns or
    none, with a list of them.

    Attributes:
        programs: the programs that were recorded so far, more than one only with ``on_other_branch="record"``.
    """

    def __init__(self, function, parameters=None, on_other_branch="raise", **options):
        functools.update_wrapper(self, function)
        self._function, self._parameters, self._options = function, parameters, options
        self._records = on_other_branch == "record"
        self.programs: list[Program] = []

    def __repr__(self):
        return f"<compiled {getattr(self._function, '__name__', 'function')}, {len(self.programs)} recorded>"

    def __call__(self, *inputs):
        """The value for a batch: see :meth:`Program.value`. Several arguments are columns, arrays of one axis."""
        return self.value(*inputs)

    def value(self, *inputs):
        """The value for a batch; arguments as of a call."""
        batch, single = self._batch(inputs)
        y = self._by_branch(batch, lambda program, rows, _: [program.value(rows)])[0]
        return y[0] if single else y

    def gradient(self, *inputs, seed=None) -> Gradient:
        """The derivatives for a batch: see :meth:`Program.gradient`."""
        return self.value_and_gradient(*inputs, seed=seed)[1]

    def value_and_gradient(self, *inputs, seed=None):
        """Both."""
        batch, single = self._batch(inputs)
        seed = None if seed is None else real_array(seed, "a seed")

        def run(program, rows, which):
            mine = seed[which] if seed is not None and seed.ndim and len(seed) == len(batch) else seed
            y, gradient = program.value_and_gradient(rows, mine)
            return [y, gradient.inputs, gradient.parameters]

        y, of_inputs, of_parameters = self._by_branch(batch, run)
        return (y[0] if single else y), Gradient(of_parameters, of_inputs[0] if single else of_inputs)

    def program(self, inputs) -> Program:
        """The program for a sample, recorded if need be: an array of shape ``(inputs,)``."""
        row = real_array(inputs, "a sample").astype(float).reshape(1, -1)
        for program in self.programs:
            if not program.violated(row)[0]:
                return program
        return self._record(row[0])

    def _batch(self, inputs):
        columns = [real_array(x, "a batch").astype(float) for x in inputs]
        if len(columns) == 1:
            batch = np.atleast_1d(columns[0])
        else:
            batch = np.stack(np.broadcast_arrays(*columns), axis=-1) if columns else np.zeros(0)
        if batch.ndim not in (1, 2):
            raise ValueError(f"a batch has the shape (samples, inputs), found {batch.shape}.")
        return (batch[np.newaxis], True) if batch.ndim == 1 else (batch, False)

    def _record(self, row):
        leaves = [Value(x) for x in row.tolist()]
        with watched() as watch:
            result = self._function(*leaves) if _takes(self._function, len(leaves)) else self._function(leaves)
        outputs, single = _outputs(result)
        program = _program(outputs, single, leaves, self._parameters, watch.guards, self._options)
        if self.programs and program.parameters != self.programs[0].parameters:
            shared = self.programs[0].parameters
            new = [p for p in program.parameters if p not in set(shared)]
            if new:
                raise GraphError(
                    f"the other branch reads {new[0]!r}, which the first did not: pass all parameters= to compile."
                )
            program = _program(outputs, single, leaves, shared, watch.guards, self._options)
        self.programs.append(program)
        return program

    def _by_branch(self, batch, run):
        """What ``run(program, rows, which)`` returns, each row through the program of the branches it takes."""
        if not len(batch):
            raise ValueError("the batch has no samples: a function is recorded with the first one.")
        if not self.programs:
            self._record(batch[0])
        if not self._records:
            return run(self.programs[0], batch, slice(None))
        found: list = []
        left = np.arange(len(batch))
        for k in range(len(batch) + 1):
            if not len(left):
                break
            program = self.programs[k] if k < len(self.programs) else self._record(batch[left[0]])
            other = program.violated(batch[left])
            if k >= len(self.programs) - 1 and other.all():
                raise GuardError(f"sample {left[0]} does not fit the program that was recorded with it: the function "
                                 "does not always do the same.")  # fmt: skip
            mine = left[~other]
            if len(mine):
                found.append((mine, run(program, batch[mine], mine)))
            left = left[other]
        return _merged(found, len(batch))


def _takes(function, n):
    """Whether a function can be called with ``n`` arguments."""
    try:
        inspect.signature(function).bind(*[None] * n)
    except TypeError:
        return False
    except ValueError:  # it has no signature, as some that are written in C
        return n != 1
    return True


def _merged(found, samples):
    """Results of parts of a batch as one: rows in their places, and sums over the samples (the third) added up."""
    results = []
    for k in range(len(found[0][1])):
        if k == 2:
            results.append(sum([part[k] for _, part in found]))
            continue
        whole = np.empty((samples, *found[0][1][k].shape[1:]), dtype=found[0][1][k].dtype)
        for rows, part in found:
            whole[rows] = part[k]
        results.append(whole)
    return results
