r"""A declared letter of any shape is read in every place in which formulas print it, and with every mark.

A case is a role with a shape, such as the output as ``f_{w,b}``, in a place, such as a factor with an argument. Each
place has a right formula of the textbooks, and a slip in it.
"""

import re

import pytest
from people_settings import derivation

PLAIN = {
    "x": "x", "a": "a", "y": r"\hat{y}", "t": "t", "s": "z", "w": "w", "b": "b", "delta": r"\delta", "loss": "L",
    "rate": r"\eta", "function": "f",
}  # fmt: skip

SHAPES = {
    "roman": {"x": "r", "a": "g", "y": "q", "t": "d", "s": "n", "w": "v", "b": "c", "delta": "e", "loss": "E",
              "rate": "r", "function": "h"},
    "greek": {"x": r"\xi", "a": r"\alpha", "y": r"\psi", "t": r"\tau", "s": r"\zeta", "w": r"\theta", "b": r"\beta",
              "delta": r"\epsilon", "loss": r"\ell", "rate": r"\rho", "function": r"\psi"},
    "characters": {"x": "ξ", "a": "α", "y": "σ", "t": "τ", "s": "ζ", "w": "θ", "b": "β", "delta": "δ", "loss": "ℓ",
                   "rate": "ρ", "function": "ψ"},
    "more characters": {"x": "χ", "a": "φ", "y": "ŷ", "t": "ω", "s": "ν", "w": "ω", "b": "μ", "delta": "ε",
                        "loss": "ℒ", "rate": "μ", "function": "φ"},
    "bold": {"x": r"\mathbf{x}", "y": r"\mathbf{q}", "s": r"\bm{\zeta}", "w": r"\boldsymbol{\theta}",
             "delta": r"\boldsymbol{\delta}", "a": r"\boldsymbol{\alpha}"},
    "calligraphic": {"loss": r"\mathcal{L}", "x": r"\mathcal{X}", "y": r"\mathcal{Y}", "w": r"\mathcal{W}"},
    "accents": {"a": r"\hat{a}", "y": r"\hat p", "t": r"\overline{t}", "s": r"\tilde{s}", "x": r"\hat{x}"},
    "upright": {"x": r"\mathrm{in}", "a": r"\mathrm{act}", "y": r"\mathrm{out}", "t": r"\mathrm{target}",
                "s": r"\mathrm{net}", "w": r"\mathrm{wt}", "b": r"\mathrm{bias}", "delta": r"\mathrm{err}"},
    "texts": {"x": r"\text{input}", "a": r"\text{hid}", "y": r"\text{pred}", "t": r"\text{label}", "s": r"\text{sum}",
              "w": r"\text{weight}", "rate": r"\text{rate}", "loss": r"\text{MSE}"},
    "words": {"x": "in", "a": "act", "y": "out", "t": "target", "s": "net", "w": "wgt", "b": "bias", "delta": "err",
              "loss": "Loss", "rate": "lr", "function": "act"},
    "a letter below": {"a": "a_h", "y": "a_o", "x": "x_u", "s": "z_h", "t": "y_t", "w": "w_o", "b": "b_h"},
    "a word below": {"a": "a_{hid}", "y": "y_{pred}", "t": "y_{true}", "s": "z_{in}", "rate": r"\eta_{max}"},
    "a text below": {"y": r"y_{\text{pred}}", "t": r"y_{\text{true}}", "s": r"s_{\mathrm{in}}", "x": r"x_{\text{in}}"},
    "parameters below": {"y": "f_{w,b}", "a": r"g_\theta", "s": "z_{w,b}", "loss": r"J_\theta"},
    "an accent and parameters": {"y": r"\hat{y}_{W}", "a": r"\hat{a}_{\theta}"},
    "above": {"y": "y^*", "t": r"y^{\text{true}}", "a": r"a^{\text{out}}", "s": r"s^{in}", "x": r"x^{\star}"},
    "primes": {"y": "y'", "t": "t'", "a": "a'"},
    "capitals": {"x": "I", "a": "H", "y": "O", "t": "D", "s": "S", "w": "W", "b": "B"},
}  # fmt: skip

ONE, TWO = "3-2 sig half_sse", "2-3-2 sig half_sse"
SAMPLES, STEPS = "2-1 logistic m=3", "rnn tanh half_sse"
COLUMNS = {"vectors": "columns", "order": "to-from"}

# The setting, a formula, the part in which the slip is, the slip, and what is declared. {y:j^(2)} is the letter of the
# role y with the index j and the layer (2).
PLACES = {
    "entries": (ONE, r"\frac{\partial {loss}}{\partial {w:ij}} = ({y:j} - {t:j}) {y:j} (1 - {y:j}) {x:i}",
                "({y:j} - {t:j})", "({t:j} - {y:j})", {}),
    "numbers": (ONE, r"\frac{\partial {loss}}{\partial {w:12}} = ({y:2} - {t:2}) {y:2} (1 - {y:2}) {x:1}",
                "{x:1}", "{x:2}", {}),
    "derivatives": (ONE, r"\frac{\partial {loss}}{\partial {w:ij}} = \frac{\partial {loss}}{\partial {y:j}} "
                    r"\frac{\partial {y:j}}{\partial {s:j}} \frac{\partial {s:j}}{\partial {w:ij}} = "
                    r"({y:j} - {t:j}) {function}'({s:j}) {x:i}", "{function}'({s:j}) {x:i}", "{x:i}", {}),
    "deltas": (ONE, r"{delta:j} = \frac{\partial {loss}}{\partial {b:j}} = ({y:j} - {t:j}) {function}'({s:j})",
               "{function}'", "{function}", {}),
    "steps": (ONE, r"{w:ij} \leftarrow {w:ij} - {rate} {delta:j} {x:i}", "{w:ij} - ", "{w:ij} + ", {}),
    "arguments": (ONE, r"\frac{\partial {loss}}{\partial {s:j}} = ({y:j}({x}) - {t:j}) {y:j}({s:j}) (1 - {y:j}({s:j}))",
                  "- {t:j}", "+ {t:j}", {}),
    "vectors": (ONE, r"\frac{\partial {loss}}{\partial W} = \left(({y} - {t}) \odot {function}'({s})\right) {x}^{\top}",
                "{function}'", "{function}", COLUMNS),
    "differentials": (ONE, r"d{s} = d{y} \odot {function}'({s})", "{function}'", "{function}", COLUMNS),
    "layers": (TWO, r"\frac{\partial {loss}}{\partial {w:jk^(2)}} = {delta:k^(2)} {a:j^(1)}",
               "{a:j^(1)}", "{a:k^(2)}", {}),
    "general layers": (TWO, r"\frac{\partial {loss}}{\partial W^{(l)}} = {delta:^(l)} ({a:^(l-1)})^T",
                       "({a:^(l-1)})", "({a:^(l)})", COLUMNS),
    "named neurons": (TWO, r"\frac{\partial {a:h_1}}{\partial {s:h_1}} = {a:h_1} (1 - {a:h_1})",
                      "(1 - {a:h_1})", "(1 - {a:h_2})", {}),
    "samples": (SAMPLES, r"\frac{\partial {loss}}{\partial {w:j}} = \frac{1}{m}\sum_{i=1}^{m} "
                r"({y}({x:^(i)}) - {t:^(i)}) {x:j^(i)}", "- {t:^(i)}", "+ {t:^(i)}", {}),
    "steps in time": (STEPS, r"\frac{\partial {loss}}{\partial W_{hy}} = \sum_t ({y:t} - {t:t}) {a:t}^T",
                      "- {t:t}", "+ {t:t}", COLUMNS),
}  # fmt: skip

_PLACE = re.compile(r"\{(\w+)(?::([A-Za-z0-9_]*)(?:\^([^{}]*))?)?\}")


def marked(letter, below, above):
    """Return the forms in which authors print a declared letter with further marks."""
    up, down = (f"^{{{above}}}" if above else ""), (f"_{{{below}}}" if below else "")
    mark = re.fullmatch(r"(.*?)_(?:\{(.*)\}|(\\?[A-Za-z]+))", letter)
    if mark and below:
        inner = mark[2] or mark[3]
        glued = [f"{mark[1]}_{{{inner}{below}}}{up}"] if len(inner) == 1 else []
        return [f"{mark[1]}_{{{inner},{below}}}{up}", f"{{{letter}}}{down}{up}", *glued]
    base, sign, raised = letter.partition("^")
    raised = raised.strip("{}") if raised.startswith("{") and "text" not in raised else raised.removeprefix("{")
    raised = raised.removesuffix("}") if "text" in raised else raised
    if sign:
        return [f"{base}{down}^{{{raised}{above}}}", f"{base}^{{{raised}{above}}}{down}"]
    return list(dict.fromkeys([f"{letter}{down}{up}", f"{letter}{up}{down}"]))


def printed(template, letters, form):
    """Return a formula with declared letters in place of roles."""

    def letter(match):
        if match[1] not in letters:
            return match[0]
        forms = marked(letters[match[1]], match[2] or "", match[3] or "")
        return forms[min(form, len(forms) - 1)]

    return _PLACE.sub(letter, template)


def cases():
    """Yield a role, a shape, a place and its forms, for each place in which the role occurs."""
    for place, (_, formula, *_rest) in PLACES.items():
        yield pytest.param("x", "x", place, id=f"plain-{place}")
        for shape, letters in SHAPES.items():
            for role, letter in letters.items():
                if re.search(rf"\{{{role}[:}}]", formula):
                    yield pytest.param(role, letter, place, id=f"{shape}-{role}-{place}")


@pytest.mark.parametrize(("role", "letter", "place"), list(cases()))
def test_a_declared_letter_in_its_places(role, letter, place):
    setting, formula, part, slip, options = PLACES[place]
    letters = {**PLAIN, role: letter}
    of = derivation({"setting": setting, "declared": {"letters": letters, "order": "from-to", **options}})
    for form in range(3):
        text = printed(formula, letters, form)
        if form and text == printed(formula, letters, form - 1):
            break
        for written, verdict in ((text, "equal"), (printed(formula.replace(part, slip), letters, form), "wrong")):
            found = of._grading().judge(None, written)
            assert found.verdict == verdict, (written, letters[role], found.verdict, found.diagnosis)


BY_LETTERS = {"letters": {"s": "z", "a": "h", "y": "y", "t": "t", "function": r"\phi"}, **COLUMNS}


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial W_2} = \delta_y h^T", "equal"),
        (r"\frac{\partial L}{\partial W_2} = -\delta_y h^T", "wrong"),
        (r"\frac{\partial L}{\partial W_2} = \delta_y x^T", "wrong"),
        (r"\delta_h = \frac{\partial L}{\partial h} = W_2^T \delta_y", "equal"),
        (r"\delta_h = \frac{\partial L}{\partial h} = W_2 \delta_y", "wrong"),
        (r"\delta_z = \frac{\partial L}{\partial z} = \delta_h \odot \phi'(z)", "equal"),
        (r"\delta_z = \frac{\partial L}{\partial z} = \delta_h \odot \phi(z)", "wrong"),
        (r"\frac{\partial L}{\partial W_1} = \delta_z x^T", "equal"),
        (r"\frac{\partial L}{\partial W_1} = \delta_y x^T", "wrong"),
    ],
)
def test_deltas_with_the_letter_of_their_quantity(formula, verdict):
    found = derivation({"setting": "2-3-2 tanh,lin half_sse", "declared": BY_LETTERS}).grade(None, formula)
    assert found.verdict == verdict, str(found)


SUMMED = r"\frac{\partial J}{\partial w_j} = \frac{1}{m}\sum_{i=1}^{m} (PRINTED(x^{(i)}) - y^{(i)}) x_j^{(i)}"


@pytest.mark.parametrize(
    ("declared", "printed_as"),
    [
        (r"f_{w,b}", r"f_{\mathbf{w},b}"), (r"f_{w, b}", r"f_{w,b}"), (r"h_\theta", r"h_{\theta}"),
        (r"h_{\theta}", r"h_\theta"), ("h_θ", r"h_\theta"), (r"h_\theta", "h_θ"), ("ŷ", r"\hat{y}"),
        (r"\hat{y}", "ŷ"), ("σ", r"\sigma"), (r"\sigma", "σ"), (r"\mathcal{S}", "S"), (r"\hat{y}_{W}", r"\hat y_W"),
        ("𝑞", "q"), ("выход", "выход"), ("выход", r"\text{выход}"), (r"\text{выход}", r"\text{выход}"),
    ],
)  # fmt: skip
def test_a_model_with_its_argument(declared, printed_as):
    letters = {"y": declared, "t": "y", "loss": "J"}
    of = derivation({"setting": "2-1 logistic m=3", "declared": {"letters": letters, "order": "to-from"}})
    formula = SUMMED.replace("PRINTED", printed_as)
    assert of.grade(None, formula).verdict == "equal"
    for old, slip in (("- y", "+ y"), ("x_j^{(i)}", "y^{(i)}"), (r"\frac{1}{m}", "")):
        assert of.grade(None, formula.replace(old, slip)).verdict in ("wrong", "ill-formed")


@pytest.mark.parametrize("neuron", ["1", "_1", ",1", "_{1}"])
def test_neurons_of_layers_whose_letter_has_a_mark(neuron):
    letters = {"s": "o", "a": "a_h", "y": "a_o", "t": "t", "x": "i", "loss": "E"}
    of = derivation({"setting": "2-2-2 sig nobias", "declared": {"letters": letters, "order": "to-from"}})
    formula = r"\frac{\partial E}{\partial w_5} = (a_{o1} - t_1) \cdot a_{o1} \cdot (1 - a_{o1}) \cdot a_{h1}"
    formula = formula.replace("o1}", f"o{neuron}}}").replace("h1}", f"h{neuron}}}")
    assert of.grade(None, formula).verdict == "equal"
    assert of.grade(None, formula.replace(r"\cdot a_{h", r"\cdot a_{o")).verdict == "wrong"
    assert of.grade(None, formula.replace("(1 - a_{o", "(1 - a_{h")).verdict == "wrong"


@pytest.mark.parametrize(
    ("letters", "formula", "verdict"),
    [
        ({"y": r"h_\theta(x)", "w": r"\theta", "t": "y", "loss": r"J(\theta)"},
         r"\theta_j := \theta_j - \alpha \frac{1}{m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "equal"),
        ({"y": r"h_\theta(x)", "w": r"\theta", "t": "y", "loss": r"J(\theta)"},
         r"\theta_j := \theta_j + \alpha \frac{1}{m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "wrong"),
        ({"y": "f(x)", "t": "y"}, r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (f(x_i) - y_i)", "equal"),
        ({"y": "f(x)", "t": "y"}, r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (f(x_i) + y_i)", "wrong"),
        ({"y": r"\phi(z)", "s": "z", "t": "y"},
         r"\frac{\partial L}{\partial b} = -\frac{1}{m} \sum_i (y^{(i)} - \phi(z^{(i)}))", "equal"),
        ({"y": r"\phi(z)", "s": "z", "t": "y"},
         r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (y^{(i)} - \phi(z^{(i)}))", "wrong"),
        ({"y": "o_i", "t": "y_i"}, r"\frac{\partial L}{\partial w_j} = \frac{1}{m} \sum_i (o_i - y_i) x_{ij}", "equal"),
        ({"y": "o_i", "t": "y_i"}, r"\frac{\partial L}{\partial w_j} = \frac{1}{m} \sum_i (o_i + y_i) x_{ij}", "wrong"),
    ],
)  # fmt: skip
def test_letters_that_are_declared_with_an_argument_or_an_index(letters, formula, verdict):
    of = derivation({"setting": "2-1 logistic m=3", "declared": {"letters": letters, "order": "to-from"}})
    found = of.grade(None, formula)
    assert found.verdict == verdict or (verdict == "wrong" and found.verdict == "ill-formed"), str(found)


GLUED = {"s": "net", "a": "oh", "y": "out", "t": "target", "loss": "E", "b": "bias"}


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial out}{\partial netout} = out * (1 - out)", "equal"),
        (r"\frac{\partial out}{\partial netout} = out * (1 + out)", "wrong"),
        (r"\frac{\partial neth1}{\partial w11} = x1", "equal"),
        (r"\frac{\partial neth1}{\partial w11} = x2", "wrong"),
        (r"\frac{\partial oh2}{\partial neth2} = oh2 * (1 - oh2)", "equal"),
        (r"\frac{\partial oh2}{\partial neth2} = oh2 * (1 - oh1)", "wrong"),
        (r"\frac{\partial netout}{\partial biasout} = 1", "equal"),
        (r"\frac{\partial neth1}{\partial biash1} = oh1", "wrong"),
        (r"\frac{\partial E}{\partial w11} = (out - target) * out * (1 - out) * wh1 * oh1 * (1 - oh1) * x1", "equal"),
        (r"\frac{\partial E}{\partial w11} = (out - target) * out * (1 - out) * wh2 * oh1 * (1 - oh1) * x1", "wrong"),
    ],
)
def test_words_with_the_name_of_a_neuron(formula, verdict):
    of = derivation({"setting": "2-3-1 sig,lin half_sse", "declared": {"letters": GLUED, "order": "from-to"}})
    formula = formula.replace("* out * (1 - out)", "") if "target" in formula else formula
    if r"\partial out}" in formula:  # the output is linear here
        formula = formula.replace("out * (1 - out)", "1")
    assert of.grade(None, formula).verdict == verdict


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial a_j}{\partial z_1} = f'(z_j)", r"\frac{\partial a_j}{\partial z_2} = f'(z_j)",
        r"\frac{\partial a_1}{\partial z_j} = f'(z_j)", r"\frac{\partial a_j}{\partial z_1} = a_j (1 - a_j)",
        r"\frac{\partial a_{j}^{(1)}}{\partial z_{1}^{(1)}} = f'(z_{j}^{(1)})",
    ],
)  # fmt: skip
def test_a_number_beside_an_index_is_no_layer_of_one_neuron(formula):
    of = derivation({"setting": TWO, "declared": {"letters": PLAIN, "order": "from-to"}})
    assert of.grade(None, formula).verdict == "wrong"
    right = formula.replace("z_1}", "z_j}").replace("z_2}", "z_j}").replace("a_1}", "a_j}").replace("z_{1}", "z_{j}")
    assert of.grade(None, right).verdict == "equal"
