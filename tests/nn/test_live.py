"""``train_live``: its arguments and errors. In a browser, its updates are those of ``fit``."""

import pytest
from browsing import in_a_browser

from nn import MLP, SGD, cross_entropy, fit, half_sse, train_live

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def test_its_page_has_the_parameters_and_the_samples():
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    found = train_live(model, X, Y, rate=0.25, batch_size=None)
    assert repr(found) == "<live training of MLP(2-3-1, tanh, linear) on 4 samples>"
    html = found.html()
    assert 'value="0.25"' in html
    assert "srcdoc" in found._repr_html_()
    assert found.Y == [[0.0], [1.0], [1.0], [0.0]]


def test_classes_become_rows():
    model = MLP(2, [3, 3], activation="tanh", seed=0)
    assert train_live(model, X[:2], [2, 0], loss=cross_entropy).Y == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def test_what_is_refused(tmp_path):
    model = MLP(1, [1], seed=0)
    with pytest.raises(ValueError, match="501 samples are more than the 500"):
        train_live(model, [[1.0]] * 501, [1.0] * 501)
    with pytest.raises(ValueError, match="parameters are more than the 2,000"):
        train_live(MLP(50, [50, 1], seed=0), [[1.0] * 50], [1.0])
    with pytest.raises(ValueError, match=r"saved as \.html"):
        train_live(model, [[1.0]], [1.0]).save(tmp_path / "a.txt")


class TestInABrowser:
    pytestmark = in_a_browser

    @pytest.mark.parametrize(
        ("sizes", "targets", "loss"), [([3, 1], Y, half_sse), ([3, 3], [0, 1, 2, 1], cross_entropy)]
    )
    def test_steps_of_a_whole_batch_are_those_of_fit(self, opened, sizes, targets, loss):
        model = MLP(2, sizes, activation="tanh", seed=0)
        page = opened(train_live(model, X, targets, loss=loss, rate=0.5, batch_size=None))
        for _ in range(3):
            page.click("#one")
        fit(model, X, targets, loss=loss, optimizer=SGD(0.5), epochs=3, batch_size=None, engine="eager", progress=False)
        assert page.evaluate("training.parameters()") == pytest.approx([p.data for p in model.parameters()], rel=1e-12)
        assert page.locator("#said").text_content().startswith("update 3, epoch 3: mean loss ")
        page.locator("#n1_2").click()
        assert "w1[1,2] = " in page.locator("#history").text_content()

    def test_run_pause_and_start_again(self, opened):
        page = opened(train_live(MLP(2, [3, 1], activation="tanh", seed=0), X, Y, rate=0.3))
        begun = page.evaluate("training.parameters()")
        painted = "document.getElementById('plane').toDataURL()"
        first = page.evaluate(painted)
        page.click("#train")
        page.wait_for_function("training.updates() > 50", timeout=60_000)
        page.click("#train")
        assert page.locator("#train").text_content() == "run"
        count = page.evaluate("training.updates()")
        assert page.evaluate(painted) != first
        page.wait_for_timeout(50)
        assert page.evaluate("training.updates()") == count
        page.locator("#rate").fill("0")
        before = page.evaluate("training.parameters()")
        page.click("#one")
        assert page.evaluate("training.parameters()") == before
        page.click("#again")
        assert page.evaluate("training.parameters()") == begun

    def test_a_rate_that_is_too_high_is_said(self, opened):
        page = opened(train_live(MLP(2, [3, 1], seed=0), X, [5.0, 1.0, 1.0, 9.0], rate=1e6))
        page.click("#train")
        page.locator("#said").filter(has_text="lower the rate").wait_for(timeout=60_000)
        assert page.locator("#train").text_content() == "run"
