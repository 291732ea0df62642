"""Rendering writes nothing to standard error, and raises with the reason if it fails."""

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


def test_another_renderer_in_place_of_graphviz(monkeypatch):
    rendering.render_with(lambda source: f"<svg>{len(source)}</svg>")
    try:
        assert rendering.render(graphviz.Digraph(), "svg") == f"<svg>{len(graphviz.Digraph().source)}</svg>".encode()
        with pytest.raises(DrawingError, match=r"makes SVG, not png: save the picture as \.svg"):
            rendering.render(graphviz.Digraph(), "png")
    finally:
        rendering.render_with(None)
    assert rendering.render(graphviz.Digraph(), "svg").count(b"</svg>") == 1


def test_without_a_renderer_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(DrawingError, match="install Graphviz"):
        rendering.render(graphviz.Digraph(), "svg")


def failing_dot(folder, monkeypatch):
    """Put a program called dot on the PATH that cannot draw, like one whose plugins are missing."""
    dot = folder / "dot"
    dot.write_text("#!/bin/sh\necho 'There is no layout engine support for \"dot\"' >&2\nexit 1\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize("kind", rendering.FORMATS)
def test_a_dot_that_fails_leaves_it_to_pygraphviz(kind, tmp_path, monkeypatch):
    failing_dot(tmp_path, monkeypatch)
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[kind]
    assert rendering.render(graphviz.Digraph(body=["a -> b"]), kind).startswith(start)


def test_a_dot_that_cannot_be_run_leaves_it_to_pygraphviz(tmp_path, monkeypatch):
    failing_dot(tmp_path, monkeypatch)
    (tmp_path / "dot").write_bytes(b"\x7fELF of another machine")
    assert rendering.render(graphviz.Digraph(body=["a -> b"]), "svg").startswith(b"<?xml")


def test_without_pygraphviz_it_says_why_dot_failed(tmp_path, monkeypatch):
    failing_dot(tmp_path, monkeypatch)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(DrawingError, match="dot could not draw the graph"):
        rendering.render(graphviz.Digraph(body=["a -> b"]), "svg")


def test_where_both_fail_both_are_said(tmp_path, monkeypatch):
    failing_dot(tmp_path, monkeypatch)
    with pytest.raises(DrawingError, match=r"pygraphviz could not draw the graph: .*, and dot could not either"):
        rendering.render(graphviz.Digraph(body=["a -> ["]), "svg")
