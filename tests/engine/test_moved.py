"""Programs, pickles and saved models of version 0.1 work, although every module has moved."""

import importlib
import pickle
import warnings
from pathlib import Path

import pytest

import autograd
from autograd import _moved
from autograd.engine import primitives
from nn import MLP, load

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("old", sorted(_moved.MOVED))
def test_an_old_path_gives_the_module_that_is_now_elsewhere(old):
    if old.endswith(".documents"):
        pytest.importorskip(_moved.MOVED[old])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found, new = importlib.import_module(old), importlib.import_module(_moved.MOVED[old])
    assert found is new
    assert found.__name__ == _moved.MOVED[old]
    assert found.__spec__.name == _moved.MOVED[old]


def test_a_package_that_was_taken_apart_still_has_its_names():
    with pytest.warns(DeprecationWarning, match=r"autograd\.derivation has moved to autograd\.formulas and"):
        _fresh("autograd.derivation")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from autograd.derivation import Derivation, derive, sheets
        from autograd.native import Program
    assert derive is autograd.derive
    assert Derivation.__module__ == "autograd.formulas.derivation"
    assert sheets.__name__ == "autograd.grading.sheets"
    assert Program.__module__ == "autograd.compiler.programs"


def _fresh(name):
    """Import a name like a program that has not imported it before."""
    import sys

    sys.modules.pop(name, None)
    return importlib.import_module(name)


def test_a_name_that_no_room_has_is_an_attribute_error():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        package = _fresh("autograd.derivation")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018 - the look-up is what is tested


def test_the_warning_names_the_line_that_imports_the_old_path(run_python):
    script = "import autograd.graph"
    done = run_python(script, check=False)  # the script turns warnings into errors
    assert done.returncode != 0
    assert "autograd.graph has moved to autograd.engine.graph" in done.stderr
    assert 'File "<string>", line 1' in done.stderr


@pytest.mark.parametrize("name", ["value", "algebra", "copying"])
def test_a_path_that_stands_in_pickles_is_served_without_a_warning(run_python, name):
    assert run_python(f"import autograd.{name}; print(autograd.{name}.__name__)").stdout == f"autograd.engine.{name}\n"


def test_an_old_module_is_an_attribute_of_the_package():
    assert autograd.value is importlib.import_module("autograd.engine.value")


def test_a_pickle_of_version_0_1_loads(run_python):
    path = str(DATA / "graph_0_1.pickle")
    script = f"import pathlib, pickle; print(pickle.loads(pathlib.Path({path!r}).read_bytes())['loss'].data)"
    assert run_python(script).stdout == "1.25\n"
    graph = pickle.loads((DATA / "graph_0_1.pickle").read_bytes())
    a, b, loss = graph["a"], graph["b"], graph["loss"]
    before = a.grad, b.grad
    loss.backward()
    assert (a.grad, b.grad) == (2 * before[0], 2 * before[1])


@pytest.mark.parametrize(("name", "now"), [("alias", "identity"), ("flat", "zero_derivative"), ("tanh", "tanh")])
def test_a_primitive_is_found_by_the_name_that_it_had(name, now):
    pickled = pickle.dumps(getattr(primitives, now), 0).replace(now.encode(), name.encode())
    assert pickle.loads(pickled) is getattr(primitives, now)


def test_models_of_version_0_1_load_and_agree():
    pickled = pickle.loads((DATA / "mlp_0_1.pickle").read_bytes())
    saved = MLP(2, [3, 1], activation="tanh", output="sigmoid")
    load(saved, DATA / "model_0_1.json")
    assert saved([0.5, -1.0]).data == pickled([0.5, -1.0]).data


def test_expressions_have_their_former_names_for_pickles():
    from autograd.formulas import expressions

    assert (expressions.Applied, expressions.Slope) == (expressions.Call, expressions.Partial)
