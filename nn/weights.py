"""The weights of a neuron: a list, and whatever is put into it is what the neuron computes with."""

import functools

from autograd import Value
from nn.names import NeuronName

__all__ = ["Weights"]


class Weights(list):
    """The weights of a neuron, and its bias.

    It is a list of Values that can be changed in every way a list can. A Value without a label gets that of the weight
    whose place it takes. Added to a list or a tuple it gives one of that kind.

    Args:
        values: the weights.
        bias: the bias, or None.
        place: layer, number and the name of the activation, or None: what labels are made of.

    Attributes:
        row: the weights, and after them the bias if there is one, as a tuple that all samples share.
    """

    __slots__ = ("_bias", "_place", "row")
    row: tuple

    def __init__(self, values, bias, place):
        super().__init__(values)
        self._place, self._bias = place, bias
        self._renew()

    @property
    def bias(self):
        """The bias, a Value or None."""
        return self._bias

    @bias.setter
    def bias(self, value):
        if value is not None:
            _check("the bias", value)
        self._bias = value
        self._renew()

    def rename(self, place):
        """Give the labels that say what neuron they belong to the name of another activation."""
        mine = self._place[:2]
        self._place = place
        for value in self.row:
            if isinstance(value.label, NeuronName) and (value.label.layer, value.label.neuron) == mine:
                value.label = None
        self._renew()

    def _renew(self):
        """After every change: check what is there, label it, and make the row."""
        for value in self:
            _check("a weight", value)
        layer, number, shown = self._place
        for j, value in enumerate(self, 1):
            if value.label is None:
                value.label = NeuronName("w", layer, number, shown, j)
        if self._bias is None:
            self.row = tuple(self)
            return
        if self._bias.label is None:
            self._bias.label = NeuronName("b", layer, number, shown)
        self.row = (*self, self._bias)

    def __mul__(self, n):
        return list(self) * n

    def __add__(self, other):
        return (*self, *other) if isinstance(other, tuple) else [*self, *other]

    def __radd__(self, other):
        return (*other, *self) if isinstance(other, tuple) else [*other, *self]

    def copy(self):
        """Return the weights in a list of their own."""
        return list(self)

    def __reduce__(self):
        return Weights, (list(self), self._bias, self._place)


def _check(what, value):
    if not isinstance(value, Value):
        raise TypeError(
            f"{what} is a Value, found {type(value).__name__} {value!r}: write Value({value!r}), or set the data of "
            "the one that is there, neuron.w[0].data = 0.5."
        )


def _renewing(name):
    """A method of lists after which the row is made anew; where an element is no Value, nothing is changed."""
    change = getattr(list, name)

    @functools.wraps(change)
    def method(self, *arguments, **options):
        before = list(self)
        found = change(self, *arguments, **options)
        try:
            self._renew()
        except TypeError:
            list.__setitem__(self, slice(None), before)
            raise
        return found

    return method


for _name in (
    "__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert", "pop", "remove",
    "reverse", "sort",
):  # fmt: skip
    setattr(Weights, _name, _renewing(_name))
