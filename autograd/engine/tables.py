"""Tables as text, for terminals, and as HTML, for notebooks and pages."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["html_row", "html_table", "text_table"]


def text_table(rows: Iterable[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Return rows of text in aligned columns, one line for each row.

    Args:
        rows: the rows, including the head. All have the same number of cells.
        left: the indices of the columns that are aligned to the left. The last column is not padded, and all other
            columns are aligned to the right.

    >>> print(text_table([("sheet", "equal", "finding"), ("one", "12", ""), ("another", "7", "line 3: a sign")]))
    sheet    equal  finding
    one         12
    another      7  line 3: a sign
    """
    rows = list(rows)
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    lines = []
    for row in rows:
        cells = [x.ljust(w) if k in left else x.rjust(w) for k, (x, w) in enumerate(zip(row, widths, strict=False))]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def html_row(cells: Iterable[str | tuple[str, dict[str, str]]], tag: str = "td", **attributes: str) -> str:
    """Return a row of an HTML table.

    Args:
        cells: the cells, each as HTML or as a pair of HTML and the attributes of the cell.
        tag: ``td``, or ``th`` for the head.
        attributes: the attributes of the row, with ``class_`` for its class. An empty attribute is left out.

    >>> html_row([("1", {"class": "line"}), "w = w - g"], class_="wrong")
    '<tr class="wrong"><td class="line">1</td><td>w = w - g</td></tr>'
    """
    pairs = [(cell, {}) if isinstance(cell, str) else cell for cell in cells]
    return f"<tr{_given(attributes)}>{''.join([f'<{tag}{_given(more)}>{html}</{tag}>' for html, more in pairs])}</tr>"


def _given(attributes):
    return "".join([f' {name.rstrip("_")}="{escape(text)}"' for name, text in attributes.items() if text])


def html_table(rows: Iterable[str], head: Sequence[str] = (), **attributes: str) -> str:
    """Return an HTML table.

    Args:
        rows: the rows, as :func:`html_row` returns them.
        head: the cells of the head, as HTML; empty for a table without a head.
        attributes: the attributes of the table, with ``class_`` for its class.

    >>> html_table([html_row(["w", "0.5"])], ["name", "value"])
    '<table><thead><tr><th>name</th><th>value</th></tr></thead><tbody><tr><td>w</td><td>0.5</td></tr></tbody></table>'
    """
    top = f"<thead>{html_row(head, 'th')}</thead>" if head else ""
    return f"<table{_given(attributes)}>{top}<tbody>{''.join(rows)}</tbody></table>"
