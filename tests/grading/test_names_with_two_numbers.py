"""The printed steps of networks whose names have two numbers: a layer and a sample, or an index and a step."""

import pytest

from autograd import derive
from autograd.grading.networks import build


def derivation(loss="huber", activation="linear", letters=None):
    network = build([2, 2, 1, 2], ["sigmoid", "sigmoid", activation], True, loss, 3)
    return derive(network).convention(letters=letters or {})


@pytest.mark.parametrize("letters", [{}, {"y": "o"}, {"t": "y", "y": r"\hat{y}"}], ids=str)
@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_printed_steps_are_read_back(activation, letters):
    found = derivation(activation=activation, letters=letters)
    lines = [line for e in found.equations for line in (e.latex, e.text)]
    assert any("v" in line for line in lines)  # the errors, which are no neurons
    assert [line for line in lines if found.grade(None, line).verdict != "equal"] == []


@pytest.mark.parametrize(
    "formula",
    [
        r"v_{1} = t_{2}^{(2)} - y_{2}^{(3)}",  # another sample
        r"v_{1} = t_{1}^{(3)} - y_{1}^{(3)}",  # another output
        r"\delta_{1}^{(3,1)} = -\bar{v}_{5}",
        r"\delta_{1}^{(2,1)} = -\bar{v}_{6}",
    ],
)
def test_steps_of_other_samples_are_not_equal(formula):
    right = [line.latex for line in derivation().equations]
    assert r"v_{1} = t_{2}^{(3)} - y_{2}^{(3)}" in right
    assert r"\delta_{1}^{(3,1)} = -\bar{v}_{6}" in right
    assert derivation().grade(None, formula).verdict != "equal"


@pytest.mark.parametrize("letters", [{}, {"y": "o"}], ids=str)
def test_printed_steps_of_a_recurrent_network_are_read_back(letters):
    network = build([2, 2, 2], ["tanh", "tanh"], loss="huber", recurrent=(1, 2), reduction="sum")
    found = derive(network).convention(letters=letters)
    lines = [line for e in found.equations for line in (e.latex, e.text)]
    assert [line for line in lines if found.grade(None, line).verdict != "equal"] == []


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"v_{1} = t_{o_{2}, 2} - y_{o_{2}, 2}", "equal"),
        (r"v_{1} = t_{o_{2}, 1} - y_{o_{2}, 2}", "wrong"),
        (r"v_{1} = t_{o_{2}, 1} - y_{o_{2}, 1}", "wrong"),
        (r"v_{1} = t_{o_{2}, 3} - y_{o_{2}, 3}", "unreadable"),  # there are two steps
        (r"\delta_{o_{1}, 1} = -\bar{v}_{4} \left(1 - y_{o_{1}, 2}^{2}\right)", "wrong"),
    ],
)
def test_steps_of_a_recurrent_network(formula, verdict):
    network = build([2, 2, 2], ["tanh", "tanh"], loss="huber", recurrent=(1, 2), reduction="sum")
    assert derive(network).grade(None, formula).verdict == verdict
