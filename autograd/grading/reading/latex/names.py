"""Letters with fonts and accents."""

from autograd.grading.reading.latex.calls import read_applied
from autograd.grading.reading.latex.cursor import LETTERS, PROSE, LatexCursor
from autograd.grading.reading.latex.marks import read_group, read_scripts_of
from autograd.grading.reading.lexing import MAX_TOKENS, Token
from autograd.grading.reading.trees import (
    Add,
    Call,
    Multiply,
    Name,
    Negative,
    Text,
)

_ALIASES = {"varepsilon": "epsilon", "varphi": "phi", "ln": "log"}
# These accents only mark a vector. All others change the meaning of a letter, and apply to one letter only.
VECTOR_ACCENTS = {"vec", "underline"}
WORD_FONTS = {"mathrm", "mathit", "mathsf", "operatorname", "text", "textrm", "textbf", "textit", "mbox"}


def read_in_font(c, token, scripted):
    """Read the contents of a font command.

    One letter is that letter. An upright word is one name, and other words are prose.
    """
    inner = c.braced() if c.is_sign("{") else [c.next()]
    if len(inner) == 1 and (inner[0].kind == "name" or inner[0].text in LETTERS):
        return read_name(c, inner[0].text, inner[0].at, scripted)
    if [t.text for t in inner] == ["1"] and c.is_sign("["):
        return read_indicator(c, token.at)
    content = "".join([t.text for t in inner])
    is_word = all(t.kind in ("name", "word") for t in inner) and content != ""
    if token.text in PROSE and not (is_word and is_known(c, content)):
        return Text(content, token.at)
    if token.text in WORD_FONTS and (is_word or token.text == "operatorname"):
        return read_name(c, content, token.at, scripted)
    c.tokens[c.i : c.i] = [Token("sign", "{", token.at), *inner, Token("sign", "}", token.at)]
    if len(c.tokens) > 2 * MAX_TOKENS:
        raise c.error("too many fonts", token.at)
    return c.nested(LatexCursor.atom, scripted)


def read_indicator(c, at):
    """Read ``\\mathbb{1}[a > b]`` as the step function of a - b."""
    c.next()
    left = c.sum_of_terms()
    if not c.is_sign(">") and not c.is_sign("<"):
        raise c.error("expected < or > in an indicator")
    is_less = c.next().text == "<"
    right = c.sum_of_terms()
    c.expect("]")
    larger, smaller = (right, left) if is_less else (left, right)
    return Call(Name("step", at=at), (Add((larger, Negative(smaller, at)), at),), at)


def is_known(c, word):
    return word.lower() in {f.lower() for f in c.functions} or word.lower() == "loss"


def read_accented(c, token, scripted):
    accent = {"widehat": "hat", "overline": "bar"}.get(token.text, token.text)
    x = read_group(c) if c.is_sign("{") else c.nested(LatexCursor.atom, False)
    if not isinstance(x, Name):
        if accent in VECTOR_ACCENTS:
            return x  # an underlined formula
        raise c.error(f"\\{token.text} belongs above one letter", token.at)
    x = x._replace(accents=(*x.accents, accent), at=token.at)
    return read_applied(c, read_scripts_of(c, x)) if scripted else x


def read_name(c, base, at, scripted):
    x = Name(_ALIASES.get(base, base), at=at)
    if not scripted:
        return x
    if base == "Delta" and c.is_letter():
        y = c.nested(LatexCursor.atom)
        return y._replace(base=f"Delta {y.base}", at=at) if isinstance(y, Name) else Multiply((x, y), at)
    if base == "e" and c.is_sign("^"):
        c.next()
        return Call(Name("exp", at=at), (read_group(c),), at)
    return read_applied(c, read_scripts_of(c, x))
