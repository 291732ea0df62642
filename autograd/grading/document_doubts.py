r"""The reasons to leave a claim of a document open that is wrong in the document's setting.

A network that was found is a guess, and a document says more than what it says of one network: another loss, a single
neuron as an example, a letter for something else. Only a claim that can be about nothing else is a mistake.
"""

import copy
import re
from dataclasses import replace

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import convention, plain
from autograd.grading.candidates import known_letters
from autograd.grading.defined_letters import defined_letter
from autograd.grading.judging.judge import SILENT
from autograd.grading.latex_text import sides
from autograd.grading.mean_loss import drops_sums
from autograd.grading.own_letters import names_in
from autograd.grading.remarks import (
    SLIPS_OF_DEFINITIONS,
    defines_any_function,
    defines_by_cases,
    defines_function,
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
    other_outputs,
    says_silent_sums,
    settings_named,
    settings_of_functions,
    states_condition,
)

__all__ = ["Doubts"]

_SAYS_SO = re.compile(r"[^=]*?(?:\\equiv|:=|\\coloneqq|\\triangleq|\\doteq|\\stackrel|\\overset)")
_NUMBERED_NAME = re.compile(r"\\?[A-Za-z]+\s*_\s*\{?\s*\d\s*\}?")
_NUMBERED = re.compile(r"(?<![A-Za-z])[wW]\s*_\s*\{?\s*\d\s*(?:\}|(?![\d,}]))")
_EXAMPLE = re.compile(r"\d\.(?!0+\b|5\b|25\b)\d")
# The left sides of claims that can be about nothing but the network.
_OF_NETWORK = re.compile(
    r"\s*(?:\\[dt]?frac\s*\{\s*(?:\\partial|d(?![A-Za-z]))|\\partial|\\nabla|\\boldsymbol|\\mathbf"
    r"|\\?[Dd]elta(?![A-Za-z])|d\s*[A-Za-z]\b|\\?[A-Za-z]+\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)\s*(?:\\left)?\("
    r"|(?:\\(?:text|mathrm|operatorname)\s*\{\s*)?\\?(?:sigma|phi|varphi|tanh|[Ss]igmoid|ReLU)\s*\}?\s*(?:\\left)?\("
    r"|[^=]*(?:\\leftarrow|\\gets|<-|-=|\+=))"
)
# A formula of single neurons has no index letters and no matrices: \\frac{\\partial L}{\\partial w_2} = \\delta_2 a_1.
_OF_SEVERAL = re.compile(r"[_^]\s*(?:\{\s*)?(?:[(\[]\s*)?\\?[A-Za-z]|\\sum|(?<![A-Za-z\\])[WAZXY](?![A-Za-z])")
# Letters of which a softmax is taken.
_IN_SOFTMAX = re.compile(r"soft[Mm]ax\s*\}?\s*(?:\\left)?\(\s*(\\?[A-Za-z]+)\s*(?:\\right)?\)")
_USUAL = set("TdefghijklmnCEJLKMN")  # single letters that need no declaration
_WORDS = re.compile(r"\\(?:begin|end|text|textrm|mathrm|operatorname|mbox)\*?\s*\{[^{}]*\}")
_MEAN = re.compile(
    r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*(?P<count>[nmNMB])\s*\}?\s*\\sum\s*(?:\\limits)?\s*_\s*\{\s*"
    r"(?P<letter>[A-Za-z])\s*=\s*[01]\s*\}\s*\^\s*\{?\s*(?P=count)\s*\}?"
)
_OF_SAMPLE = re.compile(
    r"\s*(?:d\s*[azAZ](?![A-Za-z])|(?:\\(?:mathbf|boldsymbol|bm|vec)\s*\{?\s*)*\\[dD]elta|\\[dt]?frac\s*\{\s*\\partial[^{}]*\}\s*\{\s*\\partial\s*\{?\s*(?:\\hat\s*\{?\s*)?[azysAZYS])"
)
# A weight with two indices, which is the same whether vectors are rows or columns.
_OF_ENTRIES = re.compile(r"(?<![A-Za-z])[wW]\s*(?:\^\s*(?:\{[^{}]*\}|\w)\s*)?_\s*\{\s*[a-z]\s*,?\s*[a-z]\s*\}")
_INDEXED = re.compile(r"_\s*(?:\{\s*)?[i-n](?![A-Za-z-])")
_WEIGHTS = {"Theta", "theta", "U", "V", "W", "w"}
_MIXED = re.compile(r"the left side is a number and the right side \(")
_ANY_FUNCTION = "its function is any function: it only says what the left side depends on"
_MAX_FORWARD = 6  # the largest number of formulas of the forward pass that may show the order of indices
_MAX_OUTPUTS = 10  # the largest number of classes of another network for which a claim is tried
_USUAL_MEANING = "stands for what it usually does"
_FAR = 1500  # the number of characters before a claim in which a condition on its indices may stand
_JACOBIAN = re.compile(r"=.*\\partial", re.DOTALL)


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
        self._shown: list = []  # the right formulas of the forward pass
        self._proved: dict = {}  # from a left side to the line of a claim that is right
        for letter, line in function_letters(items).items():
            if letter in _WEIGHTS:  # \\Theta(v) = \\tanh(v) is no matrix of weights
                self._redefined.setdefault(letter, line)
        logits = {plain(self._letters[role]) for role in ("s", "y", "x")}
        for item in items if self._is_of_softmax() else ():
            for letter in _IN_SOFTMAX.findall(item.formula):
                if plain(letter) not in logits:
                    self._redefined.setdefault(plain(letter), item.line)

    def remember(self, letter, line):
        """Remember that a line defines a letter in a way that is not that of the setting."""
        self._redefined.setdefault(letter, line)

    def remember_names(self, text, line):
        """Remember the letters of a definition that is not that of the setting: ``z_1``, and those that are unknown."""
        name = sides(text)[0].text.strip()
        if _NUMBERED_NAME.fullmatch(name):
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
        if defined_letter(text) in self._forward and len(self._shown) < _MAX_FORWARD:
            self._shown.append(text)
        if self._others is None and self._redefined:
            for letter in names_in(text):
                self._redefined.pop(letter, None)

    def of_equal(self, text) -> str:
        r"""Return the reason to leave a claim open that is equal only because its mean is one of equal terms, or "".

        In ``\\frac1n \\sum_{i=1}^n x_{jk}``, no i says which sample is meant. With one sample, any mean is right.
        """
        if self._others is None or dict(self.setting.network)["samples"] > 1:
            return ""
        match = _MEAN.search(text)
        if match is None or re.search(rf"(?<![A-Za-z\\]){match['letter']}(?![A-Za-z])", text[match.end() :]):
            return ""
        return (
            f"its mean over {match['letter']} has no {match['letter']} in it: give the samples an index, or declare "
            "how many there are"
        )

    def of(self, item, text, grade, link) -> str:
        """Return the reason to leave a claim open, or "" if it is wrong."""
        if item.is_let and defined_letter(text):
            return "it is introduced as a definition, which is not that of the setting"
        said = self._said_again(item, text) or self._indexed_otherwise(item.target, text)
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
        if _SAYS_SO.match(text) or self._is_another_definition(text, grade):
            return (
                "it is another loss or activation than that of the setting that was found: a document may speak of "
                "several, so declare the one that is meant"
            )
        # Guesses: the orientation of vectors, the h of W_{hy}, the weight w_7, and the point at which 0.56 is right.
        is_unclear = grade.is_shapeless or grade.is_misfit or "is not bound" in grade.diagnosis
        is_elsewhere = bool(grade.diagnosis) and not grade.mistakes and _OF_NETWORK.match(text) is None
        is_guess = is_unclear or is_elsewhere or _NUMBERED.search(text) or _EXAMPLE.search(text)
        if not is_guess and (grade.mistakes or self._others.is_clear or self._is_right_before(target, text, link)):
            return ""
        return (
            "it is not right in the setting that was found, and no slip that is known explains it "
            f"({grade.diagnosis or 'the sides differ'}): declare the network, the loss and the letters"
        )

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

    def _indexed_otherwise(self, target, text):
        """Return the reason to leave open what is right with a weight's indices in the other order, or ""."""
        if "order" in self.setting.declared or self.setting.recorded:
            return ""
        now = convention(**self.setting.options).order
        other = "to-from" if now == "from-to" else "from-to"
        found = replace(self.setting, options={**self.setting.options, "order": other})
        if self._allowance.is_used_up() or not self._is_equal(found, target, text):
            return ""
        if any(not self._is_equal(found, None, shown) for shown in self._shown):
            return ""  # the forward pass shows the order
        return (
            f"it is right if the indices of a weight are in the order {other}; other claims of this document are right "
            f"in the order {now}: declare the order"
        )

    def _is_right_elsewhere(self, target, text, link):
        """Return True if all links of a chain but one are right."""
        left, *rest = [part.text.strip() for part in sides(text)]
        others = [part for k, part in enumerate(rest, 1) if k != link]
        return bool(others) and all(self._is_equal(self.setting, target, f"{left} = {part}") for part in others)

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
        said = said or self._of_named_loss(item, text) or self._of_other_outputs(item, text)
        said = said or self._said_transposed(target, text)
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
        if is_unexplained and (grade.is_misfit or is_about_others or not _OF_NETWORK.match(text)):
            return f"it is not right in the declared network, and may be about something else{_because(grade)}"
        if self._is_of_own_loss(target, text):
            how = dict(self.setting.network)["reduction"]
            return (
                f"it is right if {self._letters['loss']} is the loss of one sample, and wrong if it is the {how} of "
                "all samples, as declared"
            )
        if is_unexplained and _MIXED.match(grade.diagnosis) and self._is_right_elsewhere(target, text, link):
            return "one side is an entry and another is the whole vector: give the vector the index of the entry"
        is_informal = is_unexplained and (grade.is_shapeless or _JACOBIAN.search(text) is not None)
        if is_informal and self._is_of_softmax() and _INDEXED.search(text) is None:
            return (
                "its products of vectors and Jacobians fit in no order in the declared network: write the transposes, "
                "or give them indices"
            )
        return self._right_for_single_neurons(target, text) if is_informal or not _OF_SEVERAL.search(text) else ""

    def _is_of_own_loss(self, target, text):
        """Return True if a claim about a quantity of each sample is right for the loss of this sample alone."""
        network = dict(self.setting.network or ())
        is_of_mean = network.get("samples", 1) > 1 and network["reduction"] == "mean"
        if not (is_of_mean and _OF_SAMPLE.match(text)) and not self._drops_sums:
            return False
        return self._is_equal(self.setting.with_network(**{**network, "samples": 1}), target, text)

    def _of_named_loss(self, item, text):
        """Return the reason to leave open what is right for another loss or activation that its sentence names."""
        for words, other in settings_named(item.said, self.setting) if item.said else ():
            one = other.with_network(**{**dict(other.network), "samples": 1})
            is_own = _OF_SAMPLE.match(text) is not None and self._is_equal(one, item.target, text)
            if is_own or self._is_equal(other, item.target, text):
                return f"its sentence is about another setting, with {words}, and it is right there"
        for name, other in settings_of_functions(self.setting) if defines_function(text) else ():
            if not self._allowance.is_used_up() and self._is_equal(other, item.target, text):
                return f"it defines another activation than that of the declared setting: {name}"
        return ""

    def _of_other_outputs(self, item, text):
        """Return the reason to leave open what is right for the number of classes that its sentence names, or ""."""
        network = dict(self.setting.network or ())
        sizes = list(network.get("sizes", ()))
        number = other_outputs(item.said, sizes[-1]) if sizes and item.said else None
        if number is None or not 1 <= number <= _MAX_OUTPUTS or self._allowance.is_used_up():
            return ""
        other = self.setting.with_network(**{**network, "sizes": [*sizes[:-1], number]})
        if not self._is_equal(other, item.target, text):
            return ""
        return f"its sentence is about {number} outputs, where it is right, and {sizes[-1]} are declared"

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

    def _said_transposed(self, target, text):
        """Return the reason to leave open the claim of an earlier line for samples in rows instead of columns."""
        line = self._proved.get(_bare(sides(text)[0].text))
        if line is None or self._allowance.is_used_up() or self.setting.recorded or _OF_ENTRIES.search(text):
            return ""
        now = convention(**self.setting.options)
        flipped = {"rows": "columns", "columns": "rows", None: "columns"}
        options = {
            **self.setting.options,
            "vectors": flipped[now.vectors],
            "order": "from-to" if now.order == "to-from" else "to-from",
        }
        if now.batch:
            options["batch"] = flipped[now.batch]
        if not self._is_equal(replace(self.setting, options=options), target, text):
            return ""
        return f"it says the same as line {line} if vectors are {options['vectors']}, but they are declared otherwise"

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

    def _right_for_single_neurons(self, target, text):
        """Return the reason to leave open what is right if each layer has one neuron, or ""."""
        network = dict(self.setting.network or ())
        sizes = network.get("sizes", ())
        if not sizes or self._is_of_softmax() or self._allowance.is_used_up():
            return ""
        for shape, acts in (((1,) * len(sizes), network["activations"]), ((1, 1), network["activations"][-1:])):
            single = self.setting.with_network(**{**network, "sizes": list(shape), "activations": list(acts)})
            if list(shape) != list(sizes) and self._is_equal(single, target, text):
                return (
                    f"it is right in a network {'-'.join(map(str, shape))} of single neurons, and its products fit in "
                    "no order in the declared one"
                )
        return ""

    def _is_equal(self, setting, target, text):
        with self._allowance:
            try:
                return self._judge(setting, target, text).verdict == "equal"
            except SheetError:  # there is no such network
                return False

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
