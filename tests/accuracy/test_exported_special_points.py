"""Exported C and JavaScript at special points: those of SPECIAL_POINTS.md, and the ends of the range of every function.

All functions of a language are exported together, and compiled and run once.
"""

import ctypes
import itertools
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd import Value, export, grad

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "compiler")]
from test_source import CC, LANGUAGES, NODE, ONE, TWO, same
from test_special_points import FUNCTIONS, NUMBERS, ROWS

INF, NAN = math.inf, math.nan

# Expressions that people write at such points, in addition to those of the table.
MORE = """
sqrt(relu(x) * y) at -1, 2; relu(x) ** 0.5 at -1; relu(x) ** 1.5 at 0; sqrt(maximum(x, 0)) at 0; sqrt(sqrt(x)) at 0
sqrt(minimum(x, y)) at 0, 1; x * sqrt(y) at 0, 0; asin(sign(x)) at -2; acos(sign(x)) at 2; asin(minimum(x, 1)) at 1
asin(maximum(x, -1)) at -3; acosh(maximum(x, 1)) at 0.5; atanh(sign(x) * 0.5) at 0; maximum(maximum(x, y), x) at 1, 1
minimum(minimum(x, y), minimum(y, x)) at -2, -2; maximum(x, x) at 3; maximum(0, x) at -0.0; maximum(x, -x) at 0
logsumexp([x, x, y]) at 2, 2; logsumexp([x, -inf]) at -inf; logsumexp([x, y, 0]) at -inf, -inf
logsumexp([x, y]) - x at 1e308, -1e308; softmax([x, y])[0] at 1000, -1000; softmax([x, y])[1] at -inf, 3
x ** -1.5 at 1e-200; x ** -3 at 1e-100; 1 / x at 1e-300; 1 / (x * x) at 1e-150; log(x) * y at 5e-324, 0
sqrt(x) / y at 5e-324, 1e-300; x / y at 1e-200, 1e-200; hypot(x, y) at 1e-320, 0; abs(x) ** x at 1
atan2(relu(x), relu(y)) at -1, -1; tanh(log(x)) at 1e-310; step(x) * sqrt(abs(x)) at 0; cbrt(x) at 0; cbrt(x) at -8
x * cbrt(y) at 0, 0; where(sqrt(x) > 1, sqrt(x), y) at 0, 5; where(log(x) < y, x, y) at 1e-310, 0
where(x >= y, x / y, y) at 0, 0.5; where(1, x, sqrt(y)) at 3, 0; where(0, x, y) + x at 3, 0; x % 1 at 2.0
logaddexp(x, y) at -inf, -inf; softplus(x) - x at 800; silu(x) at -800; gelu(x) at 40; x ** y at -3, 5
x ** y at -0.5, -4; x ** (y * y) at -2, 1; detach(x) * y + sqrt(x) at 0, 2
"""


def _of_text(text):
    expression, at = text.rsplit(" at ", 1)
    point = tuple([float(eval(x, dict(NUMBERS))) for x in at.split(",")])
    names = FUNCTIONS | NUMBERS | {"detach": lambda x: x.detach()}
    return expression, point, eval(f"lambda {'x, y'[: 3 * len(point) - 2]}: {expression}", names)


PLACES = [(expression.strip("`"), point, f) for expression, point, f, value, *_ in ROWS if not isinstance(value, str)]
PLACES += [_of_text(text.strip()) for text in re.split("[;\n]", MORE) if text.strip()]

# Every function at the ends of the range: the function, the point at which it is recorded, and the one to compute.
_ENDS = [0.0, 1.0, 0.5, 2.0, 3.0, 40.0, 700.0, 800.0, 1e16, 1e308, 5e-324, 1e-310, 1e-200, INF]
ENDS = [(x,) for x in [*_ENDS, *[-x for x in _ENDS], NAN]]
PAIRS = list(itertools.product([0.0, -0.0, 1.0, -2.0, 3.0, 0.5, INF, -INF, NAN, 1e200, 5e-324, -1.5],
                               [0.0, -0.0, 1.0, -2.0, 3.0, 0.5, INF, -INF, NAN, 1e-200, -3.0]))  # fmt: skip
OF_TWO = {name: f for name, f in TWO.items() if name != "detached"} | {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: x / y,
    "logaddexp": autograd.logaddexp, "two exponentials": lambda x, y: autograd.logsumexp([x, y]),
    "two of a softmax": lambda x, y: autograd.softmax([x, y])[0], "total": lambda x, y: autograd.total([x, y, x]),
    "dot": lambda x, y: autograd.dot([x, y], [y, x]), "a choice": lambda x, y: autograd.where(x < y, x, y),
    "the slope of a power": lambda x, n: grad(lambda z: z**n)(x),
}  # fmt: skip
EVERYWHERE = {p.name: (p, (0.5,), ENDS) for p in ONE if p.name != "detached"}
EVERYWHERE |= {name: (f, (0.5, 1.25), PAIRS) for name, f in OF_TWO.items()}


def _recorded(f, point):
    """Return a function recorded at a point, or near the point if it has no value there."""
    try:
        inputs = [Value(x) for x in point]
        return f(*inputs), inputs
    except ValueError:
        inputs = [Value(x + 1.0) for x in point]
        return f(*inputs), inputs


def _in_c(texts, points, folder):
    source, library = folder / "losses.c", folder / "losses.so"
    own = [re.sub(r"\b(op\d+_\w+|d\d+_\d+_\w+|loss)\b", rf"f{k}_\1", text) for k, text in enumerate(texts)]
    source.write_text("\n".join(own), encoding="utf-8")
    flags = ["-std=c99", "-pedantic", "-Werror", "-shared", "-fPIC"]
    subprocess.run([CC, *flags, str(source), "-o", str(library), "-lm"], check=True, capture_output=True)
    loaded = ctypes.CDLL(str(library))
    found = []
    for k, at in enumerate(points):
        loss = getattr(loaded, f"f{k}_loss")
        loss.restype = ctypes.c_double
        rows = []
        for point in at:
            x, gradient = (ctypes.c_double * len(point))(*point), (ctypes.c_double * len(point))()
            rows.append([loss(x, gradient), *gradient])
        found.append(rows)
    return found


def _in_javascript(texts, points, folder):
    lines = []
    for text, at in zip(texts, points, strict=True):
        rows = json.dumps([list(point) for point in at])  # JSON writes Infinity and NaN as JavaScript does
        lines += [
            "(() => {",
            text,
            f"console.log(JSON.stringify({rows}.map(x => loss(x).flat().map(String))));",
            "})();",
        ]
    source = folder / "losses.js"
    source.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([NODE, str(source)], check=True, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [[[float(x.replace("Infinity", "inf")) for x in row] for row in rows] for rows in found]


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """Return the value and the gradient of every function at each of its points, computed in a language."""
    known = {}

    def of(language):
        if language not in known:
            recorded = [_recorded(f, point) for _, point, f in PLACES]
            recorded += [_recorded(f, point) for f, point, _ in EVERYWHERE.values()]
            texts = [export(y, inputs=inputs, language=language) for y, inputs in recorded]
            points = [[point] for _, point, _ in PLACES] + [points for _, _, points in EVERYWHERE.values()]
            run = _in_c if language == "c" else _in_javascript
            known[language] = run(texts, points, tmp_path_factory.mktemp(language))
        return known[language]

    return of


def by_the_engine(f, point):
    """Return the value and the gradient. If the engine raises, return those of a strict program, which does not."""
    try:
        inputs = [Value(x) for x in point]
        y = f(*inputs)
        y.backward()
        return [y.data, *[x.grad for x in inputs]]
    except (ValueError, ArithmeticError):
        return None


def all_same(found, expected, language):
    return all(same(a, b, 1e-15 if language == "c" else 1e-12) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("k", range(len(PLACES)), ids=[f"{name} at {point}" for name, point, _ in PLACES])
def test_special_points(computed, k, language):
    _, point, f = PLACES[k]
    (found,) = computed(language)[k]
    assert all_same(found, by_the_engine(f, point), language), found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_function_at_the_ends_of_the_range(computed, name, language):
    f, at, points = EVERYWHERE[name]
    found = computed(language)[len(PLACES) + list(EVERYWHERE).index(name)]
    y, inputs = _recorded(f, at)
    values, gradient = autograd.compile(y, inputs=inputs, strict=True).value_and_gradient(points)
    wrong = []
    for point, row, *compiled in zip(points, found, values, gradient.inputs, strict=True):
        expected = by_the_engine(f, point) or [compiled[0], *compiled[1]]
        wrong += [] if all_same(row, expected, language) else [(point, row, expected)]
    assert wrong == []
