"""Common slips, as changes of the written tree.

Each change is a :class:`Slip`: the changed tree, and the mistake that it would correct.
:mod:`autograd.grading.explaining.explain` finds the change that makes the formula right.
"""

from fractions import Fraction

from autograd.grading.explaining.name_slips import (
    Slip,
    number_added,
    of_derivatives,
    of_names,
    of_role,
    of_steps,
    shifted,
)
from autograd.grading.meaning.letters import head, variables
from autograd.grading.reading.nodes import Limits, Node, is_name, replace_at, show

__all__ = ["Slip", "paths", "slips"]


_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def paths(node, path=()):
    """Yield all nodes of a tree with their paths, except for the parts of names."""
    yield path, node
    if node.kind in ("name", "num"):
        return
    for k, x in enumerate(node.parts):
        if node.kind == "call" and k == 0:
            continue
        yield from paths(x, (*path, k))


def slips(side, places, unbound, left=()):
    """Return all slips that may have led to a side, most likely kinds first.

    Args:
        side: the written tree.
        places: the meanings of letters.
        unbound: letters that nothing binds.
        left: the letters of the left side.
    """
    names = _words_of_weights(side, places)
    letters = [x for x in dict.fromkeys([*left, *variables(side)]) if x not in names]
    found = list(_of_sums(side, unbound, places.model.samples > 1))
    for path, node in paths(side):
        for slip in _at(node, places, letters):
            found.append(slip._replace(tree=replace_at(side, path, slip.tree)))
    found += of_steps(side, places)
    for a in variables(side):
        for b in variables(side):
            if a < b and not {_plain(a), _plain(b)} & {"l", "ell", "L"}:
                tree = _exchanged(side, a, b)
                if tree != side:
                    found.append(
                        Slip("swapped indices", f"the indices {_plain(a)} and {_plain(b)} are swapped", tree, 1.0, True)
                    )
    return sorted(found, key=lambda s: s.cost)


def _words_of_weights(side, places):
    """Return the letters that only name the matrices of a recurrent network, such as the h of W_{hh}."""
    if places.model.steps == 1:
        return set()
    weights = [x for _, x in paths(side) if is_name(x) and "w" in places.roles_of(x.data[0]) and x.data[0].isupper()]
    others = [x for _, x in paths(side) if is_name(x) and x not in weights]
    return {y for x in weights for y in variables(x)} - {y for x in others for y in variables(x)}


def _plain(letter):
    return letter.split("#")[0]


def _of_sums(side, unbound, is_batch):
    """Yield slips for a missing sum, around each part that has a letter which nothing binds."""
    free = [x for x in unbound if not x.startswith("@")]
    if not free and ("@n" in unbound or (is_batch and not any(x.kind == "sum" for _, x in paths(side)))):
        tree = Node("sum", (side,), Limits(("@n",)), side.at)
        yield Slip("missing sum", "the sum over the samples is missing", tree, 0.7, True)
    for letter in free:
        words = f"the sum over {_plain(letter)} is missing: add up the terms of all {_plain(letter)}"
        for path, node in paths(side):
            if letter in variables(node) and node.kind in (
                "prod",
                "name",
                "group",
                "add",
                "div",
                "neg",
                "entry",
                "pow",
            ):
                tree = Node("sum", (node,), Limits((letter,)), node.at)
                yield Slip("missing sum", words, replace_at(side, path, tree), 0.7 + 0.01 * len(path))
    for letter in free:
        others = [x for x in variables(side) if x != letter]
        for other in others:
            tree = _exchanged(side, letter, other, both=False)
            yield Slip("wrong index", f"wrote {_plain(letter)} where {_plain(other)} belongs", tree, 1.05, True)


def _exchanged(tree, a, b, both=True):
    """Return the tree with one letter replaced by another, or with both exchanged."""
    new = {a: b, b: a} if both else {a: b}

    def index(part):
        if part.kind == "name" and not part.parts and part.data[0] in new:
            return Node("name", (), (new[part.data[0]], 0), part.at)
        return part.with_parts([index(x) for x in part.parts]) if part.parts else part

    def over(node):
        if node.kind == "name":
            return node.with_parts([s.with_parts([index(p) for p in s.parts]) for s in node.parts])
        if node.kind == "entry":
            return node.with_parts([over(node.parts[0]), *[index(p) for p in node.parts[1:]]])
        return node.with_parts([over(x) for x in node.parts])

    return over(tree)


def _at(node, places, letters):
    """Yield the slips at one node."""
    kind, parts = node.kind, node.parts
    if kind == "add":
        yield from _of_terms(node)
    elif kind == "prod":
        yield from _of_factors(node)
    elif kind == "div":
        yield Slip("extra factor", f"the division by {show(parts[1])} does not belong there", parts[0], 1.3)
        turned = Node("div", parts[::-1], None, node.at)
        if parts[1].kind != "num":
            squared = Node("pow", (parts[1], Node("num", (), Fraction(2), node.at)), None, node.at)
            words = f"the square of {show(parts[1])} belongs there"
            yield Slip("wrong power", words, node.with_parts([parts[0], squared]), 1.45)
        yield Slip("wrong power", f"{show(node)} is upside down", turned, 1.4)
    elif kind == "neg":
        yield Slip("sign", f"the sign of {show(parts[0])} is flipped", parts[0], 1.0)
    elif kind == "pow":
        yield Slip("wrong power", f"the exponent of {show(parts[0])} is wrong", parts[0], 1.4)
    elif kind == "transpose":
        words = f"{show(parts[0])} is not transposed there"
        yield Slip("extra transpose", words, parts[0], 1.0, _may_move(parts[0], places))
    elif kind == "sum":
        counted = ", ".join([_plain(x) for x in node.data.letters])
        yield Slip("extra sum", f"the sum over {counted} does not belong there", parts[0], 1.2)
        yield from _of_limits(node)
        if node.data.conditions:
            free = Node("sum", parts, node.data._replace(conditions=()), node.at)
            yield Slip("missing term", "the sum leaves out a term that belongs in it", free, 1.2)
    elif kind == "call":
        yield from _of_calls(node, places)
    elif kind == "name":
        yield from of_names(node, places, letters)
    elif kind == "num":
        yield from _of_numbers(node, places, letters)
    elif kind == "cases":
        yield from _of_cases(node)
    elif kind == "cmp" and node.data in _TURNED:
        turned = Node("cmp", parts, _TURNED[node.data], node.at)
        yield Slip("sign", f"wrote {show(node)} where {show(turned)} belongs", turned, 1.0)
    elif kind == "diag":
        yield Slip("extra factor", "diag does not belong there", parts[0], 1.3)
    elif kind == "deriv":
        yield from of_derivatives(node, places)
    if kind in ("name", "prod", "call", "deriv"):
        words = f"the transpose of {show(node)} is missing"
        turned = Node("transpose", (node,), None, node.at)
        yield Slip("missing transpose", words, turned, 0.95, _may_move(node, places))


def _may_move(node, places):
    """Return True if the layers of a matrix without marks may depend on a transpose, in a recurrent network."""
    is_matrix = is_name(node) and not node.parts and "w" in places.roles_of(node.data[0])
    return places.model.steps > 1 and (is_matrix or node.kind == "prod")


def _of_limits(node):
    """Yield slips for a sum or product whose first or last index is too small or too large by one."""
    what = "product" if node.data.is_product else "sum"
    for name, words in (("lower", "begins"), ("upper", "ends")):
        limit = getattr(node.data, name)
        letter, number = (None, None) if limit is None else (head(limit), limit.data if limit.kind == "num" else None)
        if letter is None and number is None:
            continue
        for more in (1, -1):
            if number is not None:
                new = Node("num", (), number + more, limit.at)
            else:
                new = shifted(letter, number_added(limit) + more, limit.at)
            text = f"the {what} {words} at {show(limit)} where {show(new)} belongs"
            tree = Node("sum", node.parts, node.data._replace(**{name: new}), node.at)
            yield Slip("wrong index", text, tree, 1.05, node.data.is_product)


def _of_terms(node):
    for k, x in enumerate(node.parts):
        flipped = x.parts[0] if x.kind == "neg" else Node("neg", (x,), None, x.at)
        yield Slip(
            "sign",
            f"the sign of {show(flipped if x.kind == 'neg' else x)} is flipped",
            node.with_parts([*node.parts[:k], flipped, *node.parts[k + 1 :]]),
            1.0,
        )
        rest = [*node.parts[:k], *node.parts[k + 1 :]]
        tree = rest[0] if len(rest) == 1 else node.with_parts(rest)
        yield Slip("extra term", f"the term {show(x)} does not belong there", tree, 1.1)

    yield from _without_brackets(node)


def _without_brackets(node):
    """Yield slips for a factor in front of a bracket that was left out, as in ``a b - c`` for ``a (b - c)``."""
    for k, x in enumerate(node.parts):
        inner = x.parts[0] if x.kind == "neg" else x
        for j in range(len(inner.parts)) if inner.kind == "prod" else ():
            factor = inner.parts[j]
            if factor.kind == "num":
                continue
            rest = _without(inner, j)
            term = Node("neg", (rest,), None, x.at) if x.kind == "neg" else rest
            bracket = Node("group", (node.with_parts([*node.parts[:k], term, *node.parts[k + 1 :]]),), "(", node.at)
            tree = Node("prod", (factor, bracket), ("",), node.at)
            yield Slip("missing factor", f"the factor {show(factor)} belongs to all terms: {show(tree)}", tree, 1.25)


def _of_cases(node):
    """Yield slips for cases: the sign of one is flipped, or two cases are exchanged."""
    for k in range(0, len(node.parts), 2):
        x = node.parts[k]
        flipped = x.parts[0] if x.kind == "neg" else Node("neg", (x,), None, x.at)
        tree = node.with_parts([*node.parts[:k], flipped, *node.parts[k + 1 :]])
        yield Slip("sign", f"the sign of {show(x)} is flipped", tree, 1.0)
    if len(node.parts) == 4:
        first, a, second, b = node.parts
        yield Slip("swapped indices", "the two cases are exchanged", node.with_parts([second, a, first, b]), 1.05)


def _without(node, k):
    rest = [*node.parts[:k], *node.parts[k + 1 :]]
    signs = [*node.data[: max(k - 1, 0)], *node.data[max(k, 1) :]] if k else list(node.data[1:])
    return rest[0] if len(rest) == 1 else Node("prod", rest, tuple(signs), node.at)


def _of_factors(node):
    for k in range(len(node.parts) - 1):
        a, b = node.parts[k], node.parts[k + 1]
        if a.kind == b.kind == "deriv" and a.parts[1] != b.parts[0] and is_name(a.parts[1]) and is_name(b.parts[0]):
            link = Node("deriv", (a.parts[1], b.parts[0]), None, b.at)
            parts = [*node.parts[: k + 1], link, *node.parts[k + 1 :]]
            tree = Node("prod", parts, (*node.data[: k + 1], "", *node.data[k + 1 :]), node.at)
            yield Slip("missing factor", f"the factor {show(link)} is missing", tree, 0.9)
    for k, x in enumerate(node.parts):
        yield Slip("extra factor", f"the factor {show(x)} does not belong there", _without(node, k), 1.3)
    if len(node.parts) > 2:
        for k in range(len(node.parts) - 1):
            rest = _without(node, k)
            words = f"the factors {show(node.parts[k])} and {show(node.parts[k + 1])} do not belong there"
            yield Slip("extra factor", words, _without(rest, k), 1.6)
    for k in range(len(node.parts) - 1):
        turned = list(node.parts)
        turned[k], turned[k + 1] = turned[k + 1], turned[k]
        yield Slip(
            "order of factors",
            f"{show(node.parts[k])} and {show(node.parts[k + 1])} are in the wrong order",
            Node("prod", turned, node.data, node.at),
            1.15,
        )
    for k in range(len(node.parts) - 1):
        a, b = node.parts[k], node.parts[k + 1]
        for pair in ((b, _transposed(a)), (_transposed(b), a), (a, _transposed(b))):
            parts = [*node.parts[:k], *pair, *node.parts[k + 2 :]]
            words = f"wrote {show(a)} {show(b)} where {show(pair[0])} {show(pair[1])} belongs: a transpose is missing"
            yield Slip("missing transpose", words, Node("prod", parts, node.data, node.at), 1.2)
    for k, sign in enumerate(node.data):
        for other in ("", "had", "out"):
            if other != sign:
                signs = (*node.data[:k], other, *node.data[k + 1 :])
                words = {"": "the matrix product", "had": "the product entry by entry", "out": "the outer product"}[
                    other
                ]
                yield Slip(
                    "wrong product",
                    f"{words} of {show(node.parts[k])} and {show(node.parts[k + 1])} belongs there",
                    Node("prod", node.parts, signs, node.at),
                    1.1,
                )
    sums = [k for k, x in enumerate(node.parts) if _inner_sum(x) is not None]
    for a in sums:
        for b in sums:
            if a < b:
                tree = _merged(node, a, b)
                yield Slip("sum split", "the sum of products was written as a product of sums", tree, 0.9, True)
                factor = Node("prod", (Node("count", (), None, node.at), tree), ("",), node.at)
                yield Slip(
                    "product of means", "the mean of products was written as a product of means", factor, 0.7, True
                )


def _transposed(node):
    return node.parts[0] if node.kind == "transpose" else Node("transpose", (node,), None, node.at)


def _inner_sum(node):
    """Return a sum and the factors before it for a factor such as ``(1/N) sum ...``, or None for other factors."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind == "sum":
        return [], node
    if (
        node.kind == "prod"
        and node.parts[-1].kind == "sum"
        and all(x.kind in ("num", "div", "group") for x in node.parts[:-1])
    ):
        return list(node.parts[:-1]), node.parts[-1]
    return None


def _merged(node, a, b):
    """Return a product in which two sums over the same index are one sum of the products."""
    front, first = _inner_sum(node.parts[a])
    more, second = _inner_sum(node.parts[b])
    body = second.parts[0]
    for x, y in zip(second.data.letters, first.data.letters, strict=False):
        body = _exchanged(body, x, y, both=False)
    inner = Node("sum", (Node("prod", (first.parts[0], body), ("",), node.at),), first.data, node.at)
    rest = [x for k, x in enumerate(node.parts) if k not in (a, b)]
    factors = [*rest, *front, *more, inner]
    return factors[0] if len(factors) == 1 else Node("prod", factors, ("",) * (len(factors) - 1), node.at)


def _of_calls(node, places):
    name, *arguments = node.parts
    base, primes = name.data
    if primes:
        plain = Node("name", name.parts, (base, primes - 1), name.at)
        yield Slip(
            "wrong derivative",
            f"the derivative of {base} stands where {base} belongs",
            Node("call", (plain, *arguments), None, node.at),
            0.95,
        )
        for role in ("s", "a"):
            for x in of_role(arguments[0], role, places):
                kind = "derivative at the activation" if role == "s" else "wrong derivative"
                text = f"{base}' is taken at {show(x)}, not at {show(arguments[0])}"
                yield Slip(kind, text, Node("call", (name, x), None, node.at), 0.8)
    elif base in ("sigma", "f", "g", "phi", "tanh", "relu", "sigmoid", places.function_letter):
        primed = Node("name", name.parts, (base, 1), name.at)
        yield Slip(
            "wrong derivative",
            f"{base} stands where its derivative belongs",
            Node("call", (primed, *arguments), None, node.at),
            0.95,
        )


def _of_numbers(node, places, letters):
    """Yield slips for a number in place of a quantity, as in p - 1 for p - t."""
    if node.data not in (0, 1):
        return
    for letter, roles in places.roles.items():
        if set(roles) & {"t", "y", "p", "a"}:
            for index in letters or [None]:
                scripts = () if index is None else (Node("sub", (Node("name", (), (index, 0), node.at),), "", node.at),)
                x = Node("name", scripts, (letter, 0), node.at)
                yield Slip("wrong constant", f"wrote {node.data} where {show(x)} belongs", x, 1.3, True)
