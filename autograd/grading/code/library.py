"""The modules that a program can import, and Python's built-in functions, for numbers on the tape."""

import random

from autograd.grading.code import data, frames, image_readers, torch_names
from autograd.grading.code.arrays import numpy_names
from autograd.grading.code.builtin_names import Builtins
from autograd.grading.code.files import Files
from autograd.grading.code.limits import Unreadable
from autograd.grading.code.modules import FieldFactory, Modules, NotGiven
from autograd.grading.code.numpy_space import NumpySpace
from autograd.grading.code.objects import Absorber, Namespace
from autograd.grading.code.ranks import Ranks
from autograd.grading.code.tensors import tensor_methods

__all__ = ["Library"]

PARTS_OF_NUMPY = {"typing", "testing", "exceptions"}  # modules without numbers
COMPUTING = {"numpy", "math", "random", "torch", "operator", "itertools", "functools", "copy"}


class Library:
    """The modules for one program.

    Args:
        seed: A number that is added to the seed of every random generator. Another seed gives other weights.
    """

    float_type = "float64"
    FieldFactory = FieldFactory
    NotGiven = NotGiven

    def __init__(self, seed=0):
        self.seed = seed
        self.made = []
        self.sizes = {}
        self.columns = set()  # of the data sets that were made
        self.rows = data.ROWS
        self.layout = None  # of tables in files, if one was chosen
        self.ranks = Ranks()  # of the arrays in files
        self.files = Files(self)
        self.host_random = random.Random(1000 + seed)
        self.machine = None
        self.builtin = None
        self.numpy = numpy_names()
        self.numpy["random"].seed(12345 + seed)
        self.spaces = {}
        self.words = {}
        self.torch = None

    def builtins(self, machine):
        """Return the names that every program can use without an import."""
        self.machine = machine
        self.builtin = Builtins(self, machine)
        return self.builtin.names()

    def module(self, machine, name):
        """Return a module by its name."""
        if name not in self.spaces:
            self.spaces[name] = self._make(name, name.split(".")[0])
        return self.spaces[name]

    def _make(self, name, top):
        if top in ("numpy", "cupy", "autograd"):
            space = self.spaces.setdefault("numpy", Namespace("numpy", NumpySpace(self, self.numpy)))
            for part in name.split(".")[1:]:
                if part in PARTS_OF_NUMPY:
                    return Absorber(name)
                if part in space.names:
                    space = space.names[part]
            return space
        if top == "torch":
            return torch_names.module(self, name)
        if top == "pandas":
            return frames.namespace(self)
        makers = Modules(self, self.machine).makers()
        if top in makers:
            space = makers[top]()
            for part in name.split(".")[1:]:
                space = space.names.get(part, Absorber(name))
            return space
        stand_in = self.files.namespace(name) or image_readers.namespace(self, name) or data.namespace(self, name)
        return stand_in if stand_in is not None else Absorber(top)

    def missing(self, namespace, name):
        """Return an object that affects no numbers, or raise Unreadable if the module computes numbers."""
        if namespace.name.split(".")[0] not in COMPUTING:
            return Absorber(f"{namespace.name}.{name}")
        raise Unreadable(
            f"{namespace.name}.{name} is not read; write it with functions that are, such as np.dot or np.sum"
        )

    def number_of_word(self, word):
        """Return the number that stands for a word in a made column: words are counted as a program compares them."""
        return self.words.setdefault(word, len(self.words))

    def tensor_method(self, array, name):
        """Return a method that only PyTorch's tensors have, or None for any other name."""
        if not any(space.split(".")[0] == "torch" for space in self.spaces):
            return None
        if self.torch is None:
            self.torch = torch_names.module(self, "torch").names
        return tensor_methods(self.machine, self.torch, array).get(name)

    def convert(self, kind, x):
        """Return a single number converted to another kind."""
        name = getattr(kind, "__name__", str(kind)).lower()
        return int(x.data) if "int" in name else (x.data != 0 if "bool" in name else x)

    def start_foreign(self, instance, args, keywords):
        """Initialize an instance of a class that derives from a library's class."""
        instance.names.update(keywords)

    def foreign_attribute(self, machine, owner, name):
        """Return an attribute that a class inherits from a library's class."""
        return torch_names.inherited(self, owner, name)
