"""Slips in formulas of one line: the wrong factor, name, index or term is found from the line's own value."""

import pytest
from corrections import corrected

from autograd import grade_code

NORM = """
import numpy as np

def normalize(x, gamma, beta):
    spread = 1.0 / np.sqrt(x.var(axis=0) + 1e-5)
    x_hat = (x - x.mean(axis=0)) * spread
    return gamma * x_hat + beta, (x_hat, gamma, spread)

def normalize_back(dout, cache):
    x_hat, gamma, spread = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = (gamma * spread / N) * (N * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta

rng = np.random.RandomState(1)
X, y = rng.randn(5, 2), rng.randn(5, 1)
p = {"W": rng.randn(2, 3), "gamma": 1 + 0.1 * rng.randn(3), "beta": np.zeros(3), "V": rng.randn(3, 1)}
for step in range(2):
    u = X @ p["W"]
    v, cache = normalize(u, p["gamma"], p["beta"])
    h = np.tanh(v)
    out = h @ p["V"]
    loss = np.sum((out - y) ** 2) / 2
    g = {"V": h.T @ (out - y)}
    dv = (out - y) @ p["V"].T * (1 - h ** 2)
    du, g["gamma"], g["beta"] = normalize_back(dv, cache)
    g["W"] = X.T @ du
    for key in p:
        p[key] -= 0.1 * g[key]
"""

WORDS = """
import numpy as np

np.random.seed(4)
around = np.array([[0, 2], [1, 3], [2, 0], [3, 2]])
word = np.array([1, 2, 1, 0])
inner, outer = np.random.randn(4, 2), np.random.randn(2, 4)
for step in range(2):
    n, k = around.shape
    h = inner[around].mean(axis=1)
    scores = h @ outer
    probs = np.exp(scores)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n), word]).mean()
    d = probs.copy()
    d[np.arange(n), word] -= 1
    d /= n
    d_outer = h.T @ d
    dh = d @ outer.T
    d_inner = np.zeros_like(inner)
    for j in range(k):
        np.add.at(d_inner, around[:, j], dh / k)
    inner -= 0.5 * d_inner
    outer -= 0.5 * d_outer
"""

VARIANCE = """
import numpy as np

def swish_prime(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s * (1 - s)

class Layer:
    def __init__(self, f, f_prime):
        self.f, self.f_prime = f, f_prime
    def forward(self, z):
        self.z = z
        return self.f(z)
    def backward(self, d):
        return self.f_prime(self.z) * d

rs = np.random.RandomState(17)
x, t = rs.randn(4, 2), rs.randn(4, 1)
A, M, S = rs.randn(2, 3), rs.randn(3, 1), rs.randn(3, 1)
act = Layer(lambda z: z / (1 + np.exp(-z)), swish_prime)
for step in range(2):
    hid = act.forward(x @ A)
    mu, log_var = hid @ M, hid @ S
    loss = 0.5 * np.sum(log_var + (t - mu) ** 2 * np.exp(-log_var))
    d_mu = -(t - mu) * np.exp(-log_var)
    d_lv = 0.5 * (1 - (t - mu) ** 2 * np.exp(-log_var))
    d_hid = d_mu @ M.T + d_lv @ S.T
    A -= 0.1 * x.T @ act.backward(d_hid)
    M -= 0.1 * hid.T @ d_mu
    S -= 0.1 * hid.T @ d_lv
"""

TIED = """
import numpy as np

np.random.seed(3)
x = np.random.randn(5, 3)
W, c = np.random.randn(3, 2), np.zeros(3)
n, sparsity = 5, 0.3
for step in range(2):
    a = x @ W
    code = np.where(a > 0, a, np.exp(a) - 1)
    mask = np.array([[1.0, 0.5]])
    kept = code * mask
    recon = kept @ W.T + c
    loss = 0.5 * np.sum((recon - x) ** 2) / n + sparsity * np.sum(kept) / n
    err = (recon - x) / n
    d_kept = err @ W + sparsity / n
    d_code = d_kept * mask
    d_a = d_code * np.where(a > 0, 1.0, code + 1)
    d_W = x.T @ d_a + err.T @ kept
    W -= 0.1 * d_W
    c -= 0.1 * err.sum(0)
"""

HUBER = """
import numpy as np

X = np.vander(np.linspace(-1, 1, 6), 3, increasing=True)
y = np.sin(3 * X[:, 1])
theta, delta = np.array([0.1, -0.2, 0.9]), 0.5
for step in range(2):
    r = X @ theta - y
    small = np.abs(r) <= delta
    loss = np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)).mean()
    g = np.where(small, r, delta * np.sign(r))
    theta = theta - 0.1 * X.T @ g / len(y)
"""

TORCH = """
import torch

torch.manual_seed(0)
x = torch.randn(5, 2)
target = torch.nn.functional.one_hot(torch.randint(0, 3, (5,)), 3).double()
w, b = torch.randn(2, 3), torch.zeros(3)
for step in range(2):
    probs = torch.softmax(x.mm(w) + b, dim=1)
    loss = -(target * torch.log(probs)).sum() / 5
    grad = (probs - target) / 5
    w -= 0.1 * x.t().mm(grad)
    b -= 0.1 * grad.sum(dim=0)
"""

PROGRAMS = {"NORM": NORM, "WORDS": WORDS, "VARIANCE": VARIANCE, "TIED": TIED, "HUBER": HUBER, "TORCH": TORCH}

SLIPS = [
    ("NORM", "- x_hat * dgamma)", "- dgamma)", "derivative missing"),
    ("NORM", "(gamma * spread / N)", "(spread / N)", "wrong factor"),
    ("NORM", "/ N) * (N * dout - dbeta - x_hat * dgamma)", ") * dout", "derivative missing"),
    ("NORM", "(dout * x_hat).sum", "(dout * gamma).sum", "wrong factor"),
    ("WORDS", "np.add.at(d_inner, around[:, j], dh / k)", "d_inner[around[:, j]] += dh / k", "batch sum missing"),
    ("WORDS", "around[:, j], dh / k)", "around[:, j], dh)", "constant factor"),
    ("WORDS", "d[np.arange(n), word] -= 1", "d[:, word] -= 1", "broadcasting"),
    ("VARIANCE", "d_mu = -(t - mu) * np.exp(-log_var)", "d_mu = -(t - mu)", "wrong factor"),
    ("VARIANCE", "(1 - (t - mu) ** 2 * np.exp(-log_var))", "(1 - (t - mu) ** 2 * np.exp(log_var))", "wrong derivative"),
    ("VARIANCE", "return s + x * s * (1 - s)", "return s + s * (1 - s)", "wrong derivative"),
    ("VARIANCE", "f_prime(self.z)", "f_prime(self.f(self.z))", "derivative at the wrong argument"),
    ("TIED", " + err.T @ kept", "", "wrong factor"),
    ("TIED", "err @ W + sparsity / n", "err @ W + sparsity", "constant factor"),
    ("TIED", "code + 1)", "code)", "wrong derivative"),
    ("HUBER", "np.sign(r)", "np.abs(r)", "loss for its derivative"),
    ("TORCH", "grad.sum(dim=0)", "grad.mean(dim=0)", "divided twice"),
]  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_right_program_is_right(name):
    assert grade_code(PROGRAMS[name]).verdict == "right"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("name", "old", "new", "kind"), SLIPS)
def test_a_slip_is_marked_named_and_corrected(name, old, new, kind):
    assert PROGRAMS[name].count(old) == 1
    text = PROGRAMS[name].replace(old, new)
    line = PROGRAMS[name][: PROGRAMS[name].index(old)].count("\n") + 1
    mistakes = grade_code(text).mistakes
    assert [(mistake.line, mistake.kind) for mistake in mistakes] == [(line, kind)]
    assert grade_code(corrected(text, mistakes)).verdict == "right"


def test_the_branches_of_an_activation_may_differ_in_form_under_an_adaptive_optimizer():
    """Each entry of the gradient has another graph, since ELU is ``z`` for some units and ``exp(z) - 1`` for others."""
    text = TIED.replace(
        "    W -= 0.1 * d_W\n",
        "    m = 0.9 * (m if step else 0 * d_W) + 0.1 * d_W\n"
        "    v = 0.999 * (v if step else 0 * d_W) + 0.001 * d_W ** 2\n"
        "    W -= 0.1 * m / (np.sqrt(v) + 1e-8)\n",
    ).replace("    c -= 0.1 * err.sum(0)\n", "")
    assert grade_code(text).verdict == "right"
    assert grade_code(text.replace("code + 1)", "code)")).verdict == "wrong"


def test_a_parameter_that_is_computed_from_another_one_gets_its_own_name_and_line():
    text = TORCH.replace("w -= 0.1 * x.t().mm(grad)", "w = u - 0.1 * x.t().mm(grad)")
    text = text.replace("w, b = torch.randn(2, 3),", "u, w, b = torch.randn(2, 3), torch.randn(2, 3),")
    grade = grade_code(text)
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == ["w"]
    assert [mistake.line for mistake in grade.mistakes] == [12]
