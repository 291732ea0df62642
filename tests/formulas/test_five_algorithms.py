"""The algorithm of each document, run as it is derived, against training with the engine's gradient."""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "notebooks" / "five_algorithms.py"
SPEC = importlib.util.spec_from_file_location("five_algorithms", PATH)
five = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(five)

RIGHT = [case for case in five.RUNS if not case.wrong]
WRONG = [case for case in five.RUNS if case.wrong]


def named(case):
    return f"{case.name} {'-'.join([str(n) for n in case.sizes])}"


@pytest.mark.untraced
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("case", RIGHT, ids=named)
def test_the_weights_after_40_epochs_are_the_engines(case, seed):
    assert five.distance(five.run(case, seed), five.gradient_descent(case, seed)) <= 1e-12


@pytest.mark.parametrize("case", RIGHT, ids=named)
def test_the_equivalent_rate_is_the_only_one(case):
    other = case._replace(factor=case.factor * 2)
    assert five.distance(five.run(case), five.gradient_descent(other)) > 1e-2


@pytest.mark.untraced
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("case", WRONG, ids=named)
def test_the_wrong_formulas_lead_elsewhere(case, seed):
    assert five.distance(five.run(case, seed), five.gradient_descent(case, seed)) > 0.02
    assert five.first_step(case, seed)[0] > 0.1


def test_every_document_runs():
    assert {case.name[:3] for case in RIGHT} == {"000", "001", "002", "003", "004"} == {case.name[:3] for case in WRONG}


def test_the_table(capsys):
    text = five.table()
    assert text.count("\n") == len(five.RUNS)
    assert text.count("WRONG") == len(WRONG)
