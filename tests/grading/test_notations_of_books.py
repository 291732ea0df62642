"""Notations of textbooks: momentum, iterations in brackets, rows of weights, and right sides for a target."""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

HAYKIN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {
        "order": "to-from",
        "delta": -1,
        "letters": {"s": "v", "a": "y", "y": "y", "t": "d", "x": "y", "loss": r"\xi", "function": r"\varphi"},
    },
}
ROWS_OF_WEIGHTS = {
    "setting": "2-3-2 sig sse nobias",
    "declared": {"order": "to-from", "letters": {"a": "z", "y": "f", "t": "y", "x": "x", "loss": "R"}},
}
HIDDEN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "y", "t": "t", "loss": "L"}},
}
SOFTMAX = {"setting": "3-3 softmax", "declared": {"letters": {"y": "z", "p": r"\phi", "t": "y"}}}
SAMPLES = {
    "setting": "3-3 softmax m=3 sum",
    "declared": {"letters": {"y": "a", "p": "y", "t": "t", "loss": "E", "rate": r"\alpha"}},
}
STEPS = {"setting": "rnn tanh ce", "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "y"}}}
LAYERS = {
    "setting": "2-3-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "C"}},
}
WORDS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "delta": -1, "letters": {"s": "net", "a": "o", "y": "o", "t": "t", "x": "o"}},
}
PENALTY = {
    "setting": "2-1 lin half_sse m=3 l2",
    "declared": {"letters": {"y": r"\hat{y}", "t": "y", "loss": "J", "rate": r"\alpha"}},
}
CASES = [
    (HAYKIN, r"\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)", "equal"),
    (HAYKIN, r"\Delta w_{ji}(n) = -\eta \frac{\partial \xi}{\partial w_{ji}} + 0.9 \cdot \Delta w_{ji}(n-1)", "equal"),
    (HAYKIN, r"\Delta w_{ji}^{new} = \eta \delta_j y_i + \alpha \Delta w_{ji}^{old}", "equal"),
    (HAYKIN, r"w_{ji}(n+1) = w_{ji}(n) + \eta \delta_j y_i + \alpha (w_{ji}(n) - w_{ji}(n-1))", "equal"),
    (HAYKIN, r"\Delta w_{ji}(t+1) = \eta \delta_j y_i + \alpha \Delta w_{ji}(t)", "equal"),
    (HAYKIN, r"\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) - \eta \delta_j(n) y_i(n)", "wrong"),
    (HAYKIN, r"\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_j(n)", "wrong"),
    (HAYKIN, r"\Delta w_{ji}(n) = -\alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)", "unreadable"),
    (HAYKIN, r"\Delta w_{ji}(n) = \alpha \Delta w_{ij}(n-1) + \eta \delta_j(n) y_i(n)", "unreadable"),
    (HAYKIN, r"\Delta w_{ji}(n) = \eta \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)", "unreadable"),
    (HAYKIN, r"\Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1)", "unreadable"),
    (HAYKIN, r"w_{ji}(n+1) = w_{ji}(n) + \eta \delta_j y_i + \alpha (w_{ji}(n) + w_{ji}(n-1))", "unreadable"),
    (HAYKIN, r"\frac{\partial v_j}{\partial w_{ji}} = y_j(n)", "wrong"),
    (ROWS_OF_WEIGHTS, r"\frac{\partial R}{\partial w_{km}} = -2 (y_k - f_k(x)) \sigma'(w_k^T z) z_m", "equal"),
    (ROWS_OF_WEIGHTS, r"\frac{\partial R}{\partial w_{km}} = -2 (y_k - f_k(x)) \sigma'(w_m^T z) z_m", "wrong"),
    (HIDDEN, r"\frac{\partial L}{\partial w_k} = \delta_k h", "equal"),
    (HIDDEN, r"\frac{\partial L}{\partial w_j} = \delta_j x", "equal"),
    (HIDDEN, r"\frac{\partial L}{\partial w_k} = \delta_k h_j", "wrong"),
    (HIDDEN, r"\frac{\partial L}{\partial W^{(2)}} = \delta^{(2)} h^{\dagger}", "equal"),
    (HIDDEN, r"\delta_o = (y_o - t_o) y_o^2 (1 - y_o)", "wrong"),
    (HIDDEN, r"\delta_o = (y_o - t_o) (y_o - y_o^2)", "equal"),
    (HIDDEN, r"\frac{\partial L}{\partial w_{kj}} = \delta_k h_j^2", "ambiguous"),
    (HIDDEN, r"\frac{\partial L}{\partial w_{kj}^2} = \delta_k^2 h_j^1", "equal"),
    (HIDDEN, r"\delta_k^2 = (y_k^2 - t_k) y_k^2 (1 - y_k^2)", "equal"),
    (SOFTMAX, r"\nabla w_l \phi_{k=l} = x \phi_l (1 - \phi_l)", "equal"),
    (SOFTMAX, r"\nabla w_l \phi_{k=l} = x \phi_l (1 + \phi_l)", "wrong"),
    (SOFTMAX, r"\frac{\partial \phi(z)_i}{\partial z_j} = -\phi(z)_i \phi(z)_j \quad i \neq j", "equal"),
    (SOFTMAX, r"\frac{\partial \phi_i(z)}{\partial z_i} = \phi_i(z) (1 - \phi_i(z))", "equal"),
    (SOFTMAX, r"\frac{\partial \phi(z)_i}{\partial z_j} = \phi(z)_i \phi(z)_j \quad i \neq j", "wrong"),
    (SAMPLES, r"\frac{\partial E}{\partial a_k^n} &= y_k^n - t_k^n \\ (\text{by 4}) &= -(t_k^n - y_k^n)", "equal"),
    (STEPS, r"\delta_t = \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t}"
            r" + \delta_{t+1} \frac{\partial h_{t+1}}{\partial h_t}", "equal"),
    (STEPS, r"\delta_t = \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t}"
            r" + \delta_{t-1} \frac{\partial h_{t+1}}{\partial h_t}", "wrong"),
    (STEPS, r"\delta_{t,j} = \frac{\partial L}{\partial z_{t,j}}"
            r" = \sum_i \frac{\partial L}{\partial y_{t,i}} \frac{\partial y_{t,i}}{\partial z_{t,j}}"
            r" + \frac{\partial L}{\partial z_{t+1,k}} \frac{\partial z_{t+1,k}}{\partial z_{t,j}}", "wrong"),
    (STEPS, r"\frac{\partial L}{\partial W} = \sum_t \delta_t h_t^T", "ambiguous"),
    (STEPS, r"\frac{\partial L}{\partial W} = \sum_t \delta_t h_{t-1}^T", "equal"),
    (STEPS, r"\frac{\partial L}{\partial V} = \sum_t \delta_t h_t^T", "equal"),
    (STEPS, r"\frac{\partial L}{\partial W} = \sum_t (p_t - t_t) h_t^T", "equal"),
    (LAYERS, r"\delta^l_j = \frac{\partial C}{\partial a^l_j} = \sum_k w^{l+1}_{kj} \sigma'(z^{l+1}_k) \delta^{l+1}_k",
     "equal"),
    (LAYERS, r"\delta^l_j = \frac{\partial C}{\partial a^l_j} = \sum_k w^{l+1}_{kj} \delta^{l+1}_k", "wrong"),
    (LAYERS, r"\delta^l_j = \frac{\partial C}{\partial a^l_j}", "wrong"),
    (WORDS, r"\delta_j = \begin{cases} o_j(1-o_j)(t_j-o_j) & (j \text{ outside}) \\"
            r" o_j(1-o_j)\sum_l \delta_l w_{jl} & (j \text{ inside}) \end{cases}", "equal"),
    (WORDS, r"\delta_j = \begin{cases} o_j(1-o_j)(t_j-o_j) & (j \text{ inside}) \\"
            r" o_j(1-o_j)\sum_l \delta_l w_{jl} & (j \text{ outside}) \end{cases}", "unreadable"),
]  # fmt: skip
TARGETS = [
    ("w_ho[h,o]", r"\delta_k h_j", "equal", ()),
    ("w_ho[h,o]", r"(y_k - t_k) y_k (1 - y_k) h_j", "equal", ()),
    ("w_ho[h,o]", r"2 (y_k - t_k) y_k (1 - y_k) h_j", "wrong", {"constant factor"}),
    ("w_ho[h,o]", r"\frac{\partial L}{\partial z_k} h_j", "equal", ()),
    ("w_ih[i,h]", r"x_i h_j (1 - h_j) \sum_k \delta_k w_{kj}", "equal", ()),
    ("w_ih[i,h]", r"x_i h_j (1 - h_j) \delta_k w_{kj}", "wrong", {"missing sum"}),
    ("d_h[h]", r"h_j (1 - h_j) \sum_k \delta_k w_{kj}", "equal", ()),
    ("d_h[h]", r"h_j \sum_k \delta_k w_{kj}", "wrong", {"missing factor"}),
    ("b_o[o]", r"\delta_k", "equal", ()),
    ("w_ho[h,o]", r"\delta_k x_i", "unreadable", ()),
    ("w_ho[h,o]", r"\delta_k h_k", "unreadable", ()),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_a_notation_is_understood(row, formula, verdict):
    """The verdict needs no search for a diagnosis, which takes most of the time."""
    found = derivation(row)
    grader = found.make_grader(found._formulas, found._printer, found._convention)
    grade = grader.judge(None, formula, r"\alpha" if row is SAMPLES else None)
    assert grade.verdict == verdict, str(grade)


def test_a_step_without_a_rate_has_the_rate_one():
    grade = derivation(HAYKIN).grade(None, r"\Delta w_{ji} = \delta_j y_i")
    assert (grade.verdict, grade.condition) == ("equal", "the rate is 1")


def test_nodes_that_are_no_neurons_are_read_in_declared_letters():
    row = {"setting": "2-3 sig then softmax", "declared": {"letters": {"a": "z", "y": "z", "p": "y", "loss": "E"}}}
    found = derivation(row)
    grader = found.make_grader(found._formulas, found._printer, found._convention)
    line = next(equation.latex for equation in found.equations if r"\bar{v}" in equation.latex)
    assert grader.judge(None, line).verdict == "equal"
    assert grader.judge(None, line.replace("= ", "= -", 1)).verdict == "wrong"


def test_momentum_and_a_defined_delta_are_conditions():
    assert "with momentum" in derivation(HAYKIN).grade(None, CASES[0][1]).condition
    formula = next(formula for row, formula, verdict in CASES if row is LAYERS and verdict == "equal")
    assert "stands for dC/da^l_j" in derivation(LAYERS).grade(None, formula).condition


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        (r"\frac{\partial J}{\partial w_j} = \frac{1}{m} \sum_i (\hat{y}^{(i)} - y^{(i)}) x_j^{(i)}", {"missing term"}),
        (r"w \leftarrow w - \frac{\alpha}{m} X^T (\hat{y} - y)", {"missing term"}),
        (r"\nabla_w J = \frac{1}{m} X^T (\hat{y} - y) - \lambda w", {"sign"}),
        (r"\nabla_w J = \frac{1}{m} X^T (\hat{y} - y) + \lambda w", set()),
    ],
)
def test_a_forgotten_penalty_is_named(formula, names):
    grade = derivation(PENALTY).grade(None, formula, rate=r"\alpha")
    assert grade.verdict == ("wrong" if names else "equal"), str(grade)
    assert {mistake.kind for mistake in grade.mistakes} == names


def test_a_matrix_with_a_number_beside_an_elementwise_product_is_that_of_a_layer():
    formula = r"\frac{\partial L}{\partial z_1} = (W_2 \frac{\partial L}{\partial z_2}) \circ \sigma'(z_1)"
    assert [mistake.kind for mistake in derivation(HIDDEN).grade(None, formula).mistakes] == ["missing transpose"]


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        (r"\delta_j = h_j (1 - h_j) \sum_k w_{jk} \delta_k", r"\delta_{j} = h_{j} \left(1 - h_{j}\right) \sum"),
        (r"\delta_k = h_k (1 - h_k) \sum_j w_{kj} \delta_j", r"\delta_{k} = h_{k} \left(1 - h_{k}\right) \sum"),
        (r"\frac{\partial L}{\partial h_j} = \sum_k w_{jk} \delta_k", r"\frac{\partial L}{\partial h_{j}} = \sum"),
    ],
)
def test_a_transposed_weight_that_fits_no_layers_gets_the_right_formula(formula, right):
    grade = derivation(HIDDEN).grade(None, formula)
    assert [mistake.kind for mistake in grade.mistakes] == ["transposed weight"]
    assert grade.correct.latex.startswith(right)


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (r"\delta_t = (W_{hy}^T (p_t - t_t) + W_{hh} \delta_{t+1}) \odot (1 - h_t^2)", "missing transpose"),
        (r"\delta_t = (W_{hy}^T (p_t - t_t) + W_{hh} \delta_{t+1}) \odot \phi'(z_t)", "missing transpose"),
        (r"\delta_t = (W_{hy}^T (p_t - t_t) + W_{hh}^T \delta_{t-1}) \odot \phi'(z_t)", "wrong index"),
    ],
)
def test_a_slip_in_the_recursion_of_steps_is_named(formula, kind):
    grade = derivation(STEPS).grade(None, formula)
    assert [mistake.kind for mistake in grade.mistakes] == [kind], str(grade)


@pytest.mark.parametrize(("target", "formula", "verdict", "names"), TARGETS)
def test_a_right_side_is_graded_for_a_target_in_the_letters_of_the_writer(target, formula, verdict, names):
    grade = derivation(HIDDEN).grade(target, formula)
    assert grade.verdict == verdict, str(grade)
    assert grade.formula == formula
    assert {mistake.kind for mistake in grade.mistakes} == set(names)
