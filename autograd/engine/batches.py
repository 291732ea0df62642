# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Gradient descent on a tape, one batch at a time. Products of parameters and samples become matrix products.

On processors with AVX-512, ``gemm.h`` computes these products, else SciPy's BLAS, called through its C pointer. Without
SciPy, each sample is computed by itself, with the same results except for the last digits.

Like tapes, this file only runs compiled.
"""

from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine.tape import called, slopes

if cython.compiled:
    from cython.cimports.autograd.engine.batch import (
        BATCH_SHARED,
        batch,
        batch_backward,
        batch_clear,
        batch_empty,
        batch_forward,
        batch_load,
        batch_prepare,
        batch_update,
        gemm_function,
        gemm_of_this_processor,
        pool_close,
        pool_open,
    )
    from cython.cimports.autograd.engine.rules import update_rule
    from cython.cimports.autograd.engine.tape import Machine, Tape
    from cython.cimports.autograd.engine.updates import Update
    from cython.cimports.autograd.engine.value import Value
    from cython.cimports.cpython.pycapsule import PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_New
    from cython.cimports.libc.math import isfinite
    from cython.cimports.libc.stdlib import calloc, free
    from cython.cimports.libc.string import memcpy
else:
    from autograd.engine.tape import Machine, Tape
    from autograd.engine.updates import Update
    from autograd.engine.value import Value

__all__ = ["WORTH", "Batches", "own_gemm"]

WORTH = 10_000  # matrix products are faster if a sample has at least so many multiplications by parameters

DONE, STOPPED, GRADIENT = 0, 1, 2


def own_gemm():
    """Return the capsule of this package's products of matrices, or None if the processor has no AVX-512.

    The function has the signature of ``dgemm``, but ``alpha`` has to be 1, and ``beta`` 0 or 1.
    """
    found: gemm_function = gemm_of_this_processor()
    return None if found is cython.NULL else PyCapsule_New(cython.cast(cython.p_void, found), b"dgemm", cython.NULL)


@cython.cclass
class Batches:
    """The numbers of a training: parameters, gradients, and the cells of one batch of samples.

    Args:
        tape: the computation of each sample. Its result is the loss.
        size: the largest number of samples in a batch.
        gemm: the capsule of a function like Fortran's ``dgemm``, from :func:`own_gemm` or SciPy's ``cython_blas``; or
            None.
        threads: the number of threads that may share large work. The caller must keep BLAS from using its own threads.
        shared: tapes of terms that are in every sample's loss and depend only on parameters. A batch computes them
            once.

    Attributes:
        numbers: the numbers of the parameters, a new array after each update.
        gradient: the gradients of the parameters, an array.
        place: the number of samples of the running epoch that are done.
        updates: the number of updates so far.
        total: the sum of the losses of all updates.
        hits: the number of right answers of all updates.
        pending_total, pending_hits: the same for a batch whose update is left to the caller.
    """

    def __init__(self, tape: Tape, size: cython.int, gemm: object, threads: cython.int = 1, shared: object = ()):
        n: cython.Py_ssize_t = tape.parameters
        k: cython.longlong
        i: cython.Py_ssize_t
        self._tape, self._gemm, self._size = tape, gemm, size
        self._shared = [Batches(each, 1, None) for each in shared]
        self.numbers, self._next, self.gradient = [array("d", bytes(8 * max(n, 1))) for _ in range(3)]
        stride: cython.longlong = (tape.cells - n + 8) // 8 * 8
        if stride % 64 == 0:
            stride += 8  # at a distance of a power of two, rows would compete for the same cache lines
        self._t.stride = stride
        self._t.parameters, self._t.computed = n, tape.computed
        self._t.instructions, self._t.selections = tape.instructions, tape._selections
        self._sources = array("i", bytes(4 * (size * tape._selections + 1)))
        self._alone, self._own = tape.alone, tape.own
        self._threads = threads if size * tape.products >= BATCH_SHARED else 1  # smaller work is not shared
        alone: cython.uchar[:] = self._alone
        self._t.alone = cython.address(alone[0])
        own: cython.uchar[:] = self._own
        self._t.own = cython.address(own[0])
        self._steps_made = array("B", bytes(tape.instructions + 1))
        made: cython.uchar[:] = self._steps_made
        self._step.made, self._t.step = cython.address(made[0]), cython.NULL
        self._t.maps = tape._maps
        self._t.gemm, self._t.threads = cython.NULL, cython.address(self._pool)
        if gemm is not None:
            self._t.gemm = cython.cast(gemm_function, PyCapsule_GetPointer(gemm, PyCapsule_GetName(gemm)))
        places: cython.int[:] = tape.input_places
        self._as_they_are = tape._inputs > 0
        for i in range(tape._inputs):
            if places[i] != i:
                self._as_they_are = False
        if stride * size > 2**31 - 1:
            raise MemoryError(f"a batch of {size} samples of {stride} numbers is too large: give a smaller batch_size")
        self._x = cython.cast(cython.p_double, calloc(stride * size, cython.sizeof(cython.double)))
        self._d = cython.cast(cython.p_double, calloc(stride * size, cython.sizeof(cython.double)))
        if self._x is cython.NULL or self._d is cython.NULL:
            raise MemoryError(f"no memory for {size} samples of {stride} numbers: give a smaller batch_size")
        self._t.xs, self._t.ds = self._x - n, self._d - n
        constants: cython.double[:] = tape.constants
        if len(tape.constants):
            for k in range(size):
                memcpy(self._t.xs + k * stride + n + tape._inputs, cython.address(constants[0]),
                       len(tape.constants) * cython.sizeof(cython.double))  # fmt: skip

    def __dealloc__(self):
        free(self._x)
        free(self._d)

    def read(self, parameters: list):
        """Copy the numbers of leaves to the arrays."""
        numbers: cython.double[:] = self.numbers
        i: cython.Py_ssize_t
        for i in range(self._t.parameters):
            numbers[i] = cython.cast(Value, parameters[i])._data

    def write(self, parameters: list):
        """Copy the numbers of the arrays to leaves."""
        numbers: cython.double[:] = self.numbers
        i: cython.Py_ssize_t
        for i in range(self._t.parameters):
            cython.cast(Value, parameters[i])._data = numbers[i]

    def write_gradient(self, parameters: list):
        """Copy the gradient to the ``grad`` of leaves."""
        gradient: cython.double[:] = self.gradient
        i: cython.Py_ssize_t
        for i in range(self._t.parameters):
            cython.cast(Value, parameters[i])._grad = gradient[i]

    def _load(self, rows, order, first, count):
        """Copy the samples of a batch to the inputs."""
        numbers: cython.double[:] = self.numbers
        gradient: cython.double[:] = self.gradient
        k: cython.longlong
        each: Batches
        self._ready(cython.address(numbers[0]), cython.address(gradient[0]), count)
        for each in self._shared:
            each._ready(self._t.xp, self._t.dp, 1)
        if self._as_they_are and not self._tape._selections:
            batch_load(cython.address(self._t), cython.address(rows[0, 0]), rows.shape[1],
                       cython.address(order[first]), self._tape._inputs)  # fmt: skip
            return 0
        for k in range(count):
            self._bring(k, cython.address(rows[order[first + k], 0]))
        return 0

    def _bring(self, k, row):
        """Copy a row of numbers to the inputs of sample k."""
        tape: Tape = self._tape
        places: cython.int[:] = tape.input_places
        sources: cython.int[:] = self._sources
        i: cython.Py_ssize_t
        source: cython.p_int
        x: cython.p_double = self._t.xs + k * self._t.stride + tape.parameters
        if self._as_they_are:
            memcpy(x, row, tape._inputs * cython.sizeof(cython.double))
        else:
            for i in range(tape._inputs):
                x[i] = row[places[i]]
        if tape._selections:
            source = tape.sources(row)
            memcpy(cython.address(sources[k * tape._selections]), source,
                   tape._selections * cython.sizeof(cython.int))  # fmt: skip
        return 0

    def _ready(self, xp, dp, count):
        """Set the pointers to parameters and gradients, and the number of samples."""
        sources: cython.int[:] = self._sources
        code: cython.int[:] = self._tape.code
        starts: cython.int[:] = self._tape.starts
        if len(self._tape.code):
            self._t.code = cython.address(code[0])
        self._t.starts = cython.address(starts[0])
        self._t.xp, self._t.dp, self._t.sources, self._t.samples = xp, dp, cython.address(sources[0]), count
        return 0

    def _of_parameters(self):
        """Compute the terms of a sample's loss that depend only on parameters, and return their sum."""
        each: Batches
        found: cython.double = 0.0
        for each in self._shared:
            each._forward()
            found += each._cell(each._t.xp, each._t.xs, 0, each._tape._root)[0]
        return found

    def _forward(self):
        k: cython.int = batch_forward(cython.address(self._t), 0)
        s: cython.longlong
        x: cython.p_double
        while k < self._t.instructions:
            for primitive, dst, cells in self._tape.stopped(k):
                for s in range(self._t.samples):
                    x = self._t.xs + s * self._t.stride
                    found: cython.double = called(primitive, [self._number(s, c) for c in cells])
                    x[cython.cast(cython.int, dst)] = found
            k = batch_forward(cython.address(self._t), k + 1)
        return 0

    def _cell(self, p, own, sample, c):
        return p + c if c < self._t.parameters else own + sample * self._t.stride + c

    def _number(self, sample: cython.longlong, c: cython.int):
        return self._cell(self._t.xp, self._t.xs, sample, c)[0]

    def _backward(self, share):
        """Compute the gradient of the parameters: ``share`` times the sum over the samples."""
        each: Batches
        batch_clear(cython.address(self._t))
        self._propagate(share)
        for each in self._shared:
            each._propagate(share * self._t.samples)
        return 0

    def _propagate(self, share):
        """Add ``share`` times the gradient of the sum over the samples to the gradient."""
        t: cython.pointer(batch) = cython.address(self._t)
        s: cython.longlong
        batch_empty(t, self._tape.cells - t.computed)
        for s in range(t.samples):
            self._cell(t.dp, t.ds, s, self._tape._root)[0] += share
        k: cython.int = batch_backward(t, t.instructions - 1)
        while k >= 0:
            for primitive, dst, cells in self._tape.stopped(k):
                for s in range(t.samples):
                    g: cython.double = self._cell(t.dp, t.ds, s, dst)[0]
                    for c, slope in zip(
                        cells, slopes(primitive, self._number(s, dst), [self._number(s, c) for c in cells]), strict=True
                    ):
                        if slope != 0.0:
                            self._cell(t.dp, t.ds, s, c)[0] += g * cython.cast(cython.double, slope)
            k = batch_backward(t, k - 1)
        return 0

    def _answer(self, sample):
        """Return the index of a sample's largest output, the first of equals; for a single one, 1 if it is above 0."""
        outputs: cython.int[:] = self._tape._outputs
        best: cython.longlong = 0
        o: cython.Py_ssize_t
        t: cython.pointer(batch) = cython.address(self._t)
        if self._tape.outputs == 1:
            return self._cell(t.xp, t.xs, sample, outputs[0])[0] > 0
        for o in range(1, self._tape.outputs):
            if (
                self._cell(t.xp, t.xs, sample, outputs[o])[0]
                > self._cell(t.xp, t.xs, sample, outputs[cython.cast(cython.Py_ssize_t, best)])[0]
            ):
                best = o
        return best

    def run(self, rows: cython.double[:, ::1], order: cython.longlong[:], labels, size: cython.int, budget: cython.int,
            rates: cython.double[:], rate_at: cython.Py_ssize_t, update: object):  # fmt: skip
        """Make updates until the epoch is over.

        Args:
            rows: a row of numbers for each sample.
            order: the indices of the samples in the order of this epoch.
            labels: for each sample, the index of the right output, an array of int64; or None.
            size: the number of samples in an update.
            budget: the largest number of updates.
            rates: the rate, or a rate for each update, from index ``rate_at`` on.
            rate_at: the index of the first rate.
            update: the optimizer's step; None to leave the updates to the caller.

        Returns:
            0 at the end of the epoch or the budget. 1 if the next update would have a number that is not finite; then
            this update was not made. 2 if the caller has to make the update; then its gradient is in ``gradient``.
        """
        t: cython.pointer(batch) = cython.address(self._t)
        samples: cython.longlong = len(order)
        wanted: cython.longlong[:] = order if labels is None else labels
        following: cython.double[:]
        count: cython.int
        made: cython.int = 0
        k: cython.longlong
        loss: cython.double
        rate: cython.double
        hits: cython.longlong
        maker: Update = update
        rule: update_rule
        pool_open(t.threads, self._threads)
        try:
            while self.place < samples and made < budget:
                count = size if samples - self.place > size else cython.cast(cython.int, samples - self.place)
                self._load(rows, order, self.place, count)
                self._forward()
                loss, hits = count * self._of_parameters(), 0
                for k in range(count):
                    loss += self._cell(t.xp, t.xs, k, self._tape._root)[0]
                    if labels is not None:
                        hits += self._answer(k) == wanted[order[self.place + k]]
                if not isfinite(loss):
                    return STOPPED
                if update is None:
                    self._backward(1.0 / count)
                    self.pending_total, self.pending_hits = loss, hits
                    return GRADIENT
                rate = rates[rate_at + made if len(rates) > 1 else 0]
                following = self._next
                rule = maker.rule()
                if not self._shared:  # their gradients are added later
                    batch_prepare(
                        t, cython.address(self._step), cython.address(rule), cython.address(following[0]), rate
                    )
                self._backward(1.0 / count)
                maker.clip(t.parameters, t.dp)
                if not batch_update(t, cython.address(rule), cython.address(following[0]), rate):
                    return STOPPED
                # Make the update. No interrupt can come between the following lines.
                maker.commit()
                self.numbers, self._next = self._next, self.numbers
                made += 1
                self.updates += 1
                self.place += count
                self.total += loss
                self.hits += hits
        finally:
            pool_close(t.threads)
            t.step = cython.NULL
        return DONE

    def gradient_in(self, machine: Machine, samples: list):
        """Compute the mean of the gradients of samples in a machine, and return the sum of their losses.

        Args:
            machine: the machine, whose parameters are used.
            samples: sequences that begin with this tape and the row of a sample; at most ``size`` of them.
        """
        t: cython.pointer(batch) = cython.address(self._t)
        row: cython.double[:]
        each: Batches
        k: cython.longlong
        loss: cython.double
        self._ready(machine._x, machine._d, len(samples))
        for k in range(t.samples):
            row = samples[k][1]
            self._bring(k, cython.address(row[0]))
        for each in self._shared:
            each._ready(t.xp, t.dp, 1)
        pool_open(t.threads, self._threads)
        try:
            self._forward()
            loss = t.samples * self._of_parameters()
            for k in range(t.samples):
                loss += self._cell(t.xp, t.xs, k, self._tape._root)[0]
            self._backward(1.0 / t.samples)
        finally:
            pool_close(t.threads)
        return loss

    def results(self, rows: cython.double[:, ::1], found: cython.double[:, ::1]):
        """Write the loss and the outputs of each sample to a row of ``found``."""
        t: cython.pointer(batch) = cython.address(self._t)
        outputs: cython.int[:] = self._tape._outputs
        order: cython.longlong[:] = array("q", range(len(rows)))
        first: cython.longlong
        k: cython.longlong
        o: cython.Py_ssize_t
        count: cython.int
        shared: cython.double
        pool_open(t.threads, self._threads)
        try:
            for first in range(0, len(rows), self._size):
                count = cython.cast(cython.int, min(self._size, len(rows) - first))
                self._load(rows, order, first, count)
                self._forward()
                shared = self._of_parameters()
                for k in range(count):
                    found[first + k, 0] = self._cell(t.xp, t.xs, k, self._tape._root)[0] + shared
                    for o in range(self._tape.outputs):
                        found[first + k, o + 1] = self._cell(t.xp, t.xs, k, outputs[o])[0]
        finally:
            pool_close(t.threads)
