"""Samples that were written one after the other in a graph: equal graphs over different leaves.

``sum([loss(model(x), t) for x, t in data])`` computes the same for each sample and adds up the results. If these parts
share nothing but leaves, the first one represents them all. It can be computed for several samples at once, one in each
lane.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from autograd.engine.graph import evaluate, postorder
from autograd.engine.nodes import restore
from autograd.engine.value import Value

__all__ = ["Samples", "find_samples"]

_FEWEST = 8  # the least number of samples, and of nodes in a sample
_MANY = 1 << 40  # a limit: shared nodes count once for each read, so y = y * y doubles their number
_LEAST = 5000  # nodes in a graph; smaller graphs are computed faster without arrays of samples


@dataclass
class Samples:
    """A graph that was split: the graph of one sample, the data in which samples differ, and a graph of their results.

    Attributes:
        sample: the root of the graph of one sample. It reads ``columns`` and ``shared``.
        columns: new leaves for the data in which the samples differ.
        shared: the recorded leaves that all samples read.
        rows: for each sample, the contents of its columns: recorded leaves, and numbers.
        rest: the root of a graph that reads ``results`` and computes the recorded root from them.
        results: new leaves for the results of the samples.
    """

    sample: Value
    columns: list[Value]
    shared: list[Value]
    rows: list[list[Value | float]]
    rest: Value
    results: list[Value]


def find_samples(root: Value, parameters=()) -> Samples | None:
    """Return the samples in the graph under ``root``, or None if there are fewer than eight of the same kind.

    Args:
        root: the node that is computed from them, usually a sum.
        parameters: leaves that are the same for all samples. Neurons with weights of their own are not samples.
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
    """Return the highest nodes of equal graphs. Among several kinds, these are the ones with most nodes under them."""
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
    """The part of a graph under a node: its structure, and its leaves and constants in the order of the structure.

    Args:
        root: the node.
        taken: the nodes of other parts. The nodes of this part are added.

    Attributes:
        alone: True if no node belongs to another part. Otherwise, the other attributes are incomplete.
        records: for each node, its primitive and the numbers of the nodes that it reads.
        inner: the computed nodes, without the root.
        leaves: the leaves that they read.
        constants: the constants that they read.
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
    """Record nodes again over other operands, and return the last one.

    Args:
        nodes: the nodes, operands first.
        new: a dict from some nodes to their replacements.
        constants: an iterator over the replacements of the constants, or None to keep the constants.
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
