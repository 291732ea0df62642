"""Forks wait while another thread imports a part of these packages, or holds a lock of a library.

In the child such a lock would stay taken for ever. Parts are imported when something is used for the first time.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["being_imported", "take_for_forks"]

_PACKAGES = ("autograd", "nn", "deltagrad", "llvmlite")
_PATIENCE = 10.0  # seconds, after which the fork takes place: this thread may be the one that imports
_GLANCE = 0.002
_locks: list[Callable[[], Any]] = []
_taken: list[Any] = []


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
    end = time.monotonic() + _PATIENCE
    while being_imported() and time.monotonic() < end:
        time.sleep(_GLANCE)
    for lock in _locks:  # those of modules too that were imported meanwhile
        taken = lock()
        taken.__enter__()
        _taken.append(taken)


def _after():
    while _taken:
        _taken.pop().__exit__(None, None, None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
