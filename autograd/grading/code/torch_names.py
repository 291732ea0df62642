"""PyTorch's names for a hand-written ``autograd.Function``, and its context."""

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.limits import Unreadable
from autograd.grading.code.methods import OF_TORCH
from autograd.grading.code.objects import Absorber, Class, Function, Kind, Namespace
from autograd.grading.code.tensors import loss_functions, tensor_functions

__all__ = ["inherited", "module"]

SHARED = [
    "exp",
    "log",
    "tanh",
    "sqrt",
    "abs",
    "sum",
    "mean",
    "where",
    "zeros",
    "ones",
    "zeros_like",
    "ones_like",
    "matmul",
    "dot",
    "outer",
    "sin",
    "cos",
    "cumsum",
    "stack",
    "maximum",
    "minimum",
    "sign",
    "arange",
    "eye",
    "linspace",
    "argmax",
    "argmin",
    "square",
    "full",
    "full_like",
    "empty",
    "empty_like",
    "einsum",
    "log1p",
    "expm1",
    "heaviside",
    "isnan",
    "prod",
    "squeeze",
    "diag",
    "trace",
    "vstack",
    "hstack",
    "all",
    "any",
    "round",
    "floor",
    "tril",
    "triu",
]
KINDS_OF_NUMBERS = {
    **dict.fromkeys(("float", "float16", "float32", "float64", "half", "double", "bfloat16"), "float64"),
    **dict.fromkeys(("int", "int8", "int16", "int32", "int64", "long", "short", "uint8"), "int64"),
    "bool": "bool",
}
# Arguments that do not change the numbers of a tensor.
PLACES = ("device", "requires_grad", "generator", "layout", "pin_memory", "non_blocking")


class Base:
    """The base class ``torch.autograd.Function``."""

    def __init__(self, library):
        self.library = library


class Context:
    """The context ``ctx``, in which ``forward`` stores values for ``backward``."""

    def __init__(self):
        self.names = {"saved_tensors": (), "needs_input_grad": (True,) * 8}

    def read_attribute(self, name):
        """Return the stored value with this name."""
        if name == "save_for_backward":
            return self.keep
        if name not in self.names:
            raise AttributeError(f"ctx has no attribute '{name}'")
        return self.names[name]

    def write_attribute(self, name, value):
        """Store a value under a name."""
        self.names[name] = value

    def keep(self, *tensors):
        """Store tensors for ``backward``."""
        self.names["saved_tensors"] = tensors


class Maker(Absorber):
    """A type that makes tensors, such as ``torch.Tensor``, which is also written in type hints."""

    def __init__(self, name, make):
        super().__init__(name)
        self.make = make

    def __call__(self, *args, **keywords):
        """Return a tensor."""
        return self.make(*args, **keywords)


def module(library, name):
    """Return the module for ``import torch``."""
    numpy = library.numpy
    names = {}
    space = library.module(library.machine, "numpy").names
    for part in SHARED:
        if part in space:
            names[part] = _with_dim(space[part])
    for part in ("zeros", "ones", "empty"):
        names[part] = lambda *shape, make=names[part], **k: make(_shape(shape), **k)
    random = space["random"].names
    names["randn"] = lambda *shape, **_k: random["standard_normal"](_shape(shape))
    names["rand"] = lambda *shape, **_k: random["random"](_shape(shape))
    names["tensor"] = lambda x, *_a, **_k: library.machine.track(numpy["array"](x))
    names["sigmoid"] = lambda x: space["exp"](x) / (1 + space["exp"](x))
    names["relu"] = lambda x: space["maximum"](x, 0)
    names["mm"] = space["dot"]
    names["clamp"] = lambda x, min=None, max=None: space["clip"](x, min, max)
    names.update(tensor_functions(space))
    names["randn_like"] = lambda x, **_k: random["standard_normal"](x.shape)
    names["rand_like"] = lambda x, **_k: random["random"](x.shape)
    names["Generator"] = Absorber("Generator")
    names["from_numpy"] = lambda x: x  # both share their numbers
    names["as_tensor"] = lambda x, **_k: x if is_tensor(x) else names["tensor"](x)
    names.update({part: Maker(part, names["tensor"]) for part in ("FloatTensor", "DoubleTensor", "LongTensor")})
    names["cuda"] = Absorber("cuda", {"is_available": lambda: False})
    for part in ("manual_seed", "set_default_dtype", "set_default_tensor_type", "set_printoptions", "set_num_threads"):
        names[part] = lambda *_a, **_k: None
    names["no_grad"] = Absorber("no_grad")
    names.update(KINDS_OF_NUMBERS)
    names["Tensor"] = Maker("Tensor", names["tensor"])
    names["randint"] = lambda low, high, size, **_k: random["randint"](low, high, size)
    names["softmax"] = lambda x, dim=-1: _softmax(space, x, dim)
    names["log_softmax"] = lambda x, dim=-1, **_k: space["log"](_softmax(space, x, dim))
    functional = {part: names[part] for part in ("relu", "sigmoid", "softmax", "log_softmax", "tanh")}
    functional.update(loss_functions(space))
    functional["one_hot"] = lambda x, classes: space["eye"](classes)[x]
    names["nn"] = Absorber("nn", {"functional": Absorber("functional", functional)})
    names["device"] = Absorber("device")
    names["autograd"] = Namespace("torch.autograd", {"Function": Base(library), "gradcheck": Absorber("gradcheck")})
    found = Namespace("torch", names)
    for part in name.split(".")[1:]:
        known = found.names if isinstance(found, Namespace) else found.known
        found = known.get(part, Absorber(part))
    return found


def _with_dim(function):
    """Return a function of NumPy that accepts PyTorch's names of arguments."""
    return lambda *args, **keywords: function(
        *args, **{OF_TORCH.get(k, k): v for k, v in keywords.items() if k not in PLACES}
    )


def _softmax(space, x, dim):
    powers = space["exp"](x - space["max"](x, axis=dim, keepdims=True))
    return powers / space["sum"](powers, axis=dim, keepdims=True)


def _shape(shape):
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    return tuple([int(n) for n in shape])


def inherited(library, owner, name):
    """Return an attribute that a class inherits from a class of PyTorch."""
    if isinstance(owner, Class) and isinstance(owner.foreign, Base) and name == "apply":

        def apply(*args):
            forward = owner.find("forward")
            function = forward.function if isinstance(forward, Kind) else forward
            if not isinstance(function, Function):
                raise Unreadable(f"{owner.name} has no forward that is read")
            return function(Context(), *args)

        return apply
    return Absorber(name)


def is_tensor(x):
    """Return True if ``x`` is a tensor in PyTorch's terms."""
    return isinstance(x, (Array, Value))
