"""The page that plays the steps of a sweep: one file, no network, texts escaped; and what remains without scripts."""

import json
from base64 import b64encode
from html import escape

from autograd.drawing.marks import number
from autograd.formulas.printing import escape_latex, printable
from autograd.formulas.report import mathml

__all__ = ["page", "player", "rows_of", "static"]

_MOST_ROWS, _MOST_FORMULAS = 400, 150

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:1rem;color:#222}
#head{position:sticky;top:0;background:#fff;z-index:1;padding-top:.2rem}
#bar{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap} button{font:inherit;padding:.15rem .7rem}
#at{min-width:6rem} #what{margin:.6rem 0;min-height:3.2rem} #why math{font-size:1.15rem}
svg{max-width:100%;height:auto} .node{cursor:pointer;scroll-margin:11rem 2rem 2rem}
.from polygon,.from path{stroke:#d97706;stroke-width:2.5} .to polygon,.to path{stroke:#1f5aa8;stroke-width:2.5}
.walk .edge{opacity:.35} .walk .edge.now{opacity:1} .edge.now path{stroke:#d97706;stroke-width:3}
.walk .edge.done{opacity:.8} canvas{display:block;margin:0 1rem .6rem 0;border:1px solid #ddd}
.film #stage{display:flex} .film svg{max-height:90vh}
#history{border-left:3px solid #c9ccd2;padding-left:.8rem;color:#2f5577;white-space:pre-wrap;font:13px/1.5 monospace}
""".strip()

# ``S`` holds what the page plays. steps: for each after the start, what it says and which elements it is about. texts:
# an element, which of its texts, counted from the last, and what it reads from which step on. strokes: the same for
# the colour and width of a line. ``drawn`` is called with each step shown, ``told`` with an element that was clicked.
_SCRIPT = """
let k = 0, timer = null;
function latest(list) { let at = list[0]; for (const e of list) { if (e[0] > k) break; at = e; } return at; }
function show(j) {
  k = Math.max(0, Math.min(S.steps.length, j));
  by("slider").value = k;
  by("at").textContent = S.unit + " " + k + " of " + S.steps.length;
  by("prev").disabled = k === 0; by("next").disabled = k === S.steps.length;
  document.querySelectorAll(".from,.to,.now,.done").forEach(e => e.classList.remove("from", "to", "now", "done"));
  for (const [id, place, list] of S.texts) {
    const t = by(id).querySelectorAll("text");
    t[t.length - place].textContent = latest(list)[1];
  }
  for (const [id, list] of S.strokes) {
    const line = by(id).querySelector("path"), [, colour, width] = latest(list);
    line.setAttribute("stroke", colour); line.setAttribute("stroke-width", width);
  }
  for (let j = 0; j < k; j++) if (S.steps[j].edge && by(S.steps[j].edge)) by(S.steps[j].edge).classList.add("done");
  const s = k ? S.steps[k - 1] : null;
  by("said").textContent = s ? s.text : S.start;
  by("why").innerHTML = by("why" + k) ? by("why" + k).innerHTML : "";
  if (s && s.from) { by(s.from).classList.add("from"); if (s.to) by(s.to).classList.add("to");
    if (s.edge && by(s.edge)) { by(s.edge).classList.remove("done"); by(s.edge).classList.add("now"); }
    for (const id of [s.to, s.from]) if (id) by(id).scrollIntoView({block: "nearest", inline: "nearest"}); }
  drawn(k);
}
function play() {
  if (timer) { clearInterval(timer); timer = null; by("play").textContent = "play"; return; }
  if (k === S.steps.length) show(0);
  by("play").textContent = "pause";
  timer = setInterval(() => { if (k === S.steps.length) play(); else show(k + 1); }, S.pace);
}
by("prev").onclick = () => show(k - 1); by("next").onclick = () => show(k + 1); by("play").onclick = play;
by("slider").oninput = e => show(+e.target.value);
document.addEventListener("keydown", e => {
  if (e.target.id === "slider") return;
  if (e.key === "ArrowRight") show(k + 1); if (e.key === "ArrowLeft") show(k - 1);
  if (e.key === "Home") show(0); if (e.key === "End") show(S.steps.length);
});
document.querySelectorAll(".node").forEach(g => g.addEventListener("click", () => {
  if (S.names[g.id] !== undefined) by("history").textContent = S.names[g.id] + "\\n" + told(g.id).join("\\n");
}));
show(0);
""".strip()

_DATA = """
const by = id => document.getElementById(id);
const S = JSON.parse(by("steps").textContent);
""".strip()

_WALK = """
const drawn = () => {};
const told = id => {
  const mine = S.steps.filter(s => s.from === id || s.to === id).map(s => s.text);
  return mine.length ? mine : ["no step touches it"];
};
""".strip()


def player(title, told, svg="", aside="", formulas=(), script=_WALK, kind="walk") -> str:
    """A page that plays something: previous, next, play, a slider, the arrow keys; a click on a node shows its history.

    Args:
        title: of the page, a text.
        told: what is played, as JSON can hold it; see the comment at ``_SCRIPT``.
        svg, aside: the picture, and HTML to its left. formulas: MathML for the steps 1, 2, ....
        script: defines ``drawn`` and ``told``. kind: a class of the body, for its style.
    """
    # nothing in a label may end the element that holds the data
    data = json.dumps(told).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    hidden = "".join([f'<span id="why{k}">{formula}</span>' for k, formula in enumerate(formulas, 1)])
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body class="{kind}">
<div id="head">
<div id="bar"><button id="prev">previous</button><button id="next">next</button><button id="play">play</button>
<input id="slider" type="range" min="0" max="{len(told["steps"])}" value="0" aria-label="{told["unit"]}">
<span id="at"></span></div>
<div id="what"><div id="said"></div><div id="why"></div></div></div>
<div id="stage"><div>{aside}</div><div>{svg}</div></div>
<div id="history">Click a node to see its history.</div>
<div hidden>{hidden}</div>
<script id="steps" type="application/json">{data}</script>
<script>{_DATA}
{script}
{_SCRIPT}</script>
</body></html>
"""


def _latex(step, forward):
    if forward:
        return rf"{_name(step.name)} = {step.data:.6g}"
    node, x = _name(step.name), _name(step.operand_name)
    return (
        rf"\frac{{\partial L}}{{\partial {x}}} \leftarrow {_figure(step.before)} + "
        rf"\frac{{\partial L}}{{\partial {node}}} \cdot \frac{{\partial {node}}}{{\partial {x}}} = "
        rf"{_figure(step.before)} + {_figure(step.adjoint)} \cdot {_figure(step.local)} = {_figure(step.after)}"
    )


def _name(text):
    return text if len(text) == 1 and text.isalpha() and text.isascii() else rf"\text{{{escape_latex(text)}}}"


def _figure(x):
    return f"({x:.4g})" if x < 0 else f"{x:.4g}"


def page(svg, steps, nodes, forward) -> str:
    """The page for steps of a graph whose nodes are drawn with the ids v0, v1, ... of their place in ``nodes``."""
    ids = {node: f"v{k}" for k, node in enumerate(nodes)}
    played: list = []
    gradients: dict = {}
    if not forward:
        gradients = {ids[node]: [[0, "\u2202 " + number(1.0 if node is nodes[-1] else 0.0)]] for node in nodes}
    for step in steps:
        one = {"text": str(step).strip(), "from": ids[step.node]}
        if not forward:
            one |= {"to": ids[step.operand], "edge": f"e_{ids[step.operand]}_{ids[step.node]}"}
            gradients[ids[step.operand]].append([step.number, "\u2202 " + number(step.after)])
        played.append(one)
    told = {
        "unit": "step",
        "pace": 700,
        "steps": played,
        "texts": [[name, 1, changes] for name, changes in gradients.items()],
        "strokes": [],
        "start": ("" if forward else "dL/dL = 1. ") + "Press next, or the right arrow key.",
        "names": {ids[node]: printable(node.label) if node.label is not None else ids[node] for node in nodes},
    }
    formulas = [mathml(_latex(s, forward)) or escape(str(s)) for s in steps]
    title = "The forward pass" if forward else "The backward sweep"
    return player(f"{title}, step by step", told, svg, formulas=formulas)


def static(svg, rows, whole, error="", height=520) -> str:
    """For a notebook: the page in a frame; below it, for where scripts are stripped, a picture and foldable rows.

    Args:
        rows: pairs of what is always to be seen, a text, and HTML that unfolds.
        whole: the page, or None where it could not be made. error: why not. height: of the frame, in pixels.
    """
    folded = "".join(
        [f"<details><summary>{escape(said)}</summary>{more}</details>" for said, more in rows[:_MOST_ROWS]]
    )
    frame = ""
    if whole is not None:
        frame = (
            f'<iframe srcdoc="{escape(whole, quote=True)}" sandbox="allow-scripts" width="100%" '
            f'height="{height}" style="border:1px solid #ddd"></iframe>'
        )
    note = f"<p>{escape(error)}</p>" if error else ""
    # as an image: notebooks that are not trusted are stripped of SVG, but not of images
    picture = f'<img alt="the graph" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">' if svg else ""
    return f"{frame}{note}<details><summary>picture and steps without the player</summary>{picture}{folded}</details>"


def rows_of(steps, forward) -> list:
    """What :func:`static` shows of steps; of many, no formulas, which would make a notebook large.

    The formulas are LaTeX, which notebooks typeset; MathML would be stripped of its structure.
    """
    few = len(steps) <= _MOST_FORMULAS
    return [(str(s).strip(), f"${escape(_latex(s, forward))}$" if few else "") for s in steps[:_MOST_ROWS]]
