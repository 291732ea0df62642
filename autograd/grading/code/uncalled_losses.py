"""Losses that a program defines as a function and does not call while it trains, such as ``total_cost(data)``."""

import ast
import re

__all__ = ["uncalled_losses"]

LOSS = re.compile(r"loss|cost|error|mse|entropy|criterion|objective", re.I)
OTHER = re.compile(r"deriv|prime|grad|delta|backward|^d_|_d$|slope|plot|print|rate|accuracy|back_?prop", re.I)
ALIKE = (
    re.compile(r"^(y|t|target|label|goal|truth|desired|expected|actual)|(^|_)(y|labels?|targets?|true)(_|$)", re.I),
    re.compile(r"data|batch|samples|pairs|examples", re.I),
    re.compile(r"^(x|input|feature)|(^|_)x(_|$)", re.I),
    re.compile(r"^(o|out|outputs?|y_?hat|y_?pred|preds?|predictions?|predicted|al|a_?out|probs|a|yhat|output)$", re.I),
    re.compile(r"param|weight|theta|model|net", re.I),
)
MAX_LOSSES = 12


def uncalled_losses(tree, lines):
    """Return expressions that call the losses of a program with names where it updates, the likeliest first.

    Args:
        tree: The program.
        lines: The lines of the updates.

    >>> text = '''
    ... class Net:
    ...     def total_cost(self, data, lmbda): return 0
    ...     def update_batch(self, batch, rate, lmbda):
    ...         self.w -= rate * lmbda * self.w
    ... '''
    >>> uncalled_losses(ast.parse(text), [5])
    ['self.total_cost(batch, lmbda)']
    """
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    owners = {
        m: n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) for m in n.body if isinstance(m, ast.FunctionDef)
    }
    losses = [f for f in functions if LOSS.search(f.name) and not OTHER.search(f.name) and _returns(f)]
    places = [f for f in functions if any(f.lineno <= line <= f.end_lineno for line in lines)]
    names = {f.name for f in places}
    for f in functions:  # a caller of the update has the data as well
        if f not in places and any(_called(part) in names for part in ast.walk(f) if isinstance(part, ast.Call)):
            places.append(f)
    found = []
    for place in (*places, tree):
        known = _names(place)
        for loss in losses:
            if loss in places:
                continue
            owner = owners.get(loss)
            if owner is not None and (place is tree or owners.get(place) is not owner):
                continue
            arguments = _arguments(loss, known)
            if arguments is not None:
                prefix = "self." if owner is not None else ""
                found.append(f"{prefix}{loss.name}({', '.join(arguments)})")
    return list(dict.fromkeys(found))[:MAX_LOSSES]


def _returns(function):
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _names(place):
    """Return the names that a function or a module assigns, the last one first, and those of its arguments."""
    body = [node for node in ast.walk(place) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    stored = [node.id for node in sorted(body, key=lambda n: -n.lineno)]
    given = [part.arg for part in place.args.args] if isinstance(place, ast.FunctionDef) else []
    return list(dict.fromkeys([*given, *stored]))


def _arguments(loss, known):
    """Return the names to give for the required arguments of a loss, or None if one of them is unknown."""
    spec = loss.args
    names = [part.arg for part in spec.args]
    names = names[1:] if names[:1] == ["self"] else names
    required = names[: len(names) - len(spec.defaults)] if spec.defaults else names
    found = []
    for name in required:
        if name in known:
            found.append(name)
            continue
        kinds = [kind for kind in ALIKE if kind.search(name)]
        alike = [other for other in known if other not in found and any(kind.search(other) for kind in kinds[:1])]
        if not alike:
            return None
        found.append(alike[0])
    return found if found or not required else None
