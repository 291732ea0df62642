"""Every public class, function and method has an example in its docstring; ``test_docstrings`` runs them."""

import inspect
import types

import pytest

import autograd
import nn
from autograd.formulas.derivation import Derivation
from autograd.grading import Grade

OURS = ("autograd", "nn")


def members(found):
    """Return the public methods and properties of a class of these packages: each by name with its docstring.

    Primitives and methods that tests add to every Value are left out.
    """
    for name in dir(found):
        owner = next(c for c in found.__mro__ if name in vars(c)) if not name.startswith("_") else object
        member = inspect.getattr_static(found, name)
        function = getattr(member, "__func__", member)
        method = callable(function) and not isinstance(function, type)
        homes = (owner.__module__, getattr(function, "__module__", owner.__module__))
        if (method or isinstance(member, property)) and all(str(home).partition(".")[0] in OURS for home in homes):
            yield name, member.__doc__


def documented():
    """Return every public name with its docstring."""
    public = [getattr(package, name) for package in (autograd, nn) for name in package.__all__]
    for found in [*public, Derivation, Grade]:
        if isinstance(found, (type, types.FunctionType, types.BuiltinFunctionType)):
            yield found.__name__, found.__doc__
        if isinstance(found, type):
            for name, text in members(found):
                yield f"{found.__name__}.{name}", text


DOCUMENTED = dict(documented())


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_it_has_an_example(name):
    assert ">>> " in (DOCUMENTED[name] or "")


def test_methods_of_every_kind_are_looked_at():
    assert {"Value.sin", "Value.gelu", "Value.radians", "Adam.step", "Epoch.loss", "Grade.right"} <= set(DOCUMENTED)
