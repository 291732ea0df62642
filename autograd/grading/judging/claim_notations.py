"""Notations of courses in a claim, written out: points, layers as arguments, a small loss, transposes, named layers."""

from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk, with_joined_factors

__all__ = [
    "with_layers_above",
    "with_loss_of_batch",
    "with_named_layers",
    "with_powers_of_functions",
    "with_small_loss",
    "with_small_transposes",
    "with_transposed_entries",
    "without_points",
]


def without_points(claim, places):
    r"""Return a claim with ``\partial E/\partial w`` for ``\frac{\partial E}{\partial w}(w_t)``, at a weight."""

    def is_value(x, sign, y):
        if sign or x.kind != "deriv" or y.kind != "group" or y.data != "(" or not (y.parts and is_name(y.parts[0])):
            return False
        by, at = x.parts[1], y.parts[0]
        return is_name(by) and by.data == at.data and "w" in places.roles_of(by.data[0])

    def replace(node):
        if node.kind != "prod":
            return None
        pairs = zip(node.parts, node.data, node.parts[1:], strict=False)
        values = [k for k, (x, sign, y) in enumerate(pairs) if is_value(x, sign, y)]
        return (
            with_joined_factors(node, {k: rewrite(node.parts[k], replace) for k in values}, replace) if values else None
        )

    return claim.rewritten(replace)


def with_transposed_entries(claim):
    r"""Return a claim with ``W_{ki}`` for ``W^T_{ik}``, an entry of a transposed matrix, where a sum counts i or k.

    Without a sum, two letters below a matrix may be the names of its layers, as in ``W_{hy}^T \delta_t``.
    """
    trees = [x for x in claim.sides if x is not None]
    counted = {y for tree in trees for x in walk(tree) if isinstance(x.data, Limits) for y in x.data.letters}

    def replace(node):
        if node.kind != "transpose" or node.data == "prime" or node.parts[0].kind != "name":
            return None
        (name,) = node.parts
        below = [script for script in name.parts if script.kind == "sub"]
        if len(below) != 1 or len(below[0].parts) != 2:
            return None
        one, other = below[0].parts
        if not (is_name(one) and is_name(other)) or one.data == other.data:
            return None
        if not counted & {one.data[0], other.data[0]}:
            return None
        return name.with_parts([x if x is not below[0] else x.with_parts([other, one]) for x in name.parts])

    return claim.rewritten(replace) if counted else claim


def with_layers_above(claim, places):
    """Return a claim with ``a^{(L)}`` for ``a(L)``, an argument that is the letter of a layer."""

    def is_raised(x, sign, y):
        return not sign and is_name(x) and not x.data[1] and _is_layer(y, x, places)

    def replace(node):
        if node.kind != "prod":
            return None
        raised = {k for k, x in enumerate(zip(node.parts, node.data, node.parts[1:], strict=False)) if is_raised(*x)}
        if not raised:
            return None  # before a part is rewritten: a tree is rewritten once
        layers = {}
        for k in raised:
            x, y = rewrite(node.parts[k], replace), node.parts[k + 1]
            layers[k] = Node("name", (*x.parts, Node("sup", (y.parts[0],), "(", y.at)), x.data, x.at)
        return with_joined_factors(node, layers, replace)

    return claim.rewritten(replace)


def _is_layer(argument, name, places):
    """Return True if an argument in brackets is the letter of a layer, such as the L of ``a(L)``."""
    if argument.kind != "group" or argument.data != "(" or not places.roles_of(name.data[0]):
        return False
    (x,) = argument.parts
    x = x.parts[0] if x.kind == "add" else x
    return is_name(x, "L", "l", "ell") and not x.parts and not places.roles_of(x.data[0])


def with_small_loss(claim, places):
    """Return a claim with ``dL/da`` for ``dl/da``, where l is no other letter: the loss of a sample or of a step.

    In the same way, ``dJ/da`` may be typed as ``dj/da``, and an epsilon that is differentiated is no learning rate.
    """
    small = "l" if places.loss_letter in ("L", "mathcal L") else "j" if places.loss_letter == "J" else None
    letters = [small] if small is not None and not places.roles_of(small) else []
    if places.rate_letter != "epsilon" and not places.roles_of("epsilon"):
        letters.append("epsilon")

    def replace(node):
        if node.kind != "deriv" or not is_name(node.parts[0], *letters) or node.parts[0].data[1]:
            return None
        loss = node.parts[0]
        return node.with_parts([Node("name", loss.parts, (places.loss_letter, 0), loss.at), node.parts[1]])

    return claim.rewritten(replace) if letters else claim


def with_named_layers(claim, places):
    r"""Return a claim of a recurrent network with ``\delta^h_t`` for ``\delta_{h,t}``, where h is the name of a layer.

    The letter must not be an index elsewhere: it may stand below deltas, pre-activations, biases and matrices alone.
    """
    if places.model.steps == 1:
        return claim
    trees = [x for x in (*claim.sides, *claim.conditions) if x is not None]
    counted = {y for tree in trees for x in walk(tree) if isinstance(x.data, Limits) for y in x.data.letters}
    for x in [x for tree in trees for x in walk(tree) if x.kind == "name"]:
        is_matrix = x.data[0].isupper() and "w" in places.roles_of(x.data[0])
        if not is_matrix and not {"delta", "s", "b"} & set(places.roles_of(x.data[0])):
            counted |= {p.data[0] for s in x.parts for p in s.parts if is_name(p)}

    def replace(node):
        if node.kind != "name" or node.data[1] or not {"delta", "s"} & set(places.roles_of(node.data[0])):
            return None
        for k, script in enumerate(node.parts):
            names = [p for p in script.parts if is_name(p, "h", "o", "y") and not p.parts and p.data[0] not in counted]
            if script.kind == "sub" and names and len(script.parts) < 3:
                rest = [p for p in script.parts if p is not names[0]]
                below = [script.with_parts(rest)] if rest else []
                above = Node("sup", (names[0],), "", script.at)
                return node.with_parts([*node.parts[:k], *below, *node.parts[k + 1 :], above])
        return None

    return claim.rewritten(replace)


def with_loss_of_batch(claim, places):
    r"""Return a claim with the whole loss L for ``L(\hat y, y)`` in its derivatives, and no condition.

    Without this, a loss of outputs is that of one sample. Return None for the claim if there is one sample, or if an
    argument has a mark above it or an index, which may be that of a sample.
    """
    found: list = []

    def replace(node):
        if node.kind != "deriv" or node.parts[0].kind != "call" or len(node.parts[0].parts) < 3:
            return None
        name, *arguments = node.parts[0].parts
        base = Node("name", (), (name.data[0], 0), name.at)
        if name.data != (places.loss_letter, 0) or not places.is_loss(base):
            return None
        if any(is_name(p) for x in arguments for y in walk(x) if y.kind == "name" for s in y.parts for p in s.parts):
            return None
        found.append(name)
        return node.with_parts([Node("name", name.parts, name.data, name.at), node.parts[1]])

    if places.model.samples == 1:
        return None, ""
    rewritten = claim.rewritten(replace)
    return (rewritten if found else None), ""


def with_small_transposes(claim, places):
    r"""Return a claim with the t of ``\partial L/\partial a_1 = W_2^t \delta_2`` as a transpose, and no condition.

    Return None for the claim if t counts something: if the left side, a sum or a subscript has it, if t + 1 is a mark,
    if the network has steps, or if a name with it has another letter for its index.
    """
    left = claim.sides[0]
    nodes = [x for side in claim.sides if side is not None for x in walk(side)]
    if places.model.steps > 1 or left is None or any(is_name(x, "t") for x in walk(left)):
        return None, ""
    raised = [x for x in nodes if x.kind == "name" and any(_is_small_t(script) for script in x.parts)]
    inside = {id(y) for x in raised for script in x.parts if _is_small_t(script) for y in walk(script)}
    has_letters = any(is_name(p) for x in raised for script in x.parts if script.kind == "sub" for p in script.parts)
    others = any(is_name(x, "t") and id(x) not in inside for x in nodes)
    sums = any(isinstance(x.data, Limits) and "t" in x.data.letters for x in nodes)
    if not raised or has_letters or others or sums:
        return None, ""
    marked = {id(x) for x in raised}

    def replace(node):
        if id(node) not in marked:
            return None
        scripts = [script for script in node.parts if not _is_small_t(script)]
        return Node("transpose", (Node("name", scripts, node.data, node.at),), None, node.at)

    return claim.rewritten(replace), ""


def _is_small_t(script):
    """Return True for a t alone above a letter."""
    return script.kind == "sup" and script.data == "" and len(script.parts) == 1 and is_name(script.parts[0], "t")


def with_powers_of_functions(claim, places):
    r"""Return a claim with ``\theta(s)^2`` for ``\theta^2(s)``, and no condition, or None for the claim.

    As it stands, the number above the letter of an activation function is the layer of the function.
    """
    found: list = []

    def replace(node):
        if node.kind != "call" or not is_name(node.parts[0]) or len(node.parts) != 2 or node.parts[0].data[1]:
            return None
        name = node.parts[0]
        above = [script for script in name.parts if script.kind == "sup" and script.data == ""]
        if len(above) != 1 or len(above[0].parts) != 1 or above[0].parts[0].kind != "num":
            return None
        if places.roles.get(name.data[0]):
            return None
        found.append(name)
        bare = name.with_parts([script for script in name.parts if script is not above[0]])
        call = node.with_parts([bare, rewrite(node.parts[1], replace)])
        return Node("pow", (call, above[0].parts[0]), None, node.at)

    rewritten = claim.rewritten(replace)
    return (rewritten if found else None), ""
