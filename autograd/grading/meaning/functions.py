"""Functions: those of the table, the activation of the neurons in the argument, and the softmax."""

from autograd.engine import primitives, rounding
from autograd.engine.algebra import TABLE
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.names import RECIPROCALS
from autograd.grading.meaning.place import IllFormed, Misfit
from autograd.grading.reading.nodes import Node, show, walk
from autograd.grading.reading.trees import ReadingError

_PRIMITIVES = {
    "exp": "exp", "log": "log", "ln": "log", "tanh": "tanh", "relu": "relu", "ReLU": "relu", "sigmoid": "sigmoid",
    "logistic": "sigmoid", "sig": "sigmoid", "sgn": "sign", "sign": "sign", "abs": "abs",
    "sqrt": "sqrt", "cbrt": "cbrt", "lgamma": "lgamma",
    "digamma": "digamma", "step": "step", "sinh": "sinh", "cosh": "cosh", "sin": "sin", "cos": "cos", "tan": "tan",
    "floor": "floor", "ceil": "ceil", "round": "round",
}  # fmt: skip
_OF_TWO = {"max": primitives.maximum, "min": primitives.minimum, "mod": rounding.mod}
_SIGMOIDS = ("sigma", "varsigma")
_ROLE_ORDER = ("s", "b", "w", "a", "p", "t")


def of_call(evaluation, node, env):
    """Return the value of a function, or of a quantity with its arguments."""
    name, *arguments = node.parts
    base, primes = name.data
    places = evaluation.places
    if places.roles.get(base) and not primes:
        if places.roles[base] == ["p"] and len(arguments) == 1 and _is_computed(evaluation, arguments[0]):
            return softmax(evaluation, node, arguments[0], primes, env)
        return evaluation.named(evaluation.place(node), env)
    if primes and places.is_loss(Node("name", name.parts, (base, 0), name.at)):
        return evaluation.derivative(Node("loss", (), None, node.at), arguments[0], env)
    if primes and places.roles.get(base) and base != places.function_letter:
        if places.roles[base] in (["delta"], ["t"], ["b"]):
            raise IllFormed(f"{base} is no function here, so that it has no derivative {base}'.", node.at)
        # a'(z) is the derivative of an activation
        return activated(evaluation, base, name, arguments[0], primes, env)
    if base in places.losses and not primes:
        return evaluation.at.value(evaluation.quantity(evaluation.place(node), env))
    if base in _OF_TWO and len(arguments) == 2:
        x, y = (evaluation.value(a, env) for a in arguments)
        chosen = _OF_TWO[base]
        if is_array(x) or is_array(y):
            if is_array(x) == is_array(y):
                raise ReadingError(f"{base} of two arrays cannot be read.", node.at)
            return arrays.mapped(lambda e: chosen(e, y), x) if is_array(x) else arrays.mapped(lambda e: chosen(x, e), y)
        return chosen(x, y)
    if base == "logsumexp" and len(arguments) > 1 and not primes:
        return primitives.logsumexp(*[evaluation.value(a, env) for a in arguments])
    if primes > 1:
        raise ReadingError("second derivatives cannot be read.", node.at)
    if base in ("dsigma", "dtanh") and not primes:
        base, primes = base[1:], 1
    if base == "softmax":
        return softmax(evaluation, node, arguments[0], primes, env)
    if len(arguments) != 1:
        arguments = [a for a in arguments if not is_parameter(evaluation, a)][:1] or arguments[:1]
    if base == "log" and name.parts and not primes:
        return _log_of_base(evaluation, name, arguments[0], env)
    if base in ("log", "ln") and not primes:
        x = log_of_probability(evaluation, arguments[0], env)
        if x is not None:
            return x
    if base in RECIPROCALS and not primes:
        return arrays.mapped(lambda e: 1 / e, applied(evaluation, RECIPROCALS[base], arguments[0], 0, env))
    if base in _PRIMITIVES and not (base == "sig" and places.roles.get(base)):
        return applied(evaluation, _PRIMITIVES[base], arguments[0], primes, env)
    if evaluation.is_function(name) or primes:
        return activated(evaluation, base, name, arguments[0], primes, env)
    if not places.roles_of(base):
        if evaluation.model.has_softmax and not primes:
            return softmax(evaluation, node, arguments[0], primes, env)
        raise ReadingError(f"no function is called {base}.", node.at)
    return evaluation.named(evaluation.place(node), env)


def _log_of_base(evaluation, name, argument, env):
    r"""Return the logarithm to the base in the subscript, such as the 2 of ``\log_2 x``."""
    (mark,) = name.parts if len(name.parts) == 1 else (None,)
    written = "".join([show(x) for x in mark.parts]) if mark is not None and mark.kind == "sub" else ""
    if written == "e":
        return applied(evaluation, "log", argument, 0, env)
    if not written.isdecimal() or int(written) < 2:
        raise ReadingError("the base of a logarithm is a whole number above 1 here, or e.", name.at)
    if written in ("2", "10"):
        return applied(evaluation, f"log{written}", argument, 0, env)
    base = primitives.log(evaluation.at.number(int(written)))
    return arrays.mapped(lambda e: e / base, applied(evaluation, "log", argument, 0, env))


def log_of_probability(evaluation, node, env):
    """Return the logarithm of one softmax output in terms of the logits, or None for another argument."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind != "name" or node in evaluation.definitions:
        return None
    place = evaluation.place(node)
    if place.role != "p" or evaluation.is_whole(place):
        return None
    q = evaluation.quantity(place, env)
    logits = evaluation.at.logits(q)
    return logits[q.index] - primitives.logsumexp(*logits.values())


def is_parameter(evaluation, node):
    """Return True if a name is a weight or bias."""
    return node.kind == "name" and bool({"w", "b"} & set(evaluation.places.roles_of(node.data[0])))


def applied(evaluation, name, argument, primes, env):
    """Return the value of a function of the table, or of its derivative."""
    entry = next((e for e in TABLE if e is not None and e.name == name and e.arity == 1), None)
    if entry is None:
        raise ReadingError(f"no function is called {name}.", argument.at)

    def f(x):
        evaluation.guard([x])
        y = entry(x)
        return entry.gradient(y, [x])[0] if primes else y

    return arrays.mapped(f, evaluation.value(argument, env))


def activated(evaluation, base, name, argument, primes, env):
    """Return the value of the activation function of the neurons in the argument, or of its derivative."""
    layer = layer_of(evaluation, name, argument)
    x = evaluation.value(argument, env)
    if layer is not None and base in _SIGMOIDS and not primes and _is_inside(evaluation, name, argument):
        return applied(evaluation, "sigmoid", argument, 0, env)
    if layer is None:
        if base in _SIGMOIDS or base == evaluation.places.function_letter:
            return applied(evaluation, "sigmoid", argument, primes, env)
        raise ReadingError(f"it is not clear which layer's activation {base} is.", argument.at)
    if layer == 0:
        layer = _only_activation(evaluation, argument)
    if layer == evaluation.model.depth and evaluation.model.has_softmax and evaluation.is_linear(layer):
        return softmax(evaluation, name, argument, primes, env)
    y = arrays.mapped(lambda e: evaluation.at.activation(layer, e, primes), x)
    if primes and base in ("F", "G", "Sigma") and is_array(y):
        return arrays.diagonal(y)
    return y


def _only_activation(evaluation, argument):
    """Return a layer for f(x) if x is any number and all layers have the same activation.

    Raises:
        Misfit: x stands for inputs, which have no activation.
    """
    neurons = [n for n in evaluation.model.network.neurons if n.a is not n.s]
    functions = {n.a.op for n in neurons}
    is_any_number = argument.kind == "name" and not argument.parts
    if not is_any_number or len(functions) != 1 or next(iter(functions)).arity != 1:
        raise Misfit("inputs have no activation function.", argument.at)
    return neurons[0].layer


def _is_inside(evaluation, name, argument):
    """Return True if a function is applied to a number that is computed from a pre-activation and is not one itself.

    Parts of an activation have this form. In sigma(2 s) tanh(s), sigma is the logistic function.
    """
    while argument.kind in ("group", "neg"):
        argument = argument.parts[0]
    if name.parts or argument.kind == "name":
        return False
    roles = {role for x in walk(argument) if x.kind == "name" for role in evaluation.places.roles_of(x.data[0])}
    return "s" in roles and not roles & {"w", "b", "a", "p", "t"}


def layer_of(evaluation, name, argument):
    """Return the layer of the argument of a function, or None."""
    marks = [s for s in name.parts if s.kind == "sup"]
    if marks:
        probe = Node("name", marks, (evaluation.places.pre_activation, 0), name.at)
        try:
            place = evaluation.places.place(probe, evaluation.reading)
            return place.layer
        except ReadingError:
            if any(s.data == "[" and p.kind == "num" for s in marks for p in s.parts):
                raise  # in g^{[0]}, there is no such layer
    found = {}
    for x in walk(argument):
        if x.kind == "name":
            try:
                place = evaluation.place(x)
            except ReadingError:
                continue
            if place.kind == "quantity" and place.layer is not None:
                layer = place.layer[1] if isinstance(place.layer, tuple) else place.layer
                role = (
                    "s"
                    if place.role == "a" and place.layer == evaluation.model.depth and evaluation.is_linear(place.layer)
                    else place.role
                )
                found.setdefault(role, layer)
    for role in _ROLE_ORDER:
        if role in found:
            return found[role]
    return None


def softmax(evaluation, node, argument, primes, env):
    """Return the softmax of all outputs, or of the output whose pre-activation is the argument."""
    if not evaluation.model.has_softmax:
        raise ReadingError("there is no softmax in this network: declare its loss as a cross_entropy.", node.at)
    if _is_computed(evaluation, argument) and not primes:
        return _softmax_of_vector(evaluation.value(argument, env), argument)
    place = evaluation.place(argument)
    if place.kind != "quantity" or place.layer != evaluation.model.depth or place.role not in ("a", "s", "p"):
        raise Misfit("a softmax is taken of the outputs.", node.at)
    if primes:
        raise ReadingError("the derivative of a softmax has two indices: write it as a quotient.", node.at)
    return evaluation.named(place._replace(role="p"), env)


def _is_computed(evaluation, argument):
    """Return True if an argument is computed from weights, as in ``W x + b``."""
    names = [x for x in walk(argument) if x.kind == "name"] if argument.kind in ("add", "prod", "group") else []
    return any("w" in evaluation.places.roles_of(x.data[0]) for x in names)


def _softmax_of_vector(x, argument):
    if not is_array(x) or 1 not in x.shape:
        raise Misfit("a softmax is taken of a vector of logits.", argument.at)
    powers = arrays.mapped(primitives.exp, x)
    total = None
    for e in arrays.entries(powers):
        total = e if total is None else total + e
    return arrays.mapped(lambda e: e / total, powers)


def is_softmax_call(evaluation, name, argument):
    """Return True if a function of an output is the softmax."""
    if name.data[0] in _PRIMITIVES or not evaluation.model.has_softmax:
        return False
    layer = layer_of(evaluation, name, argument)
    return layer == evaluation.model.depth and evaluation.is_linear(layer)
