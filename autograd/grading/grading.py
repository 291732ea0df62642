r"""The grading of a hand-written formula: read it, find the meaning of its names, prove or refute it, explain it.

The formula is never run as code. LaTeX and typed formulas become a tree that is evaluated as it was written
(:mod:`autograd.grading.judging.written`). Formulas in the network's own names become expressions
(:mod:`autograd.grading.in_vocabulary` lists these formulas). Length, depth, digits, exponents and terms are limited,
and so is the work for a diagnosis.
"""

import copy
import re
from functools import cached_property, partial

from autograd.engine.errors import AutogradError
from autograd.formulas.formulas import Formulas
from autograd.grading.appearance import without_appearance
from autograd.grading.bare_sides import with_left_sides
from autograd.grading.context import Context
from autograd.grading.equation_numbers import without_numbers
from autograd.grading.explaining.answers import (
    meant_symbol,
    names_of,
    reading_of,
    refutation,
    slips_of,
    words_of,
    worst,
)
from autograd.grading.explaining.lettered import lettered
from autograd.grading.grade import UNPROVED, Grade
from autograd.grading.in_vocabulary import InVocabulary
from autograd.grading.judging.index_letters import counted_layers
from autograd.grading.judging.judge import MAX_SECONDS
from autograd.grading.judging.layer_numbers import layer_numbers
from autograd.grading.judging.letters_of_layers import letters_of_layers
from autograd.grading.judging.other_readings import TWO_TARGETS
from autograd.grading.judging.proof import Counterexample
from autograd.grading.judging.taken import Result
from autograd.grading.judging.task import joined
from autograd.grading.judging.written import Written, has_left_side, has_matrix_signs
from autograd.grading.latex_text import claims_in, without_reasons
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.claims import Claim
from autograd.grading.meaning.place import IllFormed, Misfit, NotRecorded, OutOfRange
from autograd.grading.meaning.weights import has_named_matrices
from autograd.grading.reading.readers import is_latex
from autograd.grading.reading.trees import ReadingError
from autograd.grading.terms_in_words import with_terms_in_words
from autograd.grading.typed_text import with_entries_of_layers, with_typed_signs
from autograd.grading.usual_signs import with_usual_signs

__all__ = ["Grade", "Grader"]

_OPEN_D = re.compile(r"(?<![A-Za-z0-9_\\])d(?=_\{?[A-Za-z0-9]+\}?(?![A-Za-z0-9_\[]))", re.ASCII)  # d_h, not d_h[h]
_OTHER_NODE = re.compile(r"(?<![A-Za-z\\])v\}?_\{?\d", re.ASCII)  # v_1 and \bar{v}_{1}


class Grader:
    """A grader of formulas for one derivation."""

    def __init__(self, formulas, printer, convention, results=()):
        self.context = Context(formulas, printer, convention)
        self.in_vocabulary = InVocabulary(self.context, [r for r in results if not isinstance(r, Result)])
        self.written = Written(formulas, convention, [r for r in results if isinstance(r, Result)])

    @property
    def vocabulary(self):
        """The names of the network."""
        return self.in_vocabulary.lexicon

    def assuming(self, grades) -> "Grader":
        """Return a grader that assumes a writer's results, and all that follows from them by right rules, to be right.

        Args:
            grades: grades of formulas, mostly wrong ones. Only results for deltas, derivatives of the loss, and the
                derivatives of activations are assumed.
        """
        found = [result for grade in grades for result in grade.results]
        context = self.context
        other = Grader(context.formulas, context.printer, context.convention, found)
        other.written.reads_own_names = self.written.reads_own_names
        return other

    def judge(self, target, formula, rate=None, *, seconds=MAX_SECONDS, letters=(), numbers=(), bound=()) -> Grade:
        """Grade a formula without a search for a diagnosis, a counterexample or the right formula.

        Args:
            target, formula, rate: see :meth:`grade`.
            seconds: the limit of the work on its readings.
            letters: pairs of an index letter and the layer whose neurons it counts, if they are known.
            numbers: pairs of a group of letters and the layer that its number 0 would mean, if they are known.
            bound: see :meth:`grade`.
        """
        judge = self.written.judge
        judge.seconds, judge.letters, judge.numbers, judge.bound = seconds, dict(letters), dict(numbers), dict(bound)
        try:
            return self._grade(target, formula, rate, explains=False)
        finally:
            judge.seconds, judge.letters, judge.numbers, judge.bound = MAX_SECONDS, {}, {}, {}

    def grade(self, target, formula, rate=None, *, bound=()) -> Grade:
        """Return the grade of a formula; see :meth:`autograd.formulas.Derivation.grade`.

        Args:
            target, formula, rate: see there.
            bound: pairs of a role and a letter without a mark of its layer, and its layer, if this is known.
        """
        judge = self.written.judge
        judge.bound = dict(bound)
        try:
            return self._explained(target, formula, rate)
        finally:
            judge.bound = {}

    def _explained(self, target, formula, rate):
        """Return the grade of a formula with its diagnosis."""
        found = self._grade(target, formula, rate, explains=True)
        if found.verdict not in ("wrong", "unreadable"):
            return found
        renamed, labels = self.in_vocabulary.with_names_for_labels(formula)
        if not labels:
            return self._or_with_plain_numbers(target, formula, rate, found)
        again = self._or_with_plain_numbers(target, renamed, rate, self._grade(target, renamed, rate, explains=True))
        is_better = again.verdict == "equal" or (found.verdict == "unreadable" and again.verdict != "unreadable")
        if not is_better:
            return found
        again.formula = formula
        again.condition = joined(again.condition, f"with the labels of this graph: {labels}")
        return again

    def _or_with_plain_numbers(self, target, formula, rate, found):
        """Return the grade of a formula that may have inputs and targets as the plain numbers that they are.

        Args:
            target, formula, rate: see :meth:`grade`.
            found: its grade if they stand for any numbers. It is returned unless the formula is right with the numbers.
        """
        if found.verdict != "wrong" or self.context.network.keeps_constants:
            return found
        if not self.in_vocabulary.is_of_parameters(target, formula, rate):
            return found
        again = self.with_numbers.judge(target, formula, rate)
        if again.verdict != "equal":
            return found
        words = f"for the plain numbers of this graph: {self.in_vocabulary.plain_numbers()}"
        again.condition = joined(again.condition, words)
        return again

    @cached_property
    def with_numbers(self) -> "Grader":
        """The same grader, in which inputs and targets that are plain numbers stand for these numbers alone."""
        context = self.context
        network = copy.copy(context.network)
        network.keeps_constants = True
        return Grader(Formulas(network, context.convention.delta), context.printer, context.convention)

    def _grade(self, target, formula, rate, explains):
        if not isinstance(formula, str):
            raise TypeError(
                f"a formula is text, found {type(formula).__name__}: write it as LaTeX or Python-like text."
            )
        if rate is not None and not isinstance(rate, str):
            raise TypeError(f"the rate is the name of a quantity, found {type(rate).__name__}.")
        if rate is None and self.context.convention.letters["rate"] != r"\eta":
            rate = self.context.convention.letters["rate"]
        formula = with_terms_in_words(formula)
        formula = with_typed_signs(formula, self.context.convention.letters.values())
        formula = with_usual_signs(without_appearance(without_numbers(without_reasons(formula))))
        formula = formula if self.context.is_preset else with_entries_of_layers(formula)
        meant = None if target is None else self.in_vocabulary.claims.target(target)
        is_bare = meant is not None and not has_left_side(formula) and not has_matrix_signs(formula)
        takes_results = bool(self.in_vocabulary.oracle.results) and (
            self.context.is_preset or not self.written.judge.results
        )
        if takes_results or not is_latex(formula.strip()) or is_bare:
            return self._in_names_first(meant, formula, rate, explains, is_bare)
        printed = self._as_printed(meant, formula, rate, explains)
        is_decided = printed is not None and printed.verdict in ("equal", "unproved")
        lines = None
        if "\\\\" in formula and meant is None and not is_decided:
            lines = self._line_by_line(formula, rate, explains)
        if lines is not None:
            return lines
        if self.context.is_preset:
            return self._or_in_names(printed, meant, formula, rate, explains)
        if not is_decided and self._names_other_nodes(formula):
            found = self.in_vocabulary.grade(meant, formula, rate, explains)
            if found.verdict in ("equal", "unproved", "unreadable") or printed is None:
                return found  # the letters of neurons say nothing of other nodes
        if printed is None:
            return Grade("unreadable", formula, diagnosis=self._why_unreadable(meant, formula, rate))
        return printed

    def _in_names_first(self, meant, formula, rate, explains, is_bare):
        """Return the grade in the network's own names or, if these cannot express the formula, as printed."""
        found = self.in_vocabulary.grade(meant, formula, rate, explains)
        if found.verdict == "wrong" and not self.context.is_preset:
            printed = self._as_printed(meant, formula, rate, explains=False)  # in it, one letter may have several roles
            return printed if printed is not None and printed.verdict == "equal" else found
        if found.verdict != "unreadable":
            return found
        printed = self._as_printed(meant, formula, rate, explains)
        if printed is not None and (printed.verdict == "equal" or (printed.mistakes and not is_bare)):
            return printed
        if printed is not None and printed.verdict == "ambiguous" and not is_bare and not self.context.is_preset:
            return printed
        other = self._with_deltas(meant, formula, rate, explains) if is_bare else None
        if other is None and is_bare and not self.context.is_preset:
            other = self._with_left_side(meant, formula, rate, explains)
        return found if other is None else other

    def _names_other_nodes(self, formula):
        """Return True if a formula has the names v_1, v_2, ... that we print for nodes that are no neurons."""
        others = any(symbol.role == "v" for symbol in self.vocabulary.symbols)
        return others and "v" not in self.context.convention.letters.values() and bool(_OTHER_NODE.search(formula))

    def _or_in_names(self, printed, meant, formula, rate, explains):
        """Return the grade of a formula in the letters of a preset, which may also be the network's own names."""
        if printed is not None and (printed.verdict == "equal" or printed.is_sure):
            return printed
        found = self.in_vocabulary.grade(meant, formula, rate, explains)
        if printed is not None and printed.verdict == "unproved":
            return found if found.verdict == "equal" else printed
        if printed is None:
            if found.verdict == "unreadable" and "is not understood" in found.diagnosis:
                found.diagnosis = self._why_unreadable(meant, formula, rate) or found.diagnosis
            return found
        if printed.verdict == "unreadable":
            return printed if found.verdict == "unreadable" else found
        if printed.is_elsewhere:
            return found if found.verdict == "unreadable" and "the left side names" in found.diagnosis else printed
        if found.verdict in ("equal", "unproved") or (printed.is_misfit and not printed.mistakes):
            return found
        if found.verdict == "unreadable" and printed.verdict == "wrong" and self._names_other_nodes(formula):
            return found  # the letters of neurons say nothing of other nodes
        return printed

    def _with_left_side(self, meant, formula, rate, explains):
        """Return the grade of a right side in the writer's letters with the best left side, or None without one."""
        tried = []
        for equation in with_left_sides(formula, meant, self.context.convention):
            found = self._as_printed(meant, equation, rate, explains=False)
            if found is not None and found.verdict != "unreadable" and not (found.is_elsewhere or found.is_misfit):
                tried.append(found)
        order = {"equal": 4, "unproved": 3, "wrong": 2, "ill-formed": 1}
        tried.sort(key=lambda grade: -order.get(grade.verdict, 0))
        found = tried[0] if tried else None
        for grade in tried[:2] if explains else ():  # a slip may be seen with only one of two left sides
            found = self._as_printed(meant, grade.formula, rate, explains=True)
            if found.mistakes or found.verdict in ("equal", "unproved"):
                break
        if found is not None:
            found.formula = formula
        return found

    def _with_deltas(self, meant, formula, rate, explains):
        """Return the grade with d_k read as a delta, or None if this cannot be read either."""
        spelled = _OPEN_D.sub(r"\\delta", formula)
        if spelled == formula or "d" in self.context.convention.letters.values():
            return None
        found = self.in_vocabulary.grade(meant, spelled, rate, explains)
        found.formula = formula
        return None if found.verdict == "unreadable" else found

    def _line_by_line(self, formula, rate, explains):
        """Return the grade of a block in which each line is equal by itself, or None for other blocks."""
        pieces = claims_in(formula)
        grades = [self._grade(None, piece.text, rate, explains) for piece in pieces] if len(pieces) > 1 else []
        if not grades or any(grade.verdict != "equal" for grade in grades):
            return None
        own_losses = frozenset.intersection(*[grade.own_losses for grade in grades])
        if not own_losses:
            return None  # each line needs another meaning of the deltas
        found = grades[-1]
        found.formula, found.own_losses = formula, own_losses
        found.condition = "; ".join(dict.fromkeys([grade.condition for grade in grades if grade.condition]))
        found.about = tuple(dict.fromkeys([name for grade in grades for name in grade.about]))
        return found

    def _why_unreadable(self, meant, formula, rate):
        """Return the reason why a printed formula cannot be read, or "".

        This reader knows more commands than the vocabulary.
        """
        try:
            self.written.verdicts(formula.strip(), meant, rate)
        except ReadingError as error:
            return str(error)
        except (AutogradError, ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RecursionError):
            return ""
        return ""

    def _as_printed(self, meant, formula, rate, explains):
        """Return the grade of a formula in its printed letters, or None if it cannot be read like this."""
        try:
            verdicts = self.written.verdicts(formula.strip(), meant, rate)
        except IllFormed as error:
            return Grade("ill-formed", formula, diagnosis=str(error))
        except NotRecorded as error:
            return Grade("unreadable", formula, diagnosis=error.reason)
        except (AutogradError, ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        chosen = worst(verdicts)
        judged = chosen.judged
        verdict = judged.verdict
        conditions = dict.fromkeys([v.condition for v in verdicts if v.condition])
        found = Grade(verdict, formula, condition="; ".join(conditions) if verdict in ("equal", "unproved") else "")
        found.reading, found.link = reading_of(self.written, chosen), judged.link
        if len(verdicts) == 1:
            found.counted = counted_layers(judged)
            found.shifts = layer_numbers(self.written.judge, judged, chosen.places)
            found.layers_of_letters = letters_of_layers(self.written.judge, judged, chosen.places)
        # The vocabulary cannot decide about several claims, or about shapes that do not fit.
        is_of_targets = judged.reason.startswith(TWO_TARGETS.partition(",")[0])
        found.is_sure = len(verdicts) > 1 or isinstance(judged.error, ShapeError) or is_of_targets
        found.is_misfit, found.is_shapeless = isinstance(judged.error, Misfit), isinstance(judged.error, ShapeError)
        found.is_elsewhere = judged.reason.startswith("the left side names")
        old = self.in_vocabulary.claims_of(meant, formula, rate)
        found.results = [result for claim in old for result in self.in_vocabulary.results(claim)]
        found.results += self.written.results(verdicts)
        found.about = self._about(verdicts, old)
        found.own_losses = frozenset.intersection(*[v.judged.own_losses for v in verdicts])
        if verdict == "unproved":
            found.diagnosis = UNPROVED
        if verdict == "ambiguous":
            found.diagnosis = judged.reason
        if verdict == "ill-formed" and not explains:
            found.diagnosis = words_of(chosen, (), len(verdicts) > 1)
        if explains:
            try:
                self._explain(found, chosen, verdicts, old, rate)
            except (AutogradError, ValueError, ArithmeticError, TypeError, LookupError, AttributeError):
                found.diagnosis = found.diagnosis or words_of(chosen, found.mistakes, len(verdicts) > 1)
        return found

    def _about(self, verdicts, old):
        """Return the names of the parameters and deltas of claims.

        In the letters of a preset, these are the named ones, and otherwise those that were judged.
        """
        text, symbols = self.context.printer.symbol_text, self.vocabulary.symbols
        named = [name for claim in old for name in self.in_vocabulary.about(claim)]
        if self.context.is_preset and named:  # in a preset, h and o are letters of layers
            return tuple(dict.fromkeys(named))
        judged = [name for v in verdicts for name in names_of(self.written, v, symbols, text)]
        return tuple(dict.fromkeys(judged or named))

    def _give_right(self, found, verdict, old, rate):
        """Add the right formula to an answer, in the declared letters."""
        symbol, reading = meant_symbol(self.written, verdict), verdict.judged.meant or verdict.judged.reading
        task, written = verdict.judged.task or verdict.task, None
        if not self.context.is_preset and task is not None and reading is not None:
            sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
            written = partial(lettered, reading=reading, sides=sides, formula=found.formula)
        if symbol is not None:
            kind = "step" if task is not None and task.kind == "step" else "gradient"
            meant = Claim(None, symbol[0], kind, [], symbol[1] or [{}])
            found.correct = self.in_vocabulary.right.of(meant, rate, written)
        if found.correct is None and old:
            found.correct = self.in_vocabulary.right.of(old[0], None, written)

    def _explain(self, found, chosen, verdicts, old, rate):
        """Add the mistakes, the right formula and a counterexample to the answer for a printed formula."""
        self._give_right(found, chosen, old, rate)
        is_open = found.verdict == "ambiguous" and isinstance(chosen.judged.error, Misfit)
        if found.verdict not in ("wrong", "ill-formed") and not is_open:
            return
        other = None
        own_letters = self.context.is_preset
        mistakes, shown = ([], chosen) if own_letters else slips_of(self.written, chosen)
        if not mistakes and old:
            graded = [self.in_vocabulary.graded(claim, found.formula) for claim in old]
            other = next((g for g in graded if g.verdict == "wrong"), None)
            mistakes = list(other.mistakes) if other is not None else []
        if not mistakes and own_letters:
            mistakes, shown = slips_of(self.written, chosen)
        if shown is not chosen:  # another reading explains more, so the right formula belongs to that one
            self._give_right(found, shown, old, rate)
            found.reading, found.about = reading_of(self.written, shown), self._about([shown], old)
            found.results = self.written.results([shown]) or found.results
        if is_open and not mistakes and other is None:
            return
        error = chosen.judged.error
        is_unplaced = isinstance(error, (ShapeError, OutOfRange)) and self.written.model.steps > 1
        if isinstance(error, ShapeError) and chosen.judged.task is not None:
            is_unplaced &= not has_named_matrices(chosen.judged.task.sides, chosen.places)
        if found.verdict == "wrong" and not mistakes and other is None and is_unplaced and len(verdicts) == 1:
            found.verdict, found.diagnosis = "ambiguous", words_of(chosen, mistakes, False)  # perhaps another reading
            return
        if (found.verdict == "ill-formed" and mistakes) or is_open:
            found.verdict = "wrong"
        found.mistakes = tuple(mistakes)
        found.diagnosis = words_of(shown if mistakes else chosen, mistakes, len(verdicts) > 1)
        if other is not None and mistakes and len(verdicts) == 1:
            found.diagnosis, found.counterexample = other.diagnosis, other.counterexample
            return
        example = refutation(self.written, shown, self.in_vocabulary.oracle, self.context.printer.symbol_text)
        if example is not None:
            found.counterexample = Counterexample(*example)
        elif old:
            graded = (
                [other] if other is not None else [self.in_vocabulary.graded(claim, found.formula) for claim in old]
            )
            found.counterexample = next((g.counterexample for g in graded if g.counterexample is not None), None)
