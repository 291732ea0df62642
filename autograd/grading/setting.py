r"""The setting of a document: the network, the loss and the convention, as declared.

==============  ====================================================================================================
``network``     sizes, and the activation of each layer or of all: ``2-3-2 sigmoid``, ``4-8-3 tanh, linear``
``bias``        ``yes`` (the default) or ``no``
``loss``        ``half_sse`` (the default), ``sse``, ``mse``, ``absolute``, ``huber``, ``cross_entropy`` or
                ``binary_cross_entropy``; with smoothed labels ``cross_entropy, smoothing \epsilon``, or a number
``penalty``     ``l2 \lambda``: half of lambda times the sum of the squared weights is added to the loss
``samples``     how many, and ``mean`` (the default) or ``sum``: ``3 mean``
``recurrent``   the layer that reads itself, and the number of steps: ``layer 1, 3 steps``
``convention``  ``standard`` (the default), or another name: ``nielsen``, ``bishop``, ``mitchell``, ``000`` to ``004``
``letters``     by role, ``t=y, y=\hat{y}, s=z``
``order``       a weight's indices: ``from-to`` or ``to-from``
``indices``     of a weight's source, its neuron, and of those that one feeds: ``i j k``
``vectors``     ``columns`` or ``rows``; ``batch`` likewise, for the samples of a batch
``delta``       what a delta is, times dL/ds: ``1``, ``-1``, ``-1/2``
``rate``        the name of the learning rate in updates
``points``      of a rubric, for each target: ``w_ho[h,o] 4, d_h[h] 2``
``name``        whose document it is
==============  ====================================================================================================

In a file that ``--setting`` gives, and nowhere else, ``recorded: file.py:function`` names a function that returns the
recorded loss: it is run.
"""

import contextlib
import difflib
import functools
import importlib.util
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from autograd.engine.errors import SheetError
from autograd.engine.value import Value
from autograd.formulas.conventions import convention
from autograd.formulas.derivation import Derivation, derive
from autograd.grading.declared_network import declared_network
from autograd.grading.networks import build
from autograd.grading.text_files import decoded

__all__ = ["KEYS", "Declaration", "Setting", "declared_setting", "is_declaration", "read_setting"]

KEYS = (
    "network", "bias", "loss", "penalty", "samples", "recurrent", "convention", "letters", "order", "indices",
    "vectors", "batch", "delta", "rate", "points", "name",
)  # fmt: skip
_ALIKE = 0.7  # the least similarity of a misspelt declaration to the name of a declaration
_SHORT_ALIKE = 0.85  # such as that of los and loss
# Keys in the front matter of any page.
_OF_PAGES = ("date", "dates", "title", "layout", "tags", "author", "lang", "summary", "description", "categories")
_MAX_TARGETS = 100
# The largest number of words in the value of a key. For all other keys, it is 3.
_WORDS = {"name": 12, "letters": 24, "points": 300, "network": 8, "recurrent": 5, "loss": 4}
_TEACHERS = frozenset({"network", "bias", "loss", "penalty", "samples", "recurrent", "points"})
_TARGET = re.compile(r"\s*((?:dL/d)?[^\s,=:\[\]]+(?:\[[^\]]*\])?)\s*[=:]?\s+(\d{1,4}(?:\.\d{1,3})?)\s*", re.ASCII)


class Declaration(NamedTuple):
    """A declaration as it was written: the line, the key in lower case, and the value."""

    line: int
    key: str
    value: str


@dataclass(frozen=True)
class Setting:
    """The network, the loss and the convention to which formulas refer.

    Attributes:
        network: the arguments of :func:`autograd.grading.networks.build` as a tuple of pairs, or None.
        options: the arguments of :meth:`autograd.formulas.derivation.Derivation.convention`.
        rate: the name of the learning rate, or None.
        points: pairs of a target and its points.
        name: the name of the writer, or "".
        recorded: a teacher's own loss: its Derivation, or the file and the function that records it, or None.
        declared: the keys that were declared.
    """

    network: tuple | None = None
    options: dict = field(default_factory=dict)
    rate: str | None = None
    points: tuple = ()
    name: str = ""
    recorded: tuple | Derivation | None = None
    declared: frozenset = frozenset()

    def with_network(self, **values) -> "Setting":
        """Return the same setting with another network."""
        return replace(self, network=_frozen(values))

    def derivation(self) -> Derivation:
        """Return the derivation of the declared loss, in the declared convention.

        Raises:
            SheetError: there is no such network or convention.
        """
        if self.recorded is not None:
            found = self.recorded if isinstance(self.recorded, Derivation) else _recorded(*self.recorded)
        elif self.network is None:
            raise SheetError("no network is declared: write network: 2-3-2 sigmoid above the first formula.")
        else:
            found = _derived(self.network)
            with contextlib.suppress(ValueError):  # it is raised below
                found = _derived(self.network, convention(**self.options).delta)
        try:
            return found.convention(convention(**self.options)) if self.options else found
        except ValueError as error:
            raise SheetError(str(error)) from error

    def __str__(self):
        words = []
        if self.recorded is not None:
            is_given = isinstance(self.recorded, Derivation)
            words = ["the loss that was given" if is_given else f"the loss of {':'.join(self.recorded)}"]
        if self.network is not None and self.recorded is None:
            found = dict(self.network)
            acts = found["activations"]
            shown = acts[0] if len(set(acts)) == 1 else ", ".join(acts)
            words = [f"{'-'.join(map(str, found['sizes']))} {shown}", f"loss {found['loss']}"]
            if found["smoothing"] is not None:
                words.append(f"labels smoothed by {found['smoothing']}")
            if not found["bias"]:
                words.append("no bias")
            if found["samples"] > 1:
                words.append(f"{found['samples']} samples, {found['reduction']}")
            if found["recurrent"]:
                words.append(f"layer {found['recurrent'][0]} recurrent, {found['recurrent'][1]} steps")
            if found["penalty"]:
                words.append(f"penalty l2 {found['penalty']}")
        with contextlib.suppress(ValueError):  # the error is raised when the convention is used
            words.append(str(convention(**self.options)))
        return "; ".join(words)


def _frozen(values):
    usual = {"bias": True, "loss": "half_sse", "samples": 1, "reduction": "mean", "penalty": None, "recurrent": None}
    usual["smoothing"] = None
    found = {**usual, **values}
    return tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in found.items()))


@functools.lru_cache(maxsize=64)
def _derived(network, delta=None):
    """Return the derivation of a network. The formulas depend on the definition of a delta, and are found once each."""
    return derive(build(**dict(network))) if delta is None else _derived(network).convention(delta=delta)


def _recorded(path, name):
    """Return the derivation of the loss that a teacher's own function returns."""
    spec = importlib.util.spec_from_file_location("recorded_by_a_setting", path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise SheetError(f"recorded: there is no Python file {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        raise SheetError(f"recorded: {path} has no function {name}.")
    found = function()
    if not isinstance(found, (Value, Derivation)):
        raise SheetError(f"recorded: {name} returned {type(found).__name__}, expected a Value or a Derivation.")
    return found if isinstance(found, Derivation) else derive(found)


# --- Reading declarations.


def read_setting(path) -> Setting:
    """Return the setting in a file for ``--setting``. Only such a file may name a function that records the loss.

    Raises:
        SheetError: a declaration is not understood. The message has the line.
        OSError: the file cannot be read.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise SheetError(f"{path.name} is not a file: give a file with declarations.")
    found = []
    for number, line in enumerate(decoded(path.read_bytes()).splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", "%")) or bare == "---":
            continue
        key, colon, value = bare.partition(":")
        if not colon:
            raise SheetError(
                f"{path.name}, line {number}: a declaration is a key, a colon and a value, found {bare!r:.60}."
            )
        found.append(Declaration(number, key.strip().lower(), value.strip()))
    return declared_setting(found, path.name, strict=True, folder=path.parent)


def declared_setting(declarations, name, start=None, *, strict=False, folder=None) -> Setting:
    """Return the setting of some declarations.

    Args:
        declarations: :class:`Declaration` s in order.
        name: the name of the document, for messages.
        start: a teacher's :class:`Setting`. Its network and points always apply. Its notation applies if the document
            declares none.
        strict: True if all lines are declarations. Otherwise, a line whose value is a sentence is prose, and so is a
            line with an unknown key that is not similar to a known one.
        folder: the folder of a setting's file, in which the file of a recorded loss is searched for, or None if no code
            may be run.

    Raises:
        SheetError: a declaration is not understood. The message has the line.
    """
    values: dict = {}
    lines: dict = {}
    points: list = []
    start = start or Setting()
    is_page = not strict and any(each.key in _OF_PAGES for each in declarations)
    kept = _TEACHERS if start.network or start.recorded else _TEACHERS & start.declared
    for line, key, value in declarations:
        known = (*KEYS, "recorded") if folder is not None else KEYS
        if key not in known:
            if strict or len(key) > 2:
                _refuse_misspelt(key, value, known, f"{name}, line {line}", strict)
            continue
        if (not strict and _is_sentence(key, value)) or key in kept or (is_page and _is_of_page(key, value)):
            continue
        if key == "points":
            points += _points(value, f"{name}, line {line}")
        else:
            values[key], lines[key] = value, line
    return _checked(values, lines, points, name, start, folder)


def _is_of_page(key, value):
    """Return True if a key in the front matter of a page, such as ``order: 1``, only looks like a declaration."""
    return (key == "order" and value not in ("from-to", "to-from")) or (
        key in ("batch", "points", "rate") and re.fullmatch(r"[\d.,%]*", value) is not None
    )


def is_declaration(key) -> bool:
    """Return True if a word before a colon is a key or a misspelt key."""
    return key.lower() in KEYS or (len(key) > 2 and bool(_nearest(key.lower(), KEYS)))


def _nearest(key, known):
    """Return a list with the name that is most similar to a misspelt one.

    For a name of three letters, the limit is higher.
    """
    return difflib.get_close_matches(key, known, 1, _ALIKE if len(key) > 3 else _SHORT_ALIKE)


def _refuse_misspelt(key, value, known, where, strict):
    close = _nearest(key, known) if strict or key not in _OF_PAGES else []
    if close and (strict or not _is_sentence(close[0], value)):
        raise SheetError(f"{where}: unknown declaration {key!r}: did you mean {close[0]!r}?")
    if strict:
        raise SheetError(f"{where}: unknown declaration {key!r}: use one of {', '.join(known)}.")


def _is_sentence(key, value):
    """Return True if the text after a key and a colon is prose: 'Loss: we use half the squared error'."""
    words = len(re.findall(r"(?<!\\)\b[A-Za-z]{2,}", value))
    most = _WORDS.get(key, 3)
    if key == "network" and not re.match(r"\d", value):
        most = 3
    return words > most or "$" in value or (key != "name" and value.endswith("."))


def _checked(values, lines, points, name, start, folder):
    """Return the setting. Raise SheetError if a value is not valid."""

    def refused(key, error):
        where = f"{name}, line {lines[key]}" if key in lines else name
        return SheetError(f"{where}: {error}")

    network = start.network
    keys = ("network", "bias", "loss", "penalty", "samples", "recurrent")
    if any(key in values for key in keys):
        try:
            network = _frozen(declared_network(values, network or ()))
        except SheetError as error:
            raise refused(
                next((key for key in keys if key in values and key in str(error)), "network"), error
            ) from None
    options = dict(start.options)
    for key in ("delta", "order", "indices", "vectors", "batch"):
        if key in values:
            options[key] = values[key]
    if "convention" in values:
        try:
            convention(values["convention"])
        except ValueError as error:
            raise refused("convention", error) from None
        options["preset"] = values["convention"]
    if "letters" in values:
        try:
            options["letters"] = {**options.get("letters", {}), **_letters(values["letters"])}
        except SheetError as error:
            raise refused("letters", error) from None
    try:
        convention(**options)
    except ValueError as error:
        key = next((key for key in ("delta", "order", "indices", "vectors", "batch", "letters") if key in values), "")
        raise refused(key, error) from None
    recorded = start.recorded
    if "recorded" in values:
        path, _, function = values["recorded"].rpartition(":")
        if not path or not function.isidentifier():
            raise refused(
                "recorded", f"recorded is a file and a function, file.py:function, found {values['recorded']!r}."
            )
        recorded = (str(Path(folder) / path), function)
    return Setting(
        network, options, values.get("rate", start.rate), tuple(points) or start.points, values.get("name", start.name),
        recorded, start.declared | set(values) | ({"points"} if points else set()),
    )  # fmt: skip


def _letters(text):
    r"""Return a dict from roles to LaTeX letters for a text such as ``t=y, y=\hat{y}``."""
    found = {}
    for part in re.split(r"[,;\s]+(?=[a-z]+\s*=)", text.strip()):
        role, sign, latex = part.partition("=")
        if not sign or not latex.strip() or len(latex) > 40:
            raise SheetError(
                f"letters are roles and what stands for them, such as t=y, y=\\hat{{y}}; found {part!r:.40}."
            )
        found[role.strip()] = latex.strip().strip("$").strip()
    return found


def _points(text, where):
    found = []
    for part in re.split(r"[,;](?![^\[]*\])", text):
        match = _TARGET.fullmatch(f"{part} ")
        if match is None:
            raise SheetError(
                f"{where}: points are targets and numbers, such as w_ho[h,o] 4, d_h[h] 2; found {part!r:.40}."
            )
        found.append((match[1], float(match[2])))
    if len(found) > _MAX_TARGETS:
        raise SheetError(f"{where}: a rubric has at most {_MAX_TARGETS} targets.")
    return found
