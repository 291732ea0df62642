"""Slips in the matrices of a recurrent network with 2 inputs, 3 neurons and 2 outputs are refused and named.

Each right formula stands beside wrong ones, with a word of the diagnosis that names the slip.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

DECLARED = {"letters": {"s": "a", "a": "h", "y": "o", "p": r"\hat y", "t": "y", "loss": "L"}, "order": "to-from"}
ROW = {"setting": "rnn 2-3-2 tanh ce", "declared": DECLARED}
# {x}, {h} and {y} are the matrices from the inputs, from the hidden layer to itself, and to the outputs
RIGHT = [
    r"\frac{\partial L}{\partial {h}} = \sum_t \delta_t h_{t-1}^T",
    r"\frac{\partial L}{\partial {x}} = \sum_t \delta_t x_t^T",
    r"\frac{\partial L}{\partial {y}} = \sum_t (\hat y_t - y_t) h_t^T",
    r"\frac{\partial L}{\partial h_t} = {y}^T (\hat y_t - y_t) "
    r"+ {h}^T \operatorname{diag}(1 - h_{t+1}^2) \frac{\partial L}{\partial h_{t+1}}",
    r"\delta_t = ({y}^T (\hat y_t - y_t) + {h}^T \delta_{t+1}) \odot (1 - h_t^2)",
    r"\frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(1 - h_t^2) {h}",
    r"\frac{\partial L}{\partial {h}} = \sum_t \frac{\partial L}{\partial h_t} \odot (1 - h_t^2) h_{t-1}^T",
]
WRONG = [
    (r"\frac{\partial L}{\partial {h}} = \sum_t \delta_t h_{t-1}", "transpose"),
    (r"\frac{\partial L}{\partial {h}} = \sum_t h_{t-1} \delta_t^T", "transpose"),
    (r"\frac{\partial L}{\partial {x}} = \sum_t x_t \delta_t^T", "transpose"),
    (r"\frac{\partial L}{\partial {x}} = \delta_t x_t^T", "the sum over t is missing"),
    (r"\frac{\partial L}{\partial {y}} = (\hat y_t - y_t) h_t^T", "the sum over t is missing"),
    (r"\frac{\partial L}{\partial {y}} = \sum_t h_t (\hat y_t - y_t)^T", "transpose"),
    (r"\frac{\partial L}{\partial h_t} = {y} (\hat y_t - y_t) "
     r"+ {h}^T \operatorname{diag}(1 - h_{t+1}^2) \frac{\partial L}{\partial h_{t+1}}", "transpose"),
    (r"\frac{\partial L}{\partial h_t} = {y}^T (\hat y_t - y_t) + {h}^T \frac{\partial L}{\partial h_{t+1}}",
     "the factor Phi'(a_(t + 1)) is missing"),
    (r"\frac{\partial L}{\partial h_t} = {y}^T (\hat y_t - y_t)", "path through the next step"),
    (r"\delta_t = ({y} (\hat y_t - y_t) + {h}^T \delta_{t+1}) \odot (1 - h_t^2)", "transpose"),
    (r"\delta_t = ({y}^T (\hat y_t - y_t) + {h} \delta_{t+1}) \odot (1 - h_t^2)", "transpose"),
    (r"\delta_t = ({y}^T (\hat y_t - y_t) + {h}^T \delta_{t+1})", "factor"),
    (r"\delta_t = ({y}^T (\hat y_t - y_t) + {h}^T \delta_{t-1}) \odot (1 - h_t^2)", "delta_(t + 1) belongs"),
    (r"\frac{\partial h_t}{\partial h_{t-1}} = {h}", "the factor diag"),
    (r"\frac{\partial L}{\partial {h}} = \sum_t \frac{\partial L}{\partial h_t} h_{t-1}^T", "the factor Phi'(a_t)"),
    (r"\frac{\partial L}{\partial b_h} = \sum_t \frac{\partial L}{\partial h_t}", "the factor Phi'(a_t)"),
]  # fmt: skip
# with letters of their own, such matrices could be others
OF_OTHER_LAYERS = [
    (r"\frac{\partial L}{\partial {x}} = \sum_t \delta_t h_{t-1}^T", "x_t belongs"),
    (r"\frac{\partial L}{\partial {h}} = \sum_t \delta_t x_t^T", "belongs"),
    (r"\delta_t = ({x}^T (\hat y_t - y_t) + {h}^T \delta_{t+1}) \odot (1 - h_t^2)", "W_(h,y) belongs"),
    (r"\delta_t = ({y}^T (\hat y_t - y_t) + {x}^T \delta_{t+1}) \odot (1 - h_t^2)", "W_(h,h) belongs"),
    (r"\frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(1 - h_t^2) {x}", "W_(h,h) belongs"),
    (r"\frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(1 - h_t^2) {y}", "W_(h,h) belongs"),
]
NAMED = {"{x}": "W_{xh}", "{h}": "W_{hh}", "{y}": "W_{hy}"}
LETTERS = {"{x}": "U", "{h}": "W", "{y}": "V"}


def written(formula, names):
    """Return a formula with the names of its matrices."""
    for mark, name in names.items():
        formula = formula.replace(mark, name)
    return formula


@pytest.mark.parametrize("names", [NAMED, LETTERS], ids=["named", "letters"])
@pytest.mark.parametrize("formula", RIGHT)
def test_a_right_formula(formula, names):
    grade = derivation(ROW).grade(None, written(formula, names))
    assert grade.verdict == "equal", str(grade)


@pytest.mark.parametrize("names", [NAMED, LETTERS], ids=["named", "letters"])
@pytest.mark.parametrize(("formula", "words"), WRONG)
def test_a_slip_is_refused_and_named(formula, words, names):
    grade = derivation(ROW).grade(None, written(formula, names))
    assert grade.verdict == "wrong", str(grade)
    assert words in grade.diagnosis


@pytest.mark.parametrize(("formula", "words"), OF_OTHER_LAYERS)
def test_the_matrix_of_other_layers_is_refused_and_named(formula, words):
    grade = derivation(ROW).grade(None, written(formula, NAMED))
    assert grade.verdict == "wrong", str(grade)
    assert words in grade.diagnosis
