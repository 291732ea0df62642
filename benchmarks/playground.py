"""The time that the playground takes to start and to answer: ``python -m benchmarks.playground [FOLDER] [STARTS]``.

FOLDER is the folder that ``make playground`` built. Each start uses a new browser profile, so that nothing is kept from
an earlier one. An action is timed on the page, from the click until the answer is on the screen. The first time in a
session and the later times are listed separately. The browser can only reach this machine.
"""

import os
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograd.serving import server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
LONG = 120_000
READY, ACTION = 8000, 300  # the goals, in milliseconds

NETWORK = """from nn import MLP, half_sse
model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed={seed})
loss = half_sse(model([0.5, -1.0]), [0, 1])
"""
FORMULAS = (r"\delta_h = (1 - a_h^2) \sum_o \delta_o w_{ho}", r"\delta_o = (t_o - y_o) y_o (1 - y_o)")
DOCUMENT = r"""network: 2-3-2 sigmoid

$$\delta_o = -(t_o - y_o) y_o (1 - y_o)$$

$$\delta_h = a_h \sum_o w_{ho} \delta_o$$
"""
CODE = """import numpy as np
x, t = np.array([0.5, -1.0]), np.array([0.0, 1.0])
W1, W2 = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([[0.2, -0.1, 0.4], [0.3, 0.1, -0.5]])
h = np.tanh(W1 @ x)
out = W2 @ h
loss = np.sum((out - t)**2) / 2
d_out = out - t
d_h = W2.T @ d_out * (1 - h)
W2 -= 0.1 * np.outer(d_out, h)
W1 -= 0.1 * np.outer(d_h, x)
"""
# Do something, wait until a condition holds and the next frame is painted, and return the milliseconds that this took.
TIMED = """async () => {{
  const by = id => document.getElementById(id), began = performance.now();
  {0};
  while (!({1})) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}}"""
MOVE = "by('leaf0').value = by('leaf0').max; by('leaf0').dispatchEvent(new Event('input'))"
IDLE = "!by('run').disabled && by('state').textContent.startsWith('ready')"


def started(browser, address):
    """Open the playground with a new profile. Return the page and the times until it is ready and has a picture."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    before = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("body[data-ready]").wait_for(timeout=LONG)
    ready = time.perf_counter() - before
    page.locator("#said").filter(has_text="dL/dw").wait_for(timeout=LONG)
    page.locator("#result img").wait_for(timeout=LONG)
    return page, ready * 1000, (time.perf_counter() - before) * 1000


def timed(page, click, holds=IDLE):
    """Return the milliseconds from a click until the expected answer is on the screen."""
    return page.evaluate(TIMED.format(click, holds))


def tab(page, name, holds):
    """Return the milliseconds to open a tab."""
    return timed(page, f"by('tab-{name}').click()", f"{IDLE} && {holds}")


def graded(page, kind, answer):
    """Return the milliseconds to grade an answer."""
    page.click("#tab-grade")
    page.locator("#kind").select_option(kind)
    page.locator("#answer").fill(answer)
    page.locator("#verdict").evaluate("node => { node.textContent = ''; }")
    return timed(page, "by('grade').click()", f"{IDLE} && by('verdict').textContent")


def ran(page, seed):
    """Return the milliseconds to run a network, including its picture."""
    timed(page, "by('tab-picture').click()")
    page.locator("#program").fill(NETWORK.format(seed=seed))
    page.locator("#result").evaluate("node => node.replaceChildren()")
    return timed(page, "by('run').click()", f"{IDLE} && document.querySelector('#result img')?.complete")


def in_frame(page, change):
    """Return the milliseconds from a change in the frame of a tab until the second frame after it is painted."""
    page.locator("#result iframe").wait_for()
    frame = page.frames[-1]
    frame.wait_for_selector("#slider", state="attached")
    return timed(frame, change, "true")


def actions(page):
    """Return a dict from the name of each action to its times: the first, which includes imports, and later ones."""
    times: dict = {}

    def add(name, milliseconds):
        times.setdefault(name, []).append(milliseconds)

    for seed in range(4):
        add("run a network and draw it", ran(page, seed))
        add("formulas", tab(page, "formulas", "document.querySelector('#result .formula')"))
        add("open the steps", tab(page, "steps", "document.querySelector('#result iframe')"))
        add("step", in_frame(page, "by('next').click()"))
        add("open the sliders", tab(page, "sliders", "document.querySelector('#result iframe')"))
        add("move a slider", in_frame(page, MOVE))
        for formula in FORMULAS:
            add("grade a formula", graded(page, "formula", formula))
        add("grade a document", graded(page, "document", DOCUMENT))
        add("grade code", graded(page, "code", CODE))
        add("share", timed(page, "by('share').click()", "!by('link').hidden"))
    return times


def main(folder="out/playground", starts="3"):
    """Measure and print both tables."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors")
    with server(Path(folder)) as found, sync_playwright() as driver:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{found.server_port}/"
        ready, drawn = [], []
        for _ in range(int(starts)):
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page, first, second = started(browser, address)
            ready.append(first)
            drawn.append(second)
            times = actions(page)
            browser.close()
        found.shutdown()
    print(f"ready after {', '.join(f'{x:.0f}' for x in ready)} ms (at most {READY} wanted); "
          f"the first picture after {', '.join(f'{x:.0f}' for x in drawn)} ms")  # fmt: skip
    print(f"{'action':28s} {'first':>8s} {'median':>8s} {'largest':>8s}   at most {ACTION} ms wanted")
    for name, (first, *later) in times.items():
        print(f"{name:28s} {first:8.0f} {statistics.median(later):8.0f} {max(later):8.0f}   "
              f"{'' if max(first, *later) <= ACTION else 'missed'}")  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
