"""Edits that may correct a program, the likeliest first, each with the kind of mistake that it corrects."""

import ast
from dataclasses import replace

from autograd.grading.code import (
    depth_edits,
    error_edits,
    factor_edits,
    form_edits,
    index_edits,
    input_edits,
    layer_edits,
    loop_edits,
    mask_edits,
    method_edits,
    norm_edits,
    optimizer_edits,
    order_edits,
    penalty_edits,
    place_edits,
    running_sums,
    scaling,
    second_passes,
    sibling_edits,
    slope_edits,
    softmax_edits,
    sum_edits,
    surplus_edits,
    target_edits,
    term_edits,
)
from autograd.grading.code.bodies import helper_bodies
from autograd.grading.code.context import ONLY_IF_DERIVATIVE, Candidate, Context
from autograd.grading.code.explanation import first_unknown, products
from autograd.grading.code.local import SCALES, Local
from autograd.grading.code.named_edits import by_text

__all__ = ["candidates", "named"]

SOON, LATE, EARLY, SURE = 1.255, 1.3, 0.8, 0.15
LEAST_LIKELY = 1.9
MAX_ALIKE = 5  # edits that scale the same expression by the same number, such as n, len(X) and len(y)
IN_MATRICES = 0.5
AS_NAMED = 0.15  # the edited value is the derivative after which its variable is named
NAMED = 0.25  # the variable is named after a derivative, and has its value
FACTORS = ("wrong derivative", "wrong factor", "derivative at the wrong argument", "derivative twice", "relu mask")
MAKERS = (
    factor_edits.factors, factor_edits.wrong_slopes, surplus_edits.drops,
    surplus_edits.parts_alone, factor_edits.constants,
    factor_edits.arguments, factor_edits.applied_again, place_edits.substitutes, place_edits.numbered,
    place_edits.inputs,
    place_edits.factors_of_inputs, input_edits.missing_inputs,
    place_edits.rows, place_edits.deltas, place_edits.axes, place_edits.signs, form_edits.transposes,
    form_edits.shifts, form_edits.slices, index_edits.offsets,
    form_edits.comparisons, form_edits.squares, softmax_edits.softmax, softmax_edits.jacobians, form_edits.copies,
    form_edits.roots, form_edits.broadcasts, form_edits.clipped, penalty_edits.missing_penalties,
    penalty_edits.spared_penalties, penalty_edits.squared_penalties,
    term_edits.wrong_penalties, term_edits.scaled_terms, term_edits.missing_terms, term_edits.missing_products,
    term_edits.spared_names, term_edits.sample_counts, index_edits.indices, index_edits.entries, index_edits.called,
    index_edits.fixed_entries, index_edits.keys, index_edits.last_entries,
    index_edits.twins, index_edits.slices_alike, layer_edits.inputs_of_layers, layer_edits.outputs_of_layers,
    slope_edits.branches, slope_edits.leaks, index_edits.other_rows,
    slope_edits.exponentials, slope_edits.complements, slope_edits.products_of_complements,
    factor_edits.wrong_pairs, factor_edits.loop_slopes,
    factor_edits.made_slopes, factor_edits.mirrored, factor_edits.repeated_masks, factor_edits.plain_slopes,
    error_edits.output_errors, error_edits.unread_factors, error_edits.unread_terms, optimizer_edits.missing_roots,
    optimizer_edits.exchanged_means, optimizer_edits.missing_squares, norm_edits.gains,
    norm_edits.exponents, norm_edits.whole_normalizations, norm_edits.denominators, norm_edits.centered,
    loop_edits.columns, loop_edits.first_rows, loop_edits.other_counts, loop_edits.whole_gradients, loop_edits.twins,
    loop_edits.other_fields,
    method_edits.missing_products, method_edits.other_arguments, method_edits.dropped_calls,
    method_edits.exchanged_calls, method_edits.in_place, mask_edits.other_functions,
)  # fmt: skip


def named(candidate, way, source):
    """Return a candidate with the kind that fits its place, such as "penalty" in the gradient of a penalty.

    An edit in a helper that computes the derivative of an activation corrects a wrong derivative.
    """
    candidate = by_text(candidate, way, source)
    if candidate.firm or candidate.kind in ("transpose", "order in time"):
        return candidate
    if candidate.kind in ("wrong factor", "constant factor", "derivative missing", "derivative twice"):
        lines = way.helper_lines
        if any(first < candidate.line <= last for first, last in lines):
            return replace(candidate, kind="wrong derivative")
    start, end = min(edit.start for edit in candidate.edits), max(edit.end for edit in candidate.edits)
    if any(source.holds(mask, start, end) for mask in way.masks):
        return replace(candidate, kind="relu mask")
    if candidate.kind not in ("constant factor", "wrong factor", "loss for its derivative", "divided twice"):
        return candidate
    if any(source.holds(node, start, end) for node in way.complements):
        variable = len(candidate.edits) == 1 and _is_variable(candidate.edits[0].text)
        return replace(candidate, kind="derivative at the wrong argument" if variable else "wrong derivative")
    statement = next((s for s, first, last in source.stores if first <= start and end <= last), None)
    terms = [statement.value] if statement is not None else []
    while terms:
        term = terms.pop()
        if isinstance(term, ast.BinOp) and isinstance(term.op, (ast.Add, ast.Sub)):
            terms += [term.left, term.right]
        elif isinstance(term, (ast.Name, ast.Attribute, ast.Subscript)) and candidate.line in way.update_lines:
            continue  # the parameter that is updated
        elif source.holds(term, start, end) and way.mentions_parameter(term):
            return replace(candidate, kind="penalty", message=f"the gradient of the penalty: {candidate.message}")
    return candidate


def _is_variable(text):
    """Return True if a text is a name, an attribute or an item, such as ``store['A1']``."""
    try:
        return isinstance(ast.parse(text, mode="eval").body, (ast.Name, ast.Attribute, ast.Subscript))
    except SyntaxError:
        return False


def _with_cost_of_place(candidate, suspects, unknown, settled, local):
    """Return a candidate with a lower cost if its place is probably wrong, and a higher cost if it seems right.

    Args:
        candidate: The candidate.
        suspects: For each wrong update, the first line of its computation that is not a derivative of the loss.
        unknown: The spans of products that are not derivatives of the loss, although all their factors are known.
        settled: The spans of products that are derivatives of the loss.
        local: The object that tests if an edit makes the value of a statement a derivative of the loss.
    """
    if candidate.firm:
        return candidate
    if local.way.matrices is not None and local.way.matrices.holds(candidate.line):
        # The methods of a class of matrices serve both passes, so their calls are likelier to be wrong.
        return replace(candidate, cost=candidate.cost + IN_MATRICES)
    made = local.makes_derivative(candidate)
    if made:
        cost = min(candidate.cost, 1.0 + SURE * min(candidate.cost, LEAST_LIKELY)) - AS_NAMED * (made == 2)
        return replace(candidate, cost=cost, likely=True)
    cost = candidate.cost
    if cost >= ONLY_IF_DERIVATIVE:
        return candidate
    if candidate.line in suspects and cost > SOON:
        cost = SOON + 0.3 * max(cost - LATE, 0.0)
    if made == 0 and local.is_right_by_name(candidate):
        cost += NAMED
    if candidate.kind == "derivative missing":
        cost += 0.3 * _is_within(candidate, settled)
    elif candidate.kind in FACTORS and _is_within(candidate, unknown):
        cost *= EARLY
    return replace(candidate, cost=cost, unlikely=made == 0 and candidate.kind not in SCALES)


def _changes(source, edit):
    return source.text[edit.start : edit.end] != edit.text


def _is_within(candidate, spans):
    """Return True if all edits of a candidate are within one of these spans of text."""
    start, end = min(edit.start for edit in candidate.edits), max(edit.end for edit in candidate.edits)
    return any(first <= start and end <= last for first, last in spans)


def candidates(way, source, wrong_factors):
    """Return edits of the backward pass, the likeliest first.

    Args:
        way: The facts about the backward pass.
        source: The program.
        wrong_factors: The factors of the updates that are proportional to the gradient but not equal to it.
    """
    found = []
    scopes, contexts = {}, []
    for statement, node, places in way.nodes:
        if way.is_fixed(node) or way.is_machinery(node):
            continue
        seen = places[0]
        key = (id(seen.frame), seen.order)
        context = Context(way, source, statement, node, seen, places, scopes, key, wrong_factors)
        contexts.append(context)
        for make in MAKERS:
            found.extend(make(context))
        found.extend(scaling.scalings(context, Candidate))
    found.extend(place_edits.augmented_signs(way, source))
    found.extend(term_edits.accumulations(way, source))
    found.extend(term_edits.replacements(way, source))
    found.extend(term_edits.loop_orders(way, source))
    found.extend(term_edits.loop_bounds(way, source))
    found.extend(term_edits.spared_biases(way, source))
    found.extend(penalty_edits.whole_penalties(way, source))
    found.extend(mask_edits.mask_entries(way, source))
    found.extend(layer_edits.forward_again(way, source))
    found.extend(softmax_edits.rows_alone(source))
    found.extend(second_passes.second_passes(way, source))
    found.extend(loop_edits.containers(way, source))
    found.extend(loop_edits.whole_lists(way, source))
    found.extend(loop_edits.stored_indices(way, source))
    found.extend(loop_edits.missing_carries(way, source))
    found.extend(loop_edits.objects(way, source))
    found.extend(place_edits.exchanged(way, source))
    found.extend(norm_edits.new_factors(contexts))
    found.extend(norm_edits.overwritten(way, source))
    found.extend(index_edits.repeated(way, source))
    found.extend(index_edits.labels(way, source))
    found.extend(index_edits.stored_steps(way, source))
    found.extend(target_edits.stored_elsewhere(way, source))
    found.extend(target_edits.rows_of_updates(way, source))
    found.extend(target_edits.other_stores(way, source))
    found.extend(target_edits.parts_of_rows(way, source))
    found.extend(depth_edits.depths(way, source))
    found.extend(order_edits.exchanges(way, source))
    found.extend(surplus_edits.deletions(way, source))
    found.extend(sibling_edits.siblings(way, source))
    found.extend(sibling_edits.swapped_parts(way, source))
    found.extend(sibling_edits.unread_values(source))
    found.extend(optimizer_edits.unsquared_means(source) if way.optimizers else ())
    found.extend(helper_bodies(way, source, Candidate))
    suspects = {first_unknown(way, lack.below) for lack in way.lacks}
    unknown, settled = [[source.span(node) for node in nodes] for nodes in products(way)]
    local = Local(way, source)
    found.extend(sum_edits.solved_terms(way, source, local))
    found.extend(running_sums.running_sums(way, source, local))
    found = [_with_cost_of_place(candidate, suspects, unknown, settled, local) for candidate in found]
    found = [c for c in found if c.cost < ONLY_IF_DERIVATIVE and any(_changes(source, edit) for edit in c.edits)]
    unique = {}
    for candidate in sorted(found, key=lambda c: (c.cost, c.line)):
        unique.setdefault(candidate.edits, named(candidate, way, source))
    alike, kept = {}, []
    for candidate in unique.values():
        first = candidate.edits[0]
        key = (candidate.kind, candidate.message, first.start, first.end)
        alike[key] = alike.get(key, 0) + 1
        if candidate.kind not in SCALES or alike[key] <= MAX_ALIKE:
            kept.append(candidate)
    return kept
