"""Servers that run tests in forks, each against one change of the sources. There are two kinds:

- ``cold`` has imported the heavy libraries, but not the project. A fork imports the project with the change.
- ``warm`` has collected all tests, and imported the project for that. A fork replaces the code of the functions that
  contain the change, and runs the tests at once. It cannot notice what happens during an import. So changes that
  survive are tried again in a cold server.

A server reads requests, one a line, as JSON: ``{"tests": [node ids], "timeout": seconds}``, for a warm server with
``"file"``, ``"old"`` and ``"new"``, the sources. It answers each with a line: ``{"status": pytest's exit status,
"time-out", or "unknown" if the functions cannot be replaced}``.
"""

import contextlib
import gc
import importlib
import inspect
import json
import os
import resource
import signal
import sys
import time
import types

import pytest

MEMORY = 6 << 30  # bytes, because a change can make a loop that allocates without end
UNKNOWN = 71  # not an exit status of pytest
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler"]


def in_a_fork(work, timeout):
    """Return the exit status that ``work`` returns in a fork. The fork is ended after ``timeout`` seconds."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            log = os.open("mutation.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            status = work()
            sys.stdout.flush()
        finally:
            os._exit(status)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.005)
    else:
        status = "time-out"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # and the processes that it started
    if status == "time-out":
        os.waitpid(child, 0)
        return status
    status = os.waitstatus_to_exitcode(status)
    return "unknown" if status == UNKNOWN else status


# --- Cold


class _Selection:
    """The tests of a request, in its order."""

    def __init__(self, tests):
        self.place = {node: k for k, node in enumerate(tests)}

    def pytest_collection_modifyitems(self, items):
        chosen = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(chosen, key=lambda item: self.place[item.nodeid])


def collect_and_run(tests):
    """Collect the files of the tests and run the tests. Return pytest's exit status."""
    files = list(dict.fromkeys(node.partition("::")[0] for node in tests))
    return int(pytest.main([*OPTIONS, *files], plugins=[_Selection(tests)]))


# --- Warm


def _place(code):
    """Return a key that differs for all code objects of a file."""
    return code.co_name, code.co_firstlineno, code.co_linetable, code.co_code


def _meaning(code):
    """Return everything in a code object except its line numbers."""
    constants = tuple(
        _meaning(one) if isinstance(one, types.CodeType) else (type(one), repr(one)) for one in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, constants


def replacements(old, new):
    """Return the code objects of ``new`` that replace those of ``old``, by the places of the outermost functions.

    Return None if it is not clear which code object replaces which.
    """
    inner, changed = ([one for one in code.co_consts if isinstance(one, types.CodeType)] for code in (old, new))
    if len(inner) != len(changed) or len({_place(before) for before in inner}) < len(inner):
        return None
    found = {}
    for before, after in zip(inner, changed, strict=True):
        if _meaning(before) == _meaning(after):
            continue
        if before.co_flags & inspect.CO_OPTIMIZED:
            found[_place(before)] = after
        else:  # the body of a class
            inside = replacements(before, after)
            if inside is None:
                return None
            found.update(inside)
    return found


class Warm:
    """The plugin that answers requests at the time when pytest would run the tests."""

    def __init__(self, requests, answers):
        self.requests, self.answers = requests, answers
        self.items, self.functions = {}, {}

    def pytest_runtestloop(self, session):
        """Answer requests until the input ends."""
        self.items = {item.nodeid: item for item in session.items}
        for one in gc.get_objects():
            if type(one) is types.FunctionType:
                self.functions.setdefault(one.__code__.co_filename, []).append(one)
        for line in self.requests:
            status = self.answer(session, **json.loads(line))
            print(json.dumps({"status": status}), file=self.answers, flush=True)
        return True

    def answer(self, session, tests, timeout, file, old, new):
        """Return the status of one request."""
        path = os.path.abspath(file)
        swaps = replacements(compile(old, path, "exec"), compile(new, path, "exec"))
        if swaps is None or any(node not in self.items for node in tests):
            return "unknown"
        found = [one for one in self.functions.get(path, ()) if _place(one.__code__) in swaps]
        if len({_place(one.__code__) for one in found}) < len(swaps):
            return "unknown"

        def work():
            for one in found:
                one.__code__ = swaps[_place(one.__code__)]
            return self.run(session, [self.items[node] for node in tests])

        return in_a_fork(work, timeout)

    @staticmethod
    def run(session, items):
        """Run collected tests up to the first one that fails."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return 1
        return 0


def main():
    """Run the server of the kind that the command line names."""
    kind, *ignored = sys.argv[1:]
    sys.path.insert(0, os.getcwd())
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")  # pytest replaces the standard streams
    if kind == "warm":
        os.dup2(os.open("mutation.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        sys.exit(pytest.main([*OPTIONS, *[f"--ignore={path}" for path in ignored]], plugins=[Warm(requests, answers)]))
    for heavy in ("numpy", "torch", "mpmath", "hypothesis", "matplotlib", "sklearn", "llvmlite.binding"):
        with contextlib.suppress(ImportError):
            importlib.import_module(heavy)
    for line in requests:
        request = json.loads(line)
        status = in_a_fork(lambda request=request: collect_and_run(request["tests"]), request["timeout"])
        print(json.dumps({"status": status}), file=answers, flush=True)


if __name__ == "__main__":
    main()
