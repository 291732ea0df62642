"""The execution of a program's statements, with one function for each kind of statement."""

import ast

from autograd.grading.code import access
from autograd.grading.code.expressions import OPERATORS, assign, evaluate, index_of, make_function, operate, start_value
from autograd.grading.code.limits import LeaveLoop, Unreadable
from autograd.grading.code.objects import MISSING, Absorber, Class, Frame, Function, Instance, Kind

__all__ = ["BREAK", "CONTINUE", "Raised", "Returned", "run"]

BREAK, CONTINUE = object(), object()
IN_PLACE_METHODS = {
    ast.Add: "__iadd__", ast.Sub: "__isub__", ast.Mult: "__imul__", ast.Div: "__itruediv__", ast.MatMult: "__imatmul__",
    ast.Pow: "__ipow__",
}  # fmt: skip
PLACES = (ast.Name, ast.Attribute, ast.Subscript)


class Returned:
    """The result of a ``return``."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Raised(Exception):
    """An exception that the program raised itself.

    Attributes:
        name: The name of its class.
        value: The exception object.
    """

    def __init__(self, name, value):
        super().__init__(name)
        self.name = name
        self.value = value


def run(machine, body, frame):
    """Run statements in order. Return BREAK, CONTINUE or a ``Returned`` if one of these ends them, else None."""
    for node in body:
        machine.limits.step()
        machine.line = node.lineno
        machine.statement = node
        handler = EXECUTE.get(type(node))
        if handler is None:
            raise Unreadable(f"{type(node).__name__} is a statement that is not read")
        signal = handler(machine, node, frame)
        if machine.watcher is not None:
            machine.watcher(frame, node)
        if signal is not None:
            return signal
    return None


def _expression(machine, node, frame):
    evaluate(machine, node.value, frame)


def _assign(machine, node, frame):
    value = start_value(machine, node.value, frame)
    machine.statement = node
    machine.recorder.held(value, node, frame, node.targets[-1])
    for target in node.targets:
        assign(machine, target, value, frame)
    first = node.targets[0]
    if isinstance(first, ast.Name):
        if isinstance(node.value, PLACES):
            frame.copies.add(first.id)
        elif first.id in frame.copies and not reads(node.value, first.id):
            frame.copies.discard(first.id)


def reads(node, name):
    """Return True if an expression reads a name."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _annotated(machine, node, frame):
    if node.value is not None:
        value = start_value(machine, node.value, frame)
        machine.statement = node
        assign(machine, node.target, value, frame)


def _augmented(machine, node, frame):
    target = node.target
    if isinstance(target, ast.Name):
        old = machine.lookup(target.id, frame, target)
        new = _in_place(machine, node, old, frame)
        machine.bind(target.id, new, frame, target)
    elif isinstance(target, ast.Attribute):
        owner = evaluate(machine, target.value, frame)
        old = access.read_attribute(machine, owner, target.attr)
        new = _in_place(machine, node, old, frame)
        access.write_attribute(machine, owner, target.attr, new, target, frame)
    else:
        container = evaluate(machine, target.value, frame)
        key = index_of(machine, target.slice, frame)
        old = access.read_item(machine, container, key)
        new = _in_place(machine, node, old, frame)
        if not (machine.is_array(container) and new is old and machine.shares(container, old)):
            access.write_item(machine, container, key, new, target, frame)
        machine.filled(target.value, container, key, frame)
    machine.recorder.held(new, node, frame, target)


def _in_place(machine, node, old, frame):
    right = node.value
    plain = isinstance(right, ast.Constant) and type(right.value) is float
    other = machine.literal(right.value, right.lineno) if plain else evaluate(machine, right, frame)
    machine.statement = node
    if machine.is_array(old):
        before = machine.elements(old)
        new = operate(machine, node.op, old, other, in_place=True)
        if new is old:
            machine.recorder.changed_elements(before, machine.elements(old), node, frame, node.target)
        return new
    if isinstance(old, list) and isinstance(node.op, ast.Add):
        old.extend(machine.iterate(other))
        return old
    if isinstance(old, Instance):
        own = old.method(IN_PLACE_METHODS.get(type(node.op), ""))
        if own is not None:
            return own(other)
    if type(node.op) not in OPERATORS:
        raise Unreadable("this operator is not read")
    return operate(machine, node.op, old, other)


def _for(machine, node, frame):
    return _looped(machine, node, frame, _for_body)


def _while(machine, node, frame):
    return _looped(machine, node, frame, _while_body)


def _looped(machine, node, frame, body):
    """Run a loop. The machine may leave it from within when enough updates were seen."""
    token = object()
    depth, calls = len(machine.stack), machine.limits.depth
    machine.loops.append(token)
    try:
        return body(machine, node, frame)
    except LeaveLoop as leave:
        if leave.loop is not token:
            raise
        del machine.stack[depth:]
        machine.limits.depth = calls
        del machine.loops[machine.loops.index(token) + 1 :]
        return None
    finally:
        if token in machine.loops:
            machine.loops.remove(token)


def _for_body(machine, node, frame):
    bound = [part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)]
    for item in machine.iterate(evaluate(machine, node.iter, frame)):
        machine.limits.step()
        machine.statement = node
        assign(machine, node.target, item, frame)
        frame.copies.update(bound)
        signal = run(machine, node.body, frame)
        if signal is BREAK:
            return None
        if isinstance(signal, Returned):
            return signal
    return run(machine, node.orelse, frame)


def _while_body(machine, node, frame):
    while access.truth(machine, evaluate(machine, node.test, frame)):
        machine.limits.step()
        signal = run(machine, node.body, frame)
        if signal is BREAK:
            return None
        if isinstance(signal, Returned):
            return signal
    return run(machine, node.orelse, frame)


def _if(machine, node, frame):
    return run(machine, node.body if access.truth(machine, evaluate(machine, node.test, frame)) else node.orelse, frame)


def _return(machine, node, frame):
    value = start_value(machine, node.value, frame) if node.value is not None else None
    machine.statement = node
    machine.recorder.returned(value, node, frame)
    return Returned(value)


def _define(machine, node, frame):
    function = make_function(machine, node, frame, f"{frame.function}.{node.name}".lstrip("."))
    machine.bind(node.name, _decorated(machine, node, frame, function), frame, node)


IGNORED_DECORATORS = {
    "jit",
    "njit",
    "lru_cache",
    "cache",
    "wraps",
    "abstractmethod",
    "no_grad",
    "override",
    "vectorize_",
}


def _decorated(machine, node, frame, made):
    for decorator in reversed(node.decorator_list):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in ("staticmethod", "classmethod", "property"):
            made = Kind(name, made)
        elif name in ("cached_property", "abstractproperty"):
            made = Kind("property", made)
        elif name == "setter":
            existing = frame.names.get(node.name)
            made = Kind("property", existing.function, made)
        elif name == "dataclass":
            made = _dataclass(machine, node, made)
        elif name not in IGNORED_DECORATORS:
            changed = evaluate(machine, decorator, frame)
            if not isinstance(changed, Absorber):  # a decorator of a library that is not read, such as a timer
                made = machine.call(changed, [made], {}, decorator, frame)
    return made


def _dataclass(machine, node, cls):
    fields = {name: default for base in reversed(cls.order[1:]) for name, default in base.fields or []}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            fields[statement.target.id] = cls.names.get(statement.target.id, MISSING)
    cls.fields = list(fields.items())
    return cls


def _class(machine, node, frame):
    bases, foreign = [], None
    for part in node.bases:
        base = evaluate(machine, part, frame)
        if isinstance(base, Class):
            bases.append(base)
        elif base is not machine.object_type:
            foreign = base
    inner = Frame({"__name__": node.name}, frame, f"{frame.function}.{node.name}".lstrip("."))
    inner.module = frame.module
    run(machine, node.body, inner)
    cls = Class(machine, node.name, bases, inner.names, foreign)
    for member in inner.names.values():
        function = member.function if isinstance(member, Kind) else member
        if isinstance(function, Function) and function.owner is None:
            function.owner = cls
            function.frame = frame
    kind = getattr(foreign, "name", "") if isinstance(foreign, Absorber) else ""
    if kind in ("NamedTuple", "TypedDict"):
        _dataclass(machine, node, cls)
        cls.is_tuple = kind == "NamedTuple"
    elif kind in ENUMS:
        _fill_enum(cls)
    machine.bind(node.name, _decorated(machine, node, frame, cls), frame, node)


ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag"}


def _fill_enum(cls):
    """Replace the constants of an ``Enum`` by its members."""
    for name, value in list(cls.names.items()):
        if not name.startswith("_") and not isinstance(value, (Function, Kind)):
            member = Instance(cls)
            member.names.update(name=name, value=value)
            cls.names[name] = member
            cls.members.append(member)


def _import(machine, node, frame):
    for alias in node.names:
        top = alias.name if alias.asname else alias.name.split(".")[0]
        machine.bind(alias.asname or top, machine.module(top), frame, node)


def _import_from(machine, node, frame):
    for alias in node.names:
        if alias.name == "*":
            found = machine.module(node.module or "")
            for name, value in getattr(found, "names", {}).items():
                frame.names.setdefault(name, value)
        else:
            machine.bind(alias.asname or alias.name, machine.member(node.module or "", alias.name), frame, node)


def _declare(machine, node, frame):
    scope = frame.module
    for name in node.names:
        if isinstance(node, ast.Nonlocal):
            scope = frame.outer
            while scope is not None and name not in scope.names:
                scope = scope.outer
        frame.declared[name] = scope or frame.module


def _delete(machine, node, frame):
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.names.pop(target.id, None)
        elif isinstance(target, ast.Attribute):
            owner = evaluate(machine, target.value, frame)
            if isinstance(owner, Instance):
                owner.names.pop(target.attr, None)
        elif isinstance(target, ast.Subscript):
            container = evaluate(machine, target.value, frame)
            del container[access.plain_key(index_of(machine, target.slice, frame))]


def _raise(machine, node, frame):
    if node.exc is None:
        raise Raised("Exception", None)
    value = evaluate(machine, node.exc, frame)
    if isinstance(value, access.HostError):
        raise Raised(value.name, value)
    cls = value.cls if isinstance(value, Instance) else value
    raise Raised(getattr(cls, "name", "Exception"), value)


def _try(machine, node, frame):
    try:
        signal = run(machine, node.body, frame)
        if signal is None:
            signal = run(machine, node.orelse, frame)
    except (Raised, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        handler = next((h for h in node.handlers if _catches(machine, h, error, frame)), None)
        if handler is None:
            raise
        if handler.name:
            frame.names[handler.name] = (
                error.value if isinstance(error, Raised) else access.HostError(type(error).__name__)
            )
        signal = run(machine, handler.body, frame)
    finally:
        done = run(machine, node.finalbody, frame)
    return done or signal


def _catches(machine, handler, error, frame):
    if handler.type is None:
        return True
    wanted = evaluate(machine, handler.type, frame)
    names = {getattr(w, "name", "") for w in (wanted if isinstance(wanted, tuple) else (wanted,))}
    own = {error.name} if isinstance(error, Raised) else {cls.__name__ for cls in type(error).__mro__}
    if "FileNotFoundError" in own:
        own |= {"OSError", "IOError", "EnvironmentError"}
    if isinstance(error, Raised) and isinstance(error.value, Instance):
        own |= {cls.name for cls in error.value.cls.order}
    return bool(names & (own | {"Exception", "BaseException"}))


def _with(machine, node, frame):
    left = []
    for item in node.items:
        context = evaluate(machine, item.context_expr, frame)
        entered = context
        if isinstance(context, Instance) and context.method("__enter__"):
            entered = context.method("__enter__")()
            left.append(context.method("__exit__"))
        elif not isinstance(context, (Instance, Absorber)) and machine.is_array(context):
            raise TypeError("an array is not a context manager")
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, entered, frame)
    signal = run(machine, node.body, frame)
    for leave in reversed(left):
        if leave is not None:
            leave(None, None, None)
    return signal


def _match(machine, node, frame):
    subject = evaluate(machine, node.subject, frame)
    for case in node.cases:
        if _matches(machine, case.pattern, subject, frame) and (
            case.guard is None or access.truth(machine, evaluate(machine, case.guard, frame))
        ):
            return run(machine, case.body, frame)
    return None


def _matches(machine, pattern, subject, frame):
    if isinstance(pattern, ast.MatchValue):
        return bool(evaluate(machine, pattern.value, frame) == subject)
    if isinstance(pattern, ast.MatchSingleton):
        return subject is pattern.value
    if isinstance(pattern, ast.MatchOr):
        return any(_matches(machine, part, subject, frame) for part in pattern.patterns)
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        if pattern.name:
            frame.names[pattern.name] = subject
        return True
    raise Unreadable("this pattern is not read; write it with if")


EXECUTE = {
    ast.Expr: _expression, ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.For: _for,
    ast.While: _while, ast.If: _if, ast.Return: _return, ast.FunctionDef: _define, ast.ClassDef: _class,
    ast.Import: _import, ast.ImportFrom: _import_from, ast.Global: _declare, ast.Nonlocal: _declare,
    ast.Delete: _delete, ast.Raise: _raise, ast.Try: _try, ast.With: _with, ast.Match: _match,
    ast.Pass: lambda machine, node, frame: None,
    ast.Assert: lambda machine, node, frame: None,  # an assertion changes nothing
    ast.Break: lambda machine, node, frame: BREAK,
    ast.Continue: lambda machine, node, frame: CONTINUE,
}  # fmt: skip
