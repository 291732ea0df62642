"""A program's numbers and all numbers computed from them are counted, so that no program can exhaust the memory."""

import re

import pytest

from autograd import grade_code
from autograd.grading.code import machine, reading
from autograd.grading.code.arrays import bounded, bounds, numpy_names

TABLES = "import numpy as np\ntables = [np.ones(({rows}, 100)) for k in range({n})]\nw = np.random.randn(3)\n"
PRODUCTS = "import numpy as np\na = np.ones(({rows}, 100))\nkept = []\nfor k in range({n}):\n    kept.append(a * 2.0)\n"
MIXED = "import numpy as np\na = np.zeros({rows})\nfor k in range({n}):\n    a = a + np.exp(a) * a\n"


def read(monkeypatch, program, leaves, created):
    """Grade a program with small limits. Return the grade and the largest number of leaves in a reading."""
    seen = []

    class Machine(machine.Machine):
        def run(self):
            try:
                super().run()
            finally:
                seen.append(self.leaves)

    monkeypatch.setattr(reading, "Machine", Machine)
    monkeypatch.setattr(machine, "MAX_LEAVES", leaves)
    monkeypatch.setattr(reading, "MAX_CREATED", created)
    return grade_code(program), max(seen, default=0)


@pytest.mark.parametrize(
    ("program", "line"),
    [(TABLES.format(rows=50, n=4), 2), (PRODUCTS.format(rows=50, n=9), 5), (MIXED.format(rows=4000, n=5), 4)],
    ids=["tables", "products", "a graph"],
)
def test_what_is_too_large_is_refused_with_its_line(monkeypatch, program, line):
    grade, leaves = read(monkeypatch, program, leaves=12_000, created=25_000)
    assert not grade.updates
    assert re.search(rf"line {line}: the program is too large to be read; use smaller", str(grade))
    assert leaves <= 12_000


@pytest.mark.parametrize("program", [TABLES.format(rows=50, n=2), PRODUCTS.format(rows=50, n=2)])
def test_what_fits_is_read(monkeypatch, program):
    grade, _ = read(monkeypatch, program, leaves=20_000, created=60_000)
    assert "too large" not in str(grade)


def test_the_limits_hold_some_three_hundred_megabytes():
    """A leaf needs 280 bytes in total. A computed element needs 200 bytes while its graph is kept."""
    assert machine.MAX_LEAVES * 280 <= 300e6
    assert reading.MAX_CREATED * 200 <= 600e6


def test_elements_count_while_arrays_are_made():
    zeros = numpy_names()["zeros"]
    with bounded(created=25):
        assert [zeros(10).size, zeros(10).size] == [10, 10]
        with pytest.raises(bounds.ArrayLimitError, match="more numbers than are allowed"):
            zeros(10)
