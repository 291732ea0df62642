"""SciPy's BLAS, which C calls for products of matrices.

The extension module is loaded without the package ``scipy.linalg``, because importing that takes longer than many
trainings.
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
    """SciPy's library of linear algebra (BLAS).

    Attributes:
        gemm: the capsule of its function ``dgemm``.
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
        """The number of threads that a training may use: that of BLAS, or 1 if BLAS cannot be limited to one thread."""
        if self._set is None:
            return 1
        with self._lock:
            return self._before if self._inside else self._get()

    @contextmanager
    def in_one_thread(self):
        """Return a context manager: within its block, BLAS computes each product in the calling thread alone."""
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
    """Return SciPy's BLAS, or None if SciPy is not installed."""
    try:
        import scipy  # lazy: needed only for large layers

        module = None if "scipy.linalg" in sys.modules else _without_package(scipy, "scipy.linalg.cython_blas")
        if module is None:
            from scipy.linalg import cython_blas as module  # lazy: needed only if the module cannot be loaded alone
    except ImportError:
        return None
    return Blas(module)


def _without_package(library, name):
    """Return an extension module of a library without importing its package, or None if that is not possible.

    The module is not left in ``sys.modules``. So a later import of the package imports it as usual.
    """
    folders = name.split(".")[1:-1]
    spec = PathFinder.find_spec(name, [str(Path(library.__file__).parent.joinpath(*folders))])
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError:
        return None  # the module needs its package
    finally:
        if sys.modules.get(name) is module:  # such modules register themselves
            del sys.modules[name]
    return module
