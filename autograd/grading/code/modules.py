"""Python's own modules that programs import: math, random, functools and others, for numbers on the tape."""

import copy as host_copy
import functools
import itertools
import math
import operator

from autograd.engine import functions
from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.numpy_space import plain
from autograd.grading.code.objects import MISSING, Absorber, Class, Function, Instance, Literal, Namespace
from autograd.grading.code.system_modules import makers as system_makers
from autograd.grading.code.text_modules import regular_expressions, strings

__all__ = ["FieldFactory", "Modules", "NotGiven"]


class Modules:
    """The maker of the modules for one program.

    Args:
        library: The modules that exist so far.
        machine: The machine that runs the program.
    """

    def __init__(self, library, machine):
        self.library = library
        self.machine = machine
        self.builtin = library.builtin

    def makers(self):
        """Return a dict from the name of each module to the function that makes it."""
        return system_makers(self.library, self.machine) | {
            "math": self._math, "random": self._random, "functools": self._functools, "copy": self._copy,
            "collections": self._collections, "itertools": self._itertools, "dataclasses": self._dataclasses,
            "operator": self._operator, "scipy": self._scipy, "re": regular_expressions, "string": strings,
        }  # fmt: skip

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
        names["pow"] = self.builtin.pow_of
        names["fabs"] = self.builtin.abs_of
        names["fsum"] = self.builtin.sum_of
        names["prod"] = lambda x: functools.reduce(lambda a, b: a * b, self.builtin.items_of(x), 1)
        names["floor"] = lambda x: math.floor(plain(x))
        names["ceil"] = lambda x: math.ceil(plain(x))
        names["isnan"] = lambda x: math.isnan(plain(x))
        names["isinf"] = lambda x: math.isinf(plain(x))
        names["isfinite"] = lambda x: math.isfinite(plain(x))
        names["isclose"] = lambda a, b, **k: math.isclose(plain(a), plain(b), **{n: plain(v) for n, v in k.items()})
        names["hypot"] = lambda a, b: functions.hypot(a, b)
        names["atan2"] = lambda a, b: functions.atan2(a, b)
        names["copysign"] = lambda a, b: math.copysign(plain(a), plain(b))
        names["dist"] = lambda p, q: functions.sqrt(
            self.builtin.sum_of([(a - b) ** 2 for a, b in zip(p, q, strict=True)])
        )
        names |= {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
        return Namespace("math", names)

    def _random(self):
        source = self.library.host_random
        machine = self.machine
        names = {
            name: lambda *args, name=name, **k: machine.leaf(
                getattr(source, name)(*[plain(a) for a in args], **{n: plain(v) for n, v in k.items()})
            )
            for name in ("random", "uniform", "gauss", "normalvariate", "triangular", "betavariate", "expovariate")
        }
        names["seed"] = lambda seed=None, **_k: source.seed(self.library.seed + (seed if isinstance(seed, int) else 0))
        names["randint"] = lambda a, b: source.randint(int(a), int(b))
        names["randrange"] = lambda *a: source.randrange(*map(int, a))
        names["choice"] = lambda items: source.choice(self.builtin.items_of(items))
        names["choices"] = lambda items, k=1, **_k: source.choices(self.builtin.items_of(items), k=int(k))
        names["sample"] = lambda items, k: source.sample(self.builtin.items_of(items), int(k))
        names["shuffle"] = self._shuffle
        names["Random"] = lambda seed=None: Namespace("random", names)
        return Namespace("random", names)

    def _shuffle(self, items):
        if isinstance(items, Array):
            self.library.numpy["random"].shuffle(items)
        else:
            self.library.host_random.shuffle(items)

    def _functools(self):
        def reduce(function, items, *start):
            return functools.reduce(function, self.builtin.items_of(items), *start)

        def partial(function, *args, **keywords):
            return lambda *more, **others: function(*args, *more, **{**keywords, **others})

        return Namespace("functools", {
            "reduce": reduce, "partial": partial, "wraps": lambda _f: lambda g: g,
            "lru_cache": lambda *_a, **_k: lambda g: g,
            "cache": lambda g: g, "cached_property": None, "total_ordering": lambda c: c,
        })  # fmt: skip

    def _copy(self):
        return Namespace("copy", {"copy": lambda x: copied(x, False), "deepcopy": lambda x: copied(x, True)})

    def _collections(self):
        return Namespace("collections", {
            "namedtuple": self._namedtuple, "OrderedDict": self.builtin.dict_of, "defaultdict": DefaultDict,
            "deque": lambda x=(), maxlen=None: Deque(self.builtin.items_of(x), maxlen), "Counter": self._counter,
            "abc": Absorber("abc"),
        })  # fmt: skip

    def _counter(self, items=()):
        counted = Counted()
        if isinstance(items, dict):
            counted.update(items)
        else:
            counted.add(self.builtin.items_of(items))
        return counted

    def _namedtuple(self, name, fields, **_keywords):
        names = fields.replace(",", " ").split() if isinstance(fields, str) else list(fields)
        cls = Class(self.machine, name, [], {})
        cls.fields, cls.is_tuple = [(field, MISSING) for field in names], True
        return cls

    def _itertools(self):
        items = self.builtin.items_of

        def count(start=0, step=1):
            return iter(range(int(start), int(start) + 100_000 * int(step), int(step)))

        return Namespace("itertools", {
            "count": count, "chain": lambda *x: [i for part in x for i in self.builtin.items_of(part)],
            "repeat": lambda x, n=1000: [x] * min(int(n), 100_000),
            "product": lambda *x, repeat=1: self._capped(itertools.product(*map(items, x), repeat=int(repeat))),
            "islice": lambda x, *n: list(itertools.islice(self.machine.iterate(x), *n)), "accumulate": self._accumulate,
            "combinations": lambda x, n: self._capped(itertools.combinations(self.builtin.items_of(x), int(n))),
            "permutations": lambda x, n=None: self._capped(itertools.permutations(self.builtin.items_of(x), n)),
            "cycle": lambda x: (self.builtin.items_of(x) * 1000)[:100_000],
            "zip_longest": lambda *x, fillvalue=None: itertools.zip_longest(*map(items, x), fillvalue=fillvalue),
            "pairwise": lambda x: list(itertools.pairwise(self.builtin.items_of(x))),
            "starmap": lambda f, x: [f(*p) for p in self.builtin.items_of(x)],
            "tee": lambda x, n=2: tuple([iter(part) for part in [self.builtin.items_of(x)] * int(n)]),
            "takewhile": lambda f, x: list(itertools.takewhile(f, self.builtin.items_of(x))),
            "dropwhile": lambda f, x: list(itertools.dropwhile(f, self.builtin.items_of(x))),
            "groupby": lambda x, key=None: [(k, list(g)) for k, g in itertools.groupby(self.builtin.items_of(x), key)],
            "batched": lambda x, n: [tuple(part) for part in _batches(self.builtin.items_of(x), int(n))],
        })  # fmt: skip

    def _capped(self, items):
        found = []
        for item in items:
            self.machine.limits.step()
            found.append(item)
        return found

    def _accumulate(self, items, function=None):
        found = []
        for item in self.builtin.items_of(items):
            found.append(item if not found else (function(found[-1], item) if function else found[-1] + item))
        return found

    def _dataclasses(self):
        def field(default=MISSING, default_factory=None, init=True, **_keywords):
            if not init:
                return NotGiven(default if default_factory is None else FieldFactory(default_factory))
            return FieldFactory(default_factory) if default_factory is not None else default

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
        names |= {
            "neg": lambda a: -a,
            "matmul": lambda a, b: a @ b,
            "pow": self.builtin.pow_of,
            "abs": self.builtin.abs_of,
        }
        names |= {
            name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge", "mod", "floordiv", "not_")
        }
        names["attrgetter"] = lambda name: lambda x: self.builtin.getattr_of(x, name)
        return Namespace("operator", names)

    def _scipy(self):
        numpy = self.library.module(self.machine, "numpy").names
        special = {name: numpy[name] for name in ("expit",) if name in numpy}
        special["softmax"] = lambda x, axis=None: (
            numpy["exp"](x) / numpy["sum"](numpy["exp"](x), axis=axis, keepdims=True)
        )
        special["log_softmax"] = lambda x, axis=None: numpy["log"](special["softmax"](x, axis))
        special["logsumexp"] = lambda x, axis=None, keepdims=False: numpy["log"](
            numpy["sum"](numpy["exp"](x), axis=axis, keepdims=keepdims)
        )
        special["xlogy"] = lambda x, y: numpy["where"](numpy["asarray"](x) == 0, 0.0, x * numpy["log"](y))
        reader = Namespace("scipy.io", {"loadmat": self.library.files.unpickled})
        return Namespace("scipy", {"special": Namespace("scipy.special", special), "io": reader, **numpy})


def _batches(items, n):
    return [items[i : i + n] for i in range(0, len(items), n)]


class FieldFactory:
    """The default of a dataclass field that is created again for each instance."""

    def __init__(self, make):
        self.make = make

    def __call__(self):
        """Return a new default."""
        return self.make()


class NotGiven:
    """The default of a dataclass field that is not an argument of ``__init__``."""

    def __init__(self, default):
        self.default = default


class Deque(list):
    """A list that also grows and shrinks at its beginning, with a largest length."""

    readable = frozenset(("appendleft", "popleft", "extendleft", "rotate", "maxlen"))

    def __init__(self, items=(), maxlen=None):
        super().__init__(items)
        self.maxlen = maxlen
        self._shorten()

    def _shorten(self):
        if self.maxlen is not None and len(self) > self.maxlen:
            del self[: len(self) - self.maxlen]

    def append(self, item):
        """Append an item, and drop the first one if there are too many."""
        super().append(item)
        self._shorten()

    def appendleft(self, item):
        """Insert an item at the beginning."""
        self.insert(0, item)
        if self.maxlen is not None and len(self) > self.maxlen:
            self.pop()

    def popleft(self):
        """Return the first item, and remove it."""
        return self.pop(0)

    def extendleft(self, items):
        """Insert items at the beginning, one after the other."""
        for item in items:
            self.appendleft(item)

    def rotate(self, n=1):
        """Move the last items to the beginning."""
        n = n % len(self) if self else 0
        self[:] = self[-n:] + self[:-n]


class Counted(dict):
    """A dict that counts items. A missing item was counted 0 times."""

    readable = frozenset(("most_common", "elements", "total"))

    def __missing__(self, key):
        return 0

    def add(self, items):
        """Count some items."""
        for item in items:
            self[item] = self[item] + 1

    def most_common(self, n=None):
        """Return the items and their numbers, the most frequent ones first."""
        ordered = sorted(self.items(), key=lambda pair: -pair[1])
        return ordered if n is None else ordered[: int(n)]

    def elements(self):
        """Return each item as often as it was counted."""
        return [item for item, n in self.items() for _ in range(n)]

    def total(self):
        """Return the number of all items."""
        return sum(self.values())


class DefaultDict(dict):
    """A dict that creates the values of missing keys."""

    def __init__(self, make=None, *args):
        super().__init__(*args)
        self.make = make

    def __missing__(self, key):
        if self.make is None:
            raise KeyError(key)
        self[key] = value = self.make()
        return value


def copied(x, deep):
    """Return a copy of any object of a program."""
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
