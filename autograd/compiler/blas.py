"""SciPy's library of linear algebra, for products of matrices that C calls.

Its extension module is loaded without the package it stands in, whose import takes longer than many trainings.
"""

import ctypes
import importlib.util
import sys
import threading
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

__all__ = ["Blas", "load_blas"]


class Blas:
    """SciPy's library of linear algebra.

    Attributes:
        gemm: the capsule of its ``dgemm``.
    """

    def __init__(self, module):
        self.gemm = module.__pyx_capi__["dgemm"]
        try:
            library = ctypes.CDLL(module.__file__)
        except OSError:
            library = None
        found = [
            (getattr(library, f"{prefix}openblas_get_num_threads{suffix}"),
             getattr(library, f"{prefix}openblas_set_num_threads{suffix}"))
            for prefix in ("scipy_", "") for suffix in ("", "64_")
            if hasattr(library, f"{prefix}openblas_set_num_threads{suffix}")
        ]  # fmt: skip
        self._get, self._set = found[0] if found else (None, None)

        self._lock = threading.Lock()
        self._inside = 0
        self._before = 1

    @property
    def threads(self) -> int:
        """Return how many threads a training may have: as many as BLAS has, if it can be told to have none."""
        if self._set is None:
            return 1
        with self._lock:
            return self._before if self._inside else self._get()

    @contextmanager
    def in_one_thread(self):
        """A block that computes each product in the thread that asks for it."""
        if self._set is None:
            yield
            return
        with self._lock:
            if self._inside == 0:
                self._before = self._get()
                self._set(1)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0:
                    self._set(self._before)


@cache
def load_blas():
    """Return SciPy's BLAS; None without SciPy."""
    try:
        import scipy  # lazy: only where layers are large

        module = None if "scipy.linalg" in sys.modules else _without_package(scipy, "scipy.linalg.cython_blas")
        if module is None:
            from scipy.linalg import cython_blas as module  # lazy: only where it is not found alone
    except ImportError:
        return None
    return Blas(module)


def _without_package(library, name):
    """Return an extension module of a library without its package; None if that is not possible.

    Nobody else finds it: a later import of the package brings the module, too, and sets its attribute.
    """
    folders = name.split(".")[1:-1]
    spec = PathFinder.find_spec(name, [str(Path(library.__file__).parent.joinpath(*folders))])
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError:
        return None  # it needs its package
    finally:
        if sys.modules.get(name) is module:  # such modules enter themselves
            del sys.modules[name]
    return module
