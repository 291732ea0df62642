"""The history of a training."""

from typing import TYPE_CHECKING, Any, NoReturn

from autograd.engine.absent import Absent, listed
from nn.plots import pyplot

if TYPE_CHECKING:
    from nn.film import Film  # it imports the modules that draw

__all__ = ["History"]


class History:
    """The history of a training by :func:`fit`.

    Attributes:
        loss: for each complete epoch, the mean loss over the samples. The loss of a sample is taken before the update
            that uses the sample.
        validation_loss: for each complete epoch, the mean loss over the validation samples after the epoch; empty if
            there are no validation samples.
        accuracy: for each complete epoch, the share of samples, from 0 to 1, that are answered by the right class;
            empty if the targets are not classes. Targets are classes if they are one-hot rows or the integers of
            ``cross_entropy`` (the answer is the largest output), or single targets -1 and 1 of ``hinge`` (the answer
            is the sign of the output).
        validation_accuracy: the same for the validation samples.
        update_loss: for each update, the mean loss of its samples before the update, if :func:`nn.minimize` records it.
        updates: the number of all updates.
        metrics: a dict from the name of a callback to the list of numbers that it returned.
        interrupted: True if an interrupt from the keyboard stopped the training.
        film: a :class:`nn.film.Film`, which a notebook plays, if the training recorded one; else None.

    Example:
        >>> from nn import MLP, fit
        >>> history = fit(MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 1.0], epochs=3, seed=0, progress=False)
        >>> len(history.loss), len(history.validation_loss)
        (3, 0)
    """

    def __init__(self) -> None:
        self.loss: list[float] = []
        self.validation_loss: list[float] = []
        self.update_loss: list[float] = []
        self.accuracy: list[float] = []
        self.validation_accuracy: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.updates = 0
        self.interrupted = False
        self.film: Film | None = None

    def __dir__(self):
        return listed(self, super().__dir__())

    def __getitem__(self, name: object) -> NoReturn:
        known = {"val_loss": "validation_loss", "val_accuracy": "validation_accuracy", "acc": "accuracy"}
        ours = known.get(str(name), str(name))
        ours = f"metrics[{name!r}]" if name in self.metrics else ours if ours in vars(self) else "loss"
        raise TypeError(f"a history has lists as attributes: write history.{ours} in place of history[{name!r}].")

    def __repr__(self) -> str:
        last = f", loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g}" if self.loss else ""
        last += f", accuracy {self.accuracy[-1]:.1%}" if self.accuracy else ""
        stopped = ", interrupted" if self.interrupted else ""
        epochs, updates = [
            f"{n} {name}{'s' * (n != 1)}" for n, name in ((len(self.loss), "epoch"), (self.updates, "update"))
        ]
        return f"<history of {epochs}, {updates}{last}{stopped}>"

    history = Absent("it is one itself: write history.loss, a list with a number for each epoch")
    losses = Absent("write history.loss, a list with a number for each epoch")
    val_loss = Absent("write history.validation_loss, a list with a number for each epoch")
    val_accuracy = Absent("write history.validation_accuracy, a list with a number for each epoch")
    epoch = Absent("write len(history.loss) for how many epochs there were")

    def plot(self, ax: Any = None, label: str | None = None) -> Any:
        """Draw the loss, and the validation loss if there is one, over the epochs.

        Args:
            ax: the matplotlib Axes to draw on; by default a new one.
            label: the name of the curve in the legend.

        Returns:
            The Axes.

        Example:
            >>> history = History()
            >>> history.loss += [0.5, 0.25]
            >>> history.plot().get_ylabel()
            'mean loss'
        """
        if ax is None:
            _, ax = pyplot().subplots(layout="constrained")
        epochs = range(1, len(self.loss) + 1)
        (line,) = ax.plot(epochs, self.loss, label=label or "training")
        if self.validation_loss:
            name = f"{label}, validation" if label else "validation"
            ax.plot(epochs, self.validation_loss, "--", color=line.get_color(), label=name)
        ax.set_xlabel("epoch")
        ax.set_ylabel("mean loss")
        ax.legend()
        return ax
