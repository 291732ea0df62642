"""The evaluation of a program's expressions, with one function for each kind of ``ast`` node."""

import ast
import operator

from autograd.engine.value import Value
from autograd.grading.code import access, scalars
from autograd.grading.code.limits import Unreadable, check_length, check_whole
from autograd.grading.code.objects import MISSING, Frame, Function, Literal, name_of_type

__all__ = ["EVALUATE", "assign", "evaluate", "operate", "power"]


def evaluate(machine, node, frame):
    """Return the value of an expression, and add it to the trace if there is one."""
    handler = EVALUATE.get(type(node))
    if handler is None:
        machine.line = getattr(node, "lineno", machine.line)
        raise Unreadable(f"{type(node).__name__} is a construct that is not read; write it as a loop or a function")
    machine.limits.evaluations += 1
    value = handler(machine, node, frame)
    if machine.trace is not None:
        machine.trace.evaluated(node, value, frame)
    return value


def _constant(machine, node, frame):
    value = node.value
    if type(value) is float:
        return machine.leaf(value, node)
    if isinstance(value, bytes):
        return value.decode("latin-1")  # keys of files, such as b"data", are compared with texts
    if isinstance(value, complex):
        raise Unreadable("complex numbers are not read")
    return check_whole(value) if type(value) is int else value


def _raw(machine, node, frame):
    """Return the value of an operand. A float literal becomes a leaf that is not a start value."""
    if isinstance(node, ast.Constant) and type(node.value) is float:
        return machine.literal(node.value, node.lineno)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = -node.operand.value
        return machine.literal(value, node.lineno) if type(value) is float else value
    return evaluate(machine, node, frame)


def _start(machine, node, frame):
    """Return a value that will be stored. An integer literal may be a start value."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Literal(check_whole(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = -node.operand.value
        return machine.leaf(value, node) if type(value) is float else Literal(value)
    return evaluate(machine, node, frame)


def _name(machine, node, frame):
    return machine.lookup(node.id, frame, node)


def _attribute(machine, node, frame):
    return access.read_attribute(machine, evaluate(machine, node.value, frame), node.attr)


def _subscript(machine, node, frame):
    container = evaluate(machine, node.value, frame)
    return access.read_item(machine, container, index_of(machine, node.slice, frame))


def index_of(machine, node, frame):
    """Return the value of the index in a pair of brackets."""
    return evaluate(machine, node, frame)


def _slice(machine, node, frame):
    parts = [None if part is None else evaluate(machine, part, frame) for part in (node.lower, node.upper, node.step)]
    return slice(*[access.plain_index(part) for part in parts])


OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}  # fmt: skip
IN_PLACE = {
    ast.Add: operator.iadd, ast.Sub: operator.isub, ast.Mult: operator.imul, ast.Div: operator.itruediv,
    ast.FloorDiv: operator.ifloordiv, ast.Mod: operator.imod, ast.Pow: operator.ipow, ast.MatMult: operator.imatmul,
    ast.BitAnd: operator.iand, ast.BitOr: operator.ior, ast.BitXor: operator.ixor, ast.LShift: operator.ilshift,
    ast.RShift: operator.irshift,
}  # fmt: skip


def operate(machine, op, a, b, in_place=False):
    """Return the result of a binary operator. The size of the result is limited."""
    kind = type(op)
    array = machine.is_array
    if kind is ast.Div and machine.floors and _is_whole(machine, a) and _is_whole(machine, b):
        kind = ast.FloorDiv
    if isinstance(a, Literal) and (isinstance(b, Value) or array(b)):
        a = _tracked(machine, a, b)
    elif isinstance(b, Literal) and (isinstance(a, Value) or array(a)):
        b = _tracked(machine, b, a)
    if isinstance(a, int) and isinstance(b, int):
        if kind in (ast.Pow, ast.LShift) and abs(int(a)).bit_length() * abs(int(b)) > 4096:
            check_whole(1 << 5000)
        if kind is ast.Pow and b < 0:
            return machine.number(a**b) if a else a**b
        return check_whole(OPERATORS[kind](int(a), int(b)))
    sized = (str, list, tuple)
    if kind is ast.Mult and (isinstance(a, sized) or isinstance(b, sized)) and not (array(a) or array(b)):
        many, times = (a, b) if isinstance(a, sized) else (b, a)
        check_length(len(many) * max(int(times), 0))
        if isinstance(many, list) and any(isinstance(x, (Value, Literal)) for x in many):
            return [machine.fresh(x) for _ in range(int(times)) for x in many]
        return many * int(times)
    if kind is ast.Add and isinstance(a, sized) and isinstance(b, sized):
        check_length(len(a) + len(b))
    if kind is ast.Mod and isinstance(a, str):
        return access.percent_format(a, b)
    if (isinstance(a, Value) and isinstance(b, (Value, float, int))) or (
        isinstance(b, Value) and isinstance(a, (float, int))
    ):
        return scalars.operation(machine, kind, a, b)
    return (IN_PLACE if in_place else OPERATORS)[kind](a, b)


def _is_whole(machine, x):
    return isinstance(x, int) or (machine.is_array(x) and x.dtype.kind in "iu")


def power(machine, a, b):
    """Return ``pow(a, b)``."""
    return operate(machine, ast.Pow(), a, b)


def _tracked(machine, literal, other):
    """Return a literal as a number on the tape if the other operand is or has floats, and as an integer otherwise."""
    if isinstance(other, Value) or machine.holds_floats(other):
        return literal.value(machine.whole_leaf)
    return int(literal)


def _binary(machine, node, frame):
    return operate(machine, node.op, _raw(machine, node.left, frame), _raw(machine, node.right, frame))


def _unary(machine, node, frame):
    operand = _raw(machine, node.operand, frame)
    if isinstance(node.op, ast.Not):
        return not access.truth(machine, operand)
    if isinstance(node.op, ast.USub):
        return -int(operand) if isinstance(operand, Literal) else -operand
    return ~operand if isinstance(node.op, ast.Invert) else +operand


def _boolean(machine, node, frame):
    result = None
    for part in node.values:
        result = evaluate(machine, part, frame)
        if access.truth(machine, result) == isinstance(node.op, ast.Or):
            break
    return result


COMPARE = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def compare(machine, op, a, b):
    """Return the result of a single comparison."""
    kind = type(op)
    if (isinstance(a, type) or isinstance(b, type)) and kind in (ast.Is, ast.IsNot, ast.Eq, ast.NotEq):
        same = a is b or "" != name_of_type(a) == name_of_type(b)
        return same == (kind in (ast.Is, ast.Eq))
    if kind in (ast.Is, ast.IsNot):
        same = a is b or (isinstance(a, (int, str)) and type(a) is type(b) and a == b)
        return same == (kind is ast.Is)
    if kind in (ast.In, ast.NotIn):
        if isinstance(b, (list, tuple, set)) and not isinstance(a, str):
            found = any(x is a or access.truth(machine, compare(machine, ast.Eq(), x, a)) for x in b)
        else:
            found = access.plain_key(a) in b
        return found == (kind is ast.In)
    if isinstance(b, str) and machine.is_array(a) and machine.library.made:
        b = machine.library.number_of_word(b)
    if isinstance(a, Value) and not machine.is_array(b):
        a = a.data
    if isinstance(b, Value) and not machine.is_array(a):
        b = b.data
    return COMPARE[kind](a, b)


def _compare(machine, node, frame):
    left = evaluate(machine, node.left, frame)
    result = True
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = evaluate(machine, part, frame)
        result = compare(machine, op, left, right)
        if len(node.ops) > 1 and not access.truth(machine, result):
            return False
        left = right
    return result


def _conditional(machine, node, frame):
    chosen = node.body if access.truth(machine, evaluate(machine, node.test, frame)) else node.orelse
    return _start(machine, chosen, frame)


def _items(machine, nodes, frame, read=_start):
    items = []
    for part in nodes:
        if isinstance(part, ast.Starred):
            items.extend(machine.iterate(evaluate(machine, part.value, frame)))
        else:
            items.append(read(machine, part, frame))
    return items


def _list(machine, node, frame):
    return _items(machine, node.elts, frame)


def _tuple(machine, node, frame):
    return tuple(_items(machine, node.elts, frame))


def _set(machine, node, frame):
    return {access.plain_key(x) for x in _items(machine, node.elts, frame)}


def _dict(machine, node, frame):
    found = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            found.update(evaluate(machine, value, frame))
        else:
            found[access.plain_key(evaluate(machine, key, frame))] = _start(machine, value, frame)
    machine.made(found)
    return found


def _call(machine, node, frame):
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return access.Super(frame)
    function = evaluate(machine, node.func, frame)
    read = _unshared if getattr(function, "fills", False) else evaluate
    args = _items(machine, node.args, frame, read)
    keywords = {}
    for keyword in node.keywords:
        value = read(machine, keyword.value, frame)
        keywords.update(value if keyword.arg is None else {keyword.arg: value})
    return machine.call(function, args, keywords, node, frame)


def _unshared(machine, node, frame):
    """Return an argument of a function that fills an array. Each element gets its own leaf later."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return evaluate(machine, node, frame)


def _lambda(machine, node, frame):
    return make_function(machine, node, frame, "<lambda>")


def make_function(machine, node, frame, name, owner=None):
    """Return the function that a ``def`` or a ``lambda`` defines."""
    defaults = [_start(machine, part, frame) for part in node.args.defaults]
    keyword_defaults = [MISSING if part is None else _start(machine, part, frame) for part in node.args.kw_defaults]
    return Function(machine, node, frame, name, defaults, keyword_defaults, owner)


def _comprehension(machine, node, frame, results):
    inner = Frame({}, frame, frame.function, frame.node)
    inner.declared = {"": inner}  # names that are assigned in a comprehension are local to it
    inner.owner, inner.first = frame.owner, frame.first

    def run(depth):
        if depth == len(node.generators):
            results(inner)
            return
        generator = node.generators[depth]
        for item in machine.iterate(evaluate(machine, generator.iter, frame if depth == 0 else inner)):
            machine.limits.step()
            assign(machine, generator.target, item, inner)
            if all(access.truth(machine, evaluate(machine, test, inner)) for test in generator.ifs):
                run(depth + 1)

    run(0)


def _list_comprehension(machine, node, frame):
    found = []
    _comprehension(machine, node, frame, lambda inner: found.append(_start(machine, node.elt, inner)))
    return found


def _generator(machine, node, frame):
    return iter(_list_comprehension(machine, node, frame))


def _set_comprehension(machine, node, frame):
    return {access.plain_key(x) for x in _list_comprehension(machine, node, frame)}


def _dict_comprehension(machine, node, frame):
    found = {}

    def add(inner):
        key = access.plain_key(evaluate(machine, node.key, inner))
        found[key] = _start(machine, node.value, inner)

    _comprehension(machine, node, frame, add)
    machine.made(found)
    return found


def _joined(machine, node, frame):
    parts = [evaluate(machine, part, frame) for part in node.values]
    text = "".join([str(part) for part in parts])
    check_length(len(text))
    return text


def _formatted(machine, node, frame):
    value = evaluate(machine, node.value, frame)
    spec = evaluate(machine, node.format_spec, frame) if node.format_spec is not None else ""
    return access.formatted(value, spec, chr(node.conversion) if node.conversion > 0 else "")


def _named(machine, node, frame):
    value = _start(machine, node.value, frame)
    while "" in frame.declared and frame.outer is not None:
        frame = frame.outer
    assign(machine, node.target, value, frame)
    return value


def _yield(machine, node, frame):
    value = evaluate(machine, node.value, frame) if node.value is not None else None
    machine.give(frame, value)
    return None


def _yield_from(machine, node, frame):
    for value in machine.iterate(evaluate(machine, node.value, frame)):
        machine.give(frame, value)
    return None


EVALUATE = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.Subscript: _subscript, ast.Slice: _slice,
    ast.BinOp: _binary, ast.UnaryOp: _unary, ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _conditional,
    ast.List: _list, ast.Tuple: _tuple, ast.Set: _set, ast.Dict: _dict, ast.Call: _call, ast.Lambda: _lambda,
    ast.ListComp: _list_comprehension, ast.GeneratorExp: _generator, ast.SetComp: _set_comprehension,
    ast.DictComp: _dict_comprehension, ast.JoinedStr: _joined, ast.FormattedValue: _formatted, ast.NamedExpr: _named,
    ast.Yield: _yield, ast.YieldFrom: _yield_from,
}  # fmt: skip


def assign(machine, target, value, frame):
    """Store a value in the target of an assignment. The recorder receives the value that it replaces."""
    if isinstance(target, ast.Name):
        machine.bind(target.id, value, frame, target)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, value, frame)
    elif isinstance(target, ast.Attribute):
        access.write_attribute(machine, evaluate(machine, target.value, frame), target.attr, value, target, frame)
    elif isinstance(target, ast.Subscript):
        container = evaluate(machine, target.value, frame)
        key = index_of(machine, target.slice, frame)
        access.write_item(machine, container, key, value, target, frame)
        machine.filled(target.value, container, key, frame)
    else:
        raise Unreadable(f"an assignment to {type(target).__name__} is not read")


def _unpack(machine, target, value, frame):
    values = list(machine.iterate(value))
    starred = [i for i, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
    if starred:
        first, last = starred[0], len(values) - (len(target.elts) - starred[0] - 1)
        values = [*values[:first], values[first:last], *values[last:]]
    if len(values) != len(target.elts):
        raise ValueError(f"{len(target.elts)} names stand on the left, {len(values)} values on the right")
    for part, item in zip(target.elts, values, strict=True):
        assign(machine, part.value if isinstance(part, ast.Starred) else part, item, frame)


def start_value(machine, node, frame):
    """Return the value of the right side of an assignment."""
    if isinstance(node, ast.Tuple):
        return tuple(_items(machine, node.elts, frame))
    return _start(machine, node, frame)
