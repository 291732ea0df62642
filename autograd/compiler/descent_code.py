"""The code of gradient descent: one function that shuffles samples, computes batches and makes updates.

There are two copies of the parameters and of the optimizer's memory. An update reads one copy and writes the other.
"""

import ctypes
import math

from llvmlite import ir

from autograd.compiler.halves import ARRAYS, SHARED, HalfCode
from autograd.compiler.instructions import INPUTS, PARAMETER_GRADIENTS, PARAMETERS
from autograd.compiler.kernels import Block, counted, fold, index, single_contributions, zero
from autograd.compiler.machine import Code
from autograd.compiler.registers import DOUBLE, INDEX, Lanes, Register
from autograd.compiler.shuffling import shuffler

__all__ = [
    "ARGUMENTS", "BEGUN", "COPY", "COUNTS", "EPOCH", "GRADIENT", "HITS", "PENDING", "PLACE", "STATE_SIZE", "STATUS",
    "STOPPED", "TOTAL", "UPDATES", "DescentCode",
]  # fmt: skip

_BIT, _POINTER = ir.IntType(1), ctypes.c_void_p
STOPPED, GRADIENT = 1, 2
# Places in the state. EPOCH and UPDATES count from 0 in each call. TOTAL counts the updates of all calls.
EPOCH, PLACE, UPDATES, STATUS, HITS, COPY, BEGUN, PENDING, TOTAL, STATE_SIZE = range(10)
ARGUMENTS = (
    "parameters", "constants", "memory", "rows", "order", "labels", "rates", "losses", "hits", "state", "sums",
    "gradient", "random", "work", *ARRAYS,
)  # fmt: skip
COUNTS = ("samples", "batch", "epochs", "budget", "moving_rate", "shuffles", "gradient_only", "first_half")


class DescentCode:
    """The code of a descent: one function that makes updates until it has a reason to stop."""

    def __init__(self, lowered, forward, adjoint, count, last, single, change, slots, counts_hits, halves):
        module = ir.Module("deltagrad")
        self._lowered, self._n, self._slots, self._counts_hits = (
            lowered,
            lowered.sizes.get(PARAMETERS, 0),
            slots,
            counts_hits,
        )
        # The gradient of a single sample is not stored: each parameter is updated as soon as its gradient is known.
        self._fused = single and count == 1 and change is not None and single_contributions(lowered)
        self.block, self._last_block = [
            Block(module, name, lowered, forward, adjoint, lanes, differentiate=True, fresh=single, flags=("contract",),
                  update=(change, slots) if self._fused else None) if lanes else None
            for name, lanes in (("block", count), ("last", last))
        ]  # fmt: skip
        # The short last group has its own working memory behind that of the others, except for the gradients.
        self.room = self.block.layout.total + (self._last_block.layout.total if last else 0)
        self._batch, self._finite = self._batch_gradient(module), _finite_check(module)
        self._halves = HalfCode(module, self._batch) if halves else None
        update = None if change is None or self._fused else _updater(module, change, self._n, slots)
        self._epochs(module, shuffler(module), update)
        self.code = Code(module, vectorize=True, pack=count == 1)
        self.run = self.code.function("epochs", *[_POINTER] * len(ARGUMENTS), *[ctypes.c_int64] * len(COUNTS))
        self.helper = self.code.function("helper", *[_POINTER] * (len(ARRAYS) + len(SHARED))) if halves else None
        del (
            self._lowered,
            self.block,
            self._last_block,
            self._batch,
            self._finite,
            self._halves,
        )  # not needed after the code is made

    def _epochs(self, module, shuffle, update):
        double, whole = DOUBLE.as_pointer(), INDEX.as_pointer()
        kinds = {"order": whole, "labels": whole, "hits": whole, "state": whole, "random": ir.IntType(32).as_pointer(),
                 **ARRAYS}  # fmt: skip
        kind = ir.FunctionType(ir.VoidType(), [kinds.get(name, double) for name in ARGUMENTS] + [INDEX] * len(COUNTS))
        function = ir.Function(module, kind, name="epochs")
        self._given = given = dict(zip((*ARGUMENTS, *COUNTS), function.args, strict=True))
        self._b = b = ir.IRBuilder(function.append_basic_block("entry"))
        check, update_block, end = [b.append_basic_block(name) for name in ("check", "update", "end")]
        b.branch(check)
        b.position_at_end(check)
        more = b.and_(
            b.icmp_signed("<", self._get(EPOCH), given["epochs"]),
            b.icmp_signed("<", self._get(UPDATES), given["budget"]),
        )
        b.cbranch(more, update_block, end)
        b.position_at_end(update_block)
        with b.if_then(b.icmp_signed("==", self._get(BEGUN), index(0))):
            with b.if_then(b.icmp_signed("!=", given["shuffles"], index(0))):
                b.call(shuffle, [given["order"], given["samples"], given["random"]])
            b.store(ir.Constant(DOUBLE, 0.0), given["sums"])
            self._set(HITS, index(0))
            self._set(BEGUN, index(1))
        self._one_update(update, check, end)
        b.position_at_end(end)
        b.ret_void()

    def _get(self, place):
        return self._b.load(self._b.gep(self._given["state"], [index(place)]))

    def _set(self, place, n):
        self._b.store(n, self._b.gep(self._given["state"], [index(place)]))

    def _one_update(self, update, check, end):
        b, given, n = self._b, self._given, self._n
        place = self._get(PLACE)
        left = b.sub(given["samples"], place)
        size = b.select(b.icmp_signed("<", left, given["batch"]), left, given["batch"])
        copy = self._get(COPY)
        parameters = b.gep(given["parameters"], [b.mul(copy, index(max(n, 1)))])
        gradient = given["gradient"]
        share = b.fdiv(ir.Constant(DOUBLE, 1.0), b.sitofp(size, DOUBLE))
        pending = [b.gep(given["sums"], [index(1)]), b.gep(given["state"], [index(PENDING)])]
        at = b.gep(given["order"], [place])
        other = b.sub(index(1), copy)
        step = b.select(b.icmp_signed("!=", given["moving_rate"], index(0)), self._get(UPDATES), index(0))
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
        self._set(STATUS, index(STOPPED))
        b.branch(end)
        b.position_at_end(goes_on)
        hands_over, here = b.append_basic_block("hands_over"), b.append_basic_block("here")
        b.cbranch(b.icmp_signed("!=", given["gradient_only"], index(0)), hands_over, here)
        b.position_at_end(hands_over)
        self._set(STATUS, index(GRADIENT))
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
        self._set(COPY, other)
        b.store(b.fadd(b.load(given["sums"]), loss), given["sums"])
        self._set(HITS, b.add(self._get(HITS), hits))
        for counter in (UPDATES, TOTAL):
            self._set(counter, b.add(self._get(counter), index(1)))
        place = b.add(place, size)
        self._set(PLACE, place)
        with b.if_then(b.icmp_signed(">=", place, given["samples"])):
            epoch = self._get(EPOCH)
            b.store(b.load(given["sums"]), b.gep(given["losses"], [epoch]))
            b.store(self._get(HITS), b.gep(given["hits"], [epoch]))
            self._set(EPOCH, b.add(epoch, index(1)))
            self._set(PLACE, index(0))
            self._set(BEGUN, index(0))
        b.branch(check)

    def _batch_gradient(self, module):
        """Return ``batch(parameters, constants, rows, order, labels, gradient, loss, hits, work, size, share)``.

        If the block has an update in it, the arguments of the update follow. For the first ``size`` samples in
        ``order``, the function writes the sum of the losses, the number of right answers, and ``share`` times the sum
        of the gradients.
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
        if last is not None:  # it computes the remaining samples, if they fit into its fewer lanes
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
        """Write the code for the samples from ``first`` on, one in each lane of the block, with its own memory."""
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
        """Return the index of a lane's largest output, the first of equals. For a single output: 1 if it is above 0."""
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
    """Return the function ``all_finite(array, n)``."""
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
    """Return 1 for an infinity or a NaN, and 0 otherwise."""
    b = x.lanes.builder
    return b.zext(b.fcmp_unordered(">=", abs(x).value, ir.Constant(DOUBLE, math.inf)), INDEX)


def _updater(module, change, n, slots):
    """Return the function ``update(w, new_w, memory, new_memory, gradient, rate)``. It returns 1 if all is finite."""
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
