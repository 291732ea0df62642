r"""The letters that a document gives to each layer, and claims in which such a letter belongs to another layer.

After ``u = W_1 x + b_1`` and ``v = W_2 h + b_2``, u is never the pre-activation of the outputs. Letters that a document
uses for several layers, such as the w of ``w_{ij}`` and ``w_{jk}``, are free.
"""

from autograd.grading.defined_letters import defined_letter

__all__ = ["LettersOfLayers"]

_BACKWARD = (r"\partial", r"\delta", r"\nabla", r"\Delta")


class LettersOfLayers:
    """The layers of letters without a mark of their layer, as the forward pass in the claims so far shows them.

    The letters of a role are bound if there is another one for each layer.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`. It judges all later claims with the bound letters.
    """

    def __init__(self, setting, judge):
        self._setting, self._judge = setting, judge
        self._layers: dict = {}  # from a role and a letter to the set of its layers
        network = dict(setting.network or ())
        depth = len(network.get("sizes", ())) - 1
        layer = network["recurrent"][0] if network.get("recurrent") else None
        self._all = {"w": {(k, k + 1) for k in range(depth)} | ({(layer, layer)} if layer else set())}
        self._all["neurons"] = set(range(1, depth + 1))

    def remember(self, text, grade):
        """Remember the layers of the letters in a right claim of the forward pass."""
        is_forward = bool(defined_letter(text)) and not any(sign in text for sign in _BACKWARD)
        if self._setting.network is None or len(self._all["neurons"]) < 2 or not is_forward:
            return
        found = grade.layers_of_letters
        if not found:  # it holds for several layers, or for one of them if the letters of earlier claims are known
            known = {letter: min(layers) for letter, layers in self._layers.items() if len(layers) == 1}
            found = self._judge.with_bound(known, self._setting, text).layers_of_letters if known else {}
        for letter, layer in found.items():
            self._layers.setdefault(letter, set()).add(layer)
        self._judge.bound = self._bound()

    def _bound(self):
        """Return the letters of those roles in which each layer has another letter, with their layers."""
        found: dict = {}
        for role in {role for role, _ in self._layers}:
            letters = {letter: layers for letter, layers in self._layers.items() if letter[0] == role}
            layers = [min(each) for each in letters.values() if len(each) == 1]
            every = self._all["w" if role == "w" else "neurons"]
            if len(layers) == len(letters) and set(layers) >= every and len(letters) >= len(every) > 1:
                found.update(zip(letters, layers, strict=True))
        return found
