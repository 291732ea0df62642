r"""The diagnosis of a wrong expression: the search for the smallest change that makes it right.

The written formula is edited one place at a time, in the ways in which people slip: a sign, a factor, an index, a
missing path. Each edit is evaluated at one point of a prime field. An edit that gives the true derivative there, and
then at all other points, is the diagnosis.

Two slips at once do not require a search of all pairs. Two edits in different factors multiply their ratios, and two
edits in different terms add their differences. The second edit is looked up by the remaining ratio or difference. If
one edit changes the form, the other one is searched for in the new form. Only pairs within one sum over an index are
tried one by one, term by term.
"""

import copy
import itertools
from fractions import Fraction

from autograd.engine.errors import AutogradError
from autograd.formulas.expressions import (
    KnownValues,
    Number,
    Plus,
    Power,
    Sum,
    Times,
    evaluate,
    parts,
    with_parts,
)
from autograd.formulas.field import PRIME, Pole, Unprovable, small_fraction
from autograd.grading.clock import WORK, Allowance
from autograd.grading.explaining.changes import kind_of_swap
from autograd.grading.explaining.draft import Draft
from autograd.grading.explaining.edits import edits
from autograd.grading.explaining.factor_edits import factors_in_reach
from autograd.grading.explaining.mistakes import Mistake, of_constant

__all__ = ["Mistake", "diagnose"]

_WORK_OF_VALUE = 6  # steps, for a formula of usual length
_SECONDS = 1.6  # the work for one diagnosis
_MAX_FORMS = 12  # the number of changed forms in which a second slip is searched for
_MAX_TERMS = 64  # the number of terms of a sum in which two slips are searched for
_UNLIKELY = 2.2  # the cost from which two slips are only accepted after a search for others
# Two edits that only replace one part by another: the search has not understood this part.
_REPLACEMENTS = [{"missing path", "extra term"}, {"missing sample", "extra term"}, {"missing factor", "extra factor"}]
_COST = {
    "sign": 1.0, "constant factor": 1.0, "wrong index": 1.05, "transposed weight": 0.9, "wrong delta": 1.0,
    "wrong derivative": 0.95, "derivative at the activation": 0.8, "product of means": 0.7, "tanh's derivative": 0.8,
    "sigmoid's derivative": 0.8, "missing factor": 1.3, "extra factor": 1.3, "missing path": 1.0, "missing sample": 1.0,
    "wrong quantity": 1.15, "wrong power": 1.4, "extra term": 1.1, "missing term": 1.35, "wrong constant": 1.3,
    "swapped indices": 1.0, "extra sum": 1.2, "sum split": 0.9,
}  # fmt: skip


def diagnose(oracle, lexicon, truth, formula, env, target) -> list[Mistake]:
    """Return the mistakes in a wrong formula, or an empty list if no one or two slips explain it.

    Args:
        oracle: the points.
        lexicon: the names of the network.
        truth: the expected expression.
        formula: the written expression.
        env: the numbers of its free letters.
        target: the symbol whose delta or gradient is meant, or None.
    """
    try:
        return _Search(oracle, lexicon, truth, formula, env or {}, target).mistakes()
    except (Unprovable, AutogradError):
        return []


class _Search:
    def __init__(self, oracle, lexicon, truth, formula, env, target):
        self.printer, self.network = lexicon.printer, lexicon.network
        self.env, self.draft = env, Draft(lexicon, formula, env, target)
        self.truth = truth
        self.allowance = Allowance(_SECONDS)
        self._drawn = oracle.points
        points = oracle.points.deciding() or []
        self.points = [(p, evaluate(truth, p, env).v) for p in points]
        # If a gate is closed, or two gates are open, a wrong formula may agree. Begin at points where it does not.
        self.points.sort(key=lambda pt: self._blindness(pt[1], self._at(formula, pt[0])))
        self.point, self.true = self.points[0] if self.points else (None, None)
        self._known = KnownValues(formula)

    @staticmethod
    def _blindness(true, given):
        return (true == 0) + (given == true) + (given in (None, 0)) / 2

    def _at(self, e, point, known=None):
        WORK.done += _WORK_OF_VALUE
        try:
            return evaluate(e, point, self.env, known).v
        except (Pole, AutogradError, KeyError, AttributeError):
            return None

    def value(self, e):
        return self._at(e, self.point, self._known)

    def confirmed(self, e):
        """Return True if an expression is right at all points.

        An edit may bring a kink into a network that has none, such as a relu. At few points, all gates may be open.
        """
        if not all(self._at(e, point) == true for point, true in self.points):
            return False
        if not self.points or not self.point.sample.point.has_kinks:
            return True
        return all(self._at(e, p) == self._at(self.truth, p) for p in self._drawn.deciding_kinks()[len(self.points) :])

    def constant(self, e):
        """Return the constant ratio of the written and the true value, or None if it is not constant."""
        found = None
        for point, true in self.points:
            v = self._at(e, point)
            if v is None:
                return None
            if v == 0 and true == 0:
                continue
            if v == 0 or true == 0:
                return None
            ratio = v * pow(true, -1, PRIME) % PRIME
            if found is None:
                found = ratio
            elif found != ratio:
                return None
        return None if found is None else small_fraction(found)

    # --- The search.

    def mistakes(self):
        if self.point is None:
            return []
        c = self.constant(self.draft.formula)
        if c is not None and c != 1 and len(of_constant(c, self.network.samples)) == 1:
            return of_constant(c, self.network.samples)
        h = self.value(self.draft.formula)
        singles, valued, neutral = self._tried(h)
        if singles:
            best = min(singles, key=self._cost)
            return [Mistake(best.kind, best.text)]
        if c is not None and c != 1:
            return of_constant(c, self.network.samples)
        found = self._with_constant(valued) + self._pairs(valued, neutral, h) + self._reshaped(valued)
        if min([cost for cost, _ in found], default=_UNLIKELY) >= _UNLIKELY:
            found += self._within_terms([edit for edit, _, _ in valued] + neutral)
        if found:
            return min(found, key=lambda pair: pair[0])[1]
        return self._by_quantities(h)

    def _tried(self, h):
        """Try each edit by itself.

        Return the edits that make the formula right, those with a value, and those without an effect.
        """
        singles, valued, neutral = [], [], []
        for edit in sorted(edits(self.draft), key=self._cost):
            if self._is_late():
                break
            new = self._applied(edit)
            v = None if new is None else self.value(new)
            if v is None:
                continue
            if v == h and h != self.true:  # no effect at this point: it may have one at a point with other gates
                neutral.append(edit)
                continue
            valued.append((edit, new, v))
            if v == self.true and self.confirmed(new):
                singles.append(edit)
        return singles, valued, neutral

    def _is_late(self):
        return self.allowance.is_used_up()

    def _cost(self, edit):
        return _COST.get(edit.kind, 1.5) + edit.cost

    def _cost_of_two(self, a, b):
        return self._cost(a) + self._cost(b) + (0.6 if {a.kind, b.kind} in _REPLACEMENTS else 0.0)

    def _with_constant(self, valued):
        """Return pairs of one edit and a constant factor."""
        found = []
        inverse = pow(self.true, -1, PRIME) if self.true else 0
        for edit, new, v in valued:
            if self._is_late():
                break
            if not v or not inverse:
                continue
            c = small_fraction(v * inverse % PRIME, 64)
            if c is None or c == 1 or self.constant(new) != c:
                continue
            factors = of_constant(c, self.network.samples)
            cost = self._cost(edit) + len(factors) + (0 if abs(c) in self.draft.usual_constants() else 1.0)
            found.append((cost + (0.8 if len(factors) > 1 else 0), [Mistake(edit.kind, edit.text), *factors]))
        return found

    def _pairs(self, valued, neutral, h):
        """Return pairs of edits in different places, found by ratios and by differences."""
        found: list = []
        if h is None:
            return found
        by_value: dict = {}
        for item in valued:
            by_value.setdefault(item[2], []).append(item)
        tried: set = set()
        inverse_h = pow(h, -1, PRIME) if h else None
        for edit, _, v in valued:
            if self._is_late():
                return found
            wanted = [(self.true - v + h) % PRIME]  # differences add
            if inverse_h is not None and v:
                wanted.append(self.true * h % PRIME * pow(v, -1, PRIME) % PRIME)  # ratios multiply
            for value in wanted:
                for other, _, _ in by_value.get(value, ())[:6]:
                    self._try(edit, other, tried, found)
        for edit, _, _ in by_value.get(self.true, ()):  # these are right at this point, but not at all points
            for other in neutral:
                if self._is_late():
                    return found
                self._try(edit, other, tried, found)
        return found

    def _reshaped(self, valued):
        """Return pairs of an edit that changes the form and an edit of the result."""
        found = []
        for edit, new, _ in [item for item in valued if item[0].reshapes][:_MAX_FORMS]:
            if self._is_late():
                break
            other = copy.copy(self)
            other.draft, other._known = self.draft.with_formula(new), KnownValues(new)
            first = Mistake(edit.kind, edit.text)
            c = other.constant(new)
            if c is not None:
                found.append((self._cost(edit) + 1, [first, *of_constant(c, self.network.samples)][:2]))
                continue
            singles, _, _ = other._tried(None)
            if singles:
                best = min(singles, key=self._cost)
                found.append((self._cost_of_two(edit, best), [first, Mistake(best.kind, best.text)]))
        return found

    def _within_terms(self, edits):
        """Return pairs of edits in one term, or in the body of one sum.

        Its values are multiplied by the ratios of both.
        """
        found: list = []
        tried: set = set()
        places = self._places(self.draft.formula, (), [(self.env, 1)])
        for path, node, weights in places:
            inner = [p for p, _, _ in places if len(p) > len(path) and p[: len(path)] == path]
            under = [e for e in edits if e.path[: len(path)] == path]
            written = self._values(node, weights)
            if written is None or 0 in written or len(under) < 2:
                continue
            given = sum([c * v for (_, c), v in zip(weights, written, strict=True)])
            wanted = (self.true - self.value(self.draft.formula) + given) % PRIME
            scaled = [c * pow(v, -1, PRIME) % PRIME for (_, c), v in zip(weights, written, strict=True)]
            rows = []
            for edit in sorted(under, key=self._cost):
                if self._is_late():
                    return found
                values = self._values(self._part(node, edit, len(path)), weights)
                if values is not None:
                    rows.append((edit, values, all(edit.path[: len(p)] != p for p in inner)))
            for j, (a, values, is_own) in enumerate(rows):
                if self._is_late():
                    return found
                ratios = [v * c % PRIME for v, c in zip(values, scaled, strict=True)]
                for b, others, is_own_too in rows[:j]:
                    if not (is_own or is_own_too):  # both belong to an inner place
                        continue
                    if sum([x * y for x, y in zip(others, ratios, strict=True)]) % PRIME == wanted:
                        self._try(a, b, tried, found)
        return found

    def _places(self, e, path, weights):
        """Return the terms and bodies of sums: the path, the node, and the weights of its values in the result."""
        found: list = []
        if len(weights) > _MAX_TERMS:
            return found
        if isinstance(e, Plus):
            for k, term in enumerate(e.terms):
                found += [((*path, k), term, weights), *self._places(term, (*path, k), weights)]
        elif isinstance(e, Sum):
            inside = [({**env, e.letter: n}, c) for env, c in weights for n in e.values]
            found += [((*path, 0), e.body, inside), *self._places(e.body, (*path, 0), inside)]
        elif isinstance(e, Times):
            for k, factor in enumerate(e.factors):
                if isinstance(factor, (Plus, Sum)):
                    rest = self._values(Times((*e.factors[:k], *e.factors[k + 1 :])), weights)
                    if rest is not None:
                        inside = [(env, c * v % PRIME) for (env, c), v in zip(weights, rest, strict=True)]
                        found += self._places(factor, (*path, k), inside)
        return found

    def _part(self, node, edit, depth):
        try:
            return self._changed(node, edit.path[depth:], edit.change)
        except (AttributeError, IndexError, TypeError):
            return None

    def _values(self, e, weights):
        """Return the values of an expression for all numbers of the letters, or None if one has no value."""
        try:
            return None if e is None else [evaluate(e, self.point, env, self._known).v for env, _ in weights]
        except (Pole, AutogradError, KeyError, AttributeError):
            return None

    def _try(self, a, b, tried, found):
        key = (id(a), id(b)) if id(a) < id(b) else (id(b), id(a))
        if key in tried or a is b:
            return
        tried.add(key)
        first, second = (a, b) if len(a.path) >= len(b.path) else (b, a)
        new = self._applied(first)
        new = None if new is None else self._applied(second, new)
        if new is None or self.value(new) != self.true or not self.confirmed(new):
            return
        found.append((self._cost_of_two(a, b), [Mistake(a.kind, a.text), Mistake(b.kind, b.text)]))

    def _by_quantities(self, h):
        """Return mistakes that explain the ratio of written and true value by named quantities, for an unusual form."""
        if not h or not self.true:
            return []
        ratio = h * pow(self.true, -1, PRIME) % PRIME
        pool = [(e, self.value(e)) for e in factors_in_reach(self.draft, self.draft.scope())]
        pool = [(e, v) for e, v in pool if v]
        best = None
        for (a, va), (b, vb) in itertools.permutations([(None, 1), *pool], 2):
            if self._is_late():
                break
            c = small_fraction(ratio * vb % PRIME * pow(va, -1, PRIME) % PRIME, 16)
            if c is None or abs(c) not in self.draft.usual_constants():
                continue
            whole = Times(
                (
                    self.draft.formula,
                    *([Power(a, Number(Fraction(-1)))] if a is not None else []),
                    *([b] if b is not None else []),
                )
            )
            if self.constant(whole) != c:
                continue
            cost = (a is not None) + (b is not None) + (c != 1)
            if best is None or cost < best[0]:
                best = cost, a, b, c
        if best is None:
            return []
        _, a, b, c = best
        show = self.printer.text
        found = []
        if a is not None and b is not None:
            found.append(Mistake(kind_of_swap(a, b), f"wrote {show(a)} where {show(b)} belongs"))
        elif a is not None:
            found.append(Mistake("extra factor", f"the factor {show(a)} does not belong there"))
        elif b is not None:
            found.append(Mistake("missing factor", f"the factor {show(b)} is missing"))
        return found + (of_constant(c, self.network.samples) if c != 1 else [])

    # --- Editing.

    def _applied(self, edit, e=None):
        try:
            return self._changed(self.draft.formula if e is None else e, edit.path, edit.change)
        except (AttributeError, IndexError, TypeError):  # an earlier edit changed this part
            return None

    def _changed(self, e, path, change):
        if not path:
            return change(e)
        inner = list(parts(e))
        new = self._changed(inner[path[0]], path[1:], change)
        if new is None:
            return None
        inner[path[0]] = new
        return with_parts(e, inner)
