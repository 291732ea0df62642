"""Graded documents as a table, as CSV, as JSON and as text."""

import csv
import io
import json

from autograd.engine.tables import text_table
from autograd.engine.texts import printable
from autograd.grading.document import VERDICTS, commonest_slips

__all__ = ["as_csv", "as_json", "details", "finding_of", "summary", "table", "times"]

_SHOWN_FINDING = 100
_COLUMNS = ("file", "name", "cell", "line", "verdict", "points", "formula", "diagnosis", "right")


def finding_of(document) -> str:
    """Return the most important finding: the error, the first wrong step, or the first claim that is not right."""
    if document.error:
        return document.error
    first = document.first_mistake
    bad = first or next((c for c in document.claims if c.verdict not in ("equal", "definition")), None)
    return "" if bad is None else f"{bad.place()}: {bad.diagnosis or bad.verdict}"


def table(documents) -> str:
    """Return a table with one line for each document: its counts, its points and its first finding."""
    used = [
        v for v in VERDICTS if v in ("equal", "wrong", "unproved", "unreadable") or any(d.count(v) for d in documents)
    ]
    with_points = any(document.rubric for document in documents)
    head = ("sheet", *used, *(("points",) if with_points else ()), "first finding")
    body = []
    for document in documents:
        earned, of = document.points
        points = (f"{earned:g}/{of:g}" if document.rubric else "",) if with_points else ()
        counts = [str(document.count(v)) for v in used]
        body.append((document.shown_name, *counts, *points, printable(finding_of(document))[:_SHOWN_FINDING]))
    return text_table([head, *body])


def summary(documents) -> str:
    """Return the most common slips of a class in words, or "" if there are fewer than two documents or no slips."""
    slips = commonest_slips(documents)
    if len(documents) < 2 or not slips:
        return ""
    rows = [f"  {kind}: {times(count)} in {_counted(in_)}" for kind, count, in_ in slips[:10]]
    return "\n".join(["commonest slips:", *rows])


def times(n) -> str:
    """Return a number of times in words."""
    return "once" if n == 1 else f"{n} times"


def _counted(n):
    return "1 document" if n == 1 else f"{n} documents"


def details(documents) -> str:
    """Return all claims with their grades."""
    return "\n\n".join(["\n".join([printable(line) for line in str(d).split("\n")]) for d in documents]) + "\n"


def as_csv(documents) -> str:
    """Return one row for each claim, and one for each document that could not be graded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for document in documents:
        place = (_cell(document.file or document.name), _cell(document.name))
        if document.error:
            writer.writerow((*place, "", "", "error", "", "", _cell(document.error), ""))
        for claim in document.claims:
            points = "" if claim.points is None else f"{claim.points:g}"
            right = "" if claim.verdict in ("equal", "definition") else claim.right_as_written
            cells = [_cell(text) for text in (claim.formula, claim.diagnosis, right)]
            number = "" if claim.cell is None else claim.cell
            writer.writerow((*place, number, claim.line, claim.verdict, points, *cells))
    return out.getvalue()


def _cell(text):
    """Return a text for a cell. A spreadsheet must not take it for one of its own formulas."""
    text = printable(str(text).replace("\n", " "))
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def as_json(documents) -> str:
    """Return a list of documents, each with its claims."""
    return json.dumps([document.as_dict() for document in documents], indent=2)
