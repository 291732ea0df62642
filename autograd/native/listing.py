"""A rolled program to read: its loops, with the names that nodes were given."""

import re

from autograd.algebra import register
from autograd.native.lowering import (
    ADJOINTS,
    ALIVE,
    CONSTANTS,
    INPUT_GRADIENTS,
    INPUTS,
    PARAMETER_GRADIENTS,
    PARAMETERS,
    Lowered,
    region,
)
from autograd.native.rolling import Loop, slots_of
from autograd.primitives import power_term

__all__ = ["listing"]

_LETTERS = "jiklmn"
_INDENT = "    "
_LABEL = re.compile(r"(.*)\[([0-9, ]+)\]")
_LONGEST = 6  # operands of one instruction that are written out


def listing(low: Lowered, forward, adjoint) -> str:
    """The instructions of a program, line by line.

    Loops count from 1. A slot goes by the label of its node where the labels of a loop follow a pattern, else by a
    letter: p for parameters, x for inputs, c for constants, and the primitive's name for results. ``dL/d`` stands
    before a node's name for its adjoint.
    """
    writer = _Writer(low)
    lines = ["# forward"]
    writer.items(forward, [(slot, ()) for slot in slots_of(forward)], 0, lines)
    lines += [f"# outputs: {', '.join([writer.name((slot, ())) for slot in low.outputs])}"]
    if adjoint:
        lines += ["# reverse sweep"]
        writer.items(adjoint, [(slot, ()) for slot in slots_of(adjoint)], 0, lines)
    return "\n".join(lines)


class _Writer:
    def __init__(self, low):
        self._low = low
        self._counts: list = []

    def items(self, items, places, depth, lines):
        at = 0
        for item in items:
            width = len(item.steps) if isinstance(item, Loop) else len(item[1])
            mine, at = places[at : at + width], at + width
            if isinstance(item, Loop):
                self._loop(item, mine, depth, lines)
            else:
                lines.append(_INDENT * depth + self._instruction(item[0], [self.name(place) for place in mine]))

    def _loop(self, loop, places, depth, lines):
        number = len(self._counts)
        letter = _LETTERS[depth] if depth < len(_LETTERS) else f"i{depth}"
        self._counts.append(loop.count)
        moved = [
            (slot, (*terms, (number, letter, step)) if step else terms)
            for (slot, terms), step in zip(places, loop.steps, strict=True)
        ]
        inside: list = []
        self.items(loop.body, moved, depth + 1, inside)
        head = f"{_INDENT * depth}for {letter} in 1..{loop.count}:"
        if len(inside) == 1 and not isinstance(loop.body[0], Loop):
            lines.append(f"{head} {inside[0].strip()}")
        else:
            lines += [head, *inside]

    # --- Names

    def name(self, place):
        """What a place is called."""
        slot, terms = place
        base = region(slot)
        if base in (PARAMETER_GRADIENTS, INPUT_GRADIENTS):
            return "dL/d" + self.name((slot - base + (PARAMETERS if base == PARAMETER_GRADIENTS else INPUTS), terms))
        if base == ALIVE:
            return f"used[{_index(slot - base + 1, terms)}]"
        if base == CONSTANTS:
            return self._constant(slot, terms)
        shown = self._by_label(slot, terms)
        if shown is None:
            node = self._low.nodes.get(slot)
            letters = {PARAMETERS: "p", INPUTS: "x"}
            letter = letters.get(base) or ("violations" if node is None else _word(node.op.name))
            shown = f"{letter}[{_index(slot - base + 1, terms)}]"
        return f"dL/d{shown}" if base >= ADJOINTS else shown

    def _constant(self, slot, terms):
        numbers = {self._low.constants[s - CONSTANTS] for s in self._corners(slot, terms)}
        every = numbers.pop() if len(numbers) == 1 else None
        return f"{every:g}" if every is not None else f"c[{_index(slot - CONSTANTS + 1, terms)}]"

    def _corners(self, slot, terms):
        slots = [slot]
        for loop, _, step in terms:
            slots = [s + step * k for s in slots for k in range(self._counts[loop])] if len(slots) < 4096 else slots
        return slots

    def _label(self, slot):
        node = self._low.nodes.get(slot)
        return None if node is None else node.label

    def _by_label(self, slot, terms):
        """The label of a place, where its numbers move evenly in every loop."""
        label = self._label(slot)
        if label is None or not terms:
            return label
        found = _LABEL.fullmatch(label)
        if found is None:
            return None
        name, first = found[1], [int(n) for n in found[2].split(",")]
        moves = []
        for loop, letter, step in terms:
            for k in (1, self._counts[loop] - 1):
                other = _LABEL.fullmatch(self._label(slot + k * step) or "")
                if other is None or other[1] != name or other[2].count(",") != len(first) - 1:
                    return None
                moved = [int(n) - m for n, m in zip(other[2].split(","), first, strict=True)]
                if k == 1:
                    moves.append((letter, moved))
                elif moved != [k * n for n in moves[-1][1]]:
                    return None
        indices = [
            _index(n, [(None, letter, moved[place]) for letter, moved in moves if moved[place]])
            for place, n in enumerate(first)
        ]
        return f"{name}[{','.join(indices)}]"

    # --- Instructions

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
        return f"{out} {kind[1:]} {(_Text(g) * _slope(primitive, i, _Text(y), operands)).text}{where}"


def _word(name):
    return {"add": "sum", "mul": "product", "alias": "sum", "dot": "sum", "total": "sum"}.get(name, name)


def _index(first, terms):
    """A number that loops move, as in ``2j+1``; their letters count from 1."""
    constant = first - sum([step for _, _, step in terms])
    shown = ""
    if constant and any(step < 0 for _, _, step in terms):
        shown, constant = str(constant), 0
    for _, letter, step in terms:
        sign = "-" if step < 0 else "+" if shown else ""
        shown += f"{sign}{'' if abs(step) == 1 else abs(step)}{letter}"
    if not shown:
        return str(constant)
    return shown + (f"{constant:+d}" if constant else "")


def _with_constants(constants, names):
    return [next(names) if c is None else f"{c:g}" for c in constants]


def _some(names):
    return ", ".join(names if len(names) <= _LONGEST else [*names[:2], "...", names[-1]])


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


# --- Derivatives, spelled by the rules themselves


class _Text:
    """A formula as a kind of number: arithmetic over it writes."""

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
    if primitive is power_term:  # what it stands for is easier to read where orders of differentiation are known
        return primitive.forward(*operands)
    return _Text(_applied(primitive, [_written(x) for x in operands]))


register(_Text, _written_by)


def _slope(primitive, i, y, operands):
    """The derivative in operand ``i``, written out; where its rule branches, in words."""
    try:
        return primitive.partial(i, y, operands)
    except TypeError:
        return _Text(f"derivative {i + 1} of {_applied(primitive, [_written(x) for x in operands])}")
