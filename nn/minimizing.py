r"""``minimize`` and ``Trainer``: gradient descent on any function of a sample that records Values."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from autograd import Value
from autograd.engine.algebra import is_real
from nn.advice import unknown_options
from nn.callbacks import Callbacks, Epoch
from nn.clipping import Clipped
from nn.data import generator_of
from nn.loops import EagerLoop, check_loss, choose_loop, leaves_of, not_compiled, tracing
from nn.objectives import penalized
from nn.optimizers import SGD, Optimizer
from nn.protocols import HasParameters, Seed
from nn.training import History, integer, progress_bar

__all__ = ["Trainer", "minimize"]


def minimize(
    loss: Callable[[Any], Any],
    parameters: Iterable[Value] | HasParameters,
    samples: Iterable[Any],
    *,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = 1,
    shuffle: bool = True,
    seed: Seed = None,
    validation: float | Iterable[Any] = 0.0,
    record: Literal["epoch", "update"] = "epoch",
    progress: bool = True,
    engine: Literal["native", "eager"] | None = None,
    callbacks: Callable[[Any], Any] | Sequence[Any] | None = None,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    **unknown: Any,
) -> History:
    r"""Minimize the mean of a function over samples: for each batch the average gradient, then one update.

    ::

        def loss(tokens):                       # any Python function of a sample that records Values
            state = [Value(0.0)] * 8
            for token in tokens:
                state = step(table[token], state)
            return -softmax(linear(out, state))[target].log()

        minimize(loss, parameters, documents, optimizer=Adam(0.01), epochs=10)

    Args:
        loss: a function of a sample that returns a Value.
        parameters: the leaves to train, a list of Values, or a model that has ``parameters()``.
        samples: a list of samples. A sample is any nesting of lists, tuples and dicts of numbers; lists may differ in
            length from sample to sample. Integers may be indices, ``table[token]``, or numbers.
        optimizer: makes the updates; by default ``SGD(0.1)``. It keeps what it remembers, for a further call.
        epochs: how many times to go through the samples, 0 or more.
        batch_size: samples an update; None for all.
        shuffle: whether to shuffle before each epoch, where a batch is smaller than the whole.
        seed: for the shuffling and the choice of validation samples; the same seed gives the same result.
        validation: samples to measure and not to train on: a share of them from 0 to below 1, or a list.
        record: ``"update"`` to keep the loss of each update, too, in ``history.update_loss``.
        progress: whether to show a progress bar.
        engine: ``"native"`` makes the updates in C, ``"eager"`` on the recorded graph; both give the same numbers but
            for the last digits. For each form of a sample, such as a length, the loss is recorded a few times. What it
            looks up with integers is found by that; what cannot be found to do the same for every sample is refused,
            with the line. By default native where that is possible. A loss with dropout, which is active in updates
            and nowhere else, is computed eagerly.
        callbacks: a function or an object that is called after each epoch with a :class:`nn.Epoch`, such as
            :class:`nn.EarlyStopping`, or a list of them. Its ``model`` is what was given as ``parameters``, or has
            them.
        clip_value, clip_norm: bounds of the gradients of a batch: see :func:`nn.clip_gradients`. The updates are made
            in Python then.
        l1, l2: factors of penalties that are added to the loss of every sample, also where it is measured: ``l1`` times
            the sum of the absolute values of the parameters that are no biases of neurons, and ``l2`` times the sum of
            their squares.

    Returns:
        A :class:`History`. An interrupt from the keyboard leaves the parameters at the last whole update and returns
        the history so far.

    Raises:
        TypeError: an argument is of the wrong kind, or a sample has something else in it than numbers.
        ValueError: there are no samples or no parameters, or an option is out of range.
        ValueError: ``engine="native"``, and the loss cannot be compiled; the message says why.
        FloatingPointError: a loss or a gradient became NaN or infinite; the parameters are at the last whole update.

    >>> from autograd import Value
    >>> from nn import SGD, minimize
    >>> slope = Value(0.0)
    >>> history = minimize(
    ...     lambda sample: (slope * sample[0] - sample[1]) ** 2, [slope], [[1.0, 2.0], [2.0, 4.0]],
    ...     optimizer=SGD(0.1), epochs=50, seed=0, progress=False,
    ... )
    >>> round(slope.data, 6)
    2.0
    """
    if unknown:
        unknown_options("minimize", unknown, list(minimize.__kwdefaults__ or ()))
    optimizer = SGD(0.1) if optimizer is None else optimizer
    check_loss(loss, optimizer)
    model, parameters = parameters, leaves_of(parameters)
    loss = penalized(loss, parameters, l1, l2)
    if isinstance(samples, (str, dict)) or not hasattr(samples, "__iter__"):
        raise TypeError(f"samples are a list with an entry per sample, found {type(samples).__name__} {samples!r}.")
    everyone = list(samples)
    if not everyone:
        raise ValueError("there are no samples: the list is empty.")
    if record not in ("epoch", "update"):
        raise ValueError(f"record is 'epoch' or 'update', found {record!r}.")
    generator = generator_of(seed)
    everyone, held_out = held_out_of(everyone, validation, generator)
    epochs = integer("epochs is an integer, 0 or more", epochs, least=0)
    everything = f"batch_size is 1 or more, or None for all {len(everyone)} samples at once"
    size = len(everyone) if batch_size is None else integer(everything, batch_size, least=1)
    history, shuffler = History(), generator if shuffle and size < len(everyone) else None
    model = model if hasattr(model, "parameters") else _Leaves(parameters)
    watching = Callbacks(callbacks, Epoch(history, model, optimizer))
    made_by: Any = optimizer
    if clip_value is not None or clip_norm is not None:
        made_by = Clipped(optimizer, clip_value, clip_norm)
    bar = loop = None
    try:
        loop, ready = choose_loop(engine, loss, parameters, made_by, [*everyone, *(held_out or [])])
        measured = ready[len(everyone) :]
        progress = progress and sys.stderr is not None
        bar = progress_bar(epochs, progress)
        order = list(range(len(everyone)))
        watching.begin()
        for _ in range(epochs):
            if shuffler is not None:
                shuffler.shuffle(order)
            total = 0.0
            for start in range(0, len(order), size):
                batch = [ready[i] for i in order[start : start + size]]
                part = loop.update(batch)
                total += part
                if record == "update":
                    history.update_loss.append(part / len(batch))
            if held_out:
                history.validation_loss.append(loop.measure(measured))
            history.loss.append(total / len(everyone))
            if progress:
                bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                bar.update()
            if watching.all and watching.after(loop):
                break
        if watching.all:
            loop.write()
            watching.end()
            loop.read()
    except KeyboardInterrupt:
        history.interrupted = True
        del history.validation_loss[len(history.loss) :]
    finally:
        if loop is not None:
            loop.write()
            history.updates = loop.updates
        if bar is not None:
            bar.close()
    return history


class _Leaves:
    """Parameters that came as a list, as callbacks see a model."""

    def __init__(self, leaves):
        self._leaves = leaves

    def parameters(self):
        """Return them."""
        return list(self._leaves)


class Trainer:
    """Gradient descent in a loop of your own: one update for each :meth:`step`.

    Parameters and what the optimizer remembers live in arrays. The Values have them after :meth:`write`, or when the
    trainer is used in a ``with`` block, at its end.

    Args:
        loss: a function of a sample, as of :func:`nn.minimize`.
        parameters: the leaves to train, or a model that has ``parameters()``.
        optimizer: makes the updates; by default ``SGD(0.1)``.
        engine: as of :func:`nn.minimize`.
        clip_value, clip_norm, l1, l2: as of :func:`nn.minimize`.

    >>> from autograd import Value
    >>> from nn import SGD, Trainer
    >>> w = Value(1.0)
    >>> trainer = Trainer(lambda sample: (w * sample[0] - sample[1]) ** 2, [w], optimizer=SGD(0.1))
    >>> [round(trainer.step([1.0, 3.0]), 6) for _ in range(3)]
    [4.0, 2.56, 1.6384]
    >>> trainer.write()
    >>> round(w.data, 6)
    1.976
    """

    def __init__(
        self,
        loss: Callable[[Any], Any],
        parameters: Iterable[Value] | HasParameters,
        *,
        optimizer: Optimizer | None = None,
        engine: Literal["native", "eager"] | None = None,
        clip_value: float | None = None,
        clip_norm: float | None = None,
        l1: float = 0.0,
        l2: float = 0.0,
        **unknown: Any,
    ) -> None:
        if unknown:
            unknown_options("Trainer", unknown, list(Trainer.__init__.__kwdefaults__ or ()))
        self._optimizer: Any = SGD(0.1) if optimizer is None else optimizer
        check_loss(loss, self._optimizer)
        if clip_value is not None or clip_norm is not None:
            self._optimizer = Clipped(self._optimizer, clip_value, clip_norm)
        self._parameters, self._engine = leaves_of(parameters), engine
        self._loss = penalized(loss, self._parameters, l1, l2)
        self._loop, _ = choose_loop(engine, self._loss, self._parameters, self._optimizer, [])

    def step(self, sample: Any) -> float:
        """Make one update with a sample, and return its loss before the update.

        Raises:
            FloatingPointError: a number became NaN or infinite; the Values are at the update before.
            ValueError: ``engine="native"``, and the loss cannot be compiled for this sample.
        """
        prepared = self._prepared([sample])
        return self._loop.update(prepared)

    def step_batch(self, samples: Iterable[Any]) -> float:
        """Make one update with the average gradient of some samples, and return their mean loss before it."""
        samples = list(samples)
        if not samples:
            raise ValueError("a batch has one sample or more, found none.")
        prepared = self._prepared(samples)
        return self._loop.update(prepared) / len(samples)

    def _prepared(self, samples):
        if isinstance(self._loop, EagerLoop):
            return samples
        try:
            return self._loop.prepare(samples)
        except tracing().Untraceable as reason:
            if self._engine == "native":
                raise ValueError(not_compiled(reason)) from None
            self._loop.write()
            made = self._loop.updates
            self._loop = EagerLoop(self._loss, self._parameters, self._optimizer)
            self._loop.updates = made
            return samples

    def write(self) -> None:
        """Bring the Values and the optimizer up to the last update."""
        self._loop.write()

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.write()


def held_out_of(samples, validation, generator):
    """The samples to train on, and those to measure, or None."""
    if not is_real(validation):
        held_out = list(validation)
        if not held_out:
            raise ValueError("validation is a share from 0 to below 1, or a list of samples, found none.")
        return samples, held_out
    if not 0.0 <= validation < 1.0:
        raise ValueError(f"validation is a share from 0 to below 1, or a list of samples, found {validation!r}.")
    n = round(len(samples) * validation)
    if validation and n in (0, len(samples)):
        raise ValueError(f"a validation share of {validation} leaves nothing of {len(samples)} samples to "
                         f"{'validate' if n == 0 else 'train'} on: change the share.")  # fmt: skip
    if n == 0:
        return samples, None
    order = list(range(len(samples)))
    generator.shuffle(order)
    return [samples[i] for i in sorted(order[n:])], [samples[i] for i in sorted(order[:n])]
