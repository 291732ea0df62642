"""Edits of products: extra factors, derivatives of another function, products of sums."""

import itertools
from fractions import Fraction

from autograd.formulas.expressions import (
    Number,
    Plus,
    Power,
    Sum,
    Times,
)
from autograd.grading.explaining.changes import Edit, relettered, removing_factors, replacing_pair
from autograd.grading.explaining.factor_edits import insertions, slope_pair
from autograd.grading.explaining.series_edits import wrappings
from autograd.grading.explaining.symbol_edits import edits_everywhere


def product_edits(draft, e, path, scope):
    """Return the edits of a product."""
    factors = e.factors
    for k, factor in enumerate(factors):
        if isinstance(factor, Number):
            continue
        shown = draft.printer.text(factor)
        words = f"the factor {shown} does not belong there"
        yield Edit(path, "extra factor", words, removing_factors(k))
    for i, j in itertools.combinations(range(len(factors)), 2):
        pair = slope_pair(factors[i], factors[j])
        if pair is not None:
            one = Number(Fraction(1))
            square = Times((Number(Fraction(-1)), Power(pair, Number(Fraction(2)))))
            better = Plus((one, square))
            a, b = draft.printer.text(Times((factors[i], factors[j]))), draft.printer.text(better)
            words = f"sigmoid's derivative {a} where tanh's, {b}, belongs"
            yield Edit(path, "sigmoid's derivative", words, replacing_pair(i, j, better))
            shown = draft.printer.text(Times((factors[i], factors[j])))
            yield Edit(path, "extra factor", f"the factor {shown} does not belong there", removing_factors(i, j), 0.3)
        if isinstance(factors[i], Sum) and isinstance(factors[j], Sum) and factors[i].over == factors[j].over:
            yield from merged_sums(draft, e, path, i, j)
    yield from edits_everywhere(draft, e, path, scope)
    yield from insertions(
        draft, path, scope, lambda x, new: Times((*x.factors, new)) if isinstance(x, Times) else Times((x, new))
    )
    yield from wrappings(draft, e, path, scope)


def merged_sums(draft, e, path, i, j):
    """Yield edits that replace a product of two sums over one index by the sum of the products."""
    first, second = e.factors[i], e.factors[j]
    body = relettered(second.body, second.letter, first.letter)
    whole = Sum(first.letter, first.over, first.values, Times((first.body, body)))
    n = len(first.values)
    is_mean = first.over == "samples"
    kind = "product of means" if is_mean else "sum split"
    words = (
        "the product of the means stands where the mean of the products belongs"
        if is_mean
        else f"the product of two sums stands where the sum of products {draft.printer.text(whole)} belongs"
    )
    for c in (Fraction(1), Fraction(n), Fraction(1, n)) if is_mean else (Fraction(1),):
        new = whole if c == 1 else Times((Number(c), whole))
        yield Edit(path, kind, words, replacing_pair(i, j, new), reshapes=True)
