"""The points for the targets of a rubric.

A claim about a target earns all of its points if it is equal, or if it follows from an earlier mistake, which has
already cost points. It earns half of them if it has exactly one named mistake, and none otherwise. The best claim about
a target counts.
"""

import re

__all__ = ["award"]

_SHARES = {"equal": 1.0, "follows": 1.0}


def award(points, claims) -> list[dict]:
    """Return the points that each target of a rubric earns, and add them to the claims that earn them.

    Args:
        points: pairs of a target, such as ``w_ho[h,o]`` or ``d_h[1]``, and its points.
        claims: the :class:`~autograd.grading.document.GradedClaim` s of a document.
    """
    rows = []
    for target, of in points:
        best, share = None, -1.0
        for claim in claims:
            if _is_about(claim, target) and _share(claim) > share:
                best, share = claim, _share(claim)
        earned = 0.0 if best is None else of * share
        if best is not None:
            best.points = earned + (best.points or 0.0)
        rows.append({"target": target, "points": earned, "of": of, "line": None if best is None else best.line})
    return rows


def _share(claim):
    if claim.verdict == "wrong" and len(claim.mistakes) == 1:
        return 0.5
    return _SHARES.get(claim.verdict, 0.0)


def _is_about(claim, target):
    """Return True if a claim is about a target. Letters represent all indices."""
    wanted = target.replace(" ", "").removeprefix("dL/d")
    if claim.target is not None and claim.target.replace(" ", "").removeprefix("dL/d") == wanted:
        return True
    name, _, indices = wanted.partition("[")
    pattern = re.escape(name)
    if indices:
        shown = [part if part.isdigit() else r"\d+" for part in indices.rstrip("]").split(",")]
        pattern += rf"\[{','.join(shown)}(,\d+)*\]"
    return any(re.fullmatch(pattern, about.replace(" ", "")) for about in claim.about)
