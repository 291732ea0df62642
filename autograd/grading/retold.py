r"""Rewordings of claims whose wording has no meaning by itself.

There are eleven rewordings. A document that writes some of its weights as ``\omega`` means the same weights. In
``\delta_h = a_{h_1} (1 - a_{h_1}) \dots``, the left side means any hidden neuron, and the right side the neuron h_1
of a drawing, which stands for any of them. In ``w_i' = w_i + \eta \delta_o a_i``, the weight leads into the neuron of
the delta. In ``\hat y = f(s_k)``, the output is that of k. ``w_{n+1} = w_n - g`` without a rate is an update with the
rate 1. A claim about a layer m may be about the last layer if it does not mention the layers next to it. In
``net_{o1} = w_5 h_1 + w_6 h_2 + b_2``, all neurons of layer 2 share the bias b_2. ``b_{ji}`` has the indices of the
weights beside it, and is b_j. ``W_{ab}^T`` is ``W_{ba}``. In ``H^T \delta_o`` with ``W_o``, o and h are the names of
layers. In ``W_h h_{t-1} + W_i x_t``, i is no index but stands for the inputs.
"""

import re
from collections.abc import Iterator

from autograd.formulas.conventions import convention, plain
from autograd.grading.latex_text import sides
from autograd.grading.reading.readers import is_latex
from autograd.grading.shared_biases import own_bias

__all__ = ["retold", "with_gradients"]

_CHANGED = re.compile(r"\s*(?:\\Delta\s*)?(?P<name>\\?[A-Za-z]+)\s*(?:=|\\leftarrow|\\gets|<-|:=)")
_OMEGA = re.compile(r"\\omega(?![A-Za-z])")
_AFTER = re.compile(
    r"(?P<name>(?:\\[a-z]+\s*\{?\s*)?\\?[A-Za-z]+\}?)\s*(?P<sign>[_^])\s*\{\s*\(?\s*(?P<count>[a-z])\s*\+\s*1\s*\)?\s*\}"
)
_LETTER = re.compile(r"[_^]\s*(?:\{\s*([a-z])\s*\}|([a-z])(?![A-Za-z]))")
_DELTA = re.compile(r"\\delta\s*_\s*(?:\{\s*([a-z])\s*\}|([a-z]))")
_BELOW = re.compile(r"_\s*(?:\{\s*([^{}]*?)\s*\}|(\w))")  # what stands below a letter
_T = r"(?:T|\\top|\\intercal|\\mathsf\s*\{\s*T\s*\})"
_PAIR = r"_\s*\{\s*(?P<first>[a-z])\s*,?\s*(?P<second>[a-z])\s*\}"
_LAYER = r"[(\[]\s*(?:\d|l|L)\s*(?:[-+]\s*1\s*)?[)\]]"
_TURNED = re.compile(  # W_{ab}^T, W_{ab}^{(2)T}
    rf"(?<![A-Za-z\\])(?P<name>[wWUV])\s*{_PAIR}\s*\^\s*(?:\{{\s*(?P<layer>{_LAYER})?\s*{_T}\s*\}}|{_T}(?![A-Za-z]))"
)
_BIAS_OF_TWO = re.compile(r"(?<![A-Za-z\\])b\s*_\s*\{\s*(?P<first>[a-z])\s*,?\s*(?P<second>[a-z])\s*\}")
_WEIGHT = re.compile(
    r"(?<![A-Za-z\\])w(?P<primes>'*)\s*_\s*(?:\{\s*(?P<braced>[a-z])\s*\}|(?P<bare>[a-z])(?![A-Za-z]))"
)


_OF_INPUTS = re.compile(r"(?<![A-Za-z\\])W\s*_\s*(?:\{\s*(?:i|in)\s*\}|i(?![A-Za-z]))")
_INDEX_I = re.compile(r"[_^]\s*(?:\{[^{}]*?(?<![A-Za-z\\])i(?![A-Za-z])|i(?![A-Za-z]))")


def _update_of(left, right):
    """Return ``w = w - g`` and ``w_{n+1} = w_n - g`` with the arrow of an update, or "" for other formulas."""
    after = _AFTER.fullmatch(left)
    if after is not None:
        name, sign, count = after["name"], re.escape(after["sign"]), after["count"]
        before = re.compile(rf"{re.escape(name)}\s*{sign}\s*(?:\{{\s*\(?\s*{count}\s*\)?\s*\}}|{count}(?![A-Za-z]))")
        left, right = name, before.sub(lambda _: name, right)
    rest = right.removeprefix(left).lstrip() if right.startswith(left) else ""
    return rf"{left} \leftarrow {right}" if rest[:1] in ("-", "+") else ""


def with_gradients(text, options) -> str:
    r"""Return a formula with ``\nabla C_b`` replaced by ``\nabla_b C``, because b cannot be an index of a loss.

    >>> with_gradients(r"b - \nabla C_{b}", {"letters": {"loss": "C"}})
    'b - \\nabla_{b} C'
    """
    if r"\nabla" not in text:
        return text
    loss = re.escape(convention(**options).letters["loss"])
    return re.sub(rf"\\nabla\s*({loss})\s*_\s*(\{{\s*[wWbB]\s*\}}|[wWbB](?![A-Za-z]))", r"\\nabla_\2 \1", text)


def _named_layers(text):
    r"""Return a formula in whole arrays with the marks of layers for ``W_o`` and ``W_h``, or "" for other formulas."""
    marks = [a or b for a, b in _BELOW.findall(text)]
    if (
        not marks
        or set(marks) - {"o", "h"}
        or not re.search(r"(?<![A-Za-z\\])[WZ]\s*\}?\s*_\s*\{?\s*[oh](?![A-Za-z])", text)
    ):
        return ""
    return _BELOW.sub(lambda mark: {"o": "^{(L)}", "h": "^{(1)}"}[(mark[1] or mark[2]).strip()], text)


def _turned(match):
    """Return an entry of a transposed matrix as an entry of the matrix: ``W^T_{ab}`` as ``W_{ba}``."""
    layer = f"^{{{match['layer']}}}" if match["layer"] else ""
    return f"{match['name']}{layer}_{{{match['second']}{match['first']}}}"


def _of_layer(letter):
    return re.compile(rf"\^\s*\{{\s*\(\s*{letter}\s*\)\s*\}}")


def retold(text, options) -> Iterator[tuple[str, str]]:
    r"""Yield pairs of a reworded claim and a note about the rewording.

    Args:
        text: the claim.
        options: the options of the convention.

    >>> list(retold(r"\delta_h = a_{h_1} (1 - a_{h_1}) g", {}))
    [('\\delta_h = a_{h} (1 - a_{h}) g', 'h_1 is read as h: any of them')]
    >>> list(retold(r"w_i = w_i - \eta \delta_o a_i", {}))[-1]
    ('w_{io} = w_{io} - \\eta \\delta_o a_i', 'w_i is read as w_{io}: it leads into o')
    """
    if not is_latex(text):
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
    changed = _CHANGED.match(text)
    if changed and (bare := re.compile(rf"\\nabla\s*(?={re.escape(how.letters['loss'])}(?![A-Za-z_(]))")).search(text):
        name = changed["name"]
        yield bare.sub(lambda _: rf"\nabla_{{{name}}} ", text), f"the gradient is that with respect to {name}"
    if len(right) == 1 and (update := _update_of(left.strip(), right[0].strip())):
        yield update, "an update whose rate is 1"
    free = {a or b for a, b in _LETTER.findall(" = ".join(right))}
    if plain(left.strip()) in {plain(how.letters[role]) for role in ("y", "a", "s")} and len(free) == 1:
        (k,) = free
        yield f"{left.strip()}_{{{k}}} = {' = '.join(right)}", f"{left.strip()} is read as that of {k}"
    for layer, last in (("m", "M"), ("l", "L")):
        if _of_layer(layer).search(text) and not re.search(rf"{layer}\s*[-+]|(?<![A-Za-z\\]){last}(?![A-Za-z])", text):
            yield _of_layer(layer).sub(f"^{{({last})}}", text), f"{layer} is read as {last}: the last layer"
    own = own_bias(text)
    if own is not None:
        yield own.text, f"b_{own.layer} is read as the bias of the whole layer {own.layer}"
    if _OF_INPUTS.search(text) and not _INDEX_I.search(_OF_INPUTS.sub(" ", text)):
        yield _OF_INPUTS.sub(lambda _: f"W_{{{how.letters['x']}}}", text), "W_i is read as the weights of the inputs"
    if named := _named_layers(text):
        yield named, "o and h below a letter are the layers of outputs and of hidden neurons"
    if _TURNED.search(text):
        yield _TURNED.sub(_turned, text), "the indices of a transposed matrix are those of the matrix, exchanged"
    if how.letters["b"] == "b" and (pair := _BIAS_OF_TWO.search(text)):
        kept = pair["first"] if how.order == "to-from" else pair["second"]
        yield _BIAS_OF_TWO.sub(rf"b_{{{kept}}}", text), f"the bias has one index: it is read as b_{kept}"
    into = {a or b for a, b in _DELTA.findall(text)}
    found = {match["braced"] or match["bare"] for match in _WEIGHT.finditer(text)}
    if how.letters["w"] == "w" and len(into) == 1 and len(found) == 1 and not into & found:
        (i,), (o,) = found, into
        both = f"{i}{o}" if how.order == "from-to" else f"{o}{i}"
        more = _WEIGHT.sub(lambda match: f"w{match['primes']}_{{{both}}}", text)
        yield more, f"w_{i} is read as w_{{{both}}}: it leads into {o}"
