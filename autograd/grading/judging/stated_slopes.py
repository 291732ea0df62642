r"""Claims about any layer that are meant for some: those with the stated activation function, or the outputs.

``\partial L/\partial Z^l = \partial L/\partial A^l \odot \mathbb{1}(Z^l > 0)`` is the rule of a layer of ReLUs. A
linear output layer does not refute it. A claim with a target is about the outputs.
"""

from autograd.grading.judging.task import joined, rank
from autograd.grading.meaning.products import is_rest_of, is_slope
from autograd.grading.reading.nodes import walk

__all__ = ["held_by_activation", "held_by_outputs"]

_FUNCTIONS = ("relu", "tanh", "sigmoid", "logistic", "max", "leakyrelu", "softplus", "elu")


def held_by_activation(model, task, of):
    """Return the answer for a claim that holds for all layers with the activation that it states, or None.

    Args:
        model: the network.
        task: the claim.
        of: a dict from the kinds of left sides to the answers. A kind ends with its layer, or with both layers of a
            weight.
    """
    if len(of) < 2 or not any(_states_activation(side) for side in task.sides):
        return None
    groups: dict = {}
    for key, x in of.items():
        layer = key[-1][1] if isinstance(key[-1], tuple) else key[-1]
        if not isinstance(layer, int) or not 1 <= layer <= model.depth:
            return None
        groups.setdefault(_activation(model, layer), {})[layer] = x
    right = [x for x in groups.values() if all(y.verdict in ("equal", "unproved") for y in x.values())]
    wrong = [x for x in groups.values() if x not in right]
    if len(right) != 1 or any(y.verdict in ("equal", "unproved") for x in wrong for y in x.values()):
        return None  # of a group, some layers refute it
    (held,) = right
    worst = min(held.values(), key=rank)
    layers = ", ".join([str(layer) for layer in sorted(held)])
    words = f"for layers with the activation that it states, here {layers}"
    kept = [key for key in of if (key[-1][1] if isinstance(key[-1], tuple) else key[-1]) in held]
    return worst._replace(layers=tuple(sorted(kept, key=str)), condition=joined(worst.condition, words))


def held_by_outputs(model, task, of, places):
    """Return the answer for the outputs if a formula for any layer has a target in it and is right there, or None.

    Only outputs are compared with targets: ``da^{[l]} = -y / a^{[l]} + (1 - y) / (1 - a^{[l]})`` is meant for them.
    """
    names = [x for side in task.sides[1:] for x in walk(side) if x.kind == "name"]
    if not any(set(places.roles_of(x.data[0])) == {"t"} for x in names):
        return None
    for key, x in of.items():
        is_right = key[-1] == model.depth and x.verdict in ("equal", "unproved")
        if is_right and "layer" in x.reading.axes.values():
            return x._replace(layers=(key,), condition=joined(x.condition, "for the output layer"))
    return None


def _activation(model, layer):
    """Return the operation that computes the activations of a layer, or None for a linear layer."""
    neuron = next(n for n in model.network.neurons if n.layer == layer)
    return None if neuron.a is neuron.s else neuron.a.op


def _states_activation(side):
    """Return True if a side has an indicator, the name of an activation function, or a slope such as a(1 - a)."""
    for x in walk(side):
        if x.kind in ("test", "cases"):
            return True
        if x.kind == "call" and x.parts[0].data[0].lower() in _FUNCTIONS:
            return True
        if x.kind == "prod" and any(is_rest_of(b, a) for a in x.parts for b in x.parts):
            return True
        if x.kind == "add" and is_slope(x):
            return True
    return False
