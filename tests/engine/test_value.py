"""``Value`` as a number: the numbers that it accepts, the results of its operations, comparisons and printing."""

import copy
import inspect
import itertools
import math
import operator
import sys
import weakref
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import GraphError, Value, dot, total
from autograd.engine import primitives
from autograd.engine.nodes import assign
from autograd.engine.sums import affine
from autograd.engine.value import record

ARITHMETIC = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
}
SLOPES = {
    "add": lambda a, b: (1.0, 1.0),
    "sub": lambda a, b: (1.0, -1.0),
    "mul": lambda a, b: (b, a),
    "div": lambda a, b: (1 / b, -a / b**2),
    "pow": lambda a, b: (b * a ** (b - 1), a**b * math.log(a)),
}
POINTS = [(2.0, 3.0), (0.5, -1.5), (4.0, 0.25)]


@pytest.mark.parametrize(("a", "b"), POINTS)
@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_with_values_and_numbers_on_either_side(name, a, b):
    f, (slope_a, slope_b) = ARITHMETIC[name], SLOPES[name](a, b)
    x, y = Value(a), Value(b)
    both, right, left = f(x, y), f(x, b), f(a, y)
    for node, parents in ((both, (x, y)), (right, (x,)), (left, (y,))):
        assert node.data == f(a, b)
        assert node.parents == parents
        assert node.operands == (x if x in parents else a, y if y in parents else b)
        assert node.recorded == (a, b)
        assert str(node.op) == name
    both.backward()
    assert (x.grad, y.grad) == pytest.approx((slope_a, slope_b), rel=1e-15)
    right.backward()
    left.backward()
    assert (x.grad, y.grad) == pytest.approx((2 * slope_a, 2 * slope_b), rel=1e-15)


@pytest.mark.parametrize(
    "number", [3, True, Fraction(3, 4), np.float64(0.5), np.float32(0.5), np.int64(2), np.uint8(2), np.bool_(True)],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_every_real_number_is_one(number):
    x = float(number)
    assert Value(number).data == x
    assert type(Value(number).data) is float
    for name, f in ARITHMETIC.items():
        v = Value(2.0)
        for node, expected in ((f(v, number), f(2.0, x)), (f(number, v), f(x, 2.0))):
            assert type(node) is Value, name
            assert node.data == expected
            assert node.parents == (v,)
    v = Value(2.0)
    v.data = number
    assert v.data == x
    assert dot([v], [number], number).data == x * x + x
    assert total([v, number]).data == 2 * x
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        assert bool(compare(Value(0.75), number)) is bool(compare(0.75, x))
        assert bool(compare(number, Value(0.75))) is bool(compare(x, 0.75))


NO_NUMBERS = [1j, "1", None, [1.0], (1.0,), {}, Decimal(1), b"1", object(), np.complex128(1), np.array([1.0, 2.0])]


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=lambda x: type(x).__name__)
def test_what_is_no_real_number_is_a_type_error_when_it_is_made(bad):
    with pytest.raises(TypeError, match="a Value holds one real number"):
        Value(bad)
    v = Value(1.0)
    with pytest.raises(TypeError, match="data is one real number"):
        v.data = bad
    assert v.data == 1.0
    with pytest.raises(TypeError):
        dot([v], [bad])
    with pytest.raises(TypeError):
        total([v, bad])


def test_a_value_in_a_value_is_a_type_error_with_advice():
    with pytest.raises(TypeError, match=r"use \.detach\(\)"):
        Value(Value(1.0))
    with pytest.raises(TypeError):
        Value(1.0).data = Value(2.0)


@pytest.mark.parametrize(
    "bad", [x for x in NO_NUMBERS if not isinstance(x, np.ndarray)], ids=lambda x: type(x).__name__
)
@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_with_what_is_no_real_number_is_a_type_error(name, bad):
    for form in (lambda: ARITHMETIC[name](Value(1.0), bad), lambda: ARITHMETIC[name](bad, Value(1.0))):
        with pytest.raises(TypeError):
            form()


def test_a_number_with_arithmetic_of_its_own_gets_its_turn():
    class Polite:
        def __radd__(self, other):
            return "right"

        def __add__(self, other):
            return "left"

    assert Value(1.0) + Polite() == "right"
    assert Polite() + Value(1.0) == "left"


def test_an_integer_too_large_for_a_float_overflows_as_with_a_float():
    huge = 10**400
    for form in (lambda: Value(huge), lambda: Value(1.0) + huge, lambda: huge * Value(1.0), lambda: Value(1.0) ** huge):
        with pytest.raises(OverflowError):
            form()
    assert Value(1.0) < huge
    assert huge > Value(1.0)


OTHER_OPERATIONS = {
    "matmul": lambda v: v @ v,
    "int": int,
    "math": math.exp,
    "complex": complex,
    "index": lambda v: [1, 2][v],
    "length": len,
    "iteration": list,
    "invert": lambda v: ~v,
    "call": lambda v: v(),
    "item": lambda v: v[0],
    "float": float,
    "bool": bool,
    "and": lambda v: v and 1,
    "if": lambda v: 1 if v else 2,
    "chained": lambda v: 0 < v < v if v else 0,
}


@pytest.mark.parametrize("name", OTHER_OPERATIONS)
def test_what_has_no_meaning_is_a_type_error(name):
    with pytest.raises(TypeError):
        OTHER_OPERATIONS[name](Value(1.5))


def test_bool_and_float_say_what_to_write():
    with pytest.raises(TypeError, match=r"write value\.data != 0"):
        bool(Value(0.0))
    with pytest.raises(TypeError, match=r"write value\.data for the number"):
        float(Value(0.0))


def test_unary_operations():
    x = Value(-2.0)
    for node, data, slope in ((-x, 2.0, -1.0), (abs(x), 2.0, -1.0), (+x, -2.0, 1.0)):
        x.grad = 0.0
        node.backward()
        assert (node.data, x.grad) == (data, slope)


METHODS = ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "expm1", "log1p", "arcsin", "arccos",
           "arctan", "sigmoid", "relu"]  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_record_what_the_functions_record(name):
    function = getattr(autograd, {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}.get(name, name))
    x, y = Value(0.7), Value(0.7)
    method, called = getattr(x, name)(), function(y)
    method.backward()
    called.backward()
    assert method.op is called.op
    assert method.data == called.data == function(0.7)
    assert x.grad == y.grad != 0.0


@pytest.mark.parametrize(
    "name", [*METHODS, "detach", "backward", "__neg__", "__abs__", "__add__", "__lt__", "__repr__"]
)
def test_a_method_taken_from_the_class_refuses_what_is_no_value(name, run_python):
    """``map(Value.tanh, [0.5])`` runs in a new interpreter, because reading a float as a Value would crash it."""
    more = "1.0" if name in ("__add__", "__lt__") else ""
    script = f"""
from autograd import Value
for wrong in (0.5, "x", None, object()):
    try:
        result = Value.{name}(wrong, {more})
    except (TypeError, AttributeError):
        continue
    assert not isinstance(result, Value), (wrong, result.data)
"""
    run_python(script)


# --- Comparison and identity

ORDER = [operator.lt, operator.le, operator.gt, operator.ge]
INTERESTING = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-320]


@pytest.mark.parametrize("compare", ORDER)
def test_order_compares_data(compare):
    for a, b in itertools.product(INTERESTING, INTERESTING):
        assert compare(Value(a), Value(b)) == compare(a, b)
        assert compare(Value(a), b) == compare(a, b)
        assert compare(a, Value(b)) == compare(a, b)


@pytest.mark.parametrize("compare", ORDER)
def test_order_with_what_is_no_number_is_a_type_error(compare):
    for bad in ("1", None, 1j):
        with pytest.raises(TypeError):
            compare(Value(1.0), bad)


def test_equality_and_hash_are_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert a != 1.0
    assert len({a, b, a}) == 2
    assert {a: "a", b: "b"}[a] == "a"
    before = hash(a)
    a.data = 2.0
    assert hash(a) == before
    assert [b, a].index(a) == 1
    assert sorted([Value(2.0), Value(1.0)])[0].data == 1.0
    assert max([Value(2.0), Value(3.0)]).data == 3.0


# --- Printing and labels


def test_repr_and_format():
    v = Value(0.1)
    assert repr(v) == str(v) == f"{v}" == "Value(data=0.1, grad=0.0)"
    v.grad = -2.0
    v.label = "w"
    assert repr(v) == "Value(data=0.1, grad=-2.0, label='w')"
    assert f"{v:.3f}" == "0.100"
    assert f"{v:>8.1e}" == " 1.0e-01"
    with pytest.raises(ValueError, match="format"):
        format(v, "s")
    assert repr(Value(math.nan)) == "Value(data=nan, grad=0.0)"
    assert repr(Value(1e300) * 1e300) == "Value(data=inf, grad=0.0)"


def test_labels():
    v = Value(1.0, label="x")
    assert v.label == "x"
    assert Value(1.0, "y").label == "y"
    assert Value(1.0).label is None
    node = v * 2
    node.label = "twice"
    assert node.label == "twice"
    node.label = None
    assert node.label is None
    for bad in (1, b"x", {"x": 1}, v):
        with pytest.raises(TypeError, match="a label is a string or None"):
            v.label = bad
        with pytest.raises(TypeError, match="a label is a string or None"):
            Value(1.0, label=bad)
    assert v.label == "x"


def test_a_leaf_knows_that_it_is_one():
    v = Value(1.0)
    assert (v.op, v.operands, v.recorded, v.parents) == (None, (), (), ())
    assert (v._op, v._prev) == ("", set())


def test_parents_have_one_entry_per_reading_and_constants_are_operands():
    x, y = Value(2.0), Value(3.0)
    n = dot([x, 2, y], [y, x, 1], x)
    assert n.operands == (x, 2.0, y, y, x, 1.0, x)
    assert n.recorded == (2.0, 2.0, 3.0, 3.0, 2.0, 1.0, 2.0)
    assert n.parents == (x, y, y, x, x)
    assert all(type(c) is float for c in n.operands if not isinstance(c, Value))
    t = total([x, 1, x])
    assert t.operands == (x, 1.0, x)
    assert t.recorded == (2.0, 1.0, 2.0)
    w = autograd.where(True, x, 5)
    assert w.operands == (1.0, x, 5.0)
    assert (x * x).parents == (x, x)


@pytest.mark.parametrize("name", ["op", "operands", "recorded", "parents"])
def test_what_was_recorded_cannot_be_changed(name):
    node = Value(1.0) + 1.0
    with pytest.raises(AttributeError):
        setattr(node, name, None)


def test_the_gradient_is_a_float_and_nothing_else():
    v = Value(1.0)
    v.grad = 2
    assert v.grad == 2.0
    assert type(v.grad) is float
    for bad in (None, "0", 1j, Value(0.0), [0.0]):
        with pytest.raises(TypeError):
            v.grad = bad
    assert v.grad == 2.0


def test_data_of_a_computed_node_cannot_be_set():
    x = Value(1.0)
    node = x * 2.0
    with pytest.raises(GraphError, match="was computed by mul: change a leaf"):
        node.data = 5.0
    with pytest.raises(GraphError):
        node.data += 1.0
    assert node.data == 2.0
    x.data += 1.0
    assert x.data == 2.0


def test_a_computed_node_cannot_be_made_anew_in_place():
    x = Value(1.0)
    node = x * 2.0
    with pytest.raises((GraphError, TypeError)):
        node.__init__(5.0)
    assert node.data == 2.0
    node.backward()
    assert x.grad == 2.0


def test_in_place_operators_bind_a_new_node():
    x = Value(1.0)
    y = x
    for operation in (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow):
        y = operation(y, 2.0)
    assert x.data == 1.0
    assert y.data == ((((1.0 + 2.0) - 2.0) * 2.0) / 2.0) ** 2.0
    y.backward()
    assert x.grad == 2.0


def test_sum_starts_from_a_plain_zero():
    xs = [Value(float(i)) for i in range(4)]
    s = sum(xs)
    s.backward()
    assert s.data == 6.0
    assert [x.grad for x in xs] == [1.0] * 4
    assert sum([x * w for x, w in zip(xs, [1, 2, 3, 4], strict=True)]).data == 20.0


def test_weak_references():
    v = Value(1.0)
    gone = []
    ref = weakref.ref(v, gone.append)
    assert ref() is v
    table = weakref.WeakKeyDictionary({v: 1})
    assert table[v] == 1
    del v
    assert ref() is None
    assert gone == [ref]
    assert len(table) == 0


def test_a_shallow_copy_reads_the_same_operands():
    x = Value(2.0)
    y = x * 3.0
    z = copy.copy(y)
    assert z is not y
    assert z.parents == (x,)
    z.backward()
    assert (x.grad, y.grad, z.grad) == (3.0, 0.0, 1.0)


def test_a_value_cannot_be_subclassed_or_both_engines_allow_it():
    """The possible operations must not depend on whether there was a compiler."""
    with pytest.raises(TypeError):
        type("Special", (Value,), {})


def test_record_checks_its_operands():
    with pytest.raises(TypeError, match="takes 2 operands, found 1"):
        record(primitives.atan2, (Value(1.0),))
    with pytest.raises(TypeError, match="atan2 of a str"):
        record(primitives.atan2, (Value(1.0), "x"))


# --- dot and total


def test_dot_adds_from_the_bias_on_in_order():
    w, x = [0.1, 0.2, 0.3], [1e16, 1.0, -1e16]
    node = dot([Value(k) for k in w], x, Value(0.7))
    expected = ((0.7 + 0.1 * 1e16) + 0.2 * 1.0) + 0.3 * -1e16
    assert node.data == expected
    assert dot(w, x, 0.7) == expected
    assert dot([Value(k) for k in w], x).data == (0.1 * 1e16 + 0.2 * 1.0) + 0.3 * -1e16
    assert total([Value(0.1), 0.2, 0.3]).data == (0.1 + 0.2) + 0.3


def test_dot_and_total_of_plain_numbers_are_floats():
    for result in (dot([1, 2], [3, 4]), dot([1, 2], [3, 4], 1), dot([], []), dot([], [], 2), total([1, 2]), total([])):
        assert type(result) is float
    assert dot([], []) == 0.0
    assert dot([], [], 2) == 2.0
    assert total([]) == 0.0
    assert type(dot([], [], Value(2.0))) is Value
    assert type(total([Value(1.0)])) is Value


def test_dot_and_total_take_iterators_and_arrays():
    x = Value(2.0)
    assert dot((w for w in [1.0, 2.0]), iter([x, x])).data == 6.0
    assert total(x for _ in range(3)).data == 6.0
    assert dot(np.array([1.0, 2.0]), [x, 1]).data == 4.0
    assert dot(np.array([1, 2]), np.array([x, x], dtype=object)).data == 6.0


def test_dot_of_unequal_lengths_is_refused():
    x = Value(1.0)
    for w, inputs in (([x], []), ([], [x]), ([x, x], [x]), ([1.0], [x, x])):
        for bias in (None, 0.5, x):
            with pytest.raises(ValueError, match=f"dot of {len(w)} weights and {len(inputs)} inputs"):
                dot(w, inputs, bias)


def test_the_list_given_to_dot_can_change_afterwards():
    w, x = [Value(1.0), Value(2.0)], [3.0, 4.0]
    node = dot(w, x)
    first = w[0]
    w[0], x[0] = Value(9.0), 9.0
    node.backward()
    assert first.grad == 3.0
    assert w[0].grad == 0.0


@pytest.mark.parametrize("constant", [1, True, Fraction(1, 2), np.float32(2), np.int64(3)], ids=lambda x: str(type(x)))
def test_constants_of_any_kind_in_dot_and_total_are_floats_in_the_graph(constant):
    v = Value(1.5)
    for node in (dot([v], [constant]), dot([constant], [v]), dot([v], [1.0], constant), total([v, constant])):
        node.backward()
        assert all(type(x) in (float, Value) for x in node.operands)
    assert v.grad == 2 * float(constant) + 2.0


def test_a_row_that_does_not_belong_to_its_inputs_is_refused():
    x = Value(1.0)
    for row, inputs in (((x,), (x, x)), ((x, x, x), (x,)), ((), (x,))):
        with pytest.raises(
            ValueError, match=f"a row of {len(row)} weights, including the bias, for {len(inputs)} inputs"
        ):
            affine(row, inputs)


@pytest.mark.parametrize("wrong", ["1", b"1", 1j, [1.0]])
def test_what_is_no_number_in_a_weighted_sum_is_named(wrong):
    x = Value(1.0)
    for operands in (([wrong], [x]), ([x], [wrong]), ([1.0], [2.0], wrong)):
        with pytest.raises(TypeError, match=f"takes Values and real numbers, found {type(wrong).__name__}"):
            dot(*operands)


def test_tuples_of_values_and_floats_are_shared_by_the_nodes_that_read_them():
    row, inputs = (Value(1.0), Value(2.0), Value(0.5)), (3.0, Value(4.0))
    held = [sys.getrefcount(row), sys.getrefcount(inputs)]
    nodes = [affine(row, inputs) for _ in range(5)]
    assert [sys.getrefcount(row), sys.getrefcount(inputs)] == [n + 5 for n in held]
    assert {node.data for node in nodes} == {11.5}


NUMPYS_NAMES = [
    ("arcsin", math.asin, 0.3, 1 / math.sqrt(1 - 0.09)),
    ("arccos", math.acos, 0.3, -1 / math.sqrt(1 - 0.09)),
    ("arctan", math.atan, 0.3, 1 / 1.09),
    ("arcsinh", math.asinh, 0.3, 1 / math.sqrt(1.09)),
    ("arccosh", math.acosh, 1.3, 1 / math.sqrt(0.69)),
    ("arctanh", math.atanh, 0.3, 1 / 0.91),
]


@pytest.mark.parametrize(("name", "f", "x", "slope"), NUMPYS_NAMES)
def test_methods_by_numpys_names(name, f, x, slope):
    value = Value(x)
    y = getattr(value, name)()
    y.backward()
    assert y.data == f(x)
    assert value.grad == pytest.approx(slope, rel=1e-14)


# --- Setting many at once


def test_assign_sets_all():
    leaves = [Value(1.0), Value(2.0, "b")]
    assign(leaves, [3.0, math.inf])
    assert [leaf.data for leaf in leaves] == [3.0, math.inf]


@pytest.mark.parametrize(
    ("leaves", "numbers", "error", "message"),
    [
        ([Value(1.0), Value(2.0)], [3.0], ValueError, "2 leaves and 1 numbers"),
        ([Value(1.0), 2.0], [3.0, 4.0], TypeError, "leaf 1 is 2.0"),
        ([Value(1.0), Value(2.0)], [3.0, "4"], TypeError, "its number '4'"),
        ([Value(1.0), -Value(2.0)], [3.0, 4.0], GraphError, "was computed by neg"),
    ],
)
def test_assign_sets_all_or_none(leaves, numbers, error, message):
    with pytest.raises(error, match=message):
        assign(leaves, numbers)
    assert leaves[0].data == 1.0


def test_the_signature_shows_the_data_and_the_label():
    assert str(inspect.signature(Value)).startswith("(data, label=None")
