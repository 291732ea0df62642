"""Plans of calls for a program that calls nothing: which functions give what others take, by the names of both.

A plan is a text with one statement a line. It makes data, creates an instance of a class or start values, and calls the
functions in an order in which each argument is known: an earlier call returned a variable of that name, or the name
says what it is.
"""

import ast
import re

from autograd.grading.code.calls import NUMBERS, TRAINS

__all__ = ["has_seed", "inputs_of", "passes_back", "planned_calls", "unreached"]

MAX_PLANS = 48
SAMPLES, INPUTS, HIDDEN = 5, 3, 4
PARAMETERS = re.compile(r"^_?(params?|parameters|weights?|weights_?biases|theta|model|net|network|nn|wb)$", re.I)
STARTS = re.compile(r"init|create|build|make|get_?param|generate", re.I)
AHEAD = re.compile(r"forward|feed|predict|propagate|^ff$|^ahead|query|^fp$", re.I)
BACK = re.compile(r"^_*(back|bp$|grad|compute_grad|d_?loss)", re.I)
CHANGES = re.compile(r"update|step|optimi[sz]e|descent|apply", re.I)
LOSSES = re.compile(r"loss|cost|error|mse|entropy|criterion", re.I)
DATA = (
    (r"^(y|t|target|label|goal|want|expect|truth|d$|desired|one_?hot)|(^|_)(y|labels?|targets?)(_|$)|^des", "y"),
    (r"training_?data|train_?data|data_?set|mini_?batch|samples|^batch$|^data$|pairs|^examples", "pairs"),
    (r"^(x|input|data|feature|sample|given|row|train|image|instance|pattern|vec)|(^|_)x(_|$)", "X"),
)
WHOLE_DATA = re.compile(r"(training|train)_?(data|set)$|data_?set$|^(mini_?)?batch$|^examples$", re.I)
OUTPUTS = re.compile(
    r"^(o|out|outputs?|guess|y_?hat|y_?pred|preds?|predictions?|predicted|al|a_?out|probs|activations?|output)$", re.I
)
SEED = "_half_squared_error = "
SLOPES = re.compile(
    r"^(d_?(out|values?|l|y|a|z|x|h|loss)|grads?|gradients?|delta|errors?|upstream.*|.*grad(ient)?|"
    r"out(put)?_(grad|error|delta).*|dl_?d.*|d_?[lej]_?.*|g)$",
    re.I,
)
TEXTS = (
    (r"_ids$|indices|^neg|_idxs$", "[2, 3]"),
    (r"_id$|_idx$|^idx$|^index$|center|^word$|target_word|context", "1"),
    (r"vocab", "6"),
    (r"^bias$|momentum|dropout|scale|gain", "0.1"),
    (r"^(name|file|path|filename|label_?name)", "'made'"),
    (r"^(verbose|plot|debug|print|log|show|visuali[sz]e|flag|is_|use_|shuffle|training$|train$|early)", "False"),
)


def planned_calls(tree):
    """Return plans of calls as texts, the likeliest first.

    Args:
        tree: The program.

    Example:
        >>> text = "def start(): return w\\ndef train(w, x, y, rate): w -= rate * (w * x - y) * x"
        >>> print(planned_calls(ast.parse(text))[0][:44])
        w = start()
        made = train(w, [[-0.4, 0.05, -0
    """
    found = []
    for shapes in _data(tree):
        for plan in (*_of_functions(tree, shapes), *_of_classes(tree, shapes)):
            found.append(plan)
    return list(dict.fromkeys(found))[:MAX_PLANS]


def _data(tree):
    """Yield the texts of inputs, targets and pairs of both, with the sizes of an input and a target."""
    numpy = _numpy(tree)
    rows = [[-0.4, 0.05, -0.49], [0.24, -0.31, 0.14], [-0.13, 0.33, -0.22], [0.51, -0.04, 0.42]]
    one, two = [[1], [0], [1], [0]], [[1, 0], [0, 1], [1, 0], [0, 1]]
    labels = [1, 0, 1, 0]
    if numpy is None:
        for goals, k in ((one, 1), (two, 2), (labels, 2)):
            yield {
                "X": str(rows),
                "y": str(goals),
                "pairs": str([list(p) for p in zip(rows, goals, strict=True)]),
                "o": k,
            }
        yield {"X": str(rows[0]), "y": str(two[0]), "pairs": "[]", "o": 2}
        return
    made = f"{numpy}.array"

    def pairs(goals):
        columns = [
            f"({made}({[[v] for v in x]}), {made}({[[v] for v in t]}))" for x, t in zip(rows, goals, strict=True)
        ]
        return f"[{', '.join(columns)}]"

    for goals, k in ((one, 1), (two, 2)):
        yield {"X": f"{made}({rows})", "y": f"{made}({goals})", "pairs": pairs(goals), "o": k}
    yield {
        "X": f"{made}({rows})",
        "y": f"{made}({labels})",
        "pairs": f"[({made}({rows[0]}), {made}({two[0]}))]",
        "o": 2,
    }
    for goals, k in ((one, 1), (two, 2)):
        yield {"X": f"{made}({rows}).T", "y": f"{made}({goals}).T", "pairs": pairs(goals), "o": k}
    yield {"X": f"{made}({rows[0]})", "y": f"{made}({two[0]})", "pairs": pairs(two), "o": 2}
    yield {"X": f"{made}({rows[0]}).reshape(3, 1)", "y": f"{made}({two[0]}).reshape(2, 1)", "pairs": pairs(two), "o": 2}
    yield {"X": str(rows), "y": str(two), "pairs": str(list(zip(rows, two, strict=True))), "o": 2}
    series = f"{made}({rows}).reshape(4, 3, 1)"
    yield {"X": series, "y": f"{made}({two}).reshape(4, 2, 1)", "pairs": "[]", "o": 2}
    yield {"X": f"{made}({rows}).reshape(2, 2, 3)", "y": f"{made}({two[:2]})", "pairs": "[]", "o": 2}


def _numpy(tree):
    names = [a for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    return next((a.asname or a.name for a in names if a.name in ("numpy", "cupy")), None)


def inputs_of(plan):
    """Return the text of the inputs in a plan.

    >>> inputs_of("made = train([[0.5, 1], [2, 3]], [[0], [1]])")
    '[[0.5, 1], [2, 3]]'
    """
    found = re.search(r"\[\[.*?\]\]", plan)
    return found[0] if found else ""


def passes_back(tree):
    """Return the number of functions of a program that are backward passes by their names.

    >>> passes_back(ast.parse("def forward(x): return x\\ndef backward(d): return d"))
    1
    """
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and BACK.search(n.name)]
    return sum(any(isinstance(part, (ast.Return, ast.Assign, ast.AugAssign)) for part in ast.walk(n)) for n in found)


def unreached(tree, lines):
    """Return the names of functions with updates, none of which is in some lines.

    Args:
        tree: The program.
        lines: The lines that changed something.

    >>> unreached(ast.parse("def sgd(w, d): w -= d\\ndef fast(w, d): w -= 2 * d"), {1})
    ['fast']
    """
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and _has_update(n)]
    return [n.name for n in functions if not any(n.lineno <= line <= n.end_lineno for line in lines)]


def has_seed(statements):
    """Return True if a plan, as a list of statements, gives a backward pass the gradient of a loss of its own."""
    return any(ast.unparse(node).startswith(SEED) for node in statements or [] if isinstance(node, ast.Assign))


class _Plan:
    """A plan in the making: its lines, and the names that are known after them.

    Args:
        tree: The program.
        shapes: The texts of the data.
    """

    def __init__(self, tree, shapes):
        self.tree = tree
        self.shapes = shapes
        self.functions = {n.name: n for n in _top(tree) if isinstance(n, ast.FunctionDef)}
        self.classes = {n.name: n for n in _top(tree) if isinstance(n, ast.ClassDef)}
        self.lines = []
        self.known = {}
        self.open = set()

    def text(self):
        """Return the plan."""
        return "\n".join(self.lines)

    def call(self, function, prefix="", given=()):
        """Add the call of a function, after the calls that make its arguments. Return True if all are known."""
        if function.name in self.open or len(self.lines) > 12:
            return False
        self.open.add(function.name)
        arguments = self.arguments(function, given)
        self.open.discard(function.name)
        if arguments is None:
            return False
        names = _returned(function)
        fresh = [name if name.isidentifier() else "made" for name in names] or ["made"]
        self.lines.append(f"{', '.join(fresh)} = {prefix}{function.name}({arguments})")
        for name in fresh:
            self.known[_plain(name)] = name
        if AHEAD.search(function.name):
            self.known.setdefault("", fresh[0])
        return True

    def arguments(self, function, given=()):
        """Return the arguments of a call as a text, or None if one of them is unknown."""
        spec = function.args
        names = [part.arg for part in (*spec.posonlyargs, *spec.args)]
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        required = len(names) - len(spec.defaults)
        found = []
        for i, name in enumerate(names):
            if i < required:
                value = self.value(name, function)
                if value is None:
                    return None
                found.append(value)
            elif (value := self.optional(name, spec.defaults[i - required])) is not None:
                found.append(f"{name}={value}")
        for part, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            value = self.value(part.arg, function) if default is None else self.optional(part.arg, default)
            if value is None and default is None:
                return None
            if value is not None:
                found.append(f"{part.arg}={value}")
        return ", ".join(found)

    def optional(self, name, default):
        """Return the value of an argument with a default, or None to leave it out: sizes must fit the data."""
        if re.search(NUMBERS[1][0], name, re.I) and isinstance(default, ast.Constant) and default.value:
            return "2"
        if re.search(r"batch", name, re.I) and isinstance(default, ast.Constant) and type(default.value) is int:
            return "2"
        whole = isinstance(default, (ast.Constant, ast.List, ast.Tuple)) and getattr(default, "value", 0) is not False
        sized = re.search(
            NUMBERS[-1][0] + "|" + NUMBERS[-2][0] + "|" + NUMBERS[-3][0] + "|" + NUMBERS[-4][0], name, re.I
        )
        is_size = whole and not isinstance(getattr(default, "value", 0), (str, float))
        return self.number(name) if sized and is_size else None

    def number(self, name):
        """Return the number that a name stands for, or None."""
        for pattern, text in NUMBERS:
            if re.search(pattern, name, re.I):
                return text.format(i=INPUTS, h=HIDDEN, o=self.shapes["o"])
        return None

    def value(self, name, function):
        """Return a text for an argument, or None. Calls that make it are added to the plan."""
        if _plain(name) in self.known:
            return self.known[_plain(name)]
        if self.produced(name):
            return self.known[_plain(name)]
        if OUTPUTS.search(name) and "" in self.known:
            return self.known[""]
        word = self.word(name, function)
        if word is not None:
            return word
        listed = re.search(r"layer|dims|sizes|topology|structure|architecture|neurons|shape$", name, re.I)
        if listed and not re.search(r"(^n_|num|count|hidden)", name, re.I):
            layers = self.layers() if re.search(r"^layers$", name, re.I) else None
            if layers:
                return layers
            return f"[{INPUTS}, {HIDDEN}, {self.shapes['o']}]"
        if WHOLE_DATA.search(name):
            return self.shapes["X" if self.has_targets(function) else "pairs"]
        for pattern, text in TEXTS:
            if re.search(pattern, name, re.I):
                return text
        number = self.number(name)
        if number is not None:
            return number
        if SLOPES.search(name) and "" in self.known and BACK.search(function.name):
            return self.seed()
        kind = next((kind for pattern, kind in DATA if re.search(pattern, name, re.I)), None)
        if kind == "pairs" and self.has_targets(function):
            kind = "X"
        if kind is not None:
            return self.shapes[kind]
        if re.search(r"^(n|m|k|num.*|n_.*|size|count)$", name, re.I):
            return str(SAMPLES - 1)
        return None

    def layers(self):
        """Return the text of a list of layers, if the program has classes of layers and of activations, or None."""
        found = []
        for name, node in self.classes.items():
            own = {m.name for m in node.body if isinstance(m, ast.FunctionDef)}
            if not any(AHEAD.search(m) for m in own) or not any(BACK.search(m) for m in own):
                continue
            names = [part.arg for part in _start(node).args.args[1:]]
            sized = [n for n in names if re.search(r"in|out|unit|neuron|size|dim|feature", n, re.I)]
            dense = re.search(r"dense|linear|fully|affine|^fc|layer", name, re.I) and len(sized) >= 2 and not found
            bent = re.search(r"^(relu|sigmoid|tanh)", name, re.I) and not names and len(found) == 1
            if dense or bent:
                found.append(name)
        if len(found) < 2:
            return None
        dense, activation = found[:2]
        return f"[{dense}({INPUTS}, {HIDDEN}), {activation}(), {dense}({HIDDEN}, {self.shapes['o']})]"

    def seed(self):
        """Return the gradient of half the squared error at the outputs, and add the line that computes this loss."""
        numpy, out, goals = _numpy(self.tree), self.known[""], self.shapes["y"]
        if numpy is None:
            return None
        line = f"{SEED}{numpy}.sum(({out} - {goals}) ** 2) / 2"
        if line not in self.lines:
            self.lines.append(line)
        return f"{out} - {goals}"

    def has_targets(self, function):
        """Return True if a function takes targets of its own."""
        names = [part.arg for part in function.args.args]
        return any(re.search(DATA[0][0], name, re.I) for name in names)

    def produced(self, name):
        """Add the call of a function that returns a variable of this name. Return True if there is one."""
        wanted = _plain(name)
        starts = bool(PARAMETERS.search(name))
        for function in self.functions.values():
            returned = [_plain(part) for part in _returned(function)]
            makes = wanted in returned or (starts and len(returned) <= 1 and STARTS.search(function.name))
            if makes and not any(re.search(pattern, name, re.I) for pattern, _ in DATA[::2]):
                before = len(self.lines), dict(self.known)
                if self.call(function):
                    if wanted not in self.known:
                        self.known[wanted] = self.lines[-1].split(" = ")[0]
                    return True
                del self.lines[before[0] :]
                self.known = before[1]
        return False

    def word(self, name, function):
        """Return the text, the function or the class that an argument may be, such as ``'relu'``, or None."""
        named = re.search(
            r"act|func|^fn|loss|cost|criterion|optim|init|mode|method|type|solver|regulari|kind|^f$", name, re.I
        )
        if not named:
            return None
        texts = _compared(self.tree, name)
        if texts:
            return repr(texts[0])
        wanted = LOSSES if LOSSES.search(name) else re.compile(r"sigmoid|tanh|relu|logistic|linear", re.I)
        wanted = re.compile(r"sgd|descent|optim|adam", re.I) if re.search("optim|solver", name, re.I) else wanted
        slope = re.search(r"deriv|prime|slope|grad|^d_?", name, re.I)
        for other in (*self.functions, *self.classes):
            is_slope = re.search(r"deriv|prime|slope|grad|^d_?(?=sig|tanh|relu)|backward", other, re.I)
            if wanted.search(other) and bool(slope) == bool(is_slope) and other != function.name:
                if other in self.classes and not re.search(r"^[A-Z].*cls|class", name):
                    return f"{other}({self.arguments(_start(self.classes[other])) or ''})"
                return other
        return "'sigmoid'" if re.search("act", name, re.I) else None


def _of_functions(tree, shapes):
    """Yield plans that end with a function that trains, or that changes parameters after the loss is computed."""
    functions = [n for n in _top(tree) if isinstance(n, ast.FunctionDef)]
    for function in sorted(functions, key=lambda f: not re.search("train|fit|model|main", f.name, re.I)):
        if not (TRAINS.search(function.name) or _has_update(function)):
            continue
        plan = _Plan(tree, shapes)
        if not plan.call(function):
            continue
        if not _has_update(function) or re.search("train|fit", function.name, re.I):
            yield plan.text()
            continue
        loss = _Plan(tree, shapes)
        for other in functions:  # an update shows no loss, so a function that computes it is called before
            if LOSSES.search(other.name) and not BACK.search(other.name) and not _has_update(other):
                loss.call(other)
        if loss.call(function):
            yield loss.text()
        yield plan.text()


def _of_classes(tree, shapes):
    """Yield plans that create an instance and call its method that trains, or its passes in order."""
    classes = [n for n in _top(tree) if isinstance(n, ast.ClassDef)]
    for node in classes:
        methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
        inherited = [c for c in classes if c.name in {getattr(b, "id", "") for b in node.bases}]
        methods = {m.name: m for c in inherited for m in c.body if isinstance(m, ast.FunctionDef)} | methods
        begin = _Plan(tree, shapes)
        arguments = begin.arguments(methods["__init__"]) if "__init__" in methods else ""
        if arguments is None:
            continue
        begin.lines.append(f"model = {node.name}({arguments})")
        public = [m for name, m in methods.items() if not name.startswith("__")]
        for method in public:
            if re.search(r"^_*(train|fit|learn|sgd|partial_fit|gradient_descent|run|optimi)", method.name, re.I):
                plan = _copied(begin)
                if plan.call(method, "model."):
                    yield plan.text()
        plan, called = _copied(begin), []
        for pattern in (AHEAD, LOSSES, BACK, CHANGES):
            method = next((m for m in public if pattern.search(m.name) and m.name not in called), None)
            if method is not None and plan.call(method, "model."):
                called.append(method.name)
        if any(BACK.search(name) or CHANGES.search(name) for name in called):
            yield plan.text()


def _copied(plan):
    twin = _Plan(plan.tree, plan.shapes)
    twin.lines, twin.known = list(plan.lines), dict(plan.known)
    return twin


def _top(tree):
    """Yield the statements of a module, also those under ``if __name__ == ...``."""
    for node in tree.body:
        yield node
        if isinstance(node, ast.If):
            yield from node.body


def _start(node):
    """Return the ``__init__`` of a class, or an empty one."""
    found = next((m for m in node.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None)
    return found or ast.parse("def __init__(self): pass").body[0]


def _plain(name):
    """Return a name without its marks, and one name for all names of parameters."""
    return "params" if PARAMETERS.search(name) else name.lower().strip("_")


def _returned(function):
    """Return the names of the variables that a function returns."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            names = [part.id if isinstance(part, ast.Name) else f"made{i}" for i, part in enumerate(parts)]
            return names
    return []


def _has_update(function):
    """Return True if a function subtracts a step from something."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.AugAssign)
            and isinstance(node.op, ast.Sub)
            and not isinstance(node.value, ast.Constant)
        ):
            return True
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Sub):
            same = ast.unparse(node.targets[0]) == ast.unparse(node.value.left)
            if same:
                return True
    return False


def _compared(tree, name):
    """Return the texts with which a program compares a variable or an attribute, or that it looks up with it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.In)):
            left = getattr(node.left, "id", getattr(node.left, "attr", ""))
            if isinstance(node.left, ast.Call) and isinstance(node.left.func, ast.Attribute):
                left = getattr(node.left.func.value, "id", "")
            if left == name:
                parts = getattr(node.comparators[0], "elts", [node.comparators[0]])
                found += [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    likely = [text for text in found if re.search("sigmoid|tanh|mse|sgd|xavier|random|squared", text, re.I)]
    return likely or found
