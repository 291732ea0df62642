"""The matrix form in every layout: NumPy multiplies each line out, with the numbers of the recorded network."""

import re

import numpy as np
import pytest

from autograd import Value, derive, dot, tanh, total
from autograd.engine.errors import GraphError
from autograd.formulas.expressions import evaluate
from autograd.formulas.layouts import as_text
from autograd.grading.networks import build


def arrays(derivation, how, steps):
    """Return a dict from the printed names to arrays: vectors in the layout, weights in the order, samples stacked."""
    network, sizes = derivation.network, derivation.network.sizes
    names = {symbol: node for node, symbol in network.symbol_of.items()}
    batch = how.get("batch") if network.samples > 1 else None
    rows = (batch or how.get("vectors")) == "rows"
    found: dict = {}

    def stacked(values):  # one row for each sample
        return np.array(values) if rows else np.array(values).T

    def number(role, layer, index, sample, step):
        node = next(
            v
            for s, v in names.items()
            if (s.role, s.layers, s.indices, s.sample, s.step) == (role, (layer,), (index,), sample, step)
        )
        return node.data

    neurons = {(n.layer, n.index, n.sample, n.step): n for n in network.neurons}
    gradients = derivation._point
    samples = range(1, network.samples + 1) if network.samples > 1 else [None]

    def column(role, layer, step=None):
        out = []
        for sample in samples:
            row = []
            for k in range(1, sizes[layer] + 1):
                if role in ("x", "t"):
                    row.append(number(role, layer, k, sample, step))
                else:
                    n = neurons[layer, k, sample, step]
                    row.append({"a": n.a.data, "s": n.s.data, "delta": gradients.symbol(network.delta_of(n))}[role])
            out.append(row)
        return stacked(out)

    def slope(layer, step=None):
        out = [
            [derivation._formulas.slope[neurons[layer, k, sample, step]] for k in range(1, sizes[layer] + 1)]
            for sample in samples
        ]
        return stacked([[evaluate(e, gradients) for e in row] for row in out])

    up = (lambda text: text.upper() if text != "δ" else "Δ") if batch else (lambda text: text)
    last = len(sizes) - 1
    for step in steps:
        mark = "" if step is None else f"_{{{step}}}"
        found[f"{up('x')}{mark}"] = column("x", 0, step)
        found[f"{up('t')}{mark}"] = column("t", last, step)
        found[f"{up('y')}{mark}"] = column("a", last, step)
        for layer in range(1, last + 1):
            found[f"{up('δ')}{mark}^{{({layer})}}"] = column("delta", layer, step)
            found[f"Φ'({up('s')}{mark}^{{({layer})}})"] = slope(layer, step)
            if layer < last:
                found[f"{up('a')}{mark}^{{({layer})}}"] = column("a", layer, step)
    for symbol, node in names.items():
        if symbol.role == "w":
            k, m = symbol.layers
            name = f"W^{{({m})}}" if k < m else f"W_{{{derivation._printer.layer_name(m) * 2}}}"
            for kind, value in (("", node.data), ("∂", derivation._point.sample.gradient(node))):
                matrix = found.setdefault(
                    kind + name, np.zeros((sizes[k], sizes[m]) if how["order"] == "from-to" else (sizes[m], sizes[k]))
                )
                i, j = symbol.indices
                matrix[(i - 1, j - 1) if how["order"] == "from-to" else (j - 1, i - 1)] = value
        if symbol.role == "b":
            m = symbol.layers[0]
            name = f"∂b^{{({m})}}"
            vector = found.setdefault(name, np.zeros((1, sizes[m]) if rows else (sizes[m], 1)))
            vector[(0, symbol.indices[0] - 1) if rows else (symbol.indices[0] - 1, 0)] = (
                derivation._point.sample.gradient(node)
            )
    if batch:
        found[r"\mathbf{1}"] = np.ones((network.samples, 1))
    return found


def multiplied_out(text, env):
    """Return the value of a product as printed: a blank is a matrix product, ⊙ is entry by entry, ^T is a transpose."""
    text = text.replace("^T", "^⊤")  # the targets of a batch are also called T
    for k, name in enumerate(sorted(env, key=len, reverse=True)):
        text = text.replace(name, f"<{k}>")
    names = sorted(env, key=len, reverse=True)
    text = re.sub(r"\((<\d+>)\)\^⊤|(<\d+>)\^⊤", lambda m: f"{m[1] or m[2]}.T", text)
    text = text.replace("⊙", "*")
    text = re.sub(r"(?<=[>T)]) (?=[<(])", "@", text)
    text = re.sub(r"^(-?)(\d+/\d+|\d+) ", r"\1\2*", text)
    code = re.sub(r"<(\d+)>", lambda m: f"env[names[{m[1]}]]", text)
    return eval(code, {"env": env, "names": names})  # the text is our own


LAYOUTS = [{"order": order, "vectors": vectors} for order in ("from-to", "to-from") for vectors in ("columns", "rows")]
BATCHES = [{"order": order, "batch": batch} for order in ("from-to", "to-from") for batch in ("columns", "rows")]


@pytest.mark.parametrize("delta", [1, -1, "-1/2"])
@pytest.mark.parametrize(("how", "samples"), [*[(how, 1) for how in LAYOUTS], *[(how, 3) for how in BATCHES]])
def test_every_line_multiplied_out(how, samples, delta):
    derivation = derive(build([2, 3, 4, 2], ["tanh", "sigmoid", "linear"], True, "half_sse", samples)).convention(
        delta=delta, **how
    )
    env = arrays(derivation, how, [None])
    lines = [line.text for line in derivation.matrix()]
    checked = 0
    for line in lines:
        left, right = re.split(" [=←] ", line)
        if "←" in line:
            factor = {1: 1, -1: -1, "-1/2": -0.5}[delta]
            right = right.removeprefix(f"{left} ").replace("η ", "")
            sign, right = right[0], right[2:]
            given = {"+": 1, "-": -1}[sign] * multiplied_out(right, env)
            expected = -env[f"∂{left}"]
            assert factor
        else:
            given = multiplied_out(right, env)
            expected = env[left] if "∂" not in left else env["∂" + left.split("/∂")[1]]
        np.testing.assert_allclose(given, expected, rtol=1e-9, atol=1e-12, err_msg=line)
        checked += 1
    assert checked == 3 + 6 + 6


@pytest.mark.parametrize("how", LAYOUTS)
def test_a_recurrent_network_multiplied_out(how):
    derivation = derive(build([2, 3, 2], ["tanh", "linear"], recurrent=(1, 3))).convention(**how)
    env = arrays(derivation, how, [1, 2, 3])
    checked = 0
    for line in [line.text for line in derivation.matrix() if "←" not in line.text]:
        equation, _, where = line.partition(" ∀ ")
        left, right = equation.split(" = ")
        steps = [1, 2] if where == "r < 3" else [3] if where == "r = 3" else [1, 2, 3]
        total = re.match(r"Σ_\{r=(\d)\}\^\{3\} ", right)

        def at(text, r):
            return text.replace("{r+1}", f"{{{r + 1}}}").replace("{r-1}", f"{{{r - 1}}}").replace("{r}", f"{{{r}}}")

        if total:
            given = sum(multiplied_out(at(right[total.end() :], r), env) for r in range(int(total[1]), 4))
            np.testing.assert_allclose(given, env["∂" + left.split("/∂")[1]], rtol=1e-9, atol=1e-12, err_msg=line)
        else:
            for r in steps:
                np.testing.assert_allclose(multiplied_out(at(right, r), env), env[at(left, r)], rtol=1e-9, err_msg=line)
        checked += 1
    assert checked == 3 + 5


def test_letters_of_a_batch():
    derivation = derive(build([2, 3, 3], ["tanh", "linear"], loss="cross_entropy", samples=3)).convention("ng")
    assert [line.latex for line in derivation.matrix()][:3] == [
        r"\Delta^{(2)} = \frac{1}{3} (P - Y)",
        r"\Delta^{(1)} = \left(\left(W^{(2)}\right)^T \Delta^{(2)}\right) \odot g'(Z^{(1)})",
        r"\frac{\partial J}{\partial W^{(2)}} = \Delta^{(2)} \left(A^{(1)}\right)^T",
    ]


def test_the_order_of_indices_decides_what_is_transposed():
    derivation = derive(build([2, 3, 2], ["sigmoid", "sigmoid"]))
    lines = [line.latex for line in derivation.convention(order="to-from").matrix()]
    assert lines[1].endswith(r"\left(W^{(2)}\right)^T \underline{\delta}^{(2)}")
    assert lines[2].endswith(r"\underline{\delta}^{(2)} \left(\underline{a}^{(1)}\right)^T")
    shared = derivation.convention("nielsen", letters={"x": "a"}, vectors="columns").matrix()
    assert shared[0].latex == r"\delta^{(2)} = (a^{(2)} - y) \odot \sigma'(z^{(2)})"
    assert shared[4].latex == r"\frac{\partial C}{\partial W^{(1)}} = \delta^{(1)} \left(a^{(0)}\right)^T"


def test_several_sequences_have_no_matrix_form():
    w, v = Value(0.5, "w1"), Value(0.3, "w2")
    losses = []
    for n in range(2):
        h = None
        for r in range(3):
            x = Value(0.1 * (n + r), f"x[1,{3 * n + r + 1}]")
            h = tanh(dot([w], [x])) if h is None else tanh(dot([w, v], [x, h]))
        losses.append((h - 0.5) ** 2)
    with pytest.raises(GraphError, match="no matrix form"):
        derive(total(losses)).matrix()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (
            r"\underline{\delta}^{(1)} = \dot{F}^{(1)}(\underline{s}^{(1)}) W^{(2)}",
            "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)}",
        ),
        (r"W \leftarrow W - \frac{1}{2} \, \eta\, \sum_n \delta", "W ← W - 1/2 η Σ_n δ"),
        (r"\delta \odot \foo", r"δ ⊙ \foo"),
    ],
)
def test_text(latex, text):
    assert as_text(latex) == text
