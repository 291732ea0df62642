"""Texts of users, as they are printed. Whoever prints a label or a name prints it through here, or by ``repr``."""

__all__ = ["Text", "printable"]


def printable(text, instead="?") -> str:
    r"""Return a user's text on one line, without what a terminal would obey.

    >>> printable("w\x1b[31m\n1")
    'w?[31m?1'
    """
    return "".join([c if c.isprintable() else instead for c in str(text)])


class Text(str):
    r"""Text of several lines that a prompt shows as ``print`` does.

    >>> Text("a[h]  activation\nb[h]  bias")
    a[h]  activation
    b[h]  bias
    """

    __slots__ = ()

    def __repr__(self):
        return str(self)
