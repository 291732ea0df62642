# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""``Value``: a number that records how it was computed.

Operations on Values record a graph: each result keeps its operands, and the data that they had. ``backward()`` walks
this graph from the result to the leaves (``sweep.py``). The operations themselves are defined in the table
(``primitives.py``).

This file is ordinary Python. Cython compiles it, with the annotations and ``value.pxd`` as C types. Without a compiler,
it runs interpreted, more slowly and with the same results.
"""

import threading
from functools import partial, partialmethod
from inspect import Parameter, Signature
from threading import get_ident
from weakref import WeakKeyDictionary

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

if cython.compiled:
    from cython.cimports.autograd.engine import paused
    from cython.cimports.autograd.engine.algebra import Primitive
    from cython.cimports.autograd.engine.slab import (
        drop_dict,
        instance_dict,
        kind_attribute,
        refuse_sequences,
        slab_serve,
    )
    from cython.cimports.libc.stdlib import free, malloc
else:
    from autograd.engine import paused
    from autograd.engine.algebra import Primitive

from autograd.engine import other_engines, primitives, rounding
from autograd.engine.absent import ABSENT, FIXED, Absent, Renamed, advice_for_data, refuse_operands, refuse_option
from autograd.engine.algebra import TABLE, is_real, out_of_domain
from autograd.engine.conditions import Condition
from autograd.engine.errors import GraphError
from autograd.engine.texts import shortened

__all__ = [
    "Value", "add_method", "apply_ufuncs_with", "attributes", "compiled", "data_readings", "forget_own_methods",
    "is_watched", "list_no_nodes", "list_nodes", "record", "refuse_equality_by", "sweep_with", "witnessed",
    "witnessed_by",
]  # fmt: skip

compiled: bool = cython.compiled

# The codes of the operations with the fastest recording, as C integers.
LEAF = cython.declare(cython.int, 0)
ADD = cython.declare(cython.int, primitives.add.code)
SUB = cython.declare(cython.int, primitives.sub.code)
MUL = cython.declare(cython.int, primitives.mul.code)
DIV = cython.declare(cython.int, primitives.div.code)
NEG = cython.declare(cython.int, primitives.neg.code)
DOT = cython.declare(cython.int, primitives.dot.code)
GIVEN = cython.declare(cython.int, other_engines.given.code)

# The primitives that are methods.
ABS = cython.declare(object, primitives.abs_)
ACOS = cython.declare(object, primitives.acos)
ACOSH = cython.declare(object, primitives.acosh)
ASIN = cython.declare(object, primitives.asin)
ASINH = cython.declare(object, primitives.asinh)
ATAN = cython.declare(object, primitives.atan)
ATANH = cython.declare(object, primitives.atanh)
COS = cython.declare(object, primitives.cos)
COSH = cython.declare(object, primitives.cosh)
EXP = cython.declare(object, primitives.exp)
EXPM1 = cython.declare(object, primitives.expm1)
LOG = cython.declare(object, primitives.log)
LOG1P = cython.declare(object, primitives.log1p)
RELU = cython.declare(object, primitives.relu)
SIGMOID = cython.declare(object, primitives.sigmoid)
SIN = cython.declare(object, primitives.sin)
SINH = cython.declare(object, primitives.sinh)
SQRT = cython.declare(object, primitives.sqrt)
TAN = cython.declare(object, primitives.tan)
TANH = cython.declare(object, primitives.tanh)

# The operands that wait to be freed, once the freeing of Values is nested _DEEP levels deep: see Value.__dealloc__.
_DEEP = cython.declare(cython.int, 64)
_depth = cython.declare(cython.int, 0)
_waiting = cython.declare(list, [])


class _Freeing(threading.local):
    """The operands of Values that are being freed by the interpreted engine in this thread, or None."""

    waiting = None


_freeing = _Freeing()

# The functions that backward() and _local_grads call. This file cannot import sweep.py, so sweep.py sets them.
_sweep = cython.declare(object, None)
_local_gradients = cython.declare(object, None)

# The list of the nodes that a thread records, or None, and the thread: see list_nodes.
_listed = cython.declare(object, None)
_listing_thread = cython.declare(object, 0)


def sweep_with(function, local_gradients):
    """Set the function that ``value.backward(seed)`` calls, and the function that ``value._local_grads`` calls."""
    global _sweep, _local_gradients
    _sweep, _local_gradients = function, local_gradients


# The function that computes NumPy's functions of a Value. This file cannot import ufuncs.py, so ufuncs.py sets it.
_apply_ufunc = cython.declare(object, None)


def apply_ufuncs_with(function):
    """Set the function ``function(ufunc, method, inputs, options)`` that NumPy's functions of a Value call."""
    global _apply_ufunc
    _apply_ufunc = function


# While a function is recorded for compilation, this is called for every operation that takes a number out of the graph
# or lets Python branch on a number: see witnessed_by.
_witness = cython.declare(object, None)


def witnessed_by(function):
    """Set the witness: ``function(how, a, b, default)``, which is called while a program is recorded for compilation.

    The result of the witness is used in place of ``default``. The argument ``how`` says what happens:

    - ``"<"``, ``"<="``, ``">"``, ``">="``, ``"=="``: a and b are compared, and the default is the result;
    - ``"where"``: the condition a is recorded, so that the result follows it;
    - ``"data"``, ``"detach"``: the program reads the number of a, or makes a copy of a without its graph;
    - ``"operand"``: a is neither a real number nor a Value; the witness may return the Value that it stands for;
    - ``"IEEE"``: the primitive a has no real value at the operands and floats in b; the witness may return the value by
      IEEE 754;
    - ``"computed"``: the primitive a has a real value at the operands b;
    - ``"made"``: the leaf a is made;
    - ``"check"``: the function a checks the numbers of the Values in b; it must also run for every other sample;
    - ``"set"``, ``"recorded"``, ``"format"``, ``"backward"``, ``"hash"``, ``"copy"``, ``"no_grad"``: the program is
      about to do this with a; the witness raises to forbid it.

    Args:
        function: the witness, or None. It is called in every thread.

    Returns:
        The previous witness.
    """
    global _witness
    before, _witness = _witness, function
    return before


def is_watched():
    """Return True while a program is recorded for compilation: see :func:`witnessed_by`."""
    return _witness is not None


# The number of times that data was read. A transform uses it to notice that its function may have dropped the graph.
_readings = cython.declare(cython.longlong, 0)


def data_readings() -> int:
    """Return the number of times that the ``data`` of any Value was read."""
    return _readings


# While a transform runs, this function is called if a Value is compared with a number by ==.
_equality = cython.declare(object, None)


def refuse_equality_by(function):
    """Set the function ``function(value, number)`` that is called if a Value is compared with a number by ``==``.

    None ends this.
    """
    global _equality
    _equality = function


def witnessed(how, a, b=None, default=None):
    """Return the result of the witness, or the default if there is none. Other modules of the engine call this."""
    return default if _witness is None else _witness(how, a, b, default)


def _signature():
    """Return the signature of Value, without the arguments that are only for programs of other libraries."""
    kind = Parameter.POSITIONAL_OR_KEYWORD
    return Signature(
        [
            Parameter("data", kind),
            Parameter("label", kind, default=None),
            Parameter("local_grads", kind, default=None),
            Parameter("children", Parameter.KEYWORD_ONLY, default=None),
        ]
    )


@cython.final
@cython.no_gc
@cython.auto_pickle(False)  # copying.py does this
@cython.cclass
class Value:
    """A number that records how it was computed.

    Arithmetic with Values and plain numbers gives Values, and so do the functions of this package. ``loss.backward()``
    adds the derivative of ``loss`` with respect to a node to the ``grad`` of that node, for ``loss`` and every node
    under it.

    You can set attributes of your own on a Value, such as the memory of an optimizer (``w.m = 0.0``). To add a method
    of your own, use :func:`autograd.method`.

    Two Values are equal only if they are the same object, and a Value never equals a number. ``<``, ``<=``, ``>`` and
    ``>=`` compare data and give a :class:`Condition`. ``bool()`` and ``float()`` raise, because they would drop the
    graph unnoticed. Inside of ``grad`` and its family, ``==`` with a number raises for the same reason.

    Args:
        data: a real number, which is stored as a float. NumPy scalars and Fractions are numbers, too.
        label: a name, for printing and drawing. As in programs for other scalar engines, a tuple, list or set in this
            place means ``children``.
        local_grads: the derivatives with respect to the children, a number for each. A string in this place means
            ``_op``.
        children, _children: the Values from which your own arithmetic computed the number. They become the operands of
            the node. Such a node has first derivatives only. To differentiate twice, compile or derive an operation,
            write it with :func:`autograd.primitive`.
        _op: the sign that drawings show for the operation.

    Raises:
        TypeError: ``data`` is not a real number (but a complex number, a string, an array or another Value), or there
            are children but no ``local_grads``, so that no gradient would reach them.
        ValueError: the number of ``local_grads`` is not the number of children.

    >>> x = Value(3.0, label="x")
    >>> cube = Value(x.data**3, children=(x,), local_grads=(3 * x.data**2,))
    >>> cube.backward()
    >>> x.grad
    27.0
    """

    # The fields, which only the engine's own files read:
    #   _data            the number
    #   _grad            the derivative to which sweeps add
    #   _adjoint         the adjoint during a sweep; 0 outside of a sweep
    #   _code            the index of the primitive in the table; 0 for a leaf
    #   _a, _b           the operands: a Value, or None if the operand is the constant in _a_data or _b_data. An
    #                    operation on any number of operands keeps them in the tuple _a. dot keeps the weights, followed
    #                    by the bias, in _a and the inputs in _b. Constants in tuples are floats.
    #   _a_data, _b_data the numbers of the operands when they were read; for a leaf, _a_data is 1 if it stands
    #                    for a plain number: see nodes.mark_as_plain
    #   _seen            the same for operands in tuples: first those of _a, then those of _b
    #   _label           a string or None
    #   _mark            the number of the last sweep that visited the node
    #   _own             in compiled code, the dict of the user's attributes; NULL while there are none

    if not cython.compiled:
        __slots__ = (
            "__dict__", "__weakref__", "_a", "_a_data", "_adjoint", "_b", "_b_data", "_code", "_data", "_grad",
            "_label", "_mark", "_seen",
        )  # fmt: skip

    __signature__ = _signature()  # help() shows it, and a compiled type has none by itself

    def __init__(
        self, data, label=None, local_grads=None, *, children=None, _children=None, _op=None, requires_grad=None,
        dtype=None, device=None, name=None, trainable=None,
    ):  # fmt: skip
        if requires_grad is not None:
            raise TypeError(
                "a Value has no requires_grad, since every Value has a gradient: write Value(data). Give an optimizer "
                "only the parameters to train, or compute in 'with no_grad():'."
            )
        if dtype is not None or device is not None or name is not None or trainable is not None:
            options = {"dtype": dtype, "device": device, "name": name, "trainable": trainable}
            refuse_option("Value", [option for option, given in options.items() if given is not None])
        if _witness is not None and not is_real(data):
            read = _witness("operand", data, None, None)
            if read is not None and not isinstance(data, Value) and local_grads is None and children is None:
                _stand_for(self, read)
                self.label = label
                return
        if not is_real(data):
            advice = "use .detach() for a copy" if isinstance(data, Value) else advice_for_data(data)
            raise TypeError(f"a Value holds one real number, found {type(data).__name__} {shortened(data)}: {advice}.")
        computed = self._code != LEAF if cython.compiled else getattr(self, "_code", LEAF) != LEAF
        if computed:
            raise GraphError(f"{self!r} was computed by {self.op}, so __init__ cannot set it: make a new Value.")
        clear(self)
        self._data = float(data)
        if _witness is not None:
            _witness("made", self, None, None)
        if label is None and local_grads is None and children is None and _children is None and _op is None:
            return
        _init_given(self, label, local_grads, children, _children, _op)

    if not cython.compiled:

        def __del__(self, freeing=_freeing):
            """Free a chain of Values in a loop and not by recursion, as __dealloc__ does in compiled code."""
            if not getattr(self, "_code", LEAF):
                return
            if freeing.waiting is not None:  # the outer loop frees them
                freeing.waiting.extend((self._a, self._b))
                return
            freeing.waiting = waiting = [self._a, self._b]
            try:
                self._a = self._b = None
                while waiting:
                    waiting.pop()
            finally:
                freeing.waiting = None

    def __dealloc__(self):
        """Free the operands that only this Value held. Recursion is limited, or it would overflow the C stack."""
        global _depth
        if self._own is not cython.NULL:
            drop_dict(self)
        if self._code == LEAF:
            return
        if self._seen:
            free(self._seen)
        if _depth < _DEEP:
            _depth += 1
            self._a = None
            self._b = None
            _depth -= 1
        else:
            _waiting.append(self._a)
            _waiting.append(self._b)
        if _depth == 0 and _waiting:
            _depth = 1  # so that Values that are freed in this loop do not start a loop of their own
            while _waiting:
                _waiting.pop()
            _depth = 0

    # --- Attributes

    @property
    def data(self):
        """The number. Only the data of a leaf can be set, because a computed number follows from its operands.

        Raises:
            GraphError: it was set on a node that an operation computed.
            TypeError: it was set to something that is not a real number.
        """
        global _readings
        _readings += 1
        return self._data if _witness is None else _witness("data", self, None, self._data)

    @data.setter
    def data(self, data):
        if self._code != LEAF:
            raise GraphError(f"{self!r} was computed by {self.op}: change a leaf and compute it again.")
        if _witness is not None:
            _witness("set", self, None, None)
        if not is_real(data):
            raise TypeError(
                f"data is one real number, found {type(data).__name__} {shortened(data)}: convert it to float first."
            )
        self._data = float(data)

    @property
    def grad(self):
        """The sum of the derivatives from all sweeps so far. Set it to 0 to start again.

        Raises:
            TypeError: it was set to something that is not a real number.
        """
        return self._grad

    @grad.setter
    def grad(self, grad):
        if type(grad) is not float and not is_real(grad):
            raise TypeError(
                f"grad is one real number, found {type(grad).__name__} {shortened(grad)}: convert it to float first."
            )
        self._grad = float(grad)

    @property
    def label(self):
        """A name for printing and drawing, or None."""
        return self._label

    @label.setter
    def label(self, label):
        if label is not None and not isinstance(label, str):
            raise TypeError(f"a label is a string or None, found {type(label).__name__}: write str(...).")
        self._label = label

    @property
    def op(self):
        """The primitive that computed it, or None for a leaf."""
        return TABLE[self._code]

    @property
    def operands(self):
        """The operands of the operation, in order: Values and plain floats."""
        if self._code == LEAF:
            return ()
        if self._code == DOT:
            weights: tuple = self._a
            n = len(self._b)
            return weights[:n] + self._b + weights[n:]
        arity = TABLE[self._code].arity
        if isinstance(self._a, tuple):
            return self._a
        first = self._a_data if self._a is None else self._a
        if arity == 1:
            return (first,)
        return (first, self._b_data if self._b is None else self._b)

    @property
    def recorded(self):
        """The numbers that the operands had when the operation read them, in order: plain floats."""
        if _witness is not None:
            _witness("recorded", self, None, None)
        if self._code == LEAF:
            return ()
        if self._code == DOT:
            n, m = len(self._b), len(self._a)
            seen = _seen(self, m + n)
            return seen[:n] + seen[m:] + seen[n:m]
        if isinstance(self._a, tuple):
            return _seen(self, len(self._a))
        if TABLE[self._code].arity == 1:
            return (self._a_data,)
        return (self._a_data, self._b_data)

    @property
    def parents(self):
        """The operands that are Values, in order. A Value that is read twice appears twice."""
        return tuple([x for x in self.operands if isinstance(x, Value)])

    # The names that notebooks for other scalar engines use. Constants are leaves there, so they become leaves here.
    @property
    def _children(self):
        """The operands as Values. Constants of sums and products become leaves, the same leaves each time."""
        operands = self.operands
        if self._code == LEAF or not other_engines.shows_constants(self.op):
            return self.parents
        if all(isinstance(x, Value) for x in operands):
            return operands
        if self not in _leaves_of:
            _leaves_of[self] = tuple([x if isinstance(x, Value) else Value(x) for x in operands])
        return _leaves_of[self]

    @property
    def _prev(self):
        return set(self._children)

    @property
    def _local_grads(self):
        """The derivatives with respect to the operands, in the order of ``_children``: a tuple of floats."""
        if self._code == LEAF:
            return ()
        found = _local_gradients(self)
        if not other_engines.shows_constants(self.op):
            found = [p for p, x in zip(found, self.operands, strict=True) if isinstance(x, Value)]
        return tuple(found)

    @property
    def _backward(self):
        """A function that adds this node's ``grad`` times the derivative to the ``grad`` of each operand."""
        return partial(_propagate, self)

    @property
    def _op(self):
        """The sign that micrograd shows: ``+``, ``*``, ``**2``, ``ReLU``; else the primitive's name."""
        own = attributes(self)
        return own["_op"] if own and "_op" in own else other_engines.sign(self.op, self.operands)

    def __repr__(self):
        if _witness is not None:
            _witness("format", self, None, None)
        label = "" if self._label is None else f", label={self._label!r}"
        return f"Value(data={self._data!r}, grad={self._grad!r}{label})"

    def __format__(self, spec):
        if _witness is not None and spec:
            _witness("format", self, None, None)
        return format(self._data, spec) if spec else repr(self)

    # --- Arithmetic

    def __add__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(ADD, self._data + o._data, self, o, self._data, o._data)
        if not is_real(other):
            return refuse_operands(self, other, "+")
        c: cython.double = float(other)
        return _node(ADD, self._data + c, self, None, self._data, c)

    def __radd__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "+")
        c: cython.double = float(other)
        return _node(ADD, c + self._data, None, self, c, self._data)

    def __sub__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(SUB, self._data - o._data, self, o, self._data, o._data)
        if not is_real(other):
            return refuse_operands(self, other, "-")
        c: cython.double = float(other)
        return _node(SUB, self._data - c, self, None, self._data, c)

    def __rsub__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "-")
        c: cython.double = float(other)
        return _node(SUB, c - self._data, None, self, c, self._data)

    def __mul__(self, other):
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(MUL, self._data * o._data, self, o, self._data, o._data)
        if not is_real(other):
            return refuse_operands(self, other, "*")
        c: cython.double = float(other)
        return _node(MUL, self._data * c, self, None, self._data, c)

    def __rmul__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "*")
        c: cython.double = float(other)
        return _node(MUL, c * self._data, None, self, c, self._data)

    def __truediv__(self, other):
        if _witness is not None and (isinstance(other, Value) or is_real(other)):
            return record(primitives.div, (self, other))
        if isinstance(other, Value):
            o: Value = cython.cast(Value, other)
            return _node(DIV, _quotient(self._data, o._data), self, o, self._data, o._data)
        if not is_real(other):
            return refuse_operands(self, other, "/")
        c: cython.double = float(other)
        return _node(DIV, _quotient(self._data, c), self, None, self._data, c)

    def __rtruediv__(self, other):
        if _witness is not None and is_real(other):
            return record(primitives.div, (other, self))
        if not is_real(other):
            return refuse_operands(other, self, "/")
        c: cython.double = float(other)
        return _node(DIV, _quotient(c, self._data), None, self, c, self._data)

    def __neg__(self):
        return _node(NEG, -self._data, self, None, self._data, 0.0)

    def __pos__(self):
        return self

    def __pow__(self, other):
        if not (isinstance(other, Value) or is_real(other)):
            return refuse_operands(self, other, "**")
        return record(primitives.pow_, (self, other))

    def __rpow__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "**")
        return record(primitives.pow_, (other, self))

    def __abs__(self):
        return _record_unary(ABS, self)

    def __mod__(self, other):
        if not (isinstance(other, Value) or is_real(other)):
            return refuse_operands(self, other, "%")
        return record(rounding.mod, (self, other))

    def __rmod__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "%")
        return record(rounding.mod, (other, self))

    def __floordiv__(self, other):
        if not (isinstance(other, Value) or is_real(other)):
            return refuse_operands(self, other, "//")
        return record(rounding.floordiv, (self, other))

    def __rfloordiv__(self, other):
        if not is_real(other):
            return refuse_operands(other, self, "//")
        return record(rounding.floordiv, (other, self))

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self

    def __floor__(self):
        return record(rounding.floor, (self,))

    def __ceil__(self):
        return record(rounding.ceil, (self,))

    def __round__(self, digits=None):
        if not digits:
            return record(rounding.round_, (self,))
        scale = 10.0 ** abs(digits)
        return round(self * scale) / scale if digits > 0 else round(self / scale) * scale

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        """Compute a function of NumPy of which this Value is an operand: see ``ufuncs.py``."""
        return _apply_ufunc(ufunc, method, inputs, options)

    # --- The usual functions as methods. autograd.engine.functions has all of them, with their domains and conventions.

    def exp(self):
        """Return e to the power of this number.

        Example:
            >>> round(Value(1.0).exp().data, 6)
            2.718282
        """
        return _record_unary(EXP, self)

    def log(self):
        """Return the natural logarithm. Raise DomainError at 0 and below.

        Example:
            >>> round(Value(10.0).log().data, 6)
            2.302585
        """
        return _record_unary(LOG, self)

    def sqrt(self):
        """Return the square root. Raise DomainError below 0.

        Example:
            >>> Value(16.0).sqrt().data
            4.0
        """
        return _record_unary(SQRT, self)

    def sin(self):
        """Return the sine of this angle in radians.

        Example:
            >>> round(Value(0.5).sin().data, 6)
            0.479426
        """
        return _record_unary(SIN, self)

    def cos(self):
        """Return the cosine of this angle in radians.

        Example:
            >>> round(Value(0.5).cos().data, 6)
            0.877583
        """
        return _record_unary(COS, self)

    def tan(self):
        """Return the tangent of this angle in radians.

        Example:
            >>> round(Value(0.5).tan().data, 6)
            0.546302
        """
        return _record_unary(TAN, self)

    def sinh(self):
        """Return the hyperbolic sine.

        Example:
            >>> round(Value(1.0).sinh().data, 6)
            1.175201
        """
        return _record_unary(SINH, self)

    def cosh(self):
        """Return the hyperbolic cosine.

        Example:
            >>> round(Value(1.0).cosh().data, 6)
            1.543081
        """
        return _record_unary(COSH, self)

    def tanh(self):
        """Return the hyperbolic tangent.

        Example:
            >>> round(Value(0.5).tanh().data, 6)
            0.462117
        """
        return _record_unary(TANH, self)

    def expm1(self):
        """Return e to the power of this number, minus 1, with all digits near 0.

        Example:
            >>> round(Value(1e-09).expm1().data, 15)
            1e-09
        """
        return _record_unary(EXPM1, self)

    def log1p(self):
        """Return the natural logarithm of 1 plus this number, with all digits near 0.

        Example:
            >>> round(Value(1e-09).log1p().data, 15)
            1e-09
        """
        return _record_unary(LOG1P, self)

    def arcsin(self):
        """Return the inverse sine. NumPy calls it by this name.

        Example:
            >>> round(Value(0.5).arcsin().data, 6)
            0.523599
        """
        return _record_unary(ASIN, self)

    def arccos(self):
        """Return the inverse cosine. NumPy calls it by this name.

        Example:
            >>> round(Value(0.5).arccos().data, 6)
            1.047198
        """
        return _record_unary(ACOS, self)

    def arctan(self):
        """Return the inverse tangent. NumPy calls it by this name.

        Example:
            >>> round(Value(1.0).arctan().data, 6)
            0.785398
        """
        return _record_unary(ATAN, self)

    def arcsinh(self):
        """Return the inverse hyperbolic sine. NumPy calls it by this name.

        Example:
            >>> round(Value(1.0).arcsinh().data, 6)
            0.881374
        """
        return _record_unary(ASINH, self)

    def arccosh(self):
        """Return the inverse hyperbolic cosine. NumPy calls it by this name.

        Example:
            >>> round(Value(2.0).arccosh().data, 6)
            1.316958
        """
        return _record_unary(ACOSH, self)

    def arctanh(self):
        """Return the inverse hyperbolic tangent. NumPy calls it by this name.

        Example:
            >>> round(Value(0.5).arctanh().data, 6)
            0.549306
        """
        return _record_unary(ATANH, self)

    def sigmoid(self):
        """Return ``1 / (1 + exp(-x))`` of this number.

        Example:
            >>> round(Value(2.0).sigmoid().data, 6)
            0.880797
        """
        return _record_unary(SIGMOID, self)

    def relu(self):
        """Return the number if it is above 0, else 0. The derivative at 0 is 0.

        Example:
            >>> Value(3.0).relu().data, Value(-3.0).relu().data
            (3.0, 0.0)
        """
        return _record_unary(RELU, self)

    # --- Comparison

    def __eq__(self, other):
        if not isinstance(other, Value):
            if _witness is not None:
                _witness("==", self, other, False)
            if _equality is not None and is_real(other):
                _equality(self, other)
        return self is other

    def __hash__(self):
        if _witness is not None:
            _witness("hash", self, None, None)
        return object.__hash__(self)

    def __lt__(self, other):
        if isinstance(other, Value):
            return _condition(self._data < cython.cast(Value, other)._data, "<", self, other)
        if is_real(other):
            return _condition(self._data < other, "<", self, other)
        return refuse_operands(self, other, "<")

    def __le__(self, other):
        if isinstance(other, Value):
            return _condition(self._data <= cython.cast(Value, other)._data, "<=", self, other)
        if is_real(other):
            return _condition(self._data <= other, "<=", self, other)
        return refuse_operands(self, other, "<=")

    def __gt__(self, other):
        if isinstance(other, Value):
            return _condition(self._data > cython.cast(Value, other)._data, ">", self, other)
        if is_real(other):
            return _condition(self._data > other, ">", self, other)
        return refuse_operands(self, other, ">")

    def __ge__(self, other):
        if isinstance(other, Value):
            return _condition(self._data >= cython.cast(Value, other)._data, ">=", self, other)
        if is_real(other):
            return _condition(self._data >= other, ">=", self, other)
        return refuse_operands(self, other, ">=")

    def __bool__(self):
        raise TypeError("a Value is neither true nor false: write value.data != 0, or compare it, as in value > 0.")

    def __xor__(self, other):
        raise TypeError("in Python, ^ is not a power: write x ** 2.")

    def __matmul__(self, other):
        raise TypeError("a Value is one number: write x * y, or autograd.dot(weights, inputs) for two lists.")

    def __dir__(self):
        return dir(type(self)) + list(attributes(self) or ())

    def __float__(self):
        raise TypeError(
            "float(value) would drop the graph: write value.data for the number, "
            "and autograd's functions (autograd.exp) in place of math's."
        )

    def __int__(self):
        raise TypeError("int(value) would drop the graph: write int(value.data) for the number.")

    # --- Differentiation

    def backward(self, seed=1.0, *, cotangent=None, **unknown):
        """Run a reverse sweep: add the derivative of this number with respect to each node to the node's ``grad``.

        The nodes are this number and all nodes under it. If it is called twice, it adds twice. An interrupted sweep
        changes nothing.

        Args:
            seed: the adjoint of this number, with which the sweep starts.
            cotangent: the same, under the name that JAX uses.

        Raises:
            StaleGraphError: a leaf under this number was changed after it was recorded.
            TypeError: the seed is not a real number, both names are given, or an option belongs to another library.

        Example:
            >>> x = Value(3.0)
            >>> (x * x).backward()
            >>> x.grad
            6.0
        """
        if unknown:
            refuse_option("backward", unknown)
        if cotangent is not None:
            if seed != 1.0:
                raise TypeError("seed and cotangent are two names of one number: give one of them.")
            seed = cotangent
        if not is_real(seed):
            raise TypeError(f"the seed is one real number, found {type(seed).__name__}: pass a float.")
        if _witness is not None:
            _witness("backward", self, None, None)
        _sweep(self, float(seed))

    def detach(self):
        """Return a leaf with the same data and label. It does not record how the number was computed.

        Example:
            >>> x = Value(3.0)
            >>> (x * x.detach()).backward()
            >>> x.grad  # the derivative of x * 3
            3.0
        """
        if _witness is not None:
            copy = _witness("detach", self, None, None)
            if copy is not None:
                return copy
        return Value(self._data, self._label)


class _Kind(type):
    """The type of Value: no class can derive from Value, and setting an attribute of Value adds a method."""

    def __new__(cls, name, bases, namespace, **_options):
        """Raise TypeError for a subclass. Value itself is made without bases."""
        if bases:
            raise TypeError(
                f"class {name} cannot derive from Value, which is final: keep a Value in an attribute, set attributes "
                "on Values (w.m = 0.0), and add methods with @autograd.method."
            )
        return super().__new__(cls, name, bases, namespace)

    def __setattr__(cls, name, function):
        """Add a method, as :func:`autograd.method` does."""
        add_method(name, function)

    def __dir__(cls):
        """Return the names of all attributes, without those that only raise an error with advice."""
        return [name for name in type.__dir__(cls) if not (name in ABSENT or name in FIXED) or name in _own_methods]


_own_methods: set = set()


def add_method(name, function):
    """Add a method to every Value. It may replace a method that was added before.

    Raises:
        TypeError: ``function`` cannot be called.
        ValueError: Value already has an attribute of that name, or the name is not allowed for a method.
    """
    if not callable(function):
        raise TypeError(f"Value.{name} can be set to a function only, found {type(function).__name__} {function!r}.")
    if not name.isidentifier() or name.startswith("__"):
        raise ValueError(f"a method of a Value cannot be called {name!r}: give it another name.")
    if name not in _own_methods and hasattr(Value, name):
        raise ValueError(f"a Value has {name} already: use that one, or give yours another name.")
    _own_methods.add(name)
    # A callable that is not a Python function, such as a primitive, does not become a bound method by itself.
    _put(name, function if hasattr(type(function), "__get__") else partialmethod(function))


def forget_own_methods():
    """Make the methods that were added so far permanent: they can no longer be replaced."""
    _own_methods.clear()


@cython.cfunc
def _put(name, function):
    if cython.compiled:
        kind_attribute(Value, name, function)
    else:
        type.__setattr__(Value, name, function)


if cython.compiled:
    slab_serve(Value, _Kind)
    refuse_sequences(Value)
else:  # the same class again, with _Kind as its type
    _slots = (*Value.__slots__, "__slots__")
    Value = _Kind("Value", (), {  # type: ignore[misc]  # in the place of the class it copies
        "__slots__": Value.__slots__, **{name: what for name, what in vars(Value).items() if name not in _slots},
    })  # fmt: skip


for _name, _advice in {**ABSENT, **FIXED}.items():
    _absent = (Renamed if _name in FIXED else Absent)(_advice)
    _absent.__set_name__(Value, _name)
    _put(_name, _absent)


# --- Nodes that other programs made with numbers of their own

_leaves_of: WeakKeyDictionary = WeakKeyDictionary()  # from a node with constants to its operands as Values


def attributes(value):
    """Return the dict of the attributes that the user set on a Value, or None if there are none."""
    return instance_dict(value) if cython.compiled else value.__dict__ or None


@cython.cfunc
def _init_given(node: Value, second, local_grads, children, _children, _op):
    """Set the label, the children and their derivatives of a new leaf from the arguments of ``Value``."""
    if isinstance(second, (tuple, list, set, frozenset)):
        found = [second]
    else:
        node.label = second
        found = []
    found += [x for x in (children, _children) if x is not None]
    if len(found) > 1:
        raise TypeError("a Value has one collection of children, found two: leave out one of them.")
    if isinstance(local_grads, str):
        if _op is not None:
            raise TypeError(f"a Value has one _op, found {local_grads!r} and {_op!r}: leave out one of them.")
        local_grads, _op = None, local_grads
    operands = tuple(found[0]) if found else ()
    partials = () if local_grads is None else tuple(local_grads)
    if operands and not partials:
        raise TypeError(
            f"Value({node._data!r}, children) has {len(operands)} children and no local_grads, so that no gradient "
            "would reach them: pass the derivative with respect to each, Value(data, children, local_grads), or "
            "compute the number with Values."
        )
    if len(operands) != len(partials):
        raise ValueError(f"{len(operands)} children and {len(partials)} local_grads: give one for each.")
    if found and len(operands) > 1 and isinstance(found[0], (set, frozenset)):
        raise TypeError("the children are a set, which has no order for local_grads to follow: pass a tuple.")
    for x in operands:
        if not isinstance(x, Value) and not is_real(x):
            raise TypeError(f"a child is a Value, found {type(x).__name__} {x!r}: pass Values.")
    for x in partials:
        if isinstance(x, Value) or not is_real(x):
            raise TypeError(f"local_grads are plain numbers, found {type(x).__name__} {x!r}: write its .data.")
    if _op is not None and not isinstance(_op, str):
        raise TypeError(f"_op is a string, found {type(_op).__name__} {_op!r}.")
    if _op:
        node.__dict__["_op"] = _op
    if any(isinstance(x, Value) for x in operands):
        _link(node, [x if isinstance(x, Value) else float(x) for x in operands], [float(x) for x in partials])


@cython.cfunc
def _link(node: Value, operands: list, partials: list):
    """Make a leaf a node with given first derivatives. They are stored after the operands, as constants."""
    if paused.open_blocks != 0 and paused.is_paused_here():
        return
    node._code = GIVEN
    node._a = (*operands, *partials)
    remember(node, [_data_of(x) for x in operands] + partials)


def _propagate(node):
    for x, derivative in zip(node._children, node._local_grads, strict=True):
        x.grad += derivative * node.grad


# --- Fields


@cython.cfunc
def clear(node: Value):
    """Set every field to zero. In compiled code, new memory is zero already."""
    if not cython.compiled:
        node._data = node._grad = node._adjoint = node._a_data = node._b_data = 0.0
        node._a = node._b = node._seen = node._label = None
        node._mark = node._code = 0


@cython.cfunc
def make_room(node: Value, n: cython.Py_ssize_t):
    """Allocate memory for the numbers of n operands. The node frees it."""
    if cython.compiled:
        node._seen = cython.cast(cython.p_double, malloc((n + 1) * cython.sizeof(cython.double)))
        if node._seen is cython.NULL:
            raise MemoryError(f"no memory for the {n} operands of one node")
    else:
        node._seen = [0.0] * (n + 1)


@cython.cfunc
def _seen(node: Value, n: cython.Py_ssize_t) -> tuple:
    return tuple([node._seen[i] for i in range(n)])


# --- Recording


@cython.cfunc
@cython.inline
def new_leaf(data: cython.double) -> Value:
    """Return a leaf, without the checks of ``Value``."""
    node: Value = Value.__new__(Value)
    if not cython.compiled:
        clear(node)
    node._data = data
    return node


@cython.cfunc
@cython.inline
def _node(
    code: cython.int, data: cython.double, a: object, b: object, a_data: cython.double, b_data: cython.double
) -> Value:
    """Return the result of an operation on one or two operands. An operand that is a constant is None here."""
    node: Value = new_leaf(data)
    if paused.open_blocks != 0:
        if paused.is_paused_here():
            return node
        note(node)
    node._code = code
    node._a = a
    node._b = b
    node._a_data = a_data
    node._b_data = b_data
    return node


@cython.cfunc
def _quotient(a: cython.double, b: cython.double) -> cython.double:
    if b == 0.0:
        raise ZeroDivisionError("float division by zero")
    return a / b


@cython.cfunc
def _record_unary(primitive: Primitive, x: Value) -> Value:
    """Record a primitive of one operand, without the checks of :func:`record`."""
    data: cython.double
    try:
        data = float(primitive.floats(x._data))
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        data = _by_ieee(primitive, (x,), error)
    else:
        if _witness is not None:
            _witness("computed", primitive, (x,), None)
    return _node(primitive.code, data, x, None, x._data, 0.0)


def record(primitive, operands):
    """Apply a primitive to operands that are Values or plain numbers, and record it.

    Args:
        primitive: an entry of the table.
        operands: the operands, as many as its arity.

    Returns:
        A Value.

    Raises:
        DomainError: the operation has no real value.
        TypeError: an operand is not a real number, or the number of operands is not the arity.
    """
    node: Value
    if primitive.arity is not None and len(operands) != primitive.arity:
        raise TypeError(f"{primitive.name} takes {primitive.arity} operands, found {len(operands)}.")
    operands = tuple([_operand(x, primitive) for x in operands])
    floats = [_data_of(x) for x in operands]
    try:
        data = primitive.floats(*floats)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        data = _by_ieee(primitive, operands, error)
    else:
        if _witness is not None:
            _witness("computed", primitive, operands, None)
    if not isinstance(data, float):
        if not is_real(data):
            raise TypeError(f"{primitive.name} returned {data!r} over floats: its value must be a real number.")
        data = float(data)
    if primitive.arity == 1:
        return _node(primitive.code, data, operands[0], None, floats[0], 0.0)
    if primitive.arity == 2:
        first, second = [x if isinstance(x, Value) else None for x in operands]
        return _node(primitive.code, data, first, second, floats[0], floats[1])
    node = _node(primitive.code, data, operands, None, 0.0, 0.0)
    if node._code != LEAF:
        remember(node, floats)
    return node


@cython.cfunc
def _condition(held: object, sign: str, a: object, b: object):
    """Return the result of a comparison. If a function is recorded for compilation, the comparison becomes a guard."""
    condition = _new_int(Condition, 1 if held else 0)
    condition._parts = (sign, a, b)
    return condition if _witness is None else _witness(sign, a, b, condition)


_new_int = cython.declare(object, int.__new__)


def _by_ieee(primitive, operands, error):
    """Return the IEEE 754 value of a primitive that raised, if a witness provides it; else raise the error."""
    floats = [_data_of(x) for x in operands]
    number = None if _witness is None else _witness("IEEE", primitive, (operands, floats), None)
    if number is not None:
        return number
    if isinstance(error, ValueError):
        raise out_of_domain(primitive, floats, error) from None
    raise error


@cython.cfunc
def _stand_for(node: Value, other: Value):
    """Make a new leaf a node with the same number as another node."""
    node._code = primitives.identity.code
    node._data = node._a_data = other._data
    node._a = other


def _operand(x, primitive):
    if isinstance(x, Value):
        return x
    if _witness is not None and not is_real(x):
        read = _witness("operand", x, None, None)
        if read is not None:
            return read
    if not is_real(x):
        raise TypeError(f"{primitive.name} of a {type(x).__name__}: its operands are Values and real numbers.")
    return float(x)


@cython.cfunc
def _data_of(x):
    return cython.cast(Value, x)._data if isinstance(x, Value) else x


@cython.cfunc
def remember(node: Value, floats: list):
    """Store the numbers of the operands of a node with any number of operands."""
    i: cython.Py_ssize_t
    make_room(node, len(floats))
    for i in range(len(floats)):
        node._seen[i] = floats[i]


# --- A list of all nodes in the order in which they are recorded


def list_nodes() -> list:
    """Return a list to which every node is appended that this thread records from now on.

    Only one thread at a time may do this. :func:`list_no_nodes` ends it.
    """
    global _listed, _listing_thread
    _listed = []
    _listing_thread = get_ident()
    paused.open_blocks += 1  # because the fastest recording only checks this number
    return _listed


def list_no_nodes():
    """Stop listing nodes: the end of :func:`list_nodes`."""
    global _listed
    _listed = None
    paused.open_blocks -= 1


@cython.cfunc
def note(node: Value):
    """Append a recorded node to the list of this thread, if there is one."""
    if _listed is not None and get_ident() == _listing_thread:
        _listed.append(node)
