r"""Terms that are written in words: ``dW = (\text{from backprop}) + \frac{\lambda}{m} W``."""

import re

__all__ = ["with_terms_in_words"]

_WORDS = r"(?:the\s+|from\s+|by\s+)*back[-\s]?prop(?:agation)?"
_STYLE = r"\\(?:text|textrm|mbox|mathrm|textit|rm)\s*"
_TERM = re.compile(
    rf"\(\s*(?:{_STYLE}\{{\s*{_WORDS}\s*\}}|{_WORDS})\s*\)|{_STYLE}\{{\s*\(\s*{_WORDS}\s*\)\s*\}}", re.IGNORECASE
)
_LEFT = re.compile(
    r"(?:^|(?<=[\s&,;{]))(?:d|\\mathrm\s*\{\s*d\s*\}|\\partial)?\s*"
    r"(?P<weight>\\?[A-Za-z]+(?:\s*[_^]\s*(?:\{[^{}]*\}|\[[^\[\]]*\]|\w))*)\s*\}?\s*&?\s*(?::=|=|\\gets|\\leftarrow|←)[^=]*$"
)


def with_terms_in_words(formula) -> str:
    r"""Return a formula with dW for a term such as ``(\text{from backprop})``, where W is the parameter on the left.

    >>> with_terms_in_words(r"dW = (\text{from backprop}) + \lambda W")
    'dW = dW + \\lambda W'
    """
    found = _TERM.search(formula)
    left = _LEFT.search(formula[: found.start()]) if found else None
    if found is None or left is None:
        return formula
    return with_terms_in_words(f"{formula[: found.start()]}d{left['weight']}{formula[found.end() :]}")
