"""The playground's folder: the parts from which it is built, and the answers of its Python, without a browser."""

import importlib.util
import json
import marshal
import re
import sys
import zipfile
from pathlib import Path

import pytest

from autograd import derive
from autograd.drawing import rendering
from nn import MLP, half_sse

HERE = Path(__file__).parents[1] / "docs" / "playground"


def loaded(name):
    found = importlib.util.spec_from_file_location(f"playground_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


BUILD = loaded("build")


@pytest.fixture
def built(tmp_path):
    modules, wheels, out = tmp_path / "modules", tmp_path / "wheels", tmp_path / "out"
    for name in [f"pyodide/{name}" for name in BUILD.PYODIDE] + ["@viz-js/viz/dist/viz.js"]:
        (modules / name).parent.mkdir(parents=True, exist_ok=True)
        (modules / name).write_text("//", encoding="utf-8")
    wheels.mkdir()
    (wheels / "graphviz-0.21-py3-none-any.whl").write_bytes(b"")
    BUILD.build(out, modules, wheels, compiled=lambda out: (out / "bytecode.zip").write_bytes(b""))
    return out


def test_the_wheel_has_every_source_and_nothing_compiled(built):
    names = json.loads((built / "wheels.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(built / "wheels" / names[0]) as wheel:
        inside = set(wheel.namelist())
        record = next(name for name in inside if name.endswith("RECORD"))
        assert {line.split(",")[0] for line in wheel.read(record).decode().splitlines()} == inside
    root = HERE.parents[1]
    sources = {str(p.relative_to(root)) for package in ("autograd", "nn") for p in (root / package).rglob("*.py")}
    assert sources <= inside
    assert {name.rpartition(".")[2] for name in inside} & {"so", "c", "pyc"} == set()
    assert names[1:] == ["graphviz-0.21-py3-none-any.whl"]


def test_the_pages_are_there_and_the_version_changes_with_them(built):
    for name in ("index.html", "playground.js", "worker.mjs", "session.py", "pyodide/pyodide.mjs", "viz/viz.js"):
        assert (built / name).is_file()
    assert '"deltagrad-' in (built / "offline.js").read_text(encoding="utf-8")


def test_every_file_is_kept_for_use_without_a_network(built):
    offline = (built / "offline.js").read_text(encoding="utf-8")
    kept = json.loads(re.search(r"const FILES = (\[.*\]);", offline)[1])
    there = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert set(kept) == there - {"offline.js"}


def test_bytecode_stands_beside_the_sources_of_wheels(tmp_path):
    (tmp_path / "wheels").mkdir()
    with zipfile.ZipFile(tmp_path / "wheels" / "a-1-py3-none-any.whl", "w") as wheel:
        for name, text in {"a/b.py": "x = 6 * 7", "a/tests/c.py": "", "a/old.py": "print 1", "a/d.css": ""}.items():
            wheel.writestr(name, text)
    loaded("bytecode").beside_wheels(str(tmp_path), "/site")
    with zipfile.ZipFile(tmp_path / "bytecode.zip") as made:
        name = f"a/__pycache__/b.{sys.implementation.cache_tag}.pyc"
        assert made.namelist() == [name]
        data = made.read(name)
    assert data[4:8] == b"\1\0\0\0"  # Python reads it without a look at the source
    space: dict = {}
    exec(marshal.loads(data[16:]), space)
    assert space["x"] == 42


def test_bytecode_replaces_what_is_imported_of_the_standard_library(tmp_path, monkeypatch):
    library = tmp_path / "python.zip"
    with zipfile.ZipFile(library, "w") as archive:
        for name in ("imported_from_zip.py", "left_in_zip.py"):
            archive.writestr(name, "x = 6 * 7")
    monkeypatch.setattr(sys, "path", [str(library), *[path for path in sys.path if not path.endswith(".zip")]])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    importlib.import_module("imported_from_zip")
    loaded("bytecode").in_place(str(library))
    with zipfile.ZipFile(library) as archive:
        assert archive.namelist() == ["imported_from_zip.pyc", "left_in_zip.py"]
    del sys.modules["imported_from_zip"]
    importlib.invalidate_caches()
    assert importlib.import_module("imported_from_zip").x == 42


@pytest.fixture
def ask():
    session = loaded("session")
    session.use(lambda dot: f'<svg font-size="10.00">{len(dot)}</svg>')
    yield lambda what, **given: json.loads(session.answer(what, json.dumps(given)))
    rendering.render_with(None)


NETWORK = """from nn import MLP, half_sse
loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid")([1, 2]), [0, 1])
"""


def test_a_program_and_what_is_made_of_its_loss(ask):
    assert ask("run", program=NETWORK + "print('done')") == {"said": "done\n", "error": "", "loss": True}
    assert 'font-size="8.60"' in ask("picture")["svg"]
    expected = derive(half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid")([1, 2]), [0, 1]))
    assert [text for text, _ in ask("formulas")["formulas"]] == [str(e) for e in expected.equations]
    assert "<canvas" in ask("sliders")["html"]
    assert 'id="next"' in ask("steps")["html"]
    assert ask("grade", kind="formula", answer="d_o[o] = 1", loss="")["verdict"].startswith("wrong")


def test_an_expression_and_an_error(ask):
    assert ask("run", program="from autograd import Value\nloss = Value(2.0, 'w') ** 2")["loss"]
    assert "<svg" in ask("picture")["svg"]
    told = ask("run", program="1 / 0")
    assert told["error"].endswith("ZeroDivisionError: division by zero")
    assert not told["loss"]
    assert "Run a program first" in ask("grade", kind="formula", answer="d = 1", loss="")["error"]
    assert ask("run", program="print('x' * 30_000)")["said"].endswith("... and more")


def test_documents_and_code(ask):
    assert "no update was found" in ask("grade", kind="code", answer="w = 1.0", loss="")["verdict"]
    assert "error" in ask("grade", kind="document", answer="nothing", loss="")
    ask("run", program=NETWORK)
    told = ask("grade", kind="document", answer=r"$$\delta_o = -(t_o - y_o) y_o (1 - y_o)$$", loss="")
    assert "equal" in told["verdict"]


def test_what_is_warmed_up_leaves_nothing_behind(ask):
    session = loaded("session")
    assert [session.warm(k) for k in range(len(session.PIECES))] == [True] * (len(session.PIECES) - 1) + [False]
    assert session.space == session.kept == {}


def test_a_large_network_gets_sliders_for_some_of_its_weights(ask):
    ask("run", program="from nn import MLP, half_sse\nloss = half_sse(MLP(4, [6, 1], seed=0)([1, 2, 3, 4]), 1.0)")
    assert ask("sliders")["html"].count('type="range"') == 24 + 1  # and the slider that plays steps
