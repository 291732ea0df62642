"""Random mistakes in right formulas, of the kinds that people make, and the reports that name them."""

import dataclasses
import itertools
import random

from benchmarks.right_formulas import (
    NETWORKS,
    ONE,
    Network,
    Writer,
    add,
    close,
    kids,
    mul,
    neg,
    num,
    put,
    rebuilt,
    sym,
    text,
    walk,
)

__all__ = ["MAKERS", "WITHOUT_SYMBOL", "Slip", "apart", "applied", "mistakes"]

# The reported kinds that also name an injected kind, in addition to its own name. Kinds that are the same change only
# in some cases are not listed, because ``explanations`` finds them by value. An example is a changed index that happens
# to transpose a weight.
ACCEPTED = {
    "sign": {},
    "constant factor": {"wrong constant": "a constant missing or too much makes the constant that is there wrong"},
    "missing factor": {},
    "extra factor": {"wrong power": "a factor written once more raises its power"},
    "missing path": {"missing term": "a path is a term of the downstream sum"},
    "missing sample": {"missing term": "a sample is a term of the sum over the samples"},
    "wrong index": {},
    "swapped indices": {"wrong index": "both indices of the one symbol are wrong"},
    "transposed weight": {
        "swapped indices": "the same exchange, named without what was exchanged",
        "wrong index": "both indices of the one weight are wrong",
    },
    "wrong delta": {},
    "wrong derivative": {},
    "derivative at the activation": {},
    "product of means": {},
    "tanh's derivative": {},
    "sigmoid's derivative": {},
    "wrong quantity": {},
}
# The same for a kind and the part to which the changed symbol belongs: "delta", "other delta" (of another layer) or
# "slope" (the derivative of an activation).
ACCEPTED_OF = {
    ("wrong index", "delta"): {"wrong delta": "the index of a delta says whose it is"},
    ("swapped indices", "delta"): {"wrong delta": "the index of a delta says whose it is"},
    ("wrong delta", "delta"): {"wrong index": "of the same layer, only the index differs"},
    ("wrong index", "slope"): {"wrong derivative": "the index of one symbol in a derivative says whose it is"},
    ("swapped indices", "slope"): {"wrong derivative": "the index of one symbol in a derivative says whose it is"},
    ("wrong derivative", "slope"): {"wrong index": "of the same layer, only the index differs"},
    ("wrong derivative", "other slope"): {"wrong quantity": "y for a, in all of the derivative"},
    ("missing factor", "slope"): {
        "wrong derivative": "of a*(1-a) one is left: the activation where its derivative belongs"
    },
    ("wrong quantity", "slope"): {"wrong derivative": "the derivative of what was written in its place"},
}
# These kinds need no symbol in the text, because the kind alone describes the change of the whole or of a sum.
WITHOUT_SYMBOL = {
    "sign", "constant factor", "missing path", "missing sample", "product of means", "tanh's derivative",
    "sigmoid's derivative",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Slip:
    """A mistake in a right formula.

    Attributes:
        kind: the name of its kind.
        changes: triples (path, function, kept). The function takes the part at the path and returns its replacement, or
            None to drop it. ``kept`` is True if the replacement contains the old part.
        symbols: the symbols of which the text must mention at least one.
        on: the part to which the symbol belongs, see ``ACCEPTED_OF``.
    """

    kind: str
    changes: tuple
    symbols: tuple = ()
    on: str = ""

    def kinds(self):
        """Return the kinds that name it."""
        return {self.kind, *ACCEPTED[self.kind], *ACCEPTED_OF.get((self.kind, self.on), ())}


@dataclasses.dataclass(frozen=True)
class Case:
    """A right formula for a target, and a wrong one with the slips that made it."""

    network: Network
    target: tuple
    right: tuple
    wrong: tuple
    slips: tuple


def applied(e, changes, path=()):
    """Return a formula with some changes, of which the inner ones are made first; None if nothing is left."""
    here = [c for c in changes if c[0] == path]
    if any(len(c[0]) > len(path) for c in changes):
        new = []
        for k, x in enumerate(kids(e)):
            below = [c for c in changes if c[0][: len(path) + 1] == (*path, k)]
            new.append(applied(x, below, (*path, k)) if below else x)
        left = [x for x in new if x is not None]
        if not left:
            return None
        e = mul(*left) if e[0] == "mul" else add(*left) if e[0] == "add" else rebuilt(e, left)
    for _, make, _ in sorted(here, key=lambda c: c[2]):
        e = None if e is None else make(e)
    return e


def apart(a, b):
    """Return True if two slips are at different places, so that neither undoes or overwrites the other."""
    for (p, _, p_keeps), (q, _, q_keeps) in itertools.product(a.changes, b.changes):
        if p == q and not (p_keeps or q_keeps):
            return False
        if len(p) < len(q) and q[: len(p)] == p and not p_keeps:
            return False
        if len(q) < len(p) and p[: len(q)] == q and not q_keeps:
            return False
    return True


def _becomes(new):
    return lambda _: new


def _drop(path):
    return path, _becomes(None), False


def _set(path, new):
    return path, _becomes(new), False


def _slopes(e):
    """Yield the derivatives of activations: the paths of their factors, the paths of their symbol, and details."""
    for path, x, scope in walk(e):
        if x[0] == "call" and x[1] in ("dsigma", "dtanh", "step"):
            yield [path], [(*path, 0)], x[2], scope, "call"
        elif x[0] == "add" and len(x[1]) == 2 and x[1][1][0] == "neg" and x[1][1][1][0] == "sq":
            square = (*path, 1, 0, 0)
            a = x[1][1][1][1]
            if x[1][0] == ONE:
                yield [path], [square], a, scope, "tanh"
            elif x[1][0] == a:
                yield [path], [(*path, 0), square], a, scope, "sigmoid"
        elif x[0] == "mul":
            for k, f in enumerate(x[1]):
                other = add(ONE, neg(f))
                if f[0] in ("sym", "call") and other in x[1]:
                    m = x[1].index(other)
                    deeper = (0,) if f[0] == "call" else ()
                    places = [(*path, k, *deeper), (*path, m, 1, 0, *deeper)]
                    yield [(*path, k), (*path, m)], places, f[2] if deeper else f, scope, "sigmoid"


def _part_of(e):
    """Return a dict from the path of each symbol to the part that it belongs to."""
    in_slopes = {path for _, places, _, _, _ in _slopes(e) for path in places}
    return {
        path: "delta" if x[1].startswith("d") else "slope" if path in in_slopes else ""
        for path, x, _ in walk(e)
        if x[0] == "sym"
    }


def _sign(net, target, e):
    yield Slip("sign", (((), neg, True),))
    for path, x, _ in walk(e):
        if x[0] != "add":
            continue
        if all(t[0] in ("sym", "num", "sq", "neg", "call") for t in x[1]):
            yield Slip("sign", (((*path, 1), neg, True),))  # t+y, 1+a
            yield Slip("sign", ((path, _becomes(add(*[neg(t) for t in x[1]][::-1])), False),))  # y-t, a-1
        else:
            for k in range(len(x[1])):
                yield Slip("sign", (((*path, k), neg, True),))


def _times(*extra):
    def make(x):
        return neg(mul(*extra, x[1])) if x[0] == "neg" else mul(*extra, x)

    return make


def _constant(net, target, e):
    for c in ["2", "1/2", *(["N", "1/N"] if net.samples > 1 else [])]:
        yield Slip("constant factor", (((), _times(num(c)), True),))
    for path, x, _ in walk(e):
        for k, factor in enumerate(x[1] if x[0] == "mul" else ()):
            if factor[0] == "num":
                yield Slip("constant factor", (_drop((*path, k)),))


def _missing(net, target, e):
    halves = {p for parts, _, _, _, _ in _slopes(e) if len(parts) > 1 for p in parts}
    for path, x, _ in walk(e):
        for k, factor in enumerate(x[1] if x[0] == "mul" else ()):
            if factor[0] != "num":
                on = "slope" if (*path, k) in halves else ""
                yield Slip("missing factor", (_drop((*path, k)),), _names(net, factor), on)
    for parts, _, symbol, _, _ in _slopes(e):
        if len(parts) > 1:
            yield Slip("missing factor", tuple([_drop(p) for p in parts]), _names(net, symbol, of_slope=True))


def _names(net, e, of_slope=False):
    """Return the symbols with which a text may mention a factor: its own symbols; for a derivative, also a or s."""
    names = [x for _, x, _ in walk(e) if x[0] == "sym"]
    for x in list(names) if of_slope or e[0] != "sym" else []:
        for role, other in (("a", "s"), ("s", "a")):
            layer = net.layer_of(role, x[1])
            if layer:
                names.append(sym(net.base(other, layer), *x[2]))
    if e[0] == "add" and all("mul" in (term[0], kids(term)[0][0] if term[0] == "neg" else "") for term in e[1]):
        # terms that are written out may be mentioned as a sum
        names += [sym(x[1], x[2][0], "o") if x[1][0] == "w" else sym(x[1], "o", *x[2][1:]) for x in names]
    for x in [x for x in names if e[0] in ("sum", "add") and x[1][0] == "w"]:
        layer = net.layer_of("w", x[1]) - 1
        if net.activations[layer - 1] == "relu":  # step(s) times the sum is d, and so is step(s) times d
            names.append(sym(net.base("d", layer), x[2][0]))
    if any(x[1] == "t" for x in names):
        # a delta that is written out, or its error, may be mentioned by the name of the delta
        names += [sym(net.base("d", net.last), *x[2]) for x in names if x[1] == "t"]
    return tuple(dict.fromkeys(names))


def _neuron(net, target):
    """Return the layer, the index and the sample of the neuron to which a target belongs."""
    role = target[1][0]
    layer = net.layer_of(role, target[1])
    if role == "d":
        return layer, target[2][0], target[2][1] if net.samples > 1 else None
    return layer, target[2][-1], "n"


def _extra(net, target, e):
    layer, k, n = _neuron(net, target)
    pool = [net.q("a", layer - 1, j, n) for j in range(1, net.sizes[layer - 1] + 1)]
    a = net.q("a", layer, k, n)
    pool += [a, add(ONE, neg(a)), net.q("s", layer, k, n)]
    pool += [x for _, x, _ in walk(e) if x[0] == "sym" and x[1] != "t"]
    for path, x, scope in walk(e):
        # The factor is added at the end of the whole formula, or of a product in it.
        whole = not path or (path == (0,) and e[0] == "neg")
        if whole or x[0] == "mul":
            for extra in dict.fromkeys(pool):
                inner = [y for _, y, _ in walk(extra) if y[0] == "sym"]
                bound = {letter for letter, _ in scope}
                free = {i for y in inner for i in y[2] if isinstance(i, str)}
                if free <= bound and all(net.fits(y, scope) for y in inner):
                    make = _times_right(extra)
                    yield Slip("extra factor", ((path, make, True),), _names(net, extra))


def _times_right(extra):
    """Return a function that multiplies a formula from the right. A minus in front stays in front."""
    return lambda x: neg(mul(x[1], extra)) if x[0] == "neg" else mul(x, extra)


def _missing_path(net, target, e):
    yield from _fewer(net, e, "missing path", lambda letters: "S" not in letters)


def _missing_sample(net, target, e):
    yield from _fewer(net, e, "missing sample", lambda letters: "S" in letters)


def _fewer(net, e, kind, wanted):
    for path, x, _ in walk(e):
        if x[0] == "sum" and wanted(x[2]):
            terms = [put(x[3], x[1], k) for k in net.sets[x[2]]]
            for k, term in enumerate(terms):
                yield Slip(kind, (_set(path, term),))
                if len(terms) > 2:
                    yield Slip(kind, (_set(path, add(*[t for m, t in enumerate(terms) if m != k])),))
        elif x[0] == "add" and all(t[0] == "mul" or (t[0] == "neg" and t[1][0] == "mul") for t in x[1]):
            if wanted(_summed_over(net, x)):
                yield from _fewer_terms(kind, path, x)
        elif x[0] == "add" and len(x[1]) == net.samples > 1 and all(t[0] == "sym" for t in x[1]) and wanted("S"):
            yield from _fewer_terms(kind, path, x)  # a bias: its deltas, one for each sample


def _fewer_terms(kind, path, x):
    """Yield slips that drop one term, or all terms but one."""
    for k, term in enumerate(x[1]):
        yield Slip(kind, (_drop((*path, k)),))
        if len(x[1]) > 2:
            yield Slip(kind, (_set(path, term),))


def _summed_over(net, x):
    """Return the set over which written-out terms run: "S" if the samples differ from term to term, else "O"."""
    if net.samples == 1:
        return "O"
    samples = []
    for term in x[1]:
        of_samples = [y for _, y, _ in walk(term) if y[0] == "sym" and len(y[2]) == 2 and y[1][0] != "w"]
        samples.append({y[2][1] for y in of_samples})
    return "S" if samples[0] != samples[1] else "O"


def _index(net, target, e):
    of = _part_of(e)
    for path, x, scope in walk(e):
        if x[0] != "sym":
            continue
        for k, i in enumerate(x[2]):
            for new in range(1, 5):
                other = sym(x[1], *x[2][:k], new, *x[2][k + 1 :])
                if new != i and net.fits(other, scope):
                    yield Slip("wrong index", (_set(path, other),), (x, other), of[path])


def _swapped(net, target, e):
    of = _part_of(e)
    for path, x, scope in walk(e):
        if x[0] == "sym" and len(x[2]) == 2 and x[1][0] != "w" and x[2][0] != x[2][1]:
            other = sym(x[1], *x[2][::-1])
            # Only numbers are swapped: a letter that counts samples could exceed the number of neurons.
            if all(isinstance(i, int) for i in x[2]) and net.fits(other, scope):
                yield Slip("swapped indices", (_set(path, other),), (x, other), of[path])


def _transposed(net, target, e):
    for path, x, scope in walk(e):
        if x[0] == "sym" and x[1][0] == "w" and x[2][0] != x[2][1]:
            other = sym(x[1], *x[2][::-1])
            if net.fits(other, scope):
                yield Slip("transposed weight", (_set(path, other),), (x, other))


def _delta(net, target, e):
    for path, x, scope in walk(e):
        if x[0] != "sym" or x[1][0] != "d":
            continue
        layer = net.layer_of("d", x[1])
        if isinstance(x[2][0], int):
            for new in range(1, net.sizes[layer] + 1):
                if new != x[2][0]:
                    other = sym(x[1], new, *x[2][1:])
                    yield Slip("wrong delta", (_set(path, other),), (x, other), "delta")
        for elsewhere in range(1, net.last + 1):
            other = sym(net.base("d", elsewhere), *x[2])
            if elsewhere != layer and net.fits(other, scope):
                yield Slip("wrong delta", (_set(path, other),), (x, other), "other delta")


def _derivative(net, target, e):
    for _, places, symbol, scope, _ in _slopes(e):
        role = "s" if symbol[1][0] == "s" else "a"
        layer = net.layer_of(role, symbol[1])
        others = []
        if isinstance(symbol[2][0], int):
            others += [(sym(symbol[1], k, *symbol[2][1:]), "slope") for k in range(1, net.sizes[layer] + 1)]
        for elsewhere in range(1, net.last + 1):
            if elsewhere != layer:
                others.append((sym(net.base(role, elsewhere), *symbol[2]), "other slope"))
        for other, on in others:
            if other != symbol and net.fits(other, scope):
                yield Slip("wrong derivative", tuple([_set(p, other) for p in places]), (symbol, other), on)


def _at_activation(net, target, e):
    for path, x, _ in walk(e):
        if x[0] == "call" and x[1] in ("dsigma", "dtanh"):
            a = sym(net.base("a", net.layer_of("s", x[2][1])), *x[2][2])
            yield Slip("derivative at the activation", (_set((*path, 0), a),), (a, x[2]))


def _means(net, target, e):
    for path, x, _ in walk(e):
        if x[0] != "sum" or x[2] != "S":
            continue
        body, minus = (x[3][1], True) if x[3][0] == "neg" else (x[3], False)
        factors = body[1] if body[0] == "mul" else ()
        constants = [f for f in factors if f[0] == "num"]
        others = [f for f in factors if f[0] != "num"]
        for k in range(1, len(others)):
            halves = [("sum", "n", "S", mul(*half)) for half in (others[:k], others[k:])]
            # the sum over N samples of a product is N times the product of the means
            whole = mul(num("1/N"), *constants, *halves)
            yield Slip("product of means", (_set(path, neg(whole) if minus else whole),))


def _tanh_for_sigmoid(net, target, e):
    for parts, _, symbol, _, form in _slopes(e):
        x = next(x for path, x, _ in walk(e) if path == parts[0])
        if form == "call" and x[1] == "dsigma":
            yield Slip("tanh's derivative", (_set(parts[0], ("call", "dtanh", symbol)),))
        elif form == "sigmoid":
            base = ("call", "tanh", symbol) if symbol[1][0] == "s" else symbol
            square = add(ONE, neg(("sq", base)))
            yield Slip("tanh's derivative", (_set(parts[0], square), *[_drop(p) for p in parts[1:]]))


def _sigmoid_for_tanh(net, target, e):
    for parts, _, symbol, _, form in _slopes(e):
        x = next(x for path, x, _ in walk(e) if path == parts[0])
        if form == "call" and x[1] == "dtanh":
            yield Slip("sigmoid's derivative", (_set(parts[0], ("call", "dsigma", symbol)),))
        elif form == "tanh":
            yield Slip("sigmoid's derivative", (_set(parts[0], mul(symbol, add(ONE, neg(symbol)))),))


def _quantity(net, target, e):
    of = _part_of(e)
    in_calls = {(*path, 0) for path, x, _ in walk(e) if x[0] == "call"}
    for path, x, scope in walk(e):
        if x[0] != "sym" or x[1][0] not in "axyt" or path in in_calls:
            continue
        layer = net.layer_of("a", x[1]) if x[1] != "t" else net.last
        others = [net.base("a", k) for k in range(net.last + 1)]
        others += [net.base("s", layer)] if layer and x[1] != "t" else []
        others += ["t"] if x[1] == "y" else []
        for base in others:
            other = sym(base, *x[2])
            if base != x[1] and net.fits(other, scope):
                yield Slip("wrong quantity", (_set(path, other),), (x, other), of[path])


MAKERS = {
    "sign": _sign, "constant factor": _constant, "missing factor": _missing, "extra factor": _extra,
    "missing path": _missing_path, "missing sample": _missing_sample, "wrong index": _index,
    "swapped indices": _swapped, "transposed weight": _transposed, "wrong delta": _delta,
    "wrong derivative": _derivative, "derivative at the activation": _at_activation, "product of means": _means,
    "tanh's derivative": _tanh_for_sigmoid, "sigmoid's derivative": _sigmoid_for_tanh, "wrong quantity": _quantity,
}  # fmt: skip
# Each entry is drawn with the same probability. If an entry has two kinds, one of them is drawn.
DRAWN = [[kind] for kind in MAKERS if kind not in ("swapped indices", "transposed weight") and "'" not in kind]
DRAWN += [["swapped indices", "transposed weight"], ["tanh's derivative", "sigmoid's derivative"]]
# The networks in which a kind of mistake is possible.
ONLY_IN = {
    "missing sample": lambda net: net.samples > 1,
    "swapped indices": lambda net: net.samples > 1,
    "product of means": lambda net: net.samples > 1,
    "tanh's derivative": lambda net: "sigmoid" in net.activations,
    "sigmoid's derivative": lambda net: "tanh" in net.activations,
    "derivative at the activation": lambda net: "relu" not in net.activations,
    "missing path": lambda net: net.last > 1,
}


def is_wrong(net, target, e):
    """Return True if a formula is wrong and not 0 at all points. None is not a formula."""
    if e is None:
        return False
    given = net.numbers(e)
    return not close(given, net.truth(target)) and any(abs(x) > 1e-9 for x in given)


def mistakes(seed, count, how_many=1):
    """Yield random cases.

    Args:
        seed: the seed of everything that is drawn.
        count: the number of cases.
        how_many: the number of mistakes in each case, 1 or 2. Two mistakes are at different places.

    Yields:
        Different cases, all of them certainly wrong. The kind is drawn first, and then the network, so that rare kinds
        are not rare here.

    Raises:
        AssertionError: a formula that should be right is not right.
    """
    r = random.Random(seed)
    networks = [Network(name) for name in NETWORKS]
    seen = set()
    while len(seen) < count:
        chosen = [r.choice(DRAWN) for _ in range(how_many)]
        possible = [net for net in networks if all(_possible(net, kinds) for kinds in chosen)]
        case = _case(r.choice(possible), chosen, r) if possible else None
        said = case and (case.network.name, case.target, text(case.wrong))
        if case is not None and said not in seen:
            seen.add(said)
            yield case


def _possible(net, kinds):
    return any(ONLY_IN.get(kind, bool)(net) for kind in kinds)


def _case(net, chosen, r):
    for _ in range(40):
        target, right = Writer(net, r).right()
        if not close(net.numbers(right), net.truth(target)):
            raise AssertionError(f"{net.name}: {text(target)} = {text(right)} is not right")
        pools = [[s for kind in kinds for s in MAKERS[kind](net, target, right)] for kinds in chosen]
        if not all(pools):
            continue
        slips = tuple([r.choice(pool) for pool in pools])
        if len(slips) == 2 and not apart(*slips):
            continue
        wrong = applied(right, [c for slip in slips for c in slip.changes])
        alone = [applied(right, slip.changes) for slip in slips]
        if wrong is None or any(x[0] == "add" and any(neg(t) in x[1] for t in x[1]) for _, x, _ in walk(wrong)):
            continue  # nobody writes y-y
        if not is_wrong(net, target, wrong) or not all(is_wrong(net, target, e) for e in alone):
            continue
        if len(slips) == 2 and any(close(net.numbers(wrong), net.numbers(e)) for e in alone):
            continue  # one of the slips does not change the value that the other gives
        return Case(net, target, right, wrong, slips)
    return None
