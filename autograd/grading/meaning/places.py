"""What a name stands for: its role and layer, and what each of its marks counts.

A letter may have several roles, and a mark may be a layer, an index, a sample, a step or a power. A :class:`Reading`
says which; :meth:`Places.place` reads one name by it, or raises :class:`Misfit` where the name cannot be meant so.
"""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from autograd.formulas.conventions import _LETTERS, plain
from autograd.grading.reading.nodes import Node, show
from autograd.grading.reading.trees import ReadingError

__all__ = ["LOSSES", "RATES", "IllFormed", "Item", "Misfit", "OutOfRange", "Place", "Places", "Reading", "Unclear"]

RATES = frozenset({"eta", "alpha", "epsilon", "gamma", "lr", "mu", "rate", "rho", "lambda", "nu"})
LOSSES = frozenset({
    "L", "E", "C", "J", "Loss", "loss", "cost", "Cost", "CE", "BCE", "MSE", "SSE", "ell", "Err", "error", "Error",
    "mathcal L",
})  # fmt: skip
_SYNONYMS = {
    "z": "s", "net": "s", "v": "s", "u": "s", "s": "s", "h": "a", "a": "a", "o": "y", "out": "a", "hat y": "y",
    "y": "y", "x": "x", "t": "t", "d": "t", "target": "t", "W": "w", "w": "w", "theta": "w", "Theta": "w",
    "omega": "w", "U": "w", "V": "w", "b": "b", "delta": "delta", "Delta": "delta", "p": "p", "tilde y": "y",
    "i": "x", "hat p": "p", "hat t": "y", "hat o": "y", "hat a": "y",
}  # fmt: skip
_LAYER_OF = {"x": 0, "i": 0, "u": 0, "h": 1, "s": 1, "a": 1, "z": 1, "y": -1, "o": -1, "v": -1, "q": -1}
_SIZES = ("n", "s", "S", "N", "d", "D", "m")  # n_l, how many neurons a layer has
_WORD_MARKS = frozenset({"total", "tot", "tr", "train", "net", "old", "new", "next", "prev", "all"})
_LAST = frozenset({"L", "out", "output", "outputs", "K", "M", "o"})


def letter_of(latex):
    """Return a declared letter as it is looked up, with its subscript: ``y_true`` for ``y_{true}``."""
    return plain(latex).replace("_ text ", "_").replace("_ mathrm ", "_").replace("_ ", "_")


class Misfit(ReadingError):
    """A name that cannot be meant as a reading says."""


class OutOfRange(Misfit):
    """A layer, a step or an index that is not there."""


class Unclear(ReadingError):
    """A name whose layer is not said."""


class IllFormed(ReadingError):
    """A formula that says nothing, such as one with a comma where a sign belongs."""


class Item(NamedTuple):
    """An index: a letter (None for a number) and what is added to it."""

    letter: str | None
    offset: int

    def at(self, env):
        """Its number."""
        return self.offset if self.letter is None else env[self.letter] + self.offset


class Place(NamedTuple):
    """The quantity of the network that a name stands for; an index is None for all of a layer.

    Role, layer, index, sample and step are those of :class:`~autograd.grading.meaning.quantities.Quantity`.
    ``kind`` is ``"quantity"``, ``"kronecker"``, ``"rate"``, ``"count"``, ``"variable"`` or ``"ones"``; ``power`` an
    exponent that stood among the marks; ``stacked`` whether all samples are meant, one beside the other.
    """

    kind: str
    role: str = ""
    layer: Any = None
    index: Any = None
    sample: Item | None = None
    step: Item | None = None
    power: int | None = None
    stacked: bool = False
    own: bool = False


@dataclass(frozen=True)
class Reading:
    """How a formula is read.

    Attributes:
        axes: from a letter to what it counts: ``"layer"``, ``"sample"``, ``"step"``, ``"parameter"``, or the number
            of a layer.
        layers: from a letter without marks to its layer.
        layer: the number that a general layer stands for.
        vectors: ``"columns"`` or ``"rows"``.
        transposed_jacobian: whether a Jacobian has the inputs down its rows.
        gradient_row: whether the gradient in a column vector is a row.
        weights_out: whether the weights of layer l lead out of it.
        base, delta_base: the number of the input layer where layers are numbered, and that for deltas.
        above, below: what a number above, and below, a letter is: ``"layer"``, ``"power"``, ``"index"``, ``"step"``.
        first_step: the number of the first step.
        direct: whether a derivative in a parameter at a step is the direct one.
        wide: whether an operator d/dx takes everything to its right.
        stacked: whether a vector without a sample is that of all samples.
        own_loss: whether a dZ is the derivative of a sample's own loss.
        hadamard: whether a circled times is elementwise.
        flat: how weights are counted that have one number: ``"to"`` or ``"from"`` major.
        implied: whether a letter that stands twice is summed over.
        probable: whether the letter of the outputs means their softmax.
        single: whether letters without an index are those of one neuron.
        whole_target: whether a target with letters is meant as a vector or matrix.
        turned: whether the weights of the only neuron are a column where its matrix is a row, and the other way round.
        from_right: whether products with and without circles between their factors are taken from right to left.
    """

    axes: dict = field(default_factory=dict)
    layers: dict = field(default_factory=dict)
    layer: int | None = None
    vectors: str = "columns"
    transposed_jacobian: bool = False
    gradient_row: bool = False
    weights_out: bool = False
    base: int = 0
    delta_base: int = 0
    above: str = "layer"
    below: str = "index"
    first_step: int = 1
    direct: bool = False
    wide: bool = False
    stacked: bool = False
    own_loss: bool = False
    hadamard: bool = False
    flat: str = "to"
    implied: bool = False
    probable: bool = False
    single: bool = False
    whole_target: bool = False
    turned: bool = False
    from_right: bool = False

    def changed(self, **more):
        """The reading with something else."""
        return replace(self, **more)


class Places:
    """The names of one network in one convention.

    Args:
        model: the quantities.
        convention: the letters.
        rate: the name of the learning rate, or None.
    """

    def __init__(self, model, convention, rate=None):
        self.model, self.convention = model, convention
        self.roles = self._roles()
        declared_rate = plain(convention.letters["rate"])
        self.rates = {declared_rate} | ({plain(rate)} if rate else set())
        usual = {x for x in LOSSES if x not in self.roles and x not in self.rates}
        self.losses = {plain(convention.letters["loss"])} | usual
        self.rates |= {x for x in RATES if x not in self.roles and x not in self.losses}
        self.to_from = convention.order == "to-from"
        self.function_letter = plain(convention.letters["function"])
        self.pre_activation, self.output_letter = plain(convention.letters["s"]), plain(convention.letters["y"])

    def _roles(self):
        """From a letter to its roles: what is declared comes before what is usual."""
        letters = self.convention.letters
        declared: dict = {}
        usual: dict = {}
        for role in ("x", "a", "y", "t", "s", "delta", "w", "b", "p"):
            into = usual if letters[role] == _LETTERS[role] else declared
            into.setdefault(letter_of(letters[role]), []).append(role)
        for letter, roles in usual.items():
            if letter not in declared:
                declared[letter] = roles
            elif letter in ("a", "x") and set(declared[letter]) <= {"x", "a", "y", "p"}:
                declared[letter] = [*declared[letter], *roles]
        return declared

    def roles_of(self, base):
        """The roles that a letter may have; none where it means nothing."""
        if base in self.roles:
            return self.roles[base]
        low = base[:-1] + base[-1].lower()
        if low != base and low in self.roles:
            return self.roles[low]
        if base == "Delta" and "delta" in self.roles:
            return self.roles["delta"]
        if base == "Theta" and "theta" in self.roles:
            return self.roles["theta"]
        if base in self.model.labels and self.model.steps > 1:
            return ["other"]
        if base == "hat y" or base == "hat Y":
            return ["p"] if self.model.has_softmax and not self._is_declared("p") else ["y"]
        found = _SYNONYMS.get(base) or _SYNONYMS.get(low)
        return [found] if found else []

    def _is_declared(self, role):
        return self.convention.letters[role] != _LETTERS[role]

    def is_probable(self):
        """Whether the letter of the outputs may mean their softmax: it is declared, and the softmax has no letter."""
        model, letters = self.model, self.convention.letters
        if not model.has_softmax or self._is_declared("p") or not self._is_declared("y"):
            return False
        return letters["y"] != letters["s"] and model.outputs[0].a is model.outputs[0].s

    def is_loss(self, node):
        """Whether a name is the loss."""
        return node.kind == "name" and node.data[0] in self.losses and not self.roles.get(node.data[0])

    # --- One name.

    def normal(self, node):
        """A name with its marks; ``a_h`` as one letter where that is declared."""
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
        """What a name stands for.

        Args:
            node: the name.
            reading: how it is read.
            sample: the sample or step that its argument says, an :class:`Item`.

        Raises:
            Misfit: it cannot be meant so.
            ReadingError: it means nothing here.
        """
        node = self.normal(node)
        base, primes = node.data
        if primes:
            raise ReadingError(f"{base} with a prime is the derivative of a function: give it an argument.", node.at)
        if base == "ones":
            return Place("ones")
        power = _power(node) if reading.above == "power" else None
        is_alone = not node.parts or power is not None
        is_label = base in self.model.labels and self.model.labels[base].role != "other" and is_alone
        if is_label and (not self.roles.get(base) or self.model.steps > 1):
            q = self.model.labels[base]
            index = tuple([Item(None, k) for k in _tuple(q.index)])
            index = index if isinstance(q.index, tuple) else index[0]
            sample = None if q.sample is None else Item(None, q.sample)
            step = None if q.step is None else Item(None, q.step)
            return Place("quantity", q.role, q.layer, index, sample, step, power)
        roles = self.roles_of(base)
        if self.is_loss(node):
            return self._loss(node, reading, sample)
        if not node.parts:
            plain_place = self._plain(base, roles, reading)
            if plain_place is not None:
                return plain_place
        if not roles:
            raise ReadingError(f"{show(node)} has no meaning here: {self.known()}.", node.at)
        marks = _Marks(self, node, reading, sample, step)
        failure = None
        for role in roles:
            try:
                return self._as_role(node, role, roles, marks, reading)
            except Misfit as error:
                failure = failure or error
        raise failure

    def known(self):
        """The letters that mean something, for messages."""
        words = {"x": "inputs", "a": "activations", "y": "outputs", "t": "targets", "s": "pre-activations",
                 "delta": "deltas", "w": "weights", "b": "biases", "p": "softmax outputs"}  # fmt: skip
        letters = [f"{plain(self.convention.letters[r])} ({w})" for r, w in words.items()]
        return f"known letters are {', '.join(letters)}; declare another with letters="

    def _plain(self, base, roles, reading):
        """A letter without any mark that is a count, the rate or a variable; None for others."""
        if base in reading.axes:
            return None if roles and base not in ("i", "k", "j") else Place("index", index=Item(base, 0))
        if base in self.rates and base not in self.roles:
            return Place("rate")
        counts = self.model.samples if self.model.samples > 1 else self.model.steps
        is_quantity = base in ("B", "P") and bool(roles)
        if base in ("m", "N", "n", "B", "P") and base not in self.roles and counts > 1 and not is_quantity:
            return Place("count", index=counts)
        if base in ("T", "tau") and self.model.steps > 1 and base not in self.roles:
            return Place("count", index=self.model.steps)
        return None

    def _loss(self, node, reading, sample):
        """The loss: of everything, or of one sample, step or output."""
        marks = _Marks(self, node, reading, sample, None)
        index = None
        if marks.index:
            (axis, item) = marks.index[0]
            if axis not in (None, self.model.depth):
                raise Misfit("a loss belongs to an output.", node.at)
            index = item
        return Place("quantity", "loss", None, index, marks.sample, marks.step)

    def _as_role(self, node, role, roles, marks, reading):
        model = self.model
        base = node.data[0]
        if role == "other":
            if node.parts and marks.power is None:
                raise Misfit(f"{show(node)}: {base} has no index.", node.at)
            return Place("quantity", "other", None, model.labels[base].index, power=marks.power)
        if role == "w":
            return self._weight(node, marks, reading, roles)
        index = list(marks.index)
        if role == "delta" and len(index) == 2 and marks.layer is None:
            axes = {axis for axis, _ in index if axis is not None}
            if len(axes) > 1:
                raise Misfit(f"{show(node)}: its letters count different layers.", node.at)
            return Place("kronecker", index=tuple([item for _, item in index]))
        if role == "x" and len(index) == 2 and roles == ["x"]:
            # x_ji: what i sends into j
            first, second = index if self.to_from else index[::-1]
            if first[0] is not None and second[0] is not None and first[0] == second[0] + 1:
                return self._found(node, "a", second[0], second[1], marks, reading)
            raise Misfit(f"{show(node)}: these indices fit no weight.", node.at)
        if len(index) > 1:
            raise Misfit(f"{base} has one index here, found {len(index)}.", node.at)
        axis, item = index[0] if index else (None, None)
        if isinstance(axis, str):
            raise Misfit(f"{show(node)}: its index counts no neurons.", node.at)
        layer = self._layer(node, role, roles, marks, axis, reading)
        if axis is not None and axis != layer:
            raise Misfit(f"{show(node)}: its index counts layer {axis}, and it is in layer {layer}.", node.at)
        found = {"x": "a", "y": "a"}.get(role, role)
        is_probable = "p" in roles or (reading.probable and "y" in roles)
        if role in ("a", "x", "y") and layer == model.depth and model.has_softmax and is_probable:
            found = "p"
        if role in ("s",) and layer == 0:
            raise OutOfRange(f"{show(node)}: inputs have no pre-activation.", node.at)
        return self._found(node, found, layer, item, marks, reading)

    def _layer(self, node, role, roles, marks, axis, reading):
        depth = self.model.depth
        base = node.data[0]
        layer = marks.layer
        if layer is not None:
            if role == "delta":
                layer -= reading.delta_base if marks.is_numbered else 0
            elif role == "b" and reading.weights_out:
                layer += 1 - (reading.base if marks.is_numbered else 0)
            else:
                layer -= reading.base if marks.is_numbered else 0
        wide = {"x", "a", "y"} & set(roles)
        if layer is None:
            layer = axis
            if layer is None:
                layer = self._only(role, roles)
            if layer is None:
                layer = reading.layers.get(base)
            if layer is None:
                raise Unclear(
                    f"which layer {show(node)} is in is not clear: give it a layer, such as {base}^{{(1)}}.", node.at
                )
            if role == "x" and layer != 0 and not {"a", "y"} & wide:
                raise Misfit(f"{show(node)} is an input.", node.at)
            if role == "y" and layer != depth and not {"a", "x"} & wide:
                raise Misfit(f"{show(node)} is an output.", node.at)
            if role == "a":
                allowed = (layer != 0 or "x" in roles or axis is not None) and (
                    layer != depth or "y" in roles or not self._is_declared("y")
                )
                if depth > 1 and layer == depth and roles == ["a"]:
                    allowed = False
                if not allowed:
                    raise Misfit(f"{show(node)} is an activation of a hidden layer.", node.at)
        if role == "y" and layer != depth and "s" in roles:
            raise Misfit(f"{show(node)} is an output, or a pre-activation.", node.at)
        if role in ("t", "p") and layer != depth:
            raise Misfit(f"{show(node)} belongs to the outputs.", node.at)
        low = 0 if role in ("x", "a", "y") else 1
        if not low <= layer <= depth:
            raise OutOfRange(f"{show(node)}: there is no such layer: layers count from {low} to {depth}.", node.at)
        return layer

    def _only(self, role, roles):
        """The layer of a quantity without marks where there is one only."""
        depth = self.model.depth
        if role in ("t", "p") or (role == "y" and not {"a", "x"} & set(roles)):
            return depth
        if role == "x" and not {"a", "y"} & set(roles):
            return 0
        if role in ("s", "delta", "b") and depth == 1:
            return 1
        return None

    def _found(self, node, role, layer, item, marks, reading):
        model = self.model
        size = model.size(layer)
        if item is not None and item.letter is None and not 1 <= item.offset <= size:
            raise OutOfRange(f"{show(node)}: an index {item.offset}, where there are 1 to {size}.", node.at)
        if role == "p" and not model.has_softmax:
            raise ReadingError(f"{show(node)}: there is no softmax in this network.", node.at)
        if role == "b" and not model.has_biases:
            raise ReadingError(f"{show(node)}: there are no biases in this network.", node.at)
        base = node.data[0]
        sample, step, stacked = marks.sample, marks.step, False
        if model.takes_sample(role, layer):
            if sample is None:
                if item is None and reading.stacked:
                    stacked = True
                else:
                    sample = Item("@n", 0)
        elif model.samples > 1 and sample is not None:
            raise Misfit(f"{show(node)} is the same for all samples.", node.at)
        if model.takes_step(role, layer):
            if step is None:
                step = Item("@t", 0)
        elif model.steps > 1 and step is not None:
            raise Misfit(f"{show(node)} is the same at all steps.", node.at)
        if item is None and reading.single and size > 1:
            return Place(
                "quantity",
                role,
                layer,
                Item(f"@{layer}", 0),
                sample or None if not stacked else Item("@n", 0),
                step,
                marks.power,
            )
        if item is None and size == 1:
            item = Item(None, 1)
            if stacked:
                item = None
        if role == "delta" and base == "Delta" and stacked and reading.own_loss:
            return Place("quantity", role, layer, item, sample, step, marks.power, stacked, True)
        return Place("quantity", role, layer, item, sample, step, marks.power, stacked)

    def _weight(self, node, marks, reading, roles):
        model = self.model
        index = list(marks.index)
        base = node.data[0]
        if (marks.sample is not None or (marks.step is not None and model.steps > 1)) and not marks.step:
            raise Misfit(f"{show(node)}: a weight is the same for all samples.", node.at)
        if marks.is_arrow:
            index = index if marks.is_arrow == "to" else index[::-1]
        elif self.to_from and len(index) == 2:
            index = index[::-1]
        layer = marks.layer
        if marks.words:
            return self._named_weight(node, marks)
        if layer is not None:
            if reading.weights_out:
                layer += 1
            if marks.is_numbered:
                layer -= reading.base
        if len(index) == 1:
            return self._single_weight(node, index[0], layer, marks, reading, roles)
        if len(index) > 2:
            raise Misfit(f"{show(node)}: a weight has two indices, found {len(index)}.", node.at)
        pairs = [
            w for w in model.weights
            if (layer is None or w[1] == layer)
            and (marks.pair is None or w == marks.pair)
            and all(axis is None or axis == k for (axis, _), k in zip(index, w, strict=False))
        ]  # fmt: skip
        if layer is not None and not any(w[1] == layer for w in model.weights):
            raise OutOfRange(f"{show(node)}: there is no such layer of weights.", node.at)
        if len(pairs) > 1 and base in reading.layers:
            k = reading.layers[base]
            pairs = [w for w in pairs if k < len(model.weights) and w == model.weights[k]]
        if not pairs:
            raise Misfit(f"{show(node)}: its indices fit no weight here.", node.at)
        if len(pairs) > 1:
            raise Unclear(f"which layer {show(node)} is in is not clear: write w^{{(2)}}_{{...}}.", node.at)
        pair = pairs[0]
        if not index:
            sizes = [model.size(pair[0]), model.size(pair[1])]
            items = (Item(None, 1), Item(None, 1)) if sizes == [1, 1] else None
            return Place("quantity", "w", pair, items, power=marks.power)
        for (_, item), k in zip(index, pair, strict=True):
            if item.letter is None and not 1 <= item.offset <= model.size(k):
                raise OutOfRange(
                    f"{show(node)}: an index {item.offset}, where there are 1 to {model.size(k)}.", node.at
                )
        return Place("quantity", "w", pair, tuple([item for _, item in index]), power=marks.power)

    def _named_weight(self, node, marks):
        """``W_{hy}`` and ``W_{xh}``: the weights between the layers that the letters stand for."""
        layers = [_LAYER_OF.get(x.split("#")[0]) for x in marks.words]
        layers = [self.model.depth if k == -1 else k for k in layers]
        pairs = (
            [(a, b) for a, b in (layers[:2], layers[1::-1]) if (a, b) in self.model.weights] if len(layers) == 2 else []
        )
        if not pairs or marks.index:
            raise Misfit(f"{show(node)} is no matrix of weights here.", node.at)
        return Place("quantity", "w", pairs[0], None, power=marks.power)

    def _single_weight(self, node, index, layer, marks, reading, roles):
        """A weight with one index: of one neuron, counted through, or the bias that theta_0 is."""
        model = self.model
        axis, item = index
        is_only = len([p for s in node.parts if s.kind == "sub" for p in s.parts]) == 1
        if axis == "parameter":
            if not is_only:
                raise Misfit(f"{show(node)} has two indices, and cannot be any weight.", node.at)
            return Place("quantity", "parameter", None, item)
        if item.letter is None and "b" in roles and item.offset == 0:
            return Place("quantity", "b", model.depth, Item(None, 1))
        pairs = [w for w in model.weights if layer in (None, w[1])]
        if item.letter is None and layer is None and len(model.weights) > 1:
            return self._counted(node, item.offset, reading)
        for pair in pairs:
            if model.size(pair[1]) == 1 and axis in (None, pair[0]):
                if item.letter is None and not 1 <= item.offset <= model.size(pair[0]):
                    break
                return Place("quantity", "w", pair, (item, Item(None, 1)), power=marks.power)
            if model.size(pair[0]) == 1 and axis in (None, pair[1]):
                return Place("quantity", "w", pair, (Item(None, 1), item), power=marks.power)
        if is_only and len(pairs) == 1 and axis in (None, pairs[0][1]):  # all weights into one neuron
            return Place("quantity", "w", pairs[0], (None, item), power=marks.power)
        raise Misfit(f"{show(node)} needs two indices: from and to.", node.at)

    def _counted(self, node, number, reading):
        """The weight with a number, where all are counted through, layer by layer."""
        model = self.model
        count = 0
        for pair in model.weights:
            n, m = model.size(pair[0]), model.size(pair[1])
            places = [(i, j) for j in range(1, m + 1) for i in range(1, n + 1)]
            if reading.flat == "from":
                places = sorted(places)
            if number <= count + n * m:
                i, j = places[number - count - 1]
                return Place("quantity", "w", pair, (Item(None, i), Item(None, j)))
            count += n * m
        raise OutOfRange(f"{show(node)}: there are {count} weights.", node.at)


class _Marks:
    """The marks of a name, by what they count."""

    def __init__(self, places, node, reading, sample, step):
        self.places, self.node, self.reading = places, node, reading
        self.layer = self.power = None
        self.sample, self.step = sample, step
        self.index: list = []
        self.words: list = []
        self.is_numbered = False
        self.is_arrow = self.pair = None
        for script in node.parts:
            for part in script.parts:
                self.add(part, script)

    def add(self, part, script):
        above, bracket = script.kind == "sup", script.data
        model = self.places.model
        if part.kind == "arrow":
            self.is_arrow = "to" if part.data in ("to", "rightarrow") else "from"
            return
        if part.kind == "all":
            raise Misfit("a row or column of a matrix cannot be graded here.", part.at)
        if part.kind == "num":
            self.number(part, above, bracket)
            return
        if part.kind == "name" and part.parts:
            if above and part.data[0] in ("n", "N", "L"):
                self.set_layer(model.depth, False)  # n_l, the number of layers
                return
            self.lettered_number(part)
            return
        letter, offset = self.letter(part)
        axis = self.reading.axes.get(letter)
        if axis == "named":
            self.words.append(letter)
            self.is_word(letter)
        elif axis == "layer":
            self.set_layer(self.reading.layer + offset, False)
        elif letter in ("L", "M", "K", "H", "O") and axis is None and (above or bracket or letter == "L"):
            if above or bracket or letter == "L":
                self.set_layer(model.depth + offset, False)
        elif axis == "sample":
            self.sample = Item(letter, offset)
        elif axis == "step":
            self.step = Item(letter, offset)
        elif axis == "last layer":
            self.set_layer(model.depth, False)
        elif axis == "last step":
            self.step = Item(None, model.steps + offset)
        elif axis == "ignored":
            pass
        elif axis is not None:
            self.index.append((axis, Item(letter, offset)))
        elif letter in _WORD_MARKS or letter in ("*", "+", "-") or self.is_word(letter):
            pass
        else:
            raise ReadingError(f"the mark {letter} of {show(self.node)} means nothing here.", part.at)

    def is_word(self, letter):
        """Whether a mark only names the layer or the model: h_theta, z_t^y, b_h."""
        places, model = self.places, self.places.model
        roles = places.roles_of(letter)
        if {"w"} & set(places.roles_of(self.node.data[0])) and self.words:
            return True
        if letter in ("in", "input") or letter in ("hid", "hidden"):
            self.set_layer(0 if letter in ("in", "input") else 1, False)
            return True
        if letter in ("out", "output", "y", "o"):
            self.set_layer(model.depth, False)
            return True
        if letter in ("h", "s") and model.depth == 2:
            self.set_layer(1, False)
            return True
        return bool({"w", "b", "x"} & set(roles)) or letter in places.losses

    def letter(self, part):
        """The letter of an index, and what is added to it."""
        if part.kind == "name":
            return part.data[0], 0
        if part.kind == "add" and part.parts[0].kind == "name":
            offset = 0
            for x in part.parts[1:]:
                inner, sign = (x.parts[0], -1) if x.kind == "neg" else (x, 1)
                if inner.kind != "num" or inner.data.denominator != 1:
                    raise ReadingError("an index is a letter, a number, or a letter and a number.", part.at)
                offset += sign * int(inner.data)
            return part.parts[0].data[0], offset
        if part.kind == "cmp":
            raise ReadingError("a condition in an index cannot be read: write it behind the formula.", part.at)
        raise ReadingError("an index is a letter, a number, or a letter and a number.", part.at)

    def number(self, part, above, bracket):
        if part.data.denominator != 1:
            raise Misfit("an index is a whole number.", part.at)
        n = int(part.data)
        model, reading = self.places.model, self.reading
        if above and bracket == "<":
            self.step = Item(None, n + 1 - reading.first_step)
        elif above and bracket:
            if reading.above == "step" and model.steps > 1:
                self.step = Item(None, n + 1 - reading.first_step)
            elif model.samples > 1 and (self.layer is not None or reading.above == "sample"):
                self.sample = Item(None, n)
            else:
                self.set_layer(n, True)
        elif above:
            if reading.above == "step" and model.steps > 1:
                self.step = Item(None, n + 1 - reading.first_step)
            elif reading.above == "layer":
                self.set_layer(n, True)
            else:
                self.power = n
        elif reading.below == "layer" and self.layer is None and not bracket:
            self.set_layer(n, True)
        elif reading.below == "step":
            self.step = Item(None, n + 1 - reading.first_step)
        else:
            self.index.append((None, Item(None, n)))

    def lettered_number(self, part):
        """``o_1``, ``h_2``: a neuron of the layer that the letter is for; ``n_l``: the last one."""
        base = part.data[0]
        _places, model = self.places, self.places.model
        subs = [p for s in part.parts for p in s.parts]
        if len(subs) != 1:
            raise ReadingError(f"the index {show(part)} is not clear.", part.at)
        if base in _SIZES:
            try:
                letter, offset = self.letter(subs[0]) if subs[0].kind != "num" else (None, int(subs[0].data))
            except Misfit:
                letter = None
            if letter is not None and self.reading.axes.get(letter) == "layer":
                self.index.append((None, Item(None, model.size(self.reading.layer + offset))))
                return
        if subs[0].kind == "num":
            n = int(subs[0].data)
            layer = self.layer_of(base)
            self.index.append((layer, Item(None, n)))
            return
        fails = Misfit if base in _SIZES else ReadingError
        raise fails(f"the index {show(part)} is not clear.", part.at)

    def layer_of(self, letter):
        """The layer whose neurons a letter stands for, as in h_1 and o_2."""
        model = self.places.model
        if letter in ("o", "out", "y", "k"):
            return model.depth
        if letter in ("h", "hid", "hidden") and model.depth == 2:
            return 1
        if letter in ("i", "in", "x"):
            return 0
        return None

    def set_layer(self, layer, is_numbered):
        if self.layer is not None and self.layer != layer:
            raise Misfit(f"{show(self.node)}: its marks disagree about the layer.", self.node.at)
        self.layer, self.is_numbered = layer, is_numbered


def _power(node):
    """The exponent of a name that has no other mark; None where it has one, or has none."""
    if len(node.parts) != 1 or (node.parts[0].kind, node.parts[0].data) != ("sup", "") or len(node.parts[0].parts) != 1:
        return None
    part = node.parts[0].parts[0]
    return int(part.data) if part.kind == "num" and part.data.denominator == 1 else None


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)
