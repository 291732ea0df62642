"""One program of :mod:`benchmarks.large`, which runs in its own process."""

import time

_START = time.perf_counter()

import json  # noqa: E402 - after the clock has started
import resource  # noqa: E402 - likewise
import sys  # noqa: E402 - likewise

import numpy as np  # noqa: E402 - likewise

_EPOCHS = 1_000  # more than are timed


def _data(sizes, samples):
    draw = np.random.default_rng(0)
    return draw.standard_normal((samples, sizes[0])), draw.integers(0, sizes[-1], samples)


def _start(sizes):
    draw = np.random.default_rng(1)
    return [draw.standard_normal((n, m + 1)) / np.sqrt(m) for m, n in zip(sizes, sizes[1:], strict=False)]


def _ours(sizes, batch, samples, rate=1e-3):
    import nn

    X, Y = _data(sizes, samples)
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def make():
        network = nn.MLP(sizes[0], sizes[1:], activation="relu", output="linear")
        for p, x in zip(network.parameters(), np.concatenate([w.ravel() for w in _start(sizes)]).tolist(), strict=True):
            p.data = x
        options = {"loss": nn.cross_entropy, "optimizer": nn.SGD(rate), "batch_size": batch, "progress": False}
        nn.fit(network, X[:batch], Y[:batch], epochs=1, shuffle=False, **options)  # one update
        first = time.perf_counter()
        training = _Epochs(network, X, Y, options)
        return training.run, first

    return imported, make


class _Epochs:
    """Epochs as ``fit`` runs them. Its work before and after the epochs is only in the time to the first update."""

    def __init__(self, network, X, Y, options):
        from nn.data import Rows
        from nn.native import NativeTraining
        from nn.setups import ModelLoss, Samples, Setup

        samples, parameters = Samples(Rows(X), Y.tolist()), list(network.parameters())
        loss = ModelLoss(network, options["loss"], lambda y: y, parameters, samples)
        setup = Setup(loss, parameters, options["optimizer"], samples, size=options["batch_size"])
        self._samples = len(samples)
        self._epochs = NativeTraining(setup, _EPOCHS).epochs(_EPOCHS, stepwise=True)

    def run(self):
        """Train for an epoch, and return its mean loss."""
        total, _ = next(self._epochs)
        return total / self._samples


def _torch(sizes, batch, samples, threads, rate=1e-3):
    import torch

    torch.set_num_threads(threads)
    X, Y = [torch.tensor(side) for side in _data(sizes, samples)]
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def make():
        modules: list = []
        for w in _start(sizes):
            linear = torch.nn.Linear(w.shape[1] - 1, w.shape[0], dtype=torch.float64)
            with torch.no_grad():
                # The parameters of a neuron are its weights, followed by its bias.
                linear.weight.copy_(torch.tensor(w[:, :-1]))
                linear.bias.copy_(torch.tensor(w[:, -1]))
            modules += [linear, torch.nn.ReLU()]
        model = torch.nn.Sequential(*modules[:-1])
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)

        def update(x, t):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x), t)
            loss.backward()
            optimizer.step()
            return loss.detach()

        update(X[:batch], Y[:batch])
        first = time.perf_counter()

        def run():
            parts = zip(X.split(batch), Y.split(batch), strict=True)
            return sum([float(update(x, t)) * len(x) for x, t in parts]) / samples

        return run, first

    return imported, make


def main():
    """Run the work that the command line gives as JSON, and print the measurements."""
    from benchmarks.large import measured

    name, sizes, batch, samples, rounds, threads = json.loads(sys.argv[1])
    imported, make = _ours(sizes, batch, samples) if name == "ours" else _torch(sizes, batch, samples, threads)
    print(json.dumps(measured(_START, imported, make, rounds, -(-samples // batch))))


if __name__ == "__main__":
    main()
