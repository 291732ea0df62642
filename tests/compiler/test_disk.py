"""Machine code on disk: it is found again, and refused if a file is not exactly what its owner wrote."""

import ctypes
import os
import random
import stat
import subprocess
import sys

import pytest
from llvmlite import ir

from autograd.compiler import disk, machine


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the path of a folder that does not exist yet, which the environment variable names."""
    monkeypatch.setenv(disk.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def made(monkeypatch):
    """Return a list that grows with each module that LLVM compiles."""
    texts = []
    compiled = machine._compiled
    monkeypatch.setattr(machine, "_compiled", lambda text, *rest: texts.append(text) or compiled(text, *rest))
    return texts


def adding(n):
    """Return a module with a function that adds a number."""
    module = ir.Module()
    double = ir.DoubleType()
    function = ir.Function(module, ir.FunctionType(double, [double]), name="add")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    b.ret(b.fadd(function.args[0], ir.Constant(double, float(n))))
    return module


def result(n, **options):
    code = machine.Code(adding(n), **options)
    return code.function("add", ctypes.c_double, result=ctypes.c_double)(1.0)


def test_code_is_compiled_once(folder, made):
    assert [result(2), result(2), result(3), result(2)] == [3.0, 3.0, 4.0, 3.0]
    assert len(made) == 2
    assert len(list(folder.glob("*.o"))) == 2


def test_other_options_are_other_code(folder, made):
    assert [result(2, level=level, vectorize=v) for level in (1, 2) for v in (True, False)] == [3.0] * 4
    assert len(made) == 4


def test_it_is_off_unless_asked_for(tmp_path, monkeypatch, made):
    for value in (None, ""):
        monkeypatch.delenv(disk.VARIABLE, raising=False)
        if value is not None:
            monkeypatch.setenv(disk.VARIABLE, value)
        assert result(2) == 3.0
    assert len(made) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_made_is_for_the_owner_alone(folder):
    before = os.umask(0)
    try:
        result(2)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.iterdir())]
    assert modes == [0o700, 0o600]


def _altered(path):
    data = bytearray(path.read_bytes())
    data[random.Random(0).randrange(len(data))] ^= 1
    path.write_bytes(data)


def _with_another_name(path):
    """Write the code of another key. Its checksum is right for that key, and wrong here."""
    shelf = disk.Shelf(path.parent)
    shelf.keep("0" * 64, b"other code")
    os.replace(path.parent / ("0" * 64 + ".o"), path)


def _linked(path):
    os.replace(path, path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


def _a_pipe(path):
    path.unlink()
    os.mkfifo(path, 0o600)


def _a_folder(path):
    path.unlink()
    path.mkdir(0o700)


@pytest.mark.parametrize("change", [
    _altered, _with_another_name, _linked, _a_pipe, _a_folder,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    lambda path: path.chmod(0o640), lambda path: path.chmod(0o606), lambda path: path.chmod(0o620),
], ids=lambda change: change.__name__.strip("_<>"))  # fmt: skip
def test_what_is_not_as_it_was_written_is_made_anew(change, folder, made):
    assert result(2) == 3.0
    [path] = folder.iterdir()
    change(path)
    assert result(2) == 3.0
    assert len(made) == 2


def test_a_file_of_somebody_else_is_not_used(folder, made, monkeypatch):
    result(2)
    monkeypatch.setattr(disk.os, "getuid", lambda: os.stat(folder).st_uid + 1)
    with pytest.warns(UserWarning, match="belongs to another user or is open to others: chmod 700"):
        assert result(2) == 3.0
    assert len(made) == 2


@pytest.mark.parametrize("mode", [0o750, 0o707, 0o720, 0o777])
def test_a_folder_that_others_can_open_is_not_used(mode, folder, made):
    folder.mkdir()
    folder.chmod(mode)
    with pytest.warns(UserWarning, match=r"DELTAGRAD_CACHE: .* open to others"):
        assert result(2) == 3.0
    assert list(folder.iterdir()) == []


def test_what_is_no_folder_is_said(folder, tmp_path):
    folder.write_text("")
    with pytest.warns(UserWarning, match="No machine code is kept"):
        assert result(2) == 3.0
    folder.unlink()
    folder.symlink_to(tmp_path)
    with pytest.warns(UserWarning, match="is not a folder"):
        assert result(2) == 3.0


def test_a_full_disk_is_no_error(folder, made, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "replace", full)
    assert result(2) == 3.0
    assert list(folder.iterdir()) == []


def test_the_oldest_files_make_room(folder, monkeypatch):
    monkeypatch.setattr(disk, "MAX_BYTES", 1000)
    shelf = disk.Shelf(folder)
    for k in range(5):
        shelf.keep(f"{k}", bytes(300))
        if (path := folder / f"{k}.o").exists():
            os.utime(path, (k, k))
    assert sorted(path.name for path in folder.iterdir()) == ["2.o", "3.o", "4.o"]
    assert [shelf.find(f"{k}") is None for k in range(5)] == [True, True, False, False, False]


TRAINING = """
import nn
from autograd.compiler import machine

made, compiled = [], machine._compiled
machine._compiled = lambda *arguments: made.append(1) or compiled(*arguments)
model = nn.MLP(2, [7, 1], seed=0)
history = nn.fit(model, [[0.5, 0.25], [0.75, -1.0]], [1.0, 0.0], epochs=3, seed=0, progress=False, engine="native")
print(len(made), history.loss, [p.data for p in model.parameters()])
"""


def test_the_next_process_trains_with_what_this_one_made(folder):
    found = [
        subprocess.run([sys.executable, "-c", TRAINING], capture_output=True, text=True, check=True).stdout.split(
            " ", 1
        )
        for _ in range(2)
    ]
    assert [count for count, _ in found] == ["1", "0"]
    assert found[0][1] == found[1][1]
