"""NumPy for programs: functions of arrays on the tape, random numbers, and number types."""

from autograd.engine.value import Value
from autograd.grading.code import data
from autograd.grading.code.arrays import Array, Names, as_array, plain_array, rewrapped
from autograd.grading.code.arrays.layout import broadcast_shapes
from autograd.grading.code.objects import Absorber, Literal, Namespace
from autograd.grading.code.ranks import holds_labels

__all__ = ["NumberType", "NumpySpace", "floated", "plain"]

# Functions that create arrays of floats, whose elements become leaves of the tape.
CREATING = frozenset(
    [
        "array",
        "asanyarray",
        "asarray",
        "ascontiguousarray",
        "asfarray",
        "asmatrix",
        "diag",
        "empty",
        "empty_like",
        "eye",
        "fromiter",
        "full",
        "full_like",
        "geomspace",
        "identity",
        "linspace",
        "logspace",
        "mat",
        "matrix",
        "ones",
        "ones_like",
        "repeat",
        "tile",
        "tri",
        "zeros",
        "zeros_like",
    ]
)
DRAWING = frozenset(
    [
        "beta",
        "choice",
        "exponential",
        "gamma",
        "integers",
        "laplace",
        "lognormal",
        "multivariate_normal",
        "normal",
        "permutation",
        "poisson",
        "rand",
        "randint",
        "randn",
        "random",
        "random_sample",
        "ranf",
        "sample",
        "standard_normal",
        "standard_t",
        "uniform",
    ]
)
GUARD = 1e-4
NOTHING = ("save", "savetxt", "savez", "set_printoptions", "seterr")
FILES = ("load", "loadtxt", "genfromtxt", "fromfile", "frombuffer", "fromstring")
FLOATS = ("float64", "float32", "float16", "float_", "double", "single")
WHOLES = ("int64", "int32", "int16", "int8", "uint8", "int_")


class NumpySpace(dict):
    """The names of NumPy for one program. Each object is created when it is first used.

    Args:
        library: The modules of the program.
        names: The functions of arrays.
    """

    def __init__(self, library, names):
        super().__init__()
        self.library = library
        self.functions = names

    def __contains__(self, name):
        return name in self.functions or name in FILES or name in NOTHING or name == "asfarray"

    def __missing__(self, name):
        self[name] = found = self._made(name)
        return found

    def _made(self, name):
        library = self.library
        if name in FILES:
            return lambda *args, **keywords: self.from_file(name, args, keywords)
        if name in NOTHING:
            return lambda *_args, **_keywords: None
        if name in FLOATS:
            return NumberType("float", library)
        if name in WHOLES:
            return NumberType("int", library)
        if name == "vectorize":
            return lambda function, *_args, **_keywords: self.vectorized(function)
        value = self.functions["asarray" if name == "asfarray" else name]
        if not isinstance(value, Names):
            return self.wrapped(name, value)
        members = {part: getattr(value, part) for part in dir(value)}
        if name == "random":
            return self.random_space(members)
        inner = {
            part: Namespace(f"numpy.{name}.{part}", {k: self.wrapped(k, getattr(value, k)) for k in dir(value)})
            if isinstance(value, Names)
            else self.wrapped(part, value)
            for part, value in members.items()
        }
        return Namespace(f"numpy.{name}", inner)

    def from_file(self, name, args, keywords):
        """Return the array that a function reads from a file, from its bytes or from a text."""
        first = args[0] if args else next(iter(keywords.values()), None)
        if isinstance(first, str) and name != "fromstring":
            self.library.files.check_saved(first)
        if name == "fromstring":
            separator = keywords.get("sep", args[2] if len(args) > 2 else "") or None
            numbers = [float(part) for part in str(first).split(separator)]
            return self.library.machine.track(self.functions["array"](numbers))
        if name in ("fromfile", "frombuffer"):
            content = self.library.files.open(first, "rb") if isinstance(first, str) else first
            content = content.read() if hasattr(content, "readlines") else content
            if hasattr(content, "numbers"):
                return content.numbers(int(keywords.get("offset", args[3] if len(args) > 3 else 0)))
        if name == "load" and isinstance(first, str) and first.endswith(".npz"):
            return self.library.files.unpickled()
        library, ranks = self.library, self.library.ranks
        with_labels = holds_labels(library.machine.tree, first, library.machine.line)
        if with_labels and ranks.labels == 1:
            return data.vector(library, f"np.{name}")
        if not with_labels and ranks.inputs == 1:
            return data.vector(library, f"np.{name}", whole=False)
        if not with_labels and ranks.inputs == 3:
            images = library.files.images(first)
            return images.reshape((-1, *library.files.sides()))
        return data.table(library, f"np.{name}", keywords)

    def random_space(self, members):
        """Return ``np.random``, in which every seed is shifted by the seed of the library."""
        shift = self.library.seed
        names = {part: self.drawing(part, value) for part, value in members.items()}
        names["seed"] = lambda seed=None: members["seed"](shift + int(seed or 0))
        for maker in ("RandomState", "default_rng"):
            names[maker] = lambda seed=None, make=members[maker]: Generator(make(shift + int(seed or 0)), self)
        names["Generator"] = Absorber("Generator")
        return Namespace("numpy.random", names)

    def drawing(self, name, function):
        """Return a function that draws random numbers and puts them on the tape."""
        if not callable(function):
            return function

        def draw(*args, **keywords):
            result = function(*[plain(x) for x in args], **{k: plain(v) for k, v in keywords.items()})
            return self.library.machine.track(result) if name in DRAWING else result

        return draw

    def wrapped(self, name, function):
        """Return a function of NumPy for numbers on the tape."""
        if not callable(function) or isinstance(function, type):
            return function
        in_place = name in ("copyto", "put", "fill_diagonal", "place", "putmask")
        return NumpyFunction(name, function, self.library, in_place)

    def vectorized(self, function):
        """Return a function that applies one of the program's functions to each element."""

        def apply(*arrays, **keywords):
            arrays = [as_array(x) for x in arrays]
            shape = broadcast_shapes(*[a.shape for a in arrays])
            rows = zip(*[a.stretched_elements(shape) for a in arrays], strict=True)
            made = self.functions["array"]([function(*row, **keywords) for row in rows])
            return made.reshape(shape) if shape else made.elements()[0]

        return apply


class NumpyFunction:
    """A function of NumPy for numbers on the tape. New floats become leaves, and changes in place are recorded."""

    readable = frozenset(("outer", "accumulate", "at", "reduce", "T"))

    def __init__(self, name, function, library, in_place):
        self.name = name
        self.function = function
        self.library = library
        self.in_place = in_place
        self.fills = name in ("full", "full_like", "repeat", "tile")

    def __call__(self, *args, **keywords):
        """Return the result of the function."""
        machine = self.library.machine
        args = [floated(x.values if getattr(x, "is_made_array", False) else x) for x in args]
        keywords = {name: floated(x) for name, x in keywords.items()}
        if self.name in CREATING and args:
            args[0] = numbered(args[0])
        if self.name in ("log", "log2", "log10"):
            args = [without_guard(args[0]), *args[1:]]
        out = keywords.get("out")
        changed = out[0] if isinstance(out, tuple) else out
        if self.in_place:
            changed = args[0]
        elif changed is None and len(args) == getattr(self.function, "nin", 99) + 1:
            changed = args[-1]
        before = changed.elements() if isinstance(changed, Array) else None
        plain_args = [plain_array(x) for x in args]
        result = self.function(*plain_args, **{name: plain_array(x) for name, x in keywords.items()})
        result = rewrapped(self.name, args, keywords, result)
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
        """The function of all pairs of elements, if it has two operands."""
        return lambda a, b: self.function.outer(a, b)

    def at(self, array, *args):
        """Change elements in place. A repeated index is applied repeatedly."""
        machine = self.library.machine
        before = array.elements()
        self.function.at(array, *args)
        machine.recorder.changed_elements(before, array.elements(), machine.statement, machine.stack[-1], None)

    def reduce(self, *args, **keywords):
        """Return the reduction of an array along an axis."""
        return self.function.reduce(*args, **keywords)

    def accumulate(self, *args, **keywords):
        """Return all intermediate results of a reduction along an axis."""
        return self.function.accumulate(*args, **keywords)


class Generator:
    """A random generator whose numbers are on the tape."""

    def __init__(self, source, library):
        self.source = source
        self.library = library

    def read_attribute(self, name):
        """Return a function of the generator."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "seed":
            return lambda seed=None: self.source.seed(self.library.library.seed + int(seed or 0))
        return self.library.drawing(name, getattr(self.source, name))


class NumberType:
    """The type of ``np.float64`` and similar names. It converts numbers, and it is compared like a type."""

    def __init__(self, name, library):
        self.__name__ = name
        self.name = name
        self.library = library

    def __call__(self, x=0, *more):
        """Return a number of this kind, or an array of them."""
        if self.name == "int":
            many = isinstance(x, (Array, list)) and not (isinstance(x, Array) and x.size == 1)
            return self.library.numpy["asarray"](x).astype(int) if many else self.library.builtin.int_of(x, *more)
        if isinstance(x, (Array, list)) and not (isinstance(x, Array) and x.size == 1):
            return self.library.machine.track(self.library.numpy["asarray"](x).astype(float))
        return self.library.builtin.float_of(x)


def without_guard(x):
    """Return the argument of a logarithm without the small number that keeps it positive, as in ``log(p + 1e-8)``.

    Hand-written gradients leave this number out, too, because it is not part of the intended loss.
    """
    if isinstance(x, Array) and x.dtype.kind == "f":
        return Array([_unguarded(e) for e in x.elements()], x.dtype, x.shape)
    return _unguarded(x)


def _unguarded(x):
    if not isinstance(x, Value) or x.op is None or x.op.name != "add":
        return x
    for part, other in (x.operands, x.operands[::-1]):
        small = part.data if isinstance(part, Value) and part.op is None else part
        if isinstance(small, float) and abs(small) <= GUARD and isinstance(other, Value) and other.data > 100 * GUARD:
            return other
    return x


def numbered(x):
    """Return a list with numbers in place of texts such as "0.25", as the fields of a line are, and anything else."""
    if isinstance(x, (list, tuple)) and x and isinstance(x[0], (str, list, tuple)):
        try:
            return [float(part) if isinstance(part, str) else numbered(part) for part in x]
        except ValueError:
            return x
    return x


def plain(x):
    """Return a number on the tape as a float, also within lists and tuples."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, (list, tuple)):
        return type(x)([plain(part) for part in x])
    return int(x) if isinstance(x, Literal) else (float if x is float else x)


def floated(x):
    """Return an argument for a function of NumPy, in which number types are replaced by Python's types."""
    return {"float": float, "int": int}[x.name] if isinstance(x, NumberType) else x
