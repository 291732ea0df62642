"""The mistakes of a document so far, and claims that follow from them by right rules."""

__all__ = ["EarlierMistakes"]

_MAX_WORLDS = 6  # the number of earlier results that are assumed one by one


class EarlierMistakes:
    """The wrong claims of a document.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`.
    """

    def __init__(self, setting, judge):
        self._setting, self._judge = setting, judge
        self._mistaken: list = []  # pairs of a line and a grade

    def remember(self, line, grade):
        """Remember a wrong claim with its grade, which has its results."""
        self._mistaken.append((line, grade))

    def line_before(self, target, text) -> int | None:
        """Return the line of the earlier wrong result from which a claim follows, or None."""
        results = [k for k, (_, grade) in enumerate(self._mistaken) if grade.results]
        if not results:
            return None
        worlds = [tuple(results), *[(k,) for k in reversed(results)]] if len(results) > 1 else [(results[0],)]
        found = next((world for world in worlds[: _MAX_WORLDS + 1] if self._holds_in(world, target, text)), None)
        if found is None:
            return None
        first = next((k for k in found[: min(len(found) - 1, _MAX_WORLDS)] if self._holds_in((k,), target, text)), None)
        return self._mistaken[found[-1] if first is None else first][0]

    def _holds_in(self, world, target, text):
        """Return True if a claim is right where some earlier results are assumed."""
        assumed = [self._mistaken[k][1] for k in world]
        return self._judge.in_world(assumed, self._setting, target, text).verdict == "equal"
