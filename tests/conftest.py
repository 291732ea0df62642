"""Fixtures and hooks for all tests. Exact helpers are in ``points`` and ``programs`` beside this file."""

import gc
import os
import signal
import subprocess
import sys
from collections import Counter

import pytest

import autograd

# A background job of a shell ignores SIGINT, so that no test could be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish():
    """Freeze the modules and the list of tests, so that the garbage collector does not search them from now on."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def no_collector():
    """Switch the garbage collector off, so that only reference counting frees objects."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def run_python():
    """Run a script in a new interpreter, in the same mode. If it crashes, only one test fails.

    Under ``python -O``, the packages lose their assert statements there, too, and the script keeps its own.
    """

    def run(script, *, interpreted=not autograd.compiled, environment=(), path=None, check=True):
        env = dict(os.environ, **dict(environment))
        env["DELTAGRAD_INTERPRETED"] = "1" if interpreted else ""
        env["PYTHONPATH"] = os.path.dirname(os.path.dirname(autograd.__file__)) if path is None else str(path)
        command = ["-c", script]
        if sys.flags.optimize:
            command = ["-O", "-c", "import sys; exec(compile(sys.argv[1], '<script>', 'exec', optimize=0))", script]
        done = subprocess.run(
            [sys.executable, "-W", "error", *command],
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            cwd="/",
            check=False,
        )
        if check:
            assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def browser():
    """Return a browser without a window, for the tests that are marked ``in_a_browser``."""
    from browsing import CHROMIUM, FLAGS
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that opens a saved page without a network. An error in the page's scripts fails the test."""
    context = browser.new_context(offline=True)
    errors: list = []

    def open_(found):
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message) or dialog.dismiss())
        page.goto(found.save(tmp_path / "page.html").as_uri())
        return page

    yield open_
    context.close()
    assert errors == []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a test that is marked ``sampled(n)``, leave one case in ``n`` to ``make test``, and mark the others ``long``.

    Each row of ``n`` cases gives the case that stands one place further than in the row before. Cases that are all
    combinations of several lists then show each value of each list.

    Refuse names of tests that differ between processes, because workers could not share them.
    """
    cases: Counter = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        if sampled is not None and item.get_closest_marker("long") is None:
            (n,) = sampled.args
            test = item.path, item.originalname
            row, place = divmod(cases[test], n)
            cases[test] += 1
            if place != row % n:
                item.add_marker("long")
    wrong = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if wrong:
        raise pytest.UsageError(f"give these tests ids that are the same in every process: {wrong}")
