"""The recorded networks for the formulas of ``people.jsonl``, by the names in its rows."""

import functools
import itertools
import json
import random

from autograd import Value, derive, dot, log, relu, sigmoid, softmax, tanh, total
from autograd.grading import sheets
from nn import cross_entropy, half_sse

__all__ = ["SETTINGS", "derivation"]


def recorded(sizes, activations, loss="half_sse", samples=1, reduction="mean", bias=True, penalty=None):
    """Return a function that records a network as a sheet declares it."""
    return lambda: sheets.build(sizes, activations, bias, loss, samples, reduction, seed=3, penalty=penalty)


def by_hand(sizes, activations, loss, samples=1, onehot=False):
    """Return a function that records a network whose loss is written out: ``loss(outputs, targets)``."""

    def make():
        generator = random.Random(5)

        def leaf(name, *place):
            return Value(generator.uniform(0.1, 0.9), f"{name}[{','.join(map(str, place))}]")

        layers = [
            (
                [[leaf(f"w{k}", i + 1, j + 1) for i in range(n)] for j in range(m)],
                [leaf(f"b{k}", j + 1) for j in range(m)],
            )
            for k, (n, m) in enumerate(itertools.pairwise(sizes), 1)
        ]
        losses = []
        for sample in range(1, samples + 1):
            place = () if samples == 1 else (sample,)
            values = [leaf("x", i + 1, *place) for i in range(sizes[0])]
            for (weights, biases), activation in zip(layers, activations, strict=True):
                sums = [dot(row, values, b) for row, b in zip(weights, biases, strict=True)]
                values = softmax(sums) if activation is softmax else [activation(s) for s in sums]
            targets = [leaf("t", o + 1, *place) for o in range(sizes[-1])]
            if onehot:
                chosen = generator.randrange(len(targets))
                for o, t in enumerate(targets):
                    t.data = float(o == chosen)
            losses.append(loss(values, targets))
        return losses[0] if samples == 1 else total(losses) / samples

    return make


def binary(outputs, targets):
    """Return the binary cross-entropy, written out."""
    return total([-(t * log(a) + (1 - t) * log(1 - a)) for a, t in zip(outputs, targets, strict=True)])


def categorical(outputs, targets):
    """Return the cross-entropy of probabilities, written out."""
    return total([-(t * log(a)) for a, t in zip(outputs, targets, strict=True)])


def logistic(samples=3):
    """Return the mean binary cross-entropy of one neuron without a bias."""
    generator = random.Random(5)

    def leaf(name):
        return Value(generator.uniform(0.1, 0.9), name)

    weights = [leaf(f"w1[{i},1]") for i in (1, 2)]
    losses = []
    for n in range(1, samples + 1):
        output = sigmoid(dot(weights, [leaf(f"x[{i},{n}]") for i in (1, 2)]))
        losses.append(binary([output], [leaf(f"t[1,{n}]")]))
    return total(losses) / samples


def recurrent_neuron(steps=3):
    """Return the loss of one recurrent neuron, and its parameters w, v, u, b and d."""
    generator = random.Random(7)
    w, v, u, b, d = (Value(generator.uniform(0.1, 0.9), name) for name in "wvubd")
    inputs = [Value(generator.uniform(0.1, 0.9), f"x[{k + 1}]") for k in range(steps)]
    targets = [Value(generator.uniform(0.1, 0.9), f"t[{k + 1}]") for k in range(steps)]
    h, losses = None, []
    for x, t in zip(inputs, targets, strict=True):
        h = sigmoid(dot([w], [x], b) if h is None else dot([w, v], [x, h], b))
        losses.append(0.5 * (t - dot([u], [h], d)) ** 2)
    return total(losses) / steps, [w, v, u, b, d]


def recurrent_layer(activation=tanh, loss=cross_entropy, steps=3, size=2, is_last=False, ends=None):
    """Return the loss of a layer of recurrent neurons, of all steps or of the last one, and its parameters.

    ``ends`` are the numbers of inputs and of outputs, if they are not that of the neurons.
    """
    inner, last = ends or (size, size)
    generator = random.Random(8)

    def leaf(name):
        return Value(generator.uniform(-0.9, 0.9), name)

    def matrix(name, rows, columns):
        return [[leaf(f"{name}[{i + 1},{j + 1}]") for i in range(columns)] for j in range(rows)]

    into, back, out = matrix("wx", size, inner), matrix("wh", size, size), matrix("wy", last, size)
    hidden, outer = [leaf(f"bh[{j + 1}]") for j in range(size)], [leaf(f"by[{j + 1}]") for j in range(last)]
    inputs = [[leaf(f"x[{i + 1},{t + 1}]") for i in range(inner)] for t in range(steps)]
    targets = [[Value(float((t + o) % last == 0), f"t[{o + 1},{t + 1}]") for o in range(last)] for t in range(steps)]
    h: list = []
    losses = []
    for x, target in zip(inputs, targets, strict=True):
        s = [dot([*into[j], *(back[j] if h else [])], [*x, *h], hidden[j]) for j in range(size)]
        h = [activation(q) for q in s] if activation else s
        if is_last and x is not inputs[-1]:
            continue
        losses.append(loss([dot(out[o], h, outer[o]) for o in range(last)], target))
    return total(losses), [p for rows in (into, back, out) for row in rows for p in row] + hidden + outer


TWO = ["sigmoid", "sigmoid"]
SETTINGS = {
    "1-1 sig": recorded([1, 1], ["sigmoid"]),
    "1-1-1 sig": recorded([1, 1, 1], TWO),
    "2-3-2 sig half_sse": recorded([2, 3, 2], TWO),
    "2-3-2 sig sse": recorded([2, 3, 2], TWO, "sse"),
    "2-3-3-2 sig half_sse": recorded([2, 3, 3, 2], ["sigmoid"] * 3),
    "2-3-2 sig,lin half_sse": recorded([2, 3, 2], ["sigmoid", "linear"]),
    "2-2-2 sig nobias": recorded([2, 2, 2], TWO, bias=False),
    "1-1-1-1 sig": recorded([1, 1, 1, 1], ["sigmoid"] * 3, bias=False),
    "2-3-2 sig bce": by_hand([2, 3, 2], [sigmoid, sigmoid], binary),
    "2-3-1 relu,sig bce": by_hand([2, 3, 1], [relu, sigmoid], binary),
    "2-3-2 relu,lin": recorded([2, 3, 2], ["relu", "linear"]),
    "2-1 sig bce": by_hand([2, 1], [sigmoid], binary),
    "3-1 sig half_sse": recorded([3, 1], ["sigmoid"], bias=False),
    "3-3 softmax": recorded([3, 3], ["linear"], "cross_entropy"),
    "3-3 softmax explicit": by_hand([3, 3], [softmax], categorical, onehot=True),
    "2-3-3 tanh softmax": recorded([2, 3, 3], ["tanh", "linear"], "cross_entropy"),
    "2-3-3 sig softmax": recorded([2, 3, 3], ["sigmoid", "linear"], "cross_entropy"),
    "2-3 sig then softmax": by_hand([2, 3], [sigmoid], lambda a, t: categorical(softmax(a), t), onehot=True),
    "1-1 logistic m=3": by_hand([1, 1], [sigmoid], binary, samples=3),
    "2-1 logistic m=3": by_hand([2, 1], [sigmoid], binary, samples=3),
    "3-1 lin sum m=3": recorded([3, 1], ["linear"], "half_sse", 3, "sum", bias=False),
    "2-3-2 sig half_sse m=3": recorded([2, 3, 2], TWO, "half_sse", 3),
    "2-3-2 relu,lin sse N=3": recorded([2, 3, 2], ["relu", "linear"], "sse", 3),
    "2-3-3 tanh softmax m=3": recorded([2, 3, 3], ["tanh", "linear"], "cross_entropy", 3),
    "2-3-1 sig": recorded([2, 3, 1], TWO, bias=False),
    "2-3-3-1 sig": recorded([2, 3, 3, 1], ["sigmoid"] * 3),
    "1-1-1 relu,lin sse nobias": recorded([1, 1, 1], ["relu", "linear"], "sse", bias=False),
    "2-3-3 relu softmax m=3": recorded([2, 3, 3], ["relu", "linear"], "cross_entropy", 3),
    "2-3-2 sig half_sse m=3 sum": recorded([2, 3, 2], TWO, "half_sse", 3, "sum"),
    "2-3-2 sig,lin half_sse m=3 sum": recorded([2, 3, 2], ["sigmoid", "linear"], "half_sse", 3, "sum"),
    "1-1-1 sig sse": recorded([1, 1, 1], TWO, "sse"),
    "2-3-3-2 sig bce": by_hand([2, 3, 3, 2], [sigmoid] * 3, binary),
    "2-1 logistic m=3 nobias": logistic,
    "2-3-2 sig sse nobias": recorded([2, 3, 2], TWO, "sse", bias=False),
    "2-1 lin half_sse m=3": recorded([2, 1], ["linear"], "half_sse", 3),
    "1-1 logistic m=3 sum": lambda: by_hand([1, 1], [sigmoid], binary, samples=3)() * 3,
    "2-3-1 sig,lin half_sse": recorded([2, 3, 1], ["sigmoid", "linear"]),
    "2-3-3 relu softmax": recorded([2, 3, 3], ["relu", "linear"], "cross_entropy"),
    "1-1-1 lin half_sse nobias": recorded([1, 1, 1], ["linear", "linear"], bias=False),
    "2-1 lin sse nobias": recorded([2, 1], ["linear"], "sse", bias=False),
    "2-1 sig sse": recorded([2, 1], ["sigmoid"], "sse"),
    "rnn sig half_sse": lambda: recurrent_layer(sigmoid, half_sse),
    "2-3-3-3 sig softmax": recorded([2, 3, 3, 3], ["sigmoid", "sigmoid", "linear"], "cross_entropy"),
    "2-3-3 sig softmax m=3 sum": recorded([2, 3, 3], ["sigmoid", "linear"], "cross_entropy", 3, "sum"),
    "2-3-2 tanh,lin half_sse": recorded([2, 3, 2], ["tanh", "linear"]),
    "2-2-2 sig half_sse": recorded([2, 2, 2], TWO),
    "2-1 lin half_sse nobias m=3": recorded([2, 1], ["linear"], "half_sse", 3, bias=False),
    "3-3 softmax m=3": recorded([3, 3], ["linear"], "cross_entropy", 3),
    "2-3-2 relu softmax": recorded([2, 3, 2], ["relu", "linear"], "cross_entropy"),
    "2-1 lin sse m=3": recorded([2, 1], ["linear"], "sse", 3),
    "2-1 logistic m=3 sum": lambda: by_hand([2, 1], [sigmoid], binary, samples=3)() * 3,
    "1-1-1 sig sse m=3": recorded([1, 1, 1], TWO, "sse", 3),
    "3-2 sig nobias": recorded([3, 2], ["sigmoid"], bias=False),
    "1-1 lin half_sse m=3": recorded([1, 1], ["linear"], "half_sse", 3),
    "2-3-1 relu,lin sse": recorded([2, 3, 1], ["relu", "linear"], "sse"),
    "1-1-1 sig,lin sse": recorded([1, 1, 1], ["sigmoid", "linear"], "sse"),
    "2-2-1 sig half_sse": recorded([2, 2, 1], TWO),
    "2-2-1 sig bce": by_hand([2, 2, 1], [sigmoid, sigmoid], binary),
    "2-3-1 sig bce m=3": by_hand([2, 3, 1], [sigmoid, sigmoid], binary, samples=3),
    "2-3-1 relu,sig bce m=3": by_hand([2, 3, 1], [relu, sigmoid], binary, samples=3),
    "2-3-1 tanh,sig bce m=3": by_hand([2, 3, 1], [tanh, sigmoid], binary, samples=3),
    "2-3-1 tanh,sig bce": by_hand([2, 3, 1], [tanh, sigmoid], binary),
    "2-3-3 sig softmax m=3": recorded([2, 3, 3], ["sigmoid", "linear"], "cross_entropy", 3),
    "2-3-3 relu softmax explicit": by_hand([2, 3, 3], [relu, softmax], categorical, onehot=True),
    "3-1 lin half_sse bias": recorded([3, 1], ["linear"]),
    "3-3 softmax m=3 sum": recorded([3, 3], ["linear"], "cross_entropy", 3, "sum"),
    "rnn relu ce": lambda: recurrent_layer(relu),
    "rnn tanh half_sse": lambda: recurrent_layer(tanh, half_sse),
    "rnn tanh,lin half_sse last": lambda: recurrent_layer(tanh, half_sse, is_last=True),
    "rnn 1-1-1 tanh,lin half_sse last": lambda: recurrent_layer(tanh, half_sse, size=1, is_last=True),
    "2-3 lin half_sse m=4 sum nobias": recorded([2, 3], ["linear"], "half_sse", 4, "sum", bias=False),
    "1-1 lin mse m=3": recorded([1, 1], ["linear"], "mse", 3),
    "1-1-1 sig,lin half_sse": recorded([1, 1, 1], ["sigmoid", "linear"]),
    "2-2-1 relu,sig half_sse": recorded([2, 2, 1], ["relu", "sigmoid"]),
    "2-3-1 relu,lin half_sse": recorded([2, 3, 1], ["relu", "linear"]),
    "2-3-1 relu,lin half_sse m=3": recorded([2, 3, 1], ["relu", "linear"], "half_sse", 3),
    "2-3-1 sig bce": by_hand([2, 3, 1], [sigmoid, sigmoid], binary),
    "2-3-3 relu softmax m=3 sum": recorded([2, 3, 3], ["relu", "linear"], "cross_entropy", 3, "sum"),
    "2-3-3-1 relu,lin half_sse": recorded([2, 3, 3, 1], ["relu", "relu", "linear"]),
    "2-3-3-1 relu,lin sse m=3": recorded([2, 3, 3, 1], ["relu", "relu", "linear"], "sse", 3),
    "2-3-3-1 sig bce": by_hand([2, 3, 3, 1], [sigmoid] * 3, binary),
    "2-3-3-2 relu,lin half_sse": recorded([2, 3, 3, 2], ["relu", "relu", "linear"]),
    "2-3-3-2 tanh half_sse": recorded([2, 3, 3, 2], ["tanh"] * 3),
    "2-3-3-3 relu softmax": recorded([2, 3, 3, 3], ["relu", "relu", "linear"], "cross_entropy"),
    "3-1 sig sse": recorded([3, 1], ["sigmoid"], "sse", bias=False),
    "3-2 sig half_sse": recorded([3, 2], ["sigmoid"]),
    "3-2 tanh half_sse": recorded([3, 2], ["tanh"]),
    "3-3 softmax nobias": recorded([3, 3], ["linear"], "cross_entropy", bias=False),
    "3-3 softmax m=3 sum nobias": recorded([3, 3], ["linear"], "cross_entropy", 3, "sum", bias=False),
    "2-3-3 tanh softmax m=3 sum nobias": recorded([2, 3, 3], ["tanh", "linear"], "cross_entropy", 3, "sum", False),
    "2-1 lin half_sse m=3 l2": recorded([2, 1], ["linear"], "half_sse", 3, penalty="lambda"),
    "2-3-2 relu,lin half_sse l2": recorded([2, 3, 2], ["relu", "linear"], bias=False, penalty="lambda"),
    "2-3-1 sig,sig half_sse": recorded([2, 3, 1], TWO),
    "2-3-2 lin half_sse nobias m=3 sum": recorded([2, 3, 2], ["linear"] * 2, "half_sse", 3, "sum", bias=False),
    "2-3-3-2 sig sse": recorded([2, 3, 3, 2], ["sigmoid"] * 3, "sse", bias=False),
    "2-3-1 sig sse m=3": recorded([2, 3, 1], TWO, "sse", 3),
    "2-3-1 sig,lin sse": recorded([2, 3, 1], ["sigmoid", "linear"], "sse"),
    "2-2 sig half_sse m=3 sum": recorded([2, 2], ["sigmoid"], "half_sse", 3, "sum"),
    "rnn scalar": recurrent_neuron,
    "rnn tanh ce": recurrent_layer,
    "rnn 2-3-2 tanh ce": lambda: recurrent_layer(size=3, ends=(2, 2)),
    "rnn linear": lambda: recurrent_layer(None, half_sse),
}


@functools.cache
def _derived(setting):
    """Return the derivation of a setting, which all conventions share."""
    found = SETTINGS[setting]()
    loss, parameters = found if isinstance(found, tuple) else (found, None)
    return derive(loss, parameters=parameters)


_IN_CONVENTION: dict = {}


def derivation(row):
    """Return the derivation for the formula of a row, in the convention that the row declares. Each is made once."""
    declared = row["declared"]
    key = row["setting"], json.dumps(declared, sort_keys=True)
    if key not in _IN_CONVENTION:
        _IN_CONVENTION[key] = _derived(row["setting"]).convention(
            declared.get("preset"),
            letters=declared.get("letters"),
            order=declared.get("order"),
            delta=declared.get("delta"),
            vectors=declared.get("vectors"),
            batch=declared.get("batch"),
        )
    return _IN_CONVENTION[key]
