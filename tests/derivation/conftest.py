"""What the tests of the derivation share."""

import os
import sys

import pytest

from autograd.derivation import diagnosis


@pytest.fixture(scope="session", autouse=True)
def time_to_diagnose():
    """What traces the tests, to measure their coverage for one, makes the search for a slip several times slower.

    So does a machine that is busy with many of them: ``TESTS_ARE_SLOW=1`` says so.
    """
    before = diagnosis.SECONDS, diagnosis._AT_MOST
    if sys.gettrace() is not None or os.environ.get("TESTS_ARE_SLOW"):
        diagnosis.SECONDS, diagnosis._AT_MOST = [6 * limit for limit in before]
    yield
    diagnosis.SECONDS, diagnosis._AT_MOST = before
