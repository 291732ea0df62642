"""The exceptions: each one is also a built-in exception that a Python programmer would catch."""

import pytest

import autograd
from autograd.engine import errors

BASES = {
    "AlgebraError": TypeError,
    "AutogradError": Exception,
    "DomainError": ValueError,
    "DrawingError": RuntimeError,
    "FormulaError": AssertionError,
    "GradientCheckError": AssertionError,
    "GraphError": ValueError,
    "GuardError": errors.GraphError,
    "SheetError": ValueError,
    "StaleGraphError": errors.GraphError,
    "SuiteError": RuntimeError,
}


def test_every_exception_is_named_here_and_is_public():
    assert set(errors.__all__) == set(BASES)
    assert set(BASES) <= set(autograd.__all__)


@pytest.mark.parametrize("name", BASES)
def test_bases(name):
    kind = getattr(errors, name)
    assert issubclass(kind, BASES[name])
    assert issubclass(kind, errors.AutogradError)
    assert getattr(autograd, name) is kind


CAUSES = [
    (lambda: autograd.Value(-1.0).log(), ValueError, autograd.DomainError),
    (lambda: autograd.Value(-1.0).sqrt(), ValueError, autograd.DomainError),
    (lambda: setattr(autograd.Value(1.0) + 1, "data", 2.0), ValueError, autograd.GraphError),
    (lambda: autograd.exp("x"), TypeError, autograd.AlgebraError),
    (lambda: autograd.grad(lambda x: [x, x])(1.0), ValueError, autograd.GraphError),
]


@pytest.mark.parametrize(("cause", "builtin", "ours"), CAUSES)
def test_either_name_catches_it(cause, builtin, ours):
    for kind in (builtin, ours, autograd.AutogradError):
        with pytest.raises(kind):
            cause()
