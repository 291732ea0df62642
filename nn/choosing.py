"""The choice of the engine that runs a training."""

import importlib.util
from typing import Any

from autograd.engine import tape
from autograd.engine.forks import importing
from nn.dropout import draws
from nn.eager import EagerTraining
from nn.firstlook import is_ours
from nn.protocols import Training
from nn.setups import NotNative, Setup

__all__ = ["for_function", "for_model", "prepared"]

_ENGINES = (None, "native", "eager")


# --- The training of a model: :func:`nn.fit`


def for_model(engine: str | None, cluster: Any, setup: Setup, epochs: int, progress: bool) -> Training:
    """Return the training of a model.

    Args:
        engine, cluster: as for :func:`nn.fit`.
        setup: the setup of the training, whose loss is a :class:`nn.setups.ModelLoss`.
        epochs: the number of epochs.
        progress: True if a long compilation shows a progress bar.

    Raises:
        ValueError: an argument requires compilation, and the training cannot be compiled.
        ModuleNotFoundError, ImportError: a library is missing or cannot be used.
    """
    model_loss: Any = setup.loss
    if draws(model_loss.model, setup.samples[0][0]):
        engine = _without_machine_code(engine, cluster)
    if engine not in _ENGINES:
        raise ValueError(f"engine is 'native' or 'eager', found {engine!r}.")
    if cluster is not None:
        return _on_cluster(cluster, engine, setup)
    own = not is_ours(model_loss.model, model_loss.loss, setup.optimizer)
    if engine == "eager" or (engine is None and own):
        return EagerTraining(setup)
    return _native(engine, setup, epochs, progress) or EagerTraining(setup)


def _native(engine, setup, epochs, progress):
    """Return the training as machine code; None if the training has to be eager."""
    if importlib.util.find_spec("llvmlite") is None or importlib.util.find_spec("numpy") is None:
        if engine is None:
            return None
        raise ModuleNotFoundError("engine='native' needs llvmlite and NumPy: pip install 'deltagrad[native]'.")
    try:
        with importing():
            from nn.native import NativeTraining  # lazy: it imports llvmlite
    except (ImportError, OSError) as error:  # an llvmlite that is too old, or whose library does not load
        if engine is None:
            return None
        raise ImportError(
            f"engine='native' cannot use the llvmlite that is installed ({error}): pip install -U 'deltagrad[native]'."
        ) from error

    try:
        return NativeTraining(setup, epochs, progress)
    except NotNative as reason:
        if engine is None:
            return None
        raise ValueError(f"engine='native' cannot compile this: {reason}. Or use engine='eager'.") from None


def _on_cluster(cluster, engine, setup):
    """Return a training whose gradients a cluster computes."""
    if engine == "eager":
        raise ValueError("engine='eager' computes in this process: leave out either engine or cluster.")
    for library in ("distributed", "llvmlite", "numpy"):
        if importlib.util.find_spec(library) is None:
            raise ModuleNotFoundError(f"cluster= needs {library}: pip install 'deltagrad[cluster]'.")
    with importing():
        from nn.cluster import ClusterTraining, client_of  # lazy: it imports dask

    try:
        return ClusterTraining(client_of(cluster), setup)
    except NotNative as reason:
        raise ValueError(f"cluster= cannot compile this: {reason}. Or leave cluster out.") from None


def _without_machine_code(engine, cluster):
    """Return the engine of a model with dropout; raise ValueError if machine code was requested."""
    if engine == "native" or cluster is not None:
        raise ValueError(
            "dropout draws new random numbers for every sample, and machine code computes the same for all samples: "
            "leave out engine='native' and cluster."
        )
    return engine or "eager"


# --- The training of a function of a sample: :func:`nn.minimize` and :class:`nn.Trainer`


def for_function(engine: str | None, setup: Setup) -> Any:
    """Return the training of a function of a sample.

    Args:
        engine: as for :func:`nn.minimize`.
        setup: the setup of the training.

    Raises:
        ValueError: ``engine="native"``, and the loss cannot be compiled.
    """
    if engine not in _ENGINES:
        raise ValueError(f"engine is 'native' or 'eager', found {engine!r}.")
    if engine != "eager":
        reason = _missing()
        if reason is None:
            with importing():
                from nn.on_tapes import TapeTraining  # lazy: it imports llvmlite

            try:
                return TapeTraining(setup)
            except NotNative as error:
                reason = str(error)
        if engine == "native":
            raise ValueError(_not_compiled(reason))
    return EagerTraining(setup)


def prepared(engine: str | None, setup: Setup, training: Any, samples: list) -> tuple[Any, list]:
    """Return a training that can make an update with some samples, and the samples in the form that it needs.

    It is the given training, or an eager one that continues from its state.

    Raises:
        ValueError: ``engine="native"``, and the loss cannot be compiled for these samples.
    """
    if isinstance(training, EagerTraining):
        return training, samples
    try:
        return training, training.prepare(samples)
    except NotNative as reason:
        if engine == "native":
            raise ValueError(_not_compiled(reason)) from None
        training.write()
        return EagerTraining(setup, training.updates), samples


def _not_compiled(reason):
    """Return the error message for a loss that has to be compiled but cannot be."""
    return f"engine='native' cannot compile this loss: {reason}. Or use engine='eager'."


def _missing():
    """Return the reason why no loss can be compiled in this installation, or None."""
    if not tape.compiled:
        return "the engine runs interpreted, or was installed without a C compiler"
    if importlib.util.find_spec("llvmlite") is None or importlib.util.find_spec("numpy") is None:
        return "it needs llvmlite and NumPy: pip install 'deltagrad[native]'"
    return None
