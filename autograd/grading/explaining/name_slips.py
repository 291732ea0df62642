"""Slips in names: another letter, index, step or layer, and the matrix of other layers."""

from collections import Counter
from fractions import Fraction
from typing import NamedTuple

from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Node, is_name, rewrite, show, walk

__all__ = ["Slip", "number_added", "of_derivatives", "of_names", "of_role", "of_steps", "shifted"]


class Slip(NamedTuple):
    """A change that may correct a formula.

    Fields:
        kind: the kind of the mistake.
        text: the written part, and the part that belongs in its place.
        tree: the changed side.
        cost: a number that is lower for more likely slips.
        moves: True if its letters may count something else after the change.
    """

    kind: str
    text: str
    tree: Node
    cost: float
    moves: bool = False


def of_role(node, role, places):
    """Yield a name with each letter of another role."""
    if node.kind != "name":
        return
    for letter, roles in places.roles.items():
        if role in roles and letter != node.data[0]:
            yield Node("name", node.parts, (letter, 0), node.at)


def of_derivatives(node, places):
    """Yield slips for a derivative at the activation where that at the pre-activation belongs: a factor is missing."""
    of, by = node.parts
    if not is_name(by) or set(places.roles_of(by.data[0])) != {"a"} or of.kind == "none":
        return
    for z in of_role(by, "s", places):
        tree = node.with_parts([of, z])
        factor = f"{places.function_letter}'({show(z)})"
        words = f"the factor {factor} is missing: wrote {show(node)} where {show(tree)} belongs"
        yield Slip("missing factor", words, tree, 1.18, True)


def of_names(node, places, letters):
    """Yield the slips at a name: its power, its letter, its marks, and the matrix that it names."""
    roles = places.roles_of(node.data[0])
    if not roles:
        return
    squared = Node("pow", (node, Node("num", (), Fraction(2), node.at)), None, node.at)
    yield Slip("wrong power", f"the square of {show(node)} belongs there", squared, 1.35)
    seen = set()
    for role in ("x", "a", "y", "t", "s", "p", "delta", *(("w",) if places.model.depth == 1 else ())):
        if role in roles or (set(roles) & {"w", "b"}):
            continue
        for x in of_role(node, role, places):
            if x not in seen:
                seen.add(x)
                yield Slip("wrong quantity", f"wrote {show(node)} where {show(x)} belongs", x, 1.2, True)
    if "w" in roles and any(len(s.parts) == 2 and s.kind == "sub" for s in node.parts):
        parts = [s.with_parts(s.parts[::-1]) if s.kind == "sub" and len(s.parts) == 2 else s for s in node.parts]
        x = node.with_parts(parts)
        yield Slip(
            "transposed weight", f"the weight is transposed: wrote {show(node)} where {show(x)} belongs", x, 0.9, True
        )
    for x in _other_sources(node, roles, places) if places.model.steps > 1 else ():
        yield Slip("wrong quantity", f"wrote {show(node)} where {show(x)} belongs", x, 1.04, True)
    for s in node.parts if "w" in roles and places.model.steps > 1 else ():
        for x in _other_matrices(node, s):
            yield Slip("wrong quantity", f"wrote {show(node)} where {show(x)} belongs", x, 1.02, True)
    for i, s in enumerate(node.parts):
        for j, p in enumerate(s.parts):
            for new, cost in _other_marks(p, s, letters, places.model.steps):
                parts = list(s.parts)
                parts[j] = new
                scripts = list(node.parts)
                scripts[i] = s.with_parts(parts)
                x = node.with_parts(scripts)
                yield Slip("wrong index", f"wrote {show(node)} where {show(x)} belongs", x, 1.05 + cost, True)
    if any(s.kind == "sup" for s in node.parts) and any(s.kind == "sub" for s in node.parts):
        yield from _elsewhere(node, letters)


def _other_sources(node, roles, places):
    """Yield the other source of a recurrent layer: x_t for h_{t-1}, and h_{t-1} for x_t."""
    for role, other, more in (("a", "x", 1), ("x", "a", -1)):
        if set(roles) != {role}:
            continue
        for i, script in enumerate(node.parts):
            for j, part in enumerate(script.parts):
                letter = head(part)
                if letter is None or number_added(part) != (0 if role == "x" else -1):
                    continue
                marks = [*script.parts[:j], shifted(letter, number_added(part) + more, part.at), *script.parts[j + 1 :]]
                later = node.with_parts([*node.parts[:i], script.with_parts(marks), *node.parts[i + 1 :]])
                yield from of_role(later, other, places)


def _other_matrices(node, script):
    """Yield a matrix of a recurrent network with the names of other layers: W_{hh} for W_{xh}."""
    names = [p.data[0] for p in script.parts if is_name(p) and not p.parts]
    if len(names) != 2 or not node.data[0].isupper():
        return
    outputs = [x for x in names if x in ("y", "o", "q")] or ["y"]
    for pair in (("x", "h"), ("h", "x"), ("h", "h"), ("h", outputs[0]), (outputs[0], "h")):
        if sorted(pair) != sorted(names):
            marks = [Node("name", (), (x, 0), script.at) for x in pair]
            yield node.with_parts([script.with_parts(marks) if s is script else s for s in node.parts])


def of_steps(side, places):
    """Yield slips that give several quantities the number of another step."""
    steps = places.model.steps

    def marks(node):
        return [p for s in node.parts for p in s.parts if p.kind == "num"] if is_name(node) else []

    counts = Counter([p.data for x in walk(side) for p in marks(x)] if steps > 1 else [])
    for n in [n for n, count in counts.items() if count > 1]:
        for m in (n + 1, n - 1):
            if not 1 <= m <= steps:
                continue

            def renumbered(node, n=n, m=m):
                if not any(p.data == n for p in marks(node)):
                    return None
                new = Node("num", (), m, node.at)
                scripts = [s.with_parts([new if p.kind == "num" and p.data == n else p for p in s.parts])
                           for s in node.parts]  # fmt: skip
                return node.with_parts(scripts)

            words = f"wrote the number {n} where {m} belongs"
            yield Slip("wrong index", words, rewrite(side, renumbered), 1.08, True)


def _elsewhere(node, letters):
    """Yield slips for a name with another layer and another index: a^l_j in place of a^{l-1}_k."""
    for s in node.parts:
        if s.kind == "sup" and len(s.parts) == 1:
            for new, _ in _other_marks(s.parts[0], s, (), 1):
                for t in node.parts:
                    if t.kind == "sub" and len(t.parts) == 1 and head(t.parts[0]):
                        for letter in letters:
                            if letter != head(t.parts[0]):
                                index = Node("name", (), (letter, 0), t.at)
                                parts = [
                                    x.with_parts([new]) if x is s else x.with_parts([index]) if x is t else x
                                    for x in node.parts
                                ]
                                x = node.with_parts(parts)
                                yield Slip("wrong index", f"wrote {show(node)} where {show(x)} belongs", x, 1.3, True)


def _other_marks(part, script, letters, steps):
    """Yield other indices for an index: another letter, or the layer, step or number before or after it."""
    letter = head(part)
    if letter is not None:
        for other in letters:
            if other != letter and script.kind == "sub":
                yield Node("name", (), (other, 0), part.at), 0.0
        offset = number_added(part)
        for more in (1, -1) if offset < 0 else (-1, 1):  # k in place of k - 1 is likelier than another letter
            yield shifted(letter, offset + more, part.at), -0.01 if offset + more == 0 else 0.05
        if offset:
            yield shifted(letter, -offset, part.at), 0.02  # t - 1 in place of t + 1
    elif part.kind == "num":
        for more in (-1, 1, 2, -2) if steps > 1 else (-1, 1):  # delta_1 in place of delta_3 at step 2
            if part.data + more >= 0:
                yield Node("num", (), part.data + more, part.at), 0.05 * abs(more)


def number_added(index):
    """Return the number that is added to the letter of an index."""
    terms = index.parts[1:] if index.kind == "add" else ()
    return sum([-int(x.parts[0].data) if x.kind == "neg" else int(x.data) for x in terms])


def shifted(letter, offset, at):
    """Return the index of a letter and a number, such as t + 1."""
    name = Node("name", (), (letter, 0), at)
    if offset == 0:
        return name
    number = Node("num", (), Fraction(abs(offset)), at)
    return Node("add", (name, number if offset > 0 else Node("neg", (number,), None, at)), None, at)
