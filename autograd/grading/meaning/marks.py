"""The marks of a name: each is a layer, an index, a sample, a step or a power."""

from autograd.grading.meaning.letters import head
from autograd.grading.meaning.place import Item, Misfit
from autograd.grading.reading.nodes import Node, show
from autograd.grading.reading.trees import ReadingError
from autograd.grading.reading.words_of_marks import OF_OUTPUTS, OF_TARGETS, WORDS_WITHOUT_MEANING

__all__ = ["Marks", "power_of"]

_SIZES = ("n", "s", "S", "N", "d", "D", "m")  # as in n_l, the number of neurons of a layer


class Marks:
    """The marks of a name, sorted by what they count."""

    def __init__(self, places, node, reading, sample, step):
        self.places, self.node, self.reading = places, node, reading
        self.layer = self.power = None
        self.sample, self.step = sample, step
        self.index: list = []
        self.words: list = []
        self.is_numbered = self.is_of_one_sample = self.is_of_sample = False
        self.arrow = None  # "to" or "from" if an arrow stands between two indices
        for script in node.parts:
            for part in [self.two_digits(script)] if self.two_digits(script) else script.parts:
                self.add(part, script)

    def two_digits(self, script):
        """Return the number in ``y_{12}`` if a layer has that many neurons, or else None.

        ``w_{12}`` has two indices.
        """
        digits = script.parts
        if script.kind != "sub" or script.data or [p.kind for p in digits] != ["num", "num"]:
            return None
        places = self.places
        sizes = [places.model.size(layer) for layer in range(places.model.depth + 1)]
        if digits[1].at != digits[0].at + 1 or max(sizes) < 10 or "w" in places.roles_of(self.node.data[0]):
            return None
        return Node("num", (), 10 * digits[0].data + digits[1].data, digits[0].at)

    def add(self, part, script):
        """Add one mark of the name."""
        above, bracket = script.kind == "sup", script.data
        model = self.places.model
        if part.kind == "arrow":
            self.arrow = "to" if part.data in ("to", "rightarrow") else "from"
            return
        if part.kind == "all":
            if any(self.reading.axes.get(head(p)) == "sample" for p in script.parts):
                return  # in Z_{\cdot j}, the column of sample j
            raise Misfit("a row or column of a matrix cannot be graded here.", part.at)
        if part.kind == "num":
            self.number(part, above, bracket)
            return
        if part.kind == "name" and part.parts:
            if above and part.data[0] in ("n", "N", "L"):
                self.set_layer(model.depth, False)  # n_l is the number of layers
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
            self.set_layer(model.depth + offset, False)
        elif axis == "sample":
            if self.sample == Item(letter, offset) and len(self.node.parts) > 1:
                raise Misfit(f"{show(self.node)} says its sample twice.", part.at)
            if self.is_of_sample:
                raise Misfit(f"{show(self.node)} has the marks of two samples.", part.at)
            self.is_of_sample = True
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
            below = any(s.kind == "sub" and s.parts for s in self.node.parts)
            if above and bracket == "(" and below and model.samples > 1 and isinstance(axis, int):
                raise Misfit(f"the mark ({letter}) of {show(self.node)} counts samples or layers.", part.at)
            self.index.append((axis, Item(letter, offset)))
        elif letter == "next" and model.steps > 1:
            raise ReadingError(
                f"it is not clear what {show(self.node)} adds up: write its step, such as t + 1.", part.at
            )
        elif (
            self.is_word(letter)
            or letter in WORDS_WITHOUT_MEANING
            or letter in ("*", "+", "-")
            or {" ", "-"} & set(letter)
        ):
            pass
        else:
            raise ReadingError(f"the mark {letter} of {show(self.node)} means nothing here.", part.at)

    def is_word(self, letter):
        """Return True if a mark only names the layer or the model: h_theta, z_t^y, b_h."""
        places, model = self.places, self.places.model
        roles = places.roles_of(letter)
        own = set(places.roles_of(self.node.data[0]))
        if (letter in OF_TARGETS and "t" in own) or (letter in OF_OUTPUTS and own & {"y", "p", "a"}):
            return True
        if {"w"} & set(places.roles_of(self.node.data[0])) and self.words:
            return True
        if letter in ("in", "input") or letter in ("hid", "hidden"):
            self.set_layer(0 if letter in ("in", "input") else 1, False)
            return True
        layer = places.names_layer(letter) if own == {"delta"} else None
        if layer is not None:
            self.set_layer(layer, False)
            return True
        if letter in ("out", "output", "y", "o"):
            self.set_layer(model.depth, False)
            return True
        if letter in ("h", "s") and model.depth == 2:
            self.set_layer(1, False)
            return True
        self.is_of_one_sample |= "x" in roles  # such as delta^x, the delta of the training example x
        return bool({"w", "b", "x"} & set(roles)) or letter in places.losses

    def letter(self, part):
        """Return the letter of an index and the number that is added to it."""
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
            raise ReadingError("a condition in an index cannot be read: write it after the formula.", part.at)
        raise ReadingError("an index is a letter, a number, or a letter and a number.", part.at)

    def number(self, part, above, bracket):
        """Add a mark that is a number."""
        if part.data.denominator != 1:
            raise Misfit("an index is a whole number.", part.at)
        n = int(part.data)
        model, reading = self.places.model, self.reading
        if above and bracket == "<":
            self.step = Item(None, n + 1 - reading.first_step)
        elif above and bracket:
            if reading.above == "step" and model.steps > 1:
                self.step = Item(None, n + 1 - reading.first_step)
            elif model.samples > 1 and (self.layer is not None or reading.above == "sample" or self.is_named()):
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
        elif reading.below == "layer" and self.layer is None and not bracket and not self.has_one_layer():
            self.set_layer(n, True)
        elif reading.below == "step":
            self.step = Item(None, n + 1 - reading.first_step)
        else:
            self.index.append((None, Item(None, n)))

    def has_one_layer(self):
        """Return True if the letter is only used for inputs or only for targets, whose numbers are not layers."""
        return self.places.roles_of(self.node.data[0]) in (["x"], ["t"])

    def is_named(self):
        """Return True if the neuron was named with its layer, as in o_1."""
        return any(axis is not None and item.letter is None for axis, item in self.index)

    def lettered_number(self, part):
        """Add ``o_1`` or ``h_2``, a neuron of the layer of the letter, or ``n_l``, the last neuron of a layer."""
        base, model = part.data[0], self.places.model
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
        """Return the layer for whose neurons a letter stands, as in h_1 and o_2, or None."""
        model = self.places.model
        if letter in ("o", "out", "y", "k"):
            return model.depth
        if letter in ("h", "hid", "hidden") and model.depth == 2:
            return 1
        if letter in ("i", "in", "x"):
            return 0
        return None

    def set_layer(self, layer, is_numbered):
        """Set the layer. Raise Misfit if another mark has set a different one."""
        if self.layer is not None and self.layer != layer:
            raise Misfit(f"{show(self.node)}: its marks disagree about the layer.", self.node.at)
        self.layer, self.is_numbered = layer, is_numbered


def power_of(node):
    """Return the exponent of a name that has no other mark, or None."""
    if len(node.parts) != 1 or (node.parts[0].kind, node.parts[0].data) != ("sup", "") or len(node.parts[0].parts) != 1:
        return None
    part = node.parts[0].parts[0]
    return int(part.data) if part.kind == "num" and part.data.denominator == 1 else None
