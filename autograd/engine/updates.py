# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The steps of optimizers over arrays, in C.

This file only runs compiled.
"""

from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

if cython.compiled:
    from cython.cimports.autograd.engine.rules import (
        RULE_ADAGRAD,
        RULE_ADAM,
        RULE_ADAMW,
        RULE_MOMENTUM,
        RULE_RMSPROP,
        RULE_SGD,
        update_clip,
        update_numbers,
        update_rule,
    )
    from cython.cimports.autograd.engine.value import Value
    from cython.cimports.libc.stdlib import calloc, free
else:
    from autograd.engine.value import Value

    update_rule = None  # Python evaluates this annotation of a method's result

__all__ = ["RULES", "Update"]

LEAF = cython.declare(cython.int, 0)


def _rules():
    return {
        "SGD": (int(RULE_SGD), 0),
        "Momentum": (int(RULE_MOMENTUM), 1),
        "Adam": (int(RULE_ADAM), 4),
        "AdamW": (int(RULE_ADAMW), 4),
        "RMSprop": (int(RULE_RMSPROP), 2),
        "Adagrad": (int(RULE_ADAGRAD), 1),
    }


# For each optimizer, its number in C, and the count of numbers in its memory of a parameter.
RULES: dict = _rules() if cython.compiled else {}


@cython.cclass
class Update:
    """The step of an optimizer over arrays.

    Args:
        kind: ``"SGD"``, ``"Momentum"``, ``"Adam"``, ``"AdamW"``, ``"RMSprop"`` or ``"Adagrad"``.
        decay: the factor of the L2 penalty; for AdamW, the factor of the decoupled decay.
        settings: for Momentum, the momentum, and 1 for Nesterov's variant or 0; for Adam and AdamW, beta1, beta2 and
            epsilon; for RMSprop, the decay of the average, epsilon and the momentum; for Adagrad, epsilon.

    Attributes:
        settings: the arguments, a tuple.
        slots: the count of numbers in the memory of a parameter.
        memory: an array with the memory: the first numbers of all parameters, then the second numbers, and so on.
        commits: the number of updates so far.
    """

    def __init__(self, kind, decay, *settings):
        self.kind, self._decay = kind, decay
        self.settings = (kind, decay, *settings)
        self._rule, self.slots = RULES[kind]
        self._first, self._second, self._third = [*settings, 0.0, 0.0, 0.0][:3]
        self.remember(array("d"))

    def remember(self, memory):
        """Set the memory of the optimizer."""
        self.memory = array("d", memory)
        self._next = array("d", memory)

    def bound(self, most, norm):
        """Set the bounds to which machines clip gradients before an update. :meth:`step` does not clip.

        Args:
            most: the bound of each gradient; 0 for none.
            norm: the bound of the norm of all gradients; 0 for none.
        """
        self._most, self._norm = most, norm

    def commit(self):
        """Make the memory that the last update computed the current memory, and count the update."""
        self.memory, self._next = self._next, self.memory
        self.commits += 1

    @cython.cfunc
    @cython.exceptval(check=True)
    def apply(
        self, n: cython.longlong, w: cython.p_double, g: cython.p_double, new_w: cython.p_double, rate: cython.double
    ) -> cython.bint:
        """Compute an update. Return False if one of its numbers is not finite."""
        u: update_rule = self.rule()
        return update_numbers(cython.address(u), 0, n, n, w, g, new_w, rate)

    @cython.cfunc
    @cython.exceptval(check=False)
    def clip(self, n: cython.longlong, g: cython.p_double) -> cython.int:
        """Clip gradients to their bounds."""
        u: update_rule = self.rule()
        update_clip(cython.address(u), n, g)
        return 0

    @cython.cfunc
    @cython.exceptval(check=False)
    def rule(self) -> update_rule:
        """Return the rule as a C structure. It is valid until the next ``commit``."""
        u: update_rule = update_rule(
            self._rule,
            self._decay,
            self._first,
            self._second,
            self._third,
            cython.NULL,
            cython.NULL,
            self._most,
            self._norm,
        )
        if len(self.memory):
            memory: cython.double[:] = self.memory
            following: cython.double[:] = self._next
            u.memory, u.next = cython.address(memory[0]), cython.address(following[0])
        return u

    def step(self, parameters: list, rate: cython.double, counts: dict):
        """Update the data of leaves from their ``grad``, and return True.

        If a parameter is not a leaf, or a number would not be finite, nothing is changed and False is returned. The
        update is also counted in ``counts["updates"]``. No interrupt can come between the update and the count.
        """
        n: cython.Py_ssize_t = len(parameters)
        i: cython.Py_ssize_t
        node: Value
        for i in range(n):
            if not isinstance(parameters[i], Value) or cython.cast(Value, parameters[i])._code != LEAF:
                return False
        block: cython.p_double = cython.cast(cython.p_double, calloc(3 * n + 1, cython.sizeof(cython.double)))
        if block is cython.NULL:
            raise MemoryError(f"no memory for {n} parameters")
        try:
            for i in range(n):
                node = cython.cast(Value, parameters[i])
                block[i] = node._data
                block[n + i] = node._grad
            if not self.apply(n, block, block + n, block + 2 * n, rate):
                return False
            counts["updates"] += 1
            self.commit()
            for i in range(n):
                cython.cast(Value, parameters[i])._data = block[2 * n + i]
        finally:
            free(block)
        return True
