"""Primitives as C functions over a few lanes, for tapes: the value and the slopes of what C does not know by itself."""

from functools import cache

from llvmlite import ir

from autograd.compiler import forms
from autograd.compiler.kernels import index
from autograd.compiler.machine import Code
from autograd.compiler.registers import DOUBLE, Lanes, Register
from autograd.engine.errors import AlgebraError
from autograd.engine.tape import LANES

__all__ = ["attach"]

_PYTHON = '@"deltagrad.python.'  # what forms call where only Python can compute it: see autograd.compiler.calls


def attach(made) -> None:
    """Have a tape's functions run in C, as far as machine code can be made of them.

    Args:
        made: an :class:`autograd.engine.tape.Tape`.
    """
    found = {primitive: _functions(primitive) for primitive in made.maps}
    made.attach({primitive: functions for primitive, functions in found.items() if functions is not None})


@cache
def _functions(primitive):
    """Return the addresses of a primitive's value and slopes, and what keeps them alive; None if Python has to run.

    Python would need the interpreter's lock, which the caller holds while threads of its own compute parts of a batch.
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
    """Write a function of a room: rows of lanes, first the value and then the operands, which are read as registers.

    Args:
        results: returns the rows that are written, pairs of a place and a register or a number.
        operands: how many there are.
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
        number.align = 8  # of a number: the rows need not start where a register would
        room.append(Register(number, lanes))
    for k, result in results(room):
        b.store(lanes.lift(result).value, row(k)).align = 8
    b.ret_void()
