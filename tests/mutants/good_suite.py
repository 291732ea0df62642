"""The rest of a good suite, after ``single_use_suite.py``: sharing, order, depth, repeated sweeps.

test_kit.py runs it.
"""

import pytest

from autograd import StaleGraphError, Value

SHARED = [
    (lambda a, b: a * b + a, [3.0, 2.0], [3, 3]),
    (lambda a, b: a * b, [3.0, 3.0], [3, 3]),
    (lambda a: a * a, [3.0], [6]),
    (lambda a: a + a, [3.0], [2]),
    (lambda a: (lambda b: b * 2 + b * 3)(a * a), [3.0], [30]),
    (lambda a: (lambda b: b + (b * 2) * 3)(a * a), [3.0], [42]),
]


@pytest.mark.parametrize(("f", "point", "expected"), SHARED)
def test_shared_nodes(f, point, expected):
    leaves = [Value(x) for x in point]
    f(*leaves).backward()
    assert [leaf.grad for leaf in leaves] == expected


def test_a_long_chain():
    a = Value(1.0)
    y = a
    for _ in range(5000):
        y = y + 1
    y.backward()
    assert a.grad == 1.0


def test_every_node_has_a_gradient_and_two_sweeps_add_up():
    a = Value(3.0)
    b = a * a
    loss = b * 2
    loss.backward()
    assert (loss.grad, b.grad, a.grad) == (1, 2, 12)
    (b * 5).backward()
    assert (b.grad, a.grad) == (7, 42)
    loss.backward(2.0)
    assert (loss.grad, b.grad, a.grad) == (3, 11, 66)


def test_gradients_set_to_zero_stay_so():
    a = Value(3.0)
    for _ in range(2):
        a.grad = 0.0
        (a * 2).backward()
        assert a.grad == 2.0


def test_a_changed_leaf_is_noticed():
    a = Value(3.0)
    b = a * 2
    a.data = 4.0
    with pytest.raises(StaleGraphError):
        b.backward()
