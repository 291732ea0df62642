"""The corpus from which fuzzing starts, and its mutations.

The corpus is what people write: the formulas of the documents, every text in the tests of reading and grading, and
sheets made of them. A mutation is a small edit. Each input gets a few, drawn from a generator that its number seeds.
"""

import ast
import functools
import json
import re
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

__all__ = ["WORDS", "formulas", "mutated", "respelt", "sheet", "spoilt_bytes"]

ROOT = Path(__file__).parents[2]
_MOST = 5000  # the most characters of an input, a little more than a reader accepts

# Pieces that have a meaning somewhere in a formula or a sheet, and pieces that have none.
WORDS = [
    *"abdehilnoswxyt0129+-*/^_(){}[]',=.&|$:;!?%#~<>@\"`", "**", "<-", "->", "..", ":=", "''", " ", "\n", "\t", "\r",
    "$$", "\\frac", "\\sum", "\\delta", "\\Delta", "\\sigma", "\\hat", "\\bar", "\\vec", "\\left(", "\\right)",
    "\\partial", "\\begin{aligned}", "\\end{aligned}", "\\begin{bmatrix}", "\\end{bmatrix}", "\\begin{cases}",
    "\\end{array}", "\\\\", "\\text{for all }", "\\mathrm{", "\\forall", "\\in", "\\dots", "\\sqrt[3]{", "\\log",
    "\\tanh", "\\cdot", "\\tag{1}", "\\underbrace{", "\\lVert", "\\rVert", "\\|", "\\nabla", "\\leftarrow",
    "\\Rightarrow", "\\eta", "\\quad (5)", "\\", "^T", "^{(m-1)}", "^{-1}", "_{ho}", "_{h_1 o_2}",
    "_{(h \\rightarrow o)}", "'(s_h)", "sum(", " for o in O)", "[h,o]", " for h in H[1..2]", "d_o[o]",
    "dL/dw_ho[h,o]", "w_ho[h,o]'", "a[h]", "exp(", "log(", "sqrt(", "max(", "abs(", "softmax(", "where(", "phi(",
    "\\Phi(", "\\sum_o ", "\\sum_{h,o} ", "1e9", "0x1p3", "9" * 17, "9" * 19, "0.000000000000001", "00", "1/0", "-0",
    "**12", "**-12", "network: 2-3-2 sigmoid\n", "network: 9-9\n", "network: 64-64-64\n", "bias: no\n",
    "loss: cross_entropy\n", "samples: 3 sum\n", "convention: 003\n", "delta: -1/2\n", "delta: 1/0\n",
    "rate: \\alpha\n", "name: ", "# ", "-9-", "__import__('os')", "__class__", "lambda: 0", "exec(", "f'{x}'",
    "\\input{/etc/passwd}", "<script>", "]]>", "&lt;", "\x00", "\x1b[31m", "\ud800", "\u202e", "\u2028", "\ufeff",
    "\u0301", "é", "Σ", "∂", "δ", "²", "′", "−", "∑", "∞", "×", "\u0663", "\uff11", "\u00bd", "\U0001d6ff",
    "\U0001f600", "İ", "ß", "ﬁ",
]  # fmt: skip


@functools.cache
def formulas():
    """Return every formula of the documents, and every text of the tests that could be a formula."""
    found = {}
    for path in sorted((ROOT / "autograd" / "grading" / "documents").glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["formula"]:
            found[entry["latex"]] = None
            for claim in entry.get("claims", []):
                found.update(dict.fromkeys([claim[key] for key in ("left", "text", "chain") if key in claim]))
    for path in sorted((ROOT / "tests" / "grading").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 300:
                found[node.value] = None
    return tuple(found)


# Formulas that have a meaning in most networks. Their mutations get further than the reader.
_RIGHT = [
    r"\delta_o = -(t_o - y_o) y_o (1 - y_o)", r"\delta_h = a_h (1 - a_h) \sum_o \delta_o w_{ho}",
    r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h", r"w_{ho} \leftarrow w_{ho} - \eta \delta_o a_h",
    r"\delta_h = \sigma'(s_h) \sum_{o=1}^{O} \frac{\partial L}{\partial s_o} w_{ho}",
    r"\Delta w_{ih} = -\eta \delta_h x_i",
    "d_o[o] = -(t[o]-y[o])*dphi(s_o[o])", "d_h[h] = phi(s_h[h])*sum(d_o[o]*w_ho[h,o] for o in O)",
    "dL/dw_ih[i,h] = d_h[h]*x[i]", "dL/db_o[o] = d_o[o]", "w_ho[h,o]' = w_ho[h,o] - eta*d_o[o]*a[h]", "d_o[o]*a[h]",
    "dL/da[h] = sum(d_o[o]*w_ho[h,o] for o in O)", "dL/dx[i] = sum(d_h[h]*w_ih[i,h] for h in H)", "dL/ds_h[h] = d_h[h]",
    "dL/dt[o] = t[o]-y[o]", r"\frac{\partial L}{\partial y_o} = y_o - t_o", "dy[o]/da[h] = y[o]*(1-y[o])*w_ho[h,o]",
    "ds_o[o]/dw_ho[h,o] = a[h]", r"\frac{\partial a_h}{\partial s_h} = a_h (1 - a_h)",
    "L = sum((t[o]-y[o])**2 for o in O)/2",
    "sum(sum((t[o]-y[o])**2 for o in O)/2 for h in H)", "max(0, s_h[h])*exp(-a[h])/(1+exp(-a[h]))**2*log(2+x[1]**2)",
]  # fmt: skip
_WORD = re.compile(r"\\[A-Za-z]+|[A-Za-z]+(?:_[a-z]+)?|\d+|\s+|.", re.DOTALL)
_KNOWN = [word for formula in _RIGHT for word in _WORD.findall(formula)]


def _kind(word):
    if word in ("+", "-", "*", "/"):
        return "operator"
    return "number" if word.isdigit() else "name" if word.isalpha() or "_" in word[1:] else word


def respelt(draw):
    """Return a formula of known names, with words exchanged for others of their kind, left out or doubled."""
    words = _WORD.findall(draw.choice(_RIGHT))
    for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        if draw.random() < 0.7:
            names = [k for k, word in enumerate(words) if _kind(word) in ("name", "number", "operator")]
            k = draw.choice(names or [0])
            words[k] = draw.choice([w for w in _KNOWN if _kind(w) == _kind(words[k])] or [words[k]])
        else:
            k = draw.randrange(len(words))
            other = draw.choice(_KNOWN)
            words[k : k + 1] = draw.choice(([], [other], [words[k], other], words[k : k + 4] * 2))
            words = words or ["1"]
    return "".join(words)


_DECLARATIONS = {
    "network": [
        "2-3-2 sigmoid",
        "2-3-2",
        "4-8-3 tanh, linear",
        "3-2 relu",
        "2-2-2-2 softplus",
        "1-1 linear",
        "2-3-900",
    ],
    "loss": ["half_sse", "sse", "mse", "cross_entropy", "magic"],
    "bias": ["yes", "no", "NO", "perhaps"],
    "samples": ["1", "3 mean", "2 sum", "12", "0", "3 median", "٣"],
    "convention": ["standard", "000", "001", "002", "003", "004", "005"],
    "delta": ["1", "-1", "-1/2", "0", "1/0", "1e400", "nan", "9" * 400],
    "rate": ["\\eta", "alpha", "", "w_ho"],
    "name": ["Ada", "", "<b>", "\x1b]0;x\x07"],
}


def sheet(draw):
    """Return a sheet: declarations in any order, some twice or wrong, and formulas."""
    lines = [f"{key}: {draw.choice(_DECLARATIONS[key])}" for key in _DECLARATIONS if draw.random() < 0.35]
    if draw.random() < 0.9:
        lines.insert(0, f"network: {draw.choice(_DECLARATIONS['network'])}")
    if draw.random() < 0.2:
        draw.shuffle(lines)
    for _ in range(draw.randrange(1, 5)):
        formula = draw.choice(formulas())
        forms = [formula, f"$${formula}$$", f"$$\n{formula}\n$$", f"w_ho[h,o]: {formula}", f"d_h[h]: {formula}",
                 f"\\begin{{aligned}}\n{formula}\n\\end{{aligned}}"]  # fmt: skip
        lines.append(draw.choice(forms) if draw.random() < 0.5 else formula)
    return "\n".join(lines)


_SAID = {
    **_DECLARATIONS,
    "loss": [*_DECLARATIONS["loss"], "binary_cross_entropy", "we use half the squared error."],
    "convention": ["standard", "nielsen", "mitchell", "ng", "hagan", "005"],
    "penalty": ["l2 \\lambda", "l1 x", "l2"],
    "recurrent": ["layer 1, 3 steps", "layer 9, 1 steps", "layer 1, 99 steps"],
    "letters": ["t=y, y=\\hat{y}", "s=z", "t=y", "x=a, y=a", "q=r"],
    "order": ["to-from", "from-to", "sideways"],
    "indices": ["i j k", "i j"],
    "vectors": ["columns", "rows", "up"],
    "batch": ["columns", "rows"],
    "points": ["d_o[o] 2, w_ho[h,o] 3", "all 3", "d_o[o]"],
    "recorded": ["/etc/hosts:loss", "mine.py:loss"],
}
_OWN = [r"e_o = t_o - y_o", r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}", r"\pd{L}{w_{ho}} = \delta_o a_h"]


def document(draw):
    """Return the ending of a file's name, and a document: prose, declarations and formulas in every environment."""
    ending = draw.choice((".md", ".md", ".tex", ".ipynb", ".txt"))
    declared = [f"{key}: {draw.choice(_SAID[key])}" for key in _SAID if draw.random() < 0.04]
    if draw.random() < 0.7:
        declared.insert(0, f"network: {draw.choice(_DECLARATIONS['network'])}")
    lines = ["---", *declared, "---"] if draw.random() < 0.3 else declared
    for _ in range(draw.randrange(1, 6)):
        formula = draw.choice((draw.choice(_RIGHT), draw.choice(formulas()), draw.choice(_OWN), respelt(draw)))
        lines.append(draw.choice((
            formula, f"so ${formula}$ holds,", f"$${formula}$$", f"\\[\n{formula}\n\\]", f"```math\n{formula}\n```",
            f"\\begin{{align}}\n{formula} \\\\\n&= {draw.choice(_RIGHT)}\n\\end{{align}}", f"$$= {formula}$$",
            "We use the chain rule.",
        )))  # fmt: skip
    text = mutated("\n".join(lines), draw)
    if ending == ".ipynb":
        cells = [{"cell_type": draw.choice(("markdown", "code")), "source": draw.choice((text, text.splitlines(True)))}]
        text = (
            mutated(json.dumps({"cells": cells * draw.randrange(1, 3)}), draw)
            if draw.random() < 0.5
            else json.dumps({"cells": cells})
        )
    return ending, text


def mutated(text, draw, words=WORDS):
    """Return a text after one to six edits. One in twenty is unchanged."""
    for _ in range(0 if draw.random() < 0.05 else draw.choice((1, 1, 1, 2, 2, 3, 4, 6))):
        text = draw.choice(_EDITS)(text, draw, words)[:_MOST]
    return text


def _span(text, draw):
    a = draw.randrange(len(text) + 1)
    return a, min(len(text), a + draw.choice((1, 1, 1, 2, 3, 5, 8, 20, 100)))


def _insert(text, draw, words):
    a = draw.randrange(len(text) + 1)
    return text[:a] + draw.choice(words) + text[a:]


def _delete(text, draw, _words):
    a, b = _span(text, draw)
    return text[:a] + text[b:]


def _replace(text, draw, words):
    a, b = _span(text, draw)
    return text[:a] + draw.choice(words) + text[b:]


def _repeat(text, draw, _words):
    a, b = _span(text, draw)
    return text[:a] + text[a:b] * draw.choice((2, 2, 3, 10, 100, 3000)) + text[b:]


def _move(text, draw, _words):
    a, b = _span(text, draw)
    rest, k = text[:a] + text[b:], draw.randrange(len(text) + 1)
    return rest[:k] + text[a:b] + rest[k:]


def _wrap(text, draw, _words):
    a, b = _span(text, draw)
    opening, closing = draw.choice(
        [("(", ")"), ("{", "}"), ("[", "]"), ("\\frac{1}{", "}"), ("\\sqrt{", "}"), ("\\hat{", "}"), ("_{", "}"),
         ("^{", "}"), ("sum(", " for o in O)"), ("exp(", ")"), ("\\left(", "\\right)"), ("\\sum_o ", ""), ("-", ""),
         ("|", "|"), ("\\begin{aligned}", "\\end{aligned}"), ("\\text{", "}"), ("\\frac{\\partial L}{\\partial ", "}")]
    )  # fmt: skip
    n = draw.choice((1, 1, 1, 2, 5, 38, 60, 400))
    return text[:a] + opening * n + text[a:b] + closing * n + text[b:]


def _splice(text, draw, _words):
    other = draw.choice(formulas())
    return text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other)) :]


def _letter(text, draw, _words):
    """Replace one character by another one, near or far in the table of characters."""
    if not text:
        return text
    a = draw.randrange(len(text))
    c = chr((ord(text[a]) ^ 1 << draw.randrange(7)) if draw.random() < 0.7 else draw.randrange(0x3000))
    return text[:a] + c + text[a + 1 :]


def _swap(text, draw, _words):
    if len(text) < 2:
        return text
    a = draw.randrange(len(text) - 1)
    return text[:a] + text[a + 1] + text[a] + text[a + 2 :]


def _cut(text, draw, _words):
    a = draw.randrange(len(text) + 1)
    return text[:a] if draw.random() < 0.5 else text[a:]


_EDITS = [_insert, _insert, _delete, _replace, _replace, _repeat, _move, _wrap, _splice, _letter, _swap, _cut]


def spoilt_bytes(data, draw):
    """Return bytes with damage as files get it: bits flipped, parts lost, doubled, zeroed or exchanged, or cut off."""
    data = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4, 16))):
        a = draw.randrange(len(data) + 1)
        b = min(len(data), a + draw.choice((1, 1, 2, 8, 64, 512)))
        kind = draw.randrange(7)
        if kind == 0 and a < len(data):
            data[a] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del data[a:b]
        elif kind == 2:
            data[a:a] = data[a:b]
        elif kind == 3:
            data[a:b] = bytes(b - a)
        elif kind == 4:
            data[a:b] = draw.randbytes(b - a)
        elif kind == 5:
            del data[a:]
        else:
            c = draw.randrange(len(data) + 1)
            data[a:b] = data[c : c + b - a]
    return bytes(data)
