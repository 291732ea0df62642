"""The machine that runs the syntax tree of a program: names, calls, loops, and the numbers on the tape."""

import ast
import contextlib

from autograd.engine.value import Value
from autograd.grading.code import statements
from autograd.grading.code.arrays import Array, ArrayLimitError
from autograd.grading.code.expressions import evaluate
from autograd.grading.code.limits import LeaveLoop, Limits, Stop
from autograd.grading.code.methods import array_method, host_method
from autograd.grading.code.objects import (
    MISSING,
    Absorber,
    BoundMethod,
    Class,
    Frame,
    Function,
    Instance,
    Literal,
    Namespace,
)
from autograd.grading.code.older_python import divides_whole_numbers

__all__ = ["Machine"]

MAX_LEAVES = 1_000_000  # numbers that a program writes or creates, about 280 bytes each


class Machine:
    """The machine that runs one program once.

    Args:
        tree: The syntax tree of the program.
        recorder: The recorder of all values that are stored.
        library: The modules that the program imports, and Python's built-in functions.
        starts: A function that returns the data of a leaf, from the number of the leaf and the data in the program.
        limits: The limits on steps and time.
    """

    object_type = object
    host_method = staticmethod(host_method)
    array_method = staticmethod(array_method)

    def __init__(self, tree, recorder, library, starts=None, limits=None):
        self.tree = tree
        self.floors = divides_whole_numbers(tree) if isinstance(tree, ast.Module) else False
        self.recorder = recorder
        self.library = library
        self.starts = starts
        self.limits = limits or Limits()
        self.trace = None
        self.watcher = None
        self.line = 0
        self.statement = None
        self.leaves = 0
        self.stack = []
        self.loops = []
        self.left = None
        self.builtins = library.builtins(self)
        self.globals = Frame({"__name__": "__main__", "__file__": "program.py"})

    def run(self):
        """Run the whole program."""
        self.stack = [self.globals]
        statements.run(self, self.tree.body, self.globals)

    # --- Numbers

    def leaf(self, data, node=None):
        """Return a new leaf for a number in the program, which may be written in a node of its tree."""
        self.leaves += 1
        if self.starts is not None:
            data = self.starts(self.leaves, data)
        leaf = Value(data)
        self.recorder.leaf(leaf, self.leaves, node)
        return leaf

    def literal(self, data, line):
        """Return the leaf of a number in a formula. In an update it may be a rate."""
        leaf = Value(data)
        self.recorder.literal(leaf, line)
        return leaf

    def whole_leaf(self, data):
        """Return the leaf of an integer that is combined with a float: a start value, or a number of samples."""
        leaf = self.leaf(data)
        self.recorder.whole(leaf)
        return leaf

    def number(self, data):
        """Return a float as a number on the tape."""
        return Value(data)

    def fresh(self, x):
        """Return a copy of a start value, with its own leaf."""
        if isinstance(x, Literal):
            return Literal(x)
        return self.leaf(x.data) if isinstance(x, Value) and x.op is None else x

    def held_value(self, x):
        """Return the value that is stored for ``x``. A plain float becomes a leaf."""
        return self.leaf(x) if type(x) is float else x

    def track(self, array):
        """Put the floats of a new array on the tape as leaves, and return the array."""
        if isinstance(array, Array):
            if array.dtype.kind == "f":
                self.limits.left -= array.size // 8
                if self.leaves + array.size > MAX_LEAVES:
                    raise ArrayLimitError(f"the program has more than {MAX_LEAVES} numbers: use smaller data.")
                array.assign([self.leaf(x) if isinstance(x, float) else x for x in array.elements()], array.dtype)
            return array
        return self.leaf(float(array)) if isinstance(array, float) else array

    def is_array(self, x):
        """Return True if ``x`` is an array."""
        return isinstance(x, Array)

    def holds_floats(self, array):
        """Return True if an array has floats."""
        return array.dtype.kind == "f"

    def shares(self, array, other):
        """Return True if two arrays share their elements."""
        return isinstance(other, Array) and array._buffer is other._buffer

    def elements(self, x):
        """Return the elements of an array, or a single number, as a list."""
        return x.elements() if isinstance(x, Array) else [x]

    def array_key(self, key):
        """Return an index of an array with plain integers."""
        if isinstance(key, tuple):
            return tuple([self.array_key(part) for part in key])
        if isinstance(key, list):
            return [self.array_key(part) for part in key]
        if isinstance(key, Literal):
            return int(key)
        if isinstance(key, Array) and key.dtype.kind == "f" and self.library.made:
            return self._whole(key)  # labels of made data stand in place of whole numbers
        if isinstance(key, Value):
            raise IndexError("only integers, slices, ellipsis, newaxis and integer or boolean arrays are valid indices")
        return key

    def _whole(self, key):
        """Return an index with whole numbers, if all of its numbers are whole and were not computed."""
        numbers = key.elements()
        whole = all(isinstance(x, Value) and x.op is None and x.data.is_integer() for x in numbers)
        return self.library.numpy["array"]([int(x.data) for x in numbers]).reshape(key.shape) if whole else key

    # --- Names

    def lookup(self, name, frame, node):
        """Return the value of a name."""
        scope = frame
        declared = frame.declared.get(name)
        if declared is not None and name in declared.names:
            return declared.names[name]
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
            while scope is not None and scope.node is None and scope.outer is not None and "" not in scope.declared:
                scope = scope.outer  # methods do not see the names of their class body
        if name in self.builtins:
            return self.builtins[name]
        self.line = node.lineno
        raise NameError(f"name '{name}' is not defined")

    def bind(self, name, value, frame, target):
        """Assign a value to a name."""
        scope = frame.declared.get(name, frame)
        value = self.held_value(value)
        old = scope.names.get(name, MISSING)
        scope.names[name] = value
        if self.trace is not None:
            self.trace.bound(scope, name, value)
        if old is not value:
            self.recorder.of_copy = name in scope.copies or name in _arguments(scope.node)
            self.recorder.changed(old, value, self.statement, frame, target)
            self.recorder.of_copy = False

    def filled(self, node, container, key, frame):
        """Record that an element was stored, because from now on the variable or the dict has other numbers."""
        if self.trace is None:
            return
        if isinstance(container, dict):
            self.trace.bound(container, key, container.get(key))
        elif isinstance(node, ast.Name) and self.is_array(container):
            self.trace.bound(frame if node.id in frame.names else frame.module, node.id, container)

    def made(self, container):
        """Record the elements of a new dict, some of which a later update may change."""
        if self.trace is not None:
            for key, value in container.items():
                self.trace.bound(container, key, value)

    # --- Loops

    def stop_training(self):
        """Leave the outermost loop, which trains. The second call ends the reading."""
        if not self.loops or self.left is not None:
            raise Stop
        self.left = self.loops[0]
        raise LeaveLoop(self.left)

    def iterate(self, x):
        """Return an iterator over the items of ``x``, whose number is limited."""
        if isinstance(x, Array):
            return iter(x)
        if isinstance(x, (list, tuple, dict, set, str, range)) or hasattr(x, "__iter__"):
            return self._bounded(x)
        if isinstance(x, Value):
            raise TypeError("'float' object is not iterable")
        raise TypeError(f"'{type(x).__name__}' object is not iterable")

    def _bounded(self, x):
        for item in x:
            if not self.limits.left % 64:
                self.limits.step()
            self.limits.left -= 0 if isinstance(x, (list, tuple)) else 1
            if self.limits.left < 0:
                self.limits.step()
            yield item

    def give(self, frame, value):
        """Store a value that a generator yields. The generator runs to its end or limit before the loop over it."""
        while frame.yields is None and frame.outer is not None:
            frame = frame.outer
        frame.yields.append(value)
        if len(frame.yields) >= 64:
            raise _Enough

    # --- Calls

    def call(self, function, args, keywords, node, frame):
        """Return the result of a call."""
        self.recorder.called(function, args, node, frame)
        if isinstance(function, (Function, BoundMethod, Class)):
            result = function(*args, **keywords)
        elif callable(function):
            before = self.line
            result = function(*args, **keywords)
            self.line = before
            if getattr(node.func, "attr", "") == "clip":
                self.recorder.clipped(node, args, self.elements(result))
        else:
            raise TypeError(f"'{type(function).__name__}' object is not callable")
        self.line = node.lineno
        return result

    def call_function(self, function, args, keywords):
        """Run a function of the program, and return its result."""
        frame = Frame({}, function.frame, function.name, function.node)
        frame.owner = function.owner
        frame.first = args[0] if args else None
        self._bind_arguments(function, list(args), dict(keywords), frame)
        node = function.node
        if isinstance(node, ast.Lambda):
            return self._bounded_call(frame, lambda: evaluate(self, node.body, frame))
        statement, line = self.statement, self.line
        if _yields(node):
            frame.yields = []
            with contextlib.suppress(_Enough):
                self._bounded_call(frame, lambda: statements.run(self, node.body, frame))
            self.statement, self.line = statement, line
            return iter(frame.yields)
        if self.watcher is not None:
            self.watcher(frame, None)
        signal = self._bounded_call(frame, lambda: statements.run(self, node.body, frame))
        self.statement, self.line = statement, line
        return signal.value if isinstance(signal, statements.Returned) else None

    def _bounded_call(self, frame, body):
        self.limits.enter()
        frame.caller = self.statement
        self.stack.append(frame)
        result = body()
        self.stack.pop()
        self.limits.leave()
        return result

    def _bind_arguments(self, function, args, keywords, frame):
        spec = function.node.args
        names = [part.arg for part in (*spec.posonlyargs, *spec.args)]
        if len(args) > len(names) and spec.vararg is None:
            raise TypeError(f"{function.name}() takes {len(names)} positional arguments but {len(args)} were given")
        values = frame.names
        for name, value in zip(names, args, strict=False):
            values[name] = self.held_value(value)
        if spec.vararg is not None:
            values[spec.vararg.arg] = tuple(args[len(names) :])
        rest = {}
        for name, value in keywords.items():
            if name in names or any(part.arg == name for part in spec.kwonlyargs):
                if name in values:
                    raise TypeError(f"{function.name}() got multiple values for argument '{name}'")
                values[name] = self.held_value(value)
            elif spec.kwarg is not None:
                rest[name] = value
            else:
                raise TypeError(f"{function.name}() got an unexpected keyword argument '{name}'")
        if spec.kwarg is not None:
            values[spec.kwarg.arg] = rest
        defaults = dict(zip(names[len(names) - len(function.defaults) :], function.defaults, strict=True))
        defaults |= {p.arg: d for p, d in zip(spec.kwonlyargs, function.keyword_defaults, strict=True)}
        for name in (*names, *[part.arg for part in spec.kwonlyargs]):
            if name not in values:
                if defaults.get(name, MISSING) is MISSING:
                    raise TypeError(f"{function.name}() missing the argument '{name}'")
                values[name] = defaults[name]

    def make_instance(self, cls, args, keywords):
        """Return a new instance of a class of the program."""
        instance = Instance(cls)
        init = cls.find("__init__")
        if isinstance(init, Function):
            init(instance, *args, **keywords)
        elif cls.fields is not None:
            self._fill(instance, args, keywords)
        elif cls.foreign is not None:
            self.library.start_foreign(instance, args, keywords)
        elif args or keywords:
            raise TypeError(f"{cls.name}() takes no arguments")
        return instance

    def _fill(self, instance, args, keywords):
        library = self.library
        names = [name for name, default in instance.cls.fields if not isinstance(default, library.NotGiven)]
        given = dict(zip(names, args, strict=False)) | keywords
        for name, default in instance.cls.fields:
            if name in given:
                value = given[name]
            else:
                value = default.default if isinstance(default, library.NotGiven) else default
                if value is MISSING and value is default:
                    raise TypeError(f"{instance.cls.name}() missing the argument '{name}'")
                if isinstance(value, library.FieldFactory):
                    value = value()
            if value is not MISSING:
                instance.names[name] = self.held_value(value)
        after = instance.cls.find("__post_init__")
        if isinstance(after, Function):
            after(instance)

    # --- Modules

    def module(self, name):
        """Return the module for ``import name``."""
        return self.library.module(self, name)

    def member(self, module, name):
        """Return the object for ``from module import name``."""
        found = self.module(module)
        if isinstance(found, Namespace):
            return found.names[name] if name in found.names else self.missing_member(found, name)
        return found.known.get(name, Absorber(name)) if isinstance(found, Absorber) else Absorber(name)

    def missing_member(self, namespace, name):
        """Raise an error for an unknown attribute of a module."""
        return self.library.missing(namespace, name)

    def foreign_attribute(self, owner, name):
        """Return an attribute that a class inherits from a library's class."""
        return self.library.foreign_attribute(self, owner, name)


class _Enough(Exception):
    """Raised if a generator has yielded the maximum number of values."""


def _yields(node):
    found = getattr(node, "yields_values", None)
    if found is None:
        waiting, found = list(node.body), False
        while waiting and not found:
            part = waiting.pop()
            if isinstance(part, (ast.Yield, ast.YieldFrom)):
                found = True
            elif not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
                waiting.extend(ast.iter_child_nodes(part))
        node.yields_values = found
    return found


def _arguments(node):
    """Return the names of a function's arguments."""
    found = getattr(node, "argument_names", None)
    if found is None:
        spec = getattr(node, "args", None)
        found = {part.arg for part in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)} if spec is not None else set()
        if node is not None:
            node.argument_names = found
    return found
