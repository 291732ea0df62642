"""A call for a program that defines functions and calls none."""

__all__ = ["guessed_call"]


def guessed_call(tree):
    """Return statements that call what a program defines, on made data; None if nothing there looks like training."""
    return None
