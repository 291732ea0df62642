"""Names of other libraries on a Value are answered with what to write, or mean the same."""

import pytest

from autograd import Value


@pytest.mark.parametrize("name", ["item", "requires_grad"])
def test_attributes_that_are_absent(name):
    assert not hasattr(Value(1.0), name)
    with pytest.raises(AttributeError, match=rf"'Value' object has no attribute '{name}'.*(\.data|no_grad)"):
        getattr(Value(1.0), name)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("options", [{}, {"label": "w"}])
def test_requires_grad_is_no_argument(on, options):
    with pytest.raises(TypeError, match=r"a Value has no requires_grad, .*write Value"):
        Value(1.0, **options, requires_grad=on)


def test_the_adjoint_a_sweep_starts_with_is_a_cotangent_too():
    x = Value(3.0)
    (x * x).backward(cotangent=2.0)
    assert x.grad == 12.0
    with pytest.raises(TypeError, match="two names of one number"):
        (x * x).backward(2.0, cotangent=2.0)
    with pytest.raises(TypeError, match="one real number, found str"):
        (x * x).backward(cotangent="2")
    assert x.grad == 12.0
