"""Rolled instructions written as LLVM code: nested loops over memory, with every number kept in registers that can be.

Two passes walk the same instructions. The first only notes which numbers are read back from memory; the second writes
code, and stores just those. Within a straight stretch of code what was computed is used from its register. A cell that
a loop adds to in every turn stays in a register for the whole loop.
"""

from dataclasses import dataclass

import numpy as np
from llvmlite import ir

from autograd import primitives
from autograd.algebra import is_real, select
from autograd.graph import along, untaken
from autograd.native import forms
from autograd.native.lowering import CONSTANTS, PARAMETER_GRADIENTS, PARAMETERS, region
from autograd.native.registers import Lanes, Register
from autograd.native.rolling import Loop, slots_of

__all__ = ["INDEX", "Emitter", "Space"]

INDEX = ir.IntType(64)
_SUM_FLAGS = ("contract", "nsz", "reassoc")  # a sum over a loop may be taken in several parts at once
_MOST_REMEMBERED = 512  # numbers of one region kept in registers across the start of a loop

# A place in memory, as loops move it: the slot in the first turn, and for each loop around it its number and the step.
Place = tuple[int, tuple[tuple[int, int], ...]]


@dataclass
class Space:
    """Where the regions of slots lie.

    Attributes:
        pointers: for each region by its first slot the address of its first number.
        constants: the numbers in the region of constants, an array.
        scalar: the regions that hold one number a slot, which all lanes share; the others have one for each lane.
        folded: how many lanes the gradients of parameters are kept in.
    """

    pointers: dict
    constants: np.ndarray
    scalar: frozenset = frozenset([PARAMETERS, CONSTANTS])
    folded: int = 1


class Emitter:
    """Writes a program's code where ``lanes.builder`` stands.

    Args:
        lanes: the :class:`Lanes` to compute in.
        space: a :class:`Space`; a pointer is looked up when it is used.
        sizes: the number of slots of each region, by its first slot.
        fresh: whether gradients of parameters begin at 0, or are added to what is there.
    """

    def __init__(self, lanes: Lanes, space: Space, sizes, fresh: bool = False):
        self._lanes, self._space, self._fresh = lanes, space, fresh
        self._sums = lanes if lanes.strict else Lanes(lanes.builder, lanes.count, single=lanes.single, flags=_SUM_FLAGS)
        self._read_back = {base: np.zeros(size, dtype=bool) for base, size in sizes.items()}
        self._begin(dry=True)

    def _begin(self, dry):
        self._dry = dry
        self._counts: list[int] = []
        self._turns: list = []
        self._known: dict = {}  # region -> loops a place moves with -> first slot -> register

    def write(self, program) -> None:
        """Call ``program()`` twice: it calls :meth:`run`, :meth:`get` and :meth:`put`, the same way both times."""
        self._begin(dry=True)
        program()
        self._begin(dry=False)
        program()

    @property
    def dry(self) -> bool:
        """Whether this is the pass that writes no code."""
        return self._dry

    def run(self, items) -> None:
        """Write the code of instructions and loops."""
        for item in items:
            self._item(item, [(slot, ()) for slot in slots_of([item])])

    def get(self, slot) -> Register | None:
        """The number in a slot; None in the first pass."""
        return self._get((slot, ()))

    def put(self, slot, number) -> None:
        """Set the number in a slot."""
        self._put((slot, ()), number)

    def keep(self, base) -> None:
        """Have every number written to a region stored: it is read by others."""
        self._read_back[base][:] = True

    def forget(self) -> None:
        """Keep nothing in registers from here on: what is read next may have been written elsewhere."""
        self._known = {}

    # --- Places

    def _slots(self, place):
        """Every slot a place takes, an array of the numbers within its region."""
        slot, terms = place
        slots = np.array([slot - region(slot)], dtype=np.int64)
        for loop, step in terms:
            slots = (slots[:, None] + step * np.arange(self._counts[loop], dtype=np.int64)).ravel()
        return slots

    def _span(self, place, beyond=()):
        """The first and the last slot of a place, over the loops that are not in ``beyond``."""
        low = high = place[0]
        for loop, step in place[1]:
            if (loop, step) not in beyond:
                reach = step * (self._counts[loop] - 1)
                low, high = low + min(0, reach), high + max(0, reach)
        return low, high

    def _apart(self, a, b):
        """Whether two places have no slot in common in any one turn of the loops around both."""
        if region(a[0]) != region(b[0]):
            return True
        common = set(a[1]) & set(b[1])
        low, high = self._span(a, common)
        other_low, other_high = self._span(b, common)
        if low > other_high or other_low > high:
            return True
        (low, high), (other_low, other_high) = self._span(a), self._span(b)
        return low > other_high or other_low > high

    def _address(self, place, lanes_each):
        """The address of a place's first number, where a slot has so many."""
        b = self._lanes.builder
        base = region(place[0])
        index = ir.Constant(INDEX, (place[0] - base) * lanes_each)
        for loop, step in place[1]:
            index = b.add(index, b.mul(self._turns[loop], ir.Constant(INDEX, step * lanes_each)))
        return b.gep(self._space.pointers[base], [index])

    # --- Numbers in and out of memory

    def _get(self, place):
        base, terms = region(place[0]), place[1]
        known = self._known.setdefault(base, {}).setdefault(terms, {})
        if place[0] in known:
            return known[place[0]]
        if self._dry:
            if base in self._read_back and base not in self._space.scalar:
                self._read_back[base][self._slots(place)] = True
            number = None
        else:
            number = self._load(place, base)
        known[place[0]] = number
        return number

    def _load(self, place, base):
        lanes, b = self._lanes, self._lanes.builder
        if base == CONSTANTS:
            numbers = self._space.constants[self._slots(place)]
            if len(np.unique(numbers.view(np.int64))) == 1:
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
        for other in [t for t in by_terms if t != terms]:
            del by_terms[other]  # they might be the same slot
        by_terms.setdefault(terms, {})[place[0]] = number
        if not self._dry:
            self._store(place, base, number)

    def _store(self, place, base, number):
        if self._read_back[base][self._slots(place)].any():
            lanes, b = self._lanes, self._lanes.builder
            address = b.bitcast(self._address(place, lanes.count), lanes.type.as_pointer())
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
            end = at + _width(item)
            self._item(item, places[at:end])
            at = end

    def _loop(self, loop, places):
        number = len(self._counts)
        self._counts.append(loop.count)
        self._turns.append(None)
        moved = [(slot, (*terms, (number, step)) if step else terms)
                 for (slot, terms), step in zip(places, loop.steps, strict=True)]  # fmt: skip
        if any(region(self._span(place)[0]) != region(self._span(place)[1]) for place in moved):
            for k in range(loop.count):  # no array: the turns have places of their own
                self._items(loop.body, [(slot + k * step, terms)
                                        for (slot, terms), step in zip(places, loop.steps, strict=True)])  # fmt: skip
            return
        accesses = list(self._accesses(loop.body, moved))
        carried = self._carried(accesses, number)
        self._keep_apart([place for place, writes, _ in accesses if writes], carried)
        starts = [self._get(place) for place in carried]
        outer = {base: {terms: dict(known) for terms, known in by.items()} for base, by in self._known.items()}
        if self._dry:
            self._items(loop.body, moved)
            ends = [None] * len(carried)
        else:
            ends = self._turn_after_turn(loop, number, moved, carried, starts)
        self._known = outer
        for place, end in zip(carried, ends, strict=True):
            self._put(place, end)

    def _turn_after_turn(self, loop, number, moved, carried, starts):
        b = self._lanes.builder
        before, body = b.block, b.append_basic_block("loop")
        b.branch(body)
        b.position_at_end(body)
        turn = b.phi(INDEX)
        turn.add_incoming(ir.Constant(INDEX, 0), before)
        self._turns[number] = turn
        phis = [b.phi(self._lanes.type) for _ in carried]
        for place, phi, start in zip(carried, phis, starts, strict=True):
            phi.add_incoming(start.value, before)
            self._known[region(place[0])].setdefault(place[1], {})[place[0]] = Register(phi, self._lanes)
        self._items(loop.body, moved)
        ends = [self._known[region(place[0])][place[1]][place[0]] for place in carried]
        following = b.add(turn, ir.Constant(INDEX, 1))
        latch = b.block
        turn.add_incoming(following, latch)
        for phi, end in zip(phis, ends, strict=True):
            phi.add_incoming(end.value, latch)
        after = b.append_basic_block("after")
        b.cbranch(b.icmp_signed("<", following, ir.Constant(INDEX, loop.count)), body, after)
        b.position_at_end(after)
        return ends

    def _accesses(self, items, places, direct=True):
        """Every place that items read or write, whether they write it, and whether outside of any loop in them."""
        at = 0
        for item in items:
            end = at + _width(item)
            if isinstance(item, Loop):
                self._counts.append(item.count)
                self._turns.append(None)
                number = len(self._counts) - 1
                inner = [(slot, (*terms, (number, step)) if step else terms)
                         for (slot, terms), step in zip(places[at:end], item.steps, strict=True)]  # fmt: skip
                yield from self._accesses(item.body, inner, direct=False)
            else:
                written = _written(item[0], end - at)
                for k in range(at, end):
                    yield places[k], k - at in written, direct
            at = end

    def _carried(self, accesses, number):
        """The places that stay where they are in a loop, and that it writes: they are kept in registers."""
        found = []
        for place, writes, direct in accesses:
            if not (writes and direct) or place in found or any(loop == number for loop, _ in place[1]):
                continue
            if region(place[0]) == PARAMETER_GRADIENTS and not self._fresh:
                continue
            if all((other == place and d) or self._apart(other, place) for other, _, d in accesses):
                found.append(place)
        return found

    def _keep_apart(self, written, carried):
        """Forget registers of what a loop is going to write."""
        spans: dict = {}
        for place in written:
            if place not in carried:
                low, high = self._span(place)
                spans.setdefault(region(place[0]), []).append((low, high))
        for base, ranges in spans.items():
            by_terms = self._known.get(base, {})
            if sum([len(known) for known in by_terms.values()]) > _MOST_REMEMBERED:
                by_terms.clear()
            for terms, known in by_terms.items():
                for slot in list(known):
                    low, high = self._span((slot, terms))
                    if any(low <= last and first <= high for first, last in ranges):
                        del known[slot]

    # --- Instructions

    def _instruction(self, operation, places):
        kind = operation[0]
        if kind == "zero":
            if self._is_kept(places[0]):
                self._put(places[0], self._number(0.0))
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

    def _is_kept(self, place):
        """Whether a slot starts at 0 here, and is no gradient that is added to."""
        return self._fresh or region(place[0]) != PARAMETER_GRADIENTS

    def _number(self, x):
        return None if self._dry else self._lanes.lift(x)

    def _operands(self, constants, places):
        """The operands of an operation: its constants, and the numbers in the places."""
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
        if not self._is_kept(out):
            self._add_to_gradient(out, part)
        elif grows:
            self._put(out, self._add(self._get(out), part))
        else:
            self._put(out, self._number(part))

    def _add_to_gradient(self, out, part):
        if self._dry:
            return
        lanes, b = self._lanes, self._lanes.builder
        folded = self._space.folded
        type_ = lanes.element if folded == 1 else ir.VectorType(lanes.element, folded)
        address = b.bitcast(self._address(out, folded), type_.as_pointer())
        before = b.load(address)
        before.align = self._alignment(folded)
        total = before
        for piece in self._pieces(lanes.lift(part).value, folded):
            total = b.fadd(total, piece, flags=() if lanes.strict else _SUM_FLAGS)
        b.store(total, address).align = self._alignment(folded)

    def _pieces(self, vector, width):
        """A vector of lanes in parts of so many."""
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
            condition = {"<": a.__lt__, "<=": a.__le__, ">": a.__gt__, ">=": a.__ge__}[sign](b)
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
                above = select(untaken(branch, condition), 0.0, above)
            above = above if first else before + above
        self._put(out, above)


def _times(flow, partial, primitive, i, operands):
    """What flows along an edge; a derivative of 1 or -1 is no product."""
    if primitive is primitives.where:
        return along(primitive, i, partial, flow, operands)
    if is_real(partial) and abs(partial) == 1:
        return flow if partial == 1 else -flow
    return flow * partial


def _width(item):
    return len(item.steps) if isinstance(item, Loop) else len(item[1])


def _written(operation, width):
    """Which of an instruction's slots it writes."""
    if operation[0] != "all":
        return {0}
    _, _, constants, _, masked = operation
    first = 2 + sum([c is None for c in constants])
    return set(range(first, width - masked))
