"""All edits of a formula. Each undoes a common slip at one place."""

from autograd.formulas.expressions import (
    Call,
    Letter,
    Number,
    Partial,
    Plus,
    Power,
    Sum,
    Symbol,
    Times,
    parts,
)
from autograd.grading.explaining.factor_edits import insertions
from autograd.grading.explaining.function_edits import function_edits, power_edits
from autograd.grading.explaining.product_edits import product_edits
from autograd.grading.explaining.series_edits import series_edits, wrappings
from autograd.grading.explaining.symbol_edits import exchanges, symbol_edits
from autograd.grading.explaining.term_edits import term_edits


def edits(draft):
    """Return all edits of the formula."""
    found: list = []
    visit(draft, draft.formula, (), draft.scope(), found, ())
    found += exchanges(draft, draft.scope())
    return found


def visit(draft, e, path, scope, found, above):
    """Collect the edits of an expression and all of its parts."""
    found += edits_here(draft, e, path, scope, above)
    inner = scope
    if isinstance(e, Sum):
        inner = {**scope, e.over: [Letter(e.letter), *scope.get(e.over, [])]}
    for k, x in enumerate(parts(e)):
        if isinstance(e, Power) and k == 1:
            continue
        visit(draft, x, (*path, k), inner, found, (*above, e))


def edits_here(draft, e, path, scope, above):
    """Return the edits of an expression, without those of its parts."""
    match e:
        case Symbol():
            yield from symbol_edits(draft, e, path, scope, above)
        case Plus():
            yield from term_edits(draft, e, path, scope)
        case Times():
            yield from product_edits(draft, e, path, scope)
        case Power():
            yield from power_edits(draft, e, path)
        case Partial() | Call():
            yield from function_edits(draft, e, path, scope)
        case Sum():
            yield from series_edits(draft, e, path, scope)
    parent = above[-1] if above else None
    if not isinstance(e, (Times, Number)) and not isinstance(parent, (Times, Power, Partial, Call)):
        yield from insertions(draft, path, scope, lambda x, new: Times((x, new)))
        # next to other terms, a term is rarely meant to be a whole sum
        yield from wrappings(draft, e, path, scope, 0.6 if isinstance(parent, Plus) else 0.0)
