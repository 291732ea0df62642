"""Single numbers of a program: their operators, and the attributes of NumPy's scalars."""

import ast

from autograd.engine.value import Value

__all__ = ["attribute", "operation"]

BINARY = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}  # fmt: skip


def operation(machine, kind, a, b):
    """Return the result of an operator on two numbers, at least one of which is on the tape."""
    left = a.data if isinstance(a, Value) else a
    right = b.data if isinstance(b, Value) else b
    if kind is ast.FloorDiv:
        return machine.number(left // right)
    if kind is ast.Mod:
        return machine.number(left % right)
    if kind is ast.Pow and isinstance(a, Value) and a.data == 0 and right == 2:
        return a * a
    if kind is ast.Div and right == 0:
        raise ZeroDivisionError("division by zero")
    return BINARY[kind](a, b)


def attribute(machine, x, name):
    """Return an attribute of a single number, as NumPy's scalars have it."""
    simple = {"shape": (), "ndim": 0, "size": 1, "T": x, "real": x, "dtype": machine.library.float_type}
    if name in simple:
        return simple[name]
    if name == "data":
        return x
    if name in (
        "item",
        "copy",
        "sum",
        "mean",
        "max",
        "min",
        "squeeze",
        "flatten",
        "ravel",
        "conj",
        "clone",
        "detach",
    ):
        return lambda *args, **keywords: x
    if name == "astype":
        return lambda kind, **_: machine.library.convert(kind, x)
    if name == "is_integer":
        return lambda: float(x.data).is_integer()
    if name == "dot":
        return lambda other: x * other
    if name == "round":
        return lambda digits=0: machine.number(round(x.data, digits))
    if name == "reshape":
        return lambda *shape: machine.library.numpy["reshape"](x, shape[0] if len(shape) == 1 else shape)
    raise AttributeError(f"a number has no attribute '{name}' that is read")
