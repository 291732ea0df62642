"""The emitter: writes rolled instructions as LLVM code, as nested loops over memory, and keeps numbers in registers.

It goes through the same instructions twice. The first pass only notes which numbers are read back from memory. The
second pass writes code and stores only those. Within code without loops, a computed number is used from its register. A
cell to which a loop adds in every iteration stays in a register during the whole loop.
"""

from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from llvmlite import ir

from autograd.compiler import calls, forms
from autograd.compiler.instructions import (
    CONSTANTS,
    PARAMETER_GRADIENTS,
    PARAMETERS,
    REMEMBERED,
    REMEMBERED_NEXT,
    UPDATED,
    region,
)
from autograd.compiler.loops import Loop, size, slots_of
from autograd.compiler.machine import lane_width
from autograd.compiler.nests import Nest, joined, moved_places, width
from autograd.compiler.registers import INDEX, Lanes, Register
from autograd.engine import primitives
from autograd.engine.algebra import is_real, select

__all__ = ["INDEX", "SUM_FLAGS", "Emitter", "Space", "summed"]

SUM_FLAGS = ("contract", "nsz", "reassoc")  # the sum over a loop may be computed in several parts at once
_MAX_REMEMBERED = 512  # numbers of one region that stay in registers at the start of a loop
_SUM_OF_MEMORY = "=", calls.exact_sum
_MAX_AT_ONCE = 400  # instructions and loops in one function


@dataclass
class Space:
    """The addresses of the regions of slots.

    Attributes:
        pointers: a dict from the first slot of each region to the address of its first number.
        constants: an array of the numbers in the region of constants.
        scalar: the regions that have one number for each slot, shared by all lanes. The others have one for each lane.
        folded: the number of lanes in which the gradients of parameters are kept.
    """

    pointers: dict
    constants: np.ndarray
    scalar: frozenset = frozenset([PARAMETERS, CONSTANTS])
    folded: int = 1


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
        """Set the number in a slot. Gradients of parameters that are added to memory are added there."""
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

    # --- Places

    def _address(self, place, lanes_each):
        """Return the address of the first number of a place, if each slot has ``lanes_each`` numbers."""
        b = self._lanes.builder
        base = region(place[0])
        index = ir.Constant(INDEX, (place[0] - base) * lanes_each)
        for loop, step in place[1]:
            index = b.add(index, b.mul(self._nest.indices[loop], ir.Constant(INDEX, step * lanes_each)))
        return b.gep(self._space.pointers[base], [index])

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
            number = self._load(place, base)
        known[place[0]] = number
        return number

    def _load(self, place, base):
        lanes, b = self._lanes, self._lanes.builder
        if base == CONSTANTS:
            numbers = self._space.constants[self._nest.slots(place)]
            if len(numbers) == 1 or (numbers.view(np.int64) == numbers[:1].view(np.int64)).all():
                return lanes.constant(numbers[0])
        if lanes.count == 1 or base in self._space.scalar:
            return self._splat(b.load(self._address(place, 1)))
        number = b.load(b.bitcast(self._address(place, lanes.count), lanes.type.as_pointer()))
        number.align = self._alignment(lanes.count)
        return Register(number, lanes)

    def _splat(self, number):
        lanes, b = self._lanes, self._lanes.builder
        if lanes.count == 1:
            return Register(number, lanes)
        undefined = ir.Constant(lanes.type, ir.Undefined)
        vector = b.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), [0] * lanes.count)
        return Register(b.shuffle_vector(vector, undefined, zeros), lanes)

    def _alignment(self, count):
        size = (4 if self._lanes.single else 8) * count
        return min(64, size & -size)

    def _put(self, place, number):
        base, terms = region(place[0]), place[1]
        by_terms = self._known.setdefault(base, {})
        for other in [t for t in by_terms if t != terms]:  # they may be the same slot
            by_terms[other] = {slot: known for slot, known in by_terms[other].items() if (slot, other) in self._pinned}
        by_terms.setdefault(terms, {})[place[0]] = number
        if not self._dry:
            self._store(place, base, number)

    def _store(self, place, base, number):
        if self._read_back[base][self._nest.slots(place)].any():
            lanes, b = self._lanes, self._lanes.builder
            address = self._address(place, lanes.count)
            if lanes.count > 1:
                address = b.bitcast(address, lanes.type.as_pointer())
            b.store(number.value, address).align = self._alignment(lanes.count)

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
                self._lanes.builder.store(ir.Constant(self._lanes.element, 0.0), self._address(places[0], 1))
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
            address = self._address(terms[0], self._lanes.count)
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
        b.store(lanes.lift(number).value, self._address((UPDATED + p, terms), 1))
        for k, x in enumerate(memory):
            b.store(lanes.lift(x).value, self._address((REMEMBERED_NEXT + k * n + p, terms), 1))

    def _add_to_gradient(self, out, part, sets=False):
        if self._dry:
            return
        if self._fresh:
            self._sum_to_gradient(out, part, sets)
            return
        lanes, b = self._lanes, self._lanes.builder
        folded = self._space.folded
        type_ = lanes.element if folded == 1 else ir.VectorType(lanes.element, folded)
        address = b.bitcast(self._address(out, folded), type_.as_pointer())
        before = b.load(address)
        before.align = self._alignment(folded)
        total = before
        for piece in self._pieces(lanes.lift(part).value, folded):
            total = b.fadd(total, piece, flags=() if lanes.strict else SUM_FLAGS)
        b.store(total, address).align = self._alignment(folded)

    def _sum_to_gradient(self, out, part, sets):
        """Add the sum over the lanes to a gradient that is one number, or set the gradient to it."""
        lanes, b = self._lanes, self._lanes.builder
        width = min(lanes.count, lane_width())
        first, *rest = self._pieces(lanes.lift(part).value, width)
        for piece in rest:
            first = b.fadd(first, piece, flags=SUM_FLAGS)
        total = summed(b, first) if width > 1 else first
        address = self._address(out, 1)
        b.store(total if sets else b.fadd(b.load(address), total), address)

    def _pieces(self, vector, width):
        """Return a vector of lanes as parts of ``width`` lanes each."""
        count, b = self._lanes.count, self._lanes.builder
        if count == width:
            return [vector]
        undefined = ir.Constant(vector.type, ir.Undefined)
        of = ir.VectorType(ir.IntType(32), width)
        return [b.shuffle_vector(vector, undefined, ir.Constant(of, list(range(k, k + width))))
                for k in range(0, count, width)]  # fmt: skip

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


def summed(b, vector):
    """Return the sum of a vector's numbers, added in any order."""
    type_ = vector.type
    name = f"llvm.vector.reduce.fadd.v{type_.count}f{64 if type_.element == ir.DoubleType() else 32}"
    if name not in b.module.globals:
        ir.Function(b.module, ir.FunctionType(type_.element, [type_.element, type_]), name=name)
    return b.call(b.module.globals[name], [ir.Constant(type_.element, -0.0), vector], fastmath=SUM_FLAGS)


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
