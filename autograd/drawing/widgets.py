"""A notebook widget with a page of sliders, made with anywidget, for JupyterLab, VS Code, Colab and marimo."""

from functools import cache
from pathlib import Path

__all__ = ["PAGES", "widget_of"]

PAGES = Path(__file__).with_name("pages")


def widget_of(page, numbers):
    """Return a widget that shows a page of :func:`autograd.play`.

    Args:
        page: the page, as HTML.
        numbers: a dict from the name of each slider to its number.

    Raises:
        ModuleNotFoundError: anywidget is not installed; the message says how to get it.
    """
    return _widget_class()(page=page, names=list(numbers), numbers=numbers)


@cache
def _widget_class():
    try:
        import anywidget  # lazy: an optional dependency that only notebooks need
        import traitlets
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        advice = f"a widget needs {library}: pip install 'deltagrad[notebooks]', or show the Play itself."
        raise ModuleNotFoundError(advice, name=library) from error

    class PlayWidget(anywidget.AnyWidget):
        """Sliders that keep their numbers equal to the trait ``numbers``: a change of either changes the other."""

        _esm = (PAGES / "widget.js").read_text(encoding="utf-8")
        page = traitlets.Unicode().tag(sync=True)
        names = traitlets.List().tag(sync=True)  # the order of the sliders, which a dict does not keep in JavaScript
        numbers = traitlets.Dict().tag(sync=True)

        def __repr__(self):
            return f"<widget of {', '.join(self.names)}>"

    return PlayWidget
