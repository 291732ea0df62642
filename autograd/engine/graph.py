"""A recorded graph as data: its order, its leaves, and its replay over another kind of number.

The graph is enough: it names the primitive of every node, and a primitive's rules hold over any number. So a graph that
was recorded with floats can be evaluated and differentiated with Fractions (exactly), with mpmath numbers (to any
digits), with NumPy arrays (a batch at once) or with Values (which records the derivative, to be differentiated again).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, overload

from autograd.engine import primitives
from autograd.engine.algebra import select
from autograd.engine.errors import DomainError, GraphError
from autograd.engine.sweep import adjoints, order, order_of_all, partials_of
from autograd.engine.unbounded import unbounded
from autograd.engine.value import Value

__all__ = [
    "COMPARISONS", "ENDS", "Replay", "adjoints", "along", "differentiable", "leaves", "order", "pull_back",
    "push_forward", "replay", "untaken",
]  # fmt: skip


# A kind of number: float, Fraction, mpf, Value.
N = TypeVar("N")

# Nothing flows through a comparison: it is constant, but where it jumps.
COMPARISONS = (primitives.greater, primitives.at_least)
# Nor through what was detached: where a sweep ends.
ENDS = (*COMPARISONS, primitives.detached)


def leaves(root: Value) -> list[Value]:
    """The leaves under ``root``, each once, in the order of :func:`order`."""
    return [node for node in order(root) if node.op is None]


@overload
def replay(root: Value, *, at: Mapping[Value, float] | None = None) -> "Replay[float]": ...
@overload
def replay(root: Value, number: Callable[[float], N], at: Mapping[Value, N] | None = None) -> "Replay[N]": ...
@overload
def replay(
    root: Value, number: Callable[[float], Any] = float, at: Mapping[Value, Any] | None = None
) -> "Replay[Any]": ...
def replay(root, number=float, at=None):
    """Evaluate the graph under ``root`` again, over another kind of number or at another point.

    Args:
        root: the node the graph ends in.
        number: makes a number of the kind from a float: ``fractions.Fraction``, ``mpmath.mpf``, ``Value``. It is
            applied to the data of the leaves and to the constants in the graph.
        at: numbers to put in place of leaves, a dict from leaf to number of the kind. A NumPy array (with
            ``number=float``) evaluates the graph for each of its elements.

    Returns:
        A :class:`Replay`: ``replay(loss, Fraction).gradients()[w]`` is an exact derivative.

    Raises:
        AlgebraError: a primitive of the graph has no value over the kind (``exp`` of a Fraction).
        GraphError: a key of ``at`` is no leaf under ``root``.
    """
    at = {} if at is None else dict(at)
    nodes = order_of_all(root)
    for leaf in at:
        if not isinstance(leaf, Value) or leaf.op is not None:
            raise GraphError(f"at has {leaf!r}, which is no leaf: only leaves can be given other numbers.")
    missing = at.keys() - set(nodes)
    if missing:
        raise GraphError(f"{missing.pop()!r} is not under {root!r}: give numbers for the leaves of this graph only.")
    numbers: dict = {}
    operands: dict = {}
    for node in nodes:
        if node.op is None:
            numbers[node] = at[node] if node in at else number(node.data)
        else:
            read = [numbers[x] if isinstance(x, Value) else number(x) for x in node.operands]
            operands[node] = read
            try:
                y = node.op(*read)
            except OverflowError:  # a derivative that was infinite when it was recorded is so again
                if not math.isinf(node.data) or node.op.limit is None:
                    raise
                y = node.op.limit(*[float(x) for x in read])
            numbers[node] = number(y) if isinstance(y, (int, float)) else y  # a rule's constant, such as 0
    return Replay(root, nodes, numbers, operands)


class Replay(Generic[N]):
    """A graph evaluated over some kind of number.

    Attributes:
        value: the number at the root.
        numbers: a dict from every node to its number.
    """

    def __init__(
        self, root: Value, nodes: list[Value], numbers: dict[Value, N], operands: dict[Value, list[N]]
    ) -> None:
        self._root, self._nodes, self._operands = root, nodes, operands
        self.numbers = numbers
        self.value = numbers[root]

    def __repr__(self) -> str:
        return f"<replay of {len(self._nodes)} nodes: {self.value!r}>"

    def gradients(self, seed: Any = 1) -> dict[Value, N]:
        """The derivative of the root's number in every node's, by the reverse sweep, over the same kind of number.

        Returns:
            A dict from node to number; a node that the root does not depend on is not in it.
        """
        return pull_back(self._nodes, {self._root: seed}, self.numbers.__getitem__, self._operands.__getitem__)


def pull_back(nodes, seeds, number_of, operands_of) -> dict:
    """The reverse sweep over any kind of number.

    Args:
        nodes: the nodes to sweep, operands before what reads them; operands that are not among them are constants.
        seeds: the adjoints to start with, a dict from node to number.
        number_of: the number at a node.
        operands_of: the numbers an operation node read.

    Returns:
        The adjoint of every node that got one.
    """
    adjoint = dict(seeds)
    inside = set(nodes)
    # Where a condition holds for some elements of an array only, so does the sweep's way down a branch.
    partly: dict = {}
    for node in reversed(nodes):
        if node.op is None or node not in adjoint:
            continue
        numbers = operands_of(node)
        for i, partial in _active_partials(node, number_of(node), numbers, inside):
            entered = partly.get(node, True)
            if node.op is primitives.where:
                left_out = untaken(i, numbers[0])
                if left_out is not False:
                    entered = ~left_out & entered
            part = adjoint[node] * partial
            x = node.operands[i]
            if entered is not True:
                part = select(entered, part, 0)
                if x not in adjoint or x in partly:
                    partly[x] = partly[x] | entered if x in partly else entered
            else:
                partly.pop(x, None)
            adjoint[x] = adjoint[x] + part if x in adjoint else part
    return adjoint


def push_forward(nodes, tangents, number_of, operands_of) -> dict:
    """The forward sweep over any kind of number: the tangent of every node that depends on the seeded ones.

    Arguments as for :func:`pull_back`, with the tangents to start with in place of the seeds.
    """
    tangent = dict(tangents)
    for node in nodes:
        if node.op is None or node in tangents:
            continue
        numbers = operands_of(node)
        for i, partial in _active_partials(node, number_of(node), numbers, tangent):
            part = along(node.op, i, partial, tangent[node.operands[i]], numbers)
            tangent[node] = tangent[node] + part if node in tangent else part
    return tangent


def _active_partials(node, y, numbers, active):
    """The pairs of an operand's place and the derivative in it, for the operands in ``active``."""
    if node.op in ENDS:
        return []
    places = [i for i, x in enumerate(node.operands) if isinstance(x, Value) and x in active]
    places = [i for i in places if node.operands[i].op not in ENDS]
    if node.op is primitives.where:
        places = [i for i in places if untaken(i, numbers[0]) is not True]
    if not places:
        return []

    def rule(y, numbers):
        if node.op.arity is None:
            partials = node.op.gradient(y, numbers)
            return [partials[i] for i in places]
        return [node.op.partial(i, y, numbers) for i in places]

    try:
        try:
            return list(zip(places, rule(y, numbers), strict=True))
        except OverflowError:
            if not isinstance(y, Value):
                raise
            return list(zip(places, unbounded(rule, y, numbers), strict=True))
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        if all(isinstance(x, float) for x in numbers):
            partials = partials_of(node)
            return [(i, partials[i]) for i in places]
        raise DomainError(
            f"the derivative of {node.op.name} is not finite at {', '.join([repr(x) for x in numbers])}, "
            "and has no derivative itself: differentiate once, or keep away from this point."
        ) from error


def differentiable(node):
    """The parents that a node has a derivative in at the recorded point.

    A comparison has none; of a ``where`` they are those in the branch that was taken.
    """
    if node.op in ENDS:
        return ()
    if node.op is primitives.where:
        condition = node.recorded[0]
        return [x for i, x in enumerate(node.operands) if isinstance(x, Value) and untaken(i, condition) is not True]
    return node.parents


def along(primitive, i, partial, g, numbers):
    """What flows along one edge, of the operation on ``numbers``, from or to its operand ``i``.

    It is the flow ``g`` times the derivative ``partial``. What would flow into a branch not taken is nothing, not 0
    times something.
    """
    left_out = primitive is primitives.where and untaken(i, numbers[0])
    return g * partial if left_out is False else select(left_out, 0, g * partial)


def untaken(i, condition):
    """Whether operand ``i`` of a ``where`` is the branch that its condition leaves out; a NaN leaves out neither."""
    if i == 0:
        return False
    left_out = (condition >= 0) & (condition <= 0) if i == 1 else (condition < 0) | (condition > 0)
    return bool(left_out) if isinstance(left_out, int) else left_out
