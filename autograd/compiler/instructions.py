"""Instructions on memory cells, as which a recorded graph is written.

An instruction is an operation and the slots it writes and reads. With ``p`` a primitive of the table and ``constants``
a tuple that has a float for each operand that is a constant and None for each that has a slot, the operations are

``("=", p, constants)``
    ``out, *operands``: out = p(operands). With ``"+="``: out = out + p(operands).
``("zero",)``
    ``out``: out = 0.
``("d=", p, i, constants, read, masked)``
    ``out, g, *used``: out = g times the derivative of p with respect to operand i, which reads the value and those
    operands that ``read`` says. With ``"d+="``: added to out. Masked: ``alive`` is the last slot, and nothing flows
    where it is 0.
``("all", p, constants, modes, masked)``
    ``g, y, *operands, *outs``: the same in all operands of a primitive that takes any number of them. A mode is
    ``"="``, ``"+="``, or None for an operand whose derivative nobody wants.
``("guard", sign, held, constants)``
    ``out, *operands``: out = out + 1 where a comparison is not as it was recorded.
``("alive", i, masked, first)``
    ``out, *above, *condition``: whether what lies under operand i of a ``where`` is used; i = 0 is any operation.

Slots lie in regions, told apart by their high bits.
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
# An update writes new parameters, and the optimizer's memory: there is one region for it before, and one after.
UPDATED, REMEMBERED, REMEMBERED_NEXT = [k << SHIFT for k in range(5, 8)]
# A region for each primitive's results, and one for their adjoints: those of a layer are side by side then.
TEMPORARIES, ADJOINTS, ALIVE = [k * _MAX_PRIMITIVES << SHIFT for k in (1, 2, 3)]


def region(slot: int) -> int:
    """The first slot of the region a slot lies in."""
    return slot >> SHIFT << SHIFT


def is_temporary(base: int) -> bool:
    """Return True if a region holds results or adjoints, and not what comes in or goes out."""
    return base >= TEMPORARIES


@dataclass
class Lowered:
    """A graph as instructions.

    Attributes:
        forward: instructions that compute every node, operands first.
        adjoint: instructions of the reverse sweep; it starts with the adjoints of the outputs set.
        outputs: the slot of each output.
        seeds: the slot of each differentiated output's adjoint; None where it depends on no leaf that is wanted.
        active: for every parameter, and every input, whether the derivative in it is computed.
        constants: the numbers in the region of constants.
        violations: the slot where guards count, or None without guards.
        nodes: for a slot the node whose number or adjoint it is.
        recorded: how many nodes the graph has, leaves included.
        sizes: how many slots there are of each region, by its first one.
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
    """Return True if the derivatives in the inputs are constants, as those of a sum or a mean."""
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
    """Return the number of operations that a single instruction counts as."""
    kind = operation[0]
    if kind == "all":
        return 2 * sum([mode is not None for mode in operation[3]])
    copies = kind in ("zero", "alive", "guard") or operation[1].name == "identity"
    return (0 if copies else 1) + (kind in ("+=", "d+=")) + (kind in ("d=", "d+=") and operation[1].name != "mul")
