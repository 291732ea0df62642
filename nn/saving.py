"""``save`` and ``load``: the parameters of a model in a text file, exactly.

The file is JSON: a format, a version, what the model is (of one of :mod:`nn`: its sizes and activations, and what
activations of one's own compute at some points), on a line for each parameter its label and its number, and a checksum.
A number has as many digits as bring every bit of it back; infinities and NaN are strings. Version 1 had numbers in
hexadecimal (``float.hex``); it is read, too. Nothing in a file is ever executed.
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
_READ = (1, 2)  # the versions that are read
_POINTS = (0.5, -0.75, 2.0)  # at which activations are computed, to tell them apart
_ROOM = 16 << 20  # bytes a file may have beyond what the model needs: JSON takes 20 times that when it is read
_ROOM_EACH = 512  # bytes a parameter's number and what an optimizer remembers take, with what stands around them


class SavedModelError(AutogradError, ValueError):
    """A file holds no parameters, damaged ones, or another model's.

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

    The file is replaced as a whole: whatever goes wrong, either the old one or the new one is there. A link stays a
    link, and the file that it leads to is written; devices and pipes are written to, and stay what they are.

    Args:
        model: what has ``parameters()``.
        path: the file, made or replaced; its folder must exist.
        optimizer: one of nn, whose state is written too: its settings, the number of updates, and what it remembers of
            each parameter. A rate that is a schedule is not written.

    Raises:
        OSError: it cannot be written; an old file is as it was.
        TypeError: the optimizer is none of nn.

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
    """Return the file's text: an entry on each line, and a line for each parameter."""
    entries = []
    for name, entry in body.items():
        text = json.dumps(entry)
        if name == "parameters":
            text = ",\n    ".join([json.dumps(pair) for pair in entry])
            text = f"[\n    {text}\n  ]" if entry else "[]"
        entries.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(entries) + "\n}"


def load(model: HasParameters, path: str | os.PathLike[str], *, optimizer: Optimizer | None = None) -> None:
    """Set the parameters of a model to those in a file written by :func:`save` for a model of the same shape.

    Everything is checked before the first parameter is changed.

    Args:
        model: what has ``parameters()``, as many as were saved, with the same labels; for a model of :mod:`nn` the same
            activations too. Functions of your own are told apart by what they compute.
        path: the file.
        optimizer: one of nn of the same kind as was saved. It gets the state that it had: settings, rate, number of
            updates and memory. Where it has a schedule, or had one, the rate stays as it is.

    Raises:
        SavedModelError: the file is damaged, or another kind of file, or of another version, or of a model of another
            shape, or the optimizer is of another kind or was not saved; nothing has changed.
        OSError: it cannot be read.
        TypeError: the optimizer is none of nn.

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
            f"{path} is of a model with other activations, which compute {_short(computed)} and here "
            f"{_short(_computed(model))}: make one like it."
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
    """The numbers in a file for parameters with these labels, of a model so described.

    Further an optimizer's state, and what the activations compute; each may be None.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise SavedModelError(f"{path} is no file but a device or a pipe, which may never end: give a file.")
    largest = _ROOM + sum([_ROOM_EACH + len(json.dumps(label)) for label in labels])
    with open(path, "rb") as file:
        raw = file.read(min(os.fstat(file.fileno()).st_size, largest) + 1)  # room is made for as many bytes at once
    if len(raw) > largest:
        raise SavedModelError(
            f"{path} has more than {largest:,} bytes, far more than this model's {len(labels)} parameters take: it is "
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
            f"{path} has {len(pairs)} parameters and the model {len(labels)}: it is of another shape."
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
            raise SavedModelError(f"{path} has {_short(number)} for {_short(name)}, which is no number.") from None
    if body["model"] is not None and None not in descriptions and body["model"] not in descriptions:
        mine = max(descriptions, key=len)
        raise SavedModelError(f"{path} is of {_short(body['model'], str)} and the model is {mine}: make one like it.")
    return numbers, body.get("optimizer"), body.get("activations")


def _short(found, show=repr):
    """Return the content of a file, shortened for a message."""
    shown = show(found)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."


def _description(model):
    return repr(model) if isinstance(model, Module) else None


def _description_before(model):
    """The description in files of earlier releases, which called all activations without a ``__name__`` custom."""
    described = _description(model)
    if type(model) is not MLP or any(layer.activations().startswith("[") for layer in model.layers):
        return described
    used = [layer.neurons[0].activation for layer in model.layers]
    names = ["custom" if not isinstance(f, str) and not hasattr(f, "__name__") else shown(f) for f in used]
    return f"{described.partition(',')[0]}, {', '.join(names)})"


# --- Activations of one's own


def _neurons(model):
    layers = model.layers if isinstance(model, MLP) else [model]
    return [n for layer in layers for n in getattr(layer, "neurons", [layer]) if isinstance(n, Neuron)]


def _has_own_activation(model):
    """Return True if an activation is a function that neither a name nor this package stands for."""
    own = [n.activation for n in _neurons(model) if not isinstance(n.activation, str)]
    return any(not (getattr(f, "__module__", None) or "").startswith("autograd.engine.functions") for f in own)


def _computed(model):
    """Return the numbers that the activations compute at some points.

    There is a pair for neurons that follow each other and compute the same: how many they are, and the numbers. In
    place of a number stands the name of the exception that is raised.
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
    """Return True if activations compute the same but for rounding."""
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
