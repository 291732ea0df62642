"""A fork waits while another thread imports a module of these packages or holds a lock of a library.

Otherwise the child process would inherit the lock and could never release it. Imports can happen at any time, because
many modules are imported when they are first used.
"""

import concurrent.futures.thread  # noqa: F401 - it must register its own fork handlers before this module: see the end
import contextlib
import logging  # noqa: F401 - the same
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["being_imported", "importing", "take_for_forks"]

_PACKAGES = ("autograd", "nn", "deltagrad", "llvmlite")
_MAX_WAIT = 10.0  # seconds; then the fork takes place in any case
_INTERVAL = 0.002  # seconds between two checks
_gate = threading.Lock()  # a thread needs it to begin an import or to fork
_threads: list[int] = []  # the threads that import; each appears once for every import that it is in
_locks: list[Callable[[], Any]] = []
_taken: list[Any] = []


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Mark a block that imports a module on first use. No other thread forks during the block.

    The mark is needed, because Python shows nothing of an import until the module has been found.
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
    """Make every fork take a lock first, so that no other thread holds the lock during the fork.

    Args:
        lock: a function that returns the lock, a context manager.
    """
    _locks.append(lock)


def _before():
    end, me = time.monotonic() + _MAX_WAIT, threading.get_ident()
    _gate.acquire()
    # a thread that is in an import itself does not wait: it would wait for itself
    while me not in _threads and (_threads or being_imported()) and time.monotonic() < end:
        _gate.release()
        time.sleep(_INTERVAL)
        _gate.acquire()
    for lock in _locks:  # after the wait, to include the locks of modules that were imported meanwhile
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


# Before a fork, Python calls the handlers in the reverse order of their registration. Because logging and the pools of
# threads were imported above, they take their locks after the handlers below have waited: an import may need the lock
# of logging to finish. If another thread imported one of them during that wait, it would release a lock after the fork
# that it did not take before.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
