"""The page that plays the steps of a sweep, one file that needs no network, and a static view without scripts."""

import json
import math
import re
from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from autograd.drawing.marks import number
from autograd.formulas.printing import escape_latex

__all__ = ["Picture", "correspondence_html", "page", "player", "rows_of", "static"]

_MAX_ROWS, _MAX_FORMULAS = 400, 150

_HINT = {
    "walk": "Click a node to see its history.",
    "film": "Click a neuron to see its weights.",
    "train": "Click a neuron to see its weights.",
    "live": "Click a node to see its values and how its gradient is computed.",
}

_PAGES = Path(__file__).with_name("pages")


@cache
def _file(name):
    return (_PAGES / name).read_text(encoding="utf-8")


def player(title, content, svg="", aside="", script="", kind="walk", panel="") -> str:
    """Return a page that plays steps. It has buttons, a slider, arrow keys, zoom, search, and histories of values.

    Args:
        title: the title of the page, as text.
        content: the data to play, in types that JSON has; the comment at the top of ``explorer.js`` describes them.
        svg: the picture.
        aside: HTML for the left of the picture.
        script: JavaScript that defines ``makeHooks``, for further behaviour of the page.
        kind: a class of the page's body, which selects its style.
        panel: HTML above the history of a value.
    """
    # Escaped, so that no label can end the element that holds the data.
    data = json.dumps(content).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    parts = {
        "title": escape(title),
        "style": _file("explorer.css"),
        "kind": kind,
        "count": str(len(content["steps"])),
        "unit": content["unit"],
        "aside": aside,
        "panel": panel,
        "hint": _HINT[kind],
        "svg": svg,
        "data": data,
        "script": f"{script}\n{_file('explorer.js')}" if script else _file("explorer.js"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _file("explorer.html"))


def _latex(step, forward):
    if forward:
        return rf"{_name(step.name)} = {step.data:.6g}"
    node, x = _name(step.name), _name(step.operand_name)
    first = step.before == 0.0
    before, before_number = ("", "") if first else (rf"\frac{{\partial L}}{{\partial {x}}} + ", f"{step.before:.4g} + ")
    return (
        rf"\frac{{\partial L}}{{\partial {x}}} \leftarrow {before}"
        rf"\frac{{\partial L}}{{\partial {node}}} \cdot \frac{{\partial {node}}}{{\partial {x}}} = "
        rf"{before_number}{_factor(step.adjoint, first)} \cdot {_factor(step.local)} = {step.after:.4g}"
    )


def _name(text):
    return text if len(text) == 1 and text.isalpha() and text.isascii() else rf"\text{{{escape_latex(text)}}}"


def _factor(x, leads=False):
    """Return a number as the text of a factor, in brackets if its minus sign would follow another sign."""
    return f"({x:.4g})" if x < 0 and not leads else f"{x:.4g}"


def page(picture, steps, nodes, names, forward, aliases=None, note="") -> str:
    """Return the page for the steps of a sweep over ``nodes``.

    Args:
        picture: a :class:`Picture` of the graph.
        steps: the steps to play.
        nodes: all nodes, operands first.
        names: a dict from each node to its name.
        forward: True for the forward pass.
        aliases: a dict from further names by which a value can be found to the id of its box.
        note: a sentence that says which names formulas use in place of these names, or an empty text.
    """
    gradients: dict = {}
    if not forward:
        gradients = {node: [[0, 1.0 if node is nodes[-1] else 0.0]] for node in nodes}
    played: list = []
    for step in steps:
        one = {"text": str(step).strip(), "from": picture.box_of[step.node]}
        if not forward:
            tail, head = picture.box_of[step.operand], one["from"]
            one |= {"to": tail, "edge": f"e_{tail}_{head}" if tail != head else ""}
            figures = ["" if step.before == 0.0 else number(step.before)]
            figures += [number(x) for x in (step.adjoint, step.local, step.after)]
            one["sum"] = [step.name, step.operand_name, *figures]
            gradients[step.operand].append([step.number, step.after])
        played.append(one)
    own = {picture.box_of[node]: node for node in reversed(nodes) if node in picture.text_of}
    content = {
        "unit": "step",
        "pace": 700,
        "steps": played,
        "texts": [
            [picture.box_of[node], place, [[k, f"{sign} {number(x)}"] for k, x in gradients[node]]]
            for node, (place, sign) in picture.text_of.items()
            if node in gradients
        ],
        "strokes": [],
        "start": ("" if forward else "dL/dL = 1. ") + "Press next, or the right arrow key.",
        "names": picture.titles,
        "aliases": aliases or {},
        "rows": {
            box: [
                [names[node], number(node.data), [[k, "\u2202 " + number(x)] for k, x in gradients.get(node, ())]]
                for node in inner
            ]
            for box, inner in picture.inner.items()
        },
        "curves": {
            box: [[k, x if math.isfinite(x) else None] for k, x in gradients[node]]
            for box, node in own.items()
            if node in gradients
        },
    }
    title = "The forward pass" if forward else "The backward sweep"
    panel = correspondence_html(note)
    return player(f"{title}, step by step", content, picture.svg, panel=panel)


def correspondence_html(sentence) -> str:
    """Return, as HTML for the panel, the sentence that maps these names to the names in formulas. It may be empty."""
    return f'<p id="correspondence">{escape(sentence)}</p>' if sentence else ""


class Picture(NamedTuple):
    """A drawn graph, with the ids by which the page finds its parts.

    Fields:
        svg: the picture.
        box_of: a dict from each node to the id of the box that shows it.
        text_of: a dict from each node whose gradient is shown to a text and its sign. The text is given by its id, or
            by its place in the box, counted from the last text.
        titles: a dict from each box to its title.
        inner: a dict from each box that stands for several values to those values.
        data_of: a dict from each node whose number is shown to the id of its box and the place of the text in the box,
            counted from the last text.
        plain: the lines from inputs that are plain numbers. Each has the ids of both boxes, the node that reads the
            input, the weight and its sign.
    """

    svg: str
    box_of: dict
    text_of: dict
    titles: dict
    inner: dict
    data_of: dict
    plain: list


def static(svg, rows, whole, error="", height=520) -> str:
    """Return HTML for a notebook: the page in a frame, and below it the picture and the steps, which need no scripts.

    Args:
        svg: the picture, or an empty text.
        rows: pairs of a text that is always visible, and HTML that unfolds below it.
        whole: the page, or None if it could not be made.
        error: the reason why it could not be made, or an empty text.
        height: the height of the frame in pixels.
    """
    folded = "".join([f"<details><summary>{escape(said)}</summary>{more}</details>" for said, more in rows[:_MAX_ROWS]])
    frame = ""
    if whole is not None:
        frame = (
            f'<iframe srcdoc="{escape(whole, quote=True)}" sandbox="allow-scripts" width="100%" '
            f'height="{height}" style="border:1px solid #ddd"></iframe>'
        )
    note = f"<p>{escape(error)}</p>" if error else ""
    # The picture is an image, because SVG is removed from untrusted notebooks and images are not.
    picture = f'<img alt="the graph" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">' if svg else ""
    return f"{frame}{note}<details><summary>picture and steps without the player</summary>{picture}{folded}</details>"


def rows_of(steps, forward) -> list:
    """Return the rows for :func:`static`. They have no formulas if there are many steps, to keep notebooks small.

    The formulas are LaTeX, because notebooks typeset it, but remove the structure of MathML.
    """
    few = len(steps) <= _MAX_FORMULAS
    return [(str(s).strip(), f"${escape(_latex(s, forward))}$" if few else "") for s in steps[:_MAX_ROWS]]
