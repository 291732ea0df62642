"""The import paths of version 0.1, which keep working until 0.3.

``from autograd.derivation import sheets`` returns the module that is now ``autograd.grading.sheets``, with a
DeprecationWarning. Paths that pickles contain give no warning, because the user did not type them.

>>> import autograd.copying  # pickles of version 0.1 contain this name
>>> autograd.copying.__name__
'autograd.engine.copying'
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
import warnings

__all__ = ["MOVED", "install"]

_ENGINE = (
    "algebra", "checking", "copying", "errors", "functions", "graph", "primitives", "sums", "sweep", "transforms",
    "value",
)  # fmt: skip
_FORMULAS = (
    "conventions", "derivation", "equations", "expressions", "field", "fitting", "folding", "formulas", "matrices",
    "network", "numbering", "printing", "report", "sampling", "steps", "structure",
)  # fmt: skip
_GRADING = {
    "": ("grading", "sheets", "documents"),
    ".reading": ("from_text", "lexing", "readers", "trees"),
    ".meaning": ("claims", "names", "vocabulary"),
    ".judging": ("proof",),
    ".explaining": ("diagnosis", "edits"),
}
_COMPILER = (
    "calls", "compiling", "elementary", "emitting", "forms", "halves", "kernels", "listing", "loops", "lowering",
    "machine", "places", "programs", "recording", "registers", "rolling", "samples", "shuffling", "splitting", "totals",
    "training", "trouble",
)  # fmt: skip

# The present path of each module of version 0.1.
MOVED = {
    **{f"autograd.{name}": f"autograd.engine.{name}" for name in _ENGINE},
    **{f"autograd.derivation.{name}": f"autograd.formulas.{name}" for name in _FORMULAS},
    **{f"autograd.derivation.{name}": f"autograd.grading{room}.{name}" for room in _GRADING for name in _GRADING[room]},
    **{f"autograd.native.{name}": f"autograd.compiler.{name}" for name in _COMPILER},
    "autograd.mutants.engine": "autograd.engine.plain",
}
# The packages whose modules moved to other rooms, and the rooms that have their public names now.
_PACKAGES = {
    "autograd.derivation": ("autograd.formulas", "autograd.grading"),
    "autograd.native": ("autograd.compiler",),
}
_IN_PICKLES = {"autograd.algebra", "autograd.copying", "autograd.value"}


def _warn(old, new):
    message = f"{old} has moved to {new}; the old path works until deltagrad 0.3."
    depth = 2  # the first frame that belongs neither to this file nor to the import system has the user's line
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename == __file__ or "importlib" in frame.f_code.co_filename
    ):
        frame, depth = frame.f_back, depth + 1
    warnings.warn(message, DeprecationWarning, stacklevel=depth - 1)


class _Package(types.ModuleType):
    """A replacement for a package that was split. It finds the package's names in the rooms that have them now."""

    def __getattr__(self, name):
        for room in _PACKAGES[self.__name__]:
            found = importlib.import_module(room)
            if name in found.__all__:
                return getattr(found, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in MOVED or name in _PACKAGES:
            return importlib.machinery.ModuleSpec(name, self, is_package=name in _PACKAGES)
        return None

    def create_module(self, spec):
        if spec.name in _PACKAGES:
            return _Package(spec.name)
        module = importlib.import_module(MOVED[spec.name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        if isinstance(module, _Package):
            _warn(module.__name__, " and ".join(_PACKAGES[module.__name__]))
            return
        old, module.__spec__ = module.__spec__, module.__spec__.loader_state
        if old.name.count(".") == 1 and old.name not in _IN_PICKLES:
            _warn(old.name, module.__name__)


def install():
    """Make imports of old paths find the modules at their new paths. A second call does nothing."""
    if not any(type(finder).__name__ == "_Finder" and type(finder).__module__ == __name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())  # first, because other finders may find files of an older installation
