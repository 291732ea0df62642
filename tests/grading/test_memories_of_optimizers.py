"""Momentum, Nesterov's momentum, AdaGrad, RMSprop and Adam, and updates with a gradient that names no variable.

Beside each right formula there are wrong ones in the same notation. A wrong one is never equal.
"""

import pytest
from people_settings import derivation

SINGLE, MEAN = "2-3-2 sig half_sse", "2-3-2 sig half_sse m=3"


def row(setting, order, **letters):
    """Return a row of :mod:`people_settings`."""
    return {"setting": setting, "declared": {"order": order, "letters": letters}}


ANY = row(SINGLE, "from-to", w=r"\theta", y="h", t="y", loss="J")
COST = row(SINGLE, "to-from", s="z", a="a", y="a", t="y", loss="C")
BATCH = row(MEAN, "to-from", s="Z", a="A", y="A", t="Y", x="X", loss="J")

GRADIENT = r"g_t = \nabla_\theta J(\theta_{t-1}) \\ "
AVERAGES = r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \\ v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\ "
CORRECTED = r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t} \\ \hat{v}_t = \frac{v_t}{1 - \beta_2^t} \\ "
ADAM = GRADIENT + AVERAGES + CORRECTED

RIGHT = [
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta)"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta), \quad \theta = \theta - v_t"),
    (ANY, r"v \leftarrow \mu v - \alpha \nabla J(\theta), \quad \theta \leftarrow \theta + v"),
    (ANY, r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) \nabla_\theta J(\theta)"),
    (ANY, r"m_t = 0.9 m_{t-1} + 0.1 \nabla_\theta J(\theta) \\ \theta = \theta - \alpha m_t"),
    (ANY, GRADIENT + r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \\ \theta_t = \theta_{t-1} - \alpha m_t"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta - \gamma v_{t-1}) \\ \theta = \theta - v_t"),
    (ANY, r"v_{new} = \mu v_{old} - \alpha \nabla_\theta J(\theta) \\ \theta = \theta + v_{new}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \frac{\alpha}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \hat{m}_t / (\sqrt{\hat{v}_t} + 10^{-8})"),
    (ANY, GRADIENT + AVERAGES + r"\theta_t = \theta_{t-1} - \alpha \frac{m_t}{\sqrt{v_t + \epsilon}}"),
    (ANY, GRADIENT + r"G_t = G_{t-1} + g_t \odot g_t \\ "
          r"\theta_t = \theta_{t-1} - \frac{\alpha}{\sqrt{G_t + \epsilon}} \odot g_t"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta) \\ \Delta\theta_t = -v_t"),
    (COST, r"v \to \mu v - \eta \nabla C, \qquad w \to w + v, \qquad \mu \approx 0.9"),
    (COST, r"v_{jk} = \mu v_{jk} - \eta \delta_j a_k, \quad w_{jk} = w_{jk} + v_{jk}"),
    (COST, r"v^{(t+1)} = \mu v^{(t)} - \eta \frac{\partial C}{\partial w^{(t)}} \\ w^{(t+1)} = w^{(t)} + v^{(t+1)}"),
    (COST, r"G = G + \left(\frac{\partial C}{\partial w_{jk}}\right)^2, \quad "
           r"w_{jk} = w_{jk} - \frac{\eta}{\sqrt{G + \epsilon}} \frac{\partial C}{\partial w_{jk}}"),
    (BATCH, r"v_{dW} = \beta v_{dW} + (1 - \beta) dW, \quad W = W - \alpha v_{dW}"),
    (BATCH, r"v_{dW} = \beta v_{dW} + (1 - \beta) dW, \quad v_{db} = \beta v_{db} + (1 - \beta) db \\ "
            r"W = W - \alpha v_{dW}, \quad b = b - \alpha v_{db}"),
    (BATCH, r"V_{dW^{[l]}} = \beta V_{dW^{[l]}} + (1 - \beta) dW^{[l]}"),
    (BATCH, r"S_{dW} = \beta S_{dW} + (1 - \beta) dW^2, \quad W = W - \alpha \frac{dW}{\sqrt{S_{dW}} + \epsilon}"),
]  # fmt: skip
WRONG = [
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta), \quad \theta = \theta + v_t"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta), \quad \theta = \theta - \alpha v_t"),
    (ANY, r"v \leftarrow \mu v - \alpha \nabla J(\theta), \quad \theta \leftarrow \theta - v"),
    (ANY, r"m_t = 0.9 m_{t-1} - 0.1 \nabla_\theta J(\theta) \\ \theta = \theta - \alpha m_t"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} + \alpha \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (COST, r"v \to \mu v + \eta \nabla C, \qquad w \to w + v"),
    (COST, r"v_{jk} = \mu v_{jk} - \eta \delta_j, \quad w_{jk} = w_{jk} + v_{jk}"),
    (COST, r"v_{jk} = \mu v_{jk} - \eta \delta_k a_j, \quad w_{jk} = w_{jk} + v_{jk}"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta) \\ \Delta\theta_t = v_t"),
    (BATCH, r"v_{dW} = \beta v_{dW} + (1 - \beta) db, \quad W = W - \alpha v_{dW}"),
    (BATCH, r"S_{dW} = \beta S_{dW} + (1 - \beta) dW^2, \quad W = W + \alpha \frac{dW}{\sqrt{S_{dW}} + \epsilon}"),
]
NOT_EQUAL = [  # these are refused, since it is not clear what was meant
    (ANY, r"v_t = \gamma v_t + \alpha \nabla_\theta J(\theta)"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta) \\ \Delta\theta_{t+1} = -v_t"),
    (ANY, ADAM.replace("m_{t-1}", "m_t")
          + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (ANY, ADAM.replace("v_{t-1}", "v_t")
          + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \frac{m_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{v_t} + \epsilon}"),
    (ANY, r"\theta = \theta - \alpha v, \quad v = \mu v + \nabla J(\theta)"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta), \quad \theta = \theta - v_{t-1}"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta + \gamma v_{t-1}) \\ \theta = \theta - v_t"),
    (ANY, r"v_t = \gamma v_{t+1} + \alpha \nabla_\theta J(\theta)"),
    (ANY, r"m_t = \beta_1 m_{t-1} + (1 - \beta_2) \nabla_\theta J(\theta) \\ \theta = \theta - \alpha m_t"),
    (ANY, r"m_t = \beta_1 m_{t-1} + \beta_1 \nabla_\theta J(\theta) \\ \theta = \theta - \alpha m_t"),
    (ANY, r"v_t = \gamma v_{t-1} + \alpha \nabla_\theta J(\theta), \quad \theta = \theta - v_t^2"),
    (ANY, GRADIENT + r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \\ \theta_t = \theta_{t-1} - \alpha g_{t-1}"),
    (ANY, r"g_t = \nabla_\theta J(\theta_t) \\ m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t \\ "
          r"\theta_t = \theta_{t-1} - \alpha m_t"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{v}_t}{\sqrt{\hat{m}_t} + \epsilon}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\hat{v}_t + \epsilon}"),
    (ANY, ADAM + r"\theta_t = \theta_{t-1} - \alpha \hat{m}_t (\sqrt{\hat{v}_t} + \epsilon)"),
    (ANY, GRADIENT + AVERAGES + CORRECTED.replace(r"\beta_1^t", r"\beta_2^t")
          + r"\theta_t = \theta_{t-1} - \alpha \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"),
    (ANY, GRADIENT + AVERAGES.replace("g_t^2", "g_t")
          + r"\theta_t = \theta_{t-1} - \alpha \frac{m_t}{\sqrt{v_t} + \epsilon}"),
    (ANY, GRADIENT + AVERAGES.replace("+ (1 - \\beta_2)", "- (1 - \\beta_2)")
          + r"\theta_t = \theta_{t-1} - \alpha \frac{m_t}{\sqrt{v_t} + \epsilon}"),
    (COST, r"v^{(t+1)} = \mu v^{(t)} - \eta \frac{\partial C}{\partial w^{(t)}}, \qquad w^{(t+1)} = w^{(t)} + v^{(t)}"),
    (COST, r"v_{jk} = \mu v_{jk} - \eta \frac{\partial C}{\partial w_{ik}}"),
    (COST, r"v_{jk} = \mu v_{jk} - \eta \frac{\partial C}{\partial w_{jk}}, \quad w_{jk} = w_{jk} + v_{kj}"),
    (BATCH, r"v_{dW} = \beta v_{dW} + (1 - \beta) db"),
    (BATCH, r"V_{dW^{[l]}} = \beta V_{dW^{[l]}} + (1 - \beta) dW^{[l+1]}"),
    (BATCH, r"S_{dW} = \beta S_{dW} + (1 - \beta) dW^2, \quad W = W - \alpha \frac{db}{\sqrt{S_{dW}} + \epsilon}"),
    (BATCH, r"S_{dW} = \beta S_{dW} + (1 - \beta) dW, \quad W = W - \alpha \frac{dW}{\sqrt{S_{dW}} + \epsilon}"),
]  # fmt: skip
UPDATES = [
    (COST, r"w \to w - \eta \nabla C", "equal"),
    (COST, r"w \to w + \eta \nabla C", "wrong"),
    (COST, r"w(t+1) = w(t) - \eta \nabla C(w(t))", "equal"),
    (COST, r"w(t+1) = w(t) + \eta \nabla C(w(t))", "wrong"),
    (COST, r"w(t+1) = w(t) - \eta \nabla C(w(t+1))", "wrong"),
    (COST, r"w_{t+1} = w_t - \eta_t \nabla C(w_t)", "equal"),
    (COST, r"w_{t+1} = w_t - \eta_t \nabla C(w_{t+1})", "wrong"),
    (COST, r"w_{k+1} = w_k - \eta_k \nabla C(w_k)", "equal"),
    (COST, r"w_{k+1} = w_k + \eta_k \nabla C(w_k)", "wrong"),
    (COST, r"w \leftarrow w - \eta (\nabla C)", "equal"),
    (COST, r"w \leftarrow w - \eta (\nabla C + w)", "wrong"),
    (COST, r"\Delta w(t) = -\eta \nabla C(w(t))", "equal"),
    (COST, r"\Delta w(t) = -\eta \nabla C(w(t+1))", "wrong"),
    (COST, r"\Delta w = -\eta \nabla C", "equal"),
    (COST, r"\Delta w = \eta \nabla C", "wrong"),
    (COST, r"w^{t+1} = w^t - \eta \nabla C", "equal"),
    (COST, r"w_{jk} = w_{jk} - \eta \nabla C", "equal"),
    (COST, r"b = b - \eta \nabla C", "equal"),
    (COST, r"b = 2 b - \eta \nabla C", "wrong"),
    (BATCH, r"W := W - \frac{\alpha}{3} \nabla J", "equal"),
    (COST, r"w = w - \eta \nabla C \odot \sigma'(z)", "wrong"),
]


def graded(row, formula):
    return derivation(row).grade(None, formula, rate=r"\eta" if row is COST else r"\alpha")


@pytest.mark.parametrize(("row", "formula"), RIGHT)
def test_a_right_rule_with_memory_is_equal_under_a_condition(row, formula):
    grade = graded(row, formula)
    assert grade.verdict == "equal", str(grade)
    assert "with momentum" in grade.condition or "divided by the root" in grade.condition


@pytest.mark.parametrize(("row", "formula"), WRONG)
def test_a_wrong_rule_with_memory_is_wrong(row, formula):
    grade = graded(row, formula)
    assert grade.verdict == "wrong", str(grade)


@pytest.mark.parametrize(("row", "formula"), NOT_EQUAL)
def test_an_unclear_rule_with_memory_is_not_equal(row, formula):
    assert graded(row, formula).verdict in ("unreadable", "wrong", "ambiguous", "ill-formed")


@pytest.mark.parametrize(("row", "formula", "verdict"), UPDATES)
def test_a_gradient_without_a_variable_is_that_of_the_parameter_of_the_update(row, formula, verdict):
    grade = graded(row, formula)
    assert grade.verdict == verdict, str(grade)


def test_a_memory_alone_says_how_it_changes_the_weights():
    formula = "v_t = \\gamma v_{t-1} SIGN \\alpha \\nabla_\\theta J(\\theta)"
    assert "subtracted from the weights" in graded(ANY, formula.replace("SIGN", "+")).condition
    assert "added to the weights" in graded(ANY, formula.replace("SIGN", "-")).condition
