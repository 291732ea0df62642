r"""The reasons to leave a claim of a document open that is wrong in the document's setting.

A network that was found is a guess, and a document says more than what it says of one network: another loss, a single
neuron as an example, a letter for something else. Only a claim that can be about nothing else is a mistake.
"""

import copy
import re

from autograd.formulas.conventions import convention, plain
from autograd.grading.candidates import known_letters
from autograd.grading.defined_letters import defined_letter
from autograd.grading.forms_of_claims import (
    defines_by_sign,
    derivative_in_chain,
    has_index,
    is_about_network,
    is_of_several,
    layer_on_left_only,
    letters_of_softmax,
    may_be_example,
    mean_without_letter,
    numbered_name,
    numbered_weights,
    without_numbered_weights,
)
from autograd.grading.judging.judge import SILENT
from autograd.grading.latex_text import sides
from autograd.grading.mean_loss import drops_sums
from autograd.grading.own_letters import names_in
from autograd.grading.remarks import (
    SLIPS_OF_DEFINITIONS,
    defines_any_function,
    defines_by_cases,
    function_letters,
    is_chain_of_arrays,
    names_any_function,
    remark,
    remark_of_form,
)
from autograd.grading.sentences import (
    condition_before,
    condition_said,
    numbers_given,
    says_silent_sums,
    states_condition,
)
from autograd.grading.variants_of_setting import Variants

__all__ = ["Doubts"]

_USUAL = set("TdefghijklmnCEJLKMN")  # single letters that need no declaration
_WORDS = re.compile(r"\\(?:begin|end|text|textrm|mathrm|operatorname|mbox)\*?\s*\{[^{}]*\}")
_WEIGHTS = {"Theta", "theta", "U", "V", "W", "w"}
_MIXED = re.compile(r"the left side is a number and the right side \(")
_ANY_FUNCTION = "its function is any function: it only says what the left side depends on"
# Slips that may only show that vectors are rows and not columns, or the reverse.
_OF_LAYOUTS = {"missing transpose", "extra transpose", "order of factors", "wrong product"}
_MAX_FORWARD = 6  # the largest number of formulas of the forward pass that may show the order of indices
_USUAL_MEANING = "stands for what it usually does"
_FAR = 1500  # the number of characters before a claim in which a condition on its indices may stand


class Doubts:
    """The reasons for which the claims of one document are left open.

    Args:
        setting: the setting of the document.
        judge: a function of a setting, a target and a formula that returns a grade.
        others: the other possible settings if the network is not declared, or None.
        items: all claims of the document.
        allowance: the work that remains for other settings.
        prose: the text of the document.
    """

    def __init__(self, setting, judge, others, items, allowance, prose=""):
        self.setting, self._judge, self._others, self._items = setting, judge, others, items
        self._allowance = allowance
        self._variants = Variants(setting, judge, allowance)
        self._letters = convention(**setting.options).letters
        self._of_activations = {plain(self._letters[role]) for role in ("a", "y")}
        self._network_letters = {plain(letter) for letter in self._letters.values()}
        self._given = {plain(self._letters[role]) for role in ("t", "x")}
        self._redefined: dict = {}  # from a letter to the line that defines it differently than the setting
        self._other_names: dict = {}  # the same for letters with a number, such as z_1
        self._known = known_letters(setting.options)
        self._prose = prose
        self._numbers = numbers_given(prose)
        self._drops_sums = dict(setting.network or ()).get("samples", 1) > 1 and drops_sums(prose)
        self._sums_silently = says_silent_sums(prose)
        self._forward = {plain(self._letters[role]) for role in ("s", "a", "y")}
        self._understood: set = set()  # the letters of claims that are right
        self._weights: set = set()  # the weights with one number in claims that are right
        self._shown: list = []  # the right formulas of the forward pass
        self._proved: dict = {}  # from a left side to the line of a claim that is right
        for letter, line in function_letters(items).items():
            if letter in _WEIGHTS:  # \\Theta(v) = \\tanh(v) is no matrix of weights
                self._redefined.setdefault(letter, line)
        logits = {plain(self._letters[role]) for role in ("s", "y", "x")}
        for item in items if self._is_of_softmax() else ():
            for letter in letters_of_softmax(item.formula):
                if plain(letter) not in logits:
                    self._redefined.setdefault(plain(letter), item.line)

    def remember(self, letter, line):
        """Remember that a line defines a letter in a way that is not that of the setting."""
        self._redefined.setdefault(letter, line)

    def remember_names(self, text, line):
        """Remember the letters of a definition that is not that of the setting: ``z_1``, and those that are unknown."""
        name = sides(text)[0].text.strip()
        if numbered_name(name):
            self._other_names.setdefault(name, line)
        for letter in self._unknown(text) if self._others is not None else ():
            self._redefined.setdefault(letter, line)

    def _unknown(self, text):
        """Return the single letters of a claim that have no meaning in the setting."""
        return [x for x in names_in(_WORDS.sub(" ", text)) - self._known if len(x) == 1 and x not in _USUAL]

    def is_given(self, letter):
        """Return True if a letter is that of inputs or targets, which a network does not define."""
        return letter in self._given

    def forget(self, text, line=0):
        """Remember a claim that is right. In a declared network, other meanings of its letters are forgotten."""
        self._proved.setdefault(_bare(sides(text)[0].text), line)
        self._understood |= names_in(text)
        self._weights |= numbered_weights(text)
        if defined_letter(text) in self._forward and len(self._shown) < _MAX_FORWARD:
            self._shown.append(text)
        if self._others is None and self._redefined:
            for letter in names_in(text):
                self._redefined.pop(letter, None)

    def of_equal(self, text) -> str:
        r"""Return the reason to leave a claim open that is equal for one layer only, or for equal terms only, or "".

        In ``\\frac1n \\sum_{i=1}^n x_{jk}``, no i says which sample is meant. With one sample, any mean is right.
        """
        letter = layer_on_left_only(text)
        if letter and len(dict(self.setting.network or ()).get("sizes", ())) > 2:
            return f"it is right for one layer, but its left side is about any layer {letter}: write one layer"
        if self._others is None or dict(self.setting.network)["samples"] > 1:
            return ""
        letter = mean_without_letter(text)
        if not letter:
            return ""
        return f"its mean over {letter} has no {letter} in it: give the samples an index, or declare how many there are"

    def of(self, item, text, grade, link) -> str:
        """Return the reason to leave a claim open, or "" if it is wrong."""
        if item.is_let and defined_letter(text):
            return "it is introduced as a definition, which is not that of the setting"
        said = self._said_again(item, text) or self._variants.in_other_order(item.target, text, self._shown)
        if said:
            return said
        if self._others is None:
            return self._beside_declared(item, text, grade, link)
        return self._remark(item, text, grade) or self._left_open(item.target, text, grade, link)

    def _remark(self, item, text, grade):
        """Return the reason why a claim is only a remark, or "". What is written for a target is none."""
        return "" if item.target is not None else remark(text, grade, self._network_letters)

    def of_form(self, item, text) -> str:
        """Return the reason to leave a claim open before a mistake is looked for, because of its form, or ""."""
        if item.target is not None:
            return ""  # it is written for a target, so it is a claim
        known = self._network_letters
        return remark_of_form(text, known) or (remark_of_form(item.formula, known) if text != item.formula else "")

    def of_unclear(self, text, grade) -> str:
        """Return the reason to call a claim ambiguous that is not well formed or has a letter with two meanings, or "".

        It may be a remark, or an earlier line may give the letter another meaning.
        """
        if self._is_any_function(text):
            return _ANY_FUNCTION
        changed = self._changed(text) if _USUAL_MEANING in grade.diagnosis and self._others is None else ""
        return f"{changed} declared setting" if changed else ""

    def _is_any_function(self, text):
        return names_any_function(text, self._network_letters) and defined_letter(text) not in self._of_activations

    def of_silent_sums(self, grade):
        """Return the grade of a formula that is right if repeated indices are summed, if the document says so."""
        if not self._sums_silently or grade.verdict != "ambiguous" or grade.diagnosis != SILENT:
            return grade
        found = copy.copy(grade)
        found.verdict, found.diagnosis = "equal", ""
        found.condition = "repeated indices are summed over, as the document says"
        return found

    def condition_before(self, item, grade) -> str:
        """Return the condition under which a claim is right, if the text before it says it, or ""."""
        if [mistake.kind for mistake in grade.mistakes] != ["missing condition"]:
            return ""
        return condition_before(self._before(item), grade.mistakes[0].text)

    def condition_said(self, item, grade):
        """Return the condition on two indices of a claim as the text before it says it, and True if it says another.

        If the claim states its condition, or the text says nothing about these indices, return "" and False.
        """
        if grade.verdict != "equal" or states_condition(item.formula):
            return "", False
        return condition_said(self._before(item), grade.condition)

    def _before(self, item):
        """Return the text before a claim, at most ``_FAR`` characters."""
        if item.cell is None:
            lines = self._prose.splitlines(keepends=True)[: max(0, item.line - 1)]
            return "".join(lines)[-_FAR:]
        at = self._prose.find(item.written or item.formula)
        return self._prose[max(0, at - _FAR) : max(0, at)]

    def _left_open(self, target, text, grade, link):
        """Return the reason why a claim is not called wrong in a network that was found, or "" if it is wrong."""
        if self._allowance.is_used_up():
            return (
                "it is not right in the setting that was found, and the search for another one reached its limit: "
                "declare the network, the loss and the letters"
            )
        with self._allowance:
            words = self._others.where_right(target, text)
        if words:
            return (
                f"it is right with {words}, and wrong in the setting that was found; the document does not say which "
                "is meant: declare the network, the loss and the samples"
            )
        if self._others.is_unlikely:
            return (
                "it is not right in the setting that was found, and neither is most of this document: declare the "
                "network, the loss and the letters"
            )
        changed = self._changed(text)
        if changed:
            return f"{changed} setting that was found: declare the letters"
        is_defined = defines_by_sign(text) and not self._is_right_before(target, text, link)
        if is_defined or self._is_another_definition(text, grade):
            return (
                "it is another loss or activation than that of the setting that was found: a document may speak of "
                "several, so declare the one that is meant"
            )
        # Guesses: the orientation of vectors, the h of W_{hy}, the weight w_7, and the point at which 0.56 is right.
        kinds = {mistake.kind for mistake in grade.mistakes}
        is_named = bool(kinds) and not kinds & _OF_LAYOUTS and self._is_understood(text)
        is_unclear = "is not bound" in grade.diagnosis or ((grade.is_shapeless or grade.is_misfit) and not is_named)
        is_elsewhere = bool(grade.diagnosis) and not grade.mistakes and not is_about_network(text)
        is_example = may_be_example(text) and not (grade.mistakes and self._are_numbers_shown(text))
        is_guess = is_unclear or is_elsewhere or is_example
        if not is_guess and (grade.mistakes or self._others.is_clear or self._is_right_before(target, text, link)):
            return ""
        return (
            "it is not right in the setting that was found, and no slip that is known explains it "
            f"({grade.diagnosis or 'the sides differ'}): declare the network, the loss and the letters"
        )

    def _is_understood(self, text):
        """Return True if all letters of a claim are in right ones, and the forward pass shows the weights."""
        return bool(self._shown) and names_in(_WORDS.sub(" ", text)) <= self._understood

    def _are_numbers_shown(self, text):
        """Return True if right claims have all weights of a claim that have one number, and it has no other numbers."""
        weights = numbered_weights(text)
        return bool(weights) and weights <= self._weights and not may_be_example(without_numbered_weights(text))

    def _is_another_definition(self, text, grade):
        """Return True if a formula defines the loss or an activation, without a slip that occurs in definitions."""
        letters = self._letters
        if defined_letter(text) not in {plain(letters[role]) for role in ("loss", "y", "a")}:
            return False
        return [mistake.kind in SLIPS_OF_DEFINITIONS for mistake in grade.mistakes] != [True]

    def _said_again(self, item, text):
        """Return the reason not to call a loss wrong, because a later one in the document is right, or ""."""
        name = plain(self._letters["loss"])
        if not _is_definition_of(name, text):
            return ""
        for later in self._items:
            is_later = (later.cell or 0, later.line) > (item.cell or 0, item.line)
            is_another = is_later and _is_definition_of(name, later.formula)
            if is_another and self._judge(self.setting, None, later.formula).verdict == "equal":
                return f"it is another loss than that of line {later.line}, which is right: one of them is meant"
        return ""

    def _is_right_elsewhere(self, target, text, link):
        """Return True if all links of a chain but one are right."""
        left, *rest = [part.text.strip() for part in sides(text)]
        others = [part for k, part in enumerate(rest, 1) if k != link]
        claims = [f"{left} = {part}" for part in others]
        return bool(claims) and all(self._variants.is_equal(self.setting, target, claim) for claim in claims)

    def _is_of_parts(self, text, link):
        r"""Return True if the first wrong side of a claim is a chain of arrays or a sum of losses of its letter."""
        parts = [part.text.strip() for part in sides(text)]
        side = parts[min(link or 1, len(parts) - 1)]
        loss = re.escape(self._letters["loss"])
        own = rf"\\sum(?:\s*[_^]\s*(?:\{{[^{{}}]*\}}|\w))*\s*{loss}\s*(?:\\left)?\("
        return is_chain_of_arrays(side) or re.match(own, side) is not None

    def _beside_declared(self, item, text, grade, link):
        """Return the reason to leave a claim open that is wrong in a declared network, or ""."""
        target, changed = item.target, self._changed(text)
        if changed:
            return f"{changed} declared setting"
        said = self._remark(item, text, grade) or self._remark(item, item.formula, grade)
        said = said or self._of_given(text) or self._of_numbers_given(grade)
        said = said or self._variants.of_named_loss(item, text) or self._variants.of_other_outputs(item, text)
        line = self._proved.get(_bare(sides(text)[0].text))
        said = said or self._variants.said_transposed(target, text, line)
        if said:
            return said
        if self._sums_silently and any(mistake.kind == "missing sum" for mistake in grade.mistakes):
            return "it is right if repeated indices are summed over, as the document says of other formulas"
        if defines_by_cases(text) and grade.diagnosis and not grade.mistakes:
            return "it defines a function by cases, which is not the declared activation"
        if self._is_any_function(text):
            return _ANY_FUNCTION
        if defines_any_function(text, self._network_letters):
            return "it defines a function, and the document does not say that it is that of the neurons"
        if self._is_of_parts(text, link):
            return "it is a chain of whole vectors and matrices, and does not say how they are multiplied"
        is_unexplained = bool(grade.diagnosis) and not grade.mistakes  # without a diagnosis, nothing was looked for
        is_about_others = bool(set(self._unknown(text)) - self._understood)
        if is_unexplained and (grade.is_misfit or is_about_others or not is_about_network(text)):
            return f"it is not right in the declared network, and may be about something else{_because(grade)}"
        if self._variants.is_of_own_loss(target, text, self._drops_sums):
            how = dict(self.setting.network)["reduction"]
            return (
                f"it is right if {self._letters['loss']} is the loss of one sample, and wrong if it is the {how} of "
                "all samples, as declared"
            )
        if is_unexplained and _MIXED.match(grade.diagnosis) and self._is_right_elsewhere(target, text, link):
            return "one side is an entry and another is the whole vector: give the vector the index of the entry"
        is_informal = is_unexplained and (grade.is_shapeless or derivative_in_chain(text))
        if is_informal and self._is_of_softmax() and not has_index(text):
            return (
                "its products of vectors and Jacobians fit in no order in the declared network: write the transposes, "
                "or give them indices"
            )
        return self._variants.of_single_neurons(target, text) if is_informal or not is_of_several(text) else ""

    def _of_numbers_given(self, grade):
        """Return the reason to leave open a claim without a factor that is 1 in the document, or a term that is 0.

        Without the factor W, a derivative of the output is that of the hidden state.
        """
        kinds = {mistake.kind for mistake in grade.mistakes}
        for name, number in self._numbers.items():
            if kinds and kinds <= ({"missing factor", "wrong quantity"} if number else {"missing term"}):
                return f"the document says that {name} is {number}, and with this number it may be right"
        return ""

    def _of_given(self, text):
        """Return the reason to leave open a derivative of a letter that is declared for a target."""
        target = re.escape(self._letters["t"])
        if not re.search(rf"\\[dt]?frac\s*\{{\s*\\partial\s*\{{?\s*(?:\\mathbf\s*\{{)?{target}(?![A-Za-z])", text):
            return ""
        return f"{self._letters['t']} is declared for targets, which depend on nothing, but is differentiated here"

    def _is_of_softmax(self):
        return dict(self.setting.network or ()).get("loss") == "cross_entropy"

    def _changed(self, text):
        """Return the beginning of the reason that the document gives a letter another meaning, or "" if it does not."""
        names = [name for name in self._other_names if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?!\d)", text)]
        changed = [*sorted(self._redefined.keys() & names_in(text)), *names]
        if not changed:
            return ""
        line = self._redefined.get(changed[0]) or self._other_names[changed[0]]
        return f"line {line} gives {changed[0]} another meaning than the"

    def _is_right_before(self, target, text, link):
        """Return True if a link of a chain is the first wrong one and all links before it are right."""
        left, *rest = [part.text.strip() for part in sides(text)]
        before = rest[: (link or 1) - 1]
        return bool(before) and all(
            self._judge(self.setting, target, f"{left} = {each}").verdict == "equal" for each in before
        )


def _bare(text):
    """Return a formula without blanks and alignment marks."""
    return re.sub(r"[\s&]", "", text)


def _because(grade):
    """Return the reason why a claim is not right, in brackets, or "" if no reason is known."""
    return "" if grade.diagnosis.startswith("no slip") else f" ({grade.diagnosis})"


def _is_definition_of(name, text):
    """Return True if a formula defines a letter."""
    left, *right = [side.text for side in sides(text)]
    return bool(right) and plain(left) == name and not any(r"\partial" in side for side in right)
