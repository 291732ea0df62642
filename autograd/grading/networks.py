"""Recorded losses of the networks that a sheet or a document declares."""

import random
from itertools import pairwise

from autograd.engine import primitives
from autograd.engine.errors import SheetError
from autograd.engine.functions import where
from autograd.engine.sums import dot, total
from autograd.engine.value import Value

__all__ = ["LOSSES", "build"]

LOSSES = ("half_sse", "sse", "mse", "absolute", "huber", "cross_entropy", "binary_cross_entropy")


def build(
    sizes, activations, bias=True, loss="half_sse", samples=1, reduction="mean", seed=0, *,
    penalty=None, recurrent=None, smoothing=None,
) -> Value:  # fmt: skip
    """Return the recorded loss of a network at a random point, with labelled leaves.

    Args:
        sizes: the sizes of the layers, inputs first.
        activations: the name of a function for each layer with weights, or ``"linear"``.
        bias: True if neurons have a bias.
        loss: one of :data:`LOSSES`. ``cross_entropy`` uses the last layer as logits. ``binary_cross_entropy`` does so
            if the last layer is linear, and uses it as probabilities otherwise. ``huber`` becomes a straight line where
            an error is 1.
        samples: the number of samples that are recorded with the same weights.
        reduction: ``"mean"`` or ``"sum"`` over the samples, and over the steps of a recurrent network.
        seed: the seed of the random numbers.
        penalty: the name of a factor, or None. Half of it times the sum of all squared weights is added to the loss.
        recurrent: a layer and the number of steps, or None. The neurons of this layer read each other's activations of
            the step before.
        smoothing: the label smoothing of a cross-entropy: a number, the name of one, or None. With n classes, each
            target becomes (1 - smoothing) t + smoothing / n.

    >>> build([2, 3, 2], ["sigmoid", "sigmoid"]).op.name
    'mul'
    """
    smoothing = Value(0.1, smoothing) if isinstance(smoothing, str) else smoothing
    network = _Network(sizes, activations, bias, loss, seed, recurrent, smoothing)
    if recurrent is not None:
        losses = network.steps(recurrent[1])
    else:
        losses = [network.loss((k,) if samples > 1 else ()) for k in range(1, samples + 1)]
    whole = losses[0] if len(losses) == 1 else total(losses)
    if len(losses) > 1 and reduction == "mean":
        whole = whole / len(losses)
    return whole if penalty is None else whole + 0.5 * Value(0.3, penalty) * network.squares()


class _Network:
    """The leaves of a network, and the quantities that are computed from them."""

    def __init__(self, sizes, activations, bias, loss, seed, recurrent, smoothing):
        self._random, self._smoothing = random.Random(seed), smoothing
        self._sizes, self._activations, self._loss = sizes, activations, loss
        self._layers = []
        for k, (n, m) in enumerate(pairwise(sizes), 1):
            weights = [[self._leaf(f"w{k}", i + 1, j + 1) for i in range(n)] for j in range(m)]
            self._layers.append((weights, [self._leaf(f"b{k}", j + 1) if bias else None for j in range(m)]))
        self._recurrent: dict = {}
        if recurrent is not None:
            layer, m = recurrent[0], sizes[recurrent[0]]
            self._recurrent[layer] = [
                [self._leaf(f"w{layer}_{layer}", i + 1, j + 1) for i in range(m)] for j in range(m)
            ]

    def _leaf(self, name, *place):
        return Value(self._random.uniform(-1, 1), f"{name}[{','.join([str(k) for k in place])}]")

    def squares(self):
        """Return the sum of all squared weights."""
        groups = [*[weights for weights, _ in self._layers], *self._recurrent.values()]
        return total([w * w for rows in groups for row in rows for w in row])

    def loss(self, place):
        """Return the loss of one sample."""
        return self._compared(self._outputs(place, {})[-1], place)

    def steps(self, count):
        """Return the losses of the steps of a recurrent network, in order."""
        losses, before = [], {}
        for step in range(1, count + 1):
            layers = self._outputs((step,), before)
            before = {layer: layers[layer] for layer in self._recurrent}
            losses.append(self._compared(layers[-1], (step,)))
        return losses

    def _outputs(self, place, before):
        """Return the activations of all layers, inputs first."""
        layers = [[self._leaf("x", i + 1, *place) for i in range(self._sizes[0])]]
        for k, ((weights, biases), name) in enumerate(zip(self._layers, self._activations, strict=True), 1):
            sums = []
            for j, (row, b) in enumerate(zip(weights, biases, strict=True)):
                more = self._recurrent[k][j] if k in before else []
                sums.append(dot([*row, *more], [*layers[-1], *before.get(k, [])], b))
            layers.append(sums if name == "linear" else [getattr(primitives, name)(s) for s in sums])
        return layers

    def _compared(self, outputs, place):
        targets = [self._leaf("t", o + 1, *place) for o in range(len(outputs))]
        pairs = list(zip(targets, outputs, strict=True))
        if self._loss == "cross_entropy":
            if len(outputs) < 2:
                raise SheetError("cross_entropy needs two outputs or more: for one, use binary_cross_entropy.")
            chosen = self._random.randrange(len(outputs))
            for o, t in enumerate(targets):
                t.data = 1.0 if o == chosen else 0.0
            normalizer = primitives.logsumexp(*outputs)
            if self._smoothing is not None:
                e, share = self._smoothing, self._smoothing / len(outputs)
                return total([((1 - e) * t + share) * (normalizer - z) for t, z in pairs])
            return total([t * (normalizer - z) for t, z in pairs])
        if self._loss == "binary_cross_entropy":
            if self._activations[-1] == "linear":
                return total([primitives.softplus(z) - t * z for t, z in pairs])
            if self._activations[-1] != "sigmoid":
                raise SheetError("binary_cross_entropy takes outputs of a sigmoid, or linear ones as logits.")
            return total([-(t * primitives.log(y) + (1 - t) * primitives.log(1 - y)) for t, y in pairs])
        if self._loss == "absolute":
            return total([abs(t - y) for t, y in pairs])
        if self._loss == "huber":
            errors = [t - y for t, y in pairs]
            return total([where(abs(d) <= 1.0, 0.5 * (d * d), abs(d) - 0.5) for d in errors])
        squares = total([(t - y) ** 2 for t, y in pairs])
        return {"half_sse": 0.5 * squares, "sse": squares, "mse": squares / len(outputs)}[self._loss]
