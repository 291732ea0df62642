"""The explanation of a wrong claim: the search for the smallest change of the written tree that makes it right."""

from autograd.grading.clock import Allowance
from autograd.grading.explaining.by_numbers import FAILURES, by_numbers
from autograd.grading.explaining.by_paths import by_paths
from autograd.grading.explaining.by_slips import by_slips
from autograd.grading.meaning.letters import Letters, variables

__all__ = ["Explanation", "explain"]

_SECONDS = 2.0  # the work for one diagnosis
_MAX_READINGS = 3


class Explanation:
    """A wrong claim and the search for its mistakes.

    Args:
        judge: the judge of the claim.
        verdict: a :class:`~autograd.grading.judging.written.Verdict`.
        vectors: the layout of vectors in the convention, or None.
    """

    def __init__(self, judge, verdict, vectors):
        self.judge, self.verdict, self.vectors = judge, verdict, vectors
        self.task, self.places = verdict.judged.task or verdict.task, verdict.places
        self.judged, self.reading = verdict.judged, verdict.judged.reading
        self.mended = None  # the verdict on the corrected claim, if that has another reading
        self.allowance = Allowance(_SECONDS)
        self.link = verdict.judged.link or 1
        self.model = judge.model
        self.is_step = self.task.kind == "step"
        self.written = self.task.sides[self.link - 1 if self.is_step else self.link]

    def is_late(self):
        """Return True if the search has used up its allowance."""
        return self.allowance.is_used_up()

    def mistakes(self):
        """Return the mistakes in the claim."""
        self.judge.allowance = self.allowance
        try:
            return self.found()
        finally:
            self.judge.allowance = None

    def found(self):
        """Return the mistakes in the most likely reading that has any."""
        judged = self.verdict.judged
        others = [x for x in judged.others if x.reading != judged.reading and (x.link or x.error)]
        for k, other in enumerate(sorted((judged, *others), key=self.ignores_a_layer)):
            if self.is_late():
                break
            self.judged, self.reading, self.link = other, other.reading, other.link or 1
            self.written = self.task.sides[self.link - 1 if self.is_step else self.link]
            if judged.verdict == "ill-formed" and k == 0:  # first look for an index that nothing binds
                found = by_slips(self)
                if found:
                    return found
            if self.reading is not None:
                found = by_numbers(self)
                if found:
                    return found
            found = by_slips(self) if k < _MAX_READINGS else []
            if not found and self.reading is None and not self.is_step:
                found = self.in_other_links()
            if not found and self.reading is not None:
                found = by_paths(self)
            if found:
                return found
        return []

    def ignores_a_layer(self, judged):
        """Return True if a mark that must be a layer counts nothing in a reading, as both k and k + 1 may do."""
        if judged.reading is None or "ignored" not in judged.reading.axes.values():
            return False
        sides = self.task.sides if self.task.parameter is None else (self.task.parameter, *self.task.sides)
        letters = Letters(self.model, self.places, sides, self.task.conditions)
        return letters.ignores_a_layer(judged.reading.axes)

    def in_other_links(self):
        """Return the mistakes in a link after the first, if the claim has no reading at all."""
        for link in range(2, len(self.task.sides)):
            self.link, self.written = link, self.task.sides[link]
            found = by_slips(self)
            if found:
                return found
        return []


def _in_letters_of(task, reading):
    """Return a reading of a corrected claim in the letters of the claim, whose sums were renamed once more in it."""
    if reading is None:
        return None
    letters = {x for side in task.sides for x in variables(side)}
    return reading.changed(
        axes={x if x in letters else x.rpartition("#")[0] or x: axis for x, axis in reading.axes.items()}
    )


def explain(judge, verdict, vectors=None):
    """Return the mistakes in a wrong claim, and the verdict under the reading to which they refer.

    Args:
        judge: the judge of the claim.
        verdict: a :class:`~autograd.grading.judging.written.Verdict`.
        vectors: the layout of vectors in the convention, or None.

    Returns:
        A list of :class:`Mistake`, which is empty if no slip explains the claim, and a verdict. This is the given
        verdict, unless another reading explains more.
    """
    explanation = Explanation(judge, verdict, vectors)
    try:
        mistakes = explanation.mistakes()
    except FAILURES:
        return [], verdict
    if mistakes and explanation.mended is not None:
        meant = _in_letters_of(explanation.task, explanation.mended.reading)
        judged = explanation.judged._replace(meant=meant, task=explanation.task)
        if judged.reading is None:  # only the corrected claim has a reading
            judged = judged._replace(reading=judged.meant)
        return mistakes, verdict._replace(judged=judged)
    if not mistakes or explanation.judged is verdict.judged:
        return mistakes, verdict
    return mistakes, verdict._replace(judged=explanation.judged._replace(task=explanation.task))
