"""Edits of the program's own derivatives: what a helper such as ``sigmoid_prime`` returns."""

import ast

__all__ = ["helper_bodies"]


def helper_bodies(way, source, make):
    """Return edits that let a helper of the way back return a derivative that fits what it is given.

    Args:
        way: What is known about the way back.
        source: The program.
        make: Makes a candidate of its cost, kind, line, message and edits.
    """
    back = {statement for statement, _, _ in way.nodes}
    for name, function in way.vocabulary.definitions.items():
        node = function.node
        if not isinstance(node, ast.FunctionDef):
            continue
        given = _argument(node)
        returned = [part for part in ast.walk(node) if isinstance(part, ast.Return) and part in back and part.value]
        if given is None or not returned or name not in way.vocabulary.names:
            continue
        for statement in returned:
            text = source.text_of(statement.value)
            places = way.by_place(statement.value)
            if not places:
                continue
            for form in _bodies(way, given):
                if form.replace(" ", "") != text.replace(" ", ""):
                    again = f"{way.sigmoid}({given})" in text.replace(" ", "") and form == f"{given} * (1 - {given})"
                    kind = "derivative at the wrong argument" if again else "wrong derivative"
                    message = (
                        f"{node.name} applies the activation once more, but {given} is an activation already"
                        if again
                        else f"{text} is not the derivative of the activation; with the argument given it is {form}"
                    )
                    edits = (source.replacing(statement.value, form),)
                    yield make(1.25, kind, statement.lineno, message, edits)


def _argument(node):
    names = [part.arg for part in node.args.args if part.arg not in ("self", "cls")]
    return names[0] if names and len(names) - len(node.args.defaults) <= 1 else None


def _bodies(way, x):
    numpy = way.numpy
    math = "math" if "math" in way.modules and numpy not in way.modules else numpy
    forms = [f"{x} * (1 - {x})", f"1 - {x} ** 2", f"1 - {math}.tanh({x}) ** 2", f"({x} > 0) * 1.0"]
    if way.sigmoid:
        forms.insert(1, f"{way.sigmoid}({x}) * (1 - {way.sigmoid}({x}))")
    else:
        forms.append(f"{math}.exp(-{x}) / (1 + {math}.exp(-{x})) ** 2")
    return forms
