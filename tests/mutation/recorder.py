"""The pytest plugin that writes down which tests run which lines, and how long each test takes."""

import json
import os
import time
from pathlib import Path

import coverage
import pytest

_took: dict = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Each test is a context of its own."""
    coverage.Coverage.current().switch_context(item.nodeid)
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        _took[item.nodeid] = time.perf_counter() - began
        coverage.Coverage.current().switch_context("")


def pytest_sessionfinish():
    """The durations; the lines are in coverage's own file."""
    Path(os.environ["MUTATION_DURATIONS"]).write_text(json.dumps(_took), encoding="utf-8")
