"""One call of a function that a transform differentiates: the graph that it recorded, and the sweeps over it."""

import warnings
from contextvars import ContextVar
from operator import add

from autograd.engine import graph, primitives
from autograd.engine.errors import GraphError
from autograd.engine.nodes import mark_as_plain
from autograd.engine.pytrees import Leaf, array_of, flatten, map_values
from autograd.engine.sweep import adjoints_of, reaches_others
from autograd.engine.value import Value, data_readings, record, refuse_equality_by

__all__ = ["RecordedCall"]

# _inside is true in code that a transform called. _running has the inputs of every transform whose function is running,
# so that other threads can recognize Values that depend on them.
_inside: ContextVar[bool] = ContextVar("inside_a_transform", default=False)
_running: list[list[Value]] = []


class RecordedCall:
    """One call of a function with Values in place of its numbers, and the sweeps over the graph that it recorded.

    It warns if the function read data and its result does not depend on the arguments, unless ``warns`` is False.
    """

    def __init__(self, f, args, kwargs, argnums=None, has_aux=False, warns=True):
        if (-Value(0.0)).op is None:
            raise GraphError(
                "inside no_grad, nothing is recorded, so nothing can be differentiated: leave the block first."
            )
        self._f, self._args, self._kwargs, self._argnums = f, args, kwargs, argnums
        self._single, chosen = _chosen(args, kwargs, argnums)
        numbers, self._args_tree = flatten(chosen)
        # The result may depend on Values of the caller. Then it can be differentiated with respect to them, too. If no
        # argument is such a Value, the recording shows it: the graph has a leaf that is not an input.
        self.connected = Value in map(type, numbers)
        # Each argument becomes a node of its own, so that only its uses inside of the function count, and not other
        # nodes that depend on the same Value.
        self.inputs = [record(primitives.identity, (x,)) if type(x) is Value else Value(x) for x in numbers]
        readings = data_readings()
        self.result, self.aux = self._called(), None
        if has_aux:
            if not (isinstance(self.result, tuple) and len(self.result) == 2):
                raise GraphError(
                    "with has_aux=True a function returns a pair, the result to differentiate and anything else, found "
                    f"{type(self.result).__name__}: write return loss, other."
                )
            self.result, self.aux = self.result
        self._has_aux = has_aux
        self.outputs, self.tree = self._taken_apart()
        if warns and numbers and data_readings() != readings and not self._depends_on_inputs():
            warnings.warn(
                f"the result of {getattr(f, '__name__', 'f')} does not depend on its arguments, so its derivative is "
                "0. It read the data of Values, which drops the graph: compute with the Values themselves.",
                stacklevel=3,
            )

    def _taken_apart(self):
        """Return the numbers of the result, and its structure."""
        try:
            return flatten(self.result)
        except TypeError:
            name, found = getattr(self._f, "__name__", "f"), type(self.result).__name__
            advice = "does it have a return?" if self.result is None else "return only numbers, or use has_aux=True."
            raise TypeError(f"{name} must return a number or a structure of numbers, found {found}: {advice}") from None

    def _called(self):
        inside = _inside.set(True)
        _running.append(self.inputs)
        refuse_equality_by(_refuse_equality)
        try:
            replaced = self._args_tree.rebuild(self.inputs)
            if self._argnums is None:
                return self._f(*replaced, **self._kwargs)
            places = self._argnums if isinstance(self._argnums, (tuple, list)) else (self._argnums,)
            args, kwargs = list(self._args), dict(self._kwargs)
            for place, argument in zip(places, replaced, strict=True):
                (kwargs if isinstance(place, str) else args)[place] = argument
            return self._f(*args, **kwargs)
        finally:
            _inside.reset(inside)
            _running[:] = [inputs for inputs in _running if inputs is not self.inputs]
            refuse_equality_by(_refuse_equality if _running else None)
            mark_as_plain([x for x in self.inputs if x.op is None])

    def _depends_on_inputs(self):
        inputs = set(self.inputs)
        return not inputs.isdisjoint(graph.postorder([y for y in self.outputs if isinstance(y, Value)]))

    def find_connection(self):
        """Find out whether the result depends on Values of the caller, and return this call."""
        if not self.connected:
            self.connected = reaches_others([y for y in self.outputs if isinstance(y, Value)], self.inputs)
        return self

    def only_output(self):
        """Return the output of a function that returns one number."""
        if not self.tree.is_number:
            raise GraphError(
                f"grad needs a function that returns one number, found {len(self.outputs)} in a structure: "
                "return one of them, or use jacobian."
            )
        return self.outputs[0]

    def plain(self, y):
        """Return an output for the user: its number, unless the call depends on Values of the caller."""
        return y.data if isinstance(y, Value) and not self.connected else y

    def in_shape_of_args(self, numbers):
        """Return some numbers, one for each input, in the structure of the arguments."""
        args = self._args_tree.rebuild(numbers)
        return args[0] if self._single else args

    def with_aux(self, result):
        """Return a result; with ``has_aux``, a pair of the result and the other part that the function returned."""
        return (result, map_values(self.aux, self.plain)) if self._has_aux else result

    def and_aux(self, *results):
        """Return the results as a tuple; with ``has_aux``, followed by the other part that the function returned."""
        return (*results, map_values(self.aux, self.plain)) if self._has_aux else results

    def block(self, rows, leaf):
        """Return the derivatives of a part of the output in the structure of the arguments.

        Args:
            rows: the derivatives of every number of the output, in order.
            leaf: the part, a number or an array.
        """
        if leaf.shape is None:
            return self.in_shape_of_args(rows[leaf.start])
        chosen = rows[leaf.start : leaf.start + leaf.size]

        def of_argument(argument: Leaf):
            numbers = [x for row in chosen for x in row[argument.start : argument.start + argument.size]]
            return array_of(numbers, (*leaf.shape, *(argument.shape or ())))

        args = self._args_tree.replaced(of_argument)
        return args[0] if self._single else args

    def pull_back(self, outputs, seeds):
        """Return, for each input, the sum over the outputs of seed times derivative."""
        seeded = [(y, seed) for y, seed in zip(outputs, seeds, strict=True) if type(y) is Value]
        if not self.connected and Value not in map(type, seeds):
            sums = [0.0] * len(self.inputs)
            for y, seed in seeded:
                found, others = adjoints_of(y, float(seed), self.inputs)
                sums = list(map(add, sums, found))
                self.connected = self.connected or others
            if not self.connected:
                return sums
        starts: dict = {}
        for y, seed in seeded:
            starts[y] = starts[y] + seed if y in starts else seed
        nodes = self._between(outputs)
        found = graph.pull_back(nodes, starts, graph.Rules(_itself, _operands, nodes))
        return [found.get(x, 0.0) for x in self.inputs]

    def push_forward(self, directions):
        """Return the tangent of each output, given the tangents of the inputs."""
        nodes = self._between(self.outputs)
        starts = dict(zip(self.inputs, directions, strict=True))
        over_values = self.connected or any(isinstance(x, Value) for x in directions)
        rules = graph.Rules(_itself, _operands) if over_values else graph.Rules(_data, _recorded)
        found = graph.push_forward(nodes, starts, rules)
        return [found.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in self.outputs]

    def _between(self, outputs):
        """Return the nodes that depend on the inputs and that the outputs depend on, operands first."""
        nodes = graph.postorder([y for y in outputs if isinstance(y, Value)], stop=set(self.inputs))
        dependent = graph.depending(nodes, self.inputs, graph.differentiable)
        return [node for node in nodes if node in dependent]


def _refuse_equality(value, number):
    """Raise TypeError for ``value == number`` inside of a transform.

    For two floats the comparison can be true. For a Value and a float it never is.
    """
    if not _inside.get() and set(graph.postorder([value])).isdisjoint([x for inputs in _running for x in inputs]):
        return
    raise TypeError(
        f"{value!r} == {number!r} was evaluated inside of a transform. A Value never equals a number, so Python would "
        "not choose as it does for floats. Write the choice with where and > or <, or compare the Value's .data."
    )


def _chosen(args, kwargs, argnums):
    """Return whether there is a single argument, and a tuple of the arguments to differentiate with respect to."""
    if argnums is None:
        if kwargs and not args:
            raise TypeError(
                "by default, keyword arguments are not differentiated, and this call has no other arguments: name the "
                f"keyword, as in grad(f, argnums={next(iter(kwargs))!r})."
            )
        return len(args) == 1, args
    chosen: dict = {}
    for place in argnums if isinstance(argnums, (tuple, list)) else (argnums,):
        if isinstance(place, str) and place in kwargs:
            where, argument = place, kwargs[place]
        elif _is_place(place) and -len(args) <= place < len(args):
            where, argument = place % len(args), args[place]
        else:
            raise TypeError(
                f"argnums asks for the argument {place!r} of a call with {len(args)} arguments and the keywords "
                f"{sorted(kwargs)}: give the position of an argument, counted from 0, or the name of a keyword."
            )
        if where in chosen:
            raise TypeError(f"argnums asks for the argument {where!r} twice, {argnums!r}: name each argument once.")
        chosen[where] = argument
    return not isinstance(argnums, (tuple, list)), tuple(chosen.values())


def _is_place(place):
    """Return True if an entry of ``argnums`` is the position of an argument."""
    return isinstance(place, int) and not isinstance(place, bool)


def _itself(node):
    return node


def _operands(node):
    return node.operands


def _data(node):
    return node.data


def _recorded(node):
    return node.recorded
