"""Half-written documents: a formula that is never closed is graded up to the next blank line and hides no other."""

import time

import pytest

from autograd import grade_document
from autograd.grading.extract import extract

HEAD = "network: 2-3-2 sigmoid\ndelta: 1\n\nThe neurons of the hidden layer come first.\n\n"
RIGHT, WRONG = r"a_h = \sigma(s_h)", r"\delta_o = (t_o - y_o) y_o (1 - y_o)"
LAST = r"y_o = \sigma(s_o)"


@pytest.mark.parametrize("format", ["markdown", "latex"])
@pytest.mark.parametrize(
    ("start", "end"),
    [("$$", "$$"), (r"\[", r"\]"), (r"\begin{align}", r"\end{align}"), (r"\begin{equation*}", r"\end{equation*}")],
)
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_one_end_is_lost(start, end, lost, format):
    rows = [f"{start} {x} {end if k != lost else ''}\n\nSome prose." for k, x in enumerate([RIGHT, WRONG, LAST])]
    found = grade_document(HEAD + "\n\n".join(rows), format=format)
    if start.startswith(r"\begin") and lost < 2:  # the environment has an end, that of the next one
        assert any(claim.verdict in ("wrong", "unreadable") for claim in found.claims)
        return
    assert [(claim.line, claim.verdict) for claim in found.claims] == [(6, "equal"), (10, "wrong"), (14, "equal")]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$$ a = b", ["a = b"]),
        ("One $$ a = b\n\nand $$ c = d $$ more", ["a = b", "c = d"]),
        (r"\[ a = b" + "\n\n" + r"\[ c = d \]", ["a = b", "c = d"]),
        (r"\begin{align} a &= b \\ c &= d", ["a = b", "c = d"]),
        ("```sh\necho $$\n```\n\n$$ a = b\n\n$$ and $$ c = d $$", ["a = b", "c = d"]),
        ("`$$` is written around $$ a = b $$ and $$ c = d $$", ["a = b", "c = d"]),
        ("a \x01 b $$ c = d $$", ["c = d"]),
        (r"An open \( a = b and $$ c = d $$", ["c = d"]),
    ],
)
def test_the_extent_of_formulas(text, formulas):
    assert [item.formula.strip() for item in extract(text, "markdown").items] == formulas


def test_a_half_written_formula_is_unreadable():
    (claim,) = grade_document(HEAD + r"$$ \delta_o = (y_o - ", format="markdown").claims
    assert claim.verdict == "unreadable"


def test_many_open_delimiters_take_no_time():
    text = "\n\n".join([r"\[ a + b $$ \begin{align} c"] * 3000)
    start = time.process_time()
    assert {item.formula.strip() for item in extract(f"{text}\n\n$$ c = d", "markdown").items} <= {"c = d"}
    assert time.process_time() - start < 5
