"""Python's built-in functions, for numbers on the tape."""

import functools as host_functools

from autograd.engine import functions
from autograd.engine.value import Value
from autograd.grading.code.access import HostError, Super, formatted, read_attribute, write_attribute
from autograd.grading.code.arrays import Array
from autograd.grading.code.expressions import power
from autograd.grading.code.limits import Unreadable, check_length
from autograd.grading.code.numpy_space import NumberType
from autograd.grading.code.objects import MISSING, Class, Instance, Kind, Literal, name_of_type
from autograd.grading.code.statements import Raised
from autograd.grading.code.system_modules import answer

__all__ = ["Builtins", "Printer"]


class Builtins:
    """The functions that a program can call without an import.

    Args:
        library: The modules of the program.
        machine: The machine that runs the program.
    """

    def __init__(self, library, machine):
        self.library = library
        self.machine = machine

    def names(self):
        """Return the names that every program can use without an import."""
        machine = self.machine
        names = {
            "abs": self.abs_of, "all": self._all, "any": self._any, "bool": self._bool, "callable": self._callable,
            "dict": self.dict_of, "divmod": lambda a, b: (a // b, a % b), "enumerate": self._enumerate,
            "filter": self._filter, "float": NumberType("float", self.library),
            "format": lambda x, spec="": formatted(x, spec), "getattr": self.getattr_of, "hasattr": self._hasattr,
            "hash": hash, "id": id, "int": NumberType("int", self.library), "isinstance": self._isinstance,
            "issubclass": self._issubclass, "iter": lambda x: iter(list(machine.iterate(x))), "len": self._len,
            "list": self._list, "map": self._map, "max": self._max, "min": self._min, "next": self._next,
            "object": object, "pow": self.pow_of, "print": Printer(), "range": self._range,
            "repr": lambda x: formatted(x, ""), "reversed": self._reversed, "round": self._round, "set": self._set,
            "setattr": self._setattr, "sorted": self._sorted, "str": self._str, "sum": self.sum_of,
            "super": self._super, "tuple": self._tuple, "type": self._type, "zip": self._zip,
            "open": self.library.files.open,
            "vars": self._vars, "input": self._input, "frozenset": self._set,
            "property": lambda read=None, write=None, *_more: Kind("property", read, write),
            "staticmethod": lambda f: Kind("staticmethod", f), "classmethod": lambda f: Kind("classmethod", f),
            "chr": chr, "ord": ord, "slice": slice, "Ellipsis": ...,
            "NotImplemented": NotImplemented, "bytes": str, "bytearray": self._list, "memoryview": lambda x: x,
            "exit": self._exit, "quit": self._exit, "bin": bin, "hex": hex, "oct": oct,
            "ascii": lambda x: formatted(x, ""),
            "delattr": lambda x, name: x.names.pop(name, None),
            "globals": lambda: machine.globals.names, "locals": lambda: machine.stack[-1].names,
            "dir": lambda x=None: list(self._vars(x)), "xrange": self._range, "raw_input": self._input,
            "unicode": self._str, "long": self.int_of,
            "reduce": lambda f, x, *start: host_functools.reduce(f, self.items_of(x), *start),
        }  # fmt: skip
        errors = (
            "Exception BaseException ValueError TypeError KeyError IndexError AttributeError ZeroDivisionError "
            "ArithmeticError NotImplementedError RuntimeError OverflowError AssertionError StopIteration LookupError "
            "NameError ImportError ModuleNotFoundError FileNotFoundError OSError IOError KeyboardInterrupt SystemExit "
            "UserWarning Warning DeprecationWarning FloatingPointError RuntimeWarning FutureWarning EnvironmentError "
            "EOFError RecursionError MemoryError PermissionError TimeoutError UnicodeDecodeError StopAsyncIteration "
            "UnboundLocalError"
        )
        names.update({name: HostError(name) for name in errors.split()})
        names["True"], names["False"], names["None"] = True, False, None
        return names

    def _exit(self, *_):
        raise Unreadable("the program ends itself here, before an update")

    def _super(self, *args):
        if len(args) == 2 and isinstance(args[1], Instance):
            found = Super.__new__(Super)
            found.owner, found.instance = args
            return found
        raise TypeError("super(): arguments are not read")

    def abs_of(self, x):
        """Return ``abs(x)``."""
        return functions.where(x >= 0, x, -x) if isinstance(x, Value) and x.data == 0 else abs(x)

    def items_of(self, x):
        """Return the items of an iterable as a list."""
        check_length(len(x) if isinstance(x, range) else 0)
        return list(self.machine.iterate(x))

    def _all(self, x):
        return all(bool(part.data if isinstance(part, Value) else part) for part in self.items_of(x))

    def _any(self, x):
        return any(bool(part.data if isinstance(part, Value) else part) for part in self.items_of(x))

    def _bool(self, x=False):
        return x.data != 0 if isinstance(x, Value) else bool(x)

    def dict_of(self, *args, **keywords):
        """Return ``dict(...)``."""
        found = (
            dict(args[0])
            if args and isinstance(args[0], dict)
            else dict([tuple(p) for p in self.items_of(args[0])] if args else [])
        )
        return found | keywords

    def _enumerate(self, x, start=0):
        return enumerate(self.machine.iterate(x), int(start))

    def _filter(self, test, x):
        return [part for part in self.items_of(x) if (test(part) if test else part)]

    def float_of(self, x=0.0):
        """Return ``float(x)`` as a number on the tape."""
        if isinstance(x, str):
            return self.machine.leaf(float(x))
        if isinstance(x, Array):
            x = x.item()
        if isinstance(x, Literal):
            return x.value(self.machine.whole_leaf)
        return x if isinstance(x, Value) else self.machine.leaf(float(x))

    def int_of(self, x=0, base=None):
        """Return ``int(x)``."""
        if isinstance(x, Value):
            return int(x.data)
        return int(x) if base is None else int(x, base)

    def _round(self, x, digits=None):
        if isinstance(x, Value):
            rounded = round(x.data, digits) if digits is not None else round(x.data)
            return rounded if digits is None else Value(rounded)
        return x.round(digits or 0) if isinstance(x, Array) else round(x, digits)

    def getattr_of(self, x, name, *default):
        """Return ``getattr(x, name)``."""
        try:
            return read_attribute(self.machine, x, name)
        except AttributeError:
            if default:
                return default[0]
            raise

    def _callable(self, x):
        return x.method("__call__") is not None if isinstance(x, Instance) else callable(x)

    def _hasattr(self, x, name):
        return self.getattr_of(x, name, MISSING) is not MISSING

    def _setattr(self, x, name, value):
        write_attribute(self.machine, x, name, value, None, self.machine.stack[-1])

    def _vars(self, x=None):
        return x.names if isinstance(x, Instance) else self.machine.stack[-1].names

    def _isinstance(self, x, kinds):
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        return any(self._is_a(x, kind) for kind in kinds)

    def _is_a(self, x, kind):
        if isinstance(kind, Class):
            return isinstance(x, Instance) and kind in x.cls.order
        name = name_of_type(kind)
        if name in ("float", "Float64"):
            return isinstance(x, (Value, float))
        if name in ("int", "Int64", "Integer", "Integral"):
            return isinstance(x, int)
        hosts = {"list": list, "dict": dict, "tuple": tuple, "str": str, "bool": bool, "set": set, "Array": Array}
        if name in hosts:
            return isinstance(x, hosts[name])
        return name == "object" or (isinstance(kind, type) and isinstance(x, kind))

    def _issubclass(self, cls, base):
        return isinstance(cls, Class) and base in cls.order

    def _len(self, x):
        if isinstance(x, Value):
            raise TypeError("object of type 'float' has no len()")
        return len(x)

    def _list(self, x=()):
        return self.items_of(x)

    def _tuple(self, x=()):
        return tuple(self.items_of(x))

    def _set(self, x=()):
        return {part.data if isinstance(part, Value) else part for part in self.items_of(x)}

    def _map(self, function, *lists):
        return [function(*parts) for parts in zip(*[self.items_of(x) for x in lists], strict=False)]

    def _best(self, args, keywords, sign):
        key = keywords.get("key")
        items = self.items_of(args[0]) if len(args) == 1 else list(args)
        if not items:
            if "default" in keywords:
                return keywords["default"]
            raise ValueError("max() or min() of an empty sequence")
        best, best_key = items[0], key(items[0]) if key else items[0]
        for item in items[1:]:
            item_key = key(item) if key else item
            if bool(item_key > best_key) if sign > 0 else bool(item_key < best_key):
                best, best_key = item, item_key
        return best

    def _max(self, *args, **keywords):
        if len(args) == 2 and any(isinstance(x, Value) for x in args):
            plain = [isinstance(x, (int, float)) and x == 0 for x in args]
            if any(plain):
                return functions.relu(args[plain.index(False)])
        return self._best(args, keywords, 1)

    def _min(self, *args, **keywords):
        return self._best(args, keywords, -1)

    def _next(self, x, *default):
        if isinstance(x, Instance) and x.method("__next__"):
            return x.method("__next__")()
        try:
            return next(x, *default)
        except StopIteration:
            raise Raised("StopIteration", HostError("StopIteration")) from None

    def pow_of(self, a, b, modulus=None):
        """Return ``pow(a, b)``."""
        return power(self.machine, a, b) if modulus is None else pow(a, b, modulus)

    def _range(self, *bounds):
        if any(isinstance(b, Value) for b in bounds):
            raise TypeError("'float' object cannot be interpreted as an integer")
        return range(*[int(b) for b in bounds])

    def _reversed(self, x):
        return iter(self.items_of(x)[::-1])

    def _sorted(self, x, key=None, reverse=False):
        return sorted(self.items_of(x), key=key, reverse=bool(reverse))

    def _str(self, x=""):
        return formatted(x, "") if not isinstance(x, str) else x

    def sum_of(self, x, start=0):
        """Return ``sum(x)``."""
        total = start
        for part in self.machine.iterate(x):
            total = (
                part
                if total is start and isinstance(start, int) and start == 0 and isinstance(part, Value)
                else total + part
            )
        return total

    def _type(self, x):
        if isinstance(x, Instance):
            return x.cls
        if isinstance(x, Value):
            return float
        return int if isinstance(x, Literal) else type(x)

    def _zip(self, *lists, strict=False):
        return zip(*[self.machine.iterate(x) for x in lists], strict=False)

    def _input(self, question="", *_args):
        found = answer(question)
        self.library.made.append(f"the answer to an input is {found!r}")
        return found


class Printer:
    """The function ``print``, which prints nothing here."""

    prints = True

    def __call__(self, *_args, **_keywords):
        """Print nothing."""
        return None
