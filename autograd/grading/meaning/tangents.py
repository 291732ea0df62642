"""The derivative of a tree with respect to one quantity, by the rules of calculus over its own names."""

from fractions import Fraction

from autograd.grading.clock import WORK
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arithmetic import fraction_of
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.conditions import assignments, holds, is_of_indices
from autograd.grading.meaning.evaluation import MOST_STEPS
from autograd.grading.meaning.functions import is_softmax_call
from autograd.grading.meaning.products import product
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.meaning.ratios import tangent_of_place
from autograd.grading.reading.nodes import Node, show
from autograd.grading.reading.trees import ReadingError


def tangent(evaluation, node, q, env):
    """The derivative of a tree in a quantity, by the rules of calculus, over its own names' true derivatives."""
    kind, parts = node.kind, node.parts
    at = evaluation.at
    evaluation.steps += 1
    WORK.done += evaluation.cost
    if evaluation.steps > MOST_STEPS:
        raise ReadingError("the formula expands to too many terms: write it with fewer sums.", node.at)
    if kind == "loss":
        return at.ratio(Quantity("loss"), q)
    if kind in ("num", "dots"):
        return at.zero
    if kind == "name":
        return tangent_of_name(evaluation, node, q, env)
    if kind == "group":
        return tangent(evaluation, parts[0], q, env)
    if kind == "neg":
        return arrays.negative(tangent(evaluation, parts[0], q, env))
    if kind == "transpose":
        return arrays.transpose(tangent(evaluation, parts[0], q, env))
    if kind == "add":
        total = tangent(evaluation, parts[0], q, env)
        for x in parts[1:]:
            total = arrays.add(total, tangent(evaluation, x, q, env), True)
        return total
    if kind == "prod":
        values = [evaluation.value(x, env) for x in parts]
        total = None
        for k, x in enumerate(parts):
            one = product(evaluation, [*values[:k], tangent(evaluation, x, q, env), *values[k + 1 :]], node.data, node)
            total = one if total is None else arrays.add(total, one, True)
        return total
    if kind == "div":
        u, v = (evaluation.value(x, env) for x in parts)
        du, dv = (tangent(evaluation, x, q, env) for x in parts)
        if any(is_array(x) for x in (u, v, du, dv)):
            raise ReadingError("a derivative of a quotient of arrays cannot be read.", node.at)
        return (du * v - u * dv) / (v * v)
    if kind == "pow":
        n = fraction_of(parts[1])
        if n is None or n.denominator != 1:
            raise ReadingError("the derivative of this power is not in these formulas.", node.at)
        if parts[0].kind == "norm":
            x = evaluation.value(parts[0].parts[0], env)
            d = tangent(evaluation, parts[0].parts[0], q, env)
            pairs = zip(arrays.entries(x), arrays.entries(d), strict=True)
            return evaluation.at.number(Fraction(2)) * arrays.total([a * b for a, b in pairs])
        x, d = evaluation.value(parts[0], env), tangent(evaluation, parts[0], q, env)
        if n == 0:
            return at.zero
        power = Node("pow", (parts[0], Node("num", (), n - 1, node.at)), None, node.at)
        return (
            arrays.elementwise(arrays.scaled(at.number(n), evaluation.value(power, env)), d)
            if is_array(x)
            else (at.number(n) * evaluation.value(power, env) * d)
        )
    if kind == "sum":
        total = at.zero
        for inner in assignments(evaluation, node.data, env):
            total = arrays.add(total, tangent(evaluation, parts[0], q, inner), True)
        return total
    if kind == "call":
        return tangent_of_call(evaluation, node, q, env)
    if kind == "cases":
        for value, condition in zip(parts[::2], parts[1::2], strict=True):
            if condition.kind == "else" or (
                is_of_indices(evaluation, condition, env) and holds(evaluation, condition, env)
            ):
                return tangent(evaluation, value, q, env)
    raise ReadingError(f"the derivative of {show(node)} cannot be read.", node.at)


def tangent_of_name(evaluation, node, q, env):
    """The derivative of a name in a quantity."""
    if node in evaluation.definitions:
        return tangent(evaluation, evaluation.definitions[node], q, env)
    is_function = evaluation.is_function(node) and not node.data[1] and not evaluation.places.roles_of(node.data[0])
    if is_function and q.role in ("s", "a") and q.layer:  # d sigma / d z: of the activation of the neuron
        return evaluation.at.activation(q.layer, evaluation.at.value(q._replace(role="s")), 1)
    place = evaluation.place(node)
    if place.kind != "quantity":
        return evaluation.at.zero
    if place.power is not None:
        n = place.power
        x = evaluation.named(place, env)
        d = tangent_of_place(evaluation, place, q, env)
        return arrays.elementwise(arrays.mapped(lambda y: evaluation.at.number(Fraction(n)) * y ** (n - 1), x), d)
    return tangent_of_place(evaluation, place, q, env)


def tangent_of_call(evaluation, node, q, env):
    """The derivative of a function's value in a quantity."""
    name, *arguments = node.parts
    base, primes = name.data
    if primes:
        raise ReadingError("second derivatives are not in these formulas.", node.at)
    places = evaluation.places
    if places.roles.get(base) or base in places.losses:
        return tangent_of_place(evaluation, evaluation.place(node), q, env)
    if base in ("exp", "log", "ln", "tanh", "sigmoid", "relu", "ReLU", "sqrt") or evaluation.is_function(name):
        argument = arguments[0]
        inner = tangent(evaluation, argument, q, env)
        if is_softmax_call(evaluation, name, argument):
            return tangent_of_place(evaluation, evaluation.place(argument)._replace(role="p"), q, env)
        outer = evaluation.value(
            Node("call", (Node("name", name.parts, (base, 1), name.at), argument), None, node.at), env
        )
        return arrays.elementwise(outer, inner)
    if not places.roles_of(base) or base == "softmax":
        place = evaluation.place(arguments[0])
        if evaluation.model.has_softmax and place.layer == evaluation.model.depth:
            return tangent_of_place(evaluation, place._replace(role="p"), q, env)
    return tangent_of_place(evaluation, evaluation.place(node), q, env)
