"""People's formulas as MathML with plain elements only: no links and no code."""

import functools
import xml.etree.ElementTree as ElementTree
from html import escape

from autograd.formulas.report import mathml
from autograd.grading.reading.readers import is_latex

__all__ = ["typeset"]

_ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
}  # fmt: skip
_ATTRIBUTES = {
    "display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form", "lspace", "rspace", "width",
    "height", "depth", "linethickness", "columnalign", "rowspacing", "columnspacing", "notation", "accent",
    "movablelimits", "largeop", "symmetric", "separator", "minsize", "maxsize", "columnlines", "rowlines", "xmlns",
}  # fmt: skip
_LONGEST = 1500


@functools.lru_cache(maxsize=4096)
def typeset(formula):
    """Return a formula as MathML, or as it was written."""
    plain = f"<code>{escape(formula)}</code>"
    if not is_latex(formula) or len(formula) > _LONGEST:
        return plain
    found = mathml(formula)
    if found is None or not _is_plain(found):
        return plain
    return f'{found[:5]} title="{escape(formula)}"{found[5:]}' if found.startswith("<math") else plain


def _is_plain(found):
    """Return True if MathML has only its own elements, and no attribute with a link."""
    try:
        root = ElementTree.fromstring(found)
    except ElementTree.ParseError:
        return False
    return all(
        element.tag.rsplit("}", 1)[-1] in _ELEMENTS and set(element.attrib) <= _ATTRIBUTES for element in root.iter()
    )
