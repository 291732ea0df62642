r"""Biases that all neurons of a layer share, as in ``net_{o1} = w_5 h_1 + b_2`` and ``net_{o2} = w_7 h_1 + b_2``.

A graph has one bias for each neuron. The derivative with respect to a shared one is the sum of theirs:
``\frac{\partial E}{\partial b_2} = \delta_{o1} + \delta_{o2}``.
"""

import re
from typing import NamedTuple

from autograd.formulas.conventions import convention
from autograd.grading.latex_text import sides

__all__ = ["SharedBiases", "own_bias"]

_LAYERS = {"h": "1", "o": "2"}
_OF_NEURON = re.compile(
    r"\s*[\\A-Za-z{}]+\s*_\s*\{\s*(?P<letter>[ho])\s*_?\s*\{?\s*\d?\s*\}?\s*\}\s*=|"
    r"\s*[\\A-Za-z{}]+\s*_\s*(?P<bare>[ho])\s*\d?\s*="
)
_UPDATE = re.compile(
    r"\s*b_\{?(?P<layer>\d)\}?\s*(?:\^\s*\{?\s*(?:\+|new|\\text\s*\{\s*new\s*\}|')\s*\}?|')?\s*"
    r"(?:=|:=|\\leftarrow|\\gets)\s*b_\{?(?P=layer)\}?\s*-\s*(?:\\eta|\\alpha)(?![A-Za-z])\s*(?:\\cdot|\\times|\\,|\*)?\s*"
    r"(?P<gradient>[^-+=()]+|\\left\s*\([^=]+\\right\s*\)|\([^=]+\))\s*$"
)


class _OwnBias(NamedTuple):
    """A weighted sum with the bias of a layer: the sum with the neuron's own bias, the neuron and its layer."""

    text: str
    neuron: str
    layer: str


def own_bias(text) -> _OwnBias | None:
    r"""Return a weighted sum in which the bias of a layer is written as that of the neuron, or None.

    >>> own_bias(r"net_{o1} = w_5 h_1 + b_2")
    _OwnBias(text='net_{o1} = w_5 h_1 + b_{o1}', neuron='{o1}', layer='2')
    """
    neuron = _OF_NEURON.match(text)
    if neuron is None:
        return None
    layer = _LAYERS[neuron["letter"] or neuron["bare"]]
    bias = _bias_of(layer)
    own = sides(text)[0].text.partition("_")[2].strip()
    return _OwnBias(bias.sub(lambda _: f"b_{own}", text), own, layer) if bias.search(text) else None


class SharedBiases:
    """The biases that the forward pass of a document shows to be shared.

    Args:
        setting: the setting of the document.
    """

    def __init__(self, setting):
        self._loss = convention(**setting.options).letters["loss"]
        self._sizes = dict(setting.network or ()).get("sizes", ())
        self._neurons: dict = {}  # from a layer to the neurons that have its bias

    def remember(self, text):
        """Remember the bias of a weighted sum that is right."""
        own = own_bias(text)
        if own is not None and len(self._sizes) == 3:
            self._neurons.setdefault(own.layer, set()).add(own.neuron)

    def written_out(self, text):
        r"""Return a claim with the sum of the neurons' derivatives for one with respect to a shared bias.

        An update of a shared bias becomes a claim about its derivative.
        """
        update = _UPDATE.match(text)
        if update is not None and self._is_shared(update["layer"]):
            text = rf"\frac{{\partial {self._loss}}}{{\partial b_{update['layer']}}} = {update['gradient']}"
        for layer in [x for x in self._neurons if self._is_shared(x)]:
            letter = next(x for x, number in _LAYERS.items() if number == layer)
            by = re.compile(
                r"\\[dt]?frac\s*\{\s*\\partial\s*(?P<of>[^{}]+(?:\{[^{}]*\})?)\}\s*"
                rf"\{{\s*\\partial\s*b_\{{?{layer}\}}?\s*\}}"
            )
            numbers = range(1, self._sizes[int(layer)] + 1)

            def added(match, letter=letter, numbers=numbers):
                terms = [rf"\frac{{\partial {match['of']}}}{{\partial b_{{{letter}{n}}}}}" for n in numbers]
                return rf"\left({' + '.join(terms)}\right)"

            text = by.sub(added, text)
        return text

    def _is_shared(self, layer):
        return len(self._neurons.get(layer, ())) > 1


def _bias_of(layer):
    return re.compile(rf"(?<![A-Za-z\\])b\s*_\s*(?:\{{\s*{layer}\s*\}}|{layer})(?!\d)")
