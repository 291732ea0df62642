r"""Letters that a writer did not declare: ``\beta_{km}`` as a weight, and s as the deltas of hidden neurons."""

from fractions import Fraction

from autograd.grading.meaning.places import letter_of
from autograd.grading.reading.nodes import Node, is_name, walk

__all__ = ["with_greek_weights", "with_own_deltas"]

_GREEK_WEIGHTS = {"alpha": "U", "beta": "V"}


def with_greek_weights(claim, places, has_layers=False):
    r"""Return a claim with ``\alpha_{ml}`` and ``\beta_{km}``, which are no rates with these indices, as weights.

    So are the vectors ``\alpha_m`` of the weights into one neuron beside them. If ``has_layers``, the weights into a
    hidden layer are alpha, and those into the outputs are beta, as in the books of statisticians.
    """
    names = [x for side in claim.sides if side is not None for x in walk(side) if is_name(x, *_GREEK_WEIGHTS)]
    pairs = {x.data[0] for x in names if [(s.kind, len(s.parts)) for s in x.parts] == [("sub", 2)]}
    taken = {x for x in _GREEK_WEIGHTS.values() if places.roles.get(x) or x in places.model.labels}
    if has_layers and places.model.depth != 2:
        return None
    if not pairs or taken or any(places.roles.get(x) or x in places.model.labels for x in _GREEK_WEIGHTS):
        return None

    def replace(node):
        if not is_name(node, *_GREEK_WEIGHTS) or not node.parts:
            return None
        parts = node.parts
        if has_layers:
            last = Node("name", (), ("L", 0), node.at)
            before = Node("neg", (Node("num", (), Fraction(1), node.at),), None, node.at)
            layer = Node("add", (last, before), None, node.at) if is_name(node, "alpha") else last
            parts = (Node("sup", (layer,), "(", node.at), *parts)
        return Node("name", parts, (_GREEK_WEIGHTS[node.data[0]], node.data[1]), node.at)

    return claim.rewritten(replace)


def with_own_deltas(claim, places):
    """Return a claim with deltas for an undeclared s on its left that is computed from deltas, and the condition."""
    left = claim.sides[0]
    if left is None or not is_name(left) or left.data[1] or places.roles.get(left.data[0]) != ["s"]:
        return None, ""
    names = [x for side in claim.sides[1:] if side is not None for x in walk(side) if is_name(x)]
    if places.is_declared("s") or not any(places.roles_of(x.data[0]) == ["delta"] for x in names):
        return None, ""
    delta = Node("name", left.parts, (letter_of(places.convention.letters["delta"]), 0), left.at)
    return claim._replace(sides=(delta, *claim.sides[1:])), f"if {left.data[0]} stands for the deltas of this layer"
