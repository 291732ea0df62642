# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The instructions of a tape, which are appended one after the other.

Consecutive sums of products become the product of a matrix and a vector. Consecutive operations of the same kind become
loops. This file only runs compiled.
"""

from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.algebra import TABLE

if cython.compiled:
    from cython.cimports.autograd.engine.kernels import (
        TAPE_ADD,
        TAPE_CALL,
        TAPE_COLUMNS,
        TAPE_COPY,
        TAPE_DETACH,
        TAPE_DIV,
        TAPE_DOT,
        TAPE_EXP,
        TAPE_GATHER_DOT,
        TAPE_LARGEST,
        TAPE_LOG,
        TAPE_LOGSUMEXP,
        TAPE_MAP,
        TAPE_MATRIX,
        TAPE_MUL,
        TAPE_NEG,
        TAPE_OPERANDS,
        TAPE_POW,
        TAPE_RELU,
        TAPE_SELECT,
        TAPE_SIGMOID,
        TAPE_SQRT,
        TAPE_SUB,
        TAPE_SUM,
        TAPE_TANH,
    )

__all__ = ["Code"]

POW = cython.declare(cython.int, primitives.pow_.code)
SHIFT = cython.declare(cython.int, primitives.shift.code)
LOGSUMEXP = cython.declare(cython.int, primitives.logsumexp.code)


def _elementwise():
    table = {
        "add": TAPE_ADD, "sub": TAPE_SUB, "mul": TAPE_MUL, "div": TAPE_DIV, "neg": TAPE_NEG, "identity": TAPE_COPY,
        "exp": TAPE_EXP, "log": TAPE_LOG, "tanh": TAPE_TANH, "relu": TAPE_RELU, "sigmoid": TAPE_SIGMOID,
        "sqrt": TAPE_SQRT, "detached": TAPE_DETACH,
    }  # fmt: skip
    return {getattr(primitives, name).code: op for name, op in table.items()}


_OPERANDS = int(TAPE_OPERANDS) if cython.compiled else 0  # the most operands of a function that C can call
_LOOK_BACK = 4  # the number of last instructions that an operation may join
_ELEMENTWISE: dict = _elementwise() if cython.compiled else {}


@cython.cclass
class Code:
    """A list of instructions in the form that tape.h describes.

    Args:
        parameters: the number of parameters. Their cells are the first ones.
        cells: the number of all cells.

    Attributes:
        code: the words of the instructions.
        starts: the index in ``code`` of the first word of each instruction.
        calls: the operations that C leaves to its caller.
        maps: the functions that C does not know by itself.
        cells: the number of cells so far.
    """

    def __init__(self, parameters, cells):
        self.parameters, self.cells = parameters, cells
        self.code, self.starts, self.calls, self.maps = array("i"), array("i"), [], []
        self.made_by = {}  # the instruction that writes a cell

    def new_cell(self):
        """Add a cell, and return its number."""
        self.cells += 1
        return self.cells - 1

    def sum(self, dst, factors, plain):
        """Append a sum.

        Args:
            dst: the cell of the result.
            factors: the cells of the factors of products, two for each product.
            plain: the cells of the other terms.
        """
        if factors and len(plain) < 2:
            self._products(dst, factors, plain[0] if plain else -1)
            return
        if factors:  # the products are added up in a separate cell, and then the other terms are added
            inner = self.new_cell()
            self._products(inner, factors, -1)
            plain = [inner, *plain]
        self.append([TAPE_SUM, dst, len(plain), *plain])

    def _products(self, dst, factors, init):
        a: cython.int
        b: cython.int
        i: cython.int
        w: cython.int = 0
        x: cython.int = 0
        sw: cython.int = 1
        sx: cython.int = 1
        n: cython.int = len(factors) // 2
        even: cython.bint = True
        cells: list = []
        for i in range(n):
            a, b = factors[2 * i], factors[2 * i + 1]
            if a > b:
                a, b = b, a
            if i == 0:
                w, x = a, b
            elif i == 1:
                sw, sx = a - w, b - x
            elif a != w + i * sw or b != x + i * sx:
                even = False
            cells.append(a)
            cells.append(b)
        if n > 1 and (self._other_side(w, w + (n - 1) * sw) or self._other_side(x, x + (n - 1) * sx)):
            even = False
        if even:
            self._dot([TAPE_DOT, dst, init, n, w, sw, x, sx])
        else:
            self.append([TAPE_GATHER_DOT, dst, init, n, *cells])

    @cython.cfunc
    @cython.exceptval(check=False)
    def _other_side(self, one: cython.int, other: cython.int) -> cython.bint:
        """Return True if only one of two cells belongs to a parameter. A run of cells never contains both kinds."""
        return (one < self.parameters) != (other < self.parameters)

    def _dot(self, new):
        """Append a dot product. If it is the next row of the matrix of the last instruction, it joins that one."""
        _, dst, init, n, w, sw, x, sx = new
        code, at = self.code, self._last()
        apart = x + n <= w or w + n <= x
        if at >= 0 and sx == 1 and sw > 1 and self._joins_columns(new, at):
            return
        if at >= 0 and sw == sx == 1 and apart:
            if code[at] == TAPE_DOT:
                _, d0, i0, n0, w0, sw0, x0, sx0 = list(code[at : at + 8])
                ok = n0 == n and x0 == x and sw0 == sx0 == 1 and d0 + 1 == dst and (i0 < 0) == (init < 0)
                ok = ok and (x0 + n <= w0 or w0 + n <= x0) and not w <= d0 < w + n and not self._other_side(w0, w)
                ok = ok and not (init >= 0 and self._other_side(i0, init))
                if ok and not x <= d0 < x + n and init != d0:
                    del code[at:]
                    code.extend([TAPE_MATRIX, 2, n, d0, w0, w - w0, x, i0, init - i0])
                    self.made_by[dst] = len(self.starts) - 1
                    return
            elif code[at] == TAPE_MATRIX:
                _, m, n0, d0, w0, ws, x0, i0, si = list(code[at : at + 9])
                ok = n0 == n and x0 == x and d0 + m == dst and w == w0 + m * ws and not (w < dst and d0 < w + n)
                ok = ok and not self._other_side(w0, w) and not (init >= 0 and self._other_side(i0, init))
                if ok and (init < 0 if i0 < 0 else init == i0 + m * si and not d0 <= init < dst):
                    code[at + 1] = m + 1
                    self.made_by[dst] = len(self.starts) - 1
                    return
        self.append(new)

    def _joins_columns(self, new, at):
        """Make a dot product join those of the last instruction if its first factors are in the next cells.

        Return True if it did. Then the first factors of all are a matrix that is stored by columns.
        """
        _, dst, init, n, w, sw, x, _ = new
        code = self.code
        if code[at] == TAPE_DOT:
            _, d0, i0, n0, w0, sw0, x0, sx0 = list(code[at : at + 8])
            m, si, ok = 1, init - i0, sx0 == 1
        elif code[at] == TAPE_COLUMNS:
            _, m, n0, d0, w0, sw0, x0, i0, si = list(code[at : at + 9])
            ok = init < 0 or init == i0 + m * si
        else:
            return False
        end = w + (n - 1) * sw + 1  # behind the last cell of the matrix
        ok = ok and n0 == n and sw0 == sw and x0 == x and d0 + m == dst and w == w0 + m and m < sw
        ok = ok and (i0 < 0) == (init < 0) and not (init >= 0 and (self._other_side(i0, init) or d0 <= init < dst))
        ok = ok and (x + n <= w0 or end <= x) and not self._other_side(w0, end - 1)
        if not ok or (x < dst and d0 < x + n) or (w0 < dst and d0 < end):  # it would read what it writes
            return False
        del code[at:]
        code.extend([TAPE_COLUMNS, m + 1, n, d0, w0, sw, x, i0, si])
        self.made_by[dst] = len(self.starts) - 1
        return True

    def select(self, dst, k):
        """Append the selection ``k``, or make it join the selections of the last instruction."""
        at = self._last()
        if at >= 0 and self.code[at] == TAPE_SELECT:
            _, d0, k0, n = list(self.code[at : at + 4])
            if dst == d0 + n and k == k0 + n:
                self.code[at + 3] = n + 1
                self.made_by[dst] = len(self.starts) - 1
                return
        self.append([TAPE_SELECT, dst, k, 1])

    def one(self, code, dst, cells, constant_power):
        """Append an operation, or make it join an earlier instruction.

        Args:
            code: the code of the primitive.
            dst: the cell of the result.
            cells: the cells of the operands.
            constant_power: True if the second operand is a constant.
        """
        if code in (SHIFT, LOGSUMEXP):
            self.append([TAPE_LOGSUMEXP if code == LOGSUMEXP else TAPE_LARGEST, dst, len(cells), *cells])
            return
        op = TAPE_POW if code == POW and constant_power else _ELEMENTWISE.get(code)
        if op is None:
            self._function(TABLE[code], dst, cells)
            return
        a, b = cells[0], cells[1] if len(cells) > 1 else 0
        made = max(self.made_by.get(a, -1), self.made_by.get(b, -1))
        count = len(self.starts)
        for back in range(1, min(_LOOK_BACK, count) + 1):
            at = self.starts[count - back]
            if made >= count - back or self.code[at] != op:
                continue
            _, n, d0, a0, sa, b0, sb, sd = list(self.code[at : at + 8])
            if self._other_side(a0, a) or self._other_side(b0, b):
                continue
            if n == 1:
                sa, sb, sd = a - a0, b - b0, dst - d0
            if d0 + n * sd == dst and a == a0 + n * sa and b == b0 + n * sb:
                self.code[at + 1], self.code[at + 4], self.code[at + 6], self.code[at + 7] = n + 1, sa, sb, sd
                self.made_by[dst] = count - back
                return
        self.append([op, 1, dst, a, 0, b, 0, 1])

    def _function(self, primitive, dst, cells):
        """Append a function that C does not know by itself, or make it join an earlier instruction."""
        if primitive.arity is None or primitive.arity > _OPERANDS:
            self.calls.append((primitive, dst, list(cells)))
            self.append([TAPE_CALL, len(self.calls) - 1])
            return
        made = max([self.made_by.get(c, -1) for c in cells])
        count = len(self.starts)
        for back in range(1, min(_LOOK_BACK, count) + 1):
            at = self.starts[count - back]
            if made >= count - back or self.code[at] != TAPE_MAP or self.maps[self.code[at + 1]] is not primitive:
                continue
            _, _, n, d0, sd, *others = list(self.code[at : at + 11])
            before, steps = others[: 2 * len(cells) : 2], others[1 : 2 * len(cells) : 2]
            if any(map(self._other_side, before, cells)):
                continue
            if n == 1:
                sd, steps = dst - d0, [new - old for old, new in zip(before, cells, strict=True)]
            if d0 + n * sd == dst and cells == [old + n * step for old, step in zip(before, steps, strict=True)]:
                self.code[at + 2], self.code[at + 4] = n + 1, sd
                for k in range(len(cells)):
                    self.code[at + 6 + 2 * k] = steps[k]
                self.made_by[dst] = count - back
                return
        if primitive not in self.maps:
            self.maps.append(primitive)
        words = [TAPE_MAP, self.maps.index(primitive), 1, dst, 1]
        for k in range(_OPERANDS):
            words += [cells[min(k, len(cells) - 1)], 0]
        self.append(words)

    def _last(self):
        """Return the index of the first word of the last instruction; -1 if there is none."""
        return self.starts[len(self.starts) - 1] if len(self.starts) else -1

    def append(self, words):
        """Append an instruction."""
        dst = words[3 if words[0] in (TAPE_MATRIX, TAPE_COLUMNS, TAPE_MAP) else 2 if words[0] < TAPE_DOT else 1]
        if words[0] == TAPE_CALL:
            dst = self.calls[words[1]][1]
        self.made_by[dst] = len(self.starts)
        self.starts.append(len(self.code))
        self.code.extend(words)
