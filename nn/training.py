r"""``fit``: gradient descent on a model, stochastic, in mini-batches or in one batch."""

import math
import random as _random

from autograd import Value, no_grad
from autograd.algebra import is_real
from nn.losses import half_sse
from nn.optimizers import SGD

__all__ = ["History", "fit"]


class History:
    """What happened during :func:`fit`.

    Attributes:
        loss: for each whole epoch, the mean loss over the samples, each taken before the update it was used in.
        validation_loss: for each whole epoch, the mean loss over the validation samples after it; empty without any.
        updates: how many updates were made in all.
        interrupted: True where fit was stopped by an interrupt from the keyboard.
    """

    def __init__(self):
        self.loss: list[float] = []
        self.validation_loss: list[float] = []
        self.updates = 0
        self.interrupted = False

    def __repr__(self):
        last = f", loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g}" if self.loss else ""
        stopped = ", interrupted" if self.interrupted else ""
        return f"<history of {len(self.loss)} epochs, {self.updates} updates{last}{stopped}>"

    def plot(self, ax=None, label=None):
        """Draw the loss, and the validation loss if there is one, over the epochs.

        Args:
            ax: the matplotlib Axes to draw on; by default a new one.
            label: the name of the curve in the legend.

        Returns:
            The Axes.
        """
        import matplotlib.pyplot as plt  # lazy: a heavy library, and an extra

        if ax is None:
            _, ax = plt.subplots(layout="constrained")
        epochs = range(1, len(self.loss) + 1)
        (line,) = ax.plot(epochs, self.loss, label=label or "training")
        if self.validation_loss:
            name = f"{label}, validation" if label else "validation"
            ax.plot(epochs, self.validation_loss, "--", color=line.get_color(), label=name)
        ax.set_xlabel("epoch")
        ax.set_ylabel("mean loss")
        ax.legend()
        return ax


def fit(
    model,
    X,
    Y,
    *,
    loss=half_sse,
    optimizer=None,
    epochs=100,
    batch_size=1,
    seed=None,
    validation=0.0,
    progress=True,
):
    r"""Train a model: for each batch the average gradient of its samples, then one update.

    Args:
        model: called with one sample's inputs, it returns its outputs; ``model.parameters()`` are the leaves to train.
        X: the inputs, one row per sample: nested lists or a NumPy array, of finite numbers.
        Y: the targets, one entry or row per sample.
        loss: a function of a sample's outputs and target, such as those of :mod:`nn.losses`.
        optimizer: makes the updates; by default ``SGD(0.1)``. It keeps what it remembers, for a further ``fit``.
        epochs: how many times to go through the samples, 0 or more.
        batch_size: 1 for stochastic, n for mini-batch, None for batch gradient descent. With batches smaller than the
            whole, the samples are shuffled before each epoch; the last batch may be smaller.
        seed: for the shuffling and the choice of validation samples; the same seed gives the same result.
        validation: samples to measure and not to train on: a share of X and Y, from 0 to below 1, chosen at random, or
            a pair of inputs and targets of their own.
        progress: whether to show a progress bar.

    Returns:
        A :class:`History`. An interrupt from the keyboard leaves the model at the last whole update and returns the
        history so far.

    Raises:
        ValueError: there are no samples, X and Y differ in length, a number is not finite, or an option is out of
            range.
        FloatingPointError: a loss or a gradient became NaN or infinite; the model is at the last whole update.
    """
    X, Y = _samples(X, Y)
    generator = _random.Random(seed)
    X, Y, held_out = _split(X, Y, validation, generator)
    _check_options(epochs, batch_size, len(X))
    optimizer = SGD(0.1) if optimizer is None else optimizer
    parameters = model.parameters()
    size = len(X) if batch_size is None else batch_size
    order = list(range(len(X)))
    history = History()
    bar = _progress_bar(epochs, progress)
    try:
        for _ in range(epochs):
            if size < len(X):
                generator.shuffle(order)
            total = 0.0
            for start in range(0, len(X), size):
                batch = order[start : start + size]
                total += _accumulate(model, loss, parameters, [(X[i], Y[i]) for i in batch], history.updates)
                optimizer.step(parameters)
                history.updates += 1
            mean = total / len(X)
            if held_out:
                measured = _mean_loss(model, loss, *held_out)
                history.validation_loss.append(measured)
            history.loss.append(mean)
            bar.set_postfix_str(f"loss {mean:.4g}", refresh=False)
            bar.update()
    except KeyboardInterrupt:
        history.interrupted = True
        del history.validation_loss[len(history.loss) :]
    finally:
        bar.close()
    return history


def _accumulate(model, loss, parameters, batch, updates):
    """Set the gradients to the average over a batch, and return the sum of its losses."""
    for p in parameters:
        p.grad = 0.0
    share, total = 1.0 / len(batch), 0.0
    for x, y in batch:
        value = loss(model(x), y)
        if not isinstance(value, Value):
            raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from the model's Values.")
        if not math.isfinite(value.data):
            raise FloatingPointError(
                f"the loss is {value.data} at update {updates + 1}; the model is at the update before: lower the rate, "
                "or look for numbers in the data that are too large."
            )
        value.backward(share)
        total += value.data
    return total


def _mean_loss(model, loss, X, Y):
    with no_grad():
        return sum([loss(model(x), y).data for x, y in zip(X, Y, strict=True)]) / len(X)


def _samples(X, Y):
    X, Y = [side.tolist() if hasattr(side, "tolist") else list(side) for side in (X, Y)]
    if len(X) != len(Y):
        raise ValueError(f"X has {len(X)} samples and Y {len(Y)}: give one target for each.")
    if not X:
        raise ValueError("there are no samples: X is empty.")
    X = [(row,) if is_real(row) else tuple(row) for row in X]
    for name, rows in (("X", X), ("Y", Y)):
        for i, row in enumerate(rows):
            for x in (row,) if is_real(row) else row:
                if not is_real(x):
                    raise ValueError(f"{name}[{i}] holds {x!r}: samples are made of plain numbers.")
                if not math.isfinite(x):
                    raise ValueError(f"{name}[{i}] holds {x}: drop the sample or fill the number in.")
    return X, Y


def _split(X, Y, validation, generator):
    if isinstance(validation, (tuple, list)):
        if len(validation) != 2:
            raise ValueError(f"validation is a share or a pair (X, Y), found {len(validation)} things.")
        return X, Y, _samples(*validation)
    if not is_real(validation) or not 0.0 <= validation < 1.0:
        raise ValueError(f"validation is a share from 0 to below 1, or a pair (X, Y), found {validation!r}.")
    n = round(len(X) * validation)
    if n == 0:
        return X, Y, None
    if n == len(X):
        raise ValueError(f"a validation share of {validation} leaves nothing of {len(X)} samples to train on.")
    order = list(range(len(X)))
    generator.shuffle(order)
    held_out, kept = sorted(order[:n]), sorted(order[n:])
    return [X[i] for i in kept], [Y[i] for i in kept], ([X[i] for i in held_out], [Y[i] for i in held_out])


def _check_options(epochs, batch_size, n):
    if not isinstance(epochs, int) or epochs < 0:
        raise ValueError(f"epochs is an integer, 0 or more, found {epochs!r}.")
    if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
        raise ValueError(f"batch_size is 1 or more, or None for all {n} samples at once, found {batch_size!r}.")


def _progress_bar(epochs, shown):
    from tqdm.auto import tqdm  # lazy: only where something is trained

    return tqdm(total=epochs, unit="epoch", disable=not shown)
