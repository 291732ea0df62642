"""Forks of a process that has imported the libraries: what they share, and what they must not share."""

import os
import signal
import sys
import types

import pytest

from autograd import SuiteError, Value
from autograd.mutants import forking, run, suites

pytestmark = pytest.mark.skipif(not forking.available(), reason="runs are forked on Linux only")

NAMES = ["operands_as_set", "negation_lost", "relu_open", "left_minus_swapped"]
TESTS = (
    "import os\nfrom autograd import Value\n\n"
    "def test_product():\n    a = Value(3.0)\n    (a * a).backward()\n    assert a.grad == 6\n\n"
    "def test_minus():\n    a = Value(3.0)\n    (2 - a).backward()\n    assert a.grad == -1\n\n"
)
NOTE = "with open({noted!r}, 'a') as file:\n    file.write('x')\n"


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Return a function that installs a library for the processes of a suite. The library counts its imports."""
    folder = tmp_path / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def install(name, text):
        noted = tmp_path / f"{name}.txt"
        (folder / f"{name}.py").write_text(NOTE.format(noted=str(noted)) + text, encoding="utf-8")
        return lambda: len(noted.read_text(encoding="utf-8"))

    return install


def suite(folder, text):
    path = folder / "test_suite.py"
    path.write_text(TESTS + text, encoding="utf-8")
    return path


def noticed(report):
    return {outcome.mutant.name: (outcome.noticed_by or "").rpartition("::")[2] for outcome in report.outcomes}


EXPECTED = {
    "operands_as_set": "test_product",
    "negation_lost": "",
    "relu_open": "",
    "left_minus_swapped": "test_minus",
}


def test_a_library_is_imported_once_for_all_forks(library, tmp_path):
    count = library("heavy_library", "def double(x):\n    return x * 2\n")
    report = run([suite(tmp_path, "import heavy_library\n")], only=NAMES)
    assert noticed(report) == EXPECTED
    assert count() == 2  # by the first run, which finds out what the suite imports, and by the process that forks


def test_a_library_that_took_the_engine_gets_the_wrong_one(library, tmp_path):
    """The same holds for a library that took something from that library."""
    first = library("built_on_it", "from autograd import Value\n\ndef minus(x):\n    return -Value(x)\n")
    second = library("built_on_that", "from built_on_it import minus\n")
    other = library("heavy_library", "")
    text = (
        "import built_on_that, heavy_library\n\n"
        "def test_library():\n    y = built_on_that.minus(3.0)\n    y.backward()\n"
        "    (x,) = y.parents\n    assert x.grad == -1\n"
    )
    report = run([suite(tmp_path, text)], only=NAMES)
    assert noticed(report) == {**EXPECTED, "negation_lost": "test_library"}
    assert (first(), second(), other()) == (7, 7, 2)  # value, value forked, right, and four wrong ones


@pytest.mark.long
def test_a_suite_that_fails_in_a_fork_is_run_in_processes_that_start_anew(library, tmp_path):
    count = library("tied_to_its_process", "import os\nPROCESS = os.getpid()\n")
    text = "import tied_to_its_process as t\n\ndef test_process():\n    assert t.PROCESS == os.getpid()\n"
    report = run([suite(tmp_path, text)], only=NAMES)
    assert noticed(report) == EXPECTED
    assert (report.tests, report.failing) == (3, ())
    assert count() == 7


@pytest.mark.long
def test_without_forks_the_report_is_the_same(library, tmp_path, monkeypatch):
    count = library("heavy_library", "")
    monkeypatch.delattr(os, "pidfd_open")
    report = run([suite(tmp_path, "import heavy_library\n")], only=NAMES)
    assert noticed(report) == EXPECTED
    assert count() == 6


def test_a_fork_gets_nothing_secret_and_what_it_starts_is_ended(library, tmp_path, monkeypatch):
    library("heavy_library", "")
    monkeypatch.setenv("A_SECRET_TOKEN", "s3cret")
    noted = tmp_path / "children.txt"
    text = (
        "import heavy_library, subprocess\n\nSTARTED = []\n\n"
        "def test_child():\n    assert 's3cret' not in os.environ.values()\n"
        "    STARTED.append(subprocess.Popen(['sleep', '300']))\n"
        f"    with open({str(noted)!r}, 'a') as file:\n        file.write(f'{{STARTED[0].pid}} ')\n"
    )
    report = run([suite(tmp_path, text)], only=NAMES)
    assert noticed(report) == EXPECTED
    assert report.failing == ()
    children = noted.read_text(encoding="utf-8").split()
    assert len(children) == 5  # value, value forked, right, and the two wrong engines that no earlier test notices
    assert [child for child in children if is_running(child)] == []


def is_running(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.long
def test_a_fork_that_takes_too_long_is_tried_once_more_in_a_process(tmp_path, monkeypatch):
    """A library may hang in a fork, and that is not a fault of the engine."""
    asked = []
    monkeypatch.setattr(suites, "_run_command", lambda command, said, limit: asked.append(command[1:3]))
    tried = suites._Suite([str(tmp_path)], (), "autograd", "Value")
    tried._forks = types.SimpleNamespace(run=lambda arguments, said, limit: None)
    assert tried.run("relu_open", limit=1).output == "time-out"
    assert asked == [["-m", "pytest"]]


@pytest.fixture
def forks():
    """Return a process that forks."""
    made = forking.Forks(["colorsys"], ["turtle"], dict(os.environ))
    yield made
    made.close()


def test_a_run_ends_at_its_limit_with_what_it_started(forks, tmp_path):
    path = suite(tmp_path, "def test_wait():\n    import time\n    time.sleep(300)\n")
    said = tmp_path / "said.txt"
    assert forks.run(["-q", "-p", "no:cacheprovider", str(path)], said, limit=1.5) is None
    assert forks.run(["-q", "-p", "no:cacheprovider", f"{path}::test_minus"], said, limit=300) == 0
    assert "1 passed" in said.read_text(encoding="utf-8")


def test_a_process_that_has_ended_is_an_error(forks, tmp_path):
    os.kill(forks._process.pid, signal.SIGKILL)
    forks._process.wait()
    with pytest.raises(forking.ForkingError):
        forks.run([], tmp_path / "said.txt", limit=300)


def test_what_must_be_kept_out_is_noticed():
    with pytest.raises(forking.ForkingError):
        forking.Forks(["colorsys"], ["colorsys"], dict(os.environ))


def test_a_suite_that_never_ends_with_the_right_engine_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(suites, "_run_command", lambda command, said, limit: None)
    with pytest.raises(SuiteError, match="right engine first, and do not: time-out"):
        run([suite(tmp_path, "")], only=NAMES)


def test_objects_are_not_asked_where_they_are_from(monkeypatch):
    class Touchy:
        __module__ = "lazy_library"

        def __getattribute__(self, name):
            raise RuntimeError("this makes the object")

    made = {name: types.ModuleType(name) for name in ("plain_library", "taking_library", "lazy_library", "engine_x")}
    places = forking.site.getsitepackages()
    for name, module in made.items():
        module.__file__ = os.path.join(places[0], f"{name}.py")
        monkeypatch.setitem(sys.modules, name, module)
    made["taking_library"].engine = made["engine_x"]
    made["lazy_library"].thing = Touchy()
    imported, kept_out = forking.libraries("engine_x.core", Value, ["test_of_mine"])
    assert {"plain_library", "lazy_library"} <= set(imported)
    assert not {"taking_library", "engine_x"} & set(imported)
    assert {"taking_library", "engine_x"} <= set(kept_out)
