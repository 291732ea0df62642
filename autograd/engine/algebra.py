# cython: language_level=3, annotation_typing=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Primitives, and the kinds of number to which they can be applied.

A primitive states its value and its partial derivatives once, in ordinary arithmetic. The kind of number decides the
result: floats compute, Values record, Fractions are exact. A kind of number can also register an *algebra*: a function
``apply(primitive, operands)`` that applies primitives to it.

Cython compiles this file. The same file runs interpreted if there is no compiler.
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
    "TABLE", "Ieee", "Primitive", "Traits", "call_for_new_primitives", "engine_defines", "is_real", "pi_like",
    "primitive", "register", "select",
]  # fmt: skip

# Every primitive by its code; a node of a graph stores the code. Code 0 is a leaf.
TABLE: list = [None]

_ALGEBRAS: dict = {}

# The names of the engine's own primitives, and True while a module that defines them runs.
_OWN_NAMES: set = set()
_defines_own = cython.declare(object, False)

# Functions that are called with every new primitive, except the engine's own.
_on_new_primitive: list = []

# isinstance under another name, for calls that may raise: Cython inlines isinstance and ignores its exceptions.
_is_instance = cython.declare(object, isinstance)


def engine_defines(yes: bool) -> None:
    """Mark the primitives that are added from now on as the engine's own, or end this.

    Nobody else can give a primitive the name of one of these. If the module that defines it runs again, the entry of
    the table gets the new rules but stays the same object, because recorded graphs refer to it.
    """
    global _defines_own
    _defines_own = yes


def call_for_new_primitives(function) -> None:
    """Call ``function(entry)`` for every primitive that is added from now on, except the engine's own."""
    _on_new_primitive.append(function)


def register(kind: type, apply) -> None:
    """Use ``apply(primitive, operands)`` to apply primitives if one of the operands is a ``kind``."""
    _ALGEBRAS[kind] = apply


_TRAITS = ("linear", "written_out", "cheap", "c", "activation", "is_end", "branches")


class Traits(namedtuple("Traits", _TRAITS, defaults=(False, False, False, "", None, False, None))):
    """Facts about a primitive that are not calculus. All modules read them here and keep no lists of their own.

    Attributes:
        linear: True if its value is a sum of its operands, each times a constant.
        written_out: True if formulas show its rule in place of its name: ``1 - x**2``, not ``one_minus_square(x)``.
        cheap: True if a processor computes it in a few cycles.
        c: the function of C's mathematical library that computes it over doubles, ``"tanh"``; empty if there is none.
        activation: True if it may belong to an activation function of a network. None is the same as True for a
            function of one number, else as False. A function of one number that is rather a part of a loss has False.
        is_end: True if no derivative flows through it, as for a comparison. Sweeps stop there.
        branches: for a primitive that chooses between operands, such as ``where``, a dict from the index of an operand
            to a function of all operands, which returns True if that operand is chosen. None if it uses all operands.
    """

    __slots__ = ()


PLAIN = Traits()


@cython.final
@cython.cclass
class Primitive:
    """An elementary operation: its name, its value, its partial derivatives and its printed form.

    Call it with numbers of any kind. All attributes are read-only.

    Attributes:
        name: its name, such as ``"tanh"``.
        arity: the number of operands; None if it takes any number of operands.
        forward: the value in terms of other primitives, over any kind of number; None if each kind of number has a
            function of its own.
        partials: for a fixed arity, a rule for each operand. A rule is a function of ``(y, *operands)``, where ``y`` is
            the value, or a primitive that is called with the operands, or a constant. For any arity, one function of
            ``(y, *operands)`` that returns all partial derivatives.
        floats: the value over floats, numerically stable over the whole range.
        limit: the IEEE value over floats for operands where ``floats`` raises; NaN by default.
        text: the printed form, with ``{0}`` and ``{1}`` for the operands.
        latex: the same in LaTeX.
        domain: the operands for which it has a value, in words; empty if there are no restrictions.
        kinks: the points without a derivative and the number that replaces it by convention, in words; empty if there
            are none.
        traits: more facts about it, :class:`Traits`.
        code: its index in the table.
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
        """Return the value, a number of the same kind as the operands."""
        if self.arity is not None and len(operands) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} operands, found {len(operands)}.")
        for x in operands:
            if type(x) is not float:
                return _dispatch(self, operands)
        y = self.floats(*operands)
        return y if type(y) is float else float(y)

    def partial(self, i, y, operands):
        """Return the derivative of ``y = self(*operands)`` with respect to operand ``i``, of the operands' kind."""
        rule = self.partials[i]
        if type(rule) is Primitive:
            return rule(*operands)
        return rule(y, *operands) if callable(rule) else rule

    def gradient(self, y, operands):
        """Return the derivatives of ``y = self(*operands)`` with respect to all operands, in order."""
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
        """Return True if a derivative flows to operand ``i`` for these operands.

        If none flows, the operand gets no contribution at all, and not 0 times a number. So not even a NaN enters the
        branch that ``where`` does not choose.

        Returns:
            True or False. For a primitive with branches, if the operands are arrays, registers or texts, a condition
            over them.
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
        for entry in reversed(TABLE):  # the latest definition of a name that was defined again
            if entry is not None and entry.name == wanted:
                return entry
    raise AlgebraError(f"no primitive is called {name!r}: define it (or import the module that does) before loading.")


def _dispatch(primitive, operands):
    algebras = [_ALGEBRAS.get(type(x)) for x in operands]
    if any(type(x).__name__ == "ndarray" for x in operands):
        return _over_arrays(primitive, operands)  # an array of any kind of number is taken apart first
    for apply in algebras:
        if apply is not None:
            return apply(primitive, operands)
    for x in operands:
        if not (isinstance(x, (float, int)) or _is_numpy_scalar(x)):
            return _adopted(type(x))(primitive, operands)
    return float(primitive.floats(*[float(x) for x in operands]))


def _adopted(kind):
    """Return the algebra for a new kind of number, and register it."""
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
            f"{primitive.name} has no value over {kind}: use a kind of number that has one, such as mpmath.mpf."
        )
    return primitive.forward(*operands)


_NAMES_IN_MPMATH = {"lgamma": "loggamma"}


def _over_mpmath(primitive, operands):
    import mpmath  # lazy: only needed for its numbers

    # Numbers of a separate context stay in that context, and so keep its number of digits.
    context = next((x.context for x in operands if hasattr(x, "context")), mpmath)
    # mpmath's own function keeps all digits, while 1 + x or a difference of exponentials would lose some.
    is_standard = primitive.floats is not None and primitive.floats is getattr(math, primitive.name, None)
    if primitive.forward is None or is_standard:
        return getattr(context, _NAMES_IN_MPMATH.get(primitive.name, primitive.name))(*operands)
    return primitive.forward(*operands)


def _over_arrays(primitive, operands):
    import numpy  # lazy: only needed for its arrays

    if primitive.forward is not None and primitive.name in ("add", "sub", "mul", "div", "neg"):
        return primitive.forward(*operands)
    with numpy.errstate(all="ignore"):  # rules over floats raise their own errors, and comparing a NaN is fine
        result = numpy.frompyfunc(primitive, len(operands), 1)(*operands)
    every = numpy.ravel(result)
    return result.astype(float) if all(type(x) is float for x in every) else result


def pi_like(x):
    """Return pi to as many digits as the kind of number of ``x`` has. Exact kinds have their own ``pi``."""
    if type(x).__module__.partition(".")[0] == "mpmath":
        import mpmath  # lazy: only needed for its numbers

        return +getattr(x, "context", mpmath).pi
    return x.pi if hasattr(x, "pi") else math.pi


# Real numbers are registered at numbers.Real. Of NumPy's scalars, only its bool is not registered there.
def is_real(x) -> bool:
    """Return True for a number that can become a float without a change of meaning.

    Complex numbers, texts, arrays and Values are not such numbers.
    """
    # Two separate calls, because Cython checks these types in C. An object with its own __class__ may raise below.
    if isinstance(x, float) or isinstance(x, int):  # noqa: SIM101 - see above
        return True
    return (_is_instance(x, numbers.Real) or _is_numpy_scalar(x)) and not _is_time_of_numpy(x)


def _is_numpy_scalar(x):
    numpy = sys.modules.get("numpy")
    return numpy is not None and _is_instance(x, (numpy.floating, numpy.integer, numpy.bool_))


def _is_time_of_numpy(x):
    """Return True for a ``timedelta64``, whose class is a subclass of NumPy's integers."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and _is_instance(x, numpy.timedelta64)


def select(condition, a, b):
    """Return ``a`` if the condition holds, else ``b``. Rules may branch only with this function.

    Args:
        condition: the result of comparing two numbers of any kind: a bool, an array of bools, or an object with a
            method ``select``.
        a, b: the numbers to choose from.
    """
    if condition is True:
        return a
    if condition is False:
        return b
    if hasattr(condition, "select"):
        return condition.select(a, b)
    if type(condition).__name__ == "ndarray":
        import numpy  # lazy: only needed for its arrays

        return numpy.where(condition, a, b)
    return a if condition else b


class Ieee:
    """A float that follows IEEE 754 in cases where Python raises: ``1 / 0`` is infinite, ``log(-1)`` is NaN.

    The reverse sweep evaluates a rule over these numbers if a derivative is infinite or does not exist (sqrt at 0).
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
    r"""Add a primitive to the table. It can then be used everywhere, like the built-in ones.

    Use it as a decorator of the function that states the value over any kind of number::

        @primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
        def softsign(x):
            return x / (1 + abs(x))

    or as a call, ``softsign = primitive("softsign", forward, partials=...)``. Use ``autograd.exp`` and the other
    functions of this package, not ``math.exp``, so that the rule works over any kind of number.

    You can define a name of your own again, for example by running a cell of a notebook twice. Then the new primitive
    replaces the old one. Graphs that were recorded before keep the old rules.

    Args:
        name: the name of the primitive; for a decorator, the name of the function.
        forward: the value, a function of the operands, over any kind of number.
        partials: a rule for each operand; a single rule needs no list. A rule is a function of ``(y, *operands)``,
            where ``y`` is the value, or another primitive with the same operands, or a constant. If ``forward`` takes
            ``*operands``, one function of ``(y, *operands)`` that returns all partial derivatives.
        arity: the number of operands; by default it is read from ``forward``.
        floats: the value over floats, if ``forward`` would overflow or lose digits.
        limit: the IEEE value for operands where ``floats`` raises.
        text: the printed form, such as ``"softsign({0})"``; by default the name and its operands.
        latex: the same in LaTeX.
        domain: the operands for which it has a value, in words.
        kinks: the points without a derivative and the number that replaces it, in words.
        traits: more facts about it, :class:`Traits`.

    Returns:
        The :class:`Primitive`; for a decorator, a function that makes one. A primitive of one number also becomes a
        method of every Value, unless Value already has an attribute of that name. In ``nn``, its name can be used as an
        activation.

    Raises:
        ValueError: the engine itself has a primitive of this name, or the number of rules is not the number of
            operands.
        TypeError: the partial derivatives are missing.

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
    for function in _on_new_primitive:
        function(entry)
    return entry


def _arity_of(function):
    code = getattr(function, "__code__", None)
    if code is None:
        raise ValueError(f"cannot read the number of operands of {function!r}: pass arity=.")
    takes_any = code.co_flags & 0x04  # CO_VARARGS
    return None if takes_any else code.co_argcount


def out_of_domain(primitive, operands, error):
    """Return the DomainError for ``primitive(*operands)``, which names the domain."""
    shown = primitive.text.format(*[repr(float(x)) for x in operands])
    needs = f": it needs {primitive.domain}" if primitive.domain else f": {error}"
    guard = f"{primitive.name}(where(ok, x, 1.0))" if primitive.arity == 1 else "where(ok, x, 1.0) in place of x"
    return DomainError(
        f"{shown} has no real value{needs}. Check the operands, or guard the operand itself, with maximum or by "
        f"{guard}: where computes both of its branches."
    )
