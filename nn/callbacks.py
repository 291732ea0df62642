"""Callbacks: functions and objects that :func:`nn.fit` calls after each epoch."""

import math
from collections.abc import Callable
from typing import Any, NoReturn

from autograd import Value
from autograd.engine.algebra import is_real
from nn.advice import unknown_of_callback
from nn.data import integer
from nn.history import History
from nn.optimizers import check_setting

__all__ = ["EarlyStopping", "Epoch", "ReduceOnPlateau"]


# The name of a measurement of an epoch, or a function that returns a number.
Monitor = str | Callable[["Epoch"], float]


class Epoch:
    """A finished epoch: the argument of a callback.

    Args:
        history, model, optimizer: the history, the model and the optimizer of the training.

    Attributes:
        history: the :class:`nn.History` so far, including this epoch.
        model: the model. It can be called, and its parameters can be changed.
        optimizer: the optimizer. Its ``rate`` can be changed.
        stopped: True if the training ends after this epoch.

    Example:
        >>> from nn import MLP, fit
        >>> def tell(epoch):
        ...     print(epoch.number, epoch.stopped)
        >>> _ = fit(MLP(1, [1]), [[0.0], [1.0]], [0.0, 1.0], epochs=2, progress=False, callbacks=tell)
        1 False
        2 False
    """

    def __init__(self, history: History, model: Any, optimizer: Any) -> None:
        self.history, self.model, self.optimizer = history, model, optimizer
        self.stopped = False

    @property
    def number(self) -> int:
        """The number of the epoch, from 1.

        Example:
            >>> from nn import History
            >>> epoch = Epoch(History(), None, None)
            >>> epoch.history.loss += [0.5, 0.25]
            >>> epoch.number
            2
        """
        return len(self.history.loss)

    @property
    def loss(self) -> float:
        """The mean loss over the samples, as in ``history.loss``.

        Example:
            >>> from nn import History
            >>> epoch = Epoch(History(), None, None)
            >>> epoch.history.loss += [0.5, 0.25]
            >>> epoch.loss
            0.25
        """
        return self.history.loss[-1]

    @property
    def validation_loss(self) -> float | None:
        """The mean loss over the validation samples; None if there are no validation samples.

        Example:
            >>> from nn import History
            >>> epoch = Epoch(History(), None, None)
            >>> epoch.history.validation_loss += [0.5, 0.25]
            >>> epoch.validation_loss
            0.25
        """
        return self.history.validation_loss[-1] if self.history.validation_loss else None

    @property
    def accuracy(self) -> float | None:
        """The share of right answers; None if the targets are not classes.

        Example:
            >>> from nn import History
            >>> epoch = Epoch(History(), None, None)
            >>> epoch.history.accuracy += [0.5, 0.75]
            >>> epoch.accuracy
            0.75
        """
        return self.history.accuracy[-1] if self.history.accuracy else None

    @property
    def validation_accuracy(self) -> float | None:
        """The share of right answers for the validation samples; None if the targets are not classes.

        Example:
            >>> from nn import History
            >>> epoch = Epoch(History(), None, None)
            >>> epoch.history.validation_accuracy += [0.5, 0.75]
            >>> epoch.validation_accuracy
            0.75
        """
        return self.history.validation_accuracy[-1] if self.history.validation_accuracy else None

    def stop(self) -> None:
        """End the training after this epoch.

        Example:
            >>> from nn import MLP, fit
            >>> def first(epoch):
            ...     epoch.stop()
            >>> history = fit(MLP(1, [1]), [[0.0], [1.0]], [0.0, 1.0], epochs=3, progress=False, callbacks=first)
            >>> len(history.loss)
            1
        """
        self.stopped = True


class EarlyStopping:
    """A callback that ends a training that no longer improves, and keeps the best weights.

    At the end of the training, whether it was stopped or not, the model gets the parameters of its best epoch.

    Args:
        patience: the number of epochs in a row without an improvement after which the training ends, 1 or more.
        min_delta: the smallest difference that counts as an improvement, 0 or more.
        monitor: ``"loss"``, ``"validation_loss"``, ``"accuracy"``, ``"validation_accuracy"``, or a function of an
            :class:`Epoch` that returns a number, where smaller is better. By default the validation loss, or the loss
            if there are no validation samples.

    Attributes:
        best: the best number so far; None before the first epoch.
        best_epoch: the epoch with the best number, counted from 1.

    Raises:
        ValueError: an argument is out of range, or the training does not have the monitored number.

    >>> from nn import MLP, fit
    >>> early = EarlyStopping(patience=3)
    >>> X, Y = [[0.0], [0.5], [1.0]], [0.0, 0.5, 1.0]
    >>> history = fit(MLP(1, [1], seed=0), X, Y, epochs=1000, callbacks=early, seed=0, progress=False)
    >>> len(history.loss) < 1000
    True
    """

    def __init__(
        self, patience: int = 10, min_delta: float = 0.0, monitor: Monitor | None = None, **unknown: NoReturn
    ) -> None:
        if unknown:
            unknown_of_callback("EarlyStopping", unknown, ("patience", "min_delta", "monitor"))
        self.patience = integer("patience is 1 or more epochs", patience, least=1)
        check_setting("min_delta", min_delta, least=0.0)
        self.min_delta, self.monitor = min_delta, _checked_monitor(monitor)
        self.begin()

    def __repr__(self) -> str:
        return f"EarlyStopping({_options(self, 'patience', 'min_delta', 'monitor')})"

    def begin(self) -> None:
        """Forget an earlier training.

        Example:
            >>> early = EarlyStopping()
            >>> early.best = 0.5
            >>> early.begin()
            >>> early.best is None
            True
        """
        self.best: float | None = None
        self.best_epoch = 0
        self._numbers: list[float] = []

    def __call__(self, epoch: Epoch) -> None:
        """Compare an epoch with the best one, and stop the training after ``patience`` epochs without improvement."""
        found = _monitored(self.monitor, epoch)
        higher = isinstance(self.monitor, str) and self.monitor.endswith("accuracy")
        gain = math.inf if self.best is None else (found - self.best if higher else self.best - found)
        if gain > self.min_delta:
            self.best, self.best_epoch = found, epoch.number
            self._numbers = [p.data for p in epoch.model.parameters()]
        elif epoch.number - self.best_epoch >= self.patience:
            epoch.stop()

    def end(self, epoch: Epoch) -> None:
        """Give the model the parameters of its best epoch.

        Example:
            >>> from nn import History, MLP
            >>> model, history = MLP(1, [1], seed=0), History()
            >>> early, best = EarlyStopping(), model.parameters()[0].data
            >>> history.loss.append(0.5)
            >>> early(Epoch(history, model, None))
            >>> model.parameters()[0].data = 7.0
            >>> early.end(Epoch(history, model, None))
            >>> model.parameters()[0].data == best
            True
        """
        for p, number in zip(epoch.model.parameters(), self._numbers, strict=True):
            p.data = number


class ReduceOnPlateau:
    """A callback that lowers the rate if the loss no longer falls, like PyTorch's ``ReduceLROnPlateau``.

    Args:
        factor: the factor that multiplies the rate, above 0 and below 1.
        patience: the number of epochs in a row that are allowed without an improvement, 0 or more.
        threshold: an epoch is an improvement if its loss is below ``(1 - threshold)`` times the best loss. It is 0 or
            more and below 1.
        least: the smallest rate, 0 or more.
        monitor: as for :class:`EarlyStopping`, but only a number for which smaller is better.

    Raises:
        ValueError: an argument is out of range, or the training does not have the monitored number.
        TypeError: the rate of the optimizer is a schedule and not a number.

    >>> from nn import MLP, SGD, fit
    >>> optimizer = SGD(0.5)
    >>> callback = ReduceOnPlateau(factor=0.5, patience=1)
    >>> _ = fit(MLP(1, [1], seed=0), [[1.0]], [1.0], optimizer=optimizer, callbacks=callback, progress=False)
    >>> optimizer.rate < 0.5
    True
    """

    def __init__(
        self,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        least: float = 0.0,
        monitor: Monitor | None = None,
        **unknown: NoReturn,
    ) -> None:
        if unknown:
            unknown_of_callback("ReduceOnPlateau", unknown, ("factor", "patience", "threshold", "least", "monitor"))
        check_setting("factor", factor, above=0.0, below=1.0)
        self.patience = integer("patience is 0 or more epochs", patience, least=0)
        check_setting("threshold", threshold, least=0.0, below=1.0)
        check_setting("least", least, least=0.0)
        self.factor, self.threshold, self.least = factor, threshold, least
        self.monitor = _checked_monitor(monitor)
        if isinstance(monitor, str) and monitor.endswith("accuracy"):
            raise ValueError(
                f"monitor={monitor!r} should be large, and this callback needs a number that should be small: give a "
                "loss, or a function such as 1 - accuracy."
            )
        self.begin()

    def __repr__(self) -> str:
        return f"ReduceOnPlateau({_options(self, 'factor', 'patience', 'threshold', 'least', 'monitor')})"

    def begin(self) -> None:
        """Forget an earlier training.

        Example:
            >>> callback = ReduceOnPlateau()
            >>> callback.begin()  # fit calls this before the first epoch
        """
        self._best, self._worse = math.inf, 0

    def __call__(self, epoch: Epoch) -> None:
        """Compare an epoch with the best one, and lower the rate if more than ``patience`` epochs were no better.

        They are counted from the last improvement or the last time that the rate was lowered.
        """
        found = _monitored(self.monitor, epoch)
        if found < self._best * (1 - self.threshold):
            self._best, self._worse = found, 0
        else:
            self._worse += 1
        if self._worse <= self.patience:
            return
        self._worse = 0
        if callable(epoch.optimizer.rate):
            raise TypeError("ReduceOnPlateau needs a rate that is a number, found a schedule: leave out one of them.")
        rate = max(epoch.optimizer.rate * self.factor, self.least)
        if epoch.optimizer.rate - rate > 1e-8:
            epoch.optimizer.rate = rate


class Callbacks:
    """The callbacks of a training.

    Args:
        found: None, a function or an object that can be called, or a list of them.
        epoch: the :class:`Epoch` that is passed to them.

    Raises:
        TypeError: a callback cannot be called.
    """

    def __init__(self, found, epoch):
        listed = list(found) if isinstance(found, (list, tuple)) else [] if found is None else [found]
        for callback in listed:
            if not callable(callback) or isinstance(callback, type):
                raise TypeError(
                    f"a callback is a function of an epoch, found {callback!r}: write callbacks=[EarlyStopping()], or "
                    "a function such as lambda epoch: print(epoch.loss)."
                )
        self.all, self.epoch = listed, epoch

    def begin(self):
        """Call the method ``begin`` of the callbacks that have one, before the first epoch."""
        self._each("begin")

    def after(self, training) -> bool:
        """Call the callbacks after an epoch, and return True if the training ends.

        The Values have the numbers of the epoch during the calls, and the training then reads them again.
        """
        training.write()
        for callback in self.all:
            found = callback(self.epoch)
            if is_real(found) and not isinstance(found, (Value, bool)):
                name = getattr(callback, "__name__", type(callback).__name__)
                self.epoch.history.metrics.setdefault(name, []).append(float(found))
        training.read()
        return self.epoch.stopped

    def end(self):
        """Call the method ``end`` of the callbacks that have one, after the last epoch."""
        self._each("end", self.epoch)

    def _each(self, name, *arguments):
        for callback in self.all:
            if callable(getattr(callback, name, None)):
                getattr(callback, name)(*arguments)


_MONITORED = ("loss", "validation_loss", "accuracy", "validation_accuracy")


def _options(callback, *names):
    """Return the options of a callback as Python text, without those that are None."""
    return ", ".join([f"{name}={getattr(callback, name)!r}" for name in names if getattr(callback, name) is not None])


def _checked_monitor(monitor):
    if not (monitor is None or callable(monitor) or monitor in _MONITORED):
        ours = {"val_loss": "validation_loss", "val_accuracy": "validation_accuracy", "acc": "accuracy"}
        advice = f": write monitor={ours[monitor]!r}" if isinstance(monitor, str) and monitor in ours else ""
        raise ValueError(
            f"monitor is one of {', '.join(_MONITORED)} or a function of an epoch, found {monitor!r}{advice}."
        )
    return monitor


def _monitored(monitor, epoch):
    """Return the number of an epoch that a callback monitors."""
    if callable(monitor):
        return monitor(epoch)
    if monitor is None:
        return epoch.loss if epoch.validation_loss is None else epoch.validation_loss
    found = getattr(epoch, monitor)
    if found is None:
        needs = "validation samples" if monitor == "validation_loss" else "targets that are classes"
        raise ValueError(f"monitor={monitor!r} needs {needs}, which this training does not have.")
    return found
