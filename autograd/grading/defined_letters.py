r"""The letters that a document's own definitions declare.

In ``h_j = \sigma(z_j)``, h is an activation and z its pre-activation. In ``E = \frac12 \sum_k (d_k - o_k)^2``, E is the
loss, d a target and o an output. In ``L = -\sum_k y_k \log p_k``, y is a target and p a probability.
"""

import re

from autograd.formulas.conventions import plain
from autograd.grading.reading.latex_names import ACCENTS, FONTS, LETTER

__all__ = [
    "LOGARITHM", "SQUARED", "computed_letter", "defined_letter", "defined_letters", "defines_activation",
    "defines_loss", "is_function_of_letter", "more_letters", "says_output", "swapped",
]  # fmt: skip

# A letter with its accents. The sign of a sum, a product or a space is none.
_NO_LETTER = r"(?!\\(?:sum|prod|[td]?frac|log|ln|exp|cdot|times|circ|odot|q?quad|left|right|big|limits)(?![A-Za-z]))"
_NAME = rf"{_NO_LETTER}(?:\\(?:{ACCENTS}|{FONTS})\s*\{{?\s*)?{LETTER}\}}?"
_SCRIPTS = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w))*"
_APPLIED = re.compile(
    rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*(\\sigma|\\phi|\\varphi|\\Phi|f|g|h|\\tanh|\\mathrm\{{\w+\}}|\\operatorname\{{\w+\}}|\\text\{{\w+\}})"
    rf"{_SCRIPTS}\s*(?:\\left|\\bigl?)?\(\s*({_NAME}){_SCRIPTS}\s*(?:\\right|\\bigr?)?\)"
)
_COMPUTED = re.compile(rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*(?:\\sigma|\\tanh|f|g)\s*(?:\\left|\\bigl?)?\(")
_RECTIFIED = re.compile(
    rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*\\max\s*(?:\\left|\\bigl?)?\(\s*0\s*,\s*({_NAME}){_SCRIPTS}\s*(?:\\right|\\bigr?)?\)"
)
_NORM = r"\\\||\\[lr]?Vert|\|{1,2}"
_OF_INPUT = rf"(?:\s*\(\s*{_NAME}{_SCRIPTS}\s*\))?"  # the argument of y(x)
SQUARED = re.compile(
    rf"(?:\(|{_NORM})\s*({_NAME}){_SCRIPTS}{_OF_INPUT}\s*-\s*({_NAME}){_SCRIPTS}{_OF_INPUT}\s*(?:\\right|\\bigr?)?\s*(?:\)|{_NORM})"
    r"(?:\s*_\s*\{?\s*2\}?)?\s*\^\s*\{?\s*2"
)
# An accent over a letter and its index is moved to the letter alone, as it is written elsewhere.
_ACCENTED = re.compile(r"(\\(?:hat|bar|tilde|vec|mathbf))\s*\{(\\?[A-Za-z]+)\s*([_^](?:\{[^{}]*\}|\w))\}")
LOGARITHM = re.compile(r"\\(?:log|ln)(?![A-Za-z])|(?:log|ln)\s*(?:\\left)?\(")
_ARGUMENT = rf"(?:\\left|\\bigl?)?\(?\s*({_NAME}){_SCRIPTS}"
_FUNCTION_OF = re.compile(
    rf"^\s*{_NAME}{_SCRIPTS}\s*=\s*(?:\\?[A-Za-z]+|\\(?:text|mathrm|operatorname)\*?\{{\w+\}}){_SCRIPTS}\s*"
    rf"(?:\\left|\\bigl?)?\(\s*{_NAME}{_SCRIPTS}\s*(?:\\right|\\bigr?)?\)"
)
_LOGGED = re.compile(
    rf"(?<![A-Za-z\\_^])(?<![_^]\{{)({_NAME}){_SCRIPTS}\s*(?:\\[,;! ]|\\cdot)?\s*"
    rf"\\?(?:log|ln)(?![A-Za-z])\s*{_ARGUMENT}"
)
# The probability of the class that a label names, as in -\\log p_{y_i}.
_LABELLED = re.compile(
    rf"\\?(?:log|ln)(?![A-Za-z])\s*({_NAME})\s*_\s*(?:([ytdYTD])(?![A-Za-z])|\{{\s*([ytdYTD])(?:\s*[_^]|\s*\}}))"
)
_SHARE = re.compile(
    rf"^\s*({_NAME}){_SCRIPTS}(?:\([^()=]*\))?\s*=[^=]*?(?:\\[td]?frac\s*\{{\s*(?:e\s*\^|\\exp(?![a-z]))\s*"
    rf"(?:\\left)?[({{]?\s*({_NAME}){_SCRIPTS}|\{{\s*[Ss]oft[Mm]ax\s*\}}\s*{_ARGUMENT}\s*(?:\\right)?\))"
)
_NAMED_FUNCTION = re.compile(r"max|relu|sigmoid|tanh", re.IGNORECASE)  # no letter of any activation
_LOSS = re.compile(rf"^\s*({_NAME}){_SCRIPTS}(?:\s*\([^()]*\))?\s*=")
_WEIGHED = re.compile(rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*\\sum{_SCRIPTS}\s*w{_SCRIPTS}\s*({_NAME}){_SCRIPTS}")
_PAIR = r"\s*_\s*\{\s*[a-z]\w?\s*,?\s*[a-z]\w?\s*\}"
_SUM_OF_PRODUCTS = re.compile(
    rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*\\sum{_SCRIPTS}\s*({_NAME}'*){_PAIR}\s*{_NAME}(?:{_SCRIPTS})"
)
_SUM_INTO_ONE = re.compile(rf"^\s*({_NAME})\s*=\s*\\sum{_SCRIPTS}\s*({_NAME}'*)\s*_\s*\{{?\s*[a-z]\s*\}}?\s*{_NAME}_")
_WRITTEN_SUM = re.compile(rf"^\s*({_NAME}){_SCRIPTS}\s*=\s*w\s*_\s*\{{?\s*\d+\s*\}}?\s*(?:\\cdot\s*)?{_NAME}")
_PRODUCT_OF_ARRAYS = re.compile(rf"^\s*({_NAME})\s*=\s*(?:\\(?:{FONTS})\s*\{{?\s*)?[UVW]\}}?{_SCRIPTS}\s*{_NAME}")
_BIASED = re.compile(
    rf"^\s*{_NAME}{_SCRIPTS}\s*=\s*\\sum{_SCRIPTS}\s*[wW]{_SCRIPTS}\s*{_NAME}{_SCRIPTS}\s*\+\s*({_NAME}){_SCRIPTS}\s*[.,]?\s*$"
)
_TARGETS = ("t", "d", r"\hat{t}", "T", "y", "Y")


def defines_loss(formula) -> bool:
    r"""Return True if a formula defines the loss.

    >>> defines_loss(r"E = \\frac12 \\sum_k (t_k - y_k)^2"), defines_loss(r"\\delta_k = y_k - t_k")
    (True, False)
    """
    is_of_errors = SQUARED.search(formula) or LOGARITHM.search(formula)
    return bool(is_of_errors and _LOSS.match(formula) and r"\partial" not in formula)


def defines_activation(formula) -> bool:
    r"""Return True if a formula defines a quantity as a function of another.

    >>> defines_activation(r"y_k = f(s_k)"), defines_activation(r"s_k = \\sum_j w_{jk} a_j")
    (True, False)
    """
    return _APPLIED.match(formula) is not None


def defined_letter(formula) -> str:
    r"""Return the letter with which a formula begins and which it defines, in words, or "" if it begins otherwise.

    >>> defined_letter(r"\hat{y}_k = \sigma(s_k)"), defined_letter(r"J(\theta) = 1"), defined_letter("2 a = b")
    ('hat y', 'J', '')
    """
    match = _LOSS.match(formula)
    return "" if match is None or r"\partial" in formula else plain(match[1])


def is_function_of_letter(formula) -> bool:
    r"""Return True if a formula defines a letter as any function of another letter.

    >>> is_function_of_letter(r"t = tanh(z) = 2 s - 1"), is_function_of_letter(r"t = 2 z")
    (True, False)
    """
    return _FUNCTION_OF.match(formula) is not None


def defined_letters(formulas, of_softmax=False):
    """Return a dict from roles to letters, as a document's own definitions declare them.

    Args:
        formulas: the formulas as LaTeX.
        of_softmax: True if the outputs are the logits of a softmax, whose letter is p.
    """
    found: dict = {}
    logits = ""
    for formula in [_ACCENTED.sub(r"\1{\2}\3", formula) for formula in formulas]:
        squared = SQUARED.search(formula)
        loss = _LOSS.match(formula)
        if squared and loss and r"\partial" not in formula:
            found.setdefault("loss", loss[1])
            pair = [squared[1], squared[2]]
            if "hat" in pair[0] or (pair[1] in _TARGETS and pair[0] not in _TARGETS) or _later(*pair):
                pair.reverse()
            found.setdefault("t", pair[0])
            found.setdefault("y", pair[1])
        applied = _APPLIED.match(formula)
        if applied:
            found.setdefault("s", applied[3])
            if applied[2] != r"\tanh" and not _NAMED_FUNCTION.search(applied[2]):
                found.setdefault("function", applied[2])
            if applied[1] != found.get("y") and "softmax" not in applied[2].lower():
                found.setdefault("a", applied[1])
        logged = _LOGGED.search(formula)
        if logged and loss and r"\partial" not in formula:
            found.setdefault("loss", loss[1])
            found.setdefault("t", logged[1])
            found.setdefault("p" if of_softmax else "y", logged[2])
        labelled = _LABELLED.search(formula)
        if labelled and not logged and loss and of_softmax and r"\partial" not in formula:
            found.setdefault("loss", loss[1])
            found.setdefault("t", labelled[2] or labelled[3])
            found.setdefault("p", labelled[1])
        shares = _SHARE.match(formula)
        if shares and of_softmax:
            found.setdefault("p", shares[1])
            logits = logits or shares[2] or shares[3]
        rectified = _RECTIFIED.match(formula)
        if rectified:
            found.setdefault("a", rectified[1])
            found.setdefault("s", rectified[2])
        computed = _COMPUTED.match(formula)
        if computed and not applied and computed[1] != found.get("y"):
            found.setdefault("a", computed[1])
        biased = _BIASED.match(formula)
        if biased and plain(biased[1]) not in ("b", "W", "w"):
            found.setdefault("b", biased[1])
        weighed = _WEIGHED.match(formula)
        if weighed and not any("elta" in letter for letter in weighed.groups()):  # a delta is not a pre-activation
            found.setdefault("s", weighed[1])
    if logits:
        found.setdefault("s", logits)
    if of_softmax and "p" in found and "s" in found:
        found["y"] = logits or found["s"]
        if found.get("a") == found["p"]:
            del found["a"]
    elif "a" in found and "y" not in found and "t" in found:
        found["y"] = found["a"]
    return found


def more_letters(formulas) -> dict:
    r"""Return a dict from letters to roles for documents in which each layer has letters of its own.

    A letter is that of pre-activations if it is a weighted sum and an argument of an activation. The factors in its sum
    with two indices are weights.

    >>> forward = [r"s_j = \sum_i w_{ij} x_i", r"h_j = \sigma(s_j)", r"r_k = \sum_j w'_{jk} h_j", r"y_k = \sigma(r_k)"]
    >>> more_letters(forward)
    {'r': 's', "w'": 'w'}
    """
    arguments = {match[3] for match in map(_APPLIED.match, formulas) if match}
    losses = [SQUARED.search(formula) for formula in formulas if defines_loss(formula)]
    outputs = {letter for match in losses if match for letter in match.groups()}
    sums: list = []
    weights: list = []
    for formula in formulas:
        product, single = _SUM_OF_PRODUCTS.match(formula), _SUM_INTO_ONE.match(formula)
        array = _PRODUCT_OF_ARRAYS.match(formula) or _WRITTEN_SUM.match(formula)
        if product and product[1] in arguments | outputs:
            weights.append(product[2])
        elif single and single[1] in arguments | outputs:
            weights.append(single[2])
        sums += [match[1] for match in (product, single, array) if match and match[1] in arguments]
    found = dict.fromkeys([letter for letter in weights if letter not in ("w", "W")], "w")
    first = next((match[3] for match in map(_APPLIED.match, formulas) if match and match[3] in sums), None)
    return {**dict.fromkeys([letter for letter in sums if letter != first], "s"), **found}


def swapped(letters):
    """Return the letters with those of output and target exchanged, or an empty dict if one of them is unknown."""
    output = "p" if "p" in letters else "y"
    if not {"t", output} <= letters.keys() or letters["t"] == letters[output]:
        return {}
    other = {**letters, "t": letters[output], output: letters["t"]}
    return {**other, "a": other["y"]} if letters.get("a") == letters[output] == letters.get("y") else other


def _later(one, other):
    """Return True if the first of two letters is less likely to be a target than the second."""
    order = {letter: k for k, letter in enumerate(_TARGETS)}
    return one in order and other in order and order[one] > order[other]


def computed_letter(formula) -> str:
    r"""Return the letter that a formula defines as an activation of anything, in words, or "".

    >>> computed_letter(r"y_k = \sigma(\sum_j w_{jk} h_j)"), computed_letter(r"z_k = \sum_j w_{jk} h_j")
    ('y', '')
    """
    match = _COMPUTED.match(formula)
    return plain(match[1]) if match else ""


def says_output(formulas):
    """Return True if a document defines its outputs as activations: y = f(s)."""
    output = defined_letters(formulas).get("y")
    lefts = [match[1] for of in (_APPLIED, _COMPUTED) for match in map(of.match, formulas) if match]
    return output is not None and output in lefts
