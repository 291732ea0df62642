"""Labels below the loss that count nothing: words, data and parameters, as in ``J_{reg}``, ``L_D`` and ``J_{w,b}``."""

from itertools import pairwise

from autograd.grading.meaning.letters import head, heads
from autograd.grading.reading.nodes import Limits, Node, is_name, walk

__all__ = ["PART_OF_LOSS", "without_loss_labels"]

PART_OF_LOSS = (
    "it is wrong for the whole loss, and {} may be a part of it, such as its penalty or what is left without it: write "
    "the whole loss without a label"
)
_DATA = frozenset({"D", "S", "mathcal D", "mathcal S", "mathcal B"})  # sets of samples
_INDICES = frozenset({"ell", "mu", "tau", "alpha", "beta", "nu", "kappa"})
_WORDS = frozenset({"total", "tot"})


def without_loss_labels(claim, places):
    """Return a claim without the labels of its loss, and a loss with a label that may name a part of it, or None.

    A letter that occurs as an index elsewhere in the claim is no label. A word may contain such letters.
    """
    trees = [x for x in (*claim.sides, *claim.conditions) if x is not None]
    names = [x for tree in trees for x in walk(tree) if x.kind == "name"]
    losses = {id(x) for x in names if places.is_loss(x)}
    counted = {y for x in names if id(x) not in losses for s in x.parts for p in s.parts for y in heads(p)}
    counted |= {y for tree in trees for x in walk(tree) if isinstance(x.data, Limits) for y in x.data.letters}
    counted |= {head(p) for tree in trees for x in walk(tree) if x.kind in ("entry", "cmp") for p in x.parts}
    found: list = []

    def replace(node):
        if node.kind != "name" or not places.is_loss(node) or f"{node.data[0]}_" in places.loss_letter:
            return None
        parts = [s for s in node.parts if not _is_label(s, counted, places)]
        if len(parts) == len(node.parts):
            return None
        found.extend([node for s in node.parts if s not in parts and _names_a_part(s)])
        return Node("name", parts, node.data, node.at)

    rewritten = claim.rewritten(replace)
    return rewritten, found[0] if found and not _has_penalty_and_data(claim, places) else None


def _has_penalty_and_data(claim, places):
    """Return True if a claim has the factor of the penalty and quantities of the data, so that it is about both."""
    names = [x.data[0] for side in claim.sides[1:] for x in walk(side) if x.kind == "name"]
    has_factor = any(x in places.model.labels and places.model.labels[x].role == "other" for x in names)
    return has_factor and any({"x", "a", "y", "t", "delta"} & set(places.roles_of(x)) for x in names)


def _is_label(script, counted, places):
    """Return True if a script below a loss is a word, a name of data or a list of parameters."""
    marks = [y for p in script.parts for y in _flat(p)]
    if script.kind != "sub" or not marks or any(p.kind not in ("name", "num") or p.parts for p in marks):
        return False
    letters = [p.data[0] for p in marks if p.kind == "name"]
    if not letters:
        return False
    if len(marks) > 1 and all(b.at == a.at + 1 for a, b in pairwise(marks)) and _is_one_word(marks):
        return not all(x in counted for x in letters) or letters == ["L"]
    if any(x in counted for x in letters):
        return False
    if len(marks) == 1:
        is_word = len(letters[0].split()[-1]) > 1 and letters[0] not in _INDICES
        return is_word or letters[0] in _DATA or _is_parameter(marks[0], places)
    return all(_is_parameter(p, places) for p in marks)


def _flat(mark):
    """Return a letter and the number behind it, as in ``L2``, which is read as one name, or the mark alone."""
    inner = mark.parts[0].parts if len(mark.parts) == 1 and mark.kind == "name" else ()
    if len(inner) != 1 or inner[0].kind != "num":
        return [mark]
    return [Node("name", (), mark.data, mark.at), inner[0]]


def _is_one_word(marks):
    """Return True if adjacent marks are a word or an abbreviation with a number, such as ``reg``, ``MLE`` or ``L2``."""
    text = "".join([p.data[0] if p.kind == "name" else str(p.data) for p in marks])
    return len(text) > 2 or (text[0] == "L" and text[1:] in ("1", "2"))


def _is_parameter(mark, places):
    return is_name(mark) and bool({"w", "b"} & set(places.roles_of(mark.data[0]))) and mark.data[0] not in _INDICES


def _names_a_part(script):
    """Return True if a label may name a part of the loss, unlike the parameters on which the whole loss depends."""
    text = "".join([str(p.data[0] if p.kind == "name" else p.data) for x in script.parts for p in _flat(x)])
    return len(text) > 1 and text not in _WORDS and "," not in text
