"""What the tests of the derivation share."""

import os
import sys

import pytest

from autograd.grading.explaining import diagnosis, explain


@pytest.fixture(scope="session", autouse=True)
def time_to_diagnose():
    """Whatever else the machine does, the search for a slip has the time that it has on a quiet one.

    What traces the tests, to measure their coverage for one, makes it several times slower. So does a machine that is
    busy with many of them: ``TESTS_ARE_SLOW=1`` says so.
    """
    times = 6 if sys.gettrace() is not None or os.environ.get("TESTS_ARE_SLOW") else 2
    before = {module: (module.SECONDS, module._AT_MOST) for module in (diagnosis, explain)}
    for module, (seconds, at_most) in before.items():
        module.SECONDS, module._AT_MOST = times * seconds, 20 * at_most  # by the clock, others' work counts
    yield
    for module, (seconds, at_most) in before.items():
        module.SECONDS, module._AT_MOST = seconds, at_most
