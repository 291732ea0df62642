"""Slips that show in the numbers: a constant factor, or a missing or extra factor."""

import contextlib
from fractions import Fraction
from itertools import pairwise

from autograd.engine.errors import AutogradError
from autograd.grading.explaining.mistakes import Mistake, of_constant
from autograd.grading.judging.agreement import constant, is_zero, same
from autograd.grading.judging.instances import instances
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.place import Item, Place
from autograd.grading.meaning.products import is_rest_of
from autograd.grading.reading.nodes import Node, show, walk
from autograd.grading.reading.trees import ReadingError

FAILURES = (
    AutogradError,
    ZeroDivisionError,
    ValueError,
    OverflowError,
    ArithmeticError,
    TypeError,
    KeyError,
    IndexError,
)
_MAX_ENVS = 10


def values_of(explanation, at):
    """Return the true and the written value of each instance at a point, or None if their shapes differ."""
    judge, task = explanation.judge, explanation.task
    found = []
    sides = task.sides
    envs = instances(judge, task, explanation.places, explanation.reading, None)[:_MAX_ENVS]
    cache: dict = {}
    for env in envs:
        evaluation = evaluator(at, explanation.places, explanation.reading, cache)
        try:
            if explanation.is_step:
                truth = arrays.negative(
                    arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, env))
                )
            else:
                truth = evaluation.value(sides[0], env)
            x = evaluation.value(explanation.written, env)
        except ReadingError:
            continue
        if is_array(truth) != is_array(x) or (is_array(truth) and truth.shape != x.shape):
            return None
        found.append((env, evaluation, truth, x))
    return found


def by_numbers(explanation):
    """Return a constant factor, or a missing or extra factor of a usual kind."""
    points = explanation.judge.points.deciding()
    if not points:
        return []
    rows = []
    for at in points:
        try:
            values = values_of(explanation, at)
        except FAILURES:
            continue
        if values is None:
            return []
        rows += values
    if not rows:
        return []
    ratios = [(a, b) for _, _, truth, x in rows for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True)]
    if all(not is_zero(a) and not is_zero(b) for a, b in ratios if not (is_zero(a) and is_zero(b))):
        found = {constant(b / a) for a, b in ratios if not is_zero(a)}
        if len(found) == 1 and None not in found:
            (c,) = found
            if c != 1:
                return of_constant(c, explanation.model.samples)
    return by_factors(explanation, rows) or by_penalty(explanation, rows)


def by_penalty(explanation, rows):
    """Return a mistake if what is missing is a multiple of the weight itself, as the derivative of a penalty is."""
    left = explanation.task.parameter or explanation.task.sides[0]
    weight = left.parts[1] if left.kind == "deriv" else left
    place = place_meant(explanation, rows[0][1])
    if place is None or place.role != "w" or _names_itself(explanation, place):
        return []
    multiples: dict = {}
    for env, evaluation, truth, x in rows:
        try:
            w = evaluation.value(weight, env)
        except FAILURES:
            return []
        numbers = [arrays.entries(y) if is_array(y) else [y] for y in (truth, x, w)]
        if len({len(y) for y in numbers}) > 1 or any(is_zero(y) for y in numbers[2]):
            return []
        multiples.setdefault(id(evaluation.at), []).extend([(a - b) / c for a, b, c in zip(*numbers, strict=True)])
    for found in multiples.values():
        if len(found) < 2 or is_zero(found[0]) or not all(same(found[0], y) for y in found[1:]):
            return []
    return [Mistake("missing term", f"the derivative of the penalty is missing, a multiple of {show(weight)}")]


def _names_itself(explanation, place):
    """Return True if the written formula contains the weight of its left side, other than the weight that changes."""
    if not explanation.is_step:
        return is_written(explanation, place, "value")
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    terms = [explanation.written]
    while any(x.kind in ("add", "neg", "group") for x in terms):
        terms = [y for x in terms for y in (x.parts if x.kind in ("add", "neg", "group") else (x,))]
    for x in [y for term in terms if term.kind != "name" for y in walk(term) if y.kind == "name"]:
        with contextlib.suppress(ReadingError):
            found = evaluation.place(x)
            if (found.role, found.layer) == (place.role, place.layer):
                return True
    return False


def by_factors(explanation, rows):
    """Return a missing or extra factor that explains the written value, entry by entry."""
    if any(is_array(x) and 1 not in x.shape and not x.stacked for _, _, _, x in rows):
        return []
    for name, place, kind in factors(explanation, rows[0][1]):
        missing = extra = True
        seen = False
        for env, evaluation, truth, x in rows:
            try:
                f = factor(explanation, evaluation, place, kind, env)
            except FAILURES:
                missing = extra = False
                break
            numbers = arrays.entries(f) if is_array(f) else [f] * len(arrays.entries(x))
            if len(numbers) != len(arrays.entries(x)):
                missing = extra = False
                break
            pairs = list(zip(arrays.entries(truth), arrays.entries(x), numbers, strict=False))
            missing = missing and all(same(a, b * c) for a, b, c in pairs)
            extra = extra and all(same(a * c, b) for a, b, c in pairs)
            seen = seen or not all(is_zero(a) for a, _, _ in pairs)
            if not (missing or extra):
                break
        if not seen:
            continue  # it was 0 at all points
        if missing:
            return [Mistake("missing factor", f"the factor {name} is missing")]
        if extra:
            words = f"the factor {name} does not belong there"
            return (
                [Mistake("extra factor", words)]
                if is_written(explanation, place, kind)
                else [Mistake("missing factor", f"the division by {name} is missing")]
            )
    return []


def is_written(explanation, place, kind):
    """Return True if the written formula contains a factor: a quantity, 1 minus one, or a derivative of a function."""
    evaluation = evaluator(explanation.judge.points.first(), explanation.places, explanation.reading, {})
    if kind == "slope" and any(is_slope(x) for x in walk(explanation.written)):
        return True
    trees = [explanation.written]
    if kind == "one minus":
        trees = [x for x in walk(explanation.written) if x.kind == "add" and x.parts[0] == Node("num", (), Fraction(1))]
    for x in [y for tree in trees for y in walk(tree)]:
        if x.kind in ("name", "call"):
            try:
                found = evaluation.place(x)
            except ReadingError:
                continue
            if (found.role, found.layer) == (place.role, place.layer):
                return True
    return False


def is_slope(node):
    """Return True if a node is the derivative of a function, or a(1 - a), the derivative of the sigmoid."""
    if node.kind == "prod":
        return any(is_rest_of(y, x) for x, y in pairwise(node.parts))
    return node.kind == "call" and bool(node.parts[0].data[1])


def place_meant(explanation, evaluation):
    """Return the place of the quantity on the left side of a claim, itself or in a derivative, or None."""
    left = explanation.task.parameter or explanation.task.sides[0]
    if left.kind == "deriv" and left.parts[1].kind != "none":
        left = left.parts[1]
    try:
        return evaluation.by_place(left)
    except FAILURES:
        return None


def factors(explanation, evaluation):
    """Yield the usual factors for the left side: those of its own neuron and, for a weight, of both of its neurons."""
    place = place_meant(explanation, evaluation)
    if place is None or place.kind != "quantity" or place.role in ("loss", "other", "parameter"):
        return
    sample, step = place.sample, place.step
    ends = []
    if place.role == "w":
        index = place.index or (None, None)
        ends = [(place.layer[1], index[1]), (place.layer[0], index[0])]
    else:
        ends = [(place.layer, place.index)]
    yield from weights_to_output(explanation, ends[0])
    names = {"delta": "delta", "s": "z", "a": "a", "t": "t", "p": "p"}
    for layer, item in ends:
        for role, kind in (
            ("s", "slope"),
            ("a", "value"),
            ("a", "one minus"),
            ("delta", "value"),
            ("t", "value"),
            ("p", "value"),
            ("p", "one minus"),
            ("p", "both"),
            ("a", "both"),
            ("s", "value"),
        ):
            if (role in ("s", "delta") and layer == 0) or (role in ("t", "p") and layer != explanation.model.depth):
                continue
            if role == "p" and not explanation.model.has_softmax:
                continue
            made = Place("quantity", role, layer, item, sample, step, stacked=place.stacked)
            letter = explanation.places.convention.letters
            base = show(
                Node(
                    "name",
                    (),
                    (
                        {"delta": "delta", "s": explanation.places.pre_activation}.get(
                            role, letter[_letter_of(role, layer, explanation)] if role in letter else names[role]
                        ),
                        0,
                    ),
                )
            )
            where = "" if item is None else f"_{(item.letter or str(item.offset)).split('#')[0]}"
            text = {
                "slope": f"{explanation.places.function_letter}'({base}{where})",
                "value": f"{base}{where}",
                "one minus": f"(1 - {base}{where})",
                "both": f"{base}{where} (1 - {base}{where})",
            }[kind]
            yield text, made, kind


def _letter_of(role, layer, explanation):
    """Return the role whose letter names an activation in a layer: inputs and outputs may have letters of their own."""
    if role != "a":
        return role
    return "x" if layer == 0 else "y" if layer == explanation.model.depth else "a"


def weights_to_output(explanation, end):
    """Yield the weight from a neuron to the next layer if that has only one neuron."""
    layer, item = end
    model = explanation.model
    if item is None or layer >= model.depth or model.size(layer + 1) != 1:
        return
    mark = (item.letter or str(item.offset)).split("#")[0]
    if explanation.reading.below == "layer" and item.letter is None:
        mark = str(layer + 1 + explanation.reading.base - explanation.reading.weights_out)  # numbers below are layers
    name = f"{explanation.places.convention.letters['w']}_{mark}"
    yield name, Place("quantity", "w", (layer, layer + 1), (item, Item(None, 1))), "value"


def factor(explanation, evaluation, place, kind, env):
    """Return the value of a usual factor for one instance."""
    env = {**env}
    takes_sample = explanation.model.takes_sample(place.role, place.layer)
    if takes_sample and place.sample is None and not place.stacked:
        place = place._replace(sample=Item("@n", 0))
    if explanation.model.takes_step(place.role, place.layer) and place.step is None:
        place = place._replace(step=Item("@t", 0))
    return evaluation.value(Node("made", (), (place, kind)), env)
