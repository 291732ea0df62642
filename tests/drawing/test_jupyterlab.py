"""Drawings in JupyterLab: a notebook that its owner runs, and one that is opened without trust."""

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from browsing import in_a_browser

from autograd import Value, steps, tanh

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)>"
SETUP = f"""
from autograd import Value, derive, draw, steps, tanh
from nn import MLP, fit, half_sse
a, b = Value(2.0, "a"), Value(-3.0, {HOSTILE!r})
loss = tanh(a * b / 10) ** 2 + a
loss.label = "L"
net = MLP(2, [2, 1], activation="sigmoid", output="sigmoid", seed=1)
"""
CELLS = [
    SETUP,
    "draw(loss)",
    "derive(half_sse(net([0.5, -1.0]), 1.0))",
    "steps(loss)",
    "fit(net, [[0, 0], [0, 1], [1, 1]], [0, 1, 0], epochs=2, seed=0, progress=False, film=3).film",
]

pytestmark = in_a_browser


def recorded():
    a, b = Value(2.0, "a"), Value(-3.0, HOSTILE)
    loss = tanh(a * b / 10) ** 2 + a
    loss.label = "L"
    return loss


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start a JupyterLab on the loopback address. Return the folder that it shows, and the address of a file in it."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    settings = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={folder}", "--LabApp.extension_manager=readonly", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    log = (folder / "lab.log").open("w")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            assert server.poll() is None, (folder / "lab.log").read_text()
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
                break
            time.sleep(0.1)
        yield folder, lambda name: f"{address}/lab/tree/{name}?token={token}&reset"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.fixture
def opened(lab, browser):
    """Return a function that opens a notebook in a browser.

    A dialog of a script, or an error of ours, fails the test.
    """
    folder, address = lab
    told: list = []
    context = browser.new_context(viewport={"width": 1400, "height": 2600})
    page = context.new_page()
    page.on("dialog", lambda dialog: told.append(dialog.message) or dialog.dismiss())

    def open_(notebook, name):
        nbformat.write(notebook, folder / name)
        page.goto(address(name))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        return page

    yield open_
    context.close()
    assert told == []


def notebook():
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def figure(x):
    return "∂ " + f"{x:.4g}".replace("-", "\u2212")


def test_run_by_its_owner(opened):
    page = opened(notebook(), "own.ipynb")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output iframe").nth(1).wait_for(timeout=60_000)
    picture = page.locator(".jp-RenderedSVG img").first
    assert picture.evaluate("image => image.naturalWidth") > 100
    typeset = page.locator(".jp-RenderedLatex").first
    typeset.locator("mjx-container").first.wait_for(timeout=60_000)
    frame = page.frame_locator(".jp-OutputArea-output iframe").first
    found = steps(recorded())
    for step in list(found)[:3]:
        frame.locator("#next").click()
        assert frame.locator("#said").text_content() == str(step).strip()
        shown = frame.locator(f"#v{found.nodes.index(step.operand)} text").last.text_content()
        assert shown == figure(step.after)
    frame.locator("#prev").press("ArrowLeft")
    assert frame.locator("#at").text_content() == f"step 2 of {len(found)}"
    film = page.frame_locator(".jp-OutputArea-output iframe").last
    film.locator("#next").click()
    film.locator("#next").press("End")
    assert film.locator("#at").text_content() == "frame 2 of 2"


def test_opened_by_somebody_who_does_not_trust_it(opened, monkeypatch):
    from nbclient import NotebookClient

    ran = notebook()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    NotebookClient(ran, timeout=120).execute()
    for cell in ran.cells:
        cell.metadata["trusted"] = False
    page = opened(ran, "foreign.ipynb")
    page.wait_for_selector("details", timeout=60_000, state="attached")
    found = steps(recorded())
    assert page.locator(".jp-RenderedImage img").first.evaluate("image => image.naturalWidth") > 100  # the drawing
    area = page.locator(".jp-OutputArea-output", has=page.locator("details")).first
    assert area.locator("iframe").count() == 0 or area.locator("iframe").first.get_attribute("srcdoc") is None
    area.locator("summary").first.click()
    image = area.locator("img").first
    assert image.evaluate("image => image.naturalWidth") > 100
    assert image.is_visible()
    lines = [re.sub(r"\s+", " ", text).strip() for text in area.locator("details details summary").all_text_contents()]
    assert lines == [re.sub(r"\s+", " ", str(step)).strip() for step in found]
    area.locator("details details summary").first.click()
    area.locator("details details mjx-container").first.wait_for(timeout=60_000)  # its formula, typeset
