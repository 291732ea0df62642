"""Programs with a class of matrices of their own, whose method adds both in the forward pass and in the update."""

import pytest

from autograd import grade_code

TEXT = """
import math, random

class Grid:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[random.uniform(-1, 1) for _ in range(columns)] for _ in range(rows)]

    def add(self, other):
        for i in range(self.rows):
            for j in range(self.columns):
                self.cells[i][j] += other.cells[i][j]

    def apply(self, f):
        for i in range(self.rows):
            for j in range(self.columns):
                self.cells[i][j] = f(self.cells[i][j])

    @staticmethod
    def column(numbers):
        result = Grid(len(numbers), 1)
        for i in range(len(numbers)):
            result.cells[i][0] = numbers[i]
        return result

    def turned(self):
        result = Grid(self.columns, self.rows)
        for i in range(self.rows):
            for j in range(self.columns):
                result.cells[j][i] = self.cells[i][j]
        return result

    def dot(self, other):
        result = Grid(self.rows, other.columns)
        for i in range(self.rows):
            for j in range(other.columns):
                total = 0.0
                for k in range(self.columns):
                    total += self.cells[i][k] * other.cells[k][j]
                result.cells[i][j] = total
        return result

    def times(self, other):
        result = Grid(self.rows, self.columns)
        for i in range(self.rows):
            for j in range(self.columns):
                factor = other.cells[i][j] if isinstance(other, Grid) else other
                result.cells[i][j] = self.cells[i][j] * factor
        return result

def logistic(x):
    return 1 / (1 + math.exp(-x))

def slope(y):
    return y * (1 - y)

def mapped(grid, f):
    result = grid.times(1.0)
    result.apply(f)
    return result

W1, b1, W2, b2 = Grid(6, 2), Grid(6, 1), Grid(1, 6), Grid(1, 1)

def learn(numbers, wanted):
    x = Grid.column(numbers)
    hidden = W1.dot(x)
    hidden.add(b1)
    hidden.apply(logistic)
    out = W2.dot(hidden)
    out.add(b2)
    out.apply(logistic)
    loss = 0.5 * (wanted - out.cells[0][0]) ** 2
    miss = Grid.column([wanted - out.cells[0][0]])
    d_out = miss.times(mapped(out, slope))
    d_hidden = W2.turned().dot(d_out).times(mapped(hidden, slope))
    W2.add(d_out.dot(hidden.turned()).times(0.5))
    b2.add(d_out.times(0.5))
    W1.add(d_hidden.dot(x.turned()).times(0.5))
    b1.add(d_hidden.times(0.5))
    return loss

for turn in range(1000):
    for numbers, wanted in [([0.2, 0.9], 1.0), ([0.7, -0.4], 0.0), ([-0.3, 0.5], 1.0)]:
        learn(numbers, wanted)
"""
SLIPS = [  # the parameters whose update is wrong
    ("turned().dot(d_out).times(mapped", "turned().dot(miss).times(mapped", ("W1", "b1")),
    (".dot(d_out).times(mapped(hidden, slope))", ".dot(d_out)", ("W1", "b1")),
    ("W2.add(d_out.dot", "W2.add(miss.dot", ("W2",)),
    ("b1.add(d_hidden.times(0.5))", "b1.add(d_hidden.times(d_hidden))", ("b1",)),
]


def test_the_right_program_is_right():
    grade = grade_code(TEXT)
    assert grade.verdict == "right", str(grade)
    assert len(grade.updates) == 4
    assert "at the second update" in str(grade)


@pytest.mark.parametrize(("old", "new", "parameters"), SLIPS)
def test_the_wrong_updates_are_told_from_the_right_ones(old, new, parameters):
    assert TEXT.count(old) == 1
    grade = grade_code(TEXT.replace(old, new))
    assert grade.verdict == "wrong"
    wrong = {update.parameter.split(".")[0] for update in grade.updates if update.verdict == "wrong"}
    assert wrong == set(parameters), str(grade)
