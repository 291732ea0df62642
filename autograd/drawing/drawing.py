"""``draw(value)``: a picture of the graph under a value. A notebook displays it, and it can be saved to a file."""

import os
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from autograd.drawing.pictures import layers_picture, neurons_picture, too_large, values_picture
from autograd.drawing.rendering import FORMATS, render
from autograd.engine.absent import Absent, listed
from autograd.engine.errors import DrawingError, GraphError
from autograd.engine.sweep import order
from autograd.engine.value import Value
from autograd.formulas.derivation import Derivation
from autograd.formulas.structure import find_network

__all__ = ["DETAILS", "Drawing", "draw"]

DETAILS = ("values", "neurons", "layers")
# A graph with more values is drawn by neurons; with more neurons or edges, by layers. More edges than the last number
# are not drawn.
_MAX_VALUES, _MAX_NEURONS, _MAX_EDGES, _MAX_DRAWN = 40, 60, 600, 3000
_MAX_SHOWN_TWICE = 200_000  # characters of SVG; a larger picture is displayed only as SVG


class Drawing:
    """A picture of a graph.

    Attributes:
        digraph: the ``graphviz.Digraph``.
        detail: what each node of the picture stands for: ``"values"``, ``"neurons"`` or ``"layers"``.
    """

    def __init__(self, digraph: Any, detail: str) -> None:
        self.digraph, self.detail = digraph, detail

    @property
    def source(self) -> str:
        """The source of the picture in DOT, the language of Graphviz."""
        return self.digraph.source

    def svg(self) -> str:
        """Return the picture as the text of an SVG file.

        Raises:
            DrawingError: no renderer is installed, or it failed.
        """
        return render(self.digraph, "svg").decode("utf-8")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file that ends in .svg, .png, .pdf or .dot.

        Returns:
            The path, a ``pathlib.Path``.

        Raises:
            ValueError: the path has another ending.
            DrawingError: no renderer is installed, or it failed.
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

    show = Absent("write save('graph.svg'). A notebook displays a drawing in the last line of a cell by itself")
    render = Absent("write save('graph.svg'), or svg() for the text of the file")
    view = Absent("write save('graph.svg'), and open the file")

    def __dir__(self):
        return listed(self, super().__dir__())

    def __repr__(self):
        return f"<drawing of {self.detail}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            svg = self.svg()
            shown = {"image/svg+xml": svg, "text/plain": repr(self)}
            if len(svg) < _MAX_SHOWN_TWICE:  # an untrusted notebook displays no SVG, but it displays PNG
                shown["image/png"] = b64encode(render(self.digraph, "png")).decode("ascii")
            return shown
        except Exception as error:  # a repr never raises, so it says why there is no picture
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
    r"""Draw the graph under a value, with the gradients of that value.

    Args:
        value: the node in which the graph ends.
        detail: ``"values"``: each value is a node. ``"neurons"``: each neuron is a node that lists its weights and
            their gradients, and the neurons of a layer stand in a column. ``"layers"``: each layer is a node. By
            default, values are drawn if there are at most 40, otherwise neurons, and for large networks layers.
        edges: True to label each edge with the local derivative.
        deltas: True to show the delta of each neuron.
        formulas: True to show the formula of each delta as well.
        expand: the neurons whose weights are listed even if their layer is large. Each is named by its activation, such
            as ``"a[2]"``, by a node, or by the number of its layer. In a picture of layers, a layer that is named here,
            or has a neuron that is named here, is drawn neuron by neuron.
        sample: the number of the sample to draw, from 1, if several are recorded.
        rankdir: the direction of the picture, as in Graphviz: ``"LR"`` from left to right, ``"TB"`` from top to bottom.
        parameters: the parameters of the network, as for :func:`autograd.derive`.
        inputs: the inputs of the network, as for :func:`autograd.derive`.
        targets: the targets, as for :func:`autograd.derive`.

    Returns:
        A :class:`Drawing`, which a notebook displays.

    Raises:
        TypeError: ``value`` is not a Value.
        ValueError: ``detail`` or ``rankdir`` is unknown, or there is no such sample, neuron or layer.
        GraphError: the graph has no neurons, and neurons or layers were requested.
        DrawingError: the picture would have too many nodes; the message names a detail that works.
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
        raise ValueError(f"detail is one of {', '.join(DETAILS)}, found {detail!r}: choose one of these.")
    if rankdir not in ("LR", "RL", "TB", "BT"):
        raise ValueError(f"rankdir is LR, RL, TB or BT, found {rankdir!r}: choose one of these.")
    nodes = order(value)
    network = None
    if detail in ("neurons", "layers") or (detail is None and (len(nodes) > _MAX_VALUES or deltas or formulas)):
        network = _network(value, parameters, inputs, targets, required=detail is not None)
    if detail is None:
        detail = "values" if network is None or not network.neurons else "neurons"
        if (
            network is not None
            and detail == "neurons"
            and (sum(network.sizes) > _MAX_NEURONS or _edges(network) > _MAX_EDGES)
        ):
            detail = "layers"
    if detail == "values":
        if too_large(nodes):
            raise DrawingError(
                f"this graph has {len(nodes):,} values, too many to read: ask for detail='neurons' or "
                "'layers', or draw a part of it, such as one sample's loss or a neuron."
            )
        return Drawing(values_picture(value, nodes, rankdir, edges), detail)
    if network is None or not network.neurons:
        raise GraphError("there is no neuron in this graph: ask for detail='values'.")
    if not isinstance(sample, int) or not 1 <= sample <= network.samples:
        raise ValueError(f"samples count from 1 to {network.samples}, found {sample!r}.")
    if detail == "neurons" and _edges(network) > _MAX_DRAWN:
        raise DrawingError(
            f"this network has {_edges(network):,} connections, too many to draw: ask for detail='layers'."
        )
    derivation = Derivation(network)
    expand = _checked_names(network, derivation, expand)
    if detail == "layers":
        picture = layers_picture(network, derivation, sample, rankdir, deltas, formulas, expand)
    else:
        picture = neurons_picture(network, derivation, sample, rankdir, edges, deltas, formulas, expand)
    return Drawing(picture, detail)


def _checked_names(network, derivation, expand):
    """Return ``expand`` as a tuple. Raise ``ValueError`` if it names something that the network does not have."""
    expand = (expand,) if isinstance(expand, (str, int, Value)) else tuple(expand)
    printer = derivation._printer
    names = sorted({printer.symbol_text(network.symbol_of[n.a]) for n in network.neurons})
    known = {*names} | {x for n in network.neurons for x in (n.s, n.a, n.layer)}
    for x in expand:
        if x not in known:
            raise ValueError(
                f"expand names {x!r}, but there is no neuron or layer here with that name: give the name of an "
                f"activation such as {names[0]!r}, its node, or the number of a layer."
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
