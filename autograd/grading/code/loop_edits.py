"""Edits of what loops over layers, neurons or samples read and store: other indices, columns, whole batches."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.form_edits import shifted
from autograd.grading.code.objects import Instance
from autograd.grading.code.source import Edit
from autograd.grading.code.trace import key_of, numbers_of

__all__ = [
    "columns", "containers", "first_rows", "missing_carries", "objects", "other_counts", "other_fields",
    "stored_indices", "twins", "whole_gradients", "whole_lists",
]  # fmt: skip

MAX_COUNTERS = 4
MAX_COUNTS = 6
MAX_OBJECTS = 6
MAX_WHOLE = 4


def containers(way, source):
    """Yield edits of the index of a list without numbers, such as ``network[i]``, in the backward pass."""
    homes = {source.function_of(statement) for statement, _, places in way.nodes if way.is_back(places[0])}
    for node in source.parents:
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            continue
        if not isinstance(node.ctx, ast.Load) or key_of(node) in way.trace.seen:
            continue
        if source.function_of(node) not in homes:
            continue
        counters = source.counters(node)
        own = source.text_of(node.slice)
        if not any(isinstance(part, ast.Name) and part.id in counters for part in ast.walk(node.slice)):
            continue
        chosen = _is_called(source, node)
        for step in (-1, 1):
            text = shifted(own, node.slice, step)
            if text is not None:
                new = f"{source.text_of(node.value)}[{text}]"
                message = f"{source.text_of(node)} stands where {new} belongs"
                kind = "wrong derivative" if chosen else "wrong factor"
                edits = (source.replacing(node, new),)
                yield Candidate(1.34, kind, node.lineno, message, edits, firm=True)


def whole_lists(way, source):
    """Yield edits of loops of the backward pass that leave out the first or the last entries of a list."""
    iterated = {source.text_of(node.iter) for node in source.parents if isinstance(node, (ast.For, ast.comprehension))}
    for loop in [node for node in source.parents if isinstance(node, ast.For)]:
        for part in ast.walk(loop.iter):
            ends = part.slice if isinstance(part, ast.Subscript) else None
            if not isinstance(ends, ast.Slice) or (ends.lower is None and ends.upper is None):
                continue
            whole = source.text_of(part.value)
            reverse = isinstance(ends.step, ast.UnaryOp)
            if not (whole in iterated or any(text.endswith(f"({whole})") for text in iterated)):
                continue
            new = f"{whole}[::-1]" if reverse else whole
            message = f"{source.text_of(part)} leaves out a part of {whole}, through all of which the forward pass runs"
            edits = (source.replacing(part, new),)
            yield Candidate(0.91, "derivative missing", loop.lineno, message, edits, firm=True)


def _is_called(source, node):
    """Return True if an entry of a list chooses a function that is called, as in ``slopes[names[i]](z)``."""
    around = node
    while isinstance(source.parents.get(around), ast.Subscript):
        around = source.parents[around]
    call = source.parents.get(around)
    return isinstance(call, ast.Call) and call.func is around


def stored_indices(way, source):
    """Yield edits of the index at which a sum is stored: another counter, or the next one."""
    frames = {s: places[0].frame for s, _, places in way.nodes if way.is_back(places[0]) and isinstance(s, ast.stmt)}
    for statement, frame in frames.items():
        target = statement.target if isinstance(statement, ast.AugAssign) else None
        if target is None and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        if not isinstance(target, ast.Subscript) or statement.lineno in way.right_lines:
            continue
        counters = list(dict.fromkeys(source.counters(statement)))[:MAX_COUNTERS]
        kind = "order in time" if way.recurrent else "wrong factor"
        for part in ast.walk(target.slice):
            if isinstance(part, ast.Name) and part.id in counters:
                for other in counters:
                    # A key of a dict is no place in a list.
                    alike = type(frame.names.get(other)) is type(frame.names.get(part.id))
                    if other != part.id and alike:
                        edit = source.replacing(part, other)
                        message = f"{source.text_of(target)} is the wrong place: {other} belongs in place of {part.id}"
                        yield Candidate(1.34, kind, statement.lineno, message, (edit,), firm=True)


def other_fields(c):
    """Yield edits that read the delta of a neuron where the loop reads its error, which is stored beside it."""
    if not isinstance(c.node, (ast.Subscript, ast.Attribute)) or c.seen.shape or c.is_stored() or not c.is_back():
        return
    owner = c.source.text_of(c.node.value)
    for text in c.way.fields(c.statement, c.seen, back=True):
        if text != c.text and text.startswith((f"{owner}[", f"{owner}.")):
            message = f"{c.text} is propagated, but {text} is the delta"
            yield Candidate(0.94, "raw error for delta", c.line, message, c.replaced(text))


def missing_carries(way, source):
    """Yield edits that carry a gradient to the next iteration of a loop that never assigns the carried variable."""
    for loop in [node for node in ast.walk(source.tree) if isinstance(node, ast.For)]:
        inside = [part for part in ast.walk(loop) if isinstance(part, ast.Name)]
        stored = {part.id for part in inside if isinstance(part.ctx, ast.Store)}
        home = source.function_of(loop)
        before = [
            part.targets[0]
            for part in ast.walk(home)
            if isinstance(part, ast.Assign) and part.lineno < loop.lineno and isinstance(part.targets[0], ast.Name)
        ]
        starts = {name.id: way.data_of(source.parents[name].value) for name in before}
        read = {part.id for part in inside if isinstance(part.ctx, ast.Load)}
        carried = [name for name, data in starts.items() if name in read - stored and data and not any(data)]
        if not carried:
            continue
        last = loop.body[-1]
        indent, end = source.indent(last), source.starts[min(last.end_lineno, len(source.lines))]
        made = [
            part for part in ast.walk(loop) if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name)
        ]
        for name in carried:
            for part in made:
                places = way.by_place(part.value)
                if places and any(way.is_on_way(place) for place in places):
                    new = part.targets[0].id
                    message = f"{name} keeps its value from before the loop: assign {new} to it for the next iteration"
                    edit = Edit(end, end, f"{indent}{name} = {new}\n")
                    yield Candidate(1.2, "order in time", last.lineno, message, (edit,), firm=True)


def objects(way, source):
    """Yield edits that pass another object to a call, such as a matrix of the program's own class."""
    homes = {source.function_of(statement) for statement, _, places in way.nodes if way.is_back(places[0])}
    frames = {}
    for places in way.trace.seen.values():
        for place in places[:1]:
            frames.setdefault(source.function_of(place.statement), place.frame)
    calls = [node for node in source.parents if isinstance(node, ast.Call) and source.function_of(node) in frames]
    for call in calls:
        frame = frames[source.function_of(call)]
        if source.function_of(call) not in homes and not _calls_home(source, call, homes):
            continue
        for part in call.args:
            owner = frame.names.get(part.id) if isinstance(part, ast.Name) else None
            if not isinstance(owner, Instance):
                continue
            count = 0
            for other, value in reversed(list(frame.names.items())):  # the last objects hold gradients
                alike = isinstance(value, Instance) and value.cls is owner.cls and value is not owner
                if alike and count < MAX_OBJECTS and other not in ("self", "cls") and _is_before(source, other, call):
                    count += 1
                    kind = "raw error for delta" if _is_gradient(way, value) else "wrong factor"
                    message = f"{part.id} stands where {other} belongs"
                    yield Candidate(1.38, kind, call.lineno, message, (source.replacing(part, other),), firm=True)


def _calls_home(source, call, homes):
    """Return True if a call is in a function that calls methods in which gradients are computed."""
    around = source.function_of(call)
    names = {home.name for home in homes if isinstance(home, ast.FunctionDef)}
    return any(getattr(part, "attr", getattr(part, "id", "")) in names for part in ast.walk(around))


def _is_before(source, name, call):
    """Return True if a name is assigned before a call in the same function."""
    around = source.function_of(call)
    return any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and part.id == name and part.lineno < call.lineno
        for part in ast.walk(around)
    )


def _is_gradient(way, instance):
    """Return True if an object holds numbers of the backward pass."""
    numbers = [e for value in instance.names.values() for e in numbers_of(value)[1]]
    return any(isinstance(e, Value) and e.op is not None and e not in way.gradients for e in numbers)


def twins(c):
    """Yield edits that read the same attribute of another object, such as ``self.u1.value`` for ``self.u0.value``."""
    node = c.node
    owner = node.value if isinstance(node, ast.Attribute) else None
    if not isinstance(owner, (ast.Attribute, ast.Name)) or c.is_stored() or c.seen.shape:
        return
    frame = c.seen.frame
    if isinstance(owner, ast.Attribute):
        home = frame.names.get(owner.value.id) if isinstance(owner.value, ast.Name) else None
        names, prefix, own = getattr(home, "names", {}), f"{c.source.text_of(owner.value)}.", owner.attr
    else:
        names, prefix, own = frame.names, "", owner.id
    mine, count = names.get(own), 0
    for name, value in names.items():
        alike = isinstance(mine, Instance) and isinstance(value, Instance) and value.cls is mine.cls
        if alike and name not in (own, "self") and node.attr in value.names and count < MAX_OBJECTS:
            count += 1
            new = f"{prefix}{name}.{node.attr}"
            yield Candidate(1.32, "wrong factor", c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def columns(c):
    """Yield edits that take the column of a list of lists in place of a row, or a row in place of the column."""
    node = c.node
    if c.way.numpy in c.way.modules or len(c.seen.shape) != 1 or isinstance(c.parent(), ast.Subscript):
        return
    inner = node.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else node
    if isinstance(inner, ast.Subscript) and not isinstance(inner.slice, (ast.Slice, ast.Tuple, ast.Constant)):
        matrix = c.way.shape_of(inner.value)
        if matrix is not None and len(matrix) == 2 and not c.is_stored():
            index, base = c.source.text_of(inner.slice), c.source.text_of(inner.value)
            new = f"[row[{index}] for row in {base}]"
            message = f"{c.text} is a row, and the column {new} belongs here"
            yield Candidate(1.33, "transpose", c.line, message, c.replaced(new), firm=True)


def first_rows(c):
    """Yield edits that add up all rows of a gradient, where the program takes the first or the last row alone."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or len(c.seen.shape) != 1 or not c.is_back():
        return
    whole, index = c.way.shape_of(node.value), c.way.single(node.slice)
    if whole is None or len(whole) != 2 or index not in (0.0, -1.0):
        return
    text = f"{c.source.operand_text(node.value)}.sum({'axis=' if c.way.numpy != 'torch' else ''}0)"
    message = f"{c.text} is the gradient of one sample: the sum over the samples belongs here"
    yield Candidate(1.2, "batch sum missing", c.line, message, c.replaced(text), firm=True)


def other_counts(c):
    """Yield edits that divide by another number of the program, such as the number of samples."""
    statement, parent = c.statement, c.parent()
    below = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is c.node
    below = below or (isinstance(parent, ast.AugAssign) and isinstance(statement.op, ast.Div) and parent is statement)
    if not below or c.seen.shape or any(isinstance(e, Value) for e in c.seen.elements) or c.is_stored():
        return
    own, found, scope = c.seen.data[0], {}, c.scope().items()
    for text, (shape, data) in scope:
        if shape == () and c.way.is_count(text) and data[0] > 1 and data[0] in c.way.counts and len(text) < 20:
            found.setdefault(data[0], text)
    for text, (shape, _) in scope:
        if shape and len(text) < 20 and shape[0] > 1:
            for axis, length in [(axis, length) for axis, length in enumerate(shape) if length > 1]:
                found.setdefault(float(length), f"{text}.shape[{axis}]")
    found.pop(own, None)
    for count, text in enumerate(list(found.values())[:MAX_COUNTS]):
        message = f"this is divided by {c.text}, and {text} is the number of samples"
        yield Candidate(1.13 + 0.01 * count, "constant factor", c.line, message, c.replaced(text), firm=True)


def whole_gradients(c):
    """Yield edits that put a gradient with the shape of the parameter in place of a value of another shape."""
    parent = c.parent()
    if c.line not in c.way.update_lines or not c.is_back() or c.is_stored():
        return
    if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)) and not isinstance(
        parent, ast.AugAssign
    ):
        return
    shapes = {lack.shape for lack in c.way.lacks if any(e in lack.below for e in c.seen.elements)}
    if c.seen.shape in shapes:
        return
    count = 0
    for text, (shape, _) in reversed(list(c.scope().items())):
        if shape in shapes and c.way.is_back_text(text, c.seen) and count < MAX_WHOLE:
            count += 1
            message = f"{c.text} stands where {text} belongs"
            yield Candidate(1.4 + 0.01 * count, "wrong factor", c.line, message, c.replaced(text), firm=True)
