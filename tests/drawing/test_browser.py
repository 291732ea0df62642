"""The page in a real browser: clicks and playing show the numbers of the engine."""

import re

import pytest
from browsing import in_a_browser

import nn
from autograd import Value, draw, logsumexp, sigmoid, steps, tanh, where
from autograd.engine.graph import adjoints
from nn import MLP, fit, half_sse

pytestmark = in_a_browser


def small(label="c"):
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = label
    loss = tanh(c / 10) ** 2 + a * c
    loss.label = "L"
    return loss, a, b, c


def shown(page, k):
    """Return the text of the gradient of node k."""
    return page.locator(f"#v{k} text").last.text_content()


def figure(x):
    return "∂ " + f"{x:.4g}".replace("-", "\u2212")


def nodes_of(loss):
    from autograd.engine.sweep import order

    return order(loss)


def test_next_and_previous(opened):
    loss, *_ = small()
    found = steps(loss)
    page = opened(found)
    assert page.locator("#at").text_content() == f"step 0 of {len(found)}"
    assert page.locator("#prev").is_disabled()
    place = {node: k for k, node in enumerate(nodes_of(loss))}
    for step in found:
        page.click("#next")
        assert page.locator("#said").text_content() == str(step).strip()
        assert shown(page, place[step.operand]) == figure(step.after)
        assert page.locator("#why math").count() == 1
    assert page.locator("#next").is_disabled()
    page.click("#prev")
    assert page.locator("#said").text_content() == str(found[-2]).strip()
    assert shown(page, place[found[-1].operand]) == figure(found[-1].before)


def wide():
    """Return a network of 2-16-16-1 and the steps of its sweep."""
    model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
    return steps(half_sse(model([0.5, -1.0]), 1.0))


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
def test_a_network_is_stepped_through_without_scrolling(browser, tmp_path, size, dark):
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", offline=True
    )
    page = context.new_page()
    found = wide()
    page.goto(found.save(tmp_path / "steps.html").as_uri())
    for _ in range(60):
        page.keyboard.press("ArrowRight")
        stage = page.locator("#picture").bounding_box()
        for kind in ("from", "to"):
            if page.locator(f"#picture .node.{kind}").count() == 0:
                continue  # a step within a neuron has the same box at both ends
            box = page.locator(f"#picture .node.{kind}").bounding_box()
            assert stage["x"] - 1 <= box["x"]
            assert box["x"] + box["width"] <= stage["x"] + stage["width"] + 1
            assert stage["y"] - 1 <= box["y"]
            assert box["y"] + box["height"] <= stage["y"] + stage["height"] + 1
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.getElementById('what').scrollWidth <= innerWidth")  # no formula is cut off
    assert page.locator("#said").text_content() == str(found[59]).strip()
    context.close()


def test_a_networks_boxes_show_the_engines_gradients_at_the_end(opened):
    found = wide()
    page = opened(found)
    page.keyboard.press("End")
    g = adjoints(found.root)
    labelled = {str(node.label): node for node in nodes_of(found.root) if node.label is not None}
    for layer, count in ((1, 16), (2, 16)):
        for j in range(1, count + 1):
            box = page.locator("#picture .node").filter(has_text=re.compile(rf"^a{layer}\[{j}\]"))
            texts = box.locator("text").all_text_contents()
            assert figure(g[labelled[f"s{layer}[{j}]"]]).replace("\u2202", "\u03b4") in texts
            assert figure(g[labelled[f"a{layer}[{j}]"]]).replace("\u2202 ", "\u2202a ") in texts


def test_a_neurons_weights_are_listed_when_it_is_chosen_by_keyboard(opened):
    page = opened(wide())
    page.keyboard.press("End")
    page.locator("#picture .node[data-name='a1[4]']").focus()
    page.keyboard.press("Enter")
    text = page.locator("#history").text_content()
    for name in ("s1[4]", "a1[4]", "w1[1,4]", "w1[2,4]", "b1[4]"):
        assert f"{name} = " in text
    assert page.locator("#chart svg").get_attribute("role") == "img"


def test_a_value_is_found_by_its_name(opened):
    page = opened(wide())
    page.locator("#find").fill("w2[3,7]")
    page.locator("#find").press("Enter")
    assert page.locator("#history").text_content().startswith("a2[7]")
    assert page.locator("#picture .chosen").get_attribute("data-name") == "a2[7]"


def deep():
    """Return the loss of eight samples, whose sum makes the picture have many columns."""
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    return steps(sum(half_sse(model([k / 8, 1 - k / 8]), 0.5) for k in range(8)) / 8)


SCALE = "() => Math.min(svg.clientWidth / svg.viewBox.baseVal.width, svg.clientHeight / svg.viewBox.baseVal.height)"


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_first_view_can_be_read(opened, size):
    """The first view shows the whole picture, or begins at the box of the first step.

    A click on fit shows the whole.
    """
    page = opened(deep())
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
    page.wait_for_function(f"({SCALE})() > 0.6")
    first = page.evaluate("() => S.steps[0].from")
    frame, box = page.locator("#picture svg").bounding_box(), page.locator(f"#{first} rect").first.bounding_box()
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    page.click("#fit")
    assert page.evaluate(SCALE) < 0.6
    page.click("#next")
    assert page.evaluate(SCALE) > 0.6


def test_a_picture_that_can_be_read_is_shown_as_a_whole(opened):
    page = opened(wide())
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    assert page.evaluate("() => seen.join() === whole.join()")


def test_zooming_and_fitting(opened):
    page = opened(wide())
    svg, whole = page.locator("#picture svg"), page.evaluate("() => whole.join(' ')")
    page.click("#fit")
    page.click("#in")
    assert svg.get_attribute("viewBox") != whole
    page.click("#fit")
    assert svg.get_attribute("viewBox") == whole


def test_a_page_of_a_thousand_steps_is_small_and_quick(opened):
    found = steps(half_sse(MLP(2, [22, 20, 1], activation="tanh", seed=0)([0.5, -1.0]), 1.0))
    assert len(found) > 1000
    assert len(found.html().encode()) < 1_000_000
    page = opened(found)
    page.evaluate("() => { for (let j = 0; j <= S.steps.length; j++) show(j); }")
    assert page.locator("#next").is_disabled()


def test_the_end_shows_the_engines_gradients(opened):
    loss, *_ = small()
    page = opened(steps(loss))
    page.keyboard.press("End")
    g = adjoints(loss)
    for k, node in enumerate(nodes_of(loss)):
        assert shown(page, k) == figure(g[node])


def test_arrow_keys_and_slider(opened):
    loss, *_ = small()
    page = opened(steps(loss))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#at").text_content().startswith("step 2 of")
    page.locator("#slider").fill("4")
    assert page.locator("#at").text_content().startswith("step 4 of")
    page.keyboard.press("Home")


def test_playing(opened):
    loss, *_ = small()
    found = steps(loss)
    page = opened(found)
    page.click("#play")
    assert page.locator("#play").text_content() == "pause"
    over = f"document.getElementById('at').textContent === 'step {len(found)} of {len(found)}'"
    page.wait_for_function(over, timeout=30_000)


def test_a_click_shows_a_nodes_history(opened):
    loss, _, _, c = small()
    found = steps(loss)
    page = opened(found)
    page.locator(f"#v{nodes_of(loss).index(c)}").click()
    lines = page.locator("#history").text_content().splitlines()
    assert lines == ["c", *[str(s).strip() for s in found.history(c)]]


HOSTILE = {
    "</script><script>alert(1)</script>": "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "'\"&<b>": "'\"&<b>",
    "${alert(1)}": "${alert(1)}",
    "\\N\n": "\\N\ufffd",  # characters that cannot be printed become U+FFFD
}


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_runs_nothing(opened, label):
    loss, *_ = small(label)
    page = opened(steps(loss))
    page.keyboard.press("End")
    assert HOSTILE[label] in page.locator("#said").text_content()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2  # the scripts of the page itself


def test_the_forward_pass_plays_too(opened):
    loss, *_ = small()
    found = steps(loss, forward=True)
    page = opened(found)
    page.keyboard.press("End")
    assert page.locator("#said").text_content() == str(found[-1]).strip()


def test_the_page_asks_for_nothing(browser, tmp_path):
    loss, *_ = small()
    context = browser.new_context()
    asked: list = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(steps(loss).save(tmp_path / "steps.html").as_uri())
    page.keyboard.press("End")
    context.close()
    assert [url for url in asked if not re.match(r"file:|data:", url)] == []


def test_a_film_plays(opened):
    samples, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
    film = fit(MLP(2, [3, 1], seed=1), samples, targets, epochs=4, seed=0, progress=False, film=4).film
    page = opened(film)
    assert page.locator("#at").text_content() == "frame 0 of 4"
    painted = "document.getElementById('plane').toDataURL()"
    first = page.evaluate(painted)
    for frame in film[1:]:
        page.keyboard.press("ArrowRight")
        assert page.locator("#said").text_content() == str(frame)
        for (layer, neuron), delta in frame.deltas.items():
            assert page.locator(f"#n{layer}_{neuron} text").last.text_content() == f"δ {delta:.4g}"
    assert page.evaluate(painted) != first  # the decision region moved
    page.locator("#n2_1").click()
    lines = page.locator("#history").text_content().splitlines()
    assert lines[0] == "a2[1]"
    own = dict(zip(film.names, film[-1].parameters, strict=True))
    for name in ("w2[1,1]", "w2[2,1]", "w2[3,1]", "b2[1]"):
        shown, began = next(line for line in lines if line.startswith(f"{name} = "))[len(name) + 3 :].split(
            ", began as "
        )
        assert float(shown) == pytest.approx(own[name], rel=1e-3)
        assert float(began) == pytest.approx(film[0].parameters[film.names.index(name)], rel=1e-3)
    assert page.locator("#chart svg").get_attribute("aria-label").startswith("δ by frame, from ")
    assert page.locator("#panel #plane").is_visible()  # beside the picture, as in other pages


HIDDEN = """html => new Promise(shown => {
  const frame = document.createElement("iframe");
  frame.style.cssText = "display: none; width: 900px; height: 600px";
  frame.srcdoc = html;
  frame.onload = () => { frame.style.display = "block"; shown(); };
  document.body.append(frame);
})"""
OUTSIDE = """nodes => nodes.flatMap(node => {
  const box = node.querySelector("polygon, path, rect").getBoundingClientRect();
  return [...node.querySelectorAll("text")].filter(text => {
    const { left, right } = text.getBoundingClientRect();
    return left < box.left - 1 || right > box.right + 1;
  }).map(text => text.textContent);
})"""


def test_texts_stand_in_their_boxes_in_a_page_that_was_loaded_unseen(opened):
    found = steps(small()[0])
    page = opened(found)
    page.evaluate(HIDDEN, found.html())  # as a notebook does
    frame = page.frames[-1]
    assert frame.locator("#picture .node").count() >= len(found.nodes)
    assert frame.locator("#picture .node").evaluate_all(OUTSIDE) == []


@pytest.mark.parametrize("make", [lambda x, y: tanh(x) * y, lambda x, y: where(x > y, x, y).exp()])
def test_long_names_stand_in_their_boxes(opened, make):
    found = make(Value(0.5, "a_weight_with_a_long_name"), Value(-1.0, "WWWWWMMMMM"))
    found.label = "loss_of_the_whole_batch"
    page = opened(steps(found))
    assert page.locator("#picture .node").evaluate_all(OUTSIDE) == []


def _pictures():
    """Return drawings of every detail, with labels in which many characters are broad."""
    a, b = Value(2.0, "WWWWWWWW"), Value(-3e-17, "mm@@%%_\u4e2d\u6587")
    model = nn.MLP(2, [3, 2], activation="tanh", seed=1)
    loss = nn.cross_entropy(model([0.5, -1.0]), 1)
    return {
        "values": draw(loss, detail="values", edges=True),
        "neurons": draw(loss, detail="neurons", deltas=True, formulas=True),
        "large layers": draw(nn.half_sse(nn.MLP(8, [8, 1], seed=1)([0.1] * 8), [1.0]), detail="neurons"),
        "layers": draw(loss, detail="layers"),
        "broad labels": draw(sigmoid(a * b) + logsumexp([a, b])),
    }


@pytest.mark.parametrize("name", ["values", "neurons", "large layers", "layers", "broad labels"])
def test_texts_of_a_picture_lie_in_their_boxes(browser, tmp_path, name):
    """Graphviz measures Helvetica. A browser without Helvetica shows another font, which may be broader."""
    path = tmp_path / "picture.svg"
    path.write_text(_pictures()[name].svg(), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    for family in ("Helvetica", "sans-serif", "DejaVu Sans", "Liberation Sans", "Verdana"):
        margins = page.evaluate(
            """family => [...document.querySelectorAll("g.node")].flatMap(node => {
                const boxes = [...node.querySelectorAll("polygon, path")].map(each => each.getBBox());
                if (!boxes.length) return [];
                const left = Math.min(...boxes.map(b => b.x)), right = Math.max(...boxes.map(b => b.x + b.width));
                return [...node.querySelectorAll("text")].map(text => {
                    text.setAttribute("font-family", family);
                    const b = text.getBBox();
                    return [text.textContent, Math.min(b.x - left, right - b.x - b.width)];
                });
            })""",
            family,
        )
        assert len(margins) > 5
        assert [(text, margin) for text, margin in margins if margin < 1.5] == []
    page.close()
