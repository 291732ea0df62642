"""A pytest plugin that shows why an assertion about a gradient failed. Pytest finds it once deltagrad is installed.

- After an assertion about a grade that is not ``equal``, such as ``assert derive(loss).grade(w, formula)``, the report
  has the whole diagnosis. The same holds for ``assert grade_code(source)`` and ``assert grade_document(text)``.
- ``assert value == 3.0`` says that a Value is equal to no number, and what to compare.

The plugin imports nothing of deltagrad, so tests that do not use the engine do not load the engine.
"""

import sys

import pytest

__all__ = ["pytest_assertrepr_compare", "pytest_runtest_makereport"]

_GRADES = (
    ("autograd.grading.grade", "Grade"),
    ("autograd.grading.code.grade", "CodeGrade"),
    ("autograd.grading.document", "Document"),
)


def _class(module, name):
    """Return a class, or an empty tuple if its module was not imported, because then no object has this class."""
    return getattr(sys.modules.get(module), name, ())


def pytest_assertrepr_compare(op, left, right):
    """Return the lines that explain ``value == number``; None for every other comparison."""
    kind = _class("autograd.engine.value", "Value")
    values = [side for side in (left, right) if isinstance(side, kind)]
    if op not in ("==", "!=") or not values:
        return None
    lines = [f"{left!r} {op} {right!r}"]
    if len(values) == 2:
        return [*lines, "Values are equal only if they are the same object: compare their data, or their grad."]
    return [*lines, f"A Value is equal to no number: compare its data, which is {values[0].data!r}."]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add the diagnosis of each grade that a failed assertion was about."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(AssertionError):
        for grade in _grades(call.excinfo.traceback[-1].frame.f_locals):
            if hasattr(report.longrepr, "addsection"):
                report.longrepr.addsection("the grade", str(grade))
            else:  # with --tb=native, for example
                report.sections.append(("the grade", str(grade)))
    return report


def _grades(variables):
    """Return the grades that are false, each once, among variables, which include parts of a rewritten assertion."""
    kinds = [_class(module, name) for module, name in _GRADES]
    found = [value for value in variables.values() if any(isinstance(value, kind) for kind in kinds) and not value]
    return list({id(grade): grade for grade in found}.values())
