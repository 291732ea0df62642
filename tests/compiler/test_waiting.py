"""Long compilations: in short parts, with a progress bar, and without losing an interrupt."""

import os
import random
import signal

import numpy as np
import pytest

import autograd
from autograd import Value, primitive
from autograd.compiler import calls, machine
from autograd.engine import algebra
from nn import MLP, fit


def irregular(n, seed=0):
    """Return a graph of n operations without repetition, and its inputs."""
    draw = random.Random(seed)
    x = [Value(draw.uniform(0.5, 1.5)) for _ in range(4)]
    nodes = list(x)
    for _ in range(n):
        a, b = draw.choice(nodes[-50:]), draw.choice(nodes)
        nodes.append(draw.choice([lambda a, b: a + b, lambda a, b: a * b * 0.1, lambda a, b: autograd.tanh(a)])(a, b))
    return autograd.total(nodes[-20:]), x


@pytest.fixture
def parts(monkeypatch):
    """Return the parts in which modules are compiled. Long ones are cut, and each part counts as a long wait."""
    monkeypatch.setattr(machine, "MAX_TEXT", 60_000)
    monkeypatch.setattr(machine, "_PATIENCE", -1.0)
    seen: list = []
    cut = machine.parts_of

    def noted(module, text):
        seen.append(cut(module, text))
        return seen[-1]

    monkeypatch.setattr(machine, "parts_of", noted)
    return seen


def test_a_module_in_parts_computes_the_same(parts):
    y, x = irregular(1500)
    y.backward()
    program = autograd.compile(y, inputs=x)
    value, gradient = program.value_and_gradient([each.data for each in x])
    assert len(parts[-1]) > 2
    np.testing.assert_allclose(value, y.data, rtol=1e-13)
    np.testing.assert_allclose(gradient.inputs, [each.grad for each in x], rtol=1e-11)
    assert program.stats.code_size > 1000


def test_a_part_is_no_longer_than_it_may_be_or_a_single_function(parts):
    y, x = irregular(1500)
    autograd.compile(y, inputs=x).value([each.data for each in x])
    for text in parts[-1]:
        assert len(text) < 2 * machine.MAX_TEXT or text.count("\ndefine ") == 1


def test_a_long_wait_shows_a_bar(parts, capsys):
    y, x = irregular(1500, seed=1)
    autograd.compile(y, inputs=x).value([each.data for each in x])
    assert "compiling" in capsys.readouterr().err


def test_without_progress_or_a_console_nothing_is_shown(parts, capsys, monkeypatch):
    y, x = irregular(1500, seed=2)
    with machine.progress_shown(False):
        autograd.compile(y, inputs=x).value([each.data for each in x])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(machine.sys, "stderr", None)
    y, x = irregular(1500, seed=3)
    assert autograd.compile(y, inputs=x).value([each.data for each in x]) == pytest.approx(y.data)
    assert len(parts[-1]) > 2


@pytest.mark.parametrize("progress", [True, False])
def test_fit_shows_how_far_compiling_is_if_it_shows_progress(parts, capsys, progress, monkeypatch):
    monkeypatch.setattr(machine, "MAX_TEXT", 2000)
    model = MLP(2, [3, 1], activation=lambda v: autograd.tanh(v) * (3 + progress), seed=0)
    fit(model, [[0.0, 1.0], [1.0, 0.0]], [0.5, 1.0], epochs=2, engine="native", progress=progress)
    assert ("compiling" in capsys.readouterr().err) is progress


@pytest.mark.parametrize("part", range(3))
def test_an_interrupt_while_llvm_works_is_raised(parts, capfd, part, monkeypatch):
    y, x = irregular(1500, seed=4 + part)
    row = [each.data for each in x]
    program = autograd.compile(y, inputs=x)
    free, done = machine._free, []

    def interrupted(manager):
        free(manager)
        done.append(1)
        if len(done) == part + 1:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(machine, "_free", interrupted)
        with pytest.raises(KeyboardInterrupt):
            program.value(row)
    assert len(done) == part + 1
    assert "Exception ignored" not in capfd.readouterr().err
    assert program.value(row) == pytest.approx(y.data)


@pytest.fixture
def table():
    """Restore the table of primitives after the test."""
    entries = list(algebra.TABLE)
    yield
    algebra.TABLE[:] = entries


@pytest.mark.usefixtures("table")
def test_an_interrupt_in_a_callback_into_python_waits_for_the_end_and_spoils_nothing(capfd):
    came = []

    def value(x):
        if came:
            came.pop()
            os.kill(os.getpid(), signal.SIGINT)
        return x + 1.0

    slow = primitive("slow_one", lambda x: x + 1.0, partials=1, floats=value)
    x = Value(1.0)
    program = autograd.compile(slow(x) * 2.0, inputs=[x], strict=True)
    rows = [[float(k)] for k in range(5)]
    expected = [2.0 * (k + 1) for k in range(5)]
    assert program.value(rows).tolist() == expected
    came.append(1)
    with pytest.raises(KeyboardInterrupt):
        program.value(rows)
    assert capfd.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert program.value(rows).tolist() == expected
    noted = []
    before = signal.signal(signal.SIGINT, lambda *_: noted.append(1))
    try:
        came.append(1)
        assert program.value(rows).tolist() == expected
    finally:
        signal.signal(signal.SIGINT, before)
    assert noted == [1]


def test_code_that_calls_nothing_of_python_leaves_signals_alone(monkeypatch):
    monkeypatch.setattr(calls.signal, "signal", None)
    x = Value(1.0)
    assert autograd.compile(autograd.exp(x), inputs=[x]).value([0.0]) == 1.0
