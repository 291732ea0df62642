"""Names that other libraries have on their numbers, and what to write here in place of them.

>>> from autograd import Value
>>> Value(2.0).numpy()
Traceback (most recent call last):
    ...
AttributeError: 'Value' object has no attribute 'numpy': write .data, which is a float.
"""

from typing import NoReturn

__all__ = [
    "ABSENT", "FIXED", "Absent", "Renamed", "advice_for_data", "advice_on", "listed", "refuse_operands",
    "refuse_option", "unknown_in_package",
]  # fmt: skip

_NUMBER = "write .data, which is a float"
_SINGLE = "a Value is one number, without axes: keep Values in a list, or in a NumPy array of objects"
_MACHINE = "a Value is a number in this process: leave this out. For machine code write autograd.compile"
_OWN = "set .data to change a leaf, or write x = x + 1 for a new Value"

# The attributes that users of other libraries look for on a Value, and the advice.
ABSENT = {
    **dict.fromkeys(("item", "numpy", "tolist", "value", "val", "float", "double"), _NUMBER),
    **dict.fromkeys(
        ("shape", "ndim", "size", "T", "view", "reshape", "unsqueeze", "squeeze", "flatten", "transpose", "at"), _SINGLE
    ),
    **dict.fromkeys(("cpu", "cuda", "to", "device"), _MACHINE),
    **dict.fromkeys(("dtype", "astype", "type"), "its number is a Python float: leave this out"),
    **dict.fromkeys(("add_", "mul_", "sub_", "copy_", "fill_", "zero_"), _OWN),
    "requires_grad_": "every Value has a gradient. Give an optimizer only the parameters to train",
    **dict.fromkeys(
        ("clone", "copy"), "write x.detach() for a leaf of the same number, or use x itself, which no operation changes"
    ),
    "zero_grad": "write x.grad = 0.0, or model.zero_grad() for a whole model",
    "retain_grad": "after backward() every node has its grad: leave this out",
    "register_hook": "read x.grad after backward(), or write steps(loss) to see each step of the sweep",
    "grad_fn": "write .op for the operation, and .operands for what it was computed from",
    "is_leaf": "write x.op is None",
    "gradient": "write .grad, after loss.backward()",
    "derivative": "write .grad, after loss.backward()",
    "backprop": "write .backward()",
    "backwards": "write .backward()",
    "forward": "the number was computed when the Value was made. To compute the graph at other numbers, write replay",
    "sum": "a Value is one number: write autograd.total([...]) for the sum of several",
    "matmul": "write x * y for two numbers, or autograd.dot(weights, inputs) for two lists",
    "mm": "write x * y for two numbers, or autograd.dot(weights, inputs) for two lists",
    "mean": "a Value is one number: write autograd.mean([...]) for the mean of several",
    "max": "a Value is one number: write autograd.maximum([...]) for the largest of several",
    "min": "a Value is one number: write autograd.minimum([...]) for the smallest of several",
    "softmax": "a Value is one number: write autograd.softmax([...])",
    "norm": "a Value is one number: write abs(x), or autograd.norm([...])",
    "clamp": "write x.clip(-1.0, 1.0)",
    "square": "write x ** 2",
    "pow": "write x ** 2",
    "add": "write x + y",
    "mul": "write x * y",
    "sub": "write x - y",
    "div": "write x / y",
    "dot": "write autograd.dot(weights, inputs) for two lists",
    "prod": "a Value is one number: write autograd.prod([...]) for the product of several",
    "log_softmax": "a Value is one number: write autograd.log_softmax([...])",
    "logsumexp": "a Value is one number: write autograd.logsumexp([...])",
    **dict.fromkeys(("expand", "repeat", "permute", "argmax", "argmin", "std", "var", "numel"), _SINGLE),
    **dict.fromkeys(("int", "long", "bool"), _NUMBER),
    "detach_": "write x.detach() for a leaf of the same number",
    "is_cuda": _MACHINE,
    **dict.fromkeys(("draw", "plot", "show", "visualize", "render"), "write autograd.draw(x)"),
    "name": "write .label",
    "children": "write .operands, or .parents for those of them that are Values",
}

# The attributes that would have no effect if they were set.
FIXED = {
    "requires_grad": "every Value has a gradient. Give an optimizer only the parameters to train, or compute in "
    "'with no_grad():'",
}
# The operands of built-in types that no operation on a Value takes, and the advice.
_EACH = "compute with each number, [x + y for y in numbers], or with a NumPy array"
_OPERANDS: dict[type, str] = {
    **dict.fromkeys((list, tuple, set, frozenset, dict, range), _EACH),
    **dict.fromkeys((str, bytes), "convert it by float(...), or write f'{x.data}' for a text with the number"),
    complex: "a Value is a real number",
    type(None): "a function without a return statement returns None",
    **dict.fromkeys((type(len), type(lambda: None)), "call the function: f(x)"),
}
_OPTIONS = {
    "retain_graph": "leave it out: a graph is kept as long as you hold it, and can be swept again",
    "create_graph": "differentiate a function twice, by grad(grad(f)) or hessian(f)",
    "inputs": "set .grad = 0.0 afterwards where it is not wanted, or write grad(f) for a function f",
    "gradient": "write seed=2.0",
    "grad_tensors": "write seed=2.0",
    **dict.fromkeys(
        ("dim", "axis", "keepdim", "keepdims"), "it takes one list of numbers, without axes: leave this out"
    ),
    "ord": "write norm(values, p=1)",
    **dict.fromkeys(("out", "dtype"), "leave this out: the result is a float or a Value"),
}
_OPTIONS_OF_A_VALUE = {
    "dtype": ABSENT["dtype"],
    "device": _MACHINE,
    "name": "write label=",
    "trainable": ABSENT["requires_grad_"],
}

# The names that the package is asked for, in lower case, and the advice.
_OF_THE_PACKAGE = {
    **dict.fromkeys(
        ("mlp", "layer", "neuron", "module", "sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "fit",
         "minimize", "deltas", "half_sse", "sse", "mse", "hinge", "huber", "absolute", "cross_entropy",
         "binary_cross_entropy", "save", "load", "linear", "schedules", "earlystopping", "train_live"),
        "networks are in nn: from nn import MLP, SGD, fit, half_sse",
    ),
    **dict.fromkeys(("nn", "optim"), "write import nn, beside autograd"),
    "functional": "write from autograd import grad, jacobian, hessian",
    "f": "the functions are in the package itself: from autograd import relu",
    **dict.fromkeys(
        ("numpy", "np", "scipy", "jnp"),
        "it belongs to HIPS autograd, another package of the same name. Here write import numpy as np: NumPy's "
        "functions take Values, one by one or in arrays",
    ),
    **dict.fromkeys(
        ("tensor", "variable", "array", "parameter"), "write Value(2.0), or [Value(x) for x in numbers] for several"
    ),
    **dict.fromkeys(("zeros", "ones", "rand", "randn", "arange", "linspace"), "write a list of Values, [Value(0.0) for "
                    "_ in range(n)]. ([Value(0.0)] * n would be the same Value n times)"),
    **dict.fromkeys(("gradient", "grads", "elementwise_grad", "value_and_grads"), "write grad(f), value_and_grad(f) or "
                    "jacobian(f), which return functions"),
    "backward": "call backward() of a Value: loss.backward()",
    "gradienttape": "call loss.backward(): what Values compute is recorded by itself",
    "jit": "write autograd.compile(f)",
    **dict.fromkeys(("vmap", "pmap"), "write autograd.compile(f), which takes rows of numbers"),
    **dict.fromkeys(("set_grad_enabled", "enable_grad", "inference_mode", "stop_gradient"),
                    "write with no_grad():, or x.detach()"),
    **dict.fromkeys(("gradcheck", "check_grads"), "write check_gradients(f, point)"),
    **dict.fromkeys(("draw_dot", "make_dot", "graph", "plot"), "write draw(value)"),
    **dict.fromkeys(("add", "mul", "sub", "div", "power", "matmul"), "write x + y, x * y, x ** 2, or dot(xs, ys)"),
    **dict.fromkeys(("manual_seed", "random", "seed"), "write MLP(2, [16, 1], seed=0), or random.seed(0) of Python"),
}  # fmt: skip


class Absent:
    """An attribute that a class does not have, with advice on what to write.

    ``__getattr__`` would say the same, and slow down every attribute of the class: a network reads thousands. An
    attribute of one's own with this name is found before it.

    Args:
        advice: what to write.

    >>> class Net:
    ...     fit = Absent("write train(net)")
    >>> Net().fit
    Traceback (most recent call last):
        ...
    AttributeError: 'Net' object has no attribute 'fit': write train(net).
    """

    def __init__(self, advice):
        self._advice = advice

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, thing, owner=None) -> NoReturn:
        found, kind = thing, f"{type(thing).__name__!r} object"
        if thing is None:
            found, kind = owner, f"type object {owner.__name__!r}"
        raise AttributeError(f"{kind} has no attribute {self._name!r}: {self._advice}.", name=self._name, obj=found)


def listed(thing, names):
    """Return the names of the attributes of an object without those that are :class:`Absent`, for ``__dir__``."""
    found: dict = {}
    for kind in reversed(type(thing).__mro__):  # a class may have an attribute of this name that its base class has not
        found |= vars(kind)
    return [name for name in names if not isinstance(found.get(name), Absent) or name in vars(thing)]


class Renamed(Absent):
    """An :class:`Absent` that cannot be set either, since nothing would read it.

    A class that a user derives from such a class may have an attribute of this name.

    >>> class SGD:
    ...     lr = Renamed("write rate")
    >>> SGD().lr = 0.5
    Traceback (most recent call last):
        ...
    AttributeError: 'SGD' object has no attribute 'lr': write rate.
    """

    def __set_name__(self, owner, name):
        super().__set_name__(owner, name)
        self._owner = owner.__module__

    def _is_of_a_user(self, thing):
        return type(thing).__module__.partition(".")[0] != self._owner.partition(".")[0]

    def __get__(self, thing, owner=None):
        if thing is not None and self._name in vars(thing):
            return vars(thing)[self._name]
        super().__get__(thing, owner)

    def __set__(self, thing, setting):
        if not self._is_of_a_user(thing):
            super().__get__(thing)
        vars(thing)[self._name] = setting


def advice_on(name):
    """Return what to write in place of a name that ``autograd`` does not have, or None.

    >>> advice_on("Tensor")
    'write Value(2.0), or [Value(x) for x in numbers] for several'
    """
    return _OF_THE_PACKAGE.get(name.lower())


def unknown_in_package(name) -> NoReturn:
    """Raise an AttributeError about a name that ``autograd`` does not have, with what to write for it."""
    advice = advice_on(name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}{f': {advice}.' if advice else ''}", name=name)


def advice_for_data(data) -> str:
    """Return what to write in place of ``Value(data)`` for data that is not a real number."""
    if hasattr(data, "__len__") and not isinstance(data, (str, bytes)):
        return "write [Value(x) for x in numbers] for several"
    return _OPERANDS[complex] if isinstance(data, complex) else "convert it to float first"


def refuse_operands(a, b, sign):
    """Raise a TypeError about an operation on a Value and a built-in object that is not a real number.

    Other objects may have an operation of their own with a Value, as arrays have.

    Returns:
        NotImplemented for other objects, so that Python tries their operation.
    """
    advice = _OPERANDS.get(type(a)) or _OPERANDS.get(type(b))
    if advice is None:
        return NotImplemented
    pair = f"{type(a).__name__!r} and {type(b).__name__!r}"
    if sign in ("<", "<=", ">", ">="):
        raise TypeError(f"{sign!r} not supported between instances of {pair}: {advice}.")
    raise TypeError(f"unsupported operand type(s) for {sign}: {pair}: {advice}.")


def refuse_option(function, names) -> NoReturn:
    """Raise a TypeError that says what to write in place of an option of another library's function."""
    name = next(iter(names))
    known = _OPTIONS_OF_A_VALUE if function == "Value" else _OPTIONS
    advice = f": {known[name]}." if name in known else ""
    raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{advice}")
