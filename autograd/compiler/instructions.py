"""Instructions on memory cells. Lowering writes a recorded graph as a list of them.

An instruction is an operation, and the slots that it writes and reads. Below, ``p`` is a primitive of the table, and
``constants`` is a tuple with a float for each operand that is a constant and None for each operand that has a slot.

``("=", p, constants)``
    ``out, *operands``: out = p(operands). With ``"+="``: out = out + p(operands).
``("zero",)``
    ``out``: out = 0.
``("d=", p, i, constants, read, masked)``
    ``out, g, *used``: out = g times the derivative of p with respect to operand i. ``read`` says whether that
    derivative reads the value, and which operands it reads. With ``"d+="``: the product is added to out. If masked,
    ``alive`` is the last slot, and out gets 0 if alive is 0.
``("all", p, constants, modes, masked)``
    ``g, y, *operands, *outs``: the same for all operands of a primitive with any number of operands. Each mode is
    ``"="``, ``"+="``, or None for an operand whose derivative is not needed.
``("guard", sign, held, constants)``
    ``out, *operands``: out = out + 1 if a comparison does not have its recorded outcome.
``("alive", i, masked, first)``
    ``out, *above, *condition``: out = 1 if operand i of a ``where`` is used, else 0. i = 0 stands for any operation.

Slots are divided into regions by their high bits.
"""

from dataclasses import dataclass, field

from autograd.compiler.loops import Instruction
from autograd.engine.value import Value

__all__ = [
    "ADJOINTS", "ALIVE", "CONSTANTS", "INPUTS", "INPUT_GRADIENTS", "PARAMETERS", "PARAMETER_GRADIENTS", "REMEMBERED",
    "REMEMBERED_NEXT", "SHIFT", "TEMPORARIES", "UPDATED", "Lowered", "flops_of", "is_linear", "is_temporary", "region",
]  # fmt: skip

SHIFT = 28
_MAX_PRIMITIVES = 1 << 16
PARAMETERS, INPUTS, CONSTANTS, PARAMETER_GRADIENTS, INPUT_GRADIENTS = [k << SHIFT for k in range(5)]
# An update writes new parameters and a new memory of the optimizer. The memory before and after it has a region each.
UPDATED, REMEMBERED, REMEMBERED_NEXT = [k << SHIFT for k in range(5, 8)]
# Each primitive has a region for its results and one for their adjoints. So those of a layer are adjacent.
TEMPORARIES, ADJOINTS, ALIVE = [k * _MAX_PRIMITIVES << SHIFT for k in (1, 2, 3)]


def region(slot: int) -> int:
    """Return the first slot of the region that contains a slot."""
    return slot >> SHIFT << SHIFT


def is_temporary(base: int) -> bool:
    """Return True if a region holds results or adjoints, and not inputs or outputs of the program."""
    return base >= TEMPORARIES


@dataclass
class Lowered:
    """A graph as instructions.

    Attributes:
        forward: the instructions that compute all nodes, operands first.
        adjoint: the instructions of the reverse sweep. The adjoints of the outputs are set before it starts.
        outputs: the slot of each output.
        seeds: the slot of the adjoint of each differentiated output, or None if the output depends on no leaf whose
            derivative is needed.
        active: for each parameter, then for each input, True if the derivative with respect to it is computed.
        constants: the numbers in the region of constants.
        violations: the slot in which guards are counted, or None if there are no guards.
        nodes: a dict from each slot to the node whose number or adjoint it has.
        recorded: the number of nodes in the graph, including leaves.
        sizes: a dict from the first slot of each region to the number of its slots.
    """

    forward: list[Instruction] = field(default_factory=list)
    adjoint: list[Instruction] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    seeds: list[int | None] = field(default_factory=list)
    active: list[bool] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)
    violations: int | None = None
    nodes: dict[int, Value] = field(default_factory=dict)
    recorded: int = 0
    sizes: dict[int, int] = field(default_factory=dict)


def is_linear(lowered):
    """Return True if the derivatives with respect to the inputs are constants, as those of a sum or a mean are."""
    varying: set = set()
    for operation, slots in lowered.adjoint:
        if operation[0] not in ("zero", "d=", "d+="):
            return False
        read = slots if operation[0] == "d+=" else slots[1:]
        if any(slot in varying or _varies(slot) for slot in read):
            varying.add(slots[0])
    return not any(INPUT_GRADIENTS <= slot < TEMPORARIES for slot in varying)


def _varies(slot):
    return slot < CONSTANTS or TEMPORARIES <= slot < ADJOINTS


def flops_of(operation):
    """Return the number of floating-point operations for which one instruction counts."""
    kind = operation[0]
    if kind == "all":
        return 2 * sum([mode is not None for mode in operation[3]])
    copies = kind in ("zero", "alive", "guard") or operation[1].name == "identity"
    return (0 if copies else 1) + (kind in ("+=", "d+=")) + (kind in ("d=", "d+=") and operation[1].name != "mul")
