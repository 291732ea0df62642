"""A recorded graph as plain instructions on memory cells, forward and adjoint: what is rolled and then compiled.

An instruction is an operation and the slots it writes and reads. With ``p`` a primitive of the table and ``constants``
a tuple that has a float for each operand that is a constant and None for each that has a slot, the operations are

``("=", p, constants)``
    ``out, *operands``: out = p(operands). With ``"+="``: out = out + p(operands).
``("zero",)``
    ``out``: out = 0.
``("d=", p, i, constants, read, masked)``
    ``out, g, *used``: out = g times the derivative of p in operand i, which reads the value and those operands that
    ``read`` says. With ``"d+="``: added to out. Masked: ``alive`` is the last slot, and nothing flows where it is 0.
``("all", p, constants, modes, masked)``
    ``g, y, *operands, *outs``: the same in all operands of a primitive that takes any number of them. A mode is
    ``"="``, ``"+="``, or None for an operand whose derivative nobody wants.
``("guard", sign, held, constants)``
    ``out, *operands``: out = out + 1 where a comparison is not as it was recorded.
``("alive", i, masked, first)``
    ``out, *above, *condition``: whether what lies under operand i of a ``where`` is used; i = 0 is any operation.

The derivatives themselves are the table's: an instruction only says which one is meant. Slots lie in regions, told
apart by their high bits. A sum that only its own next term reads is added up in place, so that ``dot``, ``total`` and
``sum(w * x)`` become the same instructions; the order of all operations and of all contributions is the engine's.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain

from autograd.compiler import calls, forms
from autograd.compiler.loops import Instruction
from autograd.engine import primitives
from autograd.engine.errors import GraphError
from autograd.engine.graph import depending, is_end, postorder, pull_back
from autograd.engine.other_engines import refuse_given
from autograd.engine.value import Value

__all__ = [
    "ADJOINTS", "ALIVE", "CONSTANTS", "INPUTS", "INPUT_GRADIENTS", "PARAMETERS", "PARAMETER_GRADIENTS", "REMEMBERED",
    "REMEMBERED_NEXT", "TEMPORARIES", "UPDATED", "Lowered", "check_leaves", "is_temporary", "lower", "nodes_under",
    "region",
]  # fmt: skip

_SHIFT = 28
_MAX_PRIMITIVES = 1 << 16
PARAMETERS, INPUTS, CONSTANTS, PARAMETER_GRADIENTS, INPUT_GRADIENTS = [k << _SHIFT for k in range(5)]
# Where an update puts new numbers of the parameters, and what an optimizer remembers, before and after.
UPDATED, REMEMBERED, REMEMBERED_NEXT = [k << _SHIFT for k in range(5, 8)]
# A region for each primitive's results, and one for their adjoints: those of a layer are side by side then.
TEMPORARIES, ADJOINTS, ALIVE = [k * _MAX_PRIMITIVES << _SHIFT for k in (1, 2, 3)]

_ARITHMETIC = {primitives.add, primitives.sub, primitives.mul, primitives.div}
_IN_PLACE = {
    primitives.add,
    primitives.mul,
    primitives.dot,
    primitives.total,
}  # whose derivatives do not read the value
_FROM_PARTS = 32  # operands of a logsumexp or a shift from which it is computed part by part, in loops
_LONG_SUM = 64  # products from which those of one Value with constants are put together
_BINARY = (None, None)
# The derivative of a product in its first operand, which is the second.
_BY_SECOND = primitives.mul, 0, _BINARY, (False, False, True)
_COPY = primitives.alias, (None,)
_PRODUCT = primitives.mul, (None, None)


def region(slot: int) -> int:
    """The first slot of the region a slot lies in."""
    return slot >> _SHIFT << _SHIFT


def is_temporary(base: int) -> bool:
    """Return True if a region holds results or adjoints, and not what comes in or goes out."""
    return base >= TEMPORARIES


@dataclass
class Lowered:
    """A graph as instructions.

    Attributes:
        forward: instructions that compute every node, operands first.
        adjoint: instructions of the reverse sweep; it starts with the adjoints of the outputs set.
        outputs: the slot of each output.
        seeds: the slot of each differentiated output's adjoint; None where it depends on no leaf that is wanted.
        active: for every parameter, and every input, whether the derivative in it is computed.
        constants: the numbers in the region of constants.
        violations: the slot where guards count, or None without guards.
        nodes: for a slot the node whose number or adjoint it is.
        recorded: how many nodes the graph has, leaves included.
        sizes: how many slots there are of each region, by its first one.
    """

    forward: list[Instruction] = field(default_factory=list)
    adjoint: list[Instruction] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    seeds: list[int | None] = field(default_factory=list)
    active: list[bool] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)
    violations: int | None = None
    nodes: dict[int, Value] = field(default_factory=dict)
    recorded: int = 0
    sizes: dict[int, int] = field(default_factory=dict)


def lower(
    outputs,
    parameters,
    inputs,
    guards=(),
    *,
    of_parameters=True,
    of_inputs=True,
    strict=False,
    gather_adjoints=False,
    differentiated=None,
) -> Lowered:
    """Write a graph as instructions.

    Args:
        outputs: the nodes to compute, Values.
        parameters, inputs: leaves, in the order of their slots. Any other leaf is a constant.
        guards: comparisons ``(sign, a, b, held)`` to be watched, a and b Values or numbers.
        differentiated: how many of the outputs, the first ones, are differentiated; by default all.
        of_parameters, of_inputs: which derivatives the adjoint program computes.
        strict: have the forward program, too, in the engine's order; else what was written first comes first.
        gather_adjoints: sum each adjoint up in one place, which suits lanes, and not wherever it is used, which suits
            loops that run along it. Not together with ``strict``.

    Raises:
        GraphError: a parameter or an input is no leaf, or stands twice.
    """
    lowering = _Lowering(outputs, parameters, inputs, guards, strict)
    lowering.values()
    wanted = (parameters if of_parameters else []) + (inputs if of_inputs else [])
    lowering.derivatives(wanted, outputs[:differentiated], gather_adjoints)
    return lowering.lowered


def check_leaves(parameters, inputs) -> None:
    """Have the leaves that have slots of their own be leaves, each once.

    Raises:
        GraphError: one is none, or stands twice.
    """
    seen: set = set()
    for leaves, name in ((parameters, "parameter"), (inputs, "input")):
        for k, leaf in enumerate(leaves):
            if not isinstance(leaf, Value) or leaf.op is not None:
                raise GraphError(f"{name} {k} is {leaf!r}, which is no leaf: give Values the graph starts from.")
            if leaf in seen:
                raise GraphError(f"{name} {k}, {leaf!r}, stands twice among the leaves: give each once.")
            seen.add(leaf)


def nodes_under(roots, strict=False) -> list[Value]:
    """Every node under some roots, operands first, whether a leaf was changed or not.

    Strictly in the order of the engine's sweep, which enters the last operand first; else the first one is.

    Both branches of a ``where`` are entered, unless its condition is a plain number: then it will never change.
    """
    return postorder(roots, _read if strict else lambda node: reversed(_read(node)))


def _chooses(node):
    """Return True for a node that uses one of its branches, and may use another one in the next run."""
    return node.op is not None and bool(node.op.traits.branches) and not _is_frozen(node)


def _is_frozen(node):
    """Return True for a node that uses one of its branches, always the same, since its condition is a constant."""
    op = node.op
    if op is None or not op.traits.branches:
        return False
    return not any(isinstance(x, Value) for i, x in enumerate(node.operands) if i not in op.traits.branches)


def _taken(node):
    """Return the branch that a frozen node uses; where the condition is NaN, the NaN that comes out."""
    operands = node.operands
    taken = [operands[i] for i in node.op.traits.branches if node.op.reaches(i, operands)]
    return taken[0] if len(taken) == 1 else node.data


def _read(node):
    """Return the Values an operation reads, in the order the engine's sweep visits them."""
    operands, op = node.operands, node.op
    if op is primitives.dot:
        weights, inputs, bias = primitives.dot_operands(operands)
        operands = (*weights, *bias, *inputs)
    elif op is not None and op.traits.branches and _is_frozen(node):
        operands = (_taken(node),)
    return [x for x in operands if isinstance(x, Value)]


class _Lowering:
    def __init__(self, outputs, parameters, inputs, guards, strict):
        self.lowered = Lowered()
        self._outputs, self._guards = list(outputs), list(guards)
        self._slots: dict = {}
        self._operations: dict = {}
        self._families: dict = {}
        self._strict = strict
        self._partials: dict = {}  # for a node that is computed part by part the slots of its derivatives
        check_leaves(parameters, inputs)
        for base, leaves in ((PARAMETERS, parameters), (INPUTS, inputs)):
            for leaf in leaves:
                self._put(leaf, self._new(base))
        self._gradients = {leaf: slot - PARAMETERS + PARAMETER_GRADIENTS for leaf, slot in self._slots.items()}
        watched = [x for _, a, b, _ in self._guards for x in (a, b) if isinstance(x, Value)]
        self._reads: dict = {}  # for each node the Values that it reads, since every walk asks for them
        read = self._reads.__getitem__
        self._swept = postorder([*self._outputs, *watched], lambda node: self._reads.setdefault(node, _read(node)))
        self._nodes = (
            self._swept if strict else postorder([*self._outputs, *watched], lambda node: reversed(read(node)))
        )
        refuse_given(self._nodes)
        self.lowered.recorded = len(self._nodes)
        self._uses = Counter(chain.from_iterable(map(read, self._nodes)))
        self._uses.update([*self._outputs, *watched])
        # Products that only one sum reads are computed where they are added.
        self._inner = {x for node in self._nodes for x in _terms(node) if self._is_private(x, {primitives.mul})}

    # --- Slots

    def _new(self, base):
        k = self.lowered.sizes.get(base, 0)
        self.lowered.sizes[base] = k + 1
        return base + k

    def _put(self, node, slot):
        self._slots[node] = slot
        self.lowered.nodes[slot] = node

    def _slot(self, x):
        if isinstance(x, Value):
            return self._slots[x]
        self.lowered.constants.append(float(x))
        return self._new(CONSTANTS)

    def _is_private(self, x, made_by):
        """Return True if only one node reads ``x``, which one of some primitives computed."""
        return isinstance(x, Value) and x.op in made_by and self._uses[x] == 1

    def _family(self, *key):
        """The number of the region of all results that have ``key`` in common."""
        return self._families.setdefault(key, len(self._families)) << _SHIFT

    def _kind(self, x):
        """Return the kind of a number: the region of parameters, inputs, constants or results."""
        return min(region(self._slots[x]), TEMPORARIES) if isinstance(x, Value) else CONSTANTS

    # --- The forward program

    def _one(self, operation, constants):
        """The operation itself, one object for all that are equal: 0.0 and -0.0 are equal too, and are left alone."""
        plain = constants.count(None) == len(constants)
        return self._operations.setdefault(operation, operation) if plain else operation

    def _emit(self, operation, *slots):
        self.lowered.forward.append((self._one(operation, operation[-1]) if len(operation) > 1 else operation, slots))

    def values(self):
        """Instructions that compute every node, and watch the guards."""
        for node in self._nodes:
            if node.op is None:
                if node not in self._slots:
                    self._put(node, self._slot(node.data))
            elif node not in self._inner:
                self._value(node)
        lowered = self.lowered
        if self._guards:
            lowered.violations = self._new(TEMPORARIES + self._family("violations"))
            self._emit(("zero",), lowered.violations)
            for sign, a, b, held in self._guards:
                self._emit(("guard", sign, held, (None, None)), lowered.violations, self._slot(a), self._slot(b))
        lowered.outputs = [self._slots[y] for y in self._outputs]

    def _value(self, node):
        operands = node.operands
        if self._grows_in_place(node):
            self._put(node, self._slots[operands[0]])
            self._add(node, operands[1])
        elif node.op is primitives.dot:
            weights, inputs, bias = primitives.dot_operands(operands)
            self._sum(node, [*bias, *[("mul", w, x) for w, x in self._together(weights, inputs)]])
        elif node.op is primitives.total:
            self._sum(node, operands)
        elif _is_frozen(node):
            self._sum(node, [_taken(node)])
        elif self._has_parts(node):
            self._part_by_part(node)
        elif node.op is primitives.add and not self._inner.isdisjoint([x for x in operands if isinstance(x, Value)]):
            self._sum(node, operands)
        else:
            constants = _constants(node)
            slots = [self._slot(x) for x, c in zip(operands, constants, strict=True) if c is None]
            self._put(node, self._new(TEMPORARIES + self._family(node.op)))
            self._emit(("=", node.op, constants), self._slots[node], *slots)

    # --- Sums of exponentials, part by part: their code is as long for a thousand operands as for ten

    def _has_parts(self, node):
        return node.op in (primitives.logsumexp, primitives.shift) and len(node.operands) >= _FROM_PARTS

    def _part_by_part(self, node):
        """A logsumexp or a shift as a loop over its operands; the slots of its derivatives are noted for the sweep."""
        terms = [self._slot(x) for x in node.operands]
        largest = self._new(TEMPORARIES + self._family("largest"))
        self._emit(("=", *_COPY), largest, terms[0])
        for term in terms[1:]:
            self._emit(("=", primitives.shift, _BINARY), largest, largest, term)
        if node.op is primitives.shift:
            self._put(node, largest)
            self._partials[node] = [self._part(primitives.flat, term) for term in terms]
            return
        differences = [self._part(primitives.sub, term, largest) for term in terms]
        powers = [self._part(primitives.exp, difference) for difference in differences]
        total = self._new(TEMPORARIES + self._family("powers"))
        self._emit(("=", *_COPY), total, powers[0])
        for power in powers[1:]:
            self._emit(("+=", *_COPY), total, power)
        # The engine rounds the sum once, and divides by a sum from left to right.
        rounded = self._part(calls.exact_sum, *powers) if self._strict else total
        sum_ = self._part(primitives.add, largest, self._part(primitives.log, rounded))
        # An infinite operand is the value: less itself it would be a NaN.
        finite = self._part(primitives.greater, self._slot(math.inf), self._part(primitives.abs_, largest))
        self._put(node, self._part(primitives.where, finite, sum_, largest))
        self._partials[node] = [self._part(primitives.div, power, total) for power in powers]

    def _part(self, primitive, *slots):
        """A number that is computed on the way to a node."""
        slot = self._new(TEMPORARIES + self._family(primitive, "part"))
        self._emit(("=", primitive, (None,) * len(slots)), slot, *slots)
        return slot

    def _together(self, weights, inputs):
        """Return the pairs of factors of a dot: those of each Value together, where there are many with constants.

        Then each Value takes a loop over its constants, however the products were written.
        """
        pairs = list(zip(weights, inputs, strict=True))
        if self._strict or len(pairs) < _LONG_SUM:
            return pairs
        grouped: dict = {}
        for pair in pairs:
            values = [x for x in pair if isinstance(x, Value)]
            if len(values) != 1:
                return pairs
            grouped.setdefault(values[0], []).append(pair)
        return [pair for group in grouped.values() for pair in group] if 4 * len(grouped) <= len(pairs) else pairs

    def _grows_in_place(self, node):
        if node.op is not primitives.add or not self._is_private(node.operands[0], _IN_PLACE):
            return False
        return node.operands[0] not in self._inner

    def _sum(self, node, terms):
        """A sum, from the first term to the last; a term is a number or a product."""
        first, *rest = terms = [self._written_out(term) for term in terms] or [0.0]
        kinds = {tuple(map(self._kind, term[1:] if isinstance(term, tuple) else [term])) for term in terms}
        operation, slots = self._term(first)
        self._put(node, self._new(TEMPORARIES + self._family("sum", *sorted(kinds))))
        self._emit(("=", *operation), self._slots[node], *slots)
        for term in rest:
            self._add(node, term)

    def _add(self, node, term):
        operation, slots = self._term(self._written_out(term))
        self._emit(("+=", *operation), self._slots[node], *slots)

    def _written_out(self, term):
        """A product that is computed where it is added, as its factors."""
        return ("mul", *term.operands) if isinstance(term, Value) and term in self._inner else term

    def _term(self, term):
        if isinstance(term, tuple):
            return _PRODUCT, [self._slot(x) for x in term[1:]]
        return _COPY, [self._slot(term)]

    # --- The adjoint program

    def derivatives(self, wanted, outputs, gather_adjoints):
        """Instructions of the reverse sweep."""
        read = self._reads.__getitem__
        # The nodes that a derivative may flow to: not those that are only read to be detached.
        reached = set(postorder(outputs, lambda node: () if is_end(node.op) else read(node)))
        through = [node for node in self._nodes if node in reached and not is_end(node.op)]
        self._active = depending(through, reached.intersection(wanted), read)
        self._conditional = self._under_conditions()
        self._adjoint: dict = {}
        self._alive: dict = {}
        self._shared: set = set()
        self._flows: list = []  # in the order of the sweep: a node, its targets, the operation and the slots it reads
        seeded = [y for y in outputs if y in self._active]
        for node in [*seeded, *reversed(self._swept)]:
            if node in self._active:
                self._adjoint_of(node)
        active = [node for node in self._swept if node in self._active and node.op is not None]
        pull_back(active, self._adjoint, self._edges, lambda _adjoint, *flow: self._flows.append(flow))
        counts = Counter([x for _, targets, *_ in self._flows for x in targets if x is not None])
        self._grown = {x for x, n in counts.items() if n > 1} | set(seeded)
        self._in_order(set(seeded), gather_adjoints)
        lowered = self.lowered
        lowered.seeds = [self._adjoint.get(y) for y in outputs]
        lowered.active = [leaf in self._active for leaf in self._gradients]

    def _adjoint_of(self, node):
        """The slot of a node's adjoint: it lies as the node's number does.

        A term that only one sum reads has that of the sum.
        """
        slot = self._adjoint.get(node)
        if slot is None:
            slot = self._gradients.get(node)
            if slot is None:
                number = self._slots[node]
                slot = number - TEMPORARIES + ADJOINTS
                self.lowered.sizes[region(slot)] = self.lowered.sizes[region(number)]
            self._adjoint[node] = slot
            self.lowered.nodes.setdefault(slot, node)
            if node in self._conditional and node.op is not None:
                self._alive[node] = self._new(ALIVE)
        for x in _terms(node):
            if self._shares_adjoint(x):
                self._adjoint[x] = slot
                self._shared.add(x)
                if node in self._alive:
                    self._alive[x] = self._alive[node]
        return slot

    def _shares_adjoint(self, x):
        return isinstance(x, Value) and x.op is not None and self._uses[x] == 1 and x in self._active

    def _edges(self, node, adjoint):
        """Yield the edges of a node for :func:`pull_back`: the targets, the operation, and the slots it reads.

        An operation stands in place of a partial derivative. One that computes all derivatives of a node has a target
        for each operand.
        """
        g, operands = adjoint[node], node.operands
        if node.op is primitives.dot:
            weights, inputs, _ = primitives.dot_operands(operands)
            for w, x in self._together(weights, inputs):
                for target, other in ((w, x), (x, w)):
                    if isinstance(target, Value) and target in self._active:
                        yield [target], _BY_SECOND, [g, self._slot(other)]
        if node.op in (primitives.dot, primitives.total, primitives.add) or _is_frozen(node):
            for x in _terms(node):
                if isinstance(x, Value) and x in self._active and not self._shares_adjoint(x):
                    yield [x], (primitives.alias, 0, (None,), (False, False)), [g]
        elif node in self._partials:
            for x, partial in zip(operands, self._partials[node], strict=True):
                if isinstance(x, Value) and x in self._active:
                    yield [x], _BY_SECOND, [g, partial]
        elif node.op.arity is None:
            targets = [x if isinstance(x, Value) and x in self._active else None for x in operands]
            constants = _constants(node)
            slots = [self._slot(x) for x, c in zip(operands, constants, strict=True) if c is None]
            yield targets, (node.op, constants), [g, self._slots[node], *slots]
        else:
            yield from self._edges_by_rule(node, g, operands)

    def _edges_by_rule(self, node, g, operands):
        constants = _constants(node)
        for i, x in enumerate(operands):
            if not isinstance(x, Value) or x not in self._active:
                continue
            read = forms.reads(node.op, i, constants)
            slots = [self._slots[node]] if read[0] else []
            slots += [
                self._slot(o) for o, used, c in zip(operands, read[1:], constants, strict=True) if used and c is None
            ]
            yield [x], (node.op, i, constants, read), [g, *slots]

    def _in_order(self, seeded, gather_adjoints):
        out = self.lowered.adjoint
        alive = self._alive_instructions() if self._alive else {}
        together: dict = {}
        by_node: dict = {}
        at_once = {x for _, targets, *_ in self._flows if len(targets) > 1 for x in targets}
        for flow in self._flows:
            by_node.setdefault(flow[0], []).append(flow)
            if gather_adjoints and len(flow[1]) == 1 and flow[1][0] not in self._gradients:
                together.setdefault(flow[1][0], []).append(flow)
        zeroed = [x for x in self._grown - seeded if x not in together or x in at_once]
        for x in sorted(zeroed, key=self._adjoint.__getitem__):
            out.append((("zero",), (self._adjoint[x],)))
        if not (together or alive):
            out.extend([self._instruction(*flow) for flow in self._flows])
            return
        for node in reversed(self._swept):
            if node in together:
                if node in self._grown and node not in seeded and node not in at_once:
                    out.append((("zero",), (self._adjoint[node],)))
                out.extend([self._instruction(*flow) for flow in together[node]])
            out.extend(alive.get(node, ()))
            for flow in by_node.get(node, ()):
                if len(flow[1]) > 1 or flow[1][0] not in together:
                    out.append(self._instruction(*flow))

    def _instruction(self, node, targets, operation, slots):
        outs = [self._adjoint[x] for x in targets if x is not None]
        modes = [None if x is None else "+=" if x in self._grown else "=" for x in targets]
        masked = [self._alive[node]] if node in self._alive else []
        if len(operation) == 2:
            return ("all", *operation, tuple(modes), bool(masked)), (*slots, *outs, *masked)
        return self._one((f"d{modes[0]}", *operation, bool(masked)), operation[2]), (*outs, *slots, *masked)

    # --- What lies in a branch

    def _under_conditions(self):
        """The nodes used only in branches of ``where``: nothing may flow there, not 0 times infinity, where untaken."""
        if not any(_chooses(node) for node in self._nodes):
            return set()

        def always_read(node):
            if not _chooses(node):
                return self._reads[node]
            branches = node.op.traits.branches
            return [x for i, x in enumerate(node.operands) if i not in branches and isinstance(x, Value)]

        return set(self._nodes).difference(postorder(self._outputs, always_read))

    def _alive_instructions(self):
        """For each node in a branch the instructions that find out whether it is used, from what reads it."""
        found: dict = {}
        own = self._alive.keys() - self._shared
        for node in reversed(self._swept):
            chooses = _chooses(node)
            for i, x in enumerate((node.operands if chooses else self._reads[node]) if node in self._active else ()):
                if x not in own or not isinstance(x, Value):
                    continue
                branch = i if chooses else 0
                slots = [self._alive[x]]
                slots += [self._alive[node]] if node in self._alive else []
                slots += [self._slots[node.operands[0]]] if branch else []
                operation = "alive", branch, node in self._alive, x not in found
                found.setdefault(x, []).append((operation, tuple(slots)))
        return found


def _terms(node):
    """Return the operands that a node adds up: its adjoint is propagated to them as it is."""
    if node.op is primitives.add or node.op is primitives.total:
        return node.operands
    if node.op is primitives.dot:
        return primitives.dot_operands(node.operands).bias
    return (_taken(node),) if node.op is not None and _is_frozen(node) else ()


def _constants(node):
    """The operands that are constants of the operation: None where they have slots, as all have in arithmetic."""
    keep = node.op not in _ARITHMETIC
    return tuple([float(x) if keep and not isinstance(x, Value) else None for x in node.operands])
