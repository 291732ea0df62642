"""The functions that a program defines for its activations. They are called with other numbers to identify them."""

import ast
import math

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.limits import Limits, Stop, Unreadable
from autograd.grading.code.objects import Class, Function, Kind, Namespace
from autograd.grading.code.reading import FAILURES, Silent

__all__ = ["Helper", "Vocabulary"]

POINTS = [0.3, -0.7, 1.1]


class Helper:
    """A function of one argument, possibly with a flag.

    Attributes:
        name: The name of the function.
        text: The text by which the function is called.
        suffix: The text after the argument, such as ``", slope=True"``.
        test: The values of the function at a few points.
        function_node: The definition of the function.
    """

    def __init__(self, vocabulary, function, name, text, suffix, keywords, node=None):
        self.vocabulary = vocabulary
        self.function = function
        self.function_node = node
        self.name = name
        self.text = text
        self.suffix = suffix
        self.keywords = keywords
        self.known = {}
        self.test = self.values(POINTS)

    def values(self, data):
        """Return the values of the function for a list of numbers, or None if it fails."""
        key = tuple(data)
        if key not in self.known:
            self.known[key] = self.array((len(data),), data)
        return self.known[key]

    def array(self, shape, data):
        """Return the values of the function for an array, or None if they do not have the same shape."""
        machine = self.vocabulary.machine
        made = machine.library.numpy["array"](list(data)).reshape(shape)
        found = self.vocabulary.quietly(lambda: self.function(made, **self.keywords))
        if not isinstance(found, Array) or found.shape != tuple(shape):
            if len(data) > 60:
                return None
            parts = [self.vocabulary.quietly(lambda x=x: self.function(Value(x), **self.keywords)) for x in data]
            values = [p.data if isinstance(p, Value) else p for p in parts]
            return [float(v) for v in values] if all(isinstance(v, (int, float)) for v in values) else None
        values = [float(e.data) if isinstance(e, Value) else float(e) for e in found.elements()]
        return values if all(map(math.isfinite, values)) else None


class Vocabulary:
    """The program's names for functions.

    Attributes:
        numpy: The program's name for NumPy, or else for PyTorch.
        modules: The program's names for modules.
        helpers: The program's functions of one argument.
        sigmoid: The name of the program's logistic function, or an empty string.
        softmaxes: The program's functions that return probabilities.
    """

    def __init__(self, machine, tree):
        self.machine = machine
        self.functions = {}
        self.definitions = {}
        self.names = set()
        names = machine.globals.names
        self.modules = {name for name, value in names.items() if isinstance(value, Namespace)}
        libraries = {value.name: name for name, value in names.items() if isinstance(value, Namespace)}
        self.numpy = libraries.get("numpy") or libraries.get("torch") or "np"
        self.helpers, self.softmaxes = [], []
        for name, value in names.items():
            if isinstance(value, Function):
                self._add(value, name, name, 0)
            elif isinstance(value, Class):
                for member, method in value.names.items():
                    function = method.function if isinstance(method, Kind) else method
                    static = isinstance(method, Kind) and method.mark == "staticmethod"
                    if isinstance(function, Function):
                        self._add(function, member, f"self.{member}", 0 if static else 1)
        self.sigmoid = next((h.text for h in self.helpers if not h.suffix and h.test and _is_sigmoid(h.test)), "")
        if not self.sigmoid and self.numpy == libraries.get("torch"):
            self.sigmoid = f"{self.numpy}.sigmoid"

    def _add(self, function, name, text, skip):
        spec = function.node.args
        names = [part.arg for part in spec.args][skip:]
        self.functions[text] = (function, names)
        self.definitions[text] = function
        self.names.add(text)
        required = len(spec.args) - skip - len(spec.defaults)
        if required != 1 or spec.vararg or spec.kwonlyargs:
            return
        body = function.node.body if isinstance(function.node, ast.FunctionDef) else []
        if len(body) > 8:
            return
        call = (lambda x, f=function, **k: f(None, x, **k)) if skip else function
        options = [("", {})]
        for flag, default in zip(names[1:], function.defaults, strict=False):
            if default is False or default is True:
                options.append((f", {flag}={not default}", {flag: not default}))
        for suffix, keywords in options:
            helper = Helper(self, call, name, text, suffix, keywords, function.node)
            if helper.test is not None:
                self.helpers.append(helper)
                one = helper.array((3, 1), POINTS)
                if one is not None and abs(sum(one) - 1) < 1e-9:
                    self.softmaxes.append(helper)

    def helper_lines(self):
        """Return the first and last lines of the functions of one number. Lambdas are left out."""
        nodes = [helper.function_node for helper in self.helpers]
        return {(node.lineno, node.end_lineno) for node in nodes if isinstance(node, ast.FunctionDef)}

    def quietly(self, action):
        """Return the result of an action on the machine, or None if it fails."""
        machine = self.machine
        kept = machine.recorder, machine.trace, machine.watcher, machine.stack, machine.limits, machine.statement
        machine.recorder, machine.trace, machine.watcher = Silent(), None, None
        machine.stack, machine.limits = list(machine.stack), Limits(steps=5000)
        try:
            return action()
        except (*FAILURES, Unreadable, Stop):
            return None
        finally:
            machine.recorder, machine.trace, machine.watcher, machine.stack, machine.limits, machine.statement = kept

    def name_of(self, node):
        """Return the name of the function in a call."""
        if isinstance(node, ast.Attribute):
            return node.attr
        return node.id if isinstance(node, ast.Name) else ""

    def unsquared(self, node, source):
        """Yield the base of the square that a call returns, with the arguments of the call written into it."""
        text = ast.unparse(node.func)
        if text not in self.functions:
            return
        function, names = self.functions[text]
        if not isinstance(function.node, ast.FunctionDef) or node.keywords or len(node.args) > len(names):
            return
        known = {name: source.operand_text(arg) for name, arg in zip(names, node.args, strict=False)}
        for statement in function.node.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                known[statement.targets[0].id] = f"({_written_out(statement.value, known)})"
            elif isinstance(statement, ast.Return) and statement.value is not None:
                value = statement.value
                squared = isinstance(value, ast.BinOp) and (
                    isinstance(value.op, ast.Pow)
                    or (isinstance(value.op, ast.Mult) and ast.dump(value.left) == ast.dump(value.right))
                )
                if squared:
                    inner = _written_out(value.left, known)
                    yield inner.removeprefix("(").removesuffix(")") if inner.startswith("(") else inner
                    yield f"-({inner})"


def _written_out(node, known):
    """Return the text of an expression in which known names are replaced by their texts."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, name):
            return ast.parse(known[name.id], mode="eval").body if name.id in known else name

    return ast.unparse(Put().visit(ast.parse(ast.unparse(node), mode="eval").body))


def _is_sigmoid(values):
    return all(abs(v - 1 / (1 + math.exp(-x))) < 1e-9 for x, v in zip(POINTS, values, strict=True))
