"""Every printed formula, evaluated as it is printed, is the derivative, which differences of 60 digits give."""

import re

import mpmath
import pytest
from graphs import GRAPHS, by_hand, composed_sigmoid, composed_tanh, identity, network, recurrent, scaled_tanh, squares

from autograd import Value, derive, replay
from autograd.engine.errors import FormulaError, GraphError, StaleGraphError
from autograd.grading.networks import build
from nn import MLP, cross_entropy, half_sse

DIGITS, STEP = 60, mpmath.mpf(10) ** -20


class Indexed(dict):
    """A quantity with indices from 1, as in formulas."""

    def __getitem__(self, key):
        return super().__getitem__(key if isinstance(key, tuple) else (key,))


FUNCTIONS = {
    "sigma": lambda z: 1 / (1 + mpmath.exp(-z)),
    "exp": mpmath.exp,
    "log": mpmath.log,
    "tanh": mpmath.tanh,
    "step": lambda z: mpmath.mpf(1 if z > 0 else 0),
    "sign": mpmath.sign,
    "sech2": lambda z: mpmath.sech(z) ** 2,
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
    "sum": sum,
}
NAME = re.compile(r"([A-Za-z_]\w*)(?:\[([^\]]*)\])?")


def exact_difference(loss, node):
    """Return dL/dnode by a central difference of forward passes with 60 digits."""
    numbers = [replay(loss, mpmath.mpf, {node: mpmath.mpf(node.data) + h}).value for h in (STEP, -STEP)]
    return (numbers[0] - numbers[1]) / (2 * STEP)


def evaluated(derivation):
    """Return the gradients that the printed formulas give, with deltas from the output layer back, by text alone."""
    network, printer = derivation.network, derivation._printer
    with mpmath.workdps(DIGITS):
        at = replay(network.root, mpmath.mpf)
        env: dict = {**FUNCTIONS, "N": network.samples}
        for kind, end in derivation._formulas.alphabet.ends.items():
            env[printer.set_name(kind)] = range(1, end + 1)

        def put(text, number):
            base, indices = NAME.fullmatch(text).groups()
            if indices is None:
                env[base] = number
            else:
                env.setdefault(base, Indexed())[tuple(int(k) for k in indices.split(","))] = number

        for node, symbol in network.symbol_of.items():
            put(printer.symbol_text(symbol), at.numbers[node] if isinstance(node, Value) else mpmath.mpf(node.data))
        for n in network.neurons:
            put(
                printer.symbol_text(type(network.delta_of(n))("s", (n.layer,), (n.index,), n.sample, n.step)),
                at.numbers[n.s],
            )
        waiting = []
        for equation in derivation.equations:
            left, right = equation.text.split("   for all ")[0].split(" = ", 1)
            waiting += [(left, right, instance) for instance in equation.instances()]
        gradients = {}
        # A delta needs those of the next layer. So formulas are evaluated when they can be, until nothing is left.
        while waiting:
            later = []
            for left, right, instance in waiting:
                name = re.sub(r"\[([^\]]*)\]", lambda m, at=instance: f"[{concrete(m[1], at)}]", left)
                try:
                    right_ = re.sub(r"in ([A-Z]\w*)\[(\d+)\.\.(\d+)\]", r"in range(\2, \3 + 1)", right)
                    number = eval(right_, {"range": range, "mpf": mpmath.mpf, **env, **instance})
                except (KeyError, NameError):
                    later.append((left, right, instance))
                    continue
                if name.startswith("dL/d"):
                    gradients[name[4:]] = number
                else:
                    put(name, number)
            assert len(later) < len(waiting), later[:3]
            waiting = later
        return gradients


def concrete(indices, instance):
    return ",".join([str(eval(part, {}, instance)) for part in indices.split(",")])


@pytest.mark.parametrize("name", GRAPHS)
def test_printed_formulas_evaluate_to_the_derivative(name):
    loss = GRAPHS[name]()
    derivation = derive(loss)
    given = evaluated(derivation)
    names = derivation.network.symbol_of
    assert set(given) == {derivation._printer.symbol_text(names[p]) for p in derivation.network.parameters}
    with mpmath.workdps(DIGITS):
        for p in derivation.network.parameters:
            true = exact_difference(loss, p)
            found = given[derivation._printer.symbol_text(names[p])]
            # Decimals such as 1/3 stand for floats, so only their rounding may differ.
            assert abs(found - true) <= 1e-13 * max(1, abs(true)), derivation.formula(p).text


CLASSIC = [
    (
        lambda: network((2, 3, 2)),
        [
            "d_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])   for all o in O",
            "d_h[h] = a[h]*(1 - a[h])*sum(d_o[o]*w_ho[h,o] for o in O)   for all h in H",
            "dL/dw_ho[h,o] = d_o[o]*a[h]   for all h in H, o in O",
            "dL/db_o[o] = d_o[o]   for all o in O",
            "dL/dw_ih[i,h] = d_h[h]*x[i]   for all i in I, h in H",
            "dL/db_h[h] = d_h[h]   for all h in H",
        ],
    ),
    (
        lambda: by_hand(composed_tanh, identity, squares, bias=False),
        [
            "d_o[o] = -2*(t[o] - y[o])   for all o in O",
            "d_h[h] = (1 - a[h]**2)*sum(d_o[o]*w_ho[h,o] for o in O)   for all h in H",
            "dL/dw_ho[h,o] = d_o[o]*a[h]   for all h in H, o in O",
            "dL/dw_ih[i,h] = d_h[h]*x[i]   for all i in I, h in H",
        ],
    ),
    (
        lambda: network((2, 3, 2), samples=3),
        [
            "d_o[o,n] = -1/3*(t[o,n] - y[o,n])*y[o,n]*(1 - y[o,n])   for all o in O, n in S",
            "d_h[h,n] = a[h,n]*(1 - a[h,n])*sum(d_o[o,n]*w_ho[h,o] for o in O)   for all h in H, n in S",
            "dL/dw_ho[h,o] = sum(d_o[o,n]*a[h,n] for n in S)   for all h in H, o in O",
            "dL/db_o[o] = sum(d_o[o,n] for n in S)   for all o in O",
            "dL/dw_ih[i,h] = sum(d_h[h,n]*x[i,n] for n in S)   for all i in I, h in H",
            "dL/db_h[h] = sum(d_h[h,n] for n in S)   for all h in H",
        ],
    ),
    (
        lambda: recurrent(),
        [
            "d_o[1] = -2*(t[1] - y[1])",
            "d_h[1,4] = (1 - a[1,4]**2)*d_o[1]*w_ho[1,1]",
            "d_h[1,r] = (1 - a[1,r]**2)*d_h[1,r+1]*w_hh[1,1]   for all r in {2, 3}",
            "d_h[1,1] = (1 - a[1,1]**2)*d_h[1,2]*w_hh[1,1]",
            "dL/dw_ho[1,1] = d_o[1]*a[1,4]",
            "dL/dw_ih[1,1] = sum(d_h[1,r]*x[1,r] for r in R)",
            "dL/dw_hh[1,1] = sum(d_h[1,r]*a[1,r-1] for r in R[2..4])",
            "dL/db_h[1] = sum(d_h[1,r] for r in R)",
        ],
    ),
]


@pytest.mark.parametrize(("graph", "texts"), CLASSIC)
def test_the_formulas_people_derive(graph, texts):
    assert [e.text for e in derive(graph()).equations] == texts


def test_softmax_with_cross_entropy_is_p_minus_t():
    derivation = derive(network((2, 3, 3), "tanh", "linear", cross_entropy))
    assert "d_o[o] = p[o] - t[o]   for all o in O" in [e.text for e in derivation.equations]
    assert r"\delta_{o} = p_{o} - t_{o} \quad \forall\, o" in [e.latex for e in derivation.equations]


@pytest.mark.parametrize(
    ("smoothing", "label"), [("epsilon", "(1 - epsilon)*t[o] + 1/3*epsilon"), (0.1, "9/10*t[o] + 1/30")]
)
def test_smoothed_labels_take_the_place_of_targets(smoothing, label):
    derivation = derive(build([2, 4, 3], ["tanh", "linear"], loss="cross_entropy", smoothing=smoothing))
    assert f"d_o[o] = p[o] - ({label})   for all o in O" in [e.text for e in derivation.equations]
    assert next(iter(derivation.matrix())).text == "δ^{(2)} = ∇_{s^{(2)}} L"


def test_logistic_loss_is_y_minus_t():
    derivation = derive(GRAPHS["logistic loss"]())
    assert derivation.equations[0].text == "d_o[o] = y[o] - t[o]   for all o in O"


@pytest.mark.parametrize(
    ("activation", "slope"),
    [
        (composed_sigmoid, "a[h]*(1 - a[h])"),
        (composed_tanh, "(1 - a[h]**2)"),
        (lambda z: 2 / (1 + (-z).exp()) - 1, "(1/2 - 1/2*a[h]**2)"),
        (lambda z: (-z).exp(), "-a[h]"),
        (scaled_tanh, "(17159/15000 - 20000/51477*a[h]**2)"),
        (lambda z: z.relu(), "step(s_h[h])"),
    ],
)
def test_the_slope_of_an_activation_is_found_from_the_graph(activation, slope):
    derivation = derive(by_hand(activation, identity, squares))
    hidden = next(e for e in derivation.equations if e.left.role == "delta" and e.left.layers == (1,))
    if slope.startswith("-"):
        assert hidden.text.split(" = ")[1].startswith(f"{slope}*sum(")
    else:
        assert hidden.text.split(" = ")[1].startswith(f"{slope}*sum(d_o[o]*w_ho[h,o] for o in O)")


def test_latex_of_the_classic_network():
    found = [e.latex for e in derive(network((2, 3, 2))).equations]
    assert found[1] == r"\delta_{h} = a_{h} \left(1 - a_{h}\right) \sum_{o=1}^{2} \delta_{o} w_{ho} \quad \forall\, h"
    assert found[2] == r"\frac{\partial L}{\partial w_{ho}} = \delta_{o} a_{h} \quad \forall\, h, o"


def test_formula_and_delta_of_one():
    loss = network((2, 3, 2))
    derivation = derive(loss)
    w = next(p for p in derivation.network.parameters if p.label == "w2[3,1]")
    assert derivation.formula(w).text == "dL/dw_ho[3,1] = d_o[1]*a[3]"
    assert derivation.formula("w_ho[3,1]").text == derivation.formula("w2[3,1]").text == derivation.formula(w).text
    assert derivation.delta("d_h[2]").text == derivation.delta((1, 2)).text == derivation.delta("a1[2]").text
    assert derivation.delta("d_h[2]").text == "d_h[2] = a[2]*(1 - a[2])*sum(d_o[o]*w_ho[2,o] for o in O)"


def test_the_delta_of_a_neuron_on_one_sample_or_on_all():
    derivation = derive(network((2, 3, 2), samples=2))
    assert derivation.delta("a[2]").text.endswith("for all n in S")
    assert derivation.delta("a[2,1]").text.startswith("d_h[2,1] = a[2,1]*(1 - a[2,1])")


def test_parameters_inputs_and_targets_by_argument():
    g_a, g_b, q, r, z = Value(0.3), Value(-0.2), Value(0.7), Value(1.1), Value(0.4)
    loss = (z - (g_a * q + g_b * r).tanh()) ** 2
    derivation = derive(loss, parameters=[g_a, g_b], inputs=[q, r], targets=[z])
    assert [e.text for e in derivation.equations] == [
        "d_o[1] = -2*(t[1] - y[1])*(1 - y[1]**2)",
        "dL/dw_io[i,1] = d_o[1]*x[i]   for all i in I",
    ]
    assert derivation.assumptions == []


def test_what_was_assumed_is_printed():
    text = str(derive(by_hand(composed_sigmoid, identity, squares)))
    assert "Assumed: inputs by the first letter of their labels: x[1], x[2]." in text
    assert "Assumed: targets by the first letter" in text


def test_errors_say_what_to_do():
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(GraphError, match="label the leaves"):
        derive(a * b)
    with pytest.raises(TypeError, match="takes the Value"):
        derive(3.0)
    with pytest.raises(GraphError, match="not under this loss"):
        derive(a * b, parameters=[Value(1.0)])
    inner = a * b
    with pytest.raises(GraphError, match="was computed"):
        derive(inner**2, parameters=[inner])
    with pytest.raises(TypeError, match="parameters has"):
        derive(a * b, parameters=[[3.0]])
    derivation = derive(network((2, 3, 2)))
    with pytest.raises(GraphError, match="no parameter is called 'w_ho\\[9,9\\]'"):
        derivation.formula("w_ho[9,9]")
    with pytest.raises(GraphError, match="no neuron is called"):
        derivation.delta("d_h[9]")
    with pytest.raises(GraphError, match="is not a parameter of this derivation"):
        derivation.steps(Value(1.0))


def test_a_stale_graph_is_refused():
    model = MLP(2, [2, 1], activation="tanh")
    loss = half_sse(model([0.1, 0.2]), 0.5)
    model.layers[0].neurons[0].w[0].data = 9.0
    with pytest.raises(StaleGraphError):
        derive(loss)


def test_a_wrong_formula_raises_before_it_is_shown():
    derivation = derive(network((2, 3, 2)))
    neuron = next(iter(derivation._formulas.delta))
    derivation._formulas.delta[neuron] = derivation._formulas.delta[neuron] * 2
    with pytest.raises(FormulaError, match="reverse mode gives"):
        str(derivation)


def test_gradients_and_data_stay_as_they_are():
    loss = network((2, 3, 2))
    before = [(v.data, v.grad) for v in derive(loss).network.order]
    str(derive(loss))
    assert [(v.data, v.grad) for v in derive(loss).network.order] == before


def test_a_loss_that_does_not_depend_on_a_parameter():
    w, v, x = Value(0.5, "w"), Value(0.1, "wv"), Value(2.0, "x")
    loss = (w * x - 1) ** 2 + 0 * v
    derivation = derive(loss)
    assert derivation.formula(v).text.endswith(" = 0")


def test_hidden_neurons_nobody_reads_are_harmless():
    model = MLP(2, [3, 2], activation="tanh", output="linear")
    outputs = model([0.1, 0.2])
    derivation = derive(half_sse([outputs[0]], [0.3]))
    assert "d_o[1] = -(t[1] - y[1])" in [e.text for e in derivation.equations]


def test_large_and_deep_graphs():
    assert len(derive(network((64, 32, 10), "tanh")).equations) == 6
    x = Value(0.5, "w")
    y = x
    for _ in range(300):
        y = (y * 0.9).sin() + 0.1
    assert derive(y).equations  # it is named piece by piece, and checked


def test_it_shows_itself_in_a_notebook():
    derivation = derive(network((2, 3, 2)))
    assert derivation._repr_latex_().startswith("$$\n\\begin{aligned}")
    assert derivation.formula("w_ho[1,1]")._repr_latex_().startswith("$")
    assert repr(derivation) == str(derivation)


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_a_target_of_zero_is_no_part_of_a_linear_output(zero):
    w, b, x = Value(0.5, "w"), Value(0.1, "b"), Value(2.0, "x")
    for loss in ((zero - (w * x + b)) ** 2, ((w * x + b) - zero) ** 2):
        texts = [equation.text for equation in derive(loss).equations]
        assert {"d_o[1] = -2*(t[1] - y[1])", "d_o[1] = 2*(y[1] - t[1])"} & set(texts)
        assert "dL/db_o[1] = d_o[1]" in texts
    net = MLP(2, [2, 2], activation="tanh", seed=1)
    found = {e.text for e in derive(half_sse(net([1.0, 2.0]), [1.0, zero])).equations}
    assert "d_o[o] = -(t[o] - y[o])   for all o in O" in found
    assert "dL/dw_ho[h,o] = d_o[o]*a[h]   for all h in H, o in O" in found


def test_outputs_that_are_added_up_stay_neurons():
    net = MLP(2, [3, 2], activation="tanh", seed=1)
    derivation = derive(sum(net([1.0, 2.0])))
    assert derivation.network.sizes == [2, 3, 2]


@pytest.mark.parametrize("letters", [{"t": ""}, {"t": " "}, {"t": 3}, {"t": None}, "t=y", ["t"], 3])
def test_letters_are_texts(letters):
    with pytest.raises(ValueError, match="letters are LaTeX by role, such as"):
        derive(network((2, 3, 2))).convention(letters=letters)


@pytest.mark.parametrize(("name", "meant"), [("neilsen", "nielsen"), ("Bischop", "bishop"), ("mitchel", "mitchell")])
def test_a_misspelt_convention_is_answered_with_the_one_that_is_like_it(name, meant):
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        derive(network((2, 3, 2))).convention(name)
    assert str(derive(network((2, 3, 2))).convention(meant.title()))
