"""From DOT to a picture: by the ``dot`` on the PATH, or else by the Graphviz that pygraphviz brings along."""

import contextlib
import os
import shutil
import warnings

from autograd.engine.errors import DrawingError

__all__ = ["FORMATS", "render", "render_with"]

FORMATS = ("svg", "png", "pdf")
_own: list = []  # a renderer of SVG that was given in place of Graphviz


def render_with(svg_of) -> None:
    """Have a function lay out graphs in place of Graphviz, such as viz.js in a browser.

    Args:
        svg_of: a function from the source of a graph in DOT to the text of its SVG, or None for Graphviz again.
    """
    _own[:] = [] if svg_of is None else [svg_of]


def render(digraph, kind) -> bytes:
    """A ``graphviz.Digraph`` as the bytes of an SVG, PNG or PDF file.

    Raises:
        ValueError: the kind is none of these.
        DrawingError: no renderer is there, or it failed.
    """
    if kind not in FORMATS:
        raise ValueError(f"a picture is one of {', '.join(FORMATS)}, found {kind!r}.")
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
            failure = error  # pygraphviz may still be able to
    try:
        import pygraphviz  # lazy: a compiled library that only drawing needs
    except (ImportError, OSError):  # it is missing, or a library that it needs is
        if failure is not None:
            raise DrawingError(f"dot could not draw the graph: {failure}") from failure
        raise DrawingError(
            "nothing here can lay out a graph: install Graphviz so that 'dot' is on the PATH (apt, dnf, apk or brew "
            "install graphviz; winget install graphviz), or pip install pygraphviz."
        ) from None
    try:
        with warnings.catch_warnings(), _no_complaints():
            warnings.simplefilter("ignore")  # about fonts, which the picture does without
            return pygraphviz.AGraph(string=digraph.source).draw(format=kind, prog="dot")
    except Exception as error:  # pygraphviz raises what its C library says, of several kinds
        also = "" if failure is None else f", and dot could not either: {failure}"
        raise DrawingError(f"pygraphviz could not draw the graph: {error}{also}") from error


@contextlib.contextmanager
def _no_complaints():
    """Send what a C library writes to the standard error nowhere.

    The library that looks up fonts complains there of settings that are newer than itself, in the midst of a notebook.
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
