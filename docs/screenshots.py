"""Make the screenshots of the documentation: ``make screenshots``. It needs chromium.

It writes these pictures to docs/pictures: the page of steps of an expression and of networks with 2-16-16-1 and
64-32-10 neurons, sliders, a live training, and, if ``make playground`` has built it, the playground, which grades a
formula and a program.
"""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from autograd import Value, play, steps, tanh
from nn import MLP, half_sse, train_live

OUT = Path(__file__).parent / "pictures"
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def expression():
    """Return a small expression."""
    w, x, b = Value(1.5, "w"), Value(0.5, "x"), Value(-1.0, "b")
    return (tanh(w * x + b) - 1) ** 2


def network(*sizes):
    """Return the loss of a network on one sample, whose inputs are Values."""
    model = MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=0)
    x = [Value(0.5 - k / sizes[0], f"x[{k + 1}]") for k in range(sizes[0])]
    return half_sse(model(x), [1.0] * sizes[-1] if sizes[-1] > 1 else 1.0)


def moons():
    """Return samples of two classes that no straight line separates."""
    return [[k / 10 - 1, (k * k % 7) / 3 - 1] for k in range(21)], [1.0 if k % 3 else -1.0 for k in range(21)]


def pages():
    """Yield the name of each page, the page, and the script that brings it to the state to show."""
    forward = "for (let k = 0; k < {0}; k++) document.getElementById('next').click()"
    yield "steps-expression", steps(expression()), forward.format(6)
    yield "steps-2-16-16-1", steps(network(2, 16, 16, 1)), forward.format(60)
    yield "steps-64-32-10", steps(network(64, 32, 10)), forward.format(40)
    yield "play-expression", play(lambda w, b, x: (tanh(w * x + b) - 1) ** 2, w=(-3, 3), b=(-1, 1), x=0.5), "null"
    yield "play-2-16-16-1", play(network(2, 16, 16, 1), **{"x[1]": (-2, 2), "x[2]": (-2, 2)}), "null"
    live = train_live(MLP(2, [8, 1], activation="tanh", seed=1), *moons(), rate=0.05)
    yield "training", live, "for (let k = 0; k < 100; k++) document.getElementById('one').click()"


def main(playground):
    """Make all screenshots."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, made, script in pages():
            address = made.save(Path(folder) / f"{name}.html").as_uri()
            for size, scheme in (("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")):
                if scheme == "dark" and not name.startswith("steps"):
                    continue
                page = opened(browser, size, scheme)
                page.goto(address)
                page.evaluate(script)
                page.wait_for_timeout(400)
                kept(page, f"{name}-{size}-{scheme}")
        if (Path(playground) / "index.html").is_file():
            from autograd.serving import server

            with server(Path(playground)) as found:
                threading.Thread(target=found.serve_forever, daemon=True).start()
                graded(browser, f"http://127.0.0.1:{found.server_port}/")
                found.shutdown()
        browser.close()


def opened(browser, size, scheme):
    """Return a new page of a size, in light or dark."""
    width, height = SIZES[size]
    return browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()


def kept(page, name):
    """Save a screenshot of a page, and close the page."""
    page.screenshot(path=OUT / f"{name}.png")
    page.context.close()
    with Image.open(OUT / f"{name}.png") as picture:  # few colours: a third of the size
        picture.convert("RGB").quantize(64).save(OUT / f"{name}.png", optimize=True)


def graded(browser, address):
    """Make the screenshots of the playground, after it has graded a formula and a program."""
    for example in ("a network and its deltas", "backprop code with a slip"):
        page = opened(browser, "wide", "light")
        page.goto(address)
        page.locator("body[data-ready]").wait_for(timeout=120_000)
        page.locator("#run:enabled").wait_for(timeout=120_000)
        page.locator("#example").select_option(example)
        page.wait_for_timeout(1000)
        page.locator("#grade:enabled").click(timeout=120_000)
        page.locator("#verdict").filter(has_text="wrong").wait_for(timeout=120_000)
        kept(page, f"playground-{example.partition(' ')[0]}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "out/playground")
