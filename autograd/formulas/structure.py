r"""Finding the network in a graph: pre-activations, activations, layers, and the same neuron on other samples.

Nothing is declared. A *pre-activation* is a sum that is part of no larger such sum, and each of whose terms is a
parameter or a product of a parameter and something else. Its *activation* is the node through which everything that is
computed from it alone reaches the rest of the graph. Two pre-activations with the same parameters are one neuron on two
samples. If one of them depends on the other, they are one neuron at two time steps of a recurrent network.

Labels from :mod:`nn`, which have a ``layer`` and a ``neuron``, are used as they are. Arguments, such labels, or else
the first letters of labels decide which leaves are parameters, inputs or targets. :attr:`Network.assumptions` says
what was assumed.
"""

import re
from collections import defaultdict
from itertools import pairwise

from autograd.engine import primitives
from autograd.engine.errors import GraphError
from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.formulas.network import Constant, Network, Neuron, Term, is_named, parents_of
from autograd.formulas.numbering import name, number
from autograd.formulas.printing import printable
from autograd.formulas.weights import exact_weights

__all__ = ["find_network"]

# No activation function has more nodes than this.
_LONGEST = 40


def find_network(root, parameters=None, inputs=None, targets=None) -> Network:
    """Return the network under ``root``; the arguments are those of :func:`autograd.derive`."""
    if not isinstance(root, Value):
        raise TypeError(f"derive takes the Value in which a graph ends, found {type(root).__name__}: record it first.")
    network = Network(root)
    network.order = _ordered(root)
    for node in network.order:
        for x in parents_of(node):
            network.readers.setdefault(x, []).append(node)
    _find_roles(network, parameters, inputs, targets)
    _find_neurons(network)
    _find_activations(network)
    number(network)
    name(network)
    network.exact = exact_weights(network)
    return network


def _ordered(root):
    """Return all nodes under the root, operands from left to right, so that samples have their order in the sum."""
    return postorder([root], lambda node: reversed(parents_of(node)))


# --- Roles of leaves.


def _flat(values, argument):
    """Return pairs of a Value and its place in an argument, which is a list, or a list with a list per sample."""
    found = []
    values = [values] if isinstance(values, Value) else list(values)
    nested = any(not isinstance(x, Value) for x in values)
    for n, item in enumerate(values, 1):
        if isinstance(item, Value):
            found.append((item, (len(found) + 1, None)))
            continue
        try:
            row = list(item)
        except TypeError:
            raise TypeError(
                f"{argument} has a {type(item).__name__}: give Values, or a list of Values for each sample."
            ) from None
        found += [(x, (i, n if nested and len(values) > 1 else None)) for i, x in enumerate(row, 1)]
    for x, _ in found:
        if not isinstance(x, Value):
            raise TypeError(f"{argument} has {x!r}, a {type(x).__name__}: give the Values that are in the graph.")
    return found


def _find_roles(network, parameters, inputs, targets):
    leaves = [node for node in network.order if node.op is None]
    present = set(network.order)
    arguments = (("parameters", parameters, "w"), ("inputs", inputs, "x"), ("targets", targets, "t"))
    for argument, values, role in arguments:
        if values is None:
            continue
        for x, place in _flat(values, argument):
            if x not in present:
                raise GraphError(f"{argument} has {x!r}, which is not under this loss: give nodes of its graph.")
            if role == "w" and x.op is not None:
                raise GraphError(f"{argument} has {x!r}, which was computed: give leaves as parameters.")
            network.roles[x] = (role, place if role != "w" else None)
    guessed = defaultdict(list)
    declared = {"w": parameters is not None, "x": inputs is not None, "t": targets is not None}
    named = not declared["w"] and any(is_named(leaf.label) for leaf in leaves)
    for leaf in leaves:
        if leaf in network.roles:
            continue
        if is_named(leaf.label) and not declared["w"]:
            network.roles[leaf] = ("w", None)
            continue
        letter = str(leaf.label).strip()[:1].lower() if leaf.label else ""
        role = {"w": "w", "b": "w", "x": "x", "t": "t", "y": "t"}.get(letter)
        if role is not None and not declared[role] and not (role == "w" and named):
            network.roles[leaf] = (role, None)
            guessed[role].append(str(leaf.label))
    for role in ("x", "t"):
        for leaf in _constants(guessed[role], [leaf for leaf in leaves if network.roles.get(leaf, ("",))[0] == role]):
            del network.roles[leaf]
            guessed[role].remove(str(leaf.label))
    guessed = {role: labels for role, labels in guessed.items() if labels}
    network.parameters = [leaf for leaf in leaves if network.roles.get(leaf, ("",))[0] == "w"]
    if not network.parameters:
        raise GraphError(
            "no parameters were found under this loss: label the leaves (w... or b... for parameters, x... for inputs, "
            "t... or y... for targets), or pass parameters=[...]."
        )
    words = {"w": "parameters", "x": "inputs", "t": "targets"}
    for role, labels in guessed.items():
        shown = printable(", ".join(labels[:6])) + (", ..." if len(labels) > 6 else "")
        network.assumptions.append(f"{words[role]} by the first letter of their labels: {shown}")
    if named:
        network.assumptions.append("parameters and neurons by the names that nn gave them")


def _constants(guessed, leaves):
    """Return the leaves that are no targets or inputs, though their labels begin like those: the T beside ``t[1]``.

    A temperature is called T or tau. Targets beside it have numbers.
    """
    numbered = {match[1] for label in guessed if (match := re.match(r"([A-Za-z]+)\W*\d", label))}
    return [x for x in leaves if x.label in ("T", "X", "Y", "tau") and numbered and x.label not in numbered]


# --- Pre-activations.


def _find_neurons(network):
    is_parameter = set(network.parameters)
    pure: dict = {}
    for node in network.order:
        if node.op is None:
            pure[node] = node in is_parameter
        elif _is_linear(node):
            pure[node] = all(_may_be_part(x, node, pure) for x in node.operands)
        elif node.op is primitives.mul:
            pure[node] = _product(node.operands[0], node.operands[1], is_parameter, node) is not None
        elif node.op is primitives.dot:
            pure[node] = _dot_terms(node, is_parameter) is not None
        else:
            pure[node] = False
    part = {}
    for node in reversed(network.order):
        # In exp(-s), the pre-activation is s and not -s.
        part[node] = any(
            pure[reader] and _is_linear(reader) and (reader.op is not primitives.neg or part[reader])
            for reader in network.readers.get(node, ())
        )
    for node in network.order:
        if node.op is None or not pure[node] or part[node] or node.op is primitives.neg:
            continue
        terms = _terms(node, is_parameter)
        if any(term.source is not None for term in terms):
            network.neurons.append(Neuron(node, terms))


def _may_be_part(x, node, pure):
    """Return True if a sum with this operand can still consist of parameters and products with parameters."""
    if isinstance(x, Value):
        return pure[x] and (x.op is None or not is_named(x.label))  # a neuron that nn named ends at its label
    return x == 0 and node.op is not primitives.sub  # sum() starts at 0, but in 0 - y the 0 is a target


def _product(a, b, is_parameter, node):
    """Return the weight and the source of a product of a parameter and something else, or None for other products."""
    for weight, source, place in ((a, b, 1), (b, a, 0)):
        if isinstance(weight, Value) and weight in is_parameter:
            if isinstance(source, Value):
                return None if source in is_parameter else (weight, source)
            return weight, Constant(node, place, source)
    return None


def _dot_terms(node, is_parameter):
    weights, inputs, bias = primitives.dot_operands(node.operands)
    terms = []
    for i, (a, b) in enumerate(zip(weights, inputs, strict=True)):
        pair = _product(a, b, is_parameter, node)
        if pair is None:
            return None
        weight, source = pair
        if isinstance(source, Constant):
            source = Constant(node, i if source.place == 0 else len(weights) + i, source.data)
        terms.append(Term(1, weight, source))
    for b in bias:
        if not (isinstance(b, Value) and b in is_parameter):
            return None
        terms.append(Term(1, b, None))
    return terms


def _terms(node, is_parameter):
    found, stack = [], [(node, 1)]
    while stack:
        node, sign = stack.pop()
        if not isinstance(node, Value):
            continue
        if node in is_parameter:
            found.append(Term(sign, node, None))
        elif node.op is primitives.mul:
            weight, source = _product(*node.operands, is_parameter, node)
            found.append(Term(sign, weight, source))
        elif node.op is primitives.dot:
            found += [Term(sign * term.sign, term.weight, term.source) for term in _dot_terms(node, is_parameter)]
        else:
            signs = {primitives.sub: (1, -1), primitives.neg: (-1,)}.get(node.op, (1,) * len(node.operands))
            stack.extend([(x, sign * k) for x, k in reversed(list(zip(node.operands, signs, strict=True)))])
    return found


# --- Activations.


def _find_activations(network):
    place = {node: i for i, node in enumerate(network.order)}
    starts = {neuron.s for neuron in network.neurons}
    sources = {term.source for neuron in network.neurons for term in neuron.terms if isinstance(term.source, Value)}
    for neuron in network.neurons:
        if is_named(neuron.s.label):
            neuron.named = (neuron.s.label.layer, neuron.s.label.neuron)
        elif all(is_named(term.weight.label) for term in neuron.terms):
            neuron.named = (neuron.terms[0].weight.label.layer, neuron.terms[0].weight.label.neuron)
        cluster = _grown(neuron.s, network.readers, starts, place)
        chain = _dominators(neuron.s, cluster, network.readers)
        neuron.a = _activation(neuron, chain, cluster, network, sources)
        if sum(1 for node in cluster if place[node] <= place[neuron.a]) > _LONGEST:
            neuron.a = neuron.s  # too long for one formula, so its nodes get names
        at = place[neuron.a]
        neuron.inside = tuple([node for node in cluster if place[node] <= at]) if neuron.a is not neuron.s else ()


def _grown(s, readers, starts, place):
    """Return the nodes that are computed from ``s`` and constants alone, in order."""
    inside, waiting = {s}, list(readers.get(s, ()))
    found = []
    while waiting:
        node = waiting.pop()
        if node in inside or node in starts:
            continue
        if all(x in inside for x in parents_of(node)):
            inside.add(node)
            found.append(node)
            waiting.extend(readers.get(node, ()))
    return sorted(found, key=place.__getitem__)


def _dominators(s, cluster, readers):
    """Return the nodes of the cluster through which every path from ``s`` out of the cluster passes, in order."""
    members = {s, *cluster}
    open_: set = set()
    chain = []
    left = {node: sum(1 for r in set(readers.get(node, ())) if r in members) for node in members}
    for node in (s, *cluster):
        for x in {x for x in parents_of(node) if x in members}:
            left[x] -= 1
            if left[x] == 0:
                open_.discard(x)
        if not open_:
            chain.append(node)
        if any(r not in members for r in readers.get(node, ())):
            # A node that is also read outside stays open, since no later node is on every path.
            open_.add(node)
            left[node] = -1
        elif left[node]:
            open_.add(node)
    return chain


def _activation(neuron, chain, cluster, network, sources):
    """Return the neuron's activation, one of the dominators."""
    for node in reversed(chain):
        if node in sources or (node is not neuron.s and is_named(node.label)):
            return node
    if any(node in sources for node in cluster) or neuron.s in sources:
        return neuron.s  # several paths lead on, and each formula starts from the pre-activation
    if neuron.named is not None and neuron.s.label is not None and getattr(neuron.s.label, "activation", "") is None:
        return neuron.s
    best = neuron.s
    for before, node in pairwise(chain):
        if not _activates(before, node):
            break
        best = node
        if node.label is not None:
            return node  # it has a label, so the user sees it as the output
    # An error, target minus output, is not an activation, because a loss follows it. A part of a softmax is not either.
    follower = chain[chain.index(best) + 1] if best is not chain[-1] else None
    while best is not neuron.s and _is_error(best, follower, network):
        best = chain[chain.index(best) - 1]
    return best


def _activates(before, node):
    """Return True if ``node`` can be a part of an activation function, such as a sum, a quotient or a tanh."""
    if node.op in (primitives.neg, primitives.add, primitives.sub, primitives.div, primitives.where):
        return True
    if node.op is primitives.mul:
        return not (node.operands[0] is before and node.operands[1] is before)
    if node.op in (primitives.maximum, primitives.minimum):
        return any(not isinstance(x, Value) and x == 0 for x in node.operands)
    activation = node.op.traits.activation
    return node.op.arity == 1 if activation is None else activation


def _is_linear(node):
    return node.op is not None and node.op.traits.linear


def _is_error(node, follower, network):
    constant = [x for x in node.operands if not isinstance(x, Value)]
    if node.op in (primitives.add, primitives.sub, primitives.neg) and (constant or node.op is primitives.neg):
        return follower is None or not _activates(node, follower) or _is_linear(follower)
    return node.op is primitives.exp and any(_is_linear(r) for r in network.readers.get(node, ()))
