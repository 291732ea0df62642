"""``save`` and ``load``: the parameters of a model in a text file, with every bit.

The file is JSON. It contains a format, a version, a description of the model, one line with the label and the number of
each parameter, and a checksum. The description of a model of :mod:`nn` has its sizes and activations. For a user's own
activation functions, the file has their results at some points. A number has enough digits to restore every bit.
Infinities and NaN are strings. Version 1 had numbers in hexadecimal (``float.hex``), and can still be read. Nothing in
a file is ever executed.
"""

import hashlib
import json
import math
import os

from autograd import Value, no_grad
from autograd.engine.errors import AutogradError
from nn.activations import shown
from nn.files import write_whole
from nn.layers import MLP, Module, Neuron
from nn.optimizers import Optimizer
from nn.protocols import HasParameters
from nn.resuming import from_json, restored_state, state_of, to_json

__all__ = ["SavedModelError", "load", "save"]

FORMAT = "deltagrad parameters"
VERSION = 2
_READ = (1, 2)  # the versions that can be read
_POINTS = (0.5, -0.75, 2.0)  # the points at which activations are compared
_ROOM = 16 << 20  # bytes that a file may have beyond the model's need; reading JSON takes 20 times that in memory
_ROOM_EACH = 512  # bytes that a parameter's number and the optimizer's memory of it take at most


class SavedModelError(AutogradError, ValueError):
    """A file contains no parameters, damaged parameters, or those of another model.

    Example:
        >>> from pathlib import Path
        >>> from nn import MLP, load
        >>> _ = Path("weights.txt").write_text("not weights")
        >>> load(MLP(2, [1]), "weights.txt")
        Traceback (most recent call last):
            ...
        nn.saving.SavedModelError: weights.txt is damaged, or was not written by nn.save: ...
    """


def save(model: HasParameters, path: str | os.PathLike[str], *, optimizer: Optimizer | None = None) -> None:
    """Write the parameters of a model to a file.

    The file is replaced as a whole. If anything goes wrong, the old file is still there. A link stays a link, and the
    file that it leads to is written. A device or a pipe stays what it is, and receives the data.

    Args:
        model: an object with the method ``parameters()``.
        path: the file to create or replace. Its folder must exist.
        optimizer: an optimizer of nn, whose state is also written: its settings, the number of updates, and its memory
            for each parameter. A rate that is a schedule is not written.

    Raises:
        OSError: the file cannot be written. An old file is unchanged.
        TypeError: the optimizer is not an optimizer of nn.

    >>> import tempfile
    >>> from nn import MLP, Adam, load
    >>> model, optimizer = MLP(2, [1], seed=0), Adam(0.01)
    >>> optimizer.step(model.parameters())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.json", optimizer=optimizer)
    ...     resumed = Adam()
    ...     load(MLP(2, [1]), f"{folder}/model.json", optimizer=resumed)
    >>> resumed, resumed.updates
    (Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-08), 1)
    """
    parameters = list(model.parameters())
    body = {
        "format": FORMAT,
        "version": VERSION,
        "model": _description(model),
        "parameters": [[p.label, to_json(p.data)] for p in parameters],
    }
    if _has_own_activation(model):
        body["activations"] = _computed(model)
    if optimizer is not None:
        body["optimizer"] = state_of(optimizer, parameters)
    write_whole(path, _text({**body, "sha256": _checksum(body)}).encode("utf-8"))


def _text(body):
    """Return the text of the file, with one line for each entry and each parameter."""
    entries = []
    for name, entry in body.items():
        text = json.dumps(entry)
        if name == "parameters":
            text = ",\n    ".join([json.dumps(pair) for pair in entry])
            text = f"[\n    {text}\n  ]" if entry else "[]"
        entries.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(entries) + "\n}"


def load(model: HasParameters, path: str | os.PathLike[str], *, optimizer: Optimizer | None = None) -> None:
    """Set the parameters of a model to those in a file that :func:`save` wrote for a model of the same shape.

    Everything is checked before the first parameter is changed.

    Args:
        model: an object with the method ``parameters()``. It needs as many parameters as were saved, with the same
            labels. A model of :mod:`nn` also needs the same activations. Your own activation functions are compared by
            their results.
        path: the file.
        optimizer: an optimizer of nn of the same kind as the saved one. It gets the saved settings, rate, number of
            updates and memory. If its rate is a schedule, or the saved rate was one, the rate does not change.

    Raises:
        SavedModelError: the file is damaged, is of another kind or version, or belongs to a model of another shape; or
            the optimizer is of another kind or was not saved. Nothing was changed.
        OSError: the file cannot be read.
        TypeError: the optimizer is not an optimizer of nn.

    Example:
        >>> from nn import MLP, save
        >>> save(MLP(2, [1], seed=0), "weights.txt")
        >>> model = MLP(2, [1], seed=1)
        >>> load(model, "weights.txt")
        >>> model.parameters()[0].data == MLP(2, [1], seed=0).parameters()[0].data
        True
    """
    parameters = list(model.parameters())
    labels = [p.label for p in parameters]
    path = os.fsdecode(path)
    numbers, state, computed = _read(path, labels, [_description(model), _description_before(model)])
    if computed is not None and isinstance(model, Module) and not _alike(computed, _computed(model)):
        raise SavedModelError(
            f"{path} belongs to a model with other activations. They give {_short(computed)}, and those of this model "
            f"give {_short(_computed(model))}: make a model like the saved one."
        )
    kept = {}
    if optimizer is not None:
        try:
            restored = restored_state(state, optimizer, parameters)
        except ValueError as reason:
            raise SavedModelError(f"{path} {reason}.") from None
        kept = {name: getattr(optimizer, name) for name in restored}
    before = [p.data for p in parameters]
    try:
        for p, number in zip(parameters, numbers, strict=True):
            p.data = number
        for name in kept:
            setattr(optimizer, name, restored[name])
    except BaseException:  # an interrupt
        for p, number in zip(parameters, before, strict=True):
            p.data = number
        for name, value in kept.items():
            setattr(optimizer, name, value)
        raise


def _read(path, labels, descriptions):
    """Return the numbers in a file, the state of an optimizer, and the results of the activations.

    The last two may be None.

    Args:
        path: the file.
        labels: the labels of the model's parameters.
        descriptions: the allowed descriptions of the model.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise SavedModelError(f"{path} is a device or a pipe, which may never end: give a file.")
    largest = _ROOM + sum([_ROOM_EACH + len(json.dumps(label)) for label in labels])
    with open(path, "rb") as file:
        raw = file.read(min(os.fstat(file.fileno()).st_size, largest) + 1)  # read() reserves this much memory
    if len(raw) > largest:
        raise SavedModelError(
            f"{path} has more than {largest:,} bytes, far more than this model's {len(labels)} parameters need: it is "
            "another file."
        )
    try:
        body = json.loads(raw.decode("utf-8"))
        claimed, found = (body.pop("sha256", None), _checksum(body)) if isinstance(body, dict) else (None, None)
    except (ValueError, RecursionError) as error:
        raise SavedModelError(f"{path} is damaged, or was not written by nn.save: {error}") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise SavedModelError(f"{path} was not written by nn.save: it is another kind of file.")
    if type(body.get("version")) is not int or body["version"] not in _READ:
        raise SavedModelError(f"{path} has version {_short(body.get('version'))} of the format, this is {VERSION}: use "
                              "the release that wrote it.")  # fmt: skip
    if set(body) - {"optimizer", "activations"} != {"format", "version", "model", "parameters"} or claimed != found:
        raise SavedModelError(f"{path} is damaged: its checksum does not fit. Restore it from a copy.")
    pairs = body["parameters"]
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise SavedModelError(f"{path} does not list parameters: it was not written by nn.save.")
    if len(pairs) != len(labels):
        raise SavedModelError(
            f"{path} has {len(pairs)} parameters and the model has {len(labels)}: it is of another shape."
        )
    numbers = []
    for (name, number), label in zip(pairs, labels, strict=True):
        if name != label:
            raise SavedModelError(
                f"{path} has {_short(name)} where the model has {_short(label)}: it is of another shape."
            )
        try:
            numbers.append(from_json(number))
        except (TypeError, ValueError, OverflowError):
            raise SavedModelError(f"{path} has {_short(number)} for {_short(name)}, which is not a number.") from None
    if body["model"] is not None and None not in descriptions and body["model"] not in descriptions:
        mine = max(descriptions, key=len)
        raise SavedModelError(f"{path} is of {_short(body['model'], str)} and the model is {mine}: make one like it.")
    return numbers, body.get("optimizer"), body.get("activations")


def _short(found, show=repr):
    """Return the content of a file as a short text for a message."""
    shown = show(found)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."


def _description(model):
    return repr(model) if isinstance(model, Module) else None


def _description_before(model):
    """Return the description in files of earlier releases, where activations without a ``__name__`` are "custom"."""
    described = _description(model)
    if type(model) is not MLP or any(layer.activations().startswith("[") for layer in model.layers):
        return described
    used = [layer.neurons[0].activation for layer in model.layers]
    names = ["custom" if not isinstance(f, str) and not hasattr(f, "__name__") else shown(f) for f in used]
    return f"{described.partition(',')[0]}, {', '.join(names)})"


# --- The user's own activations


def _neurons(model):
    layers = model.layers if isinstance(model, MLP) else [model]
    return [n for layer in layers for n in getattr(layer, "neurons", [layer]) if isinstance(n, Neuron)]


def _has_own_activation(model):
    """Return True if an activation is a function that is given without a name and is not from this package."""
    own = [n.activation for n in _neurons(model) if not isinstance(n.activation, str)]
    return any(not (getattr(f, "__module__", None) or "").startswith("autograd.engine.functions") for f in own)


def _computed(model):
    """Return the results of the activations at some points.

    Neurons that follow each other and have the same results share a pair: their number, and the results. If an
    activation raises an exception, its name takes the place of the result.
    """
    known: dict = {}
    pairs: list = []
    for neuron in _neurons(model):
        key = neuron.activation if isinstance(neuron.activation, str) else id(neuron.activation)
        if key not in known:
            known[key] = [_value(neuron, x) for x in _POINTS]
        if pairs and pairs[-1][1] == known[key]:
            pairs[-1][0] += 1
        else:
            pairs.append([1, known[key]])
    return pairs


def _value(neuron, x):
    try:
        with no_grad():
            return to_json(float(neuron.activate(Value(x)).data))
    except Exception as error:
        return type(error).__name__


def _alike(found, mine):
    """Return True if two lists of results are equal except for rounding."""
    try:
        return [n for n, _ in found] == [n for n, _ in mine] and all(
            a == b or math.isclose(from_json(a), from_json(b), rel_tol=1e-9)
            for (_, row), (_, other) in zip(found, mine, strict=True)
            for a, b in zip(row, other, strict=True)
        )
    except (TypeError, ValueError):
        return False


def _checksum(body):
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode("utf-8")).hexdigest()
