r"""The extraction of formulas from Markdown, LaTeX, notebooks and sheets, with their positions.

Prose is not graded. In Markdown and LaTeX, a formula is between dollar signs, in ``\[ \]`` or ``\( \)``, in an
environment, or in a fence with the name ``math``. In a sheet, a whole line may also be a formula. In a sentence, only
an equation is a claim. Declarations are in the front matter or above the first formula.
"""

import html
import json
import re
from bisect import bisect_right
from typing import NamedTuple

from autograd.engine.errors import SheetError
from autograd.grading.latex_text import claims_in, is_equation, sides
from autograd.grading.macros import Macros
from autograd.grading.numeric_examples import without_examples
from autograd.grading.setting import Declaration, is_declaration
from autograd.grading.unclosed import OPEN, with_open_formulas

__all__ = ["FORMATS", "Extract", "Item", "extract", "format_of"]

FORMATS = ("markdown", "latex", "notebook", "sheet")
_MAX_CHARACTERS, _MAX_CLAIMS, _MAX_CELLS = 1_000_000, 500, 2000
_MAX_DISPLAYED, _MAX_READ = 50_000, 5_000  # characters of a displayed formula, and those that are kept of a longer one
_MAX_DECLARED = 2_000  # the number of characters of a line with a declaration
_MAX_AROUND = 400  # the number of characters before and after a formula that may say what it is about
_MAX_NOTEBOOK = 4_000_000  # a notebook contains pictures
_ENVIRONMENTS = (
    "equation|align|alignat|gather|multline|eqnarray|flalign|displaymath|math|aligned|gathered|split|array|dmath"
)
_FORMULA = (
    r"\$\$(?P<dollars>.+?)\$\$|(?<!\\)\\\[(?P<brackets>.+?)\\\]|(?<!\\)\\\((?P<round>.+?)\\\)"
    r"|\\\\\[(?P<doubled>.{1,2000}?)\\\\\]|\\\\\((?P<doubled_round>.{1,500}?)\\\\\)"
    rf"|(?P<environment>\\begin\s*\{{(?P<name>{_ENVIRONMENTS})(?P<star>\*?)\}}.+?\\end\s*\{{(?P=name)(?P=star)\}})"
    rf"|{OPEN}+(?P<open>.+?)(?=\n[ \t>]*\n|\Z)"
    r"|(?<![\\$\w])\$`(?P<ticked>[^`\n]+)`\$|(?<![\\$])\$(?P<inline>[^\s$](?:[^$\n]|\n(?!\s*\n))*?)(?<![\s\\])\$(?![\d$])"
)
_MARKDOWN = re.compile(
    r"(?P<fence>^[ \t]*(?P<mark>```+|~~~+)[ \t]*(?:\{?\.?(?P<language>[\w-]{0,40})[^\n`]*)\n(?P<fenced>.*?)"
    r"(?:^[ \t]*(?P=mark)[ \t]*$|\Z))"
    rf"|(?P<comment><!--.*?(?:-->|\Z))|{_FORMULA}"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)[^\n]{0,500}?(?<!`)(?P=ticks)(?!`))",
    re.DOTALL | re.MULTILINE,
)
_LATEX = re.compile(
    r"(?P<comment>(?<!\\)%[^\n]*)|(?P<verbatim>\\begin\s*\{(?P<kind>verbatim|lstlisting|minted|comment)\*?\}.*?\\end\s*\{(?P=kind)\*?\})"
    rf"|{_FORMULA}",
    re.DOTALL,
)
_OPENED = re.compile(
    rf"\\(?P<begin>begin|end)\s*\{{(?P<name>{_ENVIRONMENTS}|verbatim|lstlisting|minted|comment)(?P<star>\*?)\}}"
    r"|(?<!\\)\\(?P<bracket>[\[\]()])"
)
_BLANK_LINE = re.compile(r"\n[ \t>]*\n")
_FRONT = re.compile(r"\s*---[ \t]*\n(?P<inside>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_DECLARED = re.compile(
    r"[ \t]*(?:%+|\*|-|>)?[ \t]*(?P<key>[A-Za-z][A-Za-z_ -]{0,30}?)[ \t]*:(?!=)[ \t]*(?P<value>.*?)[ \t]*$"
)
_TARGET = re.compile(
    r"\s*(?P<target>(?:dL/d)?[A-Za-z_]\w*(?:\[[\w\s,]*\])?)\s*:(?!=)\s*(?P<formula>\S.*)", re.DOTALL | re.ASCII
)
_WORDS = re.compile(r"(?<![\\A-Za-z_{\[])[A-Za-z]{2,}(?![A-Za-z_\[({}]|\s*\()")
_MATH_WORDS = {
    "for", "in", "all", "sum", "and", "if", "where", "net", "exp", "log", "tanh", "sin", "cos", "max", "min", "eta",
    "out", "sigma", "delta", "alpha", "grad", "sqrt", "rate", "lr", "old", "new", "diag", "of", "over",
}  # fmt: skip


class Item(NamedTuple):
    """A claim in a document.

    Fields:
        line: the line where it begins, from 1; in a notebook, the line in its cell.
        formula: LaTeX or text, without its delimiters.
        target: the target in a sheet, or None.
        cell: the cell of a notebook, from 1, or None.
        is_inline: True if it is part of a sentence.
        written: the formula as it was written, before the document's own commands are replaced.
        shown: the same with these commands written out, or "" if it has none.
        is_let: True if a sentence introduces it, as in ``Let u = 3x``.
        said: the words of its paragraph before it, and those after it in its line.
    """

    line: int
    formula: str
    target: str | None = None
    cell: int | None = None
    is_inline: bool = False
    written: str = ""
    shown: str = ""
    is_let: bool = False
    said: str = ""


class Extract(NamedTuple):
    """The parts of a document: formulas, declarations and prose.

    Fields:
        format: one of :data:`FORMATS`.
        declared: its :class:`Declaration` s in order. They may turn out to be prose.
        items: its claims in order.
        prose: its whole text, for the search for words.
    """

    format: str
    declared: list
    items: list
    prose: str


def format_of(text, name="") -> str:
    """Return the format of a document, by the ending of its name or else by its contents."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    known = {"md": "markdown", "markdown": "markdown", "tex": "latex", "latex": "latex", "ipynb": "notebook"}
    if ending in known:
        return known[ending]
    start = text.lstrip()
    if start.startswith("{") and '"cells"' in text:
        return "notebook"
    if re.search(r"\\documentclass|\\begin\s*\{document\}|\\(?:sub)*section\*?\s*\{", text):
        return "latex"
    return "sheet"


def extract(text, format=None, name="document") -> Extract:
    r"""Return the claims and the declarations of a document.

    Args:
        text: the document.
        format: one of :data:`FORMATS`; by default, it is found from the name and the text.
        name: the name of the document, for messages.

    Raises:
        SheetError: the document is too large, or is not a notebook. The message gives the reason.

    >>> found = extract("We minimize\n$$E = \\frac12 (t - y)^2,$$\nand with $n = 3$ samples $\\delta = y - t$.")
    >>> [(item.line, item.formula) for item in found.items]
    [(2, 'E = \\frac12 (t - y)^2'), (3, '\\delta = y - t')]
    """
    format = format_of(text, name) if format is None else format
    if len(text) > (_MAX_NOTEBOOK if format == "notebook" else _MAX_CHARACTERS):
        raise SheetError(f"{name} has {len(text):,} characters, more than {_MAX_CHARACTERS:,}: split it.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if format not in FORMATS:
        raise ValueError(f"a document is {', '.join(FORMATS)}, found {format!r:.40}.")
    found = _from_notebook(text, name) if format == "notebook" else _from_text(text, format)
    if len(found.items) > _MAX_CLAIMS:
        raise SheetError(f"{name} has more than {_MAX_CLAIMS} formulas: split it.")
    return found


def _from_notebook(text, name):
    try:
        cells = json.loads(text)["cells"]
        sources = [(k, _source(cell)) for k, cell in enumerate(cells, 1) if cell.get("cell_type") == "markdown"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SheetError(f"{name} is not a notebook: {type(error).__name__}: {str(error)[:80]}.") from None
    declared, items, prose = [], [], []
    for number, source in sources[:_MAX_CELLS]:
        found = _from_text(source, "markdown")
        declared += found.declared if not items else []
        items += [item._replace(cell=number) for item in found.items]
        prose.append(found.prose)
    return Extract("notebook", declared, items, "\n".join(prose))


def _source(cell):
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join([str(line) for line in source])


class _Lines:
    """A function from offsets in a text to line numbers."""

    def __init__(self, text):
        self._starts = [0, *[match.end() for match in re.finditer("\n", text)]]

    def __call__(self, at):
        return bisect_right(self._starts, at)


def _from_text(text, format):
    text = _SURROGATE.sub("\ufffd", text)
    line_of = _Lines(text)
    items: list = []
    declared: list = []
    start = 0
    front = _FRONT.match(text)
    if front:
        first = line_of(front.start("inside"))
        declared += _declarations(front["inside"].split("\n"), first)
        start = front.end()
    if format == "latex":
        body = re.search(r"\\begin\s*\{document\}", text)
        declared += _declarations([line for line in text.split("\n") if line.startswith("%")], 1) if body else []
        start = body.end() if body else start
    macros = Macros(text) if "\\" in text else Macros("")
    whole, text = text, with_open_formulas(text, _OPENED)
    pattern = _LATEX if format == "latex" else _MARKDOWN
    rest = start
    for match in pattern.finditer(text, start):
        _between(text, rest, match.start(), format, line_of, items, declared)
        rest = match.end()
        kind, at = _formula_of(match)
        if kind is not None:
            found = _claims(match[kind], at, kind in ("inline", "round", "doubled_round", "ticked"), macros, line_of)
            is_let = _LET.search(text[max(0, match.start() - 20) : match.start()]) is not None
            said = _words_around(text, match.start(), match.end(), kind) if found else ""
            items += [item._replace(is_let=is_let, said=said) for item in found]
    _between(text, rest, len(text), format, line_of, items, declared)
    return Extract(format, declared, _continued(items), whole)


def _words_around(text, start, end, kind):
    """Return the words of the paragraph before a formula, and those after it in its line if it is in a sentence."""
    before = text[max(0, start - _MAX_AROUND) : start]
    if kind == "dollars" or kind == "environment" or not before.rpartition("\n")[2].strip():
        return before.rpartition("\n\n")[2] if before[-2:] != "\n\n" else before.rstrip().rpartition("\n\n")[2]
    return f"{re.split(_BLANK_LINE, before)[-1]} {text[end : end + _MAX_AROUND].partition(chr(10))[0]}"


def _formula_of(match):
    groups = match.groupdict()
    if groups.get("fenced") is not None and (groups["language"] or "").lower() in ("math", "latex", "tex"):
        return "fenced", match.start("fenced")
    for kind in ("dollars", "brackets", "round", "doubled", "doubled_round", "environment", "open", "ticked", "inline"):
        if groups.get(kind) is not None:
            return kind, match.start(kind)
    return None, 0


def _claims(text, at, is_inline, macros, line_of):
    """Return the claims between the delimiters of a formula."""
    if len(text) > _MAX_DISPLAYED:  # too long for any reader: only its beginning is kept, and refused with the reason
        return [Item(line_of(at), text[:_MAX_READ], None, None, is_inline, text[:_MAX_READ])]
    text = _QUOTED.sub(lambda mark: " " * len(mark[0]), text).translate(_WIDE)
    text = _unboxed(_ENTITY.sub(lambda entity: html.unescape(entity[0]).ljust(len(entity[0])), text))
    uncommented = re.sub(r"(?<!\\)%[^\n]*", lambda comment: " " * len(comment[0]), text)
    found = []
    for piece in claims_in(uncommented):
        shown = macros.expanded(piece.text)
        formula = without_examples(_PRIME.sub("'", _as_update(_FOLLOWS.sub("", shown))))
        if is_equation(formula) and not (is_inline and _is_remark(formula)):
            has_own = shown != piece.text
            found.append(
                Item(line_of(at + piece.at), formula, None, None, is_inline, piece.text, shown if has_own else "")
            )
    return found


def _unboxed(text):
    r"""Return a formula without the boxes around equations, such as ``\boxed{\delta = y - t}``.

    They are replaced by blanks, so that offsets do not change.
    """
    for match in reversed(list(_BOX.finditer(text))):
        depth = 0
        for at in range(match.end() - 1, len(text)):
            depth += {"{": 1, "}": -1}.get(text[at], 0) if text[at - 1] != "\\" else 0
            if depth == 0:
                if is_equation(text[match.end() : at]):
                    blank = " " * (match.end() - match.start())
                    text = f"{text[: match.start()]}{blank}{text[match.end() : at]} {text[at + 1 :]}"
                break
    return text


def _continued(items):
    """Return the claims. If one begins with an equals sign, it gets the left side of the claim above."""
    found: list = []
    for item in items:
        first, *rest = sides(item.formula)
        if rest and not first.text.strip(" &") and found and item.target is None and not item.is_inline:
            left = sides(found[-1].formula)[0].text.strip()
            last = _QUOTIENT.search(found[-1].formula)
            if last and item.formula[rest[0].at - 6 : rest[0].at] == r"\equiv":  # another way to write it
                left = last[0].strip()
            item = item._replace(formula=f"{left} {item.formula[rest[0].at - 1 :].strip()}")
            if item.formula[len(left) + 1] != "=":
                item = item._replace(formula=f"{left} = {rest[0].text.strip()}")
        found.append(item)
    return found


def _as_update(formula):
    r"""Return ``w \to w - \eta g`` and ``(w)' = w - \eta g``, which are updates, with the arrow of an update."""
    formula = _without_versions(formula)
    arrow = _BECOMES.search(formula) or _PRIMED.match(formula)
    if arrow is None or is_equation(formula[: arrow.start()]):
        return formula
    primed = re.match(rf"\s*{re.escape(formula[: arrow.start()].strip())}\s*'\s*=", formula[arrow.end() :])
    if primed and formula[: arrow.start()].strip():  # w \\to w' = w - \\eta g
        return rf"{formula[: arrow.start()].strip()} \leftarrow {formula[arrow.end() + primed.end() :].strip()}"
    left = arrow.groupdict().get("name") or formula[: arrow.start()].strip(" &")
    right = formula[arrow.end() :].strip(" &")
    bare = [re.sub(r"[\s{}]", "", part) for part in (left, right)]
    is_changed = bare[0] and bare[1].startswith(bare[0]) and is_equation(formula)
    return rf"{left} \leftarrow {right}" if is_changed else formula


def _without_versions(formula):
    r"""Return ``w_{new} = w_{old} - \eta g`` as ``w \leftarrow w - \eta g``."""
    left, *right = [side.text for side in sides(formula)]
    if len(right) != 1 or not _NEW.search(left) or is_equation(formula, updates=False) is False:
        return formula
    after, before = _NEW.sub(_rest_of_marks, left).strip(), _OLD.sub(_rest_of_marks, right[0]).strip()
    return rf"{after} \leftarrow {before}" if after[:1].isalpha() and before.startswith(after[:1]) else formula


def _rest_of_marks(match):
    """Return a subscript or superscript without its word: ``_{1}`` for ``_{1,new}``."""
    rest = (match["marks"] or "").strip(" ,")
    return f"{match['sign']}{{{rest}}}" if rest else ""


_WORD = r"(?:\\(?:text|mathrm|rm|textrm)\s*\{{?\s*)?(?:{0})\s*"
_VERSION = rf"(?P<sign>[_^])\s*\{{{{\s*(?P<marks>[^{{{{}}}}]*?[\s,]|)\s*{_WORD}\}}}}{{{{1,2}}}}"
_NEW, _OLD = re.compile(_VERSION.format("new|neu")), re.compile(_VERSION.format("old|alt|current|prev"))
_PRIME = re.compile(r"(?<![\^{\s])\s*\\prime(?![A-Za-z])")  # f\\prime(z), without the sign of a superscript
_BECOMES = re.compile(r"\\(?:long)?rightarrow(?![A-Za-z])|\\to(?![A-Za-z])")
_PRIMED = re.compile(r"\s*(?:\\left)?\((?P<name>[^()=]+?)(?:\\right)?\)\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)\s*&?=")
_FOLLOWS = re.compile(r"^\s*\\(?:Rightarrow|implies|Longrightarrow|therefore|iff|Leftrightarrow)(?![A-Za-z])\s*")
_INSIDE = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_QUOTIENT = re.compile(rf"\\[dt]?frac\s*{_INSIDE}\s*{_INSIDE}\s*$")
_QUOTED = re.compile(r"(?<=\n)(?:[ \t]*>)+(?=[ \t])")  # of block quotes in Markdown
_COMMANDS = (r"\newcommand", r"\renewcommand", r"\providecommand", r"\def", r"\DeclareMathOperator")
_BOX = re.compile(r"\\(?:boxed|fbox|ensuremath|Aboxed)\s*\{")
_ENTITY = re.compile(r"&[A-Za-z]{2,8};")  # as pages write signs: &minus;
_WIDE = str.maketrans("＝（）－＋，；｜", "=()-+,;|")
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, as the escapes of a notebook can have: no text has it
_LET = re.compile(r"(?<![A-Za-z])(?:let|set|letting|define|suppose)(?:\s+us\s+\w+)?[\s:]*$", re.IGNORECASE)
_SHORT = re.compile(r"[^=]{1,12}=\s*[-+]?[\d.\s,\\{}()]+(?:[A-Za-z]|\\[lc]?dots)?\s*")


def _is_remark(formula):
    """Return True if an equation in a sentence only gives a number, as in ``N = 3`` and ``k = 1, \\dots, K``."""
    return _SHORT.fullmatch(formula) is not None or ("dots" in formula and len(formula) < 40 and "sum" not in formula)


def _between(text, start, end, format, line_of, items, declared):
    """Read the lines between formulas: declarations and, in a sheet, lines that are formulas."""
    at = start
    for line in text[start:end].split("\n"):
        number = line_of(at)
        whole = (at == 0 or text[at - 1] == "\n") and (at + len(line) == len(text) or text[at + len(line)] == "\n")
        at += len(line) + 1
        bare = line.strip()
        if not bare or not whole or (bare.startswith(("#", "%")) and format != "latex"):
            continue
        found = _declaration(line)
        item = _formula_line(bare, number) if format == "sheet" else None
        if found and (item is None or is_declaration(found["key"])):
            if not items or format == "sheet":
                declared.append(Declaration(number, found["key"].lower(), found["value"]))
        elif item is not None:
            items.append(item)


def _formula_line(bare, number):
    """Return the claim in a line of a sheet, or None if the line is a sentence."""
    if bare.startswith(_COMMANDS):
        return None
    match = _TARGET.fullmatch(bare)
    target, formula = (match["target"], match["formula"]) if match else (None, bare)
    words = [word for word in _WORDS.findall(formula) if word.lower() not in _MATH_WORDS]
    if len(words) >= 3 and len(words) * 6 > len(formula.split()):
        return None
    if not match and not is_equation(formula):
        looks_like_one = re.search(r"[\\_^\[]", formula) and not formula.startswith(("*", "-", ">", "|", "!", "["))
        if not looks_like_one or len(words) > 1:
            return None
    return Item(number, formula, target, None, False, formula)


def _declaration(line):
    """Return the match of a line that is a declaration, or None.

    Long names are cut, and other long lines are not matched.
    """
    found = _DECLARED.fullmatch(line[:_MAX_DECLARED])
    return found if found and (len(line) <= _MAX_DECLARED or found["key"].lower() == "name") else None


def _declarations(lines, first):
    found = []
    for number, line in enumerate(lines, first):
        match = _declaration(line)
        if match:
            found.append(Declaration(number, match["key"].lower(), match["value"]))
    return found
