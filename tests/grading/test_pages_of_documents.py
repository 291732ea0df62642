"""The page of graded documents in a real browser: narrow screens, anchors, typeset formulas, printing."""

import pytest
from browsing import in_a_browser

from autograd import grade_document
from autograd.grading.report_html import page

pytestmark = in_a_browser
TEXT = r"""network: 2-3-2 sigmoid

$$\delta_o = (y_o - t_o) y_o (1 - y_o)$$
$$\delta_h = a_h (1 - a_h) \sum_{o=1}^{2} \delta_o w_{ho}$$
$$\frac{\partial L}{\partial w_{ih}} = -\delta_h x_i = -\left(a_h (1 - a_h) \sum_{o=1}^{2} \delta_o w_{ho}\right) x_i$$
$$\delta_{q?} = \text{words}$$
"""


class Saved:
    """A page that is saved as a file."""

    def save(self, path):
        path.write_text(page([grade_document(TEXT, format="markdown")] * 2), encoding="utf-8")
        return path


@pytest.fixture
def shown(opened):
    return opened(Saved())


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_all_without_scrolling_sideways(shown, width):
    shown.set_viewport_size({"width": width, "height": 844})
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    sizes = "[...document.querySelectorAll('p, a, td, code')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    assert min(shown.evaluate(sizes)) >= 14


def test_anchors_lead_to_documents_and_claims(shown):
    links = shown.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))")
    assert {"#d1", "#d2", "#d1-1", "#d2-3"} <= set(links)
    assert all(shown.evaluate(f"document.querySelectorAll('{link}').length") == 1 for link in links)
    shown.click("a[href='#d2']")
    assert abs(shown.evaluate("document.getElementById('d2').getBoundingClientRect().top")) < 60


def test_formulas_are_typeset(shown):
    heights = shown.evaluate(
        "[...document.querySelectorAll('article math')].map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) >= 6
    assert max(heights) > 1.5 * min(heights)  # fractions and sums


def test_the_page_is_printed_with_all_claims(shown):
    shown.emulate_media(media="print")
    assert shown.evaluate("getComputedStyle(document.querySelector('article')).breakInside") == "avoid"
    assert shown.locator("article:visible").count() == shown.locator("article").count() >= 6
    assert len(shown.pdf(format="A4")) > 10_000
