"""Rendering says nothing on the standard error, and says why where it cannot draw."""

import os
import subprocess
import sys
from pathlib import Path

import graphviz
import pytest

from autograd.drawing import rendering
from autograd.engine.errors import DrawingError

ROOT = Path(__file__).parents[2]


def test_nothing_is_written_to_the_standard_error():
    code = "import autograd, sys; v = autograd.Value(2.0); autograd.draw(v * v).svg(); print('end', file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stderr.splitlines() == ["end"]


def test_the_standard_error_is_there_again_after_a_failure(capfd):
    with rendering._no_complaints():
        os.write(2, b"complaint\n")
    with pytest.raises(OSError, match="descriptor"), rendering._no_complaints():
        os.write(-1, b"no such file\n")
    os.write(2, b"still there\n")
    assert capfd.readouterr().err == "still there\n"


def test_other_kinds_are_refused():
    with pytest.raises(ValueError, match="svg, png, pdf"):
        rendering.render(graphviz.Digraph(), "gif")


def test_without_a_renderer_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(DrawingError, match="install Graphviz"):
        rendering.render(graphviz.Digraph(), "svg")
