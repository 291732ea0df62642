"""The program's own class of matrices: its methods, by what they do, and its lines."""

import ast
import re

from autograd.grading.code.objects import Function, Instance, Kind
from autograd.grading.code.trace import numbers_of

__all__ = ["Matrices", "matrices_of"]

PRODUCT = re.compile(r"mul|hadam|times|prod|element", re.I)
OTHER_PRODUCT = re.compile(r"mat|dot|scal|num|mm", re.I)
MAPPED = re.compile(r"map|apply|func|each", re.I)
MAX_FRAMES = 300


class Matrices:
    """The class of matrices of a program.

    Attributes:
        owner: The name of the class.
        products: The methods that multiply element by element: triples of the name, True if it is static, and True if
            it returns a matrix.
        maps: The methods that apply a function to each element, in the same form.
        lines: The first and the last line of the class.
    """

    def __init__(self, cls, tree):
        self.owner = cls.name
        self.products = list(_methods(cls, PRODUCT, OTHER_PRODUCT))
        self.maps = list(_methods(cls, MAPPED, None))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == cls.name]
        self.lines = (nodes[0].lineno, nodes[0].end_lineno) if nodes else (0, -1)

    def mapped(self, text, function):
        """Yield the texts that apply a function to each element of a matrix."""
        for name, static, returns in self.maps:
            if returns:
                yield f"{self.owner}.{name}({text}, {function})" if static else f"{text}.{name}({function})"

    def product(self, one, other):
        """Yield the texts of the product of two matrices, element by element."""
        for name, static, returns in self.products:
            if returns:
                yield f"{self.owner}.{name}({one}, {other})" if static else f"{one}.{name}({other})"

    def in_place(self, one, other):
        """Yield the statements that multiply a matrix by another one in place."""
        for name, static, returns in self.products:
            if not returns:
                yield f"{self.owner}.{name}({one}, {other})" if static else f"{one}.{name}({other})"

    def holds(self, line):
        """Return True if a line belongs to the class."""
        return self.lines[0] <= line <= self.lines[1]


def matrices_of(way):
    """Return the class of matrices of a program, or None if it has none.

    Args:
        way: The facts about the backward pass.
    """
    met = set()
    for _, _, places in way.nodes[:MAX_FRAMES]:
        for frame in (places[0].frame, places[0].frame.module):
            if id(frame) in met:
                continue
            met.add(id(frame))
            for value in frame.names.values():
                parts = value.names.values() if isinstance(value, Instance) else ()
                for one in (value, *parts):
                    if isinstance(one, Instance) and numbers_of(one)[1]:
                        return Matrices(one.cls, way.source.tree)
    return None


def _methods(cls, wanted, unwanted):
    for name, member in cls.names.items():
        function = member.function if isinstance(member, Kind) else member
        if not isinstance(function, Function) or not wanted.search(name) or (unwanted and unwanted.search(name)):
            continue
        static = isinstance(member, Kind) and member.mark == "staticmethod"
        parts = ast.walk(function.node)
        yield name, static, any(isinstance(part, ast.Return) and part.value is not None for part in parts)
