"""All small changes of a source file that a test should notice, one at a time, found in its syntax tree."""

import ast
import copy
from dataclasses import dataclass

__all__ = ["Change", "changes"]


@dataclass(frozen=True)
class Change:
    """A change.

    Attributes:
        where: the function that contains it, such as ``"Value.__add__"``. Outside of functions, the assigned name, such
            as ``"tanh"`` for an entry of the table, or ``"module"``.
        what: the source before and after it, in one line each. ``#2`` follows if the same change occurs again there.
        kind: ``"comparison"``, ``"sum"`` (a ``+=``), or ``"other"``.
        lines: the first and the last line.
        deferred: True if the code runs when a function is called, and not when the file is imported.
        start, end, text: the place of the bytes that it replaces, and their replacement.
    """

    where: str
    what: str
    kind: str
    lines: tuple[int, int]
    deferred: bool
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        """Return the source with the change."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()


_COMPARISONS = {
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}  # fmt: skip
_OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_CALLS = {"reversed": "list", "min": "max", "max": "min", "any": "all", "all": "any"}


def changes(source: str) -> list[Change]:
    """Return every change of ``source``, in the order of the file.

    These are comparisons (their bound and their direction), ``+=`` (to ``=`` and ``-=``), operators, signs, ``and`` and
    ``or``, conditions, numbers, ``reversed``, ``min`` and ``max``, ``any`` and ``all``. ``raise``, ``continue`` and
    calls for their effect are removed. Annotations, messages, ``strict=`` and code for the compiler alone are not
    changed.
    """
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    seen: dict = {}
    found = []
    for change in finder.found:
        n = seen[change.where, change.what] = seen.get((change.where, change.what), 0) + 1
        named = f"{change.what} #{n}" if n > 1 else change.what
        found.append(Change(change.where, named, *[getattr(change, k) for k in list(Change.__annotations__)[2:]]))
    return found


def _is_compiled(test):
    return ast.unparse(test) == "cython.compiled"


class _Finder(ast.NodeVisitor):
    def __init__(self, source):
        self.starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.names, self.depth, self.found = [], 0, []

    def _add(self, node, new):
        """Add the change of ``node`` into ``new``, which is another node or a source text."""
        text = new if isinstance(new, str) else ast.unparse(ast.fix_missing_locations(new))
        before = " ".join(ast.unparse(node).split())
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        written = f"({text})" if isinstance(node, ast.expr) else text
        what = f"{before} -> {' '.join(text.split())}"
        where = ".".join(self.names) or "module"
        lines = (node.lineno, node.end_lineno)
        kind = "comparison" if isinstance(node, ast.Compare) else "sum" if isinstance(node, ast.AugAssign) else "other"
        self.found.append(Change(where, what, kind, lines, self.depth > 0, start, end, written))

    def _variant(self, node, **fields):
        new = copy.deepcopy(node)
        for name, value in fields.items():
            setattr(new, name, value)
        self._add(node, new)

    # --- Parts that are not changed

    def visit_FunctionDef(self, node):
        if node.name == "__dealloc__":  # only the compiler uses it
            return
        self.names.append(node.name)
        for default in [*node.args.defaults, *[d for d in node.args.kw_defaults if d is not None]]:
            self.visit(default)
        self.depth += 1
        for statement in node.body:
            self.visit(statement)
        self.depth -= 1
        self.names.pop()

    def visit_ClassDef(self, node):
        self.names.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self.names.pop()

    def visit_Lambda(self, node):
        self.depth += 1
        self.visit(node.body)
        self.depth -= 1

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node):
        pass

    def visit_Assign(self, node):
        named = not self.names and isinstance(node.targets[0], ast.Name)
        if named:
            self.names.append(node.targets[0].id)
        if self.names != ["__all__"]:
            self.generic_visit(node)
        if named:
            self.names.pop()

    # --- Statements

    def visit_Raise(self, node):
        self._add(node, "pass")

    def visit_Continue(self, node):
        self._add(node, "pass")

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call):
            self._add(node, "pass")
            self.generic_visit(node)

    def visit_AugAssign(self, node):
        if isinstance(node.op, ast.Add):
            self._add(node, ast.Assign(targets=[node.target], value=node.value))
        if type(node.op) in _OPERATORS:
            self._variant(node, op=_OPERATORS[type(node.op)]())
        self.visit(node.value)

    def visit_If(self, node):
        if _is_compiled(node.test):
            for statement in node.orelse:
                self.visit(statement)
            return
        self._condition(node)
        self.generic_visit(node)

    def visit_IfExp(self, node):
        if _is_compiled(node.test):
            self.visit(node.orelse)
            return
        self._condition(node)
        self.generic_visit(node)

    def _condition(self, node):
        if not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            self._add(node.test, ast.UnaryOp(op=ast.Not(), operand=node.test))

    # --- Expressions

    def visit_Compare(self, node):
        for i, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                self._variant(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])
        self.generic_visit(node)

    def visit_BinOp(self, node):
        if type(node.op) in _OPERATORS and not isinstance(node.left, (ast.JoinedStr, ast.List, ast.Tuple)):
            self._variant(node, op=_OPERATORS[type(node.op)]())
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        self._variant(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, (ast.USub, ast.Not)):
            self._add(node, node.operand)
        self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            self._variant(node, func=ast.Name(id=_CALLS[node.func.id], ctx=ast.Load()))
        for part in [node.func, *node.args, *[word.value for word in node.keywords if word.arg != "strict"]]:
            self.visit(part)

    def visit_Constant(self, node):
        if isinstance(node.value, bool):
            self._add(node, str(not node.value))
        elif isinstance(node.value, int):
            self._add(node, str(node.value + 1))
        elif isinstance(node.value, float):
            self._add(node, repr(node.value * 2 if node.value else 1.0))
