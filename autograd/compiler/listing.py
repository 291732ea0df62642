"""The listing of a rolled program: its loops, with the names of the nodes."""

import re

from autograd.compiler.instructions import (
    ADJOINTS,
    ALIVE,
    CONSTANTS,
    INPUT_GRADIENTS,
    INPUTS,
    PARAMETER_GRADIENTS,
    PARAMETERS,
    TEMPORARIES,
    Lowered,
    region,
)
from autograd.compiler.loops import numbers_of
from autograd.compiler.places import Line, Loops, fixed, symbolic
from autograd.engine.algebra import register
from autograd.engine.primitives import power_term
from autograd.engine.texts import Text, printable

__all__ = ["listing"]

_LETTERS = "jiklmn"
_INDENT = "    "
_LABEL = re.compile(r"(.*)\[([0-9, ]+)\]")
_GAP = "..."
_MAX_WRITTEN = 6  # operands of one instruction; of more, only the first two and the last are written


def listing(lowered: Lowered, forward, adjoint, note: str = "") -> str:
    """Return the instructions of a program, line by line. ``note`` is a sentence about its names for the last line.

    Loops count from 1. A slot has the label of its node, if the labels in a loop follow a pattern. Otherwise it has a
    letter or word: p for parameters, x for inputs, c for constants, and the primitive's name for results. ``dL/d``
    before a node's name denotes its adjoint.
    """
    writer = _Writer(lowered)
    lines = ["# forward"]
    writer.items(forward, 0, lines)
    lines += [f"# outputs: {', '.join([writer.name(fixed(slot)) for slot in lowered.outputs])}"]
    if adjoint:
        lines += ["# reverse sweep"]
        writer.items(adjoint, 0, lines)
    lines += [f"# {note}"] if note else []
    return Text("\n".join(lines))


class _Writer:
    def __init__(self, lowered):
        self._lowered = lowered
        self._loops = Loops()
        self._letters: list = []
        self._words: dict = {}  # region -> the word for its slots

    def items(self, items, depth, lines):
        """Append the lines for instructions and loops to ``lines``."""
        for item in items:
            self._item(symbolic(item, iter(map(fixed, numbers_of([item]))), self._loops), depth, lines)

    def _item(self, item, depth, lines):
        if isinstance(item, Line):
            lines.append(_INDENT * depth + self._line(item))
            return
        letter = _LETTERS[depth] if depth < len(_LETTERS) else f"i{depth}"
        self._letters += [None] * (item.loop + 1 - len(self._letters))
        self._letters[item.loop] = letter
        inside: list = []
        for part in item.body:
            self._item(part, depth + 1, inside)
        head = f"{_INDENT * depth}for {letter} in 1..{self._index(item.count)}:"
        if len(inside) == 1 and isinstance(item.body[0], Line):
            lines.append(f"{head} {inside[0].strip()}")
        else:
            lines += [head, *inside]

    # --- Names

    def name(self, place):
        """Return the name of a place, which is a :class:`Polynomial` of the iterations of the loops around it."""
        slot = place.first
        base = region(slot)
        if base in (PARAMETER_GRADIENTS, INPUT_GRADIENTS):
            return "dL/d" + self.name(place + (PARAMETERS if base == PARAMETER_GRADIENTS else INPUTS) - base)
        if ADJOINTS <= base < ALIVE:
            return "dL/d" + self.name(place - ADJOINTS + TEMPORARIES)
        if base == ALIVE:
            return f"used[{self._index(place - base + 1)}]"
        if base == CONSTANTS:
            return self._constant(place)
        label = self._by_label(place)
        if label is not None:
            return label
        letter = {PARAMETERS: "p", INPUTS: "x"}.get(base) or self._word(place.first)
        return f"{letter}[{self._index(place - base + 1)}]"

    def _word(self, slot):
        """Return the word for the slots in a region of results."""
        base, node = region(slot), self._lowered.nodes.get(slot)
        if base not in self._words:
            word = "violations" if node is None else _plain(node.op.name)
            same = sum([re.fullmatch(rf"{word}\d*", other) is not None for other in self._words.values()])
            self._words[base] = f"{word}{same + 1}" if same else word
        return self._words[base]

    def _constant(self, place):
        numbers = {self._lowered.constants[slot - CONSTANTS] for slot in self._loops.every(place)}
        every = numbers.pop() if len(numbers) == 1 else None
        return f"{every:g}" if every is not None else f"c[{self._index(place - CONSTANTS + 1)}]"

    def _by_label(self, place):
        """Return the label of a place, or None if its indices do not move evenly in all loops."""
        node = self._lowered.nodes.get(place.first)
        label = None if node is None or node.label is None else printable(node.label)
        if label is None or not place.moves:
            return label
        found = _LABEL.fullmatch(label)
        if found is None:
            return None
        indices = []
        for k in range(1 + found[2].count(",")):
            index = self._loops.fit(place, lambda slot, k=k: self._label_index(slot, found, k))
            if index is None:
                return None
            indices.append(self._index(index))
        return f"{found[1]}[{','.join(indices)}]"

    def _label_index(self, slot, like, k):
        """Return index ``k`` in the label of a slot, or None if the label is not similar to another."""
        node = self._lowered.nodes.get(slot)
        found = None if node is None else _LABEL.fullmatch(node.label or "")
        if found is None or found[1] != like[1] or found[2].count(",") != like[2].count(","):
            return None
        return int(found[2].split(",")[k])

    def _index(self, place):
        return place.text(self._letters)

    # --- Instructions

    def _line(self, line):
        names = [_GAP if place is None else self.name(place) for place in line.places]
        if _GAP not in names:
            return self._instruction(line.operation, names)
        kind, primitive, *_ = line.operation
        if kind == "all":
            n = names.index(_GAP) + 2
            return f"{_some(names[n : len(names) - line.operation[-1]])} {line.operation[-2][0]} {names[0]} * " \
                   f"derivatives of {primitive}({_some(names[2:n])})"  # fmt: skip
        return f"{names[0]} {kind} {primitive}({_some(names[1:])})"

    def _instruction(self, operation, names):
        kind = operation[0]
        if kind == "zero":
            return f"{names[0]} = 0"
        if kind in ("=", "+="):
            return f"{names[0]} {kind} {_applied(operation[1], _with_constants(operation[2], iter(names[1:])))}"
        if kind == "guard":
            return f"{names[0]} += not ({names[1]} {operation[1]} {names[2]}) is {operation[2]}"
        if kind == "alive":
            _, branch, masked, first = operation
            above = [names[1]] if masked else []
            taken = [f"[{names[-1]} {'!=' if branch == 1 else '=='} 0]"] if branch else []
            return f"{names[0]} {'=' if first else '+='} {' * '.join([*above, *taken]) or '1'}"
        if kind == "all":
            _, primitive, constants, modes, _ = operation
            n = sum([c is None for c in constants])
            outs = names[2 + n : 2 + n + sum([mode is not None for mode in modes])]
            sign = next(mode for mode in modes if mode is not None)
            operands = _with_constants(constants, iter(names[2 : 2 + n]))
            return f"{_some(outs)} {sign} {names[0]} * derivatives of {primitive}({_some(operands)})"
        return self._derivative(operation, names)

    def _derivative(self, operation, names):
        kind, primitive, i, constants, read, masked = operation
        out, g, *rest = names
        where = f" where {rest.pop()}" if masked else ""
        rest = iter(rest)
        y = next(rest) if read[0] else "y"
        operands = [
            _Text(next(rest) if used else f"x{k}") if c is None else c
            for k, (c, used) in enumerate(zip(constants, read[1:], strict=True))
        ]
        return f"{out} {kind[1:]} {(_Text(g) * _partial(primitive, i, _Text(y), operands)).text}{where}"


def _plain(name):
    return {"add": "sum", "mul": "product", "identity": "sum", "dot": "sum", "total": "sum"}.get(name, name)


def _with_constants(constants, names):
    return [next(names) if c is None else f"{c:g}" for c in constants]


def _some(names):
    return ", ".join(names if len(names) <= _MAX_WRITTEN else [*names[:2], _GAP, names[-1]])


def _applied(primitive, operands):
    if primitive.arity is None:
        return f"{primitive}({_some(operands)})"
    if re.fullmatch(r"[\w ]*\w+\(.*\)", primitive.text):
        return primitive.text.format(*operands)
    return (
        primitive.text.format(*[_bracketed(x) for x in operands])
        if primitive.arity > 1
        else primitive.text.format(*operands)
    )


def _bracketed(x):
    return f"({x})" if re.search(r" [-+*/] |^-", x) else x


# --- Derivatives, written by the rules themselves


class _Text:
    """A formula as a kind of number. Arithmetic with it writes text."""

    def __init__(self, text):
        self.text = text

    def _joined(self, sign, a, b):
        return _Text(f"{_bracketed(_written(a))} {sign} {_bracketed(_written(b))}")

    def __add__(self, x):
        return self._joined("+", self, x)

    def __radd__(self, x):
        return self._joined("+", x, self)

    def __sub__(self, x):
        return self if not isinstance(x, _Text) and x == 0 else self._joined("-", self, x)

    def __rsub__(self, x):
        return self._joined("-", x, self)

    def __mul__(self, x):
        return self._times(x) or self._joined("*", self, x)

    def __rmul__(self, x):
        return self._times(x) or self._joined("*", x, self)

    def _times(self, x):
        return None if isinstance(x, _Text) or abs(x) != 1 else self if x == 1 else -self

    def __truediv__(self, x):
        return self._joined("/", self, x)

    def __rtruediv__(self, x):
        return self._joined("/", x, self)

    def __pow__(self, n):
        return self if not isinstance(n, _Text) and n == 1 else self._joined("**", self, n)

    def __rpow__(self, x):
        return self._joined("**", x, self)

    def __neg__(self):
        return _Text(f"-{_bracketed(self.text)}")


def _written(x):
    return x.text if isinstance(x, _Text) else f"{x:g}"


def _written_by(primitive, operands):
    if primitive is power_term:  # its forward is easier to read if the orders of differentiation are known
        return primitive.forward(*operands)
    return _Text(_applied(primitive, [_written(x) for x in operands]))


register(_Text, _written_by)


def _partial(primitive, i, y, operands):
    """Return the derivative with respect to operand ``i``, written out, or in words if its rule branches."""
    try:
        return primitive.partial(i, y, operands)
    except TypeError:
        return _Text(f"derivative {i + 1} of {_applied(primitive, [_written(x) for x in operands])}")
