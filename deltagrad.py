"""Both packages under one name that nothing else has: ``from deltagrad import Value, MLP``.

>>> from deltagrad import MLP, Value
>>> MLP(2, [3, 1], seed=0)([Value(0.5), 1.0]).op
<primitive dot>
"""

import importlib as _importlib
import os as _os
import typing as _typing


def _ours(name):
    """Import a package of this project: a file of the user's own may have its name."""
    here = _os.path.dirname(_os.path.abspath(__file__))
    if _os.path.exists(_os.path.join(here, "autograd", "differential_operators.py")):
        _importlib.import_module("nn")  # which says what to do: HIPS autograd is in the place of ours
    found = _importlib.import_module(name)
    file = _os.path.abspath(found.__file__ or "")
    if file != _os.path.join(here, name, "__init__.py"):
        raise ImportError(
            f"deltagrad needs its own {name!r}, and Python found {file}: rename that file, or have its folder later in "
            "sys.path."
        )
    return found


_autograd, _nn = _ours("autograd"), _ours("nn")
__all__ = [*_autograd.__all__, *_nn.__all__]
__version__ = _autograd.__version__

if _typing.TYPE_CHECKING:
    from autograd import *  # noqa: F403
    from autograd import compile as compile
    from nn import *  # noqa: F403
else:

    def __getattr__(name):
        """A name of either package, imported when it is asked for, as there."""
        for package in (_autograd, _nn):
            if name in package.__all__ or (package is _autograd and name == "compile"):  # which shadows a builtin
                return getattr(package, name)
        raise AttributeError(f"module 'deltagrad' has no attribute {name!r}: it is neither in autograd nor in nn.")

    def __dir__():
        """Return the names of both packages."""
        return sorted({*globals(), *__all__, "compile"})
