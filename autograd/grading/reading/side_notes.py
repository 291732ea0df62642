"""Notes beside a formula in its line: remarks, reasons, shapes, and the letters and numbers of equations."""

import re

from autograd.grading.reading.calls import DOTS
from autograd.grading.reading.cursor import COMPARISONS

_REMARKS = ("need", "needs", "using", "note", "since", "because", "see", "from", "by", "as", "applying")
_CONNECTIVES = frozenset({
    "", "so", "thus", "hence", "then", "and", "therefore", "where", "with", "for", "let", "since", "as", "if",
    "because", "now", "finally", "similarly", "output", "hidden", "update", "which", "we", "that", "i.e", "avec", "où",
    "donc", "et", "mit",
    "wobei", "also", "und", "con", "donde", "com", "onde", "e", "y", "dove", "quindi", "or", "in",
})  # fmt: skip
_LABEL = re.compile(r"\([A-Z]{2,6}\)")  # a label such as (SSE) in front of a loss


def is_explanation(c):
    r"""Return True if words alone follow up to the end of the line, as in ``= \text{(prediction - target)}``."""
    k = 1
    while c.look(k)[0] == "gap" or (c.look(k)[0] == "op" and c.look(k)[1] in ".,;"):
        k += 1
    return c.look()[0] == "text" and c.ends(k)


def is_note_of_shape(c):
    r"""Return True if the shape of a result, such as ``[K \times H]``, follows up to the end of the line."""
    end = c.closing(0) if c.is_op("[") or c.is_op("(") else None
    if end is None or (c.look(-1)[0] not in ("gap", "text") and c.look(-1) != ("op", "&")):
        return False
    after = end + 1
    while c.look(after)[0] == "gap" or (c.look(after)[0] == "op" and c.look(after)[1] in ".,;"):
        after += 1
    inner = [c.look(k) for k in range(1, end)]
    kinds = {kind for kind, text in inner if text not in ("_", "{", "}", "^", "times", "*", ",", "(", ")", "+", "-")}
    return c.ends(after) and kinds <= {"let", "num"} and any(text in ("times", ",", "*") for _, text in inner)


def is_shape(c):
    """Return True if the numbers of rows and columns of a matrix follow, such as ``(N, 4)``."""
    items = [c.look(k)[0] for k in (1, 3)]
    return c.is_op("(") and c.is_op(",", 2) and c.is_op(")", 4) and set(items) <= {"let", "num"}


def is_lettered(c, k=0):
    """Return True if the letter of an equation, such as ``(B)``, follows at the end of a line."""
    kind, text = c.look(k + 1)
    return c.is_op("(", k) and c.is_op(")", k + 2) and c.ends(k + 3) and kind == "let" and text in "ABCDE"


def is_reason(c, k):
    """Return True for words in brackets in front of a relation, as in ``(chain rule) &= ...``."""
    kind, text = c.look(k)
    is_bracketed = kind == "text" and text.strip().startswith("(") and text.strip().endswith(")")
    after = k + 1
    while c.is_op("&", after) or c.look(after)[0] == "gap":
        after += 1
    return is_bracketed and not says_condition_in(text) and c.relation(look=True, k=after)


def remark_end(c, k=0):
    r"""Return the position of the closing bracket of a remark or a range, or None.

    It stands at the end of a line, or in front of a shape such as ``\in \mathbb{R}^K``.
    """
    end = c.closing(k) if c.is_op("(", k) else None
    if end is not None and sum(c.look(j)[1] in COMPARISONS for j in range(k, end)) > 1:
        return end  # such as (1 <= k <= c)
    if end is None or not (c.is_let(*_REMARKS, k=k + 1) or any(c.look(j)[0] == "text" for j in range(k, end))):
        return None
    after = end + 1
    while c.look(after)[0] == "gap" or (c.look(after)[0] == "op" and c.look(after)[1] in ".,;"):
        after += 1
    return end if c.ends(after) or c.is_cmd("in", k=after) else None


def is_bracketed_remark(c):
    r"""Return True if words in a bracket follow that are no name, as in ``dS_i (\text{summed over rows})``."""
    words = c.look(1)[1].strip() if c.is_op("(") and c.look(1)[0] == "text" and c.is_op(")", 2) else ""
    return (" " in words or not words.isascii()) and remark_end(c) is not None


def closes(c):
    """Return the offset of the text that closes the bracket of a remark with formulas in it, or 0."""
    k = 1
    while not c.ends(k):
        if c.look(k)[0] == "text" and ")" in c.look(k)[1]:
            return k
        k += 1
    return 0


def says_condition_in(words):
    """Return True if words in a bracket begin with a condition."""
    return words.strip(" (").split(" ")[0].lower() in ("for", "if", "when", "where", "with", "only", "unless", "else")


def says_condition(c):
    """Return True if the words after an opening bracket state the indices for which a formula holds."""
    kind, text = c.look(1)
    return kind in ("text", "let") and text.strip().split(" ")[0].lower() in ("for", "if", "when", "where", "with")


def opens_definition(c):
    r"""Return True if a bracket begins with a word and a derivative, as in ``(\text{where } dL/dz = a - y)``."""
    kind, text = c.look(1)
    if kind not in ("text", "let") or text.strip().lower() not in ("where", "with") or c.closing(0) is None:
        return False
    k = 2
    while c.look(k)[0] == "gap":
        k += 1
    return c.is_cmd("frac", "dfrac", "tfrac", "delta", k=k) or c.is_let("delta", k=k)


def is_list_of_indices(c):
    """Return True if a line only lists the values of an index: ``i = 1, 2, 3``."""
    if not (c.is_let() and c.is_op("=", 1) and c.look(2)[0] == "num" and c.is_op(",", 3)):
        return False
    k = 4
    while not c.ends(k):
        kind, text = c.look(k)
        if not (kind in ("num", "gap") or c.is_op(",", k) or (kind == "cmd" and text in DOTS) or c.is_let(k=k)):
            return False
        k += 1
    return True


def has_dots_ahead(c):
    k = 0
    while not c.ends(k):
        if c.is_cmd(*DOTS, k=k):
            return True
        k += 1
    return False


def is_connective(words):
    """Return True if words in front of a formula do not change its meaning."""
    if _LABEL.fullmatch(words.strip()):
        return True
    w = words.strip(" .,:;()").lower()
    return w.split(" ")[0] in _CONNECTIVES or words.rstrip().endswith(":")
