r"""``minimize`` and ``Trainer``: gradient descent on any function of a sample that records Values."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from autograd import Value
from autograd.engine.algebra import is_real
from nn.advice import refuse_parts_of_others, unknown_options
from nn.callbacks import Callbacks, Epoch
from nn.choosing import for_function, prepared
from nn.clipping import clipped
from nn.data import counted, generator_of, pick, share_of
from nn.firstlook import check_reaches
from nn.history import History
from nn.objectives import penalized
from nn.optimizers import SGD, Optimizer
from nn.protocols import HasParameters, Seed
from nn.running import run
from nn.setups import Setup

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
    r"""Minimize the mean of a function over samples. Each batch gives an average gradient, and then one update.

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
        samples: a list of samples. A sample is any nesting of lists, tuples, dicts, dataclasses and arrays of numbers.
            Lists may differ in length from sample to sample. Integers can be numbers, or indices as in
            ``table[token]``.
        optimizer: the optimizer that makes the updates; by default ``SGD(0.1)``. It keeps its memory for the next call.
        epochs: the number of passes over the samples, 0 or more.
        batch_size: the number of samples in an update; None for all samples.
        shuffle: True to shuffle the samples before each epoch, if a batch is smaller than the whole.
        seed: the seed of the shuffling and of the choice of validation samples. The same seed gives the same result.
        validation: samples to measure and not to train on: a share of the samples, from 0 to below 1, or a list.
        record: ``"update"`` to keep also the loss of each update, in ``history.update_loss``.
        progress: True to show a progress bar.
        engine: ``"native"`` makes the updates in C, ``"eager"`` on the recorded graph. Both give the same numbers,
            except for the last digits. The native engine records the loss a few times for each form of a sample, such
            as its length, and so finds out which entries the loss looks up with integers. If the loss may compute
            something else for another sample, it cannot be compiled, and the error names the line. The default is
            native if possible. A loss with dropout is computed eagerly. Dropout is active in updates only.
        callbacks: a function or an object that is called after each epoch with a :class:`nn.Epoch`, such as
            :class:`nn.EarlyStopping`, or a list of them. The ``model`` of the epoch is the argument ``parameters`` if
            it is a model. Otherwise it is an object with the method ``parameters()``.
        clip_value, clip_norm: bounds of the gradients of a batch: see :func:`nn.clip_gradients`.
        l1, l2: factors of penalties. They are added to the loss of every sample, also in validation: ``l1`` times the
            sum of ``abs(w)`` and ``l2`` times the sum of ``w ** 2``, over all parameters except the biases of neurons.

    Returns:
        A :class:`History`. After an interrupt from the keyboard, the parameters have the state after the last whole
        update, and the history so far is returned.

    Raises:
        TypeError: an argument has the wrong type, or a sample contains something that is not a number.
        ValueError: there are no samples or no parameters, the loss does not depend on a parameter, or an option is out
            of range.
        ValueError: ``engine="native"``, and the loss cannot be compiled. The message says why.
        FloatingPointError: a loss or a gradient became NaN or infinite. The parameters have the state after the last
            whole update.

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
    _check_loss(loss, optimizer)
    model, parameters = parameters, _leaves_of(parameters)
    loss = penalized(loss, parameters, l1, l2)
    if isinstance(samples, (str, dict)) or not hasattr(samples, "__iter__"):
        raise TypeError(f"samples are a list with an entry per sample, found {type(samples).__name__} {samples!r}.")
    train = list(samples)
    if not train:
        raise ValueError("there are no samples: the list is empty.")
    if record not in ("epoch", "update"):
        raise ValueError(f"record is 'epoch' or 'update', found {record!r}.")
    generator = generator_of(seed)
    train, held_out = _held_out_of(train, validation, generator)
    epochs, size = counted(epochs, batch_size, len(train))
    history, shuffler = History(), generator if shuffle and size < len(train) else None
    model = model if hasattr(model, "parameters") else _Leaves(parameters)
    called = Callbacks(callbacks, Epoch(history, model, optimizer))
    setup = Setup(loss, parameters, clipped(optimizer, clip_value, clip_norm), train, held_out, size, shuffler)

    def choose():
        if epochs:
            check_reaches(loss, parameters, train)
        return for_function(engine, setup)

    return run(choose, setup, history, epochs, called, progress=progress, record=record == "update")


class _Leaves:
    """A model for callbacks, if the parameters were given as a list."""

    def __init__(self, leaves):
        self._leaves = leaves

    def parameters(self):
        """Return the parameters."""
        return list(self._leaves)


class Trainer:
    """Gradient descent in a loop of your own: each :meth:`step` makes one update.

    The parameters and the memory of the optimizer are kept in arrays. :meth:`write` copies them to the Values. If you
    use the trainer in a ``with`` block, this happens at its end.

    Args:
        loss: a function of a sample, as for :func:`nn.minimize`.
        parameters: the leaves to train, or a model that has ``parameters()``.
        optimizer: the optimizer that makes the updates; by default ``SGD(0.1)``.
        engine: as for :func:`nn.minimize`.
        clip_value, clip_norm, l1, l2: as for :func:`nn.minimize`.

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
        optimizer = SGD(0.1) if optimizer is None else optimizer
        _check_loss(loss, optimizer)
        leaves = _leaves_of(parameters)
        loss, clipping = penalized(loss, leaves, l1, l2), clipped(optimizer, clip_value, clip_norm)
        self._setup, self._engine = Setup(loss, leaves, clipping), engine
        self._training = for_function(engine, self._setup)

    def __repr__(self) -> str:
        parameters = len(self._setup.parameters)
        return f"<trainer of {parameters} parameter{'s' * (parameters != 1)}, {self._setup.optimizer!r}>"

    def step(self, sample: Any) -> float:
        """Make one update with a sample, and return its loss before the update.

        Raises:
            FloatingPointError: a number became NaN or infinite. The Values have the state before this update.
            ValueError: ``engine="native"``, and the loss cannot be compiled for this sample.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD, Trainer
            >>> w = Value(1.0)
            >>> trainer = Trainer(lambda sample: (w * sample[0] - sample[1]) ** 2, [w], optimizer=SGD(0.1))
            >>> trainer.step([1.0, 3.0])
            4.0
        """
        return self._update([sample])

    def step_batch(self, samples: Iterable[Any]) -> float:
        """Make one update with the average gradient of some samples. Return their mean loss before the update.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD, Trainer
            >>> w = Value(1.0)
            >>> trainer = Trainer(lambda sample: (w * sample[0] - sample[1]) ** 2, [w], optimizer=SGD(0.1))
            >>> trainer.step_batch([[1.0, 3.0], [2.0, 6.0]])
            10.0
        """
        samples = list(samples)
        if not samples:
            raise ValueError("a batch has one sample or more, found none.")
        return self._update(samples) / len(samples)

    def _update(self, samples):
        self._training, batch = prepared(self._engine, self._setup, self._training, samples)
        total, _ = self._training.update(batch)
        return total

    def write(self) -> None:
        """Copy the state after the last update to the Values and the optimizer.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD, Trainer
            >>> w = Value(1.0)
            >>> trainer = Trainer(lambda sample: (w * sample[0] - sample[1]) ** 2, [w], optimizer=SGD(0.1))
            >>> _ = trainer.step([1.0, 3.0])
            >>> trainer.write()
            >>> round(w.data, 6)
            1.4
        """
        self._training.write()

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.write()


def _held_out_of(samples, validation, generator):
    """Return the samples to train on, and the validation samples or None."""
    if not is_real(validation):
        held_out = list(validation)
        if not held_out:
            raise ValueError("validation is a share from 0 to below 1, or a list of samples, found none.")
        return samples, held_out
    if not 0.0 <= validation < 1.0:
        raise ValueError(f"validation is a share from 0 to below 1, or a list of samples, found {validation!r}.")
    if validation == 0:
        return samples, None
    kept, measured = share_of(len(samples), validation, generator)
    return pick(samples, kept), pick(samples, measured)


def _leaves_of(parameters) -> list:
    """Return the parameters as a list of leaves.

    Raises:
        TypeError: a parameter is not a Value.
        ValueError: there are no parameters, or one of them is not a leaf, or is listed twice.
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


def _check_loss(loss, optimizer):
    """Raise TypeError if the loss is not a function, or the optimizer has no ``step``."""
    refuse_parts_of_others(loss=loss, optimizer=optimizer)
    if not callable(loss):
        raise TypeError(f"the loss is {loss!r}: give a function of a sample that returns a Value.")
    if not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"the optimizer is {optimizer!r}, which has no step(): give an optimizer of nn, or your own with a step()."
        )
