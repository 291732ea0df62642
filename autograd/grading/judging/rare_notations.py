"""Rare notations in a claim, written as usual: layers in other brackets, slopes of functions, primes as transposes."""

from fractions import Fraction

from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Node, is_name, rewrite, walk, with_joined_factors

__all__ = [
    "with_gradients_in_weights",
    "with_gradients_of_steps",
    "with_layer_of_left_side",
    "with_layers_as_usual",
    "with_lettered_derivatives",
    "with_primes_as_transposes",
    "with_slopes_of_vectors",
    "with_spelled_slopes",
    "with_steps_of_inputs",
    "with_variables_of_gradients",
]

_FUNCTIONS = (
    "sigma",
    "f",
    "g",
    "phi",
    "Phi",
    "psi",
    "varphi",
    "tanh",
    "relu",
    "ReLU",
    "sigmoid",
    "h",
    "a",
    "F",
    "G",
    "rho",
)


def with_layers_as_usual(claim, places):
    r"""Return a claim with ``W^{[2]}`` for ``W^{<2>}``, ``W_{(2)}``, ``W_{[2]}`` and ``W_{L2}``.

    In a recurrent network, ``<2>`` counts steps. A letter in brackets below a quantity is a layer if it is an l.
    """
    bracket = "(" if places.model.samples > 1 else "["

    def replace(node):
        if is_name(node, "ones") and node.parts and all(script.kind == "sub" for script in node.parts):
            below = [p for script in node.parts for p in script.parts]
            name = below[0].data[0] if len(below) == 1 and is_name(below[0]) and not below[0].parts else ""
            if f"ones_{name}" in places.roles:  # the declared letter of one-hot targets
                return Node("name", (), (f"ones_{name}", 0), node.at)
            if "t" in places.roles.get(name, []) and places.model.has_softmax:
                return below[0]  # the unit vector of the class y
            return Node("name", (), node.data, node.at)  # the m of 1_m is its size
        if node.kind != "name" or not node.parts or not places.roles_of(node.data[0]):
            return None
        scripts = [_as_layer(script, bracket, places) for script in node.parts]
        return None if scripts == list(node.parts) else node.with_parts(scripts)

    return claim.rewritten(replace)


def _as_layer(script, bracket, places):
    if script.kind == "sup" and script.data == "<" and places.model.steps == 1:
        return Node("sup", script.parts, bracket, script.at)
    if script.kind != "sub" or len(script.parts) != 1 or places.model.steps > 1:
        return script
    (part,) = script.parts
    is_number = part.kind == "num"
    if script.data in ("(", "[") and (is_number or head(part) in ("l", "ell", "L")):
        return Node("sup", script.parts, "[", script.at)
    if is_name(part, "L") and len(part.parts) == 1 and part.parts[0].kind == "sub" and part.parts[0].data == "":
        inner = part.parts[0].parts
        if len(inner) == 1 and inner[0].kind == "num":  # W_{L2}
            return Node("sup", inner, "[", script.at)
    return script


def with_lettered_derivatives(claim, places):
    r"""Return a claim with ``\partial C/\partial w_{jk}`` for ``C_{w_{jk}}``, and with the targets y for ``e_y``."""

    def replace(node):
        if node.kind != "name" or node.data[1] or len(node.parts) != 1 or node.parts[0].kind != "sub":
            return None
        parts = node.parts[0].parts
        if len(parts) != 1 or not is_name(parts[0]) or node.parts[0].data:
            return None
        (by,) = parts
        roles = set(places.roles_of(by.data[0]))
        if is_name(node, "e") and not places.roles_of("e") and "t" in roles and not by.parts:
            return by  # the unit vector of the class y
        is_sure = (by.parts and roles & {"w", "b", "s", "a"}) or (by.data[0].isupper() and roles == {"w"})
        if (
            not is_sure
            or node.data[0] != places.loss_letter
            or not places.is_loss(Node("name", (), node.data, node.at))
        ):
            return None
        return Node("deriv", (Node("name", (), node.data, node.at), by), None, node.at)

    return claim.rewritten(replace)


def with_spelled_slopes(claim, places):
    r"""Return a claim with ``f'(z_j)`` for ``\frac{df}{dz_j}`` and for f as a function of z at the point z_j."""

    def is_slope(x):
        if x.kind != "deriv" or not is_name(x.parts[0]) or not is_name(x.parts[1]) or x.parts[0].data[1]:
            return False
        base = x.parts[0].data[0]
        is_function = base == places.function_letter or base in _FUNCTIONS
        return is_function and not places.roles_of(base) and not places.is_loss(x.parts[0])

    def slope(x, argument):
        name = x.parts[0]
        return Node("call", (Node("name", name.parts, (name.data[0], 1), name.at), argument), None, x.at)

    def is_of_variable(x):
        return is_slope(x) and not x.parts[1].parts

    def replace(node):
        if node.kind == "at" and is_of_variable(node.parts[0]):
            return slope(node.parts[0], node.parts[1])
        if node.kind == "prod":
            pairs = list(zip(node.parts, node.data, node.parts[1:], strict=False))
            slopes = {k: slope(x, y.parts[0]) for k, (x, sign, y) in enumerate(pairs)
                      if is_of_variable(x) and not sign and y.kind == "group" and y.data == "("}  # fmt: skip
            if slopes:
                return with_joined_factors(node, slopes, replace)
        if not is_slope(node) or not places.roles_of(node.parts[1].data[0]):
            return None
        of, by = node.parts
        if "s" in places.roles_of(by.data[0]):
            return slope(node, by)
        argument = Node("name", (), (places.pre_activation, 0), of.at)  # of \\sigma, the value at z is differentiated
        return node.with_parts([Node("call", (of, argument), None, of.at), by])

    return claim.rewritten(replace)


def with_slopes_of_vectors(claim, places):
    r"""Return a claim with ``f'(z)`` for ``\nabla f(z)``, ``Df(z)`` and ``\partial f(z)/\partial z``, and no condition.

    Between circles and in ``diag``, such a derivative is taken entry by entry. Return None for the claim without one.
    """
    found: list = []

    def is_call(x):
        return x.kind == "call" and len(x.parts) == 2 and is_name(x.parts[0]) and not x.parts[0].data[1]

    def primed(call):
        found.append(call)
        name = call.parts[0]
        return call.with_parts([Node("name", name.parts, (name.data[0], 1), name.at), call.parts[1]])

    def replace(node):
        if node.kind == "deriv" and is_call(node.parts[0]):
            of, by = node.parts
            is_function = not places.roles_of(of.parts[0].data[0]) and not places.is_loss(of.parts[0])
            if is_function and (by.kind == "none" or by == of.parts[1]):
                return primed(of)
        if node.kind == "prod" and "D" not in places.roles:
            slopes = {
                k: primed(node.parts[k + 1])
                for k, x in enumerate(node.parts[:-1])
                if is_name(x, "D") and not x.parts and is_call(node.parts[k + 1])
            }
            if slopes:
                return with_joined_factors(node, slopes, replace)
        return None

    other = claim.rewritten(replace)
    return (other if found else None), ""


def with_gradients_in_weights(claim, places):
    r"""Return a claim with ``\nabla_w J`` for a left side ``\nabla J`` if the network is one layer.

    If it has biases, the other sides must have inputs or weights. The gradient in the outputs has none.
    """
    left = claim.sides[0]
    if left is None or left.kind != "deriv" or left.parts[1].kind != "none" or not places.is_loss(left.parts[0]):
        return claim
    names = [x.data[0] for side in claim.sides[1:] if side is not None for x in walk(side) if is_name(x)]
    is_of_weights = any(places.roles_of(x) in (["x"], ["w"]) for x in names)
    if places.model.depth != 1 or (places.model.has_biases and not is_of_weights):
        return claim
    by = Node("name", (), (places.weight_letter, 0), left.at)
    return claim._replace(sides=(left.with_parts([left.parts[0], by]), *claim.sides[1:]))


def with_gradients_of_steps(claim, places):
    r"""Return a claim with ``w - \eta \nabla_w C`` for ``w - \eta \nabla C`` in an update of w.

    The gradient must be a term, perhaps with rates or numbers as factors. In other products, it is that in the outputs.
    It may have the old weight as its argument, as in ``w(t) - \eta_t \nabla C(w(t))``, where the rate has a time, too.
    """
    left = claim.sides[0]
    if left is None:
        return claim
    parameter = _without_time(left.parts[0] if left.kind == "step" else left)
    if not is_name(parameter) or not {"w", "b"} & set(places.roles_of(parameter.data[0])):
        return claim
    sides = claim.sides[1:]
    terms = [x for side in sides if side is not None and side.kind == "add" for x in side.parts]
    old = [x for x in terms if is_name(_without_time(x), parameter.data[0])]
    parameter = _without_time(old[0]) if old and left.kind != "step" else parameter

    def gradient(node):
        if node.kind != "deriv" or node.data != "gradient" or node.parts[1].kind != "none":
            return None
        of = node.parts[0]
        if of.kind == "call" and any(is_name(_without_time(x), parameter.data[0]) for x in of.parts[1:]):
            now = left.parts if left.kind == "step" else old[:1]
            if len(of.parts) > 2 or of.parts[1] not in (*now, Node("name", (), parameter.data)):
                return None  # such as the gradient at the new weight
            of = Node("name", (), of.parts[0].data, of.at)
        return node.with_parts([of, parameter])

    def of_term(term):
        if term.kind in ("neg", "group"):
            return term.with_parts([of_term(x) if term.kind == "neg" else of_side(x) for x in term.parts])
        factors = term.parts if term.kind == "prod" else (term,)
        moved = [x for x in factors if x.kind in ("deriv", "group") and any(y.kind == "deriv" for y in walk(x))]
        names = [x for factor in factors if factor not in moved for x in walk(factor) if is_name(x)]
        marks = {id(y) for x in names for script in x.parts for y in walk(script)}
        names = [x for x in names if id(x) not in marks]
        is_scaled = all(x.data[0] in places.rates or not places.roles_of(x.data[0]) for x in names)
        if len(moved) != 1 or not is_scaled:
            return term
        parts = [rewrite(x, lambda node: _without_time_of_rate(node, places)) for x in factors]
        parts = [(gradient(x) or x if x.kind == "deriv" else of_term(x)) if x in moved else x for x in parts]
        return parts[0] if term.kind != "prod" else term.with_parts(parts)

    def of_side(side):
        return side.with_parts([of_term(x) for x in side.parts]) if side.kind == "add" else of_term(side)

    return claim._replace(sides=(left, *[None if x is None else of_side(x) for x in sides]))


def _without_time(node):
    """Return w for ``w(t)``, and any other node as it is."""
    is_call = node.kind == "call" and len(node.parts) == 2 and not node.parts[0].data[1]
    return node.parts[0] if is_call else node


def _without_time_of_rate(node, places):
    r"""Return ``\eta`` for the rate ``\eta_t`` of a step, or None for another node."""
    if not is_name(node, places.rate_letter) or node.data[1] or [s.kind for s in node.parts] != ["sub"]:
        return None
    marks = node.parts[0].parts
    return node.with_parts([]) if len(marks) == 1 and is_name(marks[0], "t", "k", "n", "tau") else None


def with_variables_of_gradients(claim, places):
    r"""Return a claim with ``\nabla_W J`` for ``\nabla J_W`` and ``\nabla J(W)``, with W as the only argument."""

    def replace(node):
        if node.kind != "deriv" or node.data != "gradient" or node.parts[1].kind != "none":
            return None
        of = node.parts[0]
        while of.kind == "group":
            of = of.parts[0]
        name = of.parts[0] if of.kind == "call" and len(of.parts) == 2 else of
        if not is_name(name) or not places.is_loss(Node("name", (), name.data, name.at)):
            return None
        below = [x for script in name.parts if script.kind == "sub" for x in script.parts]
        if of.kind == "call" and not name.parts:
            (variable,) = of.parts[1:]
        elif of.kind == "name" and len(name.parts) == len(below) == 1:
            (variable,) = below
        else:
            return None
        if not is_name(variable) or not {"w", "b", "s", "a"} & set(places.roles_of(variable.data[0])):
            return None
        return node.with_parts([Node("name", (), name.data, name.at), variable])

    return claim.rewritten(replace)


def with_layer_of_left_side(claim, places):
    r"""Return a claim with ``\delta^l = \nabla_{z^l} C`` for ``\delta^l = \nabla_z C``, and no condition, or None.

    A variable without marks then belongs to the general layer of the left side.
    """
    left = claim.sides[0]
    if left is not None and left.kind == "deriv":
        left = left.parts[1]
    if left is None or not is_name(left):
        return None, ""
    above = [x for x in left.parts if x.kind == "sup" and len(x.parts) == 1 and head(x.parts[0]) in ("l", "ell", "L")]
    if len(above) != 1:
        return None, ""
    found: list = []

    def replace(node):
        if node.kind != "deriv" or not is_name(node.parts[1]) or node.data == "name":
            return None
        of, by = node.parts
        if any(x.kind == "sup" for x in by.parts) or not {"s", "a"} & set(places.roles_of(by.data[0])):
            return None
        if of.kind not in ("loss", "name") or (of.kind == "name" and not places.is_loss(of)):
            return None
        found.append(node)
        return node.with_parts([of, by.with_parts([*by.parts, *above])])

    sides = tuple([None if x is None else rewrite(x, replace) for x in claim.sides[1:]])
    return (claim._replace(sides=(claim.sides[0], *sides)) if found else None), ""


def with_steps_of_inputs(claim, places):
    r"""Return a claim with the indicator of ``z > 0`` for ``H(z)``, Heaviside's step, and no condition, or None."""
    found: list = []

    def is_step(name, argument):
        is_of_sum = is_name(argument) and "s" in places.roles_of(argument.data[0])
        return is_of_sum and is_name(name, "H") and not name.parts and not name.data[1]

    def step(argument):
        found.append(argument)
        zero = Node("num", (), Fraction(0), argument.at)
        return Node("test", (Node("cmp", (argument, zero), ">", argument.at),), None, argument.at)

    def replace(node):
        if node.kind == "call" and len(node.parts) == 2 and is_step(*node.parts):
            return step(node.parts[1])
        if node.kind != "prod":
            return None
        pairs = list(zip(node.parts, node.data, node.parts[1:], strict=False))
        steps = {
            k: step(y.parts[0])
            for k, (x, sign, y) in enumerate(pairs)
            if not sign and y.kind == "group" and is_step(x, y.parts[0])
        }
        return with_joined_factors(node, steps, replace) if steps else None

    if "H" in places.roles:
        return None, ""
    other = claim.rewritten(replace)
    return (other if found else None), ""


def with_primes_as_transposes(claim, places):
    """Return a claim with ``X^T`` for ``X'``, as econometrics writes it, and no condition.

    Return None for the claim without such a letter.
    """
    found: list = []

    def is_primed(x):
        is_entry = any(script.kind == "sub" for script in x.parts)  # a number, of which a prime is no transpose
        return is_name(x) and x.data[1] == 1 and not is_entry and bool(places.roles_of(x.data[0]))

    def turned(x):
        found.append(x)
        return Node("transpose", (Node("name", x.parts, (x.data[0], 0), x.at),), None, x.at)

    def replace(node):
        if node.kind == "call" and is_primed(node.parts[0]) and len(node.parts) == 2:
            inner = Node("group", (rewrite(node.parts[1], replace),), "(", node.parts[1].at)
            return Node("prod", (turned(node.parts[0]), inner), ("",), node.at)
        return turned(node) if is_primed(node) else None

    if not any(is_primed(y) for x in claim.sides if x is not None for y in walk(x)):
        return None, ""
    return claim.rewritten(replace), ""
