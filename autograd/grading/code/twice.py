"""Gradients that are divided by the number of samples in two places: a factor that is a mistake."""

__all__ = ["divided_twice"]


def divided_twice(case, factor):
    """Return the mistakes of a program whose every gradient is 1/n of the true one since it divides twice; or None."""
    return None
