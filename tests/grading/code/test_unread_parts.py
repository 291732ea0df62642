"""Variables that a backward pass computes and never reads, other rows of a matrix, and leaks of relu."""

import pytest
from corrections import corrected

from autograd import grade_code

# Layer normalization of a hidden layer, with a skip connection around it.
NORMED = """
import numpy as np
rng = np.random.default_rng(21)
X, T = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
W, U, gain, shift = rng.normal(size=(4, 4)), rng.normal(size=(4, 2)), rng.uniform(0.5, 2, 4), rng.normal(size=4)
for epoch in range(100):
    z = X @ W
    mid = z - z.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt(np.mean(mid ** 2, axis=1, keepdims=True) + 1e-5)
    unit = mid * scale
    h = gain * unit + shift + z
    y = h @ U
    loss = 0.5 * np.mean(np.sum((y - T) ** 2, axis=1))
    dy = (y - T) / 5
    dh = dy @ U.T
    dunit = dh * gain
    mean_one = dunit.mean(axis=1, keepdims=True)
    mean_two = (dunit * unit).mean(axis=1, keepdims=True)
    inner = (dunit - mean_one - unit * mean_two) * scale
    dz = inner + dh
    U -= 0.05 * h.T @ dy
    gain -= 0.05 * np.sum(dh * unit, axis=0)
    shift -= 0.05 * dh.sum(axis=0)
    W -= 0.05 * X.T @ dz
"""

# Each rating updates a row of both matrices, with a penalty on these rows.
RATINGS = """
import numpy as np
rng = np.random.default_rng(22)
rated = [(0, 1, 4.0), (1, 2, 2.0), (2, 0, 5.0), (0, 2, 3.0), (1, 0, 1.0)]
people, films = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
for epoch in range(30):
    total = 0.0
    for person, film, stars in rated:
        miss = stars - people[person] @ films[film]
        total += 0.5 * miss ** 2
        total += 0.05 * (people[person] @ people[person] + films[film] @ films[film])
        step_person = miss * films[film] - 0.1 * people[person]
        step_film = miss * people[person] - 0.1 * films[film]
        people[person] += 0.02 * step_person
        films[film] += 0.02 * step_film
    print(total)
"""

# A leaky relu, whose slope is written out in the backward pass.
LEAKY = """
import numpy as np
rng = np.random.default_rng(23)
X, T = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
A, a, B = rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(5, 2))
for epoch in range(100):
    z = X @ A + a
    h = np.where(z > 0, z, 0.05 * z)
    out = h @ B
    loss = np.sum((out - T) ** 2) / 8
    dout = 2 * (out - T) / 8
    dB = h.T @ dout
    dh = dout @ B.T
    dz = np.where(z > 0, dh, 0.05 * dh)
    dA, da = X.T @ dz, dz.sum(axis=0)
    A -= 0.1 * dA
    a -= 0.1 * da
    B -= 0.1 * dB
"""

# The input and the last state are joined before they are multiplied.
JOINED = """
import numpy as np
rng = np.random.default_rng(24)
xs, ts = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
W, b, V = rng.normal(size=(3, 5)), rng.normal(size=3), rng.normal(size=(1, 3))
for epoch in range(60):
    states, joined = [np.zeros(3)], []
    for x in xs:
        joined.append(np.concatenate([x, states[-1]]))
        states.append(np.tanh(W @ joined[-1] + b))
    outs = [V @ s for s in states[1:]]
    loss = 0.5 * sum(np.sum((o - t) ** 2) for o, t in zip(outs, ts))
    dW, db, dV, later = np.zeros_like(W), np.zeros_like(b), np.zeros_like(V), np.zeros(3)
    for k in range(3, -1, -1):
        miss = outs[k] - ts[k]
        dV += np.outer(miss, states[k + 1])
        slope = (V.T @ miss + later) * (1 - states[k + 1] ** 2)
        dW += np.outer(slope, joined[k])
        db += slope
        dboth = W.T @ slope
        later = dboth[2:]
    W -= 0.05 * dW
    b -= 0.05 * db
    V -= 0.05 * dV
"""

# Each word of the context has a row.
CONTEXT = """
import numpy as np
rng = np.random.default_rng(25)
windows = [([0, 2], 1), ([1, 3], 2), ([2, 4], 3), ([3, 0], 4)]
rows, back = rng.normal(size=(5, 3)), rng.normal(size=(3, 5))
for epoch in range(50):
    for words, middle in windows:
        mean = sum(rows[w] for w in words) / len(words)
        scores = mean @ back
        odds = np.exp(scores) / np.sum(np.exp(scores))
        loss = -np.log(odds[middle])
        miss = odds.copy()
        miss[middle] -= 1
        slope = back @ miss / len(words)
        back -= 0.1 * np.outer(mean, miss)
        for w in words:
            rows[w] -= 0.1 * slope
"""

# Each row: the program, the slip, a part of its line, and the kinds that name it.
SLIPS = [
    (NORMED, ("dunit = dh * gain\n", "dunit = dh * 1.0\n"), "dunit = dh", {"wrong factor", "derivative missing"}),
    (NORMED, ("dunit - mean_one - unit", "dunit - unit"), "inner = ", {"wrong factor"}),
    (NORMED, ("* mean_two) * scale", "* mean_two)"), "inner = ", {"wrong factor", "derivative missing"}),
    (NORMED, ("dz = inner + dh", "dz = inner"), "dz = inner", {"wrong factor", "other"}),
    (NORMED, ("X.T @ dz", "X.T @ dh"), "W -= ", {"raw error for delta", "wrong factor"}),
    (RATINGS, ("miss * people[person] -", "miss * people[film] -"), "step_film = ", {"wrong factor"}),
    (RATINGS, ("films[film] - 0.1 * people", "films[film] - 0.2 * people"), "step_person = ", {"penalty"}),
    (RATINGS, ("films[film] - 0.1 * people[person]", "films[film]"), "step_person = ", {"penalty"}),
    (LEAKY, ("np.where(z > 0, dh, 0.05 * dh)", "np.where(z > 0, dh, 0)"), "dz = ",
     {"wrong derivative", "relu mask"}),
    (LEAKY, ("np.where(z > 0, dh, 0.05 * dh)", "np.where(dh > 0, dh, 0.05 * dh)"), "dz = ", {"relu mask"}),
    (JOINED, ("later = dboth[2:]", "later = dboth[:3]"), "later = ", {"wrong factor", "other"}),
    (JOINED, ("np.outer(slope, joined[k])", "np.outer(slope, joined[0])"), "dW += ", {"wrong factor", "order in time"}),
    (CONTEXT, ("rows[w] -= 0.1", "rows[middle] -= 0.1"), "rows[middle] -=", {"other"}),
]  # fmt: skip
RIGHT = list(dict.fromkeys(text for text, *_ in SLIPS))


@pytest.mark.parametrize("text", RIGHT, ids=range(len(RIGHT)))
def test_the_program_without_the_slip_is_right(text):
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize(("text", "change", "place", "kinds"), SLIPS, ids=range(len(SLIPS)))
def test_the_slip_is_found_named_and_corrected(text, change, place, kinds):
    assert text.count(change[0]) == 1
    text = text.replace(*change)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert len(grade.mistakes) == 1
    assert grade.mistakes[0].kind in kinds
    assert place in text.splitlines()[grade.mistakes[0].line - 1]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"
