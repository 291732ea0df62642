"""Compiled functions: a function of numbers, recorded at its first call, that runs as machine code."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from autograd.compiler.operands import nodes_under
from autograd.compiler.programs import Program
from autograd.compiler.rebinding import spares_comparisons, with_recorded_extremes
from autograd.compiler.recorded_functions import (
    check_repeated,
    form_of,
    holds_values,
    in_order,
    takes,
    watched_call,
    with_constants,
)
from autograd.compiler.recording import checks_at
from autograd.compiler.results import Gradient, real_array
from autograd.compiler.structured_calls import changed, columns_in, of_numbers, unpacking
from autograd.engine.errors import AlgebraError, AutogradError, GraphError, GuardError
from autograd.engine.pytrees import Tree, flatten, has_names, outline
from autograd.engine.value import Value

__all__ = ["CompiledFunction", "listed", "outputs_of", "program_of"]

MAX_PROGRAMS = 128  # kept for one function, one for each path through its branches


def program_of(outputs, single, inputs, parameters, guards, options, constants=()):
    """Return the program of some outputs. If ``parameters`` is None, they are all leaves but inputs and constants."""
    if parameters is None:
        known = {*inputs, *constants}
        parameters = [x for x in _leaves_of(outputs, guards) if x not in known]
    return Program(outputs, inputs, listed(parameters), guards, single_output=single, **options)


def _leaves_of(outputs, guards):
    """Return the leaves on which the outputs and the comparisons depend."""
    compared = [x for _, a, b, _ in guards for x in (a, b) if isinstance(x, Value)]
    return [x for x in nodes_under([*outputs, *compared]) if x.op is None]


def outputs_of(what):
    """Return a Value or a sequence of Values as a list, and True if it is a single Value.

    Raises:
        GraphError: it is a dict, is empty, or contains something that is not a Value.
    """
    if isinstance(what, dict):
        raise GraphError(
            f"a program computes Values, or a list of them, found a dict: give them in order, [{_shown(what)}]."
        )
    outputs = [what] if isinstance(what, Value) else list(what) if hasattr(what, "__iter__") else [what]
    if not outputs:
        raise GraphError("there is nothing to compile: give at least one Value.")
    for y in outputs:
        if not isinstance(y, Value):
            raise GraphError(
                f"a program computes Values, found {type(y).__name__} {y!r}, which was not computed from Values."
            )
    return outputs, isinstance(what, Value)


def _shown(outputs):
    return ", ".join([f"outputs[{key!r}]" for key in list(outputs)[:3]]) + (", ..." if len(outputs) > 3 else "")


def listed(leaves):
    """Return the leaves in nested lists as one list. Lowering raises if one of them is not a leaf."""
    if isinstance(leaves, (Value, str)) or not hasattr(leaves, "__iter__"):
        return [leaves]
    return [x for leaf in leaves for x in listed(leaf)]


class CompiledFunction:
    """A function that is recorded at its first call and then runs as machine code; see :func:`compile`.

    >>> import autograd
    >>> @autograd.compile
    ... def area(width, height):
    ...     return width * height
    >>> area([[1.0, 2.0], [3.0, 4.0]])
    array([ 2., 12.])
    >>> area.gradient([[1.0, 2.0], [3.0, 4.0]]).inputs
    array([[2., 1.],
           [4., 3.]])

    A call with Values calls the function itself, so :func:`autograd.grad` and its family can differentiate it. A call
    with a batch returns the same as :meth:`Program.value`. A batch is an array of shape ``(samples, inputs)``, or of
    shape ``(inputs,)`` for one sample, or one array for each argument of the function, by position or by name. If the
    function takes a single number, an array with one axis is a batch of samples.

    Structures whose parts have names are arguments as well: dicts, dataclasses and named tuples of numbers, nested in
    any way. Such a call is of one sample, and the derivatives have the structure of the arguments. A function may
    return a structure, too.

    >>> @autograd.compile
    ... def energy(body):
    ...     return {"kinetic": body["mass"] * body["speed"] ** 2 / 2}
    >>> energy({"mass": 2.0, "speed": 3.0})
    {'kinetic': 9.0}
    >>> energy.gradient({"mass": 2.0, "speed": 3.0}, seed=[1.0]).inputs
    {'mass': 4.5, 'speed': 6.0}

    The signature of the function decides if it takes numbers or a list of numbers. A function of one argument is first
    called with a Value, and if that raises a ``TypeError``, with a list of Values.

    Attributes:
        programs: the programs that were recorded. There are several only with ``on_other_branch="record"``, and the
            last 128 that were used are kept.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Iterable[Any] | None = None,
        on_other_branch: Literal["raise", "record"] = "raise",
        **options: Any,
    ) -> None:
        functools.update_wrapper(self, function)
        self._function, self._parameters, self._options = function, parameters, options
        self._records = on_other_branch == "record"
        self._form = form_of(function)
        self._shared: list[Value] | None = None
        self._outputs = 0, True
        self._first = None  # the result of the call that found out its arguments
        self._tree: Tree | None = None  # the structure that the function returns, if it is not a number or a list
        self._structured: dict[Any, CompiledFunction] = {}  # by the outline of the arguments
        self.programs: list[Program] = []

    def __repr__(self) -> str:
        recorded = len(self.programs) + sum([len(each.programs) for each in self._structured.values()])
        return f"<compiled {getattr(self._function, '__name__', 'function')}, {recorded} recorded>"

    def __get__(self, instance: object, owner: type | None = None) -> "CompiledFunction":
        """Return the method of an object, compiled for this object alone at its first call."""
        if instance is None:
            return self
        how: Literal["record", "raise"] = "record" if self._records else "raise"
        bound = CompiledFunction(self._function.__get__(instance, owner), self._parameters, how, **self._options)
        name = getattr(self._function, "__name__", None)
        if name is not None and hasattr(instance, "__dict__"):
            instance.__dict__[name] = bound
        return bound

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Return the value for a batch; see :meth:`Program.value`. Several arguments are columns of the batch."""
        if any(isinstance(x, Value) or holds_values(x) or _has_named_values(x) for x in (*inputs, *named.values())):
            spread = len(inputs) == 1 and not named and holds_values(inputs[0]) and self._form == "numbers"
            return self._function(*(inputs[0] if spread else inputs), **named)
        return self.value(*inputs, **named)

    def value(self, *inputs: Any, **named: Any) -> Any:
        """Return the value for a batch. The arguments are those of a call."""
        inputs = self._in_order(inputs, named)
        if self._has_names(inputs):
            of_list, numbers, _ = self._of_structures(inputs)
            return of_list.value(numbers)
        batch, single = self._batch(inputs)
        y = self._by_branch(batch, lambda program, rows, _: [program.run(rows)[0]])[0]
        return columns_in(self._tree, y[0] if single else y)

    def gradient(self, *inputs: Any, seed: ArrayLike | None = None, **named: Any) -> Gradient:
        """Return the derivatives for a batch; see :meth:`Program.gradient`."""
        return self.value_and_gradient(*inputs, seed=seed, **named)[1]

    def value_and_gradient(self, *inputs: Any, seed: ArrayLike | None = None, **named: Any) -> tuple[Any, Gradient]:
        """Return the value and the derivatives for a batch; see :meth:`Program.gradient`."""
        inputs = self._in_order(inputs, named)
        if self._has_names(inputs):
            of_list, numbers, tree = self._of_structures(inputs)
            y, found = of_list.value_and_gradient(numbers, seed=seed)
            parts = tree.rebuild(found.inputs.tolist())
            return y, Gradient(found.parameters, parts[0] if len(parts) == 1 else parts)
        batch, single = self._batch(inputs)
        self._recorded(batch)
        seeds = self.programs[0].seeds(seed, len(batch))

        def run(program, rows, which):
            y, gradient = program.run(rows, seeds[which])
            return [y, gradient.inputs, gradient.parameters]

        y, of_inputs, of_parameters = self._by_branch(batch, run)
        y = columns_in(self._tree, y[0] if single else y)
        return y, Gradient(of_parameters, of_inputs[0] if single else of_inputs)

    def program(self, inputs: ArrayLike) -> Program:
        """Return the program for one sample, an array of shape ``(inputs,)``. If there is none, it is recorded."""
        row = real_array(inputs, "a sample").astype(float).reshape(1, -1)
        for program in self.programs:
            if not program.violated(row)[0]:
                return program
        return self._record(row[0])

    def _has_names(self, inputs):
        """Return True if an argument is a structure with names, and not a row of numbers of a function of several."""
        return any(has_names(x) for x in inputs) and not (
            self._form == "numbers" and len(inputs) == 1 and isinstance(inputs[0], tuple)
        )

    def _of_structures(self, inputs):
        """Return the compiled function of the numbers of these arguments in a list, the numbers, and the structure."""
        numbers, tree = flatten(tuple(inputs))
        key = outline(tuple(inputs))
        if key not in self._structured:
            how: Literal["record", "raise"] = "record" if self._records else "raise"
            of_list = CompiledFunction(of_numbers(self._function, tree), self._parameters, how, **self._options)
            of_list._form = "list"
            self._structured[key] = of_list
            if len(self._structured) > MAX_PROGRAMS:
                del self._structured[next(iter(self._structured))]
        return self._structured[key], [float(x) for x in numbers], tree

    def _in_order(self, inputs, named):
        """Return the inputs in the order of the function's arguments, including those given by name."""
        return in_order(self._function, inputs, named) if named else inputs

    def _batch(self, inputs):
        """Return the samples as rows, and True if they are a single sample."""
        columns = [real_array(x, "a batch").astype(float) for x in inputs]
        if len(columns) > 1:
            batch = np.stack(np.broadcast_arrays(*columns), axis=-1)
        elif not columns:
            batch = np.zeros(0)
        elif columns[0].ndim == 0:
            batch = columns[0][np.newaxis]
        else:
            batch = columns[0]
            if batch.ndim == 1 and self._takes_one_number(batch):
                batch = batch[:, np.newaxis]
        if batch.ndim not in (1, 2):
            raise ValueError(f"a batch has the shape (samples, inputs), found {batch.shape}.")
        return (batch[np.newaxis], True) if batch.ndim == 1 else (batch, False)

    # --- Recording

    def _takes_one_number(self, numbers):
        """Return True if the function takes one number, and not several numbers or a list."""
        if self._form is None and numbers.size:
            self._decide(numbers)
        return self._form == "number"

    def _decide(self, row):
        """Find out if a function of one argument takes a number or a list, by calling it with one or both."""
        try:
            found = self._called_as("number", row[:1])
        except (TypeError, ValueError, LookupError) as error:
            if isinstance(error, AutogradError) and not isinstance(error, AlgebraError):
                raise
            try:
                self._first = self._called_as("list", row)
            except GuardError:
                raise
            except Exception as other:
                of_a_list = isinstance(other, (TypeError, AttributeError)) and "list" in str(other)
                raise (error if len(row) == 1 or of_a_list else other) from None
            self._form = "list"
        else:
            self._form = "number"
            self._first = found

    def _recorded(self, batch):
        """Record the function with the first sample, if it is not recorded yet."""
        if self.programs:
            return
        if not len(batch):
            raise ValueError("the batch has no samples: a function is recorded with the first one.")
        self._record(batch[0])

    def _called(self, row):
        """Call the function with Values for a row of numbers. Return the leaves, the watch and the result."""
        if self._form is None:
            self._decide(row)
        first, self._first = self._first, None
        if first is not None and [leaf.data for leaf in first[0]] == row.tolist():
            return first
        return self._called_as(self._form, row)

    def _called_as(self, form, row):
        leaves = [Value(x) for x in row.tolist()]
        arguments = [leaves] if form == "list" else leaves
        if form != "list" and not takes(self._function, len(leaves)):
            name = getattr(self._function, "__name__", "the function")
            raise ValueError(f"{name}{inspect.signature(self._function)} cannot be called with {len(leaves)} numbers, "
                             "one for each column of the batch.")  # fmt: skip
        function = unpacking(self._function, self._note)
        result, watch = watched_call(function, leaves, arguments)
        check_repeated(function, leaves, arguments, result, watch)
        copy = changed(self._function, with_recorded_extremes) if watch.guards else self._function
        if copy is not self._function:
            with contextlib.suppress(Exception):
                again, spared = watched_call(unpacking(copy, self._note), leaves, arguments)
                if spares_comparisons(again, spared, result, watch):
                    return leaves, spared, again
        return leaves, watch, result

    def _note(self, tree):
        self._tree = tree

    def _record(self, row):
        leaves, watch, result = self._called(row)
        result, constants = with_constants(result, watch.guards)
        constants += watch.made
        outputs, single = outputs_of(result)
        parameters = self._parameters if self._shared is None else self._shared
        program = program_of(outputs, single, leaves, parameters, watch.guards, self._options, constants)
        if self._shared is None:
            self._shared, self._outputs = program.parameters, (len(outputs), single)
        else:
            self._check_other_branch(outputs, single, watch.guards, [*leaves, *constants])
        program.checks = checks_at(watch, {id(leaf): k for k, leaf in enumerate(leaves)})
        if program.violated(row):
            raise GuardError(f"the sample {row.tolist()} does not fit the program that was recorded with it: the "
                             "function does not always do the same.")  # fmt: skip
        self.programs.append(program)
        if len(self.programs) > MAX_PROGRAMS:
            del self.programs[0]
        return program

    def _check_other_branch(self, outputs, single, guards, own):
        if (len(outputs), single) != self._outputs:
            raise GraphError(
                f"the other branch returns {len(outputs)} numbers, where the first returned {self._outputs[0]}: "
                "return the same number of results in each branch."
            )
        if self._parameters is not None:
            return
        known = {*own, *self._shared}
        new = [x for x in _leaves_of(outputs, guards) if x not in known]
        if new:
            raise GraphError(
                f"the other branch reads {new[0]!r}, which the first did not: pass all parameters= to compile."
            )

    def _by_branch(self, batch, run):
        """Return the result of ``run(program, rows, which)``, where each row is run by the program of its branches."""
        self._recorded(batch)
        if not self._records or not len(batch):
            self.programs[0].check_guards(batch)
            _check_data(self.programs[0], batch)
            return run(self.programs[0], batch, slice(None))
        found: list = []
        left = np.arange(len(batch))
        for program in list(self.programs):
            left = self._part(program, batch, left, run, found)
        while len(left):
            left = self._part(self._record(batch[left[0]]), batch, left, run, found)
        return _merged(found, len(batch))

    def _part(self, program, batch, left, run, found):
        """Run those of the samples left that take the branches of a program. Return the other samples."""
        if not len(left):
            return left
        other = program.violated(batch[left])
        mine = left[~other]
        if len(mine):
            _check_data(program, batch[mine])
            found.append((mine, run(program, batch[mine], mine)))
            if program in self.programs:  # the programs that were used last are kept
                self.programs.remove(program)
                self.programs.append(program)
        return left[other]


def _has_named_values(x):
    return has_names(x) and any(isinstance(each, Value) for each in flatten(x)[0])


def _check_data(program, rows):
    """Raise the same error as the losses in the function if they refuse the numbers of a sample."""
    for check, places in program.checks:
        for numbers in dict.fromkeys(map(tuple, rows[:, places].tolist())):
            check(*numbers)


def _merged(found, samples):
    """Merge the results of parts of a batch: rows in their places, and sums over samples (the third result) added."""
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
