"""Counterexamples to claims, as simple as possible."""

from autograd.formulas.sampling import replayed_at
from autograd.grading.clock import Allowance
from autograd.grading.explaining.by_numbers import FAILURES
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.quantities import At
from autograd.grading.reading.nodes import Node

__all__ = ["counterexample"]


def counterexample(judge, verdict, candidates, names):
    """Return a simple point that refutes a claim, or None.

    Args:
        judge: the judge of the claim.
        verdict: a :class:`~autograd.grading.judging.written.Verdict`.
        candidates: pairs of numbers by symbol, and True if they are plain; see :meth:`Oracle.candidates`.
        names: a function from a symbol to its name.

    Returns:
        A tuple: a dict from names to numbers, the indices of the instance, the true number, and the number of the
            claim.
    """
    judged, task, places = verdict.judged, verdict.judged.task or verdict.task, verdict.places
    if judged.reading is None or judged.env is None or judged.link is None:
        return None
    step = task.kind == "step"
    written = task.sides[judged.link - 1 if step else judged.link]
    best = None
    allowance = Allowance(0.25)
    for k, (numbers, _) in enumerate(candidates):
        if (best is not None and allowance.is_used_up()) or k > 60:
            break
        try:
            at = At(judge.model, replayed_at(judge.model.network, numbers), 0.1)
            evaluation = evaluator(at, places, judged.reading, {})
            if step:
                truth = arrays.negative(
                    arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, judged.env))
                )
            else:
                truth = evaluation.value(task.sides[0], judged.env)
        except FAILURES:
            continue
        try:
            x = evaluation.value(written, judged.env)
            given = arrays.entries(x) if is_array(x) else [x] * len(arrays.entries(truth))  # one for all entries
            pairs = list(zip(arrays.entries(truth), given, strict=True))
        except FAILURES:
            x, pairs = None, [(arrays.entries(truth)[0], None)]
        for i, (a, b) in enumerate(pairs):
            if isinstance(a, complex) or isinstance(b, complex):
                continue
            if b is None or abs(a - b) > 1e-6 * max(abs(a), abs(b), 1e-12):
                where = {key.split("#")[0]: n for key, n in judged.env.items() if not key.startswith("@")}
                if is_array(truth):
                    columns = truth.shape[1]
                    where["row"], where["column"] = i // columns + 1, i % columns + 1
                found = {names(s): numbers[s] for s in numbers}, where, float(a), None if b is None else float(b)
                if b is not None and abs(a) > 1e-3 and abs(a - b) > 0.01 * abs(a):
                    return found
                best = best or found
                break
    return best
