"""What the tests of the derivation share."""

import os
import sys

import pytest

from autograd.grading import diagnosis


@pytest.fixture(scope="session", autouse=True)
def time_to_diagnose():
    """Whatever else the machine does, the search for a slip has the time that it has on a quiet one.

    What traces the tests, to measure their coverage for one, makes it several times slower. So does a machine that is
    busy with many of them: ``TESTS_ARE_SLOW=1`` says so.
    """
    before = diagnosis.SECONDS, diagnosis._AT_MOST
    times = 6 if sys.gettrace() is not None or os.environ.get("TESTS_ARE_SLOW") else 2
    diagnosis.SECONDS, diagnosis._AT_MOST = times * before[0], 20 * before[1]  # by the clock, others' work counts
    yield
    diagnosis.SECONDS, diagnosis._AT_MOST = before
