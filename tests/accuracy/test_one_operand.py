"""A sample of ``make accuracy``: every primitive of one operand against mpmath, at points that each run draws again."""

import os
import sys
import time
from pathlib import Path

import mpmath
import pytest
from arguments import ONE_OPERAND, PLACES, arguments
from mpmath import mp, mpf
from points import BY_NAME, EXACT
from truths import ORDERS, classify, truths, verdict

sys.path.append(str(Path(__file__).parent / "libraries"))
from ours import derivatives

SEED = int(os.environ.get("DELTAGRAD_SEED", time.time_ns() % 10**9))


@pytest.mark.parametrize("primitive", ONE_OPERAND, ids=str)
def test_value_and_derivatives_are_right_to_the_last_digits(primitive):
    xs = arguments(primitive, SEED, 15)
    misses = []
    for k, (order, found) in enumerate(zip(ORDERS, derivatives(primitive, xs), strict=True)):
        for x, y in zip(xs, found, strict=True):
            truth = truths(primitive.name, x)[min(k, 2)]
            ended = "raised" if y is None else verdict(primitive.name, order, x, y, truth)
            if ended != "right":
                misses.append(f"{order} at {x!r}: {ended}, found {y!r}, true {mpmath.nstr(truth, 20)}")
    assert not misses, f"DELTAGRAD_SEED={SEED}\n" + "\n".join(misses)


def test_places_name_primitives_of_one_operand():
    assert set(PLACES) <= {p.name for p in ONE_OPERAND}


# --- The checkers themselves

# The exact derivatives are checked against formulas from textbooks: for large arguments, near poles and at roots.
FORMULAS = [
    ("asin", 1e-300, lambda x: (1 / mpmath.sqrt(1 - x**2), x / (1 - x**2) ** mpf("1.5"))),
    ("asin", 1 - 2.0**-53, lambda x: (1 / mpmath.sqrt(1 - x**2), x / (1 - x**2) ** mpf("1.5"))),
    ("tan", 1.5707963267948966, lambda x: (mpmath.sec(x) ** 2, 2 * mpmath.tan(x) * mpmath.sec(x) ** 2)),
    ("log", 5e-324, lambda x: (1 / x, -1 / x**2)),
    ("log", 1e300, lambda x: (1 / x, -1 / x**2)),
    ("tanh", 230.0, lambda x: (mpmath.sech(x) ** 2, -2 * mpmath.tanh(x) * mpmath.sech(x) ** 2)),
    ("sin", 1e300, lambda x: (mpmath.cos(x), -mpmath.sin(x))),
    ("normal_pdf", 1.0, lambda x: (-mpmath.npdf(x), mpf(0))),
    ("gaussian", 27.0, lambda x: (-2 * x * mpmath.exp(-x * x), (4 * x * x - 2) * mpmath.exp(-x * x))),
]


@pytest.mark.parametrize(("name", "x", "formulas"), FORMULAS, ids=[f"{row[0]} {row[1]}" for row in FORMULAS])
def test_the_truth_is_the_formulas(name, x, formulas):
    with mp.workprec(3000):
        for found, exact in zip(truths(name, x)[1:], formulas(mpf(x)), strict=True):
            assert abs(found - exact) <= mpf(2) ** -75 * abs(exact) + mpf(2) ** -1150


@pytest.mark.parametrize("primitive", ONE_OPERAND, ids=str)
def test_mpmath_has_the_digits_that_it_is_trusted_with(primitive):
    f = EXACT[primitive.name]
    for x in arguments(primitive, SEED, 4):
        with mp.workprec(420):
            found = f(mpf(x))
        with mp.workprec(1300):
            exact = f(mpf(x))
            assert abs(found - exact) <= mpf(2) ** (20 - 420) * abs(exact), x


VERDICTS = [
    (1.0, 1.0, "right"),
    (1.0 + 4 * 2.0**-52, 1.0, "right"),
    (1.0 + 6 * 2.0**-52, 1.0, "beyond"),
    (float("nan"), 1.0, "wrong"),
    (float("inf"), 1.0, "wrong"),
    (float("inf"), mpf(10) ** 400, "right"),
    (float("-inf"), mpf(10) ** 400, "wrong"),
    (1e308, mpf(10) ** 400, "wrong"),
    (0.0, mpf(10) ** -323, "wrong"),
    (0.0, mpf(10) ** -400, "right"),
    (-1e-300, 1e-300, "wrong"),
    (0.0, 0.0, "right"),
    (1e-300, 0.0, "beyond"),
]


@pytest.mark.parametrize(("found", "truth", "expected"), VERDICTS)
def test_verdicts(found, truth, expected):
    assert classify(found, mpf(truth), 4) == expected


def test_a_sum_that_cancels_is_allowed_its_terms_beside_a_root_and_nowhere_else():
    assert verdict("silu", "first", -1.2784645427610738, 1e-16, truths("silu", -1.2784645427610738)[1]) == "right"
    assert verdict("silu", "first", -1.2784645427610738, 1e-14, truths("silu", -1.2784645427610738)[1]) != "right"
    assert verdict("silu", "first", 1.0, 0.0, truths("silu", 1.0)[1]) == "wrong"
    assert verdict("sigmoid", "second by reverse", 1e-18, 0.0, truths("sigmoid", 1e-18)[2]) == "wrong"


def test_a_wrong_rule_is_found():
    xs = arguments(BY_NAME["tanh"], SEED, 40)
    ended = [verdict("tanh", "first", x, 1.0 - EXACT["tanh"](x) ** 2, truths("tanh", x)[1]) for x in xs]
    assert "wrong" in ended
