"""Programs that check types, read images of digits, or count the words of a text are read, right and wrong ones."""

import pytest

from autograd import grade_code

TYPES = """
import numpy as np

class Net:
    def __init__(self, inputs, layers):
        if type(inputs) is not int or type(layers) != list:
            raise TypeError("a number and a list, please")
        if not isinstance({}, dict) or type((1, 2)) in (list, dict) or type(0.5) == int or type(self) is not Net:
            raise ValueError("these are types")
        self.w = np.random.randn(layers[0], inputs)

    def train(self, x, y, rate):
        out = self.w @ x
        loss = np.sum((out - y) ** 2) / 2
        self.w -= rate * (out - y) @ x.T
        return loss

np.random.seed(1)
x, y = np.random.randn(3, 4), np.random.randn(2, 4)
net = Net(x.shape[0], [2])
for step in range(2):
    print(net.train(x, y, 0.1))
"""
IMAGES = """
import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.random.seed(2)
w = np.random.randn(10, 8) * 0.1
for image, label in zip(digits.images[:30], digits.target[:30]):
    high, wide = image.shape
    x = (image / 16).sum(axis=0) / high
    target = np.zeros(10)
    target[label] = 1
    out = w @ x
    loss = np.sum((out - target) ** 2) / 2
    w -= 0.1 * np.outer(out - target, x)
"""
WORDS = """
import re
import numpy as np

with open("book.txt") as file:
    tokens = re.findall(r"[a-z]+", file.read().lower())
words = sorted(set(tokens))
number = {word: k for k, word in enumerate(words)}
np.random.seed(3)
w = np.random.randn(len(words), len(words)) * 0.1
for before, after in zip(tokens, tokens[1:]):
    x, y = np.zeros((len(words), 1)), np.zeros((len(words), 1))
    x[number[before]] = 1
    y[number[after]] = 1
    z = np.exp(w @ x)
    p = z / np.sum(z)
    loss = -np.sum(y * np.log(p))
    w -= 0.2 * (p - y) @ x.T
"""


@pytest.mark.parametrize("text", [TYPES, IMAGES, WORDS], ids=["types", "images", "words"])
def test_the_program_is_right(text):
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (TYPES, "(out - y) @ x.T", "(out + y) @ x.T"),
        (IMAGES, "np.outer(out - target, x)", "np.outer(out, x)"),
        (WORDS, "(p - y) @ x.T", "p @ x.T"),
    ],
    ids=["types", "images", "words"],
)
def test_a_slip_in_it_is_marked(text, old, new):
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    grade = grade_code(text.replace(old, new))
    assert grade.verdict == "wrong", str(grade)
    assert line in [mistake.line for mistake in grade.mistakes]


def test_a_type_that_is_another_one_ends_the_program():
    grade = grade_code(TYPES.replace("Net(x.shape[0], [2])", "Net(3.0, [2])"))
    assert grade.verdict == "unreadable"
