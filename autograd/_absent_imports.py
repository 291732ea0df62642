"""Advice for ``from nn import Linear`` and ``import nn.functional``, which users of other libraries write.

Python asks for a module of such a name, after the package said that it has no such attribute. The finder here comes
last, so that every module that exists is found before it.

>>> from nn import Linear
Traceback (most recent call last):
    ...
ModuleNotFoundError: nn has no Linear: write Layer(2, 16, activation='linear'), or MLP(2, [16, 1]) for a whole network.
"""

import importlib.abc
import sys
from collections.abc import Callable

__all__ = ["advise_imports"]


class _Advisor(importlib.abc.MetaPathFinder):
    def __init__(self, package, advice_on):
        self.package, self.advice_on = package, advice_on

    def find_spec(self, name, path=None, target=None):
        package, _, absent = name.rpartition(".")
        advice = self.advice_on(absent) if package == self.package else None
        if advice:
            # Without a name, because Python says nothing of a module that is named in the error and is not found.
            raise ModuleNotFoundError(f"{package} has no {absent}: {advice}.")
        return None


def advise_imports(package: str, advice_on: Callable[[str], str | None]) -> None:
    """Give advice when a name is imported that a package does not have. A second call replaces the advice.

    Args:
        package: the name of the package.
        advice_on: a function of a name that returns what to write for it, or None.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "package", None) != package]
    sys.meta_path.append(_Advisor(package, advice_on))
