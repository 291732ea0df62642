"""The playground in a real browser: a program is typed, run, shown, graded, stopped and shared."""

import base64
import json
import re

import pytest
from browsing import in_a_browser

from autograd import Value, derive, tanh
from nn import MLP, half_sse

pytestmark = in_a_browser
LONG = 120_000  # Python starts in the browser; no test asserts how long that takes


@pytest.fixture(scope="module")
def visited(browser, address):
    """Open one page for all tests, because starting Python takes seconds. Note and refuse requests to other hosts."""
    context = browser.new_context()
    asked: list = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    errors: list = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message) or dialog.dismiss())
    page.goto(address)
    page.locator("body[data-ready]").wait_for(timeout=LONG)
    page.locator("#said").filter(has_text="dL/dw").wait_for(timeout=LONG)
    idle(page)
    yield page
    context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def idle(page):
    page.locator("#run:enabled").wait_for(timeout=LONG)
    page.locator("#state").filter(has_text=re.compile(r"^ready")).wait_for(timeout=LONG)


def typed(page, program):
    page.locator("#program").fill(program)
    page.locator("#program").press("Control+Enter")
    idle(page)


NETWORK = """
from nn import MLP, half_sse
model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)
loss = half_sse(model([0.5, -1.0]), [0, 1])
print(loss.data)
"""


def derivation():
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)
    return derive(half_sse(model([0.5, -1.0]), [0, 1]))


def test_a_typed_program_prints_the_engines_gradient(visited):
    typed(
        visited,
        "from autograd import Value, tanh\nw = Value(0.7, 'w')\nloss = tanh(w * 2)\nloss.backward()\nprint(w.grad)",
    )
    w = Value(0.7, "w")
    tanh(w * 2).backward()
    assert float(visited.locator("#said").text_content()) == pytest.approx(w.grad, rel=1e-15)
    visited.click("#tab-picture")
    assert visited.locator("#result img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 50


def test_an_error_is_shown_with_its_line(visited):
    typed(visited, "x = 1\ny = x / 0\n")
    text = visited.locator("#said").text_content()
    assert "line 2" in text
    assert "ZeroDivisionError" in text
    assert "session" not in text


def test_the_formulas_are_those_of_derive(visited):
    typed(visited, NETWORK)
    visited.click("#tab-formulas")
    visited.locator("#result .formula").first.wait_for(timeout=LONG)
    assert visited.locator("#result code").all_text_contents() == [str(e) for e in derivation().equations]
    assert visited.locator("#result math").count() == len(derivation().equations)


def test_steps_and_sliders_are_pages_in_frames(visited):
    typed(visited, NETWORK)
    visited.click("#tab-steps")
    frame = visited.frame_locator("#result iframe")
    frame.locator("#next").click(timeout=LONG)
    assert frame.locator("#at").text_content().startswith("step 1 of")
    assert visited.locator("#result iframe").get_attribute("sandbox") == "allow-scripts"
    visited.click("#tab-sliders")
    slider = frame.locator("#leaf0")
    slider.wait_for(timeout=LONG)
    before = frame.locator("#said").text_content()
    slider.press("End")
    assert frame.locator("#said").text_content() != before


ASKED = {"formula": "in LaTeX or text", "document": "Markdown, LaTeX", "code": "Your program, in Python"}
GRADED = {
    "formula": (r"\delta_h = (1 - a_h^2) \sum_o \delta_o w_{ho}", "tanh's derivative 1 - a[h]**2 where sigmoid's"),
    "document": ("network: 2-3-2 sigmoid\n\n" r"$$\delta_o = -(t_o - y_o) y_o (1 - y_o)$$", "line 3, equal"),
    "code": (
        "import numpy as np\nx, t, w = np.array([0.5, -1.0]), 1.0, np.array([0.1, 0.2])\nh = np.tanh(w @ x)\n"
        "loss = (h - t)**2\nw -= 0.1 * 2 * (h - t) * (1 - h) * x\n",
        "1 - h is not the derivative of h",
    ),
}


@pytest.mark.parametrize("kind", GRADED)
def test_what_is_graded(visited, kind):
    answer, verdict = GRADED[kind]
    typed(visited, NETWORK)
    visited.click("#tab-grade")
    visited.locator("#kind").select_option(kind)
    assert ASKED[kind] in visited.locator("label[for=answer]").text_content()
    visited.locator("#answer").fill(answer)
    visited.click("#grade")
    visited.locator("#verdict").filter(has_text=verdict).wait_for(timeout=LONG)
    if kind == "formula":
        idle(visited)
        assert visited.locator("#verdict").text_content() == str(derivation().grade(None, answer))


def test_a_program_that_is_run_while_another_runs_comes_next(visited):
    visited.locator("#program").fill("print(sum(range(3_000_000)))")
    visited.locator("#program").press("Control+Enter")
    visited.locator("#program").fill("print('the second')")
    visited.locator("#program").press("Control+Enter")
    visited.locator("#said").filter(has_text="the second").wait_for(timeout=LONG)
    idle(visited)


def test_examples_run(visited):
    for name in visited.locator("#example option").all_text_contents()[1:4]:
        visited.locator("#example").select_option(name)
        idle(visited)
        visited.locator("#said").filter(has_not_text="Traceback").wait_for()


def test_a_program_can_be_stopped(visited):
    visited.locator("#program").fill("while True:\n    pass")
    visited.click("#run")
    visited.locator("#stop:enabled").click()
    idle(visited)
    assert "stopped" in visited.locator("#said").text_content()
    typed(visited, "print('again')")
    assert visited.locator("#said").text_content().startswith("again")


def test_a_program_reaches_no_network(visited):
    typed(visited, "import js\nprint(getattr(js, 'fetch', None), getattr(js, 'XMLHttpRequest', None))")
    assert visited.locator("#said").text_content().startswith("None None")


def test_a_shared_link_has_the_program_and_asks_before_it_runs(visited, browser, address):
    program = "print('Gr\u00fc\u00dfe \u2202L/\u2202w')\nfrom autograd import Value\nloss = Value(2.0, 'w') * 3"
    visited.locator("#program").fill(program)
    visited.click("#share")
    link = visited.locator("#address").input_value()
    assert link.startswith(address + "#")
    page = browser.new_context().new_page()
    page.goto(link)
    page.locator("body[data-ready]").wait_for(timeout=LONG)
    assert page.locator("#program").input_value() == program
    assert page.locator("#asked").is_visible()
    page.locator("#program").press("Control+Enter")  # and not by the keys either
    page.locator("#run").click()
    assert page.locator("#said").text_content() == ""
    page.click("#accept")
    page.locator("#said").filter(has_text="Gr\u00fc\u00dfe").wait_for(timeout=LONG)
    assert page.locator("#asked").is_hidden()
    page.context.close()


def packed(state):
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


HOSTILE = {
    "markup": packed({"program": "</textarea><img src=x onerror=alert(1)>", "answer": "<script>alert(1)</script>"}),
    "another kind": packed({"program": "print(1)", "kind": "<b onclick=alert(1)>", "loss": {"a": 1}}),
    "no state": packed([1, 2]),
    "no base64": "%3Cscript%3Ealert(1)%3C/script%3E",
    "a prototype": packed({"__proto__": {"program": "x"}, "program": 3}),
}


ECHO = "onmessage = e => postMessage({id: e.data.id, ms: 0, said: e.data.what, error: ''})"  # in place of Python


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_link_runs_nothing(browser, address, kind):
    context = browser.new_context()
    page = context.new_page()
    told: list = []
    page.on("dialog", lambda dialog: told.append(dialog.message) or dialog.dismiss())
    page.on("pageerror", lambda error: told.append(str(error)))
    page.route("**/worker.mjs", lambda route: route.fulfill(body=ECHO, content_type="text/javascript"))
    page.goto(address + "#" + HOSTILE[kind])
    page.locator("body[data-ready]").wait_for(timeout=LONG)
    if page.locator("#asked").is_visible():
        assert page.locator("#said").text_content() == ""  # the worker was not asked for anything
    else:  # the link could not be read
        assert page.locator("#program").input_value().startswith("from autograd import")
    assert page.locator("main img[src=x], main b").count() == 0
    assert page.locator("script").count() == 1
    context.close()
    assert told == []


def test_it_works_without_a_network_once_it_was_loaded(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.locator("body[data-kept]").wait_for(timeout=LONG)
    context.set_offline(True)
    page.reload()
    page.locator("body[data-ready]").wait_for(timeout=LONG)
    page.locator("#said").filter(has_text="dL/dw").wait_for(timeout=LONG)
    context.close()
