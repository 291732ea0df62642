r"""``steps(loss)``: the steps of a sweep, as a sequence, as text, and as a page that plays them.

A backward step is one edge of the graph. A node multiplies its adjoint by the local derivative and adds the product to
the adjoint of one operand. These are exactly the engine's steps: the products and the order of additions are the same,
so the last gradient of each node equals the engine's. A forward step is one node: its operands and its result.
"""

import os
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from autograd.drawing.layout import NetworkLayout
from autograd.drawing.page import Picture, page, rows_of, static
from autograd.drawing.pictures import Flow, too_large, values_picture
from autograd.drawing.rendering import render
from autograd.engine.absent import Absent, listed
from autograd.engine.errors import DrawingError, GraphError
from autograd.engine.graph import adjoints, depending, postorder, pull_back, push_forward
from autograd.engine.primitives import where
from autograd.engine.sweep import order, partials_of
from autograd.engine.tables import html_row, html_table
from autograd.engine.value import Value
from autograd.formulas.naming import correspondence, formula_names, names_of, network_under

__all__ = [
    "BackwardStep",
    "ForwardStep",
    "GradientPath",
    "Paths",
    "Stepping",
    "aliases_in",
    "every_step",
    "explain",
    "outputs_of",
    "steps",
]

_MAX_PATHS = 2000
_FEW = 15  # a graph with at most this many values is drawn value by value, even if it has neurons
_MAX_STEPS = 20_000


class BackwardStep(NamedTuple):
    """One edge of the backward sweep.

    Fields:
        number: the number of the step, from 1.
        node: the node whose adjoint is propagated.
        operand: the operand to whose adjoint the step contributes.
        name: the name of the node: its label, or v and a number.
        operand_name: the name of the operand.
        adjoint: dL/dnode, which is complete before this step.
        local: dnode/doperand.
        contribution: the product of the adjoint and the local derivative.
        before: dL/doperand before this step.
        after: dL/doperand after this step.
    """

    number: int
    node: Value
    operand: Value
    name: str
    operand_name: str
    adjoint: float
    local: float
    contribution: float
    before: float
    after: float

    def __str__(self):
        return (
            f"{self.number:4d}  {self.name} ({self.node.op}) propagates {self.adjoint:.6g} * {self.local:.6g} = "
            f"{self.contribution:.6g} to {self.operand_name}: {self.before:.6g} -> {self.after:.6g}"
        )

    def __repr__(self):
        return str(self)


class ForwardStep(NamedTuple):
    """One node of the forward pass.

    Fields:
        number: the number of the step, from 1.
        node: the node that is computed.
        name: the name of the node.
        operands: the numbers of its operands.
        data: the result.
    """

    number: int
    node: Value
    name: str
    operands: tuple[float, ...]
    data: float

    def __str__(self):
        read = ", ".join([f"{x:.6g}" for x in self.operands])
        return f"{self.number:4d}  {self.name} = {self.node.op}({read}) = {self.data:.6g}"

    def __repr__(self):
        return str(self)


class Stepping(Sequence[Any]):
    """The steps of a sweep: a sequence that prints as text and that a notebook displays as a page.

    Attributes:
        root: the node in which the graph ends.
        forward: True for the forward pass.
        nodes: all nodes, operands first.
        names: a dict from each node to its name.
    """

    def __init__(
        self, root: Value, nodes: list[Value], names: dict[Value, str], found: Sequence[Any], forward: bool
    ) -> None:
        self.root, self.forward = root, forward
        self.nodes, self.names, self._steps = nodes, names, found
        self._note: str | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, k: Any) -> Any:
        return self._steps[k]

    def __str__(self):
        note = self._correspondence()
        return "\n".join([*[str(step) for step in self._steps], *([note] if note else [])])

    def _correspondence(self):
        """Return a sentence that says which names formulas use instead. It is empty if they use the same names."""
        if self._note is None:
            self._note = correspondence(self.root, self.names)
        return self._note

    __repr__ = __str__

    show = Absent("print the steps, or write save('steps.html') and open the file. A notebook displays them as a page")

    def __dir__(self):
        return listed(self, super().__dir__())

    def history(self, node: Value) -> list[Any]:
        """Return the steps that involve a node, in order: those that add to its adjoint, then those that use it."""
        return [s for s in self._steps if s.node is node or (not self.forward and s.operand is node)]

    def html(self) -> str:
        """Return one self-contained page with buttons, a slider and arrow keys. A click on a node shows its history.

        Raises:
            DrawingError: the graph is too large for a picture, or no renderer is installed.
        """
        picture = self.picture()
        aliases, note = aliases_in(picture, self.root), self._correspondence()
        return page(picture, self._steps, self.nodes, self.names, self.forward, aliases, note)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html, or the text to one that ends in .txt, and return the path.

        Raises:
            ValueError: the file has another ending.
            DrawingError: the page has no picture; see :meth:`html`.
        """
        path = Path(path)
        if path.suffix not in (".html", ".txt"):
            raise ValueError(f"steps are saved as .html or .txt, found {path.name!r}: choose one of these.")
        path.write_text(self.html() if path.suffix == ".html" else str(self) + "\n", encoding="utf-8")
        return path

    def picture(self) -> Picture:
        """Return the picture: a network in columns, or any other graph value by value, laid out by Graphviz.

        Raises:
            DrawingError: the graph is too large for a picture, or no renderer is installed.
        """
        network = network_under(self.root) if len(self.nodes) > _FEW else None
        layout = None if network is None else NetworkLayout(network, self.names, Flow(self.root, self.nodes))
        if (layout.too_large or len(self._steps) > _MAX_STEPS) if layout else too_large(self.nodes):
            raise DrawingError(
                f"this graph has {len(self.nodes):,} values, too many for a picture to step through: step through one "
                "sample or one neuron, or read the steps as text."
            )
        if layout is not None:
            svg = layout.svg()
            titles = {key: box.title for key, box in layout.boxes.items()}
            inner = {
                key: [node for node in box.values if isinstance(node, Value)]
                for key, box in layout.boxes.items()
                if len(box.values) > 1
            }
            return Picture(svg, layout.box_of, layout.text_of, titles, inner, layout.data_of, layout.plain)
        ids = {node: f"v{k}" for k, node in enumerate(self.nodes)}
        svg = render(values_picture(self.root, self.nodes, names=self.names), "svg").decode("utf-8")
        titles = {ids[node]: self.names[node] for node in self.nodes}
        gradients, data = dict.fromkeys(ids, (1, "\u2202")), {node: (ids[node], 2) for node in ids}
        return Picture(svg[svg.index("<svg") :], ids, gradients, titles, {}, data, [])

    def _repr_html_(self):
        try:
            return static(self.picture().svg, rows_of(self._steps, self.forward), self.html())
        except Exception as error:  # a repr never raises, and the steps can still be shown as text
            return static("", rows_of(self._steps, self.forward), None, str(error))


def steps(loss: Value, *, forward: bool = False) -> Stepping:
    """Return the steps of the backward sweep, one for each edge, or of the forward pass, one for each node.

    This does not change the gradients of the graph.

    Args:
        loss: the node in which the graph ends.
        forward: True for the steps of the forward pass.

    Returns:
        A :class:`Stepping`, a sequence of :class:`BackwardStep` or :class:`ForwardStep`.

    Raises:
        TypeError: ``loss`` is not a Value.
        GraphError: ``loss`` is a leaf.
        StaleGraphError: a leaf was changed after it was recorded.

    Example:
        >>> from autograd import Value, steps
        >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
        >>> print(steps(a * b + 10))
           1  L (add) propagates 1 * 1 = 1 to v2: 0 -> 1
           2  v2 (mul) propagates 1 * -3 = -3 to a: 0 -> -3
           3  v2 (mul) propagates 1 * 2 = 2 to b: 0 -> 2
    """
    if not isinstance(loss, Value):
        raise TypeError(f"steps takes the Value in which a graph ends, found {type(loss).__name__}: record it first.")
    nodes = order(loss)
    if loss.op is None:
        raise GraphError("nothing is recorded under this value: compute something from it.")
    names = names_of(nodes)
    if forward:
        found = [
            ForwardStep(k, node, names[node], tuple(node.recorded), node.data)
            for k, node in enumerate([node for node in nodes if node.op is not None], 1)
        ]
        return Stepping(loss, nodes, names, found, True)
    return Stepping(loss, nodes, names, _backward(loss, nodes, names), False)


def every_step(loss: Value) -> Stepping:
    """Return the steps of a loss. Its nodes include those in the branches that a ``where`` did not choose."""
    found = steps(loss)
    if not any(node.op is where for node in found.nodes):
        return found
    nodes = postorder([loss])
    return Stepping(loss, nodes, names_of(nodes), found, False)


def aliases_in(picture: Picture, root: Value) -> dict[str, str]:
    """Return a dict from the names of values in formulas to the ids of the boxes that show them."""
    network = network_under(root)
    names = {} if network is None else formula_names(network)
    return {name: picture.box_of[node] for node, (name, _) in names.items() if node in picture.box_of}


def outputs_of(loss: Value) -> list[Value]:
    """Return the outputs of the network under a loss, or an empty list if there is no network."""
    network = network_under(loss)
    last = [] if network is None else [n.a for n in network.neurons if n.layer == network.depth]
    return [node for node in last if node is not loss]


def _backward(loss, nodes, names):
    inside = set(nodes)
    found: list = []

    def on_edge(gradient, node, x, local, _reached):
        adjoint, before = gradient[node], gradient[x]
        part = adjoint * local
        gradient[x] = before + part
        found.append(
            BackwardStep(len(found) + 1, node, x, names[node], names[x], adjoint, local, part, before, gradient[x])
        )

    pull_back(nodes, dict.fromkeys(nodes, 0.0) | {loss: 1.0}, lambda node, _: _edges(node, inside), on_edge)
    return found


def _edges(node, among):
    """Return the edges from a node to those operands that are in ``among``, for ``pull_back`` and ``push_forward``."""
    if node.op is None:
        return []
    partials = zip(node.operands, partials_of(node), strict=True)
    return [(x, p, True) for x, p in partials if isinstance(x, Value) and x in among]


class GradientPath(NamedTuple):
    """One path from the loss to a leaf: the names along it, the local derivatives, and their product."""

    names: tuple[str, ...]
    locals: tuple[float, ...]
    contribution: float

    def __str__(self):
        product = " * ".join([f"{d:.6g}" for d in self.locals])
        return f"{' -> '.join(self.names)}:  {product} = {self.contribution:.6g}"

    def __repr__(self):
        return str(self)


class Paths(list[GradientPath]):
    """The paths from a loss to a leaf. The sum of their contributions is ``gradient``."""

    def __init__(self, paths: Iterable[GradientPath], gradient: float, correspondence: str = "") -> None:
        super().__init__(paths)
        self.gradient, self._correspondence = gradient, correspondence

    def __str__(self):
        total = f"{len(self)} path{'s' if len(self) != 1 else ''}, together {sum(p.contribution for p in self):.6g}"
        return "\n".join([*[str(p) for p in self], total, *filter(None, [self._correspondence])])

    __repr__ = __str__

    def _repr_html_(self):
        rows = [(" → ".join(p.names), " · ".join([f"{d:.6g}" for d in p.locals]), p.contribution) for p in self]
        rows.append(("together", "", sum(p.contribution for p in self)))
        body = [html_row([escape(path), along, f"{contribution:.6g}"]) for path, along, contribution in rows]
        note = f"<p>{escape(self._correspondence)}</p>" if self._correspondence else ""
        return html_table(body, ["path", "derivatives along it", "contribution"]) + note


def explain(loss: Value, leaf: Value) -> Paths:
    """Explain the gradient of a leaf: return every path from the loss to it, with its contribution.

    Args:
        loss: the node in which the graph ends.
        leaf: a Value under it.

    Returns:
        A list of :class:`GradientPath`, the largest contribution first. Its ``gradient`` is the engine's gradient.

    Raises:
        GraphError: ``leaf`` is not under ``loss``.
        DrawingError: there are more than 2,000 paths.

    Example:
        >>> from autograd import Value, explain
        >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
        >>> print(explain(a * b + a, a))
        L -> v2 -> a:  1 * -3 = -3
        L -> a:  1 = 1
        2 paths, together -2
    """
    gradients = adjoints(loss)
    if leaf not in gradients:
        raise GraphError(f"{leaf!r} is not under {loss!r}: ask for a value that the loss depends on.")
    nodes = order(loss)
    names = names_of(nodes)
    reaches = depending(nodes, [leaf])
    count = push_forward(nodes, {leaf: 1}, lambda node, _: [(x, 1, True) for x in node.parents])
    if count.get(loss, 0) > _MAX_PATHS:
        raise DrawingError(
            f"there are {count[loss]:,} paths to this leaf, too many to list: explain a part of the graph, such as the "
            "loss of one sample."
        )
    edges = {node: _edges(node, reaches) for node in reaches if node is not leaf}
    found = []
    stack: list = [(loss, (names[loss],), (), 1.0)]
    while stack:
        node, path, local, product = stack.pop()
        if node is leaf:
            found.append(GradientPath(path, local, product))
            continue
        stack.extend([(x, (*path, names[x]), (*local, d), product * d) for x, d, _ in edges[node]])
    found.sort(key=lambda p: -abs(p.contribution))
    shown = {name for p in found for name in p.names}
    note = correspondence(loss, {node: name for node, name in names.items() if name in shown})
    return Paths(found, gradients[leaf], note)
