"""``import deltagrad``: both packages under one name, and users' files that have the same name as a package."""

import sys

import pytest

import autograd
import deltagrad
import nn


@pytest.mark.parametrize("package", [autograd, nn])
def test_every_public_name_is_there(package):
    for name in package.__all__:
        assert getattr(deltagrad, name) is getattr(package, name)
    assert len(deltagrad.__all__) == len(set(deltagrad.__all__)) == len(autograd.__all__) + len(nn.__all__)


def test_another_name_is_not():
    with pytest.raises(AttributeError, match="neither in autograd nor in nn"):
        deltagrad.nothing  # noqa: B018 - the look-up is what is tested


@pytest.mark.parametrize("name", ["autograd", "nn"])
def test_a_file_of_the_users_own_in_the_way_is_named(name, tmp_path, run_python):
    (tmp_path / f"{name}.py").write_text("class Value: pass\n")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import deltagrad"
    done = run_python(script, check=False)
    assert f"deltagrad needs its own {name!r}, but Python found {tmp_path / name}.py: rename that file" in done.stderr


def test_nn_beside_a_file_autograd_py_of_the_users_own_names_it(tmp_path, run_python):
    (tmp_path / "autograd.py").write_text("class Value: pass\n")
    done = run_python(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import nn", check=False)
    assert f"nn needs the package 'autograd' beside it, but Python found {tmp_path / 'autograd.py'}" in done.stderr


def test_importing_it_stays_quick(run_python):
    script = "import sys, deltagrad; print(*[x for x in ('numpy', 'llvmlite', 'matplotlib') if x in sys.modules])"
    assert run_python(script).stdout.split() == []
    assert sys.modules["deltagrad"] is deltagrad


def test_nn_is_a_name_of_it():
    assert deltagrad.nn is nn
    assert "nn" in dir(deltagrad)
