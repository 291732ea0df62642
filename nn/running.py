"""The loop over the epochs of a training, the same for every engine."""

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
    """Train for some epochs, and keep the history.

    Args:
        choose: makes the training. It may take a while, and be interrupted.
        setup: what is trained.
        history: it is filled, and returned.
        epochs: how many.
        callbacks: called after each epoch.
        progress: whether to show a progress bar.
        record: whether to keep the loss of every update.

    Raises:
        Exception: whatever the engine raises; Values, optimizer and history are at the last whole update then.
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
        progress = progress and sys.stderr is not None  # there is none in programs without a console
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
            # If a loop ends in a condition, Python 3.12 and 3.13 have no handler at the jump back: an interrupt
            # would leave this function there. So the last statement is another one.
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
    """Return a progress bar over epochs, which may be hidden."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without widgets the bar is text: it need not be said each time
        from tqdm.auto import tqdm  # lazy: only where something is trained

    return tqdm(total=epochs, unit="epoch", disable=not shown)
