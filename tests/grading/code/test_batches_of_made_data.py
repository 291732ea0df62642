"""Programs with batches that are larger than the made data, and with pixels that they divide by their largest value."""

import pytest
from corrections import corrected

from autograd import grade_code

NETWORK = """
alpha, hidden = 0.5, 12
w1 = 0.4 * np.random.random((pixels, hidden)) - 0.2
w2 = 0.4 * np.random.random((hidden, 10)) - 0.2
for epoch in range(40):
    right = 0
    for k in range(int(len(images) / batch_size)):
        start, end = k * batch_size, (k + 1) * batch_size
        x, t = images[start:end], labels[start:end]
        h = np.tanh(x.dot(w1))
        mask = np.random.randint(2, size=h.shape)
        h *= mask * 2
        e = np.exp(h.dot(w2))
        p = e / np.sum(e, axis=1, keepdims=True)
        for i in range(batch_size):
            right += int(np.argmax(p[i]) == np.argmax(t[i]))
        loss = -np.sum(t * np.log(p)) / batch_size
        d2 = (p - t) / batch_size
        d1 = d2.dot(w2.T) * (1 - (h / 2) ** 2)
        d1 *= mask * 2
        w2 -= alpha * h.T.dot(d2)
        w1 -= alpha * x.T.dot(d1)
"""
ONE_HOT = """
labels = np.zeros((len(targets), 10))
for i, l in enumerate(targets):
    labels[i][l] = 1
"""
DATA = {
    "digits in batches of 20": """
import numpy as np
from sklearn.datasets import load_digits
digits = load_digits()
images, targets = digits.data / 16, digits.target
batch_size, pixels = 20, 64
""",
    "digits in batches of 100": """
import numpy as np
from sklearn.datasets import load_digits
images, targets = load_digits(return_X_y=True)
images = images / 16.0
pixels, batch_size = images.shape[1], 100
""",
    "images in batches of 100": """
import numpy as np
from keras.datasets import mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data()
images, targets = x_train[0:1000].reshape(1000, 28 * 28) / 255, y_train[0:1000]
batch_size, pixels = 100, 784
""",
    "a split table in batches of 10": """
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
X, y = load_digits(return_X_y=True)
images, _, targets, _ = train_test_split(X / 16, y, test_size=0.2)
batch_size = 10
pixels = images.shape[1]
""",
}
# A right part, its wrong replacement, and the line of the mistake within the network.
SLIPS = [
    ("(1 - (h / 2) ** 2)", "(1 - h ** 2)", 19),
    ("        d1 *= mask * 2\n", "", 19),
    ("(p - t) / batch_size", "(p - t) * p * (1 - p) / batch_size", 18),
]


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_there_are_enough_samples_for_a_batch(data):
    assert grade_code(data + ONE_HOT + NETWORK).verdict == "right"


@pytest.mark.parametrize(("old", "new", "line"), SLIPS)
@pytest.mark.parametrize("data", list(DATA.values())[:3], ids=list(DATA)[:3])
def test_a_slip_is_found_in_such_a_batch(data, old, new, line):
    before = data + ONE_HOT
    text = before + NETWORK.replace(old, new)
    grade = grade_code(text)
    assert [mistake.line for mistake in grade.mistakes] == [before.count("\n") + line]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


SLICED = """
import numpy as np
from sklearn.datasets import load_digits
digits = load_digits()
data = np.column_stack((digits.target, digits.data))
m, n = data.shape
np.random.shuffle(data)
first, rest = data[0:ROWS].T, data[ROWS:m].T
Y, X = rest[0].astype(int), rest[1:n] / 16
W, b = np.random.rand(10, 64) - 0.5, np.random.rand(10, 1) - 0.5
for step in range(300):
    z = W.dot(X) + b
    p = np.exp(z) / np.sum(np.exp(z), axis=0)
    loss = -np.sum(np.log(p[Y, np.arange(Y.size)])) / Y.size
    d = p.copy()
    d[Y, np.arange(Y.size)] -= 1
    W = W - 0.1 * d.dot(X.T) / Y.size
    b = b - 0.1 * np.sum(d, axis=1, keepdims=True) / Y.size
"""


@pytest.mark.parametrize("rows", [4, 10, 30, 200])
def test_data_that_is_divided_behind_the_end_of_made_data(rows):
    text = SLICED.replace("ROWS", str(rows))
    assert grade_code(text).verdict == "right", str(grade_code(text))
    wrong = grade_code(text.replace("axis=1, keepdims=True) / Y.size", "axis=1, keepdims=True)"))
    assert wrong.verdict == "wrong"
    assert grade_code(corrected(wrong.text, wrong.mistakes)).verdict == "right"
