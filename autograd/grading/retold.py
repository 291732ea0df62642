r"""Claims said again in other words, where a writer's way of saying them means nothing by itself.

Five ways are known. A document that writes some of its weights ``\omega`` means the same weights. In
``\delta_h = a_{h_1} (1 - a_{h_1}) \dots`` the left side speaks of any hidden neuron and the right side of the one that
was drawn, which is the same. In ``w_i' = w_i + \eta \delta_o a_i`` the weight leads into the neuron whose delta stands
there. In ``\hat y = f(s_k)`` the output is that of k. And what is said of a layer m, where nothing is said of its
neighbours, may be meant of the last layer.
"""

import re
from collections.abc import Iterator

from autograd.formulas.conventions import convention, plain
from autograd.grading.latex_text import sides

__all__ = ["retold"]

_OMEGA = re.compile(r"\\omega(?![A-Za-z])")
_LETTER = re.compile(r"[_^]\s*(?:\{\s*([a-z])\s*\}|([a-z])(?![A-Za-z]))")
_DELTA = re.compile(r"\\delta\s*_\s*(?:\{\s*([a-z])\s*\}|([a-z]))")
_WEIGHT = re.compile(
    r"(?<![A-Za-z\\])w(?P<primes>'*)\s*_\s*(?:\{\s*(?P<braced>[a-z])\s*\}|(?P<bare>[a-z])(?![A-Za-z]))"
)


def _of_layer(letter):
    return re.compile(rf"\^\s*\{{\s*\(\s*{letter}\s*\)\s*\}}")


def retold(text, options) -> Iterator[tuple[str, str]]:
    r"""Yield pairs of a claim in other words and what was read for what.

    Args:
        text: the claim.
        options: of the convention.

    >>> list(retold(r"\delta_h = a_{h_1} (1 - a_{h_1}) g", {}))
    [('\\delta_h = a_{h} (1 - a_{h}) g', 'h_1 is read as h: any of them')]
    >>> list(retold(r"w_i = w_i - \eta \delta_o a_i", {}))
    [('w_{io} = w_{io} - \\eta \\delta_o a_i', 'w_i is read as w_{io}: it leads into o')]
    """
    if "\\" not in text:
        return
    how = convention(**options)
    if how.letters["w"] == "w" and _OMEGA.search(text):
        yield _OMEGA.sub("w", text), r"\omega is read as w"
    left, *right = [side.text for side in sides(text)]
    for letter in dict.fromkeys([a or b for a, b in _LETTER.findall(left)]):
        drawn = re.compile(rf"(?<![A-Za-z\\]){letter}\s*_\s*(?:\{{\s*1\s*\}}|1(?!\d))")
        after = " = ".join(right)
        if drawn.search(after) and not drawn.search(left) and letter not in [a or b for a, b in _LETTER.findall(after)]:
            yield drawn.sub(letter, text), f"{letter}_1 is read as {letter}: any of them"
    free = {a or b for a, b in _LETTER.findall(" = ".join(right))}
    if plain(left.strip()) in {plain(how.letters[role]) for role in ("y", "a", "s")} and len(free) == 1:
        (k,) = free
        yield f"{left.strip()}_{{{k}}} = {' = '.join(right)}", f"{left.strip()} is read as that of {k}"
    for layer, last in (("m", "M"), ("l", "L")):
        if _of_layer(layer).search(text) and not re.search(rf"{layer}\s*[-+]|(?<![A-Za-z\\]){last}(?![A-Za-z])", text):
            yield _of_layer(layer).sub(f"^{{({last})}}", text), f"{layer} is read as {last}: the last layer"
    into = {a or b for a, b in _DELTA.findall(text)}
    found = {match["braced"] or match["bare"] for match in _WEIGHT.finditer(text)}
    if how.letters["w"] == "w" and len(into) == 1 and len(found) == 1 and not into & found:
        (i,), (o,) = found, into
        pair = f"{i}{o}" if how.order == "from-to" else f"{o}{i}"
        more = _WEIGHT.sub(lambda match: f"w{match['primes']}_{{{pair}}}", text)
        yield more, f"w_{i} is read as w_{{{pair}}}: it leads into {o}"
