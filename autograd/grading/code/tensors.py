"""PyTorch's functions and tensor methods that have other names or arguments than NumPy's."""

import math

from autograd.grading.code.arrays import Array

__all__ = ["loss_functions", "tensor_functions", "tensor_methods"]


class Size(int):
    """NumPy's ``a.size``, which is PyTorch's method ``a.size()``."""

    def __new__(cls, shape):
        number = super().__new__(cls, math.prod(shape))
        number.shape = shape
        return number

    def __call__(self, dim=None):
        """Return the shape, or one length of it."""
        return self.shape if dim is None else self.shape[dim]


class Extremes(tuple):
    """The largest or smallest numbers along an axis, and their places, as ``max`` of a tensor returns them."""

    __slots__ = ()

    def read_attribute(self, name):
        """Return ``values`` or ``indices``."""
        if name not in ("values", "indices"):
            raise AttributeError(f"the maximum along an axis has values and indices, and no {name}")
        return self[name == "indices"]


def _kept(space, places, dim, keepdim):
    return space["expand_dims"](places, dim) if keepdim else places


def tensor_functions(space):
    """Return PyTorch's functions of tensors, by their names.

    Args:
        space: NumPy's functions, by their names.
    """

    def greatest(extreme, place, two):
        def found(x, dim=None, keepdim=False, **numpys):
            if dim is None and not numpys:
                return space[extreme](x)
            if numpys:
                return space[extreme](x, **numpys)
            if isinstance(dim, Array):
                return space[two](x, dim)
            places = space[place](x, axis=dim)
            return Extremes((space[extreme](x, axis=dim, keepdims=keepdim), _kept(space, places, dim, keepdim)))

        return found

    def swapped(x, *axes):
        return space["swapaxes"](x, *axes) if len(axes) == 2 else space["transpose"](x, *axes)

    def concatenated(tensors, dim=0, axis=None):
        return space["concatenate"](tensors, axis=dim if axis is None else axis)

    return {
        "add": lambda x, y, alpha=1: x + alpha * y,
        "sub": lambda x, y, alpha=1: x - alpha * y,
        "mul": lambda x, y: x * y,
        "multiply": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "pow": lambda x, power: x**power,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "eq": lambda x, y: x == y,
        "reciprocal": lambda x: 1 / x,
        "rsqrt": lambda x: 1 / space["sqrt"](x),
        "amax": lambda x, dim=None, keepdim=False: space["max"](x, axis=dim, keepdims=keepdim),
        "amin": lambda x, dim=None, keepdim=False: space["min"](x, axis=dim, keepdims=keepdim),
        "max": greatest("max", "argmax", "maximum"),
        "min": greatest("min", "argmin", "minimum"),
        "cat": concatenated,
        "concat": concatenated,
        "t": swapped,
        "transpose": swapped,
        "mv": space["dot"],
        "addmm": lambda added, x, y: added + space["dot"](x, y),
        "bmm": space["matmul"],
        "ger": space["outer"],
        "norm": lambda x: space["sqrt"](space["sum"](x * x)),
        "numel": lambda x: x.size,
        "unsqueeze": lambda x, dim: space["expand_dims"](x, dim),
        "flatten": lambda x, start_dim=0: x.reshape(*x.shape[:start_dim], -1),
        "sigmoid": lambda x: 1 / (1 + space["exp"](-x)),
        "clip": lambda x, min=None, max=None: space["clip"](x, min, max),
        "logsumexp": lambda x, dim, keepdim=False: space["log"](space["sum"](space["exp"](x), dim, keepdims=keepdim)),
    }


def loss_functions(space):
    """Return the losses of ``torch.nn.functional``, by their names."""

    def reduced(values, reduction):
        return values if reduction == "none" else space[reduction](values)

    def of_labels(logs, labels, reduction="mean"):
        if labels.ndim > 1:
            return reduced(-space["sum"](labels * logs, axis=1), reduction)
        return reduced(-logs[space["arange"](len(labels)), labels], reduction)

    def entropy(scores, labels, reduction="mean"):
        top = space["max"](scores, axis=1, keepdims=True)
        logs = scores - top - space["log"](space["sum"](space["exp"](scores - top), axis=1, keepdims=True))
        return of_labels(logs, labels, reduction)

    def binary(out, target, reduction="mean"):
        return reduced(-(target * space["log"](out) + (1 - target) * space["log"](1 - out)), reduction)

    return {
        "mse_loss": lambda out, target, reduction="mean": reduced((out - target) ** 2, reduction),
        "cross_entropy": entropy,
        "nll_loss": of_labels,
        "binary_cross_entropy": binary,
    }


def tensor_methods(machine, names, tensor):
    """Return the methods that only PyTorch's tensors have.

    Args:
        machine: The machine that reads the program. Changes in place are recorded there.
        names: The functions of ``torch``.
        tensor: The tensor.
    """

    def stored(make):
        def store(*args, **keywords):
            before, old = tensor.elements(), tensor.copy()
            tensor[...] = make(old, *args, **keywords)
            machine.recorder.changed_elements(before, tensor.elements(), machine.statement, machine.stack[-1], None)
            return tensor

        return store

    shape = tensor.shape
    found = {name: _first(names[name], tensor) for name in METHODS if name in names}
    found.update(
        size=Size(shape),
        data=tensor,
        dim=lambda: len(shape),
        mv=lambda x: names["mv"](tensor, x),
        to=lambda *_a, **_k: tensor,
        type=lambda *_a: tensor.copy(),
        type_as=lambda _other: tensor.copy(),
        cpu=lambda: tensor,
        cuda=lambda *_a: tensor,
        contiguous=lambda: tensor,
        requires_grad_=lambda *_a: tensor,
        expand_as=lambda other: tensor + names["zeros_like"](other),
        clamp_min=lambda low: names["clamp"](tensor, min=low),
        add_=stored(lambda old, x, alpha=1: old + alpha * x),
        sub_=stored(lambda old, x, alpha=1: old - alpha * x),
        mul_=stored(lambda old, x: old * x),
        div_=stored(lambda old, x: old / x),
        copy_=stored(lambda old, x: x),
        zero_=stored(lambda old: 0.0),
        fill_=stored(lambda old, x: x),
        clamp_=stored(lambda old, min=None, max=None: names["clamp"](old, min=min, max=max)),
    )
    return found


METHODS = (
    "clamp", "pow", "exp", "log", "tanh", "sigmoid", "relu", "abs", "sqrt", "unsqueeze", "max", "min", "add", "sub",
    "mul", "div", "neg", "gt", "ge", "lt", "le", "eq", "norm", "numel", "amax", "amin", "softmax",
    "log_softmax", "logsumexp",
    "square", "reciprocal", "rsqrt", "sign", "t", "transpose", "outer", "ger", "bmm", "argmax", "argmin", "flatten",
)  # fmt: skip


def _first(function, tensor):
    """Return a function whose first argument is a tensor."""
    return lambda *args, **keywords: function(tensor, *args, **keywords)
