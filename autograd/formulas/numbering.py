"""Numbers and names in a network: for layers, neurons, samples and time steps, and a symbol for each quantity."""

import re
from collections import defaultdict
from itertools import pairwise

from autograd.engine import primitives
from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.formulas.expressions import Symbol
from autograd.formulas.network import Constant, parents_of

__all__ = ["name", "number"]


# --- Numbers.


def number(network):
    """Number the layers, neurons, samples and time steps of a network."""
    starts = {neuron.s for neuron in network.neurons}
    depth: dict = {}
    for node in network.order:
        below = [depth[x] for x in parents_of(node)]
        depth[node] = max(below, default=0) + (node in starts)
    for neuron in network.neurons:
        neuron.depth = depth[neuron.s]
    by_key = _grouped(network.neurons)
    first = {key: min(n.depth for n in group) for key, group in by_key.items()}
    if all(group[0].named for group in by_key.values()) and _agree(by_key, first):
        ranks = {key: group[0].named[0] for key, group in by_key.items()}
    else:
        levels = sorted(set(first.values()))
        ranks = {key: levels.index(first[key]) + 1 for key in by_key}
    counts: dict = defaultdict(int)
    for key, group in by_key.items():
        layer = ranks[key]
        counts[layer] += 1
        depths = sorted({n.depth for n in group})
        seen: dict = defaultdict(int)
        for neuron in group:
            neuron.layer, neuron.index = layer, counts[layer]
            if len(depths) > 1:
                neuron.step = depths.index(neuron.depth) + 1
            seen[neuron.depth] += 1
            neuron.sample = seen[neuron.depth]
        network.samples = max(network.samples, *seen.values())
        network.steps = max(network.steps, len(depths))
    _use_given_numbers(by_key, counts)
    if network.samples == 1:
        for neuron in network.neurons:
            neuron.sample = None
    elif any(len([n for n in group if n.step in (None, 1)]) != network.samples for group in by_key.values()):
        network.assumptions.append("not every neuron reads every sample, so each neuron counts its own samples")
    last = max(counts, default=0)
    network.sizes = [0] + [counts[layer] for layer in range(1, last + 1)]
    network.neurons.sort(key=lambda n: (n.layer, n.sample or 0, n.step or 0, n.index))


def _grouped(neurons):
    """Return the neurons by their parameters. The first step of a recurrent network may lack the recurrent ones."""
    by_key = defaultdict(list)
    for neuron in neurons:
        by_key[tuple([term.weight for term in neuron.terms])].append(neuron)
    sets = {key: set(key) for key in by_key}
    keys_of = defaultdict(set)
    for key in by_key:
        for weight in key:
            keys_of[weight].add(key)
    for key in list(by_key):
        larger = [k for k in set.intersection(*[keys_of[w] for w in key]) if sets[key] < sets[k] and k in by_key]
        if len(larger) == 1:
            by_key[larger[0]] = by_key.pop(key) + by_key[larger[0]]
    return by_key


def _agree(by_key, first):
    """Return True if the layers that nn numbered are those of the graph. Two models in a graph may have equal names."""
    names = [group[0].named for group in by_key.values()]
    if len(set(names)) != len(names):
        return False
    of_layer = defaultdict(set)
    for key, group in by_key.items():
        of_layer[group[0].named[0]].add(first[key])
    ordered = [of_layer[layer] for layer in sorted(of_layer)]
    return (
        sorted(of_layer) == list(range(1, len(of_layer) + 1))
        and all(len(d) == 1 for d in ordered)
        and all(min(a) < min(b) for a, b in pairwise(ordered))
    )


def _use_given_numbers(by_key, counts):
    """Number the neurons of a layer as nn numbered them, if these numbers are 1 to n."""
    layers = defaultdict(list)
    for group in by_key.values():
        layers[group[0].layer].append(group)
    for layer, groups in layers.items():
        given = [group[0].named[1] if group[0].named else None for group in groups]
        if None not in given and sorted(given) == list(range(1, counts[layer] + 1)):
            for group, number in zip(groups, given, strict=True):
                for neuron in group:
                    neuron.index = number


# --- Names.


def name(network):
    """Give each quantity of a network its symbol."""
    names = network.symbol_of
    last = len(network.sizes) - 1
    by_activation = {}
    for n in network.neurons:
        names[n.s] = Symbol("s", (n.layer,), (n.index,), n.sample, n.step)
    for n in network.neurons:
        if n.a is not n.s or n.layer == last:
            names[n.a] = Symbol("a", (n.layer,), (n.index,), n.sample, n.step)
        by_activation[n.a] = n
    _name_inputs(network)
    _name_parameters(network, by_activation)
    _name_targets(network)
    for node in network.order:
        if node.op is None and node not in names:
            if node.label is not None:
                names[node] = Symbol("free", name=str(node.label))
            else:
                count = sum(1 for s in names.values() if s.role == "free")
                names[node] = Symbol("free", name=f"c{count + 1}")


_DIGITS = re.compile(r"\d+")


def _numbers_in(label):
    if label is None or not str(label).isprintable():  # the commands of a terminal contain digits, too
        return []
    return [int(d) for d in _DIGITS.findall(str(label))]


def _name_inputs(network):
    names = network.symbol_of
    found: dict = {}  # for each leaf or constant that a weight multiplies, the neurons and places that use it
    for n in network.neurons:
        place = 0
        for term in n.terms:
            if term.source is None:
                continue
            place += 1
            x = term.source
            if isinstance(x, Constant) or x.op is None:
                found.setdefault(x, []).append((n.layer, place, n.sample, n.step, n))
    leaves = [x for x in found if isinstance(x, Value)]
    labels = [_numbers_in(x.label) for x in leaves]
    labels_have_samples = network.samples > 1 and all(len(d) == 2 for d in labels)
    by_label = (
        bool(leaves)
        and network.steps == 1
        and all(d and len(d) <= 2 for d in labels)
        and len({tuple(d) for d in labels}) == len(labels)
        and all(x not in network.roles or network.roles[x][1] is None for x in leaves)
    )
    position: dict = {}
    width = 0
    taken: dict = {}
    for x, uses in found.items():
        layer, place, sample, step, neuron = uses[0]
        if len({u[2] for u in uses}) > 1:
            sample = None
        if len({u[3] for u in uses}) > 1 or network.steps == 1:
            step = None
        if isinstance(x, Value) and network.roles.get(x, ("", None))[1]:
            place, given = network.roles[x][1]
            sample = sample if given is None else given
        elif isinstance(x, Value) and by_label:
            numbers = _numbers_in(x.label)
            place = numbers[0]
            if labels_have_samples and len(numbers) == 2:
                sample = numbers[1]
        elif layer > 1 or neuron.depth > 1:
            # An input of a later layer gets a number after the inputs of the first layer.
            place = position.setdefault(x, None)
            if place is None:
                first_layer = max([u[1] for v, us in found.items() for u in us if u[0] == 1], default=0)
                place = first_layer + 1 + sum(1 for p in position.values() if p is not None)
                if network.steps > 1:
                    place = uses[0][1]
                position[x] = place
        symbol = Symbol("x", (0,), (place,), sample, step)
        data = x.data
        if symbol in taken and (isinstance(x, Value) or taken[symbol] != data):
            if not isinstance(x, Value):
                continue  # a different constant, which stays a number
            place = max([s.indices[0] for s in taken], default=0) + 1
            symbol = Symbol("x", (0,), (place,), sample, step)
        taken[symbol] = data
        names[x] = symbol
        width = max(width, place)
    network.sizes[0] = width


def _name_parameters(network, by_activation):
    names = network.symbol_of
    used: dict = {}
    # A recurrent weight is named by the neuron it reads, and not by the initial state that it reads at the first step.
    later_first = sorted(network.neurons, key=lambda n: (n.layer, -(n.step or 0), n.sample or 0))
    for n in later_first:
        place = 0
        for term in n.terms:
            if term.source is None:
                if term.weight not in names:
                    symbol = Symbol("b", (n.layer,), (n.index,))
                    names[term.weight] = symbol if symbol not in used else _another(term.weight, used)
                    used[names[term.weight]] = term.weight
                continue
            place += 1
            if term.weight in names:
                continue
            source = _source(term.source, place, n, names, by_activation)
            symbol = None if source is None else Symbol("w", (source[0], n.layer), (source[1], n.index))
            if symbol is None or symbol in used:
                symbol = _another(term.weight, used)
            names[term.weight] = symbol
            used[symbol] = term.weight
    for parameter in network.parameters:
        if parameter not in names:
            names[parameter] = _another(parameter, used)
            used[names[parameter]] = parameter


def _another(parameter, used):
    """Return a name for a parameter that connects no two neurons, or whose name another parameter has already."""
    label = str(parameter.label) if parameter.label is not None else "w"
    symbol, k = Symbol("free", name=label), 1
    while symbol in used:
        k += 1
        symbol = Symbol("free", name=f"{label}({k})")
    return symbol


def _source(source, place, neuron, names, by_activation):
    """Return the layer and the number of the source of a weight, or None if the source is not part of a network."""
    if isinstance(source, Value) and source in by_activation:
        return by_activation[source].layer, by_activation[source].index
    symbol = names.get(source)
    if symbol is not None and symbol.role == "x":
        return 0, symbol.indices[0]
    if isinstance(source, Constant):
        return neuron.layer - 1, place

    def is_known(node):
        return node in by_activation or node in names

    def operations(node):
        return () if is_known(node) else [x for x in parents_of(node) if x.op is not None]

    return (neuron.layer - 1, place) if any(map(is_known, postorder([source], operations))) else None


def _name_targets(network):
    """Name the targets: leaves with that role, and numbers from which an output is subtracted or the reverse."""
    names = network.symbol_of
    last = len(network.sizes) - 1
    taken: set = set()
    known = any(role == "t" for role, _ in network.roles.values())
    for n in network.neurons:
        if n.layer != last:
            continue
        symbol = Symbol("t", (last,), (n.index,), n.sample, n.step)
        for reader in network.readers.get(n.a, ()):
            if reader.op not in (primitives.sub, primitives.add) or reader in n.inside:
                continue
            place = 1 if reader.operands[0] is n.a else 0
            t = reader.operands[place]
            if not isinstance(t, Value):
                # In log(1 - y), 1 is not a target.
                logged = any(r.op is primitives.log for r in network.readers.get(reader, ()))
                if reader.op is primitives.sub and symbol not in taken and not known and not logged:
                    names[Constant(reader, place, t)] = symbol
                    taken.add(symbol)
            elif t.op is None and t not in names and network.roles.get(t, ("t",))[0] == "t" and symbol not in taken:
                if network.roles.get(t) is None and t.label is not None:
                    continue
                names[t] = symbol
                taken.add(symbol)
    outputs = [n for n in network.neurons if n.layer == last]
    steps, samples = {n.step for n in outputs} - {None}, {n.sample for n in outputs} - {None}
    for leaf, (role, place) in network.roles.items():
        if role == "t" and leaf not in names and leaf.op is None:
            numbers = _numbers_in(leaf.label)
            index, sample = place or ((numbers[0] if numbers else 1), numbers[1] if len(numbers) > 1 else None)
            step = None
            if sample in steps and not samples:  # t[1,2] of a recurrent network is the target of the second step
                sample, step = None, sample
            symbol = Symbol("t", (last,), (index,), sample, step)
            while symbol in taken:
                index += 1
                symbol = Symbol("t", (last,), (index,), sample, step)
            names[leaf] = symbol
            taken.add(symbol)
    _find_distributions(network)


def _find_distributions(network):
    """Find the targets of each sample that are probabilities: they add up to 1, and the loss is a cross-entropy."""
    if not any(node.op in (primitives.log, primitives.logsumexp) for node in network.order):
        return
    groups = defaultdict(list)
    for node, symbol in network.symbol_of.items():
        if symbol.role == "t" and isinstance(node, Value):
            groups[symbol.sample, symbol.step].append(node)
    probabilities = [
        len(g) > 1 and all(t.data >= 0 for t in g) and abs(sum(t.data for t in g) - 1) < 1e-9 for g in groups.values()
    ]
    if groups and all(probabilities):
        network.distributions = list(groups.values())
        network.assumptions.append("the targets of a sample add up to 1, as they do here")
