"""A stand-in for ``import cython`` where Cython is missing: declarations that do nothing."""

compiled = False


def _unchanged(thing):
    return thing


def _marks(*_arguments, **_options):
    return _unchanged


cclass = final = no_gc = cfunc = inline = _unchanged
auto_pickle = freelist = cdivision = exceptval = _marks


class _Type:
    """A type, only ever named in annotations: also as that of a view, ``cython.int[:]``."""

    def __class_getitem__(cls, _slices):
        return cls


double = int = longlong = bint = Py_ssize_t = p_double = p_int = size_t = uchar = _Type


def declare(kind=None, value=None, visibility=None):
    """The default a field has before it is set."""
    return value


def cast(kind, thing):
    """A cast is a promise to the compiler; here it promises nothing."""
    return thing
