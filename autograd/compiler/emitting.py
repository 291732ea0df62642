"""The emitter: writes rolled instructions as LLVM code, as nested loops over memory, and keeps numbers in registers.

It goes through the same instructions twice. The first pass only notes which numbers are read back from memory. The
second pass writes code and stores only those. Within code without loops, a computed number is used from its register. A
cell to which a loop adds in every iteration stays in a register during the whole loop.
"""

from bisect import bisect_left
from contextlib import contextmanager

import numpy as np
from llvmlite import ir

from autograd.compiler import calls, forms
from autograd.compiler.instructions import (
    PARAMETER_GRADIENTS,
    PARAMETERS,
    REMEMBERED,
    REMEMBERED_NEXT,
    UPDATED,
    region,
)
from autograd.compiler.loops import Loop, size, slots_of
from autograd.compiler.memory import SUM_FLAGS, Memory, Space
from autograd.compiler.nests import Nest, joined, moved_places, width
from autograd.compiler.registers import INDEX, Lanes, Register
from autograd.engine import primitives
from autograd.engine.algebra import is_real, select

__all__ = ["Emitter"]

_MAX_REMEMBERED = 512  # numbers of one region that stay in registers at the start of a loop
_SUM_OF_MEMORY = "=", calls.exact_sum
_MAX_AT_ONCE = 400  # instructions and loops in one function


class Emitter:
    """The writer of a program's code at the position of ``lanes.builder``.

    Args:
        lanes: the :class:`Lanes` in which the code computes.
        space: the :class:`Space`. Its pointers are looked up when they are used.
        sizes: a dict from the first slot of each region to the number of its slots.
        fresh: True if gradients of parameters begin at 0 and are one number each, for any number of lanes. Otherwise
            gradients are added to the numbers in memory.
        update: ``(change, slots, rate)``: the optimizer's function that changes a parameter, the number of floats
            that it remembers for each parameter, and the region of its rate. With it, each gradient must be a single
            contribution. The gradient is not stored, but the new number of its parameter is.

    Attributes:
        cut: True if the code was split into several functions, because it is long and has little repetition.
    """

    def __init__(self, lanes: Lanes, space: Space, sizes, fresh: bool = False, update=None):
        self._lanes, self._space, self._fresh, self._update = lanes, space, fresh, update
        self._parameters = sizes.get(PARAMETERS, 0)
        self._sums = lanes if lanes.strict else Lanes(lanes.builder, lanes.count, single=lanes.single, flags=SUM_FLAGS)
        self._read_back = {base: np.zeros(size, dtype=bool) for base, size in sizes.items()}
        self.cut = False
        self._begin(dry=True)

    def _begin(self, dry):
        self._dry = dry
        self._nest = Nest()
        self._memory = Memory(self._lanes, self._space, self._nest)
        self._known: dict = {}  # region -> loops with which a place moves -> first slot -> register
        self._pinned: set = set()  # the places that a loop keeps in registers; no other place overlaps them

    def write(self, program) -> None:
        """Call ``program()`` twice. It must call :meth:`run`, :meth:`get` and :meth:`put` the same way each time."""
        self._begin(dry=True)
        program()
        self._begin(dry=False)
        program()
        if self.cut:
            for function in self._lanes.builder.module.functions:
                if function.name.startswith("deltagrad.") and function.blocks:
                    function.attributes.add("noinline")  # it is called at many places, each of which runs once

    @property
    def dry(self) -> bool:
        """True in the pass that writes no code."""
        return self._dry

    def run(self, items) -> None:
        """Write the code of instructions and loops. A long list becomes several functions that are called in order."""
        pieces = list(_pieces(items))
        self.cut |= len(pieces) > 1
        for piece in pieces:
            if len(pieces) == 1:
                self._run(piece)
            else:
                with self._function():
                    self._run(piece)

    def _run(self, items):
        for item in items:
            self._item(item, [(slot, ()) for slot in slots_of([item])])

    @contextmanager
    def _function(self):
        """Write the code of a block into a new function and call it here. No register is passed in or out."""
        self.forget()
        if self._dry:
            yield
        else:
            b, pointers = self._lanes.builder, self._space.pointers
            caller, types = b.block, [pointer.type for pointer in pointers.values()]
            name = b.module.get_unique_name(f"{b.function.name}.part")
            function = ir.Function(b.module, ir.FunctionType(ir.VoidType(), types), name=name)
            function.linkage = "internal"
            function.attributes.add("nounwind")
            function.attributes.add("noinline")  # LLVM's time for one function grows faster than its length
            for argument in function.args:
                argument.add_attribute("noalias")
            self._space.pointers = dict(zip(pointers, function.args, strict=True))
            b.position_at_end(function.append_basic_block("entry"))
            yield
            b.ret_void()
            b.position_at_end(caller)
            self._space.pointers = pointers
            b.call(function, list(pointers.values()))
        self.forget()

    def get(self, slot) -> Register | None:
        """Return the number in a slot, or None in the first pass."""
        return self._get((slot, ()))

    def put(self, slot, number) -> None:
        """Set the number in a slot. If a parameter's gradient is summed in memory, add the number to it instead."""
        if self._is_kept((slot, ())):
            self._put((slot, ()), number)
        else:
            self._add_to_gradient((slot, ()), number)

    def keep(self, base) -> None:
        """Store every number that is written to a region, because other code reads it."""
        self._read_back[base][:] = True

    def forget(self) -> None:
        """Forget all registers, because other code may write to memory before the next read."""
        self._known = {}

    # --- Reading from memory and writing to it

    def _get(self, place):
        base, terms = region(place[0]), place[1]
        known = self._known.setdefault(base, {}).setdefault(terms, {})
        if place[0] in known:
            return known[place[0]]
        if self._dry:
            if base in self._read_back and base not in self._space.scalar:
                self._read_back[base][self._nest.slots(place)] = True
            number = None
        else:
            number = self._memory.load(place)
        known[place[0]] = number
        return number

    def _put(self, place, number):
        base, terms = region(place[0]), place[1]
        by_terms = self._known.setdefault(base, {})
        for other in [t for t in by_terms if t != terms]:  # they may be the same slot
            by_terms[other] = {slot: known for slot, known in by_terms[other].items() if (slot, other) in self._pinned}
        by_terms.setdefault(terms, {})[place[0]] = number
        if not self._dry and self._read_back[base][self._nest.slots(place)].any():
            self._memory.store(place, number)

    # --- Loops

    def _item(self, item, places):
        if isinstance(item, Loop):
            self._loop(item, places)
        else:
            self._instruction(item[0], places)

    def _items(self, items, places):
        at = 0
        for item in items:
            end = at + width(item)
            self._item(item, places[at:end])
            at = end

    def _loop(self, loop, places):
        nest = self._nest
        number = nest.enter(loop)
        moved = moved_places(places, loop, number)
        if any(region(self._nest.span(place)[0]) != region(self._nest.span(place)[1]) for place in moved):
            for k in range(loop.count):  # the iterations use different regions, so they are written one by one
                self._items(loop.body, [(slot + k * step, terms)
                                        for (slot, terms), step in zip(places, loop.steps, strict=True)])  # fmt: skip
            return
        accesses = list(nest.accesses(loop.body, moved))
        carried = nest.carried(accesses, number, self._fresh)
        self._keep_apart([place for place, writes, _ in accesses if writes], carried)
        starts = [self._get(place) for place in carried]
        outer = {base: {terms: dict(known) for terms, known in by.items()} for base, by in self._known.items()}
        pinned, self._pinned = self._pinned, self._pinned.union(carried)
        if self._dry:
            self._items(loop.body, moved)
            ends = [self._get(place) for place in carried]
        else:
            ends = self._iterations(loop, number, moved, carried, starts)
        self._pinned = pinned
        self._known = outer
        for place, end in zip(carried, ends, strict=True):
            self._put(place, end)

    def _iterations(self, loop, number, moved, carried, starts):
        b = self._lanes.builder
        before, body = b.block, b.append_basic_block("loop")
        b.branch(body)
        b.position_at_end(body)
        iteration = b.phi(INDEX)
        iteration.add_incoming(ir.Constant(INDEX, 0), before)
        self._nest.indices[number] = iteration
        phis = [b.phi(self._lanes.type) for _ in carried]
        for place, phi, start in zip(carried, phis, starts, strict=True):
            phi.add_incoming(start.value, before)
            self._known[region(place[0])].setdefault(place[1], {})[place[0]] = Register(phi, self._lanes)
        self._items(loop.body, moved)
        ends = [self._get(place) for place in carried]
        following = b.add(iteration, ir.Constant(INDEX, 1))
        latch = b.block
        iteration.add_incoming(following, latch)
        for phi, end in zip(phis, ends, strict=True):
            phi.add_incoming(end.value, latch)
        after = b.append_basic_block("after")
        b.cbranch(b.icmp_signed("<", following, ir.Constant(INDEX, loop.count)), body, after)
        b.position_at_end(after)
        return ends

    def _keep_apart(self, written, carried):
        """Forget the registers of slots that a loop is going to write."""
        spans: dict = {}
        carried = set(carried)
        for place in written:
            if place not in carried:
                spans.setdefault(region(place[0]), []).append(self._nest.span(place))
        for base, ranges in spans.items():
            by_terms = self._known.get(base, {})
            if sum([len(known) for known in by_terms.values()]) > _MAX_REMEMBERED:
                by_terms.clear()
            lows, highs = joined(ranges)
            for terms, known in by_terms.items():
                for slot in list(known):
                    low, high = self._nest.span((slot, terms))
                    k = bisect_left(highs, low)
                    if k < len(lows) and lows[k] <= high:
                        del known[slot]

    # --- Instructions

    def _instruction(self, operation, places):
        kind = operation[0]
        if kind == "zero":
            if self._is_kept(places[0]):
                self._put(places[0], self._number(0.0))
            elif self._fresh and not self._dry:
                self._lanes.builder.store(ir.Constant(self._lanes.element, 0.0), self._memory.address(places[0], 1))
        elif operation[:2] == _SUM_OF_MEMORY:
            self._sum_of_memory(*places)
        elif kind in ("=", "+="):
            out, *operands = places
            before = self._get(out) if kind == "+=" else None
            read = self._operands(operation[2], operands)
            y = None if self._dry else operation[1](*read)
            self._put(out, y if before is None else self._add(before, y))
        elif kind == "guard":
            self._guard(operation, places)
        elif kind == "alive":
            self._alive(operation, places)
        elif kind == "all":
            self._all(operation, places)
        else:
            self._derivative(operation, places)

    def _sum_of_memory(self, out, *terms):
        """Compute the exact sum of numbers that are adjacent in memory."""
        if self._dry:
            for place in terms:
                self._read_back[region(place[0])][self._nest.slots(place)] = True
            self._put(out, None)
        else:
            address = self._memory.address(terms[0], self._lanes.count)
            self._put(out, calls.sum_of_memory(self._lanes, address, len(terms)))

    def _is_kept(self, place):
        """Return True if the number of a slot is in a register, so it is not a gradient that all lanes add to."""
        return region(place[0]) != PARAMETER_GRADIENTS or (self._fresh and self._lanes.count == 1)

    def _number(self, x):
        return None if self._dry else self._lanes.lift(x)

    def _operands(self, constants, places):
        """Return the operands of an operation: its constants, and the numbers in the places."""
        places = iter(places)
        return [self._get(next(places)) if c is None else c for c in constants]

    def _add(self, before, y):
        if self._dry:
            return None
        flagged = Register(before.value, self._sums) + Register(self._lanes.lift(y).value, self._sums)
        return Register(flagged.value, self._lanes)

    def _derivative(self, operation, places):
        kind, primitive, i, constants, read, masked = operation
        out, g, *rest = places
        alive = rest.pop() if masked else None
        rest = iter(rest)
        flow = self._get(g)
        y = self._get(next(rest)) if read[0] else self._unused()
        operands = [
            (self._get(next(rest)) if used else self._unused()) if c is None else c
            for c, used in zip(constants, read[1:], strict=True)
        ]
        alive = None if alive is None else self._get(alive)
        part = None
        if not self._dry:
            partial = forms.partial(primitive, i, y, operands)
            part = self._masked(_times(flow, partial, primitive, i, operands), alive)
        self._deliver(out, part, kind == "d+=")

    def _unused(self):
        return None if self._dry else self._lanes.constant(0.0)

    def _masked(self, part, alive):
        return part if alive is None else select(alive > 0.0, part, 0.0)

    def _deliver(self, out, part, grows):
        if self._update is not None and region(out[0]) == PARAMETER_GRADIENTS:
            self._update_parameter(out, part)
        elif not self._is_kept(out):
            self._add_to_gradient(out, part, sets=self._fresh and not grows)
        elif grows:
            self._put(out, self._add(self._get(out), part))
        elif self._lanes.strict:
            self._put(out, self._add(self._number(0.0), part))  # as the engine does, which turns -0 into 0
        else:
            self._put(out, self._number(part))

    def _update_parameter(self, out, gradient):
        (slot, terms), n = out, self._parameters
        change, slots, rate = self._update
        p = slot - PARAMETER_GRADIENTS
        w = self._get((PARAMETERS + p, terms))
        memory = [self._get((REMEMBERED + k * n + p, terms)) for k in range(slots)]
        if self._dry:
            return
        lanes, b = self._lanes, self._lanes.builder
        number, memory = change(w, lanes.lift(gradient), Register(b.load(self._space.pointers[rate]), lanes), memory)
        b.store(lanes.lift(number).value, self._memory.address((UPDATED + p, terms), 1))
        for k, x in enumerate(memory):
            b.store(lanes.lift(x).value, self._memory.address((REMEMBERED_NEXT + k * n + p, terms), 1))

    def _add_to_gradient(self, out, part, sets=False):
        if self._dry:
            return
        if self._fresh:
            self._memory.add_sum(out, part, sets)
        else:
            self._memory.add_lanes(out, part)

    def _all(self, operation, places):
        _, primitive, constants, modes, masked = operation
        places = list(places)
        alive = self._get(places.pop()) if masked else None
        flow, y = self._get(places[0]), self._get(places[1])
        n = sum([c is None for c in constants])
        operands = self._operands(constants, places[2 : 2 + n])
        parts = [None] * len(modes) if self._dry else forms.gradient(primitive, y, operands)
        outs = iter(places[2 + n :])
        for i, (mode, partial) in enumerate(zip(modes, parts, strict=True)):
            if mode is not None:
                part = None if self._dry else self._masked(_times(flow, partial, primitive, i, operands), alive)
                self._deliver(next(outs), part, mode == "+=")

    def _guard(self, operation, places):
        _, sign, held, _ = operation
        out, *operands = places
        before = self._get(out)
        a, b = [self._get(place) for place in operands]
        if not self._dry:
            condition = {"<": a.__lt__, "<=": a.__le__, ">": a.__gt__, ">=": a.__ge__, "==": a.__eq__}[sign](b)
            before = before + condition.select(0.0 if held else 1.0, 1.0 if held else 0.0)
        self._put(out, before)

    def _alive(self, operation, places):
        _, branch, masked, first = operation
        out, *rest = places
        above = self._get(rest.pop(0)) if masked else self._number(1.0)
        condition = self._get(rest[0]) if branch else None
        before = None if first else self._get(out)
        if not self._dry:
            if branch:
                above = select(primitives.where.reaches(branch, (condition, 0.0, 0.0)), above, 0.0)
            above = above if first else before + above
        self._put(out, above)


def _times(flow, partial, primitive, i, operands):
    """Return the contribution along an edge. A derivative of 1 or -1 needs no product."""
    reached = primitive.reaches(i, operands)
    if reached is not True:
        return select(reached, flow * partial, 0)
    if is_real(partial) and abs(partial) == 1:
        return flow if partial == 1 else -flow
    return flow * partial


def _pieces(items):
    """Yield the items in lists that are short enough for one function each."""
    piece: list = []
    length = 0
    for item in items:
        more = size([item])
        if piece and length + more > _MAX_AT_ONCE:
            yield piece
            piece, length = [], 0
        piece.append(item)
        length += more
    yield piece
