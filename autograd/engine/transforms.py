"""Transforms: functions that turn a function ``f`` into its derivatives, to any order.

A transform calls ``f`` once, with Values in place of the numbers of its arguments, and sweeps the graph that ``f``
records. If the graph depends on nothing else, numbers come in and numbers go out. The graph may also depend on other
Values: an argument that is a Value, a weight that ``f`` uses, or the argument of an outer transform. Then the sweep
runs over Values. Its result is recorded like any other, and can be differentiated again.

    >>> from autograd import Value, grad
    >>> w = Value(3.0)
    >>> slope = grad(lambda t: w * t * t)(0.5)  # depends on w
    >>> slope.backward()
    >>> w.grad
    1.0

Arguments are numbers, Values, NumPy arrays of numbers, and lists, tuples, dicts and dataclasses of them to any depth. A
derivative has the same structure. ``argnums`` chooses the arguments to differentiate with respect to. All other
arguments are passed to ``f`` unchanged and may be anything. A keyword argument is differentiated only if ``argnums``
names it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

from autograd.engine.pytrees import flatten_like
from autograd.engine.recorded_calls import RecordedCall

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


# The type of argnums: the position or the name of one argument, or several of these.
Argnums = int | str | Sequence[int | str]


def grad(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the gradient of ``f``.

    Args:
        f: a function of one or more arguments that returns one number.
        argnums: the arguments to differentiate with respect to: the position of an argument, the name of a keyword
            argument, or a tuple of these. By default, all arguments that are not keyword arguments.
        has_aux: True if ``f`` returns a pair: the number, and any other object that you want to see.

    Returns:
        A function of the same arguments. For one argument, it returns the derivative with respect to it, in the shape
        of the argument. For several arguments, it returns a tuple with one derivative for each. With ``has_aux``, it
        returns a pair of this result and the other object that ``f`` returned.

    Raises:
        GraphError: (when called) ``f`` did not return one number. Use :func:`jacobian` for several.
        TypeError: (when called) an argument contains something that is not a number, or ``argnums`` names an argument
            that the call does not have.

    Example:
        >>> grad(lambda x, y: x * x * y, argnums=0)(3.0, 2.0)
        12.0
        >>> grad(lambda p: p["w"] ** 2 + p["b"])({"w": 3.0, "b": 1.0})
        {'w': 6.0, 'b': 1.0}
        >>> grad(lambda x: (x * x, "seen"), has_aux=True)(3.0)
        (6.0, 'seen')
    """
    _check_callable("grad", f)
    both = value_and_grad(f, argnums, has_aux=has_aux)

    def gradient(*args, **kwargs):
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return _named(gradient, "grad", f)


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Return the function that computes ``(f(...), gradient)`` with a single call of ``f``. See :func:`grad`.

    Example:
        >>> value_and_grad(lambda x: x * x)(3.0)
        (9.0, 6.0)
    """

    def both(*args, **kwargs):
        run = RecordedCall(f, args, kwargs, argnums, has_aux)
        value = run.only_output()
        gradient = run.pull_back([value], [1.0])  # first, because it finds out which Values the result depends on
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
    """Return the value of ``f``, and the function that pulls a cotangent back through ``f`` (reverse mode).

    Args:
        f: a function that returns a number, or lists, tuples, dicts or arrays of numbers.
        args, kwargs: the point. If ``f`` has an argument named ``has_aux``, pass it by position.
        has_aux: True if ``f`` returns a pair: the value, and any other object that you want to see.

    Returns:
        ``(value, pull_back)``. ``pull_back(cotangent)`` takes a cotangent in the shape of the value. It returns the sum
        of cotangent times derivative, in the shape of the argument, or as a tuple for several arguments. With
        ``has_aux``, a triple, in which the other object that ``f`` returned is the last.

    Raises:
        GraphError: with ``has_aux``, ``f`` did not return a pair.
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
    run = RecordedCall(f, args, kwargs, has_aux=has_aux).find_connection()

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
        tangents: the direction, a tuple in the same shape.
        has_aux: True if ``f`` returns a pair: the value, and any other object that you want to see.

    Returns:
        ``(value, tangent)``, both in the shape of the value. With ``has_aux``, a triple, in which the other object that
        ``f`` returned is the last.

    Raises:
        GraphError: with ``has_aux``, ``f`` did not return a pair.
        TypeError: the primals or the tangents are not a tuple.
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
    run = RecordedCall(f, primals, {}, has_aux=has_aux).find_connection()
    tangent = run.tree.rebuild(run.push_forward(directions))
    return run.and_aux(run.tree.rebuild([run.plain(y) for y in run.outputs]), tangent)


def jacobian(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the derivatives of all outputs of ``f``.

    It runs one reverse sweep for each output or one forward sweep for each input, whichever needs fewer sweeps.

    Args:
        f: a function that returns a number, or a structure of numbers.
        argnums, has_aux: as in :func:`grad`.

    Returns:
        A function of the arguments of ``f``. Its result has the shape of the output. Each number of the output is
        replaced by its derivatives, in the shape of the argument, or as a tuple for several arguments. For lists, these
        are the rows of a matrix. An array in the output is replaced by one block for each array in the arguments: an
        array whose first axes are those of the output, and whose last axes are those of the argument.

    Example:
        >>> from autograd import jacobian
        >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
        [[3.0, 2.0], [1.0, 1.0]]
    """

    def matrix(*args, **kwargs):
        run = RecordedCall(f, args, kwargs, argnums, has_aux).find_connection()
        n = len(run.inputs)
        if len(run.outputs) <= n:
            rows = [run.pull_back([y], [1.0]) for y in run.outputs]
        else:
            columns = [run.push_forward([1.0 if i == j else 0.0 for j in range(n)]) for i in range(n)]
            rows = [list(row) for row in zip(*columns, strict=True)]
        return run.with_aux(run.tree.replaced(lambda leaf: run.block(rows, leaf)))

    return _named(matrix, "jacobian", f)


def hessian(f: Callable[..., Any], argnums: Argnums | None = None, *, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the second derivatives of ``f``, by reverse mode over reverse mode.

    Args:
        f: a function that returns one number.
        argnums, has_aux: as in :func:`grad`.

    Returns:
        A function of the arguments of ``f``. Its result is a number for one number, a list of lists for a list, and a
        tuple of tuples for several arguments. For arrays it consists of blocks: for two arguments with the shapes
        ``(m,)`` and ``(n, k)``, the entry ``[0][1]`` has the shape ``(m, n, k)``.

    Example:
        >>> hessian(lambda x, y: x * x * y)(3.0, 2.0)
        ((4.0, 6.0), (6.0, 0.0))
    """
    return _named(jacobian(grad(f, argnums, has_aux=has_aux), argnums, has_aux=has_aux), "hessian", f)


def hvp(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Return the product of the Hessian of ``f`` and a vector, without computing the Hessian.

    It uses forward mode over reverse mode.

    Args:
        f: a function that returns one number.
        primals: the point, a tuple of arguments.
        tangents: the vector, a tuple in the same shape.

    Returns:
        The product, in the shape of the argument, or as a tuple for several arguments.

    Example:
        >>> from autograd import hvp
        >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
        [6.0, 4.0]
    """
    return jvp(grad(f), primals, tangents)[1]


def both_modes(f, point):
    """Return the derivatives of ``f`` at a point of numbers by reverse mode and by forward mode, as two lists.

    Unlike :func:`grad`, it does not warn if ``f`` drops the graph by reading data.
    """
    run = RecordedCall(f, point, {}, warns=False)
    point = run.inputs
    reverse = run.pull_back([run.only_output()], [1.0])
    run.find_connection()
    forward = [run.push_forward([float(i == j) for j in range(len(point))])[0] for i in range(len(point))]
    return reverse, forward


def _check_callable(transform, f):
    if not callable(f):
        raise TypeError(
            f"{transform} takes a function, found {type(f).__name__}: write loss.backward() for a "
            f"Value, or {transform}(f) for a function f of numbers."
        )


def _named(function, transform, f):
    _check_callable(transform, f)
    function.__name__ = f"{transform}({getattr(f, '__name__', 'f')})"
    function.__wrapped__ = f
    return function
