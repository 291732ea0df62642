r"""Notations of derivatives of vectors in a claim: ``J_x(s)`` for a Jacobian, and gradients of products."""

from autograd.grading.reading.nodes import Node, is_name, rewrite, with_joined_factors

__all__ = ["with_gradients_of_products", "with_jacobians_in_letters"]

_OPERATORS = ("J", "D", "Jac", "jac")


def with_jacobians_in_letters(claim, places):
    r"""Return a claim with ``\partial s/\partial x`` for ``J_x(s)``, where J is no loss and x and s are quantities."""

    def is_quantity(x):
        return (
            is_name(x) and not places.is_loss(x) and bool({"x", "s", "a", "y", "p"} & set(places.roles_of(x.data[0])))
        )

    def variable(x):
        is_operator = is_name(x, *_OPERATORS) and not x.data[1] and x.data[0] != places.loss_letter
        if not is_operator or places.roles.get(x.data[0]) or [(s.kind, len(s.parts)) for s in x.parts] != [("sub", 1)]:
            return None
        (by,) = x.parts[0].parts
        return by if is_quantity(by) and not by.parts else None

    def jacobian(x, of):
        by = variable(x)
        return (
            Node("deriv", (of, by), None, x.at) if by is not None and is_quantity(of) and of.data != by.data else None
        )

    def replace(node):
        if node.kind == "call" and len(node.parts) == 2:
            return jacobian(*node.parts)
        if node.kind != "prod":
            return None
        pairs = list(zip(node.parts, node.data, node.parts[1:], strict=False))
        found = {
            k: jacobian(x, y.parts[0])
            for k, (x, sign, y) in enumerate(pairs)
            if not sign and y.kind == "group" and y.data == "("
        }
        joined = {k: x for k, x in found.items() if x is not None}
        return with_joined_factors(node, joined, replace) if joined else None

    return claim.rewritten(replace)


def with_gradients_of_products(claim, places):
    r"""Return a claim with the gradient of all factors behind it for ``\nabla_s y \log s^T``, and no condition.

    Return None for the claim without such a product. The gradient of a loss is a factor by itself.
    """
    found: list = []

    def replace(node):
        if node.kind != "prod":
            return None
        for k, x in enumerate(node.parts[:-1]):
            is_gradient = (
                x.kind == "deriv" and x.data == "gradient" and is_name(x.parts[0]) and x.parts[1].kind != "none"
            )
            if not is_gradient or places.is_loss(x.parts[0]) or "had" in node.data[k:]:
                continue
            found.append(x)
            rest = [rewrite(y, replace) for y in node.parts[k + 1 :]]
            inner = Node("prod", (x.parts[0], *rest), node.data[k:], x.at)
            whole = Node("deriv", (Node("group", (inner,), "(", x.at), x.parts[1]), "gradient", x.at)
            return whole if k == 0 else Node("prod", (*node.parts[:k], whole), node.data[:k], node.at)
        return None

    other = claim.rewritten(replace)
    return (other if found else None), ""
