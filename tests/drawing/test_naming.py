"""A value has one name in pictures, steps and programs. If formulas have another name for it, a line says so."""

import json
import re

import pytest
from browsing import in_a_browser
from graphs import network

import autograd
from autograd import Value, derive, draw, explain, play, relu, steps, tanh
from autograd.engine.graph import adjoints
from nn import MLP, SGD, cross_entropy, fit, half_sse, train_live


def one_of_nn():
    model = MLP(2, [3, 1], activation="sigmoid", output="sigmoid", seed=0)
    return half_sse(model([Value(0.3, "x1"), Value(0.5, "x2")]), 1.0), model.parameters()


def classes():
    model = MLP(2, [3, 3], activation="tanh", seed=0)
    return cross_entropy(model([0.3, 0.5]), 1), model.parameters()


def batch():
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    return sum([half_sse(model([0.3, k]), 1.0) for k in (1.0, 2.0, 3.0)]), model.parameters()


def deep():
    model = MLP(2, [2, 2, 1], activation="tanh", seed=0)
    return half_sse(model([0.3, 0.5]), 1.0), model.parameters()


def recorded():
    x, w, v, b = Value(0.3, "x"), Value(0.2, "w1"), Value(0.5, "w2"), Value(0.1, "b")
    return (tanh(w * x + b) * v - 1) ** 2, [w, v, b]


def folded():  # Python's sum begins with 0, and a picture leaves out that node
    x, w, v = Value(0.3, "x"), Value(0.2, "w1"), Value(0.5, "w2")
    return relu(sum([w * x, v * 2.0])) ** 2, [w, v]


def product():
    a, b = Value(2.0), Value(3.0, "b")
    return a * b, [a, b]


GRAPHS = [one_of_nn, classes, batch, deep, recorded, folded, product]
WITH_NEURONS = [one_of_nn, classes, batch, deep, recorded]


def numbers_in(text):
    """Return the numbers k of all ``vk`` that a text mentions, including runs such as ``v3 to v5``."""
    found = set()
    for a, b in re.findall(r"\bv(\d+)(?: to v(\d+))?\b", text):
        found |= set(range(int(a), int(b or a) + 1))
    return found


def told(text):
    """Return the pairs of the line that maps names to those in formulas."""
    line = re.search(r"In formulas, (.*)\.$", str(text), re.MULTILINE)
    return dict(re.findall(r"(\S+(?: \S+)?) is (\S+?)(?:,(?= )|$)", line[1])) if line else {}


def in_formulas(label, pairs):
    """Return the name in formulas of a label, by the pairs of a line."""
    if label in pairs:
        return pairs[label]
    stem, indices = re.fullmatch(r"(.*)\[(.*)\]", label).groups()
    letters = ",".join("jklm"[: indices.count(",") + 1])
    return pairs.get(f"{stem}[{letters}]", f"{stem}[{letters}]").replace(letters, indices)


@pytest.mark.parametrize("make", GRAPHS)
def test_what_steps_and_explanations_mention_is_in_the_picture(make):
    loss, parameters = make()
    shown = [
        re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"label=<(.*)>\]", draw(loss, detail="values").source)
    ]
    boxes = {name for cell in shown for name in re.split(r" = |\s+", cell)}
    for text in (steps(loss), steps(loss, forward=True), explain(loss, parameters[0])):
        rows = re.sub("In formulas.*", "", str(text))
        assert {f"v{k}" for k in numbers_in(rows)} <= boxes
        assert "L" in boxes
        assert re.search(r"\bL\b", rows)


@pytest.mark.parametrize("make", WITH_NEURONS)
def test_the_picture_of_neurons_lists_the_numbers_that_steps_mention(make):
    loss, _ = make()
    source = re.sub(r"<[^>]*>", " ", draw(loss, detail="neurons").source)
    samples = derive(loss).network.samples
    mentioned = numbers_in(re.sub("In formulas.*", "", str(steps(loss))))
    listed = numbers_in(" ".join(re.findall(r"(?:values )?\bv\d+(?: to v\d+)?", source)))
    if samples == 1:  # a picture of neurons shows one sample
        assert mentioned <= listed
    assert f"L = {loss.data:.4g}" in source.replace("\u2212", "-")


@pytest.mark.parametrize("make", WITH_NEURONS)
def test_a_line_maps_each_weight_to_its_name_in_formulas(make):
    loss, parameters = make()
    derivation = derive(loss)
    pairs = told(steps(loss))
    for p in parameters:
        target = derivation.formula(p).text.split(" = ")[0].removeprefix("dL/d")
        assert in_formulas(p.label, pairs) == target
        mine = told(explain(loss, p))
        assert in_formulas(p.label, mine) == target
        assert set(mine.items()) <= set(pairs.items())


def test_no_line_where_names_agree_or_nothing_is_a_network():
    x = Value(2.0)
    for loss in (product()[0], x * x, tanh(x) + 1):
        assert "In formulas" not in f"{steps(loss)}{explain(loss, adjoints_of(loss))}"
    assert set(told(steps(deep()[0]))) == {"s3[j]"}  # which is y[j]


def adjoints_of(loss):
    """Return any leaf under a loss."""
    return next(node for node in adjoints(loss) if node.op is None)


@pytest.mark.parametrize("make", [one_of_nn, recorded])
def test_programs_say_it_too(make):
    loss, parameters = make()
    program = autograd.compile(loss)
    pairs = told(program.listing())
    for p in parameters:
        assert in_formulas(p.label, pairs) == in_formulas(p.label, told(steps(loss)))
    parameters[0].data = 7.0  # a program reads its parameters again, and can still be listed
    assert told(program.listing()) == pairs


def data_of(html):
    return json.loads(re.search(r'<script id="steps" type="application/json">(.*?)</script>', html)[1])


def test_films_and_live_training_say_it_too():
    model = MLP(2, [2, 1], activation="tanh", seed=3)
    X, Y = [[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0]
    film = fit(model, X, Y, epochs=1, optimizer=SGD(0.1), progress=False, film=1).film
    pairs = told(film)
    for page in (film.html(), train_live(model, X, Y).html()):
        assert "In formulas, w1[j,k] is w_ih[j,k]" in page
        aliases = data_of(page)["aliases"]
        for p in model.parameters():
            assert aliases[in_formulas(p.label, pairs)] == aliases[p.label]
        assert aliases["a[2]"] == "n1_2"


@pytest.mark.parametrize("make", [one_of_nn, deep, recorded])
def test_pages_find_values_by_their_names_in_formulas(make):
    loss, parameters = make()
    derivation, found = derive(loss), steps(loss)
    aliases, boxes = data_of(found.html())["aliases"], found.picture().box_of
    for p in parameters:
        assert aliases[derivation.formula(p).text.split(" = ")[0].removeprefix("dL/d")] == boxes[p]


def test_sliders_say_it_too():
    page = play(lambda w, x: (tanh(w * x) - 1) ** 2, w=(-1, 1), x=0.5).html()
    assert "In formulas, x is x[1], w is w_io[1,1]" in page
    assert "w_io[1,1]" in data_of(page)["aliases"]


def test_names_change_no_number():
    loss = network((2, 3, 2))
    before = adjoints(loss)
    str(steps(loss))
    assert adjoints(loss) == before


class TestInABrowser:
    pytestmark = in_a_browser

    def test_a_weight_is_found_by_its_name_in_formulas(self, opened):
        page = opened(steps(network((2, 16, 1), "tanh", "tanh")))
        page.fill("#find", "w_ih[1,2]")
        page.press("#find", "Enter")
        assert page.locator("#picture .chosen").get_attribute("data-name") == "a1[2]"
        assert "w1[j,k] is w_ih[j,k]" in page.locator("#correspondence").text_content()
