"""What importing costs and loads, both engines from one source, and an install without a compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parents[1]


def run(code, *, path=ROOT, **environment):
    """Run code in a new interpreter with ``path`` first on its path; its output, or its error."""
    kept = {k: v for k, v in os.environ.items() if k != "DELTAGRAD_INTERPRETED"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": str(path), **environment},
        cwd=path,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() if result.returncode == 0 else result.stderr


def test_importing_loads_no_heavy_library():
    loaded = run("import sys, autograd, nn; print(*sorted({name.split('.')[0] for name in sys.modules}))").split()
    heavy = {
        "numpy",
        "llvmlite",
        "dask",
        "distributed",
        "matplotlib",
        "graphviz",
        "torch",
        "tqdm",
        "mpmath",
        "sklearn",
        "IPython",
    }
    assert {"autograd", "nn"} <= set(loaded)
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize("package", [autograd, nn])
def test_all_public_names_exist_and_are_documented(package):
    assert sorted(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        if name != "compiled":
            assert getattr(package, name).__doc__, name


def test_the_examples_in_the_docstrings_are_right():
    code = "import doctest, autograd, nn; print([doctest.testmod(m).failed for m in (autograd, nn)])"
    assert run(code) == "[0, 0]"


PROGRAM = """
import autograd
from autograd import Value, dot, logsumexp, where, step
w = [Value(0.1 * k - 0.3) for k in range(5)]
s = dot(w, [1.0, 2, -1.5, 0.25, w[0]], bias=w[1])
y = (s.tanh() * w[2] / (1 + w[3].exp()) - w[4] ** 2).sigmoid() + logsumexp(w) + where(step(s), s, -s).relu()
y.backward()
print(y.data.hex(), *[v.grad.hex() for v in w])
"""


def test_the_interpreted_engine_gives_the_same_bits():
    flag = "import autograd; print(autograd.compiled)"
    assert run(flag, DELTAGRAD_INTERPRETED="1") == "False"
    assert run(PROGRAM, DELTAGRAD_INTERPRETED="1") == run(PROGRAM)


def test_the_compiled_engine_is_used_where_it_was_built():
    built = any((ROOT / "autograd" / "engine").glob("value.*.so"))
    assert run("import autograd; print(autograd.compiled)") == str(built)


def copy_of_the_sources(folder):
    for name in ("autograd", "nn"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.so", "*.c", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)


@pytest.mark.parametrize("theirs", ["numpy/__init__.py", "differential_operators.py"])
def test_another_autograd_in_the_same_folder_is_noticed(tmp_path, theirs):
    copy_of_the_sources(tmp_path)
    file = tmp_path / "autograd" / theirs
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    error = run("import autograd", path=tmp_path)
    assert "ImportError" in error
    assert "pip uninstall autograd deltagrad" in error


def build(folder, out, **environment):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(out),
            str(folder),
        ],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    (wheel,) = out.glob("*.whl")
    return wheel


def test_without_a_compiler_the_install_succeeds_and_the_sources_run(tmp_path):
    copy_of_the_sources(tmp_path)
    wheel = build(tmp_path, tmp_path / "wheels", CC="false", CXX="false", LDSHARED="false")
    installed = tmp_path / "installed"
    shutil.unpack_archive(wheel, installed, "zip")
    assert not list(installed.rglob("*.so"))
    assert run("import autograd; print(autograd.compiled)", path=installed) == "False"
    assert run(PROGRAM, path=installed) == run(PROGRAM)


def test_the_interpreted_engine_needs_no_cython(tmp_path):
    copy_of_the_sources(tmp_path)
    code = "import sys; sys.modules['cython'] = None\n" + PROGRAM + "print(autograd.compiled)"
    *_, flag = run(code, path=tmp_path).splitlines()
    assert flag == "False"
    assert run("import sys; sys.modules['cython'] = None\n" + PROGRAM, path=tmp_path) == run(PROGRAM)
