"""A recorder of changes: the stores that add something to a number, or subtract something from it."""

import ast
from dataclasses import dataclass

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.factors import proportion
from autograd.grading.code.limits import Stop
from autograd.grading.code.objects import MISSING, Instance, Literal
from autograd.grading.code.steps import ancestors, depends_on_itself, is_far, is_step, name_of

__all__ = ["Change", "Recorder", "Scalar"]

MAX_RECORDS = 50_000
MAX_NESTING = 5
LINES_BESIDE = 6
MAX_REPLACED = 100
MAX_STRAYS = 200
MAX_REPEATS, MAX_REPEATED = 12, 5000  # changes of the same numbers within one step, and numbers in all of them


@dataclass
class Change:
    """A store that may be an update.

    Attributes:
        old: The numbers before the change, in row-major order.
        new: The numbers after the change, in the same order.
        node: The statement.
        line: The line of the statement, or of the expression if the statement has several lines.
        function: The qualified name of the function that contains the statement.
        target: The node of the assignment's target, or None.
        step: The training step of the change, counted from 1; 0 if the change does not look like an update.
        replaced: True if the new numbers are not the old numbers plus a change.
        of_copy: True if the store is in a name that was bound to the value of another variable.
    """

    old: list
    new: list
    node: object
    line: int
    function: str
    target: object
    step: int = 0
    replaced: bool = False
    of_copy: bool = False

    @property
    def site(self):
        """The place of the statement in the program."""
        return (self.line, self.node.col_offset)


@dataclass
class Stray:
    """An updated value that is not stored in place of the number from which it is computed.

    Attributes:
        old: The numbers from which it is computed, in row-major order.
        new: The updated numbers, in the same order.
        node: The statement that stores them.
        function: The qualified name of the function that contains the statement.
        target: The node of the assignment's target, or None.
    """

    old: list
    new: list
    node: object
    function: str
    target: object


@dataclass
class Scalar:
    """A single number that the program named, returned, printed or appended to a list. It may be the loss."""

    value: Value
    line: int
    function: str
    name: str
    how: str
    order: int


class Recorder:
    """A recorder of all values that a program stores.

    Args:
        steps: The number of steps. The first update of the following step ends the reading. None to read on.

    Attributes:
        starts_only: True if the first step must change numbers that are little changed from leaves. Otherwise a
            gradient that is carried to the previous time step may look like a parameter.
        spared: The places of statements that change no parameters.
    """

    def __init__(self, steps=2):
        self.steps = steps
        self.changes = []
        self.recorded = self.changes  # with the sums that ``without_sums`` removes
        self.repeats, self.repeated, self.named = {}, 0, 0
        self.is_stale, self.most_repeats = False, None
        self._used_numbers, self._leaf_slopes = (0, set()), {}
        self.of_copy = False  # True while a name is stored that was bound to the value of another variable
        self.scalars = []
        self.leaf_numbers = {}
        self.literal_lines = {}
        self.origins = {}
        self.wholes = set()
        self.versions = {}
        self.order = 0
        self._negatives = {}
        self._sites = set()
        self.replaced = []  # start values that were replaced by unrelated numbers
        self.clips = []
        self.strays = []
        self.whole_store = True  # False while only some entries of a stored list were recorded
        self.ended = ""
        self.machine = None
        self.only = None
        self.enough = None
        self.starts_only = False
        self.spared = frozenset()

    def without_sums(self):
        """Remove the changes of names in which a sum starts from a parameter, such as ``s = self.bias; s += w * x``.

        Such a sum and the update of the parameter are two changes of the same number, and only one of them is stored in
        its place.
        """
        stored, self.recorded = {}, self.changes
        for change in self.changes:
            if not change.of_copy:
                for old, new in zip(change.old, change.new, strict=True):
                    stored.setdefault(old, []).append(new)
        sums, made = set(), set()
        for change in self.changes:
            if change.of_copy and change.site not in sums:
                pairs = zip(change.old, change.new, strict=True)
                if any(old in stored and all(new is not other for other in stored[old]) for old, new in pairs):
                    sums.add(change.site)
        for change in self.changes if sums else ():
            if change.site in sums or (change.of_copy and any(old in made for old in change.old)):
                sums.add(change.site)
                made.update(change.new)
        self.changes = [change for change in self.changes if change.site not in sums]
        self._sites -= sums

    def first_step(self):
        """Return the changes of the first training step. If some statements are updates, only these count."""
        if not any(change.step for change in self.changes):
            return self.changes
        found = []
        for change in self.changes:
            if change.step > 1:
                break
            if change.step or change.site in self._sites or self._is_beside(change):
                found.append(change)
        moved = {old for change in found for old in change.old}
        return found + [c for c in self.replaced if self._is_near(c) and moved.isdisjoint(c.old)]

    def _is_near(self, change):
        """Return True if a change is near an update of the first step."""
        sites = [c for c in self.changes if c.step == 1 and c.function == change.function]
        return any(abs(c.line - change.line) <= LINES_BESIDE for c in sites)

    def _is_beside(self, change):
        """Return True if a change is near an update and looks like one, although it does not depend on the parameters.

        The gradient of a hinge loss with respect to a bias is a count: the number of samples within the margin. A plain
        number that is added to a parameter is an update as well, and a wrong one.
        """
        return self._is_near(change) and all(
            name_of(b) in ("sub", "add") and b.operands[0] is a for a, b in zip(change.old, change.new, strict=True)
        )

    def updates(self):
        """Return the changes of all steps that look like updates."""
        if not any(change.step for change in self.changes):
            return self.changes
        return [c for c in self.changes if c.step or c.site in self._sites]

    def leaf(self, leaf, number, node=None):
        """Record that the program made a leaf, and the place at which its number is written."""
        self.leaf_numbers[leaf] = number
        if node is not None:
            self.origins[leaf] = (node.lineno, node.col_offset, leaf.data)

    def literal(self, leaf, line):
        """Record the line of a number in a formula."""
        self.literal_lines[leaf] = line

    def whole(self, leaf):
        """Record that an integer was combined with a float."""
        self.wholes.add(leaf)

    def held(self, value, node, frame, target):
        """Record a value that gets a name."""
        if isinstance(value, (Value, Array, tuple)):
            name = getattr(target, "id", None) or getattr(target, "attr", None) or ""
            self._scalar(value, node, frame, name, "name")

    def returned(self, value, node, frame):
        """Record a value that is returned."""
        self._scalar(value, node, frame, frame.function.rpartition(".")[2], "return")

    def appended(self, value):
        """Record a value that is appended to a list."""
        machine = self.machine
        self._scalar(value, machine.statement, machine.stack[-1], "", "append")

    def called(self, function, args, node, frame):
        """Record a call, because a printed value may be the loss."""
        if getattr(function, "prints", False):
            for value in args:
                self._scalar(value, node, frame, "", "print")

    def clipped(self, node, args, elements):
        """Record that numbers were clipped. Only symmetric bounds count, because gradients are clipped at these."""
        bounds = [x.data if isinstance(x, Value) else x for x in args[-2:]]
        if all(isinstance(x, (int, float)) for x in bounds) and len(bounds) == 2 and bounds[0] == -bounds[1] < 0:
            self.clips.append((node, elements))

    def clipped_gradients(self, gradients):
        """Return the calls that clip gradients: a dict from the text of each call to its line.

        Args:
            gradients: The derivative of the loss with respect to every number from which it is computed.
        """
        found = {}
        for node, elements in self.clips:
            numbers = [e for e in elements if isinstance(e, Value) and e.op is not None]
            if numbers and not any(e in gradients for e in numbers):
                found[ast.unparse(node)] = node.lineno
        return found

    def _scalar(self, value, node, frame, name, how):
        if isinstance(value, tuple):
            for part in value[:4]:
                if isinstance(part, Value):
                    self._scalar(part, node, frame, name, how)
            return
        if isinstance(value, Array):
            if value.size != 1:
                return
            value = value.elements()[0]
        if isinstance(value, Value) and value.op is not None and len(self.scalars) < MAX_RECORDS:
            self.order += 1
            line = getattr(node, "lineno", 0)
            self.scalars.append(Scalar(value, line, frame.function, name, how, self.order))

    def changed(self, old, new, node, frame, target, depth=0):
        """Record that ``new`` is stored in place of ``old``."""
        if isinstance(new, (Value, Array)) and not depth:
            self._stray(old, new, node, frame, target)
        if old is MISSING or old is new:
            return
        if isinstance(new, Value):
            if isinstance(old, Literal):
                self.changed_elements([old.value(self.machine.whole_leaf)], [new], node, frame, target)
            elif isinstance(old, Value):
                self.changed_elements([old], [new], node, frame, target)
            elif isinstance(old, Array) and old.size == 1:
                self.changed_elements(old.elements(), [new], node, frame, target)
        elif isinstance(new, Array):
            if isinstance(old, Array):
                self._arrays(old, new, node, frame, target)
            elif isinstance(old, (Value, Literal)):
                first = old.value(self.machine.whole_leaf) if isinstance(old, Literal) else old
                self.changed_elements([first] * new.size, new.elements(), node, frame, target)
        elif depth < MAX_NESTING and type(old) is type(new):
            self._parts(old, new, node, frame, target, depth)

    def _stray(self, old, new, node, frame, target):
        """Record numbers that look like an update of other numbers than those which they replace."""
        if self.only is not None or len(self.strays) >= MAX_STRAYS:
            return
        numbers = new.elements() if isinstance(new, Array) else [new]
        first = numbers[0] if numbers else None
        if not isinstance(first, Value) or name_of(first) not in ("add", "sub"):
            return
        before = _first_of(old)
        start = first.operands[0]
        if before is start or not isinstance(start, Value) or is_far(start):
            return
        olds = [
            number.operands[0] if isinstance(number, Value) and number.op is not None else None for number in numbers
        ]
        if all(isinstance(number, Value) for number in olds):
            self.strays.append(Stray(olds, numbers, node, frame.function, target))

    def lost_updates(self, gradients, owners):
        """Return the strays near an update that are computed from numbers which no update changes.

        An error, such as ``x - out``, looks like an update of ``x``, but it is not proportional to the gradient.

        Args:
            gradients: The derivative of the loss with respect to every number from which it is computed.
            owners: The old numbers of all updates.
        """
        if not self.strays:
            return []
        found, used = [], self._used()
        for stray in self.strays:
            change = Change(stray.old, stray.new, stray.node, stray.node.lineno, stray.function, stray.target)
            if (
                owners.isdisjoint(stray.old)
                and used.isdisjoint(stray.new)
                and all(old in gradients for old in stray.old)
                and not any(new in gradients for new in stray.new)
                and len(set(stray.old)) == len(stray.old)
                and self._is_near(change)
                and self._is_descent(stray, gradients)
                and self.versions.keys().isdisjoint(ancestors(stray.new[:1]))
            ):
                found.append(stray)
                owners = owners | set(stray.old)
        return found

    def _used(self):
        """Return the numbers from which the updates of the first step are computed, once for all possible losses."""
        if self._used_numbers[0] != len(self.changes):
            first = [new for change in self.changes if change.step == 1 for new in change.new]
            self._used_numbers = (len(self.changes), ancestors(first))
        return self._used_numbers[1]

    def slopes_of_leaves(self, number):
        """Return the leaves from which a number is computed, each with its derivative, once for all possible losses."""
        if number not in self._leaf_slopes:
            found = adjoints(number).items()
            self._leaf_slopes[number] = [(node, slope) for node, slope in found if node.op is None and slope]
        return self._leaf_slopes[number]

    def _is_descent(self, stray, gradients):
        """Return True if a stray would be the right update. One number is always proportional to its gradient."""
        change = [old.data - new.data for old, new in zip(stray.old, stray.new, strict=True)]
        factor = proportion(change, [gradients[old] for old in stray.old])
        alone = len(change) == 1 and (stray.node.lineno, stray.node.col_offset) not in self._sites
        return factor is not None and factor > 0 and not alone

    def _parts(self, old, new, node, frame, target, depth):
        """Record all parts of a list, a dict or an object before the reading may end."""
        outermost, self.whole_store = self.whole_store, False
        try:
            if isinstance(new, (list, tuple)):
                if len(old) == len(new) and len(old) < 1000:
                    for a, b in zip(old, new, strict=True):
                        self.changed(a, b, node, frame, target, depth + 1)
            elif isinstance(new, dict) and len(new) < 1000:
                for key in [key for key in new if key in old]:
                    self.changed(old[key], new[key], node, frame, target, depth + 1)
            elif isinstance(new, Instance) and new.cls is old.cls:
                self.changed(old.names, new.names, node, frame, target, depth + 1)
        finally:
            self.whole_store = outermost
        if outermost and self.ended:
            self._end()

    def _end(self):
        if self.ended == "training":
            self.ended = ""
            self.machine.stop_training()
        raise Stop

    def _arrays(self, old, new, node, frame, target):
        before, after = old.elements(), new.elements()
        if old.shape != new.shape:
            try:
                before = old.stretched_elements(new.shape)
            except (ValueError, IndexError):
                return
        self.changed_elements(before, after, node, frame, target)

    def changed_elements(self, before, after, node, frame, target):
        """Record that the numbers ``after`` are stored in place of the numbers ``before``."""
        if len(before) != len(after) or len(self.changes) > MAX_RECORDS:
            return
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a is not b and isinstance(b, Value)]
        pairs = [(a, b) for a, b in pairs if isinstance(a, Value)]
        if not pairs or (self.only is not None and not any(self._is_watched(a) for a, _ in pairs)):
            return
        change = Change([a for a, _ in pairs], [b for _, b in pairs], node, node.lineno, frame.function, target)
        change.of_copy = self.of_copy
        if not any(is_step(a, b) for a, b in pairs[:3]):
            if len(self.replaced) < MAX_REPLACED and all(a.op is None and b.op is not None for a, b in pairs[:3]):
                change.replaced = True
                self.replaced.append(change)
            return
        self._count(change)
        self.changes.append(change)
        if self.steps is not None and change.step > self.steps:
            self.ended = "training"
        if self.enough is not None and len(self.changes) >= self.enough:
            self.ended = "reading"
        if self.whole_store and self.ended:
            self._end()

    def _count_repeat(self, change):
        """End the reading if steps follow each other whose forward pass reads other numbers than those they change.

        Such a loop, whose layers keep copies of the first weights, would be read to its end, because its step is always
        the first one. A loop that adds up the gradients of all samples looks similar, and is read in most cases.
        """
        self.repeated += len(change.new)
        if self.order == self.named:
            return  # no number was named since the last repetition, so no loss was computed
        self.named = self.order
        self.repeats[change.site] = self.repeats.get(change.site, 0) + 1
        if self.repeats[change.site] > MAX_REPEATS and self.repeated > MAX_REPEATED:
            self.ended, self.is_stale = "training", True
        elif self.most_repeats is not None and self.repeats[change.site] >= self.most_repeats:
            self.ended = "training"

    def _is_watched(self, number):
        return number.data in self.only or number in self.versions

    def _count(self, change):
        """Assign a change to a step of the training. An update depends on the same numbers that it changes."""
        site = change.site
        if site in self.spared:
            return
        known = [self.versions[old] for old in change.old if old in self.versions]
        # A method such as add() of a matrix may be called both in the forward pass and to update a parameter.
        called = (site, getattr(self.machine.stack[-1].caller, "lineno", 0))
        if not known and self._negatives.get(called, 0) > 4 and site not in self._sites:
            return
        if not known and self.starts_only and is_far(change.old[0]):
            return
        if depends_on_itself(change, self.machine.limits):
            self._sites.add(site)
            change.step = max(known, default=0) + 1
        elif known and site in self._sites:
            change.step = max(known)
            self._count_repeat(change)
        else:
            self._negatives[called] = self._negatives.get(called, 0) + 1
            return
        for number in change.new:
            self.versions[number] = change.step


def _first_of(value):
    """Return the first number of an array, the number itself, or None for anything else."""
    if isinstance(value, Array):
        return value.elements()[0] if value.size else None
    return value if isinstance(value, Value) else None
