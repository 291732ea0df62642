"""Gradient descent in machine code: whole epochs, shuffling and updates included.

What an update does to a parameter is an optimizer's own rule, replayed over registers as the rules of calculus are.
Parameters and what the optimizer remembers of them are kept twice: an update reads one copy and writes the other, and
the two change places when all that was written is finite. So an update is whole or not at all.
"""

import ctypes
import math
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache

import numpy as np
from llvmlite import ir

from autograd.compiler.calls import interruptible
from autograd.compiler.emitting import INDEX
from autograd.compiler.halves import ARRAYS, SHARED, Half, HalfCode
from autograd.compiler.kernels import Block, counted, fold, index, single_contributions, zero
from autograd.compiler.kernels import memory as aligned
from autograd.compiler.loops import expanded
from autograd.compiler.lowering import INPUTS, PARAMETER_GRADIENTS, PARAMETERS, lower
from autograd.compiler.machine import Code, lane_width
from autograd.compiler.programs import kernel, lanes_for
from autograd.compiler.registers import DOUBLE, Lanes, Register
from autograd.compiler.rolling import roll
from autograd.compiler.shuffling import STATE, shuffler
from autograd.compiler.splitting import split

__all__ = ["Descent", "Progress"]

_BIT, _POINTER = ir.IntType(1), ctypes.c_void_p
_WORTH_HALVES = 300_000  # instructions in a batch from which on a second thread pays
_WORTH_LAST = 3e9  # instructions in lanes left empty from which on code of its own for a last group pays
_STOPPED, _GRADIENT = 1, 2
# Places in the state. A call counts its epochs and updates from 0, and the updates of all calls are counted, too.
_EPOCH, _PLACE, _UPDATES, _STATUS, _HITS, _COPY, _BEGUN, _PENDING, _TOTAL, _STATE_SIZE = range(10)
_ARGUMENTS = (
    "parameters", "constants", "memory", "rows", "order", "labels", "rates", "losses", "hits", "state", "sums",
    "gradient", "random", "work", *ARRAYS,
)  # fmt: skip
_COUNTS = ("samples", "batch", "epochs", "budget", "moving_rate", "shuffles", "gradient_only", "first_half")


@dataclass
class Progress:
    """The progress of a descent.

    Attributes:
        losses: of each epoch that was completed in this call, the sum over its samples.
        hits: likewise, how many answers were right.
        updates: how many updates this call made.
        stopped: True where the next update would have a number that is not finite: nothing of it was done.
        gradient: where the update is left to the caller, the average gradient of the next batch; else None.
    """

    losses: list
    hits: list
    updates: int
    stopped: bool
    gradient: np.ndarray | None


class _Shape:
    """The part of a lowered sample that is kept: enough to find its kernel again.

    Attributes:
        structure: of the rolled programs, a key. length, adjoint_length: how many instructions there were.
        sizes, constants: as of :class:`autograd.compiler.lowering.Lowered`.
    """

    def __init__(self, low, rolled):
        forward, adjoint = rolled
        self.structure = repr(forward), repr(adjoint), tuple(low.outputs), np.array(low.constants).tobytes()
        self.length, self.adjoint_length = len(low.forward) + len(low.adjoint), len(low.adjoint)
        self.sizes, self.constants = low.sizes, low.constants


_MOST_SHAPES = 64
_shapes: OrderedDict = OrderedDict()  # those used last, by what a sample computes


def _lowered_once(key, lowered):
    """The :class:`_Shape` of a key."""
    found = _shapes.pop(key, None)
    if found is None:
        found = _Shape(*lowered())
    _shapes[key] = found
    while len(_shapes) > _MOST_SHAPES:
        _shapes.popitem(last=False)
    return found


def _rolled(low, one_by_one):
    """The forward and the adjoint program as loops."""
    forward, adjoint = roll(low.forward), roll(low.adjoint)
    return (split(expanded(forward)), split(expanded(adjoint))) if one_by_one else (forward, adjoint)


class Descent:
    """A model's training compiled to machine code.

    Args:
        loss: the loss of one sample, a Value. outputs: the model's outputs, Values, for counting right answers.
        parameters: the leaves to train. inputs: the leaves that a row of ``rows`` fills: inputs and targets.
        rows: an array of shape ``(samples, inputs)``.
        labels: for each sample the index of the right output (of a single one: 1 where it is to be above 0), or None.
        batch_size: samples an update.
        change: ``change(w, gradient, rate, memory)``, what an optimizer makes of one parameter: its new number, and
            what it remembers, over any kind of number; or None, where updates are left to the caller.
        memory: how many numbers are remembered for each parameter.
        key: what ``change`` depends on, for the cache of compiled code.
        shuffle: the state of a ``random.Random`` to shuffle with before each epoch, or None.
        updates: how many there are going to be, about: for many, more is compiled.
        shape: what the sample computes, as a key: the second descent of a shape is not lowered again. Or None.

    The numbers are in arrays of this object: ``numbers`` of the parameters, ``memory`` of shape (memory, parameters).
    """

    def __init__(
        self, loss, outputs, parameters, inputs, rows, labels, batch_size, change=None, memory=0, key=None,
        shuffle=None, updates=math.inf, shape=None,
    ):  # fmt: skip
        self._outputs = [loss, *outputs]
        self._rows = np.ascontiguousarray(rows, dtype=np.float64)
        self._samples, self._batch = len(self._rows), min(batch_size, len(self._rows))
        self._labels = None if labels is None else np.ascontiguousarray(labels, dtype=np.int64)
        self._n = len(parameters)
        self._lanes = 1 if self._batch < 3 else 0
        one_by_one = self._lanes == 1

        @cache
        def lowered():
            low = lower(
                self._outputs, parameters, inputs, of_inputs=False, gather_adjoints=not one_by_one, differentiated=1
            )
            return low, _rolled(low, one_by_one)

        low = _lowered_once((shape, one_by_one), lowered) if shape is not None else _Shape(*lowered())
        self._lanes = self._lanes or lanes_for(low, self._batch, lane_width(), 8)
        self._last = _last_lanes(self._batch, self._lanes)  # 0: none
        if updates * (self._lanes - self._last) * low.length < _WORTH_LAST:
            self._last = 0
        single = self._batch <= self._lanes  # a batch is one group
        # Halves, whatever the machine, so that the last digits are the same on all of them.
        halves = self._batch * low.adjoint_length >= _WORTH_HALVES and not single

        def build():
            fresh, rolled = lowered()
            return _Kernel(fresh, *rolled, self._lanes, self._last, single, change, memory, labels is not None, halves)

        self._kernel = kernel(
            ("descent", low.structure, tuple(sorted(low.sizes.items())), self._lanes, self._last, single, memory, key,
             labels is None, halves),
            build,
        )  # fmt: skip
        self._changes = change is not None
        self._slots = memory
        self._parameters = np.zeros((2, max(self._n, 1)))
        self._memory = np.zeros((2, max(memory * self._n, 1)))
        self._constants = np.array([*low.constants, 0.0])
        self._order = np.arange(self._samples)
        self._state = np.zeros(_STATE_SIZE, dtype=np.int64)
        self._losses, self._hits = np.zeros(1), np.zeros(1, dtype=np.int64)
        self._sums = np.zeros(2)
        self._gradient = np.zeros(max(self._n, 1))
        self._work = aligned(self._kernel.room)
        self._half = Half(self._n, self._kernel.room) if halves else None
        self._first_half = -(-self._batch // (2 * self._lanes)) * self._lanes
        self._shuffles = shuffle is not None
        self._random = np.zeros(STATE, dtype=np.uint32)
        if shuffle is not None:
            self._random[:] = shuffle[1]

    @property
    def numbers(self):
        """The parameters, an array to read and to write."""
        return self._parameters[self._state[_COPY]][: self._n]

    @property
    def memory(self):
        """The optimizer's memory, an array of shape ``(memory, parameters)`` to read and to write."""
        return self._memory[self._state[_COPY]][: self._slots * self._n].reshape(self._slots, self._n)

    @property
    def order(self):
        """The samples in the order of the running epoch, an array."""
        return self._order

    @property
    def batch(self):
        """The samples of the next update, a list of indices."""
        place = int(self._state[_PLACE])
        return self._order[place : place + self._batch].tolist()

    @property
    def updates(self):
        """The number of all updates, those by the caller included."""
        return int(self._state[_TOTAL])

    @property
    def pending(self):
        """Of the batch whose update is left to the caller, the sum of the losses and the number of right answers."""
        return float(self._sums[1]), int(self._state[_PENDING])

    def random_state(self, before):
        """The state of the generator that shuffles, in the form of ``random.Random.getstate``."""
        return (before[0], tuple(self._random.tolist()), before[2])

    def run(self, epochs, budget, rates) -> Progress:
        """Make updates.

        Args:
            epochs: stop after so many whole epochs.
            budget: stop after so many updates, within an epoch or not.
            rates: the rate, or an array with one for each update of the budget.
        """
        rates = np.ascontiguousarray(np.atleast_1d(rates), dtype=np.float64)
        self._state[[_EPOCH, _UPDATES, _STATUS]] = 0
        most = max(min(epochs, budget), 1)  # an epoch is an update at least
        self._losses, self._hits = losses, hits = np.zeros(most), np.zeros(most, dtype=np.int64)
        arrays = {
            "parameters": self._parameters, "constants": self._constants, "memory": self._memory, "rows": self._rows,
            "order": self._order, "labels": self._labels, "rates": rates, "losses": losses, "hits": hits,
            "state": self._state, "sums": self._sums, "gradient": self._gradient, "random": self._random,
            "work": self._work, **(self._half.arrays if self._half else dict.fromkeys(ARRAYS)),
        }  # fmt: skip
        addresses = {name: None if array is None else array.ctypes.data for name, array in arrays.items()}
        counts = (self._samples, self._batch, epochs, budget, len(rates) > 1, self._shuffles, not self._changes,
                  self._first_half)  # fmt: skip
        helped = nullcontext()
        if self._half is not None:
            helped = self._half.helped_by(self._kernel.helper, *[addresses[name] for name in (*ARRAYS, *SHARED)])
        with helped, interruptible(self._kernel.code.text):
            self._kernel.run(*[addresses[name] for name in _ARGUMENTS], *[int(n) for n in counts])
        return self.progress()

    def progress(self) -> Progress:
        """The result of the last :meth:`run`, also if an interrupt kept it from returning."""
        done = int(self._state[_EPOCH])
        status = self._state[_STATUS]
        gradient = self._gradient[: self._n].copy() if status == _GRADIENT else None
        losses, hits = self._losses[:done].tolist(), self._hits[:done].tolist()
        return Progress(losses, hits, int(self._state[_UPDATES]), status == _STOPPED, gradient)

    def advance(self, loss, hits):
        """Count the next batch as done: its update was made by the caller, with this sum of losses and right answers.

        Returns:
            The sums of the epoch, if it was the last of one; else None.
        """
        self._sums[0] += loss
        self._state[_HITS] += hits
        self._state[_TOTAL] += 1
        self._state[_PLACE] = min(int(self._state[_PLACE]) + self._batch, self._samples)
        if self._state[_PLACE] < self._samples:
            return None
        self._state[_PLACE] = self._state[_BEGUN] = 0
        return float(self._sums[0]), int(self._state[_HITS])


def _last_lanes(batch, count):
    """In how many lanes the last group of a batch could be computed, if they are fewer than ``count``; else 0."""
    left, lanes = batch % count, lane_width()
    while lanes < left:
        lanes *= 2
    return lanes if left and lanes < count else 0


class _Kernel:
    """The code of a descent: one function that makes updates until there is a reason to stop."""

    def __init__(self, lowered, forward, adjoint, count, last, single, change, slots, counts_hits, halves):
        module = ir.Module("deltagrad")
        self._lowered, self._n, self._slots, self._counts_hits = (
            lowered,
            lowered.sizes.get(PARAMETERS, 0),
            slots,
            counts_hits,
        )
        # One sample's gradient need not be kept: each parameter is updated where its own is found.
        self._fused = single and count == 1 and change is not None and single_contributions(lowered)
        self.block, self._last_block = [
            Block(module, name, lowered, forward, adjoint, lanes, differentiate=True, fresh=single, flags=("contract",),
                  update=(change, slots) if self._fused else None) if lanes else None
            for name, lanes in (("block", count), ("last", last))
        ]  # fmt: skip
        # The short last group has working memory of its own behind that of the others, but for the gradients.
        self.room = self.block.layout.total + (self._last_block.layout.total if last else 0)
        self._batch, self._finite = self._batch_gradient(module), _finite_check(module)
        self._halves = HalfCode(module, self._batch) if halves else None
        update = None if change is None or self._fused else _updater(module, change, self._n, slots)
        self._epochs(module, shuffler(module), update)
        self.code = Code(module, vectorize=True, pack=count == 1)
        self.run = self.code.function("epochs", *[_POINTER] * len(_ARGUMENTS), *[ctypes.c_int64] * len(_COUNTS))
        self.helper = self.code.function("helper", *[_POINTER] * (len(ARRAYS) + len(SHARED))) if halves else None
        del (
            self._lowered,
            self.block,
            self._last_block,
            self._batch,
            self._finite,
            self._halves,
        )  # what the code was made of

    def _epochs(self, module, shuffle, update):
        double, whole = DOUBLE.as_pointer(), INDEX.as_pointer()
        kinds = {"order": whole, "labels": whole, "hits": whole, "state": whole, "random": ir.IntType(32).as_pointer(),
                 **ARRAYS}  # fmt: skip
        kind = ir.FunctionType(ir.VoidType(), [kinds.get(name, double) for name in _ARGUMENTS] + [INDEX] * len(_COUNTS))
        function = ir.Function(module, kind, name="epochs")
        self._given = given = dict(zip((*_ARGUMENTS, *_COUNTS), function.args, strict=True))
        self._b = b = ir.IRBuilder(function.append_basic_block("entry"))
        check, update_block, end = [b.append_basic_block(name) for name in ("check", "update", "end")]
        b.branch(check)
        b.position_at_end(check)
        more = b.and_(
            b.icmp_signed("<", self._get(_EPOCH), given["epochs"]),
            b.icmp_signed("<", self._get(_UPDATES), given["budget"]),
        )
        b.cbranch(more, update_block, end)
        b.position_at_end(update_block)
        with b.if_then(b.icmp_signed("==", self._get(_BEGUN), index(0))):
            with b.if_then(b.icmp_signed("!=", given["shuffles"], index(0))):
                b.call(shuffle, [given["order"], given["samples"], given["random"]])
            b.store(ir.Constant(DOUBLE, 0.0), given["sums"])
            self._set(_HITS, index(0))
            self._set(_BEGUN, index(1))
        self._one_update(update, check, end)
        b.position_at_end(end)
        b.ret_void()

    def _get(self, place):
        return self._b.load(self._b.gep(self._given["state"], [index(place)]))

    def _set(self, place, n):
        self._b.store(n, self._b.gep(self._given["state"], [index(place)]))

    def _one_update(self, update, check, end):
        b, given, n = self._b, self._given, self._n
        place = self._get(_PLACE)
        left = b.sub(given["samples"], place)
        size = b.select(b.icmp_signed("<", left, given["batch"]), left, given["batch"])
        copy = self._get(_COPY)
        parameters = b.gep(given["parameters"], [b.mul(copy, index(max(n, 1)))])
        gradient = given["gradient"]
        share = b.fdiv(ir.Constant(DOUBLE, 1.0), b.sitofp(size, DOUBLE))
        pending = [b.gep(given["sums"], [index(1)]), b.gep(given["state"], [index(_PENDING)])]
        at = b.gep(given["order"], [place])
        other = b.sub(index(1), copy)
        step = b.select(b.icmp_signed("!=", given["moving_rate"], index(0)), self._get(_UPDATES), index(0))
        rate, room = b.gep(given["rates"], [step]), index(max(self._slots * n, 1))
        new = b.gep(given["parameters"], [b.mul(other, index(max(n, 1)))])
        remembered, new_remembered = [b.gep(given["memory"], [b.mul(k, room)]) for k in (copy, other)]
        updates = [new, remembered, new_remembered, rate] if self._fused else []
        mine = size
        if self._halves is not None:
            mine = b.select(b.icmp_signed("<", size, given["first_half"]), size, given["first_half"])
            self._halves.offer(b, given, parameters, b.gep(at, [mine]), b.sub(size, mine), share)
        b.call(self._batch, [parameters, given["constants"], given["rows"], at, given["labels"], gradient, *pending,
                             given["work"], mine, share, *updates])  # fmt: skip
        if self._halves is not None:
            self._halves.collect(b, given, n, gradient, *pending)
        loss, hits = [b.load(address) for address in pending]
        finite = b.fcmp_ordered("==", b.fsub(loss, loss), ir.Constant(DOUBLE, 0.0))
        goes_on, stops = b.append_basic_block("finite"), b.append_basic_block("stops")
        b.cbranch(finite, goes_on, stops)
        b.position_at_end(stops)
        self._set(_STATUS, index(_STOPPED))
        b.branch(end)
        b.position_at_end(goes_on)
        hands_over, here = b.append_basic_block("hands_over"), b.append_basic_block("here")
        b.cbranch(b.icmp_signed("!=", given["gradient_only"], index(0)), hands_over, here)
        b.position_at_end(hands_over)
        self._set(_STATUS, index(_GRADIENT))
        b.branch(end)
        b.position_at_end(here)
        if update is None and not self._fused:
            b.branch(end)
            return
        if self._fused:
            ok = b.and_(*[b.call(self._finite, [array, index(size)])
                          for array, size in ((new, n), (new_remembered, self._slots * n))])  # fmt: skip
        else:
            ok = b.call(update, [parameters, new, remembered, new_remembered, gradient, b.load(rate)])
        done = b.append_basic_block("done")
        b.cbranch(ok, done, stops)
        b.position_at_end(done)
        self._set(_COPY, other)
        b.store(b.fadd(b.load(given["sums"]), loss), given["sums"])
        self._set(_HITS, b.add(self._get(_HITS), hits))
        for counter in (_UPDATES, _TOTAL):
            self._set(counter, b.add(self._get(counter), index(1)))
        place = b.add(place, size)
        self._set(_PLACE, place)
        with b.if_then(b.icmp_signed(">=", place, given["samples"])):
            epoch = self._get(_EPOCH)
            b.store(b.load(given["sums"]), b.gep(given["losses"], [epoch]))
            b.store(self._get(_HITS), b.gep(given["hits"], [epoch]))
            self._set(_EPOCH, b.add(epoch, index(1)))
            self._set(_PLACE, index(0))
            self._set(_BEGUN, index(0))
        b.branch(check)

    def _batch_gradient(self, module):
        """The function ``batch(parameters, constants, rows, order, labels, gradient, loss, hits, work, size, share)``.

        With an update in it, what that takes follows. Of the samples that ``order`` begins with, it writes the sum of
        the losses, the number of right answers, and ``share`` times the sum of the gradients.
        """
        double, whole = DOUBLE.as_pointer(), INDEX.as_pointer()
        kinds = [double] * 3 + [whole] * 2 + [double] * 2 + [whole, double, INDEX, DOUBLE]
        kind = ir.FunctionType(ir.VoidType(), kinds + [double] * (4 if self._fused else 0))
        function = ir.Function(module, kind, name="batch")
        gradient, loss, hits, work, size = function.args[5:10]
        b = ir.IRBuilder(function.append_basic_block("entry"))
        folded, count = self.block.layout.folded, self.block.layout.count
        b.store(ir.Constant(DOUBLE, 0.0), loss)
        b.store(index(0), hits)
        gradients = b.gep(work, [index(self.block.layout.offsets[PARAMETER_GRADIENTS])])
        if not self.block.fresh:
            zero(b, gradients, self._n * folded, DOUBLE)
        wide, last = size, self._last_block
        if last is not None:  # what is left over is its, where that fits into its fewer lanes
            left = b.urem(size, index(count))
            fits = b.icmp_unsigned("<=", left, index(last.layout.count))
            wide = b.sub(size, b.select(fits, left, index(0)))

        def one_group(block, first, work):
            self._group(b, block, function.args, first, work, gradients)

        with counted(b, b.udiv(b.add(wide, index(count - 1)), index(count))) as group:
            one_group(self.block, b.mul(group, index(count)), work)
        if last is not None:
            with b.if_then(b.icmp_unsigned("<", wide, size)):
                one_group(last, wide, b.gep(work, [index(self.block.layout.total)]))
        if not self.block.fresh:
            zero(b, gradient, self._n, DOUBLE)
            fold(b, gradients, gradient, self._n, folded, DOUBLE)
        b.ret_void()
        return function

    def _group(self, b, block, arguments, first, work, gradients):
        """Compute the samples from ``first`` on, as many as the block has lanes, with working memory of its own."""
        parameters, constants, rows, order, labels, gradient, loss, hits, _, size, share, *updates = arguments
        layout, count, n_inputs = block.layout, block.layout.count, self._lowered.sizes.get(INPUTS, 0)
        inputs, outputs, seeds = [b.gep(work, [index(layout.offsets[base])]) for base in (INPUTS, "outputs", "seeds")]

        def sample(k):
            return b.load(b.gep(order, [k]))

        left = b.sub(size, first)
        inside = b.select(b.icmp_signed("<", left, index(count)), left, index(count))
        row = None
        with counted(b, count) as lane:
            k = b.add(first, lane)
            held = b.icmp_signed("<", k, size)
            if count > 1:
                start = b.mul(sample(b.select(held, k, b.sub(size, index(1)))), index(n_inputs))
                with counted(b, n_inputs) as i:
                    x = b.load(b.gep(rows, [b.add(start, i)]))
                    b.store(x, b.gep(inputs, [b.add(b.mul(i, index(count)), lane)]))
            b.store(b.select(held, share, ir.Constant(DOUBLE, 0.0)), b.gep(seeds, [lane]))
        if count == 1:
            row = b.gep(rows, [b.mul(sample(first), index(n_inputs))])
        block.call(b, parameters, constants, work, row, gradient if block.fresh else gradients, updates)
        with counted(b, inside) as lane:
            b.store(b.fadd(b.load(loss), b.load(b.gep(outputs, [lane]))), loss)
            if self._counts_hits:
                label = b.load(b.gep(labels, [sample(b.add(first, lane))]))
                hit = b.icmp_signed("==", self._answer(b, block, outputs, lane), label)
                b.store(b.add(b.load(hits), b.zext(hit, INDEX)), hits)

    def _answer(self, b, block, outputs, lane):
        """The index of a lane's largest output, the first of equals; of a single one, whether it is above 0."""
        count, n = block.layout.count, len(self._lowered.outputs) - 1

        def output(o):
            return b.load(b.gep(outputs, [b.add(index((o + 1) * count), lane)]))

        if n == 1:
            return b.zext(b.fcmp_ordered(">", output(0), ir.Constant(DOUBLE, 0.0)), INDEX)
        best, answer = output(0), index(0)
        for o in range(1, n):
            y = output(o)
            larger = b.fcmp_ordered(">", y, best)
            best, answer = b.select(larger, y, best), b.select(larger, index(o), answer)
        return answer


def _finite_check(module):
    """The function ``all_finite(array, n)``."""
    function = ir.Function(module, ir.FunctionType(_BIT, [DOUBLE.as_pointer(), INDEX]), name="all_finite")
    function.linkage = "internal"
    array, n = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    wrong = b.alloca(INDEX)
    b.store(index(0), wrong)
    with counted(b, n) as k:
        b.store(b.or_(b.load(wrong), _not_finite(Register(b.load(b.gep(array, [k])), Lanes(b)))), wrong)
    b.ret(b.icmp_signed("==", b.load(wrong), index(0)))
    return function


def _not_finite(x):
    """1 for an infinity or a NaN, else 0."""
    b = x.lanes.builder
    return b.zext(b.fcmp_unordered(">=", abs(x).value, ir.Constant(DOUBLE, math.inf)), INDEX)


def _updater(module, change, n, slots):
    """The function ``update(w, new_w, memory, new_memory, gradient, rate)``, which tells whether all is finite."""
    pointer = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(_BIT, [pointer] * 5 + [DOUBLE]), name="update")
    for argument in function.args[:5]:
        argument.add_attribute("noalias")
    w, new_w, remembered, new_remembered, gradient, rate = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    lanes = Lanes(b)
    before = b.block
    body, after = b.append_basic_block("each"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed("<", index(0), index(n)), body, after)
    b.position_at_end(body)
    p, bad = b.phi(INDEX), b.phi(INDEX)
    p.add_incoming(index(0), before)
    bad.add_incoming(index(0), before)

    def at(array, k=0):
        return b.gep(array, [b.add(p, index(k * n))])

    memory = [Register(b.load(at(remembered, k)), lanes) for k in range(slots)]
    old = Register(b.load(at(w)), lanes)
    new, memory = change(old, Register(b.load(at(gradient)), lanes), Register(rate, lanes), memory)
    spoilt = bad
    for number, address in [(new, at(new_w)), *[(x, at(new_remembered, k)) for k, x in enumerate(memory)]]:
        value = lanes.lift(number).value
        b.store(value, address)
        spoilt = b.or_(spoilt, _not_finite(Register(value, lanes)))
    following = b.add(p, index(1))
    p.add_incoming(following, b.block)
    bad.add_incoming(spoilt, b.block)
    b.cbranch(b.icmp_signed("<", following, index(n)), body, after)
    last = b.block
    b.position_at_end(after)
    total = b.phi(INDEX)
    total.add_incoming(index(0), before)
    total.add_incoming(spoilt, last)
    b.ret(b.icmp_signed("==", total, index(0)))
    return function
