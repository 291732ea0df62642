"""The types of what training takes: data, models, seeds."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from autograd import Value

__all__ = ["Data", "HasParameters", "Loss", "Model", "Seed"]

# What Python's generators take as a seed.
Seed = int | float | str | bytes | bytearray | None


class Data(Protocol):
    """Entries or rows: nested lists, arrays, data frames, series."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __getitem__(self, k: Any, /) -> Any: ...


class HasParameters(Protocol):
    """An object that has leaves to train, such as a model."""

    def parameters(self) -> Iterable[Value]:
        """Return the leaves to train."""


class Model(HasParameters, Protocol):
    """An object that can be trained: it is called with the inputs of a sample, and has parameters."""

    def __call__(self, x: Any, /) -> Any:
        """Return the outputs for a sample."""


class Loss(Protocol):
    """A function of a sample's outputs and its targets."""

    def __call__(self, outputs: Any, targets: Any, /) -> Any:
        """Return the loss, a Value."""
