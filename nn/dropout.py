"""Dropout, which replaces random inputs by 0 during training."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from autograd import Value
from nn.data import generator_of
from nn.optimizers import check_setting
from nn.protocols import Seed

__all__ = ["Dropout", "train_mode"]

_training = ContextVar("training", default=False)
_drawn = ContextVar("drawn", default=0)


@contextlib.contextmanager
def train_mode(on: bool = True) -> Iterator[None]:
    """Switch dropout on or off inside of a ``with`` block. :func:`nn.fit` trains with dropout and measures without it.

    Args:
        on: True if :class:`Dropout` is active. Outside of all blocks, it is not.

    >>> drop = Dropout(0.5, seed=1)
    >>> drop([1.0, 1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0, 1.0]
    >>> with train_mode():
    ...     sorted(set(drop([1.0] * 20)))
    [0.0, 2.0]
    """
    before = _training.set(bool(on))
    try:
        yield
    finally:
        _training.reset(before)


class Dropout:
    r"""Dropout (Srivastava and others 2014), like ``torch.nn.Dropout``.

    In training, each input is set to 0 with probability $p$, and multiplied by $1 / (1 - p)$ otherwise. Outside of
    training, the inputs do not change. Every sample gets new random numbers, so trainings with dropout run in the eager
    engine.

    Args:
        p: the probability, from 0 to below 1.
        seed: the seed of a generator of its own; by default, the seed comes from Python's shared generator.

    Raises:
        ValueError: the probability is out of range.

    >>> Dropout(0.25)([1.0, 2.0])
    [1.0, 2.0]
    """

    made = 0  # the number of Dropouts in this process; if it is 0, trainings need not search for one

    def __new__(cls, *arguments, **options):
        """Count the new object. Copies and unpickled objects are counted here, too."""
        Dropout.made += 1
        return super().__new__(cls)

    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        check_setting("p", p, least=0.0, below=1.0)
        self.p, self._random = p, generator_of(seed)

    def __call__(self, x: Any) -> Any:
        """Return the inputs as a list, in training with some of them set to 0; for a single input, a single number."""
        if not hasattr(x, "__iter__"):
            return self([x])[0]
        if not (_training.get() and self.p):
            return list(x)
        _drawn.set(_drawn.get() + 1)
        scale = 1 / (1 - self.p)
        return [each * (0.0 if self._random.random() < self.p else scale) for each in x]

    def parameters(self) -> list[Value]:
        """Return the parameters: an empty list.

        Example:
            >>> from nn import Dropout
            >>> Dropout(0.5).parameters()
            []
        """
        return []

    def __repr__(self):
        return f"Dropout({self.p})"


def drawn() -> int:
    """Return the number of times that dropout has drawn random numbers so far."""
    return _drawn.get()


def draws(model, x) -> bool:
    """Return True if a model has dropout that is active in training. It is found by calling the model with a sample."""
    if not Dropout.made:
        return False
    before = _drawn.get()
    with train_mode(), contextlib.suppress(OverflowError):  # the training will raise it
        model(x)
    return _drawn.get() != before
