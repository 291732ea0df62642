"""The types of data, models, losses and seeds, and of a training itself."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Protocol

from autograd import Value

__all__ = ["Data", "HasParameters", "Loss", "Model", "Seed", "Training"]

# The types of seeds that Python's random generators accept.
Seed = int | float | str | bytes | bytearray | None


class Data(Protocol):
    """A sequence of entries or rows, such as nested lists, arrays, data frames and series."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __getitem__(self, k: Any, /) -> Any: ...


class HasParameters(Protocol):
    """An object that has leaves to train, such as a model."""

    def parameters(self) -> Iterable[Value]:
        """Return the leaves to train."""


class Model(HasParameters, Protocol):
    """An object that can be trained: it has parameters, and can be called with the inputs of a sample."""

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
        """The number of updates so far."""

    def epochs(
        self, n: int, stepwise: bool = False, each: Callable[[float], Any] | None = None
    ) -> Generator[tuple[float, int], None, None]:
        """Run n epochs. After each, yield the sum of its losses and the number of right answers.

        After an error or an interrupt, the parameters and the optimizer have the state after the last whole update. The
        Values have this state when the generator ends or is closed.

        Args:
            n: the number of epochs.
            stepwise: True if an epoch may begin only when its result is requested.
            each: a function that is called after every update with the mean loss of the batch, when the Values are up
                to date; or None.
        """

    def measure(self) -> tuple[float, float]:
        """Return the mean loss over the validation samples, and the share of right answers."""

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return the results of finished epochs that were not yielded, because an interrupt came.

        Args:
            epochs: the number of epochs that were yielded.
        """

    def write(self) -> None:
        """Copy the state after the last update to the Values."""

    def read(self) -> None:
        """Read the numbers of the Values and the settings of the optimizer, which may have been changed."""
