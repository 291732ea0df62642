"""The two halves of a batch, for two threads.

While one thread computes the first half, a helper thread may take the second half. If it is still not taken when the
first half is done, the first thread computes it, too. The sums are the same in both cases. The threads communicate
through words in memory, because waking a sleeping thread takes longer than most batches. So the helper polls these
words while a training runs.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from llvmlite import ir

from autograd.compiler.kernels import counted, index, memory
from autograd.compiler.registers import DOUBLE, INDEX

__all__ = ["ARRAYS", "SHARED", "Half", "HalfCode"]

# Places in the words. Those that a helper polls are apart from the others.
_STATE, _LEAVE, _PARAMETERS, _ORDER, _SIZE, _SHARE, _LOSS, _HITS, _WORDS = 0, 8, 16, 17, 18, 19, 24, 25, 32
_NONE, _OPEN, _TAKEN, _DONE = range(4)  # states of the second half: none, free to be taken, taken, done
_LOOKS = 256  # at a word, before the thread yields the processor

_DOUBLES, _WHOLES = DOUBLE.as_pointer(), INDEX.as_pointer()
ARRAYS = {"half": _WHOLES, "half_gradient": _DOUBLES, "half_work": _DOUBLES}  # arrays of a Half, and their types
SHARED = "constants", "rows", "labels"  # the arguments that both halves share


class Half:
    """The memory of a second half.

    Args:
        parameters: the number of parameters.
        work: the number of floats of working memory for a batch.
    """

    def __init__(self, parameters, work):
        self._words = memory(_WORDS, np.int64)
        self.arrays = dict(zip(ARRAYS, (self._words, memory(max(parameters, 1)), memory(work)), strict=True))

    @contextmanager
    def helped_by(self, helper, *addresses):
        """Return a context manager that runs ``helper(*addresses)`` in a second thread, if there are two processors."""
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        if (processors or 1) < 2 or os.name != "posix":
            yield
            return
        self._words[_LEAVE] = 0
        # By process, because a child has none of its parent's threads.
        helping = _second_thread(os.getpid()).submit(self._help, helper, addresses)
        try:
            yield
        finally:
            self._words[_LEAVE] = 1
            if not helping.cancel():
                helping.result()

    def _help(self, helper, addresses):  # a method, so that the thread keeps this object and its memory
        helper(*addresses)


@functools.cache
def _second_thread(_process):
    return ThreadPoolExecutor(1, thread_name_prefix="deltagrad")


class HalfCode:
    """The code that offers the second half of a batch, and the code of the helper.

    Args:
        module: the module in which the code is written.
        batch: its function ``batch(parameters, constants, rows, order, labels, gradient, loss, hits, work, size,
            share)``.
    """

    def __init__(self, module, batch):
        self._batch = batch
        kind = ir.FunctionType(ir.VoidType(), [*ARRAYS.values(), _DOUBLES, _DOUBLES, _WHOLES])
        self._compute = ir.Function(module, kind, name="half")
        self._compute.linkage = "internal"
        yielding = ir.FunctionType(ir.IntType(32), [])
        self._yield = ir.Function(module, yielding, name="sched_yield") if os.name == "posix" else None
        self._write_compute()
        self._write_helper(ir.Function(module, kind, name="helper"))

    def offer(self, b, given, parameters, order, size, share):
        """Offer the first ``size`` samples in ``order`` to a helper."""
        word = _Words(b, given["half"])
        word.set(_PARAMETERS, b.ptrtoint(parameters, INDEX))
        word.set(_ORDER, b.ptrtoint(order, INDEX))
        word.set(_SIZE, size)
        b.store(share, word.at(_SHARE, _DOUBLES))
        b.store_atomic(index(_OPEN), word.at(_STATE), "release", 8)

    def collect(self, b, given, n, gradient, loss, hits):
        """Wait for the offered half or compute it. Add its results to the ``n`` sums at ``gradient``, loss and hits."""
        word = _Words(b, given["half"])
        with b.if_else(word.take()) as (mine, helpers):
            with mine:
                b.call(self._compute, [given[name] for name in (*ARRAYS, *SHARED)])
            with helpers:
                self._look_until(b, lambda: b.icmp_signed("==", word.look(_STATE), index(_DONE)))
        word.set(_STATE, index(_NONE))
        with counted(b, n) as k:
            at = b.gep(gradient, [k])
            b.store(b.fadd(b.load(at), b.load(b.gep(given["half_gradient"], [k]))), at)
        b.store(b.fadd(b.load(loss), b.load(word.at(_LOSS, _DOUBLES))), loss)
        b.store(b.add(b.load(hits), word.get(_HITS)), hits)

    def _write_compute(self):
        """Write ``half(half, half_gradient, half_work, constants, rows, labels)``, which computes the offered half."""
        words, gradient, work, constants, rows, labels = self._compute.args
        b = ir.IRBuilder(self._compute.append_basic_block("entry"))
        word = _Words(b, words)
        b.call(self._batch, [
            b.inttoptr(word.get(_PARAMETERS), _DOUBLES), constants, rows, b.inttoptr(word.get(_ORDER), _WHOLES), labels,
            gradient, word.at(_LOSS, _DOUBLES), word.at(_HITS), work, word.get(_SIZE),
            b.load(word.at(_SHARE, _DOUBLES)),
        ])  # fmt: skip
        b.ret_void()

    def _write_helper(self, function):
        """Write ``helper``, which takes halves until it must leave. Its arguments are those of ``half``."""
        b = ir.IRBuilder(function.append_basic_block("entry"))
        word = _Words(b, function.args[0])
        again, end = b.append_basic_block("again"), b.append_basic_block("end")
        b.branch(again)
        b.position_at_end(again)

        def offered_or_over():
            offered = b.icmp_signed("==", word.look(_STATE), index(_OPEN))
            return b.or_(offered, b.icmp_signed("!=", word.look(_LEAVE), index(0)))

        self._look_until(b, offered_or_over)
        with b.if_then(word.take()):
            b.call(self._compute, function.args)
            b.store_atomic(index(_DONE), word.at(_STATE), "release", 8)
        b.cbranch(b.icmp_signed("!=", word.look(_LEAVE), index(0)), end, again)
        b.position_at_end(end)
        b.ret_void()

    def _look_until(self, b, found):
        """Write a loop that polls until ``found()``. It yields the processor to other threads from time to time."""
        before = b.block
        look, again, after = [b.append_basic_block(name) for name in ("look", "again", "seen")]
        b.branch(look)
        b.position_at_end(look)
        count = b.phi(INDEX)
        count.add_incoming(index(1), before)
        b.cbranch(found(), after, again)
        b.position_at_end(again)
        if self._yield is not None:
            with b.if_then(b.icmp_signed("==", b.urem(count, index(_LOOKS)), index(0))):
                b.call(self._yield, [])
        count.add_incoming(b.add(count, index(1)), b.block)
        b.branch(look)
        b.position_at_end(after)


class _Words:
    """The words of a half, read and written by the code of a builder."""

    def __init__(self, b, words):
        self._b, self._words = b, words

    def at(self, place, kind=None):
        address = self._b.gep(self._words, [index(place)])
        return address if kind is None else self._b.bitcast(address, kind)

    def get(self, place):
        return self._b.load(self.at(place))

    def set(self, place, n):
        self._b.store(n, self.at(place))

    def look(self, place):
        """Read a word that another thread may change at any time."""
        return self._b.load_atomic(self.at(place), "acquire", 8)

    def take(self):
        """Take the half if nobody has taken it. Return True if it could be taken."""
        pair = self._b.cmpxchg(self.at(_STATE), index(_OPEN), index(_TAKEN), "acquire", "acquire")
        return self._b.extract_value(pair, 1)
