"""The command ``code``: the encodings and kinds of its input files, and outputs that cannot be written."""

import io
import os
import sys

import pytest

from autograd.__main__ import main

PROGRAM = """
import numpy as np
x, t, w = 2.0, 1.0, 0.5
for _ in range(3):
    loss = (w * x - t) ** 2
    w = w - 0.1 * 2 * (w * x - t) * x  # R\u010cx
"""


def graded(tmp_path, data, *options):
    path = tmp_path / "net.py"
    path.write_bytes(data)
    return main(["code", str(path), "--loss", "loss", *options])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_programs_of_any_editor_are_read(encoding, tmp_path, capsys):
    assert graded(tmp_path, PROGRAM.encode()) == 0
    expected = capsys.readouterr().out
    assert graded(tmp_path, PROGRAM.encode(encoding)) == 0
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("page", ["", "folder", "missing/page.html"])
def test_a_page_of_programs_that_cannot_be_written_loses_no_grade(page, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    expected = graded(tmp_path, PROGRAM.encode())
    out = capsys.readouterr().out
    assert expected == 0
    assert graded(tmp_path, PROGRAM.encode(), "--html", page) == 2
    found = capsys.readouterr()
    assert found.out == out
    assert "the page was not written" in found.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among the files of this system")
def test_a_pipe_is_no_program(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.py")
    assert main(["code", str(tmp_path / "pipe.py")]) == 2
    assert "not a file but a device or a pipe" in capsys.readouterr().out


def test_a_console_shows_no_control_characters_and_escapes_what_it_has_not(tmp_path, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    wrong = PROGRAM.replace("w - 0.1", "w + 0.1").replace("\u010c", "\x1b[31m\u010c")
    assert graded(tmp_path, wrong.encode()) == 1
    console.flush()
    shown = console.buffer.getvalue()
    assert b"\x1b" not in shown
    assert b"# R?[31m\\u010cx" in shown


@pytest.mark.parametrize("beside", [[], ["notes.txt"]])
def test_a_folder_without_programs_is_said(beside, tmp_path, capsys):
    for name in beside:
        (tmp_path / name).write_text("w = 1\n")
    assert main(["code", str(tmp_path)]) == 2
    assert "no .py or .ipynb file" in capsys.readouterr().out
