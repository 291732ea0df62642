"""``play(f, w=(-3, 3))``: a page with sliders that move leaves of a graph and show its new numbers and gradients.

The forward pass and the reverse sweep are exported as JavaScript, and the page computes them itself. So a saved page
works without a network and without Python.
"""

import math
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from autograd.compiler.source import Export
from autograd.drawing.page import correspondence_html, player, static
from autograd.drawing.stepping import aliases_in, every_step, outputs_of, steps
from autograd.drawing.widgets import PAGES, widget_of
from autograd.engine.absent import Absent, listed
from autograd.engine.errors import GraphError
from autograd.engine.value import Value
from autograd.formulas.naming import correspondence

__all__ = ["Play", "play"]

_MAX_SLIDERS = 24
_FINE = 600  # positions of a slider
_START = 2 / 3  # of the range; at its middle there is often a 0, at which no gradient flows


class Play:
    """A page with a graph and sliders. A notebook displays it.

    Attributes:
        loss: the node in which the graph ends.
        sliders: a dict from each leaf that can be moved to its name, its least and its largest number.
    """

    def __init__(self, loss, sliders):
        """Take a recorded loss, and a dict from leaves to ``(name, least, largest)``."""
        self.loss, self.sliders = loss, sliders
        self._steps = every_step(loss)

    show = Absent("write save('play.html'), and open the file. A notebook displays it in the last line of a cell")

    def __dir__(self):
        return listed(self, super().__dir__())

    def __repr__(self):
        return f"<play of {', '.join([name for name, *_ in self.sliders.values()])}>"

    def html(self) -> str:
        """Return one self-contained page.

        Raises:
            DrawingError: the graph is too large for a picture, or no renderer is installed.
            AlgebraError: a primitive cannot be exported; the message names it.
        """
        return self._page(self._steps.picture())

    def save(self, path) -> Path:
        """Write the page to a file that ends in .html, and return its path.

        Raises:
            ValueError: the file has another ending.
        """
        path = Path(path)
        if path.suffix != ".html":
            raise ValueError(f"play is saved as .html, found {path.name!r}: choose a name that ends in .html.")
        path.write_text(self.html(), encoding="utf-8")
        return path

    def widget(self) -> Any:
        """Return a widget for a notebook. Its trait ``numbers`` follows the sliders, and setting it moves them.

        Returns:
            An ``anywidget.AnyWidget``. ``numbers`` is a dict from the name of each slider to its number.

        Raises:
            ModuleNotFoundError: anywidget is not installed; the message says how to get it.
            DrawingError: as for :meth:`html`.
            AlgebraError: as for :meth:`html`.
        """
        numbers: dict = {}
        for leaf, (name, *_) in self.sliders.items():
            numbers[name if name not in numbers else f"{name} ({len(numbers)})"] = leaf.data
        return widget_of(self.html(), numbers)

    def _repr_html_(self):
        try:
            picture = self._steps.picture()
            return static(picture.svg, [], self._page(picture))
        except Exception as error:  # a repr never raises
            return static("", [], None, str(error))

    def _page(self, picture):
        export = Export(self.loss, list(self.sliders), "javascript", every=True)
        place = {node: k for k, node in enumerate(export.nodes)}
        names = self._steps.names
        texts, inner = [], {}
        for node, box in picture.box_of.items():
            if node in names:
                inner.setdefault(box, []).append(place[node])
        for node, (text, sign) in picture.text_of.items():
            texts.append([picture.box_of[node], text, place[node], sign])
        for node, (box, text) in picture.data_of.items():
            texts.append([box, text, place[node], ""])
        content = {
            "unit": "step",
            "pace": 700,
            "steps": [],
            "texts": [],
            "strokes": [],
            "start": "",
            "names": picture.titles,
            "aliases": aliases_in(picture, self.loss),
            "live": {
                "at": [leaf.data for leaf in self.sliders],
                "inputs": [place.get(leaf) for leaf in self.sliders],
                "root": place[self.loss],
                "names": [names[node] for node in export.nodes],
                "texts": texts,
                "edges": export.edges,
                "lines": _lines(export, picture, place),
                "inner": inner,
            },
        }
        script = f"const compute = (() => {{\n{export.text()}return loss;\n}})();\n{_live()}"
        panel = self._panel(place, names) + correspondence_html(correspondence(self.loss, names))
        return player(
            "Move the sliders and watch the gradients", content, picture.svg, self._aside(), script, "live", panel
        )

    def _panel(self, place, names):
        """Return HTML for the plot and for the menus that choose the values it shows."""
        shown = [self.loss, *outputs_of(self.loss)]
        axes = [(k, name) for k, (name, *_) in enumerate(self.sliders.values())]
        second = 2 if len(axes) > 1 else 0
        return (
            '<canvas id="plane" width="320" height="240" role="img" aria-labelledby="caption"></canvas>'
            '<p id="caption"></p><div id="axes">'
            f"{_choice('shown', 'plot', [(place[node], names[node]) for node in shown])}"
            f"{_choice('across', 'across', axes)}{_choice('up', 'up', [('', 'nothing'), *axes], second)}"
            "</div>"
        )

    def _aside(self):
        rows = []
        for k, (leaf, (name, least, largest)) in enumerate(self.sliders.items()):
            rows.append(
                f'<div><label for="leaf{k}">{escape(name)}</label><input id="leaf{k}" type="range" min="{least!r}" '
                f'max="{largest!r}" step="{(largest - least) / _FINE!r}" value="{leaf.data!r}">'
                f'<output for="leaf{k}"></output></div>'
            )
        return "".join([*rows, '<div><button id="again">start again</button></div>'])


def _choice(key, said, options, chosen=0):
    listed = "".join(
        [
            f'<option value="{value}"{" selected" if k == chosen else ""}>{escape(shown)}</option>'
            for k, (value, shown) in enumerate(options)
        ]
    )
    return f'<label>{said} <select id="{key}">{listed}</select></label>'


def _lines(export, picture, place):
    """Return, for each line between two boxes, its id, its edges, and the neurons and weights of plain inputs."""
    lines: dict = {}
    box_of = {place[node]: box for node, box in picture.box_of.items() if node in place}
    for e, (k, j) in enumerate(export.edges):
        if box_of[k] != box_of[j]:
            lines.setdefault(f"e_{box_of[j]}_{box_of[k]}", ([], []))[0].append(e)
    for tail, head, s, weight, sign in picture.plain:
        lines.setdefault(f"e_{tail}_{head}", ([], []))[1].append((place[s], place[weight], sign))
    return [[line, *parts] for line, parts in lines.items()]


def _live():
    return (PAGES / "live.js").read_text(encoding="utf-8")


def play(f: Value | Callable[..., Value], **leaves: Any) -> Play:
    """Return a page with sliders that move leaves of a graph. Its numbers and gradients follow the sliders.

    Args:
        f: a function of Values that returns a Value, or a recorded loss. A function is called once, and the page
            replays that recording, so use ``where`` and not ``if`` for cases.
        **leaves: for a function, each argument by its name: either a range ``(least, largest)`` for a slider, which
            starts at two thirds of its range, or a constant number. For a loss, a range for each leaf that gets a
            slider, by its label; without any, all leaves get sliders.

    Returns:
        A :class:`Play`. ``save("play.html")`` writes it to a file that needs no network.

    Raises:
        TypeError: an argument is neither a number nor a pair of numbers, or ``f`` does not return a Value.
        ValueError: a range is empty or not finite.
        GraphError: there is no leaf to move, there are more than 24, or no leaf has a label that is given.

    Example:
        >>> from autograd import play, tanh
        >>> play(lambda w, x: tanh(w * x), w=(-3, 3), x=0.5)
        <play of w>
    """
    if isinstance(f, Value):
        return _checked(f, _of_a_loss(f, leaves))
    if not callable(f):
        raise TypeError(f"play takes a function or a recorded loss, found {type(f).__name__}: give one of these.")
    arguments, sliders = {}, {}
    for name, given in leaves.items():
        ends = _range(name, given)
        number = given if ends is None else ends[0] + (ends[1] - ends[0]) * _START
        arguments[name] = leaf = Value(number, name)
        if ends is not None:
            sliders[leaf] = (name, *ends)
    try:
        loss = f(**arguments)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # from a line of the function
        raise TypeError(f"{error}: give each argument a range or a number, by its name, as in w=(-3, 3).") from None
    if not isinstance(loss, Value):
        raise TypeError(f"the function returned a {type(loss).__name__}: return the Value that it computes.")
    return _checked(loss, sliders)


def _checked(loss, sliders):
    if not sliders:
        raise GraphError("nothing can be moved: give an argument a range, such as w=(-3, 3).")
    if len(sliders) > _MAX_SLIDERS:
        raise GraphError(
            f"{len(sliders)} leaves are more than the {_MAX_SLIDERS} sliders that fit: name those to move, by their "
            "labels, such as w=(-3, 3)."
        )
    return Play(loss, sliders)


def _of_a_loss(loss, leaves):
    found = steps(loss)
    every = {node: found.names[node] for node in found.nodes if node.op is None}
    if not leaves:
        return {node: (every[node], *_around(node.data)) for node in sorted(every, key=lambda x: _natural(every[x]))}
    sliders = {}
    for label, given in leaves.items():
        node = next((node for node in every if node.label == label), None)
        if node is None:
            raise GraphError(
                f"no leaf under this loss has the label {label!r}: its leaves are {', '.join(every.values())}."
            )
        ends = _range(label, given)
        if ends is None:
            raise TypeError(f"{label} of a recorded loss is {given!r}: give a range, such as (-3, 3).")
        sliders[node] = (label, min(ends[0], node.data), max(ends[1], node.data))
    return sliders


def _natural(name):
    """Return a key that sorts w1[2] before w1[10]."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _around(x):
    reach = max(3.0, 2.0 * abs(x))
    return x - reach, x + reach


def _range(name, given):
    """Return the ends of a slider, or None for a number, which stays constant."""
    if not isinstance(given, (tuple, list)):
        return None
    if len(given) != 2:
        raise TypeError(f"{name} is {given!r}: give a number, or a range such as (-3, 3).")
    least, largest = float(given[0]), float(given[1])
    if not (math.isfinite(least) and math.isfinite(largest) and least < largest):
        raise ValueError(f"{name} goes from {least!r} to {largest!r}: give two finite numbers, the smaller one first.")
    return least, largest
