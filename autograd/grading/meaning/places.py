"""The meaning of a name: its role, its layer, and what each of its marks counts.

A letter may have several roles, and a mark may be a layer, an index, a sample, a step or a power. A
:class:`~autograd.grading.meaning.place.Reading` decides. :meth:`Places.place` finds the place of one name under a
reading, or raises :class:`~autograd.grading.meaning.place.Misfit` if the name does not fit it.
"""

import copy
import functools
import re
from dataclasses import replace

from autograd.formulas.conventions import _LETTERS, plain
from autograd.formulas.letters import with_commands
from autograd.grading.meaning.marks import Marks, power_of
from autograd.grading.meaning.neurons import place_as
from autograd.grading.meaning.place import Item, Misfit, Place
from autograd.grading.reading.nodes import Node, show, walk
from autograd.grading.reading.trees import ReadingError

_LOOKS = re.compile(
    r"\\(mathbf|boldsymbol|bm|mathsf|mathfrak|mathscr|pmb|vec|mathbb|mathcal|symbf|mathnormal|underline)\b"
)
_SAME = {
    r"\prime": "'",
    r"\star": "*",
    r"\ast": "*",
    r"\overline": r"\bar",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
}
_SAME_COMMAND = re.compile("|".join([rf"{re.escape(command)}(?![A-Za-z])" for command in _SAME]))
_PRIME = "'"
_VARIANTS = re.compile(r"\bvar(epsilon|phi|theta|sigma)\b")
DATA_LOSS = "loss of the data"  # the loss without its penalty
__all__ = ["DATA_LOSS", "LOSSES", "RATES", "Places"]

RATES = frozenset({"eta", "alpha", "epsilon", "gamma", "lr", "mu", "rate", "rho", "lambda", "nu"})
LOSSES = frozenset({
    "L", "E", "C", "J", "Loss", "loss", "cost", "Cost", "CE", "BCE", "MSE", "SSE", "ell", "Err", "error", "Error",
    "mathcal L",
})  # fmt: skip
_SYNONYMS = {
    "z": "s", "net": "s", "v": "s", "u": "s", "s": "s", "h": "a", "a": "a", "o": "y", "out": "a", "hat y": "y",
    "y": "y", "x": "x", "t": "t", "d": "t", "target": "t", "W": "w", "w": "w", "theta": "w", "c": "b", "Theta": "w",
    "omega": "w", "U": "w", "V": "w", "b": "b", "delta": "delta", "Delta": "delta", "p": "p", "tilde y": "y",
    "i": "x", "hat p": "p", "hat t": "y", "hat o": "y", "hat a": "y",
}  # fmt: skip


class Places:
    """The names of one network in one convention.

    Args:
        model: the quantities.
        convention: the letters.
        rate: the name of the learning rate, or None.
    """

    def __init__(self, model, convention, rate=None):
        self.model, self.convention, self.is_wide = model, convention, False
        self._keeps_names = True
        self.roles = self._roles()
        self.rate_letter = letter_of(rate or convention.letters["rate"])
        self.rates = {letter_of(convention.letters["rate"]), self.rate_letter}
        usual = {x for x in LOSSES if x not in self.roles and x not in self.rates}
        self.loss_letter = letter_of(convention.letters["loss"])
        self.losses = {self.loss_letter} | usual
        self.rates |= {x for x in RATES if x not in self.roles and x not in self.losses and x not in model.labels}
        self.to_from = convention.order == "to-from"
        self.weight_letter = letter_of(convention.letters["w"])
        self.function_letter = letter_of(convention.letters["function"])
        self.pre_activation, self.output_letter = letter_of(convention.letters["s"]), letter_of(convention.letters["y"])
        self.failures: dict = {}  # from names to tables: the errors of names without a place, under all readings
        self._found: dict = {}  # from letters to their roles

    def _roles(self):
        """Return a dict from each letter to its roles. Declared letters take precedence over usual ones."""
        letters = self.convention.letters
        declared: dict = {}
        usual: dict = {}
        for role in ("x", "a", "y", "t", "s", "delta", "w", "b", "p"):
            into = usual if letters[role] == _LETTERS[role] else declared
            into.setdefault(letter_of(letters[role]), []).append(role)
        for letter, roles in usual.items():
            if self.is_declared("loss") and letter == letter_of(letters["loss"]):
                continue
            if letter not in declared:
                declared[letter] = roles
            elif letter in ("a", "x", "y") and set(declared[letter]) <= {"x", "a", "y", "p"}:
                declared[letter] = [*declared[letter], *roles]
        for letter, role in self.convention.more.items():
            declared.setdefault(letter_of(letter), [role])
        return declared

    def roles_of(self, base):
        """Return the possible roles of a letter, or an empty list if it has no meaning."""
        found = self._found.get(base)
        if found is None:
            found = self._found[base] = self._roles_of(base)
        return found

    def _roles_of(self, base):
        if base in self.roles:
            return self.roles[base]
        low = base[:-1] + base[-1].lower()
        if low != base and low in self.roles:
            return self.roles[low]
        up = base[:-1] + base[-1].upper()
        if up != base and self._is_declared_letter(up):
            return self.roles[up]
        if base == "Delta" and "delta" in self.roles:
            return self.roles["delta"]
        if base == "Theta" and "theta" in self.roles:
            return self.roles["theta"]
        if base in self.model.labels and self.model.steps > 1:
            return ["other"]
        if base == "hat y" or base == "hat Y":
            return ["p"] if self.model.has_softmax and not self.is_declared("p") else ["y"]
        found = _SYNONYMS.get(base) or _SYNONYMS.get(low)
        return [found] if found else []

    def is_guessed(self, base):
        """Return True if a small letter was not declared, and its usual role was declared to have another letter.

        An undeclared u or v is a weight as often as a pre-activation, and an i is an index.
        """
        low, up = base[:-1] + base[-1].lower(), base[:-1] + base[-1].upper()
        if (
            {base, low, up} & set(self.roles)
            or base in self.model.labels
            or not (len(base) == 1 and base.islower())
            or base in "uvi"
        ):
            return False
        role = _SYNONYMS.get(base) or _SYNONYMS.get(low)
        return role is not None and self.is_declared(role)

    def _is_declared_letter(self, base):
        """Return True if a letter was declared for outputs or targets. A small letter is then one sample of a batch."""
        declared = [role for role in ("y", "p", "t") if self.is_declared(role)]
        return any(letter_of(self.convention.letters[role]) == base for role in declared)

    @property
    def declares_own_loss(self):
        """True if the loss is a mean and the declared factor makes a delta the derivative of a sample's own loss."""
        scale = self.model.scale
        return scale != 1 and self.convention.delta * scale == 1

    def is_declared(self, role):
        """Return True if the writer declared the letter of a role."""
        return self.convention.letters[role] != _LETTERS[role]

    @property
    def names_outputs(self):
        """True if outputs have a declared letter, other than pre-activations, and are the same as pre-activations."""
        letters = self.convention.letters
        top = next(n for n in self.model.network.neurons if n.layer == self.model.depth)
        if self.model.has_softmax and (not self.is_declared("p") or letters["p"] == letters["y"]):
            return False  # the letter of the outputs means their softmax
        return top.a is top.s and self.is_declared("y") and letters["y"] not in (letters["s"], letters["a"])

    def widened(self):
        """Return the same names, except that the letter of hidden activations may also mean outputs."""
        wide = copy.copy(self)
        wide.is_wide, wide.failures = True, {}
        return wide

    def recorded_layer(self, base, role):
        """Return the layers of the weights, or the layer of the biases, that the graph records with a letter, or None.

        A small letter is an entry of the matrix with the capital letter. A declared letter is that of all layers.
        """
        names = self.model.weight_names if role == "w" else self.model.bias_names
        if not self._keeps_names or not names or (self.is_declared(role) and role in self.roles.get(base, ())):
            return None
        return next((names[x] for x in (base, base.lower(), base.upper()) if x in names), None)

    def without_recorded_names(self):
        """Return the same names, except that no letter is bound to the parameters that the graph records with it."""
        other = copy.copy(self)
        other._keeps_names, other.failures = False, {}
        return other

    @property
    def has_hidden_outputs(self):
        """True if pre-activations of all layers and the outputs before a softmax have the same letter."""
        return self.model.has_softmax and {"y", "s"} <= set(self.roles.get(self.pre_activation, ()))

    def without_outputs(self):
        """Return the same names, except that the letter of pre-activations does not mean outputs in particular."""
        other = copy.copy(self)
        kept = [role for role in self.roles[self.pre_activation] if role != "y"]
        other.roles, other.failures = {**self.roles, self.pre_activation: kept}, {}
        return other

    def with_order(self, order):
        """Return the same names with the indices of weights in the given order."""
        other = copy.copy(self)
        other.convention, other.to_from = replace(self.convention, order=order), order == "to-from"
        other.failures = {}
        return other

    def is_probable(self):
        """Return True if the declared letter of the outputs may mean their softmax, which has no letter."""
        model, letters = self.model, self.convention.letters
        if not model.has_softmax or self.is_declared("p") or not self.is_declared("y"):
            return False
        return letters["y"] != letters["s"] and model.outputs[0].a is model.outputs[0].s

    def is_parameter(self, node):
        """Return True if a name is a weight or a bias."""
        return bool({"w", "b"} & set(self.roles_of(node.data[0])))

    def names_layer(self, letter):
        """Return the layer that a declared letter of outputs or activations names as the mark of a delta, or None."""
        roles = self.roles.get(letter) or (self.roles_of(letter) if " " in letter else [])  # an accent is no index
        if not (" " in letter or self._is_letter_of_neurons(letter, roles)):
            return None
        if {"y", "p"} & set(roles) and not {"s", "a"} & set(roles):
            return self.model.depth
        return 1 if roles == ["a"] and self.model.depth == 2 else None

    def _is_letter_of_neurons(self, letter, roles):
        """Return True if a letter was declared for neurons, or is a usual one that never is an index."""
        is_usual = letter in ("a", "s", "y", "z") and not self.model.steps > 1
        return any(self.is_declared(role) or is_usual for role in roles if role in ("s", "a", "y"))

    def is_delta_of(self, name, letter):
        """Return True if a letter among the marks of a name may be the quantity of which the name is the delta."""
        is_delta = self.roles_of(name.data[0]) == ["delta"]
        return is_delta and self._is_letter_of_neurons(letter, self.roles.get(letter, []))

    def is_loss(self, node):
        """Return True if a name is the loss."""
        if node.kind == "name" and node.data[0] == DATA_LOSS:
            return True
        return node.kind == "name" and node.data[0] in self.losses and not self.roles.get(node.data[0])

    def is_loss_or_rate(self, letter):
        """Return True if a letter was declared for the loss, perhaps in another script, or for the learning rate."""
        return letter in (self.loss_letter.removeprefix("mathcal "), self.rate_letter)

    def is_rate(self, node):
        """Return True if a name can only be a learning rate."""
        base = node.data[0]
        return base in self.rates and base not in self.roles and not self.is_loss(node)

    def with_declared_loss(self, node):
        r"""Return a name such as ``J_{reg}``, if this is the declared letter of the loss, as that letter, or None."""
        if node.kind != "name" or "_" not in self.loss_letter:
            return None
        for k, script in enumerate(node.parts):
            words = [p.data[0] for p in script.parts if p.kind == "name" and not p.parts]
            letter = f"{node.data[0]}_{''.join(words)}"
            is_word = script.kind == "sub" and len(words) == len(script.parts)
            if is_word and letter == self.loss_letter.removeprefix("mathcal "):
                parts = [*node.parts[:k], *node.parts[k + 1 :]]
                return Node("name", parts, (self.loss_letter, node.data[1]), node.at)
        return None

    def with_declared_marks(self, node):
        """Return a name whose letter was declared with marks, such as ``y^*``, ``y'`` or ``C_0``, as that letter.

        Return None for other nodes.
        """
        if node.kind != "name":
            return None
        base, primes = node.data
        if primes and f"{base}{_PRIME * primes}" in self.roles:
            return Node("name", node.parts, (f"{base}{_PRIME * primes}", 0), node.at)
        for k, script in enumerate(node.parts):
            numbers = [str(p.data) for p in script.parts if p.kind == "num"]
            letter = f"{base}_{''.join(numbers)}"
            if script.kind == "sub" and numbers and (letter in self.roles or letter == self.loss_letter):
                rest = [p for p in script.parts if p.kind != "num"]
                below = [Node("sub", rest, script.data, script.at)] if rest else []
                return Node("name", [*node.parts[:k], *below, *node.parts[k + 1 :]], (letter, primes), node.at)
        above = [k for k, script in enumerate(node.parts) if script.kind == "sup"]
        for first in range(len(above)):
            for end in range(first + 1, len(above) + 1):
                marks = "".join([_text_of(node.parts[k]) for k in above[first:end]])
                letters = [f"{x}^{marks}" for x in (base, base[:-1] + base[-1].lower())]  # Y^* is a batch of y^*
                letter = next((x for x in letters if x in self.roles), None)
                if letter is not None:
                    parts = [script for k, script in enumerate(node.parts) if k not in above[first:end]]
                    return Node("name", parts, (letter, primes), node.at)
        return None

    def normal(self, node):
        """Return a name with its marks. If ``a_h`` is declared as one letter, its h is not a mark."""
        base, primes = node.data
        for k, script in enumerate(node.parts):
            if script.kind == "sub" and script.parts and script.parts[0].kind == "name":
                first = script.parts[0]
                joined = f"{base}_{first.data[0]}"
                if joined in self.roles:
                    rest = [*[p for s in first.parts for p in s.parts], *script.parts[1:]]
                    scripts = [*node.parts[:k], Node("sub", rest, "", script.at), *node.parts[k + 1 :]]
                    return Node("name", [s for s in scripts if s.parts], (joined, primes), node.at)
        return node

    def place(self, node, reading, sample=None, step=None):
        """Return the place of a name.

        Args:
            node: the name.
            reading: the reading.
            sample: the sample in the argument of the name as an :class:`Item`, or None.
            step: the step in the argument of the name as an :class:`Item`, or None.

        Raises:
            Misfit: the name does not fit the reading.
            ReadingError: the name has no meaning here.
        """
        node = self.normal(node)
        base, primes = node.data
        if primes:
            raise ReadingError(f"{base} with a prime is the derivative of a function: give it an argument.", node.at)
        if base == "ones":
            return Place("ones")
        power = power_of(node) if reading.above == "power" else None
        is_alone = not node.parts or power is not None
        is_label = base in self.model.labels and is_alone
        if is_label and (not self.roles.get(base) or self.model.steps > 1):
            q = self.model.labels[base]
            if q.role == "other":
                return Place("quantity", "other", None, q.index, power=power)
            index = tuple([Item(None, k) for k in _tuple(q.index)])
            index = index if isinstance(q.index, tuple) else index[0]
            sample = None if q.sample is None else Item(None, q.sample)
            step = None if q.step is None else Item(None, q.step)
            return Place("quantity", q.role, q.layer, index, sample, step, power)
        roles = self.roles_of(base)
        if self.is_loss(node):
            return self._loss(node, reading, sample)
        if base in self.rates and base not in self.roles and _has_number_below(node):
            return Place("rate")
        if not node.parts:
            plain_place = self._plain(base, roles, reading)
            if plain_place is not None:
                return plain_place
        if not roles:
            raise ReadingError(f"{show(node)} has no meaning here: {self.known()}.", node.at)
        marks = Marks(self, node, reading, sample, step)
        failure = None
        for role in roles:
            try:
                return place_as(self, node, role, roles, marks, reading)
            except Misfit as error:
                failure = failure or error
        raise failure

    def known(self):
        """Return the letters that have a meaning, for messages."""
        words = {"x": "inputs", "a": "activations", "y": "outputs", "t": "targets", "s": "pre-activations",
                 "delta": "deltas", "w": "weights", "b": "biases", "p": "softmax outputs"}  # fmt: skip
        letters = [f"{plain(self.convention.letters[r])} ({w})" for r, w in words.items()]
        return f"known letters are {', '.join(letters)}; declare another with letters="

    def _plain(self, base, roles, reading):
        """Return the place of a letter without marks that is an index, a count or the rate, or None for others."""
        if base in reading.axes:
            return None if roles and base not in ("i", "k", "j") else Place("index", index=Item(base, 0))
        if base in self.rates and base not in self.roles:
            return Place("rate")
        counts = self.model.samples if self.model.samples > 1 else self.model.steps
        is_quantity = base in ("B", "P") and bool(roles)
        if base in ("m", "N", "n", "B", "P", "M") and base not in self.roles and counts > 1 and not is_quantity:
            return Place("count", index=counts)
        if base in ("T", "tau") and self.model.steps > 1 and base not in self.roles:
            return Place("count", index=self.model.steps)
        outputs = len(self.model.outputs) // (self.model.samples * self.model.steps)
        if base == "K" and not roles and outputs != counts:  # otherwise, it could be the number of samples
            return Place("count", index=outputs)
        if self.counts_outputs(base):
            return Place("count", index=outputs)
        return None

    def counts_outputs(self, base):
        """Return True if a letter that usually counts samples may count outputs, because there is only one sample."""
        model = self.model
        is_free = base in ("m", "n", "N") and not self.roles_of(base) and base not in model.labels
        return is_free and model.samples == model.steps == 1 and len(model.outputs) > 1

    def _loss(self, node, reading, sample):
        """Return the place of the loss: of all samples, or of one sample, step or output."""
        if node.data[0] == DATA_LOSS:
            return Place("quantity", "loss", "data")
        marks = Marks(self, node, reading, sample, None)
        index = None
        if marks.is_numbered and marks.layer and self.model.samples * self.model.steps < len(self.model.outputs):
            raise Misfit("a loss belongs to no layer.", node.at)  # E_1 is the loss of an output, and C_0 of a sample
        if marks.index:
            (axis, item) = marks.index[0]
            if axis not in (None, self.model.depth):
                raise Misfit("a loss belongs to an output.", node.at)
            if self.model.samples > 1 == self.model.size(self.model.depth):
                raise Misfit("a loss of one output belongs to a sample.", node.at)
            index = item
        return Place("quantity", "loss", None, index, marks.sample, marks.step)


def _has_number_below(node):
    """Return True if the only mark of a name is a number below it, as in the rate alpha_1."""
    return len(node.parts) == 1 and node.parts[0].kind == "sub" and [p.kind for p in node.parts[0].parts] == ["num"]


@functools.lru_cache(maxsize=4096)
def letter_of(latex):
    r"""Return the key of a declared letter with its marks: ``y_true`` for ``y_{true}``, ``y^*`` for ``y^{*}``."""
    latex = _SAME_COMMAND.sub(lambda found: _SAME[found[0]], with_commands(latex))
    words = _VARIANTS.sub(r"\1", plain(_LOOKS.sub("", latex))).replace("_ ", "_")
    words = f"ones{words[1:]}" if re.match(r"1\s*_", words) else words  # the vector of ones of \\mathbf{1}_y
    base, sign, mark = words.partition("^")
    if sign:
        mark = mark.replace(" ", "")
        words = base.strip() + (mark if set(mark) == {"'"} else f"^{mark}")
    core, sign, marks = words.partition("_")
    if sign and ("," in marks or (marks[-1:].isupper() and not core[-1:].isupper())):
        words = f"{core}_({marks.replace(' ', '')})"  # a capital letter at the end would be that of a matrix
    return f"{words[4:]}'" if words.startswith("dot ") else words  # a dot is read as a prime


def _text_of(mark):
    """Return the contents of a superscript as text without blanks."""
    inner = "".join([str(x.data[0] if x.kind == "name" else x.data) for x in walk(mark) if x.kind in ("name", "num")])
    return {"(": f"({inner})", "[": f"[{inner}]"}.get(mark.data, inner)


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)
