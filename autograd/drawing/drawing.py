"""``draw(value)``: a picture of the graph under a value, which shows itself in a notebook and can be saved."""

import os
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from autograd.drawing.pictures import layers_picture, neurons_picture, too_large, values_picture
from autograd.drawing.rendering import FORMATS, render
from autograd.engine.errors import DrawingError, GraphError
from autograd.engine.sweep import order
from autograd.engine.value import Value
from autograd.formulas.derivation import Derivation
from autograd.formulas.structure import find_network

__all__ = ["DETAILS", "Drawing", "draw"]

DETAILS = ("values", "neurons", "layers")
# More values than this, and the neurons are drawn; more neurons, and the layers are.
_MOST_VALUES, _MOST_NEURONS, _MOST_EDGES, _MOST_DRAWN = 40, 60, 600, 3000
_MOST_SHOWN_TWICE = 200_000


class Drawing:
    """A picture.

    Attributes:
        digraph: the ``graphviz.Digraph``.
        detail: what a node of it is: ``"values"``, ``"neurons"`` or ``"layers"``.
    """

    def __init__(self, digraph: Any, detail: str) -> None:
        self.digraph, self.detail = digraph, detail

    @property
    def source(self) -> str:
        """The picture as DOT."""
        return self.digraph.source

    def svg(self) -> str:
        """The picture as SVG.

        Raises:
            DrawingError: no renderer is there, or it failed.
        """
        return render(self.digraph, "svg").decode("utf-8")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file that ends in .svg, .png, .pdf or .dot.

        Returns:
            The path, a ``pathlib.Path``.

        Raises:
            ValueError: the path has another ending.
            DrawingError: no renderer is there, or it failed.
        """
        path = Path(path)
        kind = path.suffix.lstrip(".").lower()
        if kind == "dot":
            path.write_text(self.source, encoding="utf-8")
        elif kind in FORMATS:
            path.write_bytes(render(self.digraph, kind))
        else:
            raise ValueError(f"a picture ends in .svg, .png, .pdf or .dot, found {path.name!r}: choose one of these.")
        return path

    def __repr__(self):
        return f"<drawing of {self.detail}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            svg = self.svg()
            shown = {"image/svg+xml": svg, "text/plain": repr(self)}
            if len(svg) < _MOST_SHOWN_TWICE:  # a notebook that is not trusted shows no SVG
                shown["image/png"] = b64encode(render(self.digraph, "png")).decode("ascii")
            return shown
        except Exception as error:  # a repr never raises: it says why there is no picture
            return {"text/html": f"<pre>{escape(str(error))}</pre>", "text/plain": f"{self!r}: {error}"}


def draw(
    value: Value,
    *,
    detail: Literal["values", "neurons", "layers"] | None = None,
    edges: bool = False,
    deltas: bool = False,
    formulas: bool = False,
    expand: Iterable[Any] = (),
    sample: int = 1,
    rankdir: Literal["LR", "RL", "TB", "BT"] = "LR",
    parameters: Iterable[Value] | None = None,
    inputs: Iterable[Any] | None = None,
    targets: Iterable[Any] | None = None,
) -> Drawing:
    r"""A picture of the graph under a value, with the gradients of that value.

    Args:
        value: the node the graph ends in.
        detail: ``"values"``: each value is a node; ``"neurons"``: a neuron is a node with its weights and gradients
            listed, layers are clusters; ``"layers"``: a layer is a node. By default values up to 40 of them, then
            neurons, then layers.
        edges: label each edge with the local derivative.
        deltas: show each neuron's delta. formulas: show its formula as well.
        expand: neurons whose weights are listed though their layer is large: names such as ``"a[2]"``, their nodes, or
            numbers of layers. Among layers, a layer of which a neuron is named, or its number, is drawn by its neurons.
        sample: which sample is drawn, from 1, where several are recorded.
        rankdir: the direction, as in Graphviz: ``"LR"``, ``"TB"``.
        parameters, inputs, targets: as for :func:`autograd.derive`.

    Returns:
        A :class:`Drawing`. It shows itself in a notebook.

    Raises:
        TypeError: ``value`` is no Value.
        ValueError: the detail or the direction is none of these, or there is no such sample, neuron or layer.
        GraphError: neurons or layers are asked for and there are none.
        DrawingError: the picture would have too many nodes; the message says what to ask for.
        StaleGraphError: a leaf was changed after it was recorded.

    Example:
        >>> from autograd import Value, draw
        >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
        >>> draw(a * b + 10)
        <drawing of values>
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw takes a Value, found {type(value).__name__}: record the graph with Values first.")
    if detail is not None and detail not in DETAILS:
        raise ValueError(f"detail is one of {', '.join(DETAILS)}, found {detail!r}.")
    if rankdir not in ("LR", "RL", "TB", "BT"):
        raise ValueError(f"rankdir is LR, RL, TB or BT, found {rankdir!r}.")
    nodes = order(value)
    network = None
    if detail in ("neurons", "layers") or (detail is None and (len(nodes) > _MOST_VALUES or deltas or formulas)):
        network = _network(value, parameters, inputs, targets, required=detail is not None)
    if detail is None:
        detail = "values" if network is None or not network.neurons else "neurons"
        if (
            network is not None
            and detail == "neurons"
            and (sum(network.sizes) > _MOST_NEURONS or _edges(network) > _MOST_EDGES)
        ):
            detail = "layers"
    if detail == "values":
        if too_large(nodes):
            raise DrawingError(
                f"this graph has {len(nodes):,} values, and nobody could read them: ask for detail='neurons' or "
                "'layers', or draw a part of it, such as one sample's loss or a neuron."
            )
        return Drawing(values_picture(value, nodes, rankdir, edges), detail)
    if network is None or not network.neurons:
        raise GraphError("no neuron is in this graph: ask for detail='values'.")
    if not isinstance(sample, int) or not 1 <= sample <= network.samples:
        raise ValueError(f"samples count from 1 to {network.samples}, found {sample!r}.")
    if detail == "neurons" and _edges(network) > _MOST_DRAWN:
        raise DrawingError(f"this network has {_edges(network):,} connections: ask for detail='layers'.")
    derivation = Derivation(network)
    expand = _meant(network, derivation, expand)
    if detail == "layers":
        picture = layers_picture(network, derivation, sample, rankdir, deltas, formulas, expand)
    else:
        picture = neurons_picture(network, derivation, sample, rankdir, edges, deltas, formulas, expand)
    return Drawing(picture, detail)


def _meant(network, derivation, expand):
    """Return the names to expand as a tuple, after checking that each exists."""
    expand = (expand,) if isinstance(expand, (str, int, Value)) else tuple(expand)
    printer = derivation._printer
    names = sorted({printer.symbol_text(network.symbol_of[n.a]) for n in network.neurons})
    known = {*names} | {x for n in network.neurons for x in (n.s, n.a, n.layer)}
    for x in expand:
        if x not in known:
            raise ValueError(
                f"expand names {x!r}, which is no neuron or layer here: give the name of an activation such as "
                f"{names[0]!r}, its node, or the number of a layer."
            )
    return expand


def _edges(network):
    return sum(a * b for a, b in pairwise(network.sizes))


def _network(value, parameters, inputs, targets, required):
    try:
        return find_network(value, parameters, inputs, targets)
    except GraphError:
        if required or parameters is not None:
            raise
        return None
