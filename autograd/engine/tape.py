# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Tapes: what one call of a function recorded, as instructions that C carries out.

A tape takes milliseconds to make, where machine code takes seconds. So a program whose graph has another form for each
sample, such as a transformer over names of many lengths, gets a tape for each form. Sums of products that follow each
other become products of a matrix and a vector, and operations that follow each other become loops.

This file runs compiled only; ``compiled`` says whether it does.
"""

from array import array
from bisect import bisect_left

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.algebra import TABLE, Ieee
from autograd.engine.errors import GraphError

if cython.compiled:
    from cython.cimports.autograd.engine.kernels import (
        TAPE_ADD,
        TAPE_CALL,
        TAPE_COPY,
        TAPE_DIV,
        TAPE_DOT,
        TAPE_EXP,
        TAPE_GATHER_DOT,
        TAPE_LANES,
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
        tape_backward,
        tape_clip,
        tape_forward,
        tape_function,
        tape_map,
        tape_rule,
        tape_update,
    )
    from cython.cimports.autograd.engine.value import Value
    from cython.cimports.libc.stdlib import calloc, free
    from cython.cimports.libc.string import memcpy, memset
else:
    from autograd.engine.value import Value

    tape_map = tape_rule = None  # the type of what a method returns, which Python evaluates; it runs compiled only

__all__ = ["LANES", "RULES", "Machine", "Recording", "Tape", "Update", "called", "compiled", "recording", "slopes"]

compiled: bool = cython.compiled

LEAF = cython.declare(cython.int, 0)
ADD = cython.declare(cython.int, primitives.add.code)
MUL = cython.declare(cython.int, primitives.mul.code)
POW = cython.declare(cython.int, primitives.pow_.code)
DOT = cython.declare(cython.int, primitives.dot.code)
TOTAL = cython.declare(cython.int, primitives.total.code)
SHIFT = cython.declare(cython.int, primitives.shift.code)
DETACHED = cython.declare(cython.int, primitives.detached.code)
LOGSUMEXP = cython.declare(cython.int, primitives.logsumexp.code)
CONSTANT_MARK = cython.declare(cython.longlong, 1 << 40)


class Recording:
    """A recorded function as numbers.

    Every number of it has a reference: parameters count from 0, inputs follow, and then come the nodes in the order in
    which they were made. Constants are -1, -2, and so on.

    Attributes:
        codes: the primitive of each node. offsets: where the references of a node's operands begin.
        references: of the operands, node after node. constants: the numbers of the constants.
        root: the reference of the result. outputs: those of other results, an array.
        parameters, inputs: how many there are.
    """

    __slots__ = ("codes", "constants", "inputs", "offsets", "outputs", "parameters", "references", "root")

    def with_result(self, root, outputs):
        """Return the same recording with another result, a reference, and other outputs."""
        other: Recording = Recording()
        for name in Recording.__slots__:
            setattr(other, name, getattr(self, name))
        other.root, other.outputs = root, array("i", outputs)
        return other

    def moved(self, other):
        """Return the places in ``references`` where another recording has other operands; None if more differs."""
        if self.root != other.root or self.inputs != other.inputs:
            return None
        for mine, theirs in (
            (self.outputs, other.outputs),
            (self.codes, other.codes),
            (self.offsets, other.offsets),
            (self.constants, other.constants),
        ):
            if mine.tobytes() != theirs.tobytes():
                return None
        return _different(self.references, other.references)


def _different(one, other):
    a: cython.int[:] = one
    b: cython.int[:] = other
    return [i for i in range(len(one)) if a[i] != b[i]]


def recording(nodes: list, parameters: list, inputs: list, root, outputs=()) -> Recording:
    """Write down what was recorded.

    Args:
        nodes: every node that was recorded, in the order in which they were made.
        parameters, inputs: leaves; any other one is a constant.
        root: the result. outputs: other results, nodes.

    Raises:
        GraphError: a node was made before the recording began.
    """
    made: Recording = Recording()
    node: Value
    leaf: Value
    x: object
    k: cython.Py_ssize_t
    at: cython.longlong
    items: tuple
    row: tuple
    constants: list = []
    marked: list = [*parameters, *inputs, *nodes]
    refs = array("i")
    codes = array("i", bytes(4 * len(nodes)))
    offsets = array("i", bytes(4 * (len(nodes) + 1)))
    codes_view: cython.int[:] = codes
    offsets_view: cython.int[:] = offsets
    for k in range(len(marked)):
        node = cython.cast(Value, marked[k])
        node._mark = -(k + 1)
    found: list = []
    failed: object = None
    for k in range(len(nodes)):
        node = cython.cast(Value, nodes[k])
        codes_view[k] = node._code
        offsets_view[k] = len(found)
        if node._code == DOT:
            row = node._a
            items = (*row[: len(node._b)], *node._b, *row[len(node._b) :])
        elif node._seen is not cython.NULL:
            items = node._a
        elif node._b is not None or TABLE[node._code].arity == 2:
            items = (
                node._a if node._a is not None else node._a_data, node._b if node._b is not None else node._b_data
            )  # fmt: skip
        else:
            items = (node._a,)
        for x in items:
            if isinstance(x, Value):
                leaf = cython.cast(Value, x)
                if leaf._mark >= 0:
                    if leaf._code != LEAF:
                        failed = x
                        break
                    constants.append(leaf._data)
                    leaf._mark = -(CONSTANT_MARK + len(constants))
                    marked.append(leaf)
                at = -leaf._mark - 1
                found.append(at if at < CONSTANT_MARK else -(at - CONSTANT_MARK + 1))
            else:
                constants.append(x)
                found.append(-len(constants))
    offsets_view[len(nodes)] = len(found)
    leaf = cython.cast(Value, root)
    made.root = -leaf._mark - 1 if leaf._mark < 0 and -leaf._mark < CONSTANT_MARK else None
    made.outputs = array("i")
    for x in outputs:
        leaf = cython.cast(Value, x)
        if leaf._mark >= 0 or -leaf._mark >= CONSTANT_MARK:
            failed = x
            break
        made.outputs.append(-leaf._mark - 1)
    leaf = cython.cast(Value, root)
    for x in marked:
        cython.cast(Value, x)._mark = 0
    if failed is not None or (made.root is None and leaf._code != LEAF):
        raise GraphError(
            f"{(root if failed is None else failed)!r} was computed before the function was called: compute it inside."
        )
    refs.extend(found)
    made.codes, made.offsets, made.references = codes, offsets, refs
    made.constants, made.parameters, made.inputs = array("d", constants), len(parameters), len(inputs)
    return made


# --- From a recording to instructions


def _elementwise():
    table = {
        "add": TAPE_ADD, "sub": TAPE_SUB, "mul": TAPE_MUL, "div": TAPE_DIV, "neg": TAPE_NEG, "alias": TAPE_COPY,
        "exp": TAPE_EXP, "log": TAPE_LOG, "tanh": TAPE_TANH, "relu": TAPE_RELU, "sigmoid": TAPE_SIGMOID,
        "sqrt": TAPE_SQRT,
    }  # fmt: skip
    return {getattr(primitives, name).code: op for name, op in table.items()}


# Of a function that C is given: how many places it is computed at, and how many operands it has at most.
LANES = int(TAPE_LANES) if cython.compiled else 0
_OPERANDS = int(TAPE_OPERANDS) if cython.compiled else 0
_LOOK_BACK = 4  # instructions among which one is looked for that an operation can join
_ELEMENTWISE: dict = _elementwise() if compiled else {}


@cython.cclass
class Tape:
    """A recording as instructions.

    Args:
        made: a :class:`Recording`, with references from ``parameters + inputs + nodes`` on for selected operands.
        input_places: for each input the place of its number in a sample's row.
        selections: a list of (base, stride, place, low, high): the operand's reference is ``base + stride * number``,
            with the number at that place of the row, which is from low to high.

    Attributes:
        cells, instructions, outputs, parameters: how many there are.
        computed: the first cell that is computed.
        products: how many multiplications there are in products of parameters and a vector.
        maps: the functions that C does not know by itself, a list of primitives; :meth:`attach` has it know them.
    """

    def __init__(self, made, input_places, selections):
        writer: _Writer = _Writer(made, selections)
        writer.write()
        self.parameters = made.parameters
        self._inputs = made.inputs
        self.cells = writer.cells
        self.code, self.starts, self.calls, self.maps = writer.code, writer.starts, writer.calls, writer.maps
        self._maps = cython.cast(cython.pointer(tape_map), calloc(len(self.maps) + 1, cython.sizeof(tape_map)))
        if self._maps is cython.NULL:
            raise MemoryError(f"no memory for {len(self.maps)} functions")
        self.instructions = len(self.starts)
        self.products = writer.products()
        self.alone = writer.alone()
        self.own = writer.own()
        self.starts.append(len(self.code))
        self.constants = writer.constants
        self._root = writer.cell(made.root)
        self._outputs = array("i", [*[writer.cell(r) for r in made.outputs], 0])
        self.outputs = len(made.outputs)
        self.computed = made.parameters + made.inputs + len(writer.constants)
        self._input_places = array("i", [*input_places, 0])
        self._selections = len(selections)
        self._base = array("i", [*[s[0] for s in selections], 0])
        self._stride = array("i", [*[s[1] for s in selections], 0])
        self._place = array("i", [*[s[2] for s in selections], 0])
        self._cell_of = writer.cell_of
        self._source = array("i", bytes(4 * (len(selections) + 1)))

    def __dealloc__(self):
        free(self._maps)

    def attach(self, functions):
        """Have C know functions of ``maps``, so that it need not stop there.

        Args:
            functions: by the primitive the addresses of two C functions, as ``tape_map`` in tape.h has them, and what
                keeps them alive.
        """
        self._kept = functions
        k: cython.Py_ssize_t
        for k in range(len(self.maps)):
            if self.maps[k] in functions:
                value, slopes_of, _ = functions[self.maps[k]]
                self._maps[k].value = cython.cast(tape_function, cython.cast(cython.size_t, value))
                self._maps[k].slopes = cython.cast(tape_function, cython.cast(cython.size_t, slopes_of))
                self._maps[k].operands = self.maps[k].arity

    @property
    def stops(self):
        """Return True if there are operations that C leaves to its caller."""
        k: cython.Py_ssize_t
        for k in range(len(self.maps)):
            if self._maps[k].value is cython.NULL:
                return True
        return len(self.calls) > 0

    def stopped(self, instruction: cython.longlong):
        """Return the operations of an instruction that C leaves to its caller: of each the primitive and the cells.

        The cells are that of the result and a list of those of the operands.
        """
        at: cython.int = self.starts[instruction]
        code: cython.int[:] = self.code
        if code[at] == TAPE_CALL:
            return [self.calls[code[at + 1]]]
        primitive = self.maps[code[at + 1]]
        return [
            (primitive, code[at + 3] + i * code[at + 4],
             [code[at + 5 + 2 * k] + i * code[at + 6 + 2 * k] for k in range(primitive.arity)])
            for i in range(code[at + 2])
        ]  # fmt: skip

    @cython.cfunc
    @cython.exceptval(check=True)
    def sources(self, row: cython.p_double) -> cython.p_int:
        """The cell each selection reads for a sample."""
        base: cython.int[:] = self._base
        stride: cython.int[:] = self._stride
        place: cython.int[:] = self._place
        cell_of: cython.int[:] = self._cell_of
        source: cython.int[:] = self._source
        k: cython.int
        for k in range(self._selections):
            source[k] = cell_of[base[k] + stride[k] * cython.cast(cython.int, row[place[k]])]
        return cython.address(source[0])


@cython.cclass
class _Writer:
    """Writes the instructions of a tape."""

    made: object
    selections: list
    first: cython.int
    made_parameters: cython.int
    nodes: cython.int
    constants: object
    n_constants: cython.int
    select: cython.int
    cells: cython.int
    cell_of: object
    code: object
    starts: object
    calls: list
    maps: list
    made_by: dict
    constant_cells: object
    counted: cython.longlong
    _cells: cython.int[:]
    _constant_cells: cython.int[:]

    def __init__(self, made, selections):
        self.made, self.selections = made, selections
        self.counted = 0
        self.made_parameters = made.parameters
        self.first = made.parameters + made.inputs  # the reference of the first node
        self.nodes = len(made.codes)
        places: dict = {}  # equal constants have one cell; 0 and -0 are not equal here
        self.constant_cells = array("i", [places.setdefault((c, str(c)[0]), len(places)) for c in made.constants])
        self.constants = array("d", [c for c, _ in places])
        self.n_constants = len(self.constants)
        self.select = self.first + self.nodes
        self.cells = self.first + self.n_constants + len(selections)
        # The cell of each reference but the constants', or -1; parameters and inputs have their own number.
        self.cell_of = array("i", [*range(self.first), *[-1] * (self.nodes + len(selections) + 1)])
        self._cells = self.cell_of
        self._constant_cells = array("i", [*self.constant_cells, 0])
        self.code, self.starts, self.calls, self.maps = array("i"), array("i"), [], []
        self.made_by = {}  # the instruction that writes a cell

    @cython.cfunc
    @cython.exceptval(check=False)
    def cell(self, reference: cython.int) -> cython.int:
        if reference < 0:
            return self.first + self._constant_cells[-reference - 1]
        if reference >= self.select:
            return self.first + self.n_constants + reference - self.select
        return self._cells[reference]

    def write(self):
        made = self.made
        n: cython.Py_ssize_t = self.nodes
        first: cython.int = self.first
        select: cython.int = self.select
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        r: cython.int
        low: cython.int
        high: cython.int
        codes: cython.int[:] = made.codes
        offsets: cython.int[:] = made.offsets
        refs: cython.int[:] = made.references
        uses_array = array("i", bytes(4 * (n + 1)))
        uses: cython.int[:] = uses_array
        kept_array = bytearray(n + 1)
        kept: cython.uchar[:] = kept_array
        chain_array = array("i", bytes(4 * (n + 1)))
        chain: cython.int[:] = chain_array
        inner_array = bytearray(n + 1)
        inner: cython.uchar[:] = inner_array
        # What the result depends on, last node first.
        if made.root >= first:
            uses[made.root - first] += 1
            kept[made.root - first] = 1
        for r in made.outputs:
            if r >= first:
                uses[r - first] += 1
                kept[r - first] = 1
        chosen: set = set()
        for k in range(n - 1, -1, -1):
            if uses[k] == 0:
                continue
            for i in range(offsets[k], offsets[k + 1]):
                r = refs[i]
                if r >= select:
                    if r not in chosen:
                        chosen.add(r)
                        base, stride, _, low, high = self.selections[r - select]
                        for value in range(low, high + 1):
                            at = base + stride * value - first
                            if 0 <= at < k:
                                uses[at] += 2
                                kept[at] = 1
                elif r >= first:
                    uses[r - first] += 1
        # Chains of additions, and the products that only they read.
        for k in range(n):
            if uses[k] and codes[k] == ADD:
                r = refs[offsets[k]] - first
                linked = 0 <= r < n and uses[r] == 1 and not kept[r] and codes[r] == ADD
                chain[k] = chain[r] + 1 if linked else 1
        for k in range(n - 1, -1, -1):
            if not uses[k] or inner[k]:
                continue
            if codes[k] == ADD and chain[k] >= 2:
                at = k
                while True:
                    self._take_in(refs[offsets[at] + 1], inner, uses, kept, codes)
                    if chain[at] == 1:
                        break
                    at = refs[offsets[at]] - first
                    inner[at] = 1
                self._take_in(refs[offsets[at]], inner, uses, kept, codes)
            elif codes[k] == TOTAL:
                for i in range(offsets[k], offsets[k + 1]):
                    self._take_in(refs[i], inner, uses, kept, codes)
        # Instructions, operands first.
        written: set = set()
        for r in sorted(chosen):
            base, stride, _, low, high = self.selections[r - select]
            if max(base + stride * low, base + stride * high) < first:  # leaves
                written.add(r)
                self._append([TAPE_SELECT, self.cell(r), r - select])
        for k in self._by_level(uses, inner):
            terms: list = []
            if codes[k] == ADD and chain[k] >= 2:
                at = k
                while True:
                    terms.append(refs[offsets[at] + 1])
                    if chain[at] == 1:
                        break
                    at = refs[offsets[at]] - first
                terms.append(refs[offsets[at]])
                terms.reverse()
            elif codes[k] == TOTAL:
                terms = [refs[i] for i in range(offsets[k], offsets[k + 1])]
            pairs: list = []
            init: object = None
            if codes[k] == DOT:
                m = (offsets[k + 1] - offsets[k]) // 2
                pairs = [(refs[offsets[k] + i], refs[offsets[k] + m + i]) for i in range(m)]
                init = refs[offsets[k + 1] - 1] if (offsets[k + 1] - offsets[k]) % 2 else None
            plain: list = []
            for r in terms:
                if r >= first and r < select and inner[r - first]:
                    pairs.append((refs[offsets[r - first]], refs[offsets[r - first] + 1]))
                elif not (r < 0 and made.constants[-r - 1] == 0.0):
                    plain.append(r)
            if chosen:
                read = [r for pair in pairs for r in pair] + plain
                for r in read or [refs[i] for i in range(offsets[k], offsets[k + 1])]:
                    if r >= select and r not in written:
                        written.add(r)
                        self._append([TAPE_SELECT, self.cell(r), r - select])
            dst = self.cells
            self.cells += 1
            self._cells[first + k] = dst
            if terms or codes[k] == DOT:
                self._sum(dst, pairs, plain if codes[k] != DOT else [] if init is None else [init])
            else:
                self._one(codes[k], dst, [refs[i] for i in range(offsets[k], offsets[k + 1])])

    def _by_level(self, uses, inner):
        """The nodes that are written, those first that need the fewest others before them.

        So a layer's sums follow each other, and then its activations, whatever order they were recorded in.
        """
        n: cython.Py_ssize_t = self.nodes
        first: cython.int = self.first
        select: cython.int = self.select
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        r: cython.int
        value: cython.int
        level: cython.int
        used: cython.int[:] = uses
        taken: cython.uchar[:] = inner
        offsets: cython.int[:] = self.made.offsets
        refs: cython.int[:] = self.made.references
        levels_array = array("i", bytes(4 * (n + 1)))
        levels: cython.int[:] = levels_array
        of_level: list = []
        for k in range(n):
            if not used[k]:
                continue
            level = 0
            for i in range(offsets[k], offsets[k + 1]):
                r = refs[i]
                if r >= select:
                    base, stride, _, low, high = self.selections[r - select]
                    for value in range(low, high + 1):
                        at = base + stride * value - first
                        if 0 <= at < k and levels[at] > level:
                            level = levels[at]
                elif r >= first and levels[r - first] > level:
                    level = levels[r - first]
            if taken[k]:  # a part of the sum that reads it
                levels[k] = level
                continue
            levels[k] = level + 1
            while len(of_level) <= level:
                of_level.append([])
            of_level[level].append(k)
        return [k for found in of_level for k in found]

    def products(self):
        """The number of multiplications in products of parameters and a vector."""
        code, found = self.code, 0
        for at in self.starts:
            if code[at] == TAPE_MATRIX and code[at + 4] < self.made.parameters:
                found += code[at + 1] * code[at + 2]
        return found

    def alone(self):
        """Of each instruction 1 if it is a product of parameters that nothing else reads, else 0; and one 0 more."""
        n: cython.int = self.made_parameters
        code: cython.int[:] = array("i", [*self.code, 0])
        starts: cython.int[:] = array("i", [*self.starts, len(self.code)])
        readers_array = array("i", bytes(4 * (n + 1)))
        readers: cython.int[:] = readers_array
        found = bytearray(len(starts))
        marks: cython.uchar[:] = found
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        at: cython.int
        r: cython.int
        c: cython.int
        turn: cython.int
        if self.selections:  # which may read any
            return found
        for turn in range(2):
            for k in range(len(starts) - 1):
                at = starts[k]
                if code[at] == TAPE_MATRIX and code[at + 4] < n and code[at + 5] >= code[at + 2]:
                    if turn:
                        marks[k] = 1
                    for r in range(code[at + 1]):
                        for i in range(code[at + 2]):
                            c = code[at + 4] + r * code[at + 5] + i
                            if turn == 0:
                                readers[c] += 1
                            elif readers[c] > 1:
                                marks[k] = 0
                    if turn == 0:
                        self._count(readers, code[at + 6], 1, code[at + 2])
                        if code[at + 7] >= 0:
                            self._count(readers, code[at + 7], code[at + 8], code[at + 1])
                elif turn == 0:
                    self._count_others(readers, code, at, starts[k + 1])
        return found

    def own(self):
        """Of each instruction 1 if it reads no parameter, else 0."""
        code: cython.int[:] = array("i", [*self.code, 0])
        starts = [*self.starts, len(self.code)]
        found = bytearray(len(starts))
        if self.selections:  # which may read any
            return found
        readers_array = array("i", bytes(4 * (self.made_parameters + 1)))
        for k in range(len(self.starts)):
            before = self.counted
            self._count_others(readers_array, code, starts[k], starts[k + 1])
            found[k] = self.counted == before
        return found

    @cython.cfunc
    @cython.exceptval(check=True)
    def _count(self, readers: cython.int[:], c: cython.int, step: cython.int, count: cython.int) -> cython.int:
        """Count a reader of parameters, in a run of cells."""
        i: cython.int
        for i in range(count):
            if 0 <= c + i * step < self.made_parameters:
                readers[c + i * step] += 1
                self.counted += 1
        return 0

    @cython.cfunc
    @cython.exceptval(check=True)
    def _count_others(self, readers: cython.int[:], code: cython.int[:], at: cython.int, end: cython.int) -> cython.int:
        """The same of an instruction that is no product of a matrix."""
        i: cython.int
        op: cython.int = code[at]
        if op == TAPE_CALL:
            for c in self.calls[code[at + 1]][2]:
                self._count(readers, c, 1, 1)
        elif op == TAPE_MAP:
            for i in range(self.maps[code[at + 1]].arity):
                self._count(readers, code[at + 5 + 2 * i], code[at + 6 + 2 * i], code[at + 2])
        elif op == TAPE_DOT:
            self._count(readers, code[at + 2], 1, 1)
            self._count(readers, code[at + 4], code[at + 5], code[at + 3])
            self._count(readers, code[at + 6], code[at + 7], code[at + 3])
        elif op == TAPE_MATRIX:
            for i in range(code[at + 1]):
                self._count(readers, code[at + 4] + i * code[at + 5], 1, code[at + 2])
            self._count(readers, code[at + 6], 1, code[at + 2])
            self._count(readers, code[at + 7], code[at + 8], code[at + 1])
        elif op < TAPE_DOT:
            self._count(readers, code[at + 3], code[at + 4], code[at + 1])
            if op <= TAPE_POW:  # of two operands
                self._count(readers, code[at + 5], code[at + 6], code[at + 1])
        else:  # cells one by one
            if op == TAPE_GATHER_DOT:
                self._count(readers, code[at + 2], 1, 1)
            for i in range(at + (4 if op == TAPE_GATHER_DOT else 3), end):
                self._count(readers, code[i], 1, 1)
        return 0

    def _take_in(self, reference, inner, uses, kept, codes):
        k = reference - self.first
        if 0 <= k < self.nodes and uses[k] == 1 and not kept[k] and codes[k] == MUL:
            inner[k] = 1

    def _sum(self, dst, pairs, plain):
        if not pairs or len(plain) > 1:
            if pairs:
                self._products(dst, pairs, -1)
                partial, dst_of = dst, self.cells
                # The products were summed up in a cell of their own, and the rest is added to it in the node's.
                self.cells += 1
                self._retarget(partial, dst_of)
                self._append([TAPE_SUM, dst, len(plain) + 1, dst_of, *[self.cell(r) for r in plain]])
            else:
                self._append([TAPE_SUM, dst, len(plain), *[self.cell(r) for r in plain]])
        else:
            self._products(dst, pairs, self.cell(plain[0]) if plain else -1)

    def _retarget(self, old, new):
        """Have the last instruction write another cell."""
        at = self._last()
        self.code[at + (3 if self.code[at] == TAPE_MATRIX else 1)] = new
        self.made_by[new] = len(self.starts) - 1

    def _products(self, dst, pairs, init):
        a: cython.int
        b: cython.int
        i: cython.int
        w: cython.int = 0
        x: cython.int = 0
        sw: cython.int = 1
        sx: cython.int = 1
        n: cython.int = len(pairs)
        even: cython.bint = True
        cells: list = []
        for i in range(n):
            pair: tuple = pairs[i]
            a, b = self.cell(pair[0]), self.cell(pair[1])
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
            self._append([TAPE_GATHER_DOT, dst, init, n, *cells])

    @cython.cfunc
    @cython.exceptval(check=False)
    def _other_side(self, one: cython.int, other: cython.int) -> cython.bint:
        """Return True if one cell is a parameter's and the other one is not: no run has both."""
        return (one < self.made_parameters) != (other < self.made_parameters)

    def _dot(self, new):
        """Append a dot, to the matrix before where it is the next row of it."""
        _, dst, init, n, w, sw, x, sx = new
        code, at = self.code, self._last()
        apart = x + n <= w or w + n <= x
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
        self._append(new)

    def _one(self, code, dst, references):
        cells = [self.cell(r) for r in references]
        if code in (SHIFT, DETACHED, LOGSUMEXP):
            self._append([TAPE_LOGSUMEXP if code == LOGSUMEXP else TAPE_LARGEST, dst, len(cells), *cells])
            return
        op = TAPE_POW if code == POW and references[1] < 0 else _ELEMENTWISE.get(code)
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
        self._append([op, 1, dst, a, 0, b, 0, 1])

    def _function(self, primitive, dst, cells):
        """Append a function that C does not know by itself, or have it join an instruction before."""
        if primitive.arity is None or primitive.arity > _OPERANDS:
            self.calls.append((primitive, dst, list(cells)))
            self._append([TAPE_CALL, len(self.calls) - 1])
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
        self._append(words)

    def _last(self):
        """The place of the last instruction; -1 if there is none."""
        return self.starts[len(self.starts) - 1] if len(self.starts) else -1

    def _append(self, words):
        dst = words[3 if words[0] in (TAPE_MATRIX, TAPE_MAP) else 2 if words[0] < TAPE_DOT else 1]
        if words[0] == TAPE_CALL:
            dst = self.calls[words[1]][1]
        self.made_by[dst] = len(self.starts)
        self.starts.append(len(self.code))
        self.code.extend(words)


# --- Running


RULES = ("SGD", "Momentum", "Adam", "AdamW", "RMSprop", "Adagrad")


@cython.cclass
class Update:
    """The step of an optimizer, over arrays.

    Args:
        kind: ``"SGD"``, ``"Momentum"``, ``"Adam"``, ``"AdamW"``, ``"RMSprop"`` or ``"Adagrad"``.
        decay: the factor of the L2 penalty; of AdamW that of the decoupled decay.
        settings: of Momentum the momentum and whether it is Nesterov's; of Adam and AdamW beta1, beta2 and epsilon; of
            RMSprop the decay of the average, epsilon and the momentum; of Adagrad epsilon.

    Attributes:
        settings: the arguments, a tuple.
        slots: how many numbers are remembered for a parameter.
        memory: they, an array: the first one of all parameters, then the second one.
        commits: how many updates were made.
    """

    def __init__(self, kind, decay, *settings):
        self.kind, self._decay = kind, decay
        self.settings = (kind, decay, *settings)
        self._rule = RULES.index(kind)
        self.slots = (0, 1, 4, 4, 2, 1)[self._rule]
        self._first, self._second, self._third = [*settings, 0.0, 0.0, 0.0][:3]
        self.remember(array("d"))

    def remember(self, memory):
        """Have these numbers as what is remembered."""
        self.memory = array("d", memory)
        self._next = array("d", memory)

    def bound(self, most, norm):
        """Have machines bring gradients into bounds before an update: each one, and the norm of all; 0 for none.

        :meth:`step` takes gradients as they are.
        """
        self._most, self._norm = most, norm

    def commit(self):
        """Have what the last update computed as what is remembered."""
        self.memory, self._next = self._next, self.memory
        self.commits += 1

    @cython.cfunc
    @cython.exceptval(check=True)
    def apply(
        self, n: cython.longlong, w: cython.p_double, g: cython.p_double, new_w: cython.p_double, rate: cython.double
    ) -> cython.bint:
        """Compute an update; False where a number of it is not finite."""
        u: tape_rule = self.rule()
        return tape_update(cython.address(u), 0, n, n, w, g, new_w, rate)

    @cython.cfunc
    @cython.exceptval(check=False)
    def rule(self) -> tape_rule:
        """The rule as C has it; it is good until the next ``commit``."""
        u: tape_rule = tape_rule(
            self._rule,
            self._decay,
            self._first,
            self._second,
            self._third,
            cython.NULL,
            cython.NULL,
            self._most,
            self._norm,
        )
        if len(self.memory):
            memory: cython.double[:] = self.memory
            following: cython.double[:] = self._next
            u.memory, u.next = cython.address(memory[0]), cython.address(following[0])
        return u

    def step(self, parameters: list, rate: cython.double, counts: dict):
        """Update the data of leaves from their ``grad``; or do nothing and return False, where that would not do.

        ``counts["updates"]`` counts the update in the same breath: no interrupt can come between.
        """
        n: cython.Py_ssize_t = len(parameters)
        i: cython.Py_ssize_t
        node: Value
        for i in range(n):
            if not isinstance(parameters[i], Value) or cython.cast(Value, parameters[i])._code != LEAF:
                return False
        block: cython.p_double = cython.cast(cython.p_double, calloc(3 * n + 1, cython.sizeof(cython.double)))
        if block is cython.NULL:
            raise MemoryError(f"no memory for {n} parameters")
        try:
            for i in range(n):
                node = cython.cast(Value, parameters[i])
                block[i] = node._data
                block[n + i] = node._grad
            if not self.apply(n, block, block + n, block + 2 * n, rate):
                return False
            counts["updates"] += 1
            self.commit()
            for i in range(n):
                cython.cast(Value, parameters[i])._data = block[2 * n + i]
        finally:
            free(block)
        return True


@cython.cclass
class Machine:
    """The memory that tapes run in: the parameters and their gradients, and room for everything else.

    Args:
        parameters: how many there are.

    Attributes:
        updates: how many were made.
    """

    def __init__(self, parameters):
        self.parameters = parameters
        self._make_room(parameters + 1)

    def __dealloc__(self):
        free(self._x)
        free(self._d)
        free(self._new)

    @cython.cfunc
    @cython.exceptval(0)
    def _make_room(self, cells: cython.longlong) -> cython.int:
        if cells <= self._room:
            return 1
        size: cython.size_t = cython.sizeof(cython.double)
        x: cython.p_double = cython.cast(cython.p_double, calloc(cells, size))
        d: cython.p_double = cython.cast(cython.p_double, calloc(cells, size))
        if self._new is cython.NULL:
            self._new = cython.cast(cython.p_double, calloc(self.parameters + 1, size))
        if x is cython.NULL or d is cython.NULL or self._new is cython.NULL:
            raise MemoryError(f"no memory for a tape of {cells} cells")
        if self._room:
            memcpy(x, self._x, self.parameters * size)
            memcpy(d, self._d, self.parameters * size)
        free(self._x)
        free(self._d)
        self._x, self._d, self._room = x, d, cells
        return 1

    def read(self, parameters: list):
        """Take the numbers of leaves."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            self._x[i] = cython.cast(Value, parameters[i])._data

    def write(self, parameters: list):
        """Give leaves the numbers."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            cython.cast(Value, parameters[i])._data = self._x[i]

    def write_gradient(self, parameters: list):
        """Give leaves the gradient as theirs."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            cython.cast(Value, parameters[i])._grad = self._d[i]

    def value(self, tape: Tape, row):
        """The result for a sample: ``row`` is an array of its numbers."""
        numbers: cython.double[:] = row
        return self._run(tape, cython.address(numbers[0]), 0.0, False)

    def batch(self, samples: list):
        """The sum of the results of samples, and in the machine the mean of their gradients.

        Args:
            samples: of each its tape and its row, and what else.
        """
        row: cython.double[:]
        k: cython.Py_ssize_t
        total: cython.double = 0.0
        share: cython.double = 1.0 / len(samples)
        memset(self._d, 0, self.parameters * cython.sizeof(cython.double))
        for k in range(len(samples)):
            row = samples[k][1]
            total += self._run(samples[k][0], cython.address(row[0]), share, True)
        return total

    def update(self, update: Update, rate: cython.double):
        """Make an update from the gradient; where a number of it would not be finite, do nothing and return False."""
        u: tape_rule = update.rule()
        tape_clip(cython.address(u), self.parameters, self._d)
        if not update.apply(self.parameters, self._x, self._d, self._new, rate):
            return False
        update.commit()
        self.updates += 1
        memcpy(self._x, self._new, self.parameters * cython.sizeof(cython.double))
        return True

    @cython.cfunc
    @cython.exceptval(check=True)
    def _run(self, tape: Tape, row: cython.p_double, seed: cython.double, differentiate: cython.bint) -> cython.double:
        self._make_room(tape.cells + 1)
        code_view: cython.int[:] = tape.code
        starts_view: cython.int[:] = tape.starts
        constants: cython.double[:] = tape.constants
        places: cython.int[:] = tape._input_places
        source: cython.p_int = tape.sources(row)
        x: cython.p_double = self._x
        d: cython.p_double = self._d
        n: cython.Py_ssize_t = len(tape.constants)
        end: cython.longlong = len(tape.code)
        at: cython.longlong = 0
        k: cython.longlong
        for k in range(tape._inputs):
            x[tape.parameters + k] = row[places[k]]
        if n:
            memcpy(x + tape.parameters + tape._inputs, cython.address(constants[0]), n * cython.sizeof(cython.double))
        if end == 0:
            if differentiate:
                d[tape._root] += seed
            return x[tape._root]
        code: cython.p_int = cython.address(code_view[0])
        while True:
            at = tape_forward(code, at, end, x, source, tape._maps)
            if at == end:
                break
            for primitive, dst, cells in tape.stopped(bisect_left(tape.starts, at)):
                x[dst] = called(primitive, [x[c] for c in cells])
            at += 2 if code[at] == TAPE_CALL else 11
        if not differentiate:
            return x[tape._root]
        value: cython.double = x[tape._root]
        memset(d + tape.parameters, 0, (tape.cells - tape.parameters) * cython.sizeof(cython.double))
        d[tape._root] += seed
        k = tape.instructions - 1
        while k >= 0:
            k = tape_backward(code, cython.address(starts_view[0]), 0, k, x, d, source, tape.parameters, tape.computed,
                              tape._maps)  # fmt: skip
            if k >= 0:
                for primitive, dst, cells in tape.stopped(k):
                    for c, slope in zip(cells, slopes(primitive, x[dst], [x[c] for c in cells]), strict=True):
                        if slope != 0.0:
                            d[c] += d[dst] * slope
                k -= 1
        return value


def called(primitive, floats):
    """Return what a primitive that C does not know makes of some floats."""
    try:
        return float(primitive.floats(*floats))
    except (ZeroDivisionError, OverflowError, ValueError):
        return float(primitive(*[Ieee(x) for x in floats]))


def slopes(primitive, y, floats):
    """Return its partial derivatives at some floats, where its value is y."""
    try:
        return [float(p) for p in primitive.gradient(y, floats)]
    except (ZeroDivisionError, OverflowError, ValueError):
        return [float(p) for p in primitive.gradient(Ieee(y), [Ieee(x) for x in floats])]
