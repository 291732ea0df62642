"""The verdicts of a document's claims in different settings. They are cached while a class of documents is graded."""

import functools
import weakref

from autograd.engine.errors import AutogradError
from autograd.grading.clock import WORK, Allowance
from autograd.grading.grading import Grade
from autograd.grading.setting import Setting

__all__ = ["ClaimJudge", "caught", "forget", "grader_of"]

VERDICTS = 14.0  # seconds of work for all verdicts of a document; each may take as much as a claim may take
SHORT = 0.2  # seconds for each further verdict
_MAX_NETWORKS, _MAX_JUDGED = 32, 300  # the sizes of the caches: of networks, and of judged formulas for each
_JUDGED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


@functools.lru_cache(maxsize=_MAX_NETWORKS)
def _cached_grader(network, recorded, options):
    setting = Setting(
        network, {key: dict(value) if key == "letters" else value for key, value in options}, None, (), "", recorded
    )
    derivation = setting.derivation()
    return derivation.make_grader(derivation._formulas, derivation._printer, derivation._convention)


def _key_of(setting):
    """Return the key of a setting for the cache of graders: the network, the recorded loss and the options."""
    options = tuple(
        sorted(
            (key, tuple(sorted(value.items())) if key == "letters" else value) for key, value in setting.options.items()
        )
    )
    return setting.network, setting.recorded, options


def grader_of(setting):
    """Return the grader of a setting. The most recent ones are cached."""
    return _cached_grader(*_key_of(setting))


class ClaimJudge:
    """A judge of the claims of one document, without explanations.

    A cached grade of another document counts for as much work as it took. The work that remains for diagnoses, and so
    all answers, are the same whatever was graded before. After the verdicts of a document have taken ``VERDICTS``
    seconds of work, each further verdict has a small allowance of its own, so that documents with many claims and
    readings come to an end.
    """

    def __init__(self):
        self._counted: set = set()
        self._allowance = Allowance(VERDICTS, of_own=True)

    def __call__(self, setting, target, text):
        """Return the grade of a formula in a setting. The most recent grades of a network are cached."""
        with self._allowance:
            return self._judged(grader_of(setting), setting, target, text)

    def in_world(self, grader, setting, target, text):
        """Return the grade of a formula by a grader that assumes a writer's earlier results to be right."""
        with self._allowance:
            return caught(grader, "judge", target, text, setting.rate, **self._limit())

    def _limit(self):
        return {"seconds": SHORT} if self._allowance.is_used_up() else {}

    def _judged(self, grader, setting, target, text):
        known = _JUDGED.setdefault(grader, {})
        limit = self._limit()
        key = target, text, setting.rate, *limit.values()
        start = WORK.done
        if key not in known:
            if len(known) >= _MAX_JUDGED:
                known.clear()
            grade = caught(grader, "judge", target, text, setting.rate, **limit)
            known[key] = grade, WORK.done - start
        grade, work = known[key]
        of = *_key_of(setting), *key
        WORK.done = start if of in self._counted else start + work
        self._counted.add(of)
        return grade


def caught(grader, how, target, text, rate, **limit):
    """Return a grade in any case, because an error in one formula must not stop the others."""
    try:
        return getattr(grader, how)(target, text, rate, **limit)
    except AutogradError as error:
        return Grade("unreadable", text, diagnosis=str(error))
    except Exception as error:  # an error in this code: the other claims still get their grades
        said = f"grading it failed with {type(error).__name__}: {error}. Please report this formula."
        return Grade("unreadable", text, diagnosis=said)


def forget():
    """Drop the recorded networks and the points at which they were judged."""
    _cached_grader.cache_clear()
