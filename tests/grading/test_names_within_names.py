r"""Names within names: ``W_{ho}``, ``h_t^{enc}``, s as a function of z, u as recurrent weights, terms in words.

Beside each right formula there is a wrong one in the same notation, which must not be equal.
"""

import functools
import random

import pytest

import nn
from autograd import Value, derive, dot, tanh, total


def network(sizes, activations, loss, samples=1, penalty=False):
    generator = random.Random(4)
    model = nn.MLP(sizes[0], sizes[1:], activation=activations[0], output=activations[-1], seed=1)
    targets = [[generator.uniform(0.1, 0.9) for _ in range(sizes[-1])] for _ in range(samples)]
    losses = [loss(model([generator.uniform(0.2, 1) for _ in range(sizes[0])]), t) for t in targets]
    mean = total(losses) / samples if samples > 1 else losses[0]
    if penalty:
        weights = [w for w in model.parameters() if w.label.startswith("w")]
        mean = mean + Value(0.1, "lambda") / (2 * samples) * total([w * w for w in weights])
    return mean


def recurrent():
    generator = random.Random(5)
    w, u, v, b, c = (
        Value(generator.uniform(0.1, 0.9), name) for name in ("wx[1,1]", "wh[1,1]", "wy[1,1]", "bh[1]", "by[1]")
    )
    h, losses = None, []
    for t in range(3):
        x, y = (Value(generator.uniform(0.1, 0.9), f"{name}[1,{t + 1}]") for name in "xt")
        h = tanh(dot([w], [x], b) if h is None else dot([w, u], [x, h], b))
        losses.append(nn.half_sse([dot([v], [h], c)], [y]))
    return derive(total(losses), parameters=[w, u, v, b, c])


@functools.cache
def setting(name):
    match name:
        case "batch":
            loss = network([2, 3, 2], ["sigmoid", "sigmoid"], nn.half_sse, samples=4)
            return derive(loss).convention(
                letters={"s": "Z", "a": "A", "y": "P", "t": "Y"}, order="to-from", batch="columns"
            )
        case "single":
            loss = network([2, 3, 2], ["sigmoid", "sigmoid"], nn.half_sse)
            return derive(loss).convention(letters={"s": "z", "a": "a", "y": "a", "t": "y"}, order="from-to")
        case "logistic":
            loss = network([2, 1], ["sigmoid"], nn.binary_cross_entropy)
            return derive(loss).convention(letters={"s": "z", "a": "a", "y": "a", "t": "y"}, order="to-from")
        case "gates":
            loss = network([2, 3, 1], ["relu", "linear"], nn.half_sse)
            letters = {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y"}
            return derive(loss).convention(letters=letters, order="to-from", vectors="columns")
        case "penalty":
            loss = network([2, 3, 2], ["relu", "linear"], nn.half_sse, samples=3, penalty=True)
            return derive(loss).convention(
                letters={"s": "z", "a": "a", "y": "a", "t": "y", "loss": "J"}, order="to-from"
            )
    return recurrent().convention(letters={"s": "a", "a": "h"}, order="to-from")


RIGHT = [
    ("batch", r"\frac{\partial L}{\partial W_{ho}} = \delta_o A_h^T"),
    ("batch", r"\frac{\partial L}{\partial W_{oh}} = \delta_o A_h^T"),
    ("batch", r"\frac{\partial L}{\partial W_{ih}} = \delta_h X^T"),
    ("batch", r"\delta_h = W_{ho}^T \delta_o \odot \sigma'(Z_h)"),
    ("batch", r"\frac{\partial L}{\partial W_{enc}} = \delta^{(1)} X^T"),
    ("batch", r"\frac{\partial L}{\partial W_{dense}} = \delta^{(2)} (A^{(1)})^T"),
    ("single", r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h"),
    ("logistic", r"\frac{\partial s(z)}{\partial z} = a (1 - a)"),
    ("logistic", r"\frac{\partial s(z)}{\partial z} = s(z) (1 - s(z))"),
    (
        "logistic",
        r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \frac{\partial s(z)}{\partial z} = s(z) - y",
    ),
    ("logistic", r"\frac{\partial L}{\partial (w^T x + b)} = a - y"),
    ("logistic", r"\frac{\partial (w^T x + b)}{\partial w} = x"),
    (
        "logistic",
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \sigma(w^T x + b)} "
        r"\frac{\partial \sigma(w^T x + b)}{\partial (w^T x + b)} \frac{\partial (w^T x + b)}{\partial w}",
    ),
    ("recurrent", r"\frac{\partial L}{\partial u} = \sum_t \delta_t h_{t-1}"),
    ("recurrent", r"\frac{\partial L}{\partial u} = \sum_{t=1}^{T_x} \delta_t \cdot h_{t-1}^{\text{enc}}"),
    ("recurrent", r"\frac{\partial L}{\partial w} = \sum_t \delta_t^{rnn} x_t"),
    ("recurrent", r"\frac{\partial L}{\partial W^{(hh)}} = \sum_t \delta_t h_{t-1}"),
    ("recurrent", r"\frac{\partial h_t}{\partial h_{t-1}} = W^{(hh)\top} \sigma'(a_t)"),
    ("logistic", r"\frac{\partial a}{\partial z} = \sigma_{'}(z)"),
    ("logistic", r"\frac{\partial a}{\partial z} = \sigma^{'(z)}"),
    ("single", r"\delta^{(l)}_j = \sum_k w^{(l+1)}_{jk} \delta^{(l+1)}_k a^{'(l)}_j"),
    ("gates", r"\delta = \delta_{\text{out}} w^{(2)} \odot \mathbf{1}[\mathbf{a} > 0]"),
    ("penalty", r"dW^{[l]} = (\text{from backprop}) + \frac{\lambda}{m} W^{[l]}"),
    ("penalty", r"W^{[l]} := W^{[l]} - \alpha [(\text{from backprop}) + \frac{\lambda}{m} W^{[l]}]"),
    ("penalty", r"dW = dW + \frac{\lambda}{m} W"),
]
WRONG = [
    ("batch", r"\frac{\partial L}{\partial W_{ho}} = \delta_h A_o^T"),
    ("batch", r"\frac{\partial L}{\partial W_{ho}} = \delta_o X^T"),
    ("batch", r"\frac{\partial L}{\partial W_{ho}} = -\delta_o A_h^T"),
    ("batch", r"\frac{\partial L}{\partial W_{ih}} = \delta_o A_h^T"),
    ("batch", r"\delta_h = W_{ih}^T \delta_o \odot \sigma'(Z_h)"),
    ("batch", r"\frac{\partial L}{\partial W_{enc}} = \delta^{(2)} X^T"),
    ("batch", r"\frac{\partial L}{\partial W_{dense}} = -\delta^{(2)} (A^{(1)})^T"),
    ("batch", r"\delta^{(1)} = W_{dense}^T \delta^{(2)}"),
    ("single", r"\frac{\partial L}{\partial w_{ho}} = \delta_h a_o"),
    ("logistic", r"\frac{\partial s(z)}{\partial z} = a (1 + a)"),
    ("logistic", r"\frac{\partial s(z)}{\partial z} = z (1 - z)"),
    (
        "logistic",
        r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \frac{\partial s(z)}{\partial z} = y - s(z)",
    ),
    ("logistic", r"\frac{\partial L}{\partial (w^T x + b)} = y - a"),
    ("logistic", r"\frac{\partial (w^T x + b)}{\partial w} = w"),
    (
        "logistic",
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \sigma(w^T x + b)} "
        r"\frac{\partial (w^T x + b)}{\partial w}",
    ),
    ("recurrent", r"\frac{\partial L}{\partial u} = -\sum_t \delta_t h_{t-1}"),
    ("recurrent", r"\frac{\partial L}{\partial u} = \sum_{t=1}^{T_x} \delta_t \cdot h_{t-2}^{\text{enc}}"),
    ("recurrent", r"\frac{\partial L}{\partial w} = \sum_t \delta_{t+1}^{rnn} x_t"),
    ("recurrent", r"\frac{\partial L}{\partial u} = \sum_t \delta_t h_{t-1}^{enc} + h_{t-1}^{dec}"),
    ("recurrent", r"\frac{\partial L}{\partial W^{(hx)}} = \sum_t \delta_t h_{t-1}"),
    ("recurrent", r"\frac{\partial h_t}{\partial h_{t-1}} = W^{(hh)\top} \sigma'(a_{t-1})"),
    ("logistic", r"\frac{\partial z}{\partial w_1} = \sigma_{'}(z)"),
    ("logistic", r"\frac{\partial a}{\partial z} = -\sigma^{'(z)}"),
    ("gates", r"\delta = \delta_{\text{out}} w^{(2)} \odot \mathbf{1}[\mathbf{a} < 0]"),
    ("gates", r"\delta = \delta_{\text{out}} w^{(1)} \odot \mathbf{1}[\mathbf{a} > 0]"),
    ("penalty", r"dW^{[l]} = (\text{from backprop}) - \frac{\lambda}{m} W^{[l]}"),
    ("penalty", r"dW^{[l]} = (\text{from backprop}) + \lambda W^{[l]}"),
    ("penalty", r"W^{[l]} := W^{[l]} + \alpha [(\text{from backprop}) + \frac{\lambda}{m} W^{[l]}]"),
    ("penalty", r"dW = dW + \frac{\lambda}{m} b"),
]


@pytest.mark.parametrize(("name", "formula"), RIGHT)
def test_a_right_formula_with_such_a_name_is_equal(name, formula):
    grade = setting(name).grade(None, formula, rate=r"\alpha")
    assert grade.verdict == "equal", str(grade)


@pytest.mark.parametrize(("name", "formula"), WRONG)
def test_a_wrong_formula_with_such_a_name_is_not_equal(name, formula):
    grade = setting(name).grade(None, formula, rate=r"\alpha")
    assert grade.verdict in ("wrong", "ill-formed", "ambiguous", "unreadable"), str(grade)
