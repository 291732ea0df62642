"""Training work that every library gets alike: the network, its first weights, the data, the batches, the rate.

A program is built for a :class:`Work` and makes its epochs each time it is run: the samples in their order, in batches,
plain gradient descent on the batch's mean loss, float64. The parameters are carried on from run to run.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

import nn
from benchmarks import moons
from benchmarks.weights import digits, draw
from nn.native import NativeTraining
from nn.setups import ModelLoss, Samples, Setup

__all__ = ["WORKS", "Program", "Work", "check", "columns", "eager", "model", "native"]

TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class Work:
    """What is trained, and how.

    Attributes:
        title: for the table.
        sizes: of the layers, inputs first.
        activation, output: of the hidden layers and of the last one, names of functions of ``autograd``.
        loss: the name of a loss in ``nn``: half_sse or cross_entropy.
        X: the inputs, an array (samples, sizes[0]).
        Y: the targets: an array (samples, sizes[-1]) for half_sse, classes (samples,) for cross_entropy.
        batch: samples an update; it divides the number of samples.
        epochs: how many a run makes. More than one where an epoch is few updates, so that a program that keeps its
            loop over updates to itself has one to keep.
        rate: of the gradient descent.
    """

    title: str
    sizes: tuple
    activation: str
    output: str
    loss: str
    X: np.ndarray
    Y: np.ndarray
    batch: int
    epochs: int = 1
    rate: float = 1e-3

    @property
    def updates(self):
        """How many a run makes."""
        return self.epochs * (len(self.X) // self.batch)

    @property
    def start(self):
        """The first weights and biases, a list of floats in the order of ``nn.MLP.parameters``."""
        return draw(self.sizes)


@dataclasses.dataclass(frozen=True)
class Program:
    """One library's way to do a work.

    Attributes:
        run: makes the epochs and returns the mean loss over them, a float, each sample's taken before the update that
            it was used in.
        parameters: the weights and biases now, a list of floats in the order of ``nn.MLP.parameters``.
    """

    run: Callable[[], float]
    parameters: Callable[[], list]


def columns(work):
    """The targets as an array (samples, outputs): as they are, or 1 at the class and 0 elsewhere."""
    return np.eye(work.sizes[-1])[work.Y] if work.loss == "cross_entropy" else work.Y


def model(work):
    """The network of ``nn`` with the first weights."""
    found = nn.MLP(work.sizes[0], work.sizes[1:], activation=work.activation, output=work.output)
    for p, x in zip(found.parameters(), work.start, strict=True):
        p.data = x
    return found


def eager(work):
    """Our engine, recording every sample: what the others are held to."""
    network, optimizer = model(work), nn.SGD(work.rate)
    samples = work.X.tolist(), work.Y.tolist()

    def run():
        history = nn.fit(
            network, *samples, loss=getattr(nn, work.loss), optimizer=optimizer, epochs=work.epochs,
            batch_size=work.batch, shuffle=False, progress=False, engine="eager",
        )  # fmt: skip
        return math.fsum(history.loss) / work.epochs

    return Program(run, lambda: [p.data for p in network.parameters()])


def native(work):
    """Our engine in machine code: what ``fit`` runs between its checks of the data and its history."""
    network = model(work)
    samples, parameters = Samples(list(map(tuple, work.X.tolist())), work.Y.tolist()), network.parameters()
    loss = ModelLoss(network, getattr(nn, work.loss), None, parameters, samples)
    training = NativeTraining(Setup(loss, parameters, nn.SGD(work.rate), samples, size=work.batch), math.inf)

    def run():
        return math.fsum([total for total, _ in training.epochs(work.epochs)]) / work.epochs / len(work.X)

    return Program(run, lambda: [p.data for p in network.parameters()])


def check(work, programs):
    """Run each program once from the first weights: all have our engine's loss and change of the parameters.

    Args:
        work: what they do.
        programs: a dict from name to a :class:`Program` that has not been run.

    Raises:
        SystemExit: one differs by more than 1e-9 of the loss, or of the largest change.
    """
    reference = eager(work)
    loss, start = reference.run(), np.array(work.start)
    change = np.array(reference.parameters()) - start
    for name, program in programs.items():
        found = program.run()
        apart = np.max(np.abs(np.array(program.parameters()) - start - change))
        if not (abs(found - loss) <= TOLERANCE * abs(loss) and apart <= TOLERANCE * np.max(np.abs(change))):
            raise SystemExit(
                f"{work.title}: {name} does not do the same work, so that nothing is timed: its loss is {found} and "
                f"ours {loss}, its parameters after a run are up to {apart:.1e} from ours."
            )


def _moons(batch, samples, epochs=1):
    points, labels = moons.data(samples)
    title = f"2-16-16-1 relu, half squared error, batch {batch:,}"
    targets = np.array(labels, dtype=float).reshape(-1, 1)
    return Work(title, (2, 16, 16, 1), "relu", "linear", "half_sse", np.array(points), targets, batch, epochs)


def _iris(activation, batch, epochs):
    from sklearn.datasets import load_iris  # lazy: a heavy library

    data = load_iris()
    X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    title = f"4-16-3 {activation}, iris, half squared error, batch {batch}"
    return Work(title, (4, 16, 3), activation, activation, "half_sse", X, np.eye(3)[data.target], batch, epochs)


def _digits(batch, epochs=1):
    X, Y = digits()
    kept = len(X) // batch * batch
    title = f"64-32-10 tanh, digits, softmax cross-entropy, batch {batch:,}"
    return Work(title, (64, 32, 10), "tanh", "linear", "cross_entropy", X[:kept], Y[:kept], batch, epochs)


WORKS = {
    "moons, 1": lambda: _moons(1, 1_000),
    "moons, 100": lambda: _moons(100, 1_000, epochs=20),
    "moons, 10,000": lambda: _moons(10_000, 10_000, epochs=20),
    "iris sigmoid, 1": lambda: _iris("sigmoid", 1, epochs=5),
    "iris sigmoid, 150": lambda: _iris("sigmoid", 150, epochs=200),
    "iris tanh, 1": lambda: _iris("tanh", 1, epochs=5),
    "iris tanh, 150": lambda: _iris("tanh", 150, epochs=200),
    "digits, 1": lambda: _digits(1),
    "digits, 32": lambda: _digits(32),
    "digits, 1,797": lambda: _digits(1_797, epochs=10),
}
