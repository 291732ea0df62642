"""Methods of lists, dicts, strings and arrays, with limits on the size of their results."""

from autograd.engine.value import Value
from autograd.grading.code.access import format_text
from autograd.grading.code.limits import check_length
from autograd.grading.code.numpy_space import floated
from autograd.grading.code.objects import MISSING

__all__ = ["array_method", "host_method", "unboxed"]


def host_method(machine, owner, kind, name):
    """Return a method of a list, a dict, a string or a number, with a limit on the size of its result."""
    if kind is str and name == "format":
        return lambda *args, **keywords: format_text(owner, args, keywords)
    if name == "item" or (kind is str and name in ("encode", "decode")):
        return lambda *_args, **_keywords: owner
    if kind is list and name == "append":

        def append(x):
            machine.recorder.appended(x)
            owner.append(machine.held_value(x))

        return append
    if kind is list and name == "sort":

        def sort(key=None, reverse=False):
            owner[:] = sorted(owner, key=key, reverse=reverse)

        return sort
    if kind is dict and name == "update":

        def update(*others, **more):
            for key, value in {**dict(*others), **more}.items():
                old = owner.get(key, MISSING)
                owner[key] = value
                machine.recorder.changed(old, value, machine.statement, machine.stack[-1], None)

        return update
    if kind is str and name in ("ljust", "rjust", "center", "zfill"):

        def pad(width, *fill):
            check_length(width * 100)
            return getattr(owner, name)(width, *fill)

        return pad
    found = getattr(owner, name)
    if kind is str and name in ("replace", "join"):

        def bounded(*args):
            check_length(len(owner) * sum(len(str(a)) for a in args) // 100)
            return found(*args)

        return bounded
    return found


OF_TORCH = {"dim": "axis", "keepdim": "keepdims"}  # PyTorch's names of arguments, with their names in NumPy


def array_method(machine, array, name, found):
    """Return a method of an array. ``fill`` and other methods that change the array in place are recorded."""
    if name == "astype" and machine.library.made:
        plain = found

        def found(*args, **keywords):
            return array.copy() if args and args[0] in ("category", "str") else plain(*args, **keywords)

    if name in ("astype", "sum", "mean", "view", "cumsum"):
        return lambda *args, **keywords: unboxed(
            found(*[floated(x) for x in args], **{OF_TORCH.get(k, k): floated(v) for k, v in keywords.items()})
        )
    if name in ("fill", "put", "itemset", "resize", "partition", "sort"):

        def changing(*args, **keywords):
            before = array.elements()
            result = found(*args, **keywords)
            machine.recorder.changed_elements(before, array.elements(), machine.statement, machine.stack[-1], None)
            return result

        return changing
    return lambda *args, **keywords: unboxed(found(*args, **keywords))


def unboxed(x):
    """Return a single float from an array as a number on the tape."""
    if isinstance(x, float):
        return Value(float(x))
    return int(x) if isinstance(x, int) and not isinstance(x, bool) and type(x).__name__ == "Int64" else x
