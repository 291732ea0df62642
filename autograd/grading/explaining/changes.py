"""Changes of an expression at one place: the edits, and the kinds of mistakes that they undo."""

from fractions import Fraction
from typing import Any, NamedTuple

from autograd.formulas.expressions import (
    Letter,
    Number,
    Sum,
    Symbol,
    parts,
    rewrite,
    with_parts,
)


class Edit(NamedTuple):
    """A change of a formula at one place. ``change`` returns the new subtree for the old one.

    ``reshapes`` is True if the edit changes the form of the formula, such as one term to a sum. Another slip may then
    only show in the new form.
    """

    path: tuple
    kind: str
    text: str
    change: Any
    cost: float = 0.0
    reshapes: bool = False


def kind_of_swap(old, new):
    """Return the kind of mistake in which one quantity is written in place of another."""
    if not (isinstance(old, Symbol) and isinstance(new, Symbol)):
        return "wrong quantity"
    if old.role == "delta" and new.role == "delta":
        return "wrong delta"
    if old.role == "w" and new.role == "w":
        return "transposed weight" if old.indices == new.indices[::-1] else "wrong index"
    if old.role == new.role and old.layers == new.layers:
        exchanged = old.sample is not None and (old.sample, *old.indices) == (*new.indices, new.sample)
        return "swapped indices" if exchanged else "wrong index"
    return "wrong quantity"


def slots(symbol):
    """Return the indices of a symbol as pairs of what is counted and the index."""
    if symbol is None or symbol.role in ("gradient", "ratio"):
        return []
    return [*zip(symbol.layers, symbol.indices, strict=True), ("samples", symbol.sample), ("steps", symbol.step)]


def sums(e):
    """Return the sums over an index in an expression."""
    found, stack = [], [e]
    while stack:
        x = stack.pop()
        if isinstance(x, Sum):
            found.append(x)
        stack.extend(parts(x))
    return found


def substituted(e, old, new):
    """Return the expression with a symbol replaced."""
    return rewrite(e, lambda x: new if x == old else None)


def exchanged(e, a, b):
    """Return the expression with two symbols exchanged."""
    return rewrite(e, lambda x: b if x == a else a if x == b else None)


def reindexed(e, kind, old, new):
    """Return the expression with one index of a kind replaced."""

    def replace(x):
        if not isinstance(x, Symbol):
            return None
        indices = tuple([new if k == kind and i == old else i for k, i in zip(x.layers, x.indices, strict=True)])
        sample = new if kind == "samples" and x.sample == old else x.sample
        step = new if kind == "steps" and x.step == old else x.step
        return Symbol(x.role, x.layers, indices, sample, step, x.name)

    return rewrite(e, replace)


def bound_to(e, letter, index):
    """Return the expression with a letter replaced by an index."""

    def replace(x):
        if not isinstance(x, Symbol):
            return None
        change = [index if isinstance(i, Letter) and i.name == letter else i for i in (*x.indices, x.sample, x.step)]
        return Symbol(x.role, x.layers, tuple(change[:-2]), change[-2], change[-1], x.name)

    return rewrite(e, replace)


def relettered(e, old, new):
    """Return the body of a sum with another letter for its index."""
    return e if old == new else bound_to(e, old, Letter(new))


def replacing(k, new):
    """Return a change that replaces part ``k``."""
    return lambda x: None if k >= len(parts(x)) else with_parts(x, [*parts(x)[:k], new, *parts(x)[k + 1 :]])


def removing_term(k):
    """Return a change that removes term ``k``."""

    def change(x):
        rest = [t for i, t in enumerate(parts(x)) if i != k]
        return rest[0] if len(rest) == 1 else with_parts(x, rest) if rest else None

    return change


def removing_factors(*positions):
    """Return a change that removes the factors at the given positions."""

    def change(x):
        rest = [t for k, t in enumerate(parts(x)) if k not in positions]
        return Number(Fraction(1)) if not rest else rest[0] if len(rest) == 1 else with_parts(x, rest)

    return change


def replacing_pair(i, j, new):
    """Return a change that replaces two factors by one expression."""

    def change(x):
        inner = parts(x)
        if j >= len(inner):
            return None
        rest = [t for k, t in enumerate(inner) if k not in (i, j)]
        return new if not rest else with_parts(x, [*rest[:i], new, *rest[i:]])

    return change
