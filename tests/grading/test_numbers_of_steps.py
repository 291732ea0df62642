r"""Numbers of steps in every place: ``h_3``, ``h^3``, ``h^{(3)}``, ``h^{[3]}``, ``h^{<3>}`` and ``h(3)``.

Each right formula stands beside a wrong one with the number of another step.
"""

import re

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

LETTERS = {"s": "z", "a": "h", "y": "o", "p": r"\hat y", "t": "y", "loss": "J"}
ROW = {"setting": "rnn 2-3-2 tanh ce", "declared": {"letters": LETTERS, "order": "to-from"}}
FORMS = ["_{#}", "^{#}", "^{(#)}", "^{[#]}", r"^{\langle # \rangle}", "^{<#>}"]
CASES = [
    (r"\frac{\partial J@3}{\partial h@3} = \frac{\partial J@3}{\partial \hat y@3} "
     r"\frac{\partial \hat y@3}{\partial h@3}", "equal", ""),
    (r"\frac{\partial J@3}{\partial W_{hh}} = \frac{\partial J@3}{\partial h@3} "
     r"\frac{\partial h@3}{\partial W_{hh}}", "equal", ""),
    (r"\frac{\partial J@3}{\partial W_{hh}} = \frac{\partial J@3}{\partial h@2} "
     r"\frac{\partial h@2}{\partial W_{hh}}", "wrong", "wrote the number 2 where 3 belongs"),
    (r"\frac{\partial h@3}{\partial h@1} = \frac{\partial h@3}{\partial h@2} \frac{\partial h@2}{\partial h@1}",
     "equal", ""),
    (r"\frac{\partial h@3}{\partial h@1} = \frac{\partial h@3}{\partial h@2} \frac{\partial h@3}{\partial h@1}",
     "wrong", ""),
    (r"\frac{\partial J}{\partial h@3} = W_{hy}^T (\hat y@3 - y@3)", "equal", ""),
    (r"\frac{\partial J}{\partial h@3} = W_{hy}^T (\hat y@2 - y@2)", "wrong", ""),
    (r"\frac{\partial J}{\partial W_{hy}} = (\hat y@1 - y@1)(h@1)^T + (\hat y@2 - y@2)(h@2)^T "
     r"+ (\hat y@3 - y@3)(h@3)^T", "equal", ""),
    (r"\delta@2 = (W_{hy}^T (\hat y@2 - y@2) + W_{hh}^T \delta@3) \odot (1 - h@2 \odot h@2)", "equal", ""),
    (r"\delta@2 = (W_{hy}^T (\hat y@2 - y@2) + W_{hh}^T \delta@1) \odot (1 - h@2 \odot h@2)", "wrong", ""),
    (r"\frac{\partial h@3}{\partial h@1} = \prod_{j=2}^3 \frac{\partial h@j}{\partial h@{j-1}}", "equal", ""),
]  # fmt: skip


def written(formula, form):
    """Return a formula with its steps in a given place."""
    return re.sub(r"@(?:\{([^}]*)\}|(\w))", lambda found: form.replace("#", found[1] or found[2]), formula)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("formula", "verdict", "words"), CASES)
def test_the_number_of_a_step(formula, verdict, words, form):
    grade = derivation(ROW).grade(None, written(formula, form))
    assert grade.verdict == verdict, str(grade)
    if form in ("_{#}", "^{(#)}"):
        assert words in grade.diagnosis


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial J}{\partial h(3)} = W_{hy}^T (\hat y(3) - y(3))", "equal"),
        (r"\frac{\partial J}{\partial h(3)} = W_{hy}^T (\hat y(2) - y(2))", "wrong"),
        (r"\delta(2) = (W_{hy}^T (\hat y(2) - y(2)) + W_{hh}^T \delta(3)) \odot (1 - h(2) \odot h(2))", "equal"),
        (r"\delta(2) = (W_{hy}^T (\hat y(2) - y(2)) + W_{hh}^T \delta(1)) \odot (1 - h(2) \odot h(2))", "wrong"),
    ],
)
def test_the_number_of_a_step_as_an_argument(formula, verdict):
    assert derivation(ROW).grade(None, formula).verdict == verdict
