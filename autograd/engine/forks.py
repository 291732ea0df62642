"""Forks wait while another thread imports a part of these packages, or holds a lock of a library.

In the child such a lock would stay taken for ever. Parts are imported when something is used for the first time.
"""

import contextlib
import logging  # noqa: F401 - it registers its own handlers of forks, and has to do so first: see the end
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["being_imported", "importing", "take_for_forks"]

_PACKAGES = ("autograd", "nn", "deltagrad", "llvmlite")
_PATIENCE = 10.0  # seconds, after which the fork takes place
_GLANCE = 0.002
_gate = threading.Lock()  # who has it may begin an import, or fork
_threads: list[int] = []  # that import, each once for every import that it is in
_locks: list[Callable[[], Any]] = []
_taken: list[Any] = []


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """A block in which something is imported on first use; no other thread forks meanwhile.

    Python gives no sign of an import before the module has been found.
    """
    me = threading.get_ident()
    with _gate:
        _threads.append(me)
    try:
        yield
    finally:
        _threads.remove(me)


def being_imported() -> list[str]:
    """Return the names of the modules of these packages that are being imported."""
    found = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _PACKAGES and getattr(getattr(module, "__spec__", None), "_initializing", False):
            found.append(name)
    return found


def take_for_forks(lock: Callable[[], Any]) -> None:
    """Have a lock be taken by the thread that forks, so that no other thread has it then.

    Args:
        lock: returns the lock, a context manager.
    """
    _locks.append(lock)


def _before():
    end, me = time.monotonic() + _PATIENCE, threading.get_ident()
    _gate.acquire()
    # where this thread is in an import itself, it would wait for itself
    while me not in _threads and (_threads or being_imported()) and time.monotonic() < end:
        _gate.release()
        time.sleep(_GLANCE)
        _gate.acquire()
    for lock in _locks:  # those of modules too that were imported meanwhile
        taken = lock()
        taken.__enter__()
        _taken.append(taken)


def _after_in_parent():
    while _taken:
        _taken.pop().__exit__(None, None, None)
    _gate.release()


def _after_in_child():
    _threads[:] = [each for each in _threads if each == threading.get_ident()]
    _after_in_parent()


# Python calls the handlers before a fork in the opposite order of their registration. So logging, imported above, takes
# its lock after these have waited: imports need that lock to come to an end.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
