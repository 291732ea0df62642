r"""``fit``: gradient descent on a model, stochastic, in mini-batches or in one batch."""

import functools
import importlib.util
import math
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NoReturn

from autograd import Value, no_grad
from autograd.engine.algebra import is_real
from nn.advice import unknown_options
from nn.callbacks import Callbacks, Epoch
from nn.clipping import Clipped
from nn.data import generator_of, integer, samples, width
from nn.dropout import draws, train_mode
from nn.firstlook import FirstLook, Pairs, diverged, is_ours
from nn.history import History
from nn.losses import cross_entropy, half_sse, hinge
from nn.objectives import base_of, penalized
from nn.optimizers import SGD, Optimizer
from nn.protocols import Data, Loss, Model, Seed
from nn.weighting import checked_weights, split_weighted, weighted, with_class_weights

__all__ = ["History", "fit", "integer", "progress_bar"]


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
    epochs = integer("epochs is an integer, 0 or more", epochs, least=0)
    everything = f"batch_size is 1 or more, or None for all {len(X)} samples at once"
    size = len(X) if batch_size is None else integer(everything, batch_size, least=1)
    classes = _classes([*Y, *held_out[1]] if held_out else Y, loss)
    weights, plain = with_class_weights(weights, class_weights, Y), (loss, Y)
    if weights is not None:
        loss, Y, held_out, classes = weighted(model, loss, X, Y, held_out, classes, weights)
    loss = penalized(loss, parameters, l1, l2)
    if draws(model, X[0]):
        engine = _without_machine_code(engine, cluster)
    look = FirstLook(model, loss, parameters, Pairs((X, Y), *([held_out] if held_out else [])))
    history = History()
    watching = Callbacks(callbacks, Epoch(history, model, optimizer))
    if clip_value is not None or clip_norm is not None:
        optimizer = Clipped(optimizer, clip_value, clip_norm)
    if film is not None:
        every = integer("film is 1 or more: record every film-th update", film, least=1)
        history.film = _film(model, plain[0], X, plain[1], every)
    shuffler = generator if shuffle and size < len(X) else None

    def accumulate(batch, updates):
        with train_mode():
            return _accumulate(model, loss, parameters, [(X[i], Y[i]) for i in batch], updates, classes, look)

    eager = functools.partial(_eager, optimizer, parameters, len(X), size, shuffler, epochs, history)
    work = parameters, X, Y, size, classes, look
    running = bar = native = None

    def note(total, right):
        if classes:
            history.accuracy.append(right / len(X))
        history.loss.append(total / len(X))

    try:
        if cluster is not None:
            spread = _spread(cluster, engine, model, loss, *work, accumulate)
            measure = spread.measure
            running = spread.epochs(eager(spread.accumulate))
        elif native := _native(engine, model, loss, optimizer, *work, shuffler, epochs, accumulate, progress):
            measure = native.measure
            stepwise = bool(held_out or watching.all)
            running = native.epochs(epochs, history, stepwise, None if film is None else lambda: _record(history))
        else:
            measure = functools.partial(_measure, model, loss, classes)
            running = eager(accumulate)
        progress = progress and sys.stderr is not None  # there is none in programs without a console
        bar = progress_bar(epochs, progress)
        _record(history)
        watching.begin()
        for total, right in running:
            if held_out:
                measured, share = measure(*held_out)
                history.validation_loss.append(measured)
                if classes:
                    history.validation_accuracy.append(share)
            note(total, right)
            if progress:
                bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                bar.update()
            if watching.all and watching.after(native):
                break
        running.close()
        watching.end()
        _record(history, last=True)
    except KeyboardInterrupt:
        history.interrupted = True
        for column in (history.validation_loss, history.validation_accuracy, history.accuracy):
            del column[len(history.loss) :]
        if native is not None and not held_out:
            for total, right in native.after(len(history.loss)):
                note(total, right)
    finally:
        for opened in (running, bar):
            if opened is not None:
                opened.close()
    return history


def _eager(optimizer, parameters, samples, size, shuffler, epochs, history, accumulate):
    """Train with ``accumulate``; after each epoch the sum of its losses, and how many answers were right."""
    order = list(range(samples))
    for _ in range(epochs):
        if shuffler is not None:
            shuffler.shuffle(order)
        total, right = 0.0, 0
        for start in range(0, samples, size):
            part, hits = accumulate(order[start : start + size], history.updates)
            total, right = total + part, right + hits
            optimizer.step(parameters)
            history.updates += 1
            _record(history)
        yield total, right


def _native(engine, model, loss, optimizer, *rest):
    """The training as machine code; None where it is to be eager."""
    _check_engine(engine)
    if engine == "eager" or (engine is None and not is_ours(model, loss, optimizer)):
        return None
    if importlib.util.find_spec("llvmlite") is None or importlib.util.find_spec("numpy") is None:
        if engine is None:
            return None
        raise ModuleNotFoundError("engine='native' needs llvmlite and NumPy: pip install 'deltagrad[native]'.")
    try:
        from nn.native import NativeTraining, NotNative  # when it is asked for: it brings llvmlite
    except (ImportError, OSError) as error:  # an llvmlite that is too old, or whose library does not load
        if engine is None:
            return None
        raise ImportError(
            f"engine='native' cannot use the llvmlite that is installed ({error}): pip install -U 'deltagrad[native]'."
        ) from error

    try:
        return NativeTraining(model, loss, optimizer, *rest)
    except NotNative as reason:
        if engine is None:
            return None
        raise ValueError(f"engine='native' cannot compile this: {reason}. Or use engine='eager'.") from None


def _spread(cluster, engine, *rest):
    """The training whose gradients a cluster computes."""
    _check_engine(engine)
    if engine == "eager":
        raise ValueError("engine='eager' computes in this process: leave out either engine or cluster.")
    for library in ("distributed", "llvmlite", "numpy"):
        if importlib.util.find_spec(library) is None:
            raise ModuleNotFoundError(f"cluster= needs {library}: pip install 'deltagrad[cluster]'.")
    from nn.cluster import ClusterTraining, client_of  # when it is asked for: it brings dask
    from nn.native import NotNative

    try:
        return ClusterTraining(client_of(cluster), *rest)
    except NotNative as reason:
        raise ValueError(f"cluster= cannot compile this: {reason}. Or leave cluster out.") from None


def _without_machine_code(engine, cluster):
    """The engine of a model with dropout."""
    if engine == "native" or cluster is not None:
        raise ValueError(
            "dropout draws anew for every sample, and machine code computes the same for all: leave out "
            "engine='native' and cluster."
        )
    return engine or "eager"


def _check_engine(engine):
    if engine not in (None, "native", "eager"):
        raise ValueError(f"engine is 'native' or 'eager', found {engine!r}.")


def _film(*arguments):
    from nn.film import Film  # when it is asked for: it brings all that draws

    return Film(*arguments)


def _record(history, last=False):
    if history.film is not None:
        history.film.take(history.updates, last)


def _accumulate(model, loss, parameters, batch, updates, classes, look):
    """Set the gradients to the average over a batch; the sum of its losses, and how many answers were right."""
    for p in parameters:
        p.grad = 0.0
    share, total, right = 1.0 / len(batch), 0.0, 0
    for x, y in batch:
        try:
            outputs = model(x)
            if look.pending and isinstance(outputs, (Value, list, tuple)):
                look.targets(outputs)
            value = loss(outputs, y)
            if not isinstance(value, Value):
                raise TypeError(
                    f"the loss returned {type(value).__name__}: it must be computed from the model's Values."
                )
            if look.pending:
                look(value)
            if not math.isfinite(value.data):
                raise FloatingPointError(diverged(f"the loss is {value.data}", updates))
            value.backward(share)
        except OverflowError as error:
            raise FloatingPointError(diverged(f"the loss is too large for a float ({error})", updates)) from error
        total += value.data
        right += classes is not None and _class_of(outputs) == classes(y)
    return total, right


def _measure(model, loss, classes, X, Y):
    """The mean loss over samples, and the share of right answers."""
    total, right = 0.0, 0
    with no_grad():
        for x, y in zip(X, Y, strict=True):
            try:
                outputs = model(x)
                total += loss(outputs, y).data
            except OverflowError:  # as machine code has it
                total = math.inf
                continue
            right += classes is not None and _class_of(outputs) == classes(y)
    return total / len(X), right / len(X)


def _classes(Y, loss):
    """The function from a target to its class, or None where the targets are no classes: see :class:`History`."""
    if all(not is_real(y) and len(y) > 1 and sorted(y) == [0] * (len(y) - 1) + [1] for y in Y):
        return lambda y: list(y).index(1)
    if base_of(loss) is cross_entropy and all(is_real(y) for y in Y):
        return lambda y: y
    if base_of(loss) is hinge and all(is_real(y) or len(y) == 1 for y in Y):
        return lambda y: (y if is_real(y) else y[0]) > 0
    return None


def _class_of(outputs):
    """The place of the largest output; of a single one, whether it is above 0; None of anything else."""
    if not isinstance(outputs, (Value, list, tuple)) or (not isinstance(outputs, Value) and not outputs):
        return None
    if isinstance(outputs, Value) or len(outputs) == 1:
        return (outputs if isinstance(outputs, Value) else outputs[0]) > 0
    return max(range(len(outputs)), key=outputs.__getitem__)


def _check_parts(model, loss, optimizer):
    """The parameters of a model that can be trained."""
    for name, part, method in (("model", model, "parameters"), ("optimizer", optimizer, "step")):
        if isinstance(part, type) or not callable(getattr(part, method, None)):
            advice = _written_out(part) or "give one of nn, or your own that has it"
            raise TypeError(f"the {name} is {part!r}, which has no {method}(): {advice}.")
    if not callable(loss) or isinstance(loss, type):
        advice = _written_out(loss) or "give a function of outputs and target, such as nn.mse"
        raise TypeError(f"the loss is {loss!r}: {advice}.")
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{model!r} has no parameters: there is nothing to train.")
    return parameters


def _written_out(part):
    """Return what to write in place of the name of an optimizer, a loss or a class."""
    name = part.__name__ if isinstance(part, type) else str(part)
    return f"write {_PARTS[name.lower()]}" if name.lower() in _PARTS else ""


_OPTIONS = list(fit.__kwdefaults__ or ())
_PARTS = {
    "sgd": "optimizer=SGD(0.1)", "momentum": "optimizer=Momentum(0.1)", "adam": "optimizer=Adam(0.001)",
    "adamw": "optimizer=AdamW(0.001)", "rmsprop": "optimizer=RMSprop(0.01)", "adagrad": "optimizer=Adagrad(0.01)",
    "mlp": "MLP(2, [16, 1]), with the numbers of inputs and of neurons",
    "huber": "loss=huber, a function of nn", "huberloss": "loss=huber", "smoothl1loss": "loss=huber",
    "absolute": "loss=absolute, a function of nn", "mae": "loss=absolute", "l1loss": "loss=absolute",
    "mse": "loss=mse, a function of nn", "sse": "loss=sse, a function of nn",
    "half_sse": "loss=half_sse, a function of nn", "hinge": "loss=hinge, a function of nn",
    "cross_entropy": "loss=cross_entropy, a function of nn", "crossentropyloss": "loss=cross_entropy",
    "categorical_crossentropy": "loss=cross_entropy, a function of nn", "mseloss": "loss=mse",
    "mean_squared_error": "loss=mse, a function of nn",
}  # fmt: skip


def progress_bar(epochs, shown):
    """A progress bar over epochs, which may be hidden."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without widgets the bar is text: it need not be said each time
        from tqdm.auto import tqdm  # lazy: only where something is trained

    return tqdm(total=epochs, unit="epoch", disable=not shown)
