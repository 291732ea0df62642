"""Runs of a test suite against every wrong engine. Each run has a process of its own."""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from autograd.engine.errors import SuiteError
from autograd.mutants import forking
from autograd.mutants.faults import MUTANTS, Mutant

__all__ = ["Outcome", "Report", "run", "selected"]

_LIMIT = 600.0  # seconds for a suite with a right engine
_FUNCTIONS = {"exp", "log", "relu", "sigmoid", "tanh"}  # functions that an engine need not have
_KEPT = {
    "APPDATA", "COMSPEC", "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOCALAPPDATA", "PATH", "PATHEXT",
    "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USERPROFILE", "VIRTUAL_ENV", "WINDIR",
}  # fmt: skip
_KEPT_BEGINNINGS = ("COV_", "COVERAGE_", "DELTAGRAD_", "LC_", "OMP_", "PYTEST_", "PYTHON")
_FORKED = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")  # before the fork
_WORTH_FORKING = 4  # engines; with fewer, another import of the libraries costs as much as it saves
_NO_TESTS = 5  # pytest's exit status
_TESTS_FAILED = (1, 2)  # a test failed; a file could not be collected


@dataclass(frozen=True)
class Outcome:
    """The result of a suite for one wrong engine.

    Attributes:
        mutant: the wrong engine.
        noticed_by: the node id of the first test that failed, or ``"time-out"``; None if all tests passed.
    """

    mutant: Mutant
    noticed_by: str | None


@dataclass(frozen=True)
class Report:
    """The results of a suite for all wrong engines.

    Attributes:
        tests: the number of tests that were run against each wrong engine.
        left_out: the node ids of the tests that use parts of ``Value`` that the wrong engines do not have.
        outcomes: one per wrong engine.
        failing: the node ids of the tests that were left out because they fail with the right engine.
        lacking: the wrong engines that were left out because the module under test lacks the wrong part.
    """

    tests: int
    left_out: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    failing: tuple[str, ...] = ()
    lacking: tuple[Mutant, ...] = ()

    @property
    def missed(self) -> list[Mutant]:
        """The wrong engines that no test noticed."""
        return [outcome.mutant for outcome in self.outcomes if outcome.noticed_by is None]

    def __str__(self):
        noticed = [outcome for outcome in self.outcomes if outcome.noticed_by is not None]
        lines = [f"noticed  {o.mutant.name}: by {o.noticed_by}" for o in noticed]
        for node in self.failing:
            lines.append(f"left out {node}: it fails with the right engine")
        for node in self.left_out:
            lines.append(f"left out {node}: it uses a part of Value that the wrong engines do not have")
        if self.lacking:
            names = ", ".join([mutant.name for mutant in self.lacking])
            lines.append(
                f"left out {names}: the module under test lacks what is wrong in them; --only NAME runs one anyway"
            )
        for mutant in self.missed:
            lines += [f"missed   {mutant.name}: {mutant.fault}", f"         What catches it: {mutant.caught_by}"]
        tests = "1 test" if self.tests == 1 else f"{self.tests} tests"
        lines.append(f"{len(noticed)} of {len(self.outcomes)} wrong engines noticed by {tests}.")
        return "\n".join(lines)

    def __repr__(self):
        return str(self)

    def as_data(self) -> dict:
        """Return the report as dicts, lists, strings and numbers."""
        rows = []
        for outcome in self.outcomes:
            mutant = asdict(outcome.mutant)
            del mutant["value"]
            rows.append({**mutant, "noticed_by": outcome.noticed_by})
        out = {"left_out": list(self.left_out), "failing": list(self.failing)}
        return {"tests": self.tests, **out, "lacking": [mutant.name for mutant in self.lacking], "mutants": rows}


def selected(names: Iterable[str] | None = None) -> list[Mutant]:
    """Return the wrong engines that have one of these names or topics, or all of them if ``names`` is None or empty.

    Raises:
        SuiteError: a name is neither that of a wrong engine nor that of a topic.
    """
    names = list(names or ())
    topics = {mutant.topic for mutant in MUTANTS.values()}
    for name in names:
        if name not in MUTANTS and name not in topics:
            raise SuiteError(
                f"no wrong engine and no topic is called {name!r}: topics are {', '.join(sorted(topics))}, "
                "and 'python -m autograd mutants --list' lists the wrong engines."
            )
    return [m for m in MUTANTS.values() if not names or m.name in names or m.topic in names]


def run(
    paths: str | os.PathLike | Sequence[str | os.PathLike],
    *,
    only: Iterable[str] | None = None,
    module: str = "autograd",
    name: str = "Value",
    timeout: float | None = None,
    jobs: int | None = None,
    options: Sequence[str] = (),
) -> Report:
    """Run a test suite with the right engine, and then with each wrong one in place of ``Value``.

    This executes the code of the suite, in separate processes. They receive only the environment variables that
    programs usually need, and each has a time limit. When a process ends, all processes that it started are ended too.
    On Linux, the processes are forked from one process that has imported the libraries of the suite, unless the tests
    have other results in a fork.

    Args:
        paths: the tests for pytest to run: a file, a folder or a node id, or a list of several.
        only: names of wrong engines or of topics; all wrong engines by default.
        module: the module from which the tests import ``Value``, such as ``"micrograd.engine"``. It need not exist.
        name: the name of the class in that module, such as ``"Scalar"``.
        timeout: the number of seconds that the suite may take with one engine. If it takes longer with a wrong engine,
            that engine counts as noticed. The default is 600 seconds with a right engine, and with a wrong engine ten
            times as long as with a right one, but at least 10 seconds.
        jobs: the number of suites that run at the same time; by default the number of processors.
        options: further arguments for pytest, such as ``["-k", "not slow"]``.

    Raises:
        SuiteError: a path does not exist, there are no tests, all tests fail with the right engine, no test makes a
            ``Value``, or pytest is not installed.
    """
    mutants = selected(only)
    arguments = [str(path) for path in ([paths] if isinstance(paths, (str, os.PathLike)) else paths)]
    if not arguments:
        raise SuiteError("no tests to run: give the path of a file or a folder of tests.")
    for path in arguments:
        if not Path(path.partition("::")[0]).exists():
            raise SuiteError(f"there is no {path.partition('::')[0]!r}: give the path of a file or a folder of tests.")
    if importlib.util.find_spec("pytest") is None:
        raise SuiteError("pytest runs the suites, and it is not installed: pip install pytest.")
    if not all(part.isidentifier() for part in module.split(".")):
        raise SuiteError(f"{module!r} is not the name of a module: write it as in an import, such as micrograd.engine.")

    if not name.isidentifier():
        raise SuiteError(f"{name!r} is not the name of a class: write it as in an import, such as Value.")

    suite = _Suite(arguments, options, module, name)
    limit = timeout or _LIMIT
    right = suite.run("value", limit=limit)
    if right.status == _NO_TESTS:
        raise SuiteError(f"pytest finds no tests in {', '.join(arguments)}: their names must begin with test.")
    failing = tuple(right.failed)
    if right.status not in (0, 1) or not set(right.ran) - set(failing):
        raise SuiteError(
            f"the tests must pass with the right engine first, and do not: {right.why()}. Correct the tests, or the "
            f"import: they get {name} from {module!r}."
        )
    if len(mutants) >= _WORTH_FORKING:
        suite.fork(right, limit)
    with contextlib.closing(suite):
        return _tried(suite, right, mutants, timeout=timeout, everything=not only, jobs=jobs)


def _tried(suite, right, mutants, *, timeout, everything, jobs):
    """Run the wrong engines on a suite that was run with the right one, and return the report."""
    failing = tuple(right.failed)
    # The wrong engines are made from this right engine. A test that fails with it cannot show a fault.
    began = time.monotonic()
    plain = suite.run("right", failing, limit=timeout or _LIMIT)
    took = time.monotonic() - began
    if plain.status not in (0, *_TESTS_FAILED):
        raise SuiteError(f"the tests cannot be run with a stand-in for {suite.name}: {plain.why()}.")
    left_out = tuple(plain.failed)
    tests = [node for node in right.ran if node not in left_out and node not in failing]
    if not tests:
        raise SuiteError(
            f"no test is left to try the wrong engines on: {plain.why()}. They have the arithmetic, the "
            f"functions and the backward() of {suite.name}, and nothing else."
        )
    if not plain.made:
        raise SuiteError(
            f"no test makes a {suite.name} of {suite.module!r}, so no test would use a wrong engine: give --module, "
            "the module from which the tests import it, such as micrograd.engine, and --class, its name there."
        )
    limit = max(10.0, 10.0 * took) if timeout is None else timeout
    lacking = tuple([mutant for mutant in mutants if everything and _is_lacking(mutant, plain.own)])

    def outcome(mutant):
        wrong = suite.run(mutant.name, (*failing, *left_out), limit=limit, first=True)
        if wrong.status not in (0, *_TESTS_FAILED) and wrong.status >= 0:
            raise SuiteError(f"pytest stopped with status {wrong.status} at {mutant.name}: {wrong.why()}.")
        return Outcome(mutant, None if wrong.status == 0 else wrong.why())

    tried = [mutant for mutant in mutants if mutant not in lacking]
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        return Report(len(tests), left_out, tuple(pool.map(outcome, tried)), failing, lacking)


def _is_lacking(mutant, own):
    """Return True if the fault of a wrong engine is in something that the class under test does not have.

    Args:
        mutant: the wrong engine.
        own: the public names of that class and of its module; None if the class is this package's own or did not exist.
    """
    if own is None:
        return False
    functions = {primitive for primitive, _ in getattr(mutant.value, "rules", ())} & _FUNCTIONS
    return mutant.topic == "promise" or mutant.name == "exponent_without_gradient" or not functions <= set(own)


@dataclass(frozen=True)
class _Run:
    """One run of a suite.

    Attributes:
        status: pytest's exit status; negative if the run was ended.
        ran: the node ids of the tests that ran.
        failed: the node ids of the tests that failed, and the paths of files that could not be collected.
        output: the last lines of pytest's output.
        made: the number of Values that were made, if they were counted.
        own: the public names of the class under test and of its module; None if there is no class but this package's.
        imported: the installed modules that the tests imported, if they were recorded.
        kept_out: the packages that each run must import itself, if they were recorded.
    """

    status: int
    ran: list
    failed: list
    output: str
    made: int | None = None
    own: list | None = None
    imported: tuple | list = ()
    kept_out: tuple | list = ()

    def why(self):
        if self.failed:
            return self.failed[0]
        return self.output or f"exit status {self.status}"


class _Suite:
    """A suite to run with one engine after the other, each time in a process of its own.

    Args:
        arguments: the paths of the tests.
        options: further arguments for pytest.
        module: the module from which the engine is imported.
        name: the name of the engine's class in that module.
    """

    def __init__(self, arguments, options, module, name):
        self.arguments, self.options, self.module, self.name = arguments, options, module, name
        self._forks = None

    def fork(self, right, limit):
        """Fork all further runs from one process that has imported the libraries, if the suite works in it.

        The suite works if the same tests run and fail as in ``right``, a run in a newly started process.
        """
        if not forking.available():
            return
        with contextlib.suppress(forking.ForkingError):
            self._forks = forking.Forks(right.imported, right.kept_out, _environment())
            forked = self.run("value", limit=limit)
            if (forked.status, forked.ran, forked.failed) != (right.status, right.ran, right.failed):
                self.close()

    def close(self):
        """End the process that forks, if there is one."""
        if self._forks is not None:
            self._forks.close()
            self._forks = None

    def run(self, engine, left_out=(), *, limit, first=False):
        """Run the suite with an engine; return a ``_Run``.

        Args:
            engine: the name of the engine in the plugin's table.
            left_out: the node ids of tests and the paths of files that are not run.
            limit: the number of seconds that the run may take.
            first: True to stop at the first test that fails.
        """
        with tempfile.TemporaryDirectory() as folder:
            plan, found, said = [Path(folder, each) for each in ("plan.json", "found.json", "said.txt")]
            plan.write_text(json.dumps({"left_out": list(left_out), "found": str(found)}), encoding="utf-8")
            unreadable = [node for node in left_out if "::" not in node]  # files
            arguments = [
                "-q", "-o", f"cache_dir={folder}/cache", "-p", "autograd.mutants.plugin",
                "--mutant", engine, "--mutant-module", self.module, "--mutant-class", self.name,
                "--mutant-plan", str(plan), *(["-x"] if first else ["--continue-on-collection-errors"]),
                *[f"--ignore={path}" for path in unreadable], *self.options,
                *[path for path in self.arguments if str(Path(path).resolve()) not in unreadable],
            ]  # fmt: skip
            status = self._exit_status(arguments, found, said, limit)
            if status is None:
                return _Run(-1, [], [], "time-out")
            seen = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {"ran": [], "failed": []}
            lines = said.read_bytes().decode(errors="replace").strip().splitlines()
            return _Run(status, output=" / ".join(lines[-3:]), **seen)

    def _exit_status(self, arguments, found, said, limit):
        """Run pytest in a fork. If there is none, or it takes too long or fails, run it in a newly started process.

        A library may hang in a fork, and that must not count as a fault that the suite noticed.
        """
        forks = self._forks
        if forks is not None:
            with contextlib.suppress(forking.ForkingError):
                status = forks.run([*_FORKED, *arguments], said, limit)
                if status is not None and found.exists():
                    return status
            found.unlink(missing_ok=True)
        return _run_command([sys.executable, "-m", "pytest", *arguments], said, limit)


def _run_command(command, said, limit):
    """Run a command with its output in a file, and return its exit status, or None if it took too long.

    All processes that it started are ended with it. The output goes to a file because a process that the command leaves
    running would keep a pipe open.
    """
    with said.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=_environment(), start_new_session=True
        )
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()


def _environment():
    """Return the environment for the suite's processes: only variables that programs need and that hold no secrets."""
    return {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}
