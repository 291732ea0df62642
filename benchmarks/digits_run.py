"""Training on digits to 97 % accuracy, each library in its own process: ``python -m benchmarks.digits_run LIBRARY``.

The network is 64-32-10 with tanh, softmax cross-entropy, momentum, batches of 32, and float64. Every fifth digit is
held out and measures the accuracy. The number of epochs is the smallest that reaches 97 %. All libraries start from the
same weights and take the samples in the same order, so that they do the same training.
"""

import itertools
import json
import random
import subprocess
import sys
import time

__all__ = ["LIBRARIES", "MIN_ACCURACY", "measure"]

SIZES, SEED = (64, 32, 10), 0
RATE, MOMENTUM, BATCH, EPOCHS = 0.1, 0.9, 32, 7
MIN_ACCURACY = 0.97


def measure(library):
    """Train in a new process.

    Args:
        library: one of LIBRARIES.

    Returns:
        A dict: ``seconds`` from the start of the process to its end; parts of these are ``imports`` of the library,
        ``data`` to load the digits (including the import of scikit-learn), and ``training``; and ``accuracy``, on the
        held-out digits.

    Raises:
        RuntimeError: the accuracy is below 97 %.
    """
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.digits_run", library]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {"seconds": time.perf_counter() - start, **json.loads(output)}
    if found["accuracy"] < MIN_ACCURACY:
        raise RuntimeError(
            f"{library} ends at {found['accuracy']:.1%} after {EPOCHS} epochs: its time cannot be compared."
        )
    return found


def _data():
    """Return inputs and classes to train on, and held-out inputs and classes."""
    import numpy as np

    from benchmarks.weights import digits

    X, Y = digits()
    held_out = np.arange(len(X)) % 5 == 4
    return X[~held_out], Y[~held_out], X[held_out], Y[held_out]


def _ours(times):
    import nn
    from autograd import no_grad

    times.append(time.perf_counter())
    X, Y, held_X, held_Y = _data()
    times.append(time.perf_counter())
    from benchmarks.weights import draw

    model = nn.MLP(SIZES[0], SIZES[1:], activation="tanh")
    for p, x in zip(model.parameters(), draw(SIZES), strict=True):
        p.data = x
    nn.fit(
        model, X, Y, loss=nn.cross_entropy, optimizer=nn.Momentum(RATE, MOMENTUM), epochs=EPOCHS, batch_size=BATCH,
        seed=SEED, progress=False,
    )  # fmt: skip
    with no_grad():
        answers = [max(range(SIZES[-1]), key=model(x).__getitem__) for x in held_X.tolist()]
    return sum([a == y for a, y in zip(answers, held_Y.tolist(), strict=True)]) / len(answers)


def _torch(times):
    import torch
    from torch import nn

    torch.set_num_threads(1)
    times.append(time.perf_counter())
    X, Y, held_X, held_Y = [torch.tensor(side) for side in _data()]
    times.append(time.perf_counter())
    from benchmarks.weights import draw, matrices

    first, second = nn.Linear(*SIZES[:2], dtype=torch.float64), nn.Linear(*SIZES[1:], dtype=torch.float64)
    with torch.no_grad():
        for linear, (w, b) in zip((first, second), matrices(draw(SIZES), SIZES), strict=True):
            linear.weight.copy_(torch.tensor(w))
            linear.bias.copy_(torch.tensor(b))
    model = nn.Sequential(first, nn.Tanh(), second)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    generator, order = random.Random(SEED), list(range(len(X)))
    for _ in range(EPOCHS):
        generator.shuffle(order)
        for batch in torch.tensor(order).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[batch]), Y[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        return (model(held_X).argmax(1) == held_Y).double().mean().item()


LIBRARIES = {"ours": _ours, "torch": _torch}


def _run(library):
    times = [time.perf_counter()]
    accuracy = LIBRARIES[library](times)
    times.append(time.perf_counter())
    stages = [after - before for before, after in itertools.pairwise(times)]
    return dict(zip(("imports", "data", "training"), stages, strict=True)) | {"accuracy": accuracy}


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1])))
