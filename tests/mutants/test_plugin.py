"""The hooks of the plugin, one by one. test_kit.py runs them with pytest."""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import autograd
from autograd.engine.errors import SuiteError
from autograd.mutants import MUTANTS, Outcome, Report, plugin


@pytest.fixture
def clean(monkeypatch):
    """Remove after each test what the hooks put into this interpreter."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(autograd, "Value", autograd.Value)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("module", ["nowhere", "nowhere.engine", "json.nowhere", "autograd"])
def test_a_module_serves_a_wrong_engine(module):
    wrong = MUTANTS["overwrite"].value
    plugin.serve(module, wrong)
    assert importlib.import_module(module).Value is wrong
    scope: dict = {}
    exec(f"from {module} import Value", scope)
    assert scope["Value"] is wrong


@pytest.mark.usefixtures("clean")
def test_an_error_within_a_module_is_not_taken_for_a_missing_one(tmp_path):
    (tmp_path / "broken_engine.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        plugin.serve("broken_engine", autograd.Value)


def early(tmp_path, **options):
    settings = {"mutant": None, "mutants": False, "mutant_module": "autograd", "mutant_class": "Value"}
    place = SimpleNamespace(dir=tmp_path)
    return SimpleNamespace(known_args_namespace=SimpleNamespace(**{**settings, **options}), invocation_params=place)


@pytest.mark.usefixtures("clean")
def test_the_engine_is_swapped_before_the_suite_is_read(tmp_path):
    right = autograd.Value
    plugin.pytest_load_initial_conftests(early(tmp_path))
    plugin.pytest_load_initial_conftests(early(tmp_path, mutants=True))
    assert autograd.Value is right
    plugin.pytest_load_initial_conftests(early(tmp_path, mutant="relu_open"))
    assert autograd.Value is MUTANTS["relu_open"].value
    assert sys.path[0] == str(tmp_path)
    with pytest.raises(pytest.UsageError, match="no wrong engine is called 'relu_closed': there are overwrite, "):
        plugin.pytest_load_initial_conftests(early(tmp_path, mutant="relu_closed"))


def test_a_plan_is_followed_and_what_ran_is_written_down(tmp_path):
    plan, found = tmp_path / "plan.json", tmp_path / "found.json"
    plan.write_text(json.dumps({"left_out": ["t.py::b"], "found": str(found)}), encoding="utf-8")
    registered, out = [], []
    hook = SimpleNamespace(pytest_deselected=lambda items: out.extend(items))
    manager = SimpleNamespace(register=lambda recorder, name: registered.append(recorder))
    config = SimpleNamespace(option=SimpleNamespace(mutant_plan=None), pluginmanager=manager, hook=hook)
    plugin.pytest_configure(config)
    assert registered == []
    config.option.mutant_plan = str(plan)
    plugin.pytest_configure(config)
    (recorder,) = registered
    items = [SimpleNamespace(nodeid=f"t.py::{name}") for name in "abc"]
    recorder.pytest_collection_modifyitems(config, items)
    assert [item.nodeid for item in (*items, *out)] == ["t.py::a", "t.py::c", "t.py::b"]
    node, report = SimpleNamespace(path=Path("u.py")), object.__new__(pytest.CollectReport)
    recorder.pytest_exception_interact(node, report)
    recorder.pytest_exception_interact(SimpleNamespace(path=Path("t.py")), SimpleNamespace(nodeid="t.py::a"))
    for name, failed, skipped in (("a", False, False), ("c", True, False), ("d", False, True)):
        recorder.pytest_runtest_logreport(SimpleNamespace(nodeid=name, failed=failed, skipped=skipped))
    recorder.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace(stash=pytest.Stash())))
    expected = {"ran": ["a", "c"], "failed": ["u.py", "c"], "made": None, "own": None}
    assert json.loads(found.read_text(encoding="utf-8")) == expected


MISSED = Report(1, (), (Outcome(MUTANTS["relu_open"], None),))
NOTICED = Report(1, (), (Outcome(MUTANTS["relu_open"], "t.py::a"),))


@pytest.mark.parametrize(
    ("options", "status", "answer", "expected", "words"),
    [
        ({"mutants": True}, 0, MISSED, 1, "0 of 1 wrong engines noticed"),
        ({"mutants": True}, 0, NOTICED, 0, "1 of 1 wrong engines noticed"),
        ({"mutants": True}, 0, SuiteError("it cannot be run"), 4, "it cannot be run"),
        ({"mutants": True}, 1, NOTICED, 1, None),
        ({"mutants": True, "mutant": "relu_open"}, 0, NOTICED, 0, None),
        ({"mutants": False}, 0, NOTICED, 0, None),
    ],
)
def test_the_wrong_engines_come_after_a_suite_that_passes(monkeypatch, options, status, answer, expected, words):
    def run(paths, module, name):
        assert (paths, module, name) == (["t.py"], "engine", "Value")
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(plugin, "run", run)
    option = SimpleNamespace(**{"mutant": None, "mutant_module": "engine", "mutant_class": "Value", **options})
    config = SimpleNamespace(option=option, args=["t.py"], stash=pytest.Stash())
    session = SimpleNamespace(config=config, exitstatus=status)
    plugin.pytest_sessionfinish(session, status)
    assert session.exitstatus == expected
    shown = []
    terminal = SimpleNamespace(section=lambda title: shown.append(title), write_line=lambda line: shown.append(line))
    plugin.pytest_terminal_summary(terminal, config)
    assert (words is None and shown == []) or words in shown[1]
