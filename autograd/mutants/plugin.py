"""The pytest plugin. It runs a suite with a wrong engine in place of ``Value``, or with each and reports the result.

It is not loaded automatically: ``pytest -p autograd.mutants.plugin --mutants tests/``.
"""

import importlib
import json
import sys
import types
from pathlib import Path

import pytest

from autograd.engine.errors import SuiteError
from autograd.engine.plain import Engine
from autograd.engine.value import Value
from autograd.mutants.faults import MUTANTS
from autograd.mutants.forking import libraries
from autograd.mutants.suites import run

__all__ = ["serve"]

_ENGINES = {"value": Value, "right": Engine, **{name: mutant.value for name, mutant in MUTANTS.items()}}
_REPORT = pytest.StashKey[str]()
_OWN = pytest.StashKey[list]()  # the public names of the class under test and of its module
_MADE = pytest.StashKey[int]()  # the number of instances that the tests made of the engine


def serve(module: str, value: type, name: str = "Value") -> type | None:
    """Make ``from module import Value`` return ``value``. If the module or its packages do not exist, create them.

    Args:
        module: the name of the module from which the class is imported.
        value: the class to put there.
        name: the name of the class in that module.

    Returns:
        The object that had this name before, or None.
    """
    parts = module.split(".")
    for k in range(1, len(parts) + 1):
        place = ".".join(parts[:k])
        try:
            importlib.import_module(place)
        except ModuleNotFoundError as error:
            if error.name != place:
                raise
            made = types.ModuleType(place, "Made by autograd.mutants.")
            made.__path__ = []  # so that it may hold modules
            sys.modules[place] = made
            if k > 1:
                setattr(sys.modules[".".join(parts[: k - 1])], parts[k - 1], made)
    before = getattr(sys.modules[module], name, None)
    setattr(sys.modules[module], name, value)
    return before


def pytest_addoption(parser):
    """Add the options ``--mutants``, ``--mutant``, ``--mutant-module``, ``--mutant-class`` and ``--mutant-plan``."""
    group = parser.getgroup("mutants", "wrong engines")
    group.addoption("--mutants", action="store_true", help="run the suite against every wrong engine, if it passes")
    group.addoption("--mutant", metavar="NAME", help="run the suite with this wrong engine in place of Value")
    group.addoption(
        "--mutant-module", metavar="MODULE", default="autograd", help="the module that has Value (autograd)"
    )
    group.addoption("--mutant-class", metavar="NAME", default="Value", help="the name of Value in that module (Value)")
    group.addoption("--mutant-plan", help="used by autograd.mutants.run: a JSON file that names the tests to leave out")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Put the engine that the options name in place of ``Value``, before any file of the suite is imported."""
    options = early_config.known_args_namespace
    if options.mutant is None and not options.mutants:
        return
    name = options.mutant or "value"
    if name not in _ENGINES:
        raise pytest.UsageError(f"no wrong engine is called {name!r}: there are {', '.join(MUTANTS)}.")
    # The suite must be able to import its own modules, so the folder in which pytest was started is added to the path.
    sys.path.insert(0, str(early_config.invocation_params.dir))
    before = serve(options.mutant_module, _ENGINES[name], options.mutant_class)
    if before is not None and before is not Value:
        early_config.stash[_OWN] = [each for each in dir(before) if not each.startswith("_")] + [
            each for each in vars(sys.modules[options.mutant_module]) if not each.startswith("_")
        ]
    if name == "right" and options.mutant_plan:
        _count(Engine, early_config.stash)


def _count(engine, stash):
    """Count the instances that are made of an engine, in the stash."""
    make = engine.__init__
    stash[_MADE] = 0

    def counted(self, *arguments, **options):
        stash[_MADE] += 1
        make(self, *arguments, **options)

    engine.__init__ = counted


def pytest_configure(config):
    """Register the recorder if ``--mutant-plan`` is given."""
    if config.option.mutant_plan:
        plan = json.loads(Path(config.option.mutant_plan).read_text(encoding="utf-8"))
        config.pluginmanager.register(_Recorder(**plan), "autograd-mutants-recorder")


class _Recorder:
    """A recorder that leaves out tests, and notes the tests that ran and those that failed."""

    def __init__(self, left_out, found):
        self.left_out, self.found = set(left_out), Path(found)
        self.ran, self.failed, self.modules = {}, {}, set()

    def pytest_collection_modifyitems(self, config, items):
        self.modules = {item.module.__name__ for item in items if hasattr(item, "module")}
        out = [item for item in items if item.nodeid in self.left_out]
        items[:] = [item for item in items if item.nodeid not in self.left_out]
        config.hook.pytest_deselected(items=out)

    def pytest_exception_interact(self, node, report):
        if isinstance(report, pytest.CollectReport):  # a file that could not be collected has no node id of a test
            self.failed[str(node.path)] = None

    def pytest_runtest_logreport(self, report):
        if not report.skipped:
            self.ran[report.nodeid] = None
        if report.failed:
            self.failed[report.nodeid] = None

    def pytest_sessionfinish(self, session):
        stash = session.config.stash
        found = {"ran": list(self.ran), "failed": list(self.failed)}
        found |= {"made": stash.get(_MADE, None), "own": stash.get(_OWN, None)}
        self.found.write_text(json.dumps(found), encoding="utf-8")

    def pytest_unconfigure(self, config):  # after the reports, because plugins import more for them
        if config.option.mutant == "value" and self.found.exists():
            found = json.loads(self.found.read_text(encoding="utf-8"))
            imported, kept_out = libraries(config.option.mutant_module, Value, self.modules)
            self.found.write_text(json.dumps({**found, "imported": imported, "kept_out": kept_out}), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """With ``--mutants``, run the wrong engines if all tests passed."""
    config = session.config
    if config.option.mutants and config.option.mutant is None and exitstatus == 0:
        try:
            report = run(config.args, module=config.option.mutant_module, name=config.option.mutant_class)
        except SuiteError as error:
            config.stash[_REPORT] = str(error)
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        else:
            config.stash[_REPORT] = str(report)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if report.missed else exitstatus


def pytest_terminal_summary(terminalreporter, config):
    """Print the report on the wrong engines, or the reason why they could not be run."""
    if _REPORT in config.stash:
        terminalreporter.section("wrong engines")
        terminalreporter.write_line(config.stash[_REPORT])
