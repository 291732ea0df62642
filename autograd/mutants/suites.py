"""A test suite run against every wrong engine, each in a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from autograd.engine.errors import SuiteError
from autograd.mutants.faults import MUTANTS, Mutant

__all__ = ["Outcome", "Report", "run", "selected"]

_NO_TESTS = 5  # pytest's exit status
_TESTS_FAILED = (1, 2)  # a test failed; a file could not be collected


@dataclass(frozen=True)
class Outcome:
    """What a suite made of one wrong engine.

    Attributes:
        mutant: the wrong engine.
        noticed_by: the node id of the first test that failed, or ``"time-out"``; None where all passed.
    """

    mutant: Mutant
    noticed_by: str | None


@dataclass(frozen=True)
class Report:
    """What a suite made of all of them.

    Attributes:
        tests: how many tests were run against each wrong engine.
        left_out: the node ids of the tests that need more of ``Value`` than the wrong engines have.
        outcomes: one per wrong engine.
    """

    tests: int
    left_out: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def missed(self) -> list[Mutant]:
        """The wrong engines that no test noticed."""
        return [outcome.mutant for outcome in self.outcomes if outcome.noticed_by is None]

    def __str__(self):
        noticed = [outcome for outcome in self.outcomes if outcome.noticed_by is not None]
        lines = [f"noticed  {o.mutant.name}: by {o.noticed_by}" for o in noticed]
        for node in self.left_out:
            lines.append(f"left out {node}: it needs more of Value than the wrong engines have")
        for mutant in self.missed:
            lines += [f"missed   {mutant.name}: {mutant.fault}", f"         What catches it: {mutant.caught_by}"]
        lines.append(f"{len(noticed)} of {len(self.outcomes)} wrong engines noticed by {self.tests} tests.")
        return "\n".join(lines)

    def as_data(self) -> dict:
        """The same as dicts, lists, strings and numbers."""
        rows = []
        for outcome in self.outcomes:
            mutant = asdict(outcome.mutant)
            del mutant["value"]
            rows.append({**mutant, "noticed_by": outcome.noticed_by})
        return {"tests": self.tests, "left_out": list(self.left_out), "mutants": rows}


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
    paths: Sequence[str | os.PathLike],
    *,
    only: Iterable[str] | None = None,
    module: str = "autograd",
    timeout: float | None = None,
    jobs: int | None = None,
) -> Report:
    """Run a test suite with the right engine, and then with each wrong one in place of ``Value``.

    Args:
        paths: what pytest is to run: files, folders, node ids.
        only: names of wrong engines or of topics; all of them by default.
        module: where the tests import ``Value`` from, such as ``"micrograd.engine"``. It need not exist.
        timeout: seconds a suite may take with a wrong engine; longer counts as noticed. By default ten times what it
            takes with a right one, and 10 at least.
        jobs: how many suites run at a time; by default as many as there are processors.

    Raises:
        SuiteError: a path does not exist, there are no tests, or one fails with the right engine; pytest is missing.
    """
    mutants = selected(only)
    arguments = [str(path) for path in paths]
    if not arguments:
        raise SuiteError("no tests to run: give the path of a file or a folder of tests.")
    for path in arguments:
        if not Path(path.partition("::")[0]).exists():
            raise SuiteError(f"there is no {path.partition('::')[0]!r}: give the path of a file or a folder of tests.")
    if importlib.util.find_spec("pytest") is None:
        raise SuiteError("the suites are run by pytest, which is not installed: pip install pytest.")
    if not all(part.isidentifier() for part in module.split(".")):
        raise SuiteError(f"{module!r} is no name of a module: write it as in an import, such as micrograd.engine.")

    right = _suite(arguments, module, "value", limit=timeout)
    if right.status == _NO_TESTS:
        raise SuiteError(f"pytest finds no tests in {', '.join(arguments)}: their names must begin with test.")
    if right.status != 0:
        raise SuiteError(
            f"the tests must pass with the right engine first, and do not: {right.why()}. Mend them, or the import: "
            f"they get Value from {module!r}."
        )
    # Also with the right one of the engines that the wrong ones are made of: a test that needs more is of no use here.
    began = time.monotonic()
    small = _suite(arguments, module, "right", limit=timeout)
    took = time.monotonic() - began
    if small.status not in (0, *_TESTS_FAILED):
        raise SuiteError(f"the tests cannot be run with a stand-in for Value: {small.why()}.")
    left_out = tuple(small.failed)
    tests = [node for node in right.ran if node not in left_out]
    if not tests:
        raise SuiteError(
            f"no test is left that the wrong engines can be tried on: {small.why()}. They have the arithmetic, the "
            "functions and the backward() of Value, and no more."
        )
    limit = max(10.0, 10.0 * took) if timeout is None else timeout

    def outcome(mutant):
        wrong = _suite(arguments, module, mutant.name, left_out=left_out, limit=limit, first=True)
        if wrong.status not in (0, *_TESTS_FAILED) and wrong.status >= 0:
            raise SuiteError(f"pytest stopped with status {wrong.status} at {mutant.name}: {wrong.why()}.")
        return Outcome(mutant, None if wrong.status == 0 else wrong.why())

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        return Report(len(tests), left_out, tuple(pool.map(outcome, mutants)))


@dataclass(frozen=True)
class _Run:
    """One run of a suite: pytest's exit status, the node ids that ran and that failed, and the end of its output."""

    status: int
    ran: list
    failed: list
    output: str

    def why(self):
        if self.failed:
            return self.failed[0]
        return self.output or f"exit status {self.status}"


def _suite(arguments, module, engine, *, left_out=(), limit=None, first=False):
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder, "plan.json")
        found = Path(folder, "found.json")
        plan.write_text(json.dumps({"left_out": list(left_out), "found": str(found)}), encoding="utf-8")
        command = [
            sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={folder}/cache", "-p", "autograd.mutants.plugin",
            "--mutant", engine, "--mutant-module", module, "--mutant-plan", str(plan), *(["-x"] if first else []),
            *arguments,
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return _Run(-1, [], [], "time-out")
        seen = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {"ran": [], "failed": []}
        lines = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        return _Run(done.returncode, seen["ran"], seen["failed"], " / ".join(lines[-3:]))
