"""Samples in the forms that people use: lists, arrays, data frames and series. They are read and checked here.

>>> samples([[0, 1], [1, 0]], [1, 0])
([(0, 1), (1, 0)], [1, 0])
"""

import math
import operator
import random as _random
import sys
from collections.abc import Mapping, Sequence, Set

from autograd.engine.algebra import is_real

__all__ = [
    "Rows", "counted", "finite", "generator_of", "integer", "listed", "pick", "samples", "share_of", "split", "width",
]  # fmt: skip

_AT_ONCE = 1024  # rows that are converted at a time


class Rows(Sequence):
    """The rows of an array as a sequence of tuples. Each tuple is made only when it is read.

    This saves memory: tuples of Python's numbers would take four times the memory of the array.

    Attributes:
        array: an array of shape (samples, numbers).
    """

    def __init__(self, array):
        self.array = array

    def __len__(self):
        return len(self.array)

    def __getitem__(self, k):
        return Rows(self.array[k]) if isinstance(k, slice) else tuple(self.array[k].tolist())

    def __iter__(self):
        for first in range(0, len(self.array), _AT_ONCE):
            yield from map(tuple, self.array[first : first + _AT_ONCE].tolist())


def pick(rows, places):
    """Return the samples at some places: as :class:`Rows` if ``rows`` is, else as a list."""
    return Rows(rows.array[places]) if isinstance(rows, Rows) else [rows[i] for i in places]


def listed(name, side):
    """Return the entries of an array, a data frame, a series or any other sequence as a list.

    Data that can be converted to an array are converted first. So a data frame gives its rows and not its columns.

    Args:
        name: the name of the data in messages, such as ``X``.
        side: the data.

    Raises:
        TypeError: the data have no order (a set or a dict), or are text, bytes or not a sequence.
        ValueError: some entries are masked, or they are dates.
    """
    if isinstance(side, (Set, Mapping)) or is_text(side):
        raise TypeError(f"{name} is {type(side).__name__} {_short(side)}: give a list or an array with an entry per "
                        "sample, in order.")  # fmt: skip
    array = side
    if not isinstance(side, (list, tuple)):
        if callable(getattr(array, "to_dense", None)):  # a tensor, which may be sparse
            array = array.to_dense()
        for method in (
            "to_numpy",
            "toarray",
            "__array__",
        ):  # of data frames, sparse matrices, arrays of other libraries
            if callable(getattr(array, method, None)) and not hasattr(array, "tolist"):
                array = getattr(array, method)()
    kind = getattr(getattr(array, "dtype", None), "kind", None)
    if kind in ("M", "m"):
        raise ValueError(f"{name} holds dates or times: convert them to numbers first, such as days since the first.")
    mask = getattr(array, "mask", None)
    if mask is not None and hasattr(mask, "any") and mask.any():
        raise ValueError(f"{name} has masked entries: fill them in with .filled(number), or drop these samples.")
    found = array.tolist() if hasattr(array, "tolist") else array
    if not hasattr(found, "__iter__"):
        raise TypeError(f"{name} is {type(found).__name__} {_short(found)}: give a list or an array with an entry per "
                        "sample.")  # fmt: skip
    return list(found)


def is_text(x):
    """Return True if something iterates over letters or bytes."""
    return isinstance(x, (str, bytes, bytearray))


def samples(X, Y, of=""):
    """Return inputs and targets after checking them.

    Args:
        X: the inputs, one entry or row for each sample, all of the same length.
        Y: the targets, in the same form.
        of: a text before the names of X and Y in messages, such as ``"validation "``.

    Returns:
        Two sequences. The inputs are tuples of numbers. The targets are numbers or tuples of numbers.

    Raises:
        TypeError: X or Y is not an ordered sequence.
        ValueError: there are no samples, their lengths differ, or an entry is not a finite number.
    """
    quick = _rows_of_array(X), _rows_of_array(Y)
    X, Y = [
        _rows(f"{of}{name}", side) if rows is None else rows
        for name, rows, side in zip("XY", quick, (X, Y), strict=True)
    ]
    if len(X) != len(Y):
        raise ValueError(f"{of}X has {len(X)} samples and {of}Y {len(Y)}: give one target for each.")
    if not len(X):
        raise ValueError(f"there are no samples: {of}X is empty.")
    if is_real(X[0]) or quick[0] is None:
        X = [(row,) if is_real(row) else row for row in X]
    for name, rows, checked in ((f"{of}X", X, quick[0]), (f"{of}Y", Y, quick[1])):
        if checked is not None:
            continue
        first = width(rows[0])
        for i, row in enumerate(rows):
            if width(row) != first:
                raise ValueError(f"{name}[0] has {_counted(first)} and {name}[{i}] {_counted(width(row))}: all samples "
                                 "must have the same length.")  # fmt: skip
            for x in (row,) if is_real(row) else row:
                if not is_real(x) or getattr(getattr(x, "dtype", None), "kind", None) == "m":  # NumPy's durations
                    raise ValueError(f"{name}[{i}] holds {_short(x)}: samples are made of plain numbers.")
                if not finite(x):
                    raise ValueError(f"{name}[{i}] holds {_short(x)}: drop the sample or fill in the number; the "
                                     "largest float is about 1.8e308.")  # fmt: skip
    return X, Y


def _rows_of_array(side):
    """Return the samples of a NumPy array of finite numbers, checked as a whole.

    The result is None for any other data. Then each sample has to be checked by itself.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or type(side) is not numpy.ndarray or side.dtype.kind not in "fiub" or side.dtype.itemsize > 8:
        return None
    if side.ndim not in (1, 2) or side.size == 0 or not numpy.isfinite(side).all():
        return None
    return side.tolist() if side.ndim == 1 else Rows(side)


def _rows(name, side):
    """Return the samples of X or Y, each a number or a tuple. The entries of a tuple are not checked yet."""
    rows = []
    for i, row in enumerate(listed(name, side)):
        if not is_real(row):
            if isinstance(row, (Set, Mapping)) or is_text(row):
                raise ValueError(f"{name}[{i}] holds {_short(row)}: samples are made of plain numbers.")
            try:
                row = tuple(listed(f"{name}[{i}]", row))
            except TypeError:
                raise ValueError(f"{name}[{i}] holds {_short(row)}: samples are made of plain numbers.") from None
        rows.append(row)
    return rows


def finite(x) -> bool:
    """Return True if a real number is finite as a float. An integer may be too large for a float."""
    try:
        return math.isfinite(x)
    except OverflowError:
        return False


def integer(what, n, least):
    """Return an integer, such as one of NumPy, as an int.

    Args:
        what: the requirement, for the message.
        n: the integer.
        least: the smallest allowed integer.

    Raises:
        ValueError: ``n`` is not an integer, or too small.
    """
    try:
        number = operator.index(n)
    except TypeError:
        number = least - 1
    if isinstance(n, bool) or number < least:
        raise ValueError(f"{what}, found {n!r}.")
    return number


def counted(epochs, batch_size, n):
    """Return the number of epochs and the number of samples in an update, after checking them.

    Args:
        epochs: the number of epochs.
        batch_size: the number of samples in an update; None for all samples.
        n: the number of all samples.

    Raises:
        ValueError: a number is out of range.
    """
    epochs = integer("epochs is an integer, 0 or more", epochs, least=0)
    everything = f"batch_size is 1 or more, or None for all {n} samples at once"
    return epochs, n if batch_size is None else integer(everything, batch_size, least=1)


def _short(x):
    """Return some data as a short text for a message."""
    try:
        shown = str(x) if is_real(x) else repr(x)
    except ValueError:  # an integer of more digits than Python writes
        shown = "an integer of very many digits"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def width(row):
    """Return the length of a row; None for a single number."""
    return None if is_real(row) else len(row)


def _counted(n):
    return "a number" if n is None else f"a row of {n}"


def split(X, Y, validation, generator):
    """Return the samples to train on and the samples to validate with, as ``X, Y, held_out``.

    Args:
        X, Y: as :func:`samples` returns them.
        validation: a share from 0 to below 1, or a pair of inputs and targets.
        generator: the random generator that chooses the share.

    Returns:
        ``held_out`` is a pair of inputs and targets, or None.

    Raises:
        ValueError: ``validation`` is neither a share nor a pair, or one of the two parts would be empty.
    """
    if isinstance(validation, (tuple, list)):
        if len(validation) != 2:
            raise ValueError(f"validation is a share or a pair (X, Y), found a sequence of {len(validation)}.")
        held_out = samples(*validation, of="validation ")
        for name, ours, theirs in zip("XY", (X, Y), held_out, strict=True):
            if width(ours[0]) != width(theirs[0]):
                raise ValueError(
                    f"{name}[0] has {_counted(width(ours[0]))} and that of the validation samples "
                    f"{_counted(width(theirs[0]))}: give them the same form."
                )
        return X, Y, held_out
    if not is_real(validation) or not 0.0 <= validation < 1.0:
        raise ValueError(f"validation is a share from 0 to below 1, or a pair (X, Y), found {validation!r}.")
    if validation == 0:
        return X, Y, None
    kept, held_out = share_of(len(X), validation, generator)
    return pick(X, kept), pick(Y, kept), (pick(X, held_out), pick(Y, held_out))


def share_of(n, share, generator):
    """Return the places of the samples to train on and to validate with, chosen at random.

    Args:
        n: the number of all samples.
        share: the share of samples to validate with.
        generator: the random generator.

    Raises:
        ValueError: one of the two parts would be empty.
    """
    measured = round(n * share)
    if measured in (0, n):
        purpose = "validate" if measured == 0 else "train"
        raise ValueError(
            f"a validation share of {share} leaves nothing of {n} samples to {purpose} on: change the share."
        )
    order = list(range(n))
    generator.shuffle(order)
    return sorted(order[measured:]), sorted(order[:measured])


def generator_of(seed):
    """Return a new generator of random numbers.

    Args:
        seed: a seed for Python's ``random.seed``, or an integer of NumPy. None draws a seed from Python's shared
            generator, so that ``random.seed(1)`` makes a program reproducible.

    Raises:
        TypeError: the seed is none of these.
    """
    if seed is None:
        return _random.Random(_random.getrandbits(64))
    try:
        seed = operator.index(seed)
    except TypeError:
        if not isinstance(seed, (float, str, bytes, bytearray)):
            raise TypeError(f"a seed is an integer, found {type(seed).__name__} {_short(seed)}.") from None
    return _random.Random(seed)
