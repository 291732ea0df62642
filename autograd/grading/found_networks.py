"""The networks that a document may be about, as its formulas and its prose show them."""

import re

from autograd.grading.defined_letters import LOGARITHM, SQUARED, defines_loss, says_output
from autograd.grading.shapes_in_formulas import (
    chained_layers,
    has_one_input,
    is_of_one_neuron,
    is_of_one_output,
    is_of_samples,
    numbered_sizes,
)

__all__ = ["networks_of"]

_MAX_NETWORKS = 10
_SIZES = re.compile(
    r"(?<![\d-])([1-9]\d?(?:(?:-[1-9]\d?){2,5}(?=[^\d-].{0,40}(?:network|sigmoid|tanh|relu))"
    r"|-[1-9]\d?(?=\s+(?:\w+\s+){0,2}(?:network|sigmoid|tanh|relu))))(?![\d-])",
    re.DOTALL,
)
_HALF = re.compile(r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*2|1/2|0\.5|\^\s*\{?\s*2\s*\}?\s*(?:\}\s*\{|/)\s*2")
_LAYER = re.compile(r"(?<![A-Za-z])W\s*\}?\s*(?:\^\s*\{?\s*[\[(]\s*([1-9])\s*[\])]|_\s*\{?\s*([1-9])\s*(?![\d,]))")
_SOFTMAX = re.compile(
    r"\\[td]?frac\s*\{\s*(?:e\s*\^|\\exp(?![a-z]))[^=]*?\}\s*\{\s*\\sum(?![a-z])[^=]*?(?:e\s*\^|\\exp(?![a-z]))"
)
# An output that is a pre-activation, as in \hat y = W_2 h + b_2, and one that is said to be linear.
_IS_LINEAR = re.compile(
    r"^\s*(?:\\hat\s*\{?\s*[yY]\s*\}?|[yo])\s*=\s*(?:z_\{?\d\}?|W_?\{?\d\}?\s*[a-z])\s*(?:$|[+\s.,])"
)
_SAYS_LINEAR = re.compile(r"linear out|outputs? (?:units? )?(?:is|are) linear|output layer is linear")
_BATCH = re.compile(r"\^\s*\{?\s*[(\[]\s*[in]\s*[)\]]|\bd[WZ]\b|[XAZ]\s*\^\s*\{?\s*(?:\[\w[^\]]*\]|\\?top|T)")
# The weighted sum of a neuron that has one input: z_2 = w_2 a_1 + b_2, and z_1 = w_1 x + b_1.
_SINGLE = re.compile(
    r"\s*[a-z]+_\{?(?P<layer>[1-9])\}?\s*=\s*w_\{?(?P=layer)\}?\s*(?:\\cdot|\\times|\*)?\s*"
    r"(?:[a-z]_\{?\d\}?|x)\s*(?:\+\s*b_\{?(?P=layer)\}?\s*)?[.,]?\s*$"
)
_RECURRENT = re.compile(r"[_^]\s*\{?\s*[(\[<]?\s*t\s*[-+]\s*1")
# A matrix in front of the state before: W_{hh} h_{t-1}.
_STATE = re.compile(r"^[^=]*=[^=]*[WUV]\}?(?:[_^](?:\{[^{}]*\}|\w))?\s*\\?[,;]?\s*(?:\\cdot)?\s*[a-z]_\{t\s*-\s*1\}")
_NO_BIAS = re.compile(r"\b(?:no|without|omit\w*|leave out|ignor\w*|neglect\w*)\s+(?:the\s+|any\s+)?bias")


def networks_of(setting, found):
    """Return settings with the networks that a document may be about, most likely first."""
    text = found.prose
    low = text.lower()
    acts = [name for name, sign in _ACTIVATIONS.items() if re.search(sign, text)]
    sizes = _SIZES.search(low)
    each = [item.formula for item in found.items]
    formulas = " ".join(each)
    is_softmax = "softmax" in low or _SOFTMAX.search(formulas) is not None
    said = [bool(SQUARED.search(item.formula)) for item in found.items if defines_loss(item.formula)]
    squares = any(said)
    logs = LOGARITHM.search(formulas) is not None or ("entropy" in low and not squares)
    losses = _losses(formulas, said, logs or is_softmax, is_softmax)
    if sizes:
        shapes = [[int(n) for n in sizes[1].split("-")]]
    elif re.search(r"w_\{?[a-z]\b", formulas) and not re.search(r"w_\{[^{}]*[a-z]\s*[, ]?\s*[a-z]", formulas):
        shapes = [[3, 1], [2, 3, 1]]  # weights with one index lead into one neuron
        if "hidden" in low:
            shapes = [[2, 3, 2], [2, 3, 1], [3, 1]]
    else:
        last = 3 if is_softmax else 2
        shapes = [[2, 3, last], [3, last]]
        if not is_softmax and any(is_of_one_output(x) or is_of_one_neuron(x) for x in each):
            shapes = [[2, 3, 1], [3, 1], *shapes] if "hidden" in low else [[3, 1], [2, 3, 1], *shapes]
        if re.search(r"w_i\b(?!\s*,)", formulas) and "hidden" not in low:  # first one unit, then a layer of several
            shapes = [[3, 1], *shapes]
    chained = chained_layers(each)
    layers = max([chained if chained > 1 else 0, *[int(a or b) for a, b in _LAYER.findall(formulas)]])
    if not (sizes or acts or layers or "hidden" in low):  # one matrix, and no function between two
        shapes.sort(key=len)
    if not sizes and any(has_one_input(x) for x in each):
        shapes = [[1, 1], *shapes]
    neurons, numbered = _single_neurons(each), numbered_sizes(each)
    if len(numbered) > 1 and not sizes:
        shapes = [numbered, *shapes]
    if neurons and not sizes:
        shapes = [[1] * (neurons + 1), *shapes]
    if not sizes and chained == 2:
        shapes.sort(key=lambda shape: len(shape) != 3)
    if layers > 2 and not sizes:
        shapes = [[2, *[3] * (layers - 1), shape[-1]] for shape in shapes if len(shape) == 3][:2] + shapes
    if losses[0] == "cross_entropy" and all(shape[-1] == 1 for shape in shapes):  # it needs several outputs
        if sizes:
            losses = ["binary_cross_entropy", *losses[1:]]
        else:
            shapes = [*shapes, [3, 3], [2, 3, 3]]
    if "hidden" not in low and not sizes and re.search(r"(?:logistic|linear) regression", low):
        shapes = [[3, 1], [1, 1], *shapes]
        if re.search(r"\\theta\s*_\s*\{?\s*1\s*\}?\s*x(?!\s*_)", formulas):  # one feature: \theta_0 + \theta_1 x
            shapes = [[1, 1], [3, 1], *shapes[2:]]
    batches = [1]
    if re.search(r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*[mnN](?![\w^])|\\sum_\{?n|mini-?batch", formulas + low):
        batches = [3, 1] if _BATCH.search(formulas) or is_of_samples(each) else [1, 3]
    has_biases = any(has_one_input(x) for x in each) or bool(
        re.search(r"(?<![A-Za-z\\])[bB](?![A-Za-z])|\\theta|bias", formulas + _NO_BIAS.sub("", low))
    )
    has_function = any(re.search(_ACTIVATIONS[act], formulas) for act in acts)
    is_said = bool(acts) and says_output(each)
    is_linear = bool(_SAYS_LINEAR.search(low)) or any(_IS_LINEAR.match(x) for x in each)
    tried = []
    for at_shape, shape in enumerate(shapes):
        for at_act, act in enumerate((acts or ["sigmoid"])[:2]):
            for at_last, last in enumerate(_outputs(is_linear, act, losses[0], is_said)):
                for at_loss, loss in enumerate(losses):
                    for at_samples, samples in enumerate(batches):
                        if loss == "cross_entropy" and shape[-1] == 1:
                            continue
                        if len(shape) == 2 and last == "linear" and has_function and loss != "cross_entropy":
                            continue  # its activation is in no layer
                        names = [*[act] * (len(shape) - 2), last]
                        tried.append((
                            at_shape + at_act + at_last + at_loss + at_samples,
                            {"sizes": shape, "activations": names, "loss": loss, "samples": samples},
                        ))  # fmt: skip
    networks = [network for _, network in sorted(tried, key=lambda each: each[0])]
    over_time = sum(_RECURRENT.search(item.formula) is not None for item in found.items)
    if over_time * 6 >= len(found.items) or any(_STATE.search(item.formula) for item in found.items):
        steps = {"samples": 1, "reduction": "sum", "recurrent": (1, 3)}
        ends = sorted([x for x in networks if len(x["sizes"]) == 3], key=lambda x: x["activations"][-1] != "linear")
        networks = [{**network, **steps} for network in ends[:2]] + networks
    networks = [network for k, network in enumerate(networks) if network not in networks[:k]]
    return [setting.with_network(bias=has_biases, **network) for network in networks[:_MAX_NETWORKS]]


def _single_neurons(formulas):
    """Return the number of layers of single neurons, as in ``z_2 = w_2 a_1 + b_2``, or 0 for other networks."""
    numbers = [int(match["layer"]) for formula in formulas if (match := _SINGLE.match(formula))]
    return max(numbers, default=0)


def _losses(formulas, said, has_logs, is_softmax):
    """Return the losses that a document may be about, most likely first.

    Args:
        formulas: all formulas in one text.
        said: for each definition of a loss, True if it has squares.
        has_logs: True if there is a logarithm or a softmax.
        is_softmax: True if there is a softmax.
    """
    squares = ["half_sse", "sse"]
    if not _HALF.search(formulas) and re.search(r"\^\s*\{?2", formulas):
        squares = ["sse", "mse"]
    if not has_logs:
        return squares
    entropies = ["cross_entropy"] if is_softmax else ["binary_cross_entropy", "cross_entropy"]
    if said.count(True) > said.count(False):
        return [*squares, *entropies[:1]] if False in said else squares
    return [*entropies, *squares[:1]] if True in said else entropies


def _outputs(is_linear, activation, loss, is_said):
    """Return the activations that outputs may have, most likely first."""
    if loss == "cross_entropy":
        return ["linear"]
    if loss == "binary_cross_entropy":
        return ["sigmoid"]
    if activation == "relu" or is_linear:
        return ["linear"]
    return [activation] if is_said else [activation, "linear"]


_ACTIVATIONS = {
    "sigmoid": r"\\sigma|[Ss]igmoid|[Ll]ogistic", "tanh": r"tanh|hyperbolic", "relu": r"ReLU|[Rr]elu|rectified",
}  # fmt: skip
