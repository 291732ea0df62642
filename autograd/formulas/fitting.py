"""Short forms by interpolation in a prime field: the small fractions with which known quantities are combined."""

from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.errors import AlgebraError
from autograd.engine.graph import evaluate, push_forward
from autograd.engine.value import Value
from autograd.formulas.expressions import ONE, Number, plus, times
from autograd.formulas.field import PRIME, SMALL, Point, Pole, Residue, Unprovable, small_fraction
from autograd.formulas.network import apply, edges, operands_of
from autograd.formulas.precise import DIGITS, precise_numbers

# The largest denominator of a fraction that is found from precise numbers. It suffices for products of the decimals of
# floats and the factors of a loss, and such a fraction has fewer digits than precise numbers have.
_MAX_DENOMINATOR = 10**22

__all__ = ["activation_key", "factored", "fit_fractions", "residue", "slope_polynomial"]


def activation_key(neuron):
    """Return the computation of an activation as a tuple. Neurons with equal tuples have the same derivative."""
    place = {neuron.s: 0} | {node: i for i, node in enumerate(neuron.inside, 1)}
    return tuple(
        [
            (node.op.code, tuple([place[x] if isinstance(x, Value) else ("number", x) for x in operands_of(node)]))
            for node in neuron.inside
        ]
    )


def _activation_at(neuron, point):
    """Return the activation and its derivative at a random pre-activation, in the field."""
    known = {neuron.s: point.random()}

    def compute(node, numbers):
        if node.op is primitives.where and len(numbers) > 1:
            raise Unprovable("a choice is not a polynomial")
        return apply(node, numbers)

    def constant(_node, _i, x):
        return point.number(x)

    values, read = evaluate(neuron.inside, None, constant, compute, known=known, operands_of=operands_of)
    tangents = push_forward(
        neuron.inside, {neuron.s: point.number(1)}, lambda node, _: edges(node, values[node], read[node])
    )
    return values[neuron.a], tangents[neuron.a]


def slope_polynomial(neuron):
    """Return the derivative of an activation as the coefficients of a polynomial of degree 2 in it, or None."""
    rows: list = []
    for _ in range(12):
        if len(rows) == 6:
            break
        point = Point()
        try:
            rows.append(_activation_at(neuron, point))
        except Pole:
            continue
        except (Unprovable, AlgebraError):
            return None
        if point.has_kinks:
            return None  # a gate is a random bit, and six equal bits would look like a polynomial
    if len(rows) < 6:
        return None
    return fit_fractions([([1, a.v, a.v * a.v % PRIME], d.v) for a, d in rows])


def fit_fractions(rows, precise_rows=None):
    """Return fractions c with sum(c * basis) = value in every row, or None if there are none.

    Args:
        rows: pairs of a list of residues (the basis) and a residue (the value), more pairs than coefficients.
        precise_rows: a function that returns the same with numbers of many digits, as many pairs as coefficients. It is
            called if a fraction is not small. By default only small fractions are found.
    """
    n = len(rows[0][0])
    matrix = [[*basis, value] for basis, value in rows]
    pivots: list = []
    r = 0
    for c in range(n):
        pivot = next((k for k in range(r, len(matrix)) if matrix[k][c] % PRIME), None)
        if pivot is None:
            continue
        matrix[r], matrix[pivot] = matrix[pivot], matrix[r]
        inverse = pow(matrix[r][c], -1, PRIME)
        matrix[r] = [x * inverse % PRIME for x in matrix[r]]
        for k in range(len(matrix)):
            if k != r and matrix[k][c]:
                factor = matrix[k][c]
                matrix[k] = [(x - factor * y) % PRIME for x, y in zip(matrix[k], matrix[r], strict=True)]
        pivots.append(c)
        r += 1
    if any(row[-1] % PRIME for row in matrix[r:]):
        return None
    found = [Fraction(0)] * n
    near = None
    for k, c in enumerate(pivots):
        # By chance, one residue in 200 is a fraction of numbers up to 10^8, and one in 10^11 of numbers up to SMALL.
        q = small_fraction(matrix[k][-1], 10**8 if precise_rows is None else SMALL)
        if q is None and precise_rows is not None and len(pivots) == n:
            near = _solved(precise_rows()) if near is None else near
            q = next((x for x in near[c : c + 1] if (x.numerator - matrix[k][-1] * x.denominator) % PRIME == 0), None)
        if q is None:
            return None
        found[c] = q
    return found


def _solved(rows):
    """Return the fractions nearest to the solution of linear equations of precise numbers; [] if there is none."""
    mpmath = precise_numbers()
    try:
        solution = mpmath.lu_solve(mpmath.matrix([basis for basis, _ in rows]), mpmath.matrix([y for _, y in rows]))
    except ZeroDivisionError:
        return []
    return [Fraction(mpmath.nstr(x, DIGITS)).limit_denominator(_MAX_DENOMINATOR) for x in solution]


def factored(coefficients, a):
    """Return c0 + c1 a + c2 a^2, as a product if it has a root at 0."""
    c0, c1, c2 = [Number(c) for c in coefficients]
    if c0.value == 0 and c1.value and c2.value:
        lead = Number(c1.value)
        return times(lead, a, plus(ONE, times(Number(c2.value / c1.value), a)))
    return plus(c0, times(c1, a), times(c2, a, a))


def residue(x):
    """Return the integer of a Residue. An integer is returned unchanged."""
    return x.v if isinstance(x, Residue) else x
