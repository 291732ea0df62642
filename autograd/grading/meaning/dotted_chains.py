"""Products of derivatives with dots between them.

Links of the same form, ``dh_T/dh_{T-1} ... dh_{k+1}/dh_k``, are a product over their index. Between other links, as in
``dz^L/da^{L-1} ... da^l/dz^l``, the dots are the derivative of the variable of the link before them.
"""

from fractions import Fraction

from autograd.grading.reading.nodes import Limits, Node, is_name

__all__ = ["chain_over_steps"]


def chain_over_steps(node):
    """Return a product of links dh_T/dh_{T-1} ... dh_{k+1}/dh_k as a product over its index.

    Between other links, the dots become the derivative that joins them.
    """
    parts, letter = list(node.parts), "k#"
    k = next(i for i, x in enumerate(parts) if x.kind == "dots")
    first, start = parts[k - 1] if k else None, k - 1
    last = parts[k + 1] if k + 1 < len(parts) else None
    steps = [_link_marks(x) for x in (first, last)]
    if None in steps:
        return _bridged(node, k)
    (a, below_a), (b, below_b) = steps
    if not (_differ_by_one(a, below_a) and _differ_by_one(b, below_b)):
        return node
    if start and _link_marks(parts[start - 1]) is not None:  # two links before the dots show the direction
        ahead = _link_marks(parts[start - 1])
        if ahead[1] == a:
            a, start, is_down = ahead[0], start - 1, True
        elif ahead[0] == below_a:
            a, start, is_down = ahead[0], start - 1, False
        else:
            return node
    else:
        is_down = _is_after(a, b)
    lower, upper = (b, a) if is_down else (a, b)
    link = parts[start]
    index = Node("name", (), (letter, 0), node.at)
    below = Node("add", (index, Node("neg", (Node("num", (), Fraction(1), node.at),), None, node.at)), None, node.at)
    names = [_with_mark(x, y) for x, y in zip(link.parts, (index, below), strict=True)]
    body = Node("deriv", names, link.data, node.at)
    product = Node("sum", (body,), Limits((letter,), lower, upper, None, (), True), node.at)
    inside = [*parts[:start], product, *parts[k + 2 :]]
    signs = [*node.data[:start], *node.data[k + 1 :]]
    return inside[0] if len(inside) == 1 else Node("prod", inside, tuple(signs), node.at)


def _bridged(node, k):
    """Return a chain in which the dots are replaced by the derivative between the links next to them."""
    parts = list(node.parts)
    around = [parts[k - 1] if k else None, parts[k + 1] if k + 1 < len(parts) else None]
    if any(x is None or x.kind != "deriv" or any(y.kind not in ("name", "loss") for y in x.parts) for x in around):
        return node
    parts[k] = Node("deriv", (around[0].parts[1], around[1].parts[0]), "bridge", node.at)
    return node.with_parts(parts)


def _is_after(a, b):
    """Return True if the step a comes after b, as T comes after k + 1."""
    if a.kind == b.kind == "num":
        return a.data > b.data
    return is_name(a, "T", "t", "L", "n") or b.kind == "num"


def _link_marks(node):
    """Return the two marks of a derivative of one state with respect to another, or None for other derivatives."""
    if node is None or node.kind != "deriv" or any(x.kind != "name" or len(x.parts) != 1 for x in node.parts):
        return None
    marks = [x.parts[0].parts for x in node.parts]
    same = node.parts[0].data == node.parts[1].data
    return (marks[0][0], marks[1][0]) if same and all(len(x) == 1 for x in marks) else None


def _differ_by_one(a, b):
    """Return True if the index ``a`` is the index ``b`` plus 1."""
    (letter_a, n), (letter_b, m) = _offset(a), _offset(b)
    return letter_a == letter_b and n == m + 1


def _offset(mark):
    """Return the letter of an index and the number that is added to it. A plain number has the letter ""."""
    if mark.kind == "num":
        return "", mark.data
    if mark.kind == "add" and len(mark.parts) == 2 and mark.parts[0].kind == "name":
        x = mark.parts[1]
        number = x.parts[0] if x.kind == "neg" else x
        if number.kind == "num":
            return mark.parts[0].data[0], number.data * (-1 if x.kind == "neg" else 1)
    return (mark.data[0], Fraction(0)) if mark.kind == "name" and not mark.parts else (None, Fraction(0))


def _with_mark(name, mark):
    """Return a name with its only mark replaced."""
    return name.with_parts([name.parts[0].with_parts([mark])])
