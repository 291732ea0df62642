"""The names of a graph's values in formulas, beside their labels, and one sentence that says which is which."""

import re
from collections.abc import Iterable

from autograd.engine.errors import GraphError
from autograd.engine.graph import postorder
from autograd.engine.sweep import order
from autograd.engine.value import Value
from autograd.formulas.conventions import convention
from autograd.formulas.folding import Alphabet
from autograd.formulas.printing import Printer, printable
from autograd.formulas.structure import find_network

__all__ = ["correspondence", "formula_names", "labels_under", "names_of", "network_under", "sentence"]

_INDEXED = re.compile(r"(.*)\[(\d+(?:,\d+)*)\]")
_PLACES = "jklm"
_MAX_SINGLES = 12  # the largest number of names without a pattern that are listed one by one


def names_of(nodes) -> dict:
    """Return a dict from each node to its name: its label, or v and its number. The root is L, as in formulas.

    Args:
        nodes: all nodes under a root, operands first, as :func:`autograd.engine.sweep.order` returns them.
    """
    names = {node: printable(node.label) if node.label is not None else f"v{k}" for k, node in enumerate(nodes)}
    if nodes[-1].label is None and "L" not in names.values():
        names[nodes[-1]] = "L"
    return names


def labels_under(root: Value) -> dict:
    """Return a dict from each labelled value under a root to its label."""
    return {node: printable(node.label) for node in postorder([root]) if node.label is not None}


def network_under(root: Value):
    """Return the network under a root, or None if there is no network."""
    try:
        network = find_network(root)
    except GraphError:
        return None
    return network if network.neurons else None


def formula_names(network) -> dict:
    """Return a dict from each Value that has a name in formulas to that name and the letters of its step and sample.

    Example:
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> formula_names(network_under(w * x - 3))[w]
        ('w_io[1,1]', ())
    """
    printer = Printer(Alphabet(network.sizes, network.samples, network.steps), convention("standard"))
    found = {}
    for node, symbol in network.symbol_of.items():
        if isinstance(node, Value) and symbol.role != "free":
            further = [("r", symbol.step), ("n", symbol.sample)]
            found[node] = printer.symbol_text(symbol), tuple([letter for letter, k in further if k is not None])
    return found


def correspondence(root: Value, shown: dict | None = None, network=None) -> str:
    """Return a sentence that says which names formulas use for a graph's values. It is empty if they are the same.

    Args:
        root: the value in which the graph ends.
        shown: a dict from the values to mention to their names. By default all values, as :func:`names_of` calls them.
        network: the network under the root, if it is known already.

    Example:
        >>> from nn import MLP
        >>> print(correspondence(MLP(2, [3, 1], activation="tanh", seed=0)([1.0, 2.0])))
        In formulas, w1[j,k] is w_ih[j,k], b1[j] is b_h[j], s1[j] is s_h[j], a1[j] is a[j], w2[j,k] is w_ho[j,k], \
b2[j] is b_o[j], s2[j] is y[j].
    """
    network = network_under(root) if network is None else network
    if network is None or not _is_meant(network):
        return ""
    shown = names_of(order(root)) if shown is None else shown
    names = formula_names(network)
    return sentence([(shown[node], *names[node]) for node in sorted(names, key=_place(network)) if node in shown])


def _is_meant(network):
    """Return True if a graph looks like a network on purpose: it has a loss and a labelled weight that is not a bias.

    Products such as ``a*b`` are found as networks too, but few people see them as networks.
    """
    if network.depth == 1 and any(network.root in (n.s, n.a) for n in network.neurons):
        return False
    weights = [node for node, symbol in network.symbol_of.items() if symbol.role == "w"]
    return any(node.label is not None and not str(node.label).startswith("b") for node in weights)


def _place(network):
    """Return a key that sorts values as formulas do: layer by layer, weights before the quantities they compute."""
    roles = "xwbsat"

    def place(node):
        symbol = network.symbol_of[node]
        return max(symbol.layers, default=0), roles.find(symbol.role), symbol.indices, symbol.step or 0

    return place


def sentence(pairs: Iterable[tuple]) -> str:
    """Return the sentence for triples of a name, the name in formulas, and the letters of step and sample.

    >>> sentence([("w1[1,2]", "w_ih[1,2]", ()), ("w1[2,2]", "w_ih[2,2]", ()), ("bias", "b_h[1]", ()), ("x", "x", ())])
    'In formulas, w1[j,k] is w_ih[j,k], bias is b_h[1].'
    """
    found: dict = {}
    alone: dict = {}
    for name, other, further in pairs:
        pattern = _pattern(name, other, further)
        if pattern is None:
            alone.setdefault(name, other)
        else:
            found[pattern] = None
    rows = [f"{name} is {other}" for name, other in found if name != other]
    singles = [f"{name} is {other}" for name, other in alone.items() if name != other]
    rows += singles[:_MAX_SINGLES]
    more = f", and {len(singles) - _MAX_SINGLES} more have other names" if len(singles) > _MAX_SINGLES else ""
    return f"In formulas, {', '.join(rows)}{more}." if rows else ""


def _pattern(name, other, further):
    """Return both names with letters for their equal indices, or None if the indices differ."""
    ours, theirs = _INDEXED.fullmatch(name), _INDEXED.fullmatch(other)
    if ours is None or theirs is None:
        return None
    first, second = ours[2].split(","), theirs[2].split(",")
    if len(first) > len(_PLACES) or first != second[: len(second) - len(further)]:
        return None
    letters = list(_PLACES[: len(first)])
    return f"{ours[1]}[{','.join(letters)}]", f"{theirs[1]}[{','.join(letters + list(further))}]"
