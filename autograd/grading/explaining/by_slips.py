"""Slips that an edit of the written tree corrects."""

import itertools

from autograd.grading.explaining.by_numbers import FAILURES, factors, place_meant
from autograd.grading.explaining.mistakes import Mistake
from autograd.grading.explaining.slips import Slip, paths, slips
from autograd.grading.judging.comparing import compared
from autograd.grading.judging.instances import unbound_letters
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import variables
from autograd.grading.meaning.place import Item, Place
from autograd.grading.reading.nodes import Node, replace_at, show


def by_slips(explanation):
    """Return the most likely slip whose correction makes the claim right, as a list, or an empty list."""
    unbound = []
    if explanation.reading is not None:
        try:
            unbound = unbound_letters(explanation.judge, explanation.task, explanation.places, explanation.reading)
        except FAILURES:
            unbound = []
    best = None
    left = explanation.task.parameter or explanation.task.sides[0]
    for slip in slips(explanation.written, explanation.places, unbound, variables(left)):
        if explanation.is_late():
            break
        if best is not None and slip.cost >= best.cost:
            break
        if mends(explanation, slip):
            best = slip
    best = (
        best
        or missing_link(explanation)
        or in_another_layout(explanation, unbound, left)
        or within_sums(explanation)
        or within_products(explanation)
        or without_diagonal(explanation)
        or without_bias(explanation)
        or of_some_indices(explanation)
    )
    return [] if best is None else [Mistake(best.kind, best.text)]


def of_some_indices(explanation):
    """Return the condition that is missing if a claim only holds for two equal or two different indices, or None."""
    letters = [x for x in variables(explanation.task.sides[0]) if explanation.reading is not None]
    for a, b in itertools.combinations(letters, 2):
        if explanation.reading.axes.get(a) != explanation.reading.axes.get(b):
            continue
        for sign, other in (("!=", "="), ("=", "!=")):
            names = [Node("name", (), (x, 0), 0) for x in (a, b)]
            task = explanation.task._replace(conditions=(*explanation.task.conditions, Node("cmp", names, sign)))
            if explanation.is_late() or not holds(explanation, task):
                continue
            words = f"it holds for {a} {sign} {b} only: write this condition, or the case {a} {other} {b}, too"
            return Slip("missing condition", words, explanation.written, 1.0)
    return None


def without_bias(explanation):
    """Return the bias that is missing in a weighted sum of a forward formula, or None."""
    if explanation.reading is None or not explanation.model.has_biases or explanation.is_step:
        return None
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    meant = place_meant(explanation, evaluation)
    if meant is None or meant.role not in ("s", "a", "p") or not meant.layer:
        return None
    letter = explanation.places.convention.letters["b"]
    bias = Node("made", (), (meant._replace(role="b", sample=None, step=None, stacked=False, power=None), "value"))
    for path, node in paths(explanation.written):
        if node.kind not in ("sum", "prod", "add") or explanation.is_late():
            continue
        tree = replace_at(
            explanation.written, path, Node("add", (Node("group", (node,), "(", node.at), bias), None, node.at)
        )
        slip = Slip("missing term", f"the bias {letter} is missing in the sum {show(node)}", tree, 1.2)
        if mends(explanation, slip):
            return slip
    return None


def holds(explanation, task):
    """Return True if a claim is right under the reading of the explanation."""
    try:
        found = compared(explanation.judge, task, explanation.places, explanation.reading, None, None, quick=True)
    except FAILURES:
        return False
    return found is not None and found.verdict in ("equal", "unproved")


def missing_link(explanation):
    """Return the missing link after a derivative of the loss, such as dh_{t+1}/dh_t after dL/dh_{t+1}, or None."""
    left = explanation.task.sides[0]
    if left.kind != "deriv" or left.parts[1].kind != "name":
        return None
    by = left.parts[1]
    for path, node in paths(explanation.written):
        if node.kind != "deriv" or node.parts[1].kind != "name" or node.parts[1] == by or explanation.is_late():
            continue
        link = Node("deriv", (node.parts[1], by), None, node.at)
        for pair in ((node, link), (Node("transpose", (link,), None, node.at), node)):
            tree = replace_at(explanation.written, path, Node("prod", pair, ("",), node.at))
            slip = Slip("missing factor", f"the factor {show(link)} is missing", tree, 1.0)
            if mends(explanation, slip):
                return slip
    return None


def in_another_layout(explanation, unbound, left):
    """Return a missing transpose if vectors are rows instead of columns or the reverse, or else None."""
    if not isinstance(explanation.verdict.judged.error, ShapeError):
        return None
    for slip in slips(explanation.written, explanation.places, unbound, variables(left)):
        if "transpose" in slip.kind and not explanation.is_late() and mends(explanation, slip._replace(moves=True)):
            return slip
    return None


def within_sums(explanation):
    """Return a usual factor that is missing in the body of a sum over samples or steps, or None."""
    if explanation.reading is None:
        return None
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    for path, node in paths(explanation.written):
        if node.kind != "sum" or explanation.is_late():
            continue
        for text, place, kind in factors_of_next_layer(explanation, evaluation, node):
            body = Node("prod", (node.parts[0], Node("made", (), (place, kind))), ("",), node.at)
            tree = replace_at(explanation.written, path, Node("sum", (body,), node.data, node.at))
            slip = Slip("missing factor", f"the factor {text} is missing in the sum", tree, 1.3)
            if mends(explanation, slip):
                return slip
        for text, place, kind in factors(explanation, evaluation):
            for letter in node.data.letters:
                axis = {"@n": "sample"}.get(letter) or explanation.reading.axes.get(letter)
                if axis not in ("sample", "step"):
                    continue
                inner = place._replace(**{axis: Item(letter, 0)})
                if not (explanation.model.takes_sample if axis == "sample" else explanation.model.takes_step)(
                    place.role, place.layer
                ):
                    continue
                body = Node("prod", (node.parts[0], Node("made", (), (inner, kind))), ("",), node.at)
                tree = replace_at(explanation.written, path, Node("sum", (body,), node.data, node.at))
                slip = Slip("missing factor", f"the factor {text} is missing in the sum", tree, 1.3)
                if mends(explanation, slip):
                    return slip
    return None


def within_products(explanation):
    """Return a derivative that is missing between the factors of a product of matrices, or None."""
    if explanation.reading is None:
        return None
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    place = place_meant(explanation, evaluation)
    if place is None or place.role != "w" or not evaluation.is_whole(place):
        return None
    layer = place.layer[1]
    names = explanation.places.convention.letters
    for path, node in paths(explanation.written):
        if node.kind != "prod" or explanation.is_late():
            continue
        for k in range(1, len(node.parts)):
            for stacked in (False, True) if explanation.model.samples > 1 else (False,):
                slope = Node("made", (), (Place("quantity", "s", layer, None, stacked=stacked), "slope"), node.at)
                before, after = product_of(node, 0, k), product_of(node, k, len(node.parts))
                inner = Node("group", (Node("prod", (before, slope), ("had",), node.at),), "(", node.at)
                tree = replace_at(explanation.written, path, Node("prod", (inner, after), ("",), node.at))
                text = f"the factor {names['function']}'({names['s']}) is missing"
                if mends(explanation, Slip("missing factor", text, tree, 1.3)):
                    return Slip("missing factor", text, tree, 1.3)
    return None


def without_diagonal(explanation):
    """Return the derivative of the activation that is missing beside a Jacobian of activations, or None."""
    left = explanation.task.sides[0]
    if explanation.reading is None or left.kind != "deriv" or left.parts[0].kind != "name":
        return None
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    try:
        place = evaluation.place(left.parts[0])
    except FAILURES:
        return None
    if place.role != "a" or not place.layer or not evaluation.is_whole(place):
        return None
    written, names = explanation.written, explanation.places.convention.letters
    slope = Node("made", (), (place._replace(role="s", power=None), "slope"), written.at)
    diagonal, inner = Node("diag", (slope,), None, written.at), Node("group", (written,), "(", written.at)
    text = f"the factor diag({names['function']}'({names['s']})) is missing"
    for pair in ((diagonal, inner), (inner, diagonal)):
        slip = Slip("missing factor", text, Node("prod", pair, ("",), written.at), 1.3)
        if not explanation.is_late() and mends(explanation, slip):
            return slip
    return None


def product_of(node, start, end):
    """Return the factors of a product from ``start`` to ``end``."""
    parts = node.parts[start:end]
    return parts[0] if len(parts) == 1 else Node("prod", parts, node.data[start : end - 1], node.at)


def factors_of_next_layer(explanation, evaluation, series):
    """Yield the factors of a sum over the neurons of the next layer: weights, deltas and derivatives."""
    place = place_meant(explanation, evaluation)
    if place is None or place.kind != "quantity" or place.role not in ("a", "s", "delta") or place.index is None:
        return
    for letter in series.data.letters:
        if explanation.reading.axes.get(letter) != place.layer + 1:
            continue
        mark = letter.split("#")[0]
        own = (place.index.letter or str(place.index.offset)).split("#")[0]
        names = explanation.places.convention.letters
        pair, item = (place.layer, place.layer + 1), Item(letter, 0)
        order = f"{mark}{own}" if explanation.places.to_from else f"{own}{mark}"
        yield f"{names['w']}_{order}", Place("quantity", "w", pair, (place.index, item)), "value"
        there = Place("quantity", "delta", place.layer + 1, item, place.sample, place.step)
        yield f"delta_{mark}", there, "value"
        yield f"{names['function']}'({names['s']}_{mark})", there._replace(role="s"), "slope"


def changed(explanation, tree):
    """Return the task with another tree in place of the wrong side, and without the sides after it.

    If the whole claim has no reading, no side is known to be wrong, and all sides must hold.
    """
    if explanation.reading is None and not explanation.is_step:
        sides = list(explanation.task.sides)
        sides[explanation.link] = tree
        return explanation.task._replace(sides=tuple(sides))
    if explanation.is_step:
        return explanation.task._replace(sides=(tree,))
    return explanation.task._replace(sides=(explanation.task.sides[0], tree))


def mends(explanation, slip):
    """Return True if the correction of a slip makes the claim right."""
    task = changed(explanation, slip.tree)
    if explanation.reading is not None:
        try:
            axes = dict(explanation.reading.axes)
            found = compared(
                explanation.judge,
                task,
                explanation.places,
                explanation.reading.changed(axes=axes),
                None,
                None,
                quick=True,
            )
            if (
                found is not None
                and found.verdict in ("equal", "unproved")
                and not (explanation.is_step and found.condition)
            ):
                explanation.mended = None
                return True
        except FAILURES:
            pass
    if not slip.moves and explanation.reading is not None:
        return False
    try:
        found = explanation.judge.judge(task, explanation.places, explanation.vectors, None, None)
    except FAILURES:
        return False
    if found.verdict not in ("equal", "unproved") or (explanation.is_step and found.condition):
        return False
    explanation.mended = found
    return True
