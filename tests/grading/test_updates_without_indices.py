r"""Updates without indices, such as ``w' = w - \eta \delta a``, apply to each weight, and the answer is the rule."""

import pytest

from autograd import Value, derive
from autograd.formulas.conventions import convention
from nn import MLP, half_sse

pytestmark = pytest.mark.sampled(4)

SHAPES = [(2, [3, 1]), (2, [3, 2]), (3, [2, 2, 2]), (1, [1, 1])]


def derivation(inputs, sizes, order=None):
    model = MLP(inputs, sizes, activation="sigmoid", output="sigmoid", seed=0)
    x = [Value(0.3 + k / 5, f"x{k + 1}") for k in range(inputs)]
    targets = [1.0, 0.0][: sizes[-1]] if sizes[-1] > 1 else 1.0
    return derive(half_sse(model(x), targets), convention=convention("standard", order=order))


UPDATES = [
    r"w' = w {} \eta \delta a",
    r"W' = W {} \eta \delta a",
    r"w \leftarrow w {} \eta a \delta",
    r"w := w {} \eta \frac{{\partial L}}{{\partial w}}",
    r"b' = b {} \eta \delta",
    r"\Delta w = {} \eta \delta a",
]
WITH_ENDS = [r"\Delta w = {} \eta \delta a_{{\text{{in}}}}", r"w' = w {} \eta \delta_{{\text{{out}}}} a_{{in}}"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("order", ["from-to", "to-from"])
@pytest.mark.parametrize("update", [*UPDATES, *WITH_ENDS])
def test_a_right_update_without_indices_is_equal(shape, order, update):
    assert derivation(*shape, order).grade(None, update.format("-")).verdict == "equal"


@pytest.mark.parametrize("shape", SHAPES[:2], ids=str)
@pytest.mark.parametrize("update", UPDATES)
def test_a_step_up_the_gradient_is_wrong_and_the_rule_is_shown(shape, update):
    grade = derivation(*shape).grade(None, update.format("+" if "Delta" not in update else ""))
    assert grade.verdict == "wrong"
    assert "sign is flipped" in grade.diagnosis
    rules = {rule.text for rule in derivation(*shape).update()}
    assert grade.correct.text in rules
    assert grade.correct.latex in {rule.latex for rule in derivation(*shape).update()}


@pytest.mark.parametrize("shape", SHAPES[:2], ids=str)
@pytest.mark.parametrize("update", [*[x.format("") for x in WITH_ENDS[:1]], r"\Delta w = -\eta \delta_{in} a_{out}"])
def test_a_wrong_update_that_names_its_ends_is_not_equal(shape, update):
    assert derivation(*shape).grade(None, update).verdict != "equal"


@pytest.mark.parametrize(
    "formula",
    [
        r"w_{ho}' = w_{ho} + \eta \delta_o a_h",
        r"w_{ho} \leftarrow w_{ho} - \eta \delta_o",
        "w_ho[h,o] <- w_ho[h,o] + eta*d_o[o]*a[h]",
        r"\Delta w_{ho} = \eta \delta_o a_h",
    ],
)
def test_a_wrong_update_with_indices_is_answered_by_the_rule(formula):
    grade = derivation(2, [3, 2]).grade(None, formula)
    assert grade.verdict == "wrong"
    assert grade.correct.text == "w_ho[h,o] <- w_ho[h,o] - eta*d_o[o]*a[h]   for all h in H, o in O"


@pytest.mark.parametrize("update", [r"W \leftarrow W - \eta \delta a^T", r"\Delta W = -\eta \delta a^T"])
def test_a_matrix_that_nobody_described_may_lie_either_way(update):
    grade = derivation(2, [3, 2]).grade(None, update)
    assert grade.verdict == "ambiguous"
    assert "declare order: to-from" in grade.diagnosis
    assert derivation(2, [3, 2], "to-from").grade(None, update).verdict == "equal"
    assert derivation(2, [3, 2]).grade(None, update.replace("-", "+", 1)).verdict == "wrong"


@pytest.mark.parametrize(
    "formula",
    [r"w' = w - \eta \delta", r"w' = w - \eta a", r"w' = w - \eta \delta a a", r"w' = w - 2 \eta \delta a + a"],
)
def test_another_update_without_indices_is_not_equal(formula):
    assert derivation(2, [3, 2]).grade(None, formula).verdict not in ("equal", "unproved")
