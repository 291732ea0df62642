r"""The layers whose neurons the index letters of a document count, and claims that use the letters differently.

After ``z_j = \sum_i w_{ij} x_i`` and ``z_k = \sum_j w_{jk} h_j``, the weight ``w_{ij}`` leads from an input to a hidden
neuron. ``\frac{\partial E}{\partial w_{ij}} = \delta_j h_i`` is right for the weights of the outputs, but these are
called ``w_{jk}`` there: h was probably written for x.
"""

from autograd.formulas.conventions import convention, plain
from autograd.grading.defined_letters import defined_letter

__all__ = ["IndexUse"]

_FORWARD = ("s", "a", "y", "p", "x", "loss")  # the roles of letters that the forward pass defines
_MAX_DOUBTED = 2  # after this number of claims, the other use of the letters is the writer's way


class IndexUse:
    """The index letters of the claims so far.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`.
    """

    def __init__(self, setting, judge):
        letters = convention(**setting.options).letters
        self._setting, self._judge = setting, judge
        self._forward = {plain(letters[role]) for role in _FORWARD}
        self._layers: dict = {}  # from a letter to a dict from layers to the first line
        self._doubted: list = []

    def doubt(self, text, line, grade) -> str:
        """Return the reason why a right claim is probably not meant, or "". Otherwise its letters are remembered.

        Two letters or more must count other neurons than before, and none the same ones. The forward pass may give
        letters another use, such as those of the next layer.
        """
        known = {letter: next(iter(layers)) for letter, layers in self._layers.items() if len(layers) == 1}
        mine = {letter: layer for letter, layer in known.items() if letter in grade.counted}
        is_other = len(mine) > 1 and all(grade.counted[letter] != layer for letter, layer in mine.items())
        if is_other and self._setting.network is not None and defined_letter(text) not in self._forward:
            if self._judge.counting(self._setting, None, text, mine).verdict == "equal":
                return ""  # it holds for several layers
            if len(self._doubted) < _MAX_DOUBTED:
                self._doubted.append(line)
                letter = next(iter(mine))
                first = self._layers[letter][mine[letter]]
                return (
                    f"it is right if {letter} counts {self._neurons(grade.counted[letter])}, but since line {first}, "
                    f"{letter} counts {self._neurons(mine[letter])}: if another layer is meant, give it other letters"
                )
        for letter, layer in grade.counted.items():
            self._layers.setdefault(letter, {}).setdefault(layer, line)
        return ""

    def _neurons(self, layer):
        """Return the neurons of a layer in words."""
        last = len(dict(self._setting.network)["sizes"]) - 1
        return "inputs" if layer == 0 else "outputs" if layer == last else f"hidden neurons of layer {layer}"
