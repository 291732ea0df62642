"""The network that a sheet or a document declares."""

import re
from itertools import pairwise

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import plain
from autograd.grading.networks import LOSSES

__all__ = ["ACTIVATIONS", "declared_network"]

ACTIVATIONS = ("sigmoid", "tanh", "relu", "softplus", "silu", "gelu", "exp", "sin", "linear")
_MAX_NEURONS, _MAX_LAYERS, _MAX_SAMPLES, _MAX_STEPS = 64, 6, 12, 6
_MAX_PRODUCTS = 20_000  # products of a weight and an input; this many take a few seconds


def declared_network(values, start=()) -> dict:
    """Return the checked arguments from which a network is built.

    Args:
        values: the declarations, a dict of texts.
        start: the arguments that apply if nothing is declared.

    Raises:
        SheetError: a declaration is not understood, or the network is too large.
    """
    found = dict(start)
    if "network" in values:
        found["sizes"], found["activations"] = _layers(values["network"])
    if "sizes" not in found:
        raise SheetError("network is not declared: write network: 2-3-2 sigmoid.")
    if "loss" in values:
        loss, found["smoothing"] = _smoothed(values["loss"])
        found["loss"] = loss.replace("-", "_").replace(" ", "_").lower()
        if found["loss"] not in LOSSES:
            raise SheetError(f"no loss is called {values['loss']!r}: use {', '.join(LOSSES)}.")
    sizes, names = list(found["sizes"]), list(found["activations"])
    if len(names) == 1:
        names = names * (len(sizes) - 1)
        if found.get("loss") == "cross_entropy":
            names[-1] = "linear"
        if found.get("loss") == "binary_cross_entropy":
            names[-1] = "sigmoid"
    if len(names) != len(sizes) - 1:
        raise SheetError(
            f"{len(sizes) - 1} layers with weights and {len(names)} activations: give one for each, or one for all."
        )
    found["activations"] = names
    if "bias" in values:
        if values["bias"].lower() not in ("yes", "no"):
            raise SheetError(f"bias is yes or no, found {values['bias']!r}.")
        found["bias"] = values["bias"].lower() == "yes"
    if "samples" in values:
        words = values["samples"].replace(",", " ").split() or [""]
        found["samples"] = _whole_number(words[0], "samples", _MAX_SAMPLES)
        found["reduction"] = words[1] if len(words) > 1 else "mean"
        if found["reduction"] not in ("mean", "sum") or len(words) > 2:
            raise SheetError(f"samples are a number, and mean or sum, found {values['samples']!r}.")
    if "penalty" in values:
        match = re.fullmatch(r"[lL]_?2\s+\\?([A-Za-z]{1,12})", values["penalty"])
        if match is None:
            raise SheetError(
                f"penalty is l2 and the letter of its factor, such as l2 \\lambda, found {values['penalty']!r}."
            )
        found["penalty"] = plain(match[1])
    if "recurrent" in values:
        found["recurrent"], found["reduction"] = _recurrent(values["recurrent"], sizes)
    steps = found["recurrent"][1] if found.get("recurrent") else 1
    products = found.get("samples", 1) * steps * sum([n * m for n, m in pairwise(sizes)])
    if products > _MAX_PRODUCTS:
        raise SheetError(
            f"this network has {products:,} weights times samples, more than {_MAX_PRODUCTS:,}: the formulas of a "
            "smaller one are the same."
        )
    return found


def _smoothed(text):
    """Return a loss, and the number or letter by which its labels are smoothed, or None for unchanged labels."""
    match = re.fullmatch(r"(.*?)[\s,]+(?:label[ _-]?)?smoothing\s+(\S+)", text.strip(), re.IGNORECASE)
    if match is None:
        return text, None
    share = match[2].strip("$")
    if match[1].replace("-", "_").replace(" ", "_").lower() != "cross_entropy":
        raise SheetError(
            f"only the labels of a cross_entropy are smoothed, found the loss {match[1]!r}: leave smoothing out."
        )
    if re.fullmatch(r"\\?[A-Za-z]{1,12}", share):
        return match[1], plain(share)
    if re.fullmatch(r"0?\.\d{1,6}", share, re.ASCII):
        return match[1], float(share)
    raise SheetError(
        f"smoothing is a number between 0 and 1 or its letter, such as smoothing \\epsilon, found {share!r:.40}."
    )


def _layers(text):
    text = re.sub(r"(?<=\d)\s*[\u2010-\u2015\u2212\u00d7xX]\s*(?=\d)", "-", text)  # other dashes, and 2 x 3 x 2
    match = re.fullmatch(r"\s*([\d\s-]+?)(?:[\s,]+([A-Za-z_,\s]+))?\s*", text, re.ASCII)
    if not match:
        raise SheetError(f"network is sizes and an activation, such as 2-3-2 sigmoid, found {text!r:.80}.")
    sizes = [_whole_number(x.strip(), "a layer's size", _MAX_NEURONS) for x in match[1].split("-")]
    if not 2 <= len(sizes) <= _MAX_LAYERS + 1:
        raise SheetError(f"a network has 2 to {_MAX_LAYERS + 1} layers, inputs included; found {len(sizes)}.")
    names = [x.strip().lower() for x in (match[2] or "sigmoid").split(",") if x.strip()]
    for name in names:
        if name not in ACTIVATIONS:
            raise SheetError(f"no activation is called {name!r} in a network: use {', '.join(ACTIVATIONS)}.")
    return sizes, names


def _recurrent(text, sizes):
    match = re.fullmatch(r"layer\s+(\d{1,2})\s*,?\s*(\d{1,2})\s+steps?\s*,?\s*(sum|mean)?", text.strip().lower())
    if match is None or not 1 <= int(match[1]) < len(sizes):
        raise SheetError(f"recurrent is a layer and a number of steps, such as layer 1, 3 steps, found {text!r:.60}.")
    return (int(match[1]), _whole_number(match[2], "the number of steps", _MAX_STEPS)), match[3] or "sum"


def _whole_number(text, what, most):
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise SheetError(f"{what} is a number from 1 to {most}, found {text!r}.")
    return int(text)
