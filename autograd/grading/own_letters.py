r"""Definitions in a writer's own letters, and formulas in which these letters are written out.

A writer defines ``e_o = t_o - y_o`` and continues with ``\delta_o = -e_o y_o (1 - y_o)``. The second formula is graded
as ``\delta_o = -\left(t_o - y_o\right) y_o (1 - y_o)``. The definition replaces its letter and gets the indices of this
place.
"""

import re
from typing import NamedTuple

from autograd.grading.latex_text import sides
from autograd.grading.reading.latex_names import ACCENTS, FONTS, LETTER
from autograd.grading.reading.readers import is_latex, read
from autograd.grading.reading.trees import ReadingError

__all__ = ["Definition", "definition", "differentiates_own", "names_in", "with_last_side", "written_out"]

_LONGEST = 3800  # below the limit of a reader
_FONTS = re.compile(rf"\\(?:{FONTS})(?![A-Za-z])")
_LATEX_NAME = re.compile(
    rf"(?P<base>\\(?:{ACCENTS}|{FONTS})\s*(?:\{{(?:[^{{}}]|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})*\}}|\\[A-Za-z]+|[A-Za-z])|\\[A-Za-z]+|[A-Za-z])"
    r"(?P<scripts>(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z0-9*+-])|')*)"
)
_TEXT_NAME = re.compile(r"(?P<base>[A-Za-z_]\w*)(?P<scripts>\[[^\[\]]*\])?", re.ASCII)
_SCRIPT = re.compile(r"\s*([_^])\s*(\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z0-9*+-])|(')")
_INDEX = re.compile(r"[i-nI-N]|\\ell|n_\{?[lL]\}?")
_ATOM = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|\d+|[^\s{}(),]")
# The letters in these words are not quantities.
_WORDS = re.compile(r"\\(?:begin|end|text|textrm|textbf|textit|mbox|mathrm|operatorname)\*?\s*\{[^{}]*\}")
_LETTER = re.compile(LETTER)
_ABOVE = re.compile(
    r"\^\s*\{?\s*(T|\\top|\\intercal|\d)(?![A-Za-z\d])\s*\}?"
)  # a transpose or a power, not a layer in brackets
_FUNCTION = re.compile(r"\\(?:tanh|sigma)")  # f = \tanh is written out before a bracket
_BOUND = re.compile(r"\\sum\s*_\s*(?:\{\s*)?(\\?[A-Za-z])|\bfor\s+([A-Za-z]\w*)\s+in\b")
# Commands that are not letters.
_NO_LETTERS = {
    "frac", "dfrac", "tfrac", "partial", "sum", "prod", "cdot", "times", "left", "right", "odot", "circ", "log", "exp",
    "ln", "tanh", "sin", "cos", "max", "min", "sqrt", "quad", "qquad", "text", "mathrm", "operatorname", "top", "nabla",
    "leftarrow", "gets", "to", "forall", "in", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "prime", "infty", "begin",
    "end", "underbrace", "overbrace", "mathbb", "dots", "cdots", "ldots", "displaystyle", "label", "tag",
}  # fmt: skip


class Definition(NamedTuple):
    """A letter of a writer's own, and the formula for which it stands.

    Fields:
        name: the letter as it is compared.
        scripts: pairs of ``"_"``, ``"^"`` or ``"["`` and the atoms of an index, in order.
        right: the formula, in brackets if it is a sum.
        line: the line of the definition.
    """

    name: str
    scripts: tuple
    right: str
    line: int = 0


def definition(formula, line=0) -> Definition | None:
    r"""Return the definition in a formula, or None: a letter with its indices on the left, and a readable right side.

    >>> definition(r"e_o = t_o - y_o").scripts
    (('_', ('o',)),)
    >>> definition(r"\frac{\partial E}{\partial w} = 0") is None
    True
    """
    parts = sides(formula)
    if len(parts) < 2:
        return None
    left, right = parts[0].text.strip(), parts[1].text.strip()
    if _INDEX.fullmatch(left) and _INDEX.fullmatch(right.rstrip(" .,;")):
        return None  # an equality of two indices: k = L
    latex = is_latex(formula)
    match = (_LATEX_NAME if latex else _TEXT_NAME).fullmatch(left)
    if match is None or "'" in (match["scripts"] or "") or _is_command(match["base"]):
        return None
    try:
        read(right if is_latex(right) == latex else f"{left} = {right}")
    except ReadingError:
        return None
    return Definition(_key(match["base"]), _scripts(match["scripts"] or ""), right, line)


def written_out(formula, definitions) -> str:
    r"""Return a formula in which the defined letters are replaced by their definitions.

    Args:
        formula: LaTeX or text.
        definitions: a dict from name to :class:`Definition`, or from a name with its scripts.

    >>> known = {"e": definition(r"e_o = t_o - y_o")}
    >>> written_out(r"\delta_k = -e_k y_k", known)
    '\\delta_k = -\\left(t_k - y_k\\right) y_k'
    """
    if not definitions:
        return formula
    latex = is_latex(formula)
    pattern = _LATEX_NAME if latex else _TEXT_NAME
    words = {k for match in _WORDS.finditer(formula) for k in range(match.start() + 1, match.end())} if latex else ()
    out, at = [], 0
    for match in pattern.finditer(formula):
        if match.start() < at or match.start() in words:
            continue
        name, scripts = _key(match["base"]), _scripts(match["scripts"] or "")
        found = definitions.get((name, scripts)) or definitions.get((name, _below(scripts))) or definitions.get(name)
        if found is None or _is_command(match["base"]) or _is_differential(formula, match.start()):
            continue
        right = _at(found, scripts, latex)
        if right is None and latex:
            right = _with_mark(found, scripts, match["scripts"])
        if right is None:
            continue
        out += [formula[at : match.start()], right]
        at = match.end()
    text = "".join([*out, formula[at:]])
    return text if len(text) <= _LONGEST else formula


def with_last_side(own, formula, definitions, outputs) -> Definition:
    r"""Return a definition by a derivative as a definition by the last side of its chain, if only this is clear.

    In ``G = \frac{\partial L}{\partial A} = D W^T`` with an own A, the derivative cannot be read. In
    ``D = \frac{\partial L}{\partial Z} = P - Y``, the last side shows that Z belongs to the outputs.

    Args:
        own: the definition.
        formula: the formula in which it was found.
        definitions: the earlier definitions, as in :func:`written_out`.
        outputs: the letters of outputs and targets.
    """
    last = sides(formula)[-1].text.strip()
    if r"\partial" not in own.right or _has_own(last, definitions):
        return own
    is_clearer = differentiates_own(own, definitions) or outputs & names_in(last)
    return own._replace(right=last) if is_clearer else own


def differentiates_own(own, definitions) -> bool:
    """Return True if a definition is a derivative by a letter of the writer's own, which cannot be written out."""
    return r"\partial" in own.right and _has_own(own.right, definitions)


def _has_own(formula, definitions):
    names = {name if isinstance(name, str) else name[0] for name in definitions}
    return bool(names & names_in(formula))


def names_in(formula) -> set:
    r"""Return the letters of a formula with their accents.

    >>> sorted(names_in(r"\frac{1}{2} (\hat{y}_o - t_o)^2"))
    ['hat y', 't']
    """
    pattern = _LATEX_NAME if is_latex(formula) else _TEXT_NAME
    return {_key(match["base"]) for match in pattern.finditer(formula) if not _is_command(match["base"])}


def _key(base):
    """Return a letter as it is compared, without fonts, braces and the marks of a vector, but with other accents."""
    text = _FONTS.sub("", base)
    return " ".join(re.findall(r"[A-Za-z]+", text))


def _is_command(base):
    return base.startswith("\\") and base[1:] in _NO_LETTERS


def _is_differential(formula, at):
    r"""Return True if a letter is part of a differential, such as \partial e. It is not replaced there."""
    return re.search(r"(?:\\partial|\bd)\s*\{?$", formula[max(0, at - 12) : at]) is not None


def _scripts(text):
    if text.startswith("["):
        return (("[", tuple(part.strip() for part in text[1:-1].split(","))),)
    found = []
    for sign, content, prime in _SCRIPT.findall(text):
        found.append(("'", ()) if prime else (sign, tuple(_ATOM.findall(content))))
    return tuple(sorted(found))


def _below(scripts):
    """Return the scripts of a letter without those above it."""
    return tuple([each for each in scripts if each[0] != "^"])


def _with_mark(found, scripts, written):
    """Return the transpose or the power of a definition if a letter has this mark above it, or None."""
    above = _ABOVE.search(written)
    rest = _below(scripts)
    right = _at(found, rest, True) if above and len(rest) == len(scripts) - 1 else None
    if right is None:
        return None
    whole = right if right.startswith(r"\left(") and right.endswith(r"\right)") else rf"\left({right}\right)"
    return f"{whole}^{{{above[1]}}}"


def _at(found, scripts, latex):
    """Return a definition with the indices of a place, or None if they do not fit."""
    if [(kind, len(atoms)) for kind, atoms in scripts] != [(kind, len(atoms)) for kind, atoms in found.scripts]:
        if [kind for kind, _ in scripts] != [kind for kind, _ in found.scripts] or any(
            len(a) != 1 for _, a in found.scripts
        ):
            return None
        scripts = tuple((kind, ("".join(atoms),)) for kind, atoms in scripts)
    letters: dict = {}
    for (_, here), (_, there) in zip(scripts, found.scripts, strict=True):
        for new, old in zip(here, there, strict=True):
            if new == old:
                continue
            if not _LETTER.fullmatch(old) or letters.get(old, new) != new:
                return None
            letters[old] = new
    bound = {a or b for a, b in _BOUND.findall(found.right)}
    if bound & set(letters.values()) or not letters.keys() <= _indices_of(found.right, latex):
        return None  # g_y = y - t is no definition of g_h
    right = _renamed(found.right, letters, latex) if letters else found.right
    if not re.search(r"[-+\s*/]|\\", right.strip()) or _FUNCTION.fullmatch(right.strip()):
        return right
    return rf"\left({right}\right)" if latex else f"({right})"


def _indices_of(text, latex):
    """Return the letters in the indices of a formula."""
    indices = [match[2] or "" for match in _SCRIPT.finditer(text)] if latex else re.findall(r"\[[^\[\]]*\]", text)
    return {letter for index in indices for letter in _LETTER.findall(index)}


def _renamed(text, letters, latex):
    """Return a formula with other letters in its indices."""

    def atoms(content):
        return re.sub(r"\\[A-Za-z]+|[A-Za-z]+", lambda m: letters.get(m[0], m[0]), content)

    def script(match):
        if match[3]:
            return match[0]
        sign, content = match[1], match[2]
        if content.startswith("{"):
            return f"{sign}{{{atoms(content[1:-1])}}}"
        new = atoms(content)
        return f"{sign}{new}" if len(new) == 1 or new == content else f"{sign}{{{new}}}"

    if not latex:
        return re.sub(r"\[[^\[\]]*\]", lambda m: atoms(m[0]), text)
    return _SCRIPT.sub(script, text)
