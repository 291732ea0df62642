"""A few random trainings agree in machine code and in the engine. ``make agreement`` tests more."""

import pytest
import random_trainings
from random_trainings import compare, trained


@pytest.mark.sampled(4)
@pytest.mark.untraced
@pytest.mark.parametrize("seed", range(24))
def test_a_random_training(seed):
    assert compare(seed) in ("agrees", "raises")


def test_what_is_wrong_is_noticed(monkeypatch):
    def one_off(make, engine):
        found = trained(make, engine)
        return [*found[:-1], found[-1] + 1e-6] if engine == "native" else found

    monkeypatch.setattr(random_trainings, "trained", one_off)
    with pytest.raises(AssertionError, match="training 0, MLP"):
        compare(0)
