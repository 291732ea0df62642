"""Docstrings are sentences: they say what something is or does, and do not begin with a relative clause."""

import ast

import pytest
from test_rooms import MODULES, ROOT, name_of

# Programs in these folders are data: people wrote them, and the tests grade them.
_DATA = {ROOT / "tests" / "grading" / "code" / name for name in ("cases", "programs")}
OTHERS = {
    name_of(path): path
    for folder in ("tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if _DATA.isdisjoint(path.parents)
}
RELATIVE = {"What", "Whatever", "Who", "Whoever", "Whose", "Where", "Wherever", "Whether", "How", "Which"}


def docstrings(source):
    """Yield the name and the docstring of a module and of everything in it that has one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", "the module"), text


def relative_clauses(source):
    return [name for name, text in docstrings(source) if text.split()[0].rstrip(",:") in RELATIVE]


@pytest.mark.parametrize("path", [pytest.param(path, id=name) for name, path in (MODULES | OTHERS).items()])
def test_no_docstring_begins_with_a_relative_clause(path):
    assert relative_clauses(path.read_text(encoding="utf-8")) == []


def test_a_relative_clause_is_noticed():
    source = 'class A:\n    """What has parts."""\n\n    def f(self):\n        """Return whether it has."""\n'
    assert relative_clauses(source) == ["A"]
