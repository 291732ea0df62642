"""A sum that starts from a parameter, such as ``s = self.bias; s += w * x``, is no update of this parameter."""

import pytest

from autograd import grade_code

UNITS = """
import math, random
random.seed(7)
class Unit:
    def __init__(self, n):
        self.w = [random.gauss(0, 0.8) for _ in range(n)]
        self.b = random.gauss(0, 0.3)
    def fire(self, xs):
        self.xs = xs
        {start}
        self.y = math.tanh(s)
        return self.y
    def adjust(self, rate):
        for i in range(len(self.w)):
            self.w[i] -= rate * self.d * self.xs[i]
        self.b -= rate * self.d
layers = [[Unit(2) for _ in range(3)], [Unit(3) for _ in range(2)], [Unit(2)]]
def learn(xs, goal):
    given = xs
    for layer in layers:
        given = [unit.fire(given) for unit in layer]
    error = sum((y - g) ** 2 for y, g in zip(given, goal)) / 2
    for unit, g in zip(layers[-1], goal):
        unit.d = (unit.y - g) * (1 - unit.y ** 2)
    for k in (1, 0):
        for j, unit in enumerate(layers[k]):
            back = sum(above.w[j] * above.d for above in layers[k + 1])
            unit.d = back * (1 - unit.y ** 2)
    for layer in layers:
        for unit in layer:
            unit.adjust(0.1)
    return error
for turn in range(3):
    for xs, goal in [([1.0, -1.0], [1.0]), ([-1.0, 0.5], [-1.0]), ([0.3, 0.8], [0.5])]:
        learn(xs, goal)
"""
STARTS = {
    "an attribute": "s = self.b\n        for w, x in zip(self.w, xs):\n            s += w * x",
    "a name of a name": "b = self.b\n        s = b\n        for w, x in zip(self.w, xs):\n            s = s + w * x",
    "no loop": "s = self.b\n        s += sum(w * x for w, x in zip(self.w, xs))",
    "a tuple": "s, ws = self.b, self.w\n        for w, x in zip(ws, xs):\n            s += w * x",
    "an index": "s = [self.b][0]\n        for i in range(len(xs)):\n            s = s + self.w[i] * xs[i]",
    "a function": "def add(s):\n            for w, x in zip(self.w, xs):\n                s += w * x\n"
    "            return s\n        s = add(self.b)",
}

LISTS = """
import math, random
random.seed(1)
X, Y = [[0.9, 0.3], [0.5, -0.4], [-0.6, 1.1]], [0, 1, 1]
W, b = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(3)], [0.1, -0.2, 0.3]
V, c = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)], [0.2, -0.1]
def ahead(x):
    hidden, scores = [], []
    {hidden}
    for k in range(2):
        z = c[k]
        for j in range(3):
            z += hidden[j] * V[k][j]
        scores.append(z)
    total = sum(math.exp(s) for s in scores)
    return hidden, [math.exp(s) / total for s in scores]
for turn in range(4):
    gW, gb = [[0.0] * 2 for _ in range(3)], [0.0] * 3
    gV, gc = [[0.0] * 3 for _ in range(2)], [0.0] * 2
    loss = 0.0
    for x, y in zip(X, Y):
        hidden, p = ahead(x)
        loss -= math.log(p[y]) / len(X)
        d = [q - (k == y) for k, q in enumerate(p)]
        for k in range(2):
            gc[k] += d[k]
            for j in range(3):
                gV[k][j] += hidden[j] * d[k]
        for j in range(3):
            e = sum(V[k][j] * d[k] for k in range(2)) * hidden[j] * (1 - hidden[j])
            gb[j] += e
            for i in range(2):
                gW[j][i] += x[i] * e
    for j in range(3):
        b[j] -= 0.5 * gb[j] / len(X)
        for i in range(2):
            W[j][i] -= 0.5 * gW[j][i] / len(X)
    for k in range(2):
        for j in range(3):
            V[k][j] -= 0.5 * gV[k][j] / len(X)
        c[k] -= 0.5 * gc[k] / len(X)
    print(turn, loss)
print(ahead(X[0])[1])
"""
HIDDEN = {
    "an entry": "for j in range(3):\n        z = b[j]\n        for i in range(2):\n            z += x[i] * W[j][i]\n"
    "        hidden.append(1 / (1 + math.exp(-z)))",
    "a loop's variable": "for row, z in zip(W, b):\n        for w, v in zip(row, x):\n            z += w * v\n"
    "        hidden.append(1 / (1 + math.exp(-z)))",
}

ARRAYS = """
import numpy as np
np.random.seed(2)
X, Y = np.random.randn(4, 3), np.random.rand(4, 2)
p = {"W": np.random.randn(3, 2), "b": np.zeros(2)}
for turn in range(3):
    for x, y in zip(X, Y):
        z = p["b"]
        z = z + x @ p["W"]
        loss = np.sum((z - y) ** 2) / 2
        d = z - y
        p["W"] = p["W"] - 0.1 * np.outer(x, d)
        p["b"] = p["b"] - 0.1 * d
"""

COPIED = """
import numpy as np
np.random.seed(3)
x, y = np.random.randn(5), np.random.randn(5)
p = {"w": 0.3, "b": -0.1}
for turn in range(3):
    w, b = p["w"], p["b"]
    out = w * x + b
    loss = np.mean((out - y) ** 2)
    w -= 0.1 * np.mean(2 * (out - y) * x)
    b -= 0.1 * np.mean(2 * (out - y))
    p["w"], p["b"] = w, b
"""

RETURNED = """
import numpy as np
np.random.seed(3)
x, y = np.random.randn(5), np.random.randn(5)
def step(w, b):
    out = w * x + b
    loss = np.mean((out - y) ** 2)
    w = w - 0.1 * np.mean(2 * (out - y) * x)
    b = b - 0.1 * np.mean(2 * (out - y))
    return w, b
w, b = 0.3, -0.1
for turn in range(3):
    w, b = step(w, b)
"""

KEPT = """
import numpy as np
np.random.seed(3)
x, y = np.random.randn(5), np.random.randn(5)
history = [0.4]
for turn in range(3):
    w = history[-1]
    loss = np.mean((w * x - y) ** 2)
    w = w - 0.1 * np.mean(2 * (w * x - y) * x)
    history.append(w)
"""

AVERAGE = """
import numpy as np
np.random.seed(0)
X, Y, W = np.random.randn(5, 3), np.random.randn(5, 2), np.random.randn(3, 2)
shown = 4.0
for turn in range(3):
    out = X @ W
    loss = np.sum((out - Y) ** 2) / 2
    {average}
    print("loss", shown)
    W -= 0.01 * X.T @ (out - Y)
"""

PROGRAMS = {f"units: {name}": UNITS.replace("{start}", start) for name, start in STARTS.items()}
PROGRAMS |= {f"lists: {name}": LISTS.replace("{hidden}", text) for name, text in HIDDEN.items()}
PROGRAMS |= {"arrays": ARRAYS, "copied and stored": COPIED, "returned": RETURNED, "appended": KEPT}

RATES = {
    "of each unit": [("        self.b =", "        self.r = 0.1\n        self.b ="), ("rate *", "self.r *")],
    "of the class": [("class Unit:\n", "class Unit:\n    r = 0.1\n"), ("rate *", "self.r *")],
    "by default": [("def adjust(self, rate)", "def adjust(self, rate=0.1)"), ("adjust(0.1)", "adjust()")],
    "in the formula": [("rate *", "0.1 *")],
    "of the module": [("unit.adjust(0.1)", "unit.adjust(speed)"), ("random.seed(7)\n", "speed = 0.1\n")],
    "a whole number": [("unit.adjust(0.1)", "unit.adjust(1)")],
}  # fmt: skip


@pytest.mark.parametrize("name", RATES)
def test_units_with_rates_of_their_own_are_right(name):
    text = PROGRAMS["units: an attribute"]
    for old, new in RATES[name]:
        assert old in text
        text = text.replace(old, new)
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_is_right(name):
    grade = grade_code(PROGRAMS[name])
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize("name", ["copied and stored", "returned", "appended"])
def test_an_update_of_a_copy_is_judged(name):
    text = PROGRAMS[name].replace("w - 0.1 * np.mean(2 * ", "w - 0.1 * np.mean(").replace("w -= 0.1 *", "w += 0.1 *")
    text = text if name != "appended" else text.replace("(w * x - y) * x)", "(w * x - y) * x ** 2)")
    assert text != PROGRAMS[name]
    assert grade_code(text).verdict == "wrong"


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name.startswith("units")])
def test_a_wrong_bias_is_wrong(name):
    text = PROGRAMS[name].replace("self.b -= rate * self.d", "self.b -= rate * self.y")
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert {mistake.line for mistake in grade.mistakes} == {text[: text.index("rate * self.y")].count("\n") + 1}


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name.startswith("lists")])
def test_a_gradient_that_is_not_summed_is_named(name):
    text = PROGRAMS[name].replace("gc[k] += d[k]", "gc[k] = d[k]")
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == ["batch sum missing"], str(grade)


@pytest.mark.parametrize(
    "average",
    [
        "shown = shown * 0.999 + loss * 0.001",
        "shown = 0.9 * shown + 0.1 * loss",
        "smooth_loss = 0.9 * shown + (1 - 0.9) * loss\n    shown = smooth_loss",
    ],
)
def test_a_moving_average_is_not_the_loss(average):
    grade = grade_code(AVERAGE.replace("{average}", average))
    assert grade.verdict == "right", str(grade)
    assert grade.loss.startswith("loss")
