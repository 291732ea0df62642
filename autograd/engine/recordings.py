# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""One call of a function, recorded as arrays of numbers.

This file only runs compiled.
"""

import zlib
from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.algebra import TABLE
from autograd.engine.errors import GraphError

if cython.compiled:
    from cython.cimports.autograd.engine.value import Value
else:
    from autograd.engine.value import Value

__all__ = ["Recording", "recording", "unpacked"]

LEAF = cython.declare(cython.int, 0)
DOT = cython.declare(cython.int, primitives.dot.code)
CONSTANT_MARK = cython.declare(cython.longlong, 1 << 40)


class Recording:
    """A recorded function as arrays of numbers.

    Every number of the function has a reference. The parameters have the references 0, 1, and so on, followed by the
    inputs, and then by the nodes in the order in which they were made. Constants have the references -1, -2, and so on.

    Attributes:
        codes: the code of each node's primitive.
        offsets: for each node, the index of its first operand in ``references``.
        references: the references of the operands, node after node.
        constants: the numbers of the constants.
        root: the reference of the result; None if the result is a leaf that is neither a parameter nor an input.
        outputs: the references of other results, an array.
        parameters: the number of parameters.
        inputs: the number of inputs.
    """

    __slots__ = ("codes", "constants", "inputs", "offsets", "outputs", "parameters", "references", "root")

    def with_result(self, root, outputs):
        """Return the same recording with another result and other outputs, given as references."""
        other: Recording = Recording()
        for name in Recording.__slots__:
            setattr(other, name, getattr(self, name))
        other.root, other.outputs = root, array("i", outputs)
        return other

    def packed(self):
        """Return a short form, from which :func:`unpacked` makes the same recording again."""
        offsets: cython.int[:] = self.offsets
        references = array("i", self.references)
        counts = array("i", bytes(4 * len(self.codes)))
        _turned(references, offsets, self.parameters + self.inputs, counts)
        arrays = self.codes, counts, references, self.constants, self.outputs
        return (
            [(each.typecode, zlib.compress(each.tobytes(), 1)) for each in arrays],
            (self.root, self.parameters, self.inputs),
        )

    def moved(self, other):
        """Return the indices in ``references`` at which another recording differs; None if it differs elsewhere."""
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


def unpacked(packed) -> Recording:
    """Return a recording from its :meth:`Recording.packed` form."""
    arrays, numbers = packed
    made: Recording = Recording()
    made.codes, counts, made.references, made.constants, made.outputs = [
        array(code, zlib.decompress(text)) for code, text in arrays
    ]
    made.root, made.parameters, made.inputs = numbers
    made.offsets = array("i", bytes(4 * (len(counts) + 1)))
    _add_up(counts, made.offsets)
    _turned(made.references, made.offsets, made.parameters + made.inputs, counts)
    return made


def _add_up(counts: cython.int[:], sums: cython.int[:]):
    k: cython.Py_ssize_t
    for k in range(len(counts)):
        sums[k + 1] = sums[k] + counts[k]


def _turned(references: cython.int[:], offsets: cython.int[:], first: cython.int, counts: cython.int[:]):
    """Replace the references of nodes by their distances, which repeat, or these by references. Count the operands.

    A node with the reference ``first + k - d``, which is d nodes before node k, gets ``first + d``, and the other way
    round, because both have the sum ``2 first + k``.
    """
    k: cython.Py_ssize_t
    i: cython.Py_ssize_t
    for k in range(len(counts)):
        counts[k] = offsets[k + 1] - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            if references[i] >= first:
                references[i] = 2 * first + cython.cast(cython.int, k) - references[i]


def _different(one, other):
    a: cython.int[:] = one
    b: cython.int[:] = other
    return [i for i in range(len(one)) if a[i] != b[i]]


@cython.cfunc
@cython.exceptval(check=True)
def _refer(x: object, constants: list, marked: list, to: cython.pointer(cython.int)) -> cython.bint:
    """Write the reference of an operand. Return False if it is a node that was made before."""
    leaf: Value
    if not isinstance(x, Value):
        constants.append(x)
        to[0] = -cython.cast(cython.int, len(constants))
        return True
    leaf = cython.cast(Value, x)
    if leaf._mark >= 0:
        if leaf._code != LEAF:
            return False
        constants.append(leaf._data)
        leaf._mark = -(CONSTANT_MARK + len(constants))
        marked.append(leaf)
    if -leaf._mark - 1 < CONSTANT_MARK:
        to[0] = cython.cast(cython.int, -leaf._mark - 1)
    else:
        to[0] = cython.cast(cython.int, CONSTANT_MARK + leaf._mark)
    return True


def recording(nodes: list, parameters: list, inputs: list, root, outputs=()) -> Recording:
    """Return the recording of some nodes.

    Args:
        nodes: every node that was recorded, in the order in which they were made.
        parameters, inputs: leaves. All other leaves are constants.
        root: the result, a node.
        outputs: other results, nodes.

    Raises:
        GraphError: a node was made before the recording began.
    """
    made: Recording = Recording()
    node: Value
    leaf: Value
    x: object
    k: cython.Py_ssize_t
    end: cython.Py_ssize_t = 0
    items: tuple
    row: tuple
    constants: list = []
    marked: list = [*parameters, *inputs, *nodes]
    two_array = bytearray([primitive is not None and primitive.arity == 2 for primitive in TABLE])
    two: cython.uchar[:] = two_array
    codes = array("i", bytes(4 * len(nodes)))
    offsets = array("i", bytes(4 * (len(nodes) + 1)))
    codes_view: cython.int[:] = codes
    offsets_view: cython.int[:] = offsets
    refs_view: cython.int[:]
    for k in range(len(marked)):
        node = cython.cast(Value, marked[k])
        node._mark = -(k + 1)
    for k in range(len(nodes)):
        node = cython.cast(Value, nodes[k])
        codes_view[k] = node._code
        offsets_view[k] = cython.cast(cython.int, end)
        if node._code == DOT:
            end += len(cython.cast(tuple, node._a)) + len(cython.cast(tuple, node._b))
        elif node._seen is not cython.NULL:
            end += len(cython.cast(tuple, node._a))
        else:
            end += 2 if node._b is not None or two[node._code] else 1
    offsets_view[len(nodes)] = cython.cast(cython.int, end)
    refs = array("i", bytes(4 * (end + 1)))
    refs_view = refs
    failed: object = None
    end = 0
    for k in range(len(nodes)):
        node = cython.cast(Value, nodes[k])
        if node._code == DOT or node._seen is not cython.NULL:
            items = node._a
            if node._code == DOT:
                row = node._a
                items = (*row[: len(node._b)], *node._b, *row[len(node._b) :])
            for x in items:
                if not _refer(x, constants, marked, cython.address(refs_view[end])):
                    failed = x if failed is None else failed
                end += 1
            continue
        if node._a is None:
            constants.append(node._a_data)
            refs_view[end] = -cython.cast(cython.int, len(constants))
        elif not _refer(node._a, constants, marked, cython.address(refs_view[end])):
            failed = node._a if failed is None else failed
        end += 1
        if node._b is not None:
            if not _refer(node._b, constants, marked, cython.address(refs_view[end])):
                failed = node._b if failed is None else failed
            end += 1
        elif two[node._code]:
            constants.append(node._b_data)
            refs_view[end] = -cython.cast(cython.int, len(constants))
            end += 1
    refs_view = None
    refs.pop()
    leaf = cython.cast(Value, root)
    made.root = -leaf._mark - 1 if leaf._mark < 0 and -leaf._mark < CONSTANT_MARK else None
    made.outputs = array("i")
    for x in outputs:
        leaf = cython.cast(Value, x)
        if leaf._mark >= 0 or -leaf._mark >= CONSTANT_MARK:
            failed = x if failed is None else failed
            break
        made.outputs.append(-leaf._mark - 1)
    leaf = cython.cast(Value, root)
    for x in marked:
        cython.cast(Value, x)._mark = 0
    if failed is not None or (made.root is None and leaf._code != LEAF):
        raise GraphError(
            f"{(root if failed is None else failed)!r} was computed before the function was called: compute it inside."
        )
    made.codes, made.offsets, made.references = codes, offsets, refs
    made.constants, made.parameters, made.inputs = array("d", constants), len(parameters), len(inputs)
    return made
