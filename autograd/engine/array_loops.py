# cython: language_level=3, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""NumPy's functions of arrays of objects, replaced where an element is a Value. This file only runs compiled."""

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

if cython.compiled:
    from cython.cimports.autograd.engine.array_loops import array_loops_replace

__all__ = ["replace_loop"]


def replace_loop(ufunc, function, kind, table):
    """Make a function of NumPy call another function for elements of a given type, in arrays of objects.

    Args:
        ufunc: NumPy's function, such as ``np.maximum``.
        function: the function to call if at least one of the operands has the type. It takes as many operands.
        kind: the type.
        table: NumPy's table of C functions, ``_UFUNC_API``.

    Returns:
        False if the function has no loop over objects, or if this file is not compiled; else True.
    """
    return array_loops_replace(table, ufunc, ufunc.nin, kind, function) == 1 if cython.compiled else False
