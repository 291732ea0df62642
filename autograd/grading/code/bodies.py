"""Edits of the program's own derivative functions, such as the return value of ``sigmoid_prime``."""

import ast

from autograd.grading.code.wayback import same

__all__ = ["helper_bodies", "is_called_wrongly"]

MAX_LEAKS = 3


def helper_bodies(way, source, make):
    """Yield edits of helper functions, after which they return another derivative in terms of their argument.

    Args:
        way: The facts about the backward pass.
        source: The program.
        make: A function that makes a candidate from its cost, kind, line, message and edits.
    """
    back = {statement for statement, _, _ in way.nodes}
    for name, function in way.vocabulary.definitions.items():
        node = function.node
        if not isinstance(node, ast.FunctionDef):
            continue
        given = _arguments(node)[0] if len(_arguments(node)) == 1 else None
        returned = [part for part in ast.walk(node) if isinstance(part, ast.Return) and part in back and part.value]
        if given is None or not returned or name not in way.vocabulary.names:
            continue
        for statement in returned:
            text = source.text_of(statement.value)
            places = way.by_place(statement.value)
            if not places:
                continue
            more = 0.65 * is_called_wrongly(way, source, name)
            for form in _bodies(way, node, given, source.numbers):
                if form.replace(" ", "") != text.replace(" ", ""):
                    again = f"{way.sigmoid}({given})" in text.replace(" ", "") and form == f"{given} * (1 - {given})"
                    kind = "derivative at the wrong argument" if again else "wrong derivative"
                    message = (
                        f"{node.name} applies the activation once more, but {given} is an activation already"
                        if again
                        else f"{text} is not the derivative of the activation; with the argument given it is {form}"
                    )
                    edits = (source.replacing(statement.value, form),)
                    yield make(1.25 + more, kind, statement.lineno, message, edits, firm=more > 0)
    yield from _lambdas(way, source, make)


def _lambdas(way, source, make):
    """Yield edits of lambdas, and of functions of several arguments, which return another derivative."""
    back = {id(node): node for _, node, _ in way.nodes}
    done = set()
    for node in back.values():
        around = source.parents.get(node)
        function = around if isinstance(around, ast.Lambda) else None
        if isinstance(around, ast.Return):
            function = source.function_of(around)
        if not isinstance(function, (ast.Lambda, ast.FunctionDef)) or id(node) in done or isinstance(node, ast.Name):
            continue
        done.add(id(node))
        names = _arguments(function)
        simple = isinstance(function, ast.Lambda) or len(names) > 1
        if not simple or not way.by_place(node) or any(way.is_back(place) for place in _arguments_seen(way, node)):
            continue
        text = source.text_of(node)
        for name in names:
            for form in _bodies(way, function, name, source.numbers):
                if form.replace(" ", "") != text.replace(" ", ""):
                    message = f"{text} is not the derivative of the activation; with {name} given it is {form}"
                    yield make(1.27, "wrong derivative", node.lineno, message, (source.replacing(node, form),))


def _arguments_seen(way, node):
    """Yield the values of the names in an expression."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield from way.by_place(part)[:1]


def _calls(way, source, function):
    """Return the number of places that call a function. A function that calls it as its parameter counts as two."""
    count = 0
    for call in [part for part in source.parents if isinstance(part, ast.Call)]:
        places = way.by_place(call)
        known = way.called(call, places[0].frame) if places else None
        if known is not None and known.node is function.node:
            around = source.function_of(call)
            given = [part.arg for part in around.args.args] if isinstance(around, ast.FunctionDef) else []
            count += 2 if getattr(call.func, "id", "") in given else 1
    # Without a call of its own, as in map(f, x), it may be applied to several activations.
    calls = [part for part in source.parents if isinstance(part, ast.Call)]
    given = [arg for call in calls if _name_of(call.func) in ("map", "vectorize") for arg in call.args]
    return count + sum(isinstance(arg, ast.Name) and arg.id == function.name for arg in given)


def _name_of(node):
    return getattr(node, "id", "") or getattr(node, "attr", "")


def is_called_wrongly(way, source, name):
    """Return True if a helper is right for another argument. Then its call is the more likely place of the mistake."""
    function = way.vocabulary.definitions.get(name)
    return function is not None and _is_right_at_sums(way, name) and _calls(way, source, function) < 2


def _is_right_at_sums(way, name):
    """Return True if a helper gives the right derivative of an activation for its pre-activation."""
    helpers = [helper for helper in way.vocabulary.helpers if helper.text == name]
    pairs = [(helper, slope) for helper in helpers for slope in way.slopes if slope.shape]
    return any(same(helper.values(slope.before.data) or [], slope.data) for helper, slope in pairs)


def _arguments(node):
    """Return the arguments that a call must give, at most three, or an empty list."""
    names = [part.arg for part in node.args.args if part.arg not in ("self", "cls")]
    required = len(names) - len(node.args.defaults)
    return names[: max(required, 1)] if required <= 3 else []


def _bodies(way, node, x, numbers):
    numpy = way.numpy
    math = "math" if "math" in way.modules and numpy not in way.modules else numpy
    forms = [f"{x} * (1 - {x})", f"1 - {x} ** 2", f"1 - {math}.tanh({x}) ** 2", f"({x} > 0) * 1.0"]
    if way.sigmoid:
        s = f"{way.sigmoid}({x})"
        forms.insert(1, f"{s} * (1 - {s})")
        forms += [s, f"{s} + {x} * {s} * (1 - {s})"]
    else:
        forms.append(f"{math}.exp(-{x}) / (1 + {math}.exp(-{x})) ** 2")
        forms.append(f"1 / (1 + {math}.exp(-{x}))")
    forms.append(f"1 - {math}.exp(-{x})")
    options = [part.arg for part in node.args.args if part.arg not in ("self", "cls", x)]
    for leak in [*options, *[f"{value:g}" for value in sorted(numbers) if 0 < value < 1][:MAX_LEAKS]]:
        if math == numpy:
            forms.append(f"{numpy}.where({x} > 0, 1.0, {leak})")
            forms.append(f"{numpy}.where({x} > 0, 1.0, {x} + {leak})")
            forms.append(f"{numpy}.where({x} > 0, 1.0, {leak} * {numpy}.exp({x}))")
        else:
            forms.append(f"1.0 if {x} > 0 else {leak}")
    return forms
