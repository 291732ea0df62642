r"""A step between the two ends of a chain of derivatives, such as the t of ``dL/dh_k = dL/dh_t dh_t/dh_k``.

The left side does not name it, but it is no forgotten index: the formula is meant for every step from k on.
"""

from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Limits, is_name, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["are_between", "of_later_steps"]


def are_between(task, reading, letters):
    """Return True if letters count steps, and occur in derivatives between quantities and in bounds alone.

    Each of them must be the step of a variable, and that of a differentiated quantity or a bound of a product. It is
    the only mark that counts steps: the k of ``o^k_t`` is an index, over which a sum is missing.
    """
    if task.kind != "value" or not letters or any(reading.axes.get(x) != "step" for x in letters):
        return False
    inside, ends, starts = set(), set(), set()
    for side in task.sides[1:]:
        for x in walk(side):
            if x.kind == "deriv":
                inside |= {id(y) for y in walk(x)}
                starts |= _steps_of(x.parts[0])
                ends |= _steps_of(x.parts[1])
            elif isinstance(x.data, Limits) and x.data.is_product:
                bounds = [y for y in (x.data.lower, x.data.upper) if y is not None]
                inside |= {id(z) for y in bounds for z in walk(y)}
                starts |= {head(y) for y in bounds}
    nodes = [x for side in task.sides[1:] for x in walk(side)]
    marks = [[head(p) for s in x.parts for p in s.parts] for x in nodes if is_name(x)]
    counts = [[y for y in x if reading.axes.get(y) == "step"] for x in marks if set(x) & set(letters)]
    if any(len(x) != 1 for x in counts):
        return False
    names = [x for x in nodes if is_name(x) and id(x) not in inside]
    outside = {head(p) for x in names for s in x.parts for p in s.parts}
    return all(x in ends and x in starts and x not in outside for x in letters)


def of_later_steps(judge, task, places, reading, envs, cache):
    """Return the instances in which no derivative is that of a state with respect to a later one, which is 0."""
    evaluation = evaluator(judge.points.first(), places, reading, cache)
    links = [x for side in task.sides[1:] for x in walk(side) if x.kind == "deriv"]
    return [env for env in envs if all(_is_forward(evaluation, x, env) for x in links)]


def _is_forward(evaluation, link, env):
    try:
        of, by = (evaluation.place(x).step for x in link.parts)
        return of is None or by is None or of.at(env) >= by.at(env)
    except (ReadingError, KeyError):
        return True  # the loss, or a letter of a product


def _steps_of(node):
    return {head(p) for s in node.parts for p in s.parts} if node.kind == "name" else set()
