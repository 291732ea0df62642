"""The form in which products are evaluated: with sums outside of chains, and without empty factors."""

from autograd.grading.meaning.conditions import assignments
from autograd.grading.reading.nodes import Node

__all__ = ["with_sum_outside", "without_empty_products"]


def with_sum_outside(node):
    """Return a product of derivatives and a sum of such products as one sum of chains, or None for other products."""
    *before, last = node.parts
    while last.kind == "group":
        last = last.parts[0]
    if last.kind != "sum" or last.data.is_product or any(x.kind != "deriv" for x in before):
        return None
    body = last.parts[0]
    while body.kind == "group":
        body = body.parts[0]
    if body.kind != "prod" or not any(x.kind == "deriv" for x in body.parts):
        return None
    inner = Node("prod", (*before, *body.parts), (*node.data, *body.data), node.at)
    return Node("sum", (inner,), last.data, last.at)


def without_empty_products(evaluation, node, env):
    """Return a product without its empty products over steps, which lead from a step to itself."""
    kept = []
    for k, x in enumerate(node.parts):
        inner = x
        while inner.kind == "group":
            inner = inner.parts[0]
        is_product = inner.kind == "sum" and inner.data.is_product
        if not is_product or assignments(evaluation, inner.data, env):
            kept.append(k)
    if len(kept) in (0, len(node.parts)):
        return node
    signs = tuple([node.data[k - 1] for k in kept[1:]])
    return Node("prod", [node.parts[k] for k in kept], signs, node.at)
