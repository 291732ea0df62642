r"""Notations that stand for another formula, which are written out before names get places.

| written | meant |
| --- | --- |
| ``\nabla W``, W a parameter | the gradient of the loss with respect to W |
| ``\bar{z}``, z a quantity, if no letter with a bar is declared | the derivative of the loss with respect to z |
| ``f'_k``, ``a'^{(l)}``, ``(f^l)'`` without an argument | the derivative of the activation at that pre-activation |
| ``f'_h(z)``, h the name of a layer or of its activations | the derivative of the activation of that layer |
| ``J_a(z)``, a and z quantities | the Jacobian of a with respect to z |
| ``v_{ih}`` with two indices, undeclared | a weight |
| ``d\sigma/dw_j`` with one neuron | the derivative of its output |
| ``W_h``, ``W_x``, ``W_y`` of recurrent networks, or with declared letters | ``W_{hh}``, ``W_{xh}``, ``W_{hy}`` |
| ``W^{hy}`` of recurrent networks | ``W_{hy}`` |
| ``Z``, ``S`` or ``s`` below or beside ``e^{z_i}``, undeclared | the sum of these powers |
| ``w_{k1}``, k an index | a weight with the indices k and 1 |
| ``1/B``, with several samples | one over their number |
| ``I_{kj}``, undeclared | a Kronecker delta |
| ``I``, undeclared, without marks | the identity matrix |
| ``F'(n)``, F the loss and n a pre-activation | the derivative of the activation |
| ``\nabla E(w)`` | the gradient of the loss with respect to w |
| ``prod(A, B)`` | the product by the chain rule |
| ``t_1 + t_2 + \cdots + t_n`` | a sum over the number in the subscripts |
| ``dh_T/dh_{T-1} \cdots dh_{k+1}/dh_k`` | a product over the steps in between |
"""

from fractions import Fraction

from autograd.grading.meaning.dotted_chains import chain_over_steps
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["spelled_out"]

_INDEX_LETTERS = frozenset("ijk")
_LAYERS = frozenset({"h", "o", "y"})  # names of layers below a function
_MATRICES = {  # of a recurrent network
    "h": "hh", "x": "xh", "y": "hy", "o": "hy", "r": "hh", "R": "hh", "rec": "hh", "recurrent": "hh",
    "in": "xh", "inp": "xh", "input": "xh", "out": "hy", "output": "hy",
}  # fmt: skip


_ENDS = ("x", "i", "h", "s", "y", "o")  # the names of layers that weights connect


def spelled_out(tree, places):
    """Return a tree in which these notations are replaced by their meaning.

    Args:
        tree: the written tree.
        places: the meanings of letters: :class:`~autograd.grading.meaning.places.Places`.

    Raises:
        ReadingError: the terms or factors that dots represent are unclear.
    """
    tree = _with_identities(tree, places)
    functions = {id(x.parts[0]) for x in walk(tree) if x.kind in ("call", "at")}
    letters = {x for y in walk(tree) if isinstance(y.data, Limits) for x in y.data.letters}

    total = _normaliser(tree, places)

    def replace(node):
        if total is not None and is_name(node, "Z", "S", "s") and not node.data[1]:
            if not node.parts:
                return total
            above = [(s.kind, s.data, *[p.kind for p in s.parts]) for s in node.parts]
            if above == [("sup", "", "num")]:
                return Node("pow", (total, node.parts[0].parts[0]), None, node.at)
        if node.kind == "deriv" and _is_of_function(node, places):
            name = node.parts[0]
            return node.with_parts(
                [Node("name", (), (places.output_letter, 0), name.at), rewrite(node.parts[1], replace)]
            )
        if node.kind == "deriv" and node.data == "gradient" and node.parts[1].kind == "none":
            return _gradient(node, places)
        if node.kind == "transpose" and node.data == "prime" and is_name(node.parts[0], places.function_letter):
            name = node.parts[0]  # such as (f^1)'
            return _slope(Node("name", name.parts, (name.data[0], 1), name.at), places)
        if node.kind == "name":
            node, is_called = _named(node, places), id(node) in functions
            if is_called:
                return _weight(node, places) or _of_layer(node, places)
            node = _kronecker(_with_two_indices(node, letters, places), places)
            return _error_signal(node, places) or _slope(node, places) or _weight(node, places) or node
        if node.kind == "div" and is_name(node.parts[1], "B") and not node.parts[1].parts and places.model.samples > 1:
            count = Node("name", (), ("m", 0), node.at)  # the size of a batch
            return Node("div", (rewrite(node.parts[0], replace), count), None, node.at)
        if node.kind in ("call", "prod") and _is_jacobian(node, places):
            of, by = node.parts[0].parts[0].parts[0], node.parts[1]
            by = by.parts[0] if by.kind == "group" else by
            if places.roles_of(of.data[0])[:1] == ["s"] != places.roles_of(by.data[0])[:1]:
                of, by = by, of  # J_Z(A) is the Jacobian of A with respect to Z
            return Node("deriv", (of, by), None, node.at)
        if node.kind == "call" and _is_slope_by_loss(node, places):
            slope = Node("name", node.parts[0].parts, (places.function_letter, 1), node.at)
            return Node("call", (slope, *[rewrite(x, replace) for x in node.parts[1:]]), None, node.at)
        if node.kind == "call" and node.parts[0].data == ("prod", 0):
            factors = [rewrite(x, replace) for x in node.parts[1:]]
            return Node("prod", factors, ("chain",) * (len(factors) - 1), node.at)
        if node.kind == "add" and any(x.kind == "dots" for x in node.parts):
            return _sum(node.with_parts([rewrite(x, replace) for x in node.parts]))
        if node.kind == "prod" and any(x.kind == "dots" for x in node.parts):
            return chain_over_steps(node.with_parts([rewrite(x, replace) for x in node.parts]))
        return None

    found = rewrite(tree, replace)
    for x in walk(found):
        if x.kind in ("add", "prod") and any(y.kind == "dots" for y in x.parts):
            raise ReadingError("three dots leave open what stands there: write a sum.", x.at)
    return found


def _normaliser(tree, places):
    """Return the sum by which a softmax divides if it is called Z, S or s, or else None."""
    names = [x for x in walk(tree) if is_name(x, "Z", "S", "s") and all(s.kind == "sup" for s in x.parts)]
    if not places.model.has_softmax or not names or {"Z", "S"} & set(places.roles):
        return None
    if any(x.data[0] == "s" for x in names) and (places.is_declared("s") or places.roles_of("s") != ["s"]):
        return None
    for x in walk(tree):
        if x.kind == "call" and is_name(x.parts[0], "exp") and x.parts[1].kind == "name":
            marks = x.parts[1].parts
            if [(s.kind, len(s.parts)) for s in marks] == [("sub", 1)]:
                letter = Node("name", (), ("n@s", 0), x.at)
                name = x.parts[1].with_parts([marks[0].with_parts([letter])])
                return Node("sum", (x.with_parts([x.parts[0], name]),), Limits(("n@s",)), x.at)
    return None


def _named(node, places):
    """Return ``W_h``, ``W^{hh}`` and ``W^{(hh)}`` as ``W_{hh}`` in a recurrent network.

    Its matrices are named by their layers. The h of a small ``w_h`` may be an index, unless it is that of a quantity.
    """
    base, primes = node.data
    if places.model.steps == 1 or primes or "w" not in places.roles_of(base):
        return node
    above = [p for s in node.parts if (s.kind, s.data) == ("sup", "") for p in s.parts]
    is_pair = len(above) == len(node.parts) == 2
    if [(s.kind, len(s.parts)) for s in node.parts] == [("sup", 1)] and node.parts[0].parts[0].kind == "prod":
        above, is_pair = node.parts[0].parts[0].parts, len(node.parts[0].parts[0].parts) == 2  # W^{(hh)}
    if is_pair and all(is_name(p, *_ENDS) and not p.parts for p in above):
        return Node("name", (Node("sub", above, "", node.parts[0].at),), node.data, node.at)
    marks = [s for s in node.parts if s.kind == "sub"]
    if len(marks) != 1 or len(marks[0].parts) != 1 or len(node.parts) != 1 or base in places.model.labels:
        return node
    letter = marks[0].parts[0].data[0] if is_name(marks[0].parts[0]) else ""
    roles = places.roles_of(letter) if letter in places.roles else []
    if not (base.isupper() or roles or len(letter) > 1):
        return node
    of_roles = {"a": "hh", "x": "xh", "y": "hy", "p": "hy"}
    pair = _MATRICES.get(letter) or (of_roles.get(roles[0]) if len(roles) == 1 else None)
    if pair is None or marks[0].parts[0].parts:
        return node
    names = [Node("name", (), (letter, 0), marks[0].at) for letter in pair]
    return Node("name", (Node("sub", names, "", marks[0].at),), node.data, node.at)


def _of_layer(node, places):
    r"""Return the name of a derivative such as ``f'_h`` with its h above it, as the mark of a layer.

    A letter of activations that is not the name of a layer is left out, because the argument has the same layer.
    """
    base, primes = node.data
    mark = node.parts[0].parts if len(node.parts) == 1 and node.parts[0].kind == "sub" else ()
    if not primes or places.roles.get(base) or len(mark) != 1 or not is_name(mark[0]) or mark[0].parts:
        return node
    if mark[0].data[0] in _LAYERS:
        return node.with_parts([Node("sup", mark, "", node.parts[0].at)])
    return node.with_parts([]) if {"a", "y", "p"} & set(places.roles.get(mark[0].data[0], ())) else node


def _is_jacobian(node, places):
    """Return True if ``J_a(z)`` is the Jacobian of one quantity with respect to another."""
    name, *arguments = node.parts
    arguments = [x.parts[0] if x.kind == "group" else x for x in arguments]
    if name.data not in (("J", 0), ("D", 0)) or len(arguments) != 1 or len(name.parts) != 1:
        return False
    of = name.parts[0].parts
    quantities = {"s", "a", "y", "x", "p"}
    return (
        name.parts[0].kind == "sub"
        and len(of) == 1
        and all(x.kind == "name" and bool(quantities & set(places.roles_of(x.data[0]))) for x in (of[0], arguments[0]))
    )


def _gradient(node, places):
    """Return ``\\nabla W`` as the gradient of the loss with respect to W, or None for other gradients."""
    of = node.parts[0]
    while of.kind == "group":
        of = of.parts[0]
    if of.kind == "call" and len(of.parts) == 2 and _is_activation(of, places):  # \nabla \sigma(z), a diagonal matrix
        name = of.parts[0]
        marks = [x for x in name.parts if x.kind == "sup"]  # the argument has the layer below the function
        slope = Node("name", marks, (name.data[0], 1), name.at)
        return Node("diag", (Node("call", (slope, of.parts[1]), None, of.at),), None, node.at)
    if of.kind == "call" and len(of.parts) == 2 and places.is_loss(of.parts[0]):
        by = of.parts[1]
        if by.kind == "name" and {"w", "b"} & set(places.roles_of(by.data[0])):  # such as \nabla E(w)
            return Node("deriv", (of, by), None, node.at)
    if of.kind == "name" and not places.is_loss(of) and {"w", "b"} & set(places.roles_of(of.data[0])):
        return Node("deriv", (Node("loss", (), None, node.at), of), None, node.at)
    return None


def _is_activation(call, places):
    """Return True for the activation function of pre-activations."""
    name, argument = call.parts
    is_function = not places.roles_of(name.data[0]) and not name.data[1] and not places.is_loss(name)
    is_plain = is_name(argument) and places.roles_of(argument.data[0])[:1] == ["s"]
    return is_function and is_plain and is_name(name, places.function_letter, "sigma", "f", "g", "phi")


def _error_signal(node, places):
    """Return a quantity under a bar as the derivative of the loss with respect to it, or None for another name."""
    base, primes = node.data
    if not base.startswith("bar ") or primes or places.roles.get(base):
        return None
    plain = Node("name", node.parts, (base[4:], 0), node.at)
    roles = set(places.roles_of(plain.data[0]))
    if places.model.samples > 1 and (base[4:].islower() or roles <= {"x", "t"}) and not roles & {"w", "b"}:
        return None  # the mean over the samples
    if places.is_loss(plain):
        return None if places.model.samples > 1 else Node("num", (), Fraction(1), node.at)  # or the mean loss
    if not places.roles_of(plain.data[0]):
        return None
    return Node("deriv", (Node("loss", (), None, node.at), plain), None, node.at)


def _weight(node, places):
    """Return a v or u with two indices as a weight, which is not a pre-activation, or None for another name."""
    base, primes = node.data
    if base not in ("u", "v") or primes or places.roles.get(base):
        return None
    is_pair = [len(s.parts) for s in node.parts if s.kind == "sub"] == [2]
    return Node("name", node.parts, (base.upper(), 0), node.at) if is_pair else None


def _is_of_function(node, places):
    """Return True if a function letter stands for the only neuron and is differentiated with respect to a weight."""
    of, by = node.parts
    is_function = is_name(of, "sigma", "f", "g", "phi", places.function_letter)
    is_bare = is_function and not of.parts and not of.data[1] and not places.roles_of(of.data[0])
    is_only = len(places.model.network.neurons) == 1
    return is_bare and is_only and is_name(by) and bool({"w", "b"} & set(places.roles_of(by.data[0])))


def _is_slope_by_loss(node, places):
    """Return True for ``\\dot F(n)``, the loss letter with a prime, which means the derivative of the activation."""
    name, *arguments = node.parts
    inner = [x.parts[0] if x.kind == "group" else x for x in arguments]
    return (
        name.kind == "name"
        and name.data[1] > 0
        and name.data[0] in places.losses
        and len(inner) == 1
        and inner[0].kind == "name"
        and places.roles_of(inner[0].data[0]) == ["s"]
    )


def _has_own_meaning_of_i(places):
    """Return True if the letter I was declared for a quantity, the loss or the rate, so that it is not the identity."""
    return bool({"I", "i"} & set(places.roles)) or places.is_loss_or_rate("I")


def _kronecker(node, places):
    """Return an undeclared ``I_{kj}``, an entry of the identity, as a Kronecker delta, or else the name itself."""
    is_pair = [(s.kind, len(s.parts)) for s in node.parts] == [("sub", 2)]
    if node.data != ("I", 0) or not is_pair or _has_own_meaning_of_i(places):
        return node
    return Node("name", node.parts, ("delta", 0), node.at)


def _with_identities(tree, places):
    """Return a tree with each undeclared ``I`` without marks as the identity matrix, except for limits of sums."""
    if _has_own_meaning_of_i(places) or "I" in places.model.labels:
        return tree
    if tree.kind == "name":
        return Node("identity", (), None, tree.at) if tree.data == ("I", 0) and not tree.parts else tree
    first = 1 if tree.kind == "call" else 0
    return tree.with_parts([*tree.parts[:first], *[_with_identities(x, places) for x in tree.parts[first:]]])


def _with_two_indices(node, letters, places):
    """Return a weight ``w_{k1}``, with k an index, with the indices k and 1, or else the name itself."""
    if "w" not in places.roles_of(node.data[0]):
        return node
    parts = []
    for script in node.parts:
        one = script.parts[0] if script.kind == "sub" and len(script.parts) == 1 else None
        counted = letters | (_INDEX_LETTERS - set(places.roles))
        is_pair = one is not None and is_name(one, *counted) and len(one.parts) == 1 and one.parts[0].kind == "sub"
        inner = one.parts[0].parts if is_pair else ()
        if len(inner) == 1 and inner[0].kind == "num":
            script = script.with_parts([Node("name", (), one.data, one.at), inner[0]])
        parts.append(script)
    return node.with_parts(parts)


def _slope(node, places):
    """Return a function with a prime and no argument as a call at the pre-activation with its marks, or None."""
    base, primes = node.data
    if primes != 1:
        return None
    roles = places.roles.get(base, [])
    if roles and not {"a", "y"} & set(roles) and base != places.function_letter:
        return None
    if "w" in places.roles_of(base):
        return None  # a weight after a step
    argument = Node("name", node.parts, (places.pre_activation, 0), node.at)
    return Node("call", (Node("name", (), (places.function_letter, 1), node.at), argument), None, node.at)


def _sum(node):
    """Return a sum with dots and numbered terms as a sum over an index, or else the node itself."""
    parts = list(node.parts)
    k = next(i for i, x in enumerate(parts) if x.kind == "dots")
    if k < 1:
        return node
    first = parts[0]
    letter = "k@"
    numbers = {x.data for x in _indices(first) if x.kind == "num"}
    for n in sorted(numbers):
        counted = _counted(first, n, letter)
        before = [_counted_at(counted, letter, Fraction(i)) for i in range(int(n), int(n) + k)]
        if all(_same(x, y) for x, y in zip(before, parts[:k], strict=True)) and n.denominator == 1:
            after = parts[k + 1 :]
            if len(after) > 1 or (after and not _is_last(counted, after[0], letter)):
                continue
            lower = Node("num", (), n, node.at)
            return Node("sum", (counted,), Limits((letter,), lower, None, None, ()), node.at)
    return node


def _indices(tree):
    """Yield the nodes in the subscripts and brackets of the names of a tree."""
    for x in walk(tree):
        if x.kind == "name":
            for script in x.parts:
                if script.kind == "sub" or script.data == "(":
                    yield from script.parts


def _counted(tree, number, letter):
    """Return a term with a number in its subscripts replaced by a letter."""

    def replace(node):
        if node.kind in ("sub", "sup") and (node.kind == "sub" or node.data == "("):
            parts = [
                Node("name", (), (letter, 0), x.at) if x.kind == "num" and x.data == number else x for x in node.parts
            ]
            return node.with_parts(parts)
        return None

    return rewrite(tree, replace)


def _counted_at(tree, letter, number):
    """Return the term with the letter replaced by a number."""

    def replace(node):
        return Node("num", (), number, node.at) if is_name(node, letter) else None

    return rewrite(tree, replace)


def _same(one, other):
    return _bare(one) == _bare(other)


def _bare(node):
    while node.kind == "group":
        node = node.parts[0]
    return node.with_parts([_bare(x) for x in node.parts]) if node.parts else node


def _is_last(counted, term, letter):
    """Return True if a term is the counted term with another letter or number."""
    candidates = {x.data: x for x in _indices(term) if x.kind in ("num", "name") and not x.parts}.values()
    for x in candidates:

        def replace(node, x=x):
            return x if is_name(node, letter) else None

        if _same(rewrite(counted, replace), term):
            return True
    return False
