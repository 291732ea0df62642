"""Neurons as programs for other engines use them: weights are replaced, and the bias is added to the weights."""

import copy
import pickle

import pytest

from autograd import Value
from nn import MLP, Module, Neuron
from nn.names import NeuronName


def test_the_weights_are_a_list_whose_changes_are_seen():
    n = Neuron(2, nonlin=False)
    n.w[0], n.w[1], n.b = Value(2.0), Value(3.0), Value(4.0)
    assert n([10.0, 100.0]).data == 324.0
    assert n.w.__add__([n.b]) == n.parameters()
    n.w[1] = Value(5.0)
    assert n([10.0, 100.0]).data == 524.0
    n.w = [Value(1.0), Value(1.0)]
    assert n([10.0, 100.0]).data == 114.0
    n.b = None
    assert n([10.0, 100.0]).data == 110.0
    assert n.parameters() == n.w
    del n.w[0]
    with pytest.raises(ValueError, match="expected 1 inputs, found 2"):
        n([10.0, 100.0])


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.append(Value(1.0)), lambda w: w.extend([Value(1.0)]), lambda w: w.insert(0, Value(1.0)),
        lambda w: w.reverse(), lambda w: w.pop(), lambda w: w.remove(w[0]), lambda w: w.clear(),
        lambda w: w.sort(key=lambda v: -v.data), lambda w: w.__iadd__([Value(1.0)]), lambda w: w.__imul__(2),
    ],
)  # fmt: skip
def test_every_change_of_the_weights_is_seen(change):
    n = Neuron(3)
    n.w = [Value(1.0), Value(2.0), Value(3.0)]
    n([1.0, 1.0, 1.0])
    expected = list(n.w)
    change(expected)
    change(n.w)
    assert [p.data for p in n.parameters()] == [p.data for p in [*expected, n.b]]


def test_copies_of_a_model_have_weights_of_their_own():
    model = MLP(2, [3, 1], seed=0)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert again([1.0, 2.0]).data == model([1.0, 2.0]).data
        again.layers[0].neurons[0].w[0] = Value(9.0)
        assert again.parameters()[0].data == 9.0 != model.parameters()[0].data


def test_nonlin_and_module():
    assert (Neuron(2).nonlin, Neuron(2, nonlin=False).nonlin) == (True, False)

    class Empty(Module):
        pass

    assert Empty().parameters() == []


def test_labels_of_weights_are_the_same_one_by_one_and_together():
    together = NeuronName.of_weights(3, 2, 5, "tanh")
    one_by_one = [NeuronName("w", 2, 5, "tanh", source) for source in (1, 2, 3)]
    assert together == one_by_one == ["w2[1,5]", "w2[2,5]", "w2[3,5]"]
    assert [x.__getnewargs__() for x in together] == [x.__getnewargs__() for x in one_by_one]
