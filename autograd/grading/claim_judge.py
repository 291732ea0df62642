"""The verdicts of a document's claims in different settings. They are cached while a class of documents is graded."""

import functools

from autograd.engine.errors import AutogradError
from autograd.grading.clock import WORK, Allowance
from autograd.grading.grading import Grade
from autograd.grading.setting import Setting

__all__ = ["ClaimJudge", "caught", "forget"]

VERDICTS = 14.0  # seconds of work for all verdicts of a document; each may take as much as a claim may take
SHORT = 0.2  # seconds for each further verdict
# The sizes of the caches: of networks, and of judged formulas and of assumed earlier results for each.
_MAX_NETWORKS, _MAX_JUDGED, _MAX_WORLDS = 160, 1000, 16


class _Known:
    """A grader, with the grades of formulas and the graders that assume earlier results, as far as they are known."""

    def __init__(self, grader):
        self.grader = grader
        self.judged: dict = {}
        self._worlds: dict = {}

    def world(self, grades):
        """Return the one that assumes the results of some grades. The most recent ones are kept."""
        key = tuple([id(grade) for grade in grades])
        if key not in self._worlds:
            if len(self._worlds) >= _MAX_WORLDS:
                self._worlds.pop(next(iter(self._worlds)))
            # The grades are kept, so that no other ones get their ids.
            self._worlds[key] = _Known(self.grader.assuming(grades)), grades
        return self._worlds[key][0]


@functools.lru_cache(maxsize=_MAX_NETWORKS)
def _known(network, recorded, options):
    setting = Setting(
        network,
        {key: dict(value) if key in ("letters", "more") else value for key, value in options},
        None,
        (),
        "",
        recorded,
    )
    derivation = setting.derivation()
    grader = derivation.make_grader(derivation._formulas, derivation._printer, derivation._convention)
    grader.written.reads_own_names = False  # the document keeps them as definitions for its later claims
    return _Known(grader)


def _key_of(setting):
    """Return the key of a setting for the cache of graders: the network, the recorded loss and the options."""
    options = tuple(
        sorted(
            (key, tuple(sorted(value.items())) if isinstance(value, dict) else value)
            for key, value in setting.options.items()
        )
    )
    return setting.network, setting.recorded, options


class ClaimJudge:
    """A judge of the claims of one document.

    A cached grade of another document counts for as much work as it took. The work that remains for diagnoses, and so
    all answers, are the same whatever was graded before. After the verdicts of a document have taken ``VERDICTS``
    seconds of work, each further verdict has a small allowance of its own, so that documents with many claims and
    readings come to an end.
    """

    def __init__(self):
        self.bound: dict = {}  # from a role and a letter without a mark of its layer to its layer, if they are known
        self._counted: set = set()
        self._allowance = Allowance(VERDICTS, of_own=True)

    def __call__(self, setting, target, text):
        """Return the grade of a formula in a setting. The most recent grades of a network are cached."""
        key = _key_of(setting)
        with self._allowance:
            return self._cached(_known(*key), key, "judge", setting.rate, target, text)

    def counting(self, setting, target, text, letters):
        """Return the grade of a formula whose index letters count the neurons of given layers, a dict."""
        key = _key_of(setting)
        with self._allowance:
            return self._cached(_known(*key), key, "judge", setting.rate, target, text, letters=tuple(letters.items()))

    def numbered(self, setting, text, numbers):
        """Return the grade of a formula whose numbers of layers mean given layers, a dict from groups of letters."""
        key = _key_of(setting)
        with self._allowance:
            return self._cached(_known(*key), key, "judge", setting.rate, None, text, numbers=tuple(numbers.items()))

    def with_bound(self, letters, setting, text):
        """Return the grade of a formula whose letters without a mark belong to given layers, a dict."""
        own, self.bound = self.bound, letters
        try:
            return self(setting, None, text)
        finally:
            self.bound = own

    def explained(self, setting, target, text):
        """Return the grade of a formula with its diagnosis, which is no part of the work on verdicts."""
        key = _key_of(setting)
        return self._cached(_known(*key), key, "grade", setting.rate, target, text)

    def in_world(self, grades, setting, target, text):
        """Return the grade of a formula if the earlier results of a writer, which some grades have, are right."""
        key = _key_of(setting)
        with self._allowance:
            assumed = *key, *[grade.formula for grade in grades]
            return self._cached(_known(*key).world(grades), assumed, "judge", setting.rate, target, text)

    def _cached(self, known, key_of_grader, how, rate, target, text, **options):
        """Return what a method of a grader returns for a formula. It counts once as the work that it took."""
        judged = known.judged
        if how == "judge" and self._allowance.is_used_up():
            options["seconds"] = SHORT
        if self.bound:
            options["bound"] = tuple(self.bound.items())
        key = how, target, text, rate, *options.items()
        start = WORK.done
        if key not in judged:
            if len(judged) >= _MAX_JUDGED:
                judged.clear()
            grade = caught(known.grader, how, target, text, rate, **options)
            judged[key] = grade, WORK.done - start
        grade, work = judged[key]
        of = *key_of_grader, *key
        WORK.done = start if of in self._counted else start + work
        self._counted.add(of)
        return grade


def caught(grader, how, target, text, rate, **options):
    """Return a grade in any case, because an error in one formula must not stop the others."""
    try:
        return getattr(grader, how)(target, text, rate, **options)
    except AutogradError as error:
        return Grade("unreadable", text, diagnosis=str(error))
    except Exception as error:  # an error in this code: the other claims still get their grades
        said = f"grading it failed with {type(error).__name__}: {error}. Please report this formula."
        return Grade("unreadable", text, diagnosis=said)


def forget():
    """Drop the recorded networks and the points at which they were judged."""
    _known.cache_clear()
