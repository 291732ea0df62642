"""The fit of a program that cannot be read as it is: smaller sizes, and other layouts and axes of its made data."""

import ast
from dataclasses import replace

from autograd.grading.code.case import has_steps
from autograd.grading.code.layouts import fitting_columns, layouts
from autograd.grading.code.prepared import Prepared, batch_sizes, first_rows, smaller_sizes
from autograd.grading.code.ranks import RANKS, SHAPE_TROUBLE, reads_labels_alone
from autograd.grading.code.reading import read

__all__ = ["FIRST_OPERATIONS", "read_smaller"]

FIRST_OPERATIONS = 1_000_000  # of the first reading; a program with more operations is read with smaller sizes
MAX_LAYOUTS = 6  # of the tables in files that are tried


def read_smaller(case, said):
    """Read a program with smaller sizes if it is too large, or if it does not fit the made data."""
    for prepared in _smaller(case):
        sizes = prepared.sizes
        tree = prepared.of(ast.parse(case.text))
        tried = read(tree, loss=case.loss, call=case.call)
        if has_steps(tried):
            case.own, case.tree, case.prepared = tried, tree, prepared
            said.append("read with smaller sizes: " + ", ".join(f"{small} for {size}" for size, small in sizes.items()))
            break
    if not has_steps(case.own) and reads_labels_alone(case.tree):
        _read_with_ranks(case, said)
    if not has_steps(case.own) and case.own.library.made:
        _read_with_layouts(case, said)
    if not has_steps(case.own) and case.own.library.made:
        _read_with_ranks(case, said)
    if case.own.large and not case.prepared.sizes:
        case.own = read(case.tree, loss=case.loss, call=case.call)


def _read_with_layouts(case, said):
    """Read a program with other layouts of the tables in its files until one fits."""
    for prepared in [Prepared(), *_smaller(case)]:
        waiting, fitted = layouts(prepared.of(ast.parse(case.text)))[:MAX_LAYOUTS], set()
        while waiting:
            layout = waiting.pop(0)
            other = replace(prepared, layout=layout)
            tree = other.of(ast.parse(case.text))
            tried = read(tree, loss=case.loss, call=case.call, operations=FIRST_OPERATIONS)
            if has_steps(tried):
                case.own, case.tree, case.prepared = tried, tree, other
                said.append(f"read with files of {layout.columns} columns and labels of {layout.classes} classes")
                return
            better = fitting_columns(tried.trouble.message if tried.trouble else "", layout)
            waiting[:0] = [one for one in better if one not in fitted]
            fitted.update(better)


def _read_with_ranks(case, said):
    """Read a program whose made data has other axes than the program expects, with other axes until one fits."""
    if case.own.trouble is None or not SHAPE_TROUBLE.search(case.own.trouble.message):
        return
    for prepared in [*_smaller(case), Prepared()]:
        for ranks in RANKS:
            other = replace(prepared, ranks=ranks)
            tree = other.of(ast.parse(case.text))
            tried = read(tree, loss=case.loss, call=case.call, operations=FIRST_OPERATIONS)
            if has_steps(tried):
                case.own, case.tree, case.prepared = tried, tree, other
                return


def _smaller(case):
    """Yield changes of the sizes of a program that is too large, or that does not fit the made data.

    If a batch is larger than the made data, there is no whole batch. Then batches get smaller, and the data larger. If
    a slice of the data begins behind its end, as ``data[30:]``, the data gets larger.
    """
    sizes = smaller_sizes(case.tree)
    if sizes and (case.own.large or case.own.library.made):
        yield Prepared(sizes=sizes)
    if case.own.library.made and any(batch_sizes(case.tree)):
        sizes = smaller_sizes(case.tree, batches=True)
        yield Prepared(sizes=sizes, rows=2 * max(sizes.values()))
    rows = first_rows(case.tree)
    if case.own.library.made and rows:
        yield Prepared(sizes=smaller_sizes(case.tree), rows=2 * max(rows))
