"""Training of large layers: gradient descent on one tape, with products of matrices over a batch.

The recording of a sample becomes a tape. This takes milliseconds, while machine code takes seconds. In a tape, a layer
is the product of a matrix and a vector, in whatever way its loops were written. Over a batch, this is a product of two
matrices, which ``gemm.h`` or BLAS computes faster than loops do. Small networks are faster as machine code.
"""

import random
from contextlib import nullcontext

import numpy as np

from autograd.compiler.blas import load_blas
from autograd.compiler.mapped import attach
from autograd.compiler.training import Progress
from autograd.engine import primitives, tape
from autograd.engine.batches import WORTH, Batches, own_gemm

__all__ = ["LayerDescent", "Sample", "gradients_of"]

_MAX_BYTES = 1 << 25  # of rows; of larger data, some batches are copied at a time
_ADD = primitives.add.code


class Sample:
    """The tapes of a recorded sample.

    Args:
        made: the :class:`autograd.engine.recordings.Recording`.
        places: for each input, the place of its number in a sample's row. None if they are in order.

    Attributes:
        tape: the :class:`autograd.engine.tape.Tape` of a sample's loss, without the terms in ``shared``.
        shared: a list of tapes for those terms of the loss that depend only on parameters, such as penalties.
    """

    def __init__(self, made, places=None):
        made, terms = _apart(made)
        places = range(made.inputs) if places is None else places
        self.tape = tape.Tape(made, places, [])
        self.shared = [tape.Tape(each, places, []) for each in terms]

    @property
    def is_worth(self) -> bool:
        """True if products of matrices train it faster than loops do."""
        return self.tape.products >= WORTH and self.runs_in_c

    @property
    def runs_in_c(self) -> bool:
        """True if C never has to stop for Python. Functions that C does not know are compiled to machine code."""
        for each in (self.tape, *self.shared):
            if each.maps:
                attach(each)
        return not any(each.stops for each in (self.tape, *self.shared))


def _apart(made):
    """Return a recording without the terms of its result that depend only on parameters, and recordings of these."""
    codes, offsets, references = made.codes, made.offsets, made.references
    first = made.parameters + made.inputs

    def depends(root):
        """Return True if a node depends on an input or is not an operation."""
        if root < first:
            return True
        stack, seen = [root], {root}
        while stack:
            k = stack.pop() - first
            for r in references[offsets[k] : offsets[k + 1]]:
                if made.parameters <= r < first:
                    return True
                if r >= first and r not in seen:
                    seen.add(r)
                    stack.append(r)
        return False

    root, terms = made.root, []
    while root >= first and codes[root - first] == _ADD:
        one, other = references[offsets[root - first] : offsets[root - first + 1]]
        if one >= first and not depends(other):
            root, term = one, other
        elif other >= first and not depends(one):
            root, term = other, one
        else:
            break
        terms.append(made.with_result(term, []))
    return made.with_result(root, made.outputs), terms


def _batches(blas, made, size, shared=()):
    """Return memory for batches of at most ``size`` samples. Without BLAS, each sample is computed alone."""
    if blas is None:
        return Batches(made, size, None, shared=shared)
    return Batches(made, size, own_gemm() or blas.gemm, blas.threads, shared)


def gradients_of(made, size):
    """Return a function that computes the gradient of a batch with products of matrices, or None without SciPy.

    The function takes an :class:`autograd.engine.tape.Machine` and samples with this tape. It stores the mean of
    their gradients in the machine, and returns the sum of their losses.

    Args:
        made: the tape of all samples.
        size: the largest number of samples.
    """
    blas = load_blas()
    if blas is None:
        return None
    shared = []
    if made.made is not None:
        sample = Sample(made.made, made.input_places)
        if sample.shared and sample.runs_in_c:
            made, shared = sample.tape, sample.shared
    batches = _batches(blas, made, size, shared)

    def gradients(machine, samples):
        with blas.in_one_thread():
            return batches.gradient_in(machine, samples)

    return gradients


class _NextRows:
    """The rows of the next samples, in the form that C needs: all rows, or for large data, those of some batches.

    Args:
        table: the samples.
        size: the size of a batch.
    """

    def __init__(self, table, size):
        samples, width = table.shape
        self._table = table
        self._count = samples
        if 8 * samples * width > _MAX_BYTES:
            self._count = max(1, _MAX_BYTES // (8 * width * size)) * size
        self._first = self._end = 0
        self._rows = self._places = None

    def forget(self):
        """Forget the rows, because the samples come in another order."""
        if self._count < self._table.shape[0]:
            self._end = 0

    def rows(self, order, place, labels):
        """Return rows, the place of each sample in these rows in order, and the labels. Large data is given in parts.

        Args:
            order: the order of all samples.
            place: the number of samples in this order that are done.
            labels: the labels of all samples, or None.
        """
        samples = self._table.shape[0]
        if self._count >= samples:
            if self._rows is None:
                self._rows = self._table.rows()
            return self._rows, order, labels
        if not self._first <= place < self._end:
            self._first, self._end = place, min(place + self._count, samples)
            mine = order[self._first : self._end]
            self._rows = self._table.rows(mine)
            self._labels = None if labels is None else labels[mine]
            self._places = np.arange(-self._first, self._end - self._first)
        return self._rows, self._places, self._labels


class LayerDescent:
    """The training of a model as products of matrices, used like :class:`autograd.compiler.training.Descent`.

    Args:
        sample: the tapes of a sample's loss.
        table: the samples. ``table.rows(places)`` is an array of inputs and targets, and ``table.shape`` its shape.
        labels: for each sample, the place of the right output (of a single output: 1 if it should be above 0), or None.
        batch_size: the number of samples for each update.
        update: the :class:`autograd.engine.updates.Update` that makes updates, or None if the caller makes them.
        shuffle: the state of a ``random.Random`` that shuffles the samples before each epoch, or None.
    """

    def __init__(self, sample, table, labels, batch_size, update=None, shuffle=None):
        self._table = table
        self._samples, self._size = table.shape[0], min(batch_size, table.shape[0])
        self._next_rows = _NextRows(table, self._size)
        self._labels = None if labels is None else np.ascontiguousarray(labels, dtype=np.int64)
        self._tape = sample.tape
        self._blas = load_blas()
        self._batches = _batches(self._blas, self._tape, self._size, sample.shared)
        self.update = update
        self._order = np.arange(self._samples)
        self._generator = None
        if shuffle is not None:
            self._generator = random.Random()
            self._generator.setstate(shuffle)
        self._begun = False
        self._by_caller = 0
        self._losses: list = []
        self._hits: list = []
        self._updates_before = 0
        self._status = 0  # of the last run: 1 if it stopped at a number that is not finite, 2 if the caller must update

    @property
    def numbers(self):
        """The parameters, an array that can be read and written."""
        return np.frombuffer(self._batches.numbers)[: self._tape.parameters]

    def read(self, parameters):
        """Copy the numbers of leaves to the parameters."""
        self._batches.read(parameters)

    def write(self, parameters):
        """Copy the parameters to leaves."""
        self._batches.write(parameters)

    @property
    def batch(self):
        """The samples of the next update, as a list of indices."""
        return self._order[self._batches.place : self._batches.place + self._size].tolist()

    @property
    def updates(self):
        """The number of all updates, including those by the caller."""
        return self._batches.updates + self._by_caller

    @property
    def pending(self):
        """The sum of the losses and the number of right answers of the batch whose update is left to the caller."""
        return self._batches.pending_total, self._batches.pending_hits

    def random_state(self, before):
        """Return the state of the generator that shuffles, or ``before`` if nothing is shuffled."""
        return before if self._generator is None else self._generator.getstate()

    def run(self, epochs, budget, rates) -> Progress:
        """Make updates. Arguments and result are those of :meth:`autograd.compiler.training.Descent.run`."""
        rates = np.ascontiguousarray(np.atleast_1d(rates), dtype=np.float64)
        self._losses, self._hits, self._status = [], [], 0
        self._updates_before = self.updates
        with self._threads():
            self._run(epochs, budget, rates)
        return self.progress()

    def _threads(self):
        return nullcontext() if self._blas is None else self._blas.in_one_thread()

    def _run(self, epochs, budget, rates):
        batches = self._batches
        while len(self._losses) < epochs and self.updates - self._updates_before < budget:
            if not self._begun:
                self._begin()
            made = self.updates - self._updates_before
            rows, order, labels = self._next_rows.rows(self._order, batches.place, self._labels)
            self._status = batches.run(
                rows,
                order,
                labels,
                self._size,
                min(budget - made, 2**31 - 1),
                rates,
                made,
                self.update,
            )
            if self._status:
                break
            if batches.place >= self._samples:
                self._end()

    def _begin(self):
        """Begin an epoch, with the samples in a new order."""
        if self._generator is not None:
            order = self._order.tolist()
            self._generator.shuffle(order)
            self._order[:] = order
            self._next_rows.forget()
        self._begun = True

    def _end(self):
        """Record the results of an epoch that is done."""
        batches = self._batches
        self._losses.append(batches.total)
        self._hits.append(batches.hits)
        batches.place, batches.total, batches.hits, self._begun = 0, 0.0, 0, False

    def progress(self) -> Progress:
        """Return the result of the last :meth:`run`, also if an interrupt prevented it from returning."""
        if self._begun and self._batches.place >= self._samples and len(self._losses) == len(self._hits):
            self._end()  # an interrupt came before the end of the epoch was recorded
        gradient = None
        if self._status == 2:
            gradient = np.array(self._batches.gradient)[: self._tape.parameters]
        return Progress(
            list(self._losses), list(self._hits), self.updates - self._updates_before, self._status == 1, gradient
        )

    def advance(self, loss, hits):
        """Count the next batch as done by the caller; see :meth:`autograd.compiler.training.Descent.advance`."""
        batches = self._batches
        batches.total += loss
        batches.hits += hits
        self._by_caller += 1
        batches.place = min(batches.place + self._size, self._samples)
        if batches.place < self._samples:
            return None
        found = batches.total, batches.hits
        batches.place, batches.total, batches.hits, self._begun = 0, 0.0, 0, False
        return found

    def results(self, table):
        """Return the loss and the outputs of each sample, an array with one row for each."""
        found = np.empty((table.shape[0], 1 + self._tape.outputs))
        count = max(1, _MAX_BYTES // (8 * table.shape[1]))
        with self._threads():
            for first in range(0, len(found), count):
                part = slice(first, first + count)
                self._batches.results(table.rows(part), found[part])
        return found
