"""The page that plays a film: the network with its weights as lines, the plane of answers, and the loss."""

import base64
import math
from itertools import pairwise

from autograd.drawing.marks import colour, number, text, width
from autograd.drawing.page import correspondence_html, player
from autograd.drawing.rendering import render
from autograd.engine.algebra import is_real
from nn.names import NeuronName

__all__ = ["canvases", "film_aliases", "film_lines", "film_page", "film_picture"]

_MAX_LINES = 600  # networks with more weights are drawn by layers
_WIDEST = "\u03b4 \u22120.0000e\u221200"  # the widest text, for which Graphviz reserves space


def film_page(film) -> str:
    """Return the page of a film that has at least one frame."""
    svg, texts, strokes, names, owned = _picture(film)
    data = {
        "unit": "frame",
        "pace": 150,
        "start": str(film[0]),
        "steps": [{"text": str(frame)} for frame in film[1:]],
        "texts": texts,
        "strokes": strokes,
        "names": names,
        "aliases": film_aliases(film, names, owned),
        "own": owned,
        "parameters": {"names": film.names, "frames": [[_short(x) for x in frame.parameters] for frame in film]},
        "curves": _curves(film, names),
        "loss": [_short(frame.loss) for frame in film],
        "plane": _painted(film),
    }
    panel = canvases(film.plane) + correspondence_html(film.correspondence)
    return player("A training, update by update", data, svg, script=_SCRIPT, kind="film", panel=panel)


def film_aliases(film, names, owned) -> dict:
    """Return more names that a reader can search for on the page, a dict from name to box.

    They are the names of weights, and the names of neurons and weights in formulas.

    Args:
        film: the film.
        names: a dict from box to its name.
        owned: a dict from box to the numbers of its parameters.
    """
    mine = {film.names[k]: box for box, parameters in owned.items() for k in parameters}
    found = mine | {name: box for box, name in names.items()}
    return mine | {film.aliases[name]: box for name, box in found.items() if name in film.aliases}


def _curves(film, names):
    """Return a dict from each neuron in the picture to its deltas, frame by frame."""
    found: dict = {}
    for n, frame in enumerate(film):
        for (layer, neuron), delta in frame.deltas.items():
            if _id(layer, neuron) in names:
                found.setdefault(_id(layer, neuron), []).append([n, _short(delta)])
    return {name: _changes(rows) for name, rows in found.items()}


def canvases(plane) -> str:
    """Return the HTML canvases for the loss and, if there is one, for the plane of answers."""
    found = '<canvas id="curve" width="320" height="320" role="img" aria-label="the mean loss by update"></canvas>'
    if plane is None:
        return found
    named = 'role="img" aria-label="the answers over the plane"'
    return f'<canvas id="plane" width="320" height="320" {named}></canvas>{found}'


def film_picture(film) -> str:
    """Return the network of a film as SVG; empty if the model's parameters do not have labels as in :mod:`nn`."""
    return _picture(film)[0]


def film_lines(film) -> tuple:
    """Return the network of a film as SVG, its lines with their parameters, and the parameters of each neuron."""
    svg, _, strokes, _, owned = _picture(film)
    return svg, [[name, int(name[1:])] for name, _ in strokes if name.startswith("w")], owned


def _short(x):
    """Return a number with four digits; None if it is not finite, because JSON cannot express that."""
    return float(f"{x:.4g}") if math.isfinite(x) else None


def _painted(film):
    """Return the answers as bytes, one for each point: a level from 0 to 255, or, for several outputs, the class."""
    if film.plane is None:
        return None
    several = len(film[0].answers[0][0]) > 1
    if several:
        levels = [[max(range(len(p)), key=p.__getitem__) for row in f.answers for p in row] for f in film]
        targets = [int(y) if is_real(y) else max(range(len(y)), key=y.__getitem__) for y in film.Y]
    else:
        every = [p[0] for f in film for row in f.answers for p in row if math.isfinite(p[0])] or [0.0]
        targets = [y if is_real(y) else y[0] for y in film.Y]
        # white means half-way between the targets, and an answer has the same colour in every frame
        middle = (min(targets) + max(targets)) / 2
        reach = max(abs(max(every) - middle), abs(min(every) - middle)) or 1.0
        levels = [[_level(p[0], middle, reach) for row in f.answers for p in row] for f in film]
        targets = [int(y > middle) for y in targets]
    (a, *_, b), (c, *_, d) = film.plane
    return {
        "size": len(film.plane[0]),
        "several": several,
        "frames": [base64.b64encode(bytes([min(x, 255) for x in level])).decode() for level in levels],
        "samples": [
            [_short((x - a) / (b - a)), _short((y - c) / (d - c)), k] for (x, y), k in zip(film.X, targets, strict=True)
        ],
    }


def _level(x, middle, reach):
    if x != x:
        return 128
    return round(127.5 + 127.5 * max(-1.0, min(1.0, (x - middle) / reach)))


def _picture(film):
    """Return the network with an id for every neuron and line: SVG, texts, strokes, names, and parameters by neuron.

    All are empty if the model's parameters do not have labels as in :mod:`nn`.
    """
    import graphviz  # lazy: importing nn stays quick

    if not film.labels or not all(isinstance(label, NeuronName) for label in film.labels):
        return "", [], [], {}, {}
    if len(film.names) > _MAX_LINES:
        return _layers(film, graphviz)
    sheet = graphviz.Digraph(
        "film", graph_attr={"rankdir": "LR", "ranksep": "1.6", "nodesep": "0.06", "splines": "line"}
    )
    sheet.attr(outputorder="edgesfirst")
    sheet.attr("node", shape="box", style="rounded,filled", fillcolor="white", fontname="Helvetica", fontsize="9")
    sheet.attr("node", margin="0.06,0.02", height="0.3", width="0.5")
    sheet.attr("edge", arrowhead="none")
    owned: dict = {}
    places: dict = {}
    for k, label in enumerate(film.labels):
        owned.setdefault(_id(label.layer, label.neuron), []).append(k)
        places[_id(label.layer, label.neuron)] = (label.layer, label.neuron)
    inputs = sorted({label.source for label in film.labels if label.layer == 1 and label.source is not None})
    for j in inputs:
        sheet.node(_id(0, j), label=f"<{text(f'x[{j}]')}>", fillcolor="#e8f3e4")
    largest = max([abs(d) for frame in film for d in frame.deltas.values() if math.isfinite(d)], default=0.0)
    texts, strokes, names = [], [], {}
    for name, (layer, neuron) in places.items():
        sheet.node(name, id=name, label=f"a{layer}[{neuron}]\n{_WIDEST}")
        names[name] = f"a{layer}[{neuron}]"
        at = [(n, frame.deltas.get((layer, neuron), 0.0)) for n, frame in enumerate(film)]
        texts.append([name, 1, _changes([(n, f"\u03b4 {number(d)}") for n, d in at])])
        strokes.append([name, _changes([(n, colour(d, largest), width(d, largest)) for n, d in at])])
    _in_order(sheet, [_id(0, j) for j in inputs], *_columns(places))
    heaviest = max([abs(x) for frame in film for x in frame.parameters if math.isfinite(x)], default=0.0)
    for k, label in enumerate(film.labels):
        tail, head = _id(label.layer - 1, label.source), _id(label.layer, label.neuron)
        if label.source is None or (tail not in places and label.layer > 1):
            continue
        sheet.edge(f"{tail}:e", f"{head}:w", id=f"w{k}")
        at = [(n, frame.parameters[k]) for n, frame in enumerate(film)]
        strokes.append([f"w{k}", _changes([(n, colour(x, heaviest), width(x, heaviest)) for n, x in at])])
    return _svg(sheet), texts, strokes, names, owned


def _columns(places):
    """Return the neurons of each layer."""
    columns: dict = {}
    for name, (layer, _) in places.items():
        columns.setdefault(layer, []).append(name)
    return columns.values()


def _in_order(sheet, *columns):
    """Make Graphviz place the nodes of each column below each other, in the order of the list."""
    for column in columns:
        with sheet.subgraph(graph_attr={"rank": "same"}) as rank:
            for above, below in pairwise(column):
                rank.edge(above, below, style="invis")


def _layers(film, graphviz):
    """Return the same for a picture by layers, if there are too many weights for one line each."""
    sheet = graphviz.Digraph("film", graph_attr={"rankdir": "LR"})
    sheet.attr("node", shape="box", style="rounded,filled", fillcolor="white", fontname="Helvetica", fontsize="11")
    texts, names, owned = [], {}, {}
    for layer in sorted({label.layer for label in film.labels}):
        mine = [k for k, label in enumerate(film.labels) if label.layer == layer]
        name = f"l{layer}"
        shown = f"layer {layer}, {len(mine)} parameters"
        sheet.node(name, id=name, label=f"{shown}\nmean |w|\n{_WIDEST}")
        if layer > 1:
            sheet.edge(f"l{layer - 1}", name)
        names[name], owned[name] = shown, mine
        size = [sum([abs(f.parameters[k]) for k in mine]) / len(mine) for f in film]
        rms = [_rms([d for (at, _), d in f.deltas.items() if at == layer]) for f in film]
        texts.append([name, 2, _changes([(n, f"mean |w| {number(x)}") for n, x in enumerate(size)])])
        texts.append([name, 1, _changes([(n, f"rms \u03b4 {number(x)}") for n, x in enumerate(rms)])])
    return _svg(sheet), texts, [], names, owned


def _svg(sheet):
    svg = render(sheet, "svg").decode("utf-8")
    return svg[svg.index("<svg") :]


def _id(layer, neuron):
    return f"n{layer}_{neuron}"


def _rms(numbers):
    return math.sqrt(math.fsum([x * x for x in numbers]) / len(numbers)) if numbers else 0.0


def _changes(rows):
    """Return the rows without those that repeat the row before."""
    found: list = []
    for row in rows:
        if not found or list(row[1:]) != found[-1][1:]:
            found.append(list(row))
    return found


_SCRIPT = """
const CLASSES = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"];
function mixed(level) {
  const t = level / 127.5 - 1, to = t > 0 ? [238, 102, 119] : [68, 119, 170];
  return "rgb(" + to.map(c => Math.round(255 + (c - 255) * Math.abs(t))).join(",") + ")";
}
function plane(k) {
  const P = S.plane, g = by("plane").getContext("2d"), n = P.size, side = 320 / n, bytes = atob(P.frames[k]);
  g.clearRect(0, 0, 320, 320);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
    const level = bytes.charCodeAt(i * n + j);
    g.globalAlpha = P.several ? 0.4 : 0.8;
    g.fillStyle = P.several ? CLASSES[level % CLASSES.length] : mixed(level);
    g.fillRect(j * side, 320 - (i + 1) * side, side, side);
  }
  g.globalAlpha = 1;
  for (const [x, y, c] of P.samples) {
    g.beginPath(); g.arc(x * 320, 320 - y * 320, 3.5, 0, 7);
    g.fillStyle = CLASSES[c % CLASSES.length]; g.fill(); g.strokeStyle = "#222"; g.lineWidth = 0.7; g.stroke();
  }
}
function curve(k) {
  const g = by("curve").getContext("2d"), known = S.loss.filter(x => x !== null), top = Math.max(...known) || 1;
  const ink = name => getComputedStyle(document.body).getPropertyValue("--" + name).trim();
  const at = (n, x) => [30 + n / Math.max(1, S.loss.length - 1) * 275, 300 - x / top * 275];
  g.clearRect(0, 0, 320, 320); g.font = "12px sans-serif"; g.fillStyle = ink("text");
  g.strokeStyle = ink("line"); g.lineWidth = 1; g.strokeRect(30, 25, 275, 275);
  g.fillText("mean loss, up to " + +top.toPrecision(4), 30, 16); g.fillText("0", 18, 304); g.fillText("frame", 30, 315);
  g.textAlign = "right"; g.fillText(String(S.loss.length - 1), 305, 315); g.textAlign = "left";
  g.beginPath(); g.strokeStyle = ink("positive"); g.lineWidth = 1.6;
  S.loss.forEach((x, n) => { if (x !== null) g.lineTo(...at(n, x)); }); g.stroke();
  if (S.loss[k] !== null) {
    g.beginPath(); g.arc(...at(k, S.loss[k]), 5, 0, 7); g.fillStyle = ink("negative"); g.fill();
  }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => curve(k));
const filmDrawn = k => { if (S.plane) plane(k); curve(k); };
const filmHistory = id => S.own[id].slice(0, 60).map(p => S.parameters.names[p] + " = " + S.parameters.frames[k][p] +
  (k ? ", began as " + S.parameters.frames[0][p] : ""));
const makeHooks = () => ({drawn: filmDrawn, history: filmHistory});
""".strip()
