r"""Declared letters with marks, as one letter: ``f_{w,b}`` in ``f_{w,b}(x^{(i)})``, and the ``a_h`` in ``a_{h1}``.

A writer may declare a letter that has marks, such as ``h_\theta``, ``\hat{y}_W``, ``a_h`` or ``y^*``, or a word of
another alphabet. Where a formula prints it, perhaps with more marks, its symbols become one symbol with the key of the
letter, so that no later stage takes its marks for indices and the letter before a bracket for a function.
"""

from typing import NamedTuple

from autograd.grading.reading.tokens import ACCENTS, Symbol

__all__ = ["DeclaredLetter", "declared_letter", "with_declared_letters", "with_glued_neurons"]

_LAYERS = frozenset({"h", "o", "i", "in", "out", "hid", "hidden", "output", "input"})


class DeclaredLetter(NamedTuple):
    """A declared letter as symbols.

    Fields:
        key: the name that it has in a tree.
        core: the texts of its symbols without subscripts and superscripts.
        below, above: the texts of the symbols of its subscript and of its superscript.
    """

    key: str
    core: tuple
    below: tuple
    above: tuple


class _Script(NamedTuple):
    sign: str
    inner: list
    start: int
    end: int


def declared_letter(key, symbols) -> DeclaredLetter | None:
    """Return a declared letter, or None if it is a single letter without marks, or no letter at all.

    Args:
        key: the name that it has in a tree.
        symbols: the symbols of its LaTeX.
    """
    while len(symbols) > 2 and symbols[0].text == "{" and _closing(symbols, 0) == len(symbols) - 1:
        symbols = symbols[1:-1]
    core, at = _core(symbols, 0)
    if not core:
        return None
    scripts = _scripts(symbols, at)
    end = scripts[-1].end if scripts else at
    below = [x for x in scripts if x.sign == "_"]
    above = [x for x in scripts if x.sign == "^"]
    is_plain = not scripts and ((len(core) == 1 and symbols[0].kind == "let") or core[0] in ACCENTS)
    if end != len(symbols) or is_plain or len(below) > 1 or len(above) > 1 or "'" in core:
        return None
    return DeclaredLetter(key, core, *[tuple([_text(s) for x in part for s in x.inner]) for part in (below, above)])


def with_declared_letters(symbols, letters, is_typed=False) -> list:
    """Return the symbols of a formula in which each declared letter with marks is one symbol.

    Args:
        symbols: the symbols of the formula.
        letters: the :class:`DeclaredLetter`s.
        is_typed: True if the formula is typed text, in which a subscript needs no braces.
    """
    ordered = sorted(letters, key=lambda x: -len(x.below) - len(x.above) - len(x.core))
    found, at = [], 0
    while ordered and at < len(symbols):
        for letter in ordered:
            taken = _taken(symbols, at, letter, is_typed)
            if taken is not None:
                new, at = taken
                found += new
                break
        else:
            found.append(symbols[at])
            at += 1
    return found if ordered else symbols


def with_glued_neurons(symbols, names, words) -> list:
    """Return the symbols of a formula with ``net_{h1}`` for ``neth1`` and ``w_{h1}`` for ``wh1``.

    Writers who declare words print them without any sign before the name of a neuron.

    Args:
        symbols: the symbols of the formula.
        names: the names of quantities. The letter of a layer after a single letter is none of them.
        words: the names among them that are words. Without one, all symbols stay as they are.
    """
    found: list = []
    at = 0
    while at < len(symbols):
        s = symbols[at]
        found.append(s)
        at += 1
        end = _end_of_neuron(symbols, at, s, names) if words and s.kind == "let" and s.text in names else at
        if end > at and (len(s.text) > 1 or symbols[end - 1].kind == "num"):
            place = symbols[at].at
            found += [Symbol("op", "_", place), Symbol("op", "{", place), *symbols[at:end], Symbol("op", "}", place)]
            at = end
    return found


def _end_of_neuron(symbols, at, base, names):
    """Return the position after the name of a neuron that follows a letter without a blank, or ``at``."""
    layer = symbols[at] if at < len(symbols) else None
    if layer is None or layer.kind != "let" or layer.text not in _LAYERS or layer.at != base.at + len(base.text):
        return at
    if len(base.text) == 1 and layer.text in names:
        return at
    end = at + 1
    after = symbols[end] if end < len(symbols) else None
    is_next = after is not None and after.at == layer.at + len(layer.text)
    if is_next and after.kind == "num":
        return end + 1
    return at if is_next and (after.kind == "let" or after.text in ("_", "^")) else end


def _taken(symbols, at, letter, is_typed):
    """Return the symbols that stand for a declared letter at a position, and the position after it, or None."""
    core, end = _core(symbols, at)
    if core != letter.core:
        return None
    scripts = _scripts(symbols, end, is_typed)
    new = [Symbol("let", letter.key, symbols[at].at, symbols[at].glued)]
    wanted = {"_": letter.below, "^": letter.above}
    for script in scripts:
        rest = script.inner
        if wanted[script.sign]:
            rest = _without(script.inner, wanted[script.sign])
            if rest is None:
                return None
            wanted[script.sign] = ()
            if not rest:
                continue
        place = symbols[script.start].at
        new += [Symbol("op", script.sign, place), Symbol("op", "{", place), *rest, Symbol("op", "}", place)]
    if wanted["_"] or wanted["^"]:
        return None
    return new, scripts[-1].end if scripts else end


def _core(symbols, at):
    r"""Return the texts of the letter at a position, ``("hat", "y")`` for ``\hat{y}``, and the position after it."""
    accents = []
    while at < len(symbols) and symbols[at].kind == "cmd" and symbols[at].text in ACCENTS:
        accents.append(symbols[at].text)
        at += 1
    is_braced = bool(accents) and [s.text for s in symbols[at : at + 3 : 2]] == ["{", "}"]
    at += is_braced
    if at < len(symbols) and symbols[at].kind in ("let", "text"):
        return (*accents, symbols[at].text), at + 1 + is_braced
    end = at
    while end < len(symbols) and symbols[end].kind == "op" and symbols[end].text.isalpha():
        end += 1  # the letters of a word of another alphabet, which are one symbol each
    return ((*accents, "".join([s.text for s in symbols[at:end]])), end) if end > at else ((), at)


def _scripts(symbols, at, is_typed=False):
    """Return the subscripts and superscripts after a letter."""
    found = []
    while at + 1 < len(symbols) and symbols[at].kind == "op" and symbols[at].text in ("_", "^"):
        start = at + 1
        if symbols[start].kind == "op" and symbols[start].text == "{":
            end = _closing(symbols, start)
            if end is None:
                break
            inner, after = symbols[start + 1 : end], end + 1
        else:
            after = start + 1
            while is_typed and symbols[at].text == "_" and after < len(symbols) and _goes_on(symbols[after]):
                after += 1
            inner = symbols[start:after]
        found.append(_Script(symbols[at].text, inner, at, after))
        at = after
    return found


def _text(symbol):
    r"""Return the text of a symbol. The star of ``y^{\star}`` is the sign of ``y^*``."""
    return "*" if symbol.text in ("star", "ast") else symbol.text


def _goes_on(symbol):
    return symbol.glued and symbol.kind in ("let", "num")


def _closing(symbols, start):
    depth = 0
    for k in range(start, len(symbols)):
        if symbols[k].kind == "op":
            depth += (symbols[k].text == "{") - (symbols[k].text == "}")
            if depth == 0:
                return k
    return None


def _without(inner, marks):
    """Return the marks that follow those of the declared letter in a script, or None if it does not begin with these.

    In ``a_{h,j}``, ``a_{h_j}``, ``a_{hj}`` and ``a_{h1}``, the mark h of the declared ``a_h`` is followed by an index.
    """
    texts = tuple([_text(s) for s in inner if s.kind != "gap"])
    inner = [s for s in inner if s.kind != "gap"]
    if texts[: len(marks)] != marks:
        return None
    rest = inner[len(marks) :]
    if not rest:
        return []
    sign = rest[0].text if rest[0].kind == "op" else ""
    if sign in (",", ";"):
        return rest[1:]
    if sign == "_":  # a subscript of the mark, which must be the end
        if len(rest) > 1 and rest[1].text == "{":
            return rest[2:-1] if _closing(rest, 1) == len(rest) - 1 else None
        return rest[1:] if len(rest) == 2 else None
    is_index = rest[0].kind in ("let", "num", "cmd") or sign in ("(", "[", "*")
    return rest if is_index and len(marks) == 1 else None
