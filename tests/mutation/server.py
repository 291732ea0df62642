"""Runs tests in forks of a process that has everything heavy imported already, all but the project itself.

Reads requests, one a line, as JSON: ``{"tests": [node ids], "timeout": seconds}``. Answers each with a line:
``{"status": pytest's exit status, or "time-out"}``.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import time

import pytest

MEMORY = 6 << 30  # a change can make a loop that allocates without end


class _Selection:
    """The tests asked for, in the order asked for."""

    def __init__(self, tests):
        self.place = {node: k for k, node in enumerate(tests)}

    def pytest_collection_modifyitems(self, items):
        chosen = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(chosen, key=lambda item: self.place[item.nodeid])


def run(tests):
    """Run tests; pytest's exit status."""
    files = list(dict.fromkeys(node.partition("::")[0] for node in tests))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", *files]
    return int(pytest.main(options, plugins=[_Selection(tests)]))


def in_a_fork(tests, timeout):
    """The same in a fork that is ended after ``timeout`` seconds."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            log = os.open("mutation.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            status = run(tests)
            sys.stdout.flush()
        finally:
            os._exit(status)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.02)
    else:
        status = "time-out"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # and what it started
    if status == "time-out":
        os.waitpid(child, 0)
        return status
    return os.waitstatus_to_exitcode(status)


def main():
    """Serve."""
    for heavy in ("numpy", "torch", "mpmath", "hypothesis", "matplotlib", "sklearn", "llvmlite.binding"):
        with contextlib.suppress(ImportError):
            importlib.import_module(heavy)
    sys.path.insert(0, os.getcwd())
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"status": in_a_fork(request["tests"], request["timeout"])}), file=answers, flush=True)


if __name__ == "__main__":
    main()
