"""The objects of a program: functions, classes, instances, and frames of names. None of them is Python's own."""

__all__ = [
    "MISSING", "Absorber", "BoundMethod", "Class", "Frame", "Function", "Instance", "Literal", "Namespace",
    "name_of_type",
]  # fmt: skip

MISSING = object()


def name_of_type(kind):
    """Return the name of a type, or of the function that a program has in place of it.

    >>> name_of_type(int), name_of_type(len)
    ('int', 'len')
    """
    return getattr(kind, "__name__", "").lstrip("_").removesuffix("_of")


class Literal(int):
    """An integer literal of the program. It is a start value if it becomes a weight.

    >>> from autograd import Value
    >>> bias = Literal(0)
    >>> bias.value(Value) is bias.value(Value), bias + 1
    (True, 1)
    """

    def value(self, make):
        """Return the leaf of this literal, which ``make`` creates from a float. Later calls return the same leaf."""
        leaf = self.__dict__.get("leaf")
        if leaf is None:
            leaf = self.__dict__["leaf"] = make(float(self))
        return leaf


class Frame:
    """The names of a call, of a module, or of a class body.

    Attributes:
        names: A dict from each name to its value.
        outer: The frame in which the function was defined; None for the module.
        function: The qualified name of the function; empty for the module.
        node: The node of the function in the syntax tree. Its identity distinguishes functions.
        owner: The class from which ``super()`` starts.
        first: The first argument of the call, which ``super()`` uses.
        copies: The names that were bound to the value of another variable, such as ``s`` by ``s = self.bias``.
        caller: The statement that made the call; None for the module.
    """

    __slots__ = (
        "caller",
        "copies",
        "declared",
        "first",
        "function",
        "module",
        "names",
        "node",
        "outer",
        "owner",
        "yields",
    )

    def __init__(self, names, outer=None, function="", node=None):
        self.names = names
        self.outer = outer
        self.module = self if outer is None else outer.module
        self.function = function
        self.node = node
        self.declared = {}
        self.owner = None
        self.first = None
        self.yields = None
        self.copies = set()
        self.caller = None


class Function:
    """A function, a lambda, or a method of the program. Python's own functions, such as ``map``, can call it."""

    def __init__(self, machine, node, frame, name, defaults, keyword_defaults, owner=None):
        self.machine = machine
        self.node = node
        self.frame = frame
        self.name = name
        self.defaults = defaults
        self.keyword_defaults = keyword_defaults
        self.owner = owner
        self.attributes = {}

    def __call__(self, *args, **keywords):
        """Run the function."""
        return self.machine.call_function(self, args, keywords)

    def __repr__(self):
        return f"<function {self.name}>"


class BoundMethod:
    """A method with its instance."""

    __slots__ = ("function", "instance")

    def __init__(self, function, instance):
        self.function = function
        self.instance = instance

    def __call__(self, *args, **keywords):
        """Run the method."""
        return self.function(self.instance, *args, **keywords)


class Kind:
    """A function with a mark: a static method, a class method or a property."""

    __slots__ = ("function", "mark", "setter")

    def __init__(self, mark, function, setter=None):
        self.mark = mark
        self.function = function
        self.setter = setter


class Class:
    """A class of the program.

    Attributes:
        order: The class and its bases, in the order of attribute lookup.
        foreign: A base that is not one of the program's own classes, such as ``torch.autograd.Function``, or None.
        fields: The fields of a dataclass: pairs of name and default, in order.
        is_tuple: True if instances are also tuples of their fields, as those of a ``NamedTuple``.
        members: The members of an ``Enum`` in order, and an empty list for any other class.
    """

    def __init__(self, machine, name, bases, names, foreign=None):
        self.machine = machine
        self.name = name
        self.names = names
        self.foreign = foreign or next((b.foreign for b in bases if b.foreign), None)
        self.order = [self, *_merged([b.order for b in bases])]
        self.fields = None
        self.is_tuple = any(base.is_tuple for base in bases)
        self.members = []

    def find(self, name, after=None):
        """Return the attribute with this name or MISSING. If ``after`` is given, only classes after it are searched."""
        order = self.order if after is None else self.order[self.order.index(after) + 1 :]
        for cls in order:
            if name in cls.names:
                return cls.names[name]
        return MISSING

    def __iter__(self):
        return iter(self.members)

    def __call__(self, *args, **keywords):
        """Return a new instance, or the member of an ``Enum`` with a value."""
        if self.members:
            return next(m for m in self.members if args and m.names["value"] in args)
        return self.machine.make_instance(self, args, keywords)

    def __repr__(self):
        return f"<class {self.name}>"


def _merged(orders):
    merged = []
    for order in orders:
        for cls in order:
            if cls in merged:
                merged.remove(cls)  # a common base comes after all classes that derive from it
            merged.append(cls)
    return merged


class Instance:
    """An instance of a class of the program. Its operators call the program's own methods."""

    def __init__(self, cls):
        self.cls = cls
        self.names = {}

    def method(self, name):
        """Return the bound method with this name, or None."""
        found = self.cls.find(name)
        return BoundMethod(found, self) if isinstance(found, Function) else None

    def __call__(self, *args, **keywords):
        """Run the program's own ``__call__`` or ``forward``."""
        method = self.method("__call__")
        if method is None:
            if self.cls.foreign is not None and (forward := self.method("forward")):
                return forward(*args, **keywords)
            raise TypeError(f"'{self.cls.name}' object is not callable")
        return method(*args, **keywords)

    def __iter__(self):
        method = self.method("__iter__")
        if method is not None:
            items = method()
            return items._following() if isinstance(items, Instance) and items.method("__next__") else iter(items)
        if self.cls.is_tuple:
            return iter(list(self.names.values()))
        if self.method("__getitem__") and self.method("__len__"):
            return iter([self[i] for i in range(len(self))])
        raise TypeError(f"'{self.cls.name}' object is not iterable")

    def _following(self):
        """Yield what the program's own ``__next__`` returns until it raises ``StopIteration``."""
        method = self.method("__next__")
        while True:
            try:
                item = method()
            except Exception as error:
                if getattr(error, "name", "") != "StopIteration":
                    raise
                return
            yield item

    def __bool__(self):
        method = self.method("__bool__") or self.method("__len__")
        return bool(method()) if method is not None else True

    def __repr__(self):
        return f"<{self.cls.name} object>"

    __hash__ = object.__hash__


NEEDED = ("__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__invert__", "__pos__")


def _operator(name):
    def operate(self, *operands):
        method = self.method(name)
        if method is None:
            if self.cls.is_tuple and name in ("__len__", "__getitem__"):
                return getattr(tuple(self.names.values()), name)(*operands)
            if name in NEEDED:
                raise TypeError(f"'{self.cls.name}' object has no {name}")
            return NotImplemented
        return method(*operands)

    return operate


_BINARY = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift"]
_NAMES = [*_BINARY, *["r" + n for n in _BINARY], "neg", "pos", "invert", "eq", "ne", "lt", "le", "gt", "ge"]
for _name in [*_NAMES, "len", "getitem", "setitem", "delitem", "contains", "abs"]:
    setattr(Instance, f"__{_name}__", _operator(f"__{_name}__"))  # hashing stays by identity


class Namespace:
    """A module that the program imports, with its known names."""

    def __init__(self, name, names):
        self.name = name
        self.names = names

    def __repr__(self):
        return f"<module {self.name}>"


class Absorber:
    """An object that does not affect the numbers, such as a plot. Its attributes, items and calls return it.

    Args:
        name: The name of the object.
        known: Attributes with a meaning of their own, such as the functions in ``torch.nn``.
    """

    def __init__(self, name, known=None):
        self.name = name
        self.known = known or {}

    def __call__(self, *args, **keywords):
        """Return itself."""
        return self

    def __iter__(self):
        return iter([self, self])

    def __getitem__(self, key):
        return self

    def __repr__(self):
        return f"<{self.name}>"
