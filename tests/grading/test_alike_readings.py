"""Readings that differ only in what a claim does not have are judged once, with the verdict of each alone."""

import itertools
from dataclasses import fields, replace

import pytest
from people_settings import derivation

from autograd.grading.judging import judge as judging
from autograd.grading.judging.alike_readings import Outcomes
from autograd.grading.judging.task import Judged
from autograd.grading.meaning.place import Misfit, Reading

READINGS = [
    Reading(axes={"i": i}, vectors=vectors, base=base, first_step=first)
    for i, vectors, base, first in itertools.product((0, 1), ("columns", "rows"), (0, 1), (0, 1))
]


def test_a_result_is_computed_once_for_readings_with_the_same_answers():
    asked = []

    def compute(reading):
        asked.append(reading)
        return Judged("equal", reading, None, reading.axes["i"]) if reading.base else Judged("wrong", reading)

    outcome = Outcomes(compute)
    for reading in READINGS:
        found = outcome(reading)
        assert found.reading == reading
        assert type(found.reading) is Reading
        assert (found.verdict, found.link) == (("equal", reading.axes["i"]) if reading.base else ("wrong", None))
    assert len(asked) == 3  # base 0, and base 1 with two axes


def test_what_a_computation_changes_is_kept():
    outcome = Outcomes(lambda reading: Judged("equal", reading.changed(implied=reading.base == 1)))
    for reading in READINGS:
        assert outcome(reading).reading == replace(reading, implied=reading.base == 1)


def test_an_error_is_raised_again_for_alike_readings_only():
    def compute(reading):
        if reading.vectors == "rows":
            raise Misfit("rows", 0)
        return reading.base

    outcome = Outcomes(compute)
    for reading in READINGS:
        if reading.vectors == "rows":
            with pytest.raises(Misfit):
                outcome(reading)
        else:
            assert outcome(reading) == reading.base


FORMULAS = [
    ("2-3-2 sig half_sse", r"\delta^l = (W^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)"),
    ("2-3-2 sig half_sse", r"\frac{\partial L}{\partial W_2} = \delta_2 a_1^T"),
    ("2-3-2 sig half_sse", r"\frac{\partial L}{\partial W_2} = a_1 \delta_2^T"),
    ("2-3-2 sig half_sse m=3", r"\frac{\partial L}{\partial W^{[2]}} = \frac{1}{m} dZ^{[2]} A^{[1]T}"),
    ("2-3-2 sig half_sse m=3", r"\frac{\partial L}{\partial W^{[2]}} = \frac{1}{m} A^{[1]} dZ^{[2]T}"),
    ("rnn tanh ce", r"\frac{\partial h_t}{\partial h_{t-1}} = W_{hh}^T \operatorname{diag}(1 - h_t^2)"),
    (
        "rnn tanh ce",
        r"\frac{\partial h_t}{\partial h_k} = \prod_{i=k+1}^t W_{hh}^T \operatorname{diag}(1 - h_i^2)",
    ),
]


@pytest.mark.parametrize(("setting", "formula"), FORMULAS)
def test_each_reading_has_the_verdict_that_it_has_alone(setting, formula, monkeypatch):
    pairs = []

    class Both(Outcomes):
        def __init__(self, compute):
            super().__init__(compute)
            self.alone = compute

        def __call__(self, reading):
            known, plain = self._outcome(super().__call__, reading), self._outcome(self.alone, reading)
            pairs.append((known, plain))
            return super().__call__(reading)

        def _outcome(self, compute, reading):
            try:
                return compute(reading)
            except Exception as error:
                return type(error), str(error)

    monkeypatch.setattr(judging, "Outcomes", Both)
    row = {"setting": setting, "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y"}}}
    if setting.startswith("rnn"):
        row["declared"]["letters"] = {"s": "z", "a": "h", "y": "o", "p": r"\hat{y}", "t": "y"}
    derivation(row).grade(None, formula)
    assert pairs
    assert all(known == plain for known, plain in pairs)


def test_all_attributes_of_readings_are_noted():
    noted = Outcomes(lambda reading: [getattr(reading, field.name) for field in fields(Reading)])
    for reading in READINGS:
        assert noted(reading) == [getattr(reading, field.name) for field in fields(Reading)]


CHAINS = [
    (r"\frac{\partial h_T}{\partial h_1} = \prod_{t=2}^{T} \frac{\partial h_t}{\partial h_{t-1}}", "equal"),
    (r"\frac{\partial h_T}{\partial h_t} = \prod_{k=t+1}^{T} \operatorname{diag}(1 - h_k^2) W_{hh}", "equal"),
    (r"\frac{\partial h_T}{\partial h_t} = \prod_{k=t}^{T} \operatorname{diag}(1 - h_k^2) W_{hh}", "wrong"),
    (r"\frac{\partial h_t}{\partial h_{t-1}} = W_{hh}^T \operatorname{diag}(1 - h_t^2)", "equal"),
    (r"\delta_t = (V^T (\hat{y}_t - y_t) + W^T \delta_{t+1}) \odot (1 - h_t^2)", "equal"),
    (r"\delta_t = (V^T (\hat{y}_t - y_t) + W \delta_{t+1}) \odot (1 - h_t^2)", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), CHAINS)
def test_no_other_layout_is_tried_for_a_claim_that_is_right_in_one(formula, verdict, monkeypatch):
    letters = {"s": "a", "a": "h", "y": "o", "p": r"\hat{y}", "t": "y", "loss": "L"}
    of = derivation({"setting": "rnn 2-3-2 tanh ce", "declared": {"order": "to-from", "letters": letters}})
    assert of.grade(None, formula).verdict == verdict
    monkeypatch.setattr(judging, "by_layout", lambda readings: readings)  # so that all layouts are tried
    assert of.grade(None, formula).verdict == verdict
