"""Grades of programs as an HTML page: the source with notes in its margin."""

import html

from autograd.engine.tables import html_row, html_table
from autograd.grading.code.report import details, summary

__all__ = ["page", "section"]

STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; margin: 2em auto; padding: 0 1em; max-width: 75em;
  color: light-dark(#1a1a1a, #eceef2); background: light-dark(#fff, #15171c); }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; overflow-wrap: anywhere; } p, td { overflow-wrap: anywhere; }
table.source { border-collapse: collapse; width: 100%; }
table.source td { vertical-align: top; padding: 0 0.6em; font: 0.85em/1.5 monospace; white-space: pre-wrap; }
table.source td.line { color: light-dark(#5c5c5c, #aeb4bf); text-align: right; user-select: none; }
table.source td.note { font-family: system-ui, sans-serif; width: 38%; white-space: normal; }
tr.wrong td { background: light-dark(#fde8e8, #4a2226); } tr.right td { background: light-dark(#e9f7ec, #1d3a27); }
td.note pre { white-space: pre-wrap; margin: 0.2em 0; }
@media (max-width: 640px) {
  table.source tr { display: grid; grid-template-columns: 2.6em 1fr; }
  table.source td.note { grid-column: 2; width: auto; } table.source td.note:empty { display: none; }
}
"""


def page(grades):
    """Return a whole page about programs."""
    body = "\n".join(section(grade) for grade in grades)
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>Backpropagation, graded</title>"
        f"<style>{STYLE}</style></head><body><main><h1>Backpropagation, graded</h1>\n{body}\n</main></body></html>\n"
    )


def section(grade):
    """Return the section of a page about one program."""
    notes, classes = _notes(grade)
    rows = []
    for number, line in enumerate(grade.text.splitlines(), 1):
        note = "<br>".join(notes.get(number, []))
        cells = [(str(number), {"class": "line"}), html.escape(line), (note, {"class": "note"})]
        rows.append(html_row(cells, class_=classes.get(number, "")))
    head = html.escape(grade.file or "program")
    told = html.escape(details(grade) if not grade.updates else summary(grade))
    said = "".join(f"<p>{html.escape(text)}</p>" for text in grade.said)
    return (
        f"<section><h2>{head}: {html.escape(grade.verdict)}</h2><p style='white-space:pre-wrap'>{told}</p>{said}"
        f"{html_table(rows, class_='source')}</section>"
    )


def _notes(grade):
    notes, classes = {}, {}
    for update in grade.updates:
        text = f"{update.parameter}: {'not the gradient' if update.verdict == 'wrong' else 'the gradient'}"
        notes.setdefault(update.line, []).append(html.escape(text))
        classes[update.line] = "wrong" if update.verdict == "wrong" or classes.get(update.line) == "wrong" else "right"
    for note in grade.notes:
        notes.setdefault(note.line, []).append(html.escape(f"{note.name} {note.text}"))
    for mistake in grade.mistakes:
        classes[mistake.line] = "wrong"
        parts = [f"<b>{html.escape(mistake.kind)}</b>: {html.escape(mistake.message)}"]
        parts += [f"<pre>{html.escape(fix.text)}</pre>" for fix in mistake.fix if fix.text]
        notes.setdefault(mistake.line, []).extend(parts)
    for line, message in grade.unreadable:
        classes[line] = "wrong"
        notes.setdefault(line, []).append(html.escape(message))
    return notes, classes
