# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""One call of a function, recorded as arrays of numbers.

This file only runs compiled.
"""

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

__all__ = ["Recording", "recording"]

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


def _different(one, other):
    a: cython.int[:] = one
    b: cython.int[:] = other
    return [i for i in range(len(one)) if a[i] != b[i]]


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
