"""Comparison of the sides of a claim under one reading: chains link by link, and steps up to a constant."""

import contextlib
import itertools
from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.errors import AlgebraError, AutogradError
from autograd.formulas.field import Pole, Unprovable
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS
from autograd.grading.judging.agreement import NotReal, constant, differ, is_zero, same
from autograd.grading.judging.instances import instances, outline_of, unbound_letters
from autograd.grading.judging.open_steps import are_between, of_later_steps
from autograd.grading.judging.points import DOUBTED_POINTS, POINTS_WITHOUT_VALUE
from autograd.grading.judging.task import Judged, joined
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import ShapeError, is_array, shape
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import variables
from autograd.grading.meaning.place import OfLastStep, OutOfRange
from autograd.grading.meaning.products import is_diagonal
from autograd.grading.reading.nodes import Limits, Node, is_name, walk
from autograd.grading.reading.tokens import FUNCTION_WORDS
from autograd.grading.reading.trees import ReadingError

FAILURES = (ZeroDivisionError, ValueError, OverflowError, ArithmeticError, TypeError, AlgebraError)
_BEFORE_LAST = "before the last step"  # in the cache of a comparison if the last step is left out
_SPARE_POINTS = 9  # points of a field that are tried if others have a denominator of 0
_KNOWN = {  # the field knows all identities of these operations that formulas use
    primitives.add, primitives.sub, primitives.mul, primitives.div, primitives.neg, primitives.dot, primitives.total,
    primitives.identity, primitives.exp, primitives.tanh, primitives.sigmoid, primitives.relu, primitives.step,
    primitives.logsumexp, primitives.shift, primitives.softplus, primitives.log,
}  # fmt: skip


def compared(judge, task, places, reading, wanted, definitions, quick=False):
    """Return the verdict under one reading, or None if the reading has no instance that is wanted."""
    cache: dict = {}
    unbound = unbound_letters(judge, task, places, reading, cache)
    if (
        unbound
        and not reading.implied
        and not _mixes_sums(task, unbound)
        and _has_kronecker(judge, task, places, reading, cache)
    ):
        summed = _summed(task, unbound)
        implied = compared(judge, summed, places, reading.changed(implied=True), wanted, definitions)
        if implied is not None and implied.verdict == "equal":
            return implied
    is_open = are_between(task, reading, unbound)
    envs = instances(judge, task, places, reading, wanted, cache)
    envs = of_later_steps(judge, task, places, reading, envs, cache) if is_open else envs
    if not envs:
        return None
    points = judge.points.deciding()
    kinks = bool(points) and points[0].has_kinks
    checked, unproved = 0, 0
    doubted = None  # a refutation in the field that depends on steps, which are random bits there
    pools = [points, judge.points.precise(2)] if points else [judge.points.precise(3)]
    if quick and points:
        pools = pools[:1]
    factor = None
    for pool in pools:
        is_field = pool is pools[0] and points
        if doubted is not None:
            pool = judge.points.precise(DOUBTED_POINTS)
        want = len(pool) if is_field or doubted is not None else min(len(pool), 1 if points else 3)
        agreed, without_value = 0, 0
        drawn = judge.points.field if is_field else judge.points.precise
        for k in itertools.count():
            spare = (0 if kinks else _SPARE_POINTS) if is_field else min(without_value, POINTS_WITHOUT_VALUE)
            if agreed >= want or k >= len(pool) + spare:
                break
            at = pool[k] if k < len(pool) else drawn(k + 1)[k]
            try:
                found, factor = compared_at(judge, task, places, reading, envs, at, cache, factor, definitions)
            except (Pole, ZeroDivisionError):
                continue
            except Unprovable:
                if not is_field:
                    raise
                unproved = 1
                break
            except FAILURES as error:
                if isinstance(error, ReadingError) or is_field:
                    raise
                without_value += isinstance(error, NotReal)
                continue
            if found is not None:
                # Steps are random bits in a field, so |x| and max(x, -x) may differ there. Numbers of many digits
                # decide.
                if is_field and not quick and found.verdict == "wrong" and at.sample.point.has_kinks:
                    doubted, unproved, factor = found._replace(reading=reading), 1, None
                    break
                neurons = [x for x in unbound if isinstance(reading.axes.get(x), int)]
                if neurons:
                    words = ", ".join([x.split("#")[0] for x in neurons])
                    found = found._replace(verdict="ill-formed", reason=f"the index {words} is not bound")
                if (
                    is_field
                    and not kinks
                    and has_functions(judge, task)
                    and agrees_in_digits(judge, task, places, reading, envs, definitions)
                ):
                    return Judged("unproved", reading, envs[0], None)
                return found._replace(reading=reading)
            agreed += 1
            if is_field and not kinks and at.has_kinks:  # the formula has a condition such as z > 0
                kinks, pool = True, judge.points.deciding_kinks()
                want = len(pool)
        if agreed == 0 and doubted is not None and not is_field:
            return doubted  # it has no value at any point
        if agreed == 0 and is_field and not unproved:
            return Judged("wrong", reading, envs[0], 1, "it has no value: it divides by 0")
        if agreed == 0 and not is_field and unproved:
            raise ReadingError(
                "it has no value at the points that were tried: a number is too large, or a function is evaluated "
                "outside of its domain.",
                task.sides[-1].at,
            )
        checked += agreed
    if unbound and not is_open:
        words = ", ".join([x.split("#")[0].lstrip("@") for x in unbound])
        return Judged("ill-formed", reading, envs[0], None, f"the index {words} is not bound")
    if not points:
        unproved = 1
    condition = "" if factor in (None, 1) else _absorbed(factor)
    if is_open:
        condition = joined(condition, f"for every later step {', '.join(unbound)}")
    if _BEFORE_LAST in cache:
        condition = joined(condition, "for all steps but the last one")
    if task.kind == "step":
        evaluation = evaluator(judge.points.first(), places, reading, cache)
        if not any(_mentions_rate(x, evaluation) for x in task.sides):
            condition = f"the rate is {factor or 1}"
    return Judged("unproved" if unproved else "equal", reading, envs[0], None, condition=condition)


def agrees_in_digits(judge, task, places, reading, envs, definitions):
    """Return True if numbers of many digits agree. A field does not know all identities of a function.

    Points at which the formula has no real value are left out. It must have one at one point at least.
    """
    agreed = 0
    for k in range(3 + POINTS_WITHOUT_VALUE):
        try:
            at = judge.points.precise(k + 1)[k]
            if compared_at(judge, task, places, reading, envs, at, {}, None, definitions)[0] is not None:
                return False
        except NotReal:
            continue
        except (AutogradError, *FAILURES):
            return False
        agreed += 1
        if agreed == 3:
            break
    return agreed > 0


def needed_of_targets(judge, task, places, judged):
    """Return the condition on the targets under which a claim holds, in words, or "" if there is none."""
    if not judge.model.network.distributions or judge.points.field(1) is None or judged.reading is None:
        return ""
    inner = judged.task
    unbound = unbound_letters(judge, inner, places, judged.reading)
    if judged.reading.implied:
        inner = _summed(inner, unbound)
    try:
        envs = instances(judge, inner, places, judged.reading, None)
        if are_between(inner, judged.reading, unbound):
            envs = of_later_steps(judge, inner, places, judged.reading, envs, {})
        for at in judge.points.loose():
            if compared_at(judge, inner, places, judged.reading, envs, at, {}, None, None)[0] is not None:
                return "the targets of a sample add up to 1"
    except (AutogradError, *FAILURES):
        return ""
    return ""


def compared_at(judge, task, places, reading, envs, at, cache, factor, definitions):
    """Return a refutation at a point, or None, and the factor by which a step is longer."""
    mpmath = precise_numbers()

    with mpmath.workdps(DIGITS):
        held, at_last, before_last, reaches_after = 0, None, None, False
        for env in envs:
            evaluation = evaluator(at, places, reading, cache, definitions)
            try:
                if task.kind == "value":
                    link, reason = compared_links(judge, task, evaluation, env)
                else:
                    link, reason, factor = compared_step(task, evaluation, env, factor)
            except OutOfRange:
                if has_neighbours(reading):
                    continue
                raise
            except OfLastStep as error:
                before_last = error
                continue
            reaches_after |= evaluation.is_after_last
            if link is not None and evaluation.is_after_last and _is_at_last_step(judge, reading, env):
                at_last = at_last or Judged("wrong", reading, env, link, reason)
                continue
            held += 1
            if link is not None:
                return Judged("wrong", reading, env, link, reason), factor
        if before_last is not None and (not held or reaches_after):
            raise before_last
        if at_last is not None and held:
            cache[_BEFORE_LAST] = True
        elif at_last is not None:
            return at_last, factor
        elif not held:
            raise OutOfRange("this formula has no instance here.")
    return None, factor


def _is_at_last_step(judge, reading, env):
    """Return True if the only letter of an instance that counts steps is at the last one.

    A formula with the delta of step t + 1 says nothing of the last step if only that one has a loss.
    """
    steps = [n for letter, n in env.items() if letter == "@t" or reading.axes.get(letter) == "step"]
    return steps == [judge.model.steps]


def has_neighbours(reading):
    """Return True if a letter counts steps, of which the first or the last may lack a neighbour."""
    return any(axis == "step" for axis in reading.axes.values())


def compared_links(judge, task, evaluation, env):
    """Return the first side that differs from the left one and the reason, or None and "" if all agree."""
    truth = evaluation.value(task.sides[0], env)
    if evaluation.is_before_last and all(_is_nothing(evaluation.value(side, env)) for side in task.sides[1:]):
        raise OutOfRange("only the last step has outputs.")  # 0 = 0 says nothing
    for k, side in enumerate(task.sides[1:], 1):
        if _has_dots(side):
            if not corners_agree(side, truth, evaluation, env):
                return k, "the matrix has other entries"
            continue
        x = evaluation.value(side, env)
        if side.data == "tuple" and (not is_array(truth) or len(arrays.entries(truth)) != len(arrays.entries(x))):
            words = f"the left side is no vector of {len(side.parts)} entries here"
            raise ReadingError(f"{words}: write what it is, or one entry.", side.at)
        if task.sides[0].kind == "deriv":
            truth = as_slopes(truth, x)
        reason = differ(truth, x)
        if reason is not None:
            return k, reason
    return None, ""


def _is_nothing(x):
    return all(y == 0 for y in (arrays.entries(x) if is_array(x) else [x]))


def as_slopes(truth, x):
    """Return a diagonal Jacobian as the vector of its diagonal if it is compared with a vector, or else unchanged."""
    is_pair = is_array(truth) and is_array(x) and truth.shape[0] == truth.shape[1] > 1 and is_diagonal(truth)
    if is_pair and x.shape in ((truth.shape[0], 1), (1, truth.shape[0])):
        column = arrays.Array([[row[k]] for k, row in enumerate(truth.rows)])
        return column if x.shape[1] == 1 else arrays.transpose(column)
    return truth


def corners_agree(side, truth, evaluation, env):
    """Return True if the corner entries of a matrix with dots are right."""
    if not is_array(truth):
        raise ShapeError("the left side", "a matrix", "is not")
    while side.kind == "group":
        side = side.parts[0]
    rows = side.parts
    if side.data == "tuple":
        return _entries_agree(rows, truth, evaluation, env)
    for r, i in ((0, 0), (-1, -1)):
        for c, j in ((0, 0), (-1, -1)):
            cell = rows[r].parts[c]
            if cell.kind in ("dots", "none") or any(x.kind == "dots" for x in walk(cell)):
                continue
            if differ(truth.rows[i][j], evaluation.value(cell, env)) is not None:
                return False
    return True


def _entries_agree(rows, truth, evaluation, env):
    """Return True if the entries of a vector in front of its dots, and those behind them, are right."""
    if 1 not in truth.shape:
        raise ShapeError("the left side", "a vector", "is not")
    numbers, cells = arrays.entries(truth), [row.parts[0] for row in rows]
    dots = [k for k, x in enumerate(cells) if x.kind == "dots"]
    pairs = [*enumerate(cells[: dots[0]]), *[(k - len(cells), cells[k]) for k in range(dots[-1] + 1, len(cells))]]
    if any(not -len(numbers) <= k < len(numbers) for k, _ in pairs):
        raise OutOfRange("this vector has fewer entries.")
    return all(differ(numbers[k], evaluation.value(x, env)) is None for k, x in pairs)


def compared_step(task, evaluation, env, factor):
    """Return the first wrong side of a step of gradient descent, the reason, and the factor by which it is longer.

    The side is None and the reason "" if all sides are right.
    """
    at = evaluation.at
    truth = arrays.negative(arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, env)))
    has_rate = any(_mentions_rate(x, evaluation) for x in task.sides)
    if not has_rate:
        truth = arrays.scaled(at.one / at.rate, truth)
    for k, side in enumerate(task.sides, 1):
        x = evaluation.value(side, env)
        if is_array(truth) != is_array(x) or (is_array(truth) and truth.shape != x.shape):
            return k, f"the left side is {shape(truth)}, the right side {shape(x)}", factor
        for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True):
            if same(a, b) and factor in (None, 1):
                if not is_zero(a):
                    factor = Fraction(1)
                continue
            if is_zero(a) or is_zero(b):
                if is_zero(a) and is_zero(b):
                    continue
                return k, "the step differs", factor
            c = constant(b / a)
            if c is None or c <= 0 or (factor is not None and c != factor):
                return k, "the sign is flipped" if c is not None and c < 0 else "the step differs", factor
            factor = c
    return None, "", factor


def has_functions(judge, task):
    """Return True if the formula or the network has a function whose identities a field does not know."""
    if any(node.op is not None and not _is_known(node) for node in judge.model.network.order):
        return True
    return any(
        (x.kind == "call" and not x.parts[0].data[1] and x.parts[0].data[0] in FUNCTION_WORDS)
        or (x.kind == "pow" and (x.parts[1].kind != "num" or x.parts[1].data.denominator != 1))
        for side in task.sides
        for x in walk(side)
    )


def _is_known(node):
    exponent = node.operands[1] if node.op is primitives.pow_ else None
    return node.op in _KNOWN or (isinstance(exponent, (float, int)) and exponent == int(exponent))


def _mixes_sums(task, unbound):
    """Return True if a side leaves a sum out and writes another one, or another side writes this sum.

    Nobody does that on purpose.
    """
    plain = {x.split("#")[0] for x in unbound}
    if any(x.split("#")[0] in plain for side in task.sides for x in outline_of(side).bound):
        return True
    sides = [side for side in task.sides if any(x.kind == "sum" for x in walk(side))]
    return any(letter in outline_of(side).letters for side in sides for letter in unbound)


def _has_kronecker(judge, task, places, reading, cache):
    """Return True if a delta with two indices is that of Kronecker, and not that of a neuron and a sample."""
    evaluation = evaluator(judge.points.first(), places, reading, cache)
    for x in [x for side in task.sides for x in walk(side) if is_name(x, "delta")]:
        if [(s.kind, len(s.parts)) for s in x.parts] == [("sub", 2)]:
            with contextlib.suppress(ReadingError):
                if evaluation.place(x).kind == "kronecker":
                    return True
    return False


def _absorbed(factor):
    """Return the condition under which a step that is longer by a factor is a step of gradient descent."""
    inverse = 1 / factor
    if factor.numerator == 1 or factor.denominator == 1:
        return (
            f"the constant {inverse} is absorbed in the rate: the rate that is written is {inverse} times the rate of "
            "gradient descent"
        )
    return f"the rate that is written stands for {inverse} of the rate of gradient descent"


def _mentions_rate(tree, evaluation):
    for x in walk(tree):
        if x.kind == "name" and (not x.parts or x.data[0] in evaluation.places.rates):
            try:
                if evaluation.place(x).kind == "rate":
                    return True
            except ReadingError:
                continue
    return False


def _has_dots(side):
    while side.kind == "group":
        side = side.parts[0]
    return side.kind == "matrix" and any(x.kind in ("dots", "none") for row in side.parts for x in row.parts)


def _summed(task, letters):
    """Return the task with repeated letters summed over in each product."""

    def over(tree):
        if tree.kind == "add":
            return tree.with_parts([over(x) for x in tree.parts])
        if tree.kind == "neg" or (tree.kind == "group" and tree.parts[0].kind in ("add", "neg")):
            return tree.with_parts([over(x) for x in tree.parts])
        mine = [x for x in letters if x in variables(tree)]
        return Node("sum", (tree,), Limits(tuple(mine)), tree.at) if mine else tree

    return task._replace(sides=(task.sides[0], *[over(x) for x in task.sides[1:]]))
