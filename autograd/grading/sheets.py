r"""Sheets: text files that declare a network, a loss and a convention, and list formulas to be graded.

::

    # Ada, exercise 3
    network: 2-3-2 sigmoid
    loss: half_sse

    \delta_o = -(t_o - y_o) y_o (1 - y_o)
    w_ho[h,o]: d_o[o]*a[h]
    \frac{\partial L}{\partial w_{ih}} = \delta_h x_i

A formula is one line, or the text between lines of ``$$``, or from ``\begin{aligned}`` to its end. A formula without a
left side has its target and a colon before it. Declarations:

==============  ====================================================================================================
``network``     sizes, and the activation of each layer or of all: ``2-3-2 sigmoid``, ``4-8-3 tanh, linear``
``bias``        ``yes`` (the default) or ``no``
``loss``        one of the losses of nn: ``half_sse`` (the default), ``sse``, ``mse``, ``absolute``, ``huber``,
                ``cross_entropy`` or ``binary_cross_entropy``
``samples``     the number of samples, and ``mean`` (the default) or ``sum``: ``3 mean``
``convention``  ``standard`` (the default), or one of the documents' ``000`` to ``004``
``delta``       the factor of a delta relative to dL/ds: ``1``, ``-1``, ``-1/2``
``rate``        the name of the learning rate in updates
``name``        the name of the writer
==============  ====================================================================================================
"""

import difflib
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from autograd.engine.errors import GraphError, SheetError
from autograd.engine.tables import html_row, html_table, text_table
from autograd.engine.texts import printable
from autograd.formulas.derivation import derive
from autograd.grading.declared_network import declared_network
from autograd.grading.grading import Grade
from autograd.grading.networks import LOSSES, build
from autograd.grading.text_files import decoded

__all__ = ["LOSSES", "Graded", "Sheet", "build", "grade_sheet", "html", "read_sheet", "status", "table"]

_OF_NETWORK = ("network", "bias", "loss", "samples")
_KEYS = ("network", "bias", "loss", "samples", "convention", "delta", "rate", "name")
_ALIKE = 0.7  # the least similarity of a misspelt declaration to the name of a declaration
_SHORT_ALIKE = 0.85  # such as that of los and loss
_MAX_BYTES, _MAX_FORMULAS = 1_000_000, 500
_SHOWN_NAME = 60  # the number of characters of a name that tables and headings show
_DECLARATION = re.compile(r"\s*([A-Za-z]+)\s*:(?!=)(.*)", re.DOTALL)
_TARGETED = re.compile(r"\s*((?:dL/d)?[A-Za-z_]\w*(?:\[[\w\s,]*\])?)\s*:(?!=)\s*(\S.*)", re.DOTALL | re.ASCII)


class Sheet(NamedTuple):
    """A sheet that was read.

    Fields:
        name: the name of the writer, by default that of the file.
        declared: a dict from keys to texts.
        formulas: triples of a line number, a target or None, and a formula.
    """

    name: str
    declared: dict
    formulas: list


class Graded(NamedTuple):
    """A graded sheet. Its rows are triples of a line number, a formula and a :class:`Grade`."""

    name: str
    rows: list
    error: str = ""

    def count(self, verdict):
        """Return the number of formulas with a verdict."""
        return sum(1 for _, _, grade in self.rows if grade.verdict == verdict)


def read_sheet(text, name="sheet") -> Sheet:
    """Read the declarations and formulas of a sheet.

    Raises:
        SheetError: a declaration is not understood, or the sheet is too large. The message has the line.
    """
    if len(text) > _MAX_BYTES:
        raise SheetError(f"{name} has {len(text):,} characters, more than {_MAX_BYTES:,}: split it.")
    declared: dict = {}
    formulas: list = []
    lines = text.removeprefix("\ufeff").splitlines()  # some editors begin a file with a byte order mark
    k = 0
    while k < len(lines):
        line, number = lines[k], k + 1
        k += 1
        bare = line.strip()
        if not bare or bare.startswith(("#", "%")):
            continue
        match = _DECLARATION.fullmatch(bare)
        if match and match[1].lower() in _KEYS:
            if formulas and match[1].lower() != "name":
                first, target, formula = formulas[0]
                if (target or "").isalpha() and len(target) > 1:
                    raise SheetError(
                        f"{name}, line {first}: {target!r} is not a declaration: use one of {', '.join(_KEYS)}. "
                        "Begin a remark with #."
                    )
                raise SheetError(
                    f"{name}, line {number}: {match[1]} is declared below line {first}, which was read as a formula "
                    f"({formula[:40]!r}): declare it above all formulas."
                )
            declared[match[1].lower()] = match[2].strip()
            continue
        alike = _ALIKE if match and len(match[1]) > 3 else _SHORT_ALIKE
        meant = difflib.get_close_matches(match[1].lower(), _KEYS, 1, alike) if match and not formulas else []
        if match and meant and len(match[1]) > 2:
            raise SheetError(f"{name}, line {number}: unknown declaration {match[1]!r}: did you mean {meant[0]!r}?")
        end = "$$" if bare.startswith("$$") and not (len(bare) > 3 and bare.endswith("$$")) else None
        if bare.startswith(r"\begin{"):
            end = r"\end{" + bare[len(r"\begin{") :].split("}")[0] + "}"
        if end is not None and not (end != "$$" and end in bare):
            parts = [bare]
            while k < len(lines):
                parts.append(lines[k].strip())
                k += 1
                if parts[-1].endswith(end):
                    break
            bare = " ".join(parts)
        bare = bare.strip().removeprefix("$$").removesuffix("$$").strip()
        if len(bare) > 2 and bare[0] == bare[-1] == "$":
            bare = bare[1:-1].strip()
        target = None
        match = _TARGETED.fullmatch(bare)
        if match:
            target, bare = match[1], match[2]
        if bare:
            formulas.append((number, target, bare))
        if len(formulas) > _MAX_FORMULAS:
            raise SheetError(f"{name} has more than {_MAX_FORMULAS} formulas: split it.")
    if not formulas:
        raise SheetError(f"{name} has no formula: write one a line, such as d_o[o] = -(t[o]-y[o])*y[o]*(1-y[o]).")
    return Sheet(declared.get("name") or name, declared, formulas)


def grade_sheet(sheet) -> Graded:
    """Return the grades of all formulas of a sheet.

    Raises:
        SheetError: a declaration of the sheet is not understood.
    """
    declared = sheet.declared
    network = {key: declared[key].strip() for key in _OF_NETWORK if key in declared}
    try:
        derivation = derive(build(**declared_network(network))).convention(
            declared.get("convention", "standard"), delta=declared.get("delta")
        )
    except ValueError as error:
        if isinstance(error, SheetError):
            raise SheetError(f"{sheet.name}: {error}") from None
        raise SheetError(f"{sheet.name}: {error}") from error
    rows = []
    for number, target, formula in sheet.formulas:
        try:
            grade = derivation.grade(target, formula, rate=declared.get("rate"))
        except GraphError as error:
            grade = Grade("unreadable", formula, diagnosis=str(error))
        except Exception as error:  # an error in this code: the other formulas still get their grades
            said = f"grading it failed with {type(error).__name__}: {error}. Please report this formula."
            grade = Grade("unreadable", formula, diagnosis=said)
        rows.append((number, formula, grade))
    return Graded(sheet.name, rows)


def grade_files(paths) -> list[Graded]:
    """Grade the sheets in files and in folders.

    Args:
        paths: paths of files or folders. In a folder, all ``.txt`` files are read, in the order of their names.

    Returns:
        One :class:`Graded` for each file. A file that cannot be read has an error and no rows.
    """
    return [_graded_file(each) for path in paths for each in _files_of(Path(path))]


def _files_of(path):
    """Return the files in a folder, or the path itself if it is a file or has none.

    Grading it then gives the reason.
    """
    try:
        found = sorted(each for each in path.iterdir() if each.suffix.lower() == ".txt") if path.is_dir() else []
    except OSError:
        found = []
    return found or [path]


def _graded_file(path):
    try:
        if path.is_dir():
            raise SheetError(f"{path.name} is a folder without a .txt file that can be read: give one that has sheets.")
        if path.exists() and not path.is_file():
            raise SheetError(f"{path.name} is not a file but a device or a pipe, which may never end: give a file.")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        return grade_sheet(read_sheet(decoded(data), path.name))
    except UnicodeDecodeError as error:
        return Graded(path.name, [], f"{path.name} is not UTF-8 text: save it as UTF-8 ({error}).")
    except (OSError, SheetError) as error:
        return Graded(path.name, [], str(error))
    except Exception as error:  # an error in this code: the other sheets still get their grades
        return Graded(path.name, [], f"reading it failed with {type(error).__name__}: {error}. Please report this.")


def status(graded) -> int:
    """Return the exit status: 0 if all is equal, 1 if something is wrong or unproved, 2 if something is unreadable."""
    if any(sheet.error or sheet.count("unreadable") for sheet in graded):
        return 2
    return 1 if any(sheet.count("wrong") or sheet.count("unproved") for sheet in graded) else 0


_VERDICTS = ("equal", "wrong", "unproved", "unreadable")


def table(graded) -> str:
    """Return a table with one line for each sheet: its counts and its first mistake."""
    head = ("sheet", *_VERDICTS, "first finding")
    body = []
    for sheet in graded:
        counts = [str(sheet.count(v)) for v in _VERDICTS]
        body.append((_shown_name(sheet), *counts, printable(_finding(sheet))[:100]))
    return text_table([head, *body])


def _finding(sheet):
    """Return the reason why a sheet cannot be graded, or its first formula that is not equal, or ""."""
    bad = next(((n, g) for n, _, g in sheet.rows if g.verdict != "equal"), None)
    return sheet.error or ("" if bad is None else f"line {bad[0]}: {bad[1].diagnosis}")


def _shown_name(sheet):
    """Return the name of a sheet for tables and headings. A long name is cut."""
    name = printable(sheet.name)
    return name if len(name) <= _SHOWN_NAME else f"{name[: _SHOWN_NAME - 3]}..."


def details(graded) -> str:
    """Return all formulas with their grades."""
    lines = []
    for sheet in graded:
        lines.append(f"== {_shown_name(sheet)}")
        if sheet.error:
            lines.append(printable(sheet.error))
        for number, _, grade in sheet.rows:
            lines += ["\n".join([printable(line) for line in f"line {number}, {grade}".split("\n")])]
        lines.append("")
    return "\n".join(lines)


def as_data(graded) -> list:
    """Return the grades as plain data, for JSON."""
    return [
        {"sheet": s.name, "error": s.error, "formulas": [{"line": n, **g.as_dict()} for n, _, g in s.rows]}
        for s in graded
    ]


def html(graded) -> str:
    """Return one self-contained page: the table, and all formulas with their grades."""
    out = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Graded derivations</title><style>',
        "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}",
        "table{border-collapse:collapse}td,th{padding:.25rem .8rem;text-align:right;border-bottom:1px solid #ddd}",
        "td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}",
        "code{background:#f4f4f6;padding:.1rem .3rem}section div{margin:.6rem 0}</style></head><body>",
        "<h1>Graded derivations</h1>",
    ]
    rows = [
        html_row([escape(_shown_name(sheet)), *[str(sheet.count(v)) for v in _VERDICTS], escape(_finding(sheet))])
        for sheet in graded
    ]
    out.append(html_table(rows, ["sheet", *_VERDICTS, "first finding"]))
    for sheet in graded:
        out.append(f"<section><h2>{escape(_shown_name(sheet))}</h2>")
        if sheet.error:
            out.append(f"<p>{escape(sheet.error)}</p>")
        out += [grade._repr_html_() for _, _, grade in sheet.rows]
        out.append("</section>")
    page = "\n".join([*out, "</body></html>", ""])
    return page.encode("utf-8", "replace").decode("utf-8")  # a file name may not be valid text
