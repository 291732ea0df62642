r"""Conventions: the definition of a delta, the letters of the quantities, and the order of a weight's indices.

Derivations of backpropagation disagree in all three. A convention is always an argument and is never guessed.
"""

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from autograd.formulas.letters import with_commands

__all__ = ["NAMES", "PRESETS", "Convention", "convention", "plain"]

_LARGEST_FACTOR = 10**6
_PLAIN = re.compile(r"[-+]?\d{1,12}(\.\d{1,12}|/\d{1,12})?", re.ASCII)
_CALLED = re.compile(r"(.*[^\s(])\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.DOTALL)  # f(x), f(x^{(i)})
_INDEXED = re.compile(r"(.*[^\s_])\s*_\s*(?:[ijk]|\{\s*[ijk]\s*\})")
_ORDERS = ("from-to", "to-from")
_LAYOUTS = ("columns", "rows")

_LETTERS = {
    "x": "x", "a": "a", "y": "y", "t": "t", "s": "s", "delta": r"\delta", "w": "w", "b": "b", "p": "p", "loss": "L",
    "rate": r"\eta", "function": r"\Phi",
}  # fmt: skip


@dataclass(frozen=True)
class Convention:
    r"""A convention for writing formulas.

    Attributes:
        name: the name of the preset that the convention is based on.
        delta: the number by which $\partial L / \partial s$ is multiplied to give a delta: 1, -1 or -1/2, for example.
        letters: a dict from each role to its LaTeX: ``"x"`` input, ``"a"`` activation, ``"y"`` output, ``"t"`` target,
            ``"s"`` pre-activation, ``"delta"``, ``"w"``, ``"b"``, ``"p"`` softmax, ``"loss"``, ``"rate"``,
            ``"function"`` the activation function.
        order: ``"from-to"`` if $w_{jk}$ leads from j to k, or ``"to-from"`` if it leads from k to j.
        arrow: True if a weight is written $w_{(j \rightarrow k)}$.
        indices: three letters: for the source of a weight, for the neuron it leads into, and for the neurons that this
            neuron feeds. None if each layer has a letter of its own.
        names: LaTeX names for single quantities. Document 004, for example, calls one weight of each layer $w_o$ and
            $w_h$.
        vectors: ``"columns"`` or ``"rows"``: the shape of a layer's quantities in the matrix form, or None if the
            convention does not say.
        batch: ``"columns"`` or ``"rows"``: the place of the samples in the matrices of a batch, or None if the
            convention does not say.
        says_order: True if the order was declared or belongs to the preset. If not, a matrix of weights may have either
            order of indices.
        more: a dict from further letters to their roles. A writer may call the pre-activations of another layer r.
    """

    name: str = "standard"
    delta: Fraction = Fraction(1)
    letters: dict = field(default_factory=lambda: dict(_LETTERS))
    order: str = "from-to"
    arrow: bool = False
    indices: tuple | None = None
    names: dict = field(default_factory=dict)
    vectors: str | None = None
    batch: str | None = None
    says_order: bool = field(default=False, compare=False)
    more: dict = field(default_factory=dict)

    def __str__(self):
        words = {
            "x": "input", "a": "activation", "y": "output", "t": "target", "s": "pre-activation", "delta": "delta",
            "loss": "loss", "rate": "rate",
        }  # fmt: skip
        changed = [role for role in words if self.letters[role] != _LETTERS[role]]
        own = [f"{plain(self.letters[role])} {words[role]}" for role in changed]
        factor = {Fraction(1): "", Fraction(-1): "-"}.get(self.delta, f"{self.delta} ")
        return f"convention {self.name}: {', '.join([f'delta = {factor}dL/ds', f'weights indexed {self.order}', *own])}"


@functools.lru_cache(maxsize=4096)
def plain(latex) -> str:
    r"""Return a LaTeX letter in words: ``\\hat{y}`` becomes "hat y"."""
    text = re.sub(r"\\(mathrm|textrm|text|mathit|operatorname)\b", "", latex)
    text = text.replace("{", " ").replace("}", "").replace("\\", "")
    return " ".join(text.split())


def _preset(
    name, factor=1, *, order="from-to", arrow=False, indices=None, names=None, vectors=None, batch=None, **letters
):
    letters = {**_LETTERS, **letters}
    says_order = name != "standard"
    return Convention(name, Fraction(factor), letters, order, arrow, indices, names or {}, vectors, batch, says_order)


_NUMBERED = {
    "000": _preset("000", t="y", y=r"\hat{y}", a="x", loss=r"\mathrm{Loss}", indices=("j", "k", "i")),
    "001": _preset("001", t="y", y=r"\hat{y}", s="a", a="z", x="z", function="f", indices=("i", "j", "k")),
    "002": _preset(
        "002", t="y", y="a", x="a", s="n", delta="s", loss="J", rate=r"\alpha", function="f", indices=("j", "i", "j")
    ),
    "003": _preset("003", -1, t="y", y=r"\hat{y}", s="h", loss="E", function="f", indices=("i", "j", "k")),
    "004": _preset(
        "004", Fraction(-1, 2), arrow=True, names={"w_o": "w_ho[1,1]", "w_h": "w_ih[1,1]"}, x="a", s="z",
        loss=r"\epsilon", rate=r"\alpha", function=r"\sigma",
    ),
}  # fmt: skip

# Conventions by the names of authors who use them, or by a special feature.
NAMES = {
    "standard": Convention(),
    "nielsen": _preset(
        "nielsen", order="to-from", t="y", y="a", s="z", loss="C", function=r"\sigma", indices=("k", "j", "k")
    ),
    "bishop": _preset("bishop", order="to-from", s="a", a="z", loss="E", function="h", indices=("i", "j", "k")),
    "mitchell": _preset(
        "mitchell", -1, order="to-from", s=r"\mathrm{net}", a="o", y="o", loss="E", function=r"\sigma",
        indices=("i", "j", "k"),
    ),
    "haykin": _preset(
        "haykin", -1, order="to-from", s="v", a="y", t="d", loss=r"\mathcal{E}", function=r"\varphi",
        indices=("i", "j", "k"),
    ),
    "ng": _preset(
        "ng", order="to-from", t="y", y=r"\hat{y}", s="z", loss="J", rate=r"\alpha", function="g", vectors="columns",
        batch="columns",
    ),
    "goodfellow": _preset(
        "goodfellow", order="to-from", t="y", y=r"\hat{y}", s="a", a="h", loss="J", rate=r"\epsilon", function="f"
    ),
    "activations x": _NUMBERED["000"],
    "activations z": _NUMBERED["001"],
    "hagan": _NUMBERED["002"],
    "hertz": _NUMBERED["003"],
    "widrow": _NUMBERED["004"],
}  # fmt: skip
PRESETS = {**NAMES, **_NUMBERED}


def convention(
    preset="standard", *, delta=None, letters=None, order=None, indices=None, vectors=None, batch=None, more=None
) -> Convention:
    """Return a preset convention, with the given parts replaced.

    Args:
        preset: a name of :data:`NAMES`, such as ``"standard"``, ``"nielsen"`` or ``"bishop"``; the number of one of the
            five documents, ``"000"`` to ``"004"``; or a Convention.
        delta: the number by which dL/ds is multiplied to give a delta: not 0, as a number or a text such as ``"-1/2"``.
        letters: a dict from roles to LaTeX, as in :class:`Convention`.
        order: ``"from-to"`` or ``"to-from"``.
        indices: three letters, as ``("i", "j", "k")`` or ``"i j k"``: for the source of a weight, for the neuron it
            leads into, and for the neurons that this neuron feeds.
        vectors: ``"columns"`` or ``"rows"``, as in :class:`Convention`.
        batch: ``"columns"`` or ``"rows"``, as in :class:`Convention`.
        more: further letters, as in :class:`Convention`.

    Raises:
        ValueError: there is no such preset, role, order, layout or index, ``delta`` is 0 or not a number, or the target
            and the output are given the same letter.

    >>> print(convention("mitchell"))
    convention mitchell: delta = -dL/ds, weights indexed to-from, o activation, o output, net pre-activation, E loss
    >>> convention(letters={"t": "y"}).letters["y"]
    '\\\\hat{y}'
    >>> convention(letters={"t": "y", "y": "y"})
    Traceback (most recent call last):
        ...
    ValueError: the letter y would be both target and output: give the output one of its own, such as y=r"\\hat{y}".
    """
    found = _chosen(preset)
    changes: dict = {}
    if delta is not None:
        factor = _factor(delta)
        if not 0 < abs(factor) <= _LARGEST_FACTOR:
            raise ValueError(
                f"delta is a number other than 0, at most {_LARGEST_FACTOR:,}, times dL/ds, found {delta!r:.60}: "
                "give 1, -1 or '-1/2'."
            )
        changes["delta"] = factor
    if letters is not None:
        if not isinstance(letters, Mapping) or not all(isinstance(x, str) and x.strip() for x in letters.values()):
            raise ValueError(
                f"letters are LaTeX by role, such as {{'t': 'y', 's': 'z'}}, found {letters!r:.80}: give each a text."
            )
        unknown = set(letters) - set(_LETTERS)
        if unknown:
            raise ValueError(f"no letter is called {sorted(unknown, key=str)[0]!r}: there are {', '.join(_LETTERS)}.")
        letters = _bare({role: with_commands(letter) for role, letter in letters.items()}, found.letters)
        if "p" in letters and "y" not in letters and letters.get("t") == found.letters["y"]:
            letters = {**letters, "y": letters.get("s", found.letters["s"])}  # logits are pre-activations
        for role in ("y", "p"):  # an output without a declared letter leaves its usual one to a target that has it
            if role not in letters and letters.get("t") == found.letters[role]:
                letters = {**letters, role: rf"\hat{{{letters['t']}}}"}
        changes["letters"] = _checked_letters({**found.letters, **letters})
    if more:
        changes["more"] = dict(more)
    if order is not None:
        if order not in _ORDERS:
            raise ValueError(f"weights are indexed 'from-to' or 'to-from', found {order!r}.")
        changes["order"], changes["says_order"] = order, True
    if indices is not None:
        changes["indices"] = _three(indices)
    for name, layout in (("vectors", vectors), ("batch", batch)):
        if layout is not None:
            if layout not in _LAYOUTS:
                raise ValueError(f"{name} are 'columns' or 'rows', found {layout!r:.60}.")
            changes[name] = layout
    return replace(found, **changes)


def _chosen(preset):
    if isinstance(preset, Convention):
        return preset
    if isinstance(preset, str) and preset.lower() in PRESETS:
        return PRESETS[preset.lower()]
    meant = difflib.get_close_matches(preset.lower(), PRESETS, 1) if isinstance(preset, str) else []
    advice = f"did you mean {meant[0]!r}? Else there" if meant else "there"
    raise ValueError(
        f"no convention is called {preset!r:.60}: {advice} are {', '.join(NAMES)}, and the documents' 000 to 004."
    )


def _bare(letters, others):
    """Return declared letters without an index and without what the quantity depends on: h_theta for h_theta(x_i).

    An argument that is the pre-activation stays, since the letter is then that of the activation function. A letter
    stays as it is, too, if without its index it would be that of another role.

    Args:
        letters: the declared letters.
        others: the letters of the preset.
    """
    of_sums = letters.get("s", others["s"]).strip()
    found = {}
    for role, letter in letters.items():
        match = _CALLED.fullmatch(letter)
        if match and not match[2].strip().startswith(of_sums):
            letter = match[1].strip()
        match = _INDEXED.fullmatch(letter)
        taken = {x.strip() for other, x in {**others, **letters, **found}.items() if other != role}
        if match and match[1].strip() not in taken:
            letter = match[1].strip()
        found[role] = letter
    return found


def _checked_letters(letters):
    """Return the letters. Raise ``ValueError`` if the target and an output have the same letter."""
    for role, word in (("y", "output"), ("p", "softmax output")):
        if letters[role] == letters["t"]:
            raise ValueError(
                f"the letter {plain(letters['t'])} would be both target and {word}: give the output one of its own, "
                rf'such as {role}=r"\hat{{y}}".'
            )
    return letters


def _three(indices):
    found = tuple(indices.replace(",", " ").split() if isinstance(indices, str) else indices)
    if len(found) != 3 or not all(isinstance(x, str) and re.fullmatch(r"[A-Za-z]|\\[a-z]{2,8}", x) for x in found):
        raise ValueError(
            "indices are three letters, for a weight's source, for the neuron it leads into and for the neurons that "
            f"this neuron feeds, such as 'i j k'; found {indices!r:.60}."
        )
    return found


def _factor(delta):
    """Return a number or a text as a Fraction, or 0 if it is neither. Exponents are refused: 1e999999999 never ends."""
    if isinstance(delta, str) and not _PLAIN.fullmatch(delta.strip()):
        return Fraction(0)
    try:
        return Fraction(delta).limit_denominator(_LARGEST_FACTOR)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return Fraction(0)
