"""Samples that were written out one by one become a batch if they are alike, with the same numbers, and only then."""

import random

import numpy as np
import pytest
from recordings import leaves, loops

import autograd
from autograd import Value
from autograd.compiler import samples
from autograd.compiler.samples import find_samples
from nn import MLP, half_sse


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Search for samples in small graphs, too."""
    monkeypatch.setattr(samples, "_LEAST", 0)


def by_hand(record, w, rows):
    """Return the sum over samples of the nodes that ``record`` makes from rows."""
    return sum([record(w, row) for row in rows]) * 0.5


def assert_same(y, inputs, parameters, rows, found=True, seed=None):
    """Assert that a program with samples found in its graph has the numbers of one without that search."""
    program = autograd.compile(y, inputs=inputs, parameters=parameters)
    assert (program._samples is not None) is found
    plain = autograd.compile(y, inputs=inputs, parameters=parameters, strict=True)
    assert np.array_equal(program.value(rows), plain.value(rows))
    values, gradient = program.value_and_gradient(rows, seed)
    expected, slopes = plain.value_and_gradient(rows, seed)
    assert np.array_equal(values, expected)
    assert np.array_equal(gradient.inputs, slopes.inputs)
    assert np.array_equal(gradient.parameters, slopes.parameters)
    return program


@pytest.mark.parametrize("seed", range(8))
def test_any_graph_written_out_for_samples_has_the_same_numbers(seed):
    draw = random.Random(seed)
    w = leaves([float(draw.randrange(-2, 3)) for _ in range(4)])
    x = leaves([float(draw.randrange(-2, 3)) for _ in range(8)])
    rows = [[draw.choice([draw.choice(x), float(draw.randrange(-2, 3))]) if k else draw.choice(x) for k in range(3)]
            for _ in range(draw.choice([8, 9, 11]))]  # fmt: skip
    rows = [[Value(c) if isinstance(c, float) and draw.random() < 0.3 else c for c in row] for row in rows]
    y = by_hand(loops(seed, stages=2), w, rows) + autograd.total([p * p for p in w])
    if y.data > 2.0**30:
        return
    program = autograd.compile(y, inputs=x, parameters=w)
    assert_same(y, x, w, [[float(draw.randrange(-2, 3)) for _ in x] for _ in range(3)], program._samples is not None)


def network(count=40, width=8):
    model = MLP(2, [width, 1], seed=3)
    for p in model.parameters():
        p.data = float(round(4 * p.data))
    draw = random.Random(1)
    rows = [leaves([float(draw.randrange(-3, 4)) for _ in range(2)]) for _ in range(count)]
    targets = [float(draw.randrange(-1, 2)) for _ in rows]
    return model, rows, targets


def test_a_network_over_samples_is_found_with_what_differs_between_them():
    model, rows, targets = network()
    y = sum([half_sse(model(row), [t]) for row, t in zip(rows, targets, strict=True)]) * 0.25
    found = find_samples(y)
    assert len(found.rows) == len(found.results) == 40
    assert {frozenset(row[:2]) for row in found.rows} == {frozenset(row) for row in rows}
    assert len(found.columns) == 3  # two inputs and the target
    assert set(found.shared) == set(model.parameters())
    point = [x.data for row in rows for x in row]
    program = assert_same(y, rows, model.parameters(), point)
    assert "40 samples" in repr(program)
    assert program.stats.lanes >= 2
    assert program.stats.nodes == len(autograd.engine.graph.order(y))
    assert "for j in 1..39" in program.listing()
    assert "x double>" in program.llvm
    model.parameters()[0].data += 1.0
    total = sum([half_sse(model(row), [t]) for row, t in zip(rows, targets, strict=True)])
    assert program.value(point) == total.data * 0.25  # a sum of floats has other bits since Python 3.12


def test_several_rows_with_a_seed_each():
    model, rows, targets = network(9)
    y = sum([half_sse(model(row), [t]) for row, t in zip(rows, targets, strict=True)])
    point = np.array([x.data for row in rows for x in row])
    assert_same(y, rows, model.parameters(), np.array([point, -point, point + 1.0]), seed=[1.0, 2.0, 4.0])


def test_what_is_made_of_the_results_may_be_anything():
    w, x = Value(2.0), leaves(range(-6, 6))
    each = [autograd.relu(a * w + 1.0) * a + autograd.relu(a - w) * w - a * (a + 1.0) for a in x]
    y = autograd.maximum(each[0], each[1]) * each[2] + each[3] * w * autograd.total(each[4:])
    assert_same(y, x, [w], [a.data for a in x])


def test_rows_of_parameters_are_no_samples_and_rows_of_inputs_are():
    table = [leaves([1.0, 2.0, -1.0]), leaves([3.0, -2.0, 0.0]), leaves([1.0, 1.0, 2.0])]
    w, x = leaves([2.0, -1.0, 1.0]), leaves([1.0, 2.0])
    draw = random.Random(0)
    results = []
    for _ in range(12):
        row = table[draw.randrange(3)]
        results.append(deep(x[0], autograd.dot(w, row, x[0])) * row[0] + (row[1] * x[1] - row[2]) * (row[0] + 1.0))
    y = autograd.total([*results, *results[:3]])
    rows = [p for row in table for p in row]
    assert_same(y, x, [*rows, *w], [1.0, 2.0], found=False)
    assert_same(y, [*x, *rows], w, [[3.0, -1.0, *[p.data for p in rows]]])


def test_constants_that_differ_become_columns_even_conditions():
    x = leaves(range(10))
    w = Value(3.0)
    each = [
        autograd.where(float(k % 2), a * w, a + w) * (0.0 if k % 3 else -0.0) + autograd.relu(a - 2.0 * k) * w + a * a
        for k, a in enumerate(x)
    ]
    assert_same(autograd.total(each), x, [w], [float(3 - k) for k in range(10)])


def test_leaves_that_are_neither_are_constants_as_they_were():
    w, t = leaves([2.0, 5.0])
    x = leaves(range(9))
    fixed = leaves(range(9))
    y = autograd.total(
        [autograd.relu(w * a - c * t) * w + (a + t) * (c - w) * a for a, c in zip(x, fixed, strict=True)]
    )
    program = assert_same(y, x, [w], [float(k) for k in range(9)])
    before = program.value([1.0] * 9)
    t.data = fixed[0].data = 100.0
    assert program.value([1.0] * 9) == before


@pytest.mark.parametrize(
    "make",
    [
        lambda w, x: (lambda s: autograd.total([deep(s, a) for a in x]))(w * w),  # all read w * w
        lambda w, x: autograd.total([deep(w, a) for a in x[:7]]),  # too few
        lambda w, x: chain(w, x),  # each reads the one before it
        lambda w, x: autograd.total([deep(w, x[0]) for _ in x]),  # nothing differs
        lambda w, x: autograd.total([deep(w, a) if k else deep(a, a) for k, a in enumerate(x)]),  # one reads otherwise
        lambda w, x: autograd.total([w * a for a in x]),  # each has only few operations
        lambda w, x: w,
    ],
)
def test_what_is_no_samples(make):
    w, x = Value(2.0), leaves(range(1, 13))
    y = make(w, x)
    assert find_samples(y) is None
    assert_same(y, x, [w], [a.data for a in x], found=False)


def deep(w, a):
    for _ in range(4):
        a = autograd.relu(w * a - 1.0) - a
    return a


def chain(w, x):
    y = w
    for a in x:
        y = deep(w, y * 0.25 + a)
    return y


def test_guards_and_several_outputs_are_left_as_they_are():
    w = Value(2.0)
    f = autograd.compile(lambda *x: autograd.total([deep(w, a) for a in x]) if x[0] > 0 else x[0], parameters=[w])
    f([float(k + 1) for k in range(10)])
    assert f.programs[0]._samples is None
    x = leaves(range(10))
    y = autograd.total([deep(w, a) for a in x])
    assert autograd.compile([y, y], inputs=x)._samples is None
    assert autograd.compile(y, inputs=x, strict=True)._samples is None


def test_float32():
    model, rows, targets = network(16)
    y = sum([half_sse(model(row), [t]) for row, t in zip(rows, targets, strict=True)])
    program = autograd.compile(y, inputs=rows, parameters=model.parameters(), dtype=np.float32)
    point = [x.data for row in rows for x in row]
    value, gradient = program.value_and_gradient(point)
    assert value.dtype == gradient.parameters.dtype == gradient.inputs.dtype == np.float32
    assert value == y.data
    y.backward()
    assert gradient.parameters.tolist() == [p.grad for p in model.parameters()]
    assert gradient.inputs.tolist() == [x.grad for row in rows for x in row]
