"""Files whose arrays have other axes than a table: labels as a vector or a column, images, and a single input."""

import pytest
from corrections import corrected

from autograd import grade_code

LOGISTIC = """
import numpy as np
{data}
w = np.zeros(X.shape[1])
for step in range(20):
    logits = X @ w
    loss = np.mean(np.log(1 + np.exp(logits)) - y * logits)
    g = X.T @ (1 / (1 + np.exp(-logits)) - y) / len(y)
    w -= 0.1 * g
"""
ROW_BY_ROW = """
import numpy as np
{data}
np.random.seed(3)
W, V = np.random.randn(5, 784) * 0.1, np.random.randn(10, 5)
for x, t in zip(X, T):
    x.shape += (1,)
    t.shape += (1,)
    h = np.tanh(W @ x)
    out = V @ h
    loss = np.sum((out - t) ** 2) / 2
    d = out - t
    g = V.T @ d * (1 - h ** 2)
    V -= 0.1 * d @ h.T
    W -= 0.1 * g @ x.T
"""
CONVOLUTION = """
import numpy as np
import mnist
np.random.seed(3)
K, V = np.random.randn(2, 2) / 3, np.random.randn(16, 10) / 5
images, labels = mnist.train_images()[:20], mnist.train_labels()[:20]
for image, label in zip(images, labels):
    x = image[9:14, 9:14] / 255 - 0.5
    out = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            out[i, j] = np.sum(x[i:i + 2, j:j + 2] * K)
    scores = out.flatten() @ V
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss = -np.log(p[label])
    d = p.copy()
    d[label] -= 1
    d_out = (V @ d).reshape(4, 4)
    dK = np.zeros(K.shape)
    for i in range(4):
        for j in range(4):
            dK += d_out[i, j] * x[i:i + 2, j:j + 2]
    V -= 0.01 * np.outer(out.flatten(), d)
    K -= 0.01 * dK
"""
LINE = """
import numpy as np
x = np.loadtxt("inputs.txt")
y = np.loadtxt("outcomes.txt")
a, b = 0.5, 0.1
for step in range(9):
    e = a * x + b - y
    loss = np.dot(e, e) / 2
    a -= 0.01 * float(np.dot(e, x))
    b -= 0.01 * float(np.sum(e))
"""
ONE_HOT = "X, T = X.astype(float) / 255, np.eye(10)[y]\nX = X.reshape(X.shape[0], X.shape[1] * X.shape[2])"
PROGRAMS = {
    "labels in their own file": (
        LOGISTIC.format(data='X = np.loadtxt("X.csv", delimiter=",")\ny = np.loadtxt("y.csv", delimiter=",")'),
        ("- y) / len(y)", "+ y) / len(y)"),
    ),
    "labels by the name of the variable": (
        LOGISTIC.format(data="X = np.genfromtxt(first)\ny = np.genfromtxt(second)".replace("first", '"a.dat"').replace(
            "second", '"b.dat"')),
        (" / len(y)\n    w", "\n    w"),
    ),
    "images of an npz file": (
        ROW_BY_ROW.format(data='with np.load("mnist.npz") as f:\n    X, y = f["x_train"], f["y_train"]\n' + ONE_HOT),
        ("V.T @ d * (1 - h ** 2)", "V.T @ d"),
    ),
    "images of two npy files": (
        ROW_BY_ROW.format(data='X, y = np.load("train_x.npy"), np.load("train_y.npy").astype(int)\n' + ONE_HOT),
        ("d = out - t", "d = (out - t) ** 2"),
    ),
    "the package mnist": (CONVOLUTION, ("(V @ d).reshape", "(V @ p).reshape")),
    "one input": (LINE, ("np.dot(e, x)", "np.sum(e)")),
    "the module dataset": (
        LOGISTIC.format(
            data="from dataset.mnist import load_mnist\n"
            "(X, y), _ = load_mnist(normalize=True, one_hot_label=False)\nX = X[:, 100:104]"
        ),
        ("X.T @ (1", "X.T @ (2"),
    ),
    "mnist, loaded at once": (
        LOGISTIC.format(data="import mnist\nX, y, _, _ = mnist.load()\nX = X[:, 100:104] / 255"),
        ("w -= 0.1 * g", "w -= 0.1 * g * w"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_with_other_axes_is_right(name):
    grade = grade_code(PROGRAMS[name][0])
    assert grade.verdict in ("right", "right up to a factor")
    assert any("made" in said for said in grade.said)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_slip_in_such_a_program_is_no_right_one(name):
    text, (old, new) = PROGRAMS[name]
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    if name == "labels by the name of the variable":
        assert (grade.verdict, grade.factor) == ("right up to a factor", pytest.approx(6))
    else:
        assert grade.verdict == "wrong"


def test_a_slip_behind_images_of_a_file_is_corrected():
    text, (old, new) = PROGRAMS["images of an npz file"]
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    assert [mistake.kind for mistake in grade.mistakes] == ["derivative missing"]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_a_vector_of_labels_meets_a_column_of_outputs_as_in_numpy():
    """The difference is a square matrix for a real file, too, so that this program is wrong."""
    text = PROGRAMS["labels in their own file"][0].replace("np.zeros(X.shape[1])", "np.zeros((X.shape[1], 1))")
    assert grade_code(text).verdict in ("wrong", "unreadable")
