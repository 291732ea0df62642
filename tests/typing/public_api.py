"""Ordinary user code, and the types that a type checker must find in it.

``make lint`` checks this file; nothing runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import Value, dot, exp, grad, no_grad, primitive, sigmoid, total
from autograd.engine.algebra import Primitive
from autograd.engine.conditions import Condition

if TYPE_CHECKING:
    from typing_extensions import assert_type

    x = Value(2.0, label="x")
    assert_type(x.data, float)
    assert_type(x.grad, float)
    assert_type(x * 2 + 1, Value)
    assert_type(2 / x - x, Value)
    assert_type(x**2, Value)
    assert_type(x.tanh(), Value)
    assert_type(x < 3, Condition)
    assert_type(x.parents, tuple[Value, ...])
    assert_type(exp(x), Value)
    assert_type(exp(1.0), float)
    assert_type(sigmoid(x), Value)
    assert_type(dot([x, x], [1.0, x], bias=x), Value)
    assert_type(total([x, x]), Value)
    assert_type(x.backward(), None)
    assert_type(grad(lambda a: a * a)(3.0), Any)

    @primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
    def softsign(x: Any) -> Any:
        return x / (1 + abs(x))

    assert_type(softsign, Primitive)

    @no_grad()
    def predict(a: Value) -> Value:
        return a * x

    assert_type(predict(x), Value)
