"""The widget of ``play`` in a real JupyterLab: Python moves the sliders, and Python sees when they are moved.

``make test-widget`` runs these tests. They need the extra ``notebooks``, which other runs do not have. If
DELTAGRAD_PICTURES names a folder, they leave a screenshot there.
"""

import os
from pathlib import Path

import nbformat
from browsing import in_a_browser
from test_jupyterlab import lab, opened

from autograd import Value, tanh

pytestmark = in_a_browser
__all__ = ["lab", "opened"]  # fixtures
LONG = 60_000
SEEN = {"x": 290, "y": 100, "width": 1070, "height": 830}  # the part of the window that the documentation shows
CELLS = [
    "from autograd import play, tanh\nfrom nn import MLP, train_live",
    "widget = play(lambda w, x: tanh(w * x), w=(-3, 3), x=(0, 2)).widget()\nwidget",
    "widget.numbers = {'w': -2.0, 'x': 0.5}",
    "print('in Python:', float(widget.numbers['w']))",
    "train_live(MLP(2, [3, 1], activation='tanh', seed=1), [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1])",
]


def notebook():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def run(page, k):
    """Run a cell, and wait until it has run."""
    cell = page.locator(".jp-CodeCell").nth(k)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    cell.locator(".jp-InputPrompt").filter(has_text="[*]").wait_for(state="detached", timeout=LONG)
    cell.locator(".jp-InputPrompt").filter(has_text="]:").wait_for(timeout=LONG)
    return cell


def gradient(w, x):
    leaf = Value(w)
    tanh(leaf * x).backward()
    return f"{leaf.grad:.4g}".replace("-", "\u2212")


def test_sliders_and_python_move_each_other(opened):
    page = opened(notebook(), "widget.ipynb")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=LONG)
    run(page, 0)
    run(page, 1)
    frame = page.frame_locator(".jp-OutputArea-output iframe").first
    slider = frame.locator("#leaf0")
    slider.wait_for(timeout=LONG)
    slider.press("Home")  # w = -3
    frame.locator("#aside output").first.filter(has_text=gradient(-3.0, 4 / 3)).wait_for(timeout=LONG)
    run(page, 3).get_by_text("in Python: -3.0").wait_for(timeout=LONG)
    run(page, 2)
    frame.locator("#aside output").first.filter(has_text=gradient(-2.0, 0.5)).wait_for(timeout=LONG)
    assert slider.input_value() == "-2"
    if "DELTAGRAD_PICTURES" in os.environ:
        page.screenshot(path=Path(os.environ["DELTAGRAD_PICTURES"], "play-notebook.png"), clip=SEEN)


def test_a_training_runs_live(opened):
    page = opened(notebook(), "live.ipynb")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=LONG)
    run(page, 0)
    run(page, 4)
    frame = page.frame_locator(".jp-OutputArea-output iframe").last
    frame.locator("#one").click(timeout=LONG)
    frame.locator("#said").filter(has_text="update 1").wait_for(timeout=LONG)
    frame.locator("#train").click()
    frame.locator("#said").filter(has_text="update 1").wait_for(state="detached", timeout=LONG)
    frame.locator("#train").click()
