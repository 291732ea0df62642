# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The conversion of a recording to instructions. It finds the needed nodes, their order, and sums of products.

This file only runs compiled.
"""

from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.instructions import Code

__all__ = ["Writer"]

ADD = cython.declare(cython.int, primitives.add.code)
MUL = cython.declare(cython.int, primitives.mul.code)
DOT = cython.declare(cython.int, primitives.dot.code)
TOTAL = cython.declare(cython.int, primitives.total.code)
SHIFT = cython.declare(cython.int, primitives.shift.code)
DETACHED = cython.declare(cython.int, primitives.detached.code)


@cython.cclass
class Writer:
    """The writer of the instructions of a recording.

    Args:
        made: the :class:`autograd.engine.recordings.Recording`.
        selections: as for :class:`autograd.engine.tape.Tape`.

    Attributes:
        instructions: the :class:`autograd.engine.instructions.Code`.
        cell_of: the cell of each reference that is not a constant, or -1. The cells of parameters and inputs are their
            references.
        constants: the numbers in the cells of the constants.
    """

    def __init__(self, made, selections):
        self.made, self.selections = made, selections
        self.first = made.parameters + made.inputs  # the reference of the first node
        self.nodes = len(made.codes)
        places: dict = {}  # equal constants share a cell; 0 and -0 count as different
        self.constant_cells = array("i", [places.setdefault((c, str(c)[0]), len(places)) for c in made.constants])
        self.constants = array("d", [c for c, _ in places])
        self.n_constants = len(self.constants)
        self.select = self.first + self.nodes
        self.instructions = Code(made.parameters, self.first + self.n_constants + len(selections))
        self.cell_of = array("i", [*range(self.first), *[-1] * (self.nodes + len(selections) + 1)])
        self._cells = self.cell_of
        self._constant_cells = array("i", [*self.constant_cells, 0])

    @cython.cfunc
    @cython.exceptval(check=False)
    def cell(self, reference: cython.int) -> cython.int:
        """Return the cell of a reference."""
        if reference < 0:
            return self.first + self._constant_cells[-reference - 1]
        if reference >= self.select:
            return self.first + self.n_constants + reference - self.select
        return self._cells[reference]

    def write(self):
        """Write all instructions."""
        made = self.made
        n: cython.Py_ssize_t = self.nodes
        first: cython.int = self.first
        select: cython.int = self.select
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        r: cython.int
        low: cython.int
        high: cython.int
        at: cython.Py_ssize_t
        codes: cython.int[:] = made.codes
        offsets: cython.int[:] = made.offsets
        self.references = self._seen_through()
        refs: cython.int[:] = self.references
        uses_array = array("i", bytes(4 * (n + 1)))
        uses: cython.int[:] = uses_array
        kept_array = bytearray(n + 1)
        kept: cython.uchar[:] = kept_array
        chain_array = array("i", bytes(4 * (n + 1)))
        chain: cython.int[:] = chain_array
        inner_array = bytearray(n + 1)
        inner: cython.uchar[:] = inner_array
        # Find the nodes that the results depend on, last node first.
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
        # Find chains of additions, and the products that only these read.
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
            if self._chooses_leaves(self.selections[r - select]):
                written.add(r)
                self.instructions.select(self.cell(r), r - select)
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
            factors: list = []
            init: object = None
            if codes[k] == DOT:
                m = (offsets[k + 1] - offsets[k]) // 2
                factors = [refs[offsets[k] + i + side] for i in range(m) for side in (0, m)]
                init = refs[offsets[k + 1] - 1] if (offsets[k + 1] - offsets[k]) % 2 else None
            plain: list = []
            for r in terms:
                if r >= first and r < select and inner[r - first]:
                    factors.append(refs[offsets[r - first]])
                    factors.append(refs[offsets[r - first] + 1])
                elif not (r < 0 and made.constants[-r - 1] == 0.0):
                    plain.append(r)
            if chosen:
                read = factors + plain
                for r in read or [refs[i] for i in range(offsets[k], offsets[k + 1])]:
                    if r >= select and r not in written:
                        written.add(r)
                        self.instructions.select(self.cell(r), r - select)
            dst = self.instructions.new_cell()
            self._cells[first + k] = dst
            if codes[k] == DOT:
                plain = [] if init is None else [init]
            if terms or codes[k] == DOT:
                self.instructions.sum(dst, [self.cell(r) for r in factors], [self.cell(r) for r in plain])
            else:
                read = [refs[i] for i in range(offsets[k], offsets[k + 1])]
                self.instructions.one(codes[k], dst, [self.cell(r) for r in read], len(read) > 1 and read[1] < 0)

    def _seen_through(self):
        """Return the references of the recording, without those to copies that have the derivative 0.

        Nothing is propagated through the largest of some numbers, nor through such a copy. So both can read the
        original, and the copies of ``max(v.data for v in logits)`` need no instructions.
        """
        refs: cython.int[:] = self.made.references
        codes: cython.int[:] = self.made.codes
        offsets: cython.int[:] = self.made.offsets
        first: cython.int = self.first
        nodes: cython.int = self.nodes
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        r: cython.int
        found: object = None
        for k in range(nodes):
            if codes[k] != SHIFT and codes[k] != DETACHED:
                continue
            for i in range(offsets[k], offsets[k + 1]):
                r = refs[i] - first
                if 0 <= r < nodes and codes[r] == DETACHED:
                    if found is None:
                        found = self.made.references[:]
                        refs = found
                    refs[i] = refs[offsets[r]]
        return self.made.references if found is None else found

    def _chooses_leaves(self, selection):
        """Return True if a selection never chooses a node."""
        base, stride, _, low, high = selection
        return max(base + stride * low, base + stride * high) < self.first

    def _by_level(self, uses, inner):
        """Return the nodes to write, in the order of their levels.

        The level of a node is the number of steps that it needs before it: one more than the highest level of its
        operands. So a layer's sums follow each other, and then its activations, whatever the order of recording.
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
        refs: cython.int[:] = self.references
        levels_array = array("i", bytes(4 * (n + 1)))
        levels: cython.int[:] = levels_array
        leaves_array = bytearray([*map(self._chooses_leaves, self.selections), 0])
        of_leaves: cython.uchar[:] = leaves_array
        of_level: list = []
        for k in range(n):
            if not used[k]:
                continue
            level = 0
            for i in range(offsets[k], offsets[k + 1]):
                r = refs[i]
                if r >= select:
                    if of_leaves[r - select]:
                        continue
                    base, stride, _, low, high = self.selections[r - select]
                    for value in range(low, high + 1):
                        at = base + stride * value - first
                        if 0 <= at < k and levels[at] > level:
                            level = levels[at]
                elif r >= first and levels[r - first] > level:
                    level = levels[r - first]
            if taken[k]:  # it belongs to the sum that reads it
                levels[k] = level
                continue
            levels[k] = level + 1
            while len(of_level) <= level:
                of_level.append([])
            of_level[level].append(k)
        return [k for found in of_level for k in found]

    @cython.cfunc
    @cython.exceptval(check=False)
    def _take_in(
        self,
        reference: cython.int,
        inner: cython.uchar[:],
        uses: cython.int[:],
        kept: cython.uchar[:],
        codes: cython.int[:],
    ) -> cython.void:
        """Mark a term of a sum if it is a product that nothing else reads. The sum then computes the product."""
        k: cython.Py_ssize_t = reference - self.first
        if 0 <= k < self.nodes and uses[k] == 1 and not kept[k] and codes[k] == MUL:
            inner[k] = 1
