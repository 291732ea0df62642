"""A derivation as a document: a web page, Markdown or LaTeX.

The page is one file without scripts. latex2mathml converts its formulas to MathML, which browsers display. If that
package is not installed, the formulas are shown as text.
"""

import contextlib
import re
from html import escape
from pathlib import Path

from autograd.engine.errors import GraphError
from autograd.engine.tables import html_row, html_table
from autograd.formulas.printing import escape_latex

__all__ = ["mathml", "text_only", "write_report"]

_LETTER = re.compile(r"(\S.*?)\s{2,}\$(.*)\$\s{2,}(.*)")
_WORDS = re.compile(r"\\text\{((?:[^{}]|\{[^{}]*\})*)\}")

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: light-dark(#222, #eceef2); background: light-dark(#fff, #15171c); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } td { padding: .35rem 1.2rem .35rem 0; vertical-align: middle; }
.wide { overflow-x: auto; }
p { overflow-wrap: anywhere; }
td.why, p.note { color: light-dark(#2f5577, #a9c7e8); font-size: .93rem; } math { font-size: 1.1rem; }
code { background: light-dark(#f4f4f6, #262a33); padding: .1rem .3rem; border-radius: 3px; font-size: .88rem; }
@media (max-width: 640px) { td.why { display: block; padding: 0 0 .8rem; } tr:has(.why) td { display: block; } }
""".strip()


def mathml(latex) -> str | None:
    """Return LaTeX as MathML, or None if latex2mathml is not installed or cannot read it."""
    try:
        from latex2mathml.converter import convert  # lazy: needed only for a page
    except ImportError:
        return None
    try:
        # As a block, limits stand above and below their sum; the formula is still part of a line.
        return convert(latex, display="block").replace('display="block"', 'display="inline" displaystyle="true"', 1)
    except Exception:  # its exceptions have no common base class
        return None


def write_report(derivation, path) -> Path:
    """Write a derivation to a file; see :meth:`autograd.formulas.Derivation.report`."""
    path = Path(path)
    writers = {".html": _html, ".md": _markdown, ".tex": _tex}
    if path.suffix not in writers:
        raise ValueError(f"a report ends in .html, .md or .tex, found {path.name!r}: choose one of these.")
    path.write_text(writers[path.suffix](derivation, _sections(derivation)), encoding="utf-8")
    return path


def _sections(derivation):
    """Return the sections: pairs of a title and rows. A row is LaTeX, text, a reason, and the reason as LaTeX."""
    found = [("Letters", _letters(derivation))]
    titles = {"definition": "Where", "delta": "Deltas", "gradient": "Gradients"}
    for kind, title in titles.items():
        rows = [(e.latex, e.text, "", "") for e in derivation.equations if e.kind == kind]
        if rows:
            found.append((title, rows))
    found.append(("Gradient descent", [(rule.latex, rule.text, "", "") for rule in derivation.update()]))
    for parameter in _representatives(derivation):
        name = derivation._printer.symbol_text(derivation.network.symbol_of[parameter])
        found.append((f"Step by step: {name}", [tuple(step) for step in derivation.steps(parameter)]))
    with contextlib.suppress(GraphError):  # not every network has a matrix form
        found.append(("Matrix form", [(line.latex, line.text, "", "") for line in derivation.matrix()]))
    return found


def _letters(derivation):
    """Return a row for each letter, with its meaning."""
    rows = []
    for line in derivation.vocabulary().splitlines():
        match = _LETTER.fullmatch(line)
        if match:
            text, latex, meaning = match[1], match[2], match[3].partition(",")[0]  # the convention defines deltas
            rows.append((latex, text, meaning, rf"\text{{{meaning}}}"))
    return rows


def _representatives(derivation):
    """Return one weight of each layer, the last layer first, and at most six."""
    seen: dict = {}
    for parameter in derivation.network.parameters:
        symbol = derivation.network.symbol_of[parameter]
        if symbol.role == "w" and derivation._formulas.gradient[parameter]:
            seen.setdefault(symbol.layers, parameter)
    return [seen[key] for key in sorted(seen, key=lambda layers: (-layers[1], layers[0]))][:6]


def _title(derivation):
    return f"Backpropagation in a {'-'.join([str(n) for n in derivation.network.sizes])} network"


def _html(derivation, sections):
    out = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(_title(derivation))}</title>",
        f"<style>{_STYLE}</style></head><body><main>", f"<h1>{escape(_title(derivation))}</h1>", text_only(),
        f'<p class="note">{escape(str(derivation._convention))}</p>',
    ]  # fmt: skip
    out += [f'<p class="note">Assumed: {escape(words)}.</p>' for words in derivation.assumptions]
    for title, rows in sections:
        frame = f'<div class="wide" tabindex="0" role="group" aria-label="{escape(title)}">'
        shown = []
        for latex, text, reason, reason_latex in rows:
            why = [(_why(reason, reason_latex), {"class": "why"})] if reason else []
            shown.append(html_row([mathml(latex) or f"<code>{escape(text)}</code>", *why], title=text))
        out += [f"<h2>{escape(title)}</h2>", frame, f"{html_table(shown)}</div>"]
    return "\n".join([*out, "</main></body></html>", ""])


def _why(reason, latex):
    """Return a reason as HTML, with its names typeset like those in formulas."""
    parts = []
    for k, part in enumerate(_WORDS.split(latex)):
        shown = escape(part) if k % 2 else mathml(part) if part.strip() else ""
        if shown is None:  # latex2mathml is not installed
            return escape(reason)
        parts.append(shown)
    return "".join(parts)


def text_only() -> str:
    """Return a paragraph that says how to have formulas typeset if latex2mathml is missing, or else an empty text."""
    if mathml("x") is not None:
        return ""
    return (
        "<p class=\"note\">Formulas are shown as text. To typeset them: <code>pip install 'deltagrad[pages]'</code>, "
        "and write the page again.</p>"
    )


def _markdown_text(words):
    plain = escape(str(words).replace("\n", " "), quote=False)
    return "".join([f"\\{c}" if c in "\\`*_{}[]()#+-.!|$" else c for c in plain])


def _markdown(derivation, sections):
    out = [f"# {_title(derivation)}", "", _markdown_text(derivation._convention), ""]
    out += [f"Assumed: {_markdown_text(words)}.\n" for words in derivation.assumptions]
    for title, rows in sections:
        out += [f"## {_markdown_text(title)}", ""]
        for latex, _, _, reason in rows:
            for formula in (f"$${latex}$$", f"${reason}$")[: 2 if reason else 1]:
                out += [formula.replace("](", "]{}("), ""]  # a viewer that does not typeset formulas would show a link
    return "\n".join(out)


# A formula that is wider than its column is scaled down, because TeX does not break a fraction or a bracket.
_FITTED = r"\newcommand{\fitted}[1]{\sbox0{#1}\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi}"


def _tex(derivation, sections):
    out = [
        r"\documentclass{article}", r"\usepackage[margin=2cm]{geometry}",
        r"\usepackage{amsmath,amssymb,graphicx,longtable}",
        _FITTED, r"\begin{document}",
        rf"\section*{{{escape_latex(_title(derivation))}}}", _convention_tex(derivation), "",
    ]  # fmt: skip
    out += [rf"Assumed: {escape_latex(words)}." + "\n" for words in derivation.assumptions]
    for title, rows in sections:
        out.append(rf"\subsection*{{{escape_latex(title)}}}")
        if any(reason for *_, reason in rows):
            out.append(r"\begin{longtable}{@{}p{0.68\textwidth}p{0.28\textwidth}@{}}")
            out += [
                rf"\fitted{{$\displaystyle {latex}$}} & {_paragraph(reason)} \\[6pt]" for latex, _, _, reason in rows
            ]
            out.append(r"\end{longtable}")
        else:
            out += [line for latex, *_ in rows for line in (r"\[", latex, r"\]")]
    return "\n".join([*out, r"\end{document}", ""])


def _paragraph(latex):
    """Return a reason as text that contains formulas, so that TeX can break its lines."""
    parts = _WORDS.split(latex)
    return "".join([part if k % 2 else f"${part}$" if part.strip() else "" for k, part in enumerate(parts)])


def _convention_tex(derivation):
    how = derivation._convention
    delta, loss, s = [how.letters[role] for role in ("delta", "loss", "s")]
    factor = {1: "", -1: "-"}.get(how.delta, rf"{how.delta} \, ")
    return rf"Convention {how.name}: ${delta} = {factor}\partial {loss} / \partial {s}$."
