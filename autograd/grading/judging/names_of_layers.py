r"""Marks that name a layer where the neuron is clear: the h of ``net_h`` beside ``h_1``, and the r of ``f_r(z_1)``."""

from autograd.grading.reading.nodes import Node, is_name, walk

__all__ = ["with_functions_without_layers", "with_neurons_beside"]

_LAYERS = frozenset({"h", "o", "y", "k", "j", "i"})  # names of layers, and indices, below a function
_OF_NEURON = "if {} is that of {}_{}"
_OF_LAYER = "if {} is the activation function of its layer"


def with_neurons_beside(claim, places):
    r"""Return a claim with ``net_{h_1}`` for ``net_h`` if ``h_1`` is the only neuron of h in it, and the condition.

    Return None for the claim without such a name.
    """
    names = [x for side in claim.sides if side is not None for x in walk(side) if is_name(x)]
    numbers: dict = {}
    for name in names:
        number = _only_mark(name)
        if number is not None and number.kind == "num" and places.roles.get(name.data[0]) == ["a"] and not name.data[1]:
            numbers.setdefault(name.data[0], set()).add(number)
    found: dict = {}

    def replace(node):
        mark = _only_mark(node) if is_name(node) and places.roles.get(node.data[0]) == ["s"] else None
        if mark is None or not is_name(mark) or mark.parts or len(numbers.get(mark.data[0], ())) != 1:
            return None
        (number,) = numbers[mark.data[0]]
        found.setdefault((node.data[0], mark.data[0], number.data))
        neuron = mark.with_parts([Node("sub", (number,), "", mark.at)])
        return node.with_parts([node.parts[0].with_parts([neuron])])

    other = claim.rewritten(replace)
    conditions = [_OF_NEURON.format(f"{letter}_{mark}", mark, number) for letter, mark, number in found]
    return (other if found else None), "; ".join(conditions)


def with_functions_without_layers(claim, places):
    r"""Return a claim with ``f(z_1)`` for ``f_r(z_1)`` if f is the letter of activation functions, and the condition.

    Return None for the claim without such a function.
    """
    found: dict = {}

    def replace(node):
        if node.kind != "call" or len(node.parts) != 2 or not is_name(node.parts[0], places.function_letter):
            return None
        name, argument = node.parts
        mark = _only_mark(name)
        if mark is None or not is_name(mark) or mark.parts or mark.data[0] in _LAYERS or places.roles_of(mark.data[0]):
            return None
        found.setdefault(f"{name.data[0]}_{mark.data[0]}")
        return Node("call", (name.with_parts([]), argument), node.data, node.at)

    other = claim.rewritten(replace)
    return (other if found else None), _OF_LAYER.format(" and ".join(found))


def _only_mark(name):
    """Return the mark below a name that has no other, or None."""
    scripts = name.parts
    if len(scripts) != 1 or (scripts[0].kind, scripts[0].data) != ("sub", "") or len(scripts[0].parts) != 1:
        return None
    return scripts[0].parts[0]
