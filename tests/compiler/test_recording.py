"""Numbers that a compiled function takes out of the graph are recorded, or refused with the line that took them."""

import bisect
import copy
import functools
import heapq
import io
import itertools
import json
import math
import operator
import pickle
import random
import statistics
import struct
import sys
import threading
from array import array
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import GraphError, Value, grad, no_grad, replay
from nn import MLP, SGD, binary_cross_entropy, cross_entropy, fit, half_sse

TABLE = {1.0: 2.0, 4.0: 5.0}
BATCH = [[1.0, 2.0], [3.0, 0.5], [-2.0, 4.0], [0.0, 0.0]]


def by_the_engine(function, batch):
    """Return values and derivatives, row by row."""
    values, slopes = [], []
    for row in batch:
        x = [Value(number) for number in row]
        y = function(*x)
        if isinstance(y, Value):
            y.backward()
        values.append(y.data if isinstance(y, Value) else y)
        slopes.append([each.grad for each in x])
    return values, slopes


def shifted_softmax(a, b):
    largest = max(v.data for v in (a, b))
    powers = [autograd.exp(v - largest) for v in (a, b)]
    return powers[0] / sum(powers)


def in_a_thread(a, b):
    found = []
    thread = threading.Thread(target=lambda: found.append(a.data * 2))
    thread.start()
    thread.join()
    return b * found[0]


def matched(a, b):
    match a.data:
        case 1.0:
            return a * 2
        case -2.0:
            return b * 3
    return a * b


def halved(a, b):
    n = 0
    while a.data > 1 and n < 5:
        a, n = a / 2, n + 1
    return a * n + b


def raising(a, b):
    try:
        if a.data < 0:
            raise ValueError(a.data)
        return a * b
    except ValueError as error:
        return b * error.args[0]


STOPPED = {
    "detach": lambda a, b: a * b.detach() + a.detach() ** 2,
    "detach keeps its label": lambda a, b: (a * b).detach() * a,
    "data": lambda a, b: a * a.data + b.data * b,
    "data alone": lambda a, b: a.data * b.data - 1,
    "the right side": lambda a, b: (2 - a.data) * b + 2.0 / (a.data + 5) + 2 ** b.data + (1 + a.data) * a,
    "a new Value": lambda a, b: a * Value(b.data) + Value(a.data * 2, "twice") * b,
    "the largest": shifted_softmax,
    "the smallest": lambda a, b: a * min(a.data, b.data, 1.5),
    "sorted": lambda a, b: a * sorted([a.data, b.data])[0] + b * sorted([a, b])[1],
    "a branch": lambda a, b: a * b if a.data > 0 else b - a,
    "a branch by ==": lambda a, b: a if a.data == 1.0 else b if b.data != 4.0 else a * b,
    "a branch by truth": lambda a, b: b * 2 if a.data else b * 3,
    "two data": lambda a, b: a if a.data == b.data else 2 * b,
    "data in a list": lambda a, b: a if b.data in [0.5, 2.0] else -a,
    "compared with a Value": lambda a, b: a if a.data < b else -b,
    "functions": lambda a, b: a * autograd.exp(b.data) + autograd.maximum(a.data, b) + autograd.sin(a.data) * b,
    "sums": lambda a, b: autograd.dot([a, b.data], [b.data, a]) + autograd.total([a, b.data]) + sum([a.data, b]),
    "softmax of data": lambda a, b: autograd.softmax([a.data, b.data, 1.0])[1] * a,
    "where": lambda a, b: autograd.where(autograd.step(a), a.data, b),
    "its parts": lambda a, b: a * (+b.data.real + b.data.imag - abs(-b.data.conjugate())),
    "a thread": in_a_thread,
    "copies of data": lambda a, b: a * copy.copy(b.data) + b * copy.deepcopy(a.data),
    "a gradient": lambda a, b: grad(lambda t: t * t * b.detach() + t * b.data)(a),
    "a detached intermediate": lambda a, b: autograd.tanh(a * b) * (a * b).detach() + (a + b).data * a,
    "an infinite slope": lambda a, b: autograd.sqrt(a * a).data * b,
    "the middle one": lambda a, b: a * statistics.median([a.data, b.data, 1.0]),
    "the smallest of a heap": lambda a, b: heapq.nsmallest(1, [a.data, b.data, 0.75])[0] * b,
    "where it is inserted": lambda a, b: a * bisect.bisect([0.0, 1.0, 2.0], b.data),
    "a product": lambda a, b: math.prod([a.data, 2.0]) * b,
    "running sums": lambda a, b: list(itertools.accumulate([a.data, b, 1.0]))[-1] * a,
    "a match": matched,
    "and, or": lambda a, b: (a.data and 3.0) * b + (b.data or 2.0) * a,
    "a fraction times data": lambda a, b: Fraction(1, 2) * a.data * b,
    "NumPy's numbers": lambda a, b: (np.float64(2.0) + a.data) * b + a.data * np.float32(0.5) * b,
    "NumPy's arrays": lambda a, b: (np.array([1.0, 2.0]) * a.data)[1] * b,
    "NumPy's functions": lambda a, b: np.clip(a.data, -1, 1) * np.abs(b.data) * a + np.sum([a, b.data]) * b,
    "a loop": halved,
    "an exception of its own": raising,
}  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("how", STOPPED)
def test_what_is_taken_out_of_the_graph_is_computed_for_each_row(how, strict):
    function = STOPPED[how]
    compiled = autograd.compile(function, strict=strict, on_other_branch="record")
    for batch in (BATCH[:1], BATCH, BATCH[::-1]):
        values, slopes = by_the_engine(function, batch)
        found, gradient = compiled.value_and_gradient(batch)
        np.testing.assert_allclose(found, values, rtol=1e-15)
        np.testing.assert_allclose(gradient.inputs, slopes, rtol=1e-15)


def test_a_parameter_whose_data_is_read_is_read_anew():
    w = Value(2.0)
    f = autograd.compile(lambda x: x * w.data if x > w else w * x, on_other_branch="record")
    assert f([1.0, 3.0]).tolist() == [2.0, 6.0]
    w.data = -1.0
    y, gradient = f.value_and_gradient([1.0, -3.0])
    assert y.tolist() == [-1.0, 3.0]
    assert gradient.inputs.tolist() == [[-1.0], [-1.0]]
    assert gradient.parameters.tolist() == [-3.0]
    assert f.programs[0].parameters == [w]


def test_a_parameter_that_is_only_compared_is_read_anew():
    w = Value(2.0)
    f = autograd.compile(lambda x: x if x > w else -x, on_other_branch="record")
    assert f([1.0, 3.0]).tolist() == [-1.0, 3.0]
    w.data = 0.5
    assert f([1.0, 3.0]).tolist() == [1.0, 3.0]


def test_a_label_survives_detaching_and_no_derivative_does():
    x = Value(3.0, "x")
    watched = []

    def f(a):
        a.label = "x"
        watched.append(a.detach())
        return a * watched[-1]

    program = autograd.compile(f).program([2.0])
    assert watched[0].label == "x"
    assert program.gradient([[3.0]]).inputs.tolist() == [[3.0]]
    assert x.detach().op is None


# --- Refusals


def caught(x):
    try:
        return x * math.sqrt(x.data)
    except Exception:
        return x


def printed(x):
    file = io.StringIO()
    print(x.data, file=file)
    return x * float(file.getvalue())


def backward(x):
    y = x * x
    y.backward()
    return y * x.grad


def paused(x):
    with no_grad():
        y = x * x
    return x * y


def replaced(x):
    try:
        return x * math.sqrt(x.data)
    except GraphError:
        raise KeyError("another error") from None


W = Value(1.0)


def setting(x):
    W.data = 3.0
    return x * W


REFUSED = {
    "int": (lambda x: x * int(x.data), "to a plain number", "int(x.data)"),
    "float": (lambda x: x * float(x.data), "to a plain number", "float(x.data)"),
    "floor": (lambda x: x - math.floor(x.data), "to a plain number", "math.floor(x.data)"),
    "ceil": (lambda x: x - math.ceil(x.data), "to a plain number", "math.ceil"),
    "trunc": (lambda x: x - math.trunc(x.data), "to a plain number", "math.trunc"),
    "round": (lambda x: x * round(x.data, 1), "to a plain number", "round(x.data, 1)"),
    "exp": (lambda x: x * math.exp(x.data), "to a plain number", "math.exp(x.data)"),
    "sqrt": (lambda x: x * math.sqrt(x.data), "autograd.exp", "math.sqrt(x.data)"),
    "floor division": (lambda x: x * (x.data // 1), "to a plain number", "x.data // 1"),
    "remainder": (lambda x: x * (7.0 % x.data), "to a plain number", "7.0 % x.data"),
    "divmod": (lambda x: x * divmod(x.data, 2)[1], "to a plain number", "divmod"),
    "complex": (lambda x: x * complex(x.data).real, "to a plain number", "complex"),
    "copysign": (lambda x: x * math.copysign(1.0, x.data), "to a plain number", "math.copysign"),
    "isnan": (lambda x: x if math.isnan(x.data) else 2 * x, "to a plain number", "math.isnan(x.data)"),
    "fsum": (lambda x: x * math.fsum([x.data, 1.0]), "to a plain number", "math.fsum"),
    "hypot": (lambda x: x * math.hypot(x.data, 1.0), "to a plain number", "math.hypot"),
    "is_integer": (lambda x: x if x.data.is_integer() else 2 * x, "to a plain number", "x.data.is_integer()"),
    "hex": (lambda x: x * float.fromhex(x.data.hex()), "to a plain number", "x.data.hex()"),
    "ratio": (lambda x: x * x.data.as_integer_ratio()[0], "to a plain number", "as_integer_ratio()"),
    "array": (lambda x: x * array("d", [x.data])[0], "to a plain number", 'array("d", [x.data])'),
    "NumPy's float": (lambda x: x * np.float64(x.data), "to a plain number", "np.float64(x.data)"),
    "percent": (lambda x: x * float(operator.mod("%f", x.data)), "to a plain number", "operator.mod"),
    "percent of text": (lambda x: x * float(operator.mod("%s", x.data)), "writes a number into text", "operator.mod"),
    "repr": (lambda x: x * len(repr(x)), "writes a number into text", "repr(x)"),
    "str": (lambda x: x * len(str(2 * x)), "writes a number into text", "str(2 * x)"),
    "text": (lambda x: x * len(f"{x}"), "writes a number into text", 'f"{x}"'),
    "print": (printed, "writes a number into text", "print(x.data, file=file)"),
    "struct": (lambda x: x * struct.unpack("d", struct.pack("d", x.data))[0], "to a plain number", "struct.pack"),
    "another error": (replaced, "to a plain number", "math.sqrt(x.data)"),
    "set of data": (lambda x: x * len({x.data, 1.0}), "looks a Value up", "{x.data, 1.0}"),
    "a cache": (lambda x: functools.lru_cache(lambda v: v * 2)(x), "looks a Value up", "lru_cache"),
    "caught": (caught, "to a plain number", "math.sqrt(x.data)"),
    "format": (lambda x: x * float(f"{x:.1f}"), "writes a number into text", "f\"{x:.1f}\""),
    "format of data": (lambda x: x * float(f"{x.data:.1f}"), "writes a number into text", "x.data:.1f"),
    "str of data": (lambda x: x * float(str(x.data)), "writes a number into text", "str(x.data)"),
    "recorded": (lambda x: x * (x * x).recorded[0], "reads what operands were recorded", ".recorded[0]"),
    "copy": (lambda x: x * copy.copy(x), "copies or pickles a Value", "copy.copy(x)"),
    "deepcopy": (lambda x: x * copy.deepcopy(x * 2), "copies or pickles a Value", "copy.deepcopy(x * 2)"),
    "pickle": (lambda x: x * pickle.loads(pickle.dumps(x)), "copies or pickles a Value", "pickle.dumps(x)"),
    "pickle of data": (lambda x: x * pickle.loads(pickle.dumps(x.data)), "makes a plain", "pickle.dumps(x.data)"),
    "replay": (lambda x: x * replay(x * x).value, "to a plain number", "replay(x * x)"),
    "backward": (backward, r"calls backward\(\)", "y.backward()"),
    "no_grad": (paused, "enters no_grad", "with no_grad():"),
    "set": (setting, "sets the data of a leaf", "W.data = 3.0"),
    "look-up": (lambda x: x * TABLE.get(x, 0.0), "looks a Value up", "TABLE.get(x, 0.0)"),
    "look-up of a result": (lambda x: x * TABLE.get(2 * x, 0.0), "looks a Value up", "TABLE.get(2 * x, 0.0)"),
    "look-up of data": (lambda x: x * TABLE.get(x.data, 0.0), "looks a Value up", "TABLE.get(x.data, 0.0)"),
    "equality": (lambda x: x if x == 1.0 else -x, "equal to a number, which is never true", "x == 1.0"),
    "random": (lambda x: x * random.random(), "draws random numbers", ""),
    "random of NumPy": (lambda x: x * np.random.rand(), "draws random numbers", ""),
}  # fmt: skip


@pytest.mark.parametrize("how", REFUSED)
def test_what_would_freeze_a_number_of_one_sample_is_refused_with_its_line(how):
    function, what, line = REFUSED[how]
    with pytest.raises(GraphError, match=what) as found:
        autograd.compile(function)([[1.0], [2.0]])
    assert line in str(found.value)
    if line:
        assert "test_recording.py" in str(found.value)
    assert (Value(2.0) * 3.0).detach().op is None  # nothing is watched any more


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x * json.loads(json.dumps(x.data)), "not JSON serializable"),
        (lambda x: x * float(Fraction(x.data)), "string or a Rational"),
        (lambda x: x * float(x), "would drop the graph"),
        (lambda x: x * [0.0][x.data], "indices must be integers"),
    ],
)
def test_the_error_is_that_of_a_number_not_of_a_list(function, message):
    """A function of one argument is also tried with a list, but its error is not reported."""
    with pytest.raises(TypeError, match=message):
        autograd.compile(function)([1.0, 2.0, 3.0])


def test_text_of_other_values_is_left_alone():
    assert autograd.compile(lambda x: x * len(f"{W}"))([1.0, 2.0]).tolist() == [len(f"{W}"), 2.0 * len(f"{W}")]


@pytest.mark.parametrize("target", [0, 1])
def test_what_a_loss_refuses_is_nan(target):
    f = autograd.compile(lambda y: binary_cross_entropy(y, target))
    found = f([0.25, 0.75, 2.0, -1.0])
    np.testing.assert_allclose(found[:2], [binary_cross_entropy(Value(y), target).data for y in (0.25, 0.75)])
    assert np.isnan(found[2:]).all()


def test_what_has_no_source_is_refused_without_a_line():
    made = eval("lambda x: x * int(x.data)")
    with pytest.raises(GraphError, match=r"\(line 1 of <string>\)\. Other samples"):
        autograd.compile(made)([1.0, 2.0])


def test_functions_of_numpy_do_not_take_data():
    with pytest.raises(TypeError):
        autograd.compile(lambda x: x * np.exp(x.data))([[1.0], [2.0]])


def test_values_of_others_are_left_alone():
    """Values that do not depend on the inputs can be looked up, and another thread uses its own Values as always."""
    known = {W: 3.0}
    found = []

    def elsewhere():
        v = Value(2.0)
        y = v * v
        y.backward()
        found.append((y.data, f"{y:.1f}", v == 2.0, v > 1, y.detach().op, copy.copy(v).data, v.grad, y.recorded))
        with pytest.raises(ZeroDivisionError):
            v / 0.0

    def f(x):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return x * known[W]

    assert autograd.compile(f)([1.0, 2.0]).tolist() == [3.0, 6.0]
    assert set(found) == {(4.0, "4.0", False, True, None, 2.0, 4.0, (2.0, 2.0))}


# --- The first row has no special role


@pytest.mark.parametrize(
    ("function", "rows", "expected"),
    [
        (autograd.log, [-1.0, 1.0, 0.0], [math.nan, 0.0, -math.inf]),
        (lambda x: 1 / x, [0.0, 2.0, -0.0], [math.inf, 0.5, -math.inf]),
        (lambda x: x / (x - 1), [1.0, 2.0], [math.inf, 2.0]),
        (lambda x: x**0.5, [-4.0, 4.0], [math.nan, 2.0]),
        (lambda x: x**-1, [0.0, 4.0], [math.inf, 0.25]),
        (autograd.exp, [1000.0, 0.0], [math.inf, 1.0]),
        (lambda x: x.sqrt(), [-1.0, 4.0], [math.nan, 2.0]),
        (lambda x: autograd.atanh(x) * 2, [2.0, 0.0], [math.nan, 0.0]),
        (lambda x: 1.0 if autograd.log(x) > 0 else x, [-1.0, 3.0, 1.0], [-1.0, 1.0, 1.0]),
    ],
)
def test_rows_without_a_real_value_do_not_depend_on_their_order(function, rows, expected):
    for first in range(len(rows)):
        order = [*range(first, len(rows)), *range(first)]
        f = autograd.compile(function, on_other_branch="record")
        np.testing.assert_array_equal(f([rows[k] for k in order]), [expected[k] for k in order])
    with pytest.raises((ValueError, ArithmeticError)):
        function(Value(rows[0])) + autograd.log(Value(-1.0))


def test_a_function_may_be_recorded_inside_of_no_grad():
    with no_grad():
        f = autograd.compile(lambda x: x * x)
        assert f([2.0, 3.0]).tolist() == [4.0, 9.0]
        assert f.gradient([2.0, 3.0]).inputs.tolist() == [[4.0], [6.0]]
        assert (Value(1.0) * 2).op is None
    assert (Value(1.0) * 2).op is not None


# --- Training in machine code


class Own:
    """A user's model, which does one more thing than usual."""

    def __init__(self, how):
        self.how, self.w, self.calls = how, [Value(0.5), Value(-0.5), Value(0.25)], 0

    def parameters(self):
        return self.w

    def __call__(self, x):
        self.calls += 1
        y = autograd.tanh(self.w[0] * x[0] + self.w[1] * x[1])
        return self.how(self, x, y) + self.w[2]


def detached(y):
    return y.detach() if isinstance(y, Value) else y


def trained(how, engine):
    model = Own(how)
    X, Y = [[1.0, 2.0], [0.5, -1.0], [-2.0, 1.0]], [0.5, -0.5, 1.0]
    fit(model, X, Y, loss=half_sse, optimizer=SGD(0.1), epochs=5, seed=0, engine=engine, progress=False)
    return [p.data for p in model.w]


@pytest.mark.parametrize(
    "how",
    [
        lambda self, x, y: y * y.detach(),
        lambda self, x, y: y * y.data,
        lambda self, x, y: y * self.w[0].data,
        lambda self, x, y: y * Value(y.data),
        lambda self, x, y: y * detached(x[0]),
    ],
)
def test_a_model_that_detaches_is_trained_alike_in_machine_code(how):
    np.testing.assert_allclose(trained(how, "native"), trained(how, "eager"), rtol=1e-12)


def set_weight(self, x, y):
    self.w[2].data = 0.5
    return y


def enters_no_grad(self, x, y):
    with no_grad():
        z = y * 2
    return y * z


@pytest.mark.parametrize(
    ("how", "what"),
    [
        (lambda self, x, y: y * float(f"{y:.1f}"), "writes a number into text"),
        (lambda self, x, y: y * sum((y * y).recorded), "recorded"),
        (lambda self, x, y: y * TABLE.get(x[0], 1.0), "looks a Value up by its hash"),
        (lambda self, x, y: y * int(y.data), "to a plain number"),
        (lambda self, x, y: y if y.data > 0 else -y, "reads the data of Values and compares"),
        (lambda self, x, y: y if y > 0 else -y, "compares Values"),
        (lambda self, x, y: y * (1 if x[0] == 1.0 else 2), "which is never true"),
        (lambda self, x, y: y * random.random(), "draws random numbers"),
        (lambda self, x, y: y * RANDOM.random(), "does not compute the same a second time"),
        (lambda self, x, y: y * self.calls, "does not compute the same a second time"),
        (lambda self, x, y: y * self.w[self.calls % 3], "does not compute the same a second time"),
        (lambda self, x, y: y if self.calls % 2 else autograd.tanh(y), "does not compute the same a second time"),
        (lambda self, x, y: y.backward() or y, r"calls backward\(\)"),
        (lambda self, x, y: y * copy.copy(y), "copies or pickles"),
        (set_weight, "sets the data of a leaf"),
        (enters_no_grad, "enters no_grad"),
    ],
)
def test_a_model_that_another_sample_might_take_elsewhere_is_not_compiled(how, what):
    with pytest.raises(ValueError, match=what):
        trained(how, "native")


RANDOM = random.Random(0)


def test_a_loss_of_ones_own_around_one_of_ours_is_compiled():
    """It reads data to check targets, and freezes nothing."""
    X, Y = [[0.0, 1.0], [1.0, 0.5], [0.5, 0.5]], [[1.0, 0.0], [0.25, 0.75], [0.5, 0.5]]
    found = []
    for engine in ("eager", "native"):
        model = MLP(2, [2], seed=1)
        fit(model, X, Y, loss=lambda o, t: cross_entropy(o, t) * 2, optimizer=SGD(0.1), epochs=3, seed=0, engine=engine,
            progress=False)  # fmt: skip
        found.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


# --- Conditions that where records


def both(a, b):
    c = a > 0
    y = autograd.where(c, a * b, a - b)
    return y * 2 if c else y


def both_combined(a, b):
    c = (a > 0) & (b < 3)
    y = autograd.where(c, a * b, a - b)
    return y * 2 if c else y


CONDITIONS = {
    "where": (lambda a, b: autograd.where(a > 0, a * b, b), 1),
    "all signs": (
        lambda a, b: autograd.where(a < b, a, b) + autograd.where(a >= 1, b, 2) * autograd.where(b <= 2, a, 1), 1
    ),
    "and, or, not": (lambda a, b: autograd.where(((a > 0) & (b > 0)) | ~(a < b) ^ (a >= 3), a, b), 1),
    "data": (lambda a, b: autograd.where(a.data > 0, a, b), 1),
    "Huber": (lambda a, b: autograd.where(abs(a - b) <= 1.0, 0.5 * (a - b) ** 2, abs(a - b) - 0.5), 1),
    "times": (lambda a, b: b * (a > 0) + (b <= 1) * a, 4),
    "in a sum": (lambda a, b: b + (a > 0) - float(b > 1) + int(a >= b), 4),
    "in an if, too": (both, 2),
    "in an if, too, combined": (both_combined, 3),
    "in a list": (lambda a, b: autograd.where(a > b, a, b) + [1.0, 2.0][a > 0], 2),
    "under a slope that is infinite": (lambda a, b: autograd.where(autograd.sqrt(a * a) > 0.5, a, b), 1),
}  # fmt: skip


@pytest.mark.parametrize("how", CONDITIONS)
def test_where_follows_each_row_and_python_is_guarded(how):
    function, programs = CONDITIONS[how]
    compiled = autograd.compile(function, on_other_branch="record")
    for batch in (BATCH[:1], BATCH, BATCH[::-1]):
        values, slopes = by_the_engine(function, batch)
        found, gradient = compiled.value_and_gradient(batch)
        np.testing.assert_allclose(found, values, rtol=1e-15)
        np.testing.assert_allclose(gradient.inputs, slopes, rtol=1e-15)
    assert len(compiled.programs) == programs


def test_a_loss_by_where_is_trained_alike_in_machine_code():
    def huber(y, t, width=0.5):
        s = abs(y - t)
        return autograd.where(s <= width, 0.5 * s * s, width * (s - 0.5 * width))

    found = []
    for engine in ("eager", "native"):
        model = MLP(2, [3, 1], activation=lambda x: autograd.where(x > 0, x, 0.1 * x), seed=1)
        X, Y = [[0.0, 1.0], [1.0, 0.5], [0.5, 0.5]], [1.0, -2.0, 0.25]
        fit(model, X, Y, loss=huber, optimizer=SGD(0.1), epochs=10, seed=0, engine=engine, progress=False)
        found.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


# --- Other threads that draw random numbers


@pytest.fixture
def another_thread_draws():
    """Let another thread draw from Python's generator all the time."""
    over = threading.Event()

    def draw():
        while not over.is_set():
            random.random()

    thread = threading.Thread(target=draw)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.parametrize("number", range(20))
def test_draws_of_another_thread_are_not_those_of_the_function(another_thread_draws, number):
    f = autograd.compile(lambda x: sum(x * k for k in range(200)) + number)
    assert f([[1.0], [2.0]]).tolist() == [19900.0 + number, 39800.0 + number]


@pytest.mark.parametrize(
    "draw",
    [random.random, lambda: random.gauss(0.0, 1.0), lambda: random.randrange(10), lambda: random.choice([1.0, 2.0]),
     lambda: random.seed(3) or random.random(), np.random.rand],
    ids=["random", "gauss", "randrange", "choice", "seeded", "of NumPy"],
)  # fmt: skip
def test_draws_of_the_function_are_refused_while_another_thread_draws(another_thread_draws, draw):
    with pytest.raises(GraphError, match="draws random numbers"):
        autograd.compile(lambda x: x * float(draw()))([[1.0]])


def test_a_profiler_that_is_on_stays_on(another_thread_draws):
    calls = []
    sys.setprofile(lambda *event: calls.append(event[1]))
    try:
        profiler = sys.getprofile()
        with pytest.raises(GraphError, match="draws random numbers"):
            autograd.compile(lambda x: x * random.random())([[1.0]])
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert "c_call" in calls
