"""A test suite run against every wrong engine, each in a process of its own."""

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
_FUNCTIONS = {"exp", "log", "relu", "sigmoid", "tanh"}  # what an engine may do without
_KEPT = {
    "APPDATA", "COMSPEC", "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOCALAPPDATA", "PATH", "PATHEXT",
    "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USERPROFILE", "VIRTUAL_ENV", "WINDIR",
}  # fmt: skip
_KEPT_BEGINNINGS = ("COV_", "COVERAGE_", "DELTAGRAD_", "LC_", "OMP_", "PYTEST_", "PYTHON")
_FORKED = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")  # it was, before the fork
_WORTH_FORKING = 4  # wrong engines: with fewer, importing the libraries once more costs as much as it saves
_NO_TESTS = 5  # pytest's exit status
_TESTS_FAILED = (1, 2)  # a test failed; a file could not be collected


@dataclass(frozen=True)
class Outcome:
    """The result of a suite for one wrong engine.

    Attributes:
        mutant: the wrong engine.
        noticed_by: the node id of the first test that failed, or ``"time-out"``; None where all passed.
    """

    mutant: Mutant
    noticed_by: str | None


@dataclass(frozen=True)
class Report:
    """The results of a suite for all wrong engines.

    Attributes:
        tests: how many tests were run against each wrong engine.
        left_out: the node ids of the tests that need more of ``Value`` than the wrong engines have.
        outcomes: one per wrong engine.
        failing: the node ids of the tests that fail with the right engine already, and so were left out.
        lacking: the wrong engines that were left out, since what is wrong in them is nothing the module under test has.
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
            lines.append(f"left out {node}: it needs more of Value than the wrong engines have")
        if self.lacking:
            names = ", ".join([mutant.name for mutant in self.lacking])
            lines.append(f"left out {names}: the module under test has nothing of the kind; --only NAME tries one")
        for mutant in self.missed:
            lines += [f"missed   {mutant.name}: {mutant.fault}", f"         What catches it: {mutant.caught_by}"]
        tests = "1 test" if self.tests == 1 else f"{self.tests} tests"
        lines.append(f"{len(noticed)} of {len(self.outcomes)} wrong engines noticed by {tests}.")
        return "\n".join(lines)

    def __repr__(self):
        return str(self)

    def as_data(self) -> dict:
        """The same as dicts, lists, strings and numbers."""
        rows = []
        for outcome in self.outcomes:
            mutant = asdict(outcome.mutant)
            del mutant["value"]
            rows.append({**mutant, "noticed_by": outcome.noticed_by})
        out = {"left_out": list(self.left_out), "failing": list(self.failing)}
        return {"tests": self.tests, **out, "lacking": [mutant.name for mutant in self.lacking], "mutants": rows}


def selected(names: Iterable[str] | None = None) -> list[Mutant]:
    """The wrong engines that ``names``, of mutants and of topics, stand for; all of them where it is None or empty.

    Raises:
        SuiteError: a name is neither.
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

    This runs the suite's code, in processes of its own. They get what programs need of the environment and no more;
    each has a limit of time, and at its end whatever it started is ended with it. On Linux, these processes are forked
    from one that has imported the libraries of the suite, unless the tests do not pass there as they do otherwise.

    Args:
        paths: what pytest is to run: a file, a folder or a node id, or several in a list.
        only: names of wrong engines or of topics; all of them by default.
        module: where the tests import ``Value`` from, such as ``"micrograd.engine"``. It need not exist.
        name: what it is called there, such as ``"Scalar"``.
        timeout: seconds a suite may take with one engine; longer with a wrong one counts as noticed. By default 600
            with a right one; with a wrong one ten times what a right one takes, and 10 at least.
        jobs: how many suites run at a time; by default as many as there are processors.
        options: further arguments for pytest, such as ``["-k", "not slow"]``.

    Raises:
        SuiteError: a path does not exist, there are no tests, all fail with the right engine or none of them makes a
            number with it; pytest is missing.
    """
    mutants = selected(only)
    arguments = [str(path) for path in ([paths] if isinstance(paths, (str, os.PathLike)) else paths)]
    if not arguments:
        raise SuiteError("no tests to run: give the path of a file or a folder of tests.")
    for path in arguments:
        if not Path(path.partition("::")[0]).exists():
            raise SuiteError(f"there is no {path.partition('::')[0]!r}: give the path of a file or a folder of tests.")
    if importlib.util.find_spec("pytest") is None:
        raise SuiteError("the suites are run by pytest, which is not installed: pip install pytest.")
    if not all(part.isidentifier() for part in module.split(".")):
        raise SuiteError(f"{module!r} is no name of a module: write it as in an import, such as micrograd.engine.")

    if not name.isidentifier():
        raise SuiteError(f"{name!r} is no name of a class: write it as in an import, such as Value.")

    suite = _Suite(arguments, options, module, name)
    limit = timeout or _LIMIT
    right = suite.run("value", limit=limit)
    if right.status == _NO_TESTS:
        raise SuiteError(f"pytest finds no tests in {', '.join(arguments)}: their names must begin with test.")
    failing = tuple(right.failed)
    if right.status not in (0, 1) or not set(right.ran) - set(failing):
        raise SuiteError(
            f"the tests must pass with the right engine first, and do not: {right.why()}. Mend them, or the import: "
            f"they get {name} from {module!r}."
        )
    if len(mutants) >= _WORTH_FORKING:
        suite.fork(right, limit)
    with contextlib.closing(suite):
        return _tried(suite, right, mutants, timeout=timeout, everything=not only, jobs=jobs)


def _tried(suite, right, mutants, *, timeout, everything, jobs):
    """Try the wrong engines on a suite that was run with the right one."""
    failing = tuple(right.failed)
    # Also with the right one of the engines that the wrong ones are made of: a test that needs more is of no use here.
    began = time.monotonic()
    small = suite.run("right", failing, limit=timeout or _LIMIT)
    took = time.monotonic() - began
    if small.status not in (0, *_TESTS_FAILED):
        raise SuiteError(f"the tests cannot be run with a stand-in for {suite.name}: {small.why()}.")
    left_out = tuple(small.failed)
    tests = [node for node in right.ran if node not in left_out and node not in failing]
    if not tests:
        raise SuiteError(
            f"no test is left that the wrong engines can be tried on: {small.why()}. They have the arithmetic, the "
            f"functions and the backward() of {suite.name}, and no more."
        )
    if not small.made:
        raise SuiteError(
            f"no test makes a {suite.name} of {suite.module!r}, so no wrong engine would be met: give --module, where "
            "the tests import it from, such as micrograd.engine, and --class, what it is called there."
        )
    limit = max(10.0, 10.0 * took) if timeout is None else timeout
    lacking = tuple([mutant for mutant in mutants if everything and _is_lacking(mutant, small.own)])

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
        own: the public names of that class and of its module; None where it is the one of this package, or is made.
    """
    if own is None:
        return False
    functions = {primitive for primitive, _ in getattr(mutant.value, "rules", ())} & _FUNCTIONS
    return mutant.topic == "promise" or mutant.name == "exponent_without_gradient" or not functions <= set(own)


@dataclass(frozen=True)
class _Run:
    """One run of a suite.

    Attributes:
        status: pytest's exit status; negative where it was ended.
        ran, failed: the node ids of tests.
        output: the end of what it said.
        made: how many numbers were made, where they were counted.
        own: the public names of the class under test; None where there is none but ours.
        imported: the installed modules that the tests imported, where these were looked at.
        kept_out: the packages that each run must import by itself, where these were looked at.
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
    """A suite to run with one engine after the other, in processes of their own.

    Args:
        arguments: the paths.
        options: further arguments for pytest.
        module: where the engine is imported from.
        name: what it is called there.
    """

    def __init__(self, arguments, options, module, name):
        self.arguments, self.options, self.module, self.name = arguments, options, module, name
        self._forks = None

    def fork(self, right, limit):
        """From now on fork the runs from one process that has imported the libraries, if the suite bears it.

        It does where the same tests run and fail as in ``right``, a run in a process that started anew.
        """
        if not forking.available():
            return
        with contextlib.suppress(forking.ForkingError):
            self._forks = forking.Forks(right.imported, right.kept_out, _environment())
            forked = self.run("value", limit=limit)
            if (forked.status, forked.ran, forked.failed) != (right.status, right.ran, right.failed):
                self.close()

    def close(self):
        """End what is still running."""
        if self._forks is not None:
            self._forks.close()
            self._forks = None

    def run(self, engine, left_out=(), *, limit, first=False):
        """Run the suite with an engine; return a ``_Run``.

        Args:
            engine: the name of the engine, as the plugin has it.
            left_out: the node ids of tests, and the paths of files, not to run.
            limit: the seconds it may take.
            first: whether to stop at the first test that fails.
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
            status = self._ended(arguments, found, said, limit)
            if status is None:
                return _Run(-1, [], [], "time-out")
            seen = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {"ran": [], "failed": []}
            lines = said.read_bytes().decode(errors="replace").strip().splitlines()
            return _Run(status, output=" / ".join(lines[-3:]), **seen)

    def _ended(self, arguments, found, said, limit):
        """Run pytest in a fork, or in a process that starts anew: also after a fork that took too long or is lost.

        A library may stand still in a fork; nobody should take that for a fault that was noticed.
        """
        forks = self._forks
        if forks is not None:
            with contextlib.suppress(forking.ForkingError):
                status = forks.run([*_FORKED, *arguments], said, limit)
                if status is not None and found.exists():
                    return status
            found.unlink(missing_ok=True)
        return _ended([sys.executable, "-m", "pytest", *arguments], said, limit)


def _ended(command, said, limit):
    """Run a command, with its output in a file; its exit status, or None where it took too long.

    What it started is ended with it. Its output goes to a file, since what it leaves behind would keep a pipe open.
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
    """Return the environment for a suite's processes: what programs need to run, and nothing that may be secret."""
    return {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}
