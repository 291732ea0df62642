"""Calls out of compiled code: the C library's mathematics lane by lane, and Python functions where nothing else does.

A function of the C library is bound by its address. Python's ``math`` module mostly calls the same functions.
Where strict code needs its very bits, the two are compared first; if they differ anywhere ``math`` itself is called.
"""

import ctypes
import functools
import math
import random
import signal
import sys
import threading
from contextlib import contextmanager

from llvmlite import binding, ir

from autograd.compiler.registers import DOUBLE, INDEX, Register
from autograd.engine.algebra import Ieee, Traits

__all__ = [
    "c_function",
    "exact_sum",
    "fsum",
    "hypot",
    "interruptible",
    "python_function",
    "python_functions",
    "sum_of_memory",
]

_KEPT: list = []  # the callbacks whose addresses are in compiled code: as long as the process lives
_POINTS = 200
_MAX_ARGUMENTS = 250  # of a callback; ctypes takes 1,024


# Where the C library's mathematics is, by what its loader calls it. None is this process itself, which has it on most
# systems. ``ctypes.util.find_library`` would start a program to find out.
_LIBRARIES = ("ucrtbase",) if sys.platform == "win32" else (None, "libm.so.6", "libm.so", "libm.dylib")


@functools.cache
def _library():
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if all(hasattr(library, function) for function in ("sin", "expm1", "erf", "hypot")):
            return library
    return None


@functools.cache
def _from_c(name, arity):
    library = _library()
    if library is None:
        raise LookupError(name)
    function = getattr(library, name)
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * arity
    return function


def _over_ieee(function, *operands):
    """A function of the ``math`` module that gives NaN where it raises; used only where it does not."""
    try:
        return function(*operands)
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


def _same_bits(a, b):
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)


@functools.cache
def agrees_with_math(name, arity):
    """Return True if the C library's function has the bits of ``math``'s at some hundred points of its domain."""
    draw = random.Random(name)
    ours, theirs = _from_c(name, arity), getattr(math, name)
    for k in range(_POINTS):
        scale = (1.0, 30.0, 700.0)[k % 3]
        point = [draw.uniform(-scale, scale) for _ in range(arity)]
        expected = _over_ieee(theirs, *point)
        if expected == expected and not _same_bits(ours(*point), expected):
            return False
    return True


@functools.cache
def _bound(name, arity, strict):
    """The symbol that compiled code calls for a function of the C library."""
    if strict and not agrees_with_math(name, arity):
        raise LookupError(name)
    symbol = f"deltagrad.c.{name}"  # a name LLVM knows nothing about: it must not compute it in its own way
    binding.add_symbol(symbol, ctypes.cast(_from_c(name, arity), ctypes.c_void_p).value)
    return symbol


def c_function(name, *operands):
    """The register that the C function of a name of ``math`` gives, called lane by lane.

    Where the lanes are strict it has the bits of ``math``.
    """
    lanes = _lanes_of(operands)
    try:
        symbol = _bound(name, len(operands), lanes.strict)
    except LookupError:
        return python_function(f"math.{name}", getattr(math, name), *operands)
    return _lane_by_lane(symbol, lanes, operands)


def hypot(x, y):
    """``math.hypot`` where the lanes are strict (its rounding is its own), the C library's elsewhere."""
    return python_function("math.hypot", math.hypot, x, y) if _lanes_of((x, y)).strict else c_function("hypot", x, y)


def fsum(*operands):
    """``math.fsum``, lane by lane: the exact sum, rounded once."""
    if len(operands) == 2:
        return operands[0] + operands[1]  # rounded once as it is
    return python_function(f"math.fsum.{len(operands)}", lambda *x: math.fsum(x), *operands)


class _ExactSum:
    """``math.fsum`` as an operation of lowered code, of numbers that lie side by side in memory."""

    name, arity, traits = "fsum", None, Traits()

    def __repr__(self):
        return self.name

    def __call__(self, *numbers):
        """The exact sum of some floats, rounded once."""
        return math.fsum(numbers)


exact_sum = _ExactSum()


def sum_of_memory(lanes, address, n):
    """``math.fsum``, lane by lane, of ``n`` numbers in memory: code of the same length for any ``n``.

    Args:
        lanes: the :class:`Lanes`.
        address: a pointer to the first number of the first lane; each number has one place for each lane.
        n: how many numbers.
    """
    symbol, builder = _symbol_of_sums(), lanes.builder
    function = lanes.declared(symbol, DOUBLE, [DOUBLE.as_pointer(), INDEX, INDEX])
    function.attributes.add("nounwind")
    result = ir.Constant(lanes.type, ir.Undefined)
    for k in range(lanes.count):
        first = builder.gep(address, [ir.Constant(INDEX, k)])
        y = builder.call(function, [first, ir.Constant(INDEX, n), ir.Constant(INDEX, lanes.count)])
        result = y if lanes.count == 1 else builder.insert_element(result, y, ir.Constant(ir.IntType(32), k))
    return Register(result, lanes)


@functools.cache
def _symbol_of_sums():
    """The symbol of a callback that sums ``n`` numbers from an address, a stride apart."""
    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)

    def total(address, n, stride):
        numbers = (ctypes.c_double * ((n - 1) * stride + 1)).from_address(address)
        return math.fsum(numbers[::stride])

    callback = kind(total)
    symbol = "deltagrad.python.sum"
    binding.add_symbol(symbol, ctypes.cast(callback, ctypes.c_void_p).value)
    _KEPT.append(callback)
    return symbol


_SYMBOLS: dict = {}


def python_function(name, function, *operands):
    """The register that a Python function of floats gives, called back lane by lane, some hundred times slower.

    Where it raises, it is called again with numbers that follow IEEE 754, as in the engine's reverse sweep, and is NaN
    where that raises too.
    """
    if len(operands) > _MAX_ARGUMENTS:
        return python_functions(name, lambda *x: [function(*x)], 1, *operands)[0]
    lanes = _lanes_of(operands)
    key = (function if name is None else name, len(operands))
    if key not in _SYMBOLS:
        kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * len(operands))
        callback = kind(functools.partial(_called, function))
        symbol = f"deltagrad.python.{len(_SYMBOLS)}"
        binding.add_symbol(symbol, ctypes.cast(callback, ctypes.c_void_p).value)
        _KEPT.append(callback)
        _SYMBOLS[key] = symbol
    return _lane_by_lane(_SYMBOLS[key], lanes, operands)


def python_functions(name, function, count, *operands):
    """The registers of the ``count`` numbers that a Python function of floats returns, called back once for all lanes.

    Operands and results go through memory, so that there may be any number of them.
    """
    lanes, n = _lanes_of(operands), len(operands)
    width = lanes.count
    key = (name, n, count, width)
    if key not in _SYMBOLS:
        kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

        def call(address):
            memory = (ctypes.c_double * ((n + count) * width)).from_address(address)
            for k in range(width):
                memory[n * width + k :: width] = _all_called(function, count, memory[k : n * width : width])

        callback = kind(call)
        symbol = f"deltagrad.python.{len(_SYMBOLS)}"
        binding.add_symbol(symbol, ctypes.cast(callback, ctypes.c_void_p).value)
        _KEPT.append(callback)
        _SYMBOLS[key] = symbol
    builder, type_ = lanes.builder, lanes.shaped(DOUBLE)
    called = lanes.declared(_SYMBOLS[key], ir.VoidType(), [type_.as_pointer()])
    called.attributes.add("nounwind")
    numbers = [lanes.lift(x).value for x in operands]
    if lanes.single:
        numbers = [builder.fpext(x, type_) for x in numbers]
    with builder.goto_entry_block():
        memory = builder.alloca(type_, n + count)
    for k, x in enumerate(numbers):
        builder.store(x, builder.gep(memory, [ir.Constant(INDEX, k)]))
    builder.call(called, [memory])
    results = [builder.load(builder.gep(memory, [ir.Constant(INDEX, n + j)])) for j in range(count)]
    if lanes.single:
        results = [builder.fptrunc(y, lanes.type) for y in results]
    return [Register(y, lanes) for y in results]


def _all_called(function, count, operands):
    for kind in (float, Ieee):
        try:
            return [float(y) for y in function(*[kind(x) for x in operands])]
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
    return [math.nan] * count


@contextmanager
def interruptible(text):
    """A block in which machine code runs. An interrupt that comes while it calls back into Python waits for its end.

    Raised within the callback it would be lost, and with it the number that the callback computes.

    Args:
        text: the LLVM text of the code.
    """
    handler = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if "deltagrad.python." not in text or not main or not callable(handler):
        yield
        return
    came: list = []
    signal.signal(signal.SIGINT, lambda *arguments: came.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if came:
        handler(*came[0])


def _called(function, *operands):
    return _all_called(lambda *x: [function(*x)], 1, operands)[0]


def _lanes_of(operands):
    return next(x.lanes for x in operands if isinstance(x, Register))


def _lane_by_lane(symbol, lanes, operands):
    body = functools.partial(_calls, symbol)
    return lanes.call(symbol.removeprefix("deltagrad."), body, *operands)


def _calls(symbol, *operands):
    lanes = _lanes_of(operands)
    builder = lanes.builder
    function = lanes.declared(symbol, DOUBLE, [DOUBLE] * len(operands))
    function.attributes.add("nounwind")
    if lanes.count == 1:
        return Register(builder.call(function, [x.value for x in operands]), lanes)
    result = ir.Constant(lanes.type, ir.Undefined)
    for k in range(lanes.count):
        lane = ir.Constant(ir.IntType(32), k)
        y = builder.call(function, [builder.extract_element(x.value, lane) for x in operands])
        result = builder.insert_element(result, y, lane)
    return Register(result, lanes)
