"""The names of both packages in one module: ``from deltagrad import Value, MLP``.

>>> from deltagrad import MLP, Value
>>> MLP(2, [3, 1], seed=0)([Value(0.5), 1.0]).op
<primitive dot>
"""

import importlib as _importlib
import os as _os
import typing as _typing


def _ours(name):
    """Return a package of this project. Raise ImportError if a file of the user has the same name."""
    here = _os.path.dirname(_os.path.abspath(__file__))
    if _os.path.exists(_os.path.join(here, "autograd", "differential_operators.py")):
        _importlib.import_module("nn")  # it raises an error with advice, because HIPS autograd has replaced our files
    found = _importlib.import_module(name)
    file = _os.path.abspath(found.__file__ or "")
    if file != _os.path.join(here, name, "__init__.py"):
        raise ImportError(
            f"deltagrad needs its own {name!r}, but Python found {file}: rename that file, or put its folder later in "
            "sys.path."
        )
    return found


_autograd, _nn = _ours("autograd"), _ours("nn")
nn = _nn
__path__: list[str] = []  # so that Python asks the finder below for names that are not here
__all__ = [*_autograd.__all__, *_nn.__all__]
__version__ = _autograd.__version__


def _advice_on(name):
    """Return what to write in place of a name that is in neither package, or None."""
    if name in ("autograd", "nn"):
        return f"write import {name}, or from deltagrad import *"
    for package in ("nn.advice", "autograd.engine.absent"):
        advice = _importlib.import_module(package).advice_on(name)
        if advice:
            return advice
    return None


_importlib.import_module("autograd._absent_imports").advise_imports("deltagrad", _advice_on)

if _typing.TYPE_CHECKING:
    import nn as nn
    from autograd import *  # noqa: F403 - a type checker finds the names of both packages
    from autograd import compile as compile
    from nn import *  # noqa: F403 - likewise
else:

    def __getattr__(name):
        """Return an object of either package. Some are imported on first use, as in the package itself."""
        for package in (_autograd, _nn):  # compile is not in __all__, because it shadows a builtin
            if name in package.__all__ or (package is _autograd and name == "compile"):
                return getattr(package, name)
        advice = _advice_on(name) or "it is neither in autograd nor in nn"
        raise AttributeError(f"module 'deltagrad' has no attribute {name!r}: {advice}.", name=name)

    def __dir__():
        """Return the names of both packages."""
        return sorted({*globals(), *__all__, "compile"})
