"""All walks over a recorded graph: its order, its evaluation, the reverse sweep and the forward sweep.

The graph contains all that they need: it names the primitive of every node, and a primitive's rules hold over any kind
of number. So a graph that was recorded with floats can be evaluated and differentiated with Fractions (exact results),
with mpmath numbers (any number of digits), with NumPy arrays (a batch at once), with Values (the derivative is recorded
and can be differentiated again) or with expressions (formulas).

There are four walks. All other modules use them, and write none of their own:

- :func:`postorder` lists the nodes, operands before the nodes that read them;
- :func:`evaluate` gives every node a number;
- :func:`pull_back` propagates adjoints from the root to the leaves;
- :func:`push_forward` propagates tangents from the leaves to the root.

Callers pass a visitor to them: a function that returns the operands of a node, the number of a leaf, or the edges of a
node with their partial derivatives. :class:`Rules` is the visitor that reads the table of primitives. Only two sweeps
are written separately, for speed. One is the compiled sweep in ``sweep.py``, which also contains the loop of
:func:`postorder`. The other executes the instructions of a compiled program (``tape.h``, and the code that the compiler
emits). The tests compare both with the walks here.
"""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial as with_arguments
from typing import Any, Generic, TypeVar, overload

from autograd.engine.algebra import select
from autograd.engine.errors import DomainError, GraphError
from autograd.engine.sweep import adjoints, listed_after_operands, order, partials_of
from autograd.engine.unbounded import unbounded
from autograd.engine.value import Value

__all__ = [
    "Replay", "Rules", "adjoints", "contribute", "depending", "differentiable", "evaluate", "is_end",
    "leaves", "order",
    "postorder", "pull_back", "push_forward", "replay",
]  # fmt: skip


# A kind of number: float, Fraction, mpf, Value.
N = TypeVar("N")


# --- Orders


parents_of = operator.attrgetter("parents")  # the operands of a node that are Values, in order


def postorder(roots: Iterable[Value], operands_of: Callable[[Any], Iterable[Any]] = parents_of, *, stop=()) -> list:
    """Return some roots and every node under them, each once, operands before the nodes that read them.

    Of the operands of a node, the walk enters the last one first, as the compiled sweep does. By default it enters both
    branches of ``where``, and does not raise if a leaf was changed.

    Args:
        roots: the nodes to start from. The walk finishes one root before it enters the next.
        operands_of: a function that returns the nodes to enter from a node; by default its operands that are Values.
        stop: nodes that the result contains, but that the walk does not enter.

    Raises:
        TypeError: a root is not a Value.

    Example:
        >>> a = Value(2.0, "a")
        >>> b = a * a
        >>> [str(node.op) for node in postorder([b + a])]
        ['None', 'mul', 'add']
    """
    if operands_of is parents_of:
        roots = list(roots)
        for root in roots:
            if not isinstance(root, Value):
                raise TypeError(f"a graph ends in a Value, found {type(root).__name__}: record it with Values first.")
    return listed_after_operands(roots, operands_of, stop)


def depending(nodes, on, operands_of=parents_of) -> set:
    """Return the nodes in ``on`` and every node that was computed from one of them.

    Args:
        nodes: the nodes to search, operands before the nodes that read them.
        on: the nodes to start from.
        operands_of: a function that returns the operands through which a node depends on others.
    """
    found = set(on)
    for node in nodes:
        if not found.isdisjoint(operands_of(node)):
            found.add(node)
    return found


def leaves(root: Value) -> list[Value]:
    """Return the leaves under ``root``, each once, in the order of :func:`order`."""
    return [node for node in order(root) if node.op is None]


# --- Evaluation


def evaluate(nodes, leaf, constant, compute, *, known=None, operands_of=None) -> tuple[dict, dict]:
    """Evaluate a graph over any kind of number.

    Args:
        nodes: the nodes, operands before the nodes that read them.
        leaf: ``leaf(node)`` returns the number of a leaf.
        constant: ``constant(node, i, x)`` returns the number of the constant ``x``, which is operand ``i`` of ``node``.
            None to convert it to a float.
        compute: ``compute(node, numbers)`` returns the result of the node's operation on ``numbers``. None to call the
            primitive, and to convert integers to floats.
        known: a dict from node to number, for nodes that need not be computed.
        operands_of: a function that returns the operands that a node reads; by default ``node.operands``.

    Returns:
        ``(numbers, operands)``, two dicts. The first maps every node to its number. The second maps every computed node
        to the list of the numbers that it read.
    """
    numbers = {} if known is None else dict(known)
    operands: dict = {}
    for node in nodes:
        if known and node in numbers:
            continue
        if node.op is None:
            numbers[node] = leaf(node)
            continue
        chosen = node.operands if operands_of is None else operands_of(node)
        if constant is None:
            read = [numbers[x] if type(x) is Value else float(x) for x in chosen]
        else:
            read = [numbers[x] if type(x) is Value else constant(node, i, x) for i, x in enumerate(chosen)]
        operands[node] = read
        if compute is None:
            y = node.op(*read)
            numbers[node] = float(y) if isinstance(y, int) else y  # a rule may return a constant, such as 0
        else:
            numbers[node] = compute(node, read)
    return numbers, operands


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
        root: the last node of the graph, such as a loss.
        number: a function that converts a float to the kind of number: ``fractions.Fraction``, ``mpmath.mpf``,
            ``Value``. It is applied to the data of the leaves and to the constants in the graph.
        at: the numbers that replace leaves, a dict from leaf to a number of that kind. With ``number=float``, a NumPy
            array evaluates the graph for each of its elements.

    Returns:
        A :class:`Replay`: ``replay(loss, Fraction).gradients()[w]`` is an exact derivative.

    Raises:
        AlgebraError: a primitive of the graph is not defined over this kind of number, such as ``exp`` of a Fraction.
        GraphError: a key of ``at`` is not a leaf under ``root``.
        TypeError: ``root`` is not a Value.

    Example:
        >>> from fractions import Fraction
        >>> from autograd import Value, replay
        >>> x = Value(0.1)
        >>> replay(x * x / 3, Fraction, at={x: Fraction(1, 10)}).value
        Fraction(1, 300)
    """
    at = {} if at is None else dict(at)
    nodes = postorder([root])
    for leaf in at:
        if not isinstance(leaf, Value) or leaf.op is not None:
            raise GraphError(f"at has {leaf!r}, which is not a leaf: only leaves can have other numbers.")
    missing = at.keys() - set(nodes)
    if missing:
        raise GraphError(f"{missing.pop()!r} is not under {root!r}: give numbers for the leaves of this graph only.")

    def compute(node, read):
        try:
            y = node.op(*read)
        except OverflowError:  # a recorded derivative that is infinite stays infinite in the replay
            if not math.isinf(node.data) or node.op.limit is None:
                raise
            y = node.op.limit(*[float(x) for x in read])
        return number(y) if isinstance(y, (int, float)) else y  # a rule may return a constant, such as 0

    def leaf(node):
        return at[node] if node in at else number(node.data)

    if number is float:
        with suppress(OverflowError):  # then some result may have a limit
            return Replay(root, nodes, *evaluate(nodes, leaf, None, None))
    return Replay(root, nodes, *evaluate(nodes, leaf, lambda node, i, x: number(x), compute))


class Replay(Generic[N]):
    """A graph that was evaluated again, over some kind of number.

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
        """Return the derivatives of the root with respect to the nodes, over the same kind of number.

        They are computed by a reverse sweep.

        Args:
            seed: the adjoint of the root.

        Returns:
            A dict from node to number. A node that the root does not depend on is not in it.
        """
        rules = Rules(self.numbers.__getitem__, self._operands.__getitem__, self._nodes)
        return pull_back(self._nodes, {self._root: seed}, rules)


# --- Sweeps


class Rules:
    """The visitor for the two sweeps that takes the partial derivatives from the table, over any kind of number.

    A node has one edge for every operand that a derivative flows to or from. An edge is a triple: the operand, the
    partial derivative with respect to it, and the result of :meth:`Primitive.reaches`. That is True, or a condition
    over the kind of number.

    Args:
        number_of: a function that returns the number of a node.
        operands_of: a function that returns the numbers that an operation node read.
        active: the nodes that matter. All other operands count as constants. By default, the nodes that have a tangent
            (or an adjoint) so far.
    """

    def __init__(self, number_of, operands_of, active=None):
        self._number_of, self._operands_of = number_of, operands_of
        self._active = None if active is None else {x for x in active if not is_end(x.op)}

    def __call__(self, node, found):
        """Return the edges of a node.

        Args:
            node: the node. A leaf has no edges.
            found: the adjoints or tangents that are known so far.
        """
        op = node.op
        if op is None:
            return ()
        operands, active = node.operands, self._active
        if active is None:
            places = [i for i, x in enumerate(operands) if type(x) is Value and x in found and not is_end(x.op)]
        else:
            places = [i for i, x in enumerate(operands) if type(x) is Value and x in active]
        if not places:
            return ()
        numbers, traits = self._operands_of(node), op.traits
        if not (traits.branches or traits.is_end):
            y = self._number_of(node)
            if op.arity is not None:  # nearly all nodes come here, so nothing else is called
                try:
                    return [(operands[i], op.partial(i, y, numbers), True) for i in places]
                except (ZeroDivisionError, OverflowError, ValueError):
                    pass  # see _partials
            partials = _partials(node, y, numbers, places)
            return [(operands[i], p, True) for i, p in zip(places, partials, strict=True)]
        reached = {i: r for i in places if (r := op.reaches(i, numbers)) is not False}
        partials = _partials(node, self._number_of(node), numbers, list(reached)) if reached else []
        return [(operands[i], p, r) for (i, r), p in zip(reached.items(), partials, strict=True)]


def contribute(adjoint, node, x, partial, reached=True):
    """Add the contribution of one edge, the adjoint of ``node`` times ``partial``, to the adjoint of ``x``."""
    part = adjoint[node] * partial
    adjoint[x] = adjoint[x] + part if x in adjoint else part


def pull_back(nodes, seeds, edges, on_edge=None) -> dict:
    """Run the reverse sweep: propagate adjoints from the seeds to the leaves.

    Args:
        nodes: the nodes to sweep, operands before the nodes that read them.
        seeds: the adjoints at the start, a dict from node to number.
        edges: ``edges(node, adjoints)`` returns the edges of a node. The adjoint of the node is complete at that time.
            An edge is a triple: the operand, the partial derivative, and True or the condition under which the operand
            is reached. :class:`Rules` is such a visitor.
        on_edge: ``on_edge(adjoints, node, operand, partial, reached)`` propagates along one edge. By default, the
            adjoint of the node times the partial derivative is added to the adjoint of the operand.

    Returns:
        A dict from node to adjoint, for every node that has one. The contributions to an adjoint are added in the order
        of the sweep: from the last node to the first, and for each node from its first operand to its last.
    """
    adjoint = dict(seeds)
    partly: dict = {}
    for node in reversed(nodes):
        if node in adjoint:
            for x, partial, reached in edges(node, adjoint):
                if on_edge is not None:
                    on_edge(adjoint, node, x, partial, reached)
                elif partly or reached is not True:
                    _contribute_partly(adjoint, node, x, partial, reached, partly)
                else:
                    part = adjoint[node] * partial
                    adjoint[x] = adjoint[x] + part if x in adjoint else part
    return adjoint


def _contribute_partly(adjoint, node, x, partial, reached, partly):
    """Add a contribution to the adjoint of ``x``, only for the elements of an array that took the branch to ``x``.

    If a condition holds only for some elements of an array, the nodes under that branch have an adjoint only for these
    elements. ``partly`` maps each such node to the condition. The other elements contribute nothing at all: their
    product may be 0 times infinity, which is NaN.
    """
    part = adjoint[node] * partial
    entered = partly.get(node, True)
    if reached is not True:
        entered = reached & entered
    if entered is True:
        partly.pop(x, None)
    else:
        part = select(entered, part, 0)
        if x not in adjoint or x in partly:
            partly[x] = partly[x] | entered if x in partly else entered
    adjoint[x] = adjoint[x] + part if x in adjoint else part


def push_forward(nodes, tangents, edges, on_edge=None) -> dict:
    """Run the forward sweep: propagate tangents from the seeded nodes to all nodes that depend on them.

    Args:
        nodes: the nodes to sweep, operands before the nodes that read them.
        tangents: the tangents at the start, a dict from node to number.
        edges: ``edges(node, tangents)`` returns the edges of a node, as for :func:`pull_back`.
        on_edge: ``on_edge(tangents, node, operand, partial, reached)`` propagates along one edge. By default, the
            tangent of the operand times the partial derivative is added to the tangent of the node.

    Returns:
        A dict from node to tangent, for every node that has one.
    """
    tangent = dict(tangents)
    seeded = set(tangent)
    for node in nodes:
        if node not in seeded:
            for x, partial, reached in edges(node, tangent):
                if x in tangent:
                    (on_edge or _push)(tangent, node, x, partial, reached)
    return tangent


def _push(tangent, node, x, partial, reached):
    part = tangent[x] * partial
    if reached is not True:
        part = select(reached, part, 0)
    tangent[node] = tangent[node] + part if node in tangent else part


def _partials(node, y, numbers, places):
    """Return the partial derivatives of a node with respect to the operands at some places."""
    op = node.op
    try:
        try:
            return _by_rule(op, places, y, numbers)
        except OverflowError:
            if not isinstance(y, Value):
                raise
            return unbounded(with_arguments(_by_rule, op, places), y, numbers)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        if all(isinstance(x, float) for x in numbers):
            partials = partials_of(node)
            return [partials[i] for i in places]
        raise DomainError(
            f"the derivative of {op.name} is not finite at {', '.join([repr(x) for x in numbers])}, "
            "so it cannot be differentiated again: differentiate once, or keep away from this point."
        ) from error


def _by_rule(op, places, y, numbers):
    if op.arity is None:
        partials = op.gradient(y, numbers)
        return [partials[i] for i in places]
    return [op.partial(i, y, numbers) for i in places]


def is_end(primitive) -> bool:
    """Return True if no derivative flows through a primitive, such as a comparison. Return False for None, a leaf."""
    return primitive is not None and primitive.traits.is_end


def differentiable(node):
    """Return the parents of a node to which a derivative flows at the recorded point.

    A comparison has none. For a ``where``, they are the parents in the branch that was taken.
    """
    if node.op is None:
        return ()
    if not (node.op.traits.branches or node.op.traits.is_end):
        return node.parents
    recorded = node.recorded
    return [x for i, x in enumerate(node.operands) if isinstance(x, Value) and node.op.reaches(i, recorded)]
