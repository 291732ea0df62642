"""A cache of compiled functions by their structure. It keeps those in use and those that were used most recently."""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np

from autograd.compiler.instructions import CONSTANTS, PARAMETERS, Lowered
from autograd.compiler.kernels import memory
from autograd.compiler.machine import Code

__all__ = ["Kernel", "kernel", "lanes_for"]

_NEAR = 1 << 18  # bytes of a core's cache; the number of lanes grows while the working memory fits
_MAX_KERNELS, _MAX_BYTES = 128, 64 << 20
_kernels: OrderedDict = OrderedDict()  # those that were used most recently
_alive: WeakValueDictionary = WeakValueDictionary()  # all that still exist
_lock = threading.RLock()


def _in_child():
    """Make a new lock after a fork, since no thread can release the old one.

    The cache itself can be used, because a kernel is stored only when it is complete.
    """
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


@dataclass
class Kernel:
    """A compiled function and the size of its working memory. It refers neither to the graph nor to the emitter.

    Attributes:
        code: the machine code.
        run: the function.
        room: the number of floats of working memory for a call.
        single: True for float32.
    """

    code: Code
    run: object
    room: int
    single: bool = False

    def work(self):
        """Return working memory for one thread."""
        return memory(self.room, np.float32 if self.single else np.float64)


def kernel(key, build) -> Kernel:
    """Return the kernel of a key. If there is none, ``build()`` makes it.

    A kernel lives at least as long as a program that uses it. The kernels that were used most recently are kept for
    programs that are made again: at most :data:`_MAX_KERNELS`, and at most :data:`_MAX_BYTES` of code.
    """
    with _lock:
        found = _alive.get(key)
        if found is None:
            found = _alive[key] = build()
        _kernels[key] = found
        _kernels.move_to_end(key)
        _drop_oldest()
        return found


def _drop_oldest():
    taken = sum([each.code.taken for each in _kernels.values()])
    while len(_kernels) > 1 and (len(_kernels) > _MAX_KERNELS or taken > _MAX_BYTES):
        taken -= _kernels.popitem(last=False)[1].code.taken


def lanes_for(lowered: Lowered, samples: int, width: int, itemsize: int) -> int:
    """Return the number of lanes for a batch: enough for its samples, unless the memory would not fit the cache."""
    slots = sum([n for base, n in lowered.sizes.items() if base != PARAMETERS and base != CONSTANTS])
    count = width
    while count < min(4 * width, samples) and 2 * count * slots * itemsize <= _NEAR:
        count *= 2
    return count
