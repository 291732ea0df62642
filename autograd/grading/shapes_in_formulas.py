r"""The sizes of a network, as the formulas of a document show them: its layers, inputs, outputs and samples.

``L_j = \sigma(\sum_i w_{ij} L_i)`` and ``L_k = \sigma(\sum_j w_{jk} L_j)`` are two layers. ``z = w^T x + b`` is one
neuron, ``a_n = w_0 x_n + w_1`` has one input, and ``L = \frac1m \sum_i L_i`` is the mean over samples.
"""

import re

from autograd.grading.defined_letters import LOGARITHM, SQUARED, defines_loss
from autograd.grading.reading.latex_names import FONTS

__all__ = [
    "chained_layers", "has_one_input", "is_of_one_neuron", "is_of_one_output", "is_of_samples", "numbered_sizes",
]  # fmt: skip

_LIMITS = re.compile(r"\\sum(?:\s*\\limits)?(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*")
_OVER = re.compile(r"\\sum(?:\s*\\limits)?\s*_\s*\{?\s*([a-z])(?![A-Za-z])")
_LEFT = re.compile(r"^[^=_^]*_\s*(?:\{\s*([a-z])\s*\}|([a-z])(?![A-Za-z]))\s*=")
_WEIGHT = re.compile(r"_\s*\{\s*([a-z])\s*,?\s*([a-z])\s*\}")
_INTO_ONE = re.compile(  # the sum of an only output, as in y = \\sum_j w_j h_j
    r"^\s*[^=_^]*=\s*(?:\\sigma\s*\(\s*)?\\sum(?:\s*\\limits)?(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*"
    r"\s*\\?[A-Za-z]+\s*_\s*\{?\s*[a-z]\s*\}?\s*\\?[A-Za-z]+\s*_"
)
_BELOW = re.compile(r"_\s*(?:\{([^{}]*)\}|(\w))|\^\s*\{?\s*\(\s*(\w)\s*\)\s*\}?")
_COUNT = r"(?:\\[td]?frac\s*\{?\s*-?\s*1\s*\}?\s*\{?\s*[mMN](?![A-Za-z])|/\s*[mMN](?![A-Za-z]))"
_MEAN = re.compile(_COUNT)
_MEAN_OF_LOSSES = re.compile(
    rf"(?:{_COUNT}|\\[td]?frac\s*\{{?\s*1\s*\}}?\s*\{{?\s*n(?![A-Za-z]))\s*\}}?\s*\\sum(?:\s*[_^]\s*(?:\{{[^{{}}]*\}}|\w))*\s*"
    r"(?:\\mathcal\s*\{\s*[LJCE]\s*\}|\\ell|[LJCE])\s*[_^]"
)
_ROW_OF_WEIGHTS = re.compile(
    rf"=\s*(?:\\(?:{FONTS})\s*\{{?\s*)?(?:[wv]|\\theta)\s*\}}?\s*\^\s*\{{?\s*(?:\\top|\\intercal|\\mathsf\s*\{{\s*T|T)"
)
_NUMBERED_TERM = re.compile(
    r"(?<![A-Za-z\\])w\s*_\s*\{?\s*(\d{1,2})\s*\}?\s*(?:\\cdot|\\times|\*|\\,)?\s*"
    r"((?:\\\w+\s*\{?\s*)?[A-Za-z]+\}?(?:\s*_\s*(?:\{[^{}]*\}|\w))?)"
)
_NUMBERED = r"([wW]|\\beta)\s*_\s*\{?\s*([01])\s*\}?"
_INPUT = r"\s*(?:\\cdot\s*)?x\s*(?:[_^]\s*(?:\{[^{}]*\}|[a-z]))?"
_LINE = re.compile(
    rf"=\s*(?:{_NUMBERED}{_INPUT}\s*\+\s*{_NUMBERED}|{_NUMBERED}\s*\+\s*{_NUMBERED}{_INPUT})\s*[.,;]?\s*$"
)


def chained_layers(formulas) -> int:
    r"""Return the number of layers in the longest chain of weighted sums, each of which has the index of the next one.

    >>> chained_layers([r"z_j = \sum_i w_{ij} x_i", r"z_k = \sum_j w_{jk} h_j", r"z_l = \sum_k w_{kl} h_k"])
    3
    >>> chained_layers([r"a_j = \sum_i \alpha_{ij} x_i", r"y = \sum_j \beta_j z_j"])
    2
    """
    into: dict = {}
    for formula in formulas:
        left, summed = _LEFT.match(formula), _OVER.search(formula)
        if not summed or r"\partial" in formula or r"\delta" in formula:
            continue
        if not left and _INTO_ONE.match(formula):
            into.setdefault("", set()).add(summed[1])
            continue
        to = (left[1] or left[2]) if left else summed[1]
        if to != summed[1] and any(set(found) == {summed[1], to} for found in _WEIGHT.findall(formula)):
            into.setdefault(to, set()).add(summed[1])

    def length(letter, seen):
        return max([1 + length(x, seen | {x}) for x in into.get(letter, ()) if x not in seen], default=0)

    return max([length(letter, {letter}) for letter in into], default=0)


def numbered_sizes(formulas) -> list:
    r"""Return the sizes of a network whose weights are counted through in written sums, or an empty list.

    >>> forward = ["h_1 = w_1 x_1 + w_2 x_2", "h_2 = w_3 x_1 + w_4 x_2", "z = w_5 a_1 + w_6 a_2"]
    >>> numbered_sizes(forward)
    [2, 2, 1]
    """
    sums: dict = {}
    for formula in formulas:
        left, _, right = formula.partition("=")
        terms = _NUMBERED_TERM.findall(right)
        if terms and r"\partial" not in formula and "delta" not in formula and re.fullmatch(r"\s*[A-Za-z\\].*", left):
            sums[tuple([int(number) for number, _ in terms])] = {argument for _, argument in terms}
    if not sums or min(sums)[0] != 1:
        return []
    first, last = min(sums), max(sums)
    total, inputs, hidden = last[-1], len(first), len(last)
    if sums[first] == sums[last]:
        return [inputs, total // inputs] if total % inputs == 0 else []
    outputs, rest = divmod(total - inputs * hidden, hidden)
    is_whole = rest == 0 and outputs > 0 and all(len(numbers) in (inputs, hidden) for numbers in sums)
    return [inputs, hidden, outputs] if is_whole else []


def is_of_one_neuron(formula) -> bool:
    r"""Return True if a formula has the weights of one neuron as a row.

    >>> is_of_one_neuron(r"z_i = w^T x_i + b"), is_of_one_neuron(r"z = W^T x")
    (True, False)
    """
    return r"\partial" not in formula and _ROW_OF_WEIGHTS.search(formula) is not None


def has_one_input(formula) -> dict:
    r"""Return the letters of the weight and of the bias of a neuron with one input, or an empty dict.

    >>> has_one_input(r"a_n = w_0 x_n + w_1")
    {'w_0': 'w', 'w_1': 'b'}
    """
    match = _LINE.search(formula) if r"\partial" not in formula else None
    if match is None:
        return {}
    first, number, second, other = match.group(*((1, 2, 3, 4) if match[1] else (7, 8, 5, 6)))
    return {} if first != second or number == other else {f"{first}_{number}": "w", f"{second}_{other}": "b"}


def is_of_one_output(formula) -> bool:
    r"""Return True if a formula defines the loss as the error of one output, without a sum over outputs.

    >>> is_of_one_output(r"E = \frac12 (t - y)^2"), is_of_one_output(r"E = \frac12 (t_k - y_k)^2")
    (True, False)
    >>> is_of_one_output(r"L_i = -(y_i \log p_i + (1 - y_i) \log(1 - p_i))")
    True
    """
    if defines_loss(formula) and LOGARITHM.search(formula) and re.search(r"1\s*-\s*", formula):
        left, _, right = formula.partition("=")
        letters = {(a or b or c).strip() for a, b, c in _BELOW.findall(_LIMITS.sub("", right))}
        own = {(a or b or c).strip() for a, b, c in _BELOW.findall(left)}
        is_mean = _MEAN.search(right) is not None and _OVER.findall(right) == [*letters]
        return not letters or (len(letters) == 1 and (letters <= own or is_mean))
    match = SQUARED.search(formula)
    if match is None or not defines_loss(formula) or r"\sum" in formula or "|" in formula or "Vert" in formula:
        return False
    squared = formula[match.start() : match.start() + match[0].rindex("^")]
    return not all(re.search(r"[_^]", part) for part in squared.split("-", 1))


def is_of_samples(formulas) -> bool:
    r"""Return True if formulas show that the loss is a mean over samples, which have an index.

    >>> is_of_samples([r"L = \frac{1}{m} \sum_{i=1}^m L_i"]), is_of_samples([r"E = \frac{1}{n} \sum_k (t_k - y_k)^2"])
    (True, False)
    """
    has_means = any(_MEAN.search(formula) and defines_loss(formula) and r"\sum" in formula for formula in formulas)
    is_of_one = any(is_of_one_neuron(formula) or has_one_input(formula) for formula in formulas)
    return any(_MEAN_OF_LOSSES.search(formula) for formula in formulas) or (has_means and is_of_one)
