r"""Remarks beside the claims of a document: formulas that say nothing of its network, and definitions of functions.

A document about one network also says how many layers it has, where a training starts, what ``\sigma`` is elsewhere,
and what the chain rule is for any functions. In a declared network, such a formula is not right, and it is no mistake
either. This is decided on the tree of a formula: a remark is one whose sides are not about the quantities of a network,
such as counts, or that gives a value to something that is computed from nothing.
"""

import functools
import itertools

from autograd.grading.latex_text import parts_with_signs
from autograd.grading.numeric_examples import has_own_numbers
from autograd.grading.reading.claims import read_claims
from autograd.grading.reading.nodes import is_name, walk
from autograd.grading.reading.trees import ReadingError

__all__ = [
    "SLIPS_OF_DEFINITIONS",
    "defines_any_function",
    "defines_by_cases",
    "defines_function",
    "function_letters",
    "is_chain_of_arrays",
    "names_any_function",
    "remark",
    "remark_of_form",
]

# Slips within a definition. Other edits, such as another term, factor or function, make it another definition.
SLIPS_OF_DEFINITIONS = {"sign", "wrong power", "wrong index", "swapped indices", "missing factor"}
# Edits that only take a writer's own numbers away.
_OF_NUMBERS = {"extra term", "extra factor", "wrong constant", "constant factor", "missing term"}
_FUNCTIONS = frozenset(["sigma", "phi", "varphi", "Phi", "f", "g"])  # letters that are functions before a bracket
_COUNTS = frozenset("BDKLMNQTdklmnqijpt") | {
    "ell"
}  # letters that count layers, neurons, samples, steps, or are indices
_COUNTERS = frozenset("ijklmnt") | {"ell"}  # letters that an algorithm counts with
_GIVEN = frozenset(["W", "w", "B", "b", "c", "U", "u", "V", "v", "theta", "Theta", "x"])  # of parameters and inputs
_ARITHMETIC = ("add", "prod", "div", "pow", "neg", "group", "sum", "num", "dots")
_INTRODUCED = (r"\equiv", r"\coloneqq", r"\triangleq", r"\doteq")
_ELSEWHERE = ("sin", "cos", "tan")  # functions that no declared network has
_BOLD = (r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\bf")
_LOSSES_AND_WEIGHTS = "CEJLW"  # capital letters that are no arrays, or need no order


def remark(text, grade, known=frozenset()) -> str:
    r"""Return the reason why a claim that is not right is only a remark, or "" if it is a claim about the network.

    Args:
        text: the claim.
        grade: its grade, with its mistakes.
        known: the letters of the network.

    >>> from autograd.grading.grade import Grade
    >>> remark(r"\delta_{ij} = 1", Grade("wrong", ""))
    'it is 1 or 0 for some indices only: write the condition after it'
    """
    kinds = {mistake.kind for mistake in grade.mistakes}
    said = remark_of_form(text, known)
    if said:
        return said
    if has_own_numbers(text) and kinds <= _OF_NUMBERS:
        return "it has numbers of the writer's own point, and the network has others"
    # \sigma(z)_i as a softmax
    is_other = _is_introduced(text) or (defines_function(text) and any(x.kind == "sum" for x in _nodes(text)))
    if is_other and not (len(kinds) == 1 and kinds <= SLIPS_OF_DEFINITIONS):
        return "it is introduced as a definition, which is not that of the setting"
    return ""


def remark_of_form(text, known=frozenset()) -> str:
    r"""Return the reason why a formula is a remark, whatever is wrong with it as a claim, or "".

    Args:
        text: the formula.
        known: the letters of the network.

    >>> remark_of_form(r"K = n_y"), remark_of_form(r"b_1 = b_2 = 0"), remark_of_form(r"\delta_o = 0")
    ('it is about counts and sizes, and says nothing of the network', 'it gives parameters or inputs a value', '')
    """
    claims = _claims(text)
    if not claims:
        return ""
    first, nodes = claims[0], _nodes(text)
    has_counts = any(x.kind == "name" or _is_shape(x) for x in nodes)
    if has_counts and all(_is_of_counts(claim, known) for claim in claims):
        return "it is about counts and sizes, and says nothing of the network"
    left, *right = first.sides
    if left is None or not right:
        return ""
    if _is_kronecker(left) and right[-1].kind == "num" and right[-1].data in (0, 1):
        return "it is 1 or 0 for some indices only: write the condition after it"
    if len(claims) == 1 and _gives_value(first, known):
        return "it gives parameters or inputs a value"
    if any(x.kind == "matrix" and any(y.kind == "dots" for y in walk(x)) for x in nodes):
        return "a matrix with dots leaves open what stands there"
    if any(_is_nested(x) for x in nodes):
        return "its functions have no meaning in the network: it is a rule for any functions"
    if any(x.kind == "call" and x.parts[0].data[0] in _ELSEWHERE for x in nodes):
        return "it has functions that no network of this kind has, so it is about something else"
    return ""


def defines_function(text) -> bool:
    r"""Return True if a formula says what a function of one letter is.

    >>> defines_function(r"\sigma(z) = \max(0, z)"), defines_function(r"a = \sigma(z)")
    (True, False)
    """
    return bool(_defined_function(text, 1))


def defines_by_cases(text) -> bool:
    r"""Return True if a formula says what a function of one letter is in several cases, as a threshold has.

    >>> defines_by_cases(r"f(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}"), defines_by_cases("f(z) = z")
    (True, False)
    """
    return defines_function(text) and any(x.kind in ("cases", "test") for x in _nodes(text))


def defines_any_function(text, known=()) -> bool:
    r"""Return True if a formula says what a function with a usual letter is, as ``f(x) = x^2`` does.

    Args:
        text: the formula.
        known: the letters of the network and of its activation, which are other functions or none.

    >>> defines_any_function("f(x) = x^2"), defines_any_function("f_c(x, y) = x y"), defines_any_function("z = f(x)")
    (True, True, False)
    """
    return _defined_function(text, 10) in {"f", "g", "h", "q"} - set(known)


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
    claims = _claims(text)
    if len(claims) != 1 or len(claims[0].sides) != 2 or claims[0].sides[0] is None:
        return False
    left, right = claims[0].sides
    name, _ = _application(right)
    if name is None:
        return False
    is_letter = name.data[0] in "fgh" and name.data[0] not in known
    owner = _application(left)[0] or left
    return is_letter or (is_name(owner) and owner.data[0] == name.data[0])


def is_chain_of_arrays(side) -> bool:
    r"""Return True if a side is a product of quotients that cancel, and one of their letters is a whole array.

    Its factors fit in an order that the chain rule of matrices does not say.

    >>> is_chain_of_arrays(r"\frac{\partial L}{\partial Z} \frac{\partial Z}{\partial b}")
    True
    >>> is_chain_of_arrays(r"\frac{\partial L}{\partial z_o} \frac{\partial z_o}{\partial b_o}")
    False
    """
    claims = _claims(side)
    if len(claims) != 1 or len(claims[0].sides) != 1 or claims[0].sides[0] is None:
        return False
    (product,) = claims[0].sides
    factors = product.parts if product.kind == "prod" else ()
    if len(factors) < 2 or any(x.kind != "deriv" for x in factors):
        return False
    if any(x.parts[1] != y.parts[0] for x, y in itertools.pairwise(factors)):
        return False
    return any(_is_array(x.parts[1], side) for x in factors[:-1])


def function_letters(items) -> dict:
    r"""Return the letters that a document defines as functions, as in ``\Theta(v) = \tanh(v)``, with their lines."""
    found: dict = {}
    for item in items:
        letter = _defined_function(item.formula, 1)
        if letter:
            found.setdefault(letter, item.line)
    return found


@functools.lru_cache(maxsize=1024)
def _claims(text):
    """Return the claims of a formula, or an empty list if it cannot be read."""
    try:
        return read_claims(text, functions=_FUNCTIONS)
    except (ReadingError, RecursionError):
        return []


def _nodes(text):
    """Return all nodes of a formula."""
    return [x for claim in _claims(text) for side in claim.sides if side is not None for x in walk(side)]


def _application(node):
    r"""Return the name of a function and its arguments for ``f(x)``, or None and no arguments.

    For letters that may be factors, ``\Theta(v)`` is read as a product.
    """
    if node.kind == "entry":
        node = node.parts[0]
    if node.kind == "call":
        return node.parts[0], node.parts[1:]
    is_product = node.kind == "prod" and len(node.parts) == 2 and node.data == ("",)
    if is_product and is_name(node.parts[0]) and node.parts[1].kind == "group" and node.parts[1].data == "(":
        return node.parts[0], node.parts[1].parts
    return None, ()


def _defined_function(text, most):
    """Return the letter of a function of at most so many letters that a formula defines, or ""."""
    claims = _claims(text)
    if not claims or len(claims[0].sides) < 2 or claims[0].sides[0] is None:
        return ""
    name, arguments = _application(claims[0].sides[0])
    is_defined = name is not None and not name.data[1] and len(arguments) <= most and all(is_name(x) for x in arguments)
    return name.data[0] if is_defined else ""


def _is_of_counts(claim, known):
    """Return True if all sides of a claim are made of counts alone, or if it is a step of an algorithm that counts."""
    left = claim.sides[0]
    known = frozenset(known)
    if left is not None and is_name(left, "l", "ell"):
        known -= {"L"}  # the last layer, and not the loss
    if "<-" in claim.signs:
        is_counter = left is not None and is_name(left) and left.data[0] in _COUNTERS and not left.parts
        return is_counter and all(_is_count(x, known - {left.data[0]}) for x in claim.sides[1:])
    return all(side is not None and _is_count(side, known) for side in claim.sides)


def _is_count(node, known):
    r"""Return True for a count or a size, such as ``n_h``, ``d^{(1)} + 1`` or ``(d \times n)``."""
    if node.kind == "name":
        return node.data[0] in _COUNTS and node.data[0] not in known and not node.data[1]
    return _is_shape(node) or (node.kind in _ARITHMETIC and all(_is_count(x, known) for x in node.parts))


def _is_shape(node):
    r"""Return True for the shape of an array in brackets, such as ``(h \times 1)``."""
    if node.kind != "group" or node.parts[0].kind != "prod" or "*" not in node.parts[0].data:
        return False
    return all(x.kind == "num" or (x.kind == "name" and not x.data[1]) for x in node.parts[0].parts)


def _is_kronecker(node):
    """Return True for a delta with two letters below it."""
    if not is_name(node, "delta") or len(node.parts) != 1 or node.parts[0].kind != "sub":
        return False
    return len(node.parts[0].parts) == 2 and all(is_name(x) for x in node.parts[0].parts)


def _gives_value(claim, known):
    """Return True if a claim says that parameters or inputs are a number. Nothing can be derived for them."""
    *names, last = claim.sides
    last = last.parts[0] if last.kind == "neg" else last
    if last.kind != "num" or not names or not all(x is not None and is_name(x) and not x.data[1] for x in names):
        return False
    return all(x.data[0] in _GIVEN and (x.data[0] not in known or x.data[0] in "WwBbx") for x in names)


def _is_nested(node):
    """Return True for a letter applied to a letter that is applied to something: ``f(g(x))``."""
    name, arguments = _application(node)
    if name is None or len(name.data[0]) > 1 or len(arguments) != 1 or name.data[1]:
        return False
    inner, inside = _application(arguments[0])
    is_letter = inner is not None and len(inner.data[0]) == 1 and not inner.data[1]
    return is_letter and len(inside) == 1 and is_name(inside[0])


def _is_introduced(text):
    r"""Return True if a formula introduces a name with a sign of definition, as ``\delta W \equiv ...`` does."""
    pieces = parts_with_signs(text)
    if len(pieces) < 2 or not pieces[1][0].strip().startswith(_INTRODUCED):
        return False
    claims = _claims(text)
    left = claims[0].sides[0] if claims else None
    parts = left.parts if left is not None and left.kind == "prod" and len(left.parts) == 2 else (left,)
    return left is not None and all(is_name(x) for x in parts)


def _is_array(node, text):
    """Return True for a letter that is written as an array: bold, with an arrow, or a capital one."""
    is_capital = is_name(node) and node.data[0].isupper() and node.data[0] not in _LOSSES_AND_WEIGHTS
    return is_capital or (is_name(node) and text[: node.at].rstrip(" {").endswith(_BOLD))
