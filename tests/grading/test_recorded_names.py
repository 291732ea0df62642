"""A letter with which a graph records its weights or biases means these in formulas, too.

If any matrix could be meant by any letter, a formula with the wrong one would be proved.
"""

import itertools
import random

import pytest

from autograd import Value, derive, dot, sigmoid, tanh, total
from nn import half_sse


def recurrent(into="W", back="U", out="V", biases="bc", steps=3, size=2):
    """Return the loss of a recurrent layer whose matrices have the given letters, and its parameters."""
    generator = random.Random(8)

    def leaf(name):
        return Value(generator.uniform(-0.9, 0.9), name)

    def matrix(name):
        return [[leaf(f"{name}[{i + 1},{j + 1}]") for i in range(size)] for j in range(size)]

    of_inputs, of_steps, of_outputs = matrix(into), matrix(back), matrix(out)
    hidden, outer = ([leaf(f"{x}[{j + 1}]") for j in range(size)] for x in biases)
    inputs = [[leaf(f"x[{i + 1},{t + 1}]") for i in range(size)] for t in range(steps)]
    targets = [[leaf(f"t[{o + 1},{t + 1}]") for o in range(size)] for t in range(steps)]
    h: list = []
    losses = []
    for x, target in zip(inputs, targets, strict=True):
        rows = [(of_inputs[j], of_steps[j] if h else [], hidden[j]) for j in range(size)]
        h = [tanh(dot([*a, *b], [*x, *h], c)) for a, b, c in rows]
        losses.append(half_sse([dot(of_outputs[o], h, outer[o]) for o in range(size)], target))
    matrices = (of_inputs, of_steps, of_outputs)
    return total(losses), [p for rows in matrices for row in rows for p in row] + hidden + outer


def layered(letters, biases="", sizes=(2, 3, 2)):
    """Return the loss of layers whose weights have the given letters, and its parameters."""
    generator = random.Random(5)

    def leaf(name, *place):
        return Value(generator.uniform(0.1, 0.9), f"{name}[{','.join(map(str, place))}]")

    values = [leaf("x", i + 1) for i in range(sizes[0])]
    parameters: list = []
    for k, (n, m) in enumerate(itertools.pairwise(sizes)):
        rows = [[leaf(letters[k], i + 1, j + 1) for i in range(n)] for j in range(m)]
        shifts = [leaf(biases[k], j + 1) for j in range(m)] if biases else [0.0] * m
        parameters += [w for row in rows for w in row] + (shifts if biases else [])
        sums = [dot(row, values, b) if biases else dot(row, values) for row, b in zip(rows, shifts, strict=True)]
        values = [sigmoid(s) for s in sums]
    return half_sse(values, [leaf("t", o + 1) for o in range(sizes[-1])]), parameters


OF_STEPS = {"s": "a", "a": "h", "y": "o", "t": "y", "x": "x", "delta": r"\bar a"}
OF_LAYERS = {"s": "z", "a": "h", "y": "o", "t": "t", "loss": "E"}
GRAPHS = {
    "UWV": (recurrent(), OF_STEPS),
    "WUV": (recurrent("U", "W", "V"), OF_STEPS),
    "wu": (layered("wu"), OF_LAYERS),
    "UV bc": (layered("UV", "bc"), OF_LAYERS),
    "w": (layered("ww"), OF_LAYERS),
}
CASES = [
    ("UWV", r"\nabla_U L = \sum_{t=1}^{T} \bar a_t h_{t-1}^\top", "equal"),
    ("UWV", r"\nabla_U L = \sum_{t=1}^{T} \bar a_t h_t^\top", "wrong"),
    ("UWV", r"\nabla_W L = \sum_t \bar a_t x_t^\top", "equal"),
    ("UWV", r"\nabla_W L = \sum_t \bar a_t h_{t-1}^\top", "wrong"),
    ("UWV", r"\nabla_V L = \sum_t (o_t - y_t) h_t^\top", "equal"),
    ("UWV", r"\nabla_V L = \sum_t \bar a_t h_{t-1}^\top", "wrong"),
    ("UWV", r"\nabla_V L = \sum_t \bar a_t x_t^\top", "wrong"),
    ("UWV", r"\nabla_b L = \sum_t \bar a_t", "equal"),
    ("UWV", r"\nabla_b L = \sum_t (o_t - y_t)", "wrong"),
    ("UWV", r"\nabla_c L = \sum_t (o_t - y_t)", "equal"),
    ("UWV", r"\frac{\partial L}{\partial u_{ij}} = \sum_t \bar a_{t,i} h_{t-1,j}", "equal"),
    ("UWV", r"\frac{\partial L}{\partial w_{ij}} = \sum_t \bar a_{t,i} h_{t-1,j}", "wrong"),
    ("UWV", r"\frac{\partial L}{\partial W_{hh}} = \sum_t \bar a_t h_{t-1}^\top", "equal"),
    ("WUV", r"\nabla_W L = \sum_t \bar a_t h_{t-1}^\top", "equal"),
    ("WUV", r"\nabla_W L = \sum_t \bar a_t x_t^\top", "wrong"),
    ("WUV", r"\nabla_U L = \sum_t \bar a_t x_t^\top", "equal"),
    ("WUV", r"\nabla_U L = \sum_t \bar a_t h_{t-1}^\top", "wrong"),
    ("wu", r"\frac{\partial E}{\partial u_{11}} = h_1 (o_1 - t_1) o_1 (1 - o_1)", "equal"),
    ("wu", r"\frac{\partial E}{\partial u_{11}} = x_1 (o_1 - t_1) o_1 (1 - o_1)", "wrong"),
    ("wu", r"\frac{\partial E}{\partial w_{11}} = h_1 (o_1 - t_1) o_1 (1 - o_1)", "ambiguous"),
    ("wu", r"\frac{\partial E}{\partial w_{11}} = h_1 (o_1 - t_1) o_1", "wrong"),
    ("wu", r"\frac{\partial E}{\partial w_{kj}} = (o_k - t_k) o_k (1 - o_k) h_j", "ambiguous"),
    ("wu", r"\frac{\partial E}{\partial w^{(2)}_{kj}} = (o_k - t_k) o_k (1 - o_k) h_j", "equal"),
    ("wu", r"\frac{\partial E}{\partial w^{(2)}_{kj}} = (o_k - t_k) h_j", "wrong"),
    ("wu", r"\frac{\partial E}{\partial w_{ji}} = h_j (1 - h_j) x_i \sum_k (o_k - t_k) o_k (1 - o_k) u_{kj}", "equal"),
    ("wu", r"\frac{\partial E}{\partial w_{ji}} = h_j (1 - h_j) x_i \sum_k (o_k - t_k) o_k (1 - o_k) u_{ji}", "wrong"),
    ("wu", r"\frac{\partial E}{\partial W^{(l)}} = \delta^{(l)} (h^{(l-1)})^T", "equal"),
    ("wu", r"\frac{\partial E}{\partial W^{(l)}} = \delta^{(l)} (h^{(l)})^T", "wrong"),
    ("UV bc", r"\frac{\partial E}{\partial V} = \delta^{(2)} h^T", "equal"),
    ("UV bc", r"\frac{\partial E}{\partial U} = \delta^{(2)} h^T", "wrong"),
    ("UV bc", r"\frac{\partial E}{\partial w_{kj}} = \delta_k h_j", "equal"),
    ("UV bc", r"\frac{\partial E}{\partial c_k} = (o_k - t_k) o_k (1 - o_k)", "equal"),
    ("UV bc", r"\frac{\partial E}{\partial b_k} = (o_k - t_k) o_k (1 - o_k)", "ambiguous"),
    ("UV bc", r"\frac{\partial E}{\partial b_j} = h_j (1 - h_j) \sum_k (o_k - t_k) o_k (1 - o_k) v_{kj}", "equal"),
    ("UV bc", r"\frac{\partial E}{\partial c_j} = h_j (1 - h_j) \sum_k (o_k - t_k) o_k (1 - o_k) v_{kj}", "ambiguous"),
    ("w", r"\frac{\partial E}{\partial w_{kj}} = (o_k - t_k) o_k (1 - o_k) h_j", "equal"),
    ("w", r"\frac{\partial E}{\partial w_{kj}} = (o_k - t_k) h_j", "wrong"),
    ("w", r"\frac{\partial E}{\partial u_{kj}} = (o_k - t_k) o_k (1 - o_k) h_j", "equal"),
]


def derivation(graph, **more):
    """Return the derivation of a graph in its letters."""
    (loss, parameters), letters = GRAPHS[graph]
    return derive(loss, parameters=parameters).convention(letters={**letters, **more}, order="to-from")


@pytest.mark.parametrize(("graph", "formula", "verdict"), CASES)
def test_a_recorded_letter_means_what_the_graph_records_with_it(graph, formula, verdict):
    grade = derivation(graph).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("graph", "formula"),
    [
        ("UV bc", r"\frac{\partial E}{\partial U_{kj}} = (o_k - t_k) o_k (1 - o_k) h_j"),
        ("wu", r"\frac{\partial E}{\partial U_{ji}} = h_j (1 - h_j) x_i \sum_k (o_k - t_k) o_k (1 - o_k) U_{kj}"),
    ],
)
def test_a_declared_letter_means_the_weights_of_all_layers(graph, formula):
    assert derivation(graph, w="U").grade(None, formula).verdict == "equal"
    assert derivation(graph).grade(None, formula).verdict != "equal"


def test_advice_names_the_letter_in_doubt():
    grade = derivation("wu").grade(None, r"\frac{\partial E}{\partial w_{11}} = h_1 (o_1 - t_1) o_1 (1 - o_1)")
    assert "wrong if w names what the graph records with it" in grade.diagnosis
