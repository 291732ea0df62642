"""Edits of a symbol in place of another: at one place, or in a whole part of the formula."""

import itertools

from autograd.formulas.expressions import (
    Call,
    Partial,
    Times,
    parts,
    symbols,
)
from autograd.grading.explaining.changes import Edit, exchanged, kind_of_swap, substituted
from autograd.grading.explaining.factor_edits import slope_pair


def symbol_edits(draft, e, path, scope, above):
    """Return the edits of one symbol."""
    for new in draft.relatives(e, scope):
        kind = kind_of_swap(e, new)
        inside = any(isinstance(x, (Partial, Call)) for x in above)
        if inside and kind in ("wrong index", "wrong quantity"):
            at = e.role == "a" and new.role == "s" and e.layers == new.layers and e.indices == new.indices
            kind = "derivative at the activation" if at else "wrong derivative" if new.role == e.role else kind
        yield Edit(path, kind, draft.swap_text(e, new, kind), lambda _, new=new: new)


def edits_everywhere(draft, e, path, scope):
    """Yield edits that replace a symbol in a whole product or sum, such as the a(1-a) of the wrong neuron."""
    counts: dict = {}
    for s in symbols(e):
        counts[s] = counts.get(s, 0) + 1
    for s, count in counts.items():
        if count < 2:
            continue
        for new in draft.relatives(s, scope):
            kind = kind_of_swap(s, new)
            text = draft.swap_text(s, new, kind) + f" ({count} times)"
            if (s.role, new.role) == ("a", "s") and (s.layers, s.indices) == (new.layers, new.indices):
                kind = "derivative at the activation"
                text = draft.swap_text(s, new, kind)
            elif s.role in ("a", "s") and is_slope_of(draft, e, s):
                kind = "wrong derivative"
                a, b = draft.printer.text(s), draft.printer.text(new)
                text = f"the derivative of the activation of the wrong neuron: wrote {a} where {b} belongs"
            yield Edit(path, kind, text, lambda x, s=s, new=new: substituted(x, s, new), 0.01 * len(path))


def is_slope_of(draft, e, s):
    """Return True if an expression contains ``a (1 - a)`` for the symbol a."""
    stack = [e]
    while stack:
        x = stack.pop()
        if isinstance(x, Times):
            for a, b in itertools.combinations(x.factors, 2):
                if slope_pair(a, b) == s:
                    return True
        stack.extend(parts(x))
    return False


def exchanges(draft, scope):
    """Yield edits that exchange two symbols in the whole formula."""
    counted = list(dict.fromkeys(symbols(draft.formula)))
    for a, b in itertools.combinations(counted, 2):
        if a.role == b.role and a.layers == b.layers and len(counted) <= 14:
            words = f"{draft.printer.text(a)} and {draft.printer.text(b)} are exchanged"
            yield Edit((), "swapped indices", words, lambda x, a=a, b=b: exchanged(x, a, b), 0.2)
