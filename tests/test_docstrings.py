"""The examples in docstrings run and give the results that they show."""

import doctest
import importlib

import pytest
from test_rooms import MODULES

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples():
    """Return every docstring with an example, as a pytest parameter named after the documented object."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in MODULES:
        if name.endswith("__main__") or name == "autograd.mutants.plugin":
            continue
        for test in finder.find(importlib.import_module(name)):
            if test.examples:
                yield pytest.param(test, id=test.name)


@pytest.mark.parametrize("test", list(examples()))
def test_an_example_gives_what_it_says(test, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told: list = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=told.append, clear_globs=False)
    assert told == []


def test_a_wrong_example_is_noticed():
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    told: list = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=told.append)
    assert "Expected:\n    3\nGot:\n    2" in "".join(told)
