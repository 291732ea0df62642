# cython: language_level=3, annotation_typing=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Primitives, and the kinds of number they can be applied to.

A primitive states its value and its partial derivatives once, in ordinary arithmetic. What that arithmetic does is up
to the numbers that come in: floats compute, Values record, Fractions are exact. A kind of number with needs of its own
registers an *algebra*: a function ``apply(primitive, operands)`` that says what applying a primitive to it means.

Compiled in place by Cython; the same file runs interpreted where there is no compiler.
"""

import math
import numbers
import sys
from collections import namedtuple

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine.errors import AlgebraError, DomainError

__all__ = [
    "TABLE", "Ieee", "Primitive", "Traits", "engine_defines", "is_real", "pi_like", "primitive", "register", "select",
    "tell_of_entries",
]  # fmt: skip

# Every primitive by its code; a node of a graph stores the code. Code 0 is a leaf.
TABLE: list = [None]

_ALGEBRAS: dict = {}

# The names of the engine's own primitives, and whether a module that defines them runs.
_OWN_NAMES: set = set()
_defines_own = cython.declare(object, False)

# Functions that are called with every new entry that is not the engine's own.
_told_of_entries: list = []

# What isinstance is called by where it may raise: Cython inlines the name itself, and does not look for an exception.
_is_instance = cython.declare(object, isinstance)


def engine_defines(yes: bool) -> None:
    """Have the primitives that are added from here on be the engine's own, or no more.

    Nobody else can give a primitive such a name. Should the module that defines it run again, the entry of the table
    gets the new rules and stays the same object, which recorded graphs go by.
    """
    global _defines_own
    _defines_own = yes


def tell_of_entries(function) -> None:
    """Have ``function(entry)`` called with every primitive that is added from here on, but for the engine's own."""
    _told_of_entries.append(function)


def register(kind: type, apply) -> None:
    """Have ``apply(primitive, operands)`` say what a primitive does to operands of which one is a ``kind``."""
    _ALGEBRAS[kind] = apply


_TRAITS = ("linear", "written_out", "cheap", "c", "activation", "is_end", "branches")


class Traits(namedtuple("Traits", _TRAITS, defaults=(False, False, False, "", None, False, None))):
    """Facts about a primitive that are not calculus. Whoever needs one reads it here, not from a list of its own.

    Attributes:
        linear: its value is a sum of its operands, each times a constant.
        written_out: formulas show its rule in place of its name: ``1 - x**2``, not ``one_minus_square(x)``.
        cheap: a processor computes it in a few cycles.
        c: the function of C's mathematical library that computes it over doubles, ``"tanh"``; empty if there is none.
        activation: whether a step of a network that applies it may belong to an activation function. None: as any
            function of one number may. False: it is rather part of a loss.
        is_end: no derivative flows through it, as through a comparison: sweeps stop there.
        branches: the operands it chooses between, as ``where`` does: a dict from the place of an operand to a function
            of all operands, which returns whether that one is chosen. None: it uses all its operands.
    """

    __slots__ = ()


PLAIN = Traits()


@cython.final
@cython.cclass
class Primitive:
    """One operation of calculus: its name, its value and its partial derivatives, and how it is printed.

    Call it with numbers of any kind. Attributes, all read-only:

    Attributes:
        name: what it is called, ``"tanh"``.
        arity: the number of operands, or None where any number will do.
        forward: the value in terms of other primitives, over any number; None where each kind of number brings its own.
        partials: for a fixed arity, one rule per operand; a rule is a function of ``(y, *operands)`` with ``y`` the
            value, or a primitive (called with the operands), or a constant. For any arity, one function of
            ``(y, *operands)`` that returns them all.
        floats: the value over floats, stable over the whole range.
        limit: the IEEE value over floats where ``floats`` raises; NaN by default.
        text, latex: how it is printed, with ``{0}``, ``{1}`` for the operands.
        domain: where it has a value, in words. Empty: everywhere.
        kinks: where it has no derivative, and which number stands there by convention. Empty: nowhere.
        traits: what else is known about it, :class:`Traits`.
        code: its place in the table.
    """

    def __init__(self, *description, **named):
        self.describe(*description, **named)
        self.code = len(TABLE)
        TABLE.append(self)

    def describe(self, name, arity, forward, partials, floats, limit, text, latex, domain, kinks, traits=PLAIN):
        """Set every attribute but the code."""
        self.name = name
        self.arity = arity
        self.forward = forward
        self.partials = partials
        self.floats = floats
        self.limit = limit
        self.text = text
        self.latex = latex
        self.domain = domain
        self.kinks = kinks
        self.traits = traits

    def __call__(self, *operands):
        """The value, as a number of the operands' kind."""
        if self.arity is not None and len(operands) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} operands, found {len(operands)}.")
        for x in operands:
            if type(x) is not float:
                return _dispatch(self, operands)
        y = self.floats(*operands)
        return y if type(y) is float else float(y)

    def partial(self, i, y, operands):
        """The derivative of ``y = self(*operands)`` with respect to operand ``i``, a number of the operands' kind."""
        rule = self.partials[i]
        if type(rule) is Primitive:
            return rule(*operands)
        return rule(y, *operands) if callable(rule) else rule

    def gradient(self, y, operands):
        """The derivatives of ``y = self(*operands)`` in every operand, in order."""
        if self.arity is None:
            partials = tuple(self.partials(y, *operands))
            if len(partials) != len(operands):
                raise AlgebraError(
                    f"the partials of {self.name} returned {len(partials)} numbers for {len(operands)} operands: "
                    "return one for each."
                )
            return partials
        return tuple([self.partial(i, y, operands) for i in range(len(operands))])

    def reaches(self, i, operands):
        """Return whether a derivative flows to operand ``i`` at some operands.

        Where none does, the operand contributes nothing, not 0 times something: the branch that ``where`` does not
        choose is not entered, not even by a NaN.

        Returns:
            True or False; of a choice, where the operands are arrays, registers or texts, a condition over them.
        """
        traits = self.traits
        if traits.is_end:
            return False
        return traits.branches[i](*operands) if traits.branches and i in traits.branches else True

    def __repr__(self):
        return f"<primitive {self.name}>"

    def __str__(self):
        return self.name

    def __reduce__(self):
        return _by_name, (self.name,)


_FORMER_NAMES = {"alias": "identity", "flat": "zero_derivative"}  # in older pickles


def _by_name(name):
    for wanted in (name, _FORMER_NAMES.get(name)):
        for entry in reversed(TABLE):  # the last of those that were redefined
            if entry is not None and entry.name == wanted:
                return entry
    raise AlgebraError(f"no primitive is called {name!r}: define it (or import the module that does) before loading.")


def _dispatch(primitive, operands):
    algebras = [_ALGEBRAS.get(type(x)) for x in operands]
    if any(type(x).__name__ == "ndarray" for x in operands):
        return _over_arrays(primitive, operands)  # an array of anything is taken apart first
    for apply in algebras:
        if apply is not None:
            return apply(primitive, operands)
    for x in operands:
        if not (isinstance(x, (float, int)) or _is_numpy_scalar(x)):
            return _adopted(type(x))(primitive, operands)
    return float(primitive.floats(*[float(x) for x in operands]))


def _adopted(kind):
    """The algebra of a kind of number met for the first time, which is registered for the next time."""
    complex_ = issubclass(kind, numbers.Complex) and not issubclass(kind, numbers.Real)
    if complex_ or issubclass(kind, str) or not hasattr(kind, "__add__"):
        raise AlgebraError(f"expected numbers, found a {kind.__name__}: convert it first.")
    package = kind.__module__.partition(".")[0]
    apply = _over_mpmath if package == "mpmath" else _over_any
    register(kind, apply)
    return apply


def _over_any(primitive, operands):
    if primitive.forward is None:
        kind = next(type(x).__name__ for x in operands if not isinstance(x, (float, int)))
        raise AlgebraError(
            f"{primitive.name} has no value over {kind}: use a kind of number that has it, such as mpmath.mpf."
        )
    return primitive.forward(*operands)


_NAMES_IN_MPMATH = {"lgamma": "loggamma"}


def _over_mpmath(primitive, operands):
    import mpmath  # lazy: only where its numbers are fed in

    # Numbers of a context of its own keep to that context, and so to its digits.
    context = next((x.context for x in operands if hasattr(x, "context")), mpmath)
    # Its own function has all the digits, where 1 + x or a difference of exponentials has lost them.
    is_standard = primitive.floats is not None and primitive.floats is getattr(math, primitive.name, None)
    if primitive.forward is None or is_standard:
        return getattr(context, _NAMES_IN_MPMATH.get(primitive.name, primitive.name))(*operands)
    return primitive.forward(*operands)


def _over_arrays(primitive, operands):
    import numpy  # lazy: only where its arrays are fed in

    if primitive.forward is not None and primitive.name in ("add", "sub", "mul", "div", "neg"):
        return primitive.forward(*operands)
    with numpy.errstate(all="ignore"):  # a rule over floats raises by itself; a NaN that is compared is no trouble
        result = numpy.frompyfunc(primitive, len(operands), 1)(*operands)
    every = numpy.ravel(result)
    return result.astype(float) if all(type(x) is float for x in every) else result


def pi_like(x):
    """The number pi, to as many digits as numbers of the kind of ``x`` have; exact kinds have one of their own."""
    if type(x).__module__.partition(".")[0] == "mpmath":
        import mpmath  # lazy: only where its numbers are fed in

        return +getattr(x, "context", mpmath).pi
    return x.pi if hasattr(x, "pi") else math.pi


# Python calls a number real by numbers.Real; NumPy's bool is the one NumPy scalar that is not registered there.
def is_real(x) -> bool:
    """True for what a float can be made of without a change of meaning: no complex number, string, array or Value."""
    # One after the other, since these two are looked up in C; and what has a __class__ of its own may raise below.
    if isinstance(x, float) or isinstance(x, int):  # noqa: SIM101
        return True
    return _is_instance(x, numbers.Real) or _is_numpy_scalar(x)


def _is_numpy_scalar(x):
    numpy = sys.modules.get("numpy")
    return numpy is not None and _is_instance(x, (numpy.floating, numpy.integer, numpy.bool_))


def select(condition, a, b):
    """``a`` where the condition holds, else ``b``: the one branch a rule may take, over any number.

    ``condition`` is what comparing two numbers of the kind gives: a bool, or an array of bools.
    """
    if condition is True:
        return a
    if condition is False:
        return b
    if hasattr(condition, "select"):
        return condition.select(a, b)
    if type(condition).__name__ == "ndarray":
        import numpy  # lazy: only where its arrays are fed in

        return numpy.where(condition, a, b)
    return a if condition else b


class Ieee:
    """A float that follows IEEE 754 where Python raises: ``1 / 0`` is infinite, ``log(-1)`` is NaN.

    The reverse sweep evaluates a rule over these where a derivative is infinite or does not exist (sqrt at 0).
    """

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = float(x)

    def __float__(self):
        return self.x

    def __repr__(self):
        return f"Ieee({self.x!r})"

    def __add__(self, other):
        return Ieee(self.x + float(other))

    __radd__ = __add__

    def __sub__(self, other):
        return Ieee(self.x - float(other))

    def __rsub__(self, other):
        return Ieee(float(other) - self.x)

    def __mul__(self, other):
        return Ieee(self.x * float(other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return _ieee_divide(self.x, float(other))

    def __rtruediv__(self, other):
        return _ieee_divide(float(other), self.x)

    def __pow__(self, other):
        return _by_name("pow")(self, other)

    def __rpow__(self, other):
        return _by_name("pow")(other, self)

    def __neg__(self):
        return Ieee(-self.x)

    def __abs__(self):
        return Ieee(abs(self.x))

    def __eq__(self, other):
        return self.x == float(other)

    def __ne__(self, other):
        return self.x != float(other)

    def __hash__(self):
        return hash(self.x)

    def __lt__(self, other):
        return self.x < float(other)

    def __le__(self, other):
        return self.x <= float(other)

    def __gt__(self, other):
        return self.x > float(other)

    def __ge__(self, other):
        return self.x >= float(other)


def _ieee_divide(a, b):
    if b != 0.0:
        return Ieee(a / b)
    if a == 0.0 or a != a:
        return Ieee(math.nan)
    return Ieee(math.copysign(math.inf, a) * math.copysign(1.0, b))


def _over_ieee(primitive, operands):
    floats = [float(x) for x in operands]
    try:
        return Ieee(primitive.floats(*floats))
    except (ZeroDivisionError, ValueError, OverflowError):
        return Ieee(math.nan if primitive.limit is None else primitive.limit(*floats))


register(Ieee, _over_ieee)


def primitive(
    name=None,
    forward=None,
    *,
    partials,
    arity=None,
    floats=None,
    limit=None,
    text=None,
    latex=None,
    domain="",
    kinks="",
    traits=PLAIN,
):
    r"""Add a primitive to the table; it then works everywhere the built-in ones do.

    As a decorator, on the function that states the value over any number::

        @primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
        def softsign(x):
            return x / (1 + abs(x))

    or as a call, ``softsign = primitive("softsign", forward, partials=...)``. Use ``autograd.exp`` and the other
    functions of this package, not ``math.exp``, so that the rule holds over any number.

    Args:
        name: the primitive's name. As a decorator it is the function's.
        forward: the value, as a function of the operands, over any number.
        partials: one rule per operand (a single one needs no list): a function of ``(y, *operands)`` with ``y`` the
            value, or another primitive that takes the operands, or a constant. Where ``forward`` takes ``*operands``,
            one function of ``(y, *operands)`` that returns all of them.
        arity: the number of operands; read from ``forward`` where it is not given.
        floats: the value over floats, where ``forward`` would overflow or lose digits.
        limit: the IEEE value where ``floats`` raises.
        text: how it is printed, ``"softsign({0})"``; by default the name and its operands.
        latex: the same in LaTeX.
        domain: where it has a value, in words.
        kinks: where it has no derivative and which number stands there.
        traits: what else is known about it, :class:`Traits`.

    Returns:
        The :class:`Primitive`, or as a decorator a function that makes one. A primitive of one number is a method of
        every Value as well, if Values have nothing of that name, and ``nn`` takes its name for an activation.

    A name of your own can be defined again, as a cell of a notebook does that runs twice: the new primitive takes its
    place, and graphs that were recorded before keep the rules that they were recorded with.

    Raises:
        ValueError: the name is that of a primitive of the engine, or the number of rules is not the number of operands.

    Example:
        >>> from autograd import Value, primitive
        >>> @primitive(partials=lambda y, x: 3 * x * x)
        ... def cubed(x):
        ...     return x * x * x
        >>> x = Value(2.0)
        >>> cubed(x).backward()
        >>> x.grad
        12.0
    """
    if callable(name):
        raise TypeError("primitive needs the partial derivatives: write @primitive(partials=...) above the function.")
    if name is None:

        def decorate(function):
            return primitive(
                function.__name__, function, partials=partials, arity=arity, floats=floats, limit=limit,
                text=text, latex=latex, domain=domain, kinks=kinks, traits=traits,
            )  # fmt: skip

        return decorate
    if name in _OWN_NAMES and not _defines_own:
        raise ValueError(f"a primitive called {name!r} exists in the engine itself: give yours another name.")
    if arity is None and forward is not None:
        arity = _arity_of(forward)
    if arity is None:
        if not callable(partials):
            raise ValueError(f"{name} takes any number of operands: partials must be one function of (y, *operands).")
    else:
        partials = tuple(partials) if isinstance(partials, (list, tuple)) else (partials,)
        if len(partials) != arity:
            raise ValueError(f"{name} has {arity} operands and {len(partials)} partials: give one rule per operand.")
    operands = "{0}" if arity is None else ", ".join([f"{{{i}}}" for i in range(arity)])
    shown = name.replace("_", r"\_")
    description = (
        name, arity, forward, partials, floats or forward, limit, text or f"{name}({operands})",
        latex or rf"\operatorname{{{{{shown}}}}}\left({operands}\right)", domain, kinks, traits,
    )  # fmt: skip
    if name in _OWN_NAMES:
        entry = _by_name(name)
        entry.describe(*description)
        return entry
    if _defines_own:
        _OWN_NAMES.add(name)
        return Primitive(*description)
    entry = Primitive(*description)
    for tell in _told_of_entries:
        tell(entry)
    return entry


def _arity_of(function):
    code = getattr(function, "__code__", None)
    if code is None:
        raise ValueError(f"cannot read how many operands {function!r} takes: pass arity=.")
    takes_any = code.co_flags & 0x04  # CO_VARARGS
    return None if takes_any else code.co_argcount


def out_of_domain(primitive, operands, error):
    """The DomainError for ``primitive(*operands)``, with what it needs."""
    shown = primitive.text.format(*[repr(float(x)) for x in operands])
    needs = f": it needs {primitive.domain}" if primitive.domain else f": {error}"
    guard = f"{primitive.name}(where(ok, x, 1.0))" if primitive.arity == 1 else "where(ok, x, 1.0) in place of x"
    return DomainError(
        f"{shown} has no real value{needs}. Check the operands, or guard the operand itself, with maximum or by "
        f"{guard}: where computes both of its branches."
    )
