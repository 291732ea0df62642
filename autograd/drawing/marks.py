"""Texts, numbers and colours for DOT. All labels are escaped here, so that any text can be a label."""

import math
import re
import unicodedata
from html import escape, unescape

from autograd.formulas.printing import printable

__all__ = ["NEUTRAL", "cell", "colour", "number", "operation", "place_of", "sign_colour", "text", "width"]

NEUTRAL = "#5f6570"  # its contrast on white is 5.9 to 1
_POSITIVE, _NEGATIVE = (31, 90, 168), (168, 32, 47)
_LONGEST = 500  # characters of a text that is shown; Graphviz refuses labels above 16,384
# The widths of characters at a size of 1 point, in the broadest of the fonts in which browsers show Helvetica.
_NARROW, _USUAL, _SIGN, _BROAD, _FULL = 0.40, 0.64, 0.84, 1.0, 1.05
_NARROW_ONES, _SIGNS_OF_ARITHMETIC = frozenset(" .,:;|'!()[]ijlft/I"), frozenset("=+<>\u2212\u00d7\u00f7")
_BROAD_ONES = frozenset("mwMW@%\u2026\u03a3")
_BOLDER, _MARGIN = 1.12, 5  # the factor of the width of bold characters; the sum of both margins of a text, in points
_FLOOR = 0.45  # the least share of colour for a number other than 0, so that it stays visible on white

_SIGNS = {
    "add": "+",
    "sub": "\u2212",
    "mul": "\u00d7",
    "div": "\u00f7",
    "neg": "\u2212",
    "pow": "^",
    "total": "\u03a3",
    "dot": "\u03a3 w\u00b7x",
}


# Operations that give the same result if their operands change places.
_SYMMETRIC = {
    "add", "mul", "maximum", "minimum", "hypot",
}  # fmt: skip
# The other operations have a mark at the edge of each operand. By default, the mark is a number.
_PLACES = {"sub": ("", "\u2212"), "div": ("", "\u00f7"), "pow": ("", "^"), "where": ("if", "then", "else")}


def place_of(node, k) -> str:
    """Return the mark at the edge of operand ``k``, or an empty text if the order of the operands does not matter."""
    name, n = str(node.op), len(node.operands)
    if n < 2 or n > 3 or name in _SYMMETRIC or node.op.arity is None:
        return ""
    return _PLACES.get(name, ("1", "2", "3"))[k]


def operation(node) -> str:
    """Return the sign of a node's operation, or its name."""
    name = str(node.op)
    return _SIGNS.get(name, name)


def text(label) -> str:
    """Return a text for an HTML-like label, with markup and DOT's escapes disabled, and cut where it is too long.

    Line breaks are kept.
    """
    label = str(label)
    if len(label) > _LONGEST:
        label = f"{label[:_LONGEST]}\u2026"
    shown = "\n".join([printable(line) for line in label.split("\n")])
    # A backslash is doubled, because DOT interprets \\N and other escapes in these labels, too.
    return escape(shown).replace("\\", "&#92;&#92;").replace("\n", "<BR/>")


def number(x) -> str:
    """Return a number as text with four significant digits."""
    if x != x or math.isinf(x):
        return str(x)
    return f"{x:.4g}".replace("-", "\u2212")


def cell(content, colour=None, bold=False, port=None, span=1, size=None, align="CENTER") -> str:
    """Return a cell of a table in a label. ``content`` must be escaped already.

    The cell has room for its text in any usual font, because a browser may not have the one that Graphviz measures.
    """
    room = math.ceil(_width_of(content) * (size or 10) * (_BOLDER if bold else 1.0)) + _MARGIN
    if bold:
        content = f"<B>{content}</B>"
    attributes = (f' COLOR="{colour}"' if colour else "") + (f' POINT-SIZE="{size}"' if size else "")
    if attributes:
        content = f"<FONT{attributes}>{content}</FONT>"
    place = (f' PORT="{port}"' if port else "") + (f' COLSPAN="{span}"' if span > 1 else "")
    return f'<TD ALIGN="{align}" WIDTH="{room}"{place}>{content}</TD>'


def _width_of(content) -> float:
    """Return the width of the longest line of an escaped text, at a size of 1 point."""
    lines = unescape(re.sub(r"<(?!BR/>)[^>]*>", "", content)).split("<BR/>")
    return max([sum(map(_width_of_character, line)) for line in lines])


def _width_of_character(character) -> float:
    if character in _NARROW_ONES:
        return _NARROW
    if character in _SIGNS_OF_ARITHMETIC:
        return _SIGN
    if character in _BROAD_ONES:
        return _BROAD
    return _FULL if unicodedata.east_asian_width(character) in "WF" else _USUAL


def colour(x, largest) -> str:
    """Return the colour of a number: blue if positive, red if negative. It is paler the smaller the number is."""
    if not x or not largest or x != x:
        return NEUTRAL
    share = _FLOOR + (1 - _FLOOR) * min(1.0, math.sqrt(abs(x) / largest))
    base = _POSITIVE if x > 0 else _NEGATIVE
    return "#" + "".join([f"{round(255 + (c - 255) * share):02x}" for c in base])


def sign_colour(x) -> str:
    """Return the colour of a number's text: blue, red, or grey for 0. Its contrast on white is at least 5.9 to 1.

    The colour does not depend on the size of the number, because a paler text would be hard to read.
    """
    return NEUTRAL if not x or x != x else _hex(_POSITIVE if x > 0 else _NEGATIVE)


def _hex(colour):
    return "#" + "".join([f"{c:02x}" for c in colour])


def width(x, largest) -> str:
    """Return the width of an edge in points; it grows with the absolute value of ``x``."""
    if not x or not largest or x != x:
        return "0.7"
    return f"{0.7 + 3.3 * math.sqrt(min(1.0, abs(x) / largest)):.2f}"
