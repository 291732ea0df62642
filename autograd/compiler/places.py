"""The slots, steps and lengths in the loops of a rolled program, as polynomials of the iterations.

The iterations k of a loop count from 0. A polynomial consists of products of 1, k and k(k-1)/2 for different loops.
k(k-1)/2 occurs in loops whose iterations grow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from autograd.compiler.loops import Loop, TriangularLoop, repeated, segments, shared_out

__all__ = ["Block", "Line", "Loops", "Polynomial", "fixed", "symbolic"]

_FEW = 3  # iterations that determine a polynomial of degree 2


class Polynomial:
    """An integer that depends on the iterations of loops.

    Attributes:
        terms: a dict from products to their coefficients, which are not 0. A product is a tuple of pairs of a loop's
            number and 1 for k, or 2 for k(k-1)/2, in the order of the loops. () is the product 1.
    """

    def __init__(self, terms: dict):
        self.terms = {what: n for what, n in terms.items() if n != 0}

    @property
    def first(self) -> int:
        """The number in iteration 0 of all loops."""
        return self.terms.get((), 0)

    @property
    def moves(self) -> bool:
        """True if any loop changes it."""
        return any(self.terms)

    def __add__(self, other):
        other = other if isinstance(other, Polynomial) else fixed(other)
        return Polynomial({what: self.terms.get(what, 0) + other.terms.get(what, 0)
                           for what in [*self.terms, *other.terms]})  # fmt: skip

    def __sub__(self, number):
        return self + -number

    def along(self, loop: int, degree: int = 1) -> "Polynomial":
        """Return this times the iteration k of another loop, or times k(k-1)/2 if ``degree`` is 2."""
        return self * Polynomial({((loop, degree),): 1})

    def __mul__(self, other):
        """Return this times a number, or times a polynomial that depends on other loops."""
        other = other if isinstance(other, Polynomial) else fixed(other)
        total = fixed(0)
        for what, n in self.terms.items():
            total += Polynomial({tuple(sorted((*what, *more))): n * m for more, m in other.terms.items()})
        return total

    def at(self, iterations):
        """Return the number in some iterations, ``{loop: k}``, which are integers or arrays."""
        total = 0
        for what, n in self.terms.items():
            for loop, degree in what:
                k = iterations[loop]
                n = n * (k if degree == 1 else k * (k - 1) // 2)
            total = total + n
        return total

    def text(self, letters) -> str:
        """Return it as text, with a letter for each loop that counts from 1, such as ``2j+1`` or ``j(j-1)/2+i``."""
        counted: dict = {}  # k is j - 1, and k(k-1)/2 is j(j-1)/2 - j + 1
        for what, n in self.terms.items():
            for choice in product(*[[(1, 1), (0, -1)] if degree == 1 else [(2, 1), (1, -1), (0, 1)]
                                    for _, degree in what]):  # fmt: skip
                key = tuple([(loop, d) for (loop, _), (d, _) in zip(what, choice, strict=True) if d])
                counted[key] = counted.get(key, 0) + n * int(np.prod([sign for _, sign in choice]))
        constant = counted.pop((), 0)
        terms = sorted([(what, n) for what, n in counted.items() if n])  # the loops from the outermost on
        shown = ""
        if constant and any(n < 0 for _, n in terms):
            shown, constant = str(constant), 0
        for what, n in terms:
            shown += ("-" if n < 0 else "+" if shown else "") + _term(what, abs(n), letters)
        return f"{shown}{constant:+d}" if shown and constant else shown or str(constant)


def _term(what, n, letters):
    halves = sum([degree == 2 for _, degree in what])
    while halves and n % 2 == 0:
        n, halves = n // 2, halves - 1
    powers = "".join([letters[loop] if d == 1 else f"{letters[loop]}({letters[loop]}-1)" for loop, d in what])
    return f"{'' if n == 1 else n}{powers}{f'/{2**halves}' if halves else ''}"


def fixed(number: int) -> Polynomial:
    """Return the polynomial of a number that no loop changes."""
    return Polynomial({(): number})


@dataclass
class Line:
    """An instruction inside loops.

    Attributes:
        operation: the operation of the instruction.
        places: its slots, one polynomial for each. If its number of operands grows, only some of them: for each run of
            slots the first two, None for those between, and the last.
        positions: the position of each place among the slots.
    """

    operation: object
    places: list
    positions: list


@dataclass
class Block:
    """A loop inside loops: its number, its number of iterations, and the lines and blocks in it."""

    loop: int
    count: Polynomial
    body: list

    def lines(self):
        """Yield all lines in it, also those in its blocks."""
        for part in self.body:
            yield from [part] if isinstance(part, Line) else part.lines()


def symbolic(item, numbers, loops: "Loops") -> Line | Block:
    """Return an item of a rolled program with polynomials in place of its numbers.

    Args:
        item: the item.
        numbers: an iterator over a polynomial for each of its numbers, in the order of :func:`numbers_of`.
        loops: the collection to which the loops in the item are added.
    """
    if isinstance(item, TriangularLoop):
        count = next(numbers)
        changes = [(next(numbers), next(numbers)) for _ in item.changes]
        loop = loops.new(count)
        moved = iter([next(numbers) + first.along(loop) + more.along(loop, 2) for first, more in changes])
        return Block(loop, count, [symbolic(part, moved, loops) for part in item.body])
    if isinstance(item, Loop):
        count = next(numbers)
        block = Block(loops.new(count), count, [])
        for part, steps in shared_out(item.body, item.steps):
            rows = list(_rows(part, steps, numbers))
            found = symbolic(part, numbers, loops)
            for line, row in zip([found] if isinstance(found, Line) else found.lines(), rows, strict=True):
                line.places = [
                    None if place is None else place + row.at(position).along(block.loop)
                    for place, position in zip(line.places, line.positions, strict=True)
                ]
            block.body.append(found)
        return block
    operation, slots = item
    lengths = [next(numbers) for _ in repeated(operation)]
    (row,) = _rows(item, slots, numbers)
    positions = row.some() if any(length.moves for length in lengths) else list(map(fixed, range(len(slots))))
    return Line(operation, [None if at is None else row.at(at) for at in positions], positions)


class _Row:
    """The slots of an instruction, or their steps, as runs of three polynomials: the first, the step and the number."""

    def __init__(self, runs):
        self.runs = runs

    def at(self, position):
        """Return the slot at a position, as a polynomial. Iteration 0 decides in which run the position is."""
        runs, start = iter(self.runs), fixed(0)
        first, step, count = next(runs)
        while position.first >= (start + count).first:
            start = start + count
            first, step, count = next(runs)
        return first + step * (position + start * -1)

    def some(self):
        """Return the positions to show: for each run the first two, None for those between, and the last."""
        found: list = []
        start = fixed(0)
        for _, _, count in self.runs:
            found += [start] if count.first == 1 else [start, start + 1, None, start + count - 1]
            start = start + count
        return found


def _rows(item, slots, numbers):
    """Yield a row for each instruction in an item, from the numbers of its slots or of as many steps."""
    if not isinstance(item, tuple):
        for part, mine in shared_out(item.body, slots):
            yield from _rows(part, mine, numbers)
    elif repeated(item[0]):
        yield _Row([(next(numbers), next(numbers), next(numbers)) for _ in segments(slots)])
    else:
        yield _Row([(next(numbers), fixed(0), fixed(1)) for _ in slots])


class Loops:
    """The loops on which polynomials depend, with their numbers of iterations, which may depend on outer loops."""

    def __init__(self):
        self.counts: list[Polynomial] = []

    def new(self, count: Polynomial) -> int:
        """Add a loop inside the loops on which its count depends, and return its number."""
        self.counts.append(count)
        return len(self.counts) - 1

    def every(self, place: Polynomial) -> list[int]:
        """Return all numbers that a place has in the iterations of its loops."""
        return np.unique(place.at(self._iterations(place)) + np.zeros(1, dtype=np.int64)).tolist()

    def fit(self, place: Polynomial, number: Callable[[int], int | None]) -> Polynomial | None:
        """Return another number of each slot of a place as a polynomial, or None if it is not linear in each loop.

        It is checked in the first iterations of each loop, and in the last.
        """
        iterations = self._iterations(place, few=True)
        found: list = [number(slot) for slot in np.atleast_1d(place.at(iterations)).tolist()]
        if None in found:
            return None
        fitted = fixed(found[0])
        for loop in iterations:
            others_begin = np.all([k == 0 for other, k in iterations.items() if other != loop], axis=0)
            alone = others_begin & (iterations[loop] == 1)
            if np.any(alone):
                fitted += fixed(found[int(np.argmax(alone))] - found[0]).along(loop)
        return fitted if np.all(fitted.at(iterations) == np.array(found)) else None

    def _iterations(self, place, few=False):
        """Return an array of iterations for each loop on which a place depends: all of them, or the decisive ones."""
        wanted = {loop for what in place.terms for loop, _ in what}
        for loop in range(len(self.counts) - 1, -1, -1):  # also the loops on which their numbers of iterations depend
            if loop in wanted:
                wanted |= {other for what in self.counts[loop].terms for other, _ in what}
        iterations: dict = {}
        length = 1
        for loop in sorted(wanted):
            counts = self.counts[loop].at(iterations) + np.zeros(length, dtype=np.int64)
            taken = np.minimum(counts, _FEW + 1) if few else counts
            row = np.repeat(np.arange(length), taken)
            k = np.arange(len(row)) - np.repeat(np.cumsum(taken) - taken, taken)
            if few:
                k = np.where(k == _FEW, counts[row] - 1, k)
            iterations = {other: values[row] for other, values in iterations.items()}
            iterations[loop], length = k, len(row)
        return iterations
