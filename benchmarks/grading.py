"""How many random mistakes in hand derivations are flagged, and how many are named.

    python -m benchmarks.grading --seed 7 --single 600 --double 400

Right formulas are written in several forms for random weights and neurons of several networks. One or two of the
usual slips are made in them at random. A case counts only if its numbers differ from reverse mode's at two points.
All of them must be flagged wrong. A slip counts as *named* if a reported mistake has its kind, or one of the kinds
that mean the same change (``SAME``), and mentions the quantity that was written or the one that belongs there. Of two
slips both must be named.

Nothing here looks at how the grader works: formulas are trees of this file, evaluated by this file.
"""

import argparse
import math
import random
import statistics
import time
from collections import Counter

from autograd import derive
from autograd.derivation.sheets import build
from autograd.graph import adjoints

NETWORKS = {
    "2-3-2 sigmoid": {"sizes": [2, 3, 2], "activations": ["sigmoid"] * 2, "loss": "half_sse"},
    "2-3-2 tanh": {"sizes": [2, 3, 2], "activations": ["tanh"] * 2, "loss": "sse"},
    "3-4-2 sigmoid": {"sizes": [3, 4, 2], "activations": ["sigmoid"] * 2, "loss": "sse", "bias": False},
    "2-3-2 sigmoid, 3 samples": {"sizes": [2, 3, 2], "activations": ["sigmoid"] * 2, "loss": "half_sse", "samples": 3},
    "3-2 sigmoid": {"sizes": [3, 2], "activations": ["sigmoid"], "loss": "sse"},
    "2-3-2 relu": {"sizes": [2, 3, 2], "activations": ["relu", "linear"], "loss": "half_sse"},
    "2-3-3-2 sigmoid": {"sizes": [2, 3, 3, 2], "activations": ["sigmoid"] * 3, "loss": "half_sse"},
}

# Kinds that say the same of one change.
SAME = {
    "sign": {"sign"},
    "constant factor": {"constant factor", "wrong constant"},
    "missing factor": {"missing factor"},
    # a factor squared is an extra factor
    "extra factor": {"extra factor", "wrong power"},
    # the terms of a sum, one missing; with samples the same is a missing sample
    "missing path": {"missing path", "missing term", "missing sample"},
    "missing sample": {"missing sample", "missing term"},
    # an index of a delta or of a derivative names that; two indices of a weight may be exchanged by changing one
    "wrong index": {"wrong index", "wrong delta", "wrong derivative", "transposed weight", "swapped indices"},
    "transposed weight": {"transposed weight", "swapped indices", "wrong index"},
    "wrong delta": {"wrong delta"},
    "wrong derivative": {"wrong derivative", "wrong index"},
    "derivative at the activation": {"derivative at the activation"},
    "product of means": {"product of means"},
    "tanh's derivative": {"tanh's derivative"},
    "sigmoid's derivative": {"sigmoid's derivative"},
    "wrong quantity": {"wrong quantity"},
}


# --- Formulas: tuples (kind, ...). A symbol is ("sym", base, indices), an index a number or a letter.


def sym(base, *indices):
    return ("sym", base, tuple(indices))


def mul(*factors):
    return ("mul", tuple(factors))


def add(*terms):
    return ("add", tuple(terms))


def neg(x):
    return ("neg", x)


def text(e, inside=0):
    kind = e[0]
    if kind == "num":
        return e[1]
    if kind == "sym":
        return f"{e[1]}[{','.join([str(i) for i in e[2]])}]"
    if kind == "neg":
        return f"(-{text(e[1], 2)})" if inside else f"-{text(e[1], 2)}"
    if kind == "mul":
        shown = "*".join([text(x, 2) for x in e[1]])
        return f"({shown})" if inside > 2 else shown
    if kind == "add":
        shown = text(e[1][0], 1)
        for x in e[1][1:]:
            shown += f"-{text(x[1], 2)}" if x[0] == "neg" else f"+{text(x, 1)}"
        return f"({shown})" if inside > 1 else shown
    if kind == "pow":
        return f"{text(e[1], 3)}**{e[2]}"
    if kind == "call":
        return f"{e[1]}({text(e[2])})"
    return f"sum({text(e[3])} for {e[1]} in {e[2]})"


def evaluate(e, values, sets, env=()):
    kind = e[0]
    if kind == "num":
        return float(eval(e[1], {}, {"N": len(sets["S"])}))
    if kind == "sym":
        bound = dict(env)
        return values[e[1]][tuple([bound.get(i, i) for i in e[2]])]
    if kind == "neg":
        return -evaluate(e[1], values, sets, env)
    if kind == "mul":
        return math.prod([evaluate(x, values, sets, env) for x in e[1]])
    if kind == "add":
        return math.fsum([evaluate(x, values, sets, env) for x in e[1]])
    if kind == "pow":
        return evaluate(e[1], values, sets, env) ** e[2]
    if kind == "sum":
        return math.fsum([evaluate(e[3], values, sets, (*env, (e[1], k))) for k in sets[e[2]]])
    x = evaluate(e[2], values, sets, env)
    s = 1 / (1 + math.exp(-x)) if abs(x) < 700 else 0.0
    return {
        "sigma": s,
        "dsigma": s * (1 - s),
        "tanh": math.tanh(x),
        "dtanh": 1 - math.tanh(x) ** 2,
        "step": float(x > 0),
    }[e[1]]


def places(e, path=()):
    """Every part of a formula, with the way to it."""
    yield path, e
    if e[0] in ("mul", "add"):
        for k, x in enumerate(e[1]):
            yield from places(x, (*path, (1, k)))
    elif e[0] in ("neg", "pow"):
        yield from places(e[1], (*path, 1))
    elif e[0] == "call":
        yield from places(e[2], (*path, 2))
    elif e[0] == "sum":
        yield from places(e[3], (*path, 3))


def changed(e, path, new):
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, tuple):
        inner = list(e[step[0]])
        inner[step[1]] = changed(inner[step[1]], rest, new)
        return (*e[: step[0]], tuple(inner), *e[step[0] + 1 :])
    return (*e[:step], changed(e[step], rest, new), *e[step + 1 :])


# --- Networks, and right formulas for them.


class Network:
    """A network at two points, with the numbers of all its quantities."""

    def __init__(self, name):
        self.name, options = name, NETWORKS[name]
        self.sizes, self.activations = options["sizes"], options["activations"]
        self.samples, self.bias = options.get("samples", 1), options.get("bias", True)
        self.loss = options["loss"]
        self.derivation = derive(build(**options))
        self.points = [self._numbers(build(**options, seed=seed)) for seed in (1, 2)]
        last = len(self.sizes) - 1
        letters = {1: ["I", "O"], 2: ["I", "H", "O"]}.get(last) or ["I", *[f"H{k}" for k in range(1, last)], "O"]
        self.sets = {c: range(1, n + 1) for c, n in zip(letters, self.sizes, strict=True)} | {
            "S": range(1, self.samples + 1)
        }
        self.set_of = dict(enumerate(letters))

    def _numbers(self, loss):
        """From name to index to number; deltas and gradients by the engine's reverse sweep."""
        derivation = derive(loss)
        network, printer = derivation.network, derivation._printer
        g = adjoints(loss)
        values: dict = {}
        gradients: dict = {}

        def put(where, symbol, number):
            base, _, rest = printer.symbol_text(symbol).partition("[")
            where.setdefault(base, {})[tuple([int(k) for k in rest[:-1].split(",")])] = number

        for node, symbol in network.symbol_of.items():
            put(values, symbol, node.data)
            if symbol.role in ("w", "b"):
                put(gradients, symbol, g[node])
        for n in network.neurons:
            delta = network.delta_of(n)
            put(values, delta, g[n.s])
            put(gradients, delta, g[n.s])
            put(values, type(delta)("s", (n.layer,), (n.index,), n.sample), n.s.data)
            put(values, type(delta)("a", (n.layer,), (n.index,), n.sample), n.a.data)
        return values, gradients

    # Names.

    @property
    def last(self):
        return len(self.sizes) - 1

    def name_of(self, role, layer):
        last, deep = self.last, self.last > 2
        if role == "a":
            return "x" if layer == 0 else "y" if layer == last else f"a{layer}" if deep else "a"
        letter = {0: "i", last: "o"}.get(layer, "h")
        if role == "w":
            return f"w{layer}" if deep else f"w_{ {0: 'i'}.get(layer - 1, 'h') }{letter}"
        return f"{role}{layer}" if deep else f"{role}_{letter}"

    def q(self, role, layer, k, n=None):
        return sym(self.name_of(role, layer), k, *([n] if self.samples > 1 else []))

    def w(self, layer, j, k):
        return sym(self.name_of("w", layer), j, k)

    def slope(self, layer, k, n, r):
        """The derivative of an activation, in one of its forms; None for a linear one."""
        name = self.activations[layer - 1]
        a, s = self.q("a", layer, k, n), self.q("s", layer, k, n)
        if name == "sigmoid":
            return r.choice([mul(a, add(("num", "1"), neg(a))), ("call", "dsigma", s)])
        if name == "tanh":
            return r.choice([add(("num", "1"), neg(("pow", a, 2))), ("call", "dtanh", s)])
        return ("call", "step", s) if name == "relu" else None

    def output_delta(self, k, n, r):
        """The delta of an output neuron, written out."""
        y, t = self.q("a", self.last, k, n), self.q("t", self.last, k, n)
        t = sym("t", *t[2])
        slope = self.slope(self.last, k, n, r)
        factors = [("num", "2")] if self.loss == "sse" else []
        factors += [("num", "1/N")] if self.samples > 1 else []
        factors += [add(t, neg(y))]
        factors += [slope] if slope is not None else []
        return (
            neg(mul(*factors))
            if r.random() < 0.7
            else mul(*[add(y, neg(t)) if f == add(t, neg(y)) else f for f in factors])
        )

    def hidden_delta(self, layer, k, n, r):
        """The delta of a hidden neuron: its slope, and what comes back from the layer after."""
        after = layer + 1
        form = r.choice(["sum", "explicit", "written"] if after == self.last else ["sum", "explicit"])
        letter = "o" if after == self.last else "k"

        def term(o):
            delta = self.output_delta(o, n, r) if form == "written" else self.q("d", after, o, n)
            return mul(delta, self.w(after, k, o))

        if form == "explicit":
            back = add(*[term(o) for o in range(1, self.sizes[after] + 1)])
        else:
            back = ("sum", letter, self.set_of[after], term(letter))
        factors = [self.slope(layer, k, n, r), back]
        r.shuffle(factors)
        return mul(*factors)

    def right(self, r):
        """A target and a right formula for it."""
        layer = r.randrange(1, self.last + 1)
        k, j = r.randrange(1, self.sizes[layer] + 1), r.randrange(1, self.sizes[layer - 1] + 1)
        n = "n" if self.samples > 1 else None
        delta = self.q("d", layer, k, n)
        if r.random() < 0.6:
            delta = self.output_delta(k, n, r) if layer == self.last else self.hidden_delta(layer, k, n, r)
        kind = r.choice(["weight", "weight", "bias", "delta"] if self.bias else ["weight", "weight", "delta"])
        if kind == "delta":
            if delta[0] == "sym":
                delta = self.output_delta(k, n, r) if layer == self.last else self.hidden_delta(layer, k, n, r)
            if n is not None:
                sample = r.randrange(1, self.samples + 1)
                delta = rebound(delta, "n", sample)
                return text(self.q("d", layer, k, sample)), delta
            return text(self.q("d", layer, k)), delta
        body = mul(delta, self.q("a", layer - 1, j, n)) if kind == "weight" else delta
        if body[0] == "mul":
            factors = list(body[1])
            r.shuffle(factors)
            body = mul(*factors)
        body = ("sum", "n", "S", body) if n is not None else body
        return text(self.w(layer, j, k) if kind == "weight" else sym(self.name_of("b", layer), k)), body


def rebound(e, letter, number):
    if e[0] == "sym":
        return ("sym", e[1], tuple([number if i == letter else i for i in e[2]]))
    if e[0] in ("mul", "add"):
        return (e[0], tuple([rebound(x, letter, number) for x in e[1]]))
    if e[0] == "neg":
        return ("neg", rebound(e[1], letter, number))
    if e[0] == "pow":
        return ("pow", rebound(e[1], letter, number), e[2])
    if e[0] == "call":
        return ("call", e[1], rebound(e[2], letter, number))
    return ("sum", e[1], e[2], rebound(e[3], letter, number)) if e[0] == "sum" else e


# --- Slips. Each yields (kind, names to mention, path, new part).


def slips(network, e, r):
    """One random slip of a random kind, or None where that kind does not apply."""
    kind = r.choice(list(MAKERS))
    found = list(MAKERS[kind](network, e, r))
    if not found:
        return None
    names, path, new = r.choice(found)
    return kind, names, path, changed(e, path, new)


def _sign(network, e, r):
    yield (), (), neg(e) if e[0] != "neg" else e[1]
    for path, x in places(e):
        if x[0] == "add":
            for k, term in enumerate(x[1]):
                new = term[1] if term[0] == "neg" else neg(term)
                if k or term[0] != "neg":
                    yield (), path, ("add", (*x[1][:k], new, *x[1][k + 1 :]))


def _constant(network, e, r):
    for c in ["2", "1/2"] + (["N", "1/N"] if network.samples > 1 else []):
        yield (), (), mul(("num", c), e) if e[0] != "mul" else ("mul", (("num", c), *e[1]))


def _missing(network, e, r):
    for path, x in places(e):
        if x[0] == "mul" and len(x[1]) > 1:
            for k, factor in enumerate(x[1]):
                if factor[0] != "num":
                    rest = (*x[1][:k], *x[1][k + 1 :])
                    names = (text(factor), *_other_names(network, factor))
                    yield names, path, rest[0] if len(rest) == 1 else ("mul", rest)


def _other_names(network, factor):
    """The names of quantities that a factor is the same as, at both points: a delta written out is that delta."""
    letters = {i for _, x in places(factor) if x[0] == "sym" for i in x[2] if isinstance(i, str)}
    bound = {x[1] for _, x in places(factor) if x[0] == "sum"}
    free = sorted(letters - bound)
    if factor[0] == "add" and all(x[0] == "mul" for x in factor[1]):
        yield "sum("  # the terms written out, or their sum: the same factor
    if factor[0] == "sym" or len(free) > 1:
        return
    sets = {"n": "S", "o": "O", "k": "H2"}
    for base, keys in network.points[0][0].items():
        for key in keys:
            indices = list(key)
            if free:
                indices[-1 if free[0] == "n" else 0] = free[0]
            symbol = ("sym", base, tuple(indices))
            instances = [((free[0], v),) for v in network.sets[sets[free[0]]]] if free else [()]
            try:
                same = all(
                    math.isclose(
                        evaluate(symbol, p[0], network.sets, env),
                        c * evaluate(factor, p[0], network.sets, env),
                        rel_tol=1e-9,
                    )
                    for p in network.points
                    for env in instances
                    for c in (1,)
                )
            except KeyError:
                continue
            if same and base[0] == "d":
                yield text(symbol)
                break


def _extra(network, e, r):
    pool = [x for _, x in places(e) if x[0] == "sym"]
    bound = {x[1] for _, x in places(e) if x[0] == "sum"}
    for path, x in places(e):
        if x[0] == "mul" and not any(step == 2 for step in path):
            inner = set()
            y = e
            for step in path:
                if y[0] == "sum":
                    inner.add(y[1])
                y = y[step[0]][step[1]] if isinstance(step, tuple) else y[step]
            if y[0] == "sum":
                inner.add(y[1])
            for extra in dict.fromkeys(pool):
                letters = {i for i in extra[2] if isinstance(i, str)} & bound
                if letters <= inner:
                    yield (text(extra),), path, ("mul", (*x[1], extra))


def _missing_path(network, e, r):
    for path, x in places(e):
        if x[0] == "sum" and x[2] != "S":
            for k in network.sets[x[2]]:
                yield (), path, rebound(x[3], x[1], k)
        explicit = x[0] == "add" and all(t[0] == "mul" for t in x[1])
        if explicit:
            for k in range(len(x[1])):
                rest = (*x[1][:k], *x[1][k + 1 :])
                yield (), path, rest[0] if len(rest) == 1 else ("add", rest)


def _missing_sample(network, e, r):
    for path, x in places(e):
        if x[0] == "sum" and x[2] == "S":
            for k in network.sets["S"]:
                yield (), path, rebound(x[3], "n", k)
            kept = r.sample(list(network.sets["S"]), 2)
            yield (), path, add(*[rebound(x[3], "n", k) for k in sorted(kept)])


def _index(network, e, r):
    for path, x in places(e):
        if x[0] == "sym" and not x[1].startswith("d"):
            for k, i in enumerate(x[2]):
                if isinstance(i, int):
                    for new in range(1, 5):
                        other = ("sym", x[1], (*x[2][:k], new, *x[2][k + 1 :]))
                        has_letters = any(isinstance(m, str) for m in other[2])
                        known = _fits(network, other) if has_letters else other[2] in network.points[0][0][x[1]]
                        if new != i and known:
                            yield (text(x), text(other)), path, other


def _fits(network, x):
    """Whether a symbol with letters in it is in range whatever they are."""
    known = network.points[0][0][x[1]]
    fixed = [(k, i) for k, i in enumerate(x[2]) if isinstance(i, int)]
    return any(all(key[k] == i for k, i in fixed) for key in known)


def _transposed(network, e, r):
    for path, x in places(e):
        if x[0] == "sym" and x[1].startswith("w") and x[2][0] != x[2][1]:
            other = ("sym", x[1], x[2][::-1])
            if all(isinstance(i, str) for i in x[2]):
                continue
            keys = network.points[0][0][x[1]]
            letter_sets = {y[1]: network.sets[y[2]] for _, y in places(e) if y[0] == "sum"}
            choices = [[i] if isinstance(i, int) else list(letter_sets.get(i, [])) for i in other[2]]
            if all((a, b) in keys for a in choices[0] for b in choices[1]):
                yield (text(x), text(other)), path, other


def _delta(network, e, r):
    for path, x in places(e):
        if x[0] == "sym" and x[1].startswith("d"):
            i = x[2][0]
            for base, keys in network.points[0][0].items():
                if not base.startswith("d"):
                    continue
                ends = max(key[0] for key in keys)
                for new in range(1, ends + 1) if isinstance(i, int) else [i]:
                    if isinstance(i, str) and len(network.sets[_set_of_letter(e, i)]) > ends:
                        continue
                    other = ("sym", base, (new, *x[2][1:]))
                    if other != x:
                        yield (text(x), text(other)), path, other


def _set_of_letter(e, letter):
    return next(x[2] for _, x in places(e) if x[0] == "sum" and x[1] == letter)


def _derivative(network, e, r):
    for path, x in places(e):
        symbol = None
        if x[0] == "mul":
            for f in x[1]:
                if f[0] == "sym" and add(("num", "1"), neg(f)) in x[1]:
                    symbol = f
        elif x[0] == "add" and len(x[1]) == 2 and x[1][1][0] == "neg" and x[1][1][1][0] == "pow":
            symbol = x[1][1][1][1]
        elif x[0] == "call":
            symbol = x[2]
        if symbol is None or not isinstance(symbol[2][0], int):
            continue
        for new in range(1, 5):
            other = ("sym", symbol[1], (new, *symbol[2][1:]))
            if new != symbol[2][0] and _fits(network, other):
                yield (text(symbol), text(other)), path, _replaced(x, symbol, other)


def _replaced(e, old, new):
    if e == old:
        return new
    if e[0] in ("mul", "add"):
        return (e[0], tuple([_replaced(x, old, new) for x in e[1]]))
    if e[0] == "neg":
        return ("neg", _replaced(e[1], old, new))
    if e[0] == "pow":
        return ("pow", _replaced(e[1], old, new), e[2])
    return ("call", e[1], _replaced(e[2], old, new)) if e[0] == "call" else e


def _at_activation(network, e, r):
    for path, x in places(e):
        if x[0] == "call" and x[1] in ("dsigma", "dtanh"):
            layers = [k for k in range(1, network.last + 1) if network.name_of("s", k) == x[2][1]]
            if not layers:
                continue  # it is evaluated elsewhere already
            layer = layers[0]
            a = ("sym", network.name_of("a", layer), x[2][2])
            yield (text(a),), path, ("call", x[1], a)


def _means(network, e, r):
    for path, x in places(e):
        if x[0] == "sum" and x[2] == "S" and x[3][0] == "mul" and len(x[3][1]) > 1:
            k = r.randrange(1, len(x[3][1]))
            first, second = x[3][1][:k], x[3][1][k:]
            if all(f[0] == "num" for f in first) or all(f[0] == "num" for f in second):
                continue
            halves = [("sum", "n", "S", h[0] if len(h) == 1 else ("mul", h)) for h in (first, second)]
            yield (), path, mul(("num", "1/N"), *halves)


def _tanh_for_sigmoid(network, e, r):
    for path, x in places(e):
        if x[0] == "mul":
            for f in x[1]:
                other = add(("num", "1"), neg(f))
                if f[0] == "sym" and other in x[1]:
                    rest = tuple([y for y in x[1] if y not in (f, other)])
                    square = add(("num", "1"), neg(("pow", f, 2)))
                    yield (), path, ("mul", (*rest, square)) if rest else square
        if x[0] == "call" and x[1] == "dsigma":
            yield (), path, ("call", "dtanh", x[2])


def _sigmoid_for_tanh(network, e, r):
    for path, x in places(e):
        if x[0] == "add" and len(x[1]) == 2 and x[1][1][0] == "neg" and x[1][1][1][0] == "pow":
            a = x[1][1][1][1]
            yield (), path, mul(a, add(("num", "1"), neg(a)))
        if x[0] == "call" and x[1] == "dtanh":
            yield (), path, ("call", "dsigma", x[2])


def _quantity(network, e, r):
    for path, x in places(e):
        if x[0] != "sym" or x[1][0] in "dwb" or any(step == 2 for step in path):
            continue
        for base in network.points[0][0]:
            if base[0] in "xasyt" and base != x[1]:
                other = ("sym", base, x[2])
                ends = {
                    i: network.sets[_set_of_letter(e, i)][-1] if isinstance(i, str) and i != "n" else i for i in x[2]
                }
                key = tuple([len(network.sets["S"]) if i == "n" else ends[i] for i in x[2]])
                if key in network.points[0][0][base]:
                    yield (text(x), text(other)), path, other


MAKERS = {
    "sign": _sign, "constant factor": _constant, "missing factor": _missing, "extra factor": _extra,
    "missing path": _missing_path, "missing sample": _missing_sample, "wrong index": _index,
    "transposed weight": _transposed, "wrong delta": _delta, "wrong derivative": _derivative,
    "derivative at the activation": _at_activation, "product of means": _means, "tanh's derivative": _tanh_for_sigmoid,
    "sigmoid's derivative": _sigmoid_for_tanh, "wrong quantity": _quantity,
}  # fmt: skip


def wrong(network, target, e):
    """Whether a formula is wrong: its number is another than reverse mode's at one of two points."""
    base, _, rest = target.partition("[")
    key = tuple([int(k) for k in rest[:-1].split(",")])
    for values, gradients in network.points:
        given, true = evaluate(e, values, network.sets), gradients[base][key]
        if abs(given - true) > 1e-9 * max(abs(given), abs(true)):
            return True
    return False


def mistakes(seed, count, how_many=1):
    """Random cases: network, target, right text, wrong text, and the slips that were made."""
    r = random.Random(seed)
    networks = {name: Network(name) for name in NETWORKS}
    names = list(networks)
    made = 0
    while made < count:
        network = networks[r.choice(names)]
        target, right = network.right(r)
        assert not wrong(network, target, right), (network.name, target, text(right))
        e, done = right, []
        for _ in range(how_many):
            slip = slips(network, e, r)
            if slip is None:
                break
            kind, mentioned, path, new = slip
            done.append((kind, mentioned, path))
            e = new
        if len(done) < how_many or not wrong(network, target, e):
            continue
        if how_many == 2:
            alone = changed_back(network, right, done)
            if alone or done[0][0] == done[1][0] == "sign" or text(e) == text(right):
                continue
        made += 1
        yield network, target, text(right), text(e), [(kind, names_) for kind, names_, _ in done]


def changed_back(network, right, done):
    """Whether the second slip was made where the first had been: the two are one then."""
    (_, _, first), (_, _, second) = done
    shorter, longer = sorted([first, second], key=len)
    return bool(shorter) and longer[: len(shorter)] == shorter


def is_named(slip, reported):
    kind, mentioned = slip
    for mistake in reported:
        if mistake.kind in SAME[kind]:
            plain = mistake.text.replace(" ", "")
            if not mentioned or any(name.replace(" ", "") in plain for name in mentioned):
                return True
    return False


def measure(seed, count, how_many):
    """Grade random mistakes, and print what became of them."""
    flagged = named = 0
    kinds, missed, times = Counter(), [], []
    for network, target, right, given, done in mistakes(seed, count, how_many):
        start = time.perf_counter()
        grade = network.derivation.grade(target, given)
        times.append(time.perf_counter() - start)
        ok = all(is_named(slip, grade.mistakes) for slip in done)
        flagged += grade.verdict == "wrong"
        named += ok
        for kind, _ in done:
            kinds[kind, ok] += 1
        if not ok or grade.verdict != "wrong":
            missed.append((network.name, target, right, given, [k for k, _ in done], grade.verdict, grade.mistakes))
    word = {1: "one mistake", 2: "two mistakes"}[how_many]
    print(f"{word}: {count} tried, {flagged} flagged wrong, {named} named ({named / count:.1%})")
    print(f"  time to grade: median {statistics.median(times) * 1e3:.0f} ms, longest {max(times) * 1e3:.0f} ms")
    for kind in SAME:
        yes, no = kinds[kind, True], kinds[kind, False]
        if yes + no:
            print(f"  {kind:<30} {yes:4d} of {yes + no}")
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--single", type=int, default=600)
    parser.add_argument("--double", type=int, default=400)
    parser.add_argument("--show", type=int, default=12, help="how many unnamed cases to print")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    for how_many, count in ((1, options.single), (2, options.double)):
        if count:
            missed = measure(options.seed, count, how_many)
            for case in missed[: options.show]:
                print("  not named:", *case, sep="\n    ")


if __name__ == "__main__":
    main()
