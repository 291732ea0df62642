"""Edits of terms: wrong signs and constants, missing and extra terms."""

from fractions import Fraction

from autograd.engine import primitives
from autograd.formulas.expressions import (
    Call,
    Number,
    Partial,
    Plus,
    Power,
    Symbol,
    Times,
    symbols,
)
from autograd.grading.explaining.changes import Edit, reindexed, removing_term, replacing, slots
from autograd.grading.explaining.symbol_edits import edits_everywhere


def term_edits(draft, e, path, scope):
    """Return the edits of a sum of terms."""
    terms = e.terms
    for k, term in enumerate(terms):
        shown = draft.printer.text(term)
        yield Edit(path, "sign", f"the sign of {shown} is wrong", replacing(k, Times((Number(Fraction(-1)), term))))
        if isinstance(term, Number):
            for c in (0, 1, 2, -1):
                if term.value != c:
                    yield Edit(
                        path,
                        "wrong constant",
                        f"wrote {shown} where {c} belongs",
                        replacing(k, Number(Fraction(c))),
                    )
            continue
        for c in sorted(draft.usual_constants() - {1}):
            words = f"the term {shown} is off by the constant factor {1 / c}"
            yield Edit(path, "constant factor", words, replacing(k, Times((Number(c), term))), 0.2)
        if len(terms) > 1:
            # 1 - a and a - a**2 are more likely an extra factor than an extra term
            cost = 0.35 if len(set(symbols(e))) == 1 else 0.0
            yield Edit(path, "extra term", f"the term {shown} does not belong there", removing_term(k), cost)
        for kind in {kind for s in symbols(term) for kind, i in slots(s) if i is not None}:
            yield from more_terms(draft, e, path, term, kind)
    a = one_minus_square(e)
    if a is not None:
        if isinstance(a, Symbol):
            slope = Times((a, Plus((Number(Fraction(1)), Times((Number(Fraction(-1)), a))))))
        else:
            slope = Partial(primitives.sigmoid, 0, a.operands)
        shown, better = draft.printer.text(e), draft.printer.text(slope)
        words = f"tanh's derivative {shown} where sigmoid's, {better}, belongs"
        yield Edit(path, "tanh's derivative", words, lambda _: slope)
    yield from edits_everywhere(draft, e, path, scope)


def more_terms(draft, e, path, term, kind):
    """Yield edits that add a missing term, which differs from another term only in an index."""
    used = {index for s in symbols(term) for k, index in slots(s) if k == kind and isinstance(index, int)}
    for old in used:
        for new in range(1, draft.alphabet.ends[kind] + 1):
            if new == old or draft.alphabet.ends[kind] > 12:
                continue
            other = reindexed(term, kind, old, new)
            if other in e.terms:
                continue
            name = "missing sample" if kind == "samples" else "missing path"
            words = f"the term {draft.printer.text(other)} is missing"
            yield Edit(path, name, words, lambda x, other=other: Plus((*x.terms, other)))


def one_minus_square(e):
    """Return the a of 1 - a**2 if a is a symbol or a tanh, or else None."""
    if len(e.terms) != 2 or not (isinstance(e.terms[0], Number) and e.terms[0].value == 1):
        return None
    second = e.terms[1]
    if not (isinstance(second, Times) and len(second.factors) == 2 and second.factors[0] == Number(Fraction(-1))):
        return None
    square = second.factors[1]
    if isinstance(square, Power) and square.exponent == Number(Fraction(2)):
        base = square.base
        if isinstance(base, Symbol) or (isinstance(base, Call) and base.primitive is primitives.tanh):
            return base
    return None
