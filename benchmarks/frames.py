"""Measure the frames a second of steps and of sliders: ``python -m benchmarks.frames [SECONDS]``.

Each page is opened in headless Chromium, without a graphics card. Each frame makes one step or moves a slider once, and
the next one begins when the browser asks for it. The frame rate of the browser is not limited, so the numbers are what
the page can do, its drawing included. The last column is the time of the script and the layout alone.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograd import Value, play, sigmoid, steps, tanh
from nn import MLP, half_sse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-frame-rate-limit", "--disable-gpu-vsync"]
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
GOAL = 60  # frames a second

STEP = "k => show(1 + k % S.steps.length)"
MOVE = """k => {
  const slider = document.querySelector("#aside input"), low = +slider.min, high = +slider.max;
  slider.value = low + (high - low) * (k % 97) / 96;
  slider.dispatchEvent(new Event("input"));
}"""
FRAMES = """async ([action, seconds]) => {
  const act = eval(action), next = () => new Promise(requestAnimationFrame);
  for (let k = 0; k < 20; k++) { act(k); await next(); }
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < 1000 * seconds) { act(count++); await next(); }
  return 1000 * count / (performance.now() - began);
}"""
ALONE = """async ([action, seconds]) => {
  const act = eval(action);
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < 1000 * seconds) { act(count++); document.body.getBoundingClientRect(); }
  return (performance.now() - began) / count;
}"""


def expression(w, x, b):
    """Return a small expression with a name for its parts."""
    s = w * x + b
    return (tanh(s) - sigmoid(w)) ** 2


def network(*sizes):
    """Return the loss of a network on one sample."""
    inputs = [(-1) ** k * (0.25 + 0.5 * k / sizes[0]) for k in range(sizes[0])]
    return half_sse(MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=0)(inputs), [0.5] * sizes[-1])


def pages():
    """Return a list of pages: the name, the page as text, and the action of a frame."""
    leaves = Value(0.7, "w"), Value(0.5, "x"), Value(-0.2, "b")
    moved = network(2, 16, 16, 1)
    return [
        ("steps, an expression", steps(expression(*leaves)).html(), STEP),
        ("steps, 2-16-16-1", steps(network(2, 16, 16, 1)).html(), STEP),
        ("steps, 2-22-20-1 (1,000 steps)", steps(network(2, 22, 20, 1)).html(), STEP),
        ("steps, 64-32-10", steps(network(64, 32, 10)).html(), STEP),
        ("sliders, an expression", play(expression, w=(-3, 3), x=(-3, 3), b=0.1).html(), MOVE),
        ("sliders, 2-16-16-1", play(moved, **{"w1[1,1]": (-3, 3), "b1[1]": (-3, 3)}).html(), MOVE),
    ]  # fmt: skip


def main(seconds="3"):
    """Measure and print the table."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors")
    print(f"{'page':32s} {'size':6s} {'frames a second':>16s}   at least {GOAL} wanted   script and layout, ms")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        for name, html, action in pages():
            path = Path(folder, "page.html")
            path.write_text(html, encoding="utf-8")
            for size, (width, height) in SIZES.items():
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(path.as_uri())
                frames = page.evaluate(FRAMES, [action, float(seconds)])
                alone = page.evaluate(ALONE, [action, float(seconds) / 3])
                browser.close()
                print(f"{name:32s} {size:6s} {frames:16.1f}   {'' if frames >= GOAL else 'missed':18s} {alone:10.1f}",
                      flush=True)  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
