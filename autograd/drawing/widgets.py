"""A page with sliders as a widget of a notebook, by anywidget: in JupyterLab, VS Code, Colab and marimo."""

from functools import cache
from pathlib import Path

__all__ = ["PAGES", "widget_of"]

PAGES = Path(__file__).with_name("pages")


def widget_of(page, numbers):
    """Return a widget that shows a page of :func:`autograd.play`.

    Args:
        page: the page, as HTML.
        numbers: from the name of each slider to its number.

    Raises:
        ModuleNotFoundError: anywidget is not installed; the message says how to get it.
    """
    return _widget_class()(page=page, names=list(numbers), numbers=numbers)


@cache
def _widget_class():
    try:
        import anywidget  # lazy: an extra, which only notebooks need
        import traitlets
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        advice = f"a widget needs {library}: pip install 'deltagrad[notebooks]', or show the Play itself."
        raise ModuleNotFoundError(advice, name=library) from error

    class PlayWidget(anywidget.AnyWidget):
        """Sliders whose numbers are those of ``numbers``, in both directions."""

        _esm = (PAGES / "widget.js").read_text(encoding="utf-8")
        page = traitlets.Unicode().tag(sync=True)
        names = traitlets.List().tag(sync=True)  # in their order, which JavaScript does not keep in a dict
        numbers = traitlets.Dict().tag(sync=True)

        def __repr__(self):
            return f"<widget of {', '.join(self.names)}>"

    return PlayWidget
