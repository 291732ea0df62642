"""Lowered graphs: executed one instruction after the other, they give the results of the engine, sum by sum."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from interpreter import interpreted
from recordings import bits, graph, leaves, loops

import autograd
from autograd import GraphError, Value
from autograd.compiler.instructions import ADJOINTS, PARAMETERS, region
from autograd.compiler.lowering import lower
from autograd.compiler.operands import nodes_under

PARAMETERS_AT = [1.5, -0.5, 0.25, -1.25]
INPUTS_AT = [0.75, -2.0, 0.5]


def agrees(record, parameters, inputs, **options):
    """Return True if a lowered graph has the engine's bits: its value and all derivatives."""
    p, x = leaves(parameters), leaves(inputs)
    y = record(p, x)
    y.backward()
    lowered = lower([y], p, x, **options)
    outputs, _, of_parameters, of_inputs = interpreted(lowered, parameters, inputs)
    expected = [y.data, *[each.grad for each in [*p, *x]]]
    return bits([*outputs, *of_parameters, *of_inputs]).tolist() == bits(expected).tolist()


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_random_graphs_have_the_engines_bits(first):
    done, wrong = 0, []
    for seed in range(first, first + 100):
        try:
            if not agrees(graph(seed), PARAMETERS_AT, INPUTS_AT, strict=True):
                wrong.append(seed)
            done += 1
        except (ValueError, OverflowError, ZeroDivisionError):
            continue  # the engine raises
    assert not wrong
    assert done > 80


@pytest.mark.parametrize("options", [{"strict": True}, {}, {"gather_adjoints": True}], ids=str)
def test_loops_over_integers_have_the_engines_numbers_in_every_order(options):
    wrong = [seed for seed in range(250) if not agrees(loops(seed), [1.0, -2.0, 2.0, 1.0], [-1.0, 3.0], **options)]
    assert not wrong


# --- Sums that are accumulated in place


@st.composite
def sums(draw):
    """Return a program of sums of all kinds, over leaves, products, earlier sums and constants, shared or not."""
    steps = []
    for _ in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["dot", "dot", "total", "sum", "add", "mul", "neg", "where"]))
        terms = draw(st.lists(st.tuples(OPERAND, OPERAND), min_size=1, max_size=4))
        steps.append((kind, draw(OPERAND), terms, draw(st.booleans())))
    return steps


OPERAND = st.one_of(st.integers(0, 9), st.integers(-4, -1), st.sampled_from([0.0, -0.0, 1.0, 2.5]))


def run_sums(steps, parameters, inputs):
    numbers = [*parameters, *inputs]

    def at(x):
        return x if isinstance(x, float) else numbers[max(x, -len(numbers)) if x < 0 else x % len(numbers)]

    for kind, start, terms, flag in steps:
        start = at(start)
        if kind == "dot":
            y = autograd.dot([at(a) for a, _ in terms], [at(b) for _, b in terms], start if flag else None)
        elif kind == "total":
            y = autograd.total([at(a) if flag else at(a) * at(b) for a, b in terms])
        elif kind == "sum":
            y = sum([at(a) * at(b) for a, b in terms], start if flag else 0)
        elif kind == "add":
            y = at(terms[0][0]) + start if flag else start + at(terms[0][0]) * at(terms[0][1])
        elif kind == "mul":
            y = start * at(terms[0][0])
        elif kind == "neg":
            y = -start
        else:
            y = autograd.where(float(flag), start, at(terms[0][0]))
        numbers.append(y)
    rest = [x for x in numbers[-3:] if isinstance(x, Value)]
    return autograd.total([*rest, parameters[0] * inputs[0]])


@pytest.mark.untraced
@settings(max_examples=500, deadline=None)
@given(sums())
@example([("total", 0, [(0, 0)], True), ("add", -1, [(-1, 0)], True), ("mul", -1, [(-2, 0)], True)])
@example([("mul", 0, [(1, 1)], True), ("total", 0, [(-1, 0), (-1, 0)], True)])
def test_sums_in_every_combination(steps):
    for check, options in ((agrees, {"strict": True}), (nearly_agrees, {}), (nearly_agrees, {"gather_adjoints": True})):
        assert check(lambda p, x: run_sums(steps, p, x), PARAMETERS_AT, INPUTS_AT, **options), options


def nearly_agrees(record, parameters, inputs, **options):
    """Check the same if sums have another order. The numbers are dyadic fractions, so that sums are exact."""
    p, x = leaves(parameters), leaves(inputs)
    y = record(p, x)
    y.backward()
    lowered = lower([y], p, x, **options)
    outputs, _, of_parameters, of_inputs = interpreted(lowered, parameters, inputs)
    expected = [y.data, *[each.grad for each in [*p, *x]]]
    found = [*outputs, *of_parameters, *of_inputs]
    return all(a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 1e-9 * abs(b)
               for a, b in zip(found, expected, strict=True))  # fmt: skip


def shapes(y, p, x):
    return [(operation[0], *[str(part) for part in operation[1:2]]) for operation, _ in lower([y], p, x).forward]


def test_dot_total_and_sum_become_the_same_instructions():
    p, x = leaves([1.0, 2.0, 3.0]), leaves([4.0, 5.0])
    written = [
        autograd.dot(p[:2], x, p[2]),
        autograd.total([p[2], p[0] * x[0], p[1] * x[1]]),
        sum([w * a for w, a in zip(p, x, strict=False)], p[2]),
    ]
    expected = [("=", "identity"), ("+=", "mul"), ("+=", "mul")]
    assert [shapes(y, p, x) for y in written] == [expected] * 3
    assert all(y.data == 3.0 + 4.0 + 10.0 for y in written)


def test_a_sum_that_is_read_twice_is_kept():
    p = leaves([2.0, 3.0])
    s = p[0] + p[1]
    y = (s + p[0]) * s  # if s were accumulated in place, this would be 49
    assert interpreted(lower([y], p, []), [2.0, 3.0], [])[0] == [35.0]


def test_an_output_and_a_watched_number_are_kept():
    p = leaves([2.0, 3.0])
    s = p[0] + p[1]
    y = s + p[0]
    assert interpreted(lower([y, s], p, []), [2.0, 3.0], [], (1.0, 1.0))[0] == [7.0, 5.0]
    lowered = lower([y], p, [], [(">", s, 6.0, False)])
    assert interpreted(lowered, [2.0, 3.0], [])[:2] == ([7.0], 0.0)
    assert interpreted(lowered, [2.0, 5.0], [])[:2] == ([9.0], 1.0)


# --- Branches


@pytest.mark.parametrize("gather_adjoints", [False, True])
def test_nothing_flows_into_a_branch_that_is_not_taken(gather_adjoints):
    x, c = Value(4.0), Value(1.0)
    deep = autograd.log(x)
    inner = autograd.where(x - 3.0, autograd.sqrt(deep), deep)
    y = autograd.where(c, inner, 7.0 * x) + autograd.where(0.0, deep, x)
    lowered = lower([y], [], [x, c], gather_adjoints=gather_adjoints)
    _, _, _, slopes = interpreted(lowered, [], [4.0, 1.0])
    assert slopes == [pytest.approx(0.5 / math.sqrt(math.log(4.0)) / 4.0 + 1.0, rel=1e-15), 0.0]
    assert interpreted(lowered, [], [-1.0, 0.0])[3] == [8.0, 0.0]  # log(-1) is in the other branch
    assert interpreted(lowered, [], [0.0, -0.0])[3] == [8.0, 0.0]


def test_what_a_frozen_choice_leaves_out_counts_for_no_use():
    x, c = Value(2.0), Value(0.0)
    root = autograd.sqrt(x)
    y = autograd.where(c, root, x) + autograd.where(1.0, x, root)
    assert interpreted(lower([y], [], [x, c]), [], [0.0, 0.0])[3] == [2.0, 0.0]  # 0 times infinity otherwise


def test_a_condition_that_is_a_nan_spoils_both_branches():
    c, a, b = leaves([1.0, 2.0, 3.0])
    lowered = lower([autograd.where(c, a * a, b * b)], [], [c, a, b])
    assert all(math.isnan(slope) for slope in interpreted(lowered, [], [math.nan, 2.0, 3.0])[3])


# --- Slots, order, refusals


def test_the_order_of_nodes_is_the_engines_or_as_written():
    a, b = leaves([1.0, 2.0])
    y = (a * b) + autograd.exp(b)
    assert nodes_under([y], strict=True) == autograd.engine.graph.order(y)
    assert [node.op and node.op.name for node in nodes_under([y])] == [None, None, "mul", "exp", "add"]


def test_leaves_that_are_neither_become_constants():
    w, x, t = leaves([2.0, 3.0, 10.0])
    lowered = lower([w * x + t], [w], [x])
    assert lowered.constants == [10.0]
    assert lowered.active == [True, True]
    assert lowered.recorded == 5
    assert lowered.nodes[PARAMETERS] is w
    assert not lower([w * x], [w], [x], of_inputs=False).active[1]


def test_an_output_that_depends_on_nothing_has_no_seed():
    w, t = leaves([2.0, 3.0])
    lowered = lower([t * t, w * t, w], [w], [])
    assert lowered.seeds[0] is None
    assert region(lowered.seeds[1]) >= ADJOINTS
    assert interpreted(lowered, [2.0], [], (1.0, 1.0, 5.0))[2] == [8.0]


@pytest.mark.parametrize(
    ("parameters", "inputs", "what"),
    [
        (lambda a, y: [y], lambda a, y: [], "parameter 0 is .*, which is not a leaf"),
        (lambda a, y: [], lambda a, y: [a, 1.0], "input 1 is 1.0, which is not a leaf"),
        (lambda a, y: [a], lambda a, y: [a], "input 0, .*, is listed twice"),
    ],
)
def test_refusals(parameters, inputs, what):
    a = Value(1.0)
    y = a * a
    with pytest.raises(GraphError, match=what):
        lower([y], parameters(a, y), inputs(a, y))
