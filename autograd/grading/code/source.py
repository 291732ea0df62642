"""The text of a program, and edits of it that replace parts of the text."""

import ast
import functools
import itertools
import re
from dataclasses import dataclass

from autograd.grading.code.grade import Fix

__all__ = ["Edit", "Source", "is_product", "moved"]


@dataclass(frozen=True)
class Edit:
    """A replacement of the text from index ``start`` to index ``end``, exclusive, by another text."""

    start: int
    end: int
    text: str


class Source:
    """A program's text, with the positions of its nodes and its numbers.

    >>> source = Source("a = b * c\\n")
    >>> node = source.tree.body[0].value
    >>> source.text_of(node), source.edited([source.replacing(node.right, "d")])
    ('b * c', 'a = b * d\\n')
    """

    def __init__(self, text):
        self.text = text
        self.tree = ast.parse(text)
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.parents = {}
        self.statements = {}
        self.blocks = {}
        self.known_unread = {}
        self._walk(self.tree, None)
        constants = [node.value for node in self.parents if isinstance(node, ast.Constant)]
        self.numbers = {float(x) for x in constants if isinstance(x, (int, float)) and not isinstance(x, bool)}

    def _walk(self, node, statement):
        for name, value in ast.iter_fields(node):
            block = value if isinstance(value, list) and value and isinstance(value[0], ast.stmt) else None
            for i, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    inside = child if isinstance(child, ast.stmt) else statement
                    self.parents[child] = node
                    self.statements[child] = inside
                    if block is not None:
                        self.blocks[child] = (block, i, name)
                    self._walk(child, inside)

    @functools.cached_property
    def stores(self):
        """The assignments, each with the start and the end of its text."""
        return [(node, *self.span(node)) for node in self.parents if isinstance(node, (ast.Assign, ast.AugAssign))]

    @functools.cached_property
    def has_matrices(self):
        """True if the program makes arrays of the class ``np.matrix``, whose ``*`` is the product of matrices."""
        return bool(re.search(r"\b\w+\.(as)?mat(rix)?\(", self.text))

    @functools.cached_property
    def loop_variables(self):
        """The names that loops and comprehensions bind."""
        loops = [node for node in self.parents if isinstance(node, (ast.For, ast.comprehension))]
        return {part.id for loop in loops for part in ast.walk(loop.target) if isinstance(part, ast.Name)}

    def offset(self, line, column):
        """Return the index in the text of a line and a column, which is counted in bytes."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self.starts[line - 1] + len(text.encode()[:column].decode(errors="ignore"))

    def span(self, node):
        """Return the start and the end of a node in the text."""
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def holds(self, node, start, end):
        """Return True if a span of text is within a node."""
        first, last = self.span(node)
        return first <= start and end <= last

    def text_of(self, node):
        """Return the text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def replacing(self, node, text):
        """Return the edit that replaces a node by a text."""
        return Edit(*self.span(node), text)

    def in_parentheses(self, node):
        """Return True if a node stands in parentheses of its own, so that no other text can be left or right of it."""
        start, end = self.span(node)
        before, after = self.text[:start].rstrip(" "), self.text[end:].lstrip(" ")
        return before[-1:] == "(" and after[:1] == ")"

    def operand_text(self, node, tight=True):
        """Return the text of a node as a factor, in parentheses if it needs them."""
        text = self.text_of(node)
        loose = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Lambda, ast.BoolOp)
        if not isinstance(node, loose) or (not tight and isinstance(node, ast.BinOp) and is_product(node)):
            return text
        return f"({text})"

    def edited(self, edits):
        """Return the text after some edits, which must not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def overlap(self, edits):
        """Return True if two of the edits overlap."""
        ordered = sorted(edits, key=lambda e: (e.start, e.end))
        return any(a.end > b.start for a, b in itertools.pairwise(ordered))

    def loops_around(self, node):
        """Return the loops and comprehensions around a node, the innermost first."""
        found = []
        while node in self.parents:
            inner, node = node, self.parents[node]
            if isinstance(node, ast.For) and inner is not node.iter:
                found.append(node)
            elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)):
                found.extend(node.generators)
            elif isinstance(node, (ast.FunctionDef, ast.Lambda)):
                break
        return found

    def counters(self, node):
        """Return the names that are bound by the loops around a node, the innermost first."""
        targets = [loop.target for loop in self.loops_around(node)]
        return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]

    def function_of(self, statement):
        """Return the function that contains a statement, or the module."""
        around = statement
        while around in self.parents and not isinstance(around, ast.FunctionDef):
            around = self.parents[around]
        return around

    def unread(self, statement):
        """Return the names that the function around a statement assigns but never reads."""
        around = self.function_of(statement)
        if around not in self.known_unread:
            names = [part for part in ast.walk(around) if isinstance(part, ast.Name)]
            loaded = {part.id for part in names if isinstance(part.ctx, ast.Load) and not self._is_filled(part)}
            stored = [part.id for part in names if isinstance(part.ctx, ast.Store)]
            self.known_unread[around] = list(dict.fromkeys(name for name in stored if name not in loaded))
        return list(self.known_unread[around])

    def carried(self, statement):
        """Return the names that the loop around a statement assigns for its next iteration but does not read."""
        loop = next((node for node in self.loops_around(statement) if isinstance(node, ast.For)), None)
        if loop is None:
            return []
        inside = [part for part in ast.walk(loop) if isinstance(part, ast.Name)]
        loaded = {part.id for part in inside if isinstance(part.ctx, ast.Load)}
        outside = set(ast.walk(self.function_of(statement))) - set(inside)
        before = {part.id for part in outside if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        return [p.id for p in inside if isinstance(p.ctx, ast.Store) and p.id in before and p.id not in loaded]

    def _is_filled(self, name):
        """Return True if a name is an array whose elements are assigned, as in ``grad[h < 0] = 0``."""
        around = self.parents.get(name)
        return isinstance(around, ast.Subscript) and around.value is name and isinstance(around.ctx, ast.Store)

    def unread_twins(self, node):
        """Return the texts of the same attribute of other variables that the program never reads.

        For example, ``activation.dinputs`` may be right in place of ``loss.dinputs`` if nothing else reads it.
        """
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return []
        read = {ast.unparse(part) for part in self.parents if isinstance(part, ast.Attribute)}
        names = {part.id for part in self.parents if isinstance(part, ast.Name)}
        return sorted({f"{name}.{node.attr}" for name in names} - read)

    def unread_arguments(self, statement):
        """Return the arguments that the function around a statement never reads."""
        around = self.function_of(statement)
        if not isinstance(around, ast.FunctionDef):
            return []
        loaded = {part.id for part in ast.walk(around) if isinstance(part, ast.Name)}
        return [part.arg for part in around.args.args if part.arg not in loaded and part.arg not in ("self", "cls")]

    def indent(self, statement):
        """Return the white space before a statement."""
        line = self.lines[statement.lineno - 1]
        return line[: len(line) - len(line.lstrip())]

    def line_of(self, offset):
        """Return the line number of an index in the text."""
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1

    def fixes(self, edits):
        """Return the replacements of lines for these edits, each with the new text."""
        regions = []
        for edit in sorted(edits, key=lambda e: e.start):
            first = self.line_of(edit.start)
            last = self.line_of(max(edit.end - 1, edit.start))
            if regions and first <= regions[-1][1]:
                regions[-1][1] = max(last, regions[-1][1])
                regions[-1][2].append(edit)
            else:
                regions.append([first, last, [edit]])
        found = []
        for first, last, inside in regions:
            start = self.starts[first - 1]
            end = self.starts[last] if last < len(self.starts) else len(self.text)
            text = self.text[start:end]
            for edit in sorted(inside, key=lambda e: (e.start, e.end), reverse=True):
                text = text[: edit.start - start] + edit.text + text[edit.end - start :]
            found.append(Fix(first, last, text.rstrip("\n")))
        return tuple(found)


def is_product(node):
    """Return True if a node is a product or a quotient."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult))


def moved(source, statement, after):
    """Return the edits that move a statement after another statement of its block."""
    first, last = statement.lineno, statement.end_lineno
    start, end = source.starts[first - 1], source.starts[min(last, len(source.lines))]
    text = source.text[start:end]
    if not text.endswith("\n"):
        text += "\n"
    place = source.starts[min(after.end_lineno, len(source.lines))]
    lead = "" if place == 0 or source.text[place - 1] == "\n" else "\n"
    return [Edit(start, end, ""), Edit(place, place, lead + text)]
