r"""Derivatives in rare notations, damaged underscores, and letters without a mark of their layer or condition.

Beside each right formula there is a wrong one in the same notation.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(2)


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


ONE_LETTER = {"s": "z", "a": "a", "y": "a", "t": "y"}
LAYERS = {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y"}
NEURON = setting("2-1 sig bce", "to-from", ONE_LETTER)
PLAIN = setting("2-3-2 sig half_sse", "to-from", LAYERS)
FROM_TO = setting("2-3-2 sig half_sse", "from-to", ONE_LETTER)
TANH = setting("2-3-2 tanh,lin half_sse", "from-to", ONE_LETTER)
DEEP = setting("2-3-3-2 sig half_sse", "to-from", {**ONE_LETTER, "loss": "C"})
SOFTMAX = setting("3-3 softmax explicit", "to-from", {"s": "z", "y": "a", "p": "a", "t": "y"})
OF_X = setting("3-3 softmax explicit", "from-to", {"s": "x", "y": "s", "p": "s", "t": "y", "loss": "H"})
MEAN = {"s": "z", "a": "a", "y": "z", "p": r"\hat{Y}", "t": "Y"}
SCRIPT = setting("2-3-3 relu softmax m=3", "from-to", {**MEAN, "loss": r"\mathcal{L}"})
COST = setting("2-3-3 relu softmax m=3", "from-to", {**MEAN, "loss": "J"})
FIXED = setting("2-3-2 sig sse nobias", "to-from", {"s": "x", "a": "y", "y": "y", "t": "t^*", "loss": "e"})
BATCH = setting("2-3-1 relu,sig bce m=3", "to-from",
                {"s": "z", "a": "a", "y": r"\hat{Y}", "t": "Y", "loss": "J", "function": "g"}, delta=3)  # fmt: skip
PATTERNS = setting("2-3-2 sig,lin half_sse m=3 sum", "from-to",
                   {"x": "y", "s": "x", "a": "y", "y": "y", "t": r"y\prime", "loss": "E"})  # fmt: skip
RELU = setting("1-1-1 relu,lin sse nobias", "to-from", LAYERS)

PRIMES = [
    (NEURON, r"\frac{da}{dz} = (\sigma(z))'", "equal"),
    (NEURON, r"\frac{da}{dz} = (\sigma(-z))'", "wrong"),
    (NEURON, r"\frac{da}{dz} = \left(\sigma(z)\right)'", "equal"),
    (NEURON, r"\frac{da}{dz} = [\sigma(z)]^\prime", "equal"),
    (NEURON, r"\frac{da}{dz} = \{\sigma(z)\}'", "equal"),
    (NEURON, r"\frac{da}{dz} = (a)'", "equal"),
    (NEURON, r"\frac{da}{dz} = (a)", "wrong"),
    (NEURON, r"\frac{da}{dz} = \left[(1+e^{-z})^{-1}\right]'", "equal"),
    (NEURON, r"\frac{da}{dz} = \left[(1+e^{z})^{-1}\right]'", "wrong"),
    (NEURON, r"\frac{da}{dz} = -\left(1-\sigma(z)\right)'", "equal"),
    (NEURON, r"\frac{da}{dz} = \left(1-\sigma(z)\right)'", "wrong"),
    (
        NEURON,
        r"\frac{\partial L}{\partial z} = (-\frac{y}{a} + \frac{1-y}{1-a}) (\frac{1}{1+e^{-z}})' = a - y",
        "equal",
    ),
    (NEURON, r"\frac{\partial L}{\partial z} = (-\frac{y}{a} - \frac{1-y}{1-a}) (\frac{1}{1+e^{-z}})'", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial z} = (-y\log a - (1-y)\log(1-a))'", "equal"),
    (NEURON, r"\frac{\partial L}{\partial z} = (-y\log a + (1-y)\log(1-a))'", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial w_1} = (-y\log a - (1-y)\log(1-a))'", "unreadable"),
    (TANH, r"\delta_j = (\tanh(z_j))' \sum_k w_{jk}\delta_k", "equal"),
    (TANH, r"\delta_j = (\tanh(z_j))' \sum_k w_{kj}\delta_k", "wrong"),
    (TANH, r"\delta^{(1)} = (\tanh(z^{(1)}))' \odot (W^{(2)} \delta^{(2)})", "equal"),
    (TANH, r"\delta^{(1)} = (\tanh(z^{(1)}))' \odot (W^{(2)T} \delta^{(2)})", "wrong"),
    (FROM_TO, r"\delta_k = (a_k-y_k)\left(\frac{1}{1+e^{-z_k}}\right)'", "equal"),
    (FROM_TO, r"\delta_k = (y_k-a_k)\left(\frac{1}{1+e^{-z_k}}\right)'", "wrong"),
    (PLAIN, r"\delta^{(1)} = ((\delta^{(2)})' W^{(2)})' \odot a^{(1)} \odot (1 - a^{(1)})", "equal"),
    (PLAIN, r"\delta^{(1)} = ((\delta^{(2)})' W^{(2)})' \odot a^{(1)}", "wrong"),
]
ORDERS = [
    (PLAIN, r"\delta_j = \sigma^{(1)}(z_j) \sum_k w_{kj} \delta_k", "equal"),
    (PLAIN, r"\delta_j = \sigma^{(1)}(z_j) \sum_k w_{jk} \delta_k", "wrong"),
    (PLAIN, r"\delta^{(1)} = \sigma^{(1)}(z^{(1)}) \odot (W^{(2)T} \delta^{(2)})", "ambiguous"),
    (PLAIN, r"\delta^{(1)} = \sigma^{(1)}(z^{(1)}) \odot (W^{(2)} \delta^{(2)})", "wrong"),
    (PLAIN, r"a^{(1)} = \sigma^{(1)}(z^{(1)})", "equal"),
]
OPERATORS = [
    (PLAIN, r"D_{W^{(2)}} L = \delta^{(2)} a^{(1)T}", "equal"),
    (PLAIN, r"D_{W^{(2)}} L = a^{(1)} \delta^{(2)T}", "wrong"),
    (PLAIN, r"D_{w_{kj}} L = \delta_k a_j", "equal"),
    (PLAIN, r"D_{w_{kj}} L = \delta_j a_k", "wrong"),
    (PLAIN, r"[ \partial L/\partial W_{jk} ]_{jk} = \delta^{(2)} (a^{(1)})^T", "equal"),
    (PLAIN, r"[ \partial L/\partial W_{jk} ]_{kj} = \delta^{(2)} (a^{(1)})^T", "wrong"),
    (PLAIN, r"\left[ \frac{\partial L}{\partial w_{jk}^{(2)}} \right]_{jk} = \delta^{(2)} (a^{(1)})^T", "equal"),
    (PLAIN, r"\left[ \frac{\partial L}{\partial w_{jk}^{(2)}} \right]_{jk} = a^{(1)} (\delta^{(2)})^T", "wrong"),
    (PLAIN, r"\left[ \frac{\partial L}{\partial w_{jk}^{(2)}} \right]_{kj} = a^{(1)} (\delta^{(2)})^T", "equal"),
    (PLAIN, r"\delta^{(1)} = \Sigma'(z^{(1)}) W^{(2)T} \delta^{(2)}", "equal"),
    (PLAIN, r"\delta^{(1)} = \Sigma'(z^{(1)}) W^{(2)} \delta^{(2)}", "wrong"),
]
STARS = [
    (FROM_TO, r"\delta_j = \left( \sum*k \delta_k w*{jk} \right) \sigma'(z_j)", "equal"),
    (FROM_TO, r"\delta_j = \left( \sum*k \delta_k w*{kj} \right) \sigma'(z_j)", "wrong"),
    (FROM_TO, r"\delta_j = \left( \sum*{k=1}^{2} \delta_k w*{jk} \right) \sigma'(z_j)", "equal"),
    (FROM_TO, r"\delta*k = (a_k - y_k) \sigma'(z_k)", "equal"),
    (FROM_TO, r"\delta*k = (y_k - a_k) \sigma'(z_k)", "wrong"),
    (FROM_TO, r"\delta*{k} = (a*{k} - y_k) \sigma'(z_k)", "equal"),
    (FROM_TO, r"\delta_j = \left( \sum\_{k=1}^2 \delta_k w\_{jk} \right) \sigma'(z_j)", "equal"),
    (FROM_TO, r"\delta_j = \left( \sum\_{k=1}^2 \delta_k w\_{kj} \right) \sigma'(z_j)", "wrong"),
    (FROM_TO, r"\delta_k = (a_k - y_k)*a_k*(1 - a_k)", "equal"),
    (FROM_TO, r"\delta_k = (a_k - y_k)*{a_k}*{(1 - a_k)}", "equal"),
    (FROM_TO, r"\delta_k = (a_k - y_k)*{a_k}", "wrong"),
]
LETTERS = [
    (DEEP, r"\delta^l = \nabla_z C", "equal"),
    (DEEP, r"\delta^l = \frac{\partial C}{\partial z^l} = \nabla_z C", "equal"),
    (DEEP, r"\delta^l = \nabla_a C", "wrong"),
    (DEEP, r"\delta^l = \nabla_a C \odot \sigma'(z^l)", "equal"),
    (FIXED, r"\frac{de}{dx_{t_0}^L} = 2 (y_{t_0}^L - t_{t_0}^*) f'(x_{t_0}^L)", "equal"),
    (FIXED, r"\frac{de}{dx_{t_0}^L} = 2 (t_{t_0}^* - y_{t_0}^L) f'(x_{t_0}^L)", "wrong"),
    (FIXED, r"\frac{de}{dx_{f_0}^l} = \sum_t \frac{de}{dx_t^{l+1}} W_{t,f_0}^{l+1} f'(x_{f_0}^l)", "equal"),
    (FIXED, r"\frac{de}{dx_{f_0}^l} = \sum_t \frac{de}{dx_t^{l+1}} W_{t,f_0}^{l+1}", "wrong"),
    (RELU, r"\frac{\partial L}{\partial z_1} = 2 (\hat{y} - y) w_2 1_{z_1 > 0}", "equal"),
    (RELU, r"\frac{\partial L}{\partial z_1} = 2 (\hat{y} - y) w_2 1_{z_1 < 0}", "wrong"),
    (OF_X, r"\frac{\partial s(\mathbf x)_i}{\partial x_i} = s(\mathbf x)_i - s(\mathbf x)_i^2", "equal"),
    (OF_X, r"\frac{\partial s(\mathbf x)_i}{\partial x_i} = s(\mathbf x)_i + s(\mathbf x)_i^2", "wrong"),
    (OF_X, r"\frac{\partial s(\mathbf x)_i}{\partial x_j} = - s(\mathbf x)_i s(\mathbf x)_j, \quad i \ne j", "equal"),
    (BATCH, r"\frac{dA^{[l]}_{ij}}{dZ^{[l]}_{ij}} = g'(Z^{[l]}_{ij})", "equal"),
    (BATCH, r"\frac{\partial A^{[l]}_{ij}}{\partial Z^{[l]}_{ij}} = g'(Z^{[l]}_{ij})", "equal"),
    (BATCH, r"\frac{dA^{[l]}_{ij}}{dZ^{[l]}_{ij}} = g(Z^{[l]}_{ij})", "wrong"),
    (PATTERNS, r"\delta_{jt} = y_{jt} (1 - y_{jt}) \sum_k \delta_{kt} w_{jk}", "equal"),
    (PATTERNS, r"\delta_{jt} = y_{jt} (1 - y_{jt}) \delta_{kt} w_{jk}", "wrong"),
    (SCRIPT, r"\frac{\partial \mathcal{L}}{\partial z_2} = \frac{1}{m}(\hat{Y} - Y)", "equal"),
    (SCRIPT, r"\frac{\partial \mathcal{L}}{\partial z_2} = \hat{Y} - Y", "wrong"),
    (COST, r"\frac{\partial \mathcal{L}}{\partial z_2} = \hat{Y} - Y", "equal"),
    (COST, r"\frac{\partial J}{\partial z_2} = \hat{Y} - Y", "wrong"),
]
OFF_DIAGONAL = [
    (SOFTMAX, r"\frac{\partial a_j}{\partial z_i} = -a_j a_i", "equal"),
    (
        SOFTMAX,
        r"\frac{\partial a_j}{\partial z_i} = \frac{0 - e^{z_j} e^{z_i}}{(\sum_k e^{z_k})^2} = -a_j a_i",
        "equal",
    ),
    (SOFTMAX, r"\frac{\partial a_j}{\partial z_i} = a_j a_i", "wrong"),
    (SOFTMAX, r"\frac{\partial a_j}{\partial z_i} = -a_j a_j", "wrong"),
    (SOFTMAX, r"\frac{\partial a_i}{\partial z_i} = -a_i a_i", "wrong"),
    (SOFTMAX, r"\frac{\partial a_2}{\partial z_1} = -a_2 a_1", "equal"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_i} = -\sum_j \frac{y_j}{a_j} (-a_j a_i)", "wrong"),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), [*PRIMES, *ORDERS, *OPERATORS, *STARS, *LETTERS, *OFF_DIAGONAL])
def test_the_verdict_on_a_derivative_in_a_rare_notation(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(("row", "formula", "verdict"), [x for x in OFF_DIAGONAL if x[2] == "equal"])
def test_the_derivative_of_a_softmax_states_that_its_indices_differ(row, formula, verdict):
    letters = r"\frac{\partial a_j}" in formula
    assert derivation(row).grade(None, formula).condition == ("for j != i" if letters else "")
