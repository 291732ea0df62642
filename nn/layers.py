r"""Neurons, layers and multi-layer perceptrons.

A neuron $k$ reads the inputs $x_j$ and computes its pre-activation $s_k = b_k + \sum_j w_{jk} x_j$ (one ``dot`` node).
It returns its activation $a_k = \Phi(s_k)$. Weights and biases are leaves with labels such as ``w1[2,3]`` (in layer 1,
from input 2 to neuron 3) and ``b1[3]``. The nodes of $s_k$ and $a_k$ have the labels ``s1[3]`` and ``a1[3]``. Layers,
neurons and inputs are counted from 1.
"""

import random as _random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from autograd import Value
from autograd.engine import functions
from autograd.engine.absent import listed
from autograd.engine.sums import affine
from nn.activations import Activation, function_of, of_layers, shown
from nn.advice import advise, unknown_options
from nn.arguments import activation_meant, count_of, inputs_of, number_of, refuse_batch, switch_of
from nn.data import generator_of, is_text
from nn.dropout import Dropout
from nn.initializing import OfLayer, weights
from nn.names import NeuronName
from nn.optimizers import check_setting
from nn.predicting import predictions
from nn.protocols import Seed
from nn.weights import Weights

__all__ = ["MLP", "Layer", "Module", "Neuron", "NeuronName"]


_SETTINGS_OF_AN_MLP = ("n_inputs", "sizes", "activation", "output", "bias", "seed", "init", "dropout")
Init = str | Callable[[int, int, Any], float] | None


@advise
class Module:
    """The base class of everything that has parameters. Derive from it to write a layer of your own.

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
        """Return the leaves to train, layer by layer and neuron by neuron, the weights of a neuron before its bias.

        Example:
            >>> from nn import MLP
            >>> len(MLP(2, [3, 1]).parameters())  # two weights and a bias for each of 3 neurons, and four numbers
            13
        """
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.

        Example:
            >>> model = MLP(1, [1], seed=0)
            >>> model([2.0]).backward()
            >>> model.zero_grad()
            >>> [p.grad for p in model.parameters()]
            [0.0, 0.0]
        """
        for p in self.parameters():
            p.grad = 0.0

    def predict(self, X: Iterable[Any]) -> list[Any]:
        """Return the outputs for samples as plain numbers. Nothing is recorded.

        Args:
            X: the inputs, one row for each sample: nested lists, an array or a data frame. For a single sample, call
                ``model(x)``.

        Returns:
            A list with an entry for each sample: a float, or a list of floats if there are several outputs.

        Raises:
            TypeError, ValueError: X is not a sequence of rows, or the length of a row does not fit the model.

        >>> model = MLP(2, [1], init="zeros")
        >>> model.predict([[1.0, 2.0], [3.0, 4.0]])
        [0.0, 0.0]
        """
        return predictions(self, X)

    def __dir__(self):
        return listed(self, super().__dir__())


class Neuron(Module):
    """One neuron.

    Its weights, bias and activation can be replaced. From then on, the neuron computes with the new ones:

    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> neuron.w = [Value(1.0), Value(2.0)]
    >>> neuron.b = Value(0.5)
    >>> neuron.activation = "linear"
    >>> neuron([3.0, 1.0]).data
    5.5

    Args:
        n_inputs: the number of inputs, 1 or more.
        nonlin: the switch of micrograd: False is the same as ``activation="linear"``.
        activation: the name of a function of ``autograd``, or ``"linear"``, or any function of one Value.
        bias: True for a neuron with a bias, which starts at 0.
        layer, number: the numbers of the layer and of the neuron, for the labels.
        random: the random generator that draws the weights; by default Python's shared generator.
        seed: the seed of a generator that is used in place of ``random``.
        init: the initialisation of the weights, a name or a function: see :func:`nn.initializing.initializer`. By
            default, weights are uniform in [-1, 1).

    Raises:
        TypeError: an argument has the wrong type, such as the name of an activation in place of ``nonlin``.
        ValueError: ``n_inputs`` is not a positive integer, or the activation is not the name of a function of one
            number.
    """

    def __init__(
        self,
        n_inputs: int,
        nonlin: bool = True,
        activation: Activation = "relu",
        bias: bool = True,
        layer: int = 1,
        number: int = 1,
        random: Any = _random,
        seed: Seed = None,
        init: Init = None,
    ) -> None:
        n_inputs = count_of("a neuron reads {} inputs", n_inputs)
        nonlin, bias = switch_of("Neuron", "nonlin", nonlin), switch_of("Neuron", "bias", bias)
        layer, number = number_of("Neuron", "layer", layer), number_of("Neuron", "number", number)
        generator = random if seed is None else generator_of(seed)
        self._place = layer, number
        self._use(activation if nonlin else "linear")
        drawn = [Value(x) for x in weights(init, n_inputs, generator)]
        self._weights = Weights(drawn, Value(0.0) if bias else None, (layer, number, self._shown))

    def __setstate__(self, state):
        if "_weights" in state:
            self.__dict__.update(state)
            return
        name = state["_names"][0]  # pickled by version 0.1
        self._place = name.layer, name.neuron
        self._use(state["activation"])
        self._weights = Weights(list(state["w"]), state["b"], (*self._place, self._shown))

    def _use(self, activation):
        self._activate = function_of(activation)
        self._activation = activation
        self._is_named = isinstance(activation, str)
        self._shown = None if self._activate is None else shown(activation)
        self._names = NeuronName("s", *self._place, self._shown), NeuronName("a", *self._place, self._shown)

    @property
    def w(self) -> Weights:
        """The weights, a list of ``n_inputs`` Values. One of them or the whole list can be replaced.

        Example:
            >>> [w.label for w in Neuron(2, seed=0).w]
            ['w1[1,1]', 'w1[2,1]']
        """
        return self._weights

    @w.setter
    def w(self, values: Iterable[Value]) -> None:
        self._weights[:] = values

    @property
    def b(self) -> Value | None:
        """The bias, or None. It can be replaced by another Value, or by None.

        Example:
            >>> Neuron(2, seed=0).b.data
            0.0
        """
        return self._weights.bias

    @b.setter
    def b(self, value: Value | None) -> None:
        self._weights.bias = value

    @property
    def activation(self) -> Activation:
        """The activation, as it was given. It can be set to another name, or to a function of one Value.

        Example:
            >>> Neuron(2, activation="tanh").activation
            'tanh'
        """
        return self._activation

    @activation.setter
    def activation(self, activation: Activation) -> None:
        self._use(activation)
        self._weights.rename((*self._place, self._shown))

    @property
    def nonlin(self) -> bool:
        """True if the neuron has an activation that is not linear. The name comes from micrograd.

        Example:
            >>> Neuron(2).nonlin, Neuron(2, activation="linear").nonlin
            (True, False)
        """
        return self._activate is not None

    def activate(self, s: Value) -> Any:
        """Return the activation of a pre-activation.

        >>> Neuron(2, activation="relu").activate(Value(-0.5)).data
        0.0
        """
        return s if self._activate is None else self._activate(s)

    def __call__(self, x: Iterable[Any]) -> Value:
        """Return the activation, a Value, for a sequence of ``n_inputs`` numbers or Values.

        Raises:
            TypeError: the inputs are not a sequence of numbers, or the activation function did not return a Value.
            ValueError: the number of inputs is not ``n_inputs``.
        """
        x = inputs_of(x, len(self._weights))
        try:
            return self._read(x)
        except TypeError:
            refuse_batch(x)
            raise

    def _read(self, x):
        s = affine(self._weights.row, x)
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
        """Label the result of a user's activation function."""
        if not isinstance(a, Value):
            raise TypeError(
                f"the activation {shown(self.activation)} returned {type(a).__name__} {a!r}: compute its result from "
                "its argument, a Value, with arithmetic and the functions of autograd."
            )
        if a is s:
            s.label = NeuronName("s", s.label.layer, s.label.neuron)
        elif a.label is None:  # a label that the user gave is kept
            a.label = self._names[1]

    def parameters(self) -> list[Value]:
        """Return the weights, followed by the bias if there is one.

        Example:
            >>> len(Neuron(2).parameters())
            3
        """
        return list(self._weights.row)

    def __repr__(self):
        return f"{shown(self.activation)} neuron of {len(self.w)} inputs"


class Layer(Module):
    """A layer: neurons that read the same inputs.

    Args:
        n_inputs: the number of inputs of each neuron.
        n_neurons: the number of neurons.
        layer: the number of the layer, for the labels.
        seed: the seed of a generator for the weights; by default, Python's shared generator draws them.
        init: the initialisation of the weights, a name or a function: see :func:`nn.initializing.initializer`.
        options: options for each :class:`Neuron`: ``activation``, ``bias``, ``nonlin``, ``random``.

    Raises:
        TypeError: an argument has the wrong type, such as the name of an activation in place of ``layer``.
        ValueError: a size is not a positive integer, or the activation is not the name of a function of one number.

    Example:
        >>> layer = Layer(2, 3, activation="tanh", seed=0)
        >>> len(layer([1.0, 2.0]))
        3
    """

    def __init__(
        self, n_inputs: int, n_neurons: int, layer: int = 1, seed: Seed = None, init: Init = None, **options: Any
    ) -> None:
        n_neurons = count_of("a layer has {} neurons", n_neurons)
        layer = number_of("Layer", "layer", layer)
        if isinstance(seed, str) and (seed == "linear" or seed in functions.__all__):
            raise TypeError(
                f"seed of Layer is for its weights, found the name of an activation{activation_meant(seed)}."
            )
        if seed is not None:
            options["random"] = generator_of(seed)
        options["init"] = OfLayer(init, n_neurons)
        self.neurons = [Neuron(n_inputs, layer=layer, number=k + 1, **options) for k in range(n_neurons)]

    def __call__(self, x: Iterable[Any]) -> Any:
        """Return the activations as a list of Values; for a single neuron, as a Value."""
        x = inputs_of(x, len(self.neurons[0]._weights))
        try:
            out = [neuron._read(x) for neuron in self.neurons]
        except TypeError:
            refuse_batch(x)
            raise
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Return the parameters of the neurons, in order.

        Example:
            >>> len(Layer(2, 3).parameters())
            9
        """
        return [p for neuron in self.neurons for p in neuron.parameters()]

    @property
    def activation(self) -> Any:
        """The activation of the neurons; a list if they differ. Setting it changes the activation of all neurons.

        >>> layer = Layer(2, 3, activation="tanh", seed=0)
        >>> layer.activation = "relu"
        >>> layer.neurons[2]
        relu neuron of 2 inputs
        """
        found = [neuron.activation for neuron in self.neurons]
        return found if any(each != found[0] for each in found) else found[0]

    @activation.setter
    def activation(self, activation: Activation) -> None:
        function_of(activation)  # raises for a wrong one, before anything is changed
        for neuron in self.neurons:
            neuron.activation = activation

    def activations(self) -> str:
        """Return the name of the neurons' activation, or the text of a list of names if they differ.

        Example:
            >>> Layer(2, 2, activation="tanh").activations()
            'tanh'
        """
        names = [shown(neuron.activation) for neuron in self.neurons]
        return names[0] if len(set(names)) == 1 else f"[{', '.join(names)}]"

    def __repr__(self):
        return f"Layer of [{', '.join([str(neuron) for neuron in self.neurons])}]"


class MLP(Module):
    """A multi-layer perceptron: layers, each of which reads the activations of the layer before.

    ``MLP(2, [16, 16, 1])`` is the same as in micrograd: it has ReLU activations and a linear last layer. Its weights
    are drawn with ``random.uniform(-1, 1)`` neuron by neuron, and its biases are 0.

    Args:
        n_inputs: the number of inputs of the first layer.
        sizes: the number of neurons of each layer. The last layer has the outputs.
        activation: the activation of all layers before the last, ReLU by default; or a list with one for each layer,
            including the last.
        output: the activation of the last layer.
        bias: True for neurons with a bias.
        seed: the seed of a generator for the weights; by default, Python's shared generator draws them.
        init: the initialisation of the weights, a name such as ``"glorot"`` or a function: see
            :func:`nn.initializing.initializer`.
        dropout: the probability of :class:`nn.Dropout` before each layer but the first, 0 by default.

    Raises:
        TypeError: an option does not exist. If another library has an option of that name, the message says what to
            write.
        ValueError: a size is not a positive integer, an activation is not the name of a function of one number, or an
            activation applies to no layer.

    Example:
        >>> model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
        >>> model
        MLP(2-3-1, tanh, sigmoid)
        >>> round(model([0.5, -1.0]).data, 6)
        0.436328
    """

    _dropout: Dropout | None = None  # models that version 0.1 pickled do not have this attribute

    def __init__(
        self,
        n_inputs: int,
        sizes: Iterable[int] = (),
        activation: Activation | Sequence[Activation] | None = None,
        output: Activation = "linear",
        bias: bool = True,
        seed: Seed = None,
        init: Init = None,
        dropout: float = 0.0,
        **unknown: NoReturn,
    ) -> None:
        if unknown:
            unknown_options("MLP", unknown, _SETTINGS_OF_AN_MLP)
        sizes = list(sizes) if hasattr(sizes, "__iter__") and not is_text(sizes) else []
        if hasattr(n_inputs, "__iter__"):
            raise TypeError(
                "an MLP takes the number of inputs, and a list of the sizes of its layers: write MLP(2, [16, 16, 1])."
            )
        if not sizes:
            raise ValueError("an MLP has one layer or more: give a list of their sizes, such as [16, 16, 1].")
        each = of_layers(len(sizes), activation, output)
        bias = switch_of("MLP", "bias", bias)
        generator = _random if seed is None else generator_of(seed)
        self.layers = [
            Layer(n, m, layer=k + 1, activation=each[k], bias=bias, random=generator, init=init)
            for k, (n, m) in enumerate(zip([n_inputs, *sizes], sizes, strict=False))
        ]
        self._drop(dropout, seed)

    def _drop(self, dropout, seed=None):
        check_setting("dropout", dropout, least=0.0, below=1.0)
        self._dropout = Dropout(dropout, seed=seed) if dropout else None

    def __call__(self, x: Iterable[Any]) -> Any:
        """Return the outputs for one sample: a list of Values, or a Value if there is one output.

        Args:
            x: a sequence of ``n_inputs`` numbers or Values.

        Raises:
            TypeError: the inputs are not a sequence of numbers, or an activation function did not return a Value.
            ValueError: the number of inputs is not ``n_inputs``.
        """
        for k, layer in enumerate(self.layers):
            x = layer(x if k == 0 or self._dropout is None else self._dropout(x))
        return x

    @property
    def activation(self) -> Any:
        """The activations, a list with one for each layer. It can be set to the same values as in the constructor.

        >>> model = MLP(2, [3, 3, 1], activation="tanh", seed=0)
        >>> model.activation = "relu"
        >>> model, model.activation
        (MLP(2-3-3-1, relu, relu, linear), ['relu', 'relu', 'linear'])
        """
        return [layer.activation for layer in self.layers]

    @activation.setter
    def activation(self, activation: Activation | Sequence[Activation]) -> None:
        each = of_layers(len(self.layers), activation, self.output)
        new = [(layer, one) for layer, one in zip(self.layers, each, strict=True) if not isinstance(one, list)]
        for _, one in new:
            function_of(one)  # raises for a wrong one, before anything is changed
        for layer, one in new:
            layer.activation = one

    def __getitem__(self, i: object) -> NoReturn:
        raise TypeError(f"a model has its layers in a list: write model.layers[{i!r}] in place of model[{i!r}].")

    @property
    def dropout(self) -> float:
        """The probability of the dropout before each layer but the first.

        Example:
            >>> MLP(2, [3, 1], dropout=0.5).dropout
            0.5
        """
        return 0.0 if self._dropout is None else self._dropout.p

    @dropout.setter
    def dropout(self, dropout: float) -> None:
        self._drop(dropout)

    @property
    def output(self) -> Any:
        """The activation of the last layer.

        Example:
            >>> MLP(2, [3, 1], output="sigmoid").output
            'sigmoid'
        """
        return self.layers[-1].activation

    @output.setter
    def output(self, output: Activation) -> None:
        self.layers[-1].activation = output

    def parameters(self) -> list[Value]:
        """Return the parameters of the layers, in order.

        Example:
            >>> len(MLP(2, [3, 1]).parameters())
            13
        """
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        sizes = [len(self.layers[0].neurons[0].w), *[len(layer.neurons) for layer in self.layers]]
        names = [layer.activations() for layer in self.layers]
        return f"MLP({'-'.join([str(n) for n in sizes])}, {', '.join(names)})"
