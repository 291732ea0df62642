"""The search for the wrong line: it finds the smallest edit of the program that makes all of its updates right."""

import copy
import re
from dataclasses import replace

from autograd.grading.code.candidates import candidates, named
from autograd.grading.code.depth_edits import earlier
from autograd.grading.code.error_edits import turned_errors
from autograd.grading.code.factors import close
from autograd.grading.code.grade import Mistake
from autograd.grading.code.known_way import known_way
from autograd.grading.code.local import Local
from autograd.grading.code.local_edits import locally_right
from autograd.grading.code.moves import moves
from autograd.grading.code.patches import mapped
from autograd.grading.code.probes import probed
from autograd.grading.code.signs import is_usual_sign
from autograd.grading.code.source import Source
from autograd.grading.code.trial import Trials, targets_of

__all__ = ["MAX_ROUNDS", "Search"]

MAX_ROUNDS = 4
MAX_PAIRS = 14
MAX_BRANCHES = 3
PATIENCE = 0.45
LITTLE = 0.25
FOR_ONE = 0.15  # how much more an edit may cost that replaces several edits of one kind
UNLIKELY = 0.3
LOCAL_WORK = 600_000
FACTOR = re.compile(r"([*/])=? ?([\w.\[\]()']+?)\)?\s*$")  # the last factor or divisor of an edit


def likeness(candidate, other):
    """Return 2 if two edits insert the same factor at two places, 1 if they have the same message, and 0 otherwise."""
    factors = [FACTOR.search(one.edits[-1].text) for one in (candidate, other)]
    same = None not in factors and len({factor.groups() for factor in factors}) == 1
    return 2 if same and candidate.kind == other.kind else int(candidate.message == other.message)


def _only_without(candidate, factor):
    """Return a candidate that leaves a common factor. A division that it removes is not done twice in the program."""
    if candidate.kind != "divided twice":
        return candidate
    message = (
        f"without this division all updates are {factor:.6g} times the gradient; with it they are no multiple of it"
    )
    return replace(candidate, kind="wrong factor", message=message)


class Search:
    """The search for the smallest edit that makes all updates right.

    Args:
        case: The program.
        targets: The right results of its updates.
        work: The limit on the work of the search.
    """

    def __init__(self, case, targets, work=None):
        self.case = case
        self.trials = Trials(case, targets, work)
        self.targets = targets
        good = [t.factor for t in targets if t.right and t.factor is not None]
        self.reference = good[0] if good else None
        self.second = None
        # Weights for which every unit is inactive show nothing.
        telling = [one for one in case.others if any(any(update.gradient) for update in one[0].updates)]
        rest = [one for one in telling[1:] if all(any(update.gradient) for update in one[0].updates)]
        rate = targets[0].rate if case.last is not None else None
        for judged, seed in (telling or case.others)[:1]:
            again = targets_of(judged.updates, rate=rate, forward=judged.truth.adjoints)
            self.second = Trials(case, again, self.trials.work, seed)
        self.rest = [
            Trials(case, targets_of(judged.updates, rate=rate, forward=judged.truth.adjoints), self.trials.work, seed)
            for judged, seed in rest
        ]
        # The same program at its own sizes, if other sizes show the mistake.
        self.own_sizes = [
            Trials(one, targets_of(one.final.updates, rate=rate, forward=one.final.truth.adjoints), self.trials.work)
            for one in case.at_own_sizes
        ]
        self.partial = []
        self.least = 0  # units of work that the search leaves

    def strict(self, work):
        """Return a search for edits after which every update is the gradient itself. Both read each edit once.

        Args:
            work: The limit on the work of the new search. It is a part of the work of this one.
        """
        other = copy.copy(self)
        other.targets = [replace(target, right=False) for target in self.targets]
        other.reference, other.partial, other.least = 1.0, [], self.trials.work.units - work
        return other

    def left(self):
        """Return True if some work is left for another trial."""
        return self.trials.left() and self.trials.work.units > self.least

    def run(self, source, way, rounds=MAX_ROUNDS):
        """Return the mistakes with their corrections, or an empty list if no edit makes all updates right."""
        self.trials.watch_stale = any(number in way.successors for number in way.wrong)
        current = self.trials.outcome(source.text)
        done = (
            self.error_sign(source, way, current)
            or self.signs(source, way, current)
            or self.deeper(source, way, current, [], rounds)
        )
        if done:
            return self.mistakes(done)
        return self.mistakes(self.partial, whole=False) if self.partial else []

    def error_sign(self, source, way, current):
        """Return the edit that reverses the output error if all updates have the wrong sign, or None."""
        factors = current.factors if current is not None else ()
        if not factors or any(f is None or not f < 0 for f in factors):
            return None
        usual = [False] if self.case.last is not None else [s for s in (False, True) if is_usual_sign(way, added=s)]
        for candidate in [c for added in usual for c in turned_errors(way, source, added)]:
            if self.case.last is not None and candidate.line > self.case.last:
                continue
            text = source.edited(candidate.edits)
            if self.is_whole(self.trials.outcome(text)) and self.confirmed(source, text):
                return [(source, [candidate])]
        return None

    def signs(self, source, way, current):
        """Return the edits that change the signs of all updates, if all of them have the wrong sign, or None."""
        factors = current.factors if current is not None else ()
        if not factors or any(f is None or not f < 0 for f in factors) or self.case.last is not None:
            return None
        turned = [
            c for c in candidates(way, source, []) if c.kind == "sign of the update" and c.line in way.update_lines
        ]
        outcome = self.trials.outcome(source.edited([edit for c in turned for edit in c.edits])) if turned else None
        text = source.edited([edit for c in turned for edit in c.edits])
        return [(source, turned)] if self.is_whole(outcome) and self.confirmed(source, text) else None

    def deeper(self, source, way, current, done, rounds):
        """Return rounds of edits that make all updates right, including the rounds in ``done``, or None."""
        steps = self.round(source, way, current)
        if not done and not any(self.is_whole(outcome) for _, outcome in steps):
            steps = self.local(source, way) or self.probe(source, way, current) or steps
        for chosen, outcome in steps:
            after = [*done, (source, chosen)]
            if self.is_whole(outcome):
                return after
            if not self.partial or len(after) > len(self.partial):
                self.partial = after
            if rounds > 1 and self.left():
                text = source.edited([edit for candidate in chosen for edit in candidate.edits])
                following = Source(text)
                way_there, _ = known_way(self.case, following, text)
                if way_there is not None:
                    found = self.deeper(following, way_there, outcome, after, rounds - 1)
                    if found is not None:
                        return found
        return None

    def is_whole(self, outcome):
        """Return True if all updates are right up to one factor."""
        whole = outcome.whole() if outcome is not None else None
        return whole is not None and (self.reference is None or close(whole, self.reference))

    def round(self, source, way, current):
        """Return the edits of one round with their outcomes, the best edits first."""
        factors = [f for f in (current.factors if current else ()) if f is not None and f == f]
        reference = self.reference or 1.0
        off = sorted({round(f / reference, 9) for f in factors if not close(f, reference)}, key=abs)
        found = [*moves(way, source), *earlier(way, source), *candidates(way, source, off)]
        found = [c for c in found if self.case.last is None or c.line <= self.case.last]
        found.sort(key=lambda candidate: candidate.cost)
        if self.left() and len(found) * self.trials.cost > self.trials.work.units - self.least:
            # Not all of them can be tried, so those come last that the value of their statement speaks against.
            found.sort(key=lambda c: c.cost + UNLIKELY * c.unlikely - UNLIKELY * c.likely)
        ranked, waiting, twins = [], list(reversed(found)), None
        half = (self.trials.work.units + self.least) / 2
        while waiting and self.left() and not (twins and self.trials.work.units < half):
            candidate = waiting.pop()
            # An edit after which all updates share a factor ends the search for edits of a higher cost sooner.
            patience = LITTLE if ranked and ranked[0][0][0] > len(self.targets) else PATIENCE + FOR_ONE * bool(twins)
            if ranked and ranked[0][0][0] > 0 and candidate.cost > ranked[0][1].cost + patience:
                continue
            outcome = self.trials.outcome(source.edited(candidate.edits))
            if outcome is None:
                continue
            whole, gain = self.is_whole(outcome), self.gain(outcome, current)
            if not whole and any(c.line == candidate.line and o.factors == outcome.factors for _, c, o in ranked):
                continue  # another text of the same correction
            if (whole or gain > (0, 0, 0)) and not self.confirmed(source, source.edited(candidate.edits)):
                continue
            if whole and (self.reference is not None or close(outcome.whole(), 1.0)):
                return [([candidate], outcome)]
            if whole:
                gain = (len(outcome.factors) + 1, 0, 0)
                candidate = _only_without(candidate, outcome.whole())
            if gain > (0, 0, 0):
                ranked.append((gain, candidate, outcome))
                ranked.sort(key=lambda item: (-item[0][0], -item[0][1], -item[0][2], item[1].cost))
                if not whole:
                    # One edit that corrects everything comes first. It may still follow.
                    twins = twins or self.same_slips(source, ranked, candidate, current)
                    # The same factor may be missing earlier, where more updates are computed from the result.
                    waiting.sort(key=lambda c: likeness(c, candidate))
        if twins:
            return [twins]
        if ranked:
            return [([candidate], outcome) for _, candidate, outcome in ranked[:MAX_BRANCHES]]
        pair = self.pair(source, found, current)
        return [pair] if pair is not None else []

    def same_slips(self, source, ranked, candidate, current):
        """Return edits of one kind that together make all updates right, with their outcome, or None.

        The same slip is often made in each layer. Each of its corrections makes other updates right.
        """
        reference, chosen, fixed = self.reference or 1.0, [], set()
        before = current.right(reference) if current is not None else ()
        for _, other, outcome in sorted(ranked, key=lambda item: item[1] is not candidate):
            pairs = zip(before, outcome.right(reference), strict=True)
            own = {i for i, (old, new) in enumerate(pairs) if new and not old}
            edits = [edit for one in (*chosen, other) for edit in one.edits]
            if other.kind == candidate.kind and own and not own & fixed and not source.overlap(edits):
                chosen.append(other)
                fixed |= own
        if len(chosen) < 2:
            return None
        text = source.edited([edit for one in chosen for edit in one.edits])
        outcome = self.trials.outcome(text)
        return (chosen, outcome) if self.is_whole(outcome) and self.confirmed(source, text) else None

    def local(self, source, way):
        """Return a list with an edit of one statement that makes its value a derivative, and its outcome."""
        found = [named(candidate, way, source) for candidate in locally_right(way, source, Local(way, source))]
        end = self.trials.work.units - LOCAL_WORK
        for candidate in sorted(found, key=lambda candidate: candidate.cost):
            if self.trials.work.units < end or (self.case.last is not None and candidate.line > self.case.last):
                break
            text = source.edited(candidate.edits)
            outcome = self.trials.outcome(text)
            if self.is_whole(outcome) and self.confirmed(source, text):
                return [([candidate], outcome)]
        return []

    def probe(self, source, way, current):
        """Return a list with the edit of a term's coefficient that makes all updates right, and its outcome."""
        for candidate in probed(way, source, self.trials, current, self.reference or 1.0) if current else ():
            if self.case.last is not None and candidate.line > self.case.last:
                continue
            text = source.edited(candidate.edits)
            outcome = self.trials.outcome(text)
            if self.is_whole(outcome) and self.confirmed(source, text):
                return [([named(candidate, way, source)], outcome)]
        return []

    def confirmed(self, source, text):
        """Return True if an edited text is better with other fresh weights, too."""
        if self.second is None:
            return True
        for trials in (self.second, *self.rest, *self.own_sizes):
            trials.watch_stale = self.trials.watch_stale
        after, before = self.second.outcome(text), self.second.outcome(source.text)
        if after is None:
            return False
        whole, first = after.whole(), self.trials.outcome(text).whole()
        if first is not None and self.is_whole(after):
            if not close(whole, first) or not all(
                self.is_whole(t.outcome(text)) for t in (*self.rest, *self.own_sizes)
            ):
                return False
            # A factor such as 2 / n is another one at other sizes, but 1 is 1 there, too.
            alike = [*self.rest, *(self.own_sizes if close(first, 1.0) else ())]
            return all(close(t.outcome(text).whole(), first) for t in alike)
        pairs = [(before, after)]
        if self.gain(after, before) > (0, 0, 0):
            pairs += [(trials.outcome(source.text), trials.outcome(text)) for trials in self.rest]
        return all(new is not None and self.gain(new, old) > (0, 0, 0) for old, new in pairs)

    def gain(self, outcome, current):
        """Return the improvement of an outcome: more right updates, fewer stale ones, more proportional ones."""
        if current is None:
            return (0, 0, 0)
        reference = self.reference or 1.0
        before, after = current.right(reference), outcome.right(reference)
        if any(b and not a for b, a in zip(before, after, strict=True)):
            return (0, 0, 0)
        right = sum(after) - sum(before)
        fresh = current.stale - outcome.stale
        proportional = outcome.proportional() - current.proportional()
        if right < 0 or fresh < 0 or proportional < 0:
            return (0, 0, 0)
        return (right, fresh, proportional)

    def pair(self, source, found, current):
        """Return two edits that together make more updates right, or None if no likely pair does."""
        likely = [
            c
            for c in found
            if c.kind in ("raw error for delta", "derivative missing", "update before use", "relu mask")
        ]
        likely = likely[:MAX_PAIRS]
        for i, first in enumerate(likely):
            for second in likely[i + 1 :]:
                edits = [*first.edits, *second.edits]
                if source.overlap(edits) or not self.left():
                    continue
                outcome = self.trials.outcome(source.edited(edits))
                better = outcome is not None and (self.is_whole(outcome) or self.gain(outcome, current) > (0, 0, 0))
                if better and self.confirmed(source, source.edited(edits)):
                    return [first, second], outcome
        return None

    def mistakes(self, done, whole=True):
        """Return the mistakes that rounds of edits correct, with the lines of the first text."""
        found = []
        for i, (source, chosen) in enumerate(done):
            for candidate in chosen:
                fix = source.fixes(candidate.edits) if whole or i == 0 else ()
                found.append(Mistake(candidate.line, candidate.kind, candidate.message, fix if whole else ()))
        if whole:
            found = self.placed(done, found)
        return sorted(found, key=lambda mistake: mistake.line)

    def placed(self, done, found):
        """Return the mistakes with the lines of the first text. Later rounds may have moved the lines."""
        if len(done) == 1:
            return found
        return mapped(done, found)
