"""The update of a program as a function of the gradients of all steps so far, for optimizers with a state.

An optimizer such as Adam computes each update from the gradients of all earlier steps. In the recorded graph of an
update, the numbers that are linear in these gradients are replaced by the same combination of other numbers. So the
optimizer can be tried on gradients that show its rule, such as gradients that stay the same.
"""

from autograd.engine.value import Value
from autograd.grading.code.optimizers import squared_number
from autograd.grading.code.steps import name_of

__all__ = ["StateFunction", "state_function"]

MAX_NODES = 300
MAX_ENTRIES = 12
RESIDUE = 1e-8  # of a column that is a combination of gradients
DEGENERATE = 1e-6  # gradients of successive steps that differ less are not told apart


class StateFunction:
    """The decrease of one entry of a parameter in step k, as a function of its gradients in the steps 1 to k.

    Args:
        root: The number after the update.
        old: The number before it.
        cuts: For each number that is a combination of gradients, its coefficients.
        order: The numbers of the update, each after the numbers from which it is computed.

    Attributes:
        quotients: The number of quotients with a root in their divisor.
        differences: True if a root contains a variance, or the square of a gradient's distance from the mean.
        smooth: False if the update contains a choice, such as a maximum.
    """

    def __init__(self, root, old, cuts, order):
        self.root, self.old, self.cuts, self.order = root, old, cuts, order
        self.scales = None
        self.quotients = sum(name_of(node) == "div" and self._has_root(node) for node in order)
        self.smooth = not any(name_of(node) in ("maximum", "minimum", "where", "abs") for node in order)
        self.differences = any(name_of(node) == "sqrt" and self._is_difference(node) for node in order)
        squares = [cuts[square] for square in map(squared_number, order) if square is not None and square in cuts]
        self.differences |= any(min(coefficients) < 0 < max(coefficients) for coefficients in squares)

    def __call__(self, *gradients):
        """Return the decrease for other gradients, or None if it has no value for them. The parameter is 0."""
        numbers = {self.old: 0.0}
        try:
            for node in self.order:
                if node in self.cuts:
                    coefficients = self.cuts[node]
                    numbers[node] = sum(c * x for c, x in zip(coefficients, gradients, strict=True))
                elif node is not self.old:
                    numbers[node] = self._computed(node, numbers)
        except (ArithmeticError, ValueError):
            return None
        return -numbers[self.root]

    def scaled(self, scales):
        """Use these factors between the gradient of each step and the number that the program takes for it."""
        self.cuts = {
            node: [c / scale for c, scale in zip(coefficients, scales, strict=True)]
            for node, coefficients in self.cuts.items()
        }

    @staticmethod
    def _computed(node, numbers):
        if node.op is None:
            return float(node.data)
        result = node.op(*[numbers[x] if isinstance(x, Value) else x for x in node.operands])
        return float(result.data if isinstance(result, Value) else result)

    def _has_root(self, node):
        below, waiting = 0, [part for part in node.operands[1:] if isinstance(part, Value)]
        while waiting and below < MAX_NODES:
            below += 1
            part = waiting.pop()
            if name_of(part) == "sqrt":
                return True
            if part not in self.cuts and part.op is not None:
                waiting.extend(x for x in part.operands if isinstance(x, Value))
        return False

    def _is_difference(self, node):
        """Return True if a root contains the square of a difference, or a difference of squares, such as a variance."""
        waiting, below = [part for part in node.operands if isinstance(part, Value)], 0
        while waiting and below < MAX_NODES:
            below += 1
            part = waiting.pop()
            if name_of(part) == "sub" and all(isinstance(x, Value) and self._varies(x) for x in part.operands):
                return True
            if part not in self.cuts and part.op is not None:
                waiting.extend(x for x in part.operands if isinstance(x, Value))
        return False

    def _varies(self, node):
        waiting, below = [node], 0
        while waiting and below < MAX_NODES:
            below += 1
            part = waiting.pop()
            if part in self.cuts:
                return any(self.cuts[part])
            if part.op is not None:
                waiting.extend(x for x in part.operands if isinstance(x, Value))
        return False


def state_function(group, gradients, known):
    """Return the update of a parameter as a function of gradients, or None if they are not found in it.

    Args:
        group: The update of the last step.
        gradients: For each step, the gradient of each entry.
        known: Combinations of gradients that were found in other parameters. A parameter with few entries shows no
            others. Combinations that are found here are added.
    """
    count = len(group.old)
    places = _spread(count, gradients[-1])
    columns = [[slopes[i] for i in places] for slopes in gradients]
    basis = _Basis(columns) if len(places) >= len(gradients) + 2 else None
    if basis is not None and basis.degenerate:
        return None
    roots, olds = [group.new[i] for i in places], [group.old[i] for i in places]
    order, cuts, seen = [], {}, set()
    waiting = [(tuple(roots), False)]
    while waiting:
        nodes, done = waiting.pop()
        first = nodes[0]
        if done:
            order.append(first)
            continue
        if first in seen:
            continue
        seen.add(first)
        if len(seen) > MAX_NODES:
            return None
        if all(node is old for node, old in zip(nodes, olds, strict=True)):
            order.append(first)
            continue
        if any(node.op is not None for node in nodes) and not _has_root(first):
            found = _combination([node.data for node in nodes], basis, columns, known)
            if found is not None:
                cuts[first] = found
                order.append(first)
                known.setdefault(tuple(round(c, 9) for c in found), found)
                continue
        if first.op is None:
            order.append(first)
            continue
        names = {name_of(node) for node in nodes}
        if len(names) > 1:
            return None
        waiting.append((nodes, True))
        for i, part in enumerate(first.operands):
            if isinstance(part, Value):
                parts = tuple(node.operands[i] for node in nodes if i < len(node.operands))
                if len(parts) < len(nodes) or not all(isinstance(x, Value) for x in parts):
                    return None
                waiting.append((parts, False))
    return StateFunction(roots[0], olds[0], cuts, order) if cuts else None


def _has_root(node, depth=2):
    """Return True for a root, a size or a multiple of one. If all gradients have one sign, it looks like a gradient."""
    name = name_of(node)
    if name in ("sqrt", "abs") or (name == "pow" and _plain(node.operands[1]) == 0.5):
        return True
    parts = node.operands if depth and name in ("add", "mul", "div", "neg") else ()
    return any(isinstance(part, Value) and _has_root(part, depth - 1) for part in parts)


def _plain(x):
    return x.data if isinstance(x, Value) else x


def _spread(count, gradient):
    """Return the places of some entries with a gradient, the one with the largest gradient first."""
    moving = [i for i in range(count) if abs(gradient[i]) > 1e-9]
    best = max(moving, key=lambda i: abs(gradient[i]), default=0)
    step = max(1, len(moving) // MAX_ENTRIES)
    return [best, *[i for i in moving[::step] if i != best][:MAX_ENTRIES]]


class _Basis:
    """An orthogonal basis of the gradients of all steps."""

    def __init__(self, columns):
        self.rows, self.degenerate = [], False
        for j, column in enumerate(columns):
            rest, shares = list(column), [0.0] * len(columns)
            shares[j] = 1.0
            for _ in range(2):
                for other, own in self.rows:
                    share = _dot(rest, other)
                    rest = [a - share * b for a, b in zip(rest, other, strict=True)]
                    shares = [a - share * b for a, b in zip(shares, own, strict=True)]
            size = _dot(rest, rest) ** 0.5
            if size <= DEGENERATE * _dot(column, column) ** 0.5:
                self.degenerate = True
                return
            self.rows.append(([a / size for a in rest], [a / size for a in shares]))

    def combination(self, column):
        """Return the coefficients of the gradients in a column, or None if it is no combination of them."""
        rest, found = list(column), [0.0] * len(self.rows)
        for _ in range(2):
            for direction, shares in self.rows:
                share = _dot(rest, direction)
                rest = [a - share * b for a, b in zip(rest, direction, strict=True)]
                found = [a + share * b for a, b in zip(found, shares, strict=True)]
        size = max(map(abs, column))
        return found if max(map(abs, rest)) <= RESIDUE * size else None


def _combination(column, basis, columns, known):
    if not any(column):
        return None
    if basis is not None:
        for j, gradient in enumerate(columns):
            factor = _dot(column, gradient) / _dot(gradient, gradient)
            if _fits(column, [factor * x for x in gradient]):
                return [factor if i == j else 0.0 for i in range(len(columns))]
        return basis.combination(column)
    for coefficients in known.values():
        if len(coefficients) == len(columns):
            sums = [sum(c * x for c, x in zip(coefficients, row, strict=True)) for row in zip(*columns, strict=True)]
            if _fits(column, sums):
                return coefficients
    return None


def _fits(column, other):
    size = max(map(abs, column))
    return all(abs(a - b) <= RESIDUE * size for a, b in zip(column, other, strict=True))


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))
