"""Programs that divide a text into words by ``re`` and ``string``, against Python's own modules."""

import re
import string

import pytest
from corrections import corrected

from autograd import grade_code
from autograd.grading.code.text_modules import regular_expressions, strings

TEXT = "The cat, the mat; a 2nd cat: isn't it?\nYes."
CALLS = [
    ("findall", (r"[a-z]+", TEXT)),
    ("findall", (r"\w+", TEXT)),
    ("findall", (r"[a-z]+", TEXT, re.IGNORECASE)),
    ("findall", (r"\b\w{3}\b", TEXT)),
    ("split", (r"\s+", TEXT)),
    ("split", (r"[,;:]\s*", TEXT, 2)),
    ("sub", (r"[^a-zA-Z ]", "", TEXT)),
    ("sub", (r"\d", "#", TEXT, 1)),
]
REFUSED = [
    ("findall", (r"(a+)+b", "a" * 30)),
    ("findall", (r"a*a*a*b", "a" * 30)),
    ("findall", (r"[a-z", TEXT)),
    ("findall", (r"a", "a" * 50_000)),
    ("sub", (r"a", r"\1", TEXT)),
    ("findall", ("a" * 300, TEXT)),
    ("findall", (r"a", 3)),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_function_of_re_does_the_same(name, arguments):
    assert regular_expressions().names[name](*arguments) == getattr(re, name)(*arguments)


@pytest.mark.parametrize(("name", "arguments"), [("findall", (TEXT,)), ("split", (TEXT, 1)), ("sub", ("-", TEXT))])
def test_a_compiled_pattern_does_the_same(name, arguments):
    compiled = regular_expressions().names["compile"](r"\w+", re.ASCII)
    assert compiled.names[name](*arguments) == getattr(re.compile(r"\w+", re.ASCII), name)(*arguments)


@pytest.mark.parametrize(("name", "arguments"), REFUSED)
def test_what_might_take_for_ever_is_refused(name, arguments):
    with pytest.raises((ValueError, TypeError), match=r"not read|no regular expression|use a shorter one|in a text"):
        regular_expressions().names[name](*arguments)


def test_the_texts_of_string():
    assert strings().names["punctuation"] == string.punctuation
    assert strings().names["ascii_lowercase"] == string.ascii_lowercase


WORDS = """
import re, string
import numpy as np

text = "The cat sat. The dog sat! A cat, a dog?"
words = {words}
names = sorted(set(words))
place = {{w: i for i, w in enumerate(names)}}
V, H = len(names), 3
np.random.seed(0)
E, U = np.random.randn(V, H), np.random.randn(H, V)
for epoch in range(20):
    for a, b in zip(words, words[1:]):
        h = E[place[a]]
        z = h @ U
        p = np.exp(z) / np.sum(np.exp(z))
        loss = -np.log(p[place[b]])
        d = p.copy()
        d[place[b]] -= 1
        dU, dh = np.outer(h, d), U @ d
        U -= 0.1 * dU
        E[place[a]] -= 0.1 * dh
"""
READERS = [
    're.findall(r"[a-z]+", text.lower())',
    're.sub(r"[^a-z ]", "", text.lower()).split()',
    're.split(r"\\W+", text.lower())[:-1]',
    're.compile(r"\\w+").findall(text.lower())',
    '"".join([c for c in text.lower() if c not in string.punctuation]).split()',
]


@pytest.mark.parametrize("words", READERS)
def test_a_program_with_words_is_read_and_corrected(words):
    text = WORDS.format(words=words)
    assert grade_code(text).verdict == "right", str(grade_code(text))
    wrong = grade_code(text.replace("d[place[b]] -= 1", "d[place[b]] += 1"))
    assert wrong.verdict == "wrong"
    assert grade_code(corrected(wrong.text, wrong.mistakes)).verdict == "right"
