"""Every kind of page is checked for accessibility by axe-core, in light and in dark: it finds nothing serious."""

import pytest
from browsing import in_a_browser

from autograd import Value, derive, grade_code, grade_document, play, steps, tanh
from autograd.grading import report_html
from autograd.grading.code.page import page as code_page
from nn import MLP, fit, half_sse, train_live

pytestmark = in_a_browser
SIZES = [(1440, 900), (390, 844)]


def network():
    return half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])


def expression():
    w, x = Value(1.5, "w"), Value(0.5, "x")
    return tanh(w * x) ** 2


def film():
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    return fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1], epochs=3, seed=0, progress=False, film=4).film


def report(path):
    derive(network()).report(path)
    return path.read_text(encoding="utf-8")


def grades():
    text = "network: 2-3-2 sigmoid\n\n" r"$$\delta_o = (t_o - y_o) y_o (1 - y_o)$$"
    return report_html.page([grade_document(text)])


SLIP = "import numpy as np\nx, t, w = np.ones(2), 1.0, np.ones(2)\nh = np.tanh(w @ x)\nloss = (h - t)**2\n"
SLIP += "w -= 0.1 * 2 * (h - t) * (1 - h) * x\n"

PAGES = {
    "steps of a network": lambda path: steps(network()).html(),
    "steps of an expression": lambda path: steps(expression()).html(),
    "the forward pass": lambda path: steps(network(), forward=True).html(),
    "sliders of an expression": lambda path: play(expression()).html(),
    "sliders of a network": lambda path: play(network()).html(),
    "live training": lambda path: train_live(MLP(2, [3, 1], seed=1), [[0, 0], [1, 1]], [0, 1]).html(),
    "a film": lambda path: film().html(),
    "a report": report,
    "grades": lambda path: grades(),
    "graded code": lambda path: code_page([grade_code(SLIP)]),
}


def serious(page, axe):
    """Return axe's serious and critical findings: the rules, each with its elements."""
    found = page.evaluate(axe + "; axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return {v["id"]: [n["html"][:120] for n in v["nodes"]] for v in found if v["impact"] in ("serious", "critical")}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_has_no_serious_finding(browser, tmp_path, axe, kind, scheme, size):
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        bypass_csp=True,
        offline=True,
        is_mobile=size[0] < 760,  # as a phone, which zooms out if a page is too wide
    )
    page = context.new_page()
    path = tmp_path / "page.html"
    path.write_text(PAGES[kind](path), encoding="utf-8")
    page.goto(path.as_uri())
    if page.locator("#next").is_visible():
        page.click("#next")
    assert serious(page, axe) == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("innerWidth") == size[0]
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_playground_has_no_serious_finding(browser, address, axe, scheme, size):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.locator("#said").filter(has_text="dL/dw").wait_for(timeout=120_000)
    for tab in ("picture", "grade"):
        page.click(f"#tab-{tab}")
        page.locator("#run:enabled").wait_for()
        assert serious(page, axe) == {}
    page.goto(address + "#eyJwcm9ncmFtIjoicHJpbnQoMSkifQ")
    page.reload()
    page.locator("#asked").wait_for()
    assert serious(page, axe) == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
