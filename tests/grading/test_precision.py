"""Verdicts and precise numbers do not depend on other uses of mpmath, in this thread or another one."""

import random
import threading

import mpmath
import pytest

from autograd import Value, derive, replay, tanh
from autograd.engine import primitives
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import precise_sample
from nn import MLP, half_sse

RIGHT = r"\delta_h = a_h (1 - a_h) \sum_o \delta_o w_{ho}"


def derivation():
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)
    return derive(half_sse(model([0.5, -1.0]), [0, 1]))


@pytest.mark.parametrize("digits", [3, 15, 200])
def test_a_right_formula_is_right_at_any_precision_of_the_process(digits):
    with mpmath.workdps(digits):
        assert derivation().grade(None, RIGHT).verdict == "equal"
        assert mpmath.mp.dps == digits


def test_a_right_formula_is_right_while_another_thread_sets_the_precision():
    done, before = threading.Event(), mpmath.mp.dps

    def disturb():
        while not done.is_set():
            with mpmath.workdps(5):
                mpmath.exp(mpmath.mpf(1))

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        derived = derivation()
        verdicts = [derived.grade(None, RIGHT).verdict for _ in range(10)]
    finally:
        done.set()
        thread.join()
    assert verdicts == ["equal"] * 10
    assert mpmath.mp.dps == before
    assert derived.grade(None, RIGHT).verdict == "equal"  # no points with few digits were kept


def test_graders_in_many_threads_agree():
    derived, verdicts = derivation(), []

    def run():
        verdicts.extend([derived.grade(None, RIGHT).verdict for _ in range(3)])
        verdicts.append(derivation().grade(None, RIGHT.replace("1 - a_h", "1 + a_h")).verdict)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["equal"] * 12 + ["wrong"] * 4


def in_a_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_another_thread_cannot_change_the_precision_of_a_comparison():
    def lower():
        precise_numbers().dps = 3
        return precise_numbers(), precise_numbers() is precise_numbers()

    context, same = in_a_thread(lower)
    assert same
    assert context is not precise_numbers()
    assert (context.dps, precise_numbers().dps) == (3, 50)


# The formulas of this network are compared in digits, because a field has no meaning for the error function.
WRONG = r"\delta_h = \frac{2}{\sqrt{\pi}} e^{s_h^2} \sum_o \delta_o w_{ho}"


def test_a_derivation_is_graded_by_one_thread_after_another():
    derived = derive(half_sse(MLP(2, [3, 2], activation="erf", seed=0)([0.5, -1.0]), [0, 1]))

    def verdicts():
        mine = []
        for formula in (WRONG.replace("e^{s_h", "e^{-s_h"), WRONG):
            mine.append(derived.grade(None, formula).verdict)
        return mine

    def disturbed():
        precise_numbers().dps = 200
        return verdicts()

    assert verdicts() == ["equal", "wrong"]
    assert in_a_thread(disturbed) == in_a_thread(verdicts) == verdicts() == ["equal", "wrong"]
    assert precise_numbers().dps == 50


def test_a_precise_point_has_its_digits_whatever_the_process_has():
    network = derivation().network
    with mpmath.workdps(5):
        sample = precise_sample(network, seed=1)
    numbers = [x for x in sample.values.values() if not isinstance(x, int)]
    assert all(x.context is precise_numbers() for x in numbers)
    again = precise_sample(network, seed=1)
    assert list(sample.values.values()) == list(again.values.values())


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "erf", "sqrt", "normal_cdf", "sigmoid", "atan"])
def test_a_primitive_computes_with_the_digits_of_its_operand(name):
    context = mpmath.MPContext()
    context.dps = 40
    primitive = getattr(primitives, name)
    with mpmath.workdps(5):
        found = primitive(context.mpf(1) / 3)
    with mpmath.workdps(45):
        expected = primitive(mpmath.mpf(1) / 3)
        assert abs(mpmath.mpf(found) - expected) < mpmath.mpf(10) ** -38


def test_a_replay_over_mpf_has_the_precision_of_the_process_as_documented():
    x = Value(0.5)
    y = tanh(x)
    with mpmath.workdps(30):
        assert mpmath.nstr(replay(y, mpmath.mpf).value, 30) == mpmath.nstr(mpmath.tanh(mpmath.mpf("0.5")), 30)


@pytest.mark.parametrize("formula", [RIGHT, r"\delta_h = a_h \sum_o \delta_o w_{ho}"])
def test_the_random_numbers_of_the_program_stay_as_they_are(formula):
    """mpmath would draw from Python's generator, which a program may have seeded."""
    random.seed(3)
    state = random.getstate()
    derivation().grade(None, formula)
    assert random.getstate() == state
