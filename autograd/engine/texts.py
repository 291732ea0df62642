"""Safe printing of texts that users wrote. Print a label or a name only with these functions or with ``repr``."""

__all__ = ["Text", "printable", "shortened"]


def printable(text, instead="?") -> str:
    r"""Return a user's text on one line, without control characters that a terminal would obey.

    >>> printable("w\x1b[31m\n1")
    'w?[31m?1'
    """
    return "".join([c if c.isprintable() else instead for c in str(text)])


def shortened(thing) -> str:
    """Return the ``repr`` of an object on one line, cut after 60 characters.

    >>> shortened(list(range(100)))
    '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1...'
    """
    shown = " ".join(repr(thing).split())
    return shown if len(shown) <= 60 else f"{shown[:60]}..."


class Text(str):
    r"""A text of several lines that the Python prompt shows in the same way as ``print``.

    >>> Text("a[h]  activation\nb[h]  bias")
    a[h]  activation
    b[h]  bias
    """

    __slots__ = ()

    def __repr__(self):
        return str(self)
