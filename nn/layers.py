r"""Neurons, layers and multi-layer perceptrons: names for what a graph computes.

A neuron $k$ reads inputs $x_j$, adds them up to its pre-activation $s_k = b_k + \sum_j w_{jk} x_j$ (one ``dot`` node)
and returns its activation $a_k = \Phi(s_k)$. Weights and biases are leaves labelled ``w1[2,3]`` (layer 1, from input 2
to neuron 3) and ``b1[3]``; the nodes of $s_k$ and $a_k$ are labelled ``s1[3]`` and ``a1[3]``. Layers, neurons and
inputs count from 1.
"""

import random as _random

from autograd import Value, functions
from autograd.sums import affine

__all__ = ["MLP", "Layer", "Neuron", "NeuronName"]


class NeuronName(str):
    """The label of a neuron's node in a graph, which says which neuron it is.

    Attributes:
        layer, neuron: which one, from 1.
    """

    __slots__ = ("layer", "neuron")
    layer: int
    neuron: int

    def __new__(cls, letter, layer, neuron):
        """A name such as ``s1[3]``: the letter, the layer and the neuron."""
        name = super().__new__(cls, f"{letter}{layer}[{neuron}]")
        name.layer, name.neuron = layer, neuron
        return name

    def __getnewargs__(self):
        return self[0], self.layer, self.neuron


class Module:
    """What has parameters."""

    def parameters(self) -> list[Value]:
        """The leaves to train, weights before the bias, neuron by neuron, layer by layer."""
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Module):
    """One neuron.

    Args:
        n_inputs: how many inputs it reads, 1 or more.
        nonlin: micrograd's switch: False is the same as ``activation="linear"``.
        activation: the name of a function in ``autograd.functions``, or ``"linear"``, or any function of one Value.
        bias: whether it has one; it starts at 0.
        layer, number: which neuron it is, for the labels.
        random: where the weights come from, uniform in [-1, 1); Python's shared generator by default.

    Attributes:
        w: the weights, a tuple of ``n_inputs`` Values. b: the bias, or None.
    """

    def __init__(self, n_inputs, nonlin=True, activation="relu", bias=True, layer=1, number=1, random=_random):
        if not isinstance(n_inputs, int) or n_inputs < 1:
            raise ValueError(f"a neuron reads 1 or more inputs, found {n_inputs!r}.")
        self.w = tuple([Value(random.uniform(-1, 1), f"w{layer}[{i + 1},{number}]") for i in range(n_inputs)])
        self.b = Value(0.0, f"b{layer}[{number}]") if bias else None
        self.activation = activation if nonlin else "linear"
        self._activate = _function(self.activation)
        self._row = self.w if self.b is None else (*self.w, self.b)
        self._names = NeuronName("s", layer, number), NeuronName("a", layer, number)

    def __call__(self, x):
        """The activation, a Value, for a sequence of ``n_inputs`` numbers or Values.

        Raises:
            ValueError: there are more or fewer inputs.
        """
        return self._read(_inputs(x, len(self.w)))

    def _read(self, x):
        s = affine(self._row, x)
        s.label, a_name = self._names
        if self._activate is None:
            return s
        a = self._activate(s)
        if isinstance(a, Value) and a is not s:
            a.label = a_name
        return a

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
        if not isinstance(n_neurons, int) or n_neurons < 1:
            raise ValueError(f"a layer has 1 or more neurons, found {n_neurons!r}.")
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
        ValueError: a size is no positive integer, or an activation has no such name.
    """

    def __init__(self, n_inputs, sizes, activation="relu", output="linear", bias=True, seed=None):
        sizes = list(sizes)
        if not sizes:
            raise ValueError("an MLP has one layer or more: give the sizes, such as [16, 16, 1].")
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


def _inputs(x, n):
    if isinstance(x, Value):
        x = (x,)
    x = x if type(x) is tuple else tuple(x)
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
            f"no activation is called {activation!r}: use 'linear', a function of autograd.functions such as "
            "'relu', 'tanh' or 'sigmoid', or pass a function of one Value."
        )
    # A method is recorded the shortest way.
    return getattr(Value, activation, None) or getattr(functions, activation)


def _shown(activation):
    return activation if isinstance(activation, str) else getattr(activation, "__name__", "custom")
