"""The weights of a neuron: a list that can be changed. The neuron computes with the Values that are in the list."""

import functools

from autograd import Value
from nn.names import NeuronName

__all__ = ["Weights"]


class Weights(list):
    """The weights of a neuron, and its bias.

    It is a list of Values that supports all changes of a list. A new Value without a label gets the label of the weight
    that it replaces. The sum with a list is a list, and the sum with a tuple is a tuple.

    Args:
        values: the weights.
        bias: the bias, or None.
        place: the parts of the labels: the layer, the number, and the name of the activation or None.

    Attributes:
        row: a tuple of the weights, followed by the bias if there is one. All samples share this tuple.
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
        """Change the labels of this neuron, because its activation has another name now."""
        mine = self._place[:2]
        self._place = place
        for value in self.row:
            if isinstance(value.label, NeuronName) and (value.label.layer, value.label.neuron) == mine:
                value.label = None
        self._renew()

    def _renew(self):
        """Check the weights after a change, label them, and make the row again."""
        for value in self:
            _check("a weight", value)
        layer, number, shown = self._place
        if any(value.label is None for value in self):
            for value, name in zip(self, NeuronName.of_weights(len(self), layer, number, shown), strict=True):
                if value.label is None:
                    value.label = name
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
        """Return the weights as an ordinary list."""
        return list(self)

    def __reduce__(self):
        return Weights, (list(self), self._bias, self._place)


def _check(what, value):
    if not isinstance(value, Value):
        raise TypeError(
            f"{what} is a Value, found {type(value).__name__} {value!r}: write Value({value!r}), or set the data of "
            "the present one, as in neuron.w[0].data = 0.5."
        )


def _renewing(name):
    """Return a method of lists that also makes the row again. If an element is not a Value, it changes nothing."""
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
