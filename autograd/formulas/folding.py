r"""Folding: terms that differ only in an index become one sum, and such formulas become one formula "for all".

Expressions are compared by their *skeletons*, without their indices. If the skeletons are equal, each place of an index
has a column of numbers, one from each expression. A constant column stays. Columns that run through 1, 2, ..., n
together become a letter (anti-unification; Plotkin 1970). A column of time steps may be ahead of another by a constant.
"""

from autograd.formulas.expressions import (
    Call,
    Letter,
    Partial,
    Plus,
    Sum,
    Symbol,
    Times,
    parts,
    plus,
    rewrite,
    symbols,
    times,
    walk,
)

__all__ = ["Alphabet", "fold", "for_all"]


class Alphabet:
    """The letters of the indices, and the last number of each.

    Args:
        sizes: the number of neurons in each layer, inputs first.
        samples: the number of samples.
        steps: the number of time steps.
    """

    def __init__(self, sizes, samples=1, steps=1):
        self.ends = dict(enumerate(sizes)) | {"samples": samples, "steps": steps}
        last = len(sizes) - 1
        hidden = "h" if last == 2 else "jkmpquv"
        self.letters = {0: "i", last: "o", "samples": "n", "steps": "r"}
        for layer in range(1, last):
            k = layer - 1
            self.letters[layer] = hidden[k] if k < len(hidden) else f"h{layer}"
        self.layers = {letter: kind for kind, letter in self.letters.items()}

    def letter(self, kind, taken=()):
        """Return the letter for an index of a kind, with a number behind it if the letter is taken."""
        letter = self.letters[kind]
        if letter not in taken:
            return letter
        k = 2
        while f"{letter}{k}" in taken:
            k += 1
        return f"{letter}{k}"

    def kind(self, letter):
        """Return the kind of index that a letter stands for: a layer, samples or steps. None if it stands for none."""
        return self.layers.get(letter, self.layers.get(letter.rstrip("0123456789")))


def skeleton(e):
    """Return an expression without its indices, and its indices as pairs of a kind (such as a layer) and a number."""
    slots: list = []
    return _shape(e, slots), slots


def _shape(e, slots):
    if isinstance(e, Symbol):
        fixed = []
        for kind, index in _indices(e):
            if isinstance(index, int):
                slots.append((kind, index))
                fixed.append(None)
            else:
                fixed.append(index)
        return "symbol", e.role, e.layers, e.name, tuple(fixed)
    if not parts(e):
        return e.key
    shapes = tuple([_shape(x, slots) for x in parts(e)])
    match e:
        case Call():
            return "applied", e.primitive.code, shapes
        case Partial():
            return "slope", e.primitive.code, e.place, shapes
        case Sum():
            return "sum", e.letter, e.over, e.values, shapes
    return type(e).__name__, shapes


def _indices(symbol):
    found = list(zip(symbol.layers, symbol.indices, strict=True))
    return [*found, ("samples", symbol.sample), ("steps", symbol.step)]


def _with_indices(e, indices):
    """Return the expression with its numbers as indices replaced, in order, by those of an iterator."""

    def replace(x):
        if not isinstance(x, Symbol):
            return None
        new = [next(indices) if isinstance(index, int) else index for _, index in _indices(x)]
        return Symbol(x.role, x.layers, tuple(new[:-2]), new[-2], new[-1], x.name)

    return rewrite(e, replace)


def _letters_in(e):
    return {x.letter for x in walk(e) if isinstance(x, Sum)}


def fold(terms, alphabet):
    """Return the sum of the terms. Terms that differ only in an index are folded into a sum over it.

    Args:
        terms: the expressions to add.
        alphabet: the :class:`Alphabet` of the network.
    """
    terms = list(terms)
    if len(terms) < 2:
        return plus(*terms)
    groups: dict = {}
    for term in terms:
        shape, slots = skeleton(term)
        groups.setdefault((shape, tuple([kind for kind, _ in slots])), []).append((term, slots))
    if all(len(group) == 1 for group in groups.values()):
        return plus(*terms)
    folded = [_folded(group, alphabet) for group in groups.values()]
    return plus(*[x for expressions in folded for x in expressions])


def _folded(group, alphabet):
    if len(group) == 1:
        return [group[0][0]]
    kinds = [kind for kind, _ in group[0][1]]
    columns = list(zip(*[[index for _, index in slots] for _, slots in group], strict=True))
    varying = {kind for kind, column in zip(kinds, columns, strict=True) if len(set(column)) > 1}
    if not varying:
        return [term for term, _ in group]
    if len(varying) > 1:
        outer = "samples" if "samples" in varying else "steps" if "steps" in varying else min(varying, key=str)
        inner: dict = {}
        for (term, _), row in zip(group, zip(*columns, strict=True), strict=True):
            key = tuple([i for kind, i in zip(kinds, row, strict=True) if kind == outer])
            inner.setdefault(key, []).append(term)
        sums = [fold(terms, alphabet) for terms in inner.values()]
        if all(len(terms) > 1 for terms in inner.values()) and not any(isinstance(s, Plus) for s in sums):
            return [fold(sums, alphabet)]
        return [term for term, _ in group]
    (kind,) = varying
    new = []
    first = None
    letter = alphabet.letter(kind, _letters_in(group[0][0]))
    for column in columns:
        if len(set(column)) == 1:
            new.append(column[0])
            continue
        if first is None:
            first = column
        offset = column[0] - first[0]
        if any(b - a != offset for a, b in zip(first, column, strict=True)) or (offset and kind != "steps"):
            return [term for term, _ in group]
        new.append(Letter(letter, offset))
    values = tuple(sorted(first))
    start = values[0]
    if values != tuple(range(start, start + len(values))) or (len(values) < min(3, alphabet.ends[kind])):
        return [term for term, _ in group]
    body = _with_indices(group[0][0], iter(new))
    return [_hoisted(letter, kind, values, body)]


def _hoisted(letter, kind, values, body):
    """Return the sum over a body, with the factors that do not depend on the index in front of the sum."""
    if not isinstance(body, Times):
        return Sum(letter, kind, values, body)
    inner = [f for f in body.factors if _depends(f, letter)]
    outer = [f for f in body.factors if not _depends(f, letter)]
    return times(*outer, Sum(letter, kind, values, inner[0] if len(inner) == 1 else Times(tuple(inner))))


def _depends(e, letter):
    return any(isinstance(i, Letter) and i.name == letter for s in symbols(e) for _, i in _indices(s))


def for_all(equations, alphabet):
    """Return one equation for all, if equations differ only in their indices.

    Args:
        equations: pairs of a symbol and an expression.
        alphabet: the :class:`Alphabet` of the network.

    Returns:
        The symbol, the expression, and a dict from each letter to its kind and its numbers. None if the forms differ,
        or if the indices do not run through every combination.
    """
    if len(equations) < 2:
        return None
    shapes = set()
    rows = []
    for left, right in equations:
        shape, slots = skeleton(right)
        left_shape, left_slots = skeleton(left)
        shapes.add((left_shape, shape))
        if len(shapes) > 1:
            return None
        rows.append([*left_slots, *slots])
        kinds = [kind for kind, _ in rows[-1]]
    if len({len(row) for row in rows}) > 1:
        return None
    columns = [tuple([index for _, index in column]) for column in zip(*rows, strict=True)]
    letters: dict = {}
    new = []
    taken = _letters_in(equations[0][1])
    for kind, column in zip(kinds, columns, strict=True):
        if len(set(column)) == 1:
            new.append(column[0])
            continue
        for (known_kind, known), letter in letters.items():
            offset = column[0] - known[0]
            same = known_kind == kind and all(b - a == offset for a, b in zip(known, column, strict=True))
            if same and (offset == 0 or kind == "steps"):
                new.append(Letter(letter, offset))
                break
        else:
            letter = alphabet.letter(kind, taken)
            taken.add(letter)
            letters[kind, column] = letter
            new.append(Letter(letter))
    count = 1
    for kind, column in letters:
        values = set(column)
        if kind != "steps" and values != set(range(1, alphabet.ends[kind] + 1)):
            return None
        count *= len(values)
    if count != len(equations) or len(set(zip(*[c for _, c in letters], strict=True))) != count:
        return None
    left, right = equations[0]
    width = len(skeleton(left)[1])
    ranges = {letter: (kind, tuple(sorted(set(column)))) for (kind, column), letter in letters.items()}
    return _with_indices(left, iter(new[:width])), _with_indices(right, iter(new[width:])), ranges
