"""The derivative of a tree with respect to one quantity, by the rules of calculus applied to its names."""

import functools
from fractions import Fraction

from autograd.engine import primitives
from autograd.grading.clock import WORK
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arithmetic import fraction_of
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.conditions import assignments, holds, is_of_indices
from autograd.grading.meaning.evaluation import MAX_STEPS
from autograd.grading.meaning.functions import is_softmax_call
from autograd.grading.meaning.products import product
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.meaning.ratios import tangent_of_place
from autograd.grading.reading.nodes import Node, show
from autograd.grading.reading.trees import ReadingError


def tangent(evaluation, node, q, env):
    """Return the derivative of a tree with respect to a quantity, using the true derivatives of its names."""
    evaluation.steps += 1
    WORK.done += evaluation.cost
    if evaluation.steps > MAX_STEPS:
        raise ReadingError("the formula expands to too many terms: write it with fewer sums.", node.at)
    rule = _RULES.get(node.kind)
    if rule is None:
        raise _unknown(node)
    return rule(evaluation, node, q, env)


def _unknown(node):
    return ReadingError(f"the derivative of {show(node)} cannot be read.", node.at)


def _of_terms(evaluation, node, q, env):
    found = [tangent(evaluation, x, q, env) for x in node.parts]
    return functools.reduce(lambda total, x: arrays.add(total, x, True), found)


def _of_factors(evaluation, node, q, env):
    values = [evaluation.value(x, env) for x in node.parts]
    found = [
        product(evaluation, [*values[:k], tangent(evaluation, x, q, env), *values[k + 1 :]], node.data, node)
        for k, x in enumerate(node.parts)
    ]
    return functools.reduce(lambda total, x: arrays.add(total, x, True), found)


def _of_quotient(evaluation, node, q, env):
    u, v = (evaluation.value(x, env) for x in node.parts)
    du, dv = (tangent(evaluation, x, q, env) for x in node.parts)
    if any(is_array(x) for x in (u, v, du, dv)):
        raise ReadingError("a derivative of a quotient of arrays cannot be read.", node.at)
    return (du * v - u * dv) / (v * v)


def _of_power(evaluation, node, q, env):
    at, (base, exponent) = evaluation.at, node.parts
    n = fraction_of(exponent)
    if n is None or n.denominator != 1:
        raise ReadingError("the derivative of this power cannot be read: its exponent must be a whole number.", node.at)
    if base.kind == "norm":
        x = evaluation.value(base.parts[0], env)
        d = tangent(evaluation, base.parts[0], q, env)
        pairs = zip(arrays.entries(x), arrays.entries(d), strict=True)
        return at.number(Fraction(2)) * arrays.total([a * b for a, b in pairs])
    x, d = evaluation.value(base, env), tangent(evaluation, base, q, env)
    if n == 0:
        return at.zero
    power = evaluation.value(Node("pow", (base, Node("num", (), n - 1, node.at)), None, node.at), env)
    if is_array(x):
        return arrays.elementwise(arrays.scaled(at.number(n), power), d)
    return at.number(n) * power * d


def _of_series(evaluation, node, q, env):
    if node.data.is_product:
        raise _unknown(node)
    found = [tangent(evaluation, node.parts[0], q, inner) for inner in assignments(evaluation, node.data, env)]
    return functools.reduce(lambda total, x: arrays.add(total, x, True), found, evaluation.at.zero)


def _of_bars(evaluation, node, q, env):
    x, d = evaluation.value(node.parts[0], env), tangent(evaluation, node.parts[0], q, env)
    if is_array(x):
        raise _unknown(node)
    return x / primitives.abs_(x) * d


def _of_cases(evaluation, node, q, env):
    for value, condition in zip(node.parts[::2], node.parts[1::2], strict=True):
        is_met = condition.kind == "else" or is_of_indices(evaluation, condition, env)
        if is_met and (condition.kind == "else" or holds(evaluation, condition, env)):
            return tangent(evaluation, value, q, env)
    raise _unknown(node)


def tangent_of_name(evaluation, node, q, env):
    """Return the derivative of a name with respect to a quantity."""
    if node in evaluation.definitions:
        return tangent(evaluation, evaluation.definitions[node], q, env)
    is_free = not evaluation.places.roles_of(node.data[0]) and not evaluation.places.is_loss(node)
    is_function = evaluation.is_function(node) and not node.data[1] and is_free
    if is_function and q.role in ("s", "a") and q.layer:  # d sigma / d z is that of the neuron's activation
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
    """Return the derivative of the value of a function with respect to a quantity."""
    name, *arguments = node.parts
    base, primes = name.data
    if primes:
        raise ReadingError("second derivatives cannot be read.", node.at)
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


_RULES = {
    "loss": lambda evaluation, node, q, env: evaluation.at.ratio(Quantity("loss"), q),
    "num": lambda evaluation, node, q, env: evaluation.at.zero,
    "dots": lambda evaluation, node, q, env: evaluation.at.zero,
    "name": tangent_of_name,
    "group": lambda evaluation, node, q, env: tangent(evaluation, node.parts[0], q, env),
    "neg": lambda evaluation, node, q, env: arrays.negative(tangent(evaluation, node.parts[0], q, env)),
    "transpose": lambda evaluation, node, q, env: arrays.transpose(tangent(evaluation, node.parts[0], q, env)),
    "add": _of_terms,
    "prod": _of_factors,
    "div": _of_quotient,
    "pow": _of_power,
    "sum": _of_series,
    "call": tangent_of_call,
    "cases": _of_cases,
    "norm": _of_bars,
}
