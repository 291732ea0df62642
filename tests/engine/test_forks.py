"""A fork waits for imports in other threads. Otherwise the locks of these imports would stay taken in the child."""

import os
import sys
import threading
import time
import types

import pytest

from autograd.engine.forks import being_imported
from autograd.engine.forks import importing as importing_now

with_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def importing(monkeypatch):
    """Return a module in the state that it has during its import."""
    module = types.ModuleType("nn.a_test_of_importing")
    module.__spec__ = types.SimpleNamespace(_initializing=True)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_modules_that_are_being_imported_are_found(importing):
    assert being_imported() == ["nn.a_test_of_importing"]
    importing.__spec__._initializing = False
    assert being_imported() == []


def test_modules_of_others_are_none_of_our_business(importing, monkeypatch):
    monkeypatch.setitem(sys.modules, "another_package", importing)
    monkeypatch.delitem(sys.modules, importing.__name__)
    monkeypatch.setitem(sys.modules, "nn.without_a_spec", None)
    assert being_imported() == []


@with_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_waits_for_the_end_of_an_import(importing):
    def finish():
        importing.__spec__._initializing = False

    timer = threading.Timer(0.05, finish)
    timer.start()
    child = os.fork()
    if child == 0:
        os._exit(len(being_imported()))
    timer.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@with_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_waits_for_what_is_about_to_be_imported():
    begun, over = threading.Event(), []

    def use():
        with importing_now():
            begun.set()
            time.sleep(0.05)
            over.append(True)

    thread = threading.Thread(target=use)
    thread.start()
    begun.wait()
    child = os.fork()
    if child == 0:
        with importing_now():
            os._exit(len(over))
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


@with_fork
def test_a_thread_that_imports_can_fork():
    with importing_now(), importing_now():
        child = os.fork()
        if child == 0:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


FIRST_USE = """
import os, threading
import autograd

def use():
    autograd.compile(lambda x: autograd.sin(x) * x)([1.0, 2.0])

thread = threading.Thread(target=use)
thread.start()
from autograd.engine.forks import _threads
while not _threads and "compile" not in vars(autograd):
    pass
child = os.fork()
if child == 0:
    use()
    os._exit(0)
thread.join()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@with_fork
def test_a_fork_at_the_first_use_of_the_compiler(run_python):
    run_python("import warnings; warnings.simplefilter('ignore')" + FIRST_USE)


FIRST_TRAINING = """
import os, threading
from autograd.engine.forks import _threads, being_imported
from nn import MLP, fit

thread = threading.Thread(target=fit, args=(MLP(1, [1], seed=0), [[0], [1]], [0, 1]), kwargs={"progress": False})
thread.start()
while not _threads and not being_imported() and thread.is_alive():
    pass
child = os.fork()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
thread.join()
"""


@with_fork
def test_a_fork_at_the_first_training_says_nothing(run_python):
    """A library that a thread imports during the wait took no lock before the fork. It must release none after it."""
    done = run_python("import warnings; warnings.simplefilter('ignore')" + FIRST_TRAINING)
    assert done.stderr == ""
