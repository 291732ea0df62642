"""Loops of updates on a function of a sample: eager, and on tapes."""

import importlib.util
import math
from array import array

from autograd import Value, no_grad
from autograd.engine import tape
from autograd.engine.algebra import is_real
from nn.dropout import drawn, train_mode
from nn.firstlook import diverged
from nn.optimizers import Optimizer

__all__ = ["EagerLoop", "TapeLoop", "check_loss", "choose_loop", "leaves_of", "not_compiled", "tracing"]


class EagerLoop:
    """Updates made sample by sample on the recorded graph.

    Args:
        loss: a function of a sample that returns a Value.
        parameters: the leaves to train.
        optimizer: makes the updates.

    Attributes:
        updates: how many were made.
    """

    def __init__(self, loss, parameters, optimizer):
        self._loss, self._parameters, self._optimizer = loss, parameters, optimizer
        self.updates = 0

    def prepare(self, samples):
        """The samples as :meth:`update` takes them."""
        return samples

    def update(self, batch) -> float:
        """Make one update; the sum of the losses of its samples before it."""
        total = self.gradients(batch)
        self._optimizer.step(self._parameters)
        self.updates += 1
        return total

    def gradients(self, batch) -> float:
        """Set the gradients to the average over samples; the sum of their losses."""
        for p in self._parameters:
            p.grad = 0.0
        share, total = 1.0 / len(batch), 0.0
        for sample in batch:
            try:
                with train_mode():
                    value = self._loss(sample)
                if not isinstance(value, Value):
                    raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from Values.")
                if not math.isfinite(value.data):
                    raise FloatingPointError(diverged(f"the loss is {value.data}", self.updates))
                value.backward(share)
            except OverflowError as error:
                what = f"the loss is too large for a float ({error})"
                raise FloatingPointError(diverged(what, self.updates)) from error
            total += value.data
        return total

    def measure(self, samples) -> float:
        """The mean loss of samples."""
        with no_grad():
            return sum([self._loss(sample).data for sample in samples]) / len(samples)

    def write(self):
        """Bring the Values up to the last update, as they always are here."""

    def read(self):
        """Take the numbers of the Values, which are read at each update anyway."""


def tracing():
    """The module that makes tapes."""
    from autograd.compiler import tracing as found  # when it is asked for: it brings llvmlite

    return found


class TapeLoop:
    """Updates made in C, from tapes of what the loss records; arguments as of :class:`EagerLoop`.

    Parameters and what the optimizer remembers are in arrays; :meth:`write` brings them to the Values.
    """

    def __init__(self, loss, parameters, optimizer):
        self._tapes = tracing().Tapes(loss, parameters)
        self._loss, self._parameters, self._optimizer = loss, parameters, optimizer
        self._machine = self._tapes.machine
        self._update = _in_c(optimizer, parameters)
        self._made = self._counted = 0
        self._machine.read(parameters)

    @property
    def updates(self):
        """The number of updates that were made."""
        return self._made + self._machine.updates

    def prepare(self, samples):
        """The samples as :meth:`update` takes them: pairs of a tape and a row of numbers.

        Raises:
            Untraceable: a tape would not compute what the loss does.
        """
        before = drawn()
        try:
            with train_mode():
                seen = [self._tapes.see(sample) for sample in samples]
                made = [
                    (self._tapes.tape(form, row), array("d", [*row, 0.0]), sample)
                    for (form, row), sample in zip(seen, samples, strict=True)
                ]
        except tracing().Untraceable:
            if drawn() == before:
                raise
        if drawn() != before:
            raise tracing().Untraceable("it has dropout, which draws anew for every sample") from None
        return made

    def update(self, batch) -> float:
        """Make one update; the sum of the losses of its samples before it."""
        machine, optimizer = self._machine, self._optimizer
        total = machine.batch(batch)
        if not math.isfinite(total):
            return self._by_hand(batch, None)
        if self._update is None:
            return self._by_hand(batch, total)
        rate = optimizer.rate
        if callable(rate):
            self._count()
            rate = rate(optimizer.updates)
            if isinstance(rate, Value) or not is_real(rate) or not math.isfinite(rate) or rate < 0:
                return self._by_hand(batch, total)  # the optimizer says what is wrong with it
        if not machine.update(self._update, rate):
            return self._by_hand(batch, total)
        return total

    def _count(self):
        """Bring the optimizer's number of updates up to the last one."""
        made = self._machine.updates
        if made != self._counted:
            self._optimizer.updates += made - self._counted
            self._counted = made

    def _by_hand(self, batch, total):
        """One update by the engine and the optimizer themselves: they say what is wrong."""
        self.write()
        if total is None:
            loop = EagerLoop(self._loss, self._parameters, self._optimizer)
            loop.updates = self.updates
            total = loop.gradients([sample for _, _, sample in batch])
        else:
            self._machine.write_gradient(self._parameters)
        self._optimizer.step(self._parameters)
        self._made += 1
        self._machine.read(self._parameters)
        self._update = _in_c(self._optimizer, self._parameters)
        return total

    def measure(self, samples) -> float:
        """The mean loss of samples, prepared."""
        return sum([self._machine.value(made, row) for made, row, _ in samples]) / len(samples)

    def write(self):
        """Bring the Values and the optimizer up to the last update."""
        self._count()
        self._machine.write(self._parameters)

    def read(self):
        """Take the numbers of the Values, and the settings of the optimizer, which were changed outside."""
        self._machine.read(self._parameters)
        self._update = _in_c(self._optimizer, self._parameters)


def _in_c(optimizer, parameters):
    """The optimizer's updates in C, or None."""
    return optimizer.arrays_for(parameters) if isinstance(optimizer, Optimizer) else None


def choose_loop(engine, loss, parameters, optimizer, samples):
    """The loop for an engine, and the samples prepared for it.

    Raises:
        ValueError: ``engine="native"`` and the loss cannot be compiled.
    """
    if engine not in (None, "native", "eager"):
        raise ValueError(f"engine is 'native' or 'eager', found {engine!r}.")
    if engine != "eager":
        reason = _missing()
        if reason is None:
            loop = TapeLoop(loss, parameters, optimizer)
            try:
                return loop, loop.prepare(samples)
            except tracing().Untraceable as error:
                reason = str(error)
        if engine == "native":
            raise ValueError(not_compiled(reason))
    loop = EagerLoop(loss, parameters, optimizer)
    return loop, samples


def not_compiled(reason):
    """The message where a loss was to be compiled and cannot be."""
    return f"engine='native' cannot compile this loss: {reason}. Or use engine='eager'."


def _missing():
    """Return what keeps a loss from being compiled here, or None."""
    if not tape.compiled:
        return "the engine runs interpreted, or was installed without a C compiler"
    if importlib.util.find_spec("llvmlite") is None or importlib.util.find_spec("numpy") is None:
        return "it needs llvmlite and NumPy: pip install 'deltagrad[native]'"
    return None


def leaves_of(parameters) -> list:
    """The parameters as a list of leaves.

    Raises:
        TypeError: they are no Values. ValueError: there are none, one is no leaf, or one is listed twice.
    """
    if callable(getattr(parameters, "parameters", None)):
        parameters = parameters.parameters()
    if isinstance(parameters, (Value, str)) or not hasattr(parameters, "__iter__"):
        raise TypeError(f"parameters are a list of Values, found {type(parameters).__name__}: write [w, b].")
    found = list(parameters)
    for k, p in enumerate(found):
        if not isinstance(p, Value):
            raise TypeError(f"parameter {k} is {type(p).__name__} {p!r}: give Values.")
        if p.op is not None:
            raise ValueError(f"parameter {k}, {p!r}, was computed by {p.op}: give the leaves to train.")
    if not found:
        raise ValueError("there are no parameters: there is nothing to train.")
    if len(set(found)) < len(found):
        raise ValueError("a parameter is listed twice: list each once.")
    return found


def check_loss(loss, optimizer):
    """Have a loss that is a function and an optimizer that has a step."""
    if not callable(loss):
        raise TypeError(f"the loss is {loss!r}: give a function of a sample that returns a Value.")
    if not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"the optimizer is {optimizer!r}, which has no step(): give one of nn, or your own that has it."
        )
