"""Random trainings by ``fit`` in machine code and by the engine: ``python random_trainings.py 300 [SEED]``.

Networks, activations, losses, optimizers and options are combined at random. The losses of all epochs, the accuracies
and the weights must agree, or both engines must raise the same exception.
"""

import functools
import random
import sys
from collections import Counter

import nn
import nn.schedules

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "elu", "leaky_relu", "sin", "linear")
OPTIMIZERS = (  # the epsilon of adaptive ones is so large that they do not magnify rounding errors of tiny gradients
    lambda rate: nn.SGD(rate),
    lambda rate: nn.SGD(rate, weight_decay=0.01),
    lambda rate: nn.Momentum(rate, momentum=0.8),
    lambda rate: nn.Momentum(rate, momentum=0.8, nesterov=True),
    lambda rate: nn.Adam(rate, epsilon=1e-2),
    lambda rate: nn.AdamW(rate, epsilon=1e-2, weight_decay=0.02),
    lambda rate: nn.RMSprop(rate, epsilon=1e-2),
    lambda rate: nn.Adagrad(rate, epsilon=1e-2),
)
LARGE = 0.1  # the share of networks that are so wide that their layers are computed as matrices


def setup(seed):
    """Return the parts of a training: a function that makes a new model, inputs, targets and options."""
    draw = random.Random(seed)
    inputs, hidden = draw.randint(1, 4), [draw.randint(1, 6) for _ in range(draw.randint(0, 2))]
    if draw.random() < LARGE:
        inputs, hidden = 60, [draw.choice([170, 200])]
    kind = draw.choice(
        ["half_sse", "mse", "absolute", "huber", "hinge", "bce", "logits", "classes", "soft", "smoothed"]
    )
    if kind == "bce" and inputs == 60:
        kind = "logits"  # many inputs saturate a probability p, and one rounding error of p is a large part of 1 - p
    outputs = draw.randint(2, 4) if kind in ("classes", "soft", "smoothed") else draw.randint(1, 3)
    n = draw.randint(1, 17)
    X = [[round(draw.uniform(-1, 1), 3) for _ in range(inputs)] for _ in range(n)]
    loss, last, Y = _targets(kind, draw, n, outputs)
    options = {"loss": loss, "epochs": draw.randint(1, 4), "batch_size": draw.choice([1, 2, 5, 16, None])}
    options["shuffle"] = draw.random() < 0.7
    for name, values, often in (
        ("l1", (0.01,), 0.2), ("l2", (0.05,), 0.2), ("clip_value", (0.05,), 0.15), ("clip_norm", (0.1,), 0.15),
        ("validation", (0.3,), 0.2),
    ):  # fmt: skip
        if draw.random() < often:
            options[name] = draw.choice(values)
    if draw.random() < 0.2:
        options["sample_weights"] = [draw.choice([0.5, 1.0, 2.0, 0.0]) for _ in range(n)]
    if kind == "classes" and draw.random() < 0.3:
        options["class_weights"] = [draw.uniform(0.5, 2) for _ in range(outputs)]
    shape, first = [*hidden, outputs], draw.choice(ACTIVATIONS)
    # Many inputs saturate a probability, whose logarithm has few right digits then.
    optimizer, rate = draw.choice(OPTIMIZERS), draw.choice([0.01, 0.05, 0.2] if inputs < 60 else [0.01])
    scheduled = draw.random() < 0.2

    def make():
        model = nn.MLP(inputs, shape, **({"activation": first} if hidden else {}), output=last, seed=seed)
        how_fast = nn.schedules.cosine(rate, updates=10) if scheduled else rate
        return model, X, Y, {**options, "optimizer": optimizer(how_fast)}

    return make


def _targets(kind, draw, n, outputs):
    """Return a loss, the function of the last layer, and targets."""
    if kind in ("half_sse", "mse", "absolute", "huber"):
        loss = functools.partial(nn.huber, delta=0.3) if kind == "huber" else getattr(nn, kind)
        rows = [[draw.choice([0, 1, round(draw.uniform(-1, 1), 2)]) for _ in range(outputs)] for _ in range(n)]
        return loss, draw.choice(["linear", "tanh", "sigmoid"]), [row[0] for row in rows] if outputs == 1 else rows
    if kind == "hinge":
        return nn.hinge, "linear", [[draw.choice([-1, 1]) for _ in range(outputs)] for _ in range(n)]
    if kind in ("bce", "logits"):
        rows = [[draw.choice([0, 1, 0.25]) for _ in range(outputs)] for _ in range(n)]
        if kind == "bce":
            return nn.binary_cross_entropy, "sigmoid", rows
        return functools.partial(nn.binary_cross_entropy, logits=True), "linear", rows
    if kind == "soft":
        rows = []
        for _ in range(n):
            parts = [draw.random() for _ in range(outputs)]
            rows.append([part / sum(parts) for part in parts])
        return nn.cross_entropy, "linear", rows
    loss = functools.partial(nn.cross_entropy, label_smoothing=0.1) if kind == "smoothed" else nn.cross_entropy
    return loss, "linear", [draw.randrange(outputs) for _ in range(n)]


def trained(make, engine):
    """Return all numbers of a training, or its exception."""
    model, X, Y, options = make()
    try:
        history = nn.fit(model, X, Y, seed=3, progress=False, engine=engine, **options)
    except Exception as error:
        return error
    measured = [history.loss, history.accuracy, history.validation_loss, history.validation_accuracy]
    return [x for each in measured if each is not None for x in each] + [p.data for p in model.parameters()]


def compare(seed):
    """Return ``"agrees"``, or ``"raises"`` if both engines raise the same exception.

    Raises:
        AssertionError: they differ.
    """
    make = setup(seed)
    theirs, ours = trained(make, "eager"), trained(make, "native")
    what = f"training {seed}, {make()[0]!r}, {make()[3]}"
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        if type(theirs) is not type(ours) or str(theirs) != str(ours):
            raise AssertionError(f"{what}: {theirs!r} and {ours!r}")
        return "raises"
    if len(theirs) != len(ours):
        raise AssertionError(f"{what}: {len(ours)} numbers and {len(theirs)}")
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if not abs(a - b) <= 1e-8 * max(1.0, abs(b)):
            raise AssertionError(f"{what}: number {k}: {a!r} and {b!r}")
    return "agrees"


def main():
    """Compare as many trainings as the command line says."""
    n, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found = Counter(compare(seed) for seed in range(first, first + n))
    print(f"{n} random trainings: " + ", ".join(f"{count} {what}" for what, count in found.most_common()))


if __name__ == "__main__":
    main()
