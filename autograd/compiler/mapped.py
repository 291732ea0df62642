"""Primitives as C functions over a few lanes, for tapes: the value and the derivatives of functions that C lacks."""

from functools import cache

from llvmlite import ir

from autograd.compiler import forms
from autograd.compiler.kernels import index
from autograd.compiler.machine import Code
from autograd.compiler.registers import DOUBLE, Lanes, Register
from autograd.engine.errors import AlgebraError
from autograd.engine.tape import LANES

__all__ = ["attach"]

_PYTHON = '@"deltagrad.python.'  # the beginning of symbols that call Python; see autograd.compiler.calls


def attach(made) -> None:
    """Compile the functions of a tape to machine code, if that is possible, so that they run in C.

    Args:
        made: an :class:`autograd.engine.tape.Tape`.
    """
    found = {primitive: _functions(primitive) for primitive in made.maps}
    made.attach({primitive: functions for primitive, functions in found.items() if functions is not None})


@cache
def _functions(primitive):
    """Return the addresses of a primitive's value and derivatives, and their code; None if they would call Python.

    A call of Python would need the interpreter's lock. The caller holds it while its own threads compute parts of a
    batch.
    """
    module = ir.Module()
    n = primitive.arity
    try:
        _function(module, "value", lambda room: [(0, primitive(*room[1 : 1 + n]))], n)
        _function(
            module,
            "slopes",
            lambda room: list(enumerate(forms.gradient(primitive, room[0], room[1 : 1 + n]), start=1 + n)),
            n,
        )
    except AlgebraError:
        return None
    if _PYTHON in str(module):
        return None
    code = Code(module, vectorize=False)
    return code.address("value"), code.address("slopes"), code


def _function(module, name, results, operands):
    """Write a function of a room. A room has rows of lanes: the value, then the operands, which are read as registers.

    Args:
        module: the module in which it is written.
        name: the name of the function.
        results: a function from the registers of the room to the rows to write: pairs of a row and a result.
        operands: the number of operands.
    """
    pointer = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer]), name=name)
    function.attributes.add("nounwind")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    lanes = Lanes(b, LANES)

    def row(k):
        return b.bitcast(b.gep(function.args[0], [index(k * LANES)]), lanes.type.as_pointer())

    room = []
    for k in range(1 + operands):
        number = b.load(row(k))
        number.align = 8  # the alignment of one number, since rows are not aligned for vectors
        room.append(Register(number, lanes))
    for k, result in results(room):
        b.store(lanes.lift(result).value, row(k)).align = 8
    b.ret_void()
