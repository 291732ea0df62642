"""Names that are imported at first use: dir() lists them, and they do no harm if a library is not installed."""

import pytest

import autograd
import deltagrad
import nn

LAZY = ["compile", "derive", "draw", "explain", "export", "grade_code", "grade_document", "play", "steps"]
WITHOUT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None  # as if it was not installed
"""


@pytest.mark.parametrize("name", [*LAZY, "Value", "grad"])
def test_every_public_name_can_be_completed(name):
    assert name in dir(autograd)
    assert hasattr(autograd, name)


@pytest.mark.parametrize("name", [*LAZY, "Value", "MLP", "fit"])
def test_names_under_one_name_too(name):
    assert name in dir(deltagrad)
    assert hasattr(deltagrad, name)


@pytest.mark.parametrize("name", ["LiveTraining", "train_live", "fit"])
def test_names_of_nn_too(name):
    assert name in dir(nn)
    assert hasattr(nn, name)
    assert not hasattr(nn, f"{name}_of_nothing")


def test_compile_is_there_and_is_no_name_that_a_star_brings():
    assert "compile" not in autograd.__all__  # it would shadow the builtin
    assert deltagrad.compile is autograd.compile
    assert set(LAZY) - {"compile"} <= set(autograd.__all__)


@pytest.mark.parametrize("missing", [["numpy"], ["llvmlite"], ["numpy", "llvmlite"]])
def test_a_star_import_works_without_what_compile_needs(missing, run_python):
    script = (
        WITHOUT.format(missing=missing)
        + """
from autograd import *
import autograd, nn
from nn import *
assert compile("1 + 1", "<text>", "eval")  # the builtin
x = Value(2.0)
(x * x).backward()
assert x.grad == 4.0
assert hasattr(autograd, "compile") and callable(autograd.compile) and autograd.compile.__name__ == "compile"
for call in (lambda: autograd.compile(x * x, inputs=[x]), lambda: autograd.compile(lambda x: x), autograd.compile):
    try:
        call()
    except ModuleNotFoundError as error:
        assert "pip install 'deltagrad[native]'" in str(error), error
    else:
        raise AssertionError("no advice")
"""
    )
    run_python(script)


def test_a_library_that_is_too_old_is_advice_too(run_python):
    script = """
import sys, types
llvmlite = types.ModuleType("llvmlite"); llvmlite.__path__ = []; llvmlite.__version__ = "0.43.0"
sys.modules["llvmlite"] = llvmlite
import autograd
assert hasattr(autograd, "compile")
try:
    autograd.compile(lambda x: x)
except ImportError as error:
    assert "autograd.compile needs llvmlite" in str(error) and "pip install" in str(error), error
"""
    run_python(script)


@pytest.mark.parametrize("name", ["nothing", "Tensor", "__wrapped__", "_private", "native_"])
def test_other_names_are_attribute_errors(name):
    assert not hasattr(autograd, name)
    with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
        getattr(autograd, name)
