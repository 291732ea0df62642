"""Pictures: they show the numbers of the engine, they stay readable, and no label does anything."""

import math
import re
import sys
import xml.etree.ElementTree as ET

import pytest
from graphs import GRAPHS, curve, network

from autograd import Value, atan2, draw, maximum, tanh, where
from autograd.drawing import rendering
from autograd.drawing.marks import number, sign_colour
from autograd.engine.errors import DrawingError, GraphError
from autograd.engine.graph import adjoints
from nn import MLP, deltas, half_sse

SVG = "{http://www.w3.org/2000/svg}"


def shown(drawing):
    """Return the texts of a rendered picture."""
    tree = ET.fromstring(drawing.svg())
    return [element.text for element in tree.iter(f"{SVG}text")]


def small():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = "c"
    loss = (c + 10) ** 2 / 4
    loss.label = "L"
    return loss, a, b, c


def test_values_are_shown_with_their_gradients():
    loss, a, b, _ = small()
    texts = shown(draw(loss))
    for text in ("a", "b", "c = ×", "L = ÷", "\u22126", "4", "∂ \u22126", "∂ 4"):
        assert text in texts
    g = adjoints(loss)
    assert (g[a], g[b]) == (-6.0, 4.0)
    assert a.grad == b.grad == 0  # drawing changes nothing


def test_edges_carry_the_local_derivative_on_request():
    loss, *_ = small()
    with_edges, without = shown(draw(loss, edges=True)), shown(draw(loss))
    assert "8" in with_edges
    assert "8" not in without


def test_the_colour_of_an_edge_is_the_sign_of_what_flows():
    w, x = Value(3.0, "w"), Value(2.0, "x")
    source = draw(w * x - 5 * x).source
    colours = [part.split('"')[0] for part in source.split('color="')[1:]]
    edges = [line for line in source.splitlines() if "->" in line]
    assert any("#a8202f" in line or "#c" in line for line in edges)  # red
    assert any("#1f5aa8" in line for line in edges)  # the strongest blue
    assert colours


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("detail", ["values", "neurons", "layers"])
def test_every_graph_is_drawn(name, detail):
    drawing = draw(GRAPHS[name](), detail=detail)
    assert drawing.detail == detail
    assert drawing.source.startswith("digraph")


def test_a_network_collapses_to_neurons():
    drawing = draw(network((2, 16, 16, 1), "tanh", "tanh"))
    assert drawing.detail == "neurons"
    root = ET.fromstring(drawing.svg())
    width, height = [float(root.get(k).removesuffix("pt")) for k in ("width", "height")]
    assert width < 1000  # one screen
    assert height < 1000
    titles = 3
    assert len([g for g in root.iter(f"{SVG}g") if g.get("class") == "node"]) == 2 + 16 + 16 + 1 + 1 + titles


def test_a_large_network_collapses_to_layers():
    drawing = draw(network((64, 32, 10)))
    assert drawing.detail == "layers"
    texts = shown(drawing)
    assert "layer 1: 32 neurons" in texts
    assert "layer 2: 10 neurons" in texts


def test_a_neuron_lists_its_weights_and_gradients():
    loss = network((2, 3, 2))
    texts = shown(draw(loss, detail="neurons"))
    g = adjoints(loss)
    for node in g:
        if node.label is not None and str(node.label).startswith("w2"):
            assert f"∂ {node_text(g[node])}" in texts
            assert node_text(node.data) in texts


def node_text(x):
    return f"{x:.4g}".replace("-", "\u2212")


def test_deltas_and_formulas_on_the_picture():
    loss = network((2, 3, 2))
    texts = shown(draw(loss, deltas=True, formulas=True))
    assert "-(t[1] - y[1])*y[1]*(1 - y[1])" in texts
    assert "a[2]*(1 - a[2])*sum(d_o[o]*w_ho[2,o] for o in O)" in texts
    delta = next(adjoints(loss)[n] for n in adjoints(loss) if str(n.label) == "s2[1]")
    assert f"d_o[1] = {node_text(delta)}" in texts


def test_expanding_a_neuron():
    loss = network((2, 16, 16, 1), "tanh", "tanh")
    plain, expanded = shown(draw(loss)), shown(draw(loss, expand=["a2[3]"]))
    assert "w2[5,3]" not in plain
    assert "w2[5,3]" in expanded


def test_expanding_a_layer_and_a_neuron_among_layers():
    loss = half_sse(MLP(8, [6, 5, 2], activation="tanh", seed=1)([0.1] * 8), [1.0, 0.0])
    collapsed, by_layer = ["\n".join(shown(draw(loss, detail="layers", expand=e))) for e in ((), 2)]
    assert "layer 2: 5 neurons" in collapsed
    assert "layer 2: 5 neurons" not in by_layer
    assert "layer 1: 6 neurons" in by_layer
    assert all(f"a2[{k}] = " in by_layer for k in range(1, 6))
    assert "w2[1,3]" not in by_layer
    by_neuron = "\n".join(shown(draw(loss, detail="layers", expand="a2[3]", deltas=True)))
    assert "w2[1,3]" in by_neuron
    assert "w2[1,2]" not in by_neuron
    assert (
        f"d2[3] = {number(next(row.delta for row in deltas(loss) if (row.layer, row.neuron) == (2, 3)))}" in by_neuron
    )
    both = draw(loss, detail="layers", expand=[1, 2]).source
    assert both.count("-> n2_") == 6 * 5


@pytest.mark.parametrize("bad", ["a9[1]", 7, ["a1[1]", "b"]])
def test_expanding_what_is_not_there(bad):
    loss = half_sse(MLP(2, [3, 1], seed=1)([1.0, 2.0]), 1.0)
    with pytest.raises(ValueError, match="no neuron or layer here"):
        draw(loss, detail="neurons", expand=bad)


def test_a_sample_of_a_batch():
    loss = network((2, 3, 2), samples=3)
    first, third = shown(draw(loss, detail="neurons")), shown(draw(loss, detail="neurons", sample=3))
    assert any(t.startswith("a[1,1] = ") for t in first)
    assert any(t.startswith("a[1,3] = ") for t in third)
    with pytest.raises(ValueError, match="samples count from 1 to 3"):
        draw(loss, detail="neurons", sample=4)


HOSTILE = [
    '"',
    "<b>bold</b>",
    "</svg><script>alert(1)</script>",
    "a\nb",
    "\\N",
    "\\",
    "&amp;",
    "]]>",
    "\x00",
    "{|}",
    "é",
    "",
]


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("detail", ["values", "neurons"])
def test_labels_come_out_as_text(label, detail):
    w, x, t = Value(0.5, "w" + label), Value(0.3, "x" + label), Value(0.2, "t" + label)
    loss = (t - tanh(w * x)) ** 2
    loss.label = label or None
    drawing = draw(loss, detail=detail)
    root = ET.fromstring(drawing.svg())  # well-formed
    assert not list(root.iter(f"{SVG}script"))
    text = "".join([element.text or "" for element in root.iter(f"{SVG}text")])
    wanted = label.replace("\n", "").replace("\x00", "\ufffd")
    assert "x" + wanted in text
    assert drawing._repr_mimebundle_()["image/svg+xml"]


def test_saving(tmp_path):
    loss, *_ = small()
    drawing = draw(loss)
    heads = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}
    for kind, head in heads.items():
        path = drawing.save(tmp_path / f"picture.{kind}")
        assert path.read_bytes().startswith(head)
    with pytest.raises(ValueError, match=r"ends in .svg, .png, .pdf or .dot"):
        drawing.save(tmp_path / "picture.gif")


def test_ten_thousand_values_say_what_to_ask_for():
    x = Value(0.5, "x")
    for _ in range(10_000):
        x = x * 1.0001
    with pytest.raises(DrawingError, match="detail='neurons' or 'layers'"):
        draw(x, detail="values")
    with pytest.raises(DrawingError, match="10,001 values"):
        draw(x)


def test_a_repr_never_raises(monkeypatch):
    loss, *_ = small()
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    drawing = draw(loss)
    assert "nothing here can lay out a graph" in drawing._repr_mimebundle_()["text/html"]
    with pytest.raises(DrawingError, match="nothing here"):
        drawing.svg()
    assert repr(drawing) == "<drawing of values>"


def test_without_graphviz_on_the_path(monkeypatch):
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    loss, *_ = small()
    assert "L = ÷" in shown(draw(loss))


def test_what_cannot_be_drawn():
    with pytest.raises(TypeError, match="draw takes a Value"):
        draw(3.0)
    with pytest.raises(ValueError, match="detail is one of"):
        draw(Value(1.0), detail="atoms")
    with pytest.raises(ValueError, match="rankdir is"):
        draw(Value(1.0), rankdir="up")
    with pytest.raises(GraphError):
        draw(Value(1.0) * 2, detail="neurons")


def test_other_graphs():
    assert draw(Value(1.0, "x")).detail == "values"
    assert "where" in "".join(shown(draw(where(Value(1.0, "c"), Value(2.0, "a"), Value(3.0, "b")))))
    assert draw(curve()).detail == "values"


@pytest.mark.parametrize("sizes", [(2, 3, 2), (2, 16, 16, 1), (3, 8, 8, 4)])
@pytest.mark.parametrize("deltas", [False, True])
def test_neurons_stand_below_each_other_in_their_order(sizes, deltas):
    root = ET.fromstring(draw(network(sizes), detail="neurons", deltas=deltas).svg())
    places: dict = {}
    for group in root.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if group.get("class") == "node" and re.fullmatch(r"n\d+_\d+_0", title.text):
            layer, index = map(int, title.text[1:].split("_")[:2])
            places.setdefault(layer, []).append((float(group.find(f"{SVG}text").get("y")), index))
    assert {layer: [index for _, index in sorted(found)] for layer, found in places.items()} == {
        layer: list(range(1, size + 1)) for layer, size in enumerate(sizes) if layer
    }


def _contrast(colour):
    """Return the contrast of a colour to white, as WCAG 2 defines it."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


@pytest.mark.parametrize("x", [1.0, 1e-9, -1.0, -1e-300, 0.0, math.nan])
def test_text_is_readable_however_small_its_number(x):
    assert _contrast(sign_colour(x)) >= 4.5


SUMS = [
    (lambda a, b: sum([a * 2, b * 3]), 5, 2),
    (lambda a, b: sum([a * 2, b * 3, a * b]), 7, 2),
    (lambda a, b: sum([a * b, a]) * 2, 5, 1),
    (lambda a, b: sum([a * b]), 3, 0),
    (lambda a, b: sum([a]), 1, 0),
    (lambda a, b: sum([sum([sum([a]), b])]) * b, 4, 0),
    (lambda a, b: sum([sum([a])]), 1, 0),
    (lambda a, b: (a + 0) * b, 4, 1),  # this is not the beginning of a sum
    (lambda a, b: sum([sum([a, b]), b]), 4, 0),
]


@pytest.mark.parametrize(("make", "nodes", "constants"), SUMS)
def test_the_zero_that_a_sum_begins_with_is_not_drawn(make, nodes, constants):
    source = draw(make(Value(2.0, "a"), Value(3.0, "b"))).source
    assert len(re.findall(r"^\tv\d+ \[label", source, re.MULTILINE)) == nodes
    assert len(re.findall(r"^\tv\d+c\d+ \[label", source, re.MULTILINE)) == constants
    drawn = set(re.findall(r"^\t(v\w+) \[label", source, re.MULTILINE))
    assert {end for edge in re.findall(r"^\t(v\w+) -> (v\w+)", source, re.MULTILINE) for end in edge} <= drawn


def test_a_sum_of_one_term_keeps_its_name():
    loss = sum([Value(2.0, "a") * Value(3.0, "b")])
    loss.label = "L"
    source = draw(loss).source
    assert "<B>L = v2 = \u00d7</B>" in source
    assert ">0<" not in source


MARKS = [
    (lambda a, b: a - b, {("a", ""), ("b", "\u2212")}),
    (lambda a, b: b - a, {("b", ""), ("a", "\u2212")}),
    (lambda a, b: a / b, {("a", ""), ("b", "\u00f7")}),
    (lambda a, b: b / a, {("b", ""), ("a", "\u00f7")}),
    (lambda a, b: a**b, {("a", ""), ("b", "^")}),
    (lambda a, b: atan2(b, a), {("b", "1"), ("a", "2")}),
    (lambda a, b: a * b, {("a", ""), ("b", "")}),
    (lambda a, b: a + b, {("a", ""), ("b", "")}),
    (lambda a, b: maximum(a, b), {("a", ""), ("b", "")}),
    (lambda a, b: a - a, {("a", ""), ("a", "\u2212")}),
]


@pytest.mark.parametrize(("make", "expected"), MARKS)
def test_the_second_operand_is_marked_where_the_order_matters(make, expected):
    source = draw(make(Value(2.0, "a"), Value(3.0, "b"))).source
    names = dict(re.findall(r"^\t(v\d+) \[label=<<TABLE.*?<B>(\w)</B>", source, re.MULTILINE))
    edges = re.findall(r"^\t(v\d+) -> v\d+ \[(.*)\]", source, re.MULTILINE)
    marks = {(names[tail], (re.findall(r'headlabel="? (\S+) "?', more) or [""])[0]) for tail, more in edges}
    assert marks == expected


@pytest.mark.parametrize(
    ("make", "mark"), [(lambda a: 2 / a, "\u00f7"), (lambda a: a - 1, "\u2212"), (lambda a: a**3, "^")]
)
def test_a_constant_operand_is_marked_too(make, mark):
    assert f'headlabel=" {mark} "' in draw(make(Value(2.0, "a"))).source


@pytest.mark.parametrize(("number", "branch"), [(5.0, "then"), (2.0, "else")])
def test_the_branch_of_a_choice_is_marked(number, branch):
    a, b = Value(number, "a"), Value(3.0, "b")
    source = draw(where(a > b, a * a, b * b)).source
    assert [mark for mark in ("if", "then", "else") if f'headlabel=" {mark} "' in source] == ["if", branch]


@pytest.mark.parametrize("label", ["a" * 17_000, "<&" * 9_000, "b c\n" * 5_000, "\u20ac" * 20_000])
def test_a_label_of_any_length_is_drawn(label):
    drawing = draw(tanh(Value(1.0, label) * 2), edges=True)
    assert drawing.svg().count("\u2026") == 1
    assert len(drawing.source) < 10_000


@pytest.mark.parametrize("name", ["show", "render", "view"])
def test_how_a_picture_is_shown(name):
    picture = draw(Value(2.0) * 3.0)
    assert name not in dir(picture)
    assert not hasattr(picture, name)
    with pytest.raises(AttributeError, match=rf"no attribute '{name}': write save\('graph.svg'\)"):
        getattr(picture, name)
