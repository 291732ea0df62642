"""Gradient descent in machine code: whole epochs, including shuffling and updates.

An update applies the optimizer's own rule, which is replayed over registers like the rules of calculus. There are two
copies of the parameters and of the optimizer's memory. An update reads one copy and writes the other. They are
exchanged if all numbers that were written are finite. So an update is done completely or not at all.
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

_WORTH_HALVES = 300_000  # the fewest instructions in a batch for which a second thread is worthwhile
_WORTH_LAST = 3e9  # instructions in empty lanes for which separate code for the last group is worthwhile


@dataclass
class Progress:
    """The progress of a descent in one call of ``run``.

    Attributes:
        losses: for each epoch that was completed in this call, the sum of the losses of its samples.
        hits: for each of these epochs, the number of right answers.
        updates: the number of updates that this call made.
        stopped: True if the next update would have a number that is not finite. That update was not made.
        gradient: the average gradient of the next batch, if the update is left to the caller. Otherwise None.
    """

    losses: list
    hits: list
    updates: int
    stopped: bool
    gradient: np.ndarray | None


class _Shape:
    """The data of a lowered sample that is kept to find its kernel again.

    Attributes:
        structure: a key of the rolled programs.
        length: the number of instructions.
        adjoint_length: the number of instructions in the adjoint program.
        sizes: as in :class:`autograd.compiler.instructions.Lowered`.
        constants: as in :class:`autograd.compiler.instructions.Lowered`.
    """

    def __init__(self, lowered, rolled):
        forward, adjoint = rolled
        self.structure = repr(forward), repr(adjoint), tuple(lowered.outputs), np.array(lowered.constants).tobytes()
        self.length, self.adjoint_length = len(lowered.forward) + len(lowered.adjoint), len(lowered.adjoint)
        self.sizes, self.constants = lowered.sizes, lowered.constants


_MAX_SHAPES = 64
_shapes: OrderedDict = OrderedDict()  # the shapes that were used most recently, by the key of the sample


def _shape_of(key, compute):
    """Return the :class:`_Shape` of a key. If it is not kept, ``compute()`` returns the arguments to make it."""
    found = _shapes.pop(key, None)
    if found is None:
        found = _Shape(*compute())
    _shapes[key] = found
    while len(_shapes) > _MAX_SHAPES:
        _shapes.popitem(last=False)
    return found


def _rolled(lowered, one_by_one):
    """Return the forward and the adjoint program as loops."""
    forward, adjoint = roll(lowered.forward), roll(lowered.adjoint)
    return (split(expanded(forward)), split(expanded(adjoint))) if one_by_one else (forward, adjoint)


class Descent:
    """A model's training compiled to machine code.

    Args:
        loss: the loss of one sample, a Value.
        outputs: the model's outputs, Values, to count right answers.
        parameters: the leaves to train.
        inputs: the leaves for the numbers in a row of ``rows``: inputs and targets.
        rows: an array of shape ``(samples, inputs)``.
        labels: for each sample, the index of the right output (of a single output: 1 if it should be above 0), or None.
        batch_size: the number of samples for each update.
        change: the optimizer's function ``change(w, gradient, rate, memory)`` for one parameter. It returns the new
            number and the new memory, over any kind of number. None if the caller makes the updates.
        memory: the number of floats that the optimizer remembers for each parameter.
        key: everything on which ``change`` depends, as a key for the cache of compiled code.
        shuffle: the state of a ``random.Random`` that shuffles the samples before each epoch, or None.
        updates: the approximate number of updates to come. If it is large, more code is compiled.
        shape: a key for the computation of a sample, so that the second descent with this key is not lowered again. Or
            None.
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
        def compute():
            lowered = lower(
                self._outputs, parameters, inputs, of_inputs=False, gather_adjoints=not one_by_one, differentiated=1
            )
            return lowered, _rolled(lowered, one_by_one)

        kept = _shape_of((shape, one_by_one), compute) if shape is not None else _Shape(*compute())
        self._lanes = self._lanes or lanes_for(kept, self._batch, lane_width(), 8)
        self._last = _last_lanes(self._batch, self._lanes)  # 0: none
        if updates * (self._lanes - self._last) * kept.length < _WORTH_LAST:
            self._last = 0
        single = self._batch <= self._lanes  # True if a batch is one group
        # The use of halves does not depend on the machine, so that the last digits are the same on all machines.
        halves = self._batch * kept.adjoint_length >= _WORTH_HALVES and not single

        def build():
            lowered, rolled = compute()
            return DescentCode(
                lowered, *rolled, self._lanes, self._last, single, change, memory, labels is not None, halves
            )

        self._kernel = kernel(
            ("descent", kept.structure, tuple(sorted(kept.sizes.items())), self._lanes, self._last, single, memory, key,
             labels is None, halves),
            build,
        )  # fmt: skip
        self._changes = change is not None
        self._slots = memory
        self._parameters = np.zeros((2, max(self._n, 1)))
        self._memory = np.zeros((2, max(memory * self._n, 1)))
        self._constants = np.array([*kept.constants, 0.0])
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
        """The parameters, an array that can be read and written."""
        return self._parameters[self._state[COPY]][: self._n]

    @property
    def memory(self):
        """The optimizer's memory, an array of shape ``(memory, parameters)`` that can be read and written."""
        return self._memory[self._state[COPY]][: self._slots * self._n].reshape(self._slots, self._n)

    @property
    def order(self):
        """The samples in the order of the current epoch, as an array of indices."""
        return self._order

    @property
    def batch(self):
        """The samples of the next update, as a list of indices."""
        place = int(self._state[PLACE])
        return self._order[place : place + self._batch].tolist()

    @property
    def updates(self):
        """The number of all updates, including those by the caller."""
        return int(self._state[TOTAL])

    @property
    def pending(self):
        """The sum of the losses and the number of right answers of the batch whose update is left to the caller."""
        return float(self._sums[1]), int(self._state[PENDING])

    def random_state(self, before):
        """Return the state of the generator that shuffles, in the form of ``random.Random.getstate``."""
        return (before[0], tuple(self._random.tolist()), before[2])

    def run(self, epochs, budget, rates) -> Progress:
        """Make updates.

        Args:
            epochs: the number of whole epochs after which to stop.
            budget: the number of updates after which to stop, also within an epoch.
            rates: the rate, or an array with one rate for each update of the budget.
        """
        rates = np.ascontiguousarray(np.atleast_1d(rates), dtype=np.float64)
        self._state[[EPOCH, UPDATES, STATUS]] = 0
        most = max(min(epochs, budget), 1)  # an epoch has at least one update
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
        """Return the result of the last :meth:`run`, also if an interrupt prevented it from returning."""
        done = int(self._state[EPOCH])
        status = self._state[STATUS]
        gradient = self._gradient[: self._n].copy() if status == GRADIENT else None
        losses, hits = self._losses[:done].tolist(), self._hits[:done].tolist()
        return Progress(losses, hits, int(self._state[UPDATES]), status == STOPPED, gradient)

    def advance(self, loss, hits):
        """Count the next batch as done. The caller made its update, and passes its sum of losses and right answers.

        Returns:
            The sums of the epoch if this was its last batch, or else None.
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
    """Return the number of lanes for the last group of a batch, if it needs fewer than ``count``. Otherwise 0."""
    left, lanes = batch % count, lane_width()
    while lanes < left:
        lanes *= 2
    return lanes if left and lanes < count else 0
