"""The page that plays the steps of a sweep: one file, no network, texts escaped; and what remains without scripts."""

import json
from html import escape

from autograd.derivation.printing import escape_latex
from autograd.derivation.report import mathml
from autograd.drawing.marks import number

__all__ = ["page", "static"]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:1rem;color:#222}
#bar{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap} button{font:inherit;padding:.15rem .7rem}
#at{min-width:6rem} #what{margin:.6rem 0;min-height:3.2rem} #why math{font-size:1.15rem}
svg{max-width:100%;height:auto} .node{cursor:pointer}
.from polygon,.from path{stroke:#d97706;stroke-width:2.5} .to polygon,.to path{stroke:#1f5aa8;stroke-width:2.5}
.edge{opacity:.35} .edge.now{opacity:1} .edge.now path{stroke:#d97706;stroke-width:3} .edge.done{opacity:.8}
#history{border-left:3px solid #c9ccd2;padding-left:.8rem;color:#2f5577;white-space:pre-wrap;font:13px/1.5 monospace}
""".strip()

_SCRIPT = """
const S = JSON.parse(document.getElementById("steps").textContent);
let k = 0, timer = null;
const by = id => document.getElementById(id);
function show(j) {
  k = Math.max(0, Math.min(S.steps.length, j));
  by("slider").value = k;
  by("at").textContent = "step " + k + " of " + S.steps.length;
  by("prev").disabled = k === 0; by("next").disabled = k === S.steps.length;
  document.querySelectorAll(".from,.to,.now,.done").forEach(e => e.classList.remove("from", "to", "now", "done"));
  for (const [id, texts] of Object.entries(S.states)) {
    const t = by(id).querySelectorAll("text"); let at = texts[0][1];
    for (const [n, s] of texts) if (n <= k) at = s;
    t[t.length - 1].textContent = at;
  }
  for (let j = 0; j < k; j++) if (S.steps[j].edge && by(S.steps[j].edge)) by(S.steps[j].edge).classList.add("done");
  const s = k ? S.steps[k - 1] : null;
  by("said").textContent = s ? s.text : S.start;
  by("why").innerHTML = s ? by("why" + k).innerHTML : "";
  if (s) { by(s.from).classList.add("from"); if (s.to) by(s.to).classList.add("to");
    if (s.edge && by(s.edge)) { by(s.edge).classList.remove("done"); by(s.edge).classList.add("now"); } }
}
function play() {
  if (timer) { clearInterval(timer); timer = null; by("play").textContent = "play"; return; }
  if (k === S.steps.length) show(0);
  by("play").textContent = "pause";
  timer = setInterval(() => { if (k === S.steps.length) play(); else show(k + 1); }, 700);
}
by("prev").onclick = () => show(k - 1); by("next").onclick = () => show(k + 1); by("play").onclick = play;
by("slider").oninput = e => show(+e.target.value);
document.addEventListener("keydown", e => {
  if (e.target.id === "slider") return;
  if (e.key === "ArrowRight") show(k + 1); if (e.key === "ArrowLeft") show(k - 1);
  if (e.key === "Home") show(0); if (e.key === "End") show(S.steps.length);
});
document.querySelectorAll(".node").forEach(g => g.addEventListener("click", () => {
  const name = S.names[g.id]; if (name === undefined) return;
  const mine = S.steps.filter(s => s.from === g.id || s.to === g.id).map(s => s.text);
  by("history").textContent = name + "\\n" + (mine.join("\\n") || "no step touches it");
}));
show(0);
""".strip()


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
    data = []
    states: dict = {}
    for node in nodes:
        first = "" if forward else "\u2202 " + number(1.0 if node is nodes[-1] else 0.0)
        if not forward:
            states[ids[node]] = [[0, first]]
    for step in steps:
        one = {"text": str(step).strip(), "from": ids[step.node]}
        if not forward:
            one |= {"to": ids[step.operand], "edge": f"e_{ids[step.operand]}_{ids[step.node]}"}
            states[ids[step.operand]].append([step.number, "\u2202 " + number(step.after)])
        data.append(one)
    start = "Press next, or the right arrow key." if forward else "dL/dL = 1. Press next, or the right arrow key."
    names = {ids[node]: str(node.label) if node.label is not None else ids[node] for node in nodes}
    told = {"steps": data, "states": states, "start": start, "names": names}
    # nothing in a label may end the element that holds the data
    script = json.dumps(told).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    formulas = "".join(
        [f'<span id="why{s.number}">{mathml(_latex(s, forward)) or escape(str(s))}</span>' for s in steps]
    )
    title = "The forward pass" if forward else "The backward sweep"
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}, step by step</title><style>{_STYLE}</style></head><body>
<div id="bar"><button id="prev">previous</button><button id="next">next</button><button id="play">play</button>
<input id="slider" type="range" min="0" max="{len(data)}" value="0" aria-label="step"><span id="at"></span></div>
<div id="what"><div id="said"></div><div id="why"></div></div>
{svg}
<div id="history">Click a value to see its history.</div>
<div hidden>{formulas}</div>
<script id="steps" type="application/json">{script}</script>
<script>{_SCRIPT}</script>
</body></html>
"""


def static(svg, steps, whole, error="") -> str:
    """For a notebook: the page in a frame; below it, for where scripts are stripped, a picture and foldable steps."""
    rows = ""
    for s in steps[:400]:
        formula = mathml(_latex(s, not hasattr(s, "operand"))) or ""
        rows += f"<details><summary>{escape(str(s).strip())}</summary>{formula}</details>"
    frame = (
        ""
        if whole is None
        else (
            f'<iframe srcdoc="{escape(whole, quote=True)}" sandbox="allow-scripts" width="100%" height="520" '
            'style="border:1px solid #ddd"></iframe>'
        )
    )
    note = f"<p>{escape(error)}</p>" if error else ""
    return f"{frame}{note}<details><summary>picture and steps without the player</summary>{svg}{rows}</details>"
