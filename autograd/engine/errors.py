"""The exceptions. Each is also a subclass of the built-in exception that fits, and its message says what to do."""

__all__ = [
    "AlgebraError", "AutogradError", "DomainError", "DrawingError", "FormulaError", "GradientCheckError", "GraphError",
    "GuardError", "SheetError", "StaleGraphError", "SuiteError",
]  # fmt: skip


class AutogradError(Exception):
    """The base class of every exception that this package defines.

    Example:
        >>> from autograd import AutogradError, Value
        >>> try:
        ...     Value(-1.0).log()
        ... except AutogradError as error:
        ...     print(type(error).__name__)
        DomainError
    """


class DomainError(AutogradError, ValueError):
    """An operation has no real result, such as ``log(-1)`` or ``(-8) ** (1 / 3)``.

    Example:
        >>> from autograd import Value
        >>> Value(-8.0) ** 0.5
        Traceback (most recent call last):
            ...
        autograd.engine.errors.DomainError: -8.0 ** 0.5 has no real value: it needs a base above 0, or ...
    """


class GraphError(AutogradError, ValueError):
    """A graph does not have the form that an operation needs, or a program tried to overwrite a recorded number.

    Example:
        >>> from autograd import Value, steps
        >>> steps(Value(1.0))
        Traceback (most recent call last):
            ...
        autograd.engine.errors.GraphError: nothing is recorded under this value: compute something ...
    """


class StaleGraphError(GraphError):
    """A leaf was changed after it was recorded. A gradient taken now would mix two points.

    Example:
        >>> from autograd import Value
        >>> x = Value(3.0, "x")
        >>> loss = x * x
        >>> x.data = 4.0
        >>> loss.backward()
        Traceback (most recent call last):
            ...
        autograd.engine.errors.StaleGraphError: Value(data=4.0, grad=0.0, label='x') was changed after the ...
    """


class GuardError(GraphError):
    """A compiled program got data for which the function takes another branch than the recorded one.

    Example:
        >>> import autograd
        >>> f = autograd.compile(lambda x: x if x > 0 else -x)
        >>> float(f([[2.0]])[0])
        2.0
        >>> f([[-2.0]])
        Traceback (most recent call last):
            ...
        autograd.engine.errors.GuardError: 1 of 1 samples, the first being 0, would have taken another ...
    """


class AlgebraError(AutogradError, TypeError):
    """A primitive is not defined over a kind of number, such as ``exp`` of a ``Fraction``.

    Example:
        >>> from fractions import Fraction
        >>> from autograd import exp
        >>> exp(Fraction(1, 2))
        Traceback (most recent call last):
            ...
        autograd.engine.errors.AlgebraError: exp has no value over Fraction: use a kind of number that ...
    """


class GradientCheckError(AutogradError, AssertionError):
    """``check_gradients`` found a derivative that differs from the finite difference or from your derivation.

    Example:
        >>> from autograd import check_gradients, Value
        >>> check_gradients(lambda x: Value(x.data**2, children=(x,), local_grads=(x.data,)), 3.0)
        Traceback (most recent call last):
            ...
        autograd.engine.errors.GradientCheckError: <lambda> has a wrong derivative, or a kink or a pole near ...
    """


class FormulaError(AutogradError, AssertionError):
    """A formula that was derived from a graph does not evaluate to its gradient. This is a bug in this package.

    Example:
        >>> from autograd import AutogradError, FormulaError
        >>> issubclass(FormulaError, AutogradError), issubclass(FormulaError, AssertionError)
        (True, True)
    """


class SheetError(AutogradError, ValueError):
    """A sheet of formulas does not have the expected form. The message names the line.

    Example:
        >>> from autograd import grade_document
        >>> grade_document("netwrok: 2-3-2 sigmoid")
        Traceback (most recent call last):
            ...
        autograd.engine.errors.SheetError: document, line 1: unknown declaration 'netwrok': did you ...
    """


class DrawingError(AutogradError, RuntimeError):
    """A picture cannot be drawn, because it would be too large or because no program that can render it is installed.

    Example:
        >>> from autograd import Value, draw
        >>> x = Value(1.0)
        >>> for _ in range(5000):
        ...     x = x + 1
        >>> draw(x).svg()
        Traceback (most recent call last):
            ...
        autograd.engine.errors.DrawingError: this graph has 5,001 values, too many to read: ...
    """


class SuiteError(AutogradError, RuntimeError):
    """A test suite cannot be run against the wrong engines, because it is missing, empty, or fails with a right engine.

    Example:
        >>> from autograd.mutants import run
        >>> run("missing.py")
        Traceback (most recent call last):
            ...
        autograd.engine.errors.SuiteError: there is no 'missing.py': give the path of a file or a ...
    """
