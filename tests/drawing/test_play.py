"""``play``: its arguments and errors, and the program on its page, which computes the numbers of the engine."""

import json
import re
import shutil
import subprocess
import sys
import types

import pytest

import autograd
from autograd import DrawingError, GraphError, Value, exp, play, sin, tanh, where
from autograd.compiler.source import Export
from autograd.engine.graph import adjoints
from autograd.engine.sweep import partials_of
from nn import MLP, half_sse

NODE = shutil.which("node")


def squashed(w, x):
    return tanh(w * x) ** 2


def test_the_sliders_of_a_function():
    found = play(squashed, w=(-3, 3), x=0.5)
    assert repr(found) == "<play of w>"
    ((leaf, told),) = found.sliders.items()
    assert told == ("w", -3.0, 3.0)
    assert leaf.data == pytest.approx(1.0)
    assert found.loss.data == squashed(leaf.data, 0.5)


def test_the_sliders_of_a_loss():
    w, x = Value(10.0, "w"), Value(0.5, "x")
    loss = squashed(w, x)
    assert list(play(loss).sliders.values()) == [("w", -10.0, 30.0), ("x", -2.5, 3.5)]
    assert list(play(loss, w=(-3, 3)).sliders.values()) == [("w", -3.0, 10.0)]


def test_the_sliders_of_a_network_stand_in_natural_order():
    loss = half_sse(MLP(1, [11, 1], seed=0)([Value(0.5, "x")]), 1.0)
    names = [name for name, *_ in play(loss, **{f"b1[{k}]": (-1, 1) for k in (2, 11, 1)}).sliders.values()]
    assert names == ["b1[2]", "b1[11]", "b1[1]"]  # in the order of the call
    small = half_sse(MLP(1, [10, 1], seed=0).layers[0].neurons[9]([Value(0.5, "x[1]")]), 1.0)
    assert [name for name, *_ in play(small).sliders.values()] == ["b1[10]", "w1[1,10]", "x[1]"]


@pytest.mark.parametrize(
    ("f", "given", "error", "message"),
    [
        (3.0, {}, TypeError, "a function or a recorded loss, found float"),
        (lambda w: 3.0, {"w": (0, 1)}, TypeError, "the function returned a float"),
        (squashed, {"w": (0, 1)}, TypeError, "missing .* 'x': give each argument a range or a number, by its name"),
        (lambda w: w ** "2", {"w": (0, 1)}, TypeError, r"unsupported operand type\(s\)"),
        (squashed, {"w": 1.0, "x": 2.0}, GraphError, "nothing can be moved"),
        (squashed, {"w": (0, 1, 2), "x": 2.0}, TypeError, "w is .*: give a number, or a range"),
        (squashed, {"w": (1, 0), "x": 2.0}, ValueError, "w goes from 1.0 to 0.0"),
        (squashed, {"w": (0, float("inf")), "x": 2.0}, ValueError, "give two finite numbers"),
        (Value(2.0, "w") * 3, {"v": (0, 1)}, GraphError, "no leaf under this loss has the label 'v': its leaves are w"),
        (Value(2.0, "w") * 3, {"w": 1.0}, TypeError, "w of a recorded loss is 1.0: give a range"),
        (sum(Value(1.0) for _ in range(30)), {}, GraphError, "30 leaves are more than the 24 sliders that fit"),
    ],
)
def test_what_is_refused(f, given, error, message):
    with pytest.raises(error, match=message):
        play(f, **given)


def test_where_it_is_saved(tmp_path):
    found = play(squashed, w=(-3, 3), x=0.5)
    with pytest.raises(AttributeError, match=r"no attribute 'show': write save\('play.html'\)"):
        found.show()
    assert "show" not in dir(found)
    with pytest.raises(ValueError, match=r"saved as \.html, found 'play\.txt'"):
        found.save(tmp_path / "play.txt")
    assert found.save(tmp_path / "play.html").read_text(encoding="utf-8") == found.html()


def test_a_notebook_shows_the_page_in_a_frame():
    assert "<iframe srcdoc=" in play(squashed, w=(-3, 3), x=0.5)._repr_html_()


def test_a_graph_too_large_says_so_instead():
    loss = sum(exp(Value(float(k), f"x{k}") / 1000) for k in range(2000))
    with pytest.raises(DrawingError):
        play(loss, x3=(0, 1)).html()
    assert "too many for a picture" in play(loss, x3=(0, 1))._repr_html_()


def branched(w, x):
    return where(w > x, w * w, sin(x) - w)


def network(w, x):
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
    return half_sse(model([w, x]), 1.0)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("f", [squashed, branched, network])
def test_the_program_on_the_page_has_every_number_of_the_engine(f):
    w, x = Value(1.5, "w"), Value(0.5, "x")
    export = Export(f(w, x), [w, x], "javascript", every=True)
    points = [(1.5, 0.5), (-1.25, 0.75), (0.3, 2.0)]
    script = f"{export.text()}\nconsole.log(JSON.stringify({json.dumps(points)}.map(loss)))"
    found = json.loads(subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, check=True).stdout)
    place = {node: k for k, node in enumerate(export.nodes)}
    for (a, b), (numbers, gradients, locals_) in zip(points, found, strict=True):
        at = [Value(a, "w"), Value(b, "x")]
        loss = f(*at)
        again = Export(loss, at, "javascript", every=True)
        assert len(again.nodes) == len(export.nodes)
        g = adjoints(loss)
        for node in again.nodes:
            k = again.nodes.index(node)
            if node in g:
                assert numbers[k] == pytest.approx(node.data, rel=1e-14)
            assert gradients[k] == pytest.approx(g.get(node, 0.0), rel=1e-13)
        for (k, j), local in zip(export.edges, locals_, strict=False):
            node = again.nodes[k]
            if node in g and local is not None:
                partials = [p for y, p in zip(node.operands, partials_of(node), strict=True) if y is again.nodes[j]]
                assert any(local == pytest.approx(p, rel=1e-13) for p in partials)
    assert place[export.nodes[-1]] == len(export.nodes) - 1


def test_advice_where_anywidget_is_missing(monkeypatch):
    from autograd.drawing.widgets import _widget_class

    _widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ModuleNotFoundError, match=r"a widget needs anywidget: pip install 'deltagrad\[notebooks\]'"):
        play(squashed, w=(-3, 3), x=0.5).widget()


def test_a_widget_has_the_page_and_the_numbers(monkeypatch):
    import traitlets

    from autograd.drawing.widgets import _widget_class

    _widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", types.SimpleNamespace(AnyWidget=traitlets.HasTraits))
    same = Value(1.0, "w") * Value(2.0, "w")
    found = play(same).widget()
    assert found.names == ["w", "w (1)"]
    assert sorted(found.numbers.values()) == [1.0, 2.0]
    assert repr(found) == "<widget of w, w (1)>"
    assert "<canvas" in found.page
    _widget_class.cache_clear()


def test_the_name_is_lazy():
    assert re.search(r"\bplay\b", " ".join(autograd.__all__))
