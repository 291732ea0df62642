r"""Conventions: what a delta is, which letters are used, and in which order a weight's indices stand.

Derivations of backpropagation disagree in all three. A convention is an argument, never a guess.
"""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

__all__ = ["PRESETS", "Convention", "convention", "plain"]

_LARGEST_FACTOR = 10**6
_PLAIN = re.compile(r"[-+]?\d{1,12}(\.\d{1,12}|/\d{1,12})?", re.ASCII)

_LETTERS = {
    "x": "x", "a": "a", "y": "y", "t": "t", "s": "s", "delta": r"\delta", "w": "w", "b": "b", "p": "p", "loss": "L",
    "rate": r"\eta", "function": r"\Phi",
}  # fmt: skip


@dataclass(frozen=True)
class Convention:
    r"""How formulas are written.

    Attributes:
        name: of the preset it comes from.
        delta: a delta is this number times $\partial L / \partial s$: 1, -1, or -1/2.
        letters: from a role to its LaTeX: ``"x"`` input, ``"a"`` activation, ``"y"`` output, ``"t"`` target, ``"s"``
            pre-activation, ``"delta"``, ``"w"``, ``"b"``, ``"p"`` softmax, ``"loss"``, ``"rate"``, ``"function"`` the
            activation function.
        order: ``"from-to"``: $w_{jk}$ leads from j to k; or ``"to-from"``.
        arrow: whether a weight is written $w_{(j \rightarrow k)}$.
        indices: the letters of a weight's source, of the neuron it leads into, and of the neurons that this one feeds;
            None where each layer has a letter of its own.
        names: names for single quantities, in LaTeX: document 004 calls one weight of each layer $w_o$ and $w_h$.
    """

    name: str = "standard"
    delta: Fraction = Fraction(1)
    letters: dict = field(default_factory=lambda: dict(_LETTERS))
    order: str = "from-to"
    arrow: bool = False
    indices: tuple | None = None
    names: dict = field(default_factory=dict)

    def __str__(self):
        words = {
            "x": "input", "a": "activation", "y": "output", "t": "target", "s": "pre-activation", "delta": "delta",
            "loss": "loss", "rate": "rate",
        }  # fmt: skip
        changed = [role for role in words if self.letters[role] != _LETTERS[role]]
        own = [f"{plain(self.letters[role])} {words[role]}" for role in changed]
        factor = {Fraction(1): "", Fraction(-1): "-"}.get(self.delta, f"{self.delta} ")
        return f"convention {self.name}: {', '.join([f'delta = {factor}dL/ds', f'weights indexed {self.order}', *own])}"


def plain(latex) -> str:
    r"""A LaTeX letter in words: ``\\hat{y}`` is "hat y"."""
    text = latex.replace("{", " ").replace("}", "").replace("\\mathrm", "").replace("\\", "")
    return " ".join(text.split())


def _preset(name, factor=1, arrow=False, indices=None, names=None, **letters):
    return Convention(name, Fraction(factor), {**_LETTERS, **letters}, "from-to", arrow, indices, names or {})


PRESETS = {
    "standard": Convention(),
    "000": _preset("000", t="y", y=r"\hat{y}", a="x", loss=r"\mathrm{Loss}", indices=("j", "k", "i")),
    "001": _preset("001", t="y", y=r"\hat{y}", s="a", a="z", x="z", function="f", indices=("i", "j", "k")),
    "002": _preset(
        "002", t="y", y="a", x="a", s="n", delta="s", loss="J", rate=r"\alpha", function="f", indices=("j", "i", "j")
    ),
    "003": _preset("003", -1, t="y", y=r"\hat{y}", s="h", loss="E", function="f", indices=("i", "j", "k")),
    "004": _preset(
        "004", Fraction(-1, 2), True, names={"w_o": "w_ho[1,1]", "w_h": "w_ih[1,1]"}, x="a", s="z",
        loss=r"\epsilon", rate=r"\alpha", function=r"\sigma",
    ),
}  # fmt: skip


def convention(preset="standard", *, delta=None, letters=None, order=None) -> Convention:
    """A convention: a preset, with what is given in place of its own.

    Args:
        preset: ``"standard"``, the number of one of the five documents, ``"000"`` to ``"004"``, or a Convention.
        delta: what a delta is, times dL/ds: a number other than 0, or a text such as ``"-1/2"``.
        letters: LaTeX by role, as in :class:`Convention`.
        order: ``"from-to"`` or ``"to-from"``.

    Raises:
        ValueError: there is no such preset, role or order, or delta is no number other than 0.
    """
    if isinstance(preset, Convention):
        found = preset
    elif isinstance(preset, str) and preset in PRESETS:
        found = PRESETS[preset]
    else:
        raise ValueError(f"no convention is called {preset!r}: there are {', '.join(PRESETS)}.")
    if delta is not None:
        factor = _factor(delta)
        if not 0 < abs(factor) <= _LARGEST_FACTOR:
            raise ValueError(
                f"delta is a number other than 0, at most {_LARGEST_FACTOR:,}, times dL/ds, found {delta!r:.60}: "
                "give 1, -1 or '-1/2'."
            )
        found = replace(found, delta=factor)
    if letters is not None:
        unknown = set(letters) - set(_LETTERS)
        if unknown:
            raise ValueError(f"no letter is called {sorted(unknown)[0]!r}: there are {', '.join(_LETTERS)}.")
        found = replace(found, letters={**found.letters, **letters})
    if order is not None:
        if order not in ("from-to", "to-from"):
            raise ValueError(f"weights are indexed 'from-to' or 'to-from', found {order!r}.")
        found = replace(found, order=order)
    return found


def _factor(delta):
    """A number or a text as a Fraction; 0 where it is neither. A text has no exponent: 1e999999999 would never end."""
    if isinstance(delta, str) and not _PLAIN.fullmatch(delta.strip()):
        return Fraction(0)
    try:
        return Fraction(delta).limit_denominator(_LARGEST_FACTOR)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return Fraction(0)
