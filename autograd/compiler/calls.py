"""Calls out of compiled code: to the C library's mathematics lane by lane, and to Python functions if need be.

A function of the C library is called by its address. Python's ``math`` module mostly calls the same functions. Strict
code needs exactly the bits of ``math``. So the two are compared first at 200 points. If they differ at one of them,
``math`` is called.
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

_KEPT: list = []  # callbacks whose addresses are in compiled code, kept until the process ends
_POINTS = 200
_MAX_ARGUMENTS = 250  # of a callback; ctypes allows 1,024


# The names of the C library of mathematics for its loader. None is this process itself, which contains it on most
# systems. ``ctypes.util.find_library`` would start another program to find the name.
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
    """Call a function of the ``math`` module, and return NaN if it raises. Only for results that are compared."""
    try:
        return function(*operands)
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


def _same_bits(a, b):
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)


@functools.cache
def agrees_with_math(name, arity):
    """Return True if the C library's function has the same bits as ``math``'s at 200 random points of its domain."""
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
    """Return the symbol by which compiled code calls a function of the C library."""
    if strict and not agrees_with_math(name, arity):
        raise LookupError(name)
    symbol = f"deltagrad.c.{name}"  # a name that LLVM does not know, so that it does not replace the call
    binding.add_symbol(symbol, ctypes.cast(_from_c(name, arity), ctypes.c_void_p).value)
    return symbol


def c_function(name, *operands):
    """Return the register with the result of a C function, called lane by lane. ``name`` is its name in ``math``.

    In strict lanes, the result has the bits of ``math``.
    """
    lanes = _lanes_of(operands)
    try:
        symbol = _bound(name, len(operands), lanes.strict)
    except LookupError:
        return python_function(f"math.{name}", getattr(math, name), *operands)
    return _lane_by_lane(symbol, lanes, operands)


def hypot(x, y):
    """Return ``math.hypot`` in strict lanes, since it rounds in its own way, and the C library's hypot otherwise."""
    return python_function("math.hypot", math.hypot, x, y) if _lanes_of((x, y)).strict else c_function("hypot", x, y)


def fsum(*operands):
    """Return ``math.fsum`` lane by lane: the exact sum, rounded once."""
    if len(operands) == 2:
        return operands[0] + operands[1]  # a sum of two numbers is rounded only once anyway
    return python_function(f"math.fsum.{len(operands)}", lambda *x: math.fsum(x), *operands)


class _ExactSum:
    """``math.fsum`` as an operation of lowered code, for numbers that are adjacent in memory."""

    name, arity, traits = "fsum", None, Traits()

    def __repr__(self):
        return self.name

    def __call__(self, *numbers):
        """Return the exact sum of floats, rounded once."""
        return math.fsum(numbers)


exact_sum = _ExactSum()


def sum_of_memory(lanes, address, n):
    """Return ``math.fsum``, lane by lane, of ``n`` numbers in memory. The code has the same length for any ``n``.

    Args:
        lanes: the :class:`Lanes`.
        address: a pointer to the first number of the first lane. Each number has one place for each lane.
        n: the number of numbers to add.
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
    """Return the symbol of a callback that adds ``n`` numbers from an address on, which are a stride apart."""
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
    """Return the register with the result of a Python function of floats, called lane by lane: a hundred times slower.

    If the function raises, it is called again with numbers that follow IEEE 754, as in the engine's reverse sweep. If
    it raises again, the result is NaN.
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
    """Return registers with the ``count`` results of a Python function of floats, called once for all lanes.

    Operands and results are passed in memory, so there may be any number of them.
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
    """Return a context manager for a block that runs machine code. If it calls Python, interrupts wait for its end.

    If an interrupt were raised within a callback, it would be lost, and so would the result of the callback.

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
