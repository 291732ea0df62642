"""The full text of grades, formula by formula: ``told.json``, whose rows were read and found to be right."""

import json
from pathlib import Path

import pytest
from graphs import absolute_errors, by_hand, identity, network, recurrent, squares

from autograd import derive, sqrt, tanh, where
from nn import cross_entropy

pytestmark = pytest.mark.sampled(4)

ROWS = json.loads(Path(__file__).with_name("told.json").read_text(encoding="utf-8"))
NETWORKS = {
    "2-3-2 sigmoid": lambda: network((2, 3, 2)),
    "2-3-2 sigmoid, 3 samples": lambda: network((2, 3, 2), samples=3),
    "2-3-2 tanh, linear": lambda: network((2, 3, 2), activation="tanh", output="linear"),
    "2-3-2 tanh, absolute errors": lambda: by_hand(tanh, identity, absolute_errors),
    "recurrent, 4 steps": recurrent,
    "2-2-2-1 sigmoid": lambda: network((2, 2, 2, 1)),
    "2-3-3 tanh, softmax cross-entropy": lambda: network(
        (2, 3, 3), activation="tanh", output="linear", loss=cross_entropy
    ),
    "2-3-2 relu, linear": lambda: network((2, 3, 2), activation="relu", output="linear"),
    "2-3-2 tanh, root of the squares": lambda: by_hand(tanh, identity, lambda y, t: sqrt(squares(y, t))),
}


@pytest.fixture(scope="module")
def derivations():
    return {name: derive(make()) for name, make in NETWORKS.items()}


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "row"),
    [(name, row) for name, rows in ROWS.items() for row in rows],
    ids=[f"{name}: {row['target']} {row['formula']}" for name, rows in ROWS.items() for row in rows],
)
def test_a_grade(derivations, name, row):
    target = tuple(row["target"]) if isinstance(row["target"], list) else row["target"]
    grade = derivations[name].grade(target, row["formula"])
    assert (grade.verdict, grade.condition) == (row["verdict"], row.get("condition", "")), str(grade)
    assert (grade.diagnosis, [m.kind for m in grade.mistakes]) == (row.get("diagnosis", ""), row.get("kinds", []))
    assert (grade.correct and grade.correct.text.split("   ")[0]) == row.get("right")
    assert (grade.counterexample is not None) is (grade.verdict == "wrong")
    if "counterexample" in row:  # only the first points: later ones depend on the remaining work
        assert str(grade.counterexample) == row["counterexample"]


def test_an_activation_behind_a_choice_that_is_made_is_known_as_what_it_is():
    derivation = derive(by_hand(lambda z: where(1.0, tanh(z), z), identity, squares))
    assert derivation.grade("d_h[1]", "(1-a[1]**2)*sum(d_o[o]*w_ho[1,o] for o in O)").verdict == "equal"
    assert "(1 - a[h]**2)" in str(derivation)


@pytest.mark.parametrize("target", [None, "w_ho[h,o]", "w_ho[1,2]"])
@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial w_{kj}} = \delta_k a_j", "equal"),
        (r"\frac{\partial L}{\partial w_{kj}} = \delta_j a_k", "wrong"),
        (r"\frac{\partial L}{\partial w_{oh}} = \delta_o a_h", "equal"),
        ("dL/dw[k,j] = d_o[k]*a[j]", "equal"),
        ("dL/dw[k,j] = d_o[j]*a[k]", "wrong"),
        ("dL/dw_ho[j,k] = d_o[k]*a[j]", "equal"),  # the network's own name keeps its order of indices
        ("dL/dw_ho[k,j] = d_o[k]*a[j]", "wrong"),
        ("w[k,j]' = w[k,j] - eta*d_o[k]*a[j]", "equal"),
    ],
)
def test_a_weight_whose_first_index_is_where_it_leads(target, formula, verdict):
    derivation = derive(network((2, 3, 2))).convention(order="to-from")
    if target is None and "w[" in formula:  # it may belong to any layer, but the right side belongs to one
        verdict = "wrong"
    assert derivation.grade(target, formula).verdict == verdict


def test_a_wrong_formula_is_refuted_by_simple_numbers_where_a_square_is_of_a_negative_number():
    """Squares have no derivative with respect to their exponent there, and need none.

    Derivations have their own points.
    """
    for _ in range(12):
        derived = derive(NETWORKS["2-3-2 relu, linear"]())
        grade = derived.grade("d_h[2]", "step(s_h[1])*sum(d_o[o]*w_ho[2,o] for o in O)")
        assert len(set(grade.counterexample.point.values())) <= 3  # nearly all are equal, and none has many digits
