"""The tokens of LaTeX: commands, names of one letter, numbers and signs."""

import re

from autograd.engine.algebra import TABLE
from autograd.grading.reading.lexing import Token
from autograd.grading.reading.trees import (
    GREEK,
    ReadingError,
)

__all__ = ["FUNCTIONS", "UNICODE", "is_of_table", "latex_tokens"]

# Unicode characters, with the LaTeX tokens (kind and text) that replace them.
UNICODE = {
    **{letter: (("command", name),) for letter, name in GREEK.items()},
    "∂": (("command", "partial"),), "Σ": (("command", "sum"),), "∑": (("command", "sum"),),
    "∇": (("command", "nabla"),), "√": (("command", "sqrt"),), "∞": (("command", "infty"),),
    "·": (("command", "cdot"),), "⋅": (("command", "cdot"),), "×": (("command", "times"),),
    "⊙": (("command", "odot"),), "−": (("sign", "-"),), "←": (("command", "leftarrow"),),
    "→": (("command", "to"),), "⇒": (("command", "Rightarrow"),), "∈": (("command", "in"),), "≡": (("sign", "="),),
    "≔": (("sign", ":="),), "≈": (("command", "approx"),), "∀": (("command", "forall"),), "′": (("sign", "'"),),
    "²": (("sign", "^"), ("number", "2")), "³": (("sign", "^"), ("number", "3")), "…": (("command", "dots"),),
    "⋯": (("command", "dots"),), "‖": (("command", "|"),),
    "ŷ": (("command", "hat"), ("sign", "{"), ("name", "y"), ("sign", "}")),
}  # fmt: skip
_SPACES = {
    ",", ";", "!", ":", " ", ">", "quad", "qquad", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr",
    "Bigl", "Bigr", "biggl", "biggr", "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "notag", "middle",
    "thinspace",
}  # fmt: skip
FUNCTIONS = frozenset({
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min", "sigma", "Phi", "phi", "f", "g",
    "relu", "ReLU", "sigmoid", "softmax", "softplus", "sqrt", "DS", "NN", "Loss", "loss", "J", "F", "p", "q", "sech",
    "dsigma", "dtanh", "abs", "erf", "arsinh", "arcosh", "artanh", "arctan", "arcsin", "arccos",
    "sign", "sgn", "sec", "csc", "cot", "csch", "coth",
})  # fmt: skip
# An upright name of a function in the table calls this function, too: \operatorname{gelu}. The table is searched at
# each call, because users add functions.


def is_of_table(word):
    """Return True if a word of several letters is the name of a function of one operand in the table."""
    return len(word) > 1 and any(entry is not None and entry.arity == 1 and entry.name == word for entry in TABLE)


# Words of several letters. In front of a bracket, a function may lack its backslash. A command may not, because it
# would be read as a product of letters.
_WORDS = "Loss|SSE|MSE|ReLU|DS|NN"
_CALLED = "exp|log|ln|tanh|sinh|cosh|sin|cos|tan|max|min|sqrt|sigmoid|sigma|softmax|softplus|relu|dsigma|dtanh|abs|loss"
_BARE = "alpha|beta|gamma|delta|epsilon|theta|lambda|sigma|omega|frac|partial|cdot|times|sqrt|sum|exp|tanh|sigmoid"
_BRACKET = r"(?=[\s']*(?:\\left|\\[bB]igg?l?)?\s*\()"
_LATEX_TOKEN = re.compile(
    r"\s+|~|(?P<space>\\[hv]space\*?\s*\{[^{}]*\})|(?P<d>\\(?:mathrm|text|operatorname)\s*\{\s*d\s*\})"
    r"|(?P<row>\\\\\*?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)|(?P<command>\\(?:[A-Za-z]+\*?|.))"
    r"|(?P<scientific>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d)|(?P<points>\d*\.\d+\.\d)|(?P<number>\d+\.\d+|\.\d+|\d+)"
    rf"|(?P<name>{_WORDS}|(?:{_CALLED}){_BRACKET})|(?P<word>{_BARE})|(?P<letter>[A-Za-z])"
    r"|(?P<sign>:=|<-|[^\s\\])",
    re.DOTALL | re.ASCII,
)
# The number of an equation, after a wide space at the end of a line.
_NUMBERED = re.compile(r"\\q?quad\s*\(\d{1,3}\)(?=\s*(\\\\|\\end|[.,]?\s*$))")


def latex_tokens(text):
    """Return the tokens of LaTeX: commands, names of one letter, numbers and signs, without spaces and comments."""
    spaced = _NUMBERED.sub(lambda match: " " * len(match[0]), text)
    tokens, at = [], 0
    while at < len(text):
        if spaced[at] == "%":
            end = spaced.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        match = _LATEX_TOKEN.match(spaced, at)
        if match is None:
            raise ReadingError("a backslash at the end", at, text)
        tokens += _tokens(match.lastgroup, match.group(), at, text)
        at = match.end()
    return tokens


def _tokens(kind, word, at, text):
    """Return the tokens of one piece of LaTeX. Most pieces are one token."""
    if kind is None or kind == "space":
        return []
    if kind == "scientific":
        raise ReadingError("write this number in digits, without an e", at, text)
    if kind == "points":
        raise ReadingError("a number has one decimal point", at, text)
    if kind == "d":
        return [Token("name", "d", at)]
    if kind == "row":
        return [Token("row", "\\", at)]
    if kind == "command":
        word = word[1:].rstrip("*") or word[1:]
        if word in _SPACES:
            return []
        if word in ("(", ")", "[", "]"):  # \( ... \) are delimiters, like dollar signs
            return [Token("sign", "$", at)]
    if word in UNICODE and kind == "sign":
        return [Token(*token, at) for token in UNICODE[word]]
    return [Token("name" if kind == "letter" else kind, word, at)]
