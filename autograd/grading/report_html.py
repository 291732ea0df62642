"""Graded documents as one page: typeset, with anchors, for phones and for printing.

The page is one file without scripts. If latex2mathml is installed, formulas are MathML made from their LaTeX, and
otherwise they are shown as they were written. Text from a document is escaped: see :mod:`autograd.grading.typesetting`.
"""

from html import escape

from autograd.engine.tables import html_row, html_table
from autograd.formulas.report import text_only
from autograd.grading.document import VERDICTS, commonest_slips
from autograd.grading.report_table import finding_of, times
from autograd.grading.typesetting import typeset

__all__ = ["page", "section"]

_COLOURS = {
    "equal": ("#166b2e", "#6fdd8b"), "definition": ("#44546a", "#b9c4d6"), "wrong": ("#b42318", "#ff9d9d"),
    "follows": ("#7a5200", "#f0c060"), "unproved": ("#7a5200", "#f0c060"), "ambiguous": ("#6b3fa0", "#cdb0f5"),
    "ill-formed": ("#6b3fa0", "#cdb0f5"), "unreadable": ("#6b3fa0", "#cdb0f5"),
}  # on a light page and on a dark one  # fmt: skip
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 1.5rem auto; padding: 0 1rem;
  color: light-dark(#1d2026, #eceef2); background: light-dark(#ffffff, #15171c); }
a { color: light-dark(#1f5aa8, #8fbcff); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
td, th { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
td:first-child, th:first-child, td:last-child, th:last-child { text-align: left; overflow-wrap: anywhere; }
td:first-child, th:first-child { min-width: 9rem; }
article { border-left: 4px solid; padding: .2rem 0 .2rem .8rem; margin: .8rem 0; break-inside: avoid; }
article p { margin: .2rem 0; overflow-wrap: anywhere; } .formula { overflow-x: auto; padding: .4em 0; }
code { overflow-wrap: anywhere; font-size: .9rem; } .place, .note { font-size: .9rem; }
math { font-size: 1.1rem; }
@media (max-width: 640px) {
  .wide thead { display: none; } .wide tr { display: block; margin: .6rem 0; }
  .wide td { display: block; text-align: left; border: 0; padding: .1rem 0; }
  .wide td[data-name]::before { content: attr(data-name) ": "; opacity: .75; }
}
@media print { body { margin: 0; max-width: none; } a { color: inherit; text-decoration: none; } }
""".strip()
_MAX_FINDING = 90  # characters of a finding in the table, where its column is narrow


def page(documents) -> str:
    """Return one self-contained page: a table, the most common slips, and all claims with their grades."""
    used = [v for v in VERDICTS if v in ("equal", "wrong", "unreadable") or any(d.count(v) for d in documents)]
    with_points = any(document.rubric for document in documents)
    heads = ["document", *used, *(["points"] if with_points else []), "first finding"]
    out = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Graded derivations</title>',
        f"<style>{_STYLE}</style></head><body><main><h1>Graded derivations</h1>{text_only()}",
    ]
    rows = []
    for k, document in enumerate(documents, 1):
        earned, of = document.points
        cells = [(v, str(document.count(v))) for v in used]
        points = f"{earned:g} of {of:g}" if document.rubric else ""
        cells += [("points", points)] if with_points else []
        finding = finding_of(document)  # in full at its claim
        cells.append(
            ("first finding", finding if len(finding) <= _MAX_FINDING else f"{finding[: _MAX_FINDING - 3]}...")
        )
        link = f'<a href="#d{k}">{escape(document.shown_name)}</a>'
        rows.append(html_row([link, *[(escape(text), {"data-name": name if text else ""}) for name, text in cells]]))
    out.append(f'<div class="wide">{html_table(rows, heads)}</div>')
    slips = commonest_slips(documents)
    if len(documents) > 1 and slips:
        out.append("<h2>Commonest slips</h2><ul>")
        out += [
            f"<li>{escape(kind)}: {times(count)}, in {where} of {len(documents)}</li>"
            for kind, count, where in slips[:10]
        ]
        out.append("</ul>")
    out += [section(document, f"d{k}") for k, document in enumerate(documents, 1)]
    whole = "\n".join([*out, "</main></body></html>", ""])
    return whole.encode("utf-8", "replace").decode("utf-8")  # a file name may not be valid text


def section(document, anchor) -> str:
    """Return a document as a section of a page. Its claims have their own anchors."""
    out = [f'<section id="{anchor}"><h2>{escape(document.shown_name)}</h2>']
    if document.error:
        out.append(f"<p>{escape(document.error)}</p>")
    if document.reading:
        out.append(f'<p class="note">Read as: {escape(document.reading)}.</p>')
    if document.confirm:
        out.append(f'<p class="note"><b>{escape(_sentence(document.confirm))}.</b></p>')
    if document.rubric:
        earned, of = document.points
        out.append(f"<p>Points: {earned:g} of {of:g}</p>")
    out += [_claim(claim, f"{anchor}-{k}") for k, claim in enumerate(document.claims, 1)]
    return "\n".join([*out, "</section>"])


def _claim(claim, anchor):
    colour = "light-dark({}, {})".format(*_COLOURS[claim.verdict])
    rows = [
        f'<article id="{anchor}" style="border-color:{colour}"><p class="place">'
        f'<a href="#{anchor}">{claim.place()}</a> <b style="color:{colour}">{claim.verdict}</b>{_extra(claim)}</p>',
        f'<div class="formula">{typeset(claim.shown or claim.formula)}</div>',
    ]
    for word, text in (("Condition", claim.condition), ("Reading", claim.reading), ("", _sentence(claim.diagnosis))):
        if text:
            rows.append(f"<p>{word}{': ' if word else ''}{escape(text)}</p>")
    if claim.right is not None and claim.verdict not in ("equal", "definition"):
        rows.append(f'<div class="formula">Right: {typeset(claim.right["latex"])}</div>')
    if claim.counterexample is not None:
        rows.append(f"<p>Counterexample: {escape(claim.counterexample['words'])}</p>")
    return "\n".join([*rows, "</article>"])


def _extra(claim):
    found = [f"of {claim.target}"] if claim.target else []
    if claim.is_first_mistake:
        found.append("the first wrong step")
    if claim.link is not None:
        found.append(f"equals sign {claim.link} of the chain")
    if claim.points is not None:
        found.append(f"{claim.points:g} points")
    return escape("".join([f" · {words}" for words in found]))


def _sentence(text):
    return text[:1].upper() + text[1:]
