"""The browser of the tests that click through pages, and the marks of such tests."""

import os
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HERE = "chromium is not installed: the pages were not tried in a browser"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError(f"{HERE}, and CI insists on it")

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=HERE),
    pytest.mark.filterwarnings("ignore"),  # the browser's driver warns
]
