"""Edits of sums over an index: missing sums, extra sums, and sums over the wrong set."""

from autograd.formulas.expressions import (
    Letter,
    Plus,
    Sum,
    parts,
    symbols,
)
from autograd.grading.explaining.changes import Edit, bound_to, reindexed, slots, sums


def wrappings(draft, e, path, scope, cost=0.0):
    """Yield edits that add a missing sum, where only one of its terms was written."""
    # a sum of several terms is probably meant to have all of them
    cost += 0.6 * any(isinstance(x, Plus) and len(set(symbols(x))) > 2 for x in (e, *parts(e)))
    own = {(kind, index) for kind, index in slots(draft.target)} if draft.target is not None else set()
    for kind, index in {slot for s in symbols(e) for slot in slots(s)}:
        if index is None or (isinstance(index, Letter) and draft.is_inner(index)) or (kind, index) in own:
            continue
        end = draft.alphabet.ends[kind]
        if end < 2 or kind == "steps":
            continue
        letter = draft.alphabet.letter(kind, {x.letter for x in sums(draft.formula)} | set(draft.env))
        body = reindexed(e, kind, index, Letter(letter))
        whole = Sum(letter, kind, tuple(range(1, end + 1)), body)
        name = "missing sample" if kind == "samples" else "missing path"
        what = "sample" if kind == "samples" else "path"
        words = f"only one {what} of {end} is there: {draft.printer.text(whole)} belongs"
        yield Edit(
            path,
            name,
            words,
            lambda x, k=kind, i=index, le=letter, end=end: Sum(
                le, k, tuple(range(1, end + 1)), reindexed(x, k, i, Letter(le))
            ),
            cost,
            reshapes=True,
        )


def series_edits(draft, e, path, scope):
    """Return the edits of a sum over an index."""
    end = draft.alphabet.ends[e.over]
    full = tuple(range(1, end + 1))
    if e.values != full:
        name = "missing sample" if e.over == "samples" else "missing path"
        words = f"the sum leaves out terms: {e.letter} runs from 1 to {end}"
        yield Edit(path, name, words, lambda x: Sum(x.letter, x.over, full, x.body))
    for index in scope.get(e.over, []):
        if isinstance(index, Letter) and index.name == e.letter:
            continue
        words = f"no sum over {e.letter} belongs there"
        yield Edit(path, "extra sum", words, lambda x, i=index: bound_to(x.body, x.letter, i), reshapes=True)
    counted = {kind for s in symbols(e.body) for kind, index in slots(s) if index == Letter(e.letter)}
    for kind, other in draft.alphabet.ends.items():
        if kind != e.over and isinstance(kind, int) and isinstance(e.over, int) and other > 1:
            new = Sum(e.letter, kind, tuple(range(1, other + 1)), e.body)
            words = f"the sum runs over {draft.printer.set_name(e.over)}, but {draft.printer.set_name(kind)} belongs"
            # Of two layers of the same size, prefer the one whose neurons the letter counts in the sum.
            yield Edit(path, "wrong index", words, lambda _, new=new: new, 0.2 if kind in counted else 0.25)
