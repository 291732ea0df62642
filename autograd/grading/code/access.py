"""Attributes, items and texts: the only parts of each kind of object that a program can access."""

import re

from autograd.engine.value import Value
from autograd.grading.code import frames, scalars
from autograd.grading.code.arrays import Array
from autograd.grading.code.limits import Unreadable, check_length
from autograd.grading.code.objects import (
    MISSING,
    Absorber,
    BoundMethod,
    Class,
    Function,
    Instance,
    Kind,
    Literal,
    Namespace,
)

__all__ = [
    "HostError", "Super", "formatted", "percent_format", "plain_index", "plain_key", "read_attribute", "read_item",
    "truth", "write_attribute", "write_item",
]  # fmt: skip

_NAMES = {
    list: "append extend insert pop remove reverse sort index count copy clear",
    dict: "items keys values get update setdefault pop popitem copy clear",
    tuple: "index count",
    set: "add discard remove union intersection difference update copy pop clear issubset issuperset isdisjoint "
    "symmetric_difference difference_update intersection_update",
    str: "format join split strip lower upper startswith endswith replace isdigit rstrip lstrip title zfill ljust "
    "rjust center capitalize find count splitlines partition isalpha isalnum isspace isnumeric isdecimal isupper "
    "islower rsplit rfind rpartition index casefold swapcase encode decode removeprefix removesuffix",
    float: "is_integer item",
    int: "bit_length item",
}
METHODS = {kind: frozenset(names.split()) for kind, names in _NAMES.items()}
MAX_WIDTH = 10_000


class HostError:
    """One of Python's exceptions, as a program uses it in ``raise`` and ``except``."""

    def __init__(self, name, args=()):
        self.name = name
        self.args = args

    def __call__(self, *args):
        """Return the exception with its arguments."""
        return HostError(self.name, args)

    def __str__(self):
        return " ".join(map(str, self.args))


class Super:
    """The result of ``super()``: the attributes of the classes that follow the class of the running method."""

    def __init__(self, frame):
        while frame is not None and frame.owner is None:
            frame = frame.outer
        if frame is None:
            raise RuntimeError("super(): no arguments")
        self.owner = frame.owner
        self.instance = frame.first

    def attribute(self, name):
        """Return the attribute with this name from the classes that follow the owner."""
        cls = self.instance.cls if isinstance(self.instance, Instance) else self.instance
        found = cls.find(name, after=self.owner)
        if found is MISSING:
            if name in ("__init__", "__init_subclass__", "__setattr__"):
                return lambda *args, **keywords: None
            raise AttributeError(f"'super' object has no attribute '{name}'")
        return bound(found, self.instance, cls)


def bound(found, instance, cls):
    """Return an attribute of a class, bound to the instance or the class if it is a method or a property."""
    if isinstance(found, Kind):
        if found.mark == "staticmethod":
            return found.function
        if found.mark == "classmethod":
            return BoundMethod(found.function, cls)
        return found.function(instance) if instance is not None else found
    if isinstance(found, Function) and instance is not None:
        return BoundMethod(found, instance)
    return found


def truth(machine, x):
    """Return the truth value of ``x`` in a program."""
    if isinstance(x, Value):
        return x.data != 0
    return bool(x)


def plain_index(x):
    """Return an index as a plain integer."""
    if isinstance(x, Literal):
        return int(x)
    return int(x.data) if isinstance(x, Value) else x


def plain_key(x):
    """Return a key of a dict. A number on the tape becomes its float."""
    if isinstance(x, tuple):
        return tuple([plain_key(part) for part in x])
    if isinstance(x, Value):
        return x.data
    return int(x) if isinstance(x, Literal) else x


def read_attribute(machine, owner, name):
    """Return ``owner.name``."""
    if isinstance(owner, Instance):
        return _of_instance(machine, owner, name)
    if isinstance(owner, Namespace):
        if name in owner.names:
            return owner.names[name]
        return machine.missing_member(owner, name)
    if isinstance(owner, Array):
        return _of_array(machine, owner, name)
    if isinstance(owner, Value):
        return scalars.attribute(machine, owner, name)
    if isinstance(owner, Class):
        if name == "__name__":
            return owner.name
        found = owner.find(name)
        if found is MISSING:
            if owner.foreign is not None:
                return machine.foreign_attribute(owner, name)
            raise AttributeError(f"type object '{owner.name}' has no attribute '{name}'")
        return bound(found, None, owner)
    if isinstance(owner, Super):
        return owner.attribute(name)
    if isinstance(owner, Absorber):
        return owner.known.get(name, owner)
    if isinstance(owner, Function):
        if name == "__name__":
            return owner.name.rpartition(".")[2]
        if name in owner.attributes:
            return owner.attributes[name]
        raise AttributeError(f"function has no attribute '{name}'")
    if isinstance(owner, BoundMethod) and name == "__name__":
        return read_attribute(machine, owner.function, name)
    reader = getattr(type(owner), "read_attribute", None)
    if reader is not None:
        return reader(owner, name)
    return _of_host(machine, owner, name)


def _of_instance(machine, owner, name):
    found = owner.cls.find(name)
    if isinstance(found, Kind) and found.mark == "property":
        return found.function(owner)
    if name in owner.names:
        return owner.names[name]
    if found is not MISSING:
        return bound(found, owner, owner.cls)
    if name == "__class__":
        return owner.cls
    if name == "__dict__":
        return owner.names
    if owner.cls.is_tuple and name in ("_asdict", "_replace"):
        return (lambda: dict(owner.names)) if name == "_asdict" else lambda **k: owner.cls(**{**owner.names, **k})
    getter = owner.cls.find("__getattr__")
    if isinstance(getter, Function):
        return getter(owner, name)
    if owner.cls.foreign is not None:
        return machine.foreign_attribute(owner, name)
    raise AttributeError(f"'{owner.cls.name}' object has no attribute '{name}'")


# PyTorch's names of tensor methods, with their names in NumPy.
OF_TENSORS = {
    "mm": "dot",
    "matmul": "dot",
    "clone": "copy",
    "double": "copy",
    "float": "copy",
    "numpy": "copy",
    "detach": "copy",
    "view": "reshape",
    "t": "transpose",
}


def _of_array(machine, owner, name):
    if name in OF_TENSORS and (name != "view" or machine.library.spaces.get("torch")):
        name = OF_TENSORS[name]
    tensor = machine.library.tensor_method(owner, name)
    if tensor is not None:
        return tensor
    if name.startswith("_"):
        raise Unreadable(f"the attribute {name} of an array is not read")
    if name == "dtype":
        return owner.dtype
    if machine.library.made and "pandas" in machine.library.spaces:
        method = frames.column_method(machine.library, owner, name)
        if method is not None:
            return method
    found = getattr(owner, name)
    if callable(found):
        return machine.array_method(machine, owner, name, found)
    return found


def _of_host(machine, owner, name):
    for kind, names in METHODS.items():
        if isinstance(owner, kind):
            if isinstance(owner, (float, int)) and name in (
                "shape",
                "ndim",
                "size",
                "T",
                "mean",
                "sum",
                "astype",
                "dot",
                "copy",
            ):
                return scalars.attribute(machine, owner, name)
            if name in getattr(owner, "readable", ()):
                return getattr(owner, name)
            if name not in names:
                raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")
            return machine.host_method(machine, owner, kind, name)
    if name in getattr(owner, "readable", ()):
        return getattr(owner, name)
    if name == "__name__" and isinstance(owner, type):
        return owner.__name__
    method = _of_type(machine, owner, name)
    if method is not None:
        return method
    raise AttributeError(f"'{type(owner).__name__}' object has no attribute '{name}' that is read")


OF_TYPES = {"str": str, "list": list, "dict": dict, "set": set, "tuple": tuple, "int": int, "float": float}


def _of_type(machine, owner, name):
    """Return a method of a built-in type that a program reads from the type, such as ``str.lower``, or None."""
    kind = OF_TYPES.get(getattr(owner, "__name__", "").strip("_").removesuffix("_of")) if callable(owner) else None
    if kind is dict and name == "fromkeys":
        return lambda keys, value=None: {plain_key(k): machine.fresh(value) for k in machine.iterate(keys)}
    if kind is int and name == "from_bytes":
        return lambda content, *_args, **_keywords: content.whole()
    if kind is not None and name in METHODS.get(kind, ()):
        return lambda x, *args, **keywords: read_attribute(machine, x, name)(*args, **keywords)
    return None


def write_attribute(machine, owner, name, value, target, frame):
    """Set ``owner.name``."""
    if isinstance(owner, Instance):
        found = owner.cls.find(name)
        if isinstance(found, Kind) and found.mark == "property" and found.setter is not None:
            found.setter(owner, value)
            return
        value = machine.held_value(value)
        old = owner.names.get(name, MISSING)
        owner.names[name] = value
        if machine.trace is not None:
            machine.trace.bound(owner, name, value)
        if old is not value:
            machine.recorder.changed(old, value, machine.statement, frame, target)
    elif isinstance(owner, Class):
        owner.names[name] = machine.held_value(value)
    elif isinstance(owner, Function):
        owner.attributes[name] = value
    elif isinstance(owner, Array) and name in ("shape", "data"):
        if name == "shape":
            owner.shape = value
        else:
            write_item(machine, owner, ..., value, target, frame)
    elif isinstance(owner, Absorber):
        pass
    else:
        setter = getattr(type(owner), "write_attribute", None)
        if setter is None:
            raise AttributeError(f"the attribute {name} of '{type(owner).__name__}' cannot be set")
        setter(owner, name, value)


def read_item(machine, container, key):
    """Return ``container[key]``."""
    if isinstance(container, Array):
        return container[machine.array_key(key)]
    if isinstance(container, (list, tuple, str, range)):
        if isinstance(key, Value):
            raise TypeError("indices must be integers or slices, not float")
        if machine.is_array(key):
            key = int(key)
        return container[key]
    if isinstance(container, dict):
        return container[plain_key(key)]
    if isinstance(container, (Value, float)) and key in ((), ...):
        return container
    if isinstance(container, (Instance, Absorber)) or hasattr(type(container), "read_attribute"):
        return container[key]
    if type(container).__name__ == "Joiner":
        return container[key]
    if isinstance(container, (Class, type, Namespace)) or container is None or hasattr(container, "library"):
        return container  # a type hint, such as list[int]
    raise TypeError(f"'{type(container).__name__}' object is not subscriptable")


def write_item(machine, container, key, value, target, frame):
    """Set ``container[key]``."""
    if isinstance(container, Array):
        key = machine.array_key(key)
        before = machine.elements(container[key])
        if isinstance(value, Literal):
            value = int(value)
        container[key] = value
        machine.recorder.changed_elements(before, machine.elements(container[key]), machine.statement, frame, target)
    elif isinstance(container, (list, dict)):
        value = machine.held_value(value)
        key = plain_key(key) if isinstance(container, dict) else plain_index(key)
        if isinstance(container, list):
            old = container[key]
            if isinstance(key, slice):
                value = list(machine.iterate(value))
                check_length(len(value))
        else:
            old = container.get(key, MISSING)
        container[key] = value
        if old is not value:
            machine.recorder.changed(old, value, machine.statement, frame, target)
    elif isinstance(container, (Instance, Absorber)) or hasattr(type(container), "__setitem__"):
        if not isinstance(container, Absorber):
            container[key] = value
    else:
        raise TypeError(f"'{type(container).__name__}' object does not support item assignment")


WIDTH = re.compile(r"\d+")


def formatted(value, spec, conversion=""):
    """Return the text of a value in an f-string."""
    if any(int(width) > MAX_WIDTH for width in WIDTH.findall(spec)):
        raise Unreadable("a field that wide is not printed")
    if isinstance(value, Literal):
        value = int(value)
    printable = _printable(value)
    if conversion or (printable is not value and isinstance(printable, str)):
        return str(value)
    return format(printable, spec)


def percent_format(text, values):
    """Return ``text % values``."""
    if any(int(width) > MAX_WIDTH for width in WIDTH.findall(text)) or "*" in text:
        raise Unreadable("a field that wide is not printed")
    if isinstance(values, dict):
        return _filled(text, lambda: text % {k: _printable(x) for k, x in values.items()}, values.values())
    parts = values if isinstance(values, tuple) else (values,)
    return _filled(text, lambda: text % tuple([_printable(x) for x in parts]), parts)


def _printable(x):
    """Return a value as a number or a text. An array with a single number is printed as that number."""
    if isinstance(x, Array) and x.size == 1:
        x = x.elements()[0]
    if isinstance(x, Value):
        return x.data
    return x if isinstance(x, (int, float, str)) else str(x)


def _filled(text, fill, parts):
    """Return a text with its fields filled, or as it is if a part such as an array has no number to print."""
    try:
        return fill()
    except (TypeError, ValueError):
        if all(isinstance(x, (int, float, str)) for x in parts):
            raise
        return text


FIELD = re.compile(r"\{([^{}]*)\}")


def format_text(text, args, keywords):
    """Return ``text.format(*args, **keywords)``.

    A field that contains ``.``, ``[`` or ``_`` is replaced by ``{}``, so a field can read no attribute or item."""
    for field in FIELD.findall(text):
        if any(sign in field.split(":")[0] for sign in ".[_"):
            text = text.replace("{" + field + "}", "{}", 1)
        if any(int(width) > MAX_WIDTH for width in WIDTH.findall(field)):
            raise Unreadable("a field that wide is not printed")
    named = {k: _printable(v) for k, v in keywords.items()}
    return _filled(text, lambda: text.format(*[_printable(x) for x in args], **named), [*args, *keywords.values()])
