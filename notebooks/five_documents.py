"""The five documents graded, for the notebook and the tests: every formula with its verdict and the grader's answer."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import autograd
from autograd import derive
from autograd.grading.sheets import build

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

__all__ = ["VERDICTS", "Entry", "activations", "counts", "derivation", "documents", "entries", "markdown"]

FOLDER = Path(autograd.__file__).parent / "grading" / "documents"
VERDICTS = ("equal", "equal-if", "ill-formed", "wrong", "definition", "prose")
# The loss as a document writes it, and the loss of a sample and the reduction that it stands for.
LOSSES = {
    "1/2*sum((t[o]-y[o])**2 for o in O)": ("half_sse", "mean"),
    "1/2*sum((t[k]-y[k])**2 for k in O)": ("half_sse", "mean"),
    "1/2*(t[1]-y[1])**2": ("half_sse", "mean"),
    "(t[1]-y[1])**2": ("sse", "mean"),
    "sum((t[k]-y[k])**2 for k in O)": ("sse", "mean"),
    "sum((t[o]-y[o])**2 for o in O)": ("sse", "mean"),
    "1/(2*N)*sum((t[k,n]-y[k,n])**2 for k in O for n in S)": ("half_sse", "mean"),
    "1/2*sum((t[1,n]-y[1,n])**2 for n in S)": ("half_sse", "sum"),
    "1/2*sum((t[k,n]-y[k,n])**2 for k in O for n in S)": ("half_sse", "sum"),
    "1/N*sum((t[k,n]-y[k,n])**2 for k in O for n in S)": ("sse", "mean"),
}


@cache
def documents() -> dict:
    """Return the data files, a dict by the number of the document."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


@cache
def _derived(sizes, activation, bias, loss, samples, delta, preset):
    kind, reduction = LOSSES[loss]
    activation = {"identity": "linear"}.get(activation, activation)
    graph = build(list(sizes), [activation] * (len(sizes) - 1), bias, kind, samples, reduction)
    return derive(graph).convention(preset, delta=delta)


def derivation(document, claim, activation, preset="standard"):
    """Return the derivation of the network that a claim is about, with the document's delta."""
    return _derived(
        tuple(claim.get("sizes", document["sizes"])), activation, document["bias"], claim.get("loss", document["loss"]),
        claim.get("samples", document["samples"]), document["delta"], preset,
    )  # fmt: skip


def activations(document, claim) -> list[str]:
    """Return the activations with which a claim is graded: two if the document does not say which."""
    name = claim.get("activation", document["activation"])
    return ["sigmoid", "tanh"] if name == "any" else [name]


class Entry(NamedTuple):
    """A formula of a document, graded.

    Fields:
        id, latex, verdict, why: as in the data file.
        grades: the grader's answers to what the formula claims as printed, a list of ``Grade``.
        better: the mended or right formula in LaTeX, or "". better_grades: the answers to that.
        smallest: the smallest counterexample found by hand, in words, or "".
    """

    id: str
    latex: str
    verdict: str
    why: str
    grades: list
    better: str
    better_grades: list
    smallest: str


def _graded(document, claims):
    found: list[Any] = []
    for claim in claims:
        for activation in activations(document, claim):
            how = derivation(document, claim, activation)
            found += [how.grade(None, f"{claim['left']} = {claim[way]}") for way in ("text", "chain") if way in claim]
    return found


@cache
def entries(number) -> list[Entry]:
    """Return every formula of a document with its grades, in order."""
    data = documents()[number]
    found = []
    for entry in data["formula"]:
        better = entry.get("mended") or entry.get("correct") or {}
        grades = _graded(data["document"], entry.get("claims", []))
        better_grades = _graded(data["document"], better.get("claims", []))
        smallest = [_counterexample(e) for e in entry.get("counterexample", [])]
        one = (entry["id"], entry["latex"], entry["verdict"], entry.get("why", ""), grades)
        found.append(Entry(*one, better.get("latex", ""), better_grades, smallest[0] if smallest else ""))
    return found


def _counterexample(e):
    """Return a counterexample worked out by hand, in words. tests/grading/test_documents.py recomputes its numbers."""
    sizes = "-".join([str(n) for n in e["sizes"]])
    parts = [
        f"{key} {e[key]}".replace("'", "") for key in ("weights", "biases", "inputs", "targets", "rates") if key in e
    ]
    there = f"{e['at']} is {e['true']}, given {e['given']}"
    return f"a {sizes} network, {e['activation']} activation, {', '.join(parts)}: {there}"


def counts() -> str:
    """Return the number of formulas by document and verdict, as a Markdown table."""
    lines = ["| document | " + " | ".join(VERDICTS) + " | all |", "| --- |" + " ---: |" * (len(VERDICTS) + 1)]
    total: Counter = Counter()
    for number, data in documents().items():
        one = Counter(entry["verdict"] for entry in data["formula"])
        total += one
        lines.append(f"| {number} | " + " | ".join([str(one[v]) for v in VERDICTS]) + f" | {one.total()} |")
    lines.append("| all | " + " | ".join([str(total[v]) for v in VERDICTS]) + f" | {total.total()} |")
    return "\n".join(lines)


def _shown(latex):
    """Return LaTeX that a notebook can show: with tags as text, and without alignment marks outside of a block."""
    latex = re.sub(r"\\tag\{([^}]*)\}", r"\\quad (\1)", latex.strip())
    if "\\begin{aligned}" in latex:
        return latex
    return latex.removeprefix("&").replace(" &= ", " = ").replace("&=", "=").strip()


def _plain(text):
    """Return a text that Markdown shows unchanged, with escaped asterisks of products. Code and formulas stay."""
    parts = re.split(r"(`[^`]*`|\$[^$]*\$)", text)
    return "".join([part if k % 2 else re.sub(r"([*_\[\]<])", r"\\\1", part) for k, part in enumerate(parts)])


def markdown(number) -> str:
    """Return the result of a document: each formula with its verdict, and, if it is not equal, with the right one."""
    data = documents()[number]["document"]
    out = [f"**{data['title']}.** Loss `{data['loss']}`; delta = {data['delta']} dL/ds; {data['weight_index']}.", ""]
    for entry in entries(number):
        out += [f"**{entry.id}** &nbsp; *{entry.verdict}*", "", f"$$ {_shown(entry.latex)} $$", ""]
        condition = next((g.condition for g in entry.grades if g.condition), "")
        if entry.verdict in ("equal", "definition", "prose"):
            continue
        out += [_plain(entry.why + (f" Condition: {condition}." if condition else "")), ""]
        wrong = next((g for g in entry.grades if g.verdict == "wrong"), None)
        if wrong is not None:
            out += [_plain(f"The grader: {wrong.diagnosis}. A counterexample: {wrong.counterexample}."), ""]
        if entry.smallest:
            out += [_plain(f"The smallest counterexample found: {entry.smallest}."), ""]
        if entry.better:
            proved = bool(entry.better_grades) and all(g.verdict == "equal" for g in entry.better_grades)
            word = "mended" if entry.verdict == "ill-formed" else "right"
            out += [f"The {word} formula{', proved equal' if proved else ''}:", "", f"$$ {_shown(entry.better)} $$", ""]
    return "\n".join(out)
