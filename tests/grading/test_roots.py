"""Roots with an index, and functions that are printed with their names."""

import pytest

import nn
from autograd import Value, derive


def network(activation):
    model = nn.MLP(2, [2, 1], activation=activation, seed=1)
    for p in model.parameters():
        p.data = abs(p.data) + 0.2
    return derive(nn.half_sse(model([0.5, 0.9]), [0.3]))


@pytest.mark.parametrize("activation", ["cbrt", "lgamma", "digamma"])
def test_what_is_printed_is_read_back(activation):
    derivation = network(activation)
    lines = [text for e in derivation.equations for text in (str(e), e.latex)]
    assert {derivation.grade(None, line).verdict for line in lines} == {"equal"}


@pytest.mark.parametrize(("formula", "right"), [
    (r"\delta_h = \frac{1}{3 \sqrt[3]{s_h}^2} \delta_{o_1} w_{h o_1}", True),
    (r"\delta_h = \frac{\sqrt[3]{s_h}}{3 s_h} \delta_{o_1} w_{h o_1}", True),
    (r"\delta_h = \frac{1}{3} s_h^{-2/3} \delta_{o_1} w_{h o_1}", None),  # it has no real value where s_h < 0
    (r"\delta_h = \frac{1}{3 \sqrt[2]{s_h}^2} \delta_{o_1} w_{h o_1}", False),
    (r"\delta_h = \frac{1}{3 \sqrt{s_h}^2} \delta_{o_1} w_{h o_1}", False),
    (r"\delta_h = \frac{1}{3 \sqrt[4]{s_h}^2} \delta_{o_1} w_{h o_1}", False),
    (r"\delta_h = \frac{1}{3 \sqrt[3]{s_h}} \delta_{o_1} w_{h o_1}", False),
])  # fmt: skip
def test_a_cube_root(formula, right):
    assert network("cbrt").grade(None, formula).verdict == {True: "equal", False: "wrong", None: "unproved"}[right]


@pytest.mark.parametrize(("formula", "verdict"), [
    (r"\delta_h = \frac{1}{3} s_h^{-2/3} \delta_{o_1} w_{h o_1}", "unproved"),
    (r"\frac{\partial a_h}{\partial s_h} = \frac13 s_h^{-2/3}", "unproved"),
    (r"\delta_h = \frac{2}{3} s_h^{-2/3} \delta_{o_1} w_{h o_1}", "wrong"),
    (r"\frac{\partial a_h}{\partial s_h} = \frac13 s_h^{-1/3}", "wrong"),
    (r"\delta_h = \log(-1 - s_h^2) \delta_{o_1} w_{h o_1}", "wrong"),  # it has a real value nowhere
    (r"\frac{\partial a_h}{\partial s_h} = \log(-1 - s_h^2)", "wrong"),
])  # fmt: skip
def test_points_at_which_a_formula_has_no_real_value_decide_nothing(formula, verdict):
    for _ in range(10):  # at random points, s_h is often negative
        assert network("cbrt").grade(None, formula).verdict == verdict


@pytest.mark.parametrize(("formula", "right"), [
    (r"\frac{\partial L}{\partial w} = \frac{x}{2 \sqrt[2]{w x}}", True),
    (r"\frac{\partial L}{\partial w} = \frac{x}{2 \sqrt{w x}}", True),
    (r"\frac{\partial L}{\partial w} = \frac{x}{2 \sqrt[4]{w x}^2}", True),
    (r"\frac{\partial L}{\partial w} = \frac{x}{2 \sqrt[3]{w x}}", False),
    (r"\frac{\partial L}{\partial w} = \frac{x}{2 \sqrt[4]{w x}}", False),
])  # fmt: skip
def test_roots_of_any_index(formula, right):
    w, x = Value(0.7, label="w"), Value(1.3, label="x")
    verdict = derive((w * x).sqrt()).grade(w, formula).verdict
    assert verdict in (("equal", "unproved") if right else ("wrong",))
