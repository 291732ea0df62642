r"""Facts that the sentences of a document state: conditions, silent sums, other losses, and values of weights.

Sentences are not parsed. A word such as ``MSE`` or ``Einstein`` in the sentence of a formula, or a condition such as
``$i = j$`` before it, is looked for.
"""

import re
from collections.abc import Iterator

from autograd.grading.setting import Setting

__all__ = [
    "condition_before",
    "condition_said",
    "numbers_given",
    "other_outputs",
    "says_silent_sums",
    "settings_named",
    "settings_of_functions",
    "states_condition",
]

# A weight or a bias that is 1 or 0 in an example: W_{hy} = 1.
_GIVEN = re.compile(
    r"(?<![A-Za-z\\{])(?P<name>[WwbUVuv](?:_(?:\{[^{}$]{1,12}\}|\w))?)\s*=\s*(?P<number>[01](?:\.0*)?)(?![\d.])"
)
_MISSING = re.compile(r"it holds for (?P<a>\w+) (?P<sign>!?=) (?P<b>\w+) only")
_HELD = re.compile(r"for (?P<a>\w+) (?P<sign>!?=) (?P<b>\w+)")
_OTHERWISE = re.compile(r"\b(?:otherwise|else|other|remaining|different|distinct|sonst|sinon|autre)", re.IGNORECASE)
_NEAR = 120  # characters before a claim in which its own case is named
_OF_INDICES = re.compile(
    r"(?<![A-Za-z\\_^{])(?P<a>[a-z])\s*(?P<sign>==?|!=|\\neq?(?![a-z])|\\not\s*=|≠|<>)\s*(?P<b>[a-z])(?![A-Za-z_^(])"
)
_CASES = re.compile(r"\\begin\{(?:cases|dcases|array)\}.*?(?:\\end\{(?:cases|dcases|array)\}|\Z)", re.DOTALL)
_SILENTLY = re.compile(
    r"\bEinstein(?:'s)?\b|\bsummation convention\b|\brepeated (?:ind|letter)|\b(?:implied|implicit|silent) sum"
    r"|\bsum\w*\b[^.\n]{0,30}\b(?:is|are) (?:\W?)implied",
    re.IGNORECASE,
)
_LOSSES = (
    (r"\bMSE\b|mean[- ]squared?", ("half_sse", "sse", "mse")),
    (r"squared[- ]error|quadratic|L2\b|least[- ]squares", ("half_sse", "sse", "mse")),
    (r"cross[- ]?entropy|\bB?CE\b|log[- ]loss|logistic", ("cross_entropy", "binary_cross_entropy")),
    (r"\bMAE\b|absolute[- ]error|L1\b", ("absolute",)),
    (r"\bHuber\b", ("huber",)),
)
_MSE = re.compile(r"\bMSE\b|mean[- ]squared?", re.IGNORECASE)
_ACTIVATIONS = (
    (r"\bReLU\b|rectif", "relu"), (r"\btanh\b|hyperbolic", "tanh"), (r"sigmoid|logistic", "sigmoid"),
    (r"\blinear\b|\bidentity\b", "linear"),
)  # fmt: skip

# A special case of a formula for several classes.
_OF_CLASSES = re.compile(
    r"\b(?:for|if|with|when|case)\b[^.$]{0,30}\$\s*[KC]\s*=\s*(?P<number>\d+)\s*\$|\b(?:two|2) classes\b|\bbinary\b",
    re.IGNORECASE,
)


def condition_before(before, mistake) -> str:
    r"""Return the condition on two indices of which a text speaks before a claim, if it is the one that is missing.

    Args:
        before: the text before the claim. Its last condition on the two indices counts.
        mistake: the missing condition in words.

    >>> condition_before("If $i = j$, then", "it holds for j = i only: write this condition")
    'j = i, as the text before says'
    >>> condition_before("Else $i \neq j$, and", "it holds for j = i only: write this condition")
    ''
    """
    match = _MISSING.match(mistake)
    if match is None:
        return ""
    sign = _last_sign(before, match)
    return f"{match['a']} {match['sign']} {match['b']}, as the text before says" if sign == match["sign"] else ""


def condition_said(before, condition):
    r"""Return the condition of a claim that is right under it, as the text says it, and True if it says another.

    >>> condition_said(r"Case 2: $i \neq j$", "for i != j"), condition_said("Case 1: $i = j$", "for i != j")[1]
    (('i != j, as the text before says', False), True)
    >>> condition_said("We differentiate.", "for i != j")
    ('', False)
    """
    match = _HELD.fullmatch(condition)
    sign = _last_sign(before, match) if match is not None else ""
    if not sign:
        return "", False
    if sign != match["sign"]:
        said = "=" if sign == "=" else "!="
        if _OTHERWISE.search(before[-_NEAR:]):
            return "", False
        return f"the text before speaks of {match['a']} {said} {match['b']}, and it holds {condition} only", True
    return f"{match['a']} {sign} {match['b']}, as the text before says", False


def states_condition(formula) -> bool:
    r"""Return True if a formula states a condition on two indices behind it.

    >>> states_condition(r"\partial p_i/\partial z_j = -p_i p_j, \quad i \neq j"), states_condition("p_i = p_j")
    (True, False)
    """
    return any(found["sign"] not in ("=", "==") for found in _OF_INDICES.finditer(formula)) or bool(
        re.search(r"(?:quad|,|\(|for|if)\W*[a-z]\s*=\s*[a-z](?![A-Za-z_^(])", formula)
    )


def _last_sign(before, match):
    """Return the last sign, ``=`` or ``!=``, that a text has between the two indices of a match, or ""."""
    pair = {match["a"], match["b"]}
    text = _CASES.sub(" ", before)  # all cases are named there
    signs = [found["sign"] for found in _OF_INDICES.finditer(text) if {found["a"], found["b"]} == pair]
    return "" if not signs else "=" if signs[-1] in ("=", "==") else "!="


def says_silent_sums(prose) -> bool:
    """Return True if a document says that it sums over repeated indices without a sign.

    >>> says_silent_sums("In Einstein notation, the sum is implied."), says_silent_sums("The sum over i.")
    (True, False)
    """
    return _SILENTLY.search(prose) is not None


def settings_named(said, setting) -> Iterator[tuple[str, Setting]]:
    """Yield the settings with a loss or an activation that a sentence names, with a note in words.

    Args:
        said: the words of the sentence.
        setting: the declared setting.
    """
    now = dict(setting.network or ())
    if not now or now["recurrent"]:
        return
    acts = list(now["activations"])
    outputs = [name for pattern, name in _ACTIVATIONS if re.search(pattern, said, re.IGNORECASE)]
    named = [found for pattern, found in _LOSSES if re.search(pattern, said, re.IGNORECASE)]
    if not named and not outputs:
        return
    # A word such as quadratic is about the declared loss if it can be.
    losses = [
        loss for found in named if now["loss"] not in found or "mse" not in found or _MSE.search(said) for loss in found
    ]
    if not losses:
        losses = [now["loss"]]
    for loss in losses:
        for act in [acts[-1], *outputs]:
            last = "linear" if loss == "cross_entropy" else act
            in_all = [[last if x != "linear" else x for x in acts]] if act in outputs else []
            for changed in ([*acts[:-1], last], *in_all):
                more = {**now, "loss": loss, "activations": changed}
                if (loss, changed) != (now["loss"], acts):
                    yield f"the {loss} and the activations {', '.join(changed)}", setting.with_network(**more)


def settings_of_functions(setting) -> Iterator[tuple[str, Setting]]:
    """Yield the settings with another usual activation in all layers, with its name."""
    now = dict(setting.network or ())
    for name in ("relu", "tanh", "sigmoid", "linear") if now else ():
        acts = [name] * len(now["activations"])
        if acts != list(now["activations"]):
            yield name, setting.with_network(**{**now, "activations": acts})


def numbers_given(prose) -> dict:
    r"""Return the weights and biases that a document says to be 1 or 0.

    >>> numbers_given("Take $W_{hy} = 1$ and $b = 0.$")
    {'W_{hy}': 1, 'b': 0}
    """
    return {match["name"]: int(float(match["number"])) for match in _GIVEN.finditer(prose)}


def other_outputs(said, outputs) -> int | None:
    r"""Return the number of outputs or classes of which a sentence speaks, if it is another one than that declared.

    Args:
        said: the words of the sentence.
        outputs: the declared number.

    >>> other_outputs("For $K = 2$ we have", 4), other_outputs("With two classes,", 2), other_outputs("In the limit", 4)
    (2, None, None)
    """
    found = _OF_CLASSES.search(said)
    if found is None:
        return None
    number = int(found["number"]) if found["number"] else 2
    return number if number != outputs else None
