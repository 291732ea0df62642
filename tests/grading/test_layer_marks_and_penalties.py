r"""Layers counted by any letter, losses on logits, losses without their penalty, temperatures, and ``W^{hy}``.

Each right formula has wrong ones beside it.
"""

import random
from itertools import pairwise

import pytest

from autograd import Value, derive, dot, relu, sigmoid, tanh, total
from nn import binary_cross_entropy, cross_entropy, half_sse

ALLOWED = {"equal": ("equal",), "wrong": ("wrong",), "not equal": ("wrong", "ambiguous", "ill-formed")}
FUNCTIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "linear": lambda s: s}


def recorded(sizes, activations, loss, samples=1, penalty=0.0, temperature=None):
    """Return the derivation of a layered network. ``penalty`` is the factor of lambda times the squared weights."""
    generator = random.Random(7)

    def leaf(name, *place):
        return Value(generator.uniform(0.1, 0.9), f"{name}[{','.join(map(str, place))}]")

    layers = [
        ([[leaf(f"w{k}", i + 1, j + 1) for i in range(n)] for j in range(m)], [leaf(f"b{k}", j + 1) for j in range(m)])
        for k, (n, m) in enumerate(pairwise(sizes), 1)
    ]
    losses = []
    for sample in range(1, samples + 1):
        place = () if samples == 1 else (sample,)
        values = [leaf("x", i + 1, *place) for i in range(sizes[0])]
        for (weights, biases), name in zip(layers, activations, strict=True):
            values = [FUNCTIONS[name](dot(row, values, b)) for row, b in zip(weights, biases, strict=True)]
        if temperature is not None:
            values = [y / temperature for y in values]
        targets = [leaf("t", o + 1, *place) for o in range(sizes[-1])]
        whole = sum(t.data for t in targets)
        for t in targets:
            t.data /= whole if loss is cross_entropy else 1
        losses.append(loss(values, targets))
    value = losses[0] if samples == 1 else total(losses) / samples
    if penalty:
        value = value + penalty * Value(0.3, "lambda") * total([w * w for rows, _ in layers for r in rows for w in r])
    leaves = [w for rows, _ in layers for row in rows for w in row] + [b for _, biases in layers for b in biases]
    return derive(value, parameters=leaves)


def on_logits(outputs, targets):
    return binary_cross_entropy(outputs, targets, logits=True)


def recurrent():
    """Return the derivation of a layer of three neurons that reads itself, with a softmax at each of three steps."""
    generator = random.Random(8)

    def leaf(name, *place):
        return Value(generator.uniform(-0.9, 0.9), f"{name}[{','.join(map(str, place))}]")

    def matrix(name, n, m):
        return [[leaf(name, i + 1, j + 1) for i in range(n)] for j in range(m)]

    wx, wh, wy, h, losses = matrix("wx", 2, 3), matrix("wh", 3, 3), matrix("wy", 3, 2), [], []
    for t in (1, 2, 3):
        x = [leaf("x", i + 1, t) for i in range(2)]
        h = [tanh(dot([*wx[j], *(wh[j] if h else [])], [*x, *h])) for j in range(3)]
        targets = [Value(float((t + o) % 2), f"t[{o + 1},{t}]") for o in range(2)]
        losses.append(cross_entropy([dot(row, h) for row in wy], targets))
    return derive(total(losses), parameters=[w for rows in (wx, wh, wy) for row in rows for w in row])


LETTERS = {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y", "x": "x", "w": "W", "loss": "J", "function": "f"}
DEEP = recorded([2, 3, 3, 2], ["sigmoid"] * 3, half_sse).convention(letters=LETTERS, order="to-from")

# In these, K is a letter that may count layers.
OF_LAYERS = [
    (r"\frac{\partial J}{\partial W^{(K)}} = \delta^{(K)} (a^{(K-1)})^T", "equal"),
    (r"\frac{\partial J}{\partial W^{(K)}} = \delta^{(K)} (a^{(K)})^T", "wrong"),
    (r"\frac{\partial J}{\partial a^{(K-1)}} = (W^{(K)})^T \delta^{(K)}", "equal"),
    (r"\frac{\partial J}{\partial a^{(K)}} = (W^{(K)})^T \delta^{(K)}", "wrong"),
    (r"\delta_j^{(K)} = f'(z_j^{(K)}) \sum_m W_{mj}^{(K+1)} \delta_m^{(K+1)}", "equal"),
    (r"\delta_j^{(K)} = f'(z_j^{(K)}) \sum_m W_{mj}^{(K)} \delta_m^{(K)}", "not equal"),
    (r"W^{(K)} \leftarrow W^{(K)} - \eta\, \delta^{(K)} (a^{(K-1)})^T", "equal"),
]


@pytest.mark.parametrize("letter", ["k", "i", "n", "t", "l", "r"])
@pytest.mark.parametrize(("formula", "verdict"), OF_LAYERS)
def test_any_letter_may_count_layers(formula, verdict, letter):
    grade = DEEP.grade(None, formula.replace("K", letter))
    assert grade.verdict in ALLOWED[verdict], str(grade)


@pytest.mark.parametrize("letter", ["k", "l", "n"])
@pytest.mark.parametrize(
    "formula",
    [
        r"\delta^{(K)} = ((W^{(K)})^T \delta^{(K+1)}) \odot f'(z^{(K)})",
        r"\frac{\partial J}{\partial b^{(K)}} = \delta^{(K+1)}",
    ],
)
def test_weights_that_lead_out_of_their_layer_are_in_doubt_with_any_letter(formula, letter):
    grade = DEEP.grade(None, formula.replace("K", letter))
    assert (grade.verdict, "lead out" in str(grade)) == ("ambiguous", True), str(grade)


def test_a_mark_of_updates_is_no_layer():
    assert DEEP.grade(None, r"W^{(k+1)} = W^{(k)} - \eta \frac{\partial J}{\partial W^{(k)}}").verdict == "equal"
    assert DEEP.grade(None, r"W^{(k+1)} = W^{(k)} + \eta \frac{\partial J}{\partial W^{(k)}}").verdict == "wrong"


OF_WEIGHTS = [
    (r"\frac{\partial J}{\partial W^{(K)}} = \frac{\partial J}{\partial W^{(K+1)}}", "wrong"),
    (r"dW^{(K)} = \frac{\partial J}{\partial W^{(K+1)}}", "wrong"),
    (r"dW^{(K)} = \frac{\partial J}{\partial W^{(K)}}", "equal"),
    (r"W^{(K)} := W^{(K)} - \eta\, dW^{(K)}", "equal"),
    (r"W^{(K)} := W^{(K)} - \eta\, dW^{(K+1)}", "wrong"),
    (r"W^{(K)} := W^{(K+1)} - \eta\, dW^{(K)}", "wrong"),
    (r"W^{K} := W^{K} - \eta \frac{\partial J}{\partial W^{K+1}}", "wrong"),
]
OF_UPDATES = [
    (r"W^{(K+1)} = W^{(K)} - \eta \frac{\partial J}{\partial W^{(K)}}", "equal"),
    (r"W^{(K)} = W^{(K-1)} - \eta \frac{\partial J}{\partial W^{(K-1)}}", "equal"),
    (r"W^{(K+1)} = W^{(K)} + \eta \frac{\partial J}{\partial W^{(K)}}", "wrong"),
]


@pytest.mark.parametrize("letter", ["k", "l", "t"])
@pytest.mark.parametrize(("formula", "verdict"), OF_WEIGHTS)
def test_weights_of_different_layers_are_different(formula, verdict, letter):
    grade = DEEP.grade(None, formula.replace("K", letter))
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize("letter", ["k", "n", "t"])
@pytest.mark.parametrize(("formula", "verdict"), OF_UPDATES)
def test_a_mark_of_weights_may_count_updates(formula, verdict, letter):
    grade = DEEP.grade(None, formula.replace("K", letter))
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    "formula", [*[x[0] for x in OF_UPDATES], r"b^{(K)} := b^{(K)} - \eta \frac{\partial J}{\partial b^{(K-1)}}"]
)
def test_l_counts_no_updates(formula):
    assert DEEP.grade(None, formula.replace("K", "l")).verdict == "wrong"


OF_LOGITS = [
    (r"\frac{\partial J}{\partial z} = \sigma(z) - y", "equal"),
    (r"\frac{\partial J}{\partial z} = y - \sigma(z)", "wrong"),
    (r"\frac{\partial J}{\partial z} = \sigma'(z)(\sigma(z) - y)", "wrong"),
    (r"\frac{\partial J}{\partial z_k} = \sigma(z_k) - y_k", "equal"),
    (r"\frac{\partial J}{\partial z_k} = z_k - y_k", "wrong"),
    (r"\frac{\partial J}{\partial z} = \sigma(z) - y = -\frac{1}{1 + e^{z}} + 1 - y", "equal"),
    (r"\frac{\partial J}{\partial z} = \sigma(z) - y = \frac{1}{1 + e^{z}} - y", "wrong"),
]


@pytest.mark.parametrize("sizes", [(2, 1), (2, 3, 1), (2, 3, 2)])
@pytest.mark.parametrize("outputs", ["z", r"\hat{y}"])
@pytest.mark.parametrize(("formula", "verdict"), OF_LOGITS)
def test_a_declared_sigma_at_logits_is_the_logistic_function(formula, verdict, outputs, sizes):
    derivation = recorded(sizes, ["tanh"] * (len(sizes) - 2) + ["linear"], on_logits)
    letters = LETTERS | {"y": outputs, "function": r"\sigma"}
    grade = derivation.convention(letters=letters, order="to-from").grade(None, formula)
    assert grade.verdict == verdict, str(grade)
    assert verdict != "equal" or "logistic" in grade.condition


def test_a_declared_sigma_is_the_activation_of_hidden_neurons():
    derivation = recorded((2, 3, 1), ["tanh", "linear"], on_logits)
    derivation = derivation.convention(letters=LETTERS | {"function": r"\sigma"}, order="to-from")
    right = r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot \sigma'(z^{(1)})"
    assert derivation.grade(None, right).verdict == "equal"
    wrong = r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot \sigma(z^{(1)}) \odot (1 - \sigma(z^{(1)}))"
    assert derivation.grade(None, wrong).verdict == "wrong"


DECAY = recorded([2, 3, 2], ["relu", "linear"], half_sse, samples=3, penalty=0.5 / 3)
REG = r"\mathcal{L}_{\text{reg}}"
OF_REG = r"\frac{\partial \mathcal{L}_{\text{reg}}}{\partial W^{[l]}} = \frac{\partial \mathcal{L}}{\partial W^{[l]}}"
J_REG = r"\frac{\partial J_{reg}}{\partial W^{[l]}} = \frac{\partial J}{\partial W^{[l]}}"
OF_DATA = r"W^{[l]} - \alpha \frac{\partial J_{\text{data}}}{\partial W^{[l]}}"
OF_PENALTIES = [
    # the left side says which loss is the whole one
    ("J", r"dW^{[l]} = \frac{\partial L}{\partial W^{[l]}} + \frac{\lambda}{m} W^{[l]}", "equal"),
    ("J", r"dW^{[l]} = \frac{\partial L}{\partial W^{[l]}} - \frac{\lambda}{m} W^{[l]}", "wrong"),
    ("J", r"dW^{[l]} = \frac{\partial J}{\partial W^{[l]}} + \frac{\lambda}{m} W^{[l]}", "wrong"),
    ("J", r"\frac{\partial J}{\partial W^{[l]}} = dW^{[l]} + \frac{\lambda}{m} W^{[l]}", "equal"),
    ("J", r"\frac{\partial J}{\partial W^{[l]}} = dW^{[l]} + \frac{2\lambda}{m} W^{[l]}", "wrong"),
    ("J", r"dW^{[l]}_{\text{reg}} = dW^{[l]} + \frac{\lambda}{m} W^{[l]}", "equal"),
    ("J", r"dW^{[l]}_{\text{reg}} = dW^{[l]} + \lambda W^{[l]}", "wrong"),
    ("J", J_REG + r" + \frac{\lambda}{m} W^{[l]}", "equal"),
    ("J", J_REG + r" + \lambda W^{[l]}", "wrong"),
    ("J_{reg}", J_REG + r" + \frac{\lambda}{m} W^{[l]}", "equal"),
    ("J_{reg}", J_REG + r" - \frac{\lambda}{m} W^{[l]}", "wrong"),
    (REG, OF_REG + r" + \frac{\lambda}{m} W^{[l]}", "equal"),
    (REG, OF_REG + r" + \frac{2\lambda}{m} W^{[l]}", "wrong"),
    # steps
    ("J", r"W^{[l]} \leftarrow W^{[l]} - \alpha \left( dW^{[l]} + \frac{\lambda}{m} W^{[l]} \right)", "equal"),
    ("J", r"W^{[l]} \leftarrow W^{[l]} - \alpha \left( dW^{[l]} - \frac{\lambda}{m} W^{[l]} \right)", "wrong"),
    ("J", r"W^{[l]} \leftarrow \left(1 - \frac{\alpha\lambda}{m}\right) W^{[l]} - \alpha \cdot dW^{[l]}", "equal"),
    ("J", r"W^{[l]} \leftarrow \left(1 - \alpha\lambda\right) W^{[l]} - \alpha \cdot dW^{[l]}", "wrong"),
    ("J", r"W_{L2}^{[l]} = W^{[l]} - \alpha (\mathrm{d} W^{[l]} + \frac{\lambda}{m} W^{[l]})", "equal"),
    ("J", r"W_{L2}^{[l]} = W^{[l]} - \alpha (\mathrm{d} W^{[l]} + \lambda W^{[l]})", "wrong"),
    ("J", r"W^{[l]} := \left(1 - \frac{\alpha\lambda}{m}\right) " + OF_DATA, "equal"),
    ("J", r"W^{[l]} := \left(1 + \frac{\alpha\lambda}{m}\right) " + OF_DATA, "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "formula", "verdict"), OF_PENALTIES)
def test_the_loss_without_its_penalty_in_more_notations(loss, formula, verdict):
    letters = {"s": "z", "a": "a", "y": "a", "t": "y", "x": "x", "w": "W", "loss": loss, "rate": r"\alpha"}
    grade = DECAY.convention(letters=letters, order="to-from").grade(None, formula, rate=r"\alpha")
    assert grade.verdict == verdict, str(grade)
    assert verdict != "equal" or "without its penalty" in grade.condition


OF_TEMPERATURES = [
    (r"\frac{\partial C}{\partial z_i} = \frac{1}{T}(q_i - p_i)", "equal"),
    (r"\frac{\partial C}{\partial z_i} = q_i - p_i", "wrong"),
    (r"\frac{\partial C}{\partial z_i} = T (q_i - p_i)", "wrong"),
    (r"\frac{\partial C}{\partial z_i} = \frac1T \left(\frac{e^{z_i/T}}{\sum_j e^{z_j/T}} - p_i\right)", "equal"),
    (r"\frac{\partial C}{\partial z_i} = \frac1T \left(\frac{e^{z_i}}{\sum_j e^{z_j}} - p_i\right)", "wrong"),
    (r"\frac{\partial q_i}{\partial z_j} = \frac{q_i(\delta_{ij} - q_j)}{T}", "equal"),
    (r"\frac{\partial q_i}{\partial z_j} = q_i(\delta_{ij} - q_j)", "wrong"),
    (r"\frac{\partial C}{\partial q_i} = -\frac{p_i}{q_i}", "equal"),
    (r"\frac{\partial C}{\partial q_i} = -\frac{p_i}{T q_i}", "wrong"),
    (r"\frac{\partial C}{\partial w_{ki}} = \frac{q_i - p_i}{T} x_k", "equal"),
    (r"\frac{\partial C}{\partial w_{ki}} = (q_i - p_i) x_k", "wrong"),
]


@pytest.mark.parametrize("outputs", ["z", "u"])
@pytest.mark.parametrize(("formula", "verdict"), OF_TEMPERATURES)
def test_a_softmax_with_a_temperature(formula, verdict, outputs):
    derivation = recorded([2, 3], ["linear"], cross_entropy, temperature=Value(2.0, "T"))
    letters = {"s": "z", "y": outputs, "p": "q", "t": "p", "x": "x", "loss": "C"}
    grade = derivation.convention(letters=letters).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


OF_STEPS = [
    (r"\frac{\partial L}{\partial W^{hy}} = \sum_t (p_t - y_t) h_t^T", "equal"),
    (r"\frac{\partial L}{\partial W^{hy}} = \sum_t (p_t - y_t) h_{t-1}^T", "wrong"),
    (r"\frac{dL_3}{dW^{hy}} = \frac{dL_3}{do_3} \frac{do_3}{dW^{hy}}", "equal"),
    (r"\frac{\partial L}{\partial \mathbf{W}^{hh}} = \sum_t \delta_t h_{t-1}^T", "equal"),
    (r"\frac{\partial L}{\partial \mathbf{W}^{hh}} = \sum_t \delta_t h_t^T", "wrong"),
    (r"\frac{\partial L}{\partial W^{xh}} = \sum_t \delta_t x_t^T", "equal"),
    (r"\frac{\partial L}{\partial W^{hx}} = \sum_t \delta_t x_t^T", "equal"),
    (r"\frac{\partial L}{\partial W^{hx}} = \sum_t \delta_t h_{t-1}^T", "not equal"),
    (r"\frac{\partial L}{\partial W^{xh}} = \sum_t \delta_t h_{t-1}^T", "not equal"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "verdict"), OF_STEPS)
def test_recurrent_matrices_with_two_letters_above(formula, verdict):
    letters = {"s": "z", "a": "h", "y": "o", "p": "p", "t": "y", "x": "x", "loss": "L"}
    grade = recurrent().convention(letters=letters, order="to-from").grade(None, formula)
    assert grade.verdict in ALLOWED[verdict], str(grade)
