"""From LLVM text to machine code: the results, and the memory that is freed."""

import ctypes
import gc
import resource
import subprocess
import sys

import pytest
from llvmlite import ir

from autograd.compiler.machine import Code
from autograd.compiler.registers import DOUBLE


def power(n):
    """Return a module with the function ``f(x) = x ** n``, written out."""
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
    assert resident() - before < 80 * (64 << 10)  # the passes of one such module keep 200 KiB and more


LITTLE_MEMORY = """
import resource
import autograd
from autograd import Value, exp, gelu, primitive
from nn import MLP, SGD, half_sse, minimize

cube = primitive("cube", lambda x: x * x * x, partials=lambda y, x: 3 * x * x)
long = lambda x: exp(sum([x * k * exp(x + k) for k in range(40)]) * 1e-30)
model = MLP(2, [3, 1], activation="tanh", seed=0)

def graph(dtype):
    x = Value(2.0)
    return autograd.compile(gelu(x) * x, inputs=[x], dtype=dtype)([3.0])

WAYS = [
    lambda: autograd.compile(lambda x: x * x)([1.0, 2.0]),
    lambda: autograd.compile(lambda x: cube(x) + 1)([1.0]),
    lambda: autograd.compile(long).gradient([[1.0]]),
    lambda: autograd.compile(lambda a, b: a * 2 if a > b else b, on_other_branch="record")([[1.0, 2.0], [2.0, 1.0]]),
    lambda: graph("float32"),
    lambda: graph("float64"),
    lambda: autograd.compile(lambda a, b: half_sse(model([a, b]), 1.0)).gradient([[1.0, 2.0]]),
]

def used():
    with open("/proc/self/status") as file:
        return int(file.read().partition("VmSize:")[2].split()[0]) << 10

autograd.compile(lambda x: x + x)([1.0])
for way in WAYS:
    for room in (2, 12, 25):
        resource.setrlimit(resource.RLIMIT_AS, (used() + (room << 20), resource.RLIM_INFINITY))
        try:
            way()
        except MemoryError as error:
            assert "for the compiler" in str(error) or not str(error), error
        else:
            print("compiled with", room)
        x = Value(3.0)
        (x * x).backward()
        assert x.grad == 6.0
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    way()
    print("sound")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its memory is read from /proc")
def test_too_little_memory_for_the_compiler_is_a_memory_error_and_nothing_else_breaks():
    done = subprocess.run([sys.executable, "-c", LITTLE_MEMORY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["sound"] * 7, "")
