"""Calls for a program that defines functions and calls none of them. The arguments are guessed from their names."""

import ast
import itertools
import re

__all__ = ["guessed_calls"]

MAX_GUESSES = 16
TRAINS = re.compile(r"train|fit|learn|sgd|descent|optimi[sz]e|run|step|update|backprop|backward|main", re.I)
SAMPLES, INPUTS, HIDDEN = 5, 3, 4
# The value of a parameter, by its name. The first pattern that matches is used.
NUMBERS = (
    (r"rate|^lr$|alpha|^eta$|step_size|speed", "0.1"),
    (r"epoch|iter|passes|turns|^n_steps$|rounds|num_steps", "2"),
    (r"batch", str(SAMPLES)),
    (r"lam|reg|decay|^l2$", "0.01"),
    (r"mom|beta|keep|drop", "0.5"),
    (r"seed", "1"),
    (r"verbose|debug|print|log", "False"),
    (r"^sizes$|layers|dims|widths|architecture|topology", "[{i}, {h}, {o}]"),
    (r"hid|^n_?h$|units", "{h}"),
    (r"out|class|^n_?y$|^k$|^c$", "{o}"),
    (r"in(put)?_?(size|dim|nodes|features)|^n_?(x|in|inputs|features)$|feature|inputs?nodes|^d(_in)?$", "{i}"),
)


def guessed_calls(tree):
    """Return statements that call the functions and classes of a program on made data, the likeliest first.

    Args:
        tree: The program.
    """
    numpy = next(
        (a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names if a.name == "numpy"),
        None,
    )
    made = list(_data(numpy))
    guesses = []
    for (inputs, targets, shape), columns in itertools.product(made, (False, True)):
        for target in _targets(tree, shape, columns, inputs, targets):
            guesses.append(target)
    return list(dict.fromkeys(guesses))[:MAX_GUESSES]


def _data(numpy):
    rows = [[round(((7 * i + 5 * j) % 11) / 11 - 0.4, 2) for j in range(INPUTS)] for i in range(SAMPLES)]
    for outputs in (1, 2):
        goals = [[(i + j) % 2 for j in range(outputs)] for i in range(SAMPLES)]
        if numpy is None:
            yield rows, goals, outputs
        else:
            yield f"{numpy}.array({rows})", f"{numpy}.array({goals})", outputs
    if numpy is not None:
        yield f"{numpy}.array({rows})", f"{numpy}.array({[i % 2 for i in range(SAMPLES)]})", 1


def _targets(tree, outputs, columns, inputs, targets):
    flip = ".T" if columns and isinstance(inputs, str) else ""
    context = {"X": f"{inputs}{flip}", "y": f"{targets}{flip}", "o": outputs}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and TRAINS.search(node.name):
            arguments = _arguments(node, context)
            if arguments is not None:
                yield f"made = {node.name}({arguments})"
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, context)


def _of_class(node, context):
    methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    start = methods.get("__init__")
    first = _arguments(start, context) if start is not None else ""
    if first is None:
        return
    begin = f"model = {node.name}({first})"
    for name, method in methods.items():
        if re.search(r"^(train|fit|learn|sgd|partial_fit|train_step|step)", name, re.I):
            arguments = _arguments(method, context)
            if arguments is not None:
                yield f"{begin}\nmodel.{name}({arguments})"
    ahead = next((m for n, m in methods.items() if re.search(r"^(forward|feed|ahead|predict)", n, re.I)), None)
    back = next((m for n, m in methods.items() if re.search(r"^back", n, re.I)), None)
    if ahead is not None and back is not None:
        there, here = _arguments(ahead, context), _arguments(back, context)
        if there is not None and here is not None:
            output = re.sub(r"\boutput=None\b", "made", here)
            yield f"{begin}\nmade = model.{ahead.name}({there})\nmodel.{back.name}({output})"


def _arguments(function, context):
    """Return the arguments of a call as text, or None if one of them cannot be guessed."""
    spec = function.args
    names = [part.arg for part in spec.args if part.arg not in ("self", "cls")]
    required = names[: len(names) - len(spec.defaults)]
    optional = names[len(required) :]
    found = []
    for name in required:
        value = _value(name, context)
        if value is None:
            return None
        found.append(value)
    found += [f"{name}=2" for name in optional if re.search(NUMBERS[1][0], name, re.I)]
    return ", ".join(found)


def _value(name, context):
    for pattern, text in NUMBERS:
        if re.search(pattern, name, re.I):
            return text.format(i=INPUTS, h=HIDDEN, o=context["o"])
    if re.search(r"^(o|out|output|guess|made|y_?hat|y_?pred|pred)", name, re.I):
        return "made"
    if re.search(r"^(y|t|target|label|goal|want|expect|truth|d|desired)", name, re.I):
        return str(context["y"])
    if re.search(r"^(x|input|data|feature|sample|given|row|train)", name, re.I):
        return str(context["X"])
    return None
