"""Registers as a kind of number. Arithmetic with them emits LLVM code, for one number or for several lanes at once.

:mod:`autograd.compiler.forms` defines the primitives over registers, and must be imported for them. The code has no
branches: a choice is a ``select``, which evaluates both sides and uses only one.
"""

import math

from llvmlite import ir

from autograd.engine import primitives
from autograd.engine.algebra import is_real
from autograd.engine.errors import AlgebraError

__all__ = ["DOUBLE", "INDEX", "Condition", "Lanes", "NotReplayable", "Register"]

DOUBLE, SINGLE, INDEX = ir.DoubleType(), ir.FloatType(), ir.IntType(64)
_BEYOND_SINGLE = 2.0**128 - 2.0**103  # numbers from here on round to infinity in float32


class NotReplayable(AlgebraError):
    """The error of a function that needs the number in a register, which is known only when the code runs."""


class Lanes:
    """The lanes of a kernel. Registers belong to lanes, and their code is written by the builder of the lanes.

    Args:
        builder: the llvmlite ``IRBuilder`` that emits the code. It may move to other blocks.
        count: the number of lanes; 1 for scalar code.
        single: True for float32 in place of float64. Elementary functions are computed in float64 and rounded.
        strict: True for the bits of the engine. Elementary functions then call the same functions as the engine, lane
            by lane, and nothing is contracted or reordered.
        flags: LLVM's fast-math flags for the arithmetic of the caller, such as ``("contract", "reassoc")``. They do not
            apply inside elementary functions, whose accuracy depends on the order.

    Raises:
        ValueError: ``count`` is less than 1, or ``strict`` is combined with ``single`` or ``flags``.
    """

    def __init__(self, builder, count=1, *, single=False, strict=False, flags=()):
        if count < 1:
            raise ValueError(f"{count} lanes: give at least 1.")
        if strict and (single or flags):
            raise ValueError("strict code has the engine's bits: it takes neither single=True nor flags.")
        self.builder = builder
        self.count = count
        self.single = single
        self.strict = strict
        self.flags = tuple(flags)
        self.element = SINGLE if single else DOUBLE
        self.type = self.shaped(self.element)
        self._constants: dict = {}
        self.decisions = None  # the path through a rule with Python branches; see autograd.compiler.branches

    def shaped(self, element):
        """Return the type of ``count`` elements: the type of an element for scalar code, or else a vector."""
        return element if self.count == 1 else ir.VectorType(element, self.count)

    def filled(self, element, x):
        """Return the constant ``x`` of type ``element`` in every lane."""
        return ir.Constant(self.shaped(element), x if self.count == 1 else [x] * self.count)

    def constant(self, x):
        """Return a register with the same number in every lane."""
        x = float(x)
        if self.single and math.inf > abs(x) >= _BEYOND_SINGLE:  # some Pythons round that, and some raise
            x = math.copysign(math.inf, x)
        key = x, math.copysign(1.0, x)
        if key not in self._constants:
            self._constants[key] = self.filled(self.element, x)
        return Register(self._constants[key], self)

    def lift(self, x):
        """Return ``x`` as a register of these lanes. A register is returned unchanged, a number becomes a constant.

        Raises:
            AlgebraError: ``x`` is neither a register nor a real number.
        """
        if isinstance(x, Register):
            return x
        if is_real(x):
            return self.constant(x)
        raise AlgebraError(f"expected a register or a real number, found {type(x).__name__}: convert it first.")

    def intrinsic(self, name, *operands):
        """Return the register with the result of an LLVM intrinsic over these lanes, such as ``"sqrt"``."""
        suffix = ("f32" if self.single else "f64") if self.count == 1 else f"v{self.count}f{32 if self.single else 64}"
        function = self.declared(f"llvm.{name}.{suffix}", self.type, [self.type] * len(operands))
        return Register(self.builder.call(function, [self.lift(x).value for x in operands]), self)

    def declared(self, name, result, operands):
        """Return the function with this name in the module. It is declared if it does not exist yet."""
        module = self.builder.module
        if name in module.globals:
            return module.globals[name]
        return ir.Function(module, ir.FunctionType(result, operands), name=name)

    def call(self, name, body, *operands):
        """Return ``body(*operands)`` over float64, by a function that the module has once for each number of lanes."""
        if self.single:
            return self._narrowed(self._wide().call(name, body, *[self._widened(x) for x in operands]))
        name = f"deltagrad.{name}.{self.count}{'.strict' if self.strict else ''}"
        if name not in self.builder.module.globals:
            self._define(name, body, len(operands))
        function = self.builder.module.globals[name]
        return Register(self.builder.call(function, [self.lift(x).value for x in operands]), self)

    def _define(self, name, body, arity):
        function = self.declared(name, self.type, [self.type] * arity)
        function.linkage = "internal"
        function.attributes.add("nounwind")
        builder = ir.IRBuilder(function.append_basic_block())
        inner = Lanes(builder, self.count, strict=self.strict)
        builder.ret(inner.lift(body(*[Register(x, inner) for x in function.args])).value)

    def _wide(self):
        return Lanes(self.builder, self.count, strict=self.strict)

    def _widened(self, x):
        wide = self._wide()
        return Register(self.builder.fpext(x.value, wide.type), wide) if isinstance(x, Register) else wide.lift(x)

    def _narrowed(self, x):
        return Register(self.builder.fptrunc(x.value, self.type), self)


class Condition:
    """The result of comparing registers, with one bit for each lane. ``condition.select(a, b)`` chooses by it."""

    __slots__ = ("lanes", "value")

    def __init__(self, value, lanes):
        self.value, self.lanes = value, lanes

    def select(self, a, b):
        """Return ``a`` in lanes in which the condition holds, and ``b`` in others. The other one has no effect."""
        a, b = self.lanes.lift(a), self.lanes.lift(b)
        return Register(self.lanes.builder.select(self.value, a.value, b.value), self.lanes)

    def _bits(self, other):
        if isinstance(other, Condition):
            return other.value
        return self.lanes.filled(ir.IntType(1), int(bool(other)))

    def __and__(self, other):
        return Condition(self.lanes.builder.and_(self.value, self._bits(other)), self.lanes)

    __rand__ = __and__

    def __or__(self, other):
        return Condition(self.lanes.builder.or_(self.value, self._bits(other)), self.lanes)

    __ror__ = __or__

    def __invert__(self):
        return Condition(self.lanes.builder.not_(self.value), self.lanes)

    def __bool__(self):
        if self.lanes.decisions is None:
            raise AlgebraError(
                "a condition on registers is known only when the code runs: write select(condition, a, b), or replay "
                "the rule through autograd.compiler.forms, which follows both branches."
            )
        return self.lanes.decisions.decide(self)

    def __float__(self):
        return float(bool(self))

    def __int__(self):
        return int(bool(self))

    __index__ = __int__


class Register:
    """A number, or one for each lane, that exists only when the code runs. Plain numbers beside it become constants.

    Args:
        value: the llvmlite value, of the type ``lanes.type``.
        lanes: the :class:`Lanes` to which it belongs.
    """

    __slots__ = ("lanes", "value")

    def __init__(self, value, lanes):
        self.value, self.lanes = value, lanes

    def __repr__(self):
        return f"<register {self.value.get_reference()}>"

    def __float__(self):
        raise NotReplayable("a register has no number before the code runs: use autograd.exp, not math.exp.")

    __index__ = __int__ = __float__

    def _arithmetic(self, emit, a, b):
        return Register(emit(self.lanes.lift(a).value, self.lanes.lift(b).value, flags=self.lanes.flags), self.lanes)

    def __add__(self, x):
        return self._arithmetic(self.lanes.builder.fadd, self, x)

    def __radd__(self, x):
        return self._arithmetic(self.lanes.builder.fadd, x, self)

    def __sub__(self, x):
        return self._arithmetic(self.lanes.builder.fsub, self, x)

    def __rsub__(self, x):
        return self._arithmetic(self.lanes.builder.fsub, x, self)

    def __mul__(self, x):
        return self._arithmetic(self.lanes.builder.fmul, self, x)

    def __rmul__(self, x):
        return self._arithmetic(self.lanes.builder.fmul, x, self)

    def __truediv__(self, x):
        return self._arithmetic(self.lanes.builder.fdiv, self, x)

    def __rtruediv__(self, x):
        return self._arithmetic(self.lanes.builder.fdiv, x, self)

    def __pow__(self, n):
        return primitives.pow_(self, n)

    def __rpow__(self, x):
        return primitives.pow_(x, self)

    def __neg__(self):
        return Register(self.lanes.builder.fneg(self.value, flags=self.lanes.flags), self.lanes)

    def __pos__(self):
        return self

    def __abs__(self):
        return self.lanes.intrinsic("fabs", self)

    def _compare(self, sign, x, emit=None):
        emit = emit or self.lanes.builder.fcmp_ordered  # with a NaN, every comparison but != is false
        return Condition(emit(sign, self.value, self.lanes.lift(x).value), self.lanes)

    def __lt__(self, x):
        return self._compare("<", x)

    def __le__(self, x):
        return self._compare("<=", x)

    def __gt__(self, x):
        return self._compare(">", x)

    def __ge__(self, x):
        return self._compare(">=", x)

    def __eq__(self, x):
        return self._compare("==", x)

    def __ne__(self, x):
        return self._compare("!=", x, self.lanes.builder.fcmp_unordered)

    __hash__ = object.__hash__
