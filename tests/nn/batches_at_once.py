"""A count of the batches of ``minimize`` that are computed at once, as products of matrices."""

from autograd.compiler import layers
from nn import on_tapes


def sizes_computed_at_once(monkeypatch):
    """Treat every tape as large. Return a list of the sizes of the batches that are computed at once."""
    monkeypatch.setattr(on_tapes, "WORTH", 0)
    sizes: list = []
    make = layers.gradients_of

    def noted(made, size):
        found = make(made, size)
        return found and (lambda machine, samples: sizes.append(len(samples)) or found(machine, samples))

    monkeypatch.setattr(layers, "gradients_of", noted)
    return sizes
