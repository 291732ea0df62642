"""The code of long programs, which is cut into several functions, and of loops that add up, against the engine."""

import itertools
import re

import numpy as np
import pytest
from agreement import MODES, disagreements, on_a_random_graph, on_loops
from recordings import compiled, graph, leaves, of_the_engine

import autograd
from autograd.compiler import emitting


@pytest.fixture
def short(monkeypatch):
    """Let a function hold only a few instructions."""
    monkeypatch.setattr(emitting, "_MAX_AT_ONCE", 6)


@pytest.mark.untraced
@pytest.mark.long
@pytest.mark.usefixtures("short")
def test_programs_cut_into_functions_have_the_engines_bits():
    wrong, counts = disagreements(on_a_random_graph, range(500, 514))
    assert not wrong
    assert counts["agrees"] > 10
    for mode in MODES:
        wrong, counts = disagreements(lambda seed, mode=mode: on_loops(seed, mode), range(500, 506))
        assert not wrong
        assert counts["agrees"]


def test_a_long_graph_without_repetition_is_cut_and_has_the_engines_bits():
    record, parameters = graph(3, length=600), [0.5, -0.25, 1.5, -1.0]
    batch = [[0.1, 0.2, 0.3], [-0.5, 1.0, -1.5]]
    program = compiled(record, parameters, batch[0], strict=True)
    assert len(re.findall(r'define internal void @"block\.part', program.llvm)) >= 3
    y, of_inputs, of_parameters = of_the_engine(record, parameters, batch)
    found, gradient = program.value_and_gradient(batch)
    assert np.array_equal(found, y)
    assert np.array_equal(gradient.inputs, of_inputs)
    assert np.array_equal(gradient.parameters, of_parameters)


@pytest.mark.parametrize("sizes", [(3, 4, 3), (5, 1, 2), (2, 8, 8, 5)])
@pytest.mark.parametrize("mode", ["strict", "default"])
def test_networks_scalar_by_scalar(sizes, mode):
    """The sum of the errors stays in a register beside sums that move with the loop."""

    def record(parameters, inputs):
        w, h = iter(parameters), inputs
        for n, m in itertools.pairwise(sizes):
            h = [sum([next(w) * h[i] for i in range(n)], next(w)) for _ in range(m)]
            h = [autograd.leaky_relu(z, 2.0) for z in h]
        return sum([(z - 2.0) * (z - 2.0) for z in h])

    count = sum([(n + 1) * m for n, m in itertools.pairwise(sizes)])
    parameters = [float(k * k % 5 - 2) for k in range(count)]
    batch = [[float((k + i) % 3) for i in range(sizes[0])] for k in range(19)]
    y, of_inputs, of_parameters = of_the_engine(record, parameters, batch)
    assert np.abs(of_parameters).max() > 0.0
    found, gradient = compiled(record, parameters, batch[0], **MODES[mode]).value_and_gradient(batch)
    assert np.array_equal(found, y)
    assert np.array_equal(gradient.inputs, of_inputs)
    assert np.array_equal(gradient.parameters, of_parameters)


def test_a_sum_kept_in_a_register_meets_what_reads_it_in_the_loop():
    """Every iteration also reads one running sum, and a deeper loop adds to another."""

    def record(parameters, inputs):
        s, seen = parameters[0] * inputs[0], []
        for k in range(12):
            s = s + inputs[k % 3] * parameters[k % 4]
            seen.append(s * inputs[1])
            for i in range(3):
                s = s + inputs[i]
        return autograd.total(seen) + s

    parameters, batch = [1.0, -2.0, 3.0, 1.0], [[1.0, 2.0, -1.0], [3.0, 0.0, 2.0]]
    y, of_inputs, of_parameters = of_the_engine(record, parameters, batch)
    for options in MODES.values():
        found, gradient = compiled(record, parameters, batch[0], **options).value_and_gradient(batch)
        assert found.tolist() == y.tolist()
        assert gradient.inputs.tolist() == of_inputs.tolist()
        assert gradient.parameters.tolist() == of_parameters.tolist()


def test_outputs_computed_early_and_late_survive_the_cuts(monkeypatch):
    monkeypatch.setattr(emitting, "_MAX_AT_ONCE", 3)
    x = leaves([0.5, 2.0])
    steps = [x[0], x[1]]
    for k in range(20):
        steps.append(autograd.tanh(steps[-1] * steps[-2] + float(k)))
    outputs = [steps[2], steps[11], steps[-1]]
    program = autograd.compile(outputs, inputs=x)
    np.testing.assert_allclose(program.value([0.5, 2.0]), [y.data for y in outputs], rtol=1e-14)
    for k, y in enumerate(outputs):
        for leaf in x:
            leaf.grad = 0.0
        y.backward()
        seed = [float(k == i) for i in range(3)]
        np.testing.assert_allclose(program.gradient([0.5, 2.0], seed).inputs, [a.grad for a in x], rtol=1e-12)
