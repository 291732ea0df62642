"""Compiled functions: their arguments and results, their branches over any sequence of batches, copies, forks."""

import copy
import itertools
import pickle

import numpy as np
import pytest
from sequences import checked

import autograd
from autograd import GraphError, GuardError, Value, grad, hessian
from autograd.compiler import compiled_functions
from nn import MLP

# --- Branches, in sequences of batches


@pytest.mark.long
def test_functions_agree_with_the_engine_in_any_sequence_of_batches():
    counts = checked(60, 0, derandomize=True)
    assert sum(counts.values()) == 60
    # The functions that are drawn depend on the modules that are loaded, so the number is not always the same.
    assert sum(n for programs, n in counts.items() if programs > 1) > 4


@pytest.fixture(scope="module")
def ranked():
    """Return a function with 24 branches, which was recorded in all of them."""

    @autograd.compile(on_other_branch="record")
    def f(*x):
        low, second, third, high = sorted(x)
        return low + 10 * second + 100 * third + 1000 * high

    rows = np.array(list(itertools.permutations([1.0, 2.0, 3.0, 4.0])))
    assert f(rows).tolist() == [4321.0] * 24
    return f, rows


@pytest.mark.sampled(4)
@pytest.mark.parametrize("which", [[k] for k in range(24)] + [[0, 3], [23, 0], [5, 5, 1], []], ids=str)
def test_fewer_rows_than_programs(ranked, which):
    f, rows = ranked
    y, gradient = f.value_and_gradient(rows[which])
    assert y.tolist() == f(rows[which]).tolist() == [4321.0] * len(which)
    weights = np.array([0.0, 1.0, 10.0, 100.0, 1000.0])
    assert gradient.inputs.tolist() == weights[rows[which].astype(int)].tolist()
    assert len(f.programs) == 24


def test_a_later_batch_whose_rows_all_take_a_new_branch():
    f = autograd.compile(lambda a, b: a if a > b else b, on_other_branch="record")
    assert [f([[1.0, 2.0]]).tolist(), f([[2.0, 1.0]]).tolist(), f([[3.0, 1.0], [1.0, 5.0]]).tolist()] == [
        [2.0], [2.0], [3.0, 5.0],
    ]  # fmt: skip


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_a_seed_for_all_samples_whatever_their_number(samples):
    f = autograd.compile(lambda a, b: (a, b) if a > b else (b, a), on_other_branch="record")
    batch = [[1.0, 2.0], [4.0, 3.0], [5.0, 6.0]][:samples]
    expected = [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]][:samples]
    assert f.gradient(batch, seed=[1.0, 0.0]).inputs.tolist() == expected
    with pytest.raises(ValueError, match="seed has the shape"):
        f.gradient(batch, seed=[1.0, 0.0, 2.0])


def test_only_so_many_programs_are_kept(monkeypatch):
    monkeypatch.setattr(compiled_functions, "MAX_PROGRAMS", 4)
    f = autograd.compile(lambda *x: sorted(x)[1], on_other_branch="record")
    rows = np.array(list(itertools.permutations([1.0, 2.0, 3.0])))
    for _ in range(2):
        assert f(rows).tolist() == [2.0] * 6
        assert len(f.programs) == 4
    kept = f.program([1.0, 2.0, 3.0])
    assert f([1.0, 2.0, 3.0]) == 2.0
    assert f.programs[-1] is kept


def test_a_comparison_is_made_in_the_engines_bits():
    """Machine code may contract ``x*y - y*x`` to a fused operation, and then the result is not 0."""
    f = autograd.compile(lambda x, y: x + 1.0 if x * y - y * x > 0 else x, on_other_branch="record")
    batch = np.random.default_rng(0).uniform(-1, 1, (64, 2))
    assert f(batch).tolist() == batch[:, 0].tolist()
    single = autograd.compile(lambda x: x if x > 0.1 else -x, dtype=np.float32, on_other_branch="record")
    assert single([0.1, 0.1000000001]).tolist() == [-np.float32(0.1), np.float32(0.1)]


def test_a_branch_may_be_a_number_and_so_may_one_output_of_several():
    relu = autograd.compile(lambda x: x if x > 0 else 0.0, on_other_branch="record")
    y, gradient = relu.value_and_gradient([-1.0, 2.0, -3.0])
    assert y.tolist() == [0.0, 2.0, 0.0]
    assert gradient.inputs.tolist() == [[0.0], [1.0], [0.0]]
    assert gradient.parameters.shape == (0,)
    first = autograd.compile(lambda x: 0.0 if x < 0 else x, on_other_branch="record")
    assert first([-1.0, 2.0]).tolist() == [0.0, 2.0]
    several = autograd.compile(lambda x: (2 * x, 1, x * x))
    assert several([3.0, 4.0]).tolist() == [[6.0, 1.0, 9.0], [8.0, 1.0, 16.0]]
    assert several.gradient([3.0], seed=[1.0, 5.0, 1.0]).inputs.tolist() == [[8.0]]


def test_branches_that_return_another_number_of_outputs_are_refused():
    f = autograd.compile(lambda x: (x, x) if x > 0 else x, on_other_branch="record")
    with pytest.raises(GraphError, match="the other branch returns 1 numbers, where the first returned 2"):
        f([1.0, -1.0])


def test_a_function_of_one_branch_says_what_it_would_take():
    f = autograd.compile(lambda x: x if x > 0 else -x)
    assert f([2.0, 3.0]).tolist() == [2.0, 3.0]
    for call in (f, f.gradient):
        with pytest.raises(GuardError, match="1 of 2 samples, the first being 1"):
            call([2.0, -3.0])


# --- The arguments of a function


def of_default(x, scale=2.0):
    return x * scale


FORMS = [
    (lambda x: x * 2, [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]),
    (lambda x: x * 2, 3.0, 6.0),
    (lambda x: x * 2, [[1.0], [2.0]], [2.0, 4.0]),
    (lambda x: x * x + 1, [2.0], [5.0]),
    (of_default, [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]),
    (abs, [-1.0, 2.0], [1.0, 2.0]),
    (autograd.exp, [0.0, 0.0], [1.0, 1.0]),
    (lambda x: x[0] * 2, [1.0, 2.0, 3.0], 2.0),
    (lambda x: sum(x), [[1.0, 2.0], [3.0, 4.0]], [3.0, 7.0]),
    (sum, [[1.0], [2.0]], [1.0, 2.0]),
    (lambda x: [2 * each for each in x], [[1.0, 2.0]], [[2.0, 4.0]]),
    (lambda x: sum(2 * each for each in x), [7.0], 14.0),
    (lambda *x: sum(x), [1.0, 2.0], 3.0),
    (lambda *x: x[0], [[1.0], [2.0]], [1.0, 2.0]),
    (lambda a, b: a - b, [3.0, 1.0], 2.0),
]


@pytest.mark.parametrize(("function", "batch", "expected"), FORMS)
def test_a_function_takes_numbers_or_a_list(function, batch, expected):
    f = autograd.compile(function)
    assert np.asarray(f(batch)).tolist() == expected
    assert np.asarray(f.value(batch)).tolist() == expected


def test_a_model_takes_a_list_however_many_inputs_it_has():
    for inputs in (1, 3):
        model = MLP(inputs, [2], seed=4)
        row = [0.5, -0.5, 1.0][:inputs]
        found = autograd.compile(model, parameters=model.parameters())([row])
        np.testing.assert_allclose(found, [[y.data for y in model(row)]], rtol=1e-15)


@pytest.mark.parametrize(
    ("function", "batch", "error", "what"),
    [
        (lambda x: x * 2, [[1.0, 2.0]], ValueError, r"<lambda>\(x\) cannot be called with 2 numbers"),
        (lambda x, y: x * y, [[1.0]], ValueError, r"cannot be called with 1 numbers"),
        (lambda x: x * y_is_missing, [1.0], NameError, "y_is_missing"),  # noqa: F821 - that is what is tested
        (lambda x: x + "a", [1.0], TypeError, "unsupported operand"),
        (lambda x: x[0] + "a", [[1.0, 2.0]], TypeError, "unsupported operand"),
        (lambda x: x, {"a": "1"}, TypeError, "expected numbers, or lists, tuples, dicts"),
        (
            lambda x: {"a": x * 2, "b": "x"},
            [[1.0]],
            GraphError,
            r"found a dict: give them in order, \[outputs\['a'\], ",
        ),
    ],
)
def test_a_function_says_what_it_cannot_take(function, batch, error, what):
    with pytest.raises(error, match=what):
        autograd.compile(function)(batch)


def test_a_compiled_function_of_values_is_the_function():
    f = autograd.compile(lambda x, y: x * x * y)
    assert f([2.0, 3.0]) == 12.0
    assert grad(f)(2.0, 3.0) == (12.0, 4.0)
    assert hessian(f)(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    x = Value(2.0)
    f([x, 3.0]).backward()
    assert x.grad == 12.0
    assert grad(autograd.compile(lambda x: x[0] * x[1]))([2.0, 3.0]) == [3.0, 2.0]


class Line:
    """A class with a compiled method."""

    def __init__(self, slope):
        self.slope = Value(slope)

    @autograd.compile
    def at(self, x):
        return self.slope * x


def test_a_method_is_compiled_for_each_object():
    one, two = Line(2.0), Line(3.0)
    assert one.at([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert two.at([1.0, 2.0]).tolist() == [3.0, 6.0]
    assert two.at.gradient([1.0, 2.0]).parameters.tolist() == [3.0]
    one.slope.data = 5.0
    assert one.at([1.0]).tolist() == [5.0]
    assert one.at.programs[0] is not two.at.programs[0]
    assert isinstance(Line.at, autograd.compiler.compiled_functions.CompiledFunction)


# --- Programs: calls, copies, float32


def test_a_program_is_called_like_a_function():
    x = Value(1.0)
    program = autograd.compile(x * x, inputs=[x])
    assert program([[2.0], [3.0]]).tolist() == [4.0, 9.0]
    assert autograd.compile(x * x)() == 1.0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p)), copy.copy])
def test_copies_of_a_used_program(copied, capfd):
    w, x = Value(2.0, "w"), Value(3.0)
    program = autograd.compile(autograd.where(autograd.step(x), w * x, -x) + Value(1.0), inputs=[x], parameters=[w])
    assert program.gradient([[3.0], [-1.0]]).inputs.tolist() == [[2.0], [-1.0]]
    other = copied(program)
    assert other.value([[3.0], [-1.0]]).tolist() == [7.0, 2.0]
    other.parameters[0].data = 5.0
    assert other.value([3.0]) == 16.0
    assert program.value([3.0]) == (16.0 if copied is copy.copy else 7.0)
    assert capfd.readouterr().err == ""


def test_copies_of_a_used_function_and_of_machine_code():
    f = autograd.compile(abs)
    assert f([-2.0]).tolist() == [2.0]
    assert copy.deepcopy(f)([-3.0, 1.0]).tolist() == [3.0, 1.0]
    assert pickle.loads(pickle.dumps(f))([-3.0]).tolist() == [3.0]
    kernel = next(iter(f.programs[0]._used.values()))
    with pytest.raises(TypeError, match="compile that again"):
        copy.deepcopy(kernel)


@pytest.mark.parametrize("constant", [1e39, -1e100, 3.4028235677973366e38, 3.4028234e38, 1e-50])
def test_numbers_beyond_float32(constant):
    x = Value(1.0)
    with np.errstate(over="ignore"):
        expected = np.float32(constant)
    program = autograd.compile(autograd.maximum(x, constant) + autograd.minimum(x, constant), inputs=[x],
                               dtype=np.float32)  # fmt: skip
    assert program.value([[1.0]]).tolist() == [np.float32(1.0) + expected]
    assert autograd.compile(x * 1.0, inputs=[x], dtype=np.float32).value([[constant]]).tolist() == [expected]
    parameter = Value(constant)
    assert autograd.compile(parameter * 1.0, dtype=np.float32).value() == expected
    assert program.gradient([[2.0]]).inputs.shape == (1, 1)


@pytest.mark.parametrize(
    "function", [autograd.gelu, autograd.atan, autograd.erf, autograd.log], ids=lambda f: f.__name__
)
def test_functions_in_float32(function):
    x = Value(0.5)
    y = function(x)
    y.backward()
    program = autograd.compile(y, inputs=[x], dtype=np.float32)
    value, gradient = program.value_and_gradient([[0.5]] * 9)
    np.testing.assert_allclose(value, [y.data] * 9, rtol=1e-6)
    np.testing.assert_allclose(gradient.inputs, [[x.grad]] * 9, rtol=1e-6)


# --- The process


FORKS = """
import os, select, threading, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # that a process with threads is forked is the point
import autograd
from autograd import Value
from nn import MLP, fit

def compiled(k):
    x = Value(0.5)
    y = x
    for n in range(20):
        y = autograd.tanh(y * float(k + n))
    f = autograd.compile(lambda a: a if a > k else -a)
    return f([k + 1.0])[0] + 0 * autograd.compile(y, inputs=[x]).value([0.5])

def trained(k):
    fit(MLP(2, [3, 1], seed=int(k)), [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=2000, progress=False)
    return k

def again_and_again(work):
    k = 100.0
    while True:
        k += 1.0
        work(k)

for work in (compiled, trained):
    work(50.0)  # a module that another thread is importing stays locked in a child: have all of them imported
    threading.Thread(target=again_and_again, args=(work,), daemon=True).start()
for attempt in range(8):
    time.sleep(0.02)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(trained(compiled(float(attempt)))).encode())
        finally:
            os._exit(0)
    os.close(writing)
    if not select.select([reading], [], [], 60)[0]:
        os.kill(child, 9)
        os._exit(1)  # the child hangs
    assert float(os.read(reading, 100)) == attempt + 1.0
    os.close(reading)
    os.waitpid(child, 0)
os._exit(0)  # as threads are in machine code
"""


def test_a_fork_while_other_threads_compile(run_python):
    run_python(FORKS)


def test_compiling_starts_no_program(run_python):
    run_python("""
import sys
started = []
sys.addaudithook(lambda event, args: started.append((event, args)) if event in (
    "subprocess.Popen", "os.posix_spawn", "os.system", "os.exec", "os.fork", "os.spawn") else None)
import autograd
x = autograd.Value(0.5)
for f in (autograd.sin, autograd.erf, autograd.exp):
    for strict in (True, False):
        autograd.compile(f(x), inputs=[x], strict=strict).gradient([[0.1]])
assert not started, started
""")


def area(width, height=2.0, scale=1.0):
    return width * height * scale


@pytest.mark.parametrize(
    ("inputs", "named", "expected"),
    [
        (([1.0, 3.0],), {"height": [5.0, 7.0]}, [5.0, 21.0]),
        ((), {"height": [5.0, 7.0], "width": [1.0, 3.0]}, [5.0, 21.0]),
        (([1.0, 3.0],), {"scale": 10.0}, [20.0, 60.0]),  # the height has its default
        ((4.0,), {"height": 0.5}, 2.0),
    ],
)
def test_arguments_may_be_given_by_name(inputs, named, expected):
    assert np.array_equal(autograd.compile(area)(*inputs, **named), expected)


def test_arguments_by_name_where_a_compiled_function_is_differentiated():
    compiled = autograd.compile(area)
    assert autograd.grad(lambda x: compiled(x, height=3.0, scale=2.0))(0.5) == 6.0
    assert autograd.grad(compiled, argnums="scale")(0.5, height=3.0, scale=2.0) == 1.5
    assert compiled.gradient([1.0, 3.0], height=5.0, seed=2.0).inputs.tolist() == [[10.0, 2.0], [10.0, 6.0]]


@pytest.mark.parametrize(
    ("function", "named", "what"),
    [
        (area, {"width": 1.0, "depth": 1.0}, "unexpected keyword argument 'depth'"),
        (area, {"height": 1.0}, "missing a required argument: 'width'"),
        (lambda x, *, power: x**power, {"x": 1.0, "power": 2.0}, "takes 'power' by name only.*functools.partial"),
    ],
)
def test_arguments_by_name_that_do_not_fit(function, named, what):
    with pytest.raises(TypeError, match=what):
        autograd.compile(function)(**named)
