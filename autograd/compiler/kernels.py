"""Kernels: a lowered program over all samples of a batch, a few at a time, each in a lane of its own.

A kernel consists of two functions. ``block`` computes one group of samples, as many as there are lanes, on memory in
which each slot has a number for each lane. ``run`` copies samples from rows, calls ``block`` for each group, and copies
the results out. The last group may be short. Then its spare lanes repeat the last sample with a seed of 0.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np
from llvmlite import ir

from autograd.compiler.emitting import Emitter
from autograd.compiler.instructions import (
    CONSTANTS,
    INPUT_GRADIENTS,
    INPUTS,
    PARAMETER_GRADIENTS,
    PARAMETERS,
    REMEMBERED,
    REMEMBERED_NEXT,
    UPDATED,
    Lowered,
    is_temporary,
    region,
)
from autograd.compiler.jamming import at_once, jammed
from autograd.compiler.loops import expanded
from autograd.compiler.machine import lane_width
from autograd.compiler.memory import SUM_FLAGS, Space, summed
from autograd.compiler.nests import written_slots
from autograd.compiler.registers import INDEX, Lanes, Register

__all__ = ["Block", "Layout", "counted", "fold", "index", "memory", "runner", "single_contributions", "zero"]

_VOID = ir.VoidType()
_UPDATES = UPDATED, REMEMBERED, REMEMBERED_NEXT, "rate"
_ALIGNMENT = 64


def index(n):
    """Return a constant of LLVM's type for indices."""
    return ir.Constant(INDEX, n)


@contextmanager
def counted(b, count, start=0):
    """Write a loop ``for k in range(start, count)`` at a builder's position. k and the bounds may be LLVM values."""
    start = start if isinstance(start, ir.Value) else index(start)
    count = count if isinstance(count, ir.Value) else index(count)
    before = b.block
    body, after = b.append_basic_block("each"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed("<", start, count), body, after)
    b.position_at_end(body)
    k = b.phi(INDEX)
    k.add_incoming(start, before)
    yield k
    following = b.add(k, index(1))
    k.add_incoming(following, b.block)
    b.cbranch(b.icmp_signed("<", following, count), body, after)
    b.position_at_end(after)


def zero(b, pointer, count, element):
    """Write code that sets ``count`` numbers to 0."""
    with counted(b, count) as k:
        b.store(ir.Constant(element, 0.0), b.gep(pointer, [k]))


def memory(count, dtype=np.float64):
    """Return an array of zeros whose address is a multiple of 64."""
    spare = _ALIGNMENT // np.dtype(dtype).itemsize
    room = np.zeros(count + spare, dtype=dtype)
    start = -(room.ctypes.data // room.itemsize) % spare
    return room[start : start + count]


@dataclass
class Layout:
    """The layout of a program's numbers in the memory that a kernel works on.

    Attributes:
        count: the number of lanes.
        folded: the number of lanes in which gradients of parameters are kept.
        offsets: a dict from each region in working memory to the place of its first number.
        total: the number of floats in working memory.
    """

    count: int
    folded: int
    offsets: dict[int | str, int]
    total: int

    @classmethod
    def of(cls, lowered: Lowered, count: int, folded: int) -> "Layout":
        """Return the layout for ``count`` lanes."""
        offsets: dict = {}
        total = 0
        regions: dict = {base: size * count for base, size in lowered.sizes.items() if is_temporary(base)}
        regions[INPUTS] = regions[INPUT_GRADIENTS] = lowered.sizes.get(INPUTS, 0) * count
        regions[PARAMETER_GRADIENTS] = lowered.sizes.get(PARAMETERS, 0) * folded
        regions["outputs"] = regions["seeds"] = (len(lowered.outputs) + 1) * count
        for base, size in regions.items():
            offsets[base] = total
            total += -(-max(size, 1) // 16) * 16
        return cls(count, folded, offsets, total)


class Block:
    """The function that computes one group of samples.

    Args:
        module: the module in which it is written.
        name: the name of the function.
        lowered: the program.
        forward: the instructions of the forward pass, rolled or not.
        adjoint: the instructions of the reverse sweep, rolled or not.
        count: the number of lanes.
        differentiate: True to run the reverse sweep.
        fresh: True if gradients of parameters begin at 0, for batches of one group.
        update: ``(change, slots)`` to update each parameter as soon as its gradient is found, instead of storing the
            gradient; see :class:`Emitter`. This requires ``fresh``, one lane, and :func:`single_contributions`.
        **options: the options ``strict``, ``single`` and ``flags`` of :class:`Lanes`.

    The arguments of the function are addresses: of parameters and constants, then of the regions in working memory in
    the order of ``layout.offsets``. With an update, these follow: the new parameters, the optimizer's memory before and
    after, and the rate.
    """

    def __init__(
        self, module, name, lowered, forward, adjoint, count, *, differentiate, fresh=False, update=None, **options
    ):
        self.layout = Layout.of(lowered, count, 1 if fresh else min(count, lane_width()))
        self.lowered, self.fresh = lowered, fresh
        self._builder = b = ir.IRBuilder()
        self.lanes = lanes = Lanes(b, count, **options)
        pointer = lanes.element.as_pointer()
        arguments = [PARAMETERS, CONSTANTS, *self.layout.offsets, *(_UPDATES if update else ())]
        self.function = ir.Function(module, ir.FunctionType(_VOID, [pointer] * len(arguments)), name=name)
        self.function.linkage = "internal"
        self.function.attributes.add("nounwind")
        for argument in self.function.args:
            argument.add_attribute("noalias")
        self.pointers = dict(zip(arguments, self.function.args, strict=True))
        b.position_at_end(self.function.append_basic_block("entry"))
        scalar = frozenset([PARAMETERS, CONSTANTS])
        space = Space(self.pointers, np.array(lowered.constants), scalar, self.layout.folded)
        sizes = {**lowered.sizes, PARAMETER_GRADIENTS: lowered.sizes.get(PARAMETERS, 0),
                 INPUT_GRADIENTS: lowered.sizes.get(INPUTS, 0)}  # fmt: skip
        update = (*update, "rate") if update else None
        # LLVM optimizes loops better if their numbers of iterations are constants.
        forward, adjoint = [jammed(expanded(items), at_once(count)) for items in (forward, adjoint)]
        self.emitter = emitter = Emitter(lanes, space, sizes, fresh, update)

        def program():
            emitter.run(forward)
            outputs = [emitter.get(slot) for slot in lowered.outputs]
            if lowered.violations is not None:
                outputs.append(emitter.get(lowered.violations))
            if differentiate:
                for slot in dict.fromkeys([slot for slot in lowered.seeds if slot is not None]):
                    emitter.put(slot, None if emitter.dry else self._seed(slot))
                emitter.keep(INPUT_GRADIENTS)
                if fresh:
                    emitter.keep(PARAMETER_GRADIENTS)
                emitter.run(adjoint)
            if not emitter.dry:
                for k, y in enumerate(outputs):
                    self._store("outputs", k, y)

        emitter.write(program)
        b.ret_void()

    def _wide(self, base, k):
        b, lanes = self._builder, self.lanes
        address = b.gep(self.pointers[base], [index(k * lanes.count)])
        return b.bitcast(address, lanes.type.as_pointer())

    def _store(self, base, k, number):
        self._builder.store(number.value, self._wide(base, k)).align = self.alignment

    def _seed(self, slot):
        """Return the first adjoint of a slot: the sum of the seeds of all outputs that are this node."""
        seeds = []
        for k, other in enumerate(self.lowered.seeds):
            if other == slot:
                seed = self._builder.load(self._wide("seeds", k))
                seed.align = self.alignment
                seeds.append(Register(seed, self.lanes))
        return sum(seeds[1:], seeds[0])

    @property
    def alignment(self):
        """The alignment of a slot's numbers, in bytes."""
        size = (4 if self.lanes.single else 8) * self.lanes.count
        return min(_ALIGNMENT, size & -size)

    def call(self, b, parameters, constants, work, rows=None, gradient=None, updates=()):
        """Write a call of the function, with working memory at ``work``.

        With one lane, ``rows`` may be the address of the sample's inputs, and ``gradient`` that of its gradient, so
        that nothing is copied. ``updates`` are the further arguments of a block with an update.
        """
        elsewhere = {INPUTS: rows, PARAMETER_GRADIENTS: gradient}
        arguments = [parameters, constants]
        for base, offset in self.layout.offsets.items():
            place = elsewhere.get(base)
            arguments.append(b.gep(work, [index(offset)]) if place is None else place)
        b.call(self.function, [*arguments, *updates])


def single_contributions(lowered: Lowered) -> bool:
    """Return True if the gradient of each parameter is a single contribution, so that it is complete at once."""
    outs = []
    for instruction in lowered.adjoint:
        operation = cast("tuple", instruction[0])  # the type of loops says only that operations are hashable
        slots = instruction[1]
        written = [slots[k] for k in written_slots(operation, len(slots))]
        mine = [slot for slot in written if region(slot) == PARAMETER_GRADIENTS]
        grows = operation[0] in ("zero", "d+=") or (operation[0] == "all" and "+=" in operation[3])
        if mine and grows:
            return False
        outs += mine
    return len(outs) == len(set(outs)) == lowered.sizes.get(PARAMETERS, 0)


def runner(module, block: Block, name="run"):
    """Return the function ``run(parameters, constants, X, order, seeds, Y, G, XG, work, n)`` around a block.

    X has one row of inputs for each sample, and ``order`` selects rows. For the k-th selected row, row k of seeds has
    the adjoint of each output, row k of Y gets the outputs (and the number of violated guards), and row k of XG gets
    the derivatives with respect to the inputs. The derivatives with respect to the parameters are added to G. Y, XG and
    seeds may be null.
    """
    lanes, lowered, layout = block.lanes, block.lowered, block.layout
    count, element = layout.count, lanes.element
    pointer, order_pointer = element.as_pointer(), INDEX.as_pointer()
    kind = ir.FunctionType(_VOID, [pointer] * 3 + [order_pointer] + [pointer] * 5 + [INDEX])
    function = ir.Function(module, kind, name=name)
    parameters, constants, X, order, seeds, Y, G, XG, work, n = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    n_inputs, n_outputs = lowered.sizes.get(INPUTS, 0), len(lowered.outputs)
    n_results = n_outputs + (lowered.violations is not None)
    n_parameters = lowered.sizes.get(PARAMETERS, 0)

    def room(base):
        return b.gep(work, [index(layout.offsets[base])])

    inputs, outputs, lanes_seeds = room(INPUTS), room("outputs"), room("seeds")
    gradients, input_gradients = room(PARAMETER_GRADIENTS), room(INPUT_GRADIENTS)
    zero(b, gradients, n_parameters * layout.folded, element)
    groups = b.udiv(b.add(n, index(count - 1)), index(count))
    with counted(b, groups) as group:
        first = b.mul(group, index(count))
        with counted(b, count) as lane:
            k = b.add(first, lane)
            inside = b.icmp_signed("<", k, n)
            k = b.select(inside, k, b.sub(n, index(1)))
            row = b.mul(b.load(b.gep(order, [k])), index(n_inputs))
            with counted(b, n_inputs) as i:
                x = b.load(b.gep(X, [b.add(row, i)]))
                b.store(x, b.gep(inputs, [b.add(b.mul(i, index(count)), lane)]))
            with b.if_then(b.icmp_unsigned("!=", b.ptrtoint(seeds, INDEX), index(0))), counted(b, n_outputs) as o:
                seed = b.load(b.gep(seeds, [b.add(b.mul(k, index(n_outputs)), o)]))
                seed = b.select(inside, seed, ir.Constant(element, 0.0))
                b.store(seed, b.gep(lanes_seeds, [b.add(b.mul(o, index(count)), lane)]))
        block.call(b, parameters, constants, work)
        last = b.sub(n, first)
        last = b.select(b.icmp_signed("<", last, index(count)), last, index(count))
        for target, source, width in ((Y, outputs, n_results), (XG, input_gradients, n_inputs)):
            with b.if_then(b.icmp_unsigned("!=", b.ptrtoint(target, INDEX), index(0))), counted(b, last) as lane:
                row = b.mul(b.add(first, lane), index(width))
                with counted(b, width) as i:
                    y = b.load(b.gep(source, [b.add(b.mul(i, index(count)), lane)]))
                    b.store(y, b.gep(target, [b.add(row, i)]))
        if lanes.strict:
            fold(b, gradients, G, n_parameters, 1, element, clear=True)
    fold(b, gradients, G, n_parameters, layout.folded, element)
    b.ret_void()
    return function


def fold(b, gradients, G, n_parameters, folded, element, clear=False):
    """Write code that adds up the lanes of each parameter's gradient, for as many parameters at a time as lanes."""
    whole = n_parameters // folded * folded
    with counted(b, whole // folded) as k:
        _fold(b, gradients, G, b.mul(k, index(folded)), folded, folded, element, clear)
    if folded > 1:
        with counted(b, n_parameters, start=whole) as p:
            _fold(b, gradients, G, p, 1, folded, element, clear)


def _fold(b, gradients, G, first, count, folded, element, clear):
    """Write code that adds up the lanes of one parameter, or of as many parameters as there are lanes."""
    vector = ir.VectorType(element, folded)
    numbers = []
    for k in range(count):
        address = b.gep(gradients, [b.mul(b.add(first, index(k)), index(folded))])
        if folded > 1:
            address = b.bitcast(address, vector.as_pointer())
        numbers.append(b.load(address))
        if clear:
            b.store(ir.Constant(numbers[-1].type, None), address)
    address = b.gep(G, [first])
    if count == 1:
        total = summed(b, numbers[0]) if folded > 1 else numbers[0]
        b.store(b.fadd(b.load(address), total), address)
        return
    address = b.bitcast(address, vector.as_pointer())
    before = b.load(address)
    before.align = 4  # the alignment of one number, since the sums are not aligned for a vector
    b.store(b.fadd(before, _sums(b, numbers)), address).align = 4


def _sums(b, vectors):
    """Return a vector with the sum of each of ``n`` vectors of ``n`` numbers, added in any order.

    Each step adds pairs of vectors: the numbers at places with a certain bit to those at places without it. After the
    last step, for the highest bit, place k has the sum of vector k.
    """
    n = len(vectors)
    undefined = ir.Constant(ir.VectorType(ir.IntType(32), n), ir.Undefined)
    bit = 1
    while len(vectors) > 1:
        first = [k - k // bit % 2 * bit + k // bit % 2 * n for k in range(n)]
        pick = [ir.Constant(undefined.type, [k + move for k in first]) for move in (0, bit)]
        vectors = [
            b.fadd(*[b.shuffle_vector(one, other, places) for places in pick], flags=SUM_FLAGS)
            for one, other in zip(vectors[::2], vectors[1::2], strict=True)
        ]
        bit *= 2
    return vectors[0]
