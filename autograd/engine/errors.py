"""The exceptions. Each is also the built-in one a Python programmer would expect, and its message says what to do."""

__all__ = [
    "AlgebraError", "AutogradError", "DomainError", "DrawingError", "FormulaError", "GradientCheckError", "GraphError",
    "GuardError", "SheetError", "StaleGraphError", "SuiteError",
]  # fmt: skip


class AutogradError(Exception):
    """The base of every exception this package defines."""


class DomainError(AutogradError, ValueError):
    """A function was asked for a value where it has no real one, such as ``log(-1)`` or ``(-8) ** (1 / 3)``."""


class GraphError(AutogradError, ValueError):
    """A graph is not of the form that was asked for, or a recorded number was about to be overwritten."""


class StaleGraphError(GraphError):
    """A leaf was changed after it was recorded: a gradient taken now would mix two points."""


class GuardError(GraphError):
    """A compiled program met data that would have taken another branch than the one it was recorded with."""


class AlgebraError(AutogradError, TypeError):
    """A kind of number was fed to a primitive that has no meaning there, such as ``exp`` of a ``Fraction``."""


class GradientCheckError(AutogradError, AssertionError):
    """``check_gradients`` found a derivative that differs from the finite difference."""


class FormulaError(AutogradError, AssertionError):
    """A formula that was read off a graph does not evaluate to its gradient: a bug in this package."""


class SheetError(AutogradError, ValueError):
    """A sheet of formulas is not of the form that is expected; the message has the line."""


class DrawingError(AutogradError, RuntimeError):
    """A picture cannot be drawn: it would be too large, or nothing here can render it."""


class SuiteError(AutogradError, RuntimeError):
    """A test suite cannot be run against the wrong engines: it is missing, empty, or fails with a right one."""
