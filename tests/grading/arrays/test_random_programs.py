"""Random programs give the same results as with NumPy: values, shapes, kinds, views and errors."""

import pytest
from grading.arrays.random_programs import first_difference


@pytest.mark.sampled(2)
@pytest.mark.parametrize("start", range(0, 1000, 50))
def test_programs_run_as_with_numpy(start):
    wrong = {seed: first_difference(seed) for seed in range(start, start + 50)}
    assert {seed: text for seed, text in wrong.items() if text} == {}
