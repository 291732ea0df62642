"""Python's modules ``re`` and ``string``, as far as programs use them to divide a text into words.

A pattern could make Python's own ``re`` search for ever. So only patterns without groups are read, with at most two
signs of repetition, in texts of limited length.
"""

import re
import string

from autograd.grading.code.numpy_space import plain
from autograd.grading.code.objects import Namespace

__all__ = ["regular_expressions", "strings"]

_MOST_REPEATS, _LONGEST_PATTERN, _LONGEST_TEXT = 2, 200, 20_000
_FLAGS = {name: int(getattr(re, name)) for name in ("I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "A", "ASCII")}


def strings():
    """Return the module ``string``."""
    names = ("ascii_lowercase", "ascii_uppercase", "ascii_letters", "digits", "punctuation", "whitespace", "printable")
    return Namespace("string", {name: getattr(string, name) for name in names})


def regular_expressions():
    """Return the module ``re``.

    >>> names = regular_expressions().names
    >>> names["findall"]("[a-z]+", "the cat, the mat"), names["sub"]("[^a-z ]", "", "a cat!")
    (['the', 'cat', 'the', 'mat'], 'a cat')
    """
    names = {
        "findall": lambda pattern, text, flags=0: _pattern(pattern, flags).findall(_text(text)),
        "split": lambda pattern, text, maxsplit=0, flags=0: _pattern(pattern, flags).split(_text(text), int(maxsplit)),
        "sub": lambda pattern, new, text, count=0, flags=0: _pattern(pattern, flags).sub(
            _literal(new), _text(text), int(count)
        ),
    }
    names["compile"] = lambda pattern, flags=0: Namespace(
        "a regular expression",
        {
            "findall": lambda text: names["findall"](pattern, text, flags),
            "split": lambda text, maxsplit=0: names["split"](pattern, text, maxsplit, flags),
            "sub": lambda new, text, count=0: names["sub"](pattern, new, text, count, flags),
        },
    )
    return Namespace("re", {**names, **_FLAGS})


def _pattern(pattern, flags):
    if not isinstance(pattern, str) or len(pattern) > _LONGEST_PATTERN:
        raise ValueError("this regular expression is not read: use split(), or write the words as a list")
    bare = re.sub(r"\\.|\[[^\]]*\]", "c", pattern)
    if "(" in bare or sum(bare.count(sign) for sign in "*+{?") > _MOST_REPEATS:
        raise ValueError(f"the regular expression {pattern!r} is not read: use split(), or write the words as a list")
    try:
        return re.compile(pattern, int(plain(flags)))
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


def _text(text):
    if not isinstance(text, str):
        raise TypeError("a regular expression is searched for in a text")
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"the text has more than {_LONGEST_TEXT} characters: use a shorter one")
    return text


def _literal(new):
    """Return a replacement that stands for itself."""
    if not isinstance(new, str) or "\\" in new:
        raise ValueError("this replacement is not read: use a text without backslashes")
    return new
