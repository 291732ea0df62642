"""The adapter of deltagrad; see ``library``."""

from library import run

from autograd import grad, jvp
from autograd.engine import primitives
from autograd.engine.algebra import Primitive

FUNCTIONS = {p.name: p for p in vars(primitives).values() if isinstance(p, Primitive) and p.arity == 1}


def derivatives(f, xs):
    """Return the four orders at every point; None for those that raise."""
    first = grad(f)
    ways = [f, first, grad(first), lambda x: jvp(first, (x,), (1.0,))[1]]
    return [[_number(way, x) for x in xs] for way in ways]


def _number(way, x):
    try:
        return way(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None


if __name__ == "__main__":
    run(FUNCTIONS, derivatives)
