r"""Grading in the network's own vocabulary: the names of printed text, and the letters of a convention.

On this path, formulas become expressions over the symbols of the network, with an index for each neuron. This is the
older of two paths. LaTeX with declared letters never takes it, and LaTeX in the letters of a preset is first evaluated
as it was written (:mod:`autograd.grading.judging.written`). Only :meth:`autograd.grading.grading.Grader._grade` chooses
between the paths. This path still decides

- Python-like text, such as ``dL/dw_ho[h,o] = d_o[o]*a[h]``. The evaluator knows neither the names of text nor sums
  ``for o in O``.
- a single right side that is graded for a target, such as ``\delta_o a_h`` for one weight. Its letters are those of the
  target.
- LaTeX in a preset's letters that the evaluator cannot read, finds ambiguous or refutes, but that is equal in the
  network's own names. For the evaluator, a letter without marks is any neuron of any layer, while ``\delta_{h_1}``,
  ``w_k \cdot x_k`` or the name of a function in the table have one meaning here.
- LaTeX after wrong results that a writer stated in these names. Such a result is an expression and not an array.

For formulas of both paths, it also finds two slips at once (:mod:`autograd.grading.explaining.diagnosis`), and the
right formula in the network's own names.
"""

import re
from fractions import Fraction

from autograd.engine.errors import AutogradError, GraphError
from autograd.formulas.expressions import Number, Plus, Symbol, Times, symbols
from autograd.formulas.network import Constant
from autograd.grading.explaining.diagnosis import diagnose
from autograd.grading.explaining.mistakes import Mistake
from autograd.grading.explaining.right_formulas import RightFormulas
from autograd.grading.grade import UNPROVED, Grade
from autograd.grading.judging.points import DOUBTED_POINTS
from autograd.grading.judging.proof import Oracle
from autograd.grading.latex_text import is_equation, split_at
from autograd.grading.meaning.claims import Claims
from autograd.grading.meaning.lexicon import Lexicon
from autograd.grading.meaning.names import RATE
from autograd.grading.meaning.vocabulary import Vocabulary
from autograd.grading.reading.readers import is_latex
from autograd.grading.reading.trees import ReadingError

__all__ = ["InVocabulary"]

_WORD = re.compile(r"(?<![\w\\.])[A-Za-z]\w*(?![\w\[(])")  # a name that has no index and is not called


class InVocabulary:
    """A grader of formulas in the network's own vocabulary.

    Args:
        context: the derivation: :class:`autograd.grading.context.Context`.
        results: earlier results of the writer, which are assumed to be right; see
            :class:`~autograd.grading.judging.proof.Oracle`.
    """

    def __init__(self, context, results=()):
        self.lexicon = Lexicon(context)
        self.claims = Claims(Vocabulary(self.lexicon))
        self.oracle = Oracle(context.formulas, results)
        self.right = RightFormulas(context)
        self._plain = {s for node, s in context.network.symbol_of.items() if isinstance(node, Constant)}

    def claims_of(self, meant, formula, rate):
        """Return the claims of a formula, or an empty list if it cannot be read."""
        try:
            return self._read(meant, formula, rate)
        except (AutogradError, ReadingError, RecursionError):
            return []

    def is_of_parameters(self, target, formula, rate) -> bool:
        """Return True if the right sides of a formula have no names but those of parameters.

        Such a formula is about the plain numbers of a graph, if it has any, and not about inputs and targets.
        """
        if not self._plain:
            return False
        claims = self.claims_of(None if target is None else self.claims.target(target), formula, rate)
        return bool(claims) and all(
            symbol.role in ("w", "b") for claim in claims for right in claim.rights for symbol in symbols(right)
        )

    def with_names_for_labels(self, formula):
        """Return a formula in text with the network's names for the labels of Values, and a text that explains them.

        Without labels in it, the formula is returned as it is, and an empty text.
        """
        if is_latex(formula):
            return formula, ""
        p, names = self.lexicon.printer, {}
        for node, symbol in self.lexicon.network.symbol_of.items():
            label = getattr(node, "label", None)
            if isinstance(label, str) and label.isidentifier() and symbol.role != "free":
                names.setdefault(label, set()).add(p.symbol_text(symbol))
        clear = {label: of.pop() for label, of in names.items() if len(of) == 1}
        used = {word: clear[word] for word in _WORD.findall(formula) if word in clear and clear[word] != word}
        renamed = _WORD.sub(lambda match: used.get(match[0], match[0]), formula)
        return renamed, ", ".join([f"{label} is {name}" for label, name in sorted(used.items())])

    def plain_numbers(self) -> str:
        """Return the inputs and targets that are plain numbers, with these numbers, as text."""
        network, p = self.lexicon.network, self.lexicon.printer
        numbers = {s: node.data for node, s in network.symbol_of.items() if isinstance(node, Constant)}
        return ", ".join([f"{p.symbol_text(symbol)} = {number:g}" for symbol, number in numbers.items()])

    def _read(self, meant, formula, rate):
        """Return the claims of a formula. In text, several equations may be separated by commas."""
        pieces = [formula]
        if isinstance(formula, str) and "," in formula and not is_latex(formula):
            pieces = [piece.text.strip() for piece in split_at(formula, {","})]
            if not all(is_equation(piece) for piece in pieces):
                pieces = [formula]
        return [claim for piece in pieces for claim in self.claims.read(meant, piece, rate)]

    def grade(self, meant, formula, rate, explains=True):
        """Return the grade of a formula.

        Args:
            meant: the symbol that is graded, or None.
            formula: the text.
            rate: the name of the learning rate, or None.
            explains: True to diagnose a wrong formula.
        """
        try:
            claims = self._read(meant, formula, rate)
        except ReadingError as error:
            return Grade("unreadable", formula, diagnosis=str(error))
        except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
            return Grade("unreadable", formula, diagnosis=f"it cannot be read: {type(error).__name__} {error}")
        except RecursionError:
            return Grade("unreadable", formula, diagnosis="it is nested too deeply: write it with fewer brackets.")
        try:
            grades = [self.graded(claim, formula, explains) for claim in claims]
        except (ReadingError, GraphError) as error:
            return Grade("unreadable", formula, diagnosis=str(error))
        except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
            return Grade("unreadable", formula, diagnosis=f"it cannot be read: {type(error).__name__} {error}")
        order = {"unreadable": 0, "wrong": 1, "unproved": 2, "equal": 3}
        found = min(grades, key=lambda g: (order[g.verdict], not g.condition))
        found.results = [result for claim in claims for result in self.results(claim)]
        found.about = tuple(dict.fromkeys([name for claim in claims for name in self.about(claim)]))
        return found

    def results(self, claim):
        """Return the derivatives in a claim with which reverse mode can continue; see :class:`Oracle`."""
        if claim.kind in ("delta", "gradient", "value") and isinstance(claim.truth, Symbol) and claim.rights:
            of = claim.truth
            is_slope = of.role == "ratio" and (of.name[0].role, of.name[1].role) == ("a", "s")
            if of.role == "delta" or is_slope or (of.role == "gradient" and of.name is not None):
                return [(of, claim.rights[-1], claim.instances)]
        return []

    def about(self, claim):
        """Return the names of the parameters and deltas of a claim."""
        if claim.symbol is None or claim.kind == "value":
            return []
        return [self.lexicon.printer.symbol_text(claim.symbol.bound(env)) for env in claim.instances]

    def graded(self, claim, formula, explains=True):
        """Return the grade of one claim."""
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
                unproved = unproved or self.oracle.points.field(1) is None
                continue
            for env in claim.instances:
                verdict = self._compared(claim, right, env)
                if verdict == "wrong":
                    return self._wrong(claim, right, env, formula, absorbed) if explains else Grade("wrong", formula)
                unproved = unproved or verdict == "unproved"
        if unproved:
            return Grade(
                "unproved",
                formula,
                condition=condition,
                diagnosis=UNPROVED,
                correct=self.right.of(claim) if explains else None,
            )
        return Grade("equal", formula, condition=condition, correct=self.right.of(claim) if explains else None)

    def _check_variables(self, claim):
        """Raise GraphError for a derivative with respect to a plain number, which has no derivative in the graph."""
        for expression in (claim.truth, *claim.rights):
            for symbol in symbols(expression):
                of = symbol.name[1] if symbol.role == "ratio" else symbol.name if symbol.role == "gradient" else None
                for env in claim.instances if of is not None else ():
                    if of.role != "x" and of.bound(env) in self._plain:
                        name = self.lexicon.printer.symbol_text(of.bound(env))
                        raise GraphError(
                            f"{name} is a plain number without derivatives in this graph: record it as a Value."
                        )

    def _compared(self, claim, right, env):
        field = self.oracle.agree_in_field(claim.truth, right, env)
        if field == "pole":
            return "wrong"
        digits = self.oracle.agree_in_digits(claim.truth, right, env)
        if digits and field is not True:  # perhaps by chance, on the side of a kink where both are the same
            digits = self.oracle.agree_in_digits(claim.truth, right, env, DOUBTED_POINTS)
        if digits is False or (digits is None and field is not True):
            return "wrong"
        return "equal" if field is True else "unproved"

    def _absorbed(self, claim, right):
        """Return the constant by which the step of an update is longer than that of gradient descent, or None.

        If no rate is written, the constant is the rate itself. It is found in a field or, if the graph has no meaning
        there, with numbers of many digits.
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
        mistakes = []
        if absorbed is not None and absorbed < 0:
            mistakes.append(Mistake("sign", "the sign is flipped: the step goes up the gradient"))
        else:
            mistakes = diagnose(self.oracle, self.lexicon, claim.truth, right, env, claim.symbol)
        example = self.oracle.counterexample(claim.truth, right, env, self.lexicon.printer.symbol_text)
        words = "; and ".join([m.text for m in mistakes])
        if not mistakes:
            words = (
                "no slip that is known explains it, and no two slips: compare it with the right formula term by term"
            )
            if example is not None and example.given is None:
                words = "it has no value: it divides by 0, or a function is evaluated outside of its domain"
        return Grade(
            "wrong",
            formula,
            mistakes=mistakes,
            diagnosis=words,
            correct=self.right.of(claim),
            counterexample=example,
        )
