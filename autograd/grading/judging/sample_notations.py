r"""Sums and losses of samples in the notation of others: ``\sum_x`` over the inputs, and L beside a mean loss J."""

from autograd.grading.meaning.places import LOSSES
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, show, walk

__all__ = ["with_loss_of_sample", "with_sums_over_inputs"]

_OF_ONE_SAMPLE = "if {} is the loss of one sample"


def with_sums_over_inputs(claim, places):
    r"""Return a claim with a sum over the samples for ``\sum_x``, where x is the letter of inputs and marks nothing.

    In ``\frac1n \sum_x x_j (a - y)``, all quantities belong to the input x. A mark x, as in ``\delta^x``, is left.
    """
    if places.model.samples == 1:
        return claim

    def replace(node):
        if node.kind != "sum" or len(node.data.letters) != 1 or node.data.lower or node.data.upper:
            return None
        letter = node.data.letters[0]
        if "x" not in places.roles_of(letter) or node.data.domain or node.data.conditions:
            return None
        marks = [p for x in walk(node.parts[0]) if x.kind == "name" for s in x.parts for p in s.parts]
        if any(is_name(y, letter) for p in marks for y in walk(p)):
            return None
        return Node("sum", [rewrite(x, replace) for x in node.parts], Limits(("@n",)), node.at)

    return claim.rewritten(replace)


def with_loss_of_sample(claim, places):
    r"""Return a claim with dZ for ``\partial L/\partial Z`` if the declared mean loss has another letter, such as J.

    The condition says that L is then the loss of one sample. Return None for the claim if there is no such L, or if it
    is differentiated with respect to weights.
    """
    model = places.model
    if model.samples == 1 or model.scale == 1 or not places.is_declared("loss") or places.declares_own_loss:
        return None, ""
    found: list = []
    others = LOSSES - {places.loss_letter, places.loss_letter.removeprefix("mathcal ")}  # \mathcal{L} is read as L

    def is_other(name):
        return is_name(name) and not name.parts and name.data[0] in others and places.is_loss(name)

    def replace(node):
        if node.kind != "deriv" or not is_other(node.parts[0]):
            return None
        found.append(node)
        return Node("deriv", (Node("loss", (), None, node.at), node.parts[1]), "name", node.at)

    rewritten = claim.rewritten(replace)
    of_weights = any(
        {"w", "b"} & set(places.roles_of(y.data[0])) for x in found for y in walk(x.parts[1]) if is_name(y)
    )
    if not found or of_weights:
        return None, ""
    return rewritten, _OF_ONE_SAMPLE.format(show(found[0].parts[0]))
