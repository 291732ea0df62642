"""What the tests of the derivation share."""

import sys

import pytest

from autograd.derivation import diagnosis


@pytest.fixture(scope="session", autouse=True)
def time_to_diagnose():
    """What traces the tests, to measure their coverage for one, makes the search for a slip several times slower."""
    before = diagnosis.SECONDS, diagnosis._AT_MOST
    if sys.gettrace() is not None:
        diagnosis.SECONDS, diagnosis._AT_MOST = [6 * limit for limit in before]
    yield
    diagnosis.SECONDS, diagnosis._AT_MOST = before
