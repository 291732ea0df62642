"""Right formulas of backpropagation in random forms, and their true values.

Formulas are trees: ("num", text), ("sym", base, indices), ("neg", e), ("mul", factors), ("add", terms), ("sq", e),
("call", function, e), ("sum", letter, set, e). An index is a number or the letter of a sum. This file evaluates them.
The truth is the complex-step derivative of the forward pass in this file.
"""

import cmath
import itertools
import math
import random

import nn
from autograd import Value, derive

__all__ = [
    "NETWORKS",
    "ONE",
    "Network",
    "Writer",
    "add",
    "close",
    "kids",
    "mul",
    "neg",
    "num",
    "put",
    "rebuilt",
    "sym",
    "text",
    "walk",
]

NETWORKS = {
    "2-3-2 sigmoid": ([2, 3, 2], ["sigmoid", "sigmoid"], "half_sse", True, 1),
    "2-3-2 tanh": ([2, 3, 2], ["tanh", "tanh"], "sse", True, 1),
    "3-4-2 sigmoid, no biases": ([3, 4, 2], ["sigmoid", "sigmoid"], "sse", False, 1),
    "2-3-2 sigmoid, 3 samples": ([2, 3, 2], ["sigmoid", "sigmoid"], "half_sse", True, 3),
    "3-2 sigmoid": ([3, 2], ["sigmoid"], "sse", True, 1),
    "2-3-2 relu": ([2, 3, 2], ["relu", "linear"], "half_sse", True, 1),
    "2-3-3-2 sigmoid": ([2, 3, 3, 2], ["sigmoid", "sigmoid", "sigmoid"], "half_sse", True, 1),
}


def sym(base, *indices):
    return "sym", base, indices


def mul(*factors):
    """Return a flat product, so that each factor has a path."""
    flat = []
    for x in factors:
        flat += x[1] if x[0] == "mul" else [x]
    return flat[0] if len(flat) == 1 else ("mul", tuple(flat))


def add(*terms):
    return terms[0] if len(terms) == 1 else ("add", terms)


def neg(x):
    return x[1] if x[0] == "neg" else ("neg", x)


def num(shown):
    return "num", shown


ONE = num("1")


def kids(e):
    return e[1] if e[0] in ("mul", "add") else () if e[0] in ("num", "sym") else (e[-1],)


def rebuilt(e, new):
    return (e[0], tuple(new)) if e[0] in ("mul", "add") else e if not new else (*e[:-1], new[0])


def walk(e, path=(), scope=()):
    """Yield every part with its path, and with the sums that contain it, as pairs of letter and set."""
    yield path, e, scope
    inner = (*scope, (e[1], e[2])) if e[0] == "sum" else scope
    for k, x in enumerate(kids(e)):
        yield from walk(x, (*path, k), inner)


def put(e, letter, k):
    """Return ``e`` with a number in place of a letter."""
    if e[0] == "sym":
        return sym(e[1], *[k if i == letter else i for i in e[2]])
    return rebuilt(e, [put(x, letter, k) for x in kids(e)])


def text(e, inside=0):
    """Return a formula as typed text.

    Args:
        e: the formula.
        inside: the surrounding part: 0 for none, 1 for a sum of terms, 2 for a product, 3 for a product after its first
            factor, 4 for a power.
    """
    kind = e[0]
    if kind == "num":
        return f"({e[1]})" if "/" in e[1] and inside > 2 else e[1]
    if kind == "sym":
        return f"{e[1]}[{','.join([str(i) for i in e[2]])}]"
    if kind == "call":
        return f"{e[1]}({text(e[2])})"
    if kind == "sum":
        return f"sum({text(e[3])} for {e[1]} in {e[2]})"
    if kind == "sq":
        return f"{text(e[1], 4)}**2"
    if kind == "neg":
        return f"(-{text(e[1], 2)})" if inside > 1 else f"-{text(e[1], 2)}"
    if kind == "mul":
        shown = "*".join([text(x, 3 if k else 2) for k, x in enumerate(e[1])])
        return f"({shown})" if inside > 3 else shown
    shown = text(e[1][0], 1)
    for x in e[1][1:]:
        shown += f"-{text(x[1], 2)}" if x[0] == "neg" else f"+{text(x, 1)}"
    return f"({shown})" if inside > 1 else shown


def sigma(z):
    return 1 / (1 + cmath.exp(-z)) if isinstance(z, complex) else 1 / (1 + math.exp(-z))


CALLS = {
    "sigma": sigma,
    "dsigma": lambda s: sigma(s) * sigma(-s),
    "tanh": math.tanh,
    "dtanh": lambda s: 1 - math.tanh(s) ** 2,
    "step": lambda s: 1.0 if s > 0 else 0.0,
}


def evaluate(e, values, sets, bound):
    """Return the value of a formula, with the numbers in ``bound`` in place of letters."""
    kind = e[0]
    if kind == "sym":
        return values[e[1]][tuple([bound.get(i, i) for i in e[2]])]
    if kind == "num":
        above, _, below = e[1].replace("N", str(len(sets["S"]))).partition("/")
        return float(above) / float(below or 1)
    if kind == "sum":
        return math.fsum([evaluate(e[3], values, sets, {**bound, e[1]: k}) for k in sets[e[2]]])
    inner = [evaluate(x, values, sets, bound) for x in kids(e)]
    if kind == "mul":
        return math.prod(inner)
    if kind == "add":
        return math.fsum(inner)
    return -inner[0] if kind == "neg" else inner[0] ** 2 if kind == "sq" else CALLS[e[1]](inner[0])


def close(xs, ys):
    return all(abs(x - y) <= 1e-9 * max(abs(x), abs(y), 1e-6) for x, y in zip(xs, ys, strict=True))


class Network:
    """A network, and all its quantities at some points.

    Attributes:
        points: for each point, a dict from base to a dict from indices to number.
        truths: the same for the derivatives of the loss. A delta is the derivative with respect to the pre-activation.
        derivation: the derivation that grades formulas.
    """

    def __init__(self, name):
        self.name = name
        self.sizes, self.activations, self.loss, self.bias, self.samples = NETWORKS[name]
        self.last = len(self.sizes) - 1
        self.deep = self.last > 2
        middle = [f"H{k}" for k in range(1, self.last)] if self.deep else ["H"] * (self.last - 1)
        self.set_of = ["I", *middle, "O"]
        self.letters = ["i", *(["h", "k"] if self.deep else ["h"])[: self.last - 1], "o"]
        self.sets = {c: range(1, n + 1) for c, n in zip(self.set_of, self.sizes, strict=True)}
        self.sets["S"] = range(1, self.samples + 1)
        self.points, self.truths = [], []
        for point in self._drawn(random.Random(name)):
            values, truth = self._numbers(point)
            self.points.append(values)
            self.truths.append(truth)
        self._derivation = None

    def base(self, role, layer):
        if role == "a":
            return "x" if layer == 0 else "y" if layer == self.last else f"a{layer}" if self.deep else "a"
        if self.deep:
            return f"{role}{layer}"
        ends = self.letters[layer]
        return f"{role}_{self.letters[layer - 1]}{ends}" if role == "w" else f"{role}_{ends}"

    def key(self, k, n):
        return (k, n) if self.samples > 1 else (k,)

    def q(self, role, layer, k, n):
        """Return the symbol of a quantity of neuron ``k`` in sample ``n``."""
        return sym("t" if role == "t" else self.base(role, layer), *self.key(k, n))

    def w(self, layer, j, k):
        return sym(self.base("w", layer), j, k)

    def _drawn(self, r):
        """Yield two points; for a relu network, one for each set of active hidden neurons, so that step() matters."""
        patterns = [None, None]
        if "relu" in self.activations:
            patterns = list(itertools.product([False, True], repeat=self.sizes[1]))
        for pattern in patterns:
            while True:
                point = self._draw(r)
                values, _ = self._forward(point)
                on = tuple([s.real > 0 for s in values[self.base("s", 1)].values()])
                if pattern is None or on == pattern:
                    yield point
                    break

    def _draw(self, r):
        point = {"x": {}, "t": {}}
        for n in self.sets["S"]:
            point["x"].update({self.key(i, n): r.uniform(-1.5, 1.5) for i in self.sets["I"]})
            point["t"].update({self.key(o, n): r.uniform(0.1, 0.9) for o in self.sets["O"]})
        for layer in range(1, self.last + 1):
            ins, outs = range(1, self.sizes[layer - 1] + 1), range(1, self.sizes[layer] + 1)
            point[self.base("w", layer)] = {(j, k): r.uniform(-1.5, 1.5) for j in ins for k in outs}
            if self.bias:
                point[self.base("b", layer)] = {(k,): r.uniform(-1, 1) for k in outs}
        return point

    def _forward(self, point, base=None, key=None, step=0j):
        """Return all quantities and the loss, with ``step`` added to one quantity."""
        values = {name: dict(numbers) for name, numbers in point.items()}
        if base in values:
            values[base][key] += step
        loss = 0j
        for n in self.sets["S"]:
            for layer in range(1, self.last + 1):
                below, s_name, a_name = self.base("a", layer - 1), self.base("s", layer), self.base("a", layer)
                weights = values[self.base("w", layer)]
                for k in range(1, self.sizes[layer] + 1):
                    s = values[self.base("b", layer)][k,] if self.bias else 0j
                    for j in range(1, self.sizes[layer - 1] + 1):
                        s += weights[j, k] * values[below][self.key(j, n)]
                    where = self.key(k, n)
                    s += step if (s_name, where) == (base, key) else 0j
                    values.setdefault(s_name, {})[where] = s
                    name = self.activations[layer - 1]
                    a = sigma(complex(s)) if name == "sigmoid" else cmath.tanh(s) if name == "tanh" else s
                    values.setdefault(a_name, {})[where] = a * (s.real > 0) if name == "relu" else a
            for o in self.sets["O"]:
                loss += (values["t"][self.key(o, n)] - values["y"][self.key(o, n)]) ** 2
        return values, loss / self.samples / (2 if self.loss == "half_sse" else 1)

    def _numbers(self, point):
        values, _ = self._forward(point)
        values = {base: {key: z.real for key, z in numbers.items()} for base, numbers in values.items()}
        truth, h = {}, 1e-30
        for base in list(values):
            if base[0] in "wbs":
                slopes = {key: self._forward(point, base, key, h * 1j)[1].imag / h for key in values[base]}
                truth["d" + base[1:] if base[0] == "s" else base] = slopes
        return values | {base: slopes for base, slopes in truth.items() if base[0] == "d"}, truth

    @property
    def derivation(self):
        """The result of ``derive`` for this network, built with ``nn.MLP``."""
        if self._derivation is None:
            r = random.Random(self.name)
            model = nn.MLP(self.sizes[0], self.sizes[1:], activation=self.activations, bias=self.bias, seed=1)
            for p in model.parameters():
                p.data = r.uniform(-1, 1)
            losses = []
            for n in self.sets["S"]:
                mark = f",{n}" if self.samples > 1 else ""
                x = [Value(r.uniform(-1, 1), f"x[{i}{mark}]") for i in self.sets["I"]]
                t = [Value(r.uniform(0.1, 0.9), f"t[{o}{mark}]") for o in self.sets["O"]]
                losses.append(getattr(nn, self.loss)(model(x), t))
            self._derivation = derive(sum(losses[1:], losses[0]) / self.samples if self.samples > 1 else losses[0])
        return self._derivation

    def numbers(self, e, bound=None):
        """Return the values of a formula, one for each point."""
        return [evaluate(e, values, self.sets, bound or {}) for values in self.points]

    def truth(self, target):
        return [truth[target[1]][target[2]] for truth in self.truths]

    def settings(self, scope):
        """Yield all combinations of numbers for the letters of a scope."""
        letters = [letter for letter, _ in scope]
        for ks in itertools.product(*[self.sets[c] for _, c in scope]):
            yield dict(zip(letters, ks, strict=True))

    def fits(self, x, scope):
        """Return True if a symbol exists for all numbers of its letters."""
        known = self.points[0].get(x[1], {})
        return all(tuple([b.get(i, i) for i in x[2]]) in known for b in self.settings(scope))

    def layer_of(self, role, base):
        return next((k for k in range(self.last + 1) if (k or role == "a") and self.base(role, k) == base), None)


# --- Right formulas, in many forms.


class Writer:
    """A writer of right formulas for a network, in random forms."""

    def __init__(self, network, r):
        self.net, self.r = network, r

    def product(self, factors):
        """Return the product of the factors in some order, constants first."""
        constants = [x for x in factors if x[0] == "num"]
        others = [x for x in factors if x[0] != "num"]
        if self.r.random() < 0.6:
            self.r.shuffle(others)
        return mul(*constants, *others)

    def slope(self, layer, k, n):
        """Return the factors of the derivative of an activation."""
        name, r = self.net.activations[layer - 1], self.r.random()
        a, s = self.net.q("a", layer, k, n), self.net.q("s", layer, k, n)
        if name == "sigmoid":
            if r < 0.5:
                return [a, add(ONE, neg(a))]
            if r < 0.8:
                return [("call", "dsigma", s)]
            sigma_s = ("call", "sigma", s)
            return [add(a, neg(("sq", a)))] if r < 0.9 else [sigma_s, add(ONE, neg(sigma_s))]
        if name == "tanh":
            if r < 0.5:
                return [add(ONE, neg(("sq", a)))]
            return [("call", "dtanh", s)] if r < 0.85 else [add(ONE, neg(a)), add(ONE, a)]
        return [("call", "step", s)] if name == "relu" else []

    def output_delta(self, k, n, mean):
        """Return the delta of an output, written out. With ``mean``, it includes the 1/N of the samples."""
        t, y = self.net.q("t", 0, k, n), self.net.q("a", self.net.last, k, n)
        constants = [num("2")] if self.net.loss == "sse" else []
        constants += [num("1/N")] if mean and self.net.samples > 1 else []
        slope = self.slope(self.net.last, k, n)
        if self.r.random() < 0.6:
            return neg(self.product([*constants, add(t, neg(y)), *slope]))
        return self.product([*constants, add(y, neg(t)), *slope])

    def terms(self, layer, k, n, mean):
        """Return the letter of the next layer's neurons, and the term that one of them contributes to neuron ``k``."""
        after, letter = layer + 1, self.net.letters[layer + 1]
        if mean is None or self.r.random() < 0.5:
            delta = self.net.q("d", after, letter, n)
        elif after == self.net.last:
            delta = self.output_delta(letter, n, mean)
        else:
            delta = self.hidden_delta(after, letter, n, mean)
        return letter, mul(delta, self.net.w(after, k, letter)) if delta[0] != "neg" else neg(
            mul(delta[1], self.net.w(after, k, letter))
        )

    def summed(self, letter, layer, term):
        """Return a sum over the neurons of a layer, or its terms written out."""
        if self.r.random() < 0.55:
            return "sum", letter, self.net.set_of[layer], term
        return add(*[put(term, letter, k) for k in range(1, self.net.sizes[layer] + 1)])

    def hidden_delta(self, layer, k, n, mean, also=()):
        """Return the delta of a hidden neuron, times ``also``, factored or expanded."""
        letter, term = self.terms(layer, k, n, mean)
        others = [*self.slope(layer, k, n), *also]
        if self.r.random() < 0.2:
            inner = neg(mul(term[1], *others)) if term[0] == "neg" else mul(term, *others)
            return self.summed(letter, layer + 1, inner)
        return self.product([*others, self.summed(letter, layer + 1, term)])

    def right(self):
        """Return a target and a right formula for it."""
        net, r = self.net, self.r
        layer = r.randint(1, net.last)
        k, j = r.randint(1, net.sizes[layer]), r.randint(1, net.sizes[layer - 1])
        kind = r.choice(["w", "w", "b", "d"] if net.bias else ["w", "w", "d"])
        many = net.samples > 1
        n = r.randint(1, net.samples) if kind == "d" else "n"
        also = [net.q("a", layer - 1, j, n)] if kind == "w" else []
        short = kind != "d" and r.random() < 0.35
        outside = many and kind != "d" and not short and r.random() < 0.5
        mean = not outside
        if short:
            e = self.product([net.q("d", layer, k, n), *also])
        elif layer == net.last:
            delta = self.output_delta(k, n, mean)
            e = neg(mul(delta[1], *also)) if delta[0] == "neg" else mul(delta, *also)
        else:
            # with 1/N outside, a symbol d inside would contain it a second time
            e = self._without_symbols(layer, k, n, also) if outside else self.hidden_delta(layer, k, n, mean, also)
        if many and kind != "d":
            if short and r.random() < 0.3:
                e = add(*[put(e, "n", m) for m in net.sets["S"]])
            elif e[0] == "neg" and r.random() < 0.5:
                e = neg(mul(num("1/N"), ("sum", "n", "S", e[1])) if outside else ("sum", "n", "S", e[1]))
            else:
                e = mul(num("1/N"), ("sum", "n", "S", e)) if outside else ("sum", "n", "S", e)
        if kind == "w":
            return net.w(layer, j, k), e
        return (sym(net.base("b", layer), k) if kind == "b" else net.q("d", layer, k, n)), e

    def _without_symbols(self, layer, k, n, also):
        while True:
            e = self.hidden_delta(layer, k, n, False, also)
            if not any(x[0] == "sym" and x[1].startswith("d") for _, x, _ in walk(e)):
                return e
