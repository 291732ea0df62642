"""Edits that may make a program right, the likeliest first: each with the kind of mistake that it undoes."""

from autograd.grading.code import factor_edits, form_edits, place_edits, scaling
from autograd.grading.code.bodies import helper_bodies
from autograd.grading.code.context import Candidate, Context

__all__ = ["candidates"]

MAKERS = (
    factor_edits.factors, factor_edits.wrong_slopes, factor_edits.drops, factor_edits.constants,
    factor_edits.arguments, place_edits.substitutes, place_edits.axes, place_edits.signs, form_edits.transposes,
    form_edits.shifts, form_edits.comparisons, form_edits.squares, form_edits.softmax, form_edits.copies,
    form_edits.broadcasts,
)  # fmt: skip


def candidates(way, source, wrong_factors):
    """Return edits of the way back, the likeliest first.

    Args:
        way: What is known about the way back.
        source: The program.
        wrong_factors: The factors of the updates that are proportional to the gradient but not equal to it.
    """
    found = []
    scopes = {}
    for statement, node, places in way.nodes:
        if way.is_fixed(node):
            continue
        seen = places[0]
        key = (id(seen.frame), seen.order)
        context = Context(way, source, statement, node, seen, places, scopes, key, wrong_factors)
        for make in MAKERS:
            found.extend(make(context))
        found.extend(scaling.scalings(context, Candidate))
    found.extend(place_edits.augmented_signs(way, source))
    found.extend(helper_bodies(way, source, Candidate))
    unique = {}
    for candidate in sorted(found, key=lambda c: (c.cost, c.line)):
        unique.setdefault(candidate.edits, candidate)
    return list(unique.values())
