"""Neurons, layers and MLPs against micrograd's conventions and against arithmetic by hand."""

import copy
import math
import operator
import pickle
import random

import numpy as np
import pytest

from autograd import Value, tanh
from autograd.engine import functions
from nn import MLP, Layer, Neuron, train_mode


def test_weights_are_drawn_in_micrograds_order():
    random.seed(7)
    expected = [[random.uniform(-1, 1) for _ in range(n)] for n in (2, 2, 2, 3)]  # 3 neurons of 2, then 1 of 3
    after = random.random()
    random.seed(7)
    model = MLP(2, [3, 1])
    assert random.random() == after
    found = [[w.data for w in neuron.w] for layer in model.layers for neuron in layer.neurons]
    assert found == expected
    assert all(neuron.b.data == 0.0 for layer in model.layers for neuron in layer.neurons)


def test_parameters_are_in_micrograds_order():
    model = MLP(2, [2, 1], seed=0)
    (first, second), (third,) = [layer.neurons for layer in model.layers]
    assert model.parameters() == [*first.w, first.b, *second.w, second.b, *third.w, third.b]
    assert [p.label for p in model.parameters()] == [
        "w1[1,1]", "w1[2,1]", "b1[1]", "w1[1,2]", "w1[2,2]", "b1[2]", "w2[1,1]", "w2[2,1]", "b2[1]",
    ]  # fmt: skip


def set_parameters(model, numbers):
    for p, number in zip(model.parameters(), numbers, strict=True):
        p.data = number


def test_relu_inside_and_a_linear_last_layer():
    model = MLP(2, [2, 1], seed=0)
    set_parameters(model, [1.0, 2.0, 0.5, -1.0, -1.0, 0.25, 3.0, -4.0, -10.0])
    # s1 = 1*3 + 2*1 + 0.5 = 5.5; s2 = -3 - 1 + 0.25 < 0; out = 3*5.5 - 4*0 - 10
    out = model([3.0, 1.0])
    assert isinstance(out, Value)
    assert out.data == 6.5


def test_a_layer_of_several_neurons_returns_a_list_and_of_one_the_value():
    assert [type(y) for y in Layer(2, 3)([1.0, 2.0])] == [Value] * 3
    assert type(Layer(2, 1)([1.0, 2.0])) is Value


def test_a_neuron_is_one_dot_and_one_activation():
    neuron = Neuron(3, activation="tanh")
    a = neuron([1.0, Value(2.0), 3.0])
    (s,) = a.parents
    assert (str(a.op), str(s.op)) == ("tanh", "dot")
    assert (a.label, s.label) == ("a1[1]", "s1[1]")
    expected = sum(w.data * x for w, x in zip(neuron.w, (1.0, 2.0, 3.0), strict=True))
    assert s.data == pytest.approx(expected, rel=1e-15)
    assert a.data == math.tanh(s.data)


@pytest.mark.parametrize("spelling", [{"nonlin": False}, {"activation": "linear"}])
def test_a_linear_neuron_is_its_pre_activation(spelling):
    out = Neuron(2, **spelling)([1.0, 2.0])
    assert str(out.op) == "dot"
    assert out.label == "s1[1]"


def test_without_bias():
    model = MLP(2, [2, 1], bias=False, seed=0)
    assert len(model.parameters()) == 6
    set_parameters(model, [1.0, 1.0, 2.0, 0.0, 1.0, 10.0])
    assert model([3.0, 1.0]).data == 64.0
    assert model.layers[0].neurons[0].b is None


def test_activations_for_each_layer_by_name_or_function():
    model = MLP(1, [1, 1, 1], activation=["sigmoid", "tanh", lambda s: s * s], seed=0)
    set_parameters(model, [1.0, 0.0, 1.0, 0.0, 1.0, 1.0])
    assert model([0.0]).data == pytest.approx((math.tanh(0.5) + 1) ** 2, rel=1e-15)
    assert repr(model) == "MLP(1-1-1-1, sigmoid, tanh, <lambda>)"
    assert repr(MLP(1, [1, 1], activation=tanh)) == "MLP(1-1-1, tanh, linear)"


def test_a_seed_gives_the_same_weights_and_leaves_the_shared_generator_alone():
    random.seed(1)
    state = random.getstate()
    first, second = MLP(2, [2], seed=3), MLP(2, [2], seed=3)
    assert random.getstate() == state
    assert [p.data for p in first.parameters()] == [p.data for p in second.parameters()]
    assert [p.data for p in first.parameters()] != [p.data for p in MLP(2, [2], seed=4).parameters()]


def test_zero_grad_clears_every_parameter():
    model = MLP(2, [3, 1], seed=0)
    model([1.0, -1.0]).backward()
    assert any(p.grad != 0.0 for p in model.parameters())
    model.zero_grad()
    assert all(p.grad == 0.0 for p in model.parameters())


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_computes_the_same_and_is_independent(clone):
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    twin = clone(model)
    assert twin([1.0, 2.0]).data == model([1.0, 2.0]).data
    twin([1.0, 2.0]).backward()
    assert all(p.grad == 0.0 for p in model.parameters())
    name = twin([1.0, 2.0]).label
    assert (name, name.layer, name.neuron) == ("s2[1]", 2, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Neuron(0), "1 or more inputs, found 0"),
        (lambda: Neuron(2.0), "1 or more inputs, found 2.0"),
        (lambda: Layer(2, 0), "1 or more neurons, found 0"),
        (lambda: MLP(2, []), "one layer or more"),
        (lambda: MLP(2, [3, 1], activation=["tanh"]), "2 layers and 1 activations"),
        (lambda: MLP(2, [1], output="rleu"), "no activation is called 'rleu': did you mean 'relu'"),
        (lambda: MLP(2, [3, 1], activation="Sigmoid"), "no activation is called 'Sigmoid': did you mean 'sigmoid'"),
        (lambda: MLP(2, [3, 1], ["tanh", "sigmoyd"]), "no activation is called 'sigmoyd': did you mean 'sigmoid'"),
        (lambda: Layer(2, 3, activation="swish"), "no activation is called 'swish': did you mean 'silu'"),
        (lambda: Neuron(2, activation="identity"), "no activation is called 'identity': did you mean 'linear'"),
        (lambda: Neuron(2, activation="nonsense"), "no activation is called 'nonsense': [Uu]se 'linear'"),
        (lambda: MLP(2, [1], activation="nonsense"), "no activation is called 'nonsense'"),
        (lambda: MLP(2, [1], activation="sigmoid"), "there is no hidden layer: did you mean output='sigmoid'"),
        (lambda: MLP(2, [1], "relu"), "there is no hidden layer: did you mean output='relu'"),
        (lambda: MLP(2, [1], activation=tanh), "there is no hidden layer: did you mean output='tanh'"),
        (lambda: MLP(2, [1], activation="linear", output="tanh"), "there is no hidden layer"),
        (lambda: MLP(2, [1]).predict([0.0, 1.0]), r"a single row of 2: write predict\(\[x\]\), or model\(x\)"),
        (lambda: MLP(3, [2, 1]).predict((0.0, 1.0, 2.0)), r"a row of 3 numbers each, found a single row of 3"),
        (lambda: Layer(2, 2).predict([0.0, 1.0]), r"a single row of 2"),
        (lambda: Neuron(2).predict([Value(0.0), 1.0]), r"a single row of 2"),
        (
            lambda: MLP(2, [1])([[1.0, 2.0], [3.0, 4.0]]),
            r"one sample, .* found 2 rows: write \[model\(x\) for x in X\]",
        ),
        (lambda: MLP(2, [1])([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), "found 3 rows"),
        (lambda: Layer(2, 2)(([1.0, 2.0], [3.0, 4.0])), "found 2 rows"),
        (lambda: Neuron(2)([(1.0, 2.0), (3.0, 4.0)]), "found 2 rows"),
        (lambda: MLP(2, [1])(np.eye(2)), "found 2 rows"),
        (lambda: MLP(2, [1])(np.ones((2, 1))), "found 2 rows"),
        (lambda: MLP(2, [1], output="where_is_it"), "no activation is called"),
        (lambda: MLP(2, [1])([1.0]), "expected 2 inputs, found 1"),
        (lambda: MLP(2, [1])([1.0, 2.0, 3.0]), "expected 2 inputs, found 3"),
        (lambda: MLP(2, [1])(Value(1.0)), "expected 2 inputs, found 1"),
        (lambda: MLP(2, [1])(1.0), "expected 2 inputs, found 1"),
        (lambda: MLP(2, 3), "give a list of their sizes"),
        (lambda: MLP(2, [True]), "1 or more neurons, found True"),
        (lambda: Neuron(True), "1 or more inputs, found True"),
        (lambda: MLP(2, [1], output="atan2"), "'atan2' takes more than one number"),
        (lambda: MLP(2, [1], output="where"), "'where' takes more than one number"),
        (lambda: MLP(2, [1], output="softmax"), "train with cross_entropy"),
    ],
)
def test_bad_input_says_what_to_do(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_input_that_is_no_number_is_named():
    with pytest.raises(TypeError, match="str"):
        MLP(2, [1])([1.0, "2"])


def test_inputs_that_are_no_sequence_are_named():
    with pytest.raises(TypeError, match="a sequence of 2 numbers or Values, found NoneType"):
        MLP(2, [1])(None)


def test_numpy_integers_are_sizes_and_a_number_is_one_input():
    import numpy as np

    assert repr(MLP(np.int64(1), [np.int32(2), 1])) == "MLP(1-2-1, relu, linear)"
    model = MLP(1, [1], seed=0)
    assert model(2.0).data == model([2.0]).data


@pytest.mark.parametrize(
    "name", [name for name in functions.__all__ if name not in
             ("atan2", "dot", "hypot", "log_softmax", "logaddexp", "logsumexp", "maximum", "minimum", "softmax", "take",
              "total", "where")],
)  # fmt: skip
def test_every_function_of_one_number_is_an_activation(name):
    neuron = Neuron(1, activation=name)
    neuron.w[0].data = 1.25 if name == "acosh" else 0.5
    a = neuron([1.0])
    assert a.data == getattr(functions, name)(neuron.w[0].data)
    assert (a.label, a.label.activation) == ("a1[1]", name)


@pytest.mark.parametrize("result", [None, 0.5, "a"])
def test_an_activation_that_drops_the_graph_is_an_error(result):
    def broken(s):
        return result

    with pytest.raises(TypeError, match="the activation broken returned"):
        Neuron(1, activation=broken)([1.0])


def test_a_leaf_of_the_users_keeps_its_label():
    alpha = Value(0.5, "alpha")
    assert Neuron(1, activation=lambda s: alpha)([1.0]) is alpha
    assert alpha.label == "alpha"


def test_labels_say_which_neuron_they_belong_to():
    neuron = Neuron(2, activation="tanh", layer=3, number=4)
    a = neuron([1.0, 2.0])
    found = [
        (x.label, x.label.layer, x.label.neuron, x.label.activation, x.label.source)
        for x in (neuron.w[1], neuron.b, a.parents[0], a)
    ]
    assert found == [
        ("w3[2,4]", 3, 4, "tanh", 2),
        ("b3[4]", 3, 4, "tanh", None),
        ("s3[4]", 3, 4, "tanh", None),
        ("a3[4]", 3, 4, "tanh", None),
    ]
    assert Neuron(2, nonlin=False)([1.0, 2.0]).label.activation is None


# --- Assigned weights, activations and labels are used


def test_the_activation_can_be_replaced_and_is_seen_everywhere():
    neuron = Neuron(2, activation="tanh", layer=2, number=3)
    neuron.w, neuron.b = [Value(1.0), Value(2.0)], Value(0.5)
    assert [p.label for p in neuron.parameters()] == ["w2[1,3]", "w2[2,3]", "b2[3]"]
    for activation, name in (("sigmoid", "sigmoid"), ("linear", None), (functions.softplus, "softplus")):
        neuron.activation = activation
        assert neuron.activation is activation
        a = neuron([0.1, -0.2])
        expected = 0.5 + (0.1 * 1.0 + 2.0 * -0.2)
        assert a.data == pytest.approx(expected if name is None else getattr(functions, name)(expected), rel=1e-14)
        assert {p.label.activation for p in neuron.parameters()} == {name}
        assert a.label.activation == name
        assert str(neuron) == f"{name or 'linear'} neuron of 2 inputs"
        assert neuron.nonlin == (name is not None)


def changed(change):
    """Return the outputs of a model after a change."""
    model = MLP(2, [3, 2, 2], activation="tanh", seed=1)
    change(model)
    return repr(model), [y.data for y in model([0.5, -1.0])]


@pytest.mark.parametrize(
    ("change", "activations"),
    [
        (lambda m: setattr(m.layers[0], "activation", "relu"), ["relu", "tanh", "linear"]),
        (lambda m: setattr(m.layers[2], "activation", "sigmoid"), ["tanh", "tanh", "sigmoid"]),
        (lambda m: setattr(m, "activation", "softplus"), ["softplus", "softplus", "linear"]),
        (lambda m: setattr(m, "activation", ["sin", "linear", "tanh"]), ["sin", "linear", "tanh"]),
        (lambda m: setattr(m, "output", "sigmoid"), ["tanh", "tanh", "sigmoid"]),
    ],
)
def test_the_activations_of_layers_and_models_can_be_replaced(change, activations):
    expected = MLP(2, [3, 2, 2], activation=activations, seed=1)
    assert changed(change) == (repr(expected), [y.data for y in expected([0.5, -1.0])])
    assert expected.activation == activations
    assert expected.output == activations[-1]


def test_the_activation_of_a_model_leaves_a_mixed_last_layer_alone():
    model = MLP(2, [2, 2], activation="tanh", seed=1)
    model.layers[1].neurons[0].activation = "sigmoid"
    model.activation = "relu"
    assert model.activation == ["relu", ["sigmoid", "linear"]]
    assert model.output == ["sigmoid", "linear"]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: setattr(m.layers[0], "activation", "rleu"),
        lambda m: setattr(m, "activation", "rleu"),
        lambda m: setattr(m, "activation", ["relu", "tanh", "rleu"]),
        lambda m: setattr(m, "activation", ["relu"]),
        lambda m: setattr(m, "output", "softmax"),
        lambda m: setattr(m, "dropout", 1.0),
    ],
)
def test_what_no_model_can_have_is_refused_and_nothing_is_changed(change):
    def refused(model):
        with pytest.raises(ValueError, match=r"activation|dropout"):
            change(model)

    assert changed(refused) == changed(lambda model: None)


def test_the_dropout_of_a_model_can_be_replaced():
    model = MLP(2, [20, 1], dropout=0.5, seed=0)
    without = MLP(2, [20, 1], seed=0)
    assert model.dropout == 0.5
    with train_mode():
        assert len({model([0.5, 1.0]).data for _ in range(20)}) > 1
        model.dropout = 0.0
        assert {model([0.5, 1.0]).data for _ in range(20)} == {without([0.5, 1.0]).data}


def test_a_misspelt_activation_changes_nothing():
    neuron = Neuron(1, activation="tanh")
    before = neuron([0.5]).data
    with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
        neuron.activation = "sigmoide"
    assert (neuron.activation, neuron([0.5]).data) == ("tanh", before)


def test_a_value_keeps_its_label_and_can_be_shared():
    shared = Value(0.5, "shared")
    first, second = Neuron(2, activation="linear"), Neuron(2, activation="linear")
    first.w[0] = second.w[1] = first.b = shared
    loss = first([1.0, 0.0]) + second([0.0, 3.0])
    loss.backward()
    assert shared.grad == 1.0 + 1.0 + 3.0
    assert shared.label == "shared"
    second.w = first.w
    second.w[0] = Value(9.0)
    assert first.w[0] is shared  # the list is copied, its Values are not
    assert second.w[1] is first.w[1]


@pytest.mark.parametrize(
    "assign",
    [
        lambda n: setattr(n, "b", 0.5),
        lambda n: setattr(n, "w", [1.0, 2.0]),
        lambda n: n.w.append(1.0),
        lambda n: n.w.__setitem__(0, 1.0),
        lambda n: n.w.__setitem__(slice(0, 2), [Value(1.0), 2]),
    ],
)
def test_what_is_no_value_is_refused_and_nothing_is_changed(assign):
    neuron = Neuron(2, activation="linear", seed=0)
    before = neuron.parameters()
    with pytest.raises(TypeError, match=r"is a Value, found .* write Value\("):
        assign(neuron)
    assert neuron.parameters() == before
    assert [*neuron.w, neuron.b] == before


def test_weights_and_lists_and_tuples_are_added():
    neuron = Neuron(2)
    first, second = neuron.w
    bias = [neuron.b]
    assert operator.add(neuron.w, bias) == [first, second, neuron.b]
    assert operator.add(bias, neuron.w) == [neuron.b, first, second]
    assert operator.add(neuron.w, tuple(bias)) == (first, second, neuron.b)
    assert operator.add(tuple(bias), neuron.w) == (neuron.b, first, second)
    assert neuron.w * 2 == [first, second, first, second]
    assert type(neuron.w.copy()) is list


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Layer(2, 2, "tanh"),
            "layer of Layer is a number for the labels, found 'tanh': write activation='tanh'",
        ),
        (lambda: Layer(2, 2, 1, "tanh"), "seed of Layer is for its weights, .*: write activation='tanh'"),
        (lambda: Layer(2, 2, tanh), "layer of Layer is a number for the labels, .*: write activation='tanh'"),
        (lambda: Neuron(2, "tanh"), "nonlin of Neuron is True or False, found 'tanh': write activation='tanh'"),
        (lambda: Neuron(2, tanh), "nonlin of Neuron is True or False, .*: write activation='tanh'"),
        (lambda: Neuron(2, bias="no"), "bias of Neuron is True or False, found 'no'"),
        (lambda: MLP(2, [1], bias="no"), "bias of MLP is True or False, found 'no'"),
        (lambda: MLP(2, [1], bias=Value(1.0)), "bias of MLP is True or False"),
        (lambda: MLP(2, [2, 1])({0.5, 1.0}), "a sequence of 2 numbers or Values, found set"),
        (lambda: MLP(2, [2, 1])({0: 1, 1: 1}), "a sequence of 2 numbers or Values, found dict"),
        (lambda: MLP(2, [2, 1])(b"ab"), "a sequence of 2 numbers or Values, found bytes"),
        (lambda: MLP(2, [2, 1])("ab"), "a sequence of 2 numbers or Values, found str"),
    ],
)
def test_arguments_of_the_wrong_kind(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_layers_and_neurons_have_seeds():
    state = random.getstate()
    drawn = [w.data for neuron in Layer(2, 3, seed=5).neurons for w in neuron.w]
    assert random.getstate() == state
    assert drawn == [w.data for neuron in MLP(2, [3], seed=5).layers[0].neurons for w in neuron.w]
    assert len(set(drawn)) == 6
    assert [w.data for w in Neuron(2, seed=5).w] == drawn[:2]


@pytest.mark.parametrize("name", ["evaluate", "forward", "fit", "train", "state_dict", "summary", "save", "weights"])
def test_names_of_other_libraries_raise_with_what_to_write(name):
    model = MLP(2, [1])
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=f"'MLP' object has no attribute '{name}': .*model"):
        getattr(model, name)
    with pytest.raises(AttributeError, match=r"'Layer' object has no attribute 'nothing'$"):
        model.layers[0].nothing  # noqa: B018 - the look-up is what is tested


def test_names_of_other_libraries_are_not_listed_and_can_be_taken():
    class Mine(MLP):
        def forward(self, x):
            return self(x)

    model = Mine(2, [1], seed=0)
    assert "forward" in dir(model)
    assert "parameters" in dir(model)
    assert "state_dict" not in dir(model)
    assert model.forward([1.0, 2.0]).data == model([1.0, 2.0]).data
    model.weights = [1.0]
    assert model.weights == [1.0]
    with pytest.raises(AttributeError, match=r"type object 'MLP' has no attribute 'summary': .*model"):
        MLP.summary  # noqa: B018 - the look-up is what is tested
