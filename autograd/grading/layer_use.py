r"""The layers that the numbers of layers mean in a document, and claims that number them differently.

After ``\frac{\partial E}{\partial W_2} = \delta_2 x_1^T``, the delta of layer 1 is ``\delta_1``.
``\frac{\partial E}{\partial b_1} = \delta_2`` is right if deltas are numbered from the inputs, but this writer does not
do that. After ``h = \sigma(w x)``, the w is not the weight of the output. After ``z^{(2)} = W^{(1)} x + b^{(1)}``, the
weights of layer l lead out of it in all claims.
"""

from autograd.formulas.conventions import convention, plain
from autograd.grading.defined_letters import defined_letter
from autograd.grading.judging.doubts import DEPENDS_ON_NUMBERS
from autograd.grading.judging.layer_numbers import COUNTED

__all__ = ["LayerUse"]

_SHIFTS = (-1, 0, 1)
_ORDERS = {"to": "into a neuron follow each other", "from": "out of a neuron follow each other"}
_MAX_DOUBTED = 2  # after this number of claims, the other way to number layers is the writer's


class LayerUse:
    """The numbers of layers in the claims so far.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`.
    """

    def __init__(self, setting, judge):
        self._setting, self._judge = setting, judge
        self._known: dict = {}  # from a group of letters to its shift, or from a letter of weights to its layers
        self._lines: dict = {}  # from each of them to the line that shows it
        self._doubted: list = []
        letters, network = convention(**setting.options).letters, dict(setting.network or ())
        self._forward = {plain(letters[role]) for role in ("s", "a", "y")}
        layer = network["recurrent"][0] if network.get("recurrent") else None
        sizes = network.get("sizes", ())
        self._weights = [(k, k + 1) for k in range(len(sizes) - 1)] + ([(layer, layer)] if layer else [])

    def decided(self, text, grade):
        """Return the grade of a claim that is right only in one way to number layers, if this way is known."""
        if not self._known or grade.verdict != "ambiguous" or grade.diagnosis not in DEPENDS_ON_NUMBERS:
            return grade
        found = self._numbered(text, self._known)
        return found if found.verdict == "equal" else grade

    def doubt(self, text, line, grade) -> str:
        """Return the reason why a right claim is probably not meant, or "". Otherwise its numbers are remembered."""
        other = grade.shifts.differ(self._known)
        if other and self._numbered(text, self._known).verdict != "equal" and len(self._doubted) < _MAX_DOUBTED:
            self._doubted.append(line)
            if other[0] in grade.shifts.weights:
                return (
                    f"it is right if {other[0]} stands for other weights than in line {self._lines[other[0]]}: give "
                    "them letters of their own"
                )
            if other[0] == COUNTED:
                return (
                    "it is right if the weights are numbered in another order than in line "
                    f"{self._lines[other[0]]}, where those {_ORDERS[self._known[COUNTED]]}: number them in one way"
                )
            return (
                f"it is right if the layers of the {other[0]} are numbered differently than in line "
                f"{self._lines[other[0]]}: number them in one way"
            )
        for group, shift in grade.shifts.numbers.items() if not other else ():
            others = [x for x in (_ORDERS if group == COUNTED else _SHIFTS) if x != shift]
            if group not in self._known and self._is_shown(text, group, others):
                self._known[group], self._lines[group] = shift, line
        for letter, layers in grade.shifts.weights.items() if defined_letter(text) in self._forward else ():
            others = [x for x in self._weights if x != tuple(layers)]
            if letter not in self._known and len(self._weights) > 1 and self._is_shown(text, letter, others):
                self._known[letter], self._lines[letter] = layers, line
        return ""

    def _is_shown(self, text, group, others):
        """Return True if a claim is right with no other shift of a group, or with no other weights for a letter."""
        changed = [{**self._known, group: other} for other in others]
        return all(self._numbered(text, known).verdict not in ("equal", "unproved") for known in changed)

    def _numbered(self, text, known):
        return self._judge.numbered(self._setting, text, known)
