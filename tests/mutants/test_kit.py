"""Suites run against the wrong engines: a good one notices all, a weak one misses some, and a bad one gets an error."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from autograd import SuiteError
from autograd.__main__ import main
from autograd.mutants import MUTANTS, run, selected

HERE = Path(__file__).parent
GOOD, WEAK = HERE / "good_suite.py", HERE / "single_use_suite.py"
# To notice these, a test needs a node that is read twice, a second sweep, a deep graph, or more than leaves.
NEED_MORE = {
    "overwrite", "first_use_only", "operands_as_set", "breadth_first", "depth_first", "swept_per_reader",
    "recursive", "cut_off", "result_left_out", "inner_left_out", "visited_kept",
    "zeroing_undone", "adjoints_kept", "gradient_replaced", "seed_ignored", "changed_leaf_unnoticed",
}  # fmt: skip


@pytest.fixture(autouse=True)
def only_our_plugin(monkeypatch):
    """Load no installed plugins: they cost a second for each wrong engine, and these suites need none."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def write(folder, text, name="test_suite.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.long
@pytest.mark.untraced
def test_a_weak_suite_misses_exactly_what_it_cannot_see_and_a_good_one_nothing():
    weak = run([WEAK])
    assert {outcome.mutant.name for outcome in weak.outcomes} == set(MUTANTS)
    assert {mutant.name for mutant in weak.missed} == NEED_MORE
    assert {outcome.noticed_by.partition("[")[0] for outcome in weak.outcomes if outcome.noticed_by} == {
        "tests/mutants/single_use_suite.py::test_gradients",
        "tests/mutants/single_use_suite.py::test_a_quotient_of_whole_numbers",
    }
    shown = re.search(
        r"```\n(missed .*?)```", (HERE.parents[1] / "docs" / "guide" / "teachers.md").read_text("utf-8"), re.DOTALL
    )
    assert str(weak).endswith(shown.group(1).strip())
    good = run([GOOD, WEAK], only=sorted(NEED_MORE))
    assert good.missed == []
    assert str(good).endswith("16 of 16 wrong engines noticed by 34 tests.")


def test_the_report_as_json(capsys):
    names = ["relu_open", "seed_ignored"]
    assert main(["mutants", str(WEAK), "--json", "--only", names[0], "--only", names[1], "--jobs", "1"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["tests"], found["left_out"]) == (24, [])
    assert sorted(row["name"] for row in found["mutants"]) == names
    assert [row["topic"] for row in found["mutants"] if row["noticed_by"] is None] == ["promise"]
    assert main(["mutants", str(WEAK), "--only", "relu_open"]) == 0


@pytest.mark.long
def test_micrograds_import_line(tmp_path):
    suite = write(
        tmp_path,
        "from micrograd.engine import Value\n\n\ndef test_product():\n    a = Value(3.0)\n    (a * a).backward()\n"
        "    assert a.grad == 6\n",
    )
    report = run([suite], module="micrograd.engine", only=["operands_as_set", "relu_open"])
    assert [mutant.name for mutant in report.missed] == ["relu_open"]
    with pytest.raises(SuiteError, match="right engine first"):
        run([write(tmp_path, "from somewhere_else import Value\n\n\ndef test_it():\n    pass\n")])


@pytest.mark.long
def test_tests_that_need_more_of_value_are_left_out_and_named(tmp_path):
    suite = write(
        tmp_path,
        "from autograd import Value, dot\n\n"
        "def test_dot():\n    a = Value(3.0)\n    dot([a], [2.0]).backward()\n    assert a.grad == 2\n\n"
        "def test_minus():\n    a = Value(3.0)\n    (-a).backward()\n    assert a.grad == -1\n",
    )
    report = run([suite], only=["negation_lost"])
    assert report.tests == 1
    assert [node.partition("::")[2] for node in report.left_out] == ["test_dot"]
    assert "left out" in str(report)
    assert report.outcomes[0].noticed_by.endswith("::test_minus")
    with pytest.raises(SuiteError, match="no test is left"):
        run([f"{suite}::test_dot"])


@pytest.mark.long
@pytest.mark.untraced
def test_a_suite_that_never_ends_with_a_wrong_engine_has_noticed_it(tmp_path):
    suite = write(
        tmp_path,
        "from autograd import Value\n\n"
        "def test_waiting():\n    x = Value(3.0)\n    while x.grad != 6:\n"
        "        x.grad = 0\n        (x * x).backward()\n",
    )
    report = run([suite], only=["operands_as_set"], timeout=4)
    assert report.outcomes[0].noticed_by == "time-out"


def test_a_fault_that_shows_when_the_file_is_imported_is_noticed(tmp_path):
    suite = write(
        tmp_path,
        "from autograd import Value\n\nA = Value(3.0)\n(-A).backward()\nassert A.grad == -1\n\n"
        "def test_it():\n    pass\n",
    )
    report = run([suite], only=["negation_lost", "relu_open"])
    assert [mutant.name for mutant in report.missed] == ["relu_open"]


BAD = [
    (None, [], "no tests to run"),
    (None, ["nowhere/test_it.py"], "there is no 'nowhere/test_it.py'"),
    ("def test_it():\n    assert False\n", [], "do not: .*test_it"),
    ("def helper():\n    pass\n", [], "finds no tests"),
    ("import nothing_of_this_name\n", [], "right engine first"),
    ("def test_it():\n    pass\n", ["--only", "underwrite"], "no topic is called 'underwrite'"),
    ("def test_it():\n    pass\n", ["--module", "a-b"], "not the name of a module"),
]


@pytest.mark.parametrize(("text", "arguments", "words"), BAD)
def test_bad_input_says_what_to_do(text, arguments, words, tmp_path, capsys):
    if text is not None:
        arguments = [str(write(tmp_path, text)), *arguments]
    assert main(["mutants", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("python -m autograd mutants: ")
    assert re.search(words, error)


def test_without_pytest(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pytest", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["mutants", str(GOOD)]) == 2
    assert "pip install pytest" in capsys.readouterr().err


def test_the_list(capsys):
    assert main(["mutants", "--list", "--only", "sweep"]) == 0
    text = capsys.readouterr().out
    for mutant in MUTANTS.values():
        assert (f"{mutant.name} (sweep): {mutant.fault}" in text) == (mutant.topic == "sweep")
    assert [mutant.name for mutant in selected(["relu_open", "overwrite"])] == ["overwrite", "relu_open"]


def run_pytest(run_python, *arguments, only=tuple(MUTANTS)):
    code = (
        "import sys, pytest\nfrom autograd.mutants import MUTANTS\n"
        f"for name in set(MUTANTS) - set({list(only)!r}):\n    del MUTANTS[name]\n"
        f"sys.exit(pytest.main(['-p', 'autograd.mutants.plugin', *{list(arguments)!r}]))"
    )
    return run_python(code, environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=False)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--mutant", "negation_lost", str(WEAK)], 1, "test_gradients"),
        (["--mutant", "underwrite", str(WEAK)], 4, "no wrong engine is called 'underwrite'"),
        (["--mutant", "negation_lost", str(GOOD)], 0, "passed"),
    ],
)
def test_the_plugin_swaps_one_engine(run_python, arguments, status, words):
    done = run_pytest(run_python, *arguments)
    assert done.returncode == status
    assert words in done.stdout + done.stderr


@pytest.mark.long
def test_the_plugin_runs_all_where_the_suite_passes(run_python, tmp_path):
    suite = write(tmp_path, "from autograd import Value\n\ndef test_it():\n    assert (Value(7) / 2).data == 3.5\n")
    done = run_pytest(run_python, "--mutants", str(suite), only=["whole_division", "relu_open"])
    assert done.returncode == 1
    assert "1 passed" in done.stdout
    assert "1 of 2 wrong engines noticed by 1 test." in done.stdout
    assert MUTANTS["relu_open"].caught_by in done.stdout
    done = run_pytest(run_python, "--mutants", str(suite), only=["whole_division"])
    assert done.returncode == 0
    suite.write_text("def test_it():\n    assert False\n", encoding="utf-8")
    done = run_pytest(run_python, "--mutants", str(suite), only=["whole_division"])
    assert done.returncode == 1
    assert "wrong engines noticed" not in done.stdout


SUITE = (
    "import os, subprocess, sys\n\nimport pytest\nfrom autograd import Value\n\n"
    "def test_product():\n    a = Value(3.0)\n    (a * a).backward()\n    assert a.grad == 6\n\n"
)
DOUBLED = ["operands_as_set"]


def test_tests_that_fail_already_are_left_out_and_named(tmp_path):
    broken = write(tmp_path, "import nothing_of_this_name\n", "test_broken.py")
    suite = write(tmp_path, SUITE + "def test_wrong():\n    assert Value(1.0).data == 2\n")
    report = run([suite, broken], only=DOUBLED)
    assert (report.tests, report.missed) == (1, [])
    assert report.failing[0] == str(broken)
    assert report.failing[1].endswith("::test_wrong")
    assert "test_wrong: it fails with the right engine" in str(report)
    assert len(report.as_data()["failing"]) == 2


@pytest.mark.parametrize("body", ["def test_it():\n    assert 1 + 1 == 2\n", "V = 1\n\ndef test_it():\n    assert V\n"])
def test_a_suite_that_never_uses_the_engine_is_an_error(body, tmp_path, capsys):
    assert main(["mutants", str(write(tmp_path, body))]) == 2
    assert (
        "no test makes a Value of 'autograd', so no test would use a wrong engine: give --module"
        in capsys.readouterr().err
    )


@pytest.mark.long
def test_a_class_of_another_name_and_what_it_does_not_have(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    (tmp_path / "atom").mkdir()
    write(
        tmp_path / "atom",
        "class Scalar:\n    def __init__(self, data):\n        self.data = data\n\n    def relu(self):\n        pass\n",
        "engine.py",
    )
    suite = write(tmp_path, SUITE.replace("autograd import Value", "atom.engine import Scalar as Value"))
    report = run([suite], module="atom.engine", name="Scalar")
    lacking = {mutant.name for mutant in report.lacking}
    assert lacking >= {"tanh_at_input", "log_of_output", "seed_ignored", "exponent_without_gradient"}
    assert not lacking & {"relu_open", "overwrite", "product_own_operand"}
    assert lacking | {outcome.mutant.name for outcome in report.outcomes} == set(MUTANTS)
    assert "left out tanh" not in str(report)
    assert "the module under test lacks what is wrong in them" in str(report)
    assert [o.mutant.name for o in run([suite], module="atom.engine", name="Scalar", only=["tanh_at_input"]).outcomes]
    with pytest.raises(SuiteError, match="not the name of a class"):
        run([suite], module="atom.engine", name="no-name")


def test_arguments_for_pytest_are_passed_on(tmp_path, capsys):
    suite = write(tmp_path, SUITE + "def test_other():\n    assert (-Value(1.0)).data == -1\n")
    assert main(["mutants", str(suite), "--only", "operands_as_set", "--", "-k", "not product"]) == 1
    assert "0 of 1 wrong engines noticed by 1 test." in capsys.readouterr().out
    assert main(["mutants", str(suite), "--only", "operands_as_set", "--", "-k", "product"]) == 0


def test_a_suite_gets_nothing_secret_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET_TOKEN", "s3cret")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    suite = write(
        tmp_path,
        SUITE + "def test_environment():\n    assert 'A_SECRET_TOKEN' not in os.environ\n"
        "    assert 's3cret' not in os.environ.values()\n    assert os.environ['PATH'] and os.environ['LC_ALL']\n",
    )
    assert run([suite], only=DOUBLED).failing == ()


@pytest.mark.long
def test_what_a_suite_starts_is_ended_with_it(tmp_path):
    """A suite starts a process that would outlive it and keeps its output open, or never ends with the right engine."""
    noted = tmp_path / "children.txt"
    start = (
        f"child = subprocess.Popen(['sleep', '300'])\n    open({str(noted)!r}, 'a').write(str(child.pid) + chr(10))\n"
    )
    suite = write(tmp_path, SUITE + f"def test_child():\n    {start}    assert Value(1.0).data == 1\n")
    assert run([suite], only=DOUBLED).missed == []
    forever = write(tmp_path, SUITE + f"def test_child():\n    {start}    child.wait()\n", "test_forever.py")
    with pytest.raises(SuiteError, match="right engine first, and do not: time-out"):
        run([forever], only=DOUBLED, timeout=8)
    children = [int(line) for line in noted.read_text().split()]
    assert len(children) >= 2
    for child in children:
        assert is_over(child)


def is_over(process):
    """Return True if a process has ended. Its parent is gone, so it may still be listed as a zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"
