"""Python's modules of the system, as far as programs use them: arguments, paths, enumerations, times and statistics.

No file, argument or clock is read. A program that asks for a number gets a likely one, by the name of what it asks for.
"""

import ast
import math
import posixpath
import re

from autograd.engine import functions
from autograd.grading.code.objects import Absorber, Class, Instance, Namespace

__all__ = ["answer", "makers"]

# The answer to a question, by its words, as a text that Python can turn into a number.
ANSWERS = (
    (r"rate|alpha|\beta\b|\blr\b|momentum|decay|lambda|speed", "0.1"),
    (r"y/n|yes|\(y", "y"),
    (r"file|path|folder|name", "data.csv"),
    (r"epoch|iter|step|pass", "2"),
)
FOLDER = ("made0.png", "made1.png", "made2.png", "made3.png")


def answer(question, default="3"):
    """Return the likely answer to a question, or the likely value of an argument.

    >>> answer("Learning rate? "), answer("How many epochs: "), answer("Hidden units: ")
    ('0.1', '2', '3')
    """
    return next((text for pattern, text in ANSWERS if re.search(pattern, str(question), re.I)), default)


def makers(library, machine):
    """Return a dict from the name of each module to the function that makes it."""
    return {
        "sys": lambda: _sys(library, machine), "os": lambda: _os(), "pathlib": lambda: _pathlib(),
        "argparse": lambda: _argparse(machine), "enum": lambda: _enum(machine), "types": lambda: _types(machine),
        "time": lambda: _time(machine), "statistics": lambda: _statistics(library), "tqdm": lambda: _tqdm(),
        "timeit": lambda: _time(machine), "heapq": lambda: _heapq(), "bisect": lambda: _bisect(),
    }  # fmt: skip


# --- Arguments


def _sys(library, machine):
    def leave(*_args):
        return library.builtin.names()["exit"]()

    known = {
        "argv": [Text("program.py"), *[Text("1") for _ in range(_last_argument(machine.tree))]],
        "maxsize": 2**63 - 1,
        "exit": leave,
        "float_info": Namespace("sys.float_info", {"epsilon": 2.0**-52, "max": 1.7e308, "min": 2.0**-1022}),
        "version_info": (3, 11, 0),
        "platform": "linux",
        "path": [],
        "modules": {},
        "getsizeof": lambda *_args: 64,
        "setrecursionlimit": lambda *_args: None,
    }
    return Absorber("sys", known)


def _last_argument(tree):
    """Return the number of arguments that a program expects.

    >>> _last_argument(ast.parse("import sys; n = int(sys.argv[2])"))
    2
    """
    last = 0
    for node in ast.walk(tree):
        index = getattr(node, "slice", None) if isinstance(node, ast.Subscript) else None
        if index is not None and "argv" in ast.unparse(node.value) and isinstance(index, ast.Constant):
            last = max(last, index.value if type(index.value) is int else 0)
        if isinstance(node, ast.Compare) and "len(" in ast.unparse(node.left) and "argv" in ast.unparse(node.left):
            wanted = getattr(node.comparators[0], "value", 0)
            refuses = isinstance(node.ops[0], (ast.NotEq, ast.Lt, ast.LtE)) and type(wanted) is int
            last = max(last, wanted - 1 if refuses else 0)
    return last


class Text(str):
    """A text of the system, such as an argument or a path, whose parts can be joined by ``/``."""

    readable = frozenset((
        "exists", "is_file", "is_dir", "mkdir", "parent", "name", "stem", "suffix", "open", "resolve", "joinpath",
        "absolute", "as_posix", "with_suffix", "expanduser", "unlink", "glob", "iterdir",
    ))  # fmt: skip

    def __truediv__(self, other):
        return Text(posixpath.join(self, str(other)))

    def __rtruediv__(self, other):
        return Text(posixpath.join(str(other), self))

    def exists(self, *_args, **_keywords):
        """Return True for a file of data, and False for one of trained weights."""
        return _is_there(self)

    is_file = is_dir = exists

    def mkdir(self, *_args, **_keywords):
        """Do nothing."""

    unlink = mkdir

    def resolve(self, *_args, **_keywords):
        """Return the path."""
        return self

    absolute = as_posix = expanduser = resolve

    def joinpath(self, *parts):
        """Return a longer path."""
        return Text(posixpath.join(self, *map(str, parts)))

    def with_suffix(self, suffix):
        """Return the path with another suffix."""
        return Text(posixpath.splitext(self)[0] + suffix)

    def glob(self, *_args):
        """Return the files of a folder."""
        return [self / name for name in FOLDER]

    iterdir = glob

    @property
    def parent(self):
        """The folder."""
        return Text(posixpath.dirname(self))

    @property
    def name(self):
        """The last part."""
        return Text(posixpath.basename(self))

    @property
    def stem(self):
        """The last part without its suffix."""
        return posixpath.splitext(posixpath.basename(self))[0]

    @property
    def suffix(self):
        """The suffix."""
        return posixpath.splitext(self)[1]


def _is_there(path=""):
    """Return False for a file of trained weights, which a program has not saved yet, and True for any other file."""
    return not re.search(
        r"weight|param|checkpoint|ckpt|saved|trained|\.pth|model.*\.(npy|npz|pkl|json|h5)", str(path), re.I
    )


def _os():
    def joined(*parts):
        return Text(posixpath.join(*map(str, parts))) if parts else Text("")

    path = {
        "join": joined, "basename": lambda p: Text(posixpath.basename(str(p))),
        "dirname": lambda p: Text(posixpath.dirname(str(p))), "splitext": lambda p: posixpath.splitext(str(p)),
        "exists": _is_there, "isfile": _is_there, "isdir": lambda *_p: True, "sep": "/",
        **dict.fromkeys(("abspath", "realpath", "expanduser", "normpath"), lambda p: Text(str(p))),
    }  # fmt: skip
    known = {
        "path": Absorber("os.path", path), "getcwd": lambda: Text("."), "listdir": lambda *_args: list(FOLDER),
        "environ": {}, "getenv": lambda _name, default=None: default, "cpu_count": lambda: 1,
        "linesep": "\n", "sep": "/",
        "walk": lambda *_args, **_keywords: [(Text("."), [], list(FOLDER))],
    }  # fmt: skip
    return Absorber("os", known)


def _pathlib():
    def path(*parts):
        return Text(posixpath.join(*map(str, parts))) if parts else Text(".")

    return Namespace("pathlib", {"Path": path, "PurePath": path, "PosixPath": path})


def _argparse(machine):
    names = {"Namespace": lambda **given: _record(machine, "Namespace", given)}
    names["ArgumentParser"] = lambda *_args, **_keywords: Parser(machine)
    for name in ("ArgumentDefaultsHelpFormatter", "RawTextHelpFormatter", "ArgumentTypeError", "SUPPRESS"):
        names[name] = Absorber(name)
    return Namespace("argparse", names)


class Parser:
    """A parser of arguments, which gives each argument its default, or a likely value if it has none."""

    readable = frozenset(
        ("add_argument", "parse_args", "parse_known_args", "add_argument_group", "set_defaults", "print_help", "error",
         "add_mutually_exclusive_group")
    )  # fmt: skip

    def __init__(self, machine):
        self.machine = machine
        self.values = {}

    def add_argument(self, *names, default=None, type=None, action=None, dest=None, choices=None, nargs=None, **_more):
        """Add an argument with its default."""
        longest = max(names, key=len, default="")
        name = dest or longest.lstrip("-").replace("-", "_")
        if action in ("store_true", "store_false"):
            default = (action == "store_false") if default is None else default
        elif default is None and (type is not None or not longest.startswith("-")):
            default = self.machine.iterate(choices).__next__() if choices else answer(name, "3" if type else "data.csv")
            default = type(default) if type is not None else default
            default = [default] if nargs in ("+", "*") or isinstance(nargs, int) else default
        elif isinstance(default, str) and type is not None:
            default = type(default)
        self.values[name] = default

    def set_defaults(self, **values):
        """Change defaults."""
        self.values.update(values)

    def add_argument_group(self, *_args, **_keywords):
        """Return the parser."""
        return self

    add_mutually_exclusive_group = add_argument_group

    def parse_args(self, *_args, **_keywords):
        """Return the values of all arguments."""
        return _record(self.machine, "Namespace", self.values)

    def parse_known_args(self, *_args, **_keywords):
        """Return the values of all arguments, and no others."""
        return self.parse_args(), []

    def print_help(self, *_args):
        """Do nothing."""

    error = print_help


def _record(machine, name, values):
    """Return an instance with some attributes."""
    record = Instance(Class(machine, name, [], {}))
    record.names.update({key: machine.held_value(value) for key, value in values.items()})
    return record


# --- Kinds of objects


def _enum(machine):
    counted = []

    def auto():
        counted.append(None)
        return len(counted)

    names = {name: Absorber(name) for name in ("Enum", "IntEnum", "StrEnum", "Flag")}
    return Namespace("enum", {**names, "auto": auto, "unique": lambda cls: cls})


def _types(machine):
    return Absorber("types", {"SimpleNamespace": lambda **values: _record(machine, "SimpleNamespace", values)})


# --- Times and numbers


def _time(machine):
    names = "time perf_counter monotonic process_time clock default_timer time_ns perf_counter_ns sleep"
    return Absorber("time", dict.fromkeys(names.split(), lambda *_args: machine.leaf(1.0)))


def _statistics(library):
    def mean(values):
        parts = library.builtin.items_of(values)
        return library.builtin.sum_of(parts) / len(parts)

    def variance(values, less):
        parts, middle = library.builtin.items_of(values), mean(values)
        return library.builtin.sum_of([(x - middle) ** 2 for x in parts]) / (len(parts) - less)

    names = {"mean": mean, "fmean": mean}
    names["variance"], names["pvariance"] = (lambda x: variance(x, 1)), (lambda x: variance(x, 0))
    names["stdev"], names["pstdev"] = (lambda x: _root(variance(x, 1))), (lambda x: _root(variance(x, 0)))
    return Absorber("statistics", names)


def _root(x):
    return functions.sqrt(x) if hasattr(x, "data") else math.sqrt(x)


def _heapq():
    def push(heap, item):
        heap.append(item)
        heap.sort()

    return Namespace("heapq", {
        "heappush": push, "heappop": lambda heap: heap.pop(0), "heapify": lambda heap: heap.sort(),
        "nlargest": lambda n, items, key=None: sorted(items, key=key, reverse=True)[: int(n)],
        "nsmallest": lambda n, items, key=None: sorted(items, key=key)[: int(n)],
    })  # fmt: skip


def _bisect():
    def right(items, x):
        return sum(1 for item in items if not x < item)

    def left(items, x):
        return sum(1 for item in items if item < x)

    return Namespace("bisect", {"bisect": right, "bisect_right": right, "bisect_left": left})


def _tqdm():
    names = {"tqdm": Progress, "trange": lambda n, *_args, **_keywords: range(int(n)), "tqdm_notebook": Progress}
    names |= {"auto": Namespace("tqdm.auto", names), "notebook": Namespace("tqdm.notebook", names)}
    return Namespace("tqdm", names)


class Progress:
    """An iterable with a bar of progress, which is not shown."""

    def __init__(self, items=None, *_args, **_keywords):
        self.items = items if items is not None else []

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def read_attribute(self, name):
        """Return a method that does nothing."""
        return Absorber(name)
