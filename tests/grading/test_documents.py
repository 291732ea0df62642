"""Five hand derivations, formula by formula: all verdicts in their data files are recomputed here.

A claim gives the left side and the right side of a formula, for all neurons and samples. True derivatives are central
differences with 60 digits, so they do not depend on any formula of backpropagation or on the engine.
"""

import ast
import itertools
import random
import re
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from mpmath import mpf

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

FOLDER = Path(__file__).parents[2] / "autograd" / "grading" / "documents"
DOCUMENTS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
ENTRIES = [(data["document"], entry) for data in DOCUMENTS.values() for entry in data["formula"]]
STEP, TOLERANCE = mpf(10) ** -20, mpf(10) ** -28


def sigma(z):
    return 1 / (1 + mpmath.exp(-z))


ACTIVATIONS = {
    "sigmoid": (sigma, lambda z: sigma(z) * (1 - sigma(z))),
    "tanh": (mpmath.tanh, lambda z: 1 - mpmath.tanh(z) ** 2),
    "identity": (lambda z: z, lambda z: mpf(1)),
    "relu": (lambda z: max(z, mpf(0)), lambda z: mpf(1 if z > 0 else 0)),
}
FUNCTIONS = {
    "sigma": sigma,
    "dsigma": ACTIVATIONS["sigmoid"][1],
    "exp": mpmath.exp,
    "log": mpmath.log,
    "tanh": mpmath.tanh,
}


def exact(text):
    return mpf(Fraction(text).numerator) / Fraction(text).denominator


class Network:
    """A network with one hidden layer or none, at a random or a given point.

    ``nudged`` changes any quantity, and all quantities that are computed from it change as well. This is the meaning of
    a derivative.
    """

    def __init__(self, document, claim, activation, seed=None, given=None):
        sizes = claim.get("sizes", document["sizes"])
        self.layers = "io" if len(sizes) == 2 else "iho"
        self.loss, self.delta = claim.get("loss", document["loss"]), exact(document["delta"])
        self.samples = len(given["inputs"]) if given else claim.get("samples", document["samples"])
        names = [activation] * 2 if isinstance(activation, str) else activation
        self.activations = {c: ACTIVATIONS[name] for c, name in zip(self.layers[1:], names, strict=False)}
        self.ranges = {c.upper(): range(1, n + 1) for c, n in zip(self.layers, sizes, strict=True)}
        self.ranges["S"] = range(1, self.samples + 1)
        self.nudged: dict = {}
        self.rates = {name: exact(x) for name, x in (given or {}).get("rates", {}).items()}
        self.rates = self.rates or {"eta": mpf(3) / 7, "alpha": mpf(5) / 9}
        generator = random.Random(seed)

        def number(key, *path):
            if given is None:
                return mpf(generator.randint(-1000, 1000)) / 700 + mpf(1) / 7001
            x = given.get(key)
            for p in path:
                x = 0 if x is None else x[p]
            return exact(x)

        self.fixed: dict = {}
        for k, (p, c) in enumerate(itertools.pairwise(self.layers)):
            for j in self.ranges[c.upper()]:
                biased = document["bias"] if given is None else "biases" in given
                self.fixed[f"b_{c}", (j,)] = number("biases", k, j - 1) if biased else mpf(0)
                for i in self.ranges[p.upper()]:
                    self.fixed[f"w_{p}{c}", (i, j)] = number("weights", k, i - 1, j - 1)
        for n in self.ranges["S"]:
            for i in self.ranges["I"]:
                self.fixed["x", (i, n)] = number("inputs", n - 1, i - 1)
            for o in self.ranges["O"]:
                self.fixed["t", (o, n)] = number("targets", n - 1, o - 1)

    def forward(self):
        """Return all quantities of the network by name and index."""
        v = {key: x + self.nudged.get(key, 0) for key, x in self.fixed.items()}
        output = {"i": "x", "h": "a", "o": "y"}
        for p, c in itertools.pairwise(self.layers):
            for j, n in itertools.product(self.ranges[c.upper()], self.ranges["S"]):
                terms = [v[f"w_{p}{c}", (i, j)] * v[output[p], (i, n)] for i in self.ranges[p.upper()]]
                s = sum(terms, v[f"b_{c}", (j,)]) + self.nudged.get((f"s_{c}", (j, n)), 0)
                v[f"s_{c}", (j, n)] = s
                v[output[c], (j, n)] = self.activations[c][0](s) + self.nudged.get((output[c], (j, n)), 0)
        return v

    def derivative(self, of, key, letters):
        def at(step):
            self.nudged = {key: step}
            try:
                return self.value(of, letters)
            finally:
                self.nudged = {}

        return (at(STEP) - at(-STEP)) / (2 * STEP)

    def value(self, text, letters):
        """Return the value of an expression for the numbers of its free letters."""
        x = ast.parse(text.strip(), mode="eval").body if isinstance(text, str) else text
        match x:
            case ast.Constant():
                return mpf(x.value)
            case ast.UnaryOp(op=ast.USub()):
                return -self.value(x.operand, letters)
            case ast.BinOp():
                a, b = self.value(x.left, letters), self.value(x.right, letters)
                results = {
                    ast.Add: lambda: a + b,
                    ast.Sub: lambda: a - b,
                    ast.Mult: lambda: a * b,
                    ast.Div: lambda: a / b,
                }
                return results.get(type(x.op), lambda: a**b)()
            case ast.Name(id="L"):
                return self.value(self.loss, {})
            case ast.Name(id="N"):
                return mpf(self.samples)
            case ast.Name():
                return self.rates[x.id]
            case ast.Subscript():
                name, place = self.key(x, letters)
                if name in ("d_h", "d_o"):
                    return self.delta * self.derivative("L", (f"s{name[1:]}", place), {})
                return self.forward()[name, place]
            case ast.Call(func=ast.Name(id="sum")):
                loops = x.args[0].generators
                every = itertools.product(*[self.ranges[loop.iter.id] for loop in loops])
                bound = [{loop.target.id: k for loop, k in zip(loops, ks, strict=True)} for ks in every]
                return sum([self.value(x.args[0].elt, {**letters, **more}) for more in bound], mpf(0))
            case ast.Call(func=ast.Name(id="d")):
                return self.derivative(x.args[0], self.key(x.args[1], letters), letters)
            case ast.Call(func=ast.Name(id="phi" | "dphi")):
                names = {node.id for node in ast.walk(x.args[0]) if isinstance(node, ast.Name)}
                layer = "h" if names & {"s_h", "w_ih"} and "h" in self.activations else "o"
                return self.activations[layer][x.func.id == "dphi"](self.value(x.args[0], letters))
            case ast.Call():
                return FUNCTIONS[x.func.id](self.value(x.args[0], letters))
        raise ValueError(ast.dump(x))

    def key(self, x, letters):
        items = x.slice.elts if isinstance(x.slice, ast.Tuple) else [x.slice]
        place = tuple([item.value if isinstance(item, ast.Constant) else letters[item.id] for item in items])
        if not x.value.id.startswith(("w_", "b_")) and len(place) == 1:
            assert self.samples == 1, f"{ast.unparse(x)} needs a sample"
            place += (1,)
        return x.value.id, place

    def left(self, text, letters, rate):
        """Return the value of a left side: a derivative, a weight after its update, or any expression."""
        if text.endswith("'"):
            w = text[:-1]
            slope = self.value(f"d(L, {w})", letters)
            return self.value(w, letters) - self.value(rate, letters) * slope
        return self.value(as_call(text), letters)


def as_call(left):
    """Return ``dL/dw_ho[h,o]`` as a function call, or another left side unchanged."""
    found = re.fullmatch(r"d([Ls][^/]*)/d(\w+\[[^]]*\])", left)
    return "d({}, {})".format(*found.groups()) if found else left


def close(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b))


def differences(document, claim):
    """Return the number of false instances of a claim, and of all instances, over activations, neurons and samples."""
    tree = ast.parse(as_call(claim["left"]).replace("'", ""), mode="eval")
    bound = {node.target.id for node in ast.walk(tree) if isinstance(node, ast.comprehension)}
    free = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in "ihon"} - bound)
    any_of_them = document["activation"] == "any"
    false = total = 0
    for activation in ("sigmoid", "tanh", "identity") if any_of_them else (document["activation"],):
        network = Network(document, claim, activation, seed=7)
        for places in itertools.product(*[network.ranges["S" if c == "n" else c.upper()] for c in free]):
            letters = dict(zip(free, places, strict=True))
            true = network.left(claim["left"], letters, claim.get("rate"))
            for side in ("text", "chain"):
                if side in claim:
                    total += 1
                    false += not close(true, network.value(claim[side], letters))
    return false, total


@pytest.fixture(autouse=True)
def sixty_digits():
    with mpmath.workdps(60):
        yield


CASES = pytest.mark.parametrize(("document", "entry"), ENTRIES, ids=[entry["id"] for _, entry in ENTRIES])


@pytest.mark.sampled(3)
@pytest.mark.untraced
@CASES
def test_a_verdict_is_what_the_mathematics_says(document, entry):
    verdict = entry["verdict"]
    for claim in entry.get("claims", []):
        false, total = differences(document, claim)
        assert total > 0
        assert (false > 0) == (verdict == "wrong"), (claim, false, total)
    for role in ("mended", "correct"):
        for claim in entry.get(role, {}).get("claims", []):
            false, total = differences(document, claim)
            assert (false, total > 0) == (0, True), (role, claim)


@CASES
def test_an_entry_says_what_its_verdict_needs(document, entry):
    assert entry["id"].startswith(document["id"])
    assert entry["latex"]
    assert entry["why"]
    needed = {
        "equal": ["claims"],
        "equal-if": ["condition"],
        "ill-formed": ["mended"],
        "wrong": ["claims", "correct", "counterexample"],
        "definition": [],
        "prose": [],
    }
    for name in needed[entry["verdict"]]:
        assert entry.get(name), name


COUNTEREXAMPLES = [
    pytest.param(document, case, id=f"{entry['id']}-{k}")
    for document, entry in ENTRIES
    for k, case in enumerate(entry.get("counterexample", []))
]


@pytest.mark.parametrize(("document", "case"), COUNTEREXAMPLES)
def test_a_counterexample_holds(document, case):
    network = Network(document, case, case["activation"], given=case)
    assert case["true"] != case["given"]
    assert close(network.left(case["at"], {}, case.get("rate")), exact(case["true"]))
    assert close(network.value(case["reading"], {}), exact(case["given"]))


def test_the_documents_are_complete():
    counts = {name: len(data["formula"]) for name, data in DOCUMENTS.items()}
    assert counts == {"000": 17, "001": 7, "002": 44, "003": 31, "004": 52}


def test_the_check_finds_a_wrong_sign_and_a_wrong_factor():
    document = DOCUMENTS["000"]["document"]
    right = {"left": "dL/dw_ho[h,o]", "text": "-(t[o]-y[o])*dphi(s_o[o])*a[h]"}
    assert differences(document, right)[0] == 0
    for wrong in ("(t[o]-y[o])*dphi(s_o[o])*a[h]", "-2*(t[o]-y[o])*dphi(s_o[o])*a[h]", "-(t[o]-y[o])*dphi(s_o[o])"):
        assert differences(document, {**right, "text": wrong})[0] > 0
