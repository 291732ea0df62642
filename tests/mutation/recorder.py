"""The pytest plugin that records which tests run which lines, and how long each test takes."""

import json
import os
import time
from pathlib import Path

import coverage
import pytest

_took: dict = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Record each test as a context of its own."""
    coverage.Coverage.current().switch_context(item.nodeid)
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        _took[item.nodeid] = time.perf_counter() - began
        coverage.Coverage.current().switch_context("")


def pytest_sessionfinish():
    """Write the durations. The lines are in coverage's own file."""
    Path(os.environ["MUTATION_DURATIONS"]).write_text(json.dumps(_took), encoding="utf-8")
