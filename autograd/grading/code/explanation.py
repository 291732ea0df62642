"""What each line of the way back computes: which derivative of the loss, and with what factor."""

__all__ = ["notes_of"]


def notes_of(way, source):
    """Return notes on the assignments of the way back."""
    return []
