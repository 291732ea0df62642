"""The kind of an edit that is read off its place: a transpose, an argument of a derivative, or another time step."""

import ast
from dataclasses import replace

__all__ = ["by_text"]


def by_text(candidate, way, source):
    """Return a candidate for a wrong or constant factor with the kind that its text shows, or the candidate itself.

    Args:
        candidate: The candidate.
        way: The facts about the backward pass.
        source: The program.
    """
    if candidate.kind not in ("wrong factor", "constant factor") or len(candidate.edits) != 1:
        return candidate
    edit = candidate.edits[0]
    old, new = _parsed(source.text[edit.start : edit.end]), _parsed(edit.text)
    if old is None or new is None:
        return candidate
    if ast.dump(old) != ast.dump(new) and ast.dump(without_transpose(old)) == ast.dump(without_transpose(new)):
        return replace(candidate, kind="transpose")
    if _is_in_slope(way, source, edit):
        return replace(candidate, kind="derivative at the wrong argument")
    if not way.recurrent:
        return candidate
    if isinstance(old, ast.Subscript) and isinstance(new, ast.Subscript):
        same = ast.dump(old.value) == ast.dump(new.value)
        return replace(candidate, kind="order in time") if same and _is_shift(old.slice, new.slice) else candidate
    around = [node for node in source.parents if _has_in_index(node, source, edit)]
    if not around:
        return candidate
    start, end = min((source.span(node) for node in around), key=lambda span: span[1] - span[0])
    own = source.text[start:end]
    edit = replace(edit, text=ast.unparse(new)) if isinstance(old, ast.Name) else edit
    whole = source.text[start : edit.start] + edit.text + source.text[edit.end : end]
    before, after = _parsed(own), _parsed(whole)
    if not isinstance(after, ast.Subscript) or not _is_shift(before.slice, after.slice):
        return candidate
    message = f"{own} stands where {whole} belongs"
    return replace(candidate, kind="order in time", message=message, edits=(edit,))


def _is_in_slope(way, source, edit):
    """Return True if an edit replaces a part of the only argument of an elementwise helper in the backward pass."""
    for node in source.parents:
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        start, end = source.span(node.args[0])
        places = way.by_place(node) if start <= edit.start and edit.end <= end else []
        if places and any(map(way.is_back, places)) and way.is_helper(node, places[0].frame):
            return True
    return False


def without_transpose(node):
    """Return an expression without the transpose around it.

    >>> [ast.unparse(without_transpose(_parsed(text))) for text in ("W.T", "W[0].transpose()", "np.transpose(W)", "W")]
    ['W', 'W[0]', 'W', 'W']
    """
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("transpose", "t") and not node.args:
            return node.func.value
        if node.func.attr == "transpose" and len(node.args) == 1:
            return node.args[0]
    return node


def _parsed(text):
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None


def _has_in_index(node, source, edit):
    """Return True if an edit replaces an index of a node, or a part of it."""
    if not isinstance(node, ast.Subscript):
        return False
    start, end = source.span(node.slice)
    return start <= edit.start and edit.end <= end


def _is_shift(old, new):
    """Return True if two indices, or one of several indices, differ by a whole number, as ``t`` and ``t - 1`` do.

    >>> [_is_shift(_parsed("t"), _parsed(text)) for text in ("t - 1", "(1 + t)", "s", "t")]
    [True, True, False, False]
    """
    mine, theirs = [part.elts if isinstance(part, ast.Tuple) else [part] for part in (old, new)]
    if len(mine) != len(theirs):
        return False
    differing = [pair for pair in zip(mine, theirs, strict=True) if ast.dump(pair[0]) != ast.dump(pair[1])]
    bases = {_base(part) for pair in differing for part in pair}
    return len(differing) == 1 and len(bases) == 1 and "" not in bases


def _base(node):
    """Return the text of an index without the whole number that is added to it. It is empty for a plain number."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        if isinstance(node.right, ast.Constant):
            return _base(node.left)
        if isinstance(node.left, ast.Constant) and isinstance(node.op, ast.Add):
            return _base(node.right)
    return "" if isinstance(node, ast.Constant) else ast.unparse(node)
