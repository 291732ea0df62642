"""Advice for ``from nn import Linear`` and ``import nn.functional``, which users of other libraries write.

Python looks for a module of this name after the package has said that it has no such attribute. The finder in this file
is the last one, so that every module that exists is found before.

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
            # Without name=, because ``from nn import Linear`` would ignore an error that names the module nn.Linear.
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
