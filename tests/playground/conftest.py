"""The playground that ``make playground`` built, served on the loopback address.

``make test-playground`` sets DELTAGRAD_PLAYGROUND to its folder. Other runs do not collect these tests.
"""

import os
import threading
from pathlib import Path

import pytest

FOLDER, AXE = os.environ.get("DELTAGRAD_PLAYGROUND"), os.environ.get("DELTAGRAD_AXE")
collect_ignore = ["test_axe.py", "test_playground.py"] if FOLDER is None or AXE is None else []


@pytest.fixture(scope="session")
def address():
    from autograd.serving import server

    with server(Path(FOLDER)) as found:
        serving = threading.Thread(target=found.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{found.server_port}/"
        found.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def axe():
    """Return the checker of accessibility as a script."""
    return Path(AXE).read_text(encoding="utf-8")
