"""Runs of a test suite in processes that are forked from one process, which has imported the heavy libraries.

``Forks`` sends the requests. ``python -m autograd.mutants.forking`` is the process that imports libraries and forks.
It reads lines of JSON from standard input and answers with lines of JSON. A fork begins with the libraries imported. In
all other respects it is a process of its own: it imports the suite's own modules, and everything that depends on the
engine under test.

Forking needs ``pidfd_open``, which only Linux has. On macOS, system libraries do not work after a fork. ``available``
returns False on systems where forking is not possible. There each run starts a new Python process.
"""

import contextlib
import gc
import importlib
import json
import os
import queue
import runpy
import selectors
import signal
import site
import subprocess
import sys
import threading
import types
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

__all__ = ["ForkingError", "Forks", "available", "libraries"]

_PATIENCE = 300.0  # seconds for importing the libraries
_OURS = ("autograd", "nn", "deltagrad")


class ForkingError(Exception):
    """The process that forks has ended, or it cannot import the libraries without the engine under test."""


def available() -> bool:
    """Return True if this system can fork runs."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return hasattr(os, "fork")


def libraries(module: str, value: type, tests: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Return the installed libraries that this process imported, and the packages that each run must import itself.

    Some packages take the engine under test from its module when they are imported. Such a package keeps that engine,
    even if another engine is put into the module later. So each run must import these packages itself, and also every
    package that took something from them.

    Args:
        module: the name of the module from which the suite imports the engine.
        value: the class that the suite found there.
        tests: the names of the suite's own modules.

    Returns:
        The names of the library modules, in the order in which they were imported, and the names of the packages.
    """
    own = {name.partition(".")[0] for name in (module, "conftest", *_OURS, *tests)}
    modules = {name: each for name, each in list(sys.modules.items()) if isinstance(each, types.ModuleType)}
    taken: dict[str, set[str]] = {}  # for each package, the packages from which it took something
    for name, each in modules.items():
        found = taken.setdefault(name.partition(".")[0], set())
        for thing in list(vars(each).values()):
            if thing is value:
                found |= own
            found.add(_package(thing))
    changed = True
    while changed:
        more = {package for package, found in taken.items() if package not in own and found & own}
        changed = bool(more)
        own |= more
    folders = [*site.getsitepackages(), site.getusersitepackages()]
    places = tuple([f"{each}{os.sep}" for folder in folders for each in {folder, str(Path(folder).resolve())}])
    installed = [
        name
        for name, each in modules.items()
        if name.partition(".")[0] not in own and str(vars(each).get("__file__")).startswith(places)
    ]
    return installed, sorted(own & set(taken))


def _package(thing):
    """Return the package that defines a module, a function or a class, or the class of any other object.

    The attributes of other objects are not read, because reading them could create an object that is made on first use.
    """
    kind = type(thing)
    if issubclass(kind, types.ModuleType):
        name = vars(thing).get("__name__")
    elif issubclass(kind, types.FunctionType):
        name = thing.__module__
    else:
        name = vars(thing if issubclass(kind, type) else kind).get("__module__")
    return name.partition(".")[0] if isinstance(name, str) else ""


class Forks:
    """A process that has imported libraries, and the runs that are forked from it.

    Args:
        imported: the names of the modules to import first.
        kept_out: the names of the packages that must not be imported along with them.
        environment: the environment variables of that process.

    Raises:
        ForkingError: the process does not start, or importing the modules also imports a package from ``kept_out``.
    """

    def __init__(self, imported: list[str], kept_out: list[str], environment: dict[str, str]):
        process = subprocess.Popen(
            [sys.executable, "-m", "autograd.mutants.forking"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._process = process
        self._requests, self._lines = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        self._sending = threading.Lock()
        self._answers: dict[int, queue.Queue[int | None]] = {0: queue.Queue()}
        self._numbers = 0
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._send({"imported": imported, "kept_out": kept_out})
            ready = self._answers[0].get(timeout=_PATIENCE)
        except (ForkingError, queue.Empty):
            ready = None
        if ready != 0:
            self.close()
            raise ForkingError("the libraries of the tests cannot be imported before the engine under test")

    def run(self, arguments: list[str], said: Path, limit: float) -> int | None:
        """Run pytest in a fork and return its exit status, or None if it took longer than ``limit`` seconds.

        All processes that the run started are ended with it.

        Args:
            arguments: the command-line arguments for pytest.
            said: the file for pytest's output.
            limit: the number of seconds that the run may take.

        Raises:
            ForkingError: the process that forks has ended.
        """
        with self._sending:
            self._numbers += 1
            number = self._numbers
            answers = self._answers[number] = queue.Queue()
        self._send({"number": number, "arguments": arguments, "said": str(said)})
        try:
            status = answers.get(timeout=limit)
        except queue.Empty:
            self._send({"end": number})
            answers.get()
            return None
        if status is None:
            raise ForkingError("the process that runs the tests has ended")
        return status

    def close(self) -> None:
        """End the process, and every run that has not ended."""
        with contextlib.suppress(OSError):
            self._requests.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, message):
        with self._sending:
            try:
                self._requests.write(json.dumps(message).encode() + b"\n")
                self._requests.flush()
            except OSError as error:
                raise ForkingError(f"the process that runs the tests has ended: {error}") from error

    def _listen(self):
        with self._lines as lines:
            for line in lines:
                number, status = json.loads(line)
                self._answers[number].put(status)
        for answers in list(self._answers.values()):
            answers.put(None)


# --- The process that forks


def main() -> None:
    """Import the libraries that standard input names, then run pytest in a fork for each request."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # a library may print something when it is imported
    request = _serve(_lines(requests), requests, answers)
    if request is not None:
        os.close(requests)
        os.close(answers)
        _run(**request)


def _lines(source):
    """Return a function that reads the available input and returns its complete lines, or None at the end."""
    buffer = b""

    def read():
        nonlocal buffer
        more = os.read(source, 65536)
        *lines, buffer = (buffer + more).split(b"\n")
        return [json.loads(line) for line in lines] if more else None

    return read


def _serve(read, requests, answers):
    """Fork once for each request. Return the request in a fork, and None in this process at the end of the input."""

    def answer(number, status):
        os.write(answers, json.dumps([number, status]).encode() + b"\n")

    waiting = []
    while not waiting:
        waiting = read()
    plan, *waiting = waiting
    answer(0, 0 if _import(**plan) else 1)
    running = {}  # for each process descriptor, the number of the request and the process id
    with selectors.DefaultSelector() as ready:
        ready.register(requests, selectors.EVENT_READ)
        while True:
            for message in waiting:
                if "end" in message:
                    _end([process for number, process in running.values() if number == message["end"]])
                    continue
                number = message.pop("number")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # libraries handle their own threads
                    process = os.fork()
                if process == 0:
                    os.setsid()
                    for descriptor in running:
                        os.close(descriptor)
                    return message
                descriptor = os.pidfd_open(process)
                running[descriptor] = number, process
                ready.register(descriptor, selectors.EVENT_READ)
            waiting = []
            for key, _ in ready.select():
                if key.fd != requests:
                    ready.unregister(key.fd)
                    os.close(key.fd)
                    number, process = running.pop(key.fd)
                    _end([process])
                    answer(number, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
                    continue
                waiting = read()
                if waiting is None:
                    _end([process for _, process in running.values()])
                    return None


def _import(imported, kept_out):
    """Import modules. Return False if a package that must be kept out was imported along with them."""

    def unwelcome():
        return {name for name in sys.modules if name.partition(".")[0] in (*kept_out, *_OURS)}

    before = unwelcome()
    for name in imported:
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that garbage collections in forks skip the libraries
    return unwelcome() == before


def _end(processes):
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def _run(arguments, said):
    """Act as ``python -m pytest`` with these arguments."""
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    sys.argv[1:] = arguments
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
