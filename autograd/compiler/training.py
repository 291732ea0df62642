"""Gradient descent in machine code: whole epochs, shuffling and updates included.

What an update does to a parameter is an optimizer's own rule, replayed over registers as the rules of calculus are.
Parameters and what the optimizer remembers of them are kept twice: an update reads one copy and writes the other, and
the two change places when all that was written is finite. So an update is whole or not at all.
"""

import math
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache

import numpy as np

from autograd.compiler.calls import interruptible
from autograd.compiler.descent_code import (
    ARGUMENTS,
    BEGUN,
    COPY,
    EPOCH,
    GRADIENT,
    HITS,
    PENDING,
    PLACE,
    STATE_SIZE,
    STATUS,
    STOPPED,
    TOTAL,
    UPDATES,
    DescentCode,
)
from autograd.compiler.halves import ARRAYS, SHARED, Half
from autograd.compiler.kernel_cache import kernel, lanes_for
from autograd.compiler.kernels import memory as aligned
from autograd.compiler.loops import expanded
from autograd.compiler.lowering import lower
from autograd.compiler.machine import lane_width
from autograd.compiler.rolling import roll
from autograd.compiler.shuffling import STATE
from autograd.compiler.splitting import split

__all__ = ["Descent", "Progress"]

_WORTH_HALVES = 300_000  # instructions in a batch from which on a second thread pays
_WORTH_LAST = 3e9  # instructions in lanes left empty from which on code of its own for a last group pays


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
        sizes, constants: as of :class:`autograd.compiler.instructions.Lowered`.
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
            return DescentCode(
                fresh, *rolled, self._lanes, self._last, single, change, memory, labels is not None, halves
            )

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
        self._state = np.zeros(STATE_SIZE, dtype=np.int64)
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
        return self._parameters[self._state[COPY]][: self._n]

    @property
    def memory(self):
        """The optimizer's memory, an array of shape ``(memory, parameters)`` to read and to write."""
        return self._memory[self._state[COPY]][: self._slots * self._n].reshape(self._slots, self._n)

    @property
    def order(self):
        """The samples in the order of the running epoch, an array."""
        return self._order

    @property
    def batch(self):
        """The samples of the next update, a list of indices."""
        place = int(self._state[PLACE])
        return self._order[place : place + self._batch].tolist()

    @property
    def updates(self):
        """The number of all updates, those by the caller included."""
        return int(self._state[TOTAL])

    @property
    def pending(self):
        """Of the batch whose update is left to the caller, the sum of the losses and the number of right answers."""
        return float(self._sums[1]), int(self._state[PENDING])

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
        self._state[[EPOCH, UPDATES, STATUS]] = 0
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
            self._kernel.run(*[addresses[name] for name in ARGUMENTS], *[int(n) for n in counts])
        return self.progress()

    def progress(self) -> Progress:
        """The result of the last :meth:`run`, also if an interrupt kept it from returning."""
        done = int(self._state[EPOCH])
        status = self._state[STATUS]
        gradient = self._gradient[: self._n].copy() if status == GRADIENT else None
        losses, hits = self._losses[:done].tolist(), self._hits[:done].tolist()
        return Progress(losses, hits, int(self._state[UPDATES]), status == STOPPED, gradient)

    def advance(self, loss, hits):
        """Count the next batch as done: its update was made by the caller, with this sum of losses and right answers.

        Returns:
            The sums of the epoch, if it was the last of one; else None.
        """
        self._sums[0] += loss
        self._state[HITS] += hits
        self._state[TOTAL] += 1
        self._state[PLACE] = min(int(self._state[PLACE]) + self._batch, self._samples)
        if self._state[PLACE] < self._samples:
            return None
        self._state[PLACE] = self._state[BEGUN] = 0
        return float(self._sums[0]), int(self._state[HITS])


def _last_lanes(batch, count):
    """In how many lanes the last group of a batch could be computed, if they are fewer than ``count``; else 0."""
    left, lanes = batch % count, lane_width()
    while lanes < left:
        lanes *= 2
    return lanes if left and lanes < count else 0
