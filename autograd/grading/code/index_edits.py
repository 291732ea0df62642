"""Edits of the indices in loops: another counter, swapped counters, or an entry of another list."""

import ast
import re

from autograd.engine.value import Value
from autograd.grading.code.arrays.scalars import Int64
from autograd.grading.code.context import Candidate, function_name, is_slope_argument, multiplies_weights
from autograd.grading.code.form_edits import shifted
from autograd.grading.code.objects import Instance
from autograd.grading.code.trace import numbers_of

__all__ = [
    "called",
    "counted_alike",
    "entries",
    "fixed_entries",
    "indices",
    "keys",
    "labels",
    "last_entries",
    "offsets",
    "other_rows",
    "repeated",
    "slices_alike",
    "stored_steps",
    "twins",
]

MAX_ENTRIES = 8
WHOLE = (int, Int64)  # counters of loops over range and over np.arange
MAX_COUNTED = 4
QUOTE = '"'
NAMED_KEY = re.compile(r"([A-Za-z_]+)\d+")


def indices(c):
    """Yield edits that use the counter of another loop, or that swap the two indices of a matrix entry."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.seen.shape or not isinstance(c.seen.elements[0], Value):
        return
    if c.is_stored() and not isinstance(c.statement, ast.AugAssign):
        return
    counters = c.source.counters(node)
    outer = node.value
    own = c.source.text_of(node.slice)
    if isinstance(outer, ast.Subscript):
        first = c.source.text_of(outer.slice)
        if first != own:
            new = f"{c.source.text_of(outer.value)}[{own}][{first}]"
            yield _swapped(c, new)
    parts = [c.source.text_of(part) for part in node.slice.elts] if isinstance(node.slice, ast.Tuple) else []
    for i in range(len(parts) - 1):
        others = [*parts[:i], parts[i + 1], parts[i], *parts[i + 2 :]]
        yield _swapped(c, f"{c.source.text_of(outer)}[{', '.join(others)}]")
    for name in counters:
        if name != own and _is_whole(c, name) and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
            new = f"{c.source.text_of(outer)}[{name}]"
            yield Candidate(1.42, "wrong factor", c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def keys(c):
    """Yield edits of a key that is made of a name and a number, such as ``f"A{i}"`` for ``f"Z{i}"``."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or not isinstance(node.slice, (ast.JoinedStr, ast.BinOp)):
        return
    owner, parts = _owner(c, node.value), _parts_of_key(node.slice)
    if not isinstance(owner, dict) or parts is None:
        return
    name, number = parts
    names = [match.group(1) for match in (NAMED_KEY.fullmatch(key) for key in owner if isinstance(key, str)) if match]
    own, index = name.value, c.source.text_of(number)
    at_slope = is_slope_argument(c)
    options = [(other, index) for other in dict.fromkeys(names) if other != own][:MAX_ENTRIES]
    options += [(own, text) for text in (shifted(index, number, -1), shifted(index, number, 1)) if text]
    for other, text in options:
        key = f"f{QUOTE}{other}{{{text}}}{QUOTE}" if isinstance(node.slice, ast.JoinedStr) else None
        key = key or f"{QUOTE}{other}{QUOTE} + str({text})"
        new = f"{c.source.text_of(node.value)}[{key}]"
        kind = "derivative at the wrong argument" if at_slope else "wrong factor"
        cost = 1.26 if at_slope else 1.3 + 0.03 * (other == own)
        yield Candidate(cost, kind, c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def _parts_of_key(node):
    """Return the constant and the number of a key such as ``f"W{i}"`` or ``"W" + str(i)``, or None."""
    if isinstance(node, ast.JoinedStr):
        name, number = node.values if len(node.values) == 2 else (None, None)
        number = number.value if isinstance(number, ast.FormattedValue) else None
    else:
        call = node.right if isinstance(node.right, ast.Call) and function_name(node.right) == "str" else None
        name, number = node.left, call.args[0] if call is not None and len(call.args) == 1 else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or number is None:
        return None
    return name, number


def _owner(c, node):
    """Return the object of a name, or of an attribute of a name."""
    if isinstance(node, ast.Name):
        return c.seen.frame.names.get(node.id, c.seen.frame.module.names.get(node.id))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(c.seen.frame.names.get(node.value.id), "names", {}).get(node.attr)
    return None


def fixed_entries(c):
    """Yield edits that read the entry of the loop, as ``states[t]``, where always the same one is read."""
    node = c.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant) or c.is_stored():
        return
    counted = isinstance(node.slice.value, int) and any(isinstance(e, Value) for e in c.seen.elements)
    outer = c.source.text_of(node.value)
    for name in c.source.counters(node) if counted and c.seen.shape else ():
        if isinstance(c.seen.frame.names.get(name), WHOLE):
            kind = "order in time" if c.way.recurrent else "wrong factor"
            for new in (f"{outer}[{name}]", f"{outer}[{name} - 1]", f"{outer}[{name} + 1]"):
                message = f"{c.text} is the same in each iteration: {new} belongs here"
                yield Candidate(1.36, kind, c.line, message, c.replaced(new))


def other_rows(c):
    """Yield edits that read another row of a matrix, at an index with which the program reads this matrix elsewhere."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or not c.seen.shape or not isinstance(node.slice, ast.Name):
        return
    names, loops = c.seen.frame.names, c.source.counters(node)
    for part in loops if node.slice.id in loops and len(loops) > 1 else ():
        if part != node.slice.id and isinstance(names.get(part), WHOLE):
            new = f"{c.source.text_of(node.value)}[{part}]"
            kind = "order in time" if c.way.recurrent else "wrong factor"
            yield Candidate(1.3, kind, c.line, f"{c.text} stands where {new} belongs", c.replaced(new))
    for part in {part.id: None for part in c.source.parents if isinstance(part, ast.Name)}:
        alike = type(names.get(part)) is type(names.get(node.slice.id)) and isinstance(names.get(part), WHOLE)
        read = f"{c.source.text_of(node.value)}[{part}]"
        if part != node.slice.id and alike and c.source.text.replace(" ", "").count(read.replace(" ", "")):
            yield Candidate(1.31, "wrong factor", c.line, f"{c.text} stands where {read} belongs", c.replaced(read))


def stored_steps(way, source):
    """Yield edits that read the previous or the next entry of a list of tuples or dicts, as ``cache[t - 1][4]``.

    Such an entry has no numbers of its own, so that only what is read from it shows where it belongs.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    functions = {source.function_of(statement) for statement, _, places in way.nodes if way.is_back(places[0])}
    for statement in {statement: None for statement, _, _ in way.nodes} | dict.fromkeys(_unpacked(source)):
        if source.function_of(statement) not in functions or not isinstance(statement, (ast.Assign, ast.AugAssign)):
            continue
        for node in ast.walk(statement.value):
            index = node.slice if isinstance(node, ast.Subscript) else None
            counted = isinstance(index, (ast.Name, ast.BinOp)) and set(source.counters(node)) & {
                part.id for part in ast.walk(index) if isinstance(part, ast.Name)
            }
            around = source.parents.get(node)
            if isinstance(around, ast.Subscript) and around.slice is node:
                continue  # the name of a function in a table
            if not counted or way.by_place(node) or not isinstance(node.value, (ast.Name, ast.Attribute)):
                continue
            for step in (-1, 1):
                text = shifted(source.text_of(index), index, step)
                if text is not None:
                    new = f"{source.text_of(node.value)}[{text}]"
                    kind = "order in time" if way.recurrent else "wrong factor"
                    message = f"{source.text_of(node)} stands where {new} belongs"
                    yield Candidate(1.33, kind, node.lineno, message, (source.replacing(node, new),))


def _unpacked(source):
    """Return the statements that unpack an entry, as ``z, h = cache[t]``."""
    return [
        node
        for node in source.parents
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Subscript)
        and isinstance(node.targets[0], ast.Tuple)
    ]


def labels(way, source):
    """Yield edits that take one entry of each row, where ``[:, labels]`` takes these columns of all rows."""
    for node in ast.walk(source.tree):
        index = node.slice if isinstance(node, ast.Subscript) else None
        if not isinstance(index, ast.Tuple) or len(index.elts) != 2 or not isinstance(index.elts[0], ast.Slice):
            continue
        first, second = index.elts
        whole = first.lower is first.upper is first.step is None
        shape = way.shape_of(second) if not isinstance(second, ast.Slice) else None
        if whole and shape is not None and len(shape) == 1:
            text, old = source.text_of(second), source.text_of(node)
            new = f"{source.text_of(node.value)}[{way.numpy}.arange(len({text})), {text}]"
            message = f"{old} has the columns {text} of every row; {new} has one entry of each row"
            yield Candidate(0.95, "broadcasting", node.lineno, message, (source.replacing(node, new),))


def repeated(way, source):
    """Yield edits with ``np.add.at``, because ``rows[ids] += x`` adds once only where an id occurs twice."""
    for statement in ast.walk(source.tree):
        target = statement.target if isinstance(statement, ast.AugAssign) else None
        if not isinstance(target, ast.Subscript) or not isinstance(statement.op, (ast.Add, ast.Sub)):
            continue
        index = target.slice.elts[0] if isinstance(target.slice, ast.Tuple) else target.slice
        twice = any(place.shape and len(set(place.data)) < len(place.data) for place in way.by_place(index))
        if not twice or statement.lineno in way.right_lines:
            continue
        value = source.text_of(statement.value)
        sign = "" if isinstance(statement.op, ast.Add) else "-"
        value = f"-{source.operand_text(statement.value)}" if sign else value
        new = f"{way.numpy}.add.at({source.text_of(target.value)}, {source.text_of(target.slice)}, {value})"
        message = f"{source.text_of(index)} has some indices more than once, and this adds once for each: {new}"
        yield Candidate(0.95, "batch sum missing", statement.lineno, message, (source.replacing(statement, new),))


def offsets(c):
    """Yield edits of an array of indices that is shifted by a number, such as ``labels - 1`` for ``labels``."""
    node = c.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Add, ast.Sub)) or not c.seen.shape:
        return
    around = c.parent() if not isinstance(c.parent(), ast.Tuple) else c.source.parents.get(c.parent())
    if not isinstance(around, ast.Subscript) or c.way.single(node.right) is None:
        return
    sign = "-" if isinstance(node.op, ast.Add) else "+"
    left, right = c.source.text_of(node.left), c.source.text_of(node.right)
    for cost, new in ((1.05, left), (1.2, f"{left} {sign} {right}")):
        message = f"the indices {c.text} are shifted: {new} belongs here"
        yield Candidate(cost, "wrong factor", c.line, message, c.replaced(new), firm=True)


def slices_alike(c):
    """Yield edits with another slice that the program takes of the same array, such as the window of a convolution."""
    node = c.node
    if not isinstance(node, ast.Subscript) or not any(isinstance(p, ast.Slice) for p in ast.walk(node.slice)):
        return
    if c.is_stored() or not c.seen.shape:
        return
    own, name = c.source.text_of(node.slice), _tail(node.value)
    found = {}
    for other in c.source.parents:
        if isinstance(other, ast.Subscript) and _tail(other.value) == name and c.source.text_of(other.slice) != own:
            found[c.source.text_of(other.slice)] = other.slice
    for text, part in list(found.items())[:MAX_ENTRIES]:
        names = {p.id for p in ast.walk(part) if isinstance(p, ast.Name)}
        if names <= {*c.seen.frame.names, *c.seen.frame.module.names}:
            new = f"{c.source.text_of(node.value)}[{text}]"
            message = f"{c.text} stands where {new} belongs"
            yield Candidate(1.25, "wrong factor", c.line, message, c.replaced(new))


def _tail(node):
    """Return the last name of an expression: ``x`` for ``x`` and for ``self.x``."""
    return getattr(node, "attr", getattr(node, "id", ""))


def twins(c):
    """Yield edits that use the same entry of another list, such as pre-activations instead of activations."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or not c.seen.shape or isinstance(node.slice, ast.Slice):
        return
    if not isinstance(node.value, ast.Name) or not isinstance(c.seen.frame.names.get(node.value.id), list):
        return
    parent = c.parent()
    named = parent.targets[0].id if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) else ""
    given = is_slope_argument(c) or (named and c.way.is_given_to_helper(named))
    count = 0
    for name, value in c.seen.frame.names.items():
        if given and isinstance(value, list) and value and _is_gradient(c, value[-1]):
            continue  # a derivative is not taken at a gradient
        if name != node.value.id and isinstance(value, list) and value and count < MAX_ENTRIES:
            count += 1
            new = f"{name}[{c.source.text_of(node.slice)}]"
            kind = "derivative at the wrong argument" if given else "wrong factor"
            message = f"{c.text} stands where {new} belongs"
            yield Candidate(1.26 if given else 1.44, kind, c.line, message, c.replaced(new))


def _is_gradient(c, value):
    """Return True if a value has numbers of the backward pass, or none that were computed."""
    shape, numbers = numbers_of(value)
    computed = [e for e in numbers if isinstance(e, Value) and e.op is not None]
    if computed and c.way.is_forward_again(shape, [e.data for e in computed]):
        return False
    back = [e for e in computed if e not in c.way.gradients and (e in c.way.wrong or e in c.way.right)]
    return bool(back) or not computed


def counted_alike(c, text):
    """Return a text of entries, and the same text with the counters of the other loops around an expression.

    In the first iteration of a loop inside another one, ``s[i - 1]`` and ``s[k - 1]`` may be the same entry.
    """
    names = c.seen.frame.names
    loops = [name for name in dict.fromkeys(c.source.counters(c.node)) if isinstance(names.get(name), WHOLE)]
    found = [text]
    for own in loops if len(loops) > 1 else ():
        for other in loops:
            new = re.sub(rf"\[{own}\b", f"[{other}", text)
            if own != other and new not in found:
                found.append(new)
    return found[:MAX_COUNTED]


def _swapped(c, new):
    cost = 1.38 + 0.3 * (c.line in c.way.update_lines)  # the place where the gradient is computed is likelier
    return Candidate(cost, "transpose", c.line, f"the indices of {c.text} are swapped: {new}", c.replaced(new))


def _is_whole(c, name):
    value = c.seen.frame.names.get(name)
    return value is None or (isinstance(value, WHOLE) and not isinstance(value, bool))


def entries(c):
    """Yield edits that replace a number by an entry of a list."""
    node = c.node
    if c.seen.shape or not isinstance(c.seen.elements[0], Value) or c.is_stored() or isinstance(node, ast.Constant):
        return
    if not (isinstance(c.parent(), ast.BinOp) and isinstance(c.parent().op, ast.Mult)):
        return
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    counters = [name for name in c.source.counters(node) if _is_whole(c, name)]
    count = 0
    for name, value in _lists(c).items():
        if isinstance(value, list) and value and all(isinstance(x, (Value, float, int)) for x in value):
            for counter in counters[:2]:
                new = f"{name}[{counter}]"
                if new != c.text and count < MAX_ENTRIES:
                    count += 1
                    message = f"{c.text} stands where {new} belongs"
                    yield Candidate(1.55, "wrong factor", c.line, message, c.replaced(new))


def called(c):
    """Yield edits that replace the call of a method: by a delta that is stored in a list, or by another method.

    For example, ``neuron.error(target)`` is the raw error where ``deltas[o]`` or ``neuron.delta(target)`` belongs.
    """
    node = c.node
    if not isinstance(node, ast.Call) or c.seen.shape or not c.is_back() or not isinstance(node.func, ast.Attribute):
        return
    if not isinstance(c.parent(), (ast.BinOp, ast.Assign, ast.AugAssign, ast.Call, ast.ListComp, ast.Return)):
        return
    counters = [name for name in c.source.counters(node) if _is_whole(c, name)]
    for name, value in _lists(c).items():
        numbers = value if isinstance(value, list) and value else [None]
        if all(isinstance(x, Value) and x.op is not None and x not in c.way.gradients for x in numbers):
            for counter in counters[:2]:
                message = f"{c.text} is propagated, but {name}[{counter}] is the delta"
                yield Candidate(1.16, "raw error for delta", c.line, message, c.replaced(f"{name}[{counter}]"))
    owner = c.source.text_of(node.func.value)
    given = c.source.text_of(node)[len(owner) + 1 + len(node.func.attr) :]
    called = {part.func.attr for part in c.source.parents if isinstance(part, ast.Call) and _is_method(part)}
    for other in _methods_like(c, node)[:MAX_ENTRIES]:
        message = f"{c.text} stands where the result of {other} belongs"
        cost = 1.31 if other in called else 0.88  # a method that nothing calls
        yield Candidate(cost, "raw error for delta", c.line, message, c.replaced(f"{owner}.{other}{given}"))


def last_entries(c):
    """Yield edits that propagate the last delta of a list, as ``deltas[-1].dot(W.T)`` for ``error.dot(W.T)``."""
    if not isinstance(c.node, ast.Name) or not c.seen.shape or c.is_stored() or not multiplies_weights(c):
        return
    if not c.is_back():
        return
    for name, value in _lists(c).items():
        last = numbers_of(value[-1])[1] if isinstance(value, list) and value else []
        back = [e for e in last if isinstance(e, Value) and e.op is not None and e not in c.way.gradients]
        if back and len(back) == len(last):
            new = f"{name}[-1]"
            message = f"{c.text} is propagated, but {new} is the delta"
            yield Candidate(1.17, "raw error for delta", c.line, message, c.replaced(new))


def _lists(c):
    """Return the variables of a call, and the attributes of its objects, by their texts."""
    found = dict(c.seen.frame.names)
    for name, owner in c.seen.frame.names.items():
        if isinstance(owner, Instance):
            found.update({f"{name}.{key}": part for key, part in owner.names.items()})
    return found


def _is_method(call):
    return isinstance(call.func, ast.Attribute)


def _methods_like(c, node):
    """Return the other methods of the program that are called with as many arguments as a call gives."""
    around = [part for part in ast.walk(c.source.tree) if isinstance(part, ast.ClassDef)]
    for cls in around:
        methods = {part.name: part for part in cls.body if isinstance(part, ast.FunctionDef)}
        if node.func.attr in methods:
            count = len(methods[node.func.attr].args.args)
            return [name for name, part in methods.items()
                    if name != node.func.attr and len(part.args.args) == count and name[:2] != "__"
                    and any(isinstance(inner, ast.Return) and inner.value for inner in ast.walk(part))]  # fmt: skip
    return []
