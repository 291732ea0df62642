"""Python's ``random.shuffle`` in machine code: the same generator and the same order.

The generator is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998). Python draws an index with as many of its
highest bits as the bound has, again and again until the number is below the bound.
"""

from llvmlite import ir

from autograd.compiler.kernels import counted, index

__all__ = ["STATE", "shuffler"]

_WORD = ir.IntType(32)
_N, _M = 624, 397
STATE = _N + 1  # words: the state, and the place of the next word


def _word(n):
    return ir.Constant(_WORD, n)


def _next(module):
    """Return the function ``next(state)``, which returns 32 random bits."""
    pointer = _WORD.as_pointer()
    function = ir.Function(module, ir.FunctionType(_WORD, [pointer]), name="random_word")
    function.linkage = "internal"
    (state,) = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    at = b.gep(state, [index(_N)])
    with b.if_then(b.icmp_unsigned(">=", b.load(at), _word(_N))):
        with counted(b, _N) as k:
            high = b.and_(b.load(b.gep(state, [k])), _word(0x80000000))
            low = b.and_(b.load(b.gep(state, [b.urem(b.add(k, index(1)), index(_N))])), _word(0x7FFFFFFF))
            y = b.or_(high, low)
            odd = b.select(b.trunc(y, ir.IntType(1)), _word(0x9908B0DF), _word(0))
            other = b.load(b.gep(state, [b.urem(b.add(k, index(_M)), index(_N))]))
            b.store(b.xor(b.xor(other, b.lshr(y, _word(1))), odd), b.gep(state, [k]))
        b.store(_word(0), at)
    place = b.load(at)
    y = b.load(b.gep(state, [b.zext(place, index(0).type)]))
    b.store(b.add(place, _word(1)), at)
    y = b.xor(y, b.lshr(y, _word(11)))
    y = b.xor(y, b.and_(b.shl(y, _word(7)), _word(0x9D2C5680)))
    y = b.xor(y, b.and_(b.shl(y, _word(15)), _word(0xEFC60000)))
    b.ret(b.xor(y, b.lshr(y, _word(18))))
    return function


def shuffler(module):
    """Return the function ``shuffle(order, n, state)``, for at most 2^32 - 1 indices."""
    draw = _next(module)
    kind = ir.FunctionType(ir.VoidType(), [index(0).type.as_pointer(), index(0).type, _WORD.as_pointer()])
    function = ir.Function(module, kind, name="shuffle")
    order, n, state = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    leading_zeros = ir.Function(module, ir.FunctionType(_WORD, [_WORD, ir.IntType(1)]), name="llvm.ctlz.i32")
    with counted(b, n, start=1) as k:
        i = b.sub(n, k)
        bound = b.trunc(b.add(i, index(1)), _WORD)
        spare = b.call(leading_zeros, [bound, ir.Constant(ir.IntType(1), 1)])  # 32 minus the bits of the bound
        again, found = b.append_basic_block("draw"), b.append_basic_block("found")
        b.branch(again)
        b.position_at_end(again)
        drawn = b.lshr(b.call(draw, [state]), spare)
        b.cbranch(b.icmp_unsigned("<", drawn, bound), found, again)
        b.position_at_end(found)
        here, there = b.gep(order, [i]), b.gep(order, [b.zext(drawn, index(0).type)])
        x, y = b.load(here), b.load(there)
        b.store(x, there)
        b.store(y, here)
    b.ret_void()
    return function
