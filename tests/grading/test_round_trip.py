"""Printed formulas are read back as equal: text, LaTeX, updates and the matrix form, for networks and conventions."""

import pytest

import autograd
from autograd import Value, atan, derive, gelu, primitive, sigmoid, silu, sin, softplus, sqrt, tanh
from autograd.formulas.conventions import NAMES
from autograd.grading.networks import build
from nn import MLP, binary_cross_entropy, cross_entropy, half_sse, hinge, mse, sse

softsign = primitive("softsign", lambda x: x / (1 + abs(x)), partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
ACTIVATIONS = [
    "sigmoid",
    "tanh",
    "relu",
    "softplus",
    "silu",
    "gelu",
    "exp",
    "sin",
    "erf",
    "elu",
    "asinh",
    "atan",
    "linear",
]
LOSSES = {"half_sse": half_sse, "sse": sse, "mse": mse, "binary_cross_entropy": binary_cross_entropy}


def recorded(sizes, activation, output, loss, targets):
    x = [Value(0.3 + 0.2 * k, f"x[{k + 1}]") for k in range(sizes[0])]
    model = MLP(sizes[0], list(sizes[1:]), activation=activation, output=output, seed=1)
    return derive(loss(model(x), targets))


def labelled(count, numbers=(0.2, 0.7, 0.1)):
    return [Value(numbers[k], f"t[{k + 1}]") for k in range(count)]


def printed(derivation):
    """Return all printed lines of a derivation, except for its matrix form."""
    lines = [line for e in derivation.equations for line in (e.text, e.latex)]
    return lines + [line for rule in derivation.update() for line in (rule.text, rule.latex)]


def graded(derivation, lines):
    """Return the grades of lines that are not read back as equal."""
    grades = [derivation.grade(None, line) for line in lines]
    return [str(grade) for grade in grades if grade.verdict != "equal"]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_and_losses(activation, loss):
    function = activation if activation == "linear" else getattr(autograd, activation)
    derivation = recorded((2, 3, 2), function, "sigmoid", LOSSES[loss], labelled(2))
    assert graded(derivation, printed(derivation)) == []


@pytest.mark.sampled(2)
@pytest.mark.parametrize("smoothing", [None, "epsilon", 0.1])
@pytest.mark.parametrize("samples", [1, 2])
def test_softmax_and_smoothed_labels(smoothing, samples):
    loss = build([2, 4, 3], ["tanh", "linear"], loss="cross_entropy", smoothing=smoothing, samples=samples)
    derivation = derive(loss)
    matrix = [text for line in derivation.matrix() for text in (line.text, line.latex)]
    assert graded(derivation, [*printed(derivation), *matrix]) == []


def test_a_users_own_activation():
    derivation = recorded((2, 3, 2), softsign, "linear", half_sse, labelled(2))
    assert graded(derivation, printed(derivation)) == []


@pytest.mark.parametrize("function", ["sqrt", "log", "acosh"])
def test_activations_that_are_not_defined_everywhere(function):
    x, w, t = Value(1.3, "x"), Value(1.4, "w"), Value(0.7, "t")
    derivation = derive(0.5 * (t - getattr(autograd, function)(w * x)) ** 2)
    assert graded(derivation, printed(derivation)) == []


@pytest.mark.sampled(5)
@pytest.mark.parametrize("sizes", [(2, 2), (2, 3, 1), (2, 3, 2), (1, 1, 1, 1), (2, 3, 3, 2)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_conventions(name, sizes):
    derivation = derive(build(list(sizes), ["sigmoid"] * (len(sizes) - 1)), convention=name)
    assert graded(derivation, printed(derivation)) == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("loss", ["half_sse", "sse", "mse", "cross_entropy", "binary_cross_entropy"])
def test_samples(samples, loss):
    output = {"cross_entropy": "linear", "binary_cross_entropy": "sigmoid"}.get(loss, "tanh")
    derivation = derive(build([2, 3, 3], ["tanh", output], True, loss, samples))
    assert graded(derivation, printed(derivation)) == []


@pytest.mark.sampled(2)
@pytest.mark.parametrize("delta", [1, -1, "-1/2", "3/7"])
@pytest.mark.parametrize("order", ["from-to", "to-from"])
def test_orders_and_factors(order, delta):
    derivation = derive(build([2, 3, 2], ["tanh", "sigmoid"])).convention(order=order, delta=delta)
    assert graded(derivation, printed(derivation)) == []


LAYOUTS = [{"vectors": vectors} for vectors in ("columns", "rows")]
BATCHES = [{"batch": batch} for batch in ("columns", "rows")]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("way", [({}, 1), *[(how, 1) for how in LAYOUTS], *[(how, 3) for how in BATCHES]])
@pytest.mark.parametrize("order", ["from-to", "to-from"])
@pytest.mark.parametrize("loss", ["half_sse", "cross_entropy"])
def test_the_matrix_form(loss, order, way):
    how, samples = way
    derivation = derive(build([2, 3, 3], ["tanh", "linear"], True, loss, samples)).convention(order=order, **how)
    lines = derivation.matrix()
    assert graded(derivation, [line.latex for line in lines] + [line.text for line in lines]) == []


@pytest.mark.parametrize("order", ["from-to", "to-from"])
@pytest.mark.parametrize("how", LAYOUTS)
def test_the_matrix_form_of_a_recurrent_network(order, how):
    derivation = derive(build([2, 3, 2], ["tanh", "linear"], recurrent=(1, 3))).convention(order=order, **how)
    lines = derivation.matrix()
    assert graded(derivation, [line.latex for line in lines] + [line.text for line in lines]) == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("loss", ["half_sse", "sse", "cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("activation", ["silu", "softplus", "tanh", "relu"])
def test_recurrent_networks(activation, loss):
    """The derivatives of silu and softplus are printed with the logistic function."""
    output = "sigmoid" if loss == "binary_cross_entropy" else "linear"
    derivation = derive(build([2, 3, 2], [activation, output], loss=loss, recurrent=(1, 3)))
    assert graded(derivation, printed(derivation)) == []


def test_variations_without_a_meaning():
    derivation = recorded((2, 3, 2), sigmoid, "sigmoid", half_sse, labelled(2))
    texts = [e.text for e in derivation.equations]
    lines = [e.latex for e in derivation.equations]
    varied = [text.replace(" ", "  ") for text in texts] + [line.replace(" - ", " -{} ") for line in lines]
    varied += [line.replace("=", r"\, = \;", 1) + "." for line in lines]
    varied += [line.replace(r"\left(", r"\bigl(").replace(r"\right)", r"\bigr)") for line in lines]
    varied += [line.replace(r"\sum_", r"\sum\limits_").replace(r"\frac", r"\dfrac") for line in lines]
    assert graded(derivation, varied) == []


def test_soft_targets_and_hinge():
    for derivation in (
        recorded((2, 3, 3), "tanh", "linear", cross_entropy, labelled(3)),
        recorded((2, 3, 1), "tanh", "linear", hinge, [Value(1.0, "t[1]")]),
    ):
        assert graded(derivation, printed(derivation)) == []


def test_a_square_root_in_the_loss():
    derivation = derive(sqrt(build([2, 3, 2], ["tanh", "linear"]) + 1))
    assert graded(derivation, printed(derivation)) == []


STEPS = [
    ("sigmoid", "sigmoid", "half_sse", 1, None, ["w_ho[1,1]", "w_ih[2,1]"]),
    ("sigmoid", "sigmoid", "mse", 2, None, ["b_h[1]"]),
    ("tanh", "linear", "cross_entropy", 2, None, ["w_ho[1,1]"]),
    ("softplus", "linear", "half_sse", 1, None, ["w_ih[2,1]"]),
    ("gelu", "linear", "half_sse", 1, None, ["b_h[1]"]),
    ("tanh", "linear", "half_sse", 1, (1, 2), ["w_ih[1,1]"]),
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("activation", "output", "loss", "samples", "recurrent", "targets"), STEPS)
def test_the_steps_of_a_weight(activation, output, loss, samples, recurrent, targets):
    derivation = derive(build([2, 3, 2], [activation, output], True, loss, samples, recurrent=recurrent))
    for target in targets:
        steps = derivation.steps(target)
        lines = [line for step in steps for line in (step.text, step.latex)]
        assert graded(derivation, [*lines, steps.latex()]) == []


@pytest.mark.parametrize("name", ["nielsen", "haykin"])
def test_the_steps_of_a_weight_in_a_convention(name):
    derivation = derive(build([2, 3, 2], ["sigmoid", "sigmoid"]), convention=name)
    steps = derivation.steps("w_ho[1,1]")
    assert graded(derivation, [*[line for step in steps for line in (step.text, step.latex)], steps.latex()]) == []
    wrong = steps.latex().replace(r"\left(1 - ", r"\left(2 - ")
    assert wrong != steps.latex()
    assert derivation.grade(None, wrong).verdict == "wrong"


@pytest.mark.parametrize("name", ["haykin"])
def test_the_matrix_form_of_linear_outputs(name):
    derivation = derive(build([2, 3, 2], ["tanh", "linear"]), convention=name)
    assert graded(derivation, [line for each in derivation.matrix() for line in (each.latex, each.text)]) == []


@pytest.mark.parametrize("sizes", [(10,), (3, 12), (11, 10, 13, 12)])
def test_numbers_of_neurons_with_two_digits(sizes):
    hidden = {"activation": "tanh"} if len(sizes) > 1 else {}
    derivation = derive(sse(MLP(2, list(sizes), output="sigmoid", seed=1, **hidden)([0.5, 0.25]), [0.25] * sizes[-1]))
    network = derivation.network
    equations = [derivation.delta(network.neurons[-1].s), *[derivation.formula(w) for w in network.parameters[-4:]]]
    assert graded(derivation, [line for equation in equations for line in (equation.text, equation.latex)]) == []


@pytest.mark.parametrize(("classes", "samples"), [(2, 2), (2, 3), (3, 2)])
def test_a_second_index_beside_that_of_samples(classes, samples):
    model = MLP(2, [3, classes], activation="tanh", seed=1)
    derivation = derive(sum([cross_entropy(model([0.5, 0.25 * k]), k % classes) for k in range(samples)]))
    assert graded(derivation, printed(derivation)) == []


def test_a_power_of_a_function_of_a_power_has_one_reading():
    w, x, t = Value(0.7, "w"), Value(0.8, "x"), Value(0.3, "t")
    derivation = derive(0.5 * (t - autograd.tan((w * x) ** 2)) ** 2)
    assert "^{2}^{2}" not in derivation.equations.latex()
    assert "wrong" not in {derivation.grade(None, line).verdict for line in printed(derivation)}


COMPOSED = {
    "softplus of tanh": lambda s: softplus(tanh(s) + 1),
    "silu of tanh": lambda s: silu(tanh(s) + 1),
    "sigmoid of tanh": lambda s: sigmoid(tanh(s) + 1),
    "sigmoid of twice": lambda s: sigmoid(2 * s) * tanh(s),
    "atan of sin": lambda s: atan(sin(s)),
    "gelu of sin": lambda s: gelu(sin(s)) + sin(s),
    "powers": lambda s: sin(s) ** 3 + tanh(s) ** 2,
}


@pytest.mark.parametrize("name", COMPOSED)
def test_activations_that_are_functions_of_functions(name):
    model = MLP(2, [2, 1], activation="tanh", output=COMPOSED[name], seed=1)
    derived = derive(half_sse([model([0.3, 0.4])], [0.7]))
    lines = [line.replace("&", "").removesuffix(r"\\[4pt]") for line in derived.latex().splitlines() if "&" in line]
    assert len(lines) > 3
    assert [(line, v) for line in lines if (v := derived.grade(None, line).verdict) != "equal"] == []


@pytest.mark.parametrize(
    "total",
    [
        "sum(d_o[o]*w_ho[h,o] for o in O)",
        "sum((d_o[o]*w_ho[h,o] for o in O))",
        "sum([d_o[o]*w_ho[h,o] for o in O])",
        "sum((d_o[o]*w_ho[h,o]) for o in O)",
        "(sum([(d_o[o])*w_ho[h,o] for o in O]))",
        "sum((sum([d_o[o]*w_ho[h,o] for o in O])/2 for o in O))",
    ],
)
def test_brackets_in_a_sum(total):
    derivation = recorded((2, 3, 2), "sigmoid", "linear", half_sse, labelled(2))
    assert derivation.grade(None, f"d_h[h] = a[h]*(1 - a[h])*{total}").verdict == "equal"


@pytest.mark.parametrize(
    "total", ["sum((d_o[o]*w_ho[h,o] for o in O)", "sum([d_o[o]*w_ho[h,o]])", "sum((d_o[o] for o in O) + 1)"]
)
def test_brackets_in_a_sum_that_do_not_fit(total):
    derivation = recorded((2, 3, 2), "sigmoid", "linear", half_sse, labelled(2))
    assert derivation.grade(None, f"d_h[h] = a[h]*(1 - a[h])*{total}").verdict == "unreadable"


@pytest.mark.parametrize("label", ["\x1b[31mx", "x\x1b[7;44m", "\x9b31mx"])
def test_digits_in_a_terminals_commands_are_no_index(label):
    loss = tanh(Value(0.5, label) * Value(0.2, "w")) ** 2
    assert "31" not in (text := str(derive(loss).equations))
    assert "x[1]" in text
