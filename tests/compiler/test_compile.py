"""``autograd.compile``: programs of graphs and of functions, for batches of any size, against the engine."""

import gc
import itertools
import math
import operator
import random
import threading
import weakref

import numpy as np
import pytest
from points import PRIMITIVES, operands_of
from recordings import bits, compiled, leaves, loops, of_the_engine, users_primitives

import autograd
from autograd import GraphError, GuardError, Value, hvp, no_grad, primitive
from autograd.compiler import calls, kernel_cache, programs
from autograd.engine import algebra
from nn import MLP, cross_entropy, half_sse

pytestmark = pytest.mark.sampled(4)

VARIADIC = {"dot": [2, 3, 5], "total": [1, 2, 5], "logsumexp": [1, 2, 4], "shift": [1, 2, 4]}


def expected_of(record, batch, parameters=()):
    return of_the_engine(lambda p, x: record(*p, *x), parameters, batch)


def assert_bits(program, record, batch, parameters=()):
    """Assert that a strict program has the engine's bits."""
    y, of_inputs, of_parameters = expected_of(record, batch, parameters)
    found, gradient = program.value_and_gradient(batch)
    assert bits(found).tolist() == bits(y).tolist()
    assert bits(gradient.inputs).tolist() == bits(of_inputs).tolist()
    assert bits(gradient.parameters).tolist() == bits(of_parameters).tolist()


# --- Every primitive


def rows_by_arity(entry, count):
    rows = list(operands_of(entry, 40))
    arities = VARIADIC.get(entry.name, [entry.arity])
    return [[row for row in rows if len(row) == n][:count] for n in arities]


@pytest.mark.parametrize("entry", PRIMITIVES, ids=str)
def test_every_primitive_with_constants_in_any_place(entry):
    """One program has several outputs: one for each choice of the operands that are constants."""
    for rows in rows_by_arity(entry, 3):
        n, first = len(rows[0]), rows[0]
        kept = [which for which in itertools.product([True, False], repeat=n) if any(which)]

        def record(*x, first=first, kept=kept):
            each = [entry(*[a if keep else c for a, c, keep in zip(x, first, which, strict=True)]) for which in kept]
            return autograd.total([(k + 1.0) * y for k, y in enumerate(each)])

        x = leaves(first)
        batch = [[a if a == a else 0.0 for a in row] for row in rows] if entry.name != "where" else rows[:1]
        assert_bits(autograd.compile(record(*x), inputs=x, strict=True), record, batch)


@pytest.mark.parametrize("strict", [True, False])
def test_primitives_of_users(strict):
    entries = users_primitives()

    def record(w, x):
        return autograd.total([w * f(x) * f(w) for f in entries])

    batch = [[x / 4.0] for x in range(-9, 10)]
    p, x = leaves([0.75, 0.3])
    program = autograd.compile(record(p, x), inputs=[x], parameters=[p], strict=strict)
    if strict:
        assert_bits(program, record, batch, [0.75])
    else:
        y, of_inputs, of_parameters = expected_of(record, batch, [0.75])
        found, gradient = program.value_and_gradient(batch)
        np.testing.assert_allclose(found, y, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(gradient.inputs, of_inputs, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(gradient.parameters, of_parameters, rtol=1e-14)


@pytest.fixture
def table():
    """Restore the table of primitives after the test."""
    entries = list(algebra.TABLE)
    yield
    algebra.TABLE[:] = entries


@pytest.mark.usefixtures("table")
def test_a_primitive_of_any_number_of_operands_by_a_user():
    spread = primitive(
        "spread_of", lambda *x: autograd.maximum(x[0], x[-1]) * autograd.total(x),
        partials=lambda y, *x: [(1.0 if k == 0 else 2.0) + a for k, a in enumerate(x)],
    )  # fmt: skip

    def record(a, b):
        return spread(a, 2.0, b, a) * b + spread(b)

    x = leaves([1.0, 2.0])
    assert_bits(autograd.compile(record(*x), inputs=x, strict=True), record, [[1.0, 2.0], [-3.0, 0.5], [0.0, -0.0]])


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("options", [{"strict": True}, {}, {"dtype": np.float32}], ids=str)
def test_a_primitive_that_python_computes_may_have_more_operands_than_a_callback_has(options, monkeypatch):
    monkeypatch.setattr(calls, "_MAX_ARGUMENTS", 3)
    waves = primitive(
        f"waves_{len(options)}_{options.get('strict')}",
        lambda *x: math.fsum([math.cos(a) / math.sqrt(a) for a in x]),
        partials=lambda y, *x: [y * math.atan(a) for a in x],
    )

    def record(*x):
        return waves(x[0], 2.0, *x[1:], x[0]) * x[1]

    x = leaves([1.0, 2.0, 3.0])
    rows = [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0], [4.0, 0.25, 1.5], [0.0, 1.0, 1.0], [7.0, 8.0, 9.0]]
    y, gradient = autograd.compile(record(*x), inputs=x, **options).value_and_gradient(rows)
    close = 1e-5 if "dtype" in options else 0 if "strict" in options else 1e-13
    for row, value, slopes in zip(rows, y, gradient.inputs, strict=True):
        x = leaves(row)
        if min(row) <= 0:  # the square root of the operand raises in the engine
            with pytest.raises((ValueError, ZeroDivisionError)):
                record(*x)
            assert not math.isfinite(value)
            continue
        expected = record(*x)
        expected.backward()
        np.testing.assert_allclose([value, *slopes], [expected.data, *[each.grad for each in x]], rtol=close)


# --- Batches and lanes


@pytest.mark.parametrize("samples", [0, 1, 2, 7, 33, 100])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_batches_of_any_size_whose_last_group_is_short(samples, dtype):
    record = loops(17)
    draw = random.Random(samples)
    parameters = [1.0, -2.0, 1.0, 2.0, -1.0]
    batch = [[float(draw.randrange(-3, 4)) for _ in range(4)] for _ in range(samples)]
    program = compiled(record, parameters, [1.0, 2.0, 3.0, -1.0], dtype=dtype)
    batch = np.array(batch).reshape(samples, 4)
    y, gradient = program.value_and_gradient(batch)
    assert y.dtype == gradient.inputs.dtype == gradient.parameters.dtype == dtype
    assert y.shape == (samples,)
    assert gradient.inputs.shape == (samples, 4)
    expected = of_the_engine(record, parameters, batch.tolist())
    assert np.array_equal(y, expected[0])
    assert np.array_equal(gradient.inputs, expected[1].reshape(samples, 4))
    assert np.array_equal(gradient.parameters, expected[2])
    assert np.array_equal(program.value(batch), y)


def test_one_lane_and_many_agree():
    model = MLP(3, [5, 2], activation="tanh", seed=1)
    x = leaves([0.1, 0.2, 0.3])
    program = autograd.compile(half_sse(model(x), [0.5, -0.5]), inputs=x)
    batch = np.random.default_rng(0).uniform(-2, 2, (50, 3))
    y, gradient = program.value_and_gradient(batch)
    rows = [program.value_and_gradient(row) for row in batch]
    np.testing.assert_allclose(y, [each for each, _ in rows], rtol=1e-14)
    np.testing.assert_allclose(gradient.inputs, [each.inputs for _, each in rows], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradient.parameters, sum([each.parameters for _, each in rows]), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", [lambda out: half_sse(out, [0.5, -0.5, 0.0]), lambda out: cross_entropy(out, 2)])
def test_networks_agree_with_the_engine_in_both_modes(loss):
    model = MLP(4, [6, 3], activation="sigmoid", seed=2)
    x = leaves([0.1, 0.2, 0.3, -0.4])
    y = loss(model(x))
    batch = np.random.default_rng(1).uniform(-2, 2, (9, 4))
    found = {strict: autograd.compile(y, inputs=x, parameters=model.parameters(), strict=strict) for strict in (1, 0)}
    for p in model.parameters():
        p.grad = 0.0
    values = []
    for row in batch.tolist():
        again = loss(model(leaves(row)))
        again.backward()
        values.append(again.data)
    of_parameters = [p.grad for p in model.parameters()]
    value, gradient = found[True].value_and_gradient(batch)
    assert value.tolist() == values
    assert gradient.parameters.tolist() == of_parameters
    value, gradient = found[False].value_and_gradient(batch)
    np.testing.assert_allclose(value, values, rtol=1e-13)
    np.testing.assert_allclose(gradient.parameters, of_parameters, rtol=1e-11, atol=1e-14)


def test_without_inputs_and_without_parameters():
    w, x = Value(3.0), Value(4.0)
    y = w * w * x
    alone = autograd.compile(y)
    assert alone.parameters == [w, x]
    assert alone.value() == 36.0
    assert alone.gradient().parameters.tolist() == [24.0, 9.0]
    assert alone.gradient().inputs.shape == (0,)
    pure = autograd.compile(y, inputs=[w, x])
    assert pure.parameters == []
    assert pure.gradient([[3.0, 4.0]]).inputs.tolist() == [[24.0, 9.0]]
    assert pure.gradient([3.0, 4.0]).parameters.shape == (0,)
    assert autograd.compile(w, inputs=[w]).gradient([5.0]).inputs.tolist() == [1.0]
    assert autograd.compile(w).value() == 3.0


def test_many_samples_from_integers_lists_and_columns_in_any_order():
    a, b = leaves([1.0, 2.0])
    program = autograd.compile(a - 2 * b, inputs=[[a], [b]])
    assert program.value([[1, 2], [3, 4]]).tolist() == [-3.0, -5.0]
    assert program.value(np.array([[1, 3], [2, 4]]).T).tolist() == [-3.0, -5.0]
    assert program.value(np.array([True, False])) == 1.0


# --- Outputs and seeds


def test_several_outputs_with_seeds():
    w, x = Value(2.0), Value(3.0)
    s = w * x
    program = autograd.compile([s, s * s, w, Value(7.0)], inputs=[x], parameters=[w])
    assert program.value([[3.0], [1.0]]).tolist() == [[6.0, 36.0, 2.0, 7.0], [2.0, 4.0, 2.0, 7.0]]
    assert program.value([3.0]).tolist() == [6.0, 36.0, 2.0, 7.0]
    seeds = [[1.0, 0.0, 0.0, 5.0], [0.0, 1.0, 10.0, 5.0]]
    gradient = program.gradient([[3.0], [1.0]], seeds)
    assert gradient.inputs.tolist() == [[2.0], [8.0]]
    assert gradient.parameters.tolist() == [3.0 + 4.0 + 10.0]
    assert program.gradient([[3.0], [1.0]], [0.0, 0.0, 1.0, 0.0]).parameters.tolist() == [2.0]
    assert program.gradient([3.0], [1.0, 0.0, 0.0, 0.0]).inputs.tolist() == [2.0]
    twice = autograd.compile([s, s], inputs=[x], parameters=[w])
    assert twice.gradient([3.0], [1.0, 10.0]).inputs.tolist() == [22.0]


def test_a_seed_for_each_sample():
    x = Value(3.0)
    program = autograd.compile(x * x, inputs=[x])
    assert program.gradient([[1.0], [2.0]], [1.0, 10.0]).inputs.tolist() == [[2.0], [40.0]]
    assert program.gradient([[1.0], [2.0]], 3.0).inputs.tolist() == [[6.0], [12.0]]
    assert program.gradient([[1.0], [2.0]], [[1.0], [10.0]]).inputs.tolist() == [[2.0], [40.0]]


# --- Higher derivatives


def test_the_graph_of_a_gradient_and_of_a_product_with_the_hessian():
    def f(x):
        return autograd.tanh(x[0] * x[1]) * autograd.exp(x[2]) + autograd.dot(x, x) ** 2

    x = leaves([0.3, -0.7, 0.2])
    slopes = list(autograd.grad(f)(x))
    program = autograd.compile(slopes, inputs=x, strict=True)
    batch = np.random.default_rng(3).uniform(-1, 1, (5, 3))
    for row, found in zip(batch, program.value(batch), strict=True):
        assert found.tolist() == [each.data for each in autograd.grad(f)(leaves(row.tolist()))]
    seed = [1.0, -2.0, 0.5]
    products = program.gradient(batch, seed).inputs
    for row, found in zip(batch.tolist(), products, strict=True):
        np.testing.assert_allclose(found, hvp(f, (row,), (seed,)), rtol=1e-12)


# --- Choices


def test_where_takes_each_sample_by_its_own_branch():
    def record(x, c):
        return autograd.where(c, autograd.log(x) * autograd.sqrt(x), 1.0 / (x + 2.0)) + x

    a = leaves([2.0, 1.0])
    for strict in (True, False):
        program = autograd.compile(record(*a), inputs=a, strict=strict)
        batch = [[2.0, 1.0], [-1.0, 0.0], [0.0, -0.0], [4.0, -3.0], [0.0, 0.0], [9.0, 5.0], [-1.5, 0.0], [1.0, 2.0]]
        y, of_inputs, _ = expected_of(lambda x, c: autograd.where(c, *branches(x, c)) + x, batch)
        found, gradient = program.value_and_gradient(batch)
        np.testing.assert_allclose(found, y, rtol=4e-16)
        np.testing.assert_allclose(gradient.inputs, of_inputs, rtol=1e-15)


def branches(x, c):
    """The branch that is not taken is a number here, because the engine could not record it."""
    taken = c.data != 0.0
    return (autograd.log(x) * autograd.sqrt(x) if taken else 0.0), (0.0 if taken else 1.0 / (x + 2.0))


def test_a_node_inside_of_a_branch_and_outside():
    x, c = Value(2.0), Value(1.0)
    shared = autograd.sqrt(x)
    deep = shared * autograd.log(x)
    y = autograd.where(c, deep, -x) + 3.0 * shared
    program = autograd.compile(y, inputs=[x, c])
    gradient = program.gradient([[2.0, 1.0], [4.0, 0.0], [0.25, 0.0]]).inputs[:, 0]
    np.testing.assert_allclose(gradient[1:], [-1.0 + 3 * 0.25, -1.0 + 3.0], rtol=1e-15)
    np.testing.assert_allclose(gradient[0], (0.5 * math.log(2.0) + 1 + 1.5) / math.sqrt(2.0), rtol=1e-15)


def test_nested_choices_in_lanes_leak_nothing():
    x, c, d = leaves([2.0, 1.0, 1.0])
    inner = autograd.where(d, autograd.sqrt(x) * autograd.sqrt(x), 1.0 / x)
    y = autograd.where(c, inner, x)
    program = autograd.compile(y, inputs=[x, c, d])
    batch = [[2.0, 1.0, 1.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [-2.0, 1.0, 0.0], [0.0, 1.0, 0.0],
             [math.nan, 0.0, 0.0], [3.0, 0.0, 0.0], [3.0, 1.0, 0.0]]  # fmt: skip
    y, slopes = program.value_and_gradient(batch)
    found = [[a, b] for a, b in zip(y.tolist(), slopes.inputs[:, 0].tolist(), strict=True)]
    assert found[1:5] == [[0.0, 1.0], [-1.0, 1.0], [0.0, 1.0], [-0.5, -0.25]]
    assert found[5] == [math.inf, -math.inf]
    assert found[7] == [3.0, 1.0]
    np.testing.assert_allclose([found[0], found[8]], [[2.0, 1.0], [1 / 3, -1 / 9]], rtol=1e-15)
    assert math.isnan(found[6][0])


# --- Operations for which the engine raises


def test_where_the_engine_raises_a_batch_goes_on():
    x, y = leaves([2.0, 3.0])
    program = autograd.compile(autograd.log(x) / y, inputs=[x, y])
    found = program.value([[1.0, 1.0], [-1.0, 1.0], [0.0, 2.0], [2.0, 0.0], [1.0, 0.0], [math.e, 1.0]])
    assert np.isnan(found[[1, 4]]).all()
    assert found[[0, 2, 3]].tolist() == [0.0, -math.inf, math.inf]
    assert found[5] == pytest.approx(1.0)
    strict = autograd.compile(autograd.exp(x) * autograd.sqrt(y), inputs=[x, y], strict=True)
    found, gradient = strict.value_and_gradient([[1000.0, 4.0], [0.0, -1.0], [0.0, 0.0]])
    assert found[0] == math.inf
    assert math.isnan(found[1])
    assert gradient.inputs[2].tolist() == [0.0, math.inf]


# --- Leaves: parameters are read at each call, constants are kept


def test_parameters_are_read_at_every_call_and_constants_once():
    w, x, t = leaves([2.0, 3.0, 1.0])
    program = autograd.compile(w * x + t, inputs=[x], parameters=[w])
    assert program.value([10.0]) == 21.0
    w.data, t.data, x.data = 5.0, 100.0, 7.0
    assert program.value([10.0]) == 51.0
    assert program.gradient([10.0]).inputs.tolist() == [5.0]


def test_leaves_may_have_changed_since_they_were_recorded():
    w, x = leaves([2.0, 3.0])
    y = w * x
    w.data = 5.0
    program = autograd.compile(y, inputs=[x])
    assert program.value([10.0]) == 50.0
    assert program.gradient([10.0]).inputs.tolist() == [5.0]


def test_a_compiled_graph_leaves_the_graph_as_it_was():
    w, x = leaves([2.0, 3.0])
    y = w * x
    autograd.compile(y, inputs=[x]).gradient([4.0])
    assert [w.data, x.data, y.data, w.grad, x.grad, y.grad] == [2.0, 3.0, 6.0, 0.0, 0.0, 0.0]


# --- Threads and the cache


def test_calls_from_several_threads():
    model = MLP(3, [8, 1], activation="tanh", seed=1)
    x = leaves([0.1, 0.2, 0.3])
    program = autograd.compile(model(x), inputs=x)
    batch = np.random.default_rng(0).uniform(-1, 1, (64, 3))
    expected = autograd.compile(model(x), inputs=x).gradient(batch)
    found: list = []

    def work():
        found.extend([program.gradient(batch) for _ in range(20)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert all(np.array_equal(each.inputs, expected.inputs) for each in found)
    assert all(np.array_equal(each.parameters, expected.parameters) for each in found)


@pytest.fixture
def made(monkeypatch):
    """Return a list of the modules that are compiled from here on."""
    seen: list = []
    code = programs.Code

    def counting(module, *arguments, **options):
        seen.append(module)
        return code(module, *arguments, **options)

    monkeypatch.setattr(programs, "Code", counting)
    monkeypatch.setattr(kernel_cache, "_kernels", type(kernel_cache._kernels)())
    monkeypatch.setattr(kernel_cache, "_alive", type(kernel_cache._alive)())
    return seen


def test_the_same_structure_is_compiled_once(made):
    def program(w, constant=2.0, strict=False):
        p, x = leaves([w, 3.0])
        return autograd.compile(autograd.tanh(p * x) + constant, inputs=[x], parameters=[p], strict=strict)

    found = [program(w) for w in (1.0, 2.0, 3.0)]
    assert len({each.gradient([0.5]).inputs[0] for each in found}) == 3
    assert len(made) == 1
    assert program(1.0, constant=-0.0).value([0.0]) == 0.0
    assert program(1.0, strict=True).gradient([0.5]).inputs.shape == (1,)
    assert len(made) == 3
    assert math.copysign(1.0, program(-1.0, constant=0.0).value([0.0])) == 1.0
    assert len(made) == 4  # 0.0 and -0.0 are two constants


def test_the_cache_keeps_so_many(made, monkeypatch):
    monkeypatch.setattr(kernel_cache, "_MAX_KERNELS", 2)
    x = Value(1.0)
    graphs = [x * c for c in (2.0, 3.0, 4.0)]
    compiled_ = [autograd.compile(y, inputs=[x]) for y in graphs]
    assert [each.value([1.0]) for each in compiled_] == [2.0, 3.0, 4.0]
    assert len(kernel_cache._kernels) == 2
    assert [each.value([1.0]) for each in compiled_] == [2.0, 3.0, 4.0]  # a program keeps its kernel
    assert len(made) == 3


def test_machine_code_is_kept_within_bounds_and_freed_with_its_programs(made, monkeypatch):
    def program(c):
        x = Value(1.0)
        return autograd.compile(x * c, inputs=[x])

    one = program(2.0)
    assert one.value([1.0]) == 2.0
    (kernel,) = kernel_cache._kernels.values()
    monkeypatch.setattr(kernel_cache, "_MAX_BYTES", 2 * kernel.code.taken + kernel.code.taken // 2)
    for c in (3.0, 4.0, 5.0):
        assert program(c).value([1.0]) == c
    assert len(kernel_cache._kernels) == 2
    assert program(2.0).value([1.0]) == 2.0  # this kernel belongs to a program that still exists
    assert len(made) == 4
    reference = weakref.ref(kernel)
    del one, kernel
    for c in (6.0, 7.0):
        assert program(c).value([1.0]) == c
    gc.collect()
    assert reference() is None
    assert len(kernel_cache._alive) == len(kernel_cache._kernels) == 2


def test_machine_code_keeps_no_graph():
    x = Value(1.0)
    y = autograd.exp(x) * 0.125
    inner = weakref.ref(y.parents[0])
    program = autograd.compile(y, inputs=[x])
    program.gradient([2.0])
    program.value([[1.0]] * 9)
    kernels = list(kernel_cache._kernels.values())[-2:]
    del x, y, program
    gc.collect()
    assert inner() is None
    assert len(kernels) == 2


# --- Functions


def test_a_function_is_recorded_at_its_first_call():
    calls = []

    @autograd.compile
    def f(a, b):
        """Multiply by an exponential."""
        calls.append((a, b))
        return a * autograd.exp(b)

    assert f.__doc__ == "Multiply by an exponential."
    assert f([2.0, 0.0]) == 2.0
    assert f([[1.0, 0.0], [3.0, 0.0]]).tolist() == [1.0, 3.0]
    assert f(np.array([1.0, 3.0]), 0.0).tolist() == [1.0, 3.0]
    assert f.gradient([[1.0, 0.0], [3.0, 0.0]]).inputs.tolist() == [[1.0, 1.0], [1.0, 3.0]]
    assert f.gradient([2.0, 0.0]).inputs.tolist() == [1.0, 2.0]
    y, gradient = f.value_and_gradient([[1.0, 0.0], [3.0, 0.0]], seed=[1.0, 10.0])
    assert y.tolist() == [1.0, 3.0]
    assert gradient.inputs.tolist() == [[1.0, 1.0], [10.0, 30.0]]
    assert len(calls) == 2  # once to record it, and once to check that it repeats itself
    assert "f, 1 recorded" in repr(f)


def test_a_function_of_a_list_and_one_that_closes_over_a_model():
    model = MLP(3, [2], seed=4)
    f = autograd.compile(lambda x: model(x)[0], parameters=model.parameters())
    row = [0.5, -0.5, 1.0]
    assert f(row) == pytest.approx(model(row)[0].data, rel=1e-15)
    model.parameters()[0].data += 1.0
    assert f(row) == pytest.approx(model(row)[0].data, rel=1e-15)
    several = autograd.compile(lambda x, y: (x * y, x + y))
    assert several([[2.0, 3.0], [4.0, 5.0]]).tolist() == [[6.0, 5.0], [20.0, 9.0]]
    assert several.gradient([2.0, 3.0], seed=[1.0, 10.0]).inputs.tolist() == [13.0, 12.0]
    nothing = autograd.compile(lambda: model([1.0, 2.0, 3.0])[0], parameters=model.parameters())
    assert nothing() == pytest.approx(model([1.0, 2.0, 3.0])[0].data, rel=1e-15)


def test_a_comparison_becomes_a_guard():
    @autograd.compile
    def f(x, y):
        return x * y if x > y else y - x

    assert f([[3.0, 1.0], [5.0, 2.0]]).tolist() == [3.0, 10.0]
    with pytest.raises(GuardError, match="1 of 3 samples, the first being 1, would have taken another branch"):
        f([[3.0, 1.0], [1.0, 3.0], [4.0, 0.0]])
    with pytest.raises(GuardError, match="where"):
        f.gradient([1.0, 1.0])
    assert f.programs[0].violated([[3.0, 1.0], [1.0, 1.0], [math.nan, 1.0]]).tolist() == [False, True, True]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_guards_hold_what_python_does(sign):
    points = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan]
    for first in (1.0, -1.0):
        holds = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]
        f = autograd.compile(lambda x, holds=holds: 2 * x if holds(x, 0.0) else -x)
        f([first])
        expected = [holds(x, 0.0) != holds(first, 0.0) for x in points]
        assert f.programs[0].violated([[x] for x in points]).tolist() == expected


def test_recording_again_for_each_branch_that_data_take():
    @autograd.compile(on_other_branch="record")
    def f(x, y):
        if x > y:
            return x * y
        return (y - x) ** 2 if x < 0 else y - x

    batch = [[3.0, 1.0], [1.0, 3.0], [-1.0, 3.0], [5.0, 2.0], [2.0, 2.0], [-2.0, -1.0]]
    assert f(batch).tolist() == [3.0, 2.0, 16.0, 10.0, 0.0, 1.0]
    assert len(f.programs) == 3
    gradient = f.gradient(batch).inputs
    assert gradient.tolist() == [[1.0, 3.0], [-1.0, 1.0], [-8.0, 8.0], [2.0, 5.0], [-1.0, 1.0], [-2.0, 2.0]]
    assert f.gradient(batch, seed=[1.0, 2.0, 1.0, 1.0, 1.0, 1.0]).inputs[1].tolist() == [-2.0, 2.0]
    assert f.program([-7.0, 1.0]) is f.programs[2]
    assert f([1.0, 5.0]) == 4.0


def test_the_branches_add_up_their_gradients_in_shared_parameters():
    w, v = leaves([2.0, 3.0])

    @autograd.compile(on_other_branch="record", parameters=[w, v])
    def f(x):
        return w * x if x > 0 else v * x

    gradient = f.gradient([[1.0], [-2.0], [3.0]])
    assert gradient.parameters.tolist() == [4.0, -2.0]
    assert gradient.inputs.tolist() == [[2.0], [3.0], [2.0]]
    loose = autograd.compile(lambda x: w * x if x > 0 else v * x, on_other_branch="record")
    with pytest.raises(GraphError, match="parameters="):
        loose([[1.0], [-2.0]])


def test_a_function_that_does_not_repeat_itself_is_found_out():
    w = Value(0.0)

    @autograd.compile(on_other_branch="record", parameters=[w])
    def f(x):
        y = w * x if x > w else x
        w.data = 10.0
        return y

    with pytest.raises(GuardError, match="does not always do the same"):
        f([[1.0], [2.0]])


# --- Looking inside


def test_stats_and_llvm():
    model = MLP(4, [8, 8, 1], activation="tanh", seed=0)
    x = leaves([0.1] * 4)
    program = autograd.compile(half_sse(model(x), [0.5]), inputs=x)
    stats = program.stats
    assert stats.nodes == len(autograd.engine.graph.postorder([half_sse(model(leaves([0.1] * 4)), [0.5])]))
    assert stats.operations > 3 * (4 * 8 + 8 * 8 + 8)
    assert stats.rolled < stats.operations / 3
    assert stats.flops >= 5 * (4 * 8 + 8 * 8 + 8)
    assert stats.bytes % 8 == 0
    assert stats.code_size > 100
    assert stats.lanes >= 2
    program.value([0.1] * 4)
    assert program.stats.code_size > stats.code_size
    assert 'define internal void @"block"' in program.llvm
    assert "fmul" in program.llvm
    assert "4 inputs, 121 parameters" in repr(program)


# --- Refusals


@pytest.mark.parametrize("transform", [lambda f: f, autograd.grad, autograd.hessian, autograd.value_and_grad])
def test_a_program_says_that_it_computes_numbers(transform):
    x = Value(2.0, "x")
    program = autograd.compile(x * x, inputs=[x])
    with pytest.raises(ValueError, match=r"found Values. A program computes numbers; its derivatives are program.grad"):
        transform(program)(Value(3.0))


@pytest.mark.parametrize(
    ("call", "error", "what"),
    [
        (lambda x, y: autograd.compile(3.0), GraphError, "float 3.0"),
        (lambda x, y: autograd.compile([]), GraphError, "nothing to compile"),
        (lambda x, y: autograd.compile([y, 2.0]), GraphError, "float 2.0"),
        (lambda x, y: autograd.compile(y, inputs=[y]), GraphError, "not a leaf"),
        (lambda x, y: autograd.compile(y, inputs=[x, x]), GraphError, "is listed twice"),
        (lambda x, y: autograd.compile(y, inputs=[x], parameters=[x]), GraphError, "is listed twice"),
        (lambda x, y: autograd.compile(y, inputs=[1.0]), GraphError, "not a leaf"),
        (lambda x, y: autograd.compile(y, inputs=1.0), GraphError, "input 0 is 1.0"),
        (lambda x, y: autograd.compile(y, inputs="x"), GraphError, "not a leaf"),
        (lambda x, y: autograd.compile(y, dtype=np.int64), ValueError, "float64 or float32"),
        (lambda x, y: autograd.compile(y, dtype="nonsense"), ValueError, "float64 or float32"),
        (lambda x, y: autograd.compile(y, dtype=np.float32, strict=True), ValueError, "strict"),
        (lambda x, y: autograd.compile(y, on_other_branch="guess"), ValueError, "guess"),
        (lambda x, y: autograd.compile(lambda a: 1.0)([1.0]), GraphError, "float 1.0"),
        (lambda x, y: autograd.compile(lambda a: a)(np.zeros((0, 1))), ValueError, "no samples"),
        (lambda x, y: autograd.compile(lambda a: a)(np.zeros((1, 1, 1))), ValueError, r"\(1, 1, 1\)"),
        (lambda x, y: autograd.compile(lambda a: a, inputs=[x]), ValueError, "inputs"),
    ],
)  # fmt: skip
def test_compile_says_what_is_wrong(call, error, what):
    x = Value(2.0)
    with pytest.raises(error, match=what):
        call(x, x * x)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda program: program.value(), "2 inputs"),
        (lambda program: program.value([1.0]), r"found \(1,\)"),
        (lambda program: program.value([[1.0, 2.0, 3.0]]), r"found \(1, 3\)"),
        (lambda program: program.value(np.zeros((1, 1, 2))), r"found \(1, 1, 2\)"),
        (lambda program: program.value(5.0), r"found \(\)"),
        (lambda program: program.value([["a", "b"]]), "real numbers"),
        (lambda program: program.value([[1j, 2.0]]), "real numbers"),
        (lambda program: program.value([[1.0, 2.0], [3.0]]), "real numbers"),
        (lambda program: program.value([[None, 2.0]]), "real numbers"),
        (lambda program: program.gradient([[1.0, 2.0]], [1.0, 2.0]), "seed has the shape"),
        (lambda program: program.gradient([[1.0, 2.0]], "1"), "seed"),
        (lambda program: program.gradient([[1.0, 2.0]], 1j), "seed"),
        (lambda program: program.diagnose([1.0]), r"found \(1,\)"),
        (lambda program: program.violated([1.0]), r"found \(1,\)"),
    ],
)
def test_a_program_says_what_is_wrong(call, what):
    x = leaves([1.0, 2.0])
    program = autograd.compile(x[0] * x[1], inputs=x)
    with pytest.raises(ValueError, match=what):
        call(program)


def test_several_outputs_need_a_seed():
    x = Value(1.0)
    program = autograd.compile([x * x, x], inputs=[x])
    with pytest.raises(ValueError, match="2 outputs: give a seed"):
        program.gradient([1.0])


def test_what_was_computed_without_recording_is_a_leaf():
    x = Value(3.0)
    with no_grad():
        y = x * x
    assert autograd.compile(y, inputs=[x]).value([5.0]) == 9.0
