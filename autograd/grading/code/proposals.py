"""Losses that would fit the updates of a program that states none: proposed, never judged by."""

__all__ = ["proposed_losses"]


def proposed_losses(reading):
    """Return the losses that all updates of a reading are the gradients of."""
    return []
