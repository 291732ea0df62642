"""The listing of a program: its loops and names, compared with texts written by hand."""

import random

import pytest
from recordings import leaves, users_primitives

import autograd
from autograd import Value
from nn import MLP, cross_entropy, half_sse

FORWARD = """\
# forward
for j in 1..32:
    s1[j] = b1[j]
    for i in 1..64: s1[j] += w1[i,j] * x[i]
    a1[j] = relu(s1[j])
for j in 1..10:
    s2[j] = b2[j]
    for i in 1..32: s2[j] += w2[i,j] * a1[i]
logsumexp[1] = logsumexp(s2[1], s2[2], ..., s2[10])
sub[1] = logsumexp[1] - s2[4]
# outputs: sub[1]
"""
REVERSE = """\
    dL/ds1[j] = dL/da1[j] * step(s1[j])
    for i in 1..64:
        dL/dw1[i,j] = dL/ds1[j] * x[i]
        dL/dx[i] += dL/ds1[j] * w1[i,j]
    dL/db1[j] = dL/ds1[j]"""


def test_a_network_of_two_layers():
    model = MLP(64, [32, 10], seed=0)
    x = [Value(0.1, label=f"x[{i + 1}]") for i in range(64)]
    text = autograd.compile(cross_entropy(model(x), 3), inputs=x, parameters=model.parameters()).listing()
    assert text.startswith(FORWARD + "# reverse sweep\n")
    whole, told = text.rsplit("\n# In formulas, ", 1)
    assert whole.endswith(REVERSE)
    assert told.startswith("w1[j,k] is w_ih[j,k], b1[j] is b_h[j], ")
    assert text.count("\n") < 46


@pytest.mark.untraced
def test_a_batch_written_out():
    model = MLP(2, [16, 16, 1], seed=0)
    draw = random.Random(0)
    rows = [leaves([draw.uniform(-1, 1) for _ in range(2)]) for _ in range(100)]
    loss = sum([half_sse(model(row), [1.0]) for row in rows])
    text = autograd.compile(loss, inputs=rows, parameters=model.parameters()).listing()
    assert "\nfor j in 1..99:\n    for i in 1..16:\n        s1[i] = b1[i]\n" in text  # the first sample starts the sum
    assert "\n    sum[1] += 0.5 * pow[j+1]\n# outputs" in text
    assert "\nfor j in 1..100:\n    dL/dpow[j] = dL/dsum[1] * 0.5\n" in text
    assert "        for k in 1..16: dL/dw2[k,i] += dL/ds2[i] * a1[k]\n" in text
    assert text.count("\n") < 75


def listing(record, n=2, **options):
    x = leaves([1.0, 2.0, 3.0][:n])
    return autograd.compile(record(*x), inputs=x, **options).listing()


CASES = {
    "constants and names of primitives": (
        lambda a, b: autograd.exp(a) * 2.0 - b / 0.25,
        ["exp[1] = exp(x[1])", "product[1] = exp[1] * 2", "div[1] = x[2] / 0.25", "sub[1] = product[1] - div[1]",
         "dL/dexp[1] = dL/dproduct[1] * 2", "dL/dx[2] = dL/ddiv[1] * (1 / 0.25)", "dL/dx[1] = dL/dexp[1] * exp[1]"],
    ),
    "a power and what is bracketed": (
        lambda a, b: (a + b) ** 3,
        ["sum[1] = x[1] + x[2]", "pow[1] = sum[1] ** 3", "dL/dsum[1] = dL/dpow[1] * (3 * sum[1] ** 2)"],
    ),
    "the first power, a root, a power of powers": (
        lambda a, b: a**2 + b**0.5 + b**a,
        ["dL/dx[1] += dL/dsum[1] * (2 * x[1])", "dL/dx[2] += dL/dsum[1] * (0.5 * x[2] ** (-0.5))",
         "dL/dx[2] += dL/dsum[1] * (x[1] * (x[2] ** (x[1] - 1)))",
         "dL/dx[1] += dL/dsum[1] * (x[2] ** x[1] * log(x[2]))"],
    ),
    "branches": (
        lambda a, b: autograd.where(a, autograd.log(b), b),
        ["where[1] = where(x[1], log[1], x[2])", "used[1] = [x[1] != 0]", "* (1 / x[2]) where used[1]"],
    ),
    "a rule that cannot be spelled": (
        lambda a, b: users_primitives()[0](a) + b, ["dL/dx[1] = dL/dsum[1] * derivative 1 of user_branching(x[1])"],
    ),
    "any number of operands": (
        lambda a, b: autograd.logsumexp([a, 2.0, b]),
        ["logsumexp[1] = logsumexp(x[1], 2, x[2])", "dL/dx[1], dL/dx[2] = dL/dlogsumexp[1] * derivatives of logsum"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_lines(name):
    record, expected = CASES[name]
    text = listing(record)
    assert [line for line in expected if line not in text] == [], text


def test_steps_of_two_backwards_and_shifted():
    x = leaves(range(20))
    text = autograd.compile(autograd.total([x[2 * k] * x[19 - k] for k in range(10)]), inputs=x).listing()
    assert "sum[1] = x[1] * x[20]\nfor j in 1..9: sum[1] += x[2j+1] * x[20-j]\n" in text


def test_labels_that_follow_no_pattern_give_way_to_letters():
    w = [Value(float(k), label=f"weight[{k * k}]") for k in range(9)]
    named = [Value(float(k), label=f"v[{k}]") for k in range(9)]
    text = autograd.compile(autograd.total([a * b for a, b in zip(w, named, strict=True)]), inputs=named).listing()
    assert "p[j+1] * v[j]" in text.replace("v[j+0]", "v[j]")
    assert "weight[0] * v[0]" in text


def test_a_guard_is_shown():
    f = autograd.compile(lambda a, b: a * b if a > b else b)
    f([2.0, 1.0])
    assert "violations[1] = 0\n" in f.programs[0].listing()
    assert "violations[1] += not (x[1] > x[2]) is True" in f.programs[0].listing()
