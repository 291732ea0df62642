"""The loop over the epochs of a training. It is the same for every engine."""

import sys
import warnings
from collections.abc import Callable

from nn.callbacks import Callbacks
from nn.history import History
from nn.protocols import Training
from nn.setups import Setup

__all__ = ["run"]


def run(
    choose: Callable[[], Training],
    setup: Setup,
    history: History,
    epochs: int,
    callbacks: Callbacks,
    *,
    progress: bool,
    record: bool = False,
) -> History:
    """Train for some epochs, and record the history.

    Args:
        choose: a function that returns the training. It may take a long time, and may be interrupted.
        setup: the setup of the training.
        history: the history that is filled and returned.
        epochs: the number of epochs.
        callbacks: the callbacks, which are called after each epoch.
        progress: True to show a progress bar.
        record: True to keep the loss of every update.

    Raises:
        Exception: any exception of the engine. Then the Values, the optimizer and the history have the state after the
            last whole update.
    """
    training = running = bar = None

    def each(loss):
        history.updates = training.updates
        if record:
            history.update_loss.append(loss)
        if history.film is not None:
            history.film.take(history.updates)

    def note(total, right):
        if setup.counts:
            history.accuracy.append(right / len(setup.samples))
        history.loss.append(total / len(setup.samples))

    try:
        training = choose()
        every = each if record or history.film is not None else None
        running = training.epochs(epochs, setup.held_out is not None or bool(callbacks.all), every)
        progress = progress and sys.stderr is not None  # programs without a console have no stderr
        bar = _progress_bar(epochs, progress)
        if history.film is not None:
            history.film.take(0)
        callbacks.begin()
        for total, right in running:
            history.updates = training.updates
            if setup.held_out is not None:
                measured, share = training.measure()
                history.validation_loss.append(measured)
                if setup.counts:
                    history.validation_accuracy.append(share)
            note(total, right)
            if progress:
                bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                bar.update()
            if callbacks.all and callbacks.after(training):
                break
            # If the last statement of a loop is a condition, Python 3.12 and 3.13 have no exception handler at the jump
            # back. An interrupt would then leave this function. So the loop ends with another statement.
            del total, right
        running.close()
        history.updates = training.updates
        callbacks.end()
        if history.film is not None:
            history.film.take(history.updates, last=True)
    except KeyboardInterrupt:
        history.interrupted = True
        for column in (history.validation_loss, history.validation_accuracy, history.accuracy):
            del column[len(history.loss) :]
        if training is not None and setup.held_out is None:
            for total, right in training.after(len(history.loss)):
                note(total, right)
    finally:
        for opened in (running, bar):
            if opened is not None:
                opened.close()
        if training is not None:
            history.updates = training.updates
    return history


def _progress_bar(epochs, shown):
    """Return a progress bar over epochs; it is hidden if ``shown`` is False."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without widgets would get a warning each time
        from tqdm.auto import tqdm  # lazy: only needed for training

    return tqdm(total=epochs, unit="epoch", disable=not shown)
