"""Steps are the engine's sweep: the same order, products and sums. The paths to a leaf add up to its gradient."""

import json
import math
import re
from base64 import b64decode

import pytest
from graphs import GRAPHS, network

from autograd import Value, dot, draw, explain, steps, total
from autograd.engine.errors import DrawingError, GraphError
from autograd.engine.graph import adjoints


def small():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = "c"
    loss = (c + 10) ** 2 / 4 + a * c
    loss.label = "L"
    return loss, a, b, c


def test_the_steps_of_a_small_graph():
    loss, a, b, c = small()
    found = steps(loss)
    assert len(found) == 9
    last = found[-1]
    assert (last.node, last.operand, last.adjoint, last.local, last.contribution) == (c, b, 4.0, 2.0, 8.0)
    assert str(found[7]) == "   8  c (mul) propagates 4 * -3 = -12 to a: -6 -> -18"
    assert [s.number for s in found.history(c)] == [5, 7, 8, 9]
    assert a.grad == b.grad == 0


@pytest.mark.parametrize("name", GRAPHS)
def test_the_last_gradients_are_the_engines(name):
    loss = GRAPHS[name]()
    gradients = adjoints(loss)
    after = {loss: 1.0}
    for step in steps(loss):
        assert step.before == after.get(step.operand, 0.0)
        assert step.adjoint == after[step.node]
        assert step.contribution == step.adjoint * step.local
        after[step.operand] = step.after
    for node, g in gradients.items():
        assert after.get(node, 0.0) == pytest.approx(g, rel=1e-12, abs=1e-300)


def test_the_forward_pass():
    loss, *_ = small()
    found = steps(loss, forward=True)
    first = ["1  c = mul(2, -3) = -6", "2  v3 = mul(2, -6) = -12", "3  v4 = add(-6, 10) = 4"]
    assert [str(s).strip() for s in found][:3] == first
    assert found[-1].data == loss.data


@pytest.mark.parametrize("name", ["2-3-2 sigmoid, half sse", "composed tanh", "skip connection", "recurrent"])
def test_paths_add_up_to_the_gradient(name):
    loss = GRAPHS[name]()
    for leaf in [node for node in adjoints(loss) if node.op is None]:
        paths = explain(loss, leaf)
        assert math.fsum([p.contribution for p in paths]) == pytest.approx(adjoints(loss)[leaf], rel=1e-12, abs=1e-15)
        assert paths.gradient == adjoints(loss)[leaf]
        for p in paths:
            assert p.contribution == pytest.approx(math.prod(p.locals), rel=1e-12)
            assert len(p.names) == len(p.locals) + 1


def test_paths_are_listed_in_order_of_their_size():
    loss, a, *_ = small()
    assert str(explain(loss, a)).splitlines()[-1] == "3 paths, together -18"
    assert {p.contribution for p in explain(loss, a)} == {-6.0}


def test_too_many_paths():
    x = Value(1.0, "x")
    y = x
    for _ in range(30):
        y = y + y
    with pytest.raises(DrawingError, match="1,073,741,824 paths"):
        explain(y, x)


def test_what_has_no_steps():
    with pytest.raises(TypeError, match="steps takes the Value"):
        steps(3.0)
    with pytest.raises(GraphError, match="nothing is recorded"):
        steps(Value(1.0))
    loss, *_ = small()
    with pytest.raises(GraphError, match="is not under"):
        explain(loss, Value(1.0))
    with pytest.raises(AttributeError, match=r"no attribute 'show': print the steps, or write save\('steps.html'\)"):
        steps(loss).show()
    assert "show" not in dir(steps(loss))


def test_sums_of_any_length():
    w, x = [Value(k, f"w{k}") for k in (1.0, 2.0, 3.0)], [Value(k, f"x{k}") for k in (4.0, 5.0, 6.0)]
    found = steps(total([dot(w, x), w[0]]))
    assert len(found) == 2 + 6
    assert found[-1].after in (1.0, 3.0, 6.0, 5.0, 4.0, 2.0)


def test_the_page_is_one_file_and_holds_the_steps():
    loss, *_ = small()
    text = steps(loss).html()
    assert not re.search(r"(src|href)\s*=\s*[\"']?(http|//)", text)
    data = json.loads(re.search(r'<script id="steps" type="application/json">(.*?)</script>', text, re.DOTALL)[1])
    assert [s["text"] for s in data["steps"]] == [str(s).strip() for s in steps(loss)]
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert data["steps"][0]["sum"] == ["L", steps(loss)[0].operand_name, "", "1", "1", "1"]


def test_a_notebook_without_scripts_has_a_picture_and_steps():
    loss, *_ = small()
    text = steps(loss)._repr_html_()
    outside = re.sub(r"<iframe.*?</iframe>", "", text, flags=re.DOTALL)
    picture = b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', outside).group(1)).decode()
    assert picture.startswith("<svg")
    assert outside.count("<details>") == 1 + len(steps(loss))
    assert "<script" not in outside


def test_large_graphs_step_as_text():
    loss = network((60, 60, 60, 4))
    found = steps(loss)
    assert str(found).splitlines() == [*map(str, found), "In formulas, a3[j] is y[j]."]
    with pytest.raises(DrawingError, match="too many for a picture"):
        found.html()
    assert "too many for a picture" in found._repr_html_()


def test_saving(tmp_path):
    loss, *_ = small()
    assert steps(loss).save(tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert len(steps(loss).save(tmp_path / "a.txt").read_text(encoding="utf-8").splitlines()) == 9
    with pytest.raises(ValueError, match=r"saved as .html or .txt"):
        steps(loss).save(tmp_path / "a.gif")


def test_a_chain_whose_edges_are_long_is_refused_in_time():
    x, w = Value(0.5, "x"), Value(0.9, "w")
    y = x
    for _ in range(400):
        y = (w * y + x).tanh()
    with pytest.raises(DrawingError, match="too many for a picture"):
        steps(y).html()
    with pytest.raises(DrawingError, match="draw a part of it"):
        draw(y, detail="values")


def test_a_thousand_steps_are_drawn():
    found = steps(network((2, 22, 20, 1)))
    assert len(found) > 1000
    told = json.loads(re.search(r'<script id="steps" type="application/json">(.*?)</script>', found.html()).group(1))
    assert len(told["steps"]) == len(found)
