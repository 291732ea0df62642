"""Edits of powers and functions: another exponent, another function, or its derivative."""

from fractions import Fraction

from autograd.engine import primitives
from autograd.formulas.expressions import (
    Call,
    Number,
    Partial,
    Power,
)
from autograd.grading.explaining.changes import Edit


def power_edits(draft, e, path):
    """Return the edits of an exponent."""
    if isinstance(e.exponent, Number):
        for n in (1, 2, 3):
            if e.exponent.value != n:
                words = f"the power of {draft.printer.text(e.base)} is {n}, not {e.exponent.value}"
                yield Edit(
                    path,
                    "wrong power",
                    words,
                    lambda x, n=n: x.base if n == 1 else Power(x.base, Number(Fraction(n))),
                )


def function_edits(draft, e, path, scope):
    """Return the edits of a function: another function, or its derivative."""
    names = {primitives.sigmoid: "sigmoid's derivative", primitives.tanh: "tanh's derivative"}
    for other in (primitives.sigmoid, primitives.tanh, primitives.relu):
        if e.primitive is other or len(e.operands) != 1:
            continue
        new = Partial(other, 0, e.operands) if isinstance(e, Partial) else Call(other, e.operands)
        kind = names.get(e.primitive, "wrong derivative") if isinstance(e, Partial) else "wrong quantity"
        words = f"wrote {draft.printer.text(e)} where {draft.printer.text(new)} belongs"
        yield Edit(path, kind, words, lambda _, new=new: new)
    if isinstance(e, Call) and len(e.operands) == 1 and e.primitive in (primitives.sigmoid, primitives.tanh):
        new = Partial(e.primitive, 0, e.operands)
        words = f"wrote {draft.printer.text(e)} where its derivative belongs"
        yield Edit(path, "wrong derivative", words, lambda _, new=new: new)
