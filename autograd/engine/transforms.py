"""Functions of functions: from ``f`` to its derivatives, to any order.

``f`` is called once with Values in place of the numbers of its arguments; what it records is swept. Where that depends
on nothing else, numbers come in and numbers go out. Where it depends on other Values (an argument that is one, a weight
that ``f`` uses, the argument of a transform around this one), the sweep runs over Values: its result is recorded like
anything else, and can be differentiated again.

    >>> from autograd import Value, grad
    >>> w = Value(3.0)
    >>> slope = grad(lambda t: w * t * t)(0.5)  # depends on w
    >>> slope.backward()
    >>> w.grad
    1.0

Arguments are numbers, Values, NumPy arrays of numbers, and lists, tuples, dicts and dataclasses of them to any depth; a
derivative has the same shape. ``argnums`` chooses the arguments to differentiate in; the others, and keyword arguments
that it does not name, are passed on as they are and may be anything.
"""

import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Literal, overload

from autograd.engine import graph, primitives
from autograd.engine.errors import GraphError
from autograd.engine.nodes import retire
from autograd.engine.pytrees import Leaf, array_of, flatten, flatten_like, map_values
from autograd.engine.sweep import adjoints_of, reaches_others
from autograd.engine.value import Value, data_readings, record, refuse_equality_by

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


# Whether the code that runs was called by a transform; and, of every transform whose function runs, its inputs: what
# depends on them is recognized in other threads too.
_inside: ContextVar[bool] = ContextVar("inside_a_transform", default=False)
_running: list[list[Value]] = []


# Which arguments of a function: one place, one name, or several of them.
Argnums = int | str | Sequence[int | str]


def grad(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the gradient of ``f``.

    Args:
        f: a function of one or more arguments that returns one number.
        argnums: the arguments to differentiate in: the place of one, the name of a keyword argument, or a tuple of
            these. By default all that are not keyword arguments.
        has_aux: whether ``f`` returns a pair, of the number and of anything else that you want to see.

    Returns:
        A function of the same arguments. For one argument, the derivative in it, in its shape; for several, a tuple
        with one for each. With ``has_aux`` a pair: the derivative and what else ``f`` returned.

    Raises:
        GraphError: (when called) ``f`` returned something other than one number; :func:`jacobian` takes more.
        TypeError: (when called) an argument holds something that is no number, or ``argnums`` names no argument.

    Example:
        >>> grad(lambda x, y: x * x * y, argnums=0)(3.0, 2.0)
        12.0
        >>> grad(lambda p: p["w"] ** 2 + p["b"])({"w": 3.0, "b": 1.0})
        {'w': 6.0, 'b': 1.0}
        >>> grad(lambda x: (x * x, "seen"), has_aux=True)(3.0)
        (6.0, 'seen')
    """

    def gradient(*args, **kwargs):
        value, found = value_and_grad(f, argnums, has_aux=has_aux)(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return _named(gradient, "grad", f)


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """The function that returns ``(f(...), gradient)``, for the price of one recording. See :func:`grad`.

    Example:
        >>> value_and_grad(lambda x: x * x)(3.0)
        (9.0, 6.0)
    """

    def both(*args, **kwargs):
        run = _Recording(f, args, kwargs, argnums, has_aux)
        value = run.only_output()
        gradient = run.pull_back([value], [1.0])  # first: it finds out what the value is connected to
        return run.with_aux(run.plain(value)), run.in_shape_of_args(gradient)

    return _named(both, "value_and_grad", f)


@overload
def vjp(
    f: Callable[..., Any], *args: Any, has_aux: Literal[False] = False, **kwargs: Any
) -> tuple[Any, Callable[[Any], Any]]: ...
@overload
def vjp(
    f: Callable[..., Any], *args: Any, has_aux: Literal[True], **kwargs: Any
) -> tuple[Any, Callable[[Any], Any], Any]: ...
def vjp(f: Callable[..., Any], *args: Any, has_aux: bool = False, **kwargs: Any) -> tuple[Any, ...]:
    """Return the value of ``f`` and the function that pulls a cotangent back through it (reverse mode).

    Args:
        f: a function that returns a number, or lists, tuples, dicts or arrays of numbers.
        args, kwargs: the point. An argument of ``f`` that is called ``has_aux`` cannot be given by this name.
        has_aux: whether ``f`` returns a pair, of these and of anything else that you want to see.

    Returns:
        ``(value, pull_back)``; ``pull_back(cotangent)`` takes a cotangent in the shape of the value and returns the sum
        of cotangent times derivative, in the shape of the argument (of several: a tuple). With ``has_aux`` a triple:
        what else ``f`` returned is the last.

    Raises:
        GraphError: with ``has_aux``, ``f`` returned no pair.
        ValueError: (when called) the cotangent has another shape than the value.

    Example:
        >>> from autograd import vjp
        >>> value, pull = vjp(lambda x, y: x * y, 2.0, 3.0)
        >>> value, pull(1.0)
        (6.0, (3.0, 2.0))
        >>> value, pull_back, aux = vjp(lambda x: (x * x, "seen"), 3.0, has_aux=True)
        >>> value, pull_back(1.0), aux
        (9.0, 6.0, 'seen')
    """
    run = _Recording(f, args, kwargs, has_aux=has_aux).looked_around()

    def pull_back(cotangent):
        seeds = flatten_like(run.result, cotangent, "cotangent")
        return run.in_shape_of_args(run.pull_back(run.outputs, seeds))

    return run.and_aux(run.tree.rebuild([run.plain(y) for y in run.outputs]), pull_back)


@overload
def jvp(
    f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], *, has_aux: Literal[False] = False
) -> tuple[Any, Any]: ...
@overload
def jvp(
    f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], *, has_aux: Literal[True]
) -> tuple[Any, Any, Any]: ...
def jvp(
    f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], *, has_aux: bool = False
) -> tuple[Any, ...]:
    """Return the value of ``f`` and its derivative in one direction (forward mode).

    Args:
        f: a function that returns a number, or lists, tuples, dicts or arrays of numbers.
        primals: the point, a tuple of arguments.
        tangents: the direction, in the same shape.
        has_aux: whether ``f`` returns a pair, of these and of anything else that you want to see.

    Returns:
        ``(value, tangent)``, both in the shape of the value. With ``has_aux`` a triple: what else ``f`` returned is the
        last.

    Raises:
        GraphError: with ``has_aux``, ``f`` returned no pair.
        TypeError: the primals are no tuple.
        ValueError: the tangents have another shape than the primals.

    Example:
        >>> from autograd import jvp
        >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
        (6.0, 3.0)
        >>> jvp(lambda x: (x * x, "seen"), (3.0,), (1.0,), has_aux=True)
        (9.0, 6.0, 'seen')
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise TypeError("jvp takes tuples, one entry per argument of f: jvp(f, (x,), (v,)).")
    directions = flatten_like(primals, tangents, "tangents")
    run = _Recording(f, primals, {}, has_aux=has_aux).looked_around()
    tangent = run.tree.rebuild(run.push_forward(directions))
    return run.and_aux(run.tree.rebuild([run.plain(y) for y in run.outputs]), tangent)


def jacobian(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns all derivatives of all outputs of ``f``.

    Args:
        f: a function that returns a number, or a structure of numbers.
        argnums, has_aux: as in :func:`grad`.

    Returns:
        A function of the arguments of ``f``. Its result has the shape of the output, with each number replaced by the
        derivatives of that number in the shape of the argument (of several: a tuple): for lists, rows of a matrix. An
        array among the outputs is replaced by a block for each array among the arguments: an array whose first axes are
        those of the output, and whose last are those of the argument.
        Whichever is cheaper is run: one reverse sweep per output, or one forward sweep per input.

    Example:
        >>> from autograd import jacobian
        >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
        [[3.0, 2.0], [1.0, 1.0]]
    """

    def matrix(*args, **kwargs):
        run = _Recording(f, args, kwargs, argnums, has_aux).looked_around()
        n = len(run.inputs)
        if len(run.outputs) <= n:
            rows = [run.pull_back([y], [1.0]) for y in run.outputs]
        else:
            columns = [run.push_forward([1.0 if i == j else 0.0 for j in range(n)]) for i in range(n)]
            rows = [list(row) for row in zip(*columns, strict=True)]
        return run.with_aux(run.tree.replaced(lambda leaf: run.block(rows, leaf)))

    return _named(matrix, "jacobian", f)


def hessian(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the second derivatives of ``f``, a function that returns one number.

    Args:
        f: a function that returns one number.
        argnums, has_aux: as in :func:`grad`.

    Returns:
        A function of the arguments of ``f``: for one number a number, for a list a list of lists, for several arguments
        a tuple of tuples. For arrays, blocks: of arguments with shapes ``(m,)`` and ``(n, k)`` the entry ``[0][1]`` has
        the shape ``(m, n, k)``. Reverse over reverse.

    Example:
        >>> hessian(lambda x, y: x * x * y)(3.0, 2.0)
        ((4.0, 6.0), (6.0, 0.0))
    """
    return _named(jacobian(grad(f, argnums, has_aux=has_aux), argnums, has_aux=has_aux), "hessian", f)


def hvp(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """The second derivatives of ``f`` times a vector, without the matrix. Forward over reverse.

    Args:
        f: a function that returns one number.
        primals: the point, a tuple of arguments.
        tangents: the vector, in the same shape.

    Returns:
        The product, in the shape of the argument (of several: a tuple).

    Example:
        >>> from autograd import hvp
        >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
        [6.0, 4.0]
    """
    return jvp(grad(f), primals, tangents)[1]


class _Recording:
    """One call of a function with Values in place of its numbers, and the sweeps over what it recorded.

    It warns where the function read data and its result does not depend on the arguments, unless ``warns`` is False.
    """

    def __init__(self, f, args, kwargs, argnums=None, has_aux=False, warns=True):
        if (-Value(0.0)).op is None:
            raise GraphError(
                "under no_grad nothing is recorded, so nothing can be differentiated: leave the block first."
            )
        self._f, self._args, self._kwargs, self._argnums = f, args, kwargs, argnums
        self._single, chosen = _chosen(args, kwargs, argnums)
        numbers, self._args_tree = flatten(chosen)
        # Whether a result may depend on Values of the caller, which then can be differentiated in them. Where no
        # argument is one, what was recorded tells: a leaf in it that is no input.
        self.connected = any(isinstance(x, Value) for x in numbers)
        # A function's argument is a node of its own: what else depends on the same Value is not its business.
        self.inputs = [record(primitives.alias, (x,)) if isinstance(x, Value) else Value(x) for x in numbers]
        readings = data_readings()
        self.result, self.aux = self._called(), None
        if has_aux:
            if not (isinstance(self.result, tuple) and len(self.result) == 2):
                raise GraphError(
                    "with has_aux=True a function returns a pair, what is differentiated and anything else, found "
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
        """The numbers of the result, and its structure."""
        try:
            return flatten(self.result)
        except TypeError:
            name, found = getattr(self._f, "__name__", "f"), type(self.result).__name__
            advice = "has it a return?" if self.result is None else "leave out what is no number, or use has_aux=True."
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
            retire([x for x in self.inputs if x.op is None])

    def _depends_on_inputs(self):
        inputs = set(self.inputs)
        return not inputs.isdisjoint(graph.postorder([y for y in self.outputs if isinstance(y, Value)]))

    def looked_around(self):
        """This recording, once it is known whether it is connected."""
        if not self.connected:
            self.connected = reaches_others([y for y in self.outputs if isinstance(y, Value)], self.inputs)
        return self

    def only_output(self):
        """The output, of a function that returns one number."""
        if not self.tree.is_number:
            raise GraphError(
                f"grad needs a function that returns one number, found {len(self.outputs)} in a structure: "
                "return one of them, or use jacobian."
            )
        return self.outputs[0]

    def plain(self, y):
        """An output as it is handed out: a number, if it is not connected to anything."""
        return y.data if isinstance(y, Value) and not self.connected else y

    def in_shape_of_args(self, numbers):
        """Numbers, one for each input, in the shape of the arguments."""
        args = self._args_tree.rebuild(numbers)
        return args[0] if self._single else args

    def with_aux(self, result):
        """A result, and beside it what else the function returned, if it returns a pair."""
        return (result, map_values(self.aux, self.plain)) if self._has_aux else result

    def and_aux(self, *results):
        """Return the results as a tuple, with what else the function returned, if it returns a pair, as the last."""
        return (*results, map_values(self.aux, self.plain)) if self._has_aux else results

    def block(self, rows, leaf):
        """The derivatives of a part of the output, a number or an array, in the structure of the arguments.

        Args:
            rows: the derivatives of every number of the output, in order.
            leaf: the part.
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
        """The sum over outputs of seed times derivative, for each input."""
        seeded = [(y, seed) for y, seed in zip(outputs, seeds, strict=True) if isinstance(y, Value)]
        if not self.connected and not any(isinstance(seed, Value) for seed in seeds):
            sums = [0.0] * len(self.inputs)
            for y, seed in seeded:
                found, others = adjoints_of(y, float(seed), self.inputs)
                sums = [s + g for s, g in zip(sums, found, strict=True)]
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
        """The derivative of each output along the directions of the inputs."""
        nodes = self._between(self.outputs)
        starts = dict(zip(self.inputs, directions, strict=True))
        over_values = self.connected or any(isinstance(x, Value) for x in directions)
        rules = graph.Rules(_itself, _operands) if over_values else graph.Rules(_data, _recorded)
        found = graph.push_forward(nodes, starts, rules)
        return [found.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in self.outputs]

    def _between(self, outputs):
        """The nodes that depend on the inputs and that the outputs depend on, operands first."""
        nodes = graph.postorder([y for y in outputs if isinstance(y, Value)], stop=set(self.inputs))
        dependent = graph.depending(nodes, self.inputs, graph.differentiable)
        return [node for node in nodes if node in dependent]


def _refuse_equality(value, number):
    """Raise for ``value == number`` inside of a transform: of floats it may be true, of a Value and a float never."""
    if not _inside.get() and set(graph.postorder([value])).isdisjoint([x for inputs in _running for x in inputs]):
        return
    raise TypeError(
        f"{value!r} == {number!r} was asked inside of a transform. A Value is never equal to a number, so a choice by "
        "this would differ from the one that floats make. Write the choice with where and > or <, or compare its data."
    )


def both_modes(f, point):
    """The derivatives of ``f`` at a point of numbers by reverse and by forward mode: two lists.

    Unlike :func:`grad` it does not warn of a path that reading data cuts.
    """
    run = _Recording(f, point, {}, warns=False)
    point = run.inputs
    reverse = run.pull_back([run.only_output()], [1.0])
    run.looked_around()
    forward = [run.push_forward([float(i == j) for j in range(len(point))])[0] for i in range(len(point))]
    return reverse, forward


def _chosen(args, kwargs, argnums):
    """Return whether it is a single argument, and a tuple of the arguments to differentiate with respect to."""
    if argnums is None:
        if kwargs and not args:
            raise TypeError(
                "keyword arguments are not differentiated, and there are no others: name the one that is, as in "
                f"grad(f, argnums={next(iter(kwargs))!r})."
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
                f"{sorted(kwargs)}: give the place of an argument, counted from 0, or the name of a keyword."
            )
        if where in chosen:
            raise TypeError(f"argnums asks for the argument {where!r} twice, {argnums!r}: name each argument once.")
        chosen[where] = argument
    return not isinstance(argnums, (tuple, list)), tuple(chosen.values())


def _is_place(place):
    """Return whether a place of ``argnums`` is a number."""
    return isinstance(place, int) and not isinstance(place, bool)


def _itself(node):
    return node


def _operands(node):
    return node.operands


def _data(node):
    return node.data


def _recorded(node):
    return node.recorded


def _named(function, transform, f):
    if not callable(f):
        raise TypeError(
            f"{transform} takes a function, found {type(f).__name__}: write loss.backward() for a "
            f"Value, or {transform}(f) for a function f of numbers."
        )
    function.__name__ = f"{transform}({getattr(f, '__name__', 'f')})"
    function.__wrapped__ = f
    return function
