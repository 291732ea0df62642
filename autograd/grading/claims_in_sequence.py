r"""The claims of a document, graded one after the other.

Earlier lines count. A letter that the writer defined is replaced by its definition. A claim that is wrong by itself
*follows* if it is derived by right rules from the writer's own earlier results. A document has one reading.
"""

import contextlib

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import convention, plain
from autograd.grading.backward_deltas import BackwardDeltas
from autograd.grading.beside import Beside, number_of
from autograd.grading.candidates import choose, free_letters, known_letters
from autograd.grading.chain_links import at_link, first_wrong_link
from autograd.grading.claim_judge import ClaimJudge, forget
from autograd.grading.clock import PER_SECOND, WORK, Allowance
from autograd.grading.defined_letters import defined_letter, is_function_of_letter
from autograd.grading.document import Document, GradedClaim
from autograd.grading.document_doubts import Doubts
from autograd.grading.earlier_mistakes import EarlierMistakes
from autograd.grading.extract import extract
from autograd.grading.grade import Grade
from autograd.grading.index_use import IndexUse
from autograd.grading.judging.error_notations import takes_error
from autograd.grading.late_declarations import is_prose, refuse_late
from autograd.grading.latex_text import sides
from autograd.grading.layer_use import LayerUse
from autograd.grading.letters_of_document import LettersOfLayers
from autograd.grading.mean_loss import (
    MeaningOfDeltas,
    joined_losses,
    letters_of_own_loss,
    of_mean_loss,
    of_own_loss,
    says_mean_loss,
)
from autograd.grading.numeric_examples import numbers_that_differ
from autograd.grading.other_settings import OtherSettings
from autograd.grading.own_letters import definition, differentiates_own, names_in, with_last_side, written_out
from autograd.grading.retold import retold, with_gradients
from autograd.grading.rubric import award
from autograd.grading.setting import Setting, declared_setting, is_declaration
from autograd.grading.shapes_in_formulas import is_of_samples
from autograd.grading.shared_biases import SharedBiases

__all__ = ["NoFormula", "forget", "grade_text"]

# Seconds of work for a document without its verdicts: the choice of a reading, other settings, and diagnoses.
DIAGNOSES = 8.0
_UNCLEAR = 2.0  # the part for ambiguous or ill-formed claims, whose diagnoses seldom find a slip
_OPEN = ("ambiguous", "ill-formed", "unreadable")
_ABSORBED = "absorbed in the rate"


class NoFormula(SheetError):
    """An error for a document without a formula."""


def grade_text(text, setting=None, format=None, name="document") -> Document:
    """Grade a document; see :func:`autograd.grading.grade_documents.grade_document`.

    Raises:
        SheetError: the document cannot be read at all, or a declaration is not understood.
    """
    found = extract(text, format, name)
    if not found.items and format is None and any(is_declaration(each.key) for each in found.declared):
        found = extract(text, "sheet", name)  # a sheet in a file with the ending of Markdown
    start = setting or Setting()
    early = [
        each
        for each in found.declared
        if not found.items or each.line < found.items[0].line or found.format == "notebook"
    ]
    declared = declared_setting(early, name, start)
    refuse_late(found, early, name)
    if not found.items:
        raise NoFormula(
            f"{name} has no formula: write equations between $$, in a fence called math, or one a line in a sheet, "
            "such as d_o[o] = -(t[o]-y[o])*y[o]*(1-y[o])."
        )
    if declared.network is None and declared.recorded is None and found.format == "sheet" and not is_prose(found):
        raise SheetError(
            f"{name}: no network is declared: write sizes and an activation, such as network: 2-3-2 sigmoid."
        )
    judge, start_of_work = ClaimJudge(), WORK.done
    chosen = choose(declared, found, judge)
    left = DIAGNOSES - (WORK.done - start_of_work) / PER_SECOND
    is_found = declared.network is None and declared.recorded is None
    formulas = [(item.target, item.formula) for item in found.items]
    others = OtherSettings(chosen.setting, formulas, judge) if is_found else None
    run = _Sequence(chosen.setting, judge, left, others, found)
    for item in found.items:
        run.take(item)
    document = Document(
        declared.name or name, run.claims, str(chosen.setting), chosen.found, "", "", found.format
    )  # fmt: skip
    _mark_first(document)
    document.rubric = award(chosen.setting.points, document.claims)
    return document


class _Sequence:
    """The claims that were graded so far, and the definitions and mistakes in them.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`.
        work: the seconds of work that remain for diagnoses.
        others: other possible settings if the network is not declared, or None.
        document: the :class:`~autograd.grading.extract.Extract` of the document.
    """

    def __init__(self, setting, judge, work, others, document):
        self.setting, self._judge = setting, judge
        self.claims: list[GradedClaim] = []
        self._known = known_letters(setting.options)
        self._free = free_letters(setting.options)
        self._own: dict = {}
        self._mistakes = EarlierMistakes(setting, judge)
        self._of_mean = None  # the line that shows that a dZ is the derivative of the mean loss
        self._allowance, self._unclear = Allowance(work, of_own=True), Allowance(_UNCLEAR, of_own=True)
        self._doubts = Doubts(setting, judge, others, document.items, self._allowance, document.prose)
        self._beside, self._indices = Beside(setting, others is None), IndexUse(setting, judge)
        self._layers, self._backward = LayerUse(setting, judge), BackwardDeltas(setting, judge)
        self._own_loss, self._of_one_sample = _own_loss(setting, document.items)
        self._of_several = _with_samples(setting, document.items)
        letters = convention(**setting.options).letters
        self._outputs = {plain(letters[role]) for role in ("y", "p", "t")}
        self._loss, self._declared = letters["loss"], {plain(letter) for letter in letters.values()}
        self._deltas, self._shared = MeaningOfDeltas(), SharedBiases(setting)
        self._letters = LettersOfLayers(setting, judge)

    def take(self, item):
        """Grade one claim and remember its definition or result."""
        text, grade, said = self._judged(item.target, self._in_words(item.formula))
        own = None
        if grade.verdict != "equal" and item.target is None and self._defines_again(item.formula):
            name = sides(item.formula)[0].text.strip()  # sigma_h, where sigma_y is defined: a letter of its own
            text = f"{name} = {self._in_words(_after_name(item.formula))}"
            grade, said = self._judge(self.setting, None, text), ""
        # The number e is never defined: e^{(i)} = y^{(i)} - \hat{y}^{(i)} is an error.
        is_own = (grade.verdict != "equal" or takes_error(grade)) and defined_letter(text) in self._free | {"e"}
        if (grade.verdict == "unreadable" or is_own) and item.target is None:
            own = definition(text, item.line)
            if own is not None and ({own.name, own.name.lower()} & self._known or self._is_printed_name(own)):
                own = None
            if own is None and item.is_inline and grade.verdict == "unreadable":
                self._beside.define(text)
                return  # a remark in a sentence
        if own is None and item.target is None:
            own = self._backward.defined(text, item.line, grade)
        claim = GradedClaim(
            item.line,
            item.written or item.formula,
            grade.verdict,
            target=item.target,
            cell=item.cell,
            about=grade.about,
            shown=item.shown,
        )
        claim.reading = said
        self.claims.append(claim)
        named = 0  # the number of sides before the first one that says something of the network
        if own is not None:
            rest = _after_name(text)
            is_open = len(sides(rest)) < 2 or differentiates_own(own, self._own)
            found = None if is_open else self._judge(self.setting, None, rest)
            if found is None or found.verdict != "wrong":
                own = with_last_side(own, text, self._own, self._outputs)
            self._own[(own.name, own.scripts) if own.name in self._own else own.name] = own
            if found is None or found.verdict != "wrong":
                claim.verdict = "definition"
            else:
                text, grade, own, named = rest, found, None, 1
        beside = ""
        if grade.verdict in ("wrong", "ambiguous", "ill-formed") and own is None and item.target is None:
            beside = self._doubts.of_form(item, text)
        if own is not None:
            pass
        elif beside:
            claim.verdict, claim.diagnosis = "ambiguous", beside
        elif grade.verdict == "wrong":
            claim.verdict = "wrong"
            claim.link = self._first_wrong_link(item.target, text)
            claim.follows = self._mistakes.line_before(item.target, text)
            if claim.follows is not None:
                claim.verdict = "follows"
                claim.diagnosis = f"it follows by right rules from the result of line {claim.follows}, which is wrong"
            else:
                explained = self._explained(item.target, at_link(text, claim.link), grade)
                if explained.verdict == "ambiguous":
                    claim.verdict, claim.link = "ambiguous", None
                    self._fill(claim, explained)
                else:
                    self._take_mistake(item, text, claim, grade, explained)
        elif grade.verdict in ("ambiguous", "ill-formed"):
            link = self._first_wrong_link(item.target, text)
            found = self._explained(item.target, at_link(text, link), grade)
            if found.verdict == "wrong":
                claim.link = link
                self._take_mistake(item, text, claim, grade, found)
            else:
                claim.verdict = found.verdict
                self._fill(claim, found)
                said = self._doubts.of_unclear(text, found)
                if said:
                    claim.verdict, claim.diagnosis = "ambiguous", said
        else:
            self._fill(claim, grade)
            is_equal = grade.verdict == "equal"
            said = (self._doubts.of_equal(text) or self._indices.doubt(text, item.line, grade)) if is_equal else ""
            if is_equal and not said:
                said = self._layers.doubt(text, item.line, grade)
            if is_equal and not said:
                said = self._deltas.contradiction(grade, item.line)
            if is_equal and not said:
                differ = numbers_that_differ(item.written or item.formula, number_of)
                said = differ and f"its letters are right, but its numbers are not: {differ}"
            condition, is_against = self._doubts.condition_said(item, grade)
            if said:
                claim.verdict, claim.diagnosis = "ambiguous", said
            elif is_against:
                claim.verdict, claim.condition, claim.diagnosis = "ambiguous", "", condition
            elif condition:
                claim.condition = condition
            elif grade.verdict == "equal" and self._of_mean is None and says_mean_loss(text):
                self._of_mean = item.line
            if claim.verdict == "equal":
                self._letters.remember(text, grade)
        if named and claim.verdict == "ambiguous":
            claim.verdict = "definition"
        elif named:
            claim.link = (claim.link or 1) + 1
        self._remember(item, text, claim.verdict)

    def _defines_again(self, formula):
        """Return True if a left side is a letter of the writer's own with other marks than where it was defined."""
        new = definition(formula)
        old = None if new is None else self._own.get(new.name)
        return old is not None and max(_lengths(new.scripts)) > max(_lengths(old.scripts))

    def _remember(self, item, text, verdict):
        """Remember what a claim says of letters beside the network."""
        letter = defined_letter(text)
        if verdict == "equal":
            self._doubts.forget(text, item.line)
            self._shared.remember(item.formula)
        elif verdict in _OPEN or verdict == "definition":
            self._beside.define(text)
            is_own = letter in self._free or letter not in self._declared
            is_other = is_own or self._doubts.is_given(letter) or is_function_of_letter(text)
            if verdict in _OPEN and letter and is_other:
                self._doubts.remember(letter, item.line)
            if verdict in _OPEN and letter:
                self._doubts.remember_names(text, item.line)

    def _in_words(self, formula):
        """Return a formula with the writer's own letters replaced by their definitions."""
        text = with_gradients(written_out(formula, self._own), self.setting.options)
        return self._shared.written_out(text)

    def _judged(self, target, text):
        """Return a claim, or a rewording of it that is right, with its grade and a note about the rewording."""
        joined, said = self._for_samples(text) if target is None else (None, "")
        if joined is not None:
            return text, joined, said
        grade = of_mean_loss(self._judge(self.setting, target, text), self._of_mean)
        if grade.verdict not in ("equal", "unproved") and target is None:
            for other, said in retold(text, self.setting.options):
                again = self._with_one_rate(self._judge(self.setting, target, other), other)
                if again.verdict == "equal":
                    return other, again, said
            if self._own_loss and of_own_loss(text, self._own_loss):
                again = self._judge(self._of_one_sample, None, text)
                if again.verdict == "equal":
                    return text, again, f"{sorted(self._own_loss)[0]} is the loss of one sample"
            if self._of_several is not None and plain(self._loss) in names_in(text):
                again = self._judge(self._of_several, None, text)
                if again.verdict == "equal":
                    return text, again, f"{plain(self._loss)} is the mean of the losses of several samples"
            grade = self._layers.decided(text, self._doubts.of_silent_sums(self._with_one_rate(grade, text)))
            if grade.verdict != "equal" and self._beside.holds(text, grade.verdict == "unreadable"):
                return text, Grade("equal", text), "an identity beside the network"
        return text, grade, ""

    def _for_samples(self, text):
        """Return the grade for several samples of a claim that adds up their losses, and a note, or None and ""."""
        network, how = dict(self.setting.network or ()), joined_losses(text, self._loss)
        if how and network.get("samples") == 1 and not network["recurrent"]:
            reduction = "sum" if how == "sum" else "mean"
            several = self.setting.with_network(**{**network, "samples": 3, "reduction": reduction})
            grade = self._judge(several, None, text)
            if grade.verdict == "equal" or how == "other":
                return grade, f"{plain(self._loss)} is the {reduction} of the losses of several samples"
        return None, ""

    def _with_one_rate(self, grade, text):
        """Return the grade of a chain.

        It is equal if each link is an update, whatever constant one of the rates absorbs.
        """
        left, *right = [part.text.strip() for part in sides(text)]
        if grade.verdict != "wrong" or len(right) < 2:
            return grade
        links = [self._judge(self.setting, None, f"{left} = {part}") for part in right]
        if any(link.verdict != "equal" for link in links) or not any(_ABSORBED in link.condition for link in links):
            return grade
        return next(link for link in links if _ABSORBED in link.condition)

    def _is_printed_name(self, own):
        """Return True if a left side such as ``d_h[h]`` or ``w_ho[h,o]`` is a name in the printed equations."""
        return bool(own.scripts) and own.scripts[0][0] == "[" and own.name.split(" ")[0] in self._known | {"d"}

    def _take_mistake(self, item, text, claim, grade, explained):
        """Fill in a claim that is wrong, or make it ambiguous if the document does not say enough."""
        condition = self._doubts.condition_before(item, explained)
        if condition:
            claim.verdict, claim.link, claim.condition = "equal", None, condition
            claim.reading = claim.reading or explained.reading
            return
        said = self._of_own_letter(text) or self._doubts.of(item, text, explained, claim.link)
        if not said and not explained.diagnosis and text != item.formula and self._allowance.is_used_up():
            said = "it has letters of the writer's own, and the search for their meaning reached its limit"
        if said:
            claim.verdict, claim.link = "ambiguous", None
            claim.reading, claim.diagnosis = claim.reading or explained.reading, said
            return
        claim.verdict = "wrong"
        is_whole = explained.formula == text and explained.results  # in the reading that explains the mistake
        self._mistakes.remember(item.line, explained if is_whole else grade)
        self._fill(claim, explained)

    def _fill(self, claim, grade):
        claim.condition = grade.condition
        claim.reading = "; ".join([part for part in (claim.reading, getattr(grade, "reading", "")) if part])
        claim.mistakes = [mistake._asdict() for mistake in grade.mistakes]
        claim.diagnosis = grade.diagnosis
        if grade.correct is not None:
            claim.right = {"text": grade.correct.text, "latex": grade.correct.latex}
            claim.right_as_written = str(grade.correct)
        example = grade.counterexample
        if example is not None and claim.verdict in ("wrong", "follows"):
            claim.counterexample = {
                "point": example.point, "where": example.where, "true": example.true, "given": example.given,
                "words": str(example),
            }  # fmt: skip

    def _explained(self, target, text, grade):
        """Return the grade with its diagnosis, if work remains for diagnoses."""
        allowance = self._unclear if grade.verdict in ("ambiguous", "ill-formed") else self._allowance
        if self._allowance.is_used_up() or allowance.is_used_up():
            return grade
        with self._allowance, allowance if allowance is self._unclear else contextlib.nullcontext():
            found = self._judge.explained(self.setting, target, text)
        is_open = grade.verdict in ("ambiguous", "ill-formed") or found.verdict == "ambiguous"
        return found if is_open or found.verdict == grade.verdict else grade

    def _of_own_letter(self, text):
        """Return the reason to leave open a claim on a letter of the writer's own that was not replaced, or ""."""
        own = sorted(self._own.keys() & self._free & names_in(text))
        if not own:
            return ""
        line = self._own[own[0]].line
        return f"line {line} defines {own[0]}, and this claim cannot be read with the definition in its place"

    def _first_wrong_link(self, target, text):
        """Return the number of the first equals sign of a chain after which a side is wrong, or None."""
        return first_wrong_link(text, lambda link: self._judge(self.setting, target, link).verdict)


def _own_loss(setting, items):
    """Return the letters of the loss of one sample, and the setting with one sample."""
    network = dict(setting.network or ())
    if network.get("samples", 1) == 1:
        return set(), setting
    loss = convention(**setting.options).letters["loss"]
    one = setting.with_network(**{**network, "samples": 1})
    return letters_of_own_loss([item.formula for item in items], loss), one


def _with_samples(setting, items):
    """Return the setting with several samples if it has one and the document says that the loss is a mean, or None."""
    network = dict(setting.network or ())
    if network.get("samples") != 1 or network["recurrent"]:
        return None
    loss = convention(**setting.options).letters["loss"]
    means = [item.formula for item in items if letters_of_own_loss([item.formula], loss)]
    if not any(is_of_samples([formula]) for formula in means):
        return None
    return setting.with_network(**{**network, "samples": 3, "reduction": "mean"})


def _after_name(formula):
    """Return a chain without its first side, which is a name for the following ones."""
    rest = sides(formula)[1:]
    return formula[rest[0].at :].strip() if rest else formula


def _lengths(scripts):
    """Return the numbers of letters and digits in the marks of a letter: 2 for ``h_1``, of which o is not general."""
    return [len(atoms) for _, atoms in scripts] or [0]


def _mark_first(document):
    for claim in document.claims:
        if claim.verdict == "wrong":
            claim.is_first_mistake = True
            return
