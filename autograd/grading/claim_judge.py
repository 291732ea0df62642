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
# The sizes of the caches: of networks, and of judged formulas and of assumed earlier results for each.
_MAX_NETWORKS, _MAX_JUDGED, _MAX_WORLDS = 64, 1000, 16
_JUDGED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_WORLDS: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


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
    """A judge of the claims of one document.

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
            return self._cached(grader_of(setting), _key_of(setting), "judge", setting.rate, target, text)

    def explained(self, setting, target, text):
        """Return the grade of a formula with its diagnosis, which is no part of the work on verdicts."""
        return self._cached(grader_of(setting), _key_of(setting), "grade", setting.rate, target, text)

    def in_world(self, grades, setting, target, text):
        """Return the grade of a formula if the earlier results of a writer, which some grades have, are right."""
        with self._allowance:
            world = _world_of(grader_of(setting), grades)
            assumed = *_key_of(setting), *[grade.formula for grade in grades]
            return self._cached(world, assumed, "judge", setting.rate, target, text)

    def _cached(self, grader, key_of_grader, how, rate, target, text):
        """Return what a method of a grader returns for a formula. It counts once as the work that it took."""
        known = _JUDGED.setdefault(grader, {})
        limit = {"seconds": SHORT} if how == "judge" and self._allowance.is_used_up() else {}
        key = how, target, text, rate, *limit.values()
        start = WORK.done
        if key not in known:
            if len(known) >= _MAX_JUDGED:
                known.clear()
            grade = caught(grader, how, target, text, rate, **limit)
            known[key] = grade, WORK.done - start
        grade, work = known[key]
        of = *key_of_grader, *key
        WORK.done = start if of in self._counted else start + work
        self._counted.add(of)
        return grade


def _world_of(grader, grades):
    """Return the grader that assumes the results of some grades. The most recent ones of a grader are cached."""
    worlds = _WORLDS.setdefault(grader, {})
    key = tuple([id(grade) for grade in grades])
    if key not in worlds:
        if len(worlds) >= _MAX_WORLDS:
            worlds.pop(next(iter(worlds)))
        worlds[key] = grader.assuming(grades), grades  # the grades are kept, so that no other ones get their ids
    return worlds[key][0]


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
