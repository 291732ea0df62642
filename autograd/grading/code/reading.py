"""A reading of a program, which runs on the tape up to its first or second update and records the loss."""

import ast
import random
from dataclasses import dataclass, field

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array, ArrayLimitError, bounded
from autograd.grading.code.expressions import evaluate
from autograd.grading.code.library import Library
from autograd.grading.code.limits import LeaveLoop, Limits, Stop, Unreadable
from autograd.grading.code.machine import Machine
from autograd.grading.code.objects import Class, Function, Namespace
from autograd.grading.code.recorder import Recorder
from autograd.grading.code.statements import Raised, run

__all__ = ["LossValue", "Reading", "read"]

WIDE = 11  # from this seed on, fresh weights are drawn from a wider range

MAX_LOSSES = 400
MAX_OPERATIONS = 30_000_000
MAX_CREATED = 3_000_000  # elements of arrays in one reading; each needs about 200 bytes with its graph
FAILURES = (Raised, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, NameError, RuntimeError)


@dataclass
class LossValue:
    """The value of the given loss at one moment.

    Attributes:
        value: The number.
        frame: The call in which it was evaluated.
        node: The statement after which it was evaluated; None at the start of a call.
        local: True if all of its names are names of that call.
        early: True if no step of the training preceded this moment.
    """

    value: Value
    frame: object
    node: object
    local: bool
    early: bool = True


@dataclass
class Reading:
    """The result of running a program once.

    Attributes:
        machine: The machine that ran it.
        recorder: The recorder of its changes.
        library: The modules of the program.
        losses: The values of the given loss, in order.
        trouble: The ``Unreadable`` that ended the run, or None.
        stopped: True if the run was ended because enough updates were seen.
        operations: The number of array elements that were computed.
        large: True if the run was ended because the program is too large.
    """

    machine: Machine
    recorder: Recorder
    library: Library
    losses: list = field(default_factory=list)
    trouble: Unreadable | None = None
    stopped: bool = False
    operations: int = 0
    large: bool = False


def read(
    tree,
    *,
    loss=None,
    call=None,
    seed=0,
    starts=None,
    steps=2,
    trace=None,
    limits=None,
    only=None,
    enough=None,
    operations=MAX_OPERATIONS,
):
    """Return the reading of a program, which runs on the tape.

    Args:
        tree: The syntax tree of the program.
        loss: The tree of the loss, in the program's names, or None.
        call: The trees of the statements to run after the program, or None.
        seed: A number that is added to every seed of the program.
        starts: A function that returns the data of each leaf, or None for the numbers of the program.
        steps: The number of training steps that are read.
        trace: The trace that records every evaluated expression, or None.
        limits: The limits on the steps.
        only: The start values of the parameters whose changes are recorded, or None to record all changes.
        enough: The number of changes after which the reading ends, or None to read on.
        operations: The maximum number of array elements that are computed.
    """
    recorder = Recorder(steps)
    library = Library(seed)
    library.sizes, library.rows = getattr(tree, "sizes", {}), getattr(tree, "rows", 0) or library.rows
    library.layout, library.ranks = getattr(tree, "layout", None), getattr(tree, "ranks", library.ranks)
    recorder.starts_only = getattr(tree, "starts_only", False)
    recorder.spared = getattr(tree, "spared", frozenset())
    recorder.most_repeats = getattr(tree, "repeats", None)
    machine = Machine(tree, recorder, library, starts, limits or Limits())
    recorder.machine, recorder.only, recorder.enough = machine, only, enough
    machine.trace = trace
    if trace is not None:
        trace.machine = machine
    reading = Reading(machine, recorder, library)
    if loss is not None:
        machine.watcher = _Watcher(loss, reading)
    with bounded(elements=1_000_000, operations=operations, created=MAX_CREATED) as bounds:
        try:
            machine.run()
            if call is not None:
                machine.stack = [machine.globals]
                run(machine, call, machine.globals)
        except (Stop, LeaveLoop):
            reading.stopped = True
        except Unreadable as error:
            error.line = error.line or machine.line
            reading.trouble = error
        except (ArrayLimitError, RecursionError, MemoryError):
            reading.large = True
            reading.trouble = Unreadable(
                "the program is too large to be read; use smaller layers or fewer samples", machine.line
            )
        except FAILURES as error:
            said = str(error) if isinstance(error, Raised) else f"{type(error).__name__}: {error}"
            reading.trouble = Unreadable(f"the program stops here with {said}", machine.line)
    machine.watcher = None
    recorder.without_sums()
    reading.operations = operations - bounds.operations
    return reading


class Silent:
    """A recorder that ignores everything."""

    def __getattr__(self, name):
        return _ignore


def _ignore(*_args, **_keywords):
    return None


class _Watcher:
    """A watcher that evaluates the given loss after every statement of the calls that have its names."""

    def __init__(self, loss, reading):
        self.loss = loss
        self.reading = reading
        self.last = {}
        bound = {n.id for n in ast.walk(loss) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names = {n.id for n in ast.walk(loss) if isinstance(n, ast.Name)} - bound
        self.silent = Silent()
        self.failures = 0

    def __call__(self, frame, node):
        machine = self.reading.machine
        if len(self.reading.losses) >= MAX_LOSSES or self.failures > 4 * MAX_LOSSES:
            return
        local = missing = 0
        for name in self.names:
            if name in frame.names:
                local += not isinstance(frame.names[name], (Function, Class, Namespace))
            elif name in machine.globals.names:
                missing += not isinstance(machine.globals.names[name], (Function, Class, Namespace))
            elif name not in machine.builtins:
                return
        if not local:
            return
        value = self._evaluate(machine, frame)
        if value is None:
            self.failures += 1
            return
        if self.last.get(id(frame)) != value.data:
            self.last[id(frame)] = value.data
            self.reading.losses.append(LossValue(value, frame, node, not missing, not self.reading.recorder.versions))

    def _evaluate(self, machine, frame):
        kept = (
            machine.recorder,
            machine.trace,
            machine.watcher,
            machine.line,
            machine.leaves,
            machine.statement,
            machine.starts,
        )
        stack, depth = list(machine.stack), machine.limits.depth
        machine.recorder, machine.trace, machine.watcher, machine.starts = self.silent, None, None, None
        try:
            found = evaluate(machine, self.loss, frame)
        except (*FAILURES, Unreadable):
            return None
        finally:
            (
                machine.recorder,
                machine.trace,
                machine.watcher,
                machine.line,
                machine.leaves,
                machine.statement,
                machine.starts,
            ) = kept
            machine.stack, machine.limits.depth = stack, depth
        if isinstance(found, Array):
            found = found.elements()[0] if found.size == 1 else None
        return found if isinstance(found, Value) and found.op is not None else None


def fresh_starts(numbers, seed, kept=0.5):
    """Return a function that gives the data of leaves in a reading with fresh weights.

    Args:
        numbers: The numbers of the leaves that are start values of parameters. Only these get other data.
        seed: The seed of the new data. From WIDE on, the range is wider, because programs compute weights from random
            numbers, such as ``2 * random() - 1``, and numbers near 0 would make all of these negative.
        kept: The part of the program's own data that is added to the new data.
    """

    width = 0.6 if seed < WIDE else 1.8

    def starts(number, data):
        if number not in numbers:
            return data
        return data * kept + random.Random(1000 * seed + number).uniform(-width, width)

    return starts
