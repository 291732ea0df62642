"""The value that an edited statement of the backward pass would have, at the moment at which it was wrong."""

import ast
import functools
import re

from autograd.engine.value import Value
from autograd.grading.code.accumulated import Accumulated
from autograd.grading.code.error_edits import adjoints_like, named_adjoints
from autograd.grading.code.explanation import is_partly_adjoint
from autograd.grading.code.expressions import evaluate
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.limits import Limits, Unreadable
from autograd.grading.code.objects import Frame
from autograd.grading.code.reading import FAILURES, Silent
from autograd.grading.code.trace import numbers_of

__all__ = ["SCALES", "Local", "Moment"]

SCALES = ("constant factor", "divided twice", "sign of the update")  # kinds of edits that change a factor
MAX_PLACES = 6
MAX_LATER = 4
MAX_LATER_VALUES = 120  # of statements that read an edited variable, for each statement that assigns one
STEPS = 400  # of one evaluation


class Moment:
    """A value of a statement in the backward pass that is not a derivative of the loss, and possible right values.

    Attributes:
        statement: The statement.
        place: The value.
        wanted: Derivatives of the loss with the same shape, and values that make a later sum a derivative of the loss.
        known: The variables that can be written there.
        exact: True if a factor makes the value wrong, because it is added to a number that is not 0.
        named: The derivatives with respect to the variable after which the value is named.
    """

    def __init__(self, statement, place, wanted, known, exact=False, named=()):
        self.statement = statement
        self.place = place
        self.wanted = wanted
        self.known = known
        self.exact = exact
        self.named = named


class Local:
    """An evaluator of edited statements, which does not read the program again.

    Only a full reading shows if an edit makes all updates right. The value of the edited statement shows which edits
    are worth a reading: those after which this value is a derivative of the loss.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """

    def __init__(self, way, source):
        self.way = way
        self.source = source
        self.moments, self.settled, self.right_by_name = {}, [], {}
        self.sums = Accumulated(way, source)
        self.read_later, self.scopes, self.evaluations = {}, {}, {}
        for statement, node, places in way.nodes:
            changes = isinstance(statement, ast.AugAssign) and isinstance(statement.op, (ast.Add, ast.Mult))
            if (changes or isinstance(statement, (ast.Assign, ast.Return))) and statement.value is node:
                moment = self._moment(statement, node, places)
                if moment is not None:
                    self.moments[statement] = moment

    def _moment(self, statement, node, places):
        if not self.way.is_back(places[0]) or not places[0].shape or statement.lineno in self.way.update_lines:
            return None
        places = [place for place in places if self.way.is_on_way(place)]  # and not of the next update
        adds = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add)
        if adds and self._adds_up_parameter(statement, places):
            return None
        settled, by_name, exactly = True, isinstance(statement, ast.Assign), True
        for place in places[:MAX_PLACES]:
            helper = isinstance(statement, ast.Return) and self._is_in_helper(statement)
            exact = self._slopes_like(place.shape) if helper else adjoints_like(self.way, place.shape)
            known, added = None, helper
            if isinstance(statement, ast.AugAssign):
                known = self.way.scope(place.frame, place.order)
                shape, before = known.get(ast.unparse(statement.target), ((), []))
                if shape != place.shape:
                    return None
                if isinstance(statement.op, ast.Mult):
                    exact = list(_factors_to(exact, before, place.data))
                else:
                    added = any(before)
                    exact = [[x - b for x, b in zip(data, before, strict=True)] for data in exact]
            if not any(place.data):
                continue
            right = _is_one_of(place.data, exact, added) or (not added and is_partly_adjoint(self.way, place))
            later = [] if right and not isinstance(node, ast.Name) else self._wanted_later(statement, node, place)
            named = (
                named_adjoints(self.way, statement, place.shape) if right and isinstance(statement, ast.Assign) else []
            )
            if named and not _is_one_of(place.data, named, exact=len(places) > 1):
                right, later = True, [*(later or self._wanted_later(statement, node, place)), *named]
            if right and (not later or _is_one_of(place.data, later, exact=True)):
                by_name = by_name and bool(named) and _is_one_of(place.data, named)
                exactly = exactly and by_name and _is_one_of(place.data, named, exact=True)
                continue
            settled = False
            own = (
                []
                if right or not isinstance(statement, ast.Assign)
                else named_adjoints(self.way, statement, place.shape)
            )
            wanted = later if right else [*exact, *later, *own]
            known = known or self.way.scope(place.frame, place.order)
            return Moment(statement, place, wanted, known, added, named or own) if wanted else None
        if settled:
            self.settled.append(statement)
        if settled and by_name:
            self.right_by_name[statement] = exactly
        return None

    def _adds_up_parameter(self, statement, places):
        """Return True if a loop adds up the gradient of a parameter, whose single terms are no derivatives."""
        if not any(place.shape == lack.shape for lack in self.way.lacks for place in places[:1]):
            return False
        text = ast.unparse(statement.target)
        for place in places[1:MAX_PLACES]:
            if any(self.way.scope(place.frame, place.order).get(text, ((), []))[1]):
                return True
        return False

    def _is_in_helper(self, statement):
        return any(first < statement.lineno <= last for first, last in self.way.helper_lines)

    def _slopes_like(self, shape):
        """Return the derivatives of the activations with this shape. A helper for a derivative returns one of them."""
        return [slope.data for slope in self.way.slopes if slope.shape == shape]

    def _wanted_later(self, statement, node, place):
        """Return the values of a variable that would make the sums that read it later derivatives of the loss."""
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        name = target.id if isinstance(target, ast.Name) else None
        found = []
        for _, term, places in self.way.nodes if name else ():
            around = self.source.parents.get(term)
            if not (isinstance(term, ast.Name) and term.id == name and isinstance(term.ctx, ast.Load)):
                continue
            if not isinstance(around, ast.BinOp) or not isinstance(around.op, ast.Add):
                continue
            sums = {total.order: total for total in self.way.by_place(around)}
            for read in places[:MAX_LATER]:
                total = next((sums[order] for order in sorted(sums) if order > read.order), None)
                if total is None or read.data != place.data or total.shape != place.shape:
                    continue
                for adjoint in adjoints_like(self.way, total.shape):
                    found.append([x + a - b for x, a, b in zip(read.data, adjoint, total.data, strict=True)])
        return found

    def makes_derivative(self, candidate, always=False):
        """Return whether an edit within one statement makes the value of the statement a derivative of the loss.

        The result is 2 if the value is named after this derivative, as in ``dh = ...``, 1 if it is another derivative,
        0 if it is none or was one before, and None if it is unknown.

        Args:
            candidate: The edit.
            always: True to evaluate the statement also if its place is not the likeliest.
        """
        start, end = min(e.start for e in candidate.edits), max(e.end for e in candidate.edits)
        if not always:
            if self._writes_out(start, end, candidate.edits):
                return None
            if candidate.kind == "wrong derivative" and self.source.text[start:end].isidentifier():
                return None  # the place where the variable gets its value is likelier
            if candidate.kind == "derivative at the wrong argument" and self._is_in_only_call(start, end):
                return None  # the function may be wrong as well
        made = self._makes_later_derivative(candidate, start, end)
        if made:
            return made
        # The derivative of an activation belongs to the delta, which is computed before it is added up.
        direct = candidate.kind not in ("derivative missing", "raw error for delta")
        if direct and self.sums.makes_gradient(
            self._evaluated, lambda node: self._edited(node, candidate.edits), start, end
        ):
            return 1
        if candidate.kind == "derivative at the wrong argument" and not always:
            return None
        for statement, moment in self.moments.items():
            if self.source.holds(statement.value, start, end):
                return _rank(self.value(self._edited(statement.value, candidate.edits), moment), moment)
        if candidate.kind == "derivative missing" and self._stays_derivative(candidate, start, end):
            return None
        return 0 if any(self.source.holds(s.value, start, end) for s in self.settled) else None

    def _is_in_only_call(self, start, end):
        """Return True if an edit is in the only call of the program's own function for a derivative."""
        calls = [node for node in self.source.parents if isinstance(node, ast.Call) and self.way.is_helper(node)]
        names = [self.source.text_of(call.func) for call in calls]
        return any(self.source.holds(c, start, end) and names.count(n) == 1 for c, n in zip(calls, names, strict=True))

    def _edited(self, node, edits):
        """Return the text of an expression after some edits within it."""
        first, last = self.source.span(node)
        text = self.source.text[first:last]
        for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
            text = text[: edit.start - first] + edit.text + text[edit.end - first :]
        return text

    def _makes_later_derivative(self, candidate, start, end):
        """Return whether an edit of a variable makes a later value that is computed from it a derivative of the loss.

        For example, ``slope = 1 - h**2`` and ``c_prev = cache[t - 1]`` are no derivatives, but factors of the next one.
        """
        for statement, node, places in self.assigned_values:
            if not self.source.holds(node, start, end):
                continue
            name = statement.targets[0].id
            for moment in self._moments_with(statement, name):
                before = [place for place in places if place.order < moment.place.order]
                before = [place for place in before if place.frame is moment.place.frame]
                if not before:
                    continue
                place = max(before, key=lambda place: place.order)
                if (
                    moment.known.get(name) != (place.shape, place.data)
                    or self.evaluations.get(statement) == MAX_LATER_VALUES
                ):
                    continue  # another statement has assigned the variable since then
                self.evaluations[statement] = self.evaluations.get(statement, 0) + 1
                if place.order not in self.scopes:
                    self.scopes[place.order] = self.way.scope(place.frame, place.order)
                new = self._evaluated(self._edited(node, candidate.edits), place, self.scopes[place.order])
                if new is None or new[0] != place.shape or new[1] == place.data:
                    continue
                own = re.compile(rf"\b{re.escape(name)}\b")
                known = {text: value for text, value in moment.known.items() if not own.search(text)}
                text = self.source.text_of(moment.statement.value)
                data = self.value(text, Moment(moment.statement, moment.place, [], {**known, name: new}))
                if _rank(data, moment):
                    return _rank(data, moment)
        return 0

    @functools.cached_property
    def assigned_values(self):
        """Values assigned to variables in the backward pass that are no derivatives of the loss."""
        return [
            (statement, node, places)
            for statement, node, places in self.way.nodes
            if isinstance(statement, ast.Assign)
            and statement.value is node
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
            and statement not in self.settled
        ]

    def _moments_with(self, statement, name):
        """Return the moments of later statements in the same function that read a variable."""
        if statement not in self.read_later:
            around = self.source.function_of(statement)
            self.read_later[statement] = [
                moment
                for later, moment in self.moments.items()
                if self.source.function_of(later) is around
                and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(later.value))
            ]
        return self.read_later[statement]

    def _stays_derivative(self, candidate, start, end):
        """Return True if a factor is missing after a whole value that is a derivative without it and with it."""
        for statement in set(self.settled) - set(self.right_by_name):
            if self.source.span(statement.value)[1] == end == max(e.end for e in candidate.edits) and start >= 0:
                place = self.way.by_place(statement.value)[0]
                known = self.way.scope(place.frame, place.order)
                text = self.source.text_of(statement.value) + "".join(edit.text for edit in candidate.edits)
                data = (
                    self.value(text, Moment(statement, place, [], known))
                    if text.count("(") == text.count(")")
                    else None
                )
                return data is not None and _is_one_of(data, adjoints_like(self.way, place.shape))
        return False

    def is_right_by_name(self, candidate):
        """Return True if an edit is in a statement like ``da = ...`` whose value is dL/da.

        The value may be a multiple of it, but not if the edit changes a factor. Some programs divide by the number of
        samples at the end, so that all of these values are multiples. There, a value without a factor says nothing.
        """
        start, end = min(e.start for e in candidate.edits), max(e.end for e in candidate.edits)
        if candidate.kind in SCALES and not all(self.right_by_name.values()):
            return False
        return any(self.source.holds(statement, start, end) for statement in self.right_by_name)

    def _writes_out(self, start, end, edits):
        """Return True if an edit writes out the result of a function of the program. Other calls would stay wrong."""
        called, _, rest = self.source.text[start:end].partition("(")
        if not rest.endswith(")") or not called.replace(".", "").isidentifier():
            return False
        new = "".join(edit.text for edit in edits)
        return called.split(".")[0] not in self.way.modules and f"{called}(" not in new

    def value(self, text, moment):
        """Return the numbers of an expression at a moment, or None if it fails or has another shape."""
        found = self._evaluated(text, moment.place, moment.known)
        return found[1] if found is not None and found[0] == moment.place.shape else None

    def _evaluated(self, text, place, known):
        """Return the shape and the numbers of an expression at a place, or None if it fails.

        Args:
            text: The expression.
            place: A value that was computed at that place.
            known: The variables that can be written there.
        """
        try:
            tree = ast.parse(f"({text})", mode="eval").body
        except (SyntaxError, ValueError):
            return None
        names = {}
        tree = _Bound(place, known, self.way.machine, names).visit(tree)
        machine = self.way.machine
        kept = machine.recorder, machine.trace, machine.watcher, machine.starts, machine.limits, machine.stack
        machine.recorder, machine.trace, machine.watcher, machine.starts = Silent(), None, None, None
        machine.limits, machine.stack = Limits(STEPS), list(machine.stack)
        frame = Frame(names, place.frame.outer or place.frame, place.frame.function)
        try:
            found = evaluate(machine, tree, frame)
        except (Unreadable, *FAILURES):
            return None
        finally:
            machine.recorder, machine.trace, machine.watcher, machine.starts, machine.limits, machine.stack = kept
        shape, elements = numbers_of(found)
        return shape, [float(e.data) if isinstance(e, Value) else float(e) for e in elements]


class _Bound(ast.NodeTransformer):
    """A transformer that replaces variables by names of arrays with their numbers at a place.

    Args:
        place: A value that was computed at that place.
        known: The variables that can be written there.
        machine: The machine that read the program.
        names: The dict that receives the new names and their arrays.
    """

    def __init__(self, place, known, machine, names):
        self.place = place
        self.known = known
        self.machine = machine
        self.names = names

    def generic_visit(self, node):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load):
            if self._is_entry(node):
                self._bind(node.value.id, self.place.frame.names[node.value.id])
                node.slice = self.visit(node.slice)
                return node
            known = self.known.get(ast.unparse(node))
            if known is not None:
                name = f"_{len(self.names)}"
                self._bind(name, self._array(*known))
                return ast.copy_location(ast.Name(name, ast.Load()), node)
        return super().generic_visit(node)

    def _is_entry(self, node):
        """Return True if a node is an entry of a list or dict with a variable index. It keeps its last value."""
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            return False
        container = self.place.frame.names.get(node.value.id)
        counted = any(isinstance(part, ast.Name) for part in ast.walk(node.slice))
        return counted and isinstance(container, (list, dict)) and ast.unparse(node) not in self.known

    def _bind(self, name, value):
        self.names[name] = value

    def _array(self, shape, data):
        if not shape:
            return int(data[0]) if float(data[0]).is_integer() else data[0]
        return self.machine.library.numpy["array"](list(data)).reshape(shape)


def _rank(data, moment):
    """Return 2 if numbers are the derivative after which a value is named, 1 for another right value, or 0."""
    if data is None or not _is_one_of(data, moment.wanted, moment.exact):
        return 0
    return 1 + bool(moment.named and _is_one_of(data, moment.named, moment.exact))


def _factors_to(wanted, before, own):
    """Yield the factors that turn some numbers into derivatives. Where both are 0, a factor stays what it is.

    Args:
        wanted: The derivatives.
        before: The numbers that are multiplied.
        own: The factors of the program.
    """
    for numbers in wanted:
        if all(b or not x for x, b in zip(numbers, before, strict=True)):
            yield [x / b if b else f for x, b, f in zip(numbers, before, own, strict=True)]


def _is_one_of(data, wanted, exact=False):
    """Return True if the numbers are equal to one of the lists, up to a factor if there is more than one number.

    With ``exact``, no factor is allowed.
    """
    for numbers in wanted:
        if len(numbers) == len(data):
            factor = proportion(data, numbers)
            if factor is not None and factor == factor and ((len(data) > 1 and not exact) or close(abs(factor), 1.0)):
                return True
    return False
