"""Random graphs to compile, and the engine's results for them: each sample is recorded and swept again.

A seed determines a graph: ``graph(seed)(parameters, inputs)`` records the same graph over any leaves.
"""

import random

import numpy as np

import autograd
from autograd import Value, primitive
from autograd.engine import algebra

# Primitives as users write them: with Python branches, with floats of their own, and with Python's math in a partial.
USERS = {
    "user_branching": (lambda x: x * x if x > 0.5 else 0.5 * x, lambda y, x: 2 * x if x > 0.5 else 0.5, None),
    "user_floats": (
        lambda x: 1 - 1 / (1 + x * x),
        lambda y, x: 2 * x / (1 + x * x) ** 2,
        lambda x: x * x / (1 + x * x),
    ),
    "user_python": (lambda x: x * float(abs(x) > 1), lambda y, x: float(abs(x) > 1), None),
}


def users_primitives():
    """Return a list of the primitives above. They stay in the table."""
    known = {entry.name: entry for entry in algebra.TABLE if entry is not None}
    return [
        known.get(name) or primitive(name, forward, partials=partials, floats=floats)
        for name, (forward, partials, floats) in USERS.items()
    ]


# --- Graphs of any primitives

ARITHMETIC = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / (b * b + 0.5),
    "neg": lambda a, b: -a,
    "maximum": autograd.maximum,
    "minimum": autograd.minimum,
    "hypot": lambda a, b: autograd.hypot(a, b * b + 1),
}
SQUASHING = [
    autograd.tanh, autograd.sigmoid, autograd.sin, autograd.cos, autograd.atan, autograd.erf, autograd.softplus,
    autograd.relu, abs, autograd.gelu, autograd.silu, autograd.step, autograd.sign, autograd.logsigmoid,
    lambda x: autograd.exp(-x * x), lambda x: autograd.log(x * x + 0.1), lambda x: autograd.sqrt(x * x + 0.1),
    lambda x: autograd.tanh(x) ** 3, lambda x: (x * x + 0.5) ** -1.5, lambda x: 2.0 ** autograd.tanh(x),
    lambda x: autograd.leaky_relu(x, 0.1), lambda x: autograd.elu(autograd.sin(x), 1.5),
]  # fmt: skip


def graph(seed, length=30):
    """Return a function of parameters and inputs.

    It records a random graph of any primitives and returns its last node.
    """

    def record(parameters, inputs):
        draw = random.Random(seed)
        leaves = [*parameters, *inputs]
        numbers = list(leaves)
        for _ in range(length):
            numbers.append(_step(draw, numbers, leaves))
        tail = [x for x in numbers[-5:] if isinstance(x, Value)]
        return autograd.total([*tail, inputs[0] * parameters[0]])

    return record


def _step(draw, numbers, leaves):
    def one(constants=0.15):
        if draw.random() < constants:
            return draw.choice([0.0, 1.0, -1.0, 2.0, draw.uniform(-2.0, 2.0)])
        return draw.choice(numbers[-8:] if draw.random() < 0.7 else numbers)

    def some(constants=0.15):
        return [one(constants) for _ in range(draw.randrange(1, 5))]

    kind = draw.randrange(10)
    if kind < 4:
        return draw.choice(list(ARITHMETIC.values()))(one(), one())
    if kind < 6:
        return draw.choice(SQUASHING)(one(0.0))
    if kind == 6:
        w = some()
        return autograd.dot(w, [one() for _ in w], draw.choice([None, one()]))
    if kind == 7:
        w = some()
        start = draw.choice([0, one()])
        return sum([a * one() for a in w], start)
    if kind == 8:
        terms = some()
        return autograd.total(terms) if draw.random() < 0.6 else autograd.logsumexp([autograd.tanh(x) for x in terms])
    if draw.random() < 0.5:
        return draw.choice(users_primitives())(one(0.0))
    # The engine enters only the branch that it takes. The branches are leaves, so that this does not change its order.
    condition = one() if draw.random() < 0.5 else draw.choice([0.0, 1.0, -0.0])
    frozen = not isinstance(condition, Value)
    return autograd.where(condition, one() if frozen else draw.choice(leaves), one() if frozen else draw.choice(leaves))


# --- Graphs of loops over integers, for which every order of summation gives the same sum


def loops(seed, stages=4):
    """Return a function of parameters and inputs that records loops, some nested, over arrays read with strides.

    If the leaves are integers, all numbers are, so that sums are exact in any order.
    """

    def record(parameters, inputs):
        draw = random.Random(seed)
        arrays = [list(parameters), list(inputs)]
        results = []
        for _ in range(draw.randrange(1, stages + 1)):
            results.append(_stage(draw, arrays))
        return autograd.total([*results, inputs[0] * parameters[0]])

    return record


def _stage(draw, arrays):
    iterations, inner = draw.randrange(2, 7), draw.choice([1, 1, 2, 3, 5])
    growing = draw.random() < 0.2
    body = [_Operation(draw, arrays, k) for k in range(draw.randrange(1, 4))]
    new = [[] for _ in body]
    sums = [draw.choice([0, 0.0, 3.0, arrays[0][-1]]) for _ in body]
    begin = draw.random() < 0.5
    for j in range(iterations):
        if begin:
            sums = [draw_from[j % len(draw_from)] for draw_from in [arrays[0]] * len(body)]
        for i in range(min(inner, j + 1) if growing else inner):
            now: list = []
            for k, operation in enumerate(body):
                y, sums[k] = operation(i, j, arrays, now, new, sums[k])
                now.append(y)
            for k, y in enumerate(now):
                new[k].append(y)
        if begin:
            new[0].append(sums[0])
    arrays.extend([each for each in new if any(isinstance(x, Value) for x in each)])
    kept = [x for x in [*[each[-1] for each in new], *sums] if isinstance(x, Value)]
    return autograd.total(kept) if kept else arrays[0][0]


class _Operation:
    """One operation of a loop's body, and the sources of its operands in each iteration."""

    def __init__(self, draw, arrays, k):
        self.kind = draw.choice(["add", "sub", "mul", "relu", "abs", "neg", "dot", "total", "+=", "+=", "+= mul",
                                 "+= mul", "where", "frozen", "leaky"])  # fmt: skip
        self.sources = [self._source(draw, arrays, k) for _ in range(4)]
        self.choice = draw.choice([0.0, 1.0, 2.0])

    def _source(self, draw, arrays, k):
        where = draw.choice(["array"] * 6 + ["now"] * (2 * (k > 0)) + ["before", "constant", "sum"])
        return where, draw.randrange(len(arrays)), draw.randrange(3), draw.randrange(-1, 3), draw.randrange(3)

    def _operand(self, source, i, j, arrays, now, new, sum_):
        where, which, start, inner, outer = source
        if where == "now" and now:
            return now[which % len(now)]
        if where == "before" and new[0]:
            # Limited to 0 to 3, because it would grow without bound otherwise.
            return autograd.relu(3.0 - autograd.relu(3.0 - new[which % len(new)][-1]))
        if where == "constant":
            return float(start - 1)
        if where == "sum" and isinstance(sum_, Value):
            return sum_
        array = arrays[which]
        return array[(start + inner * i + outer * j) % len(array)]

    def __call__(self, i, j, arrays, now, new, sum_):
        a, b, c, d = [self._operand(source, i, j, arrays, now, new, sum_) for source in self.sources]
        kind = self.kind
        if kind == "+=":
            return a, sum_ + a
        if kind == "+= mul":
            y = a * b
            return (y if self.choice else a), sum_ + y
        y = {
            "add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b, "relu": lambda: autograd.relu(a),
            "abs": lambda: abs(a), "neg": lambda: -a, "dot": lambda: autograd.dot([a, b], [c, d], self._bias(d)),
            "total": lambda: autograd.total([a, b, a]), "where": lambda: autograd.where(a, b, c),
            "frozen": lambda: autograd.where(self.choice, b, c), "leaky": lambda: autograd.leaky_relu(a, 2.0),
        }[kind]()  # fmt: skip
        return y, sum_

    def _bias(self, x):
        return None if self.choice == 0.0 else x


# --- The results of the engine


def leaves(numbers):
    return [Value(x) for x in numbers]


def of_the_engine(record, parameters, batch):
    """Return the values, the derivatives with respect to inputs, and the sums of those with respect to parameters."""
    values, of_inputs, of_parameters = [], [], [0.0] * len(parameters)
    for row in batch:
        p, x = leaves(parameters), leaves(row)
        y = record(p, x)
        y.backward()
        values.append(y.data)
        of_inputs.append([each.grad for each in x])
        of_parameters = [a + each.grad for a, each in zip(of_parameters, p, strict=True)]
    return np.array(values), np.array(of_inputs), np.array(of_parameters)


def compiled(record, parameters, row, **options):
    p, x = leaves(parameters), leaves(row)
    return autograd.compile(record(p, x), inputs=x, parameters=p, **options)


def bits(array):
    """Return the bits of an array's numbers, with the same bits for all NaNs."""
    array = np.asarray(array, dtype=np.float64)
    return np.where(np.isnan(array), np.float64("nan"), array).view(np.int64)
