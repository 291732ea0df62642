"""The time and the modules that an import takes, both engines from one source, and an install without a compiler."""

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

import autograd
import nn
from autograd import __main__ as command

ROOT = Path(__file__).parents[1]


def run(code, *, path=ROOT, **environment):
    """Run code in a new interpreter with ``path`` first on its path. Return its output, or its error."""
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
    for name in (
        "pyproject.toml",
        "setup.py",
        "deltagrad.py",
        "deltagrad_pytest.py",
        "MANIFEST.in",
        "README.md",
        "LICENSE",
    ):
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


@pytest.mark.parametrize("package", ["nn", "deltagrad"])
@pytest.mark.parametrize("works", [True, False])
def test_hips_autograd_that_was_installed_after_it_is_noticed(tmp_path, package, works):
    """Its own ``__init__.py`` replaces ours then, and needs NumPy."""
    copy_of_the_sources(tmp_path)
    (tmp_path / "autograd" / "differential_operators.py").write_text("")
    (tmp_path / "autograd" / "__init__.py").write_text("" if works else "import a_numpy_that_is_missing")
    error = run(f"import {package}", path=tmp_path)
    assert "ImportError" in error
    assert "pip uninstall autograd deltagrad" in error


def test_the_command_notices_hips_autograd_that_was_installed_after_it(tmp_path):
    copy_of_the_sources(tmp_path)
    (tmp_path / "autograd" / "differential_operators.py").write_text("")
    (tmp_path / "autograd" / "__init__.py").write_text("")
    typed = [sys.executable, "-m", "autograd", "--version"]
    done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "pip uninstall autograd deltagrad" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("/usr/bin/deltagrad", "deltagrad"),
        ("deltagrad.exe", "deltagrad"),
        ("/x/autograd/__main__.py", "python -m autograd"),
        ("", "python -m autograd"),
    ],
)
def test_usages_and_errors_name_the_command_as_it_was_typed(typed, name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [typed])
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert capsys.readouterr().out.startswith(f"usage: {name} [")
    assert command.main(["mutants", "a folder that is not there"]) == 2
    assert capsys.readouterr().err.startswith(f"{name} mutants: ")


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


@pytest.mark.package
def test_without_a_compiler_the_install_succeeds_and_the_sources_run(tmp_path):
    copy_of_the_sources(tmp_path)
    wheel = build(tmp_path, tmp_path / "wheels", CC="false", CXX="false", LDSHARED="false")
    installed = tmp_path / "installed"
    shutil.unpack_archive(wheel, installed, "zip")
    assert not list(installed.rglob("*.so"))
    assert run("import autograd; print(autograd.compiled)", path=installed) == "False"
    assert run(PROGRAM, path=installed) == run(PROGRAM)


@pytest.mark.package
def test_a_wheel_for_every_platform_has_nothing_compiled_in_it(tmp_path):
    copy_of_the_sources(tmp_path)
    wheel = build(tmp_path, tmp_path / "wheels", DELTAGRAD_PURE="1")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (place,) = [name for name in names if name.endswith("/METADATA")]
        needs = [line for line in archive.read(place).decode().splitlines() if line.startswith("Requires-Dist:")]
        (place,) = [name for name in names if name.endswith("/entry_points.txt")]
        entries = archive.read(place).decode()
    assert not [name for name in names if name.endswith((".so", ".pyd"))]
    assert {
        "autograd/py.typed",
        "autograd/engine/value.pyi",
        "nn/py.typed",
        "deltagrad.py",
        "deltagrad_pytest.py",
    } <= set(names)
    assert not [line for line in needs if "pygraphviz" in line and "extra ==" not in line]
    assert "deltagrad = autograd.__main__:main" in entries
    assert "[pytest11]\ndeltagrad = deltagrad_pytest" in entries


def test_the_interpreted_engine_needs_no_cython(tmp_path):
    copy_of_the_sources(tmp_path)
    code = "import sys; sys.modules['cython'] = None\n" + PROGRAM + "print(autograd.compiled)"
    *_, flag = run(code, path=tmp_path).splitlines()
    assert flag == "False"
    assert run("import sys; sys.modules['cython'] = None\n" + PROGRAM, path=tmp_path) == run(PROGRAM)
    every = (
        "import sys; sys.modules['cython'] = None\nimport importlib, pkgutil, autograd.engine\n"
        "for each in pkgutil.iter_modules(autograd.engine.__path__):\n"
        "    importlib.import_module('autograd.engine.' + each.name)\nprint('all')"
    )
    assert run(every, path=tmp_path) == "all"


# --- Requirements, and the contents of a source distribution


def setup_with(monkeypatch, system, machine, **more):
    """Return what setup.py requires on another platform."""
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: more.get("libc", ("glibc", "2.36")))
    monkeypatch.setattr("platform.mac_ver", lambda: (more.get("mac", "14.1"), ("", "", ""), machine))
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: more.get("free_threaded", 0))
    monkeypatch.setattr("sys.maxsize", more.get("largest", 2**63 - 1))
    return runpy.run_path(str(ROOT / "setup.py"))["requirements"]()


PLATFORMS = [
    ("Linux", "x86_64", {}, True),
    ("Linux", "aarch64", {}, True),
    ("Linux", "x86_64", {"libc": ("", "")}, False),  # musl
    ("Linux", "x86_64", {"libc": ("glibc", "2.17")}, False),
    ("Linux", "riscv64", {}, False),
    ("Linux", "i686", {"largest": 2**31 - 1}, False),
    ("Linux", "x86_64", {"free_threaded": 1}, False),
    ("Darwin", "arm64", {}, True),
    ("Darwin", "x86_64", {"mac": "10.15"}, False),
    ("Windows", "AMD64", {}, True),
    ("Windows", "ARM64", {}, False),
    ("Windows", "AMD64", {"largest": 2**31 - 1}, False),
    ("Emscripten", "wasm32", {"largest": 2**31 - 1}, False),
    ("FreeBSD", "amd64", {}, False),
]


@pytest.mark.parametrize(("system", "machine", "more", "expected"), PLATFORMS)
def test_pygraphviz_is_required_where_it_has_a_wheel(system, machine, more, expected, monkeypatch):
    found = setup_with(monkeypatch, system, machine, **more)
    assert any(line.startswith("pygraphviz") for line in found) == expected
    assert {line.partition(">")[0] for line in found} >= {"graphviz", "latex2mathml", "mpmath", "tqdm"}


def of_the_repository():
    """Return the files of the sources: those that git knows, or in an unpacked distribution, those that matter."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.split()
    folders = ("autograd", "benchmarks", "docs", "nn", "notebooks", "tests", ".ci", ".github")
    found = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    made = (".so", ".pyd", ".c", ".pyc")
    return [str(path.relative_to(ROOT)) for path in found if path.suffix not in made and "_build" not in path.parts]


def test_every_folder_of_the_packages_is_installed():
    """setuptools may leave out a folder that is not named, even if it contains only data."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {Path(name).parent for name in of_the_repository() if name.split("/")[0] in ("autograd", "nn")}
    assert sorted([".".join(folder.parts) for folder in folders]) == sorted(declared)


@pytest.mark.package
def test_a_source_distribution_holds_the_tests_and_what_they_read(tmp_path):
    listed = of_the_repository()
    folder = tmp_path / "source"
    for name in listed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    code = f"from setuptools import build_meta; print(build_meta.build_sdist({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=folder, capture_output=True, check=True)
    with tarfile.open(tmp_path / done.stdout.split()[-1].decode()) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        name for name in listed if name.split("/")[0] in ("autograd", "benchmarks", "nn", "notebooks", "tests")
    } <= held
    assert {
        "Makefile",
        "deltagrad.py",
        "deltagrad_pytest.py",
        ".github/workflows/ci.yml",
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "pyproject.toml",
        "setup.py",
    } <= held


@pytest.mark.package
def test_what_an_earlier_build_left_is_not_installed(tmp_path):
    copy_of_the_sources(tmp_path)
    stale = (
        tmp_path / "build" / f"lib.{sysconfig.get_platform()}-{sys.implementation.cache_tag}" / "autograd" / "engine"
    )
    stale.mkdir(parents=True)
    (stale / f"value{sysconfig.get_config_var('EXT_SUFFIX')}").write_bytes(b"stale")
    (stale / "gone.py").write_text("")
    wheel = build(tmp_path, tmp_path / "wheels", CC="false", CXX="false", LDSHARED="false")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.endswith((".so", "gone.py"))]
    assert {"autograd/__init__.py", "nn/__init__.py", "deltagrad.py"} <= set(names)


def test_the_lowest_versions_are_those_declared():
    found = runpy.run_path(str(ROOT / "tests" / "lowest.py"))["constraints"]()
    libraries = [line.partition("==")[0] for line in found]
    assert set(libraries) >= {"graphviz", "mpmath", "tqdm", "numpy", "llvmlite", "matplotlib", "distributed"}
    assert len(libraries) == len(set(libraries))


def test_an_install_without_a_compiler_is_mentioned_once(tmp_path):
    copy_of_the_sources(tmp_path)
    code = "import autograd, nn, importlib; importlib.import_module('autograd.engine'); autograd.Value(1.0)"

    def said(**environment):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path), **environment},
        )  # fmt: skip
        return done.stderr.count("without a C compiler")

    assert said(DELTAGRAD_INTERPRETED="") == 1
    assert said(DELTAGRAD_INTERPRETED="1") == 0
