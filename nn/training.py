r"""``fit``: the training of a model by stochastic, mini-batch or batch gradient descent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NoReturn

from nn.advice import refuse_parts_of_others, unknown_options, written_out
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
from nn.structured import fit_structures, is_structured
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
    r"""Train a model. Each batch gives the average gradient of its samples, and then one update.

    Args:
        model: an object that returns the outputs when it is called with the inputs of a sample. Its method
            ``parameters()`` returns the leaves to train.
        X: the inputs, one row of finite numbers for each sample, all of the same length: nested lists or an array. The
            samples of a model of your own may be structures of numbers, as for :func:`nn.minimize`.
        Y: the targets, one entry or row for each sample, all of the same length.
        loss: a function of a sample's outputs and target, such as those of :mod:`nn.losses`. To give it options, write
            ``functools.partial(huber, delta=2.0)``.
        optimizer: the optimizer that makes the updates; by default ``SGD(0.1)``. It keeps its memory for the next call.
        epochs: the number of passes over the samples, 0 or more.
        batch_size: the number of samples in an update: 1 for stochastic, n for mini-batch, None for batch gradient
            descent. If a batch is smaller than the whole, the samples are shuffled before each epoch. The last batch
            of an epoch may be smaller.
        seed: the seed of the shuffling and of the choice of validation samples. The same seed gives the same result.
        validation: samples to measure and not to train on: a share of X and Y, from 0 to below 1, which is chosen at
            random; or a pair of inputs and targets.
        progress: True to show a progress bar.
        shuffle: False to take the samples in their order in every epoch.
        engine: ``"native"`` runs whole epochs in machine code. ``"eager"`` trains sample by sample on the recorded
            graph. Both give the same results, except for the last digits, because sums are taken in another order. The
            default is native if llvmlite is installed and the model, the loss and the optimizer are those of nn.
            Compiling takes some tenths of a second, and longer for large models. It is done once in a process for
            models of the same shape. Large layers are computed as matrix products by SciPy. If the model or the loss
            is your own, one sample is recorded and stands for all samples. Then it is an error if your Python code
            compares Values or reads their data. Models with :class:`nn.Dropout` are trained by the eager engine.
        cluster: a client of ``dask.distributed``, whose workers compute the gradients; None by default. Each process of
            the cluster compiles the model once and keeps shards of the samples. The updates, and the measurement of
            validation samples, are made here. The results are those of a training without a cluster, except for the
            last digits, and do not depend on the number of workers. Workers may come and go. If a worker is lost, its
            part is computed again by another one. If no worker is left, the training waits a minute for one. An update
            costs tens of milliseconds for messages, so a cluster is useful for large batches of large models. Models
            and losses must be possible for ``engine="native"``, and your own primitives must be in a module that the
            workers can import.
        film: record a frame in ``history.film`` before the first update, after every film-th update, and after the
            last.
        callbacks: a function or an object that is called after each epoch with a :class:`nn.Epoch`, such as
            :class:`nn.EarlyStopping`, or a list of them. It may change the parameters and the optimizer's rate, and end
            the training with ``epoch.stop()``. If it returns a number, ``history.metrics`` keeps it under the name of
            the callback. An object may have the methods ``begin()`` and ``end(epoch)``, which are called before the
            first and after the last epoch. With callbacks, machine code runs the epochs one by one.
        clip_value, clip_norm: bounds of the gradients of a batch: see :func:`nn.clip_gradients`.
        l1, l2: factors of penalties. They are added to the loss of every sample, also in validation: ``l1`` times the
            sum of ``abs(w)`` and ``l2`` times the sum of ``w ** 2``, over all parameters except the biases of neurons.
        sample_weights: a number, 0 or more, for each sample of X. The loss of the sample is multiplied by it. A batch
            is still divided by the number of its samples and not by the sum of the weights, so that weights also
            matter in batches of one sample. Validation samples have the weight 1.
        class_weights: the same for each class: a list by the index of the class, or a dict by the target. In PyTorch
            this is ``CrossEntropyLoss(weight, reduction="sum")``, divided by the number of samples.

    Returns:
        A :class:`History`. After an interrupt from the keyboard, the model has the state after the last whole update,
        and the history so far is returned.

    Raises:
        TypeError: an argument has the wrong type, such as a loss that is not a function.
        ValueError: there are no samples, the lengths of X and Y or of their rows differ, a number is not finite, an
            option is out of range, or the model has no parameters.
        ValueError: ``engine="native"``, and the model or the loss cannot be compiled. The message says why.
        FloatingPointError: a loss or a gradient became NaN or infinite. The model has the state after the last whole
            update.
        RuntimeError, TimeoutError: the cluster was lost, or had no worker for a minute. The model has the state after
            the last whole update.

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
    if is_structured(model, X):
        for name, option in (("class_weights", class_weights), ("film", film), ("cluster", cluster)):
            if option is not None:
                raise ValueError(f"{name} needs samples that are rows of numbers: leave it out, or give rows.")
        return fit_structures(
            model, X, Y, loss, sample_weights, validation, optimizer=optimizer, epochs=epochs, batch_size=batch_size,
            shuffle=shuffle, seed=seed, progress=progress, engine=engine, callbacks=callbacks, clip_value=clip_value,
            clip_norm=clip_norm, l1=l1, l2=l2,
        )  # fmt: skip
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
    called = Callbacks(callbacks, Epoch(history, model, optimizer))
    shuffler = generator if shuffle and size < len(X) else None
    setup = Setup(of_sample, parameters, clipped(optimizer, clip_value, clip_norm), train, test, size, shuffler)
    if film is not None:
        every = integer("film is 1 or more: record every film-th update", film, least=1)
        history.film = _film(model, plain[0], X, plain[1], every)
    return run(
        lambda: for_model(engine, cluster, setup, epochs, progress), setup, history, epochs, called, progress=progress
    )


def _film(*arguments):
    from nn.film import Film  # lazy: it imports the modules that draw

    return Film(*arguments)


def _check_parts(model, loss, optimizer):
    """Return the parameters of a model; raise an error if the model, the loss or the optimizer cannot be used."""
    refuse_parts_of_others(model=model, loss=loss, optimizer=optimizer)
    for name, part, method in (("model", model, "parameters"), ("optimizer", optimizer, "step")):
        if isinstance(part, type) or not callable(getattr(part, method, None)):
            advice = written_out(part) or "give one of nn, or your own with this method"
            raise TypeError(f"the {name} is {part!r}, which has no {method}(): {advice}.")
    if not callable(loss) or isinstance(loss, type):
        advice = written_out(loss) or "give a function of outputs and target, such as nn.mse"
        raise TypeError(f"the loss is {loss!r}: {advice}.")
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{model!r} has no parameters: there is nothing to train.")
    return parameters


_OPTIONS = list(fit.__kwdefaults__ or ())
