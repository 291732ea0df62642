"""Texts, numbers and colours for DOT. Labels are escaped here: whatever they hold, they come out as that text."""

import math
from html import escape

from autograd.formulas.printing import printable

__all__ = ["NEUTRAL", "cell", "colour", "number", "operation", "place_of", "sign_colour", "text", "width"]

NEUTRAL = "#5f6570"  # on white its contrast is 5.9 to 1
_POSITIVE, _NEGATIVE = (31, 90, 168), (168, 32, 47)
_FLOOR = 0.45  # the least contrast of what flows at all: it stays legible on white

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


# Operations whose operands may change places.
_SYMMETRIC = {
    "add", "mul", "maximum", "minimum", "hypot",
}  # fmt: skip
# The other operations have a mark at the edge of each operand; by default it is a number.
_PLACES = {"sub": ("", "\u2212"), "div": ("", "\u00f7"), "pow": ("", "^"), "where": ("if", "then", "else")}


def place_of(node, k) -> str:
    """Return what marks the edge of operand ``k``: nothing where the order of the operands does not matter."""
    name, n = str(node.op), len(node.operands)
    if n < 2 or n > 3 or name in _SYMMETRIC or node.op.arity is None:
        return ""
    return _PLACES.get(name, ("1", "2", "3"))[k]


def operation(node) -> str:
    """Return the sign of a node's operation, or its name."""
    name = str(node.op)
    return _SIGNS.get(name, name)


def text(label) -> str:
    """A text inside of an HTML-like label: no markup, no escape of DOT, a line break as one."""
    shown = "\n".join([printable(line) for line in str(label).split("\n")])
    # a backslash is doubled: DOT reads \\N and the like in these labels, too
    return escape(shown).replace("\\", "&#92;&#92;").replace("\n", "<BR/>")


def number(x) -> str:
    """A number in four digits."""
    if x != x or math.isinf(x):
        return str(x)
    return f"{x:.4g}".replace("-", "\u2212")


def cell(content, colour=None, bold=False, port=None, span=1, size=None, align="CENTER") -> str:
    """A cell of a table in a label; ``content`` is escaped already."""
    if bold:
        content = f"<B>{content}</B>"
    attributes = (f' COLOR="{colour}"' if colour else "") + (f' POINT-SIZE="{size}"' if size else "")
    if attributes:
        content = f"<FONT{attributes}>{content}</FONT>"
    place = (f' PORT="{port}"' if port else "") + (f' COLSPAN="{span}"' if span > 1 else "")
    return f'<TD ALIGN="{align}"{place}>{content}</TD>'


def colour(x, largest) -> str:
    """Blue for positive, red for negative, paler for less, on a scale of square roots with a floor."""
    if not x or not largest or x != x:
        return NEUTRAL
    share = _FLOOR + (1 - _FLOOR) * min(1.0, math.sqrt(abs(x) / largest))
    base = _POSITIVE if x > 0 else _NEGATIVE
    return "#" + "".join([f"{round(255 + (c - 255) * share):02x}" for c in base])


def sign_colour(x) -> str:
    """Return the colour of a number as text: blue, red, or grey for 0. Its contrast on white is 5.9 to 1 or more.

    How large a number is shows in the lines and in the number itself; a paler text could not be read.
    """
    return NEUTRAL if not x or x != x else _hex(_POSITIVE if x > 0 else _NEGATIVE)


def _hex(colour):
    return "#" + "".join([f"{c:02x}" for c in colour])


def width(x, largest) -> str:
    """The width of an edge by what flows over it, in points."""
    if not x or not largest or x != x:
        return "0.7"
    return f"{0.7 + 3.3 * math.sqrt(min(1.0, abs(x) / largest)):.2f}"
