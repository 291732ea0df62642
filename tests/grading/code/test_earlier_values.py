"""Second updates that read what belongs to the first weights, beside right programs that keep numbers on purpose."""

import pytest
from corrections import corrected

from autograd import grade_code

NET = """
import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.normal(size=(6, 3)), rng.uniform(0.1, 0.9, size=(6, 2))
W, b = rng.normal(size=(3, 4)), rng.normal(size=4)
V, c = rng.normal(size=(4, 2)), rng.normal(size=2)
{start}
for turn in range(1, 60):
    {ahead}
    out = 1 / (1 + np.exp(-(h @ V + c)))
    loss = -np.mean(Y * np.log(out) + (1 - Y) * np.log(1 - out)) + 0.1 * np.sum(V ** 2)
    d = (out - Y) / Y.size
    dV, dc = h.T @ d + 0.2 * {decayed}, d.sum(axis=0)
    dh = (d @ V.T) * (1 - h ** 2)
    dW, db = X.T @ dh, dh.sum(axis=0)
    {rule}
"""
AHEAD = "h = np.tanh(X @ W + b)"
PLAIN = "W -= 0.3 * dW; b -= 0.3 * db; V -= 0.3 * dV; c -= 0.3 * dc"
HEAVY = (
    "for p, g, v in zip((W, b, V, c), (dW, db, dV, dc), state):\n        v *= 0.9\n        v -= 0.3 * g\n        p += v"
)
STATE = "state = [np.zeros_like(p) for p in (W, b, V, c)]"
ADAM = (
    "for p, g, m, s in zip((W, b, V, c), (dW, db, dV, dc), state, squares):\n"
    "        m += 0.1 * (g - m)\n        s += 0.01 * (g * g - s)\n"
    "        p -= 0.01 * m / (1 - 0.9 ** turn) / (np.sqrt(s / (1 - 0.99 ** turn)) + 1e-8)"
)
SQUARES = STATE + "\nsquares = [np.zeros_like(p) for p in (W, b, V, c)]"
LAST = (
    "new = W + 0.8 * (W - W_last) - 0.3 * dW\n    W_last, W = W, new\n    b -= 0.3 * db; V -= 0.3 * dV; c -= 0.3 * dc"
)


def net(start="", ahead=AHEAD, decayed="V", rule=PLAIN):
    return NET.format(start=start, ahead=ahead, decayed=decayed, rule=rule)


# The state is carried from part to part of a sequence, as in truncated propagation through time.
PARTS = """
import numpy as np
rng = np.random.default_rng(5)
A, B, C = rng.normal(size=(3, 2)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
xs, ts = rng.normal(size=(60, 2)), rng.normal(size=(60, 2))
state = np.zeros(3)
for first in range(0, 60, 4):
    hs, outs = [state], []
    for t in range(first, first + 4):
        hs.append(np.tanh(A @ xs[t] + B @ hs[-1]))
        outs.append(C @ hs[-1])
    loss = 0.5 * sum(np.sum((o - t) ** 2) for o, t in zip(outs, ts[first:first + 4]))
    dA, dB, dC, later = np.zeros_like(A), np.zeros_like(B), np.zeros_like(C), np.zeros(3)
    for k in reversed(range(4)):
        miss = outs[k] - ts[first + k]
        dC += np.outer(miss, hs[k + 1])
        grown = (C.T @ miss + later) * (1 - hs[k + 1] ** 2)
        dA += np.outer(grown, xs[first + k])
        dB += np.outer(grown, hs[k])
        later = B.T @ grown
    state = hs[-1]
    A -= 0.05 * dA
    B -= 0.05 * dB
    C -= 0.05 * dC
"""

# Decay beside the momentum: the state holds the gradients of the data only.
DECOUPLED = """
import numpy as np
rng = np.random.default_rng(8)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W, b = rng.normal(size=(3, 2)), rng.normal(size=2)
vW, vb = np.zeros_like(W), np.zeros_like(b)
for turn in range(50):
    d = X @ W + b - Y
    loss = 0.5 * np.sum(d ** 2) + 0.05 * np.sum(W ** 2)
    vW = 0.9 * vW + X.T @ d
    vb = 0.9 * vb + d.sum(axis=0)
    W = W - 0.02 * vW - 0.02 * 0.1 * W
    b = b - 0.02 * vb
"""

# Weights that are held to their start values: the loss reads the first weights, too.
HELD = """
import numpy as np
rng = np.random.default_rng(9)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W, b = rng.normal(size=(3, 2)), rng.normal(size=2)
first = W.copy()
for turn in range(50):
    d = X @ W + b - Y
    loss = 0.5 * np.sum(d ** 2) + 0.5 * np.sum((W - first) ** 2)
    W = W - 0.02 * (X.T @ d + (W - first))
    b = b - 0.02 * d.sum(axis=0)
"""

# A total over all samples, which contains the losses of earlier steps.
TOTAL = """
import numpy as np
rng = np.random.default_rng(2)
X, Y = rng.normal(size=(6, 3)), rng.uniform(0.1, 0.9, size=(6, 2))
class Net:
    def __init__(self):
        self.W, self.V, self.deltas = rng.normal(size=(4, 3)), rng.normal(size=(2, 4)), [0.0, 0.0]
    def run(self, x):
        self.h = np.tanh(self.W @ x)
        return self.V @ self.h
    def learn(self, x, y):
        out = self.run(x)
        for k in range(2):
            self.deltas[k] = out[k] - y[k]
        d = np.array(self.deltas)
        dh = (self.V.T @ d) * (1 - self.h ** 2)
        self.V -= 0.1 * np.outer(d, self.h)
        self.W -= 0.1 * np.outer(dh, x)
        return 0.5 * np.sum((out - y) ** 2)
net = Net()
for epoch in range(20):
    total = 0.0
    for x, y in zip(X, Y):
        total += net.learn(x, y)
    print(total)
"""

RIGHT = {
    "plain": net(),
    "momentum": net(STATE, rule=HEAVY),
    "Adam": net(SQUARES, rule=ADAM),
    "last weights": net("W_last = W.copy()", rule=LAST),
    "falling rate": net(rule=PLAIN.replace("0.3", "0.3 / turn")),
    "parts of a sequence": PARTS,
    "decoupled decay": DECOUPLED,
    "held to the start": HELD,
    "total": TOTAL,
}


@pytest.mark.parametrize("name", RIGHT)
def test_numbers_that_are_kept_on_purpose_are_right(name):
    grade = grade_code(RIGHT[name])
    assert grade.verdict == "right", str(grade)


# Each wrong program: its text, the line of the mistake, and a text of the correction.
WRONG = {
    "layer before the loop": (net(AHEAD, "pass"), AHEAD, AHEAD),
    "layer before the loop, momentum": (net(f"{STATE}\n{AHEAD}", "pass", rule=HEAVY), AHEAD, AHEAD),
    "layer before the loop, Adam": (net(f"{SQUARES}\n{AHEAD}", "pass", rule=ADAM), AHEAD, AHEAD),
    "copy in the forward pass": (
        net("W_first = W.copy()", AHEAD.replace("@ W ", "@ W_first ")),
        AHEAD.replace("@ W ", "@ W_first "),
        AHEAD,
    ),
    "copy of a bias": (
        net("b_first = b.copy()", AHEAD.replace("+ b", "+ b_first")),
        AHEAD.replace("+ b", "+ b_first"),
        AHEAD,
    ),
    "copy in the penalty": (
        net("V_first = V.copy()", decayed="V_first"),
        "0.2 * V_first",
        "0.2 * V,",
    ),
    "sums of deltas": (
        TOTAL.replace("self.deltas[k] = out", "self.deltas[k] += out"),
        "self.deltas[k] +=",
        "self.deltas[k] = out",
    ),
    "state of the start": (
        HELD.replace("(W - first)\n", "(W - first)\n").replace("X @ W +", "X @ first +").replace(" + (W - first)", "")
        .replace(" + 0.5 * np.sum((W - first) ** 2)", ""),
        "X @ first",
        "X @ W",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_numbers_of_the_first_weights_are_found(name):
    text, line, right = WRONG[name]
    grade = grade_code(text)
    assert grade.verdict == "wrong", str(grade)
    assert [mistake.kind for mistake in grade.mistakes] == ["stale forward pass"]
    assert grade.mistakes[0].line == text[: text.index(line)].count("\n") + 1
    mended = corrected(text, grade.mistakes)
    assert right in mended
    assert grade_code(mended).verdict == "right"
