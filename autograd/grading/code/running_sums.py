"""Edits of one term of a sum that several statements add up, as in ``d = a`` and ``d += b``."""

import ast
from dataclasses import replace

from autograd.grading.code.error_edits import adjoints_like
from autograd.grading.code.local import Moment
from autograd.grading.code.sum_edits import solved, terms_of
from autograd.grading.code.wayback import same

__all__ = ["running_sums"]

MAX_SUMS = 6
MAX_READS = 3
MAX_WANTED = 8
KNOWN, LATER = 0.85, 0.01  # the cost of an edit if the value of the sum is known, and of one of a later term


def running_sums(way, source, local):
    """Yield edits of a term after which the whole sum is a derivative of the loss.

    No single statement shows the mistake, because the values between the terms are no derivatives.

    Args:
        way: The facts about the backward pass.
        source: The program.
        local: The statements whose values are not derivatives, with possible right values.
    """
    sums = {}
    for statement, node, places in way.nodes:
        added = isinstance(statement, ast.AugAssign) and isinstance(statement.op, (ast.Add, ast.Sub))
        if added and statement.value is node and places[0].shape and statement.lineno not in way.update_lines:
            key = source.function_of(statement), ast.unparse(statement.target)
            sums.setdefault(key, []).append((statement, node))
    for (function, text), parts in list(sums.items())[:MAX_SUMS]:
        starts = [
            (statement, node)
            for statement, node, _ in way.nodes
            if isinstance(statement, ast.Assign)
            and statement.value is node
            and source.function_of(statement) is function
            and [ast.unparse(target) for target in statement.targets] == [text]
        ]
        for whole in _reads(way, source, function, text, parts[-1][0])[:MAX_READS]:
            terms = _terms(way, starts, parts, whole)
            wanted, known = _wanted(way, local, whole) if terms else ([], False)
            if wanted:
                yield from _edits(way, source, terms, whole, wanted, known)
                break


def _reads(way, source, function, text, last):
    """Return the values of a variable where it is read after the last statement that adds to it."""
    found = []
    for _, node, places in way.nodes:
        read = isinstance(getattr(node, "ctx", None), ast.Load) and node.lineno > last.end_lineno
        if read and ast.unparse(node) == text and source.function_of(node) is function:
            found.extend(places)
    return sorted(found, key=lambda place: place.order)


def _terms(way, starts, parts, whole):
    """Return the terms that were added up to a value, each with its statement, place and sign, or an empty list."""
    found, total = [], [0.0] * len(whole.data)
    begun = [(statement, node, _last(way, node, whole)) for statement, node in starts]
    begun = [one for one in begun if one[2] is not None]
    first = max(begun, key=lambda one: one[2].order) if begun else None
    for statement, node in [*([first[:2]] if first else []), *parts]:
        front = -1 if isinstance(getattr(statement, "op", None), ast.Sub) else 1
        for term, sign in terms_of(node, front):
            place = _last(way, term, whole)
            if place is None or place.shape != whole.shape:
                return []
            if first and statement is not first[0] and place.order < first[2].order:
                return []  # of an earlier iteration
            found.append((statement, term, place, sign))
            total = [t + sign * x for t, x in zip(total, place.data, strict=True)]
    return found if len(found) > 1 and same(total, whole.data) else []


def _last(way, node, whole):
    """Return the last value of an expression in the same call before another value, or None."""
    before = [place for place in way.by_place(node) if place.order < whole.order and place.frame is whole.frame]
    return max(before, key=lambda place: place.order) if before else None


def _wanted(way, local, whole):
    """Return the right values of a sum, and True if they are known from the variable that receives it from a call."""
    moments = [moment for moment in local.moments.values() if moment.place is not whole]
    given = [m.wanted for m in moments if m.place.elements == whole.elements and isinstance(m.place.node, ast.Call)]
    found = [numbers for each in given for numbers in each] or adjoints_like(way, whole.shape)[:MAX_WANTED]
    return [numbers for numbers in found if not same(whole.data, numbers)], bool(given)


def _edits(way, source, terms, whole, wanted, known):
    """Yield the edits of each term."""
    for rank, (statement, term, place, sign) in enumerate(terms):
        if way.mentions_parameter(term):
            continue  # the gradient of a penalty has edits of its own
        needed = [
            [x + sign * (a - b) for x, a, b in zip(place.data, numbers, whole.data, strict=True)] for numbers in wanted
        ]
        cost = (KNOWN if known else 1.0) + LATER * min(rank, 4)
        moment = Moment(statement, place, needed, way.scope(place.frame, place.order))
        found = solved(way, source, term, moment, needed, cost, rank == len(terms) - 1)
        yield from (replace(candidate, firm=True) for candidate in found)
