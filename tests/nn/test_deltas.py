"""Deltas read from the graph: against the recursion worked by hand, and exactly against the engine's gradients."""

import functools
import math
import operator
import random
from fractions import Fraction

import pytest

from autograd import GraphError, StaleGraphError, Value, dot, gelu, no_grad, where
from nn import MLP, Neuron, cross_entropy, deltas, half_sse, sse
from nn.deltas import DeltaTable, NeuronDelta


def added(numbers):
    """Return the sum, rounded after each addition as in the engine.

    Python's own sum corrects its rounding since 3.12.
    """
    return functools.reduce(operator.add, numbers)


def batch(n, inputs, outputs, seed):
    generator = random.Random(seed)
    return [
        ([generator.gauss(0, 1) for _ in range(inputs)], [generator.random() for _ in range(outputs)]) for _ in range(n)
    ]


def test_a_network_worked_by_hand_in_fractions():
    # One input, two linear hidden neurons, one linear output; L = (t - y)^2 with x = 3, t = 1.
    # s1 = (1/2 x + 1, -x + 2) = (5/2, -1); y = 2 * 5/2 - 1 * (-1) = 6; L = 25.
    # delta of the output: -2 (t - y) = 10; of the hidden ones: 10 * 2 and 10 * (-1).
    model = MLP(1, [2, 1], activation="linear", seed=0)
    for p, x in zip(model.parameters(), [0.5, 1.0, -1.0, 2.0, 2.0, -1.0, 0.0], strict=True):
        p.data = x
    table = deltas(sse(model([3.0]), 1.0))
    assert [tuple(row) for row in table] == [
        (2, 1, 1, 6.0, 6.0, 10.0, (2.5, -1.0)),
        (1, 1, 1, 2.5, 2.5, 20.0, (3.0,)),
        (1, 2, 1, -1.0, -1.0, -10.0, (3.0,)),
    ]
    assert Fraction(table[1].delta) == Fraction(2) * 5 * 2


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_recursion_of_backpropagation(activation):
    derivative = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a * a}[activation]
    model = MLP(3, [4, 3, 2], activation=activation, output=activation, seed=1)
    samples = batch(3, 3, 2, seed=2)
    table = deltas(sum(half_sse(model(x), t) for x, t in samples))
    assert len(table) == 3 * (4 + 3 + 2)
    found = {(row.layer, row.neuron, row.sample): row for row in table}
    for n, (x, t) in enumerate(samples, start=1):
        for k, neuron in enumerate(model.layers[2].neurons, start=1):
            row = found[3, k, n]
            assert row.delta == pytest.approx(-(t[k - 1] - row.a) * derivative(row.a), rel=1e-12)
            assert row.inputs == tuple(found[2, j, n].a for j in (1, 2, 3))
            assert len(neuron.w) == 3
        for layer in (2, 1):
            after = model.layers[layer].neurons
            for h in range(1, len(model.layers[layer - 1].neurons) + 1):
                row = found[layer, h, n]
                downstream = math.fsum(
                    [found[layer + 1, o, n].delta * after[o - 1].w[h - 1].data for o in range(1, len(after) + 1)]
                )
                assert row.delta == pytest.approx(derivative(row.a) * downstream, rel=1e-10, abs=1e-16)
        assert found[1, 1, n].inputs == tuple(x)


@pytest.mark.parametrize("combine", ["sum", "total", "mean"])
@pytest.mark.parametrize(
    ("sizes", "activation", "loss"),
    [
        ([3, 1], "tanh", half_sse),
        ([5, 4, 2], "sigmoid", sse),
        ([4, 3], "relu", lambda y, t: cross_entropy(y, [x / sum(t) for x in t])),
        ([3, 3], gelu, half_sse),
        ([3, 2], lambda s: s * s / (1 + s * s), half_sse),
    ],
)
def test_each_gradient_is_exactly_the_sum_of_delta_times_input(sizes, activation, loss, combine):
    from autograd import total

    model = MLP(4, sizes, activation=activation, seed=3)
    losses = [loss(model(x), t) for x, t in batch(7, 4, sizes[-1], seed=4)]
    result = {"sum": sum, "total": total, "mean": lambda each: sum(each) * (1.0 / len(each))}[combine](losses)
    table = deltas(result)
    result.backward()
    for number, layer in enumerate(model.layers, start=1):
        for k, neuron in enumerate(layer.neurons, start=1):
            rows = [row for row in table if (row.layer, row.neuron) == (number, k)]
            assert [row.sample for row in rows] == list(range(1, 8))
            for j, w in enumerate(neuron.w):
                assert w.grad == added(row.delta * row.inputs[j] for row in rows)
            assert neuron.b.grad == added(row.delta for row in rows)


def test_pre_activation_and_activation_are_those_of_the_forward_pass():
    model = MLP(2, [3], activation=["softplus"], seed=5)
    (table,) = [deltas(sum(model([0.3, -2.0])))]
    for row, neuron in zip(table, model.layers[0].neurons, strict=True):
        s = neuron.b.data + neuron.w[0].data * 0.3 + neuron.w[1].data * -2.0
        assert row.s == pytest.approx(s, rel=1e-15)
        assert row.a == pytest.approx(math.log1p(math.exp(s)), rel=1e-15)


def test_gradients_stay_as_they_are():
    model = MLP(2, [2, 1], seed=0)
    loss = half_sse(model([1.0, 2.0]), 0.5)
    for p in model.parameters():
        p.grad = 7.0
    deltas(loss)
    assert [p.grad for p in model.parameters()] == [7.0] * 9
    assert loss.grad == 0.0


def test_two_models_under_one_loss_are_kept_apart():
    one, other = MLP(1, [1], seed=0), MLP(1, [1], seed=1)
    table = deltas(one([1.0]) + 2 * other([1.0]))
    assert sorted((row.sample, row.delta) for row in table) == [(1, 1.0), (1, 2.0)]


def test_a_neuron_on_its_own():
    neuron = Neuron(2, activation="tanh", layer=4, number=2)
    (row,) = deltas(neuron([1.0, 0.5]))
    assert (row.layer, row.neuron, row.inputs) == (4, 2, (1.0, 0.5))
    assert row.delta == pytest.approx(1 - row.a**2, rel=1e-14)


def test_the_table_prints_and_escapes():
    table = deltas(half_sse(MLP(8, [1], activation="linear", seed=0)([0.5] * 8), 1.0))
    lines = str(table).splitlines()
    assert lines[0].split() == ["layer", "neuron", "sample", "s", "a", "delta", "inputs"]
    assert lines[1].split()[:3] == ["1", "1", "1"]
    assert lines[1].endswith("0.5, ...")
    html = table._repr_html_()
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 7
    hostile = DeltaTable([NeuronDelta("<script>", 1, 1, 0.0, 0.0, 0.0, (1.0,))])
    assert "<script>" not in hostile._repr_html_()


@pytest.mark.parametrize("loss", [Value(1.0), Value(1.0) * 2])
def test_a_graph_without_neurons_is_an_error(loss):
    with pytest.raises(GraphError, match="no neuron is recorded"):
        deltas(loss)


def test_under_no_grad_there_are_none():
    with no_grad():
        loss = MLP(1, [1])([1.0])
    with pytest.raises(GraphError, match="outside of no_grad"):
        deltas(loss)


def test_a_loss_from_before_an_update_is_refused():
    model = MLP(1, [1], seed=0)
    loss = model([1.0])
    model.parameters()[0].data += 1.0
    with pytest.raises(StaleGraphError, match=r"w1\[1,1\]"):
        deltas(loss)


def test_what_is_no_loss_is_an_error():
    with pytest.raises(TypeError, match="found float"):
        deltas(1.0)


@pytest.mark.parametrize("output", ["linear", "sigmoid", "leaky_relu", lambda s: s])
def test_an_output_with_another_label_is_still_a_neurons(output):
    y = MLP(2, [2, 1], output=output, seed=0)([1.0, -0.5])
    expected = deltas(half_sse(y, 1.0))
    assert expected[0].a == y.data
    y.label = "y"
    assert deltas(half_sse(y, 1.0)) == expected


def test_an_activation_of_several_operations_needs_its_label():
    y = MLP(2, [1], activation=[lambda s: 3 * s + 1], seed=0)([1.0, -0.5])
    y.label = "y"
    with pytest.raises(GraphError, match=r"the activation of s1\[1\] no longer has the label a1\[1\]"):
        deltas(half_sse(y, 1.0))


def test_a_penalty_on_the_weights_is_no_neuron():
    model = MLP(2, [2], bias=False, activation=["tanh"], seed=0)
    weights = model.layers[0].neurons[0].w
    table = deltas(half_sse(model([1.0, 2.0]), [0.0, 1.0]) + 0.1 * dot(weights, weights))
    assert [(row.neuron, row.sample) for row in table] == [(1, 1), (2, 1)]


def test_a_dead_neuron_has_a_delta_of_zero_and_samples_keep_their_numbers():
    # relu written with where: the loss of an inactive sample does not reach the neurons behind it.
    model = MLP(1, [1, 1, 1], activation=["linear", lambda s: where(s > 0, s, 0.0), "linear"], seed=0)
    for p, x in zip(model.parameters(), [2.0, 0.0, 1.0, 0.0, 3.0, 0.0], strict=True):
        p.data = x
    loss = sum(half_sse(model([x]), 0.0) for x in (1.0, -1.0, 2.0))
    rows = [(row.layer, row.sample, row.s, row.a, row.delta, row.inputs) for row in deltas(loss)]
    # y = 6x for x > 0, else 0; dL/dy = y; back through the weight 3, and through the weight 1.
    assert rows == [
        (3, 1, 6.0, 6.0, 6.0, (2.0,)),
        (3, 2, 0.0, 0.0, 0.0, (0.0,)),
        (3, 3, 12.0, 12.0, 12.0, (4.0,)),
        (2, 1, 2.0, 2.0, 18.0, (2.0,)),
        (2, 2, -2.0, 0.0, 0.0, (-2.0,)),
        (2, 3, 4.0, 4.0, 36.0, (4.0,)),
        (1, 1, 2.0, 2.0, 18.0, (1.0,)),
        (1, 2, -2.0, -2.0, 0.0, (-1.0,)),
        (1, 3, 4.0, 4.0, 36.0, (2.0,)),
    ]


def test_gradients_are_exact_sums_with_samples_that_are_not_reached():
    model = MLP(2, [4, 1], activation=lambda s: where(s > 0, s, 0.0), seed=3)
    loss = sum(half_sse(model(x), t) for x, t in batch(9, 2, 1, seed=1))
    table = deltas(loss)
    assert sum(row.delta == 0.0 for row in table) > 3
    loss.backward()
    for row in table:
        same = [r for r in table if r[:2] == row[:2]]
        assert [r.sample for r in same] == list(range(1, 10))
        neuron = model.layers[row.layer - 1].neurons[row.neuron - 1]
        for j, w in enumerate(neuron.w):
            assert w.grad == added(r.delta * r.inputs[j] for r in same)


def test_an_activation_that_returns_its_argument_for_some_samples():
    model = MLP(1, [1], activation=[lambda s: s if s > 0 else 0.5 * s], seed=0)
    for p, x in zip(model.parameters(), [1.0, 0.0], strict=True):
        p.data = x
    table = deltas(model([3.0]) + model([-2.0]) + model([5.0]))
    assert [(row.sample, row.s, row.a, row.delta) for row in table] == [
        (1, 3.0, 3.0, 1.0), (2, -2.0, -1.0, 0.5), (3, 5.0, 5.0, 1.0),
    ]  # fmt: skip
