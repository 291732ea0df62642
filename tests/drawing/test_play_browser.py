"""Sliders in a real browser: the numbers that follow them are the engine's."""

import re

import pytest
from browsing import in_a_browser

from autograd import Value, play, sin, tanh, where
from autograd.drawing import widgets
from autograd.engine.graph import adjoints
from autograd.engine.sweep import order
from nn import MLP, half_sse

pytestmark = in_a_browser


def figure(x):
    return f"{x:.4g}".replace("-", "\u2212")


def move(page, k, x):
    page.locator(f"#leaf{k}").evaluate(
        "(slider, x) => { slider.value = x; slider.dispatchEvent(new Event('input')); }", x
    )
    return float(page.locator(f"#leaf{k}").input_value())


def squashed(w, b, x):
    return tanh(w * x + b) ** 2


def test_a_moved_slider_gives_the_engines_numbers(opened):
    page = opened(play(squashed, w=(-3, 3), b=(-1, 1), x=0.5))
    for k, x in ((0, -2.31), (1, 0.77), (0, 0.0)):
        move(page, k, x)
        at = [Value(float(page.locator(f"#leaf{j}").input_value())) for j in (0, 1)]
        loss = squashed(at[0], at[1], Value(0.5))
        g = adjoints(loss)
        assert page.locator("#said").text_content() == f"L = {figure(loss.data)}"
        for j, leaf in enumerate(at):
            shown = page.locator(f"output[for=leaf{j}]").text_content().split()
            assert shown == [figure(leaf.data), "∂", figure(g[leaf])]
        title = page.locator("#picture .node").filter(has_text=re.compile("tanh"))
        node = next(node for node in order(loss) if str(node.op) == "tanh")
        assert title.locator("text").all_text_contents()[1:] == [figure(node.data), f"∂ {figure(g[node])}"]


def test_a_network_follows_its_inputs_and_a_weight(opened):
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    x = [Value(0.5, "x[1]"), Value(-1.0, "x[2]")]
    page = opened(play(half_sse(model(x), 1.0), **{"x[1]": (-2, 2), "w1[2,3]": (-1, 1)}))
    x[0].data = move(page, 0, 1.1)
    model.layers[0].neurons[2].w[1].data = move(page, 1, -0.4)
    loss = half_sse(model(x), 1.0)
    g = adjoints(loss)
    for node in order(loss):
        if node.label is not None and str(node.label).startswith("s1"):
            box = page.locator(f"#picture .node[data-name='a1{str(node.label)[2:]}']")
            assert f"δ {figure(g[node])}" in box.locator("text").all_text_contents()
    page.locator("#picture .node[data-name='a1[3]']").click()
    lines = page.locator("#history").text_content()
    weight = model.layers[0].neurons[2].w[1]
    assert f"w1[2,3] = {figure(weight.data)}   ∂ {figure(g[weight])}" in lines
    assert page.locator("#why math").count() == 1
    assert page.locator("#shown option").all_text_contents() == ["L", "s2[1]"]


def test_the_other_branch_of_where(opened):
    page = opened(play(lambda w, x: where(w > x, w * w, sin(x) - w), w=(-3, 3), x=0.5))
    w = move(page, 0, -2.0)
    assert page.locator("output[for=leaf0]").text_content().split() == [figure(w), "∂", figure(-1.0)]
    w = move(page, 0, 2.0)
    assert page.locator("output[for=leaf0]").text_content().split() == [figure(w), "∂", figure(2 * w)]


def test_the_plot_sets_the_sliders_and_start_again_sets_them_back(opened):
    page = opened(play(squashed, w=(-3, 3), b=(-1, 1), x=0.5))
    assert "(red) to" in page.locator("#caption").text_content()
    before = page.locator("#leaf0").input_value(), page.locator("#leaf1").input_value()
    painted = "document.getElementById('plane').toDataURL()"
    first = page.evaluate(painted)
    box = page.locator("#plane").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    assert float(page.locator("#leaf0").input_value()) == pytest.approx(-1.5, abs=0.05)
    assert float(page.locator("#leaf1").input_value()) == pytest.approx(0.5, abs=0.02)
    page.locator("#up").select_option("")
    assert "tangent" in page.locator("#caption").text_content()
    assert page.evaluate(painted) != first
    page.click("#again")
    assert (page.locator("#leaf0").input_value(), page.locator("#leaf1").input_value()) == before


def test_the_arrow_keys_move_a_slider(opened):
    page = opened(play(squashed, w=(-3, 3), b=(-1, 1), x=0.5))
    before = float(page.locator("#leaf0").input_value())
    page.locator("#leaf0").press("ArrowRight")
    after = float(page.locator("#leaf0").input_value())
    assert after == pytest.approx(before + 6 / 600)
    assert page.locator("output[for=leaf0]").text_content().split()[0] == figure(after)


MODEL = """
window.state = {page: PAGE, names: ["w", "b"], numbers: {w: 1, b: 0.25}};
window.heard = [];
window.saved = 0;
window.model = {
  get: name => state[name], set: (name, x) => { state[name] = x; }, save_changes: () => { saved++; },
  on: (name, f) => heard.push(f), off: () => {},
};
"""


def test_a_widget_and_its_page_move_each_other(opened, browser):
    found = play(squashed, w=(-3, 3), b=(-1, 1), x=0.5)
    page = opened(found)
    script = (widgets.PAGES / "widget.js").read_text(encoding="utf-8").replace("export default", "window.widget =")
    html = found.html()
    page.set_content("<div id=place></div>")
    page.evaluate("page => { window.given = page; }", html)
    page.add_script_tag(content=MODEL.replace("PAGE", "window.given"))
    page.add_script_tag(content=script)
    page.evaluate("widget.render({model, el: document.getElementById('place')}); null")
    frame = page.frame_locator("iframe")
    frame.locator("output[for=leaf1]").filter(has_text="0.25").wait_for()
    frame.locator("#leaf0").press("Home")
    page.wait_for_function("state.numbers.w === -3 && saved > 0")
    page.evaluate("state.numbers = {w: 2, b: -0.5}; heard.forEach(f => f()); null")
    frame.locator("output[for=leaf1]").filter(has_text="−0.5").wait_for()
    assert frame.locator("#leaf0").input_value() == "2"


@pytest.mark.parametrize(("width", "terms"), [(1440, 3), (390, 1)])
def test_the_formula_fits_the_page(opened, width, terms):
    model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
    x = [Value(0.5, "x[1]"), Value(-1.0, "x[2]")]
    page = opened(play(half_sse(model(x), 1.0), **{"x[1]": (-2, 2)}))
    page.set_viewport_size({"width": width, "height": 900})
    move(page, 0, 0.25)
    page.locator("#why math").wait_for()
    dots = page.locator("#why math mo").filter(has_text="\u00b7")
    assert dots.count() == 2 * terms  # once in symbols, once in numbers
    assert page.evaluate("document.getElementById('what').scrollWidth <= innerWidth")
