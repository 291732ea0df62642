"""The modules that a program can import: NumPy, math, random and a few of Python's own, over the tape."""

import copy as host_copy
import functools
import math
import random as host_random

from autograd.engine import functions
from autograd.engine.value import Value

from . import data, torch_names
from .access import HostError, formatted
from .arrays import Array, Names, as_array, numpy_names
from .arrays.layout import broadcast_shapes
from .limits import Unreadable, check_length
from .objects import MISSING, Absorber, Class, Function, Instance, Literal, Namespace

__all__ = ["Library"]

# What makes new arrays of floats: they become leaves of the tape.
CREATING = set(
    [
        "zeros",
        "ones",
        "full",
        "empty",
        "eye",
        "identity",
        "zeros_like",
        "ones_like",
        "full_like",
        "empty_like",
        "linspace",
        "logspace",
        "geomspace",
        "array",
        "asarray",
        "asanyarray",
        "ascontiguousarray",
        "diag",
        "tri",
        "fromiter",
        "asfarray",
    ]
)
DRAWING = set(
    [
        "rand",
        "randn",
        "random",
        "random_sample",
        "ranf",
        "sample",
        "uniform",
        "normal",
        "standard_normal",
        "choice",
        "permutation",
        "laplace",
        "beta",
        "gamma",
        "exponential",
        "lognormal",
        "multivariate_normal",
        "standard_t",
        "poisson",
        "randint",
        "integers",
    ]
)
UNREAD_DATA = set(["loadtxt", "genfromtxt", "load", "fromfile"])


class Library:
    """The modules for one program.

    Args:
        seed: Added to the seed of every random generator, so that another one gives other weights.
    """

    float_type = "float64"

    def __init__(self, seed=0):
        self.seed = seed
        self.made = []
        self.host_random = host_random.Random(1000 + seed)
        self.machine = None
        self.numpy = numpy_names()
        self.numpy["random"].seed(12345 + seed)
        self.spaces = {}

    # --- Python's own functions

    def builtins(self, machine):
        """Return what every program can name without an import."""
        self.machine = machine
        names = {
            "abs": self._abs, "all": self._all, "any": self._any, "bool": self._bool, "callable": callable,
            "dict": self._dict, "divmod": lambda a, b: (a // b, a % b), "enumerate": self._enumerate,
            "filter": self._filter, "float": NumberType("float", self), "format": lambda x, spec="": formatted(x, spec),
            "getattr": self._getattr, "hasattr": self._hasattr, "hash": hash, "id": id, "int": NumberType("int", self),
            "isinstance": self._isinstance, "issubclass": self._issubclass, "iter": lambda x: iter(list(machine.iterate(x))),
            "len": self._len, "list": self._list, "map": self._map, "max": self._max, "min": self._min,
            "next": self._next, "object": object, "pow": self._pow, "print": Printer(), "range": self._range,
            "repr": lambda x: formatted(x, ""), "reversed": self._reversed, "round": self._round, "set": self._set,
            "setattr": self._setattr, "sorted": self._sorted, "str": self._str, "sum": self._sum, "super": self._super,
            "tuple": self._tuple, "type": self._type, "zip": self._zip, "open": self._open, "vars": self._vars,
            "input": self._input, "frozenset": self._set, "property": None, "staticmethod": None, "classmethod": None,
            "chr": chr, "ord": ord, "slice": slice, "Ellipsis": ..., "NotImplemented": NotImplemented, "bytes": str,
            "exit": self._exit, "quit": self._exit,
        }  # fmt: skip
        errors = (
            "Exception BaseException ValueError TypeError KeyError IndexError AttributeError ZeroDivisionError "
            "ArithmeticError NotImplementedError RuntimeError OverflowError AssertionError StopIteration LookupError "
            "NameError ImportError ModuleNotFoundError FileNotFoundError OSError IOError KeyboardInterrupt SystemExit "
            "UserWarning Warning DeprecationWarning FloatingPointError RuntimeWarning"
        )
        names.update({name: HostError(name) for name in errors.split()})
        names["True"], names["False"], names["None"] = True, False, None
        return names

    def _exit(self, *_):
        raise Unreadable("the program ends itself here, before an update")

    def _super(self, *args):
        if len(args) == 2 and isinstance(args[1], Instance):
            from .access import Super

            found = Super.__new__(Super)
            found.owner, found.instance = args
            return found
        raise TypeError("super(): arguments are not read")

    def _abs(self, x):
        return functions.where(x >= 0, x, -x) if isinstance(x, Value) and x.data == 0 else abs(x)

    def _items(self, x):
        check_length(len(x) if isinstance(x, range) else 0)
        return list(self.machine.iterate(x))

    def _all(self, x):
        return all(bool(part.data if isinstance(part, Value) else part) for part in self._items(x))

    def _any(self, x):
        return any(bool(part.data if isinstance(part, Value) else part) for part in self._items(x))

    def _bool(self, x=False):
        return x.data != 0 if isinstance(x, Value) else bool(x)

    def _dict(self, *args, **keywords):
        found = (
            dict(args[0])
            if args and isinstance(args[0], dict)
            else dict([tuple(p) for p in self._items(args[0])] if args else [])
        )
        return found | keywords

    def _enumerate(self, x, start=0):
        return enumerate(self.machine.iterate(x), int(start))

    def _filter(self, test, x):
        return [part for part in self._items(x) if (test(part) if test else part)]

    def _float(self, x=0.0):
        if isinstance(x, str):
            return self.machine.leaf(float(x))
        if isinstance(x, Array):
            x = x.item()
        if isinstance(x, Literal):
            return x.value(self.machine.leaf)
        return x if isinstance(x, Value) else self.machine.leaf(float(x))

    def _int(self, x=0, base=None):
        if isinstance(x, Value):
            return int(x.data)
        return int(x) if base is None else int(x, base)

    def _round(self, x, digits=None):
        if isinstance(x, Value):
            rounded = round(x.data, digits) if digits is not None else round(x.data)
            return rounded if digits is None else Value(rounded)
        return x.round(digits or 0) if isinstance(x, Array) else round(x, digits)

    def _getattr(self, x, name, *default):
        from .access import read_attribute

        try:
            return read_attribute(self.machine, x, name)
        except AttributeError:
            if default:
                return default[0]
            raise

    def _hasattr(self, x, name):
        return self._getattr(x, name, MISSING) is not MISSING

    def _setattr(self, x, name, value):
        from .access import write_attribute

        write_attribute(self.machine, x, name, value, None, self.machine.stack[-1])

    def _vars(self, x=None):
        return x.names if isinstance(x, Instance) else self.machine.stack[-1].names

    def _isinstance(self, x, kinds):
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        return any(self._is_a(x, kind) for kind in kinds)

    def _is_a(self, x, kind):
        if isinstance(kind, Class):
            return isinstance(x, Instance) and kind in x.cls.order
        name = getattr(kind, "__name__", "").lstrip("_")
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
        return self._items(x)

    def _tuple(self, x=()):
        return tuple(self._items(x))

    def _set(self, x=()):
        return {part.data if isinstance(part, Value) else part for part in self._items(x)}

    def _map(self, function, *lists):
        return [function(*parts) for parts in zip(*[self._items(x) for x in lists], strict=False)]

    def _best(self, args, keywords, sign):
        key = keywords.get("key")
        items = self._items(args[0]) if len(args) == 1 else list(args)
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
        return next(x, *default)

    def _pow(self, a, b, modulus=None):
        from .expressions import operate

        return operate(self.machine, POWER, a, b) if modulus is None else pow(a, b, modulus)

    def _range(self, *bounds):
        if any(isinstance(b, Value) for b in bounds):
            raise TypeError("'float' object cannot be interpreted as an integer")
        return range(*[int(b) for b in bounds])

    def _reversed(self, x):
        return iter(self._items(x)[::-1])

    def _sorted(self, x, key=None, reverse=False):
        return sorted(self._items(x), key=key, reverse=bool(reverse))

    def _str(self, x=""):
        return formatted(x, "") if not isinstance(x, str) else x

    def _sum(self, x, start=0):
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

    def _open(self, *_args, **_keywords):
        raise Unreadable("a file cannot be opened while a program is read: put a few numbers in its place")

    def _input(self, *_args):
        raise Unreadable("the program asks for input: put the answer in its place")

    # --- Modules

    def module(self, machine, name):
        """Return a module by its name."""
        self.machine = machine
        top = name.split(".")[0]
        if name not in self.spaces:
            self.spaces[name] = self._make(name, top)
        return self.spaces[name]

    def _make(self, name, top):
        if top in ("numpy", "cupy", "autograd"):
            space = self._numpy()
            for part in name.split(".")[1:]:
                if part != "numpy":
                    space = space.names[part]
            return space
        makers = {
            "math": self._math, "random": self._random, "functools": self._functools, "copy": self._copy,
            "collections": self._collections, "itertools": self._itertools, "dataclasses": self._dataclasses,
            "operator": self._operator, "scipy": self._scipy, "torch": lambda: torch_names.namespace(self),
        }  # fmt: skip
        if top in makers:
            space = makers[top]()
            for part in name.split(".")[1:]:
                space = space.names.get(part, Absorber(name))
            return space
        stand_in = data.namespace(self, name)
        return stand_in if stand_in is not None else Absorber(top)

    def missing(self, namespace, name):
        """Raise, or give a stand-in, for a name that a module does not have here."""
        if namespace.name in ("typing", "abc"):
            return Absorber(name)
        raise Unreadable(
            f"{namespace.name}.{name} is not read; write it with functions that are, such as np.dot or np.sum"
        )

    def _numpy(self):
        names = {}
        for name, value in self.numpy.items():
            names[name] = self._space(name, value) if isinstance(value, Names) else self._wrapped(name, value)
        names["load"] = names["loadtxt"] = names["genfromtxt"] = lambda *_a, **k: data.table(self, "np.loadtxt", k)
        for name in ("save", "savetxt", "savez", "set_printoptions", "seterr"):
            names[name] = lambda *_a, **_k: None
        for name in ("float64", "float32", "float16", "float_", "double"):
            names[name] = NumberType("float", self)
        for name in ("int64", "int32", "int16", "int8", "uint8", "int_"):
            names[name] = NumberType("int", self)
        names["vectorize"] = lambda function, *_a, **_k: self._vectorized(function)
        return Namespace("numpy", names)

    def _space(self, name, space):
        members = {part: getattr(space, part) for part in dir(space)}
        if name == "random":
            return self._random_space(members)
        return Namespace(f"numpy.{name}", {part: self._wrapped(part, value) for part, value in members.items()})

    def _random_space(self, members):
        shift = self.seed
        names = {part: self._drawing(part, value) for part, value in members.items()}
        names["seed"] = lambda seed=None: members["seed"](shift + int(seed or 0))
        for maker in ("RandomState", "default_rng"):
            names[maker] = lambda seed=None, make=members[maker]: Generator(make(shift + int(seed or 0)), self)
        names["Generator"] = Absorber("Generator")
        return Namespace("numpy.random", names)

    def _drawing(self, name, function):
        if not callable(function):
            return function

        def draw(*args, **keywords):
            args = [plain(x) for x in args]
            result = function(*args, **{k: plain(v) for k, v in keywords.items()})
            return self.machine.track(result) if name in DRAWING else result

        return draw

    def _wrapped(self, name, function):
        if not callable(function) or isinstance(function, type):
            return function
        in_place = name in ("copyto", "put", "fill_diagonal", "place", "putmask")
        return NumpyFunction(name, function, self, in_place)

    def _vectorized(self, function):
        def apply(*arrays, **keywords):
            arrays = [as_array(x) for x in arrays]
            shape = broadcast_shapes(*[a.shape for a in arrays])
            rows = zip(*[a.stretched_elements(shape) for a in arrays], strict=True)
            made = self.numpy["array"]([function(*row, **keywords) for row in rows])
            return made.reshape(shape) if shape else made.elements()[0]

        return apply

    def convert(self, kind, x):
        """Return a single number as another kind."""
        name = getattr(kind, "__name__", str(kind))
        return int(x.data) if "int" in name.lower() else (x.data != 0 if "bool" in name.lower() else x)

    def _math(self):
        names = {
            name: lambda x, f=function: f(x) if isinstance(x, Value) else f(float(x))
            for name, function in {
                "exp": functions.exp, "log1p": functions.log1p, "tanh": functions.tanh, "sqrt": functions.sqrt,
                "sin": functions.sin, "cos": functions.cos, "tan": functions.tan, "sinh": functions.sinh,
                "cosh": functions.cosh, "atan": functions.atan, "expm1": functions.expm1, "erf": functions.erf,
                "asin": functions.asin, "acos": functions.acos,
            }.items()
        }  # fmt: skip
        names["log"] = lambda x, base=None: (
            functions.log(x) if base is None else functions.log(x) / functions.log(float(plain(base)))
        )
        names["log2"] = lambda x: functions.log(x) / math.log(2)
        names["log10"] = lambda x: functions.log(x) / math.log(10)
        names["pow"] = self._pow
        names["fabs"] = self._abs
        names["fsum"] = self._sum
        names["prod"] = lambda x: functools.reduce(lambda a, b: a * b, self._items(x), 1)
        names["floor"] = lambda x: math.floor(plain(x))
        names["ceil"] = lambda x: math.ceil(plain(x))
        names["isnan"] = lambda x: math.isnan(plain(x))
        names["isinf"] = lambda x: math.isinf(plain(x))
        names["isfinite"] = lambda x: math.isfinite(plain(x))
        names["isclose"] = lambda a, b, **k: math.isclose(plain(a), plain(b), **{n: plain(v) for n, v in k.items()})
        names["hypot"] = lambda a, b: functions.hypot(a, b)
        names["atan2"] = lambda a, b: functions.atan2(a, b)
        names["copysign"] = lambda a, b: math.copysign(plain(a), plain(b))
        names["dist"] = lambda p, q: functions.sqrt(self._sum([(a - b) ** 2 for a, b in zip(p, q, strict=True)]))
        names |= {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
        return Namespace("math", names)

    def _random(self):
        source = self.host_random
        machine = self.machine
        names = {
            name: lambda *args, f=getattr(source, name), **k: machine.leaf(
                f(*[plain(a) for a in args], **{n: plain(v) for n, v in k.items()})
            )
            for name in ("random", "uniform", "gauss", "normalvariate", "triangular", "betavariate", "expovariate")
        }
        names["seed"] = lambda seed=None, **_k: source.seed(self.seed + (seed if isinstance(seed, int) else 0))
        names["randint"] = lambda a, b: source.randint(int(a), int(b))
        names["randrange"] = lambda *a: source.randrange(*map(int, a))
        names["choice"] = lambda items: source.choice(self._items(items))
        names["choices"] = lambda items, k=1, **_k: source.choices(self._items(items), k=int(k))
        names["sample"] = lambda items, k: source.sample(self._items(items), int(k))
        names["shuffle"] = self._shuffle
        names["Random"] = lambda seed=None: Namespace("random", names)
        return Namespace("random", names)

    def _shuffle(self, items):
        if isinstance(items, Array):
            self.numpy["random"].shuffle(items)
        else:
            self.host_random.shuffle(items)

    def _functools(self):
        def reduce(function, items, *start):
            return functools.reduce(function, self._items(items), *start)

        def partial(function, *args, **keywords):
            return lambda *more, **others: function(*args, *more, **{**keywords, **others})

        return Namespace("functools", {
            "reduce": reduce, "partial": partial, "wraps": lambda _f: lambda g: g, "lru_cache": lambda *_a, **_k: lambda g: g,
            "cache": lambda g: g, "cached_property": None, "total_ordering": lambda c: c,
        })  # fmt: skip

    def _copy(self):
        return Namespace("copy", {"copy": lambda x: copied(x, False), "deepcopy": lambda x: copied(x, True)})

    def _collections(self):
        return Namespace("collections", {
            "namedtuple": self._namedtuple, "OrderedDict": self._dict, "defaultdict": DefaultDict, "deque": lambda x=(), maxlen=None: self._items(x),
            "Counter": lambda x=(): {k: self._items(x).count(k) for k in self._items(x)}, "abc": Absorber("abc"),
        })  # fmt: skip

    def _namedtuple(self, name, fields, **_keywords):
        names = fields.replace(",", " ").split() if isinstance(fields, str) else list(fields)
        cls = Class(self.machine, name, [], {})
        cls.fields = [(field, MISSING) for field in names]
        return cls

    def _itertools(self):
        import itertools

        def count(start=0, step=1):
            return iter(range(int(start), int(start) + 100_000 * int(step), int(step)))

        return Namespace("itertools", {
            "count": count, "chain": lambda *x: [i for part in x for i in self._items(part)], "repeat": lambda x, n=1000: [x] * min(int(n), 100_000),
            "product": lambda *x, repeat=1: self._capped(itertools.product(*[self._items(p) for p in x], repeat=int(repeat))),
            "islice": lambda x, *n: list(itertools.islice(self.machine.iterate(x), *n)), "accumulate": self._accumulate,
            "combinations": lambda x, n: self._capped(itertools.combinations(self._items(x), int(n))),
            "permutations": lambda x, n=None: self._capped(itertools.permutations(self._items(x), n)),
            "cycle": lambda x: (self._items(x) * 1000)[:100_000], "zip_longest": lambda *x, fillvalue=None: itertools.zip_longest(*[self._items(p) for p in x], fillvalue=fillvalue),
            "pairwise": lambda x: list(itertools.pairwise(self._items(x))), "starmap": lambda f, x: [f(*p) for p in self._items(x)],
        })  # fmt: skip

    def _capped(self, items):
        found = []
        for item in items:
            self.machine.limits.step()
            found.append(item)
        return found

    def _accumulate(self, items, function=None):
        found = []
        for item in self._items(items):
            found.append(item if not found else (function(found[-1], item) if function else found[-1] + item))
        return found

    class FieldFactory:
        """The default of a field of a dataclass, made anew for each instance."""

        def __init__(self, make):
            self.make = make

        def __call__(self):
            return self.make()

    def _dataclasses(self):
        def field(default=MISSING, default_factory=None, **_keywords):
            return self.FieldFactory(default_factory) if default_factory is not None else default

        return Namespace("dataclasses", {
            "field": field, "dataclass": lambda *a, **k: a[0] if a else lambda c: c, "asdict": lambda x: dict(x.names),
            "replace": self._replace,
        })  # fmt: skip

    def _replace(self, instance, **changes):
        return instance.cls(**{**instance.names, **changes})

    def _operator(self):
        names = {"itemgetter": lambda *k: lambda x: x[k[0]] if len(k) == 1 else tuple(x[i] for i in k)}
        names |= {
            "add": lambda a, b: a + b,
            "sub": lambda a, b: a - b,
            "mul": lambda a, b: a * b,
            "truediv": lambda a, b: a / b,
        }
        names |= {"neg": lambda a: -a, "matmul": lambda a, b: a @ b}
        names["attrgetter"] = lambda name: lambda x: self._getattr(x, name)
        return Namespace("operator", names)

    def _scipy(self):
        numpy = self._numpy().names
        special = {name: numpy[name] for name in ("expit",) if name in numpy}
        special["softmax"] = lambda x, axis=None: (
            numpy["exp"](x) / numpy["sum"](numpy["exp"](x), axis=axis, keepdims=True)
        )
        special["log_softmax"] = lambda x, axis=None: numpy["log"](special["softmax"](x, axis))
        special["logsumexp"] = lambda x, axis=None, keepdims=False: numpy["log"](
            numpy["sum"](numpy["exp"](x), axis=axis, keepdims=keepdims)
        )
        special["xlogy"] = lambda x, y: numpy["where"](numpy["asarray"](x) == 0, 0.0, x * numpy["log"](y))
        return Namespace("scipy", {"special": Namespace("scipy.special", special), **numpy})

    def start_foreign(self, instance, args, keywords):
        """Start an instance of a class that derives from a library's class."""
        instance.names.update(keywords)

    def foreign_attribute(self, machine, owner, name):
        """Return what a class inherits from a library's class."""
        return torch_names.inherited(self, owner, name)


class Printer:
    """``print``: it prints nothing."""

    prints = True

    def __call__(self, *_args, **_keywords):
        return None


class NumpyFunction:
    """A function of NumPy over the tape: new floats become leaves; what it changes in place is recorded."""

    readable = frozenset(("outer", "accumulate", "at", "reduce", "T"))

    def __init__(self, name, function, library, in_place):
        self.name = name
        self.function = function
        self.library = library
        self.in_place = in_place

    def __call__(self, *args, **keywords):
        machine = self.library.machine
        args = [floated(x) for x in args]
        keywords = {name: floated(x) for name, x in keywords.items()}
        out = keywords.get("out")
        changed = out[0] if isinstance(out, tuple) else out
        if self.in_place:
            changed = args[0]
        elif changed is None and len(args) == getattr(self.function, "nin", 99) + 1:
            changed = args[-1]
        before = changed.elements() if isinstance(changed, Array) else None
        result = self.function(*args, **keywords)
        if before is not None:
            machine.recorder.changed_elements(before, changed.elements(), machine.statement, machine.stack[-1], None)
        if self.name in CREATING:
            if result is not None and not (args and result is args[0]):
                return machine.track(result)
        elif type(result).__name__ in ("Float64", "float"):
            return Value(float(result))
        return int(result) if type(result).__name__ == "Int64" else result

    @property
    def outer(self):
        """The outer form of a function of two operands."""
        return lambda a, b: self.function.outer(a, b)

    def at(self, array, *args):
        """Change elements in place, each time an index comes."""
        machine = self.library.machine
        before = array.elements()
        self.function.at(array, *args)
        machine.recorder.changed_elements(before, array.elements(), machine.statement, machine.stack[-1], None)

    def reduce(self, *args, **keywords):
        """Reduce an array along an axis."""
        return self.function.reduce(*args, **keywords)

    def accumulate(self, *args, **keywords):
        """Reduce an array along an axis, with all results between."""
        return self.function.accumulate(*args, **keywords)


class Generator:
    """A random generator: what it draws goes onto the tape."""

    def __init__(self, source, library):
        self.source = source
        self.library = library

    def read_attribute(self, name):
        """Return a function of the generator."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "seed":
            return lambda seed=None: self.source.seed(self.library.seed + int(seed or 0))
        return self.library._drawing(name, getattr(self.source, name))


class NumberType:
    """``np.float64`` and the like: called, it gives a number; compared, it is a type."""

    def __init__(self, name, library):
        self.__name__ = name
        self.name = name
        self.library = library

    def __call__(self, x=0, *more):
        if self.name == "int":
            many = isinstance(x, (Array, list)) and not (isinstance(x, Array) and x.size == 1)
            return self.library.numpy["asarray"](x).astype(int) if many else self.library._int(x, *more)
        if isinstance(x, (Array, list)) and not (isinstance(x, Array) and x.size == 1):
            return self.library.machine.track(self.library.numpy["asarray"](x).astype(float))
        return self.library._float(x)


class DefaultDict(dict):
    """A dict that makes the value of a key that is missing."""

    def __init__(self, make=None, *args):
        super().__init__(*args)
        self.make = make

    def __missing__(self, key):
        if self.make is None:
            raise KeyError(key)
        self[key] = value = self.make()
        return value


import ast as _ast  # noqa: E402 - for the one operator that a function names

POWER = _ast.Pow()


def plain(x):
    """Return a number of the tape as its float, in lists as well."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, (list, tuple)):
        return type(x)([plain(part) for part in x])
    return int(x) if isinstance(x, Literal) else (float if x is float else x)


def floated(x):
    """Return an argument of NumPy's functions: types as they are known there."""
    return {"float": float, "int": int}[x.name] if isinstance(x, NumberType) else x


def copied(x, deep):
    """Return a copy of anything a program makes."""
    if isinstance(x, Array):
        return x.copy()
    if isinstance(x, list):
        return [copied(part, True) for part in x] if deep else list(x)
    if isinstance(x, tuple):
        return tuple([copied(part, True) for part in x]) if deep else x
    if isinstance(x, dict):
        return {key: copied(value, True) for key, value in x.items()} if deep else dict(x)
    if isinstance(x, Instance):
        twin = Instance(x.cls)
        twin.names = {key: copied(value, True) for key, value in x.names.items()} if deep else dict(x.names)
        return twin
    return x if isinstance(x, (Value, Function, Literal)) else host_copy.copy(x)
