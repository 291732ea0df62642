"""A stand-in for ``import cython`` if Cython is missing. Its declarations do nothing."""

compiled = False


def _unchanged(thing):
    return thing


def _marks(*_arguments, **_options):
    return _unchanged


cclass = final = no_gc = cfunc = inline = _unchanged
auto_pickle = freelist = cdivision = exceptval = _marks


class _Type:
    """A type that is used in annotations only. It can also be the type of a view, as in ``cython.int[:]``."""

    def __class_getitem__(cls, _slices):
        return cls


double = int = longlong = bint = Py_ssize_t = p_double = p_int = size_t = uchar = void = _Type


def pointer(kind):
    """Return the type itself."""
    return kind


def declare(kind=None, value=None, visibility=None):
    """Return the value that a field has before it is set."""
    return value


def cast(kind, thing):
    """Return the object itself. A cast is a promise to the compiler, and no compiler reads it here."""
    return thing
