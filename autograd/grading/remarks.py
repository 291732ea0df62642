r"""Remarks beside the claims of a document: definitions, values at the writer's own point, and other losses.

A document about one network also says what ``\sigma`` is elsewhere, what ``\delta_{ij}`` is for equal indices, or what
a delta would be with another loss. In a declared network, such a formula is not right, and it is no mistake either.
"""

import itertools
import re
from collections.abc import Iterator

from autograd.grading.latex_text import sides
from autograd.grading.numeric_examples import has_own_numbers
from autograd.grading.setting import Setting

__all__ = [
    "SLIPS_OF_DEFINITIONS",
    "condition_before",
    "defines_any_function",
    "defines_function",
    "function_letters",
    "is_chain_of_arrays",
    "names_any_function",
    "numbers_given",
    "remark",
    "says_silent_sums",
    "settings_named",
    "settings_of_functions",
]

_NAME = r"(?:\\(?:hat|mathbf|boldsymbol|bm|vec|bar|tilde)\s*\{?\s*)*\\?[A-Za-z]+\}*"
_SCRIPTS = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|\\?\w))*"
# Slips within a definition. Other edits, such as another term, factor or function, make it another definition.
SLIPS_OF_DEFINITIONS = {"sign", "wrong power", "wrong index", "swapped indices", "missing factor"}
# Edits that only take a writer's own numbers away.
_OF_NUMBERS = {"extra term", "extra factor", "wrong constant", "constant factor", "missing term"}
_INTRODUCED = re.compile(rf"\s*{_NAME}{_SCRIPTS}(?:\s*{_NAME}{_SCRIPTS})?\s*(?:\\equiv|\\coloneqq|\\triangleq|\\doteq)")
_OF_KRONECKER = re.compile(r"\s*\\delta\s*_\s*\{\s*[A-Za-z]\s*,?\s*[A-Za-z]\s*\}\s*=\s*[01]\s*")
# Values of a count, such as l = 1, ..., L; sizes of layers, such as K = n_y; and the start of a training, b = 0.
_RANGE = re.compile(
    r"\s*(?:\\ell|[A-Za-z])\s*=\s*[\w+-]+(?:\s*,\s*[\w+-]+)*\s*,?\s*(?:\.\.+|\\[lc]?dots)\s*,?\s*(?:\\ell|[\w+-])*\s*"
)
_SIZES = re.compile(r"\s*[A-Zmnd](?:_\{?\w+\}?)?\s*=\s*[nmd]_(?:\{[\w ]+\}|\w)\s*")
_GETS = r"(?::=|\\gets|\\leftarrow|\\coloneqq)"
# A step of an algorithm: i \gets 1, k \gets k + 1, l \gets L.
_COUNTED = re.compile(rf"\s*(?P<name>\\ell|[i-nt])\s*{_GETS}\s*(?:[01]|(?P=name)\s*[+-]\s*1|[LNTKM])\s*[.,;]?\s*")
_DOTTED = re.compile(r"\\begin\s*\{[bBpvV]?(?:matrix|array)\}(?:(?!\\end).)*\\(?:[cvld]|dd)?dots", re.DOTALL)
_SHAPES = re.compile(r"\s*\(\s*\w+\s*\\times\s*\w+\s*\)")  # (d \times n) (n \times 1) = (d \times 1)
_BOLD = r"(?:\\(?:mathbf|boldsymbol|vec|bm)\s*\{?\s*)*"
_START = re.compile(rf"\s*{_BOLD}[wbWB]\}}*{_SCRIPTS}\s*(?:=|{_GETS})\s*{_BOLD}0(?:\.0*)?\s*\}}*\s*")
_NESTED = re.compile(r"(?<![A-Za-z\\])[A-Za-z]\s*(?:\\left)?\(\s*[A-Za-z]\s*(?:\\left)?\(\s*[A-Za-z]\s*(?:\\right)?\)")
# A weight or a bias that is 1 or 0 in an example: W_{hy} = 1.
_GIVEN = re.compile(
    r"(?<![A-Za-z\\{])(?P<name>[WwbUVuv](?:_(?:\{[^{}$]{1,12}\}|\w))?)\s*=\s*(?P<number>[01](?:\.0*)?)(?![\d.])"
)
_FUNCTION = re.compile(
    rf"\s*(?P<name>\\?[A-Za-z]+){_SCRIPTS}\s*(?:\\left)?\(\s*{_NAME}{_SCRIPTS}\s*(?:\\right)?\){_SCRIPTS}\s*&?\s*="
)
_OF_ANYTHING = re.compile(
    rf"\s*(?P<name>\\?[A-Za-z]+|\\mathcal\s*\{{\s*[A-Z]\s*\}}){_SCRIPTS}\s*(?:\\left|\\[bB]igg?l?)?\((?P<inside>[^=]*)\)\s*[.,]?\s*"
)
_DEFINED = re.compile(r"\s*(?P<name>[fghq])(?:_\{?\w+\}?)?\s*\(\s*[a-z](?:_\w)?(?:\s*,\s*[a-z](?:_\w)?)*\s*\)\s*=")
_INNER = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"
_QUOTIENT = re.compile(rf"\\[dt]?frac\s*\{{\s*\\partial(?P<of>{_INNER})\}}\s*\{{\s*\\partial(?P<by>{_INNER})\}}")
_ARRAY = re.compile(r"(?:\\(?:mathbf|boldsymbol|bm|vec)\{?[A-Za-z]|[ABDF-IK-VX-Z](?![A-Za-z]))")
_MISSING = re.compile(r"it holds for (?P<a>\w+) (?P<sign>!?=) (?P<b>\w+) only")
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


def remark(text, grade) -> str:
    r"""Return the reason why a claim that is not right is only a remark, or "" if it is a claim about the network.

    Args:
        text: the claim.
        grade: its grade, with its mistakes.

    >>> from autograd.grading.grade import Grade
    >>> remark(r"\delta_{ij} = 1", Grade("wrong", ""))
    'it is 1 or 0 for some indices only: write the condition after it'
    """
    kinds = {mistake.kind for mistake in grade.mistakes}
    if _OF_KRONECKER.fullmatch(text):
        return "it is 1 or 0 for some indices only: write the condition after it"
    if any(each.fullmatch(text) for each in (_RANGE, _SIZES, _COUNTED)) or _SHAPES.match(text):
        return "it is about counts and sizes, and says nothing of the network's numbers"
    if _START.fullmatch(text):
        return "it gives a parameter a value, as at the start of a training"
    if _DOTTED.search(text):
        return "a matrix with dots leaves open what stands there"
    if _NESTED.search(text):
        return "its functions have no meaning in the network: it is a rule for any functions"
    if has_own_numbers(text) and kinds <= _OF_NUMBERS:
        return "it has numbers of the writer's own point, and the network has others"
    is_other = _INTRODUCED.match(text) or (defines_function(text) and r"\sum" in text)  # \sigma(z)_i as a softmax
    if is_other and not (len(kinds) == 1 and kinds <= SLIPS_OF_DEFINITIONS):
        return "it is introduced as a definition, which is not that of the setting"
    return ""


def defines_function(text) -> bool:
    r"""Return True if a formula says what a function is.

    >>> defines_function(r"\sigma(z) = \max(0, z)"), defines_function(r"a = \sigma(z)")
    (True, False)
    """
    return _FUNCTION.match(text) is not None


def names_any_function(text, known=()) -> bool:
    r"""Return True if a formula says only what a quantity depends on: a letter of any function, and its arguments.

    Args:
        text: the formula.
        known: the letters of the network, which are no functions.

    >>> names_any_function("z = f(x)"), names_any_function(r"L = L(z_1(x), \ldots)"), names_any_function("z = f(x) + b")
    (True, True, False)
    >>> names_any_function("s'(z) = s(z) (1 - s(z))")
    False
    """
    left, *right = [side.text for side in sides(text)]
    match = _OF_ANYTHING.fullmatch(right[0]) if len(right) == 1 else None
    if match is None or re.search(r"\^\s*\{?\s*(?:T|\\top)", right[0].partition("(")[0]):
        return False
    if not _is_one_bracket(right[0].strip()):
        return False
    return (match["name"] in tuple("fgh") and match["name"] not in known) or left.strip().startswith(match["name"])


def _is_one_bracket(text):
    """Return True if the first bracket of a text is closed at its end, and not before: not for ``s(z) (1 - s(z))``."""
    depth = 0
    for i, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ")" and depth == 0:
            return not text[i + 1 :].strip(" .,;\\")
    return False


def defines_any_function(text, known=()) -> bool:
    r"""Return True if a formula says what a function with a usual letter is, as ``f(x) = x^2`` does.

    Args:
        text: the formula.
        known: the letters of the network and of its activation, which are other functions or none.

    >>> defines_any_function("f(x) = x^2"), defines_any_function("f_c(x, y) = x y"), defines_any_function("z = f(x)")
    (True, True, False)
    """
    match = _DEFINED.match(text)
    return match is not None and match["name"] not in known


def is_chain_of_arrays(side) -> bool:
    r"""Return True if a side is a product of quotients that cancel, and one of their letters is a whole array.

    Its factors fit in an order that the chain rule of matrices does not say.

    >>> is_chain_of_arrays(r"\frac{\partial L}{\partial Z} \frac{\partial Z}{\partial b}")
    True
    >>> is_chain_of_arrays(r"\frac{\partial L}{\partial z_o} \frac{\partial z_o}{\partial b_o}")
    False
    """
    quotients = [(_bare(x["of"]), _bare(x["by"])) for x in _QUOTIENT.finditer(side)]
    rest = re.sub(r"\\(?:cdot|times|odot|circ|space|[,;! ])|[\s.,]", "", _QUOTIENT.sub("", side))
    if rest or len(quotients) < 2 or any(a[1] != b[0] for a, b in itertools.pairwise(quotients)):
        return False
    return any(_ARRAY.match(by) for _, by in quotients[:-1])


def _bare(text):
    """Return a letter without blanks and outer braces."""
    text = re.sub(r"\s", "", text)
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


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
    pair = {match["a"], match["b"]}
    text = _CASES.sub(" ", before)  # all cases are named there
    signs = [found["sign"] for found in _OF_INDICES.finditer(text) if {found["a"], found["b"]} == pair]
    if not signs or (signs[-1] in ("=", "==")) != (match["sign"] == "="):
        return ""
    return f"{match['a']} {match['sign']} {match['b']}, as the text before says"


def says_silent_sums(prose) -> bool:
    """Return True if a document says that it sums over repeated indices without a sign.

    >>> says_silent_sums("In Einstein notation, the sum is implied."), says_silent_sums("The sum over i.")
    (True, False)
    """
    return _SILENTLY.search(prose) is not None


def function_letters(items) -> dict:
    r"""Return the letters that a document defines as functions, as in ``\Theta(v) = \tanh(v)``, with their lines."""
    found: dict = {}
    for item in items:
        match = _FUNCTION.match(item.formula)
        if match and len(sides(item.formula)) > 1:
            found.setdefault(match["name"].lstrip("\\"), item.line)
    return found


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
