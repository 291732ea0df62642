"""The types of what training takes, data, models and seeds, and of a training itself."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Protocol

from autograd import Value

__all__ = ["Data", "HasParameters", "Loss", "Model", "Seed", "Training"]

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


class Training(Protocol):
    """A training in one of the engines: in Python, in C, in machine code, or over a cluster."""

    @property
    def updates(self) -> int:
        """The number of updates that were made."""

    def epochs(
        self, n: int, stepwise: bool = False, each: Callable[[float], Any] | None = None
    ) -> Generator[tuple[float, int], None, None]:
        """Train for n epochs; after each yield the sum of its losses, and how many answers were right.

        An error or an interrupt leaves parameters and optimizer at one whole update, the last that was made, and when
        the generator ends or is closed, the Values have it.

        Args:
            n: how many epochs.
            stepwise: whether no epoch may begin before the one before it was asked for.
            each: called after every update, with the Values up to date and the mean loss of the batch; or None.
        """

    def measure(self) -> tuple[float, float]:
        """Return the mean loss over the samples that are held out, and the share of right answers."""

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return the epochs that are done and were not yielded, since an interrupt came; so many were."""

    def write(self) -> None:
        """Bring the Values up to the last update."""

    def read(self) -> None:
        """Take the numbers of the Values and the settings of the optimizer, which may have been changed."""
