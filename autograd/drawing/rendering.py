"""Rendering of DOT, by the ``dot`` on the PATH, or else by the Graphviz inside pygraphviz."""

import contextlib
import os
import shutil
import warnings

from autograd.engine.errors import DrawingError

__all__ = ["FORMATS", "render", "render_with"]

FORMATS = ("svg", "png", "pdf")
_own: list = []  # the renderer of SVG that replaces Graphviz, if one was set


def render_with(svg_of) -> None:
    """Use a function in place of Graphviz to lay out graphs, such as viz.js in a browser.

    Args:
        svg_of: a function from DOT source to the text of an SVG, or None to use Graphviz again.
    """
    _own[:] = [] if svg_of is None else [svg_of]


def render(digraph, kind) -> bytes:
    """Return the picture of a ``graphviz.Digraph`` as the bytes of an SVG, PNG or PDF file.

    Raises:
        ValueError: ``kind`` is not "svg", "png" or "pdf".
        DrawingError: no renderer is installed, or it failed.
    """
    if kind not in FORMATS:
        raise ValueError(f"a picture is one of {', '.join(FORMATS)}, found {kind!r}: choose one of these.")
    if _own:
        if kind != "svg":
            raise DrawingError(f"the renderer that was given makes SVG, not {kind}: save the picture as .svg.")
        return _own[0](digraph.source).encode("utf-8")
    failure = None
    if shutil.which("dot") is not None:
        import graphviz  # lazy: importing the engine stays quick

        try:
            return digraph.pipe(format=kind, quiet=True)
        except (graphviz.ExecutableNotFound, graphviz.CalledProcessError, OSError) as error:
            failure = error  # pygraphviz may still succeed
    try:
        import pygraphviz  # lazy: a compiled library that only drawing needs
    except (ImportError, OSError):  # it, or a library that it needs, is missing
        if failure is not None:
            raise DrawingError(f"dot could not draw the graph: {failure}") from failure
        raise DrawingError(
            "nothing here can lay out a graph: install Graphviz so that 'dot' is on the PATH (apt, dnf, apk or brew "
            "install graphviz; winget install graphviz), or pip install pygraphviz."
        ) from None
    try:
        with warnings.catch_warnings(), _no_complaints():
            warnings.simplefilter("ignore")  # warnings about missing fonts, which the picture does not need
            return pygraphviz.AGraph(string=digraph.source).draw(format=kind, prog="dot")
    except Exception as error:  # pygraphviz raises exceptions of several kinds
        also = "" if failure is None else f", and dot could not either: {failure}"
        raise DrawingError(f"pygraphviz could not draw the graph: {error}{also}") from error


@contextlib.contextmanager
def _no_complaints():
    """Discard the text that a C library writes to standard error.

    The library that looks up fonts writes warnings there if the system's settings are newer than the library. They
    would appear in the middle of a notebook.
    """
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no standard error
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
