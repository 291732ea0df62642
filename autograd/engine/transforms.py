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

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

from autograd.engine.pytrees import flatten_like
from autograd.engine.recorded_calls import RecordedCall

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


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
        run = RecordedCall(f, args, kwargs, argnums, has_aux)
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
    run = RecordedCall(f, args, kwargs, has_aux=has_aux).looked_around()

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
    run = RecordedCall(f, primals, {}, has_aux=has_aux).looked_around()
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
        run = RecordedCall(f, args, kwargs, argnums, has_aux).looked_around()
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


def both_modes(f, point):
    """The derivatives of ``f`` at a point of numbers by reverse and by forward mode: two lists.

    Unlike :func:`grad` it does not warn of a path that reading data cuts.
    """
    run = RecordedCall(f, point, {}, warns=False)
    point = run.inputs
    reverse = run.pull_back([run.only_output()], [1.0])
    run.looked_around()
    forward = [run.push_forward([float(i == j) for j in range(len(point))])[0] for i in range(len(point))]
    return reverse, forward


def _named(function, transform, f):
    if not callable(f):
        raise TypeError(
            f"{transform} takes a function, found {type(f).__name__}: write loss.backward() for a "
            f"Value, or {transform}(f) for a function f of numbers."
        )
    function.__name__ = f"{transform}({getattr(f, '__name__', 'f')})"
    function.__wrapped__ = f
    return function
