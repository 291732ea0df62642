"""Samples that were written out by hand, one after the other, found in a graph: equal graphs over different leaves.

``sum([loss(model(x), t) for x, t in data])`` computes the same for every sample, and adds up. Where such parts share
nothing but leaves, the first one stands for all: it can be computed for several samples at once, one in each lane.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from autograd.engine.graph import evaluate, postorder
from autograd.engine.nodes import restore
from autograd.engine.value import Value

__all__ = ["Samples", "find_samples"]

_FEWEST = 8  # samples, and nodes in a sample
_MANY = 1 << 40  # shared nodes count each time they are read: their number doubles with every y = y * y
_LEAST = 5000  # nodes in a graph: smaller ones are done before several arrays are made


@dataclass
class Samples:
    """A graph taken apart: one sample's graph, what differs between samples, and what is made of their results.

    Attributes:
        sample: the root of one sample's graph. It reads ``columns``, leaves of its own, and the leaves ``shared``.
        columns: what differs from sample to sample.
        shared: the leaves all samples read, as recorded.
        rows: for every sample what stands in its columns: recorded leaves, and numbers.
        rest: the root of a graph that reads ``results``, leaves of its own, and makes of them what was recorded.
        results: a leaf for the result of each sample.
    """

    sample: Value
    columns: list[Value]
    shared: list[Value]
    rows: list[list[Value | float]]
    rest: Value
    results: list[Value]


def find_samples(root: Value, parameters=()) -> Samples | None:
    """The samples in the graph under ``root``, or None where there are no eight of the same kind.

    Args:
        root: what is computed from them, a sum as a rule.
        parameters: leaves that do not differ between samples: neurons with weights of their own are no samples.
    """
    nodes = postorder([root])
    roots = _alike(root, nodes) if len(nodes) >= _LEAST else []
    outer = postorder([root], stop=set(roots))
    parts: list = []
    taken: set = {node for node in outer if node.op is not None}.difference(roots)
    for node in roots:
        part = _Part(node, taken)
        if not part.alone or part.records != (parts or [part])[0].records:
            return None
        parts.append(part)
    if not parts:
        return None
    first, parameters = parts[0], set(parameters)
    leaves = [[part.leaves[k] for part in parts] for k in range(len(first.leaves))]
    constants = np.array([part.constants for part in parts], dtype=np.float64)
    same = (constants.view(np.int64) == constants.view(np.int64)[0]).all(axis=0).tolist()
    new, columns, rows = dict(zip(first.leaves, first.leaves, strict=True)), [], []
    for each in leaves:
        if any(leaf is not each[0] for leaf in each):
            if not parameters.isdisjoint(each):
                return None
            new[each[0]] = Value(each[0].data, each[0].label)
            columns.append(new[each[0]])
            rows.append(each)
    shared = [leaf for leaf, other in new.items() if leaf is other]
    numbers: list = first.constants[:]
    for k, kept in enumerate(same):
        if not kept:
            numbers[k] = Value(numbers[k])
            columns.append(numbers[k])
            rows.append(constants[:, k].tolist())
    if not columns or len(first.inner) < _FEWEST:
        return None
    sample = _made_anew([*first.inner, roots[0]], new, iter(numbers))
    results = {node: Value(node.data) for node in roots}
    rest = _made_anew([node for node in outer if node.op is not None and node not in results], results, None)
    return Samples(
        sample, columns, shared, [list(row) for row in zip(*rows, strict=True)], rest, list(results.values())
    )


def _alike(root, nodes):
    """The highest nodes under which the same is computed, those of the kind with most under them."""
    kinds: dict = {}
    kind: dict = {}
    size: dict = {}
    for node in nodes:
        key = (node.op, *[kind[x] if isinstance(x, Value) else None for x in node.operands])
        kind[node] = kinds.setdefault(key, len(kinds))
        size[kind[node]] = min(_MANY, 1 + sum([size[k] for k in key[1:] if k is not None]))
    counts = Counter(kind.values())
    found: dict = {}
    seen, stack = {root}, list(root.parents)
    while stack:
        node = stack.pop()
        if node in seen or node.op is None:
            continue
        seen.add(node)
        if counts[kind[node]] >= _FEWEST:
            found.setdefault(kind[node], []).append(node)
        else:
            stack.extend(node.parents)
    found = {k: nodes for k, nodes in found.items() if len(nodes) >= _FEWEST}
    return found[max(found, key=lambda k: len(found[k]) * size[k])] if found else []


class _Part:
    """The part of a graph under a node: its form, and the leaves and constants in it, in an order that the form gives.

    Args:
        root: the node.
        taken: nodes that belong to others; those under the root are added.

    Attributes:
        alone: whether none of the nodes belongs to others; where it is not, the rest is left undone.
        records: for each node its primitive and which nodes it reads.
        inner: the nodes that are computed, but for the last.
        leaves, constants: what they read.
    """

    def __init__(self, root, taken):
        self.alone = True
        self.records, self.inner, self.leaves, self.constants = [], [], [], []
        number: dict = {}
        for node in postorder([root]):
            number[node] = len(number)
            if node.op is None:
                self.leaves.append(node)
                self.records.append(None)
                continue
            if node in taken:
                self.alone = False
                return
            taken.add(node)
            operands = node.operands
            self.records.append((node.op, *[number[x] if isinstance(x, Value) else None for x in operands]))
            self.constants += [x for x in operands if not isinstance(x, Value)]
            self.inner.append(node)
        self.inner.pop()


def _made_anew(nodes, new, constants):
    """Record nodes again over others, and return the last of them.

    Args:
        nodes: the nodes, operands before the nodes that read them.
        new: what stands in place of some nodes.
        constants: an iterator of what stands in place of the constants, or None.
    """

    def restored(node, operands):
        recorded = [x.data if isinstance(x, Value) else x for x in operands]
        copy = restore(node.op, operands, recorded, node.data)
        copy.label = node.label
        return copy

    def constant(_node, _i, x):
        return x if constants is None else next(constants)

    leaves = {x: x for node in nodes for x in node.parents if x.op is None}
    return evaluate(nodes, None, constant, restored, known=leaves | new)[0][nodes[-1]]
