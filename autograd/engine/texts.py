"""Texts of users in printed form. A label or a name must be printed with these functions or with ``repr``."""

__all__ = ["Text", "printable"]


def printable(text, instead="?") -> str:
    r"""Return a user's text on one line, without control characters that a terminal would obey.

    >>> printable("w\x1b[31m\n1")
    'w?[31m?1'
    """
    return "".join([c if c.isprintable() else instead for c in str(text)])


class Text(str):
    r"""A text of several lines that the Python prompt shows in the same way as ``print``.

    >>> Text("a[h]  activation\nb[h]  bias")
    a[h]  activation
    b[h]  bias
    """

    __slots__ = ()

    def __repr__(self):
        return str(self)
