r"""Grading a hand-written formula: read it, give its names a meaning, prove or refute it, say what is wrong.

Nothing that is written is ever run: a formula becomes a tree (:mod:`autograd.grading.reading.readers`), the tree an
expression, and the expression is evaluated by the rules of the table. Length, depth, digits, exponents and terms are
bounded, and so is the time that is spent on a diagnosis.
"""

from collections.abc import Iterable
from fractions import Fraction
from html import escape
from typing import Any, NamedTuple

from autograd.engine.errors import AutogradError, GraphError
from autograd.formulas.conventions import PRESETS
from autograd.formulas.equations import Equation, folded_sum, gathered, gradient_of
from autograd.formulas.expressions import Letter, Number, Plus, Symbol, Times, symbols, times
from autograd.formulas.network import Constant
from autograd.formulas.printing import printable
from autograd.grading.explaining.answers import meant_symbol, reading_of, refutation, slips_of, words_of, worst
from autograd.grading.explaining.diagnosis import Mistake, diagnose
from autograd.grading.judging.proof import KINK_POINTS, Counterexample, Oracle
from autograd.grading.judging.taken import Result
from autograd.grading.judging.written import Written, has_left_side, has_matrix_signs
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.claims import Claim, Claims
from autograd.grading.meaning.names import RATE
from autograd.grading.meaning.places import IllFormed, Misfit
from autograd.grading.meaning.vocabulary import Vocabulary
from autograd.grading.reading.readers import is_latex
from autograd.grading.reading.trees import ReadingError

__all__ = ["Grade", "Grader"]

_UNPROVED = "50-digit numbers agree; a function in it has no meaning in a field, or an identity is not known there"


class Grade:
    """The answer for a formula.

    Attributes:
        verdict: ``"equal"`` (proved), ``"wrong"``, ``"unproved"`` (the numbers agree, but a proof is out of reach),
            ``"ambiguous"`` (readings disagree), ``"ill-formed"`` (an index is bound nowhere, or a comma stands where a
            sign belongs) or ``"unreadable"``.
        condition: under which an update is equal, such as that a constant is absorbed in the rate; else "".
        mistakes: what is wrong, a tuple of :class:`~autograd.grading.explaining.diagnosis.Mistake`.
        diagnosis: the same in words; of an unreadable formula, where and why.
        correct: the right formula, an :class:`~autograd.formulas.equations.Equation`; None where there is none to give.
        right: the same.
        counterexample: a point where the formula is wrong, with the true and the given value; else None.
        formula: what was graded.
        about: the names of the parameters or deltas that it speaks of.
        reading: what its letters were taken to mean, in words.
        link: which link of a chain A = B = C is the first wrong one, from 1; else None.
    """

    def __init__(
        self,
        verdict: str,
        formula: str,
        *,
        condition: str = "",
        mistakes: Iterable[Any] = (),
        diagnosis: str = "",
        correct: Equation | None = None,
        counterexample: Any = None,
    ) -> None:
        self.verdict, self.formula, self.condition = verdict, formula, condition
        self.mistakes = tuple(mistakes)
        self.results: list = []
        self.about: tuple = ()
        self.diagnosis = diagnosis
        self.correct, self.counterexample = correct, counterexample
        self.reading, self.link = "", None
        self.is_sure = self.is_misfit = self.is_elsewhere = False

    @property
    def right(self) -> Equation | None:
        """The right formula, or None where there is none to give."""
        return self.correct

    def __str__(self):
        lines = [f"{self.verdict}: {self.formula}"]
        if self.condition:
            lines.append(f"  condition: {self.condition}")
        if self.diagnosis:
            lines.append(f"  {'diagnosis' if self.verdict == 'wrong' else 'because'}: {self.diagnosis}")
        if self.link is not None and self.link > 1:
            lines.append(f"  the first wrong link of the chain: {self.link}")
        if self.reading and self.verdict != "unreadable":
            lines.append(f"  read as: {self.reading}")
        if self.correct is not None and self.verdict != "equal":
            lines.append(f"  right: {self.correct}")
        if self.counterexample is not None:
            lines.append(f"  counterexample: {self.counterexample}")
        return "\n".join([printable(line.replace("\n", " ")) for line in lines])

    def __repr__(self):
        return f"<grade {self.verdict}>"

    def as_dict(self) -> dict:
        """The answer as plain data, for JSON."""
        example = self.counterexample
        return {
            "formula": self.formula,
            "verdict": self.verdict,
            "condition": self.condition,
            "reading": self.reading,
            "link": self.link,
            "mistakes": [mistake._asdict() for mistake in self.mistakes],
            "diagnosis": self.diagnosis,
            "correct": None if self.correct is None else {"text": self.correct.text, "latex": self.correct.latex},
            "counterexample": None
            if example is None
            else {"point": example.point, "where": example.where, "true": example.true, "given": example.given},
        }

    def _repr_html_(self):
        colour = {"equal": "#1a7f37", "wrong": "#b42318", "unreadable": "#6b3fa0"}.get(self.verdict, "#8a6100")
        head, *rest = str(self).split("\n")
        rows = "".join([f"<br>{escape(line)}" for line in rest])
        word, _, formula = head.partition(": ")
        return f'<div><b style="color:{colour}">{escape(word)}</b>: <code>{escape(formula)}</code>{rows}</div>'


class Grader(Claims):
    """Grades formulas for one derivation."""

    def __init__(self, formulas, printer, convention, results=()):
        self.formulas, self.printer, self.convention = formulas, printer, convention
        self.network = formulas.network
        self._plain = {s for node, s in self.network.symbol_of.items() if isinstance(node, Constant)}
        self.vocabulary = Vocabulary(formulas, printer, convention)
        self.oracle = Oracle(formulas, [r for r in results if not isinstance(r, Result)])
        self._explains = True
        self.written = Written(formulas, convention, [r for r in results if isinstance(r, Result)])

    def assuming(self, grades) -> "Grader":
        """Return a grader that takes a writer's results for right, and all that follows from them by right rules.

        Args:
            grades: of formulas, mostly wrong ones. Only results for deltas, derivatives of the loss and an activation's
                derivative are taken.
        """
        found = [result for grade in grades for result in grade.results]
        return Grader(self.formulas, self.printer, self.convention, found)

    def judge(self, target, formula, rate=None) -> Grade:
        """Grade a formula without looking for a diagnosis, a counterexample or the right formula."""
        self._explains = False
        try:
            return self.grade(target, formula, rate)
        finally:
            self._explains = True

    def grade(self, target, formula, rate=None) -> Grade:
        """See :meth:`autograd.formulas.Derivation.grade`."""
        if not isinstance(formula, str):
            raise TypeError(
                f"a formula is text, found {type(formula).__name__}: write it as LaTeX or Python-like text."
            )
        if rate is not None and not isinstance(rate, str):
            raise TypeError(f"the rate is the name of a quantity, found {type(rate).__name__}.")
        if rate is None and self.convention.letters["rate"] != r"\eta":
            rate = self.convention.letters["rate"]
        meant = None if target is None else self._target(target)
        is_bare = meant is not None and not has_left_side(formula) and not has_matrix_signs(formula)
        takes_results = bool(self.oracle.results) and (self._is_preset() or not self.written.judge.results)
        if takes_results or not is_latex(formula.strip()) or is_bare:
            found = self._by_vocabulary(meant, formula, rate)
            if found.verdict != "unreadable":
                return found
            printed = self._as_printed(meant, formula, rate)
            return printed if printed is not None and printed.verdict == "equal" else found
        printed = self._as_printed(meant, formula, rate)
        if printed is None:
            return self._by_vocabulary(meant, formula, rate)
        if printed.verdict in ("equal", "unproved") or printed.is_sure:
            return printed
        found = self._by_vocabulary(meant, formula, rate)
        if printed.is_elsewhere:
            return found if found.verdict == "unreadable" and "speaks of" in found.diagnosis else printed
        if found.verdict == "equal" and self._is_preset():
            return found
        if printed.is_misfit and not printed.mistakes and self._is_preset():
            return found
        return printed

    def _is_preset(self):
        """Whether no letter was declared besides those of a preset."""
        return self.convention.letters == PRESETS[self.convention.name].letters

    def _as_printed(self, meant, formula, rate):
        """Grade a formula in the letters that it is printed in; None where it cannot be read so."""
        try:
            verdicts = self.written.verdicts(formula.strip(), meant, rate)
        except IllFormed as error:
            return Grade("ill-formed", formula, diagnosis=str(error))
        except (AutogradError, ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        chosen = worst(verdicts)
        judged = chosen.judged
        verdict = judged.verdict
        conditions = dict.fromkeys([v.condition for v in verdicts if v.condition])
        found = Grade(verdict, formula, condition="; ".join(conditions) if verdict in ("equal", "unproved") else "")
        found.reading, found.link = reading_of(self.written, chosen), judged.link
        # several claims, or shapes that do not fit, are nothing that the vocabulary's own reading can decide
        found.is_sure = len(verdicts) > 1 or isinstance(judged.error, ShapeError)
        found.is_misfit = isinstance(judged.error, Misfit)
        found.is_elsewhere = judged.reason.startswith("the left side speaks of")
        old = self._old_claims(meant, formula, rate)
        found.results = [result for claim in old for result in self._results(claim)]
        found.results += self.written.results(verdicts)
        found.about = tuple(dict.fromkeys([name for claim in old for name in self._about(claim)]))
        if verdict == "unproved":
            found.diagnosis = _UNPROVED
        if verdict == "ambiguous":
            found.diagnosis = judged.reason
        if self._explains:
            try:
                self._explain(found, chosen, verdicts, old)
            except (AutogradError, ValueError, ArithmeticError, TypeError, LookupError, AttributeError):
                found.diagnosis = found.diagnosis or words_of(chosen, found.mistakes, len(verdicts) > 1)
        return found

    def _old_claims(self, meant, formula, rate):
        """The claims of a formula in the network's own vocabulary, where it can be read in it."""
        try:
            return self._claims(meant, formula, rate)
        except (AutogradError, ReadingError, RecursionError):
            return []

    def _explain(self, found, chosen, verdicts, old):
        """Add what is wrong, what is right and a counterexample to the answer for a printed formula."""
        symbol = meant_symbol(self.written, chosen)
        if symbol is not None:
            found.correct = self._correct(Claim(None, symbol[0], "gradient", [], symbol[1] or [{}]), {})
        elif old:
            found.correct = self._correct(old[0], {})
        if found.verdict not in ("wrong", "ill-formed"):
            return
        other = None
        own_letters = self._is_preset()
        mistakes = [] if own_letters else slips_of(self.written, chosen)
        if not mistakes and old:
            graded = [self._graded(claim, found.formula) for claim in old]
            other = next((g for g in graded if g.verdict == "wrong"), None)
            mistakes = list(other.mistakes) if other is not None else []
        if not mistakes and own_letters:
            mistakes = slips_of(self.written, chosen)
        if found.verdict == "ill-formed" and mistakes:
            found.verdict = "wrong"
        found.mistakes = tuple(mistakes)
        found.diagnosis = words_of(chosen, mistakes, len(verdicts) > 1)
        if other is not None and mistakes and len(verdicts) == 1:
            found.diagnosis, found.counterexample = other.diagnosis, other.counterexample
            return
        example = refutation(self.written, chosen, self.oracle, self.printer.symbol_text)
        if example is not None:
            found.counterexample = Counterexample(*example)
        elif old:
            graded = [other] if other is not None else [self._graded(claim, found.formula) for claim in old]
            found.counterexample = next((g.counterexample for g in graded if g.counterexample is not None), None)

    def _by_vocabulary(self, meant, formula, rate):
        """Grade a formula in the network's own vocabulary."""
        try:
            claims = self._claims(meant, formula, rate)
        except ReadingError as error:
            return Grade("unreadable", formula, diagnosis=str(error))
        except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
            return Grade("unreadable", formula, diagnosis=f"it cannot be read: {type(error).__name__} {error}")
        except RecursionError:
            return Grade("unreadable", formula, diagnosis="it is nested too deeply: write it with fewer brackets.")
        try:
            grades = [self._graded(claim, formula) for claim in claims]
        except (ReadingError, GraphError) as error:
            return Grade("unreadable", formula, diagnosis=str(error))
        except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
            return Grade("unreadable", formula, diagnosis=f"it cannot be read: {type(error).__name__} {error}")
        order = {"unreadable": 0, "wrong": 1, "unproved": 2, "equal": 3}
        found = min(grades, key=lambda g: (order[g.verdict], not g.condition))
        found.results = [result for claim in claims for result in self._results(claim)]
        found.about = tuple(dict.fromkeys([name for claim in claims for name in self._about(claim)]))
        return found

    def _results(self, claim):
        """What a claim says of a derivative that reverse mode goes through; see :meth:`Oracle`."""
        if claim.kind in ("delta", "gradient", "value") and isinstance(claim.truth, Symbol) and claim.rights:
            of = claim.truth
            is_slope = of.role == "ratio" and (of.name[0].role, of.name[1].role) == ("a", "s")
            if of.role == "delta" or is_slope or (of.role == "gradient" and of.name is not None):
                return [(of, claim.rights[-1], claim.instances)]
        return []

    def _about(self, claim):
        """The names of the parameters and deltas that a claim is about."""
        if claim.symbol is None or claim.kind == "value":
            return []
        return [self.printer.symbol_text(claim.symbol.bound(env)) for env in claim.instances]

    # --- Whether it is so.

    def _graded(self, claim, formula):
        self._check_variables(claim)
        unproved = False
        condition = ""
        for right in claim.rights:
            absorbed = self._absorbed(claim, right) if claim.kind in ("update", "step") else None
            if absorbed is not None and absorbed > 0:
                if RATE not in symbols(right):
                    condition = f"the rate is {absorbed}"
                elif absorbed != 1:
                    condition = f"the rate that is written stands for {1 / absorbed} of the rate of gradient descent"
                    if absorbed.numerator == 1 or absorbed.denominator == 1:
                        inverse = 1 / absorbed
                        condition = (
                            f"the constant {inverse} is absorbed in the rate: the rate that is written is {inverse} "
                            "times the rate of gradient descent"
                        )
                unproved = unproved or self.oracle.field(1) is None
                continue
            for env in claim.instances:
                verdict = self._compared(claim, right, env)
                if verdict == "wrong":
                    return self._wrong(claim, right, env, formula, absorbed)
                unproved = unproved or verdict == "unproved"
        if unproved:
            return Grade(
                "unproved",
                formula,
                condition=condition,
                diagnosis=_UNPROVED,
                correct=self._correct(claim, {}) if self._explains else None,
            )
        return Grade(
            "equal", formula, condition=condition, correct=self._correct(claim, {}) if self._explains else None
        )

    def _check_variables(self, claim):
        """Refuse a derivative in what is a plain number in the graph, which has none there."""
        for expression in (claim.truth, *claim.rights):
            for symbol in symbols(expression):
                of = symbol.name[1] if symbol.role == "ratio" else symbol.name if symbol.role == "gradient" else None
                for env in claim.instances if of is not None else ():
                    if of.bound(env) in self._plain:
                        name = self.printer.symbol_text(of.bound(env))
                        raise GraphError(
                            f"{name} is a plain number in this graph: record it as a Value to differentiate in it."
                        )

    def _compared(self, claim, right, env):
        field = self.oracle.agree_in_field(claim.truth, right, env)
        if field == "pole":
            return "wrong"
        digits = self.oracle.agree_in_digits(claim.truth, right, env)
        if digits and field is not True:  # by chance perhaps, at the side of a kink where both are alike
            digits = self.oracle.agree_in_digits(claim.truth, right, env, KINK_POINTS)
        if digits is False or (digits is None and field is not True):
            return "wrong"
        return "equal" if field is True else "unproved"

    def _absorbed(self, claim, right):
        """The constant by which the step of an update is longer than gradient descent's, or None.

        Where no rate is written, it is the rate itself. It is found in a field, or where the graph means nothing there
        in numbers of many digits.
        """
        gradient = Symbol("gradient", name=claim.symbol)
        rate = RATE if RATE in symbols(right) else Number(Fraction(1))
        minus = Number(Fraction(-1))
        step = right if claim.kind == "step" else Plus((right, Times((minus, claim.symbol))))
        usual = Times((minus, rate, gradient))
        found = {ratio for env in claim.instances[:6] for ratio in self.oracle.ratios(step, usual, env)}
        if len(found) != 1 or None in found:
            return None
        (constant,) = found
        if constant > 0:
            scaled = Times((Number(-constant), rate, gradient))
            if not all(self.oracle.agree(scaled, step, env) for env in claim.instances):
                return None
        return constant

    def _wrong(self, claim, right, env, formula, absorbed):
        if not self._explains:
            return Grade("wrong", formula)
        mistakes = []
        if absorbed is not None and absorbed < 0:
            mistakes.append(Mistake("sign", "the sign is flipped: the step goes up the gradient"))
        else:
            mistakes = diagnose(self.oracle, self.vocabulary, claim.truth, right, env, claim.symbol)
        example = self.oracle.counterexample(claim.truth, right, env, self.printer.symbol_text)
        words = "; and ".join([m.text for m in mistakes])
        if not mistakes:
            words = "no slip, and no two, explain it: compare it with the right formula term by term"
            if example is not None and example.given is None:
                words = "it has no value: it divides by 0, or a function is asked for outside of its domain"
        return Grade(
            "wrong",
            formula,
            mistakes=mistakes,
            diagnosis=words,
            correct=self._correct(claim, env),
            counterexample=example,
        )

    def _correct(self, claim, env):
        """The right formula, for the neuron that is meant, or for all."""
        formulas, printer = self.formulas, self.printer
        if claim.symbol is None or claim.kind == "value":
            return self._stated(claim.truth)
        symbols_meant = {claim.symbol.bound(e) for e in claim.instances}
        if claim.symbol.role == "delta":
            pairs = [
                (formulas.network.delta_of(n), formulas.delta[n])
                for n in formulas.network.neurons
                if formulas.network.delta_of(n) in symbols_meant
            ]
            found = gathered(pairs, "delta", printer)
        else:
            ordered = sorted(symbols_meant, key=lambda s: s.indices)
            node_of = {Symbol("a", (n.layer,), (n.index,), n.sample, n.step): n.a for n in self.network.neurons}
            node_of |= {s: node for node, s in self.network.symbol_of.items()}
            if claim.symbol.role == "s":  # the delta itself, but for the convention's factor
                scale = Number(1 / formulas.factor)
                named = [Symbol("delta", s.layers, s.indices, s.sample, s.step) for s in ordered]
                pairs = [(s, times(scale, delta)) for s, delta in zip(ordered, named, strict=True)]
            else:
                try:
                    pairs = [(s, gradient_of(formulas, node_of[s])) for s in ordered]
                except KeyError:  # an input or a target
                    return None
            found = gathered(pairs, "gradient", printer)
        if not found:
            return None
        return found[0] if isinstance(found[0], Equation) else None

    def _stated(self, truth):
        """What a quantity is: the loss, a pre-activation, an activation. None for another left side."""
        if not isinstance(truth, Symbol):
            return None
        formulas, network = self.formulas, self.network
        if truth.role == "gradient" and truth.name is None:
            right = folded_sum(formulas.local(network.root), formulas)
            loss = self.convention.letters["loss"]
            return Statement(f"L = {self.printer.text(right)}", f"{loss} = {self.printer.latex(right)}")
        if truth.role not in ("a", "s"):
            return None
        for n in network.neurons:
            if (n.layer, n.index) == (truth.layers[0], truth.indices[0]) or isinstance(truth.indices[0], Letter):
                if n.layer != truth.layers[0]:
                    continue
                right = formulas.local(n.s) if truth.role == "s" else formulas.activation_in_s(n)[0]
                left = Symbol(truth.role, truth.layers, (n.index,), n.sample, n.step)
                return Equation(left, right, {}, "definition", self.printer)
        return None


class Statement(NamedTuple):
    """An equation whose left side is no symbol, as text and as LaTeX."""

    text: str
    latex: str

    def __str__(self):
        return self.text
