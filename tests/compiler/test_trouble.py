"""``diagnose``: the sample and the node at which NaN and infinity begin."""

import math

import autograd
from autograd import Value


def named(**numbers):
    return [Value(x, label=name) for name, x in numbers.items()]


def test_the_first_node_without_a_value_is_named():
    x, y = named(x=2.0, y=3.0)
    ratio = x / y
    ratio.label = "ratio"
    program = autograd.compile(autograd.log(ratio) + autograd.sqrt(x), inputs=[x, y])
    found = program.diagnose([[2.0, 3.0], [-2.0, 3.0], [2.0, 0.0], [0.0, 1.0], [2.0, math.nan]])
    assert [trouble.sample for trouble in found] == [1, 2, 3, 4]
    assert [trouble.node.op and trouble.node.op.name for trouble in found] == ["log", "div", "log", None]
    assert str(found[1]).startswith("sample 2: 'ratio': 2 / 0 has no finite value")
    assert "log(-0.666667)" in found[0].problem
    assert str(found[3]) == "sample 4: 'y': it is nan"


def test_overflow_and_a_single_sample():
    (x,) = named(x=1.0)
    program = autograd.compile(autograd.exp(x) * 1e300, inputs=[x])
    assert program.diagnose([5.0]) == []
    (trouble,) = program.diagnose([700.0])
    assert trouble.node.op.name == "mul"
    assert "inf" in trouble.problem
    (trouble,) = program.diagnose([800.0])
    assert trouble.node.op.name == "exp"


def test_a_branch_that_is_not_taken_is_no_trouble():
    x, c = named(x=2.0, c=1.0)
    program = autograd.compile(autograd.where(c, autograd.log(x), x), inputs=[x, c])
    assert program.diagnose([[-1.0, 0.0]]) == []
    (trouble,) = program.diagnose([[-1.0, 1.0]])
    assert trouble.node.op.name == "log"


def test_a_derivative_that_is_infinite_where_the_value_is_not():
    (x,) = named(x=4.0)
    root = autograd.sqrt(x)
    root.label = "root"
    program = autograd.compile(3.0 * root, inputs=[x])
    (trouble,) = program.diagnose([[1.0], [0.0]])
    assert trouble.sample == 1
    assert trouble.node is x
    assert "inf" in trouble.problem


def test_a_user_sees_the_parameters_as_they_are_now():
    w, x = named(w=1.0, x=2.0)
    program = autograd.compile(autograd.log(w * x), inputs=[x])
    assert program.diagnose([2.0]) == []
    w.data = -1.0
    (trouble,) = program.diagnose([2.0])
    assert trouble.node.op.name == "log"
    assert program.value([2.0]) != program.value([2.0])
