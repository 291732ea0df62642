"""The rows of arrays in a loop over the samples, such as ``z[t]`` where the loop reads ``h[t]`` and ``y[t]``."""

import ast
from dataclasses import replace

__all__ = ["row_slopes", "rows"]

MAX_PATTERNS = 3


def rows(c):
    """Return the rows that a loop over samples can read here: a dict from each text to its shape and its numbers.

    Args:
        c: An expression in the loop.
    """
    return c.known("rows", lambda: _rows(c))


def row_slopes(c):
    """Return the derivatives of the activations of the sample to which an iteration of a loop belongs.

    Args:
        c: An expression in the loop.
    """
    return c.known("row slopes", lambda: _row_slopes(c))


def _rows(c):
    found = {}
    for index, text in _patterns(c):
        for name, (shape, data) in c.scope().items():
            row = picked(shape, data, index) if "[" not in name else None
            if row is not None:
                found[f"{name}{text}"] = row
    return found


def _row_slopes(c):
    found = []
    for index, _ in _patterns(c):
        for slope in c.way.slopes:
            row = picked(slope.shape, slope.data, index)
            if row is not None:
                ends = [_part(end, index) for end in (slope.before, slope.after)]
                found.append(replace(slope, before=ends[0], after=ends[1], data=row[1], shape=row[0]))
    return found


def _part(seen, index):
    shape, elements = picked(seen.shape, seen.elements, index)
    return replace(seen, shape=shape, elements=elements)


def _patterns(c):
    """Return the indices by which the loop reads rows of arrays, each with its text, such as ``[t]``."""
    return c.known("patterns", lambda: list(_find_patterns(c)))


def _find_patterns(c):
    numbers = {}
    for name in c.source.counters(c.statement):
        shape, data = c.scope().get(name, (None, []))
        if shape == () and data and data[0] == int(data[0]):
            numbers[name] = int(data[0])
    texts = set()
    for node in ast.walk(c.source.function_of(c.statement)) if numbers else ():
        if not isinstance(node, ast.Subscript) or len(texts) == MAX_PATTERNS:
            continue
        if not any(isinstance(part, ast.Name) and part.id in numbers for part in ast.walk(node.slice)):
            continue
        index = index_of(node.slice, numbers)
        text = c.source.text_of(node)[len(c.source.text_of(node.value)) :]
        if index is not None and text not in texts:
            texts.add(text)
            yield index, text


def index_of(node, numbers):
    """Return the index that an expression denotes, or None if it has other parts than numbers, counters and slices.

    >>> index_of(ast.parse("a[:, t + 1]").body[0].value.slice, {"t": 2})
    (slice(None, None, None), 3)
    """
    if isinstance(node, ast.Name):
        return numbers.get(node.id)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        left, right = index_of(node.left, numbers), index_of(node.right, numbers)
        if not isinstance(left, int) or not isinstance(right, int):
            return None
        return left + right if isinstance(node.op, ast.Add) else left - right
    if isinstance(node, ast.Slice):
        ends = [None if end is None else index_of(end, numbers) for end in (node.lower, node.upper)]
        unknown = any(end is not None and i is None for end, i in zip((node.lower, node.upper), ends, strict=True))
        return None if unknown or node.step is not None else slice(*ends)
    if isinstance(node, (ast.List, ast.Tuple)):
        parts = [index_of(part, numbers) for part in node.elts]
        return None if None in parts else parts if isinstance(node, ast.List) else tuple(parts)
    return None


def picked(shape, elements, index):
    """Return the shape and the elements of a part of a matrix, or None if the index does not fit.

    >>> picked((2, 3), list("abcdef"), 1)
    ((3,), ['d', 'e', 'f'])
    >>> picked((2, 3), list("abcdef"), (slice(None), [2]))
    ((2, 1), ['c', 'f'])
    """
    indices = index if isinstance(index, tuple) else (index, slice(None))
    if len(shape) != 2 or len(indices) != 2:
        return None
    axes = []
    for length, part in zip(shape, indices, strict=True):
        if isinstance(part, slice):
            axes.append((list(range(length))[part], True))
        else:
            axes.append((part, True) if isinstance(part, list) else ([part], False))
    (lines, wide), (columns, deep) = axes
    if any(not 0 <= i < shape[0] for i in lines) or any(not 0 <= j < shape[1] for j in columns):
        return None
    if not lines or not columns or not (wide or deep):
        return None
    new = tuple(len(part) for part, kept in axes if kept)
    return new, [elements[i * shape[1] + j] for i in lines for j in columns]
