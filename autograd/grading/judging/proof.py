r"""Proofs that two formulas are equal in a prime field, comparisons with many digits, and counterexamples.

If both formulas have a meaning in the field, agreement at random points proves equality, except for a probability below
$10^{-15}$ (see :mod:`autograd.formulas.field`). With a kink, 24 points are used. Numbers with 50 digits must agree as
well. If a formula has no meaning in the field, agreement of the digits alone is called ``unproved``.
"""

from collections import Counter
from fractions import Fraction

from autograd.engine.errors import AlgebraError, DomainError, GraphError
from autograd.formulas.expressions import evaluate
from autograd.formulas.field import SMALL, Pole, Residue, Unprovable, small_fraction
from autograd.formulas.network import Constant
from autograd.formulas.precise import DIGITS, precise_numbers
from autograd.formulas.sampling import replayed_at
from autograd.grading.judging.points import POINTS_WITHOUT_VALUE, Points
from autograd.grading.meaning.names import RATE
from autograd.grading.meaning.quantities import At, Model, Quantity, quantity_of

__all__ = ["Counterexample", "Oracle"]

_MAX_CANDIDATES = 60  # the number of points that are tried as a counterexample
_SIMPLE = [Fraction(x) for x in ("1", "2", "-1", "1/2", "3", "-2", "1/3", "-1/2")]
_FAILURES = (ZeroDivisionError, ValueError, OverflowError, ArithmeticError, TypeError, AlgebraError)


class _Graded:
    """A sample with all names that graded formulas may have: deltas of the convention, derivatives, and the rate."""

    def __init__(self, sample, formulas, rate):
        self.sample, self.number = sample, sample.number
        self._formulas = formulas
        network = formulas.network
        self._network = network
        self._node_of = {symbol: node for node, symbol in network.symbol_of.items() if not isinstance(node, Constant)}
        for n in network.neurons:
            for role, node in (("s", n.s), ("a", n.a)):
                symbol = type(network.delta_of(n))(role, (n.layer,), (n.index,), n.sample, n.step)
                self._node_of.setdefault(symbol, node)
        self._rate = rate
        self._at: At | None = None
        self._known: dict = {}
        self._swept: dict = {}
        self.has_kinks = getattr(getattr(sample, "point", None), "has_kinks", False)

    def assuming(self, results) -> "_Graded":
        """Return this point with the writer's results in place of the right ones.

        Args:
            results: triples of the Symbol of a formula, the formula as an expression, and the assignments of numbers to
                letters for which it stands.
        """
        found, adjoints, slopes = self, {}, {}
        for symbol, formula, instances in results:
            for env in instances:
                of = symbol.bound(env)
                number = evaluate(formula, found, env)
                if of.role == "delta":
                    adjoints[self._neuron_of(of).s] = number / self.number(self._formulas.factor)
                elif of.role == "gradient":
                    adjoints[self._node(of.name)] = number
                elif of.role == "ratio":
                    neuron = self._neuron_of(of.name[1])
                    slopes[neuron.a] = neuron.s, number
            found = _Graded(self.sample.assuming(adjoints, slopes), self._formulas, self._rate)
        return found

    def _neuron_of(self, symbol):
        key = symbol.layers[-1:], symbol.indices[-1:], symbol.sample, symbol.step
        for n in self._network.neurons:
            if ((n.layer,), (n.index,), n.sample, n.step) == key:
                return n
        raise GraphError(f"there is no neuron {symbol.indices} in this network.")

    def symbol(self, symbol):
        if symbol not in self._known:
            self._known[symbol] = self._find(symbol)
        return self._known[symbol]

    def _find(self, symbol):
        role = symbol.role
        if symbol == RATE:
            return self._rate
        if role == "free" and symbol.name.startswith("variable "):
            point = getattr(self.sample, "point", None)
            return point.random() if point is not None else self._rate + self.number(Fraction(1, 3))
        if role == "delta":
            return self.sample.symbol(symbol) * self.number(self._formulas.factor)
        if role == "adjoint":
            return self.sample.gradient(self._formulas.adjoint_of[symbol][0])
        if role == "gradient":
            if symbol.name is None:
                return self.sample.values[self._network.root]
            if symbol.name.role == "p" or self._is_plain_input(symbol.name):
                return self._quantities().ratio(Quantity("loss"), quantity_of(symbol.name))
            return self.sample.gradient(self._node(symbol.name))
        if role == "ratio":
            of, by = symbol.name
            if of == by:
                return self.number(Fraction(1))
            is_of_softmax = "p" in (of.role, by.role) and {of.role, by.role} <= {"p", "a", "s", "x", "w", "b"}
            if is_of_softmax or (self._is_plain_input(by) and of.role in ("a", "s")):
                return self._quantities().ratio(quantity_of(of), quantity_of(by))
            if of not in self._node_of or by not in self._node_of:
                return self.number(Fraction(0))
            node = self._node(of)
            if node not in self._swept:
                self._swept[node] = self.sample.derivatives(node)
            return self._swept[node].get(self._node(by), self.number(Fraction(0)))
        if symbol in self._formulas.facts:
            return evaluate(self._formulas.stable.get(symbol, self._formulas.facts[symbol]), self)
        if symbol in self._node_of:
            return self.sample.values[self._node_of[symbol]]
        return self.sample.symbol(symbol)

    def _quantities(self):
        """Return the point as quantities, which have the derivatives of softmax outputs and with respect to them."""
        if self._at is None:
            self._at = At(Model(self._formulas), self.sample, self._rate)
        return self._at

    def _is_plain_input(self, symbol):
        return symbol.role == "x" and symbol not in self._node_of

    def _node(self, symbol):
        try:
            return self._node_of[symbol]
        except KeyError:
            raise GraphError(
                f"{symbol.role}{list(symbol.indices)} is a plain number without derivatives in this graph."
            ) from None

    def guard(self, numbers):
        """Raise OverflowError for numbers that are so large that the digits of a result could fill the memory."""
        for x in numbers:
            if not isinstance(x, Residue) and abs(x) > 100_000:
                raise OverflowError("a number beyond all bounds")


class Counterexample:
    """A point at which a formula is wrong.

    Attributes:
        point: from the name of a quantity to its number.
        where: from a letter to its index, for a formula that was graded for all indices.
        true: the value of the derivative at the point.
        given: the value of the formula at the point, or None if it has none.
    """

    def __init__(self, point, where, true, given):
        self.point, self.where, self.true, self.given = point, where, true, given

    def __str__(self):
        where = ", ".join([f"{letter} = {i}" for letter, i in self.where.items()])
        true, given = f"{self.true:.6g}", "no value"
        if self.given is not None:  # with enough digits to show the difference
            pairs = [(f"{self.true:.{n}g}", f"{self.given:.{n}g}") for n in range(6, 18)]
            true, given = next(((a, b) for a, b in pairs if a != b), pairs[0])
        return f"at {self._place()}{f', for {where}' if where else ''}: true {true}, given {given}"

    def _place(self):
        """Return the point in words: the most common number, and the quantities with other numbers."""
        usual = Counter(self.point.values()).most_common(1)
        if usual and usual[0][1] * 2 > len(self.point):
            rest = [f"{name} = {_shown(x)}" for name, x in self.point.items() if x != usual[0][0]]
            return f"all {_shown(usual[0][0])}" + (f" but {', '.join(rest)}" if rest else "")
        shown = [f"{name} = {_shown(x)}" for name, x in self.point.items()]
        return ", ".join(shown[:14]) + (", ..." if len(shown) > 14 else "")

    def __repr__(self):
        return f"<counterexample {self}>"


def _shown(x):
    q = Fraction(x).limit_denominator(100)
    return str(q) if float(q) == x else f"{x:.6g}"


def _fraction(x):
    """Return a number of a sample as a fraction with a small denominator, or None."""
    mpmath = precise_numbers()

    if isinstance(x, Residue):
        return small_fraction(x.v)
    if not isinstance(x, mpmath.mpf) or not mpmath.isfinite(x):
        return None
    near = Fraction(mpmath.nstr(x, DIGITS)).limit_denominator(SMALL)
    apart = abs(x - mpmath.mpf(near.numerator) / near.denominator)
    return near if apart <= mpmath.mpf(10) ** (15 - DIGITS) * abs(x) else None


class Oracle:
    """Points of a network at which formulas are compared.

    Args:
        formulas: the formulas of the network.
        results: earlier results of the writer, which are assumed to be right; see :meth:`_Graded.assuming`.
    """

    def __init__(self, formulas, results=()):
        self.formulas = formulas
        self.results = tuple(results)
        self.points = Points(
            formulas.network, lambda sample, rate: _Graded(sample, formulas, rate).assuming(self.results)
        )

    # --- The three answers.

    def agree_in_field(self, left, right, env):
        """Return True if two formulas agree in the field, and False if they differ.

        Return None if the formula has no meaning in a field, and "pole" if it divides by 0 everywhere.
        """
        checked, want, k = 0, 3, 0
        while checked < want and k < want + 12:
            points = self.points.field(k + 1)
            if points is None:
                return None
            point = points[k]
            k += 1
            try:
                a, b = evaluate(left, point, env), evaluate(right, point, env)
            except Pole:
                continue
            except Unprovable:
                return None
            except GraphError:  # an index is out of range: there is no such quantity
                return "pole"
            if a.v != b.v:
                return False
            checked += 1
            if point.sample.point.has_kinks:
                want = len(self.points.deciding_kinks())
        return True if checked == want else "pole"

    def agree_in_digits(self, left, right, env, count=3):
        """Return True if numbers of many digits agree, and False if they differ.

        Points at which the formula has no real value are left out, such as a root of a negative number. Return None if
        it has none at any point.
        """
        mpmath = precise_numbers()

        agreed = 0
        with mpmath.workdps(DIGITS):
            for k in range(count + POINTS_WITHOUT_VALUE):
                point = self.points.precise(k + 1)[k]
                try:
                    a, b = evaluate(left, point, env), evaluate(right, point, env)
                except _FAILURES:
                    continue
                if isinstance(b, mpmath.mpc) or not mpmath.isfinite(b):
                    continue
                if abs(a - b) > mpmath.mpf(10) ** (15 - DIGITS) * max(1, abs(a), abs(b)):
                    return False
                agreed += 1
                if agreed == count:
                    return True
        return True if agreed else None

    def agree(self, left, right, env):
        """Return True if two formulas agree in a field or, if the graph has no meaning there, in many digits."""
        if self.points.field(1) is None:
            return self.agree_in_digits(left, right, env) is True
        return self.agree_in_field(left, right, env) is True

    def ratios(self, left, right, env):
        """Return ``left / right`` at three points, as fractions or, without a small denominator, as None."""
        mpmath = precise_numbers()

        found = []
        with mpmath.workdps(DIGITS):
            for point in self.points.field(3) or self.points.precise(3):
                try:
                    a, b = evaluate(left, point, env), evaluate(right, point, env)
                    if not (b.v == 0 if isinstance(b, Residue) else b == 0):
                        found.append(_fraction(a / b))
                except (*_FAILURES, Unprovable, GraphError):
                    found.append(None)
        return found

    # --- Counterexamples.

    def counterexample(self, left, right, env, name) -> Counterexample | None:
        """Return the simplest point at which two formulas clearly differ. ``name`` returns the name of a symbol."""
        network = self.formulas.network
        kept = [s for s in dict.fromkeys(network.symbol_of.values()) if s.role in ("w", "b", "x", "t", "free")]
        best = None
        for k, (numbers, is_plain) in enumerate(self._candidates(network, kept)):
            if k >= _MAX_CANDIDATES:
                break
            if not is_plain and best is not None and best.given is not None and abs(best.true) > 1e-6:
                break  # prefer equal and simple numbers to a list of different ones
            try:
                sample = replayed_at(network, numbers)
                point = _Graded(sample, self.formulas, 0.1)
                true = float(evaluate(left, point, env))
            except (*_FAILURES, DomainError, GraphError):
                continue
            try:
                given = evaluate(right, point, env)
                given = float(given) if not isinstance(given, complex) else None
            except _FAILURES:
                given = None
            if true != true or abs(true) == float("inf"):
                continue
            if given is not None and not abs(true - given) > 1e-6 * max(abs(true), abs(given), 1e-12):
                continue
            shown = {name(s): numbers[s] for s in kept}
            found = Counterexample(shown, dict(env or {}), true, given)
            if given is not None and abs(true) > 1e-3 and abs(true - given) > 0.01 * abs(true):
                return found
            if best is None or (given is not None and abs(true) > abs(best.true)):
                best = found
        return best or self._precise_counterexample(left, right, env, name, kept)

    def _precise_counterexample(self, left, right, env, name, kept):
        """Return a point with many digits, if the difference is too small at the other points."""
        mpmath = precise_numbers()

        with mpmath.workdps(DIGITS):
            for point in self.points.precise(6):
                try:
                    a, b = evaluate(left, point, env), evaluate(right, point, env)
                except _FAILURES:
                    continue
                if isinstance(b, mpmath.mpf) and abs(a - b) > mpmath.mpf(10) ** (15 - DIGITS) * max(1, abs(a), abs(b)):
                    shown = {name(s): float(point.symbol(s)) for s in kept}
                    return Counterexample(shown, dict(env or {}), float(a), float(b))
        return None

    def candidates(self):
        """Yield points to try: numbers by symbol, and True if they are nearly all equal."""
        network = self.formulas.network
        kept = [s for s in dict.fromkeys(network.symbol_of.values()) if s.role in ("w", "b", "x", "t", "free")]
        return self._candidates(network, kept)

    def _candidates(self, network, kept):
        """Yield points to try: all numbers equal except for one, then small numbers, then the recorded point."""
        present = set(kept)
        data = {s: float(node.data) for node, s in network.symbol_of.items() if s in present}
        targets = [t for group in network.distributions for t in group]
        fixed = {network.symbol_of[t]: float(t.data) for t in targets}
        others = [s for s in kept if s not in fixed]
        for size, other in ((1.0, 2.0), (0.5, 1.0), (0.5, -1.0)):
            same = dict.fromkeys(kept, size) | fixed
            yield same, True
            for s in others[:60]:
                yield same | {s: other}, True
        for shift in range(8):
            numbers = {s: float(_SIMPLE[(shift + 3 * i + i // 5) % len(_SIMPLE)]) for i, s in enumerate(kept)}
            yield numbers | fixed, False
        yield data, False
