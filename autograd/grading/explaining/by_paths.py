"""Slips that leave out some of the paths to the loss: other neurons, or earlier steps."""

import functools

from autograd.grading.explaining.by_numbers import values_of
from autograd.grading.explaining.mistakes import Mistake
from autograd.grading.judging.agreement import same
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.meaning.ratios import direct


def by_paths(explanation):
    """Return a mistake if the written value is the contribution of only one neuron or only one step."""
    points = explanation.judge.points.deciding()
    if not points or explanation.is_step:
        return []
    held: dict = {}
    is_diagonal = True
    for at in points:
        rows = values_of(explanation, at)
        if not rows:
            return []
        is_diagonal = is_diagonal and all(_is_diagonal_of(x, truth) for _, _, truth, x in rows)
        for env, evaluation, _, x in rows:
            parts = parts_of(explanation, evaluation, env)
            written = arrays.entries(x) if is_array(x) else [x]
            for name, y in parts.items():
                fits = len(y) == len(written) and all(same(a, b) for a, b in zip(written, y, strict=True))
                held[name] = held.get(name, True) and fits
            for name in set(held) - set(parts):
                held[name] = False
    for name, good in held.items():
        if good:
            return [Mistake("missing path", f"only a part is there: {name}")]
    if is_diagonal:
        words = "the diagonal of the Jacobian; the derivatives with respect to the other neurons are missing"
        return [Mistake("missing path", f"only a part is there: {words}")]
    return []


def _is_diagonal_of(x, truth):
    """Return True if an array has the diagonal of a square array, and is 0 elsewhere."""
    if not is_array(x) or not is_array(truth) or x.shape != truth.shape or x.shape[0] != x.shape[1]:
        return False
    pairs = zip(x.rows, truth.rows, strict=True)
    return x.shape[0] > 1 and all(
        same(a, b if i == j else b * 0)
        for i, (row, other) in enumerate(pairs)
        for j, (a, b) in enumerate(zip(row, other, strict=True))
    )


def parts_of(explanation, evaluation, env):
    """Return a dict from the names of single paths to their contributions to each entry of the left side."""
    left = explanation.task.sides[0]
    model = explanation.model
    if left.kind == "deriv" and left.parts[1].kind != "none":
        place = evaluation.by_place(left.parts[1])
        of = Quantity("loss") if left.parts[0].kind == "loss" or explanation.places.is_loss(left.parts[0]) else None
        if of is None:
            of = evaluation.quantity(evaluation.place(left.parts[0]), env)
    else:
        place = evaluation.place(left)
        of = Quantity("loss")
    if place.kind != "quantity":
        return {}
    if not evaluation.is_whole(place):
        return {name: [y] for name, y in parts_of_one(explanation, evaluation, of, place, env, None).items()}
    if place.role not in ("delta", "s", "a") or place.stacked:
        return {}
    found: dict = {}
    for k in range(1, model.size(place.layer) + 1):
        for name, y in parts_of_one(explanation, evaluation, of, place, env, k).items():
            found.setdefault(name, []).append(y)
    return found


def parts_of_one(explanation, evaluation, of, place, env, index):
    """Return the contributions of single paths from one quantity, by name."""
    at, model = evaluation.at, explanation.model
    q = evaluation.quantity(place, env, index)
    scale = at.one
    if q.role == "delta":
        q, scale = q._replace(role="s"), at.number(model.formulas.factor)
    found: dict = {}
    if q.role in ("a", "s") and q.layer == model.depth and model.has_softmax:
        through = {k: Quantity("p", q.layer, k, q.sample, q.step) for k in range(1, model.size(q.layer) + 1)}
        own = q.index
    elif q.role in ("a", "s") and q.layer < model.depth:
        through = {k: Quantity("s", q.layer + 1, k, q.sample, q.step) for k in range(1, model.size(q.layer + 1) + 1)}
        own = None
    elif q.role in ("w", "b") and model.steps > 1:
        return parts_of_steps(explanation, at, of, q)
    else:
        return {}
    total = {k: scale * at.ratio(of, n) * at.ratio(n, q) for k, n in through.items()}
    if own is not None:
        found["the path through the output itself; the paths through the other outputs are missing"] = total[own]
    after = Quantity("s", q.layer, 1, q.sample, (q.step or 0) + 1)
    if model.steps > 1 and own is None and total and (q.layer, q.layer) in model.weights:
        words = "the path through the outputs of the same step; the path through the next step is missing"
        found[words] = sum_of(total)
        if model.exists(after):
            later = {k: after._replace(index=k) for k in range(1, model.size(q.layer) + 1)}
            later = {k: scale * at.ratio(of, n) * at.ratio(n, q) for k, n in later.items()}
            words = "the path through the next step; the path through the outputs of the same step is missing"
            found[words] = sum_of(later)
    for k, y in total.items():
        found.setdefault(
            f"the path through neuron {k} of the next layer; the paths through its other neurons are missing", y
        )
    return found


def sum_of(numbers):
    """Return the sum of the values of a dict that is not empty."""
    return functools.reduce(lambda a, b: a + b, numbers.values())


def parts_of_steps(explanation, at, of, q):
    """Return the contributions of single steps of a recurrent network, by name."""
    model = explanation.model
    layer = q.layer[1] if isinstance(q.layer, tuple) else q.layer
    index = q.index[1] if isinstance(q.index, tuple) else q.index
    found: dict = {}
    evaluation = evaluator(at, explanation.places, explanation.reading.changed(direct=True), {})
    parts = {}
    for t in range(1, model.steps + 1):
        s = Quantity("s", layer, index, of.sample, t)
        if model.exists(s) and (of.step is None or t <= of.step):
            parts[t] = at.ratio(of, s) * direct(evaluation, s, q)
    if parts:
        last = max(parts)
        found["that of the last step; the earlier steps are missing"] = parts[last]
        found["that of the first step; the later steps are missing"] = parts[min(parts)]
    return found
