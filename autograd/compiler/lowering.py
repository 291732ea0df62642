"""Lowering: writes a recorded graph as instructions, forward and adjoint, which are then rolled and compiled.

The derivatives are those of the table: an instruction only names one. A sum that only the next addition reads is
accumulated in place. So ``dot``, ``total`` and ``sum(w * x)`` become the same instructions. The order of all operations
and of all contributions is the engine's.
"""

import math
from collections import Counter
from itertools import chain

from autograd.compiler import calls, forms
from autograd.compiler.instructions import (
    ADJOINTS,
    ALIVE,
    CONSTANTS,
    INPUTS,
    PARAMETER_GRADIENTS,
    PARAMETERS,
    SHIFT,
    TEMPORARIES,
    Lowered,
    region,
)
from autograd.compiler.operands import (
    check_leaves,
    chooses,
    constants_of,
    is_frozen,
    operands_read,
    taken_branch,
    terms_of,
)
from autograd.engine import primitives
from autograd.engine.graph import depending, is_end, postorder, pull_back
from autograd.engine.other_engines import refuse_given
from autograd.engine.value import Value

__all__ = ["lower"]

# The derivatives of these do not read the value, so it can be the beginning of a longer sum.
_IN_PLACE = {primitives.add, primitives.mul, primitives.dot, primitives.total}
_FROM_PARTS = 32  # a logsumexp or shift with at least this many operands is computed part by part, in loops
_LONG_SUM = 64  # in a sum of at least this many products, those of one Value with constants are grouped
_BINARY = (None, None)
# The derivative of a product with respect to its first operand, which is the second operand.
_BY_SECOND = primitives.mul, 0, _BINARY, (False, False, True)
_COPY = primitives.identity, (None,)
_PRODUCT = primitives.mul, (None, None)


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
        parameters: leaves, in the order of their slots. A leaf that is neither here nor in ``inputs`` is a constant.
        inputs: leaves, in the order of their slots.
        guards: comparisons ``(sign, a, b, held)`` to watch, where a and b are Values or numbers.
        differentiated: the number of outputs, from the first on, that are differentiated; all by default.
        of_parameters: True to compute the derivatives with respect to the parameters.
        of_inputs: True to compute the derivatives with respect to the inputs.
        strict: True to keep the engine's order in the forward program, too. Otherwise nodes have the order in which
            they were written.
        gather_adjoints: True to add up each adjoint in one place, which is better for lanes. Otherwise each use adds to
            it, which is better for loops over these uses. It must be False if ``strict`` is True.

    Raises:
        GraphError: a parameter or an input is not a leaf, or is listed twice.
    """
    lowering = _Lowering(outputs, parameters, inputs, guards, strict)
    lowering.values()
    wanted = (parameters if of_parameters else []) + (inputs if of_inputs else [])
    lowering.derivatives(wanted, outputs[:differentiated], gather_adjoints)
    return lowering.lowered


class _Lowering:
    def __init__(self, outputs, parameters, inputs, guards, strict):
        self.lowered = Lowered()
        self._outputs, self._guards = list(outputs), list(guards)
        self._slots: dict = {}
        self._operations: dict = {}
        self._families: dict = {}
        self._strict = strict
        self._partials: dict = {}  # for each node that is computed part by part, the slots of its derivatives
        check_leaves(parameters, inputs)
        for base, leaves in ((PARAMETERS, parameters), (INPUTS, inputs)):
            for leaf in leaves:
                self._put(leaf, self._new(base))
        self._gradients = {leaf: slot - PARAMETERS + PARAMETER_GRADIENTS for leaf, slot in self._slots.items()}
        watched = [x for _, a, b, _ in self._guards for x in (a, b) if isinstance(x, Value)]
        self._reads: dict = {}  # for each node, the Values that it reads
        read = self._reads.__getitem__
        roots = [*self._outputs, *watched]
        self._swept = postorder(roots, lambda node: self._reads.setdefault(node, operands_read(node)))
        self._nodes = self._swept if strict else postorder(roots, lambda node: reversed(read(node)))
        refuse_given(self._nodes)
        self.lowered.recorded = len(self._nodes)
        self._uses = Counter(chain.from_iterable(map(read, self._nodes)))
        self._uses.update(roots)
        # A product that only one sum reads is computed where it is added.
        self._inner = {x for node in self._nodes for x in terms_of(node) if self._is_private(x, {primitives.mul})}

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
        """Return True if only one node reads ``x`` and one of these primitives computed it."""
        return isinstance(x, Value) and x.op in made_by and self._uses[x] == 1

    def _family(self, *key):
        """Return the number of the region for all results with this ``key``."""
        return self._families.setdefault(key, len(self._families)) << SHIFT

    def _kind(self, x):
        """Return the kind of a number: the region of parameters, inputs, constants or results."""
        return min(region(self._slots[x]), TEMPORARIES) if isinstance(x, Value) else CONSTANTS

    # --- The forward program

    def _one(self, operation, constants):
        """Return one object for all equal operations. Operations with constants stay, because 0.0 equals -0.0."""
        plain = constants.count(None) == len(constants)
        return self._operations.setdefault(operation, operation) if plain else operation

    def _emit(self, operation, *slots):
        self.lowered.forward.append((self._one(operation, operation[-1]) if len(operation) > 1 else operation, slots))

    def values(self):
        """Write the instructions that compute all nodes and check the guards."""
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
        elif is_frozen(node):
            self._sum(node, [taken_branch(node)])
        elif self._has_parts(node):
            self._part_by_part(node)
        elif node.op is primitives.add and not self._inner.isdisjoint([x for x in operands if isinstance(x, Value)]):
            self._sum(node, operands)
        else:
            constants = constants_of(node)
            slots = [self._slot(x) for x, c in zip(operands, constants, strict=True) if c is None]
            self._put(node, self._new(TEMPORARIES + self._family(node.op)))
            self._emit(("=", node.op, constants), self._slots[node], *slots)

    # --- Sums of exponentials, part by part. In loops, their code has the same length for any number of operands.

    def _has_parts(self, node):
        return node.op in (primitives.logsumexp, primitives.shift) and len(node.operands) >= _FROM_PARTS

    def _part_by_part(self, node):
        """Write a logsumexp or a shift as loops over its operands, and store the slots of its derivatives."""
        terms = [self._slot(x) for x in node.operands]
        largest = self._new(TEMPORARIES + self._family("largest"))
        self._emit(("=", *_COPY), largest, terms[0])
        for term in terms[1:]:
            self._emit(("=", primitives.shift, _BINARY), largest, largest, term)
        if node.op is primitives.shift:
            self._put(node, largest)
            self._partials[node] = [self._part(primitives.zero_derivative, term) for term in terms]
            return
        differences = [self._part(primitives.sub, term, largest) for term in terms]
        powers = [self._part(primitives.exp, difference) for difference in differences]
        total = self._new(TEMPORARIES + self._family("powers"))
        self._emit(("=", *_COPY), total, powers[0])
        for power in powers[1:]:
            self._emit(("+=", *_COPY), total, power)
        # The engine rounds the sum only once, but divides by a sum that is added from left to right.
        rounded = self._part(calls.exact_sum, *powers) if self._strict else total
        sum_ = self._part(primitives.add, largest, self._part(primitives.log, rounded))
        # If an operand is infinite, it is the result: the difference of two infinities would be a NaN.
        finite = self._part(primitives.greater, self._slot(math.inf), self._part(primitives.abs_, largest))
        self._put(node, self._part(primitives.where, finite, sum_, largest))
        self._partials[node] = [self._part(primitives.div, power, total) for power in powers]

    def _part(self, primitive, *slots):
        """Write an instruction for a number that a node needs, and return its slot."""
        slot = self._new(TEMPORARIES + self._family(primitive, "part"))
        self._emit(("=", primitive, (None,) * len(slots)), slot, *slots)
        return slot

    def _together(self, weights, inputs):
        """Return the pairs of factors of a dot. If a Value has many constant factors, its pairs are grouped.

        Then each Value has one loop over its constants, in whatever order the products were written.
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
        """Write a sum from the first term to the last. A term is a number or a product."""
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
        """Return the factors of a product that is computed where it is added. Other terms are returned unchanged."""
        return ("mul", *term.operands) if isinstance(term, Value) and term in self._inner else term

    def _term(self, term):
        if isinstance(term, tuple):
            return _PRODUCT, [self._slot(x) for x in term[1:]]
        return _COPY, [self._slot(term)]

    # --- The adjoint program

    def derivatives(self, wanted, outputs, gather_adjoints):
        """Write the instructions of the reverse sweep."""
        read = self._reads.__getitem__
        # The nodes to which a derivative may flow. Nodes that only detach reads are not among them.
        reached = set(postorder(outputs, lambda node: () if is_end(node.op) else read(node)))
        through = [node for node in self._nodes if node in reached and not is_end(node.op)]
        self._active = depending(through, reached.intersection(wanted), read)
        self._conditional = self._under_conditions()
        self._adjoint: dict = {}
        self._alive: dict = {}
        self._shared: set = set()
        self._flows: list = []  # in the order of the sweep: node, targets, operation and slots that it reads
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
        """Return the slot of a node's adjoint. It has the same place in its region as the node's number.

        A term that only one sum reads shares the adjoint of the sum.
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
        for x in terms_of(node):
            if self._shares_adjoint(x):
                self._adjoint[x] = slot
                self._shared.add(x)
                if node in self._alive:
                    self._alive[x] = self._alive[node]
        return slot

    def _shares_adjoint(self, x):
        return isinstance(x, Value) and x.op is not None and self._uses[x] == 1 and x in self._active

    def _edges(self, node, adjoint):
        """Yield the edges of a node for :func:`pull_back`: targets, operation, and the slots that it reads.

        Each edge has an operation in place of a partial derivative. An operation that computes all derivatives of a
        node has a target for each operand.
        """
        g, operands = adjoint[node], node.operands
        if node.op is primitives.dot:
            weights, inputs, _ = primitives.dot_operands(operands)
            for w, x in self._together(weights, inputs):
                for target, other in ((w, x), (x, w)):
                    if isinstance(target, Value) and target in self._active:
                        yield [target], _BY_SECOND, [g, self._slot(other)]
        if node.op in (primitives.dot, primitives.total, primitives.add) or is_frozen(node):
            for x in terms_of(node):
                if isinstance(x, Value) and x in self._active and not self._shares_adjoint(x):
                    yield [x], (primitives.identity, 0, (None,), (False, False)), [g]
        elif node in self._partials:
            for x, partial in zip(operands, self._partials[node], strict=True):
                if isinstance(x, Value) and x in self._active:
                    yield [x], _BY_SECOND, [g, partial]
        elif node.op.arity is None:
            targets = [x if isinstance(x, Value) and x in self._active else None for x in operands]
            constants = constants_of(node)
            slots = [self._slot(x) for x, c in zip(operands, constants, strict=True) if c is None]
            yield targets, (node.op, constants), [g, self._slots[node], *slots]
        else:
            yield from self._edges_by_rule(node, g, operands)

    def _edges_by_rule(self, node, g, operands):
        constants = constants_of(node)
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

    # --- Nodes in branches

    def _under_conditions(self):
        """Return the nodes that only branches use. Nothing, not even 0 * inf, may flow into a branch not chosen."""
        if not any(chooses(node) for node in self._nodes):
            return set()

        def always_read(node):
            if not chooses(node):
                return self._reads[node]
            branches = node.op.traits.branches
            return [x for i, x in enumerate(node.operands) if i not in branches and isinstance(x, Value)]

        return set(self._nodes).difference(postorder(self._outputs, always_read))

    def _alive_instructions(self):
        """Return, for each node in a branch, the instructions that determine if a node that is used reads it."""
        found: dict = {}
        own = self._alive.keys() - self._shared
        for node in reversed(self._swept):
            is_choice = chooses(node)
            for i, x in enumerate((node.operands if is_choice else self._reads[node]) if node in self._active else ()):
                if x not in own or not isinstance(x, Value):
                    continue
                branch = i if is_choice else 0
                slots = [self._alive[x]]
                slots += [self._alive[node]] if node in self._alive else []
                slots += [self._slots[node.operands[0]]] if branch else []
                operation = "alive", branch, node in self._alive, x not in found
                found.setdefault(x, []).append((operation, tuple(slots)))
        return found
