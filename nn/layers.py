r"""Neurons, layers and multi-layer perceptrons: names for what a graph computes.

A neuron $k$ reads inputs $x_j$, adds them up to its pre-activation $s_k = b_k + \sum_j w_{jk} x_j$ (one ``dot`` node)
and returns its activation $a_k = \Phi(s_k)$. Weights and biases are leaves labelled ``w1[2,3]`` (layer 1, from input 2
to neuron 3) and ``b1[3]``; the nodes of $s_k$ and $a_k$ are labelled ``s1[3]`` and ``a1[3]``. Layers, neurons and
inputs count from 1.
"""

import functools
import operator
import random as _random

from autograd import Value
from autograd.engine import functions
from autograd.engine.algebra import is_real
from autograd.engine.sums import affine

__all__ = ["MLP", "Layer", "Module", "Neuron", "NeuronName"]


class NeuronName(str):
    """A label that says which neuron it belongs to: of a node in a graph, or of a weight or bias.

    Attributes:
        layer, neuron: which one, from 1.
        activation: the name of its activation; None where the pre-activation is the output.
        source: of a weight, the input it belongs to, from 1; else None.
    """

    __slots__ = ("activation", "layer", "neuron", "source")
    layer: int
    neuron: int
    activation: str | None
    source: int | None

    def __new__(cls, letter, layer, neuron, activation=None, source=None):
        """A name such as ``s1[3]``: the letter, the layer, the neuron; with a weight's source, ``w1[2,3]``."""
        place = neuron if source is None else f"{source},{neuron}"
        name = super().__new__(cls, f"{letter}{layer}[{place}]")
        name.layer, name.neuron, name.activation, name.source = layer, neuron, activation, source
        return name

    def __getnewargs__(self):
        return self[0], self.layer, self.neuron, self.activation, self.source


class Module:
    """What has parameters: derive from it to write a layer of your own.

    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Value(2.0)
    ...     def __call__(self, x):
    ...         return [self.factor * each for each in x]
    ...     def parameters(self):
    ...         return [self.factor]
    >>> [y.data for y in Scale()([1.0, 3.0])]
    [2.0, 6.0]
    """

    def parameters(self) -> list[Value]:
        """The leaves to train, weights before the bias, neuron by neuron, layer by layer."""
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0


class Weights(list):
    """The weights of a neuron: a list. Whatever changes it has the neuron read its weights anew.

    Attributes:
        row: the weights, and after them the bias, as a tuple that all samples share; None once there was a change.
    """

    row: tuple | None = None


def _noting(name):
    change = getattr(list, name)

    @functools.wraps(change)
    def method(self, *arguments, **options):
        self.row = None
        return change(self, *arguments, **options)

    return method


for _name in (
    "__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert", "pop", "remove",
    "reverse", "sort",
):  # fmt: skip
    setattr(Weights, _name, _noting(_name))


class Neuron(Module):
    """One neuron.

    Args:
        n_inputs: how many inputs it reads, 1 or more.
        nonlin: micrograd's switch: False is the same as ``activation="linear"``.
        activation: the name of a function of ``autograd``, or ``"linear"``, or any function of one Value.
        bias: whether it has one; it starts at 0.
        layer, number: which neuron it is, for the labels.
        random: where the weights come from, uniform in [-1, 1); Python's shared generator by default.

    Attributes:
        w: the weights, a list of ``n_inputs`` Values. b: the bias, or None. Either can be replaced.
        nonlin: whether it has an activation.
    """

    def __init__(self, n_inputs, nonlin=True, activation="relu", bias=True, layer=1, number=1, random=_random):
        n_inputs = _count("a neuron reads {} inputs", n_inputs)
        self.activation = activation if nonlin else "linear"
        self._activate = _function(self.activation)
        self._is_named = isinstance(self.activation, str)
        shown = None if self._activate is None else _shown(self.activation)
        self.w = [
            Value(random.uniform(-1, 1), NeuronName("w", layer, number, shown, j)) for j in range(1, n_inputs + 1)
        ]
        self.b = Value(0.0, NeuronName("b", layer, number, shown)) if bias else None
        self._names = NeuronName("s", layer, number, shown), NeuronName("a", layer, number, shown)

    @property
    def w(self):
        """The weights, a list."""
        return self._w

    @w.setter
    def w(self, weights):
        self._w = Weights(weights)

    @property
    def b(self):
        """The bias, or None."""
        return self._b

    @b.setter
    def b(self, bias):
        self._b = bias
        self._w.row = None

    @property
    def nonlin(self):
        """Whether it has an activation."""
        return self._activate is not None

    @property
    def _row(self):
        row = self._w.row
        if row is None:
            row = self._w.row = tuple(self._w) if self._b is None else (*self._w, self._b)
        return row

    def __call__(self, x):
        """The activation, a Value, for a sequence of ``n_inputs`` numbers or Values.

        Raises:
            TypeError: the inputs are no sequence of numbers, or the activation function returned no Value.
            ValueError: there are more or fewer inputs.
        """
        return self._read(_inputs(x, len(self.w)))

    def _read(self, x):
        s = affine(self._row, x)
        s.label, a_name = self._names
        if self._activate is None:
            return s
        a = self._activate(s)
        if self._is_named:
            a.label = a_name
        else:
            self._name(a, s)
        return a

    def _name(self, a, s):
        """Label what an activation function of the user's returned."""
        if not isinstance(a, Value):
            raise TypeError(
                f"the activation {_shown(self.activation)} returned {type(a).__name__} {a!r}: compute its result from "
                "its argument, a Value, with arithmetic and the functions of autograd."
            )
        if a is s:
            s.label = NeuronName("s", s.label.layer, s.label.neuron)
        elif a.label is None:  # a leaf of the user's keeps its name
            a.label = self._names[1]

    def parameters(self) -> list[Value]:
        """The weights, then the bias if there is one."""
        return list(self._row)

    def __repr__(self):
        return f"{_shown(self.activation)} neuron of {len(self.w)} inputs"


class Layer(Module):
    """Neurons that read the same inputs.

    Args:
        n_inputs: how many inputs each reads.
        n_neurons: how many neurons there are.
        layer: which layer it is, for the labels.
        options: passed to each :class:`Neuron`: ``activation``, ``bias``, ``nonlin``, ``random``.
    """

    def __init__(self, n_inputs, n_neurons, layer=1, **options):
        n_neurons = _count("a layer has {} neurons", n_neurons)
        self.neurons = [Neuron(n_inputs, layer=layer, number=k + 1, **options) for k in range(n_neurons)]

    def __call__(self, x):
        """The activations, a list of Values; of a single neuron, that Value itself."""
        x = _inputs(x, len(self.neurons[0].w))
        out = [neuron._read(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Those of the neurons, in order."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join([str(neuron) for neuron in self.neurons])}]"


class MLP(Module):
    """A multi-layer perceptron: layers that read each other's activations.

    ``MLP(2, [16, 16, 1])`` is micrograd's: ReLU inside, a linear last layer, weights drawn with
    ``random.uniform(-1, 1)`` neuron by neuron, biases 0.

    Args:
        n_inputs: how many inputs the first layer reads.
        sizes: the number of neurons of each layer, the last being the outputs.
        activation: of the layers before the last; or a list with one for each layer, the last included.
        output: the activation of the last layer.
        bias: whether neurons have one.
        seed: for weights of its own generator; by default they come from Python's shared one.

    Raises:
        ValueError: a size is no positive integer, or an activation's name is that of no function of one number.
    """

    def __init__(self, n_inputs, sizes, activation="relu", output="linear", bias=True, seed=None):
        sizes = list(sizes) if hasattr(sizes, "__iter__") else []
        if not sizes:
            raise ValueError("an MLP has one layer or more: give a list of their sizes, such as [16, 16, 1].")
        each = list(activation) if isinstance(activation, (list, tuple)) else [activation] * (len(sizes) - 1) + [output]
        if len(each) != len(sizes):
            raise ValueError(f"{len(sizes)} layers and {len(each)} activations: give one for each layer.")
        generator = _random if seed is None else _random.Random(seed)
        self.layers = [
            Layer(n, m, layer=k + 1, activation=each[k], bias=bias, random=generator)
            for k, (n, m) in enumerate(zip([n_inputs, *sizes], sizes, strict=False))
        ]

    def __call__(self, x):
        """The outputs for one sample: a list of Values, or a Value where there is one output.

        Args:
            x: a sequence of ``n_inputs`` numbers or Values.

        Raises:
            TypeError: the inputs are no sequence of numbers, or an activation function returned no Value.
            ValueError: there are more or fewer inputs.
        """
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """Those of the layers, in order."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        sizes = [len(self.layers[0].neurons[0].w), *[len(layer.neurons) for layer in self.layers]]
        names = [_shown(layer.neurons[0].activation) for layer in self.layers]
        return f"MLP({'-'.join([str(n) for n in sizes])}, {', '.join(names)})"


def _count(what, n):
    """``n`` as an int, which a NumPy integer is too."""
    try:
        count = 0 if isinstance(n, bool) else operator.index(n)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"{what.format('1 or more')}, found {n!r}.")
    return count


def _inputs(x, n):
    if type(x) is not tuple:
        if isinstance(x, Value) or is_real(x):
            x = (x,)
        try:
            x = tuple(x)
        except TypeError:
            raise TypeError(f"inputs are a sequence of {n} numbers or Values, found {type(x).__name__}.") from None
    if len(x) != n:
        raise ValueError(f"expected {n} inputs, found {len(x)}: give one number for each.")
    return x


def _function(activation):
    """The function of an activation's name; None for linear."""
    if callable(activation):
        return activation
    if activation == "linear":
        return None
    if not isinstance(activation, str) or activation not in functions.__all__:
        raise ValueError(
            f"no activation is called {activation!r}: use 'linear', a function of autograd.engine.functions such as "
            "'relu', 'tanh' or 'sigmoid', or pass a function of one Value."
        )
    # A method is recorded the shortest way.
    function = getattr(Value, activation, None) or getattr(functions, activation)
    try:
        function(Value(0.5))  # here, and not at the first sample
    except TypeError:
        raise ValueError(
            f"{activation!r} takes more than one number: an activation is a function of one. For classes, leave the "
            "last layer linear and train with cross_entropy, which has the softmax in it."
        ) from None
    except ValueError:  # 0.5 is outside of its domain
        pass
    return function


def _shown(activation):
    return activation if isinstance(activation, str) else getattr(activation, "__name__", "custom")
