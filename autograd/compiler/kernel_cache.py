"""Compiled functions, found again by what they compute while they are used or among the last ones."""

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

_NEAR = 1 << 18  # bytes that a core has close by; more lanes are taken while the working memory stays within
_MAX_KERNELS, _MAX_BYTES = 128, 64 << 20
_kernels: OrderedDict = OrderedDict()  # the last ones
_alive: WeakValueDictionary = WeakValueDictionary()
_lock = threading.RLock()


def _in_child():
    """After a fork: whoever held the lock is not in this process. The kernels are there, each whole or not at all."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


@dataclass
class Kernel:
    """A compiled function with what it takes to call it: nothing of the graph, nor of how the code was written.

    Attributes:
        room: how many numbers of working memory a call takes.
    """

    code: Code
    run: object
    room: int
    single: bool = False

    def work(self):
        """Working memory, for one thread."""
        return memory(self.room, np.float32 if self.single else np.float64)


def kernel(key, build) -> Kernel:
    """The kernel of a key, made by ``build()`` where none is there.

    A kernel lives as long as a program that uses it. The last ones stay, for programs that are made again: at most
    :data:`_MAX_KERNELS`, and no more than take :data:`_MAX_BYTES`.
    """
    with _lock:
        found = _alive.get(key)
        if found is None:
            found = _alive[key] = build()
        _kernels[key] = found
        _kernels.move_to_end(key)
        taken = sum([each.code.taken for each in _kernels.values()])
        while len(_kernels) > 1 and (len(_kernels) > _MAX_KERNELS or taken > _MAX_BYTES):
            taken -= _kernels.popitem(last=False)[1].code.taken
        return found


def lanes_for(lowered: Lowered, samples: int, width: int, itemsize: int) -> int:
    """Return the number of lanes for a batch: one a sample, but so few that the working memory stays near the core."""
    slots = sum([n for base, n in lowered.sizes.items() if base != PARAMETERS and base != CONSTANTS])
    count = width
    while count < min(4 * width, samples) and 2 * count * slots * itemsize <= _NEAR:
        count *= 2
    return count
