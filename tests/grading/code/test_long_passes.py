"""Slips in long backward passes: batch normalization written line by line, and an LSTM with two carried gradients."""

import pytest
from corrections import corrected

from autograd import grade_code

NORM = """
import numpy as np

rng = np.random.default_rng(3)
n = 4
X, Y = rng.normal(size=(n, 3)), rng.normal(size=(n, 2))
W, V = rng.normal(size=(3, 3)) * 0.5, rng.normal(size=(3, 2))
gamma, beta = np.ones((1, 3)) * 1.2, np.zeros((1, 3))
for step in range(2):
    z = X @ W
    mean = z.mean(0, keepdims=True)
    diff = z - mean
    var = (diff ** 2).mean(0, keepdims=True)
    inverse = (var + 1e-5) ** -0.5
    raw = diff * inverse
    h = np.tanh(gamma * raw + beta)
    out = h @ V
    loss = np.sum((out - Y) ** 2) / (2 * n)
    dout = (out - Y) / n
    dV = h.T @ dout
    dpre = dout @ V.T * (1 - h ** 2)
    dgamma = (raw * dpre).sum(0, keepdims=True)
    dbeta = dpre.sum(0, keepdims=True)
    draw = dpre * gamma
    ddiff = draw * inverse
    dinverse = (draw * diff).sum(0, keepdims=True)
    dvar = -0.5 * (var + 1e-5) ** -1.5 * dinverse
    ddiff = ddiff + 2 / n * diff * dvar
    dmean = -ddiff.sum(0, keepdims=True)
    dz = ddiff + dmean / n
    dW = X.T @ dz
    W -= 0.1 * dW
    V -= 0.1 * dV
    gamma -= 0.1 * dgamma
    beta -= 0.1 * dbeta
"""

LSTM = """
import numpy as np

def sigmoid(a):
    return 1 / (1 + np.exp(-a))

rng = np.random.RandomState(2)
H = 2
Wf, Wi, Wg, Wo = [rng.randn(H, H + 2) * 0.5 for _ in range(4)]
V = rng.randn(1, H)
xs, target = rng.randn(3, 2), 0.4
for epoch in range(2):
    h, c, cache = np.zeros(H), np.zeros(H), []
    for x in xs:
        z = np.concatenate([h, x])
        f, i, g, o = sigmoid(Wf @ z), sigmoid(Wi @ z), np.tanh(Wg @ z), sigmoid(Wo @ z)
        before, c = c, f * c + i * g
        h = o * np.tanh(c)
        cache.append((z, f, i, g, o, before, c))
    error = V @ h - target
    loss = np.sum(error ** 2) / 2
    dV = np.outer(error, h)
    dWf, dWi, dWg, dWo = [np.zeros_like(Wf) for _ in range(4)]
    dh_next, dc_next = V.T @ error, np.zeros(H)
    for t in reversed(range(3)):
        z, f, i, g, o, before, c = cache[t]
        dh = dh_next
        do = dh * np.tanh(c) * o * (1 - o)
        dc = dh * o * (1 - np.tanh(c) ** 2) + dc_next
        df = dc * before * f * (1 - f)
        di = dc * g * i * (1 - i)
        dg = dc * i * (1 - g ** 2)
        dWf += np.outer(df, z)
        dWi += np.outer(di, z)
        dWg += np.outer(dg, z)
        dWo += np.outer(do, z)
        dz = Wf.T @ df + Wi.T @ di + Wg.T @ dg + Wo.T @ do
        dh_next = dz[:H]
        dc_next = dc * f
    Wf = Wf - 0.1 * dWf
    Wi = Wi - 0.1 * dWi
    Wg = Wg - 0.1 * dWg
    Wo = Wo - 0.1 * dWo
    V = V - 0.1 * dV
"""

SLIPS = [
    (NORM, "** -1.5 *", "** -0.5 *", 27, "wrong derivative"),
    (NORM, "draw = dpre * gamma", "draw = dpre", 24, "wrong factor"),
    (NORM, "ddiff = ddiff + 2 / n", "ddiff = 2 / n", 28, "wrong factor"),
    (NORM, "dz = ddiff + dmean / n", "dz = ddiff", 30, "wrong factor"),
    (LSTM, "dc_next = dc * f", "dc_next = dc", 39, "wrong factor"),
    (LSTM, " + Wo.T @ do", "", 37, "wrong factor"),
]


def test_both_programs_are_right():
    assert grade_code(NORM).verdict == grade_code(LSTM).verdict == "right"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("text", "old", "new", "line", "kind"), SLIPS, ids=[new or old for _, old, new, *_ in SLIPS])
def test_a_slip_in_one_line_is_named_and_corrected(text, old, new, line, kind):
    text = text.replace(old, new, 1)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_rows_of_an_embedding_that_no_sample_reads_hide_no_step():
    text = """
import numpy as np

rng = np.random.default_rng(5)
C, W = rng.normal(size=(9, 2)), rng.normal(size=(2, 3))
ids, labels = np.array([5, 7, 5, 8]), np.array([0, 2, 1, 1])
for step in range(4):
    emb = C[ids]
    logits = emb @ W
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    loss = -np.log(p[range(4), labels]).mean()
    d = p.copy()
    d[range(4), labels] -= 1
    d /= 4
    dC = np.zeros_like(C)
    for k in range(4):
        dC[ids[k]] += (d @ W.T)[k]
    C = C - 0.5 * dC
    W = W - 0.5 * (emb.T @ d)
"""
    assert grade_code(text).verdict == "right"


def test_a_velocity_in_a_dict_is_no_repeated_update():
    text = """
import numpy as np

X, y = np.random.randn(5, 3), np.random.randn(5)
w, s = np.random.randn(3), {"w": 0}
for t in range(3):
    r = X @ w - y
    loss = np.sum(r ** 2) / 2
    g = X.T @ r
    s["w"] = 0.9 * s["w"] + g
    w -= 0.01 * (g + 0.9 * s["w"])
"""
    grade = grade_code(text)
    assert (grade.verdict, round(grade.factor, 9)) == ("right up to a factor", 1.9)


@pytest.mark.parametrize(
    "start", ["np.full(3, 1.3)", "np.full((3,), fill_value=-0.4)", "np.full_like(X[0], 0.4)", "np.repeat(0.5, 3)"]
)
def test_each_element_of_a_filled_array_is_a_parameter_of_its_own(start):
    text = f"""
import numpy as np

X, y = np.random.randn(5, 3), np.random.randn(5)
g = {start}
for step in range(2):
    h = np.tanh(X * g)
    r = h.sum(1) - y
    loss = np.sum(r ** 2) / 2
    g -= 0.1 * ((1 - h ** 2) * X * r[:, None]).sum(0)
"""
    grade = grade_code(text)
    assert (grade.verdict, [update.shape for update in grade.updates]) == ("right", [(3,)])


LAYER = """
import numpy as np

def softsign_slope(z):
    return 1 / (1 + np.abs(z)) ** 2

class Layer:
    def __init__(self):
        self.W, self.b = np.random.randn(3, 2), np.zeros(2)

    def backward(self, x, d):
        self.gW += x.T @ d
        self.gb += d.sum(0)

np.random.seed(9)
layer = Layer()
X, Y = np.random.randn(6, 3), np.random.randn(6, 2)
for step in range(3):
    layer.gW, layer.gb = np.zeros((3, 2)), np.zeros(2)
    loss = 0
    for part in (slice(0, 3), slice(3, 6)):
        z = X[part] @ layer.W + layer.b
        p = z / (1 + np.abs(z))
        a = np.arctan(p)
        loss += np.sum((a - Y[part]) ** 2)
        d = 2 * (a - Y[part]) / (1 + p ** 2)
        layer.backward(X[part], d * softsign_slope(z))
    layer.W -= 0.1 * layer.gW
    layer.b -= 0.1 * layer.gb
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "kind"),
    [
        ("self.gb += d", "self.gb = d", 13, "batch sum missing"),
        ("np.abs(z)) ** 2", "np.abs(z))", 5, "wrong derivative"),
    ],
)
def test_the_derivative_of_softsign_and_sums_in_methods(old, new, line, kind):
    grade = grade_code(LAYER.replace(old, new))
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert grade.mistakes[0].fix


def test_the_program_with_softsign_and_arctan_is_right():
    assert grade_code(LAYER).verdict == "right"


def test_the_derivative_of_arctan_is_known():
    text = """
import numpy as np

X, y, w = np.random.randn(5, 3), np.random.randn(5), np.random.randn(3)
for step in range(2):
    z = X @ w
    a = np.arctan(z)
    loss = np.sum((a - y) ** 2) / 2
    d = a - y
    w -= 0.1 * X.T @ d
"""
    grade = grade_code(text)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(9, "derivative missing")]
    assert "1 / (1 + z ** 2)" in grade.mistakes[0].fix[0].text
