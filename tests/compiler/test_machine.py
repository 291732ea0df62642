"""LLVM text to machine code: what it computes, and that nothing of it stays."""

import ctypes
import gc
import resource

import pytest
from llvmlite import ir

from autograd.compiler.machine import Code
from autograd.compiler.registers import DOUBLE


def power(n):
    """A module with the function ``f(x) = x ** n``, written out."""
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(DOUBLE, [DOUBLE]), name="f")
    b = ir.IRBuilder(function.append_basic_block())
    y = x = function.args[0]
    for _ in range(n - 1):
        y = b.fmul(y, x)
    b.ret(y)
    return module


@pytest.mark.parametrize("options", [{}, {"level": 0}, {"vectorize": False}, {"pack": False}])
def test_a_function_is_called(options):
    code = Code(power(5), **options)
    assert code.function("f", ctypes.c_double, result=ctypes.c_double)(3.0) == 243.0
    assert code.size > 0
    assert "fmul" in code.text


def resident():
    gc.collect()
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        pytest.skip("resident memory is read from /proc")


def test_what_compiling_takes_is_given_back():
    for n in range(300, 320):
        Code(power(n))
    before = resident()
    for n in range(300, 380):
        Code(power(n))
    assert resident() - before < 80 * (64 << 10)  # what the passes of one such module note is 200 KiB and more
