r"""``fit``: gradient descent on a model, stochastic, in mini-batches or in one batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NoReturn

from nn.advice import unknown_options, written_out
from nn.callbacks import Callbacks, Epoch
from nn.choosing import for_model
from nn.clipping import Clipped, clipped
from nn.data import counted, generator_of, integer, samples, width
from nn.history import History
from nn.losses import cross_entropy, half_sse
from nn.objectives import base_of, penalized
from nn.optimizers import SGD, Optimizer
from nn.protocols import Data, Loss, Model, Seed
from nn.running import run
from nn.setups import ModelLoss, Samples, Setup, classes_in
from nn.weighting import checked_weights, split_weighted, weighted, with_class_weights

__all__ = ["History", "fit", "integer"]


def fit(
    model: Model,
    X: Data,
    Y: Data,
    *,
    loss: Loss = half_sse,
    optimizer: Optimizer | Clipped | None = None,
    epochs: int = 100,
    batch_size: int | None = 1,
    seed: Seed = None,
    validation: float | tuple[Data, Data] = 0.0,
    progress: bool = True,
    shuffle: bool = True,
    film: int | None = None,
    engine: Literal["native", "eager"] | None = None,
    cluster: Any = None,
    callbacks: Callable[[Any], Any] | Sequence[Any] | None = None,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    sample_weights: Data | None = None,
    class_weights: Data | Mapping[Any, float] | None = None,
    **unknown: NoReturn,
) -> History:
    r"""Train a model: for each batch the average gradient of its samples, then one update.

    Args:
        model: called with one sample's inputs, it returns its outputs; ``model.parameters()`` are the leaves to train.
        X: the inputs, one row per sample, all of one length: nested lists or a NumPy array, of finite numbers.
        Y: the targets, one entry or row per sample, all of one length.
        loss: a function of a sample's outputs and target, such as those of :mod:`nn.losses`;
            options of these are given by ``functools.partial(huber, delta=2.0)``.
        optimizer: makes the updates; by default ``SGD(0.1)``. It keeps what it remembers, for a further ``fit``.
        epochs: how many times to go through the samples, 0 or more.
        batch_size: 1 for stochastic, n for mini-batch, None for batch gradient descent. With batches smaller than the
            whole, the samples are shuffled before each epoch; the last batch may be smaller.
        seed: for the shuffling and the choice of validation samples; the same seed gives the same result.
        validation: samples to measure and not to train on: a share of X and Y, from 0 to below 1, chosen at random, or
            a pair of inputs and targets of their own.
        progress: whether to show a progress bar.
        shuffle: whether to shuffle; False takes the samples in the order they are in, each epoch.
        engine: ``"native"`` runs whole epochs in machine code, ``"eager"`` sample by sample on the recorded graph. Both
            give the same results, but for the last digits, where sums are taken in another order. By default native
            where llvmlite is installed, and model, loss and optimizer are those of nn. Compiling takes some tenths of
            a second, more for large models; once in a process for models of one shape. Large layers become products of
            matrices, by SciPy, in place of machine code of their own. Of a model or a loss of your own, one sample is
            recorded and stands for all: where its Python code compares Values or reads their data, that is an error.
            Models with :class:`nn.Dropout` are trained by the eager engine.
        cluster: a client of ``dask.distributed``, whose workers compute the gradients. By default none, and nothing is
            imported. Each process of the cluster compiles the model once and keeps shards of the samples; the updates
            are made here. The numbers are those of a training without a cluster but for the last digits, and do not
            depend on how many workers there are: they may come and go, and what was lost with one is computed again.
            Where none is left, it waits a minute for one. An update costs some messages, tens of milliseconds, so that
            this is for large batches of large models: batches of 1 work, slowly. Validation samples are measured here.
            Models and losses are those that ``engine="native"`` takes; a primitive of your own is in a module that the
            workers can import.
        film: record a frame of ``history.film`` before the first update, after every film-th, and after the last.
        callbacks: a function or an object that is called after each epoch with a :class:`nn.Epoch`, such as
            :class:`nn.EarlyStopping`, or a list of them. It may change parameters and the optimizer's rate, and end the
            training with ``epoch.stop()``. A number that it returns is kept in ``history.metrics`` under its name. An
            object may have ``begin()`` and ``end(epoch)``, called before the first and after the last epoch. In machine
            code the epochs are run one by one.
        clip_value, clip_norm: bounds of the gradients of a batch: see :func:`nn.clip_gradients`. In machine code the
            updates are then made in Python.
        l1, l2: factors of penalties that are added to the loss of every sample, also where it is measured: ``l1`` times
            the sum of ``abs(w)`` and ``l2`` times the sum of ``w ** 2``, over all parameters but the biases of neurons.
        sample_weights: a number, 0 or more, for each sample of X: its loss is multiplied by it. A batch is divided
            by the number of its samples all the same, not by the sum of weights: they count in batches of one, too.
            Validation samples have the weight 1.
        class_weights: the same for each class: a list by the place of the class, or a dict by the target. In PyTorch it
            is ``CrossEntropyLoss(weight, reduction="sum")`` over the number of samples.

    Returns:
        A :class:`History`. An interrupt from the keyboard leaves the model at the last whole update and returns the
        history so far.

    Raises:
        TypeError: an argument is of the wrong kind, such as a loss that is no function.
        ValueError: there are no samples, X and Y differ in length, rows do, a number is not finite, an option is out of
            range, or the model has no parameters.
        ValueError: ``engine="native"`` and the model or the loss cannot be compiled; the message says why.
        FloatingPointError: a loss or a gradient became NaN or infinite; the model is at the last whole update.
        RuntimeError, TimeoutError: the cluster was lost, or had no worker for a minute; likewise.

    Example:
        >>> from nn import MLP, SGD, fit, half_sse
        >>> X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
        >>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
        >>> history = fit(model, X, Y, loss=half_sse, optimizer=SGD(1.0), epochs=1000, seed=0, progress=False)
        >>> history.loss[-1] < 0.001
        True
        >>> [round(y) for y in model.predict(X)]
        [0, 1, 1, 0]
    """
    if unknown:
        unknown_options("fit", unknown, _OPTIONS)
    optimizer = SGD(0.1) if optimizer is None else optimizer
    parameters = _check_parts(model, loss, optimizer)
    X, Y = samples(X, Y)
    weights = checked_weights(sample_weights, len(X))
    generator = generator_of(seed)
    X, Y, held_out, weights = split_weighted(X, Y, weights, validation, generator)
    if base_of(loss) is cross_entropy and width(Y[0]) == 1:  # a column of classes
        Y = [y[0] for y in Y]
        held_out = held_out and (held_out[0], [y[0] for y in held_out[1]])
    epochs, size = counted(epochs, batch_size, len(X))
    classes = classes_in([*Y, *held_out[1]] if held_out else Y, loss)
    weights, plain = with_class_weights(weights, class_weights, Y), (loss, Y)
    if weights is not None:
        loss, Y, held_out, classes = weighted(model, loss, X, Y, held_out, classes, weights)
    train, test = Samples(X, Y), held_out and Samples(*held_out)
    of_sample = ModelLoss(model, penalized(loss, parameters, l1, l2), classes, parameters, train, test)
    history = History()
    watching = Callbacks(callbacks, Epoch(history, model, optimizer))
    shuffler = generator if shuffle and size < len(X) else None
    made_by = clipped(optimizer, clip_value, clip_norm)
    setup = Setup(of_sample, parameters, made_by, train, test, size, shuffler)
    if film is not None:
        every = integer("film is 1 or more: record every film-th update", film, least=1)
        history.film = _film(model, plain[0], X, plain[1], every)
    return run(
        lambda: for_model(engine, cluster, setup, epochs, progress), setup, history, epochs, watching, progress=progress
    )


def _film(*arguments):
    from nn.film import Film  # when it is asked for: it brings all that draws

    return Film(*arguments)


def _check_parts(model, loss, optimizer):
    """The parameters of a model that can be trained."""
    for name, part, method in (("model", model, "parameters"), ("optimizer", optimizer, "step")):
        if isinstance(part, type) or not callable(getattr(part, method, None)):
            advice = written_out(part) or "give one of nn, or your own that has it"
            raise TypeError(f"the {name} is {part!r}, which has no {method}(): {advice}.")
    if not callable(loss) or isinstance(loss, type):
        advice = written_out(loss) or "give a function of outputs and target, such as nn.mse"
        raise TypeError(f"the loss is {loss!r}: {advice}.")
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{model!r} has no parameters: there is nothing to train.")
    return parameters


_OPTIONS = list(fit.__kwdefaults__ or ())
