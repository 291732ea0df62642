r"""Forms of claims: about the network, about one sample, about single neurons.

Claims are LaTeX here and are not parsed. These functions only decide whether a claim that is not right is called wrong,
or left open because it may be about something else.
"""

import re

from autograd.grading.reading.latex_names import BOLD, LETTER

__all__ = [
    "defines_by_sign", "derivative_in_chain", "has_index", "has_two_indices", "is_about_network", "is_about_sample",
    "is_of_several", "layer_on_left_only", "letters_of_softmax", "may_be_example", "mean_without_letter",
    "numbered_name", "numbered_weights", "without_numbered_weights",
]  # fmt: skip

_FRACTION, _PARTIAL = r"\\[td]?frac\s*\{\s*", r"\\partial"
_BRACKET = r"\s*(?:\\left)?\("
_FONT = rf"(?:\\(?:{BOLD})\s*\{{?\s*)"
_END = r"(?![A-Za-z])"

_LAYER_LETTER = re.compile(r"\^\s*\{?\s*[(\[]\s*(?P<letter>\\ell|l)(?![A-Za-z])")
_LAYER_NUMBER = re.compile(r"\^\s*\{?\s*[(\[]\s*\d")


def _any(*parts):
    return re.compile(rf"\s*(?:{'|'.join(parts)})")


# The left sides of claims that can be about nothing but the network.
_NETWORK = _any(
    rf"{_FRACTION}(?:{_PARTIAL}|d{_END})", _PARTIAL, r"\\nabla", r"\\boldsymbol", r"\\mathbf",
    rf"\\?[Dd]elta{_END}", r"d\s*[A-Za-z]\b",
    rf"{LETTER}\s*(?:'|\^\s*\{{?\s*\\prime\s*\}}?){_BRACKET}",
    rf"(?:\\(?:text|mathrm|operatorname)\s*\{{\s*)?\\?(?:sigma|phi|varphi|tanh|[Ss]igmoid|ReLU)\s*\}}?{_BRACKET}",
    r"[^=]*(?:\\leftarrow|\\gets|<-|-=|\+=)",
)  # fmt: skip
# The left sides of claims about quantities that each sample has: dA, a delta, the derivative by an activation.
_SAMPLE = _any(
    rf"d\s*[azAZ]{_END}", rf"{_FONT}*\\[dD]elta",
    rf"{_FRACTION}{_PARTIAL}[^{{}}]*\}}\s*\{{\s*{_PARTIAL}\s*\{{?\s*(?:\\hat\s*\{{?\s*)?[azysAZYS]",
)  # fmt: skip
_BY_SIGN = re.compile(r"[^=]*?(?:\\equiv|:=|\\coloneqq|\\triangleq|\\doteq|\\stackrel|\\overset)")
_UPDATE = re.compile(r"\s*(?P<left>[^=:]+?)\s*:=\s*(?P=left)\s*[-+]")
_NUMBERED_NAME = re.compile(rf"{LETTER}\s*_\s*\{{?\s*\d\s*\}}?")
_NUMBERED_WEIGHT = re.compile(r"(?<![A-Za-z])[wW]\s*_\s*\{?\s*\d\s*(?:\}|(?![\d,}]))")
_DECIMAL = re.compile(r"\d\.(?!0+\b|5\b|25\b)\d")
_SEVERAL = re.compile(r"[_^]\s*(?:\{\s*)?(?:[(\[]\s*)?\\?[A-Za-z]|\\sum|(?<![A-Za-z\\])[WAZXY](?![A-Za-z])")
_SOFTMAX = re.compile(rf"soft[Mm]ax\s*\}}?{_BRACKET}\s*({LETTER})\s*(?:\\right)?\)")
_MEAN = re.compile(
    r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*(?P<count>[nmNMB])\s*\}?\s*\\sum\s*(?:\\limits)?\s*_\s*\{\s*"
    r"(?P<letter>[A-Za-z])\s*=\s*[01]\s*\}\s*\^\s*\{?\s*(?P=count)\s*\}?"
)
_TWO_INDICES = re.compile(r"(?<![A-Za-z])[wW]\s*(?:\^\s*(?:\{[^{}]*\}|\w)\s*)?_\s*\{\s*[a-z]\s*,?\s*[a-z]\s*\}")
_INDEX = re.compile(r"_\s*(?:\{\s*)?[i-n](?![A-Za-z-])")
_DERIVATIVE_BEHIND = re.compile(rf"=.*{_PARTIAL}", re.DOTALL)


def is_about_network(text) -> bool:
    r"""Return True if the left side of a claim can be about nothing but the network.

    >>> is_about_network(r"\frac{\partial L}{\partial w} = \delta x"), is_about_network(r"w \gets w - \eta g")
    (True, True)
    >>> is_about_network(r"u = 3 x")
    False
    """
    return _NETWORK.match(text) is not None


def is_about_sample(text) -> bool:
    r"""Return True if the left side of a claim is a quantity that each sample has.

    >>> is_about_sample(r"\delta^{(2)} = y - t"), is_about_sample(r"\frac{\partial L}{\partial W} = \delta x^T")
    (True, False)
    """
    return _SAMPLE.match(text) is not None


def is_of_several(text) -> bool:
    r"""Return True if a claim has index letters or matrices, so that it is not about single neurons.

    >>> is_of_several(r"\frac{\partial L}{\partial w_2} = \delta_2 a_1"), is_of_several(r"\delta_j = \sum_k w_{jk}")
    (False, True)
    """
    return _SEVERAL.search(text) is not None


def may_be_example(text) -> bool:
    """Return True if a claim has a number of an example, or a weight with a single number, which may be any weight.

    >>> may_be_example("w_7 = 0.5"), may_be_example("L = 0.3 x"), may_be_example("L = 0.5 x")
    (True, True, False)
    """
    return bool(_NUMBERED_WEIGHT.search(text) or _DECIMAL.search(text))


def numbered_weights(text) -> set:
    """Return the weights of a claim with a single number below them.

    >>> sorted(numbered_weights("d w_{5} + e w_7 + w_{12}"))
    ['w_5', 'w_7']
    """
    return {re.sub(r"[\s{}]", "", match[0]) for match in _NUMBERED_WEIGHT.finditer(text)}


def without_numbered_weights(text) -> str:
    """Return a claim without these weights.

    >>> without_numbered_weights("w_{5} + 0.3")
    ' + 0.3'
    """
    return _NUMBERED_WEIGHT.sub("", text)


def defines_by_sign(text) -> bool:
    r"""Return True if a claim has a sign of definitions, such as ``\equiv`` or ``:=``, and is no update.

    >>> defines_by_sign(r"\delta := y - t"), defines_by_sign(r"w := w - \eta g")
    (True, False)
    """
    return _BY_SIGN.match(text) is not None and _UPDATE.match(text) is None


def numbered_name(name) -> bool:
    """Return True for a letter with one number below it, such as ``z_1``."""
    return _NUMBERED_NAME.fullmatch(name) is not None


def letters_of_softmax(formula) -> list:
    r"""Return the letters of which a softmax is taken.

    >>> letters_of_softmax(r"p = \mathrm{softmax}(z)")
    ['z']
    """
    return _SOFTMAX.findall(formula)


def mean_without_letter(text) -> str:
    r"""Return the letter of a mean over samples that does not stand behind it, or "".

    >>> mean_without_letter(r"\frac1n \sum_{i=1}^n x_{jk}"), mean_without_letter(r"\frac{1}{n} \sum_{i=1}^{n} x_i")
    ('i', '')
    """
    match = _MEAN.search(text)
    if match is None or re.search(rf"(?<![A-Za-z\\]){match['letter']}(?![A-Za-z])", text[match.end() :]):
        return ""
    return match["letter"]


def has_two_indices(text) -> bool:
    """Return True if a claim has a weight with two indices, which is the same whether vectors are rows or columns."""
    return _TWO_INDICES.search(text) is not None


def layer_on_left_only(text) -> str:
    r"""Return the letter of a general layer on the left side if the other sides have numbers of layers only, or "".

    >>> layer_on_left_only(r"\delta^{(l)} = a^{(2)} - y"), layer_on_left_only(r"a^{(l)} = \sigma(z^{(l)})")
    ('l', '')
    """
    left, sign, rest = text.partition("=")
    letter = _LAYER_LETTER.search(left)
    if not sign or letter is None or _LAYER_LETTER.search(rest) or not _LAYER_NUMBER.search(rest):
        return ""
    return letter["letter"].lstrip("\\")


def has_index(text) -> bool:
    """Return True if a letter has an index letter from i to n below it."""
    return _INDEX.search(text) is not None


def derivative_in_chain(text) -> bool:
    r"""Return True if a derivative stands behind an equals sign.

    >>> derivative_in_chain(r"\delta = \frac{\partial L}{\partial a} f'"), derivative_in_chain(r"\partial L = \delta")
    (True, False)
    """
    return _DERIVATIVE_BEHIND.search(text) is not None
