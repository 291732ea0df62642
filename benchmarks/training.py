"""Training work that is the same for every library: the network, its first weights, the data, the batches, the rate.

A program is built for a :class:`Work`. Each time it runs, it makes the epochs of the work: it takes the samples in
order, in batches, and makes plain gradient descent on the mean loss of a batch, in float64. Each run continues with the
parameters of the run before.
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
    """The definition of a training.

    Attributes:
        title: the title of the table.
        sizes: the sizes of the layers, inputs first.
        activation: the activation of the hidden layers, the name of a function of ``autograd``.
        output: the activation of the last layer, in the same form.
        loss: the name of a loss in ``nn``: half_sse or cross_entropy.
        X: the inputs, an array (samples, sizes[0]).
        Y: the targets: an array (samples, sizes[-1]) for half_sse, classes (samples,) for cross_entropy.
        batch: the number of samples in an update. It divides the number of samples.
        epochs: the number of epochs in a run. It is more than one if an epoch has few updates, for the benefit of
            programs with their own loop over updates.
        rate: the rate of the gradient descent.
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
        """The number of updates in a run."""
        return self.epochs * (len(self.X) // self.batch)

    @property
    def start(self):
        """The first weights and biases, a list of floats in the order of ``nn.MLP.parameters``."""
        return draw(self.sizes)


@dataclasses.dataclass(frozen=True)
class Program:
    """One library's way to do a work.

    Attributes:
        run: a function that makes the epochs and returns their mean loss, a float. The loss of a sample is taken before
            the update that uses it.
        parameters: a function that returns the current weights and biases, a list of floats in the order of
            ``nn.MLP.parameters``.
    """

    run: Callable[[], float]
    parameters: Callable[[], list]


def columns(work):
    """Return the targets as an array (samples, outputs). Classes become one-hot rows."""
    return np.eye(work.sizes[-1])[work.Y] if work.loss == "cross_entropy" else work.Y


def model(work):
    """Return the network of ``nn`` with the first weights."""
    found = nn.MLP(work.sizes[0], work.sizes[1:], activation=work.activation, output=work.output)
    for p, x in zip(found.parameters(), work.start, strict=True):
        p.data = x
    return found


def eager(work):
    """Return our engine, which records every sample. The other programs are compared with it."""
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
    """Return our engine in machine code: the part of ``fit`` between its checks of the data and its history."""
    network = model(work)
    samples, parameters = Samples(list(map(tuple, work.X.tolist())), work.Y.tolist()), network.parameters()
    loss = ModelLoss(network, getattr(nn, work.loss), None, parameters, samples)
    training = NativeTraining(Setup(loss, parameters, nn.SGD(work.rate), samples, size=work.batch), math.inf)

    def run():
        return math.fsum([total for total, _ in training.epochs(work.epochs)]) / work.epochs / len(work.X)

    return Program(run, lambda: [p.data for p in network.parameters()])


def check(work, programs):
    """Run each program once from the first weights, and compare its loss and change of parameters with our engine.

    Args:
        work: the work of the programs.
        programs: a dict from name to a :class:`Program` that has not run yet.

    Raises:
        SystemExit: a program differs by more than 1e-9 of the loss or of the largest change.
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
