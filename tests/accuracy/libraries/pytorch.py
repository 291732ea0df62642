"""The adapter of PyTorch, in float64; see ``library``."""

import torch
from library import run
from torch.nn import functional

FUNCTIONS = {
    "neg": torch.neg, "sign": torch.sign, "relu": torch.relu, "abs": torch.abs, "exp": torch.exp,
    "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "sin": torch.sin,
    "cos": torch.cos, "tan": torch.tan, "asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "sinh": torch.sinh,
    "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh, "acosh": torch.acosh, "atanh": torch.atanh,
    "erf": torch.erf, "normal_cdf": torch.special.ndtr, "sigmoid": torch.sigmoid, "softplus": functional.softplus,
    "logsigmoid": functional.logsigmoid, "silu": functional.silu, "gelu": functional.gelu,
}  # fmt: skip


def derivatives(f, xs):
    """Return the four orders at every point, each order as one batch."""

    def first(x):
        return torch.func.grad(lambda z: f(z).sum())(x)

    x = torch.tensor(xs, dtype=torch.float64)
    second = torch.func.grad(lambda z: first(z).sum())(x)
    forward = torch.func.jvp(first, (x,), (torch.ones_like(x),))[1]
    zeros = torch.zeros_like(x)  # PyTorch returns None for a derivative that is 0 everywhere
    return [(zeros + y).tolist() for y in (f(x), first(x), second, forward)]


if __name__ == "__main__":
    run(FUNCTIONS, derivatives)
