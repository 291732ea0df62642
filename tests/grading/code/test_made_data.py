"""Made data in place of unavailable files and data sets, and smaller sizes for programs that are too large."""

import ast

import pytest

from autograd import grade_code
from autograd.grading.code.prepared import Prepared, smaller_sizes

# A network with a bias that is also summed over classes. Each case puts its data and sizes before it.
NETWORK = """
def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


np.random.seed(1)
W1, b1 = np.random.rand(HIDDEN, X.shape[0]) - 0.5, np.random.rand(HIDDEN, 1) - 0.5
W2, b2 = np.random.rand(CLASSES, HIDDEN) - 0.5, np.random.rand(CLASSES, 1) - 0.5
T = np.eye(CLASSES)[Y].T
for step in range(3):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    A2 = softmax(W2.dot(A1) + b2)
    loss = -np.sum(T * np.log(A2)) / T.shape[1]
    dZ2 = (A2 - T) / T.shape[1]
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    W2 = W2 - 0.1 * dZ2.dot(A1.T)
    b2 = b2 - 0.1 * np.sum(dZ2, axis=1, keepdims=True)
    W1 = W1 - 0.1 * dZ1.dot(X.T)
    b1 = b1 - 0.1 * np.sum(dZ1, axis=1, keepdims=True)
"""
DATA = {
    "a table of digits": """
import pandas as pd
data = np.array(pd.read_csv("train.csv"))
m, n = data.shape
np.random.shuffle(data)
test = data[0:1000].T
train = data[1000:m].T
Y, X = train[0].astype(int), train[1:n].reshape(784, -1) / 255.0
HIDDEN, CLASSES = 10, 10
""",
    "labels of a table that stay as they are": """
import pandas as pd
data = np.array(pd.read_csv("train.csv"))
m, n = data.shape
train = data[1000:m].T
Y, X = train[0], train[1:n] / 255.0
X = X.reshape(784, -1)
HIDDEN, CLASSES = 10, 10
""",
    "columns by name": """
import pandas as pd
frame = pd.read_csv("train.csv")
Y, X = frame["label"].values, frame.drop("label", axis=1).values.T / 255.0
X = X.reshape(784, -1)
HIDDEN, CLASSES = 10, 10
""",
    "columns of a small table": """
import pandas as pd
frame = pd.read_csv("flowers.csv")
Y, X = frame.kind.to_numpy(), frame.drop(columns=["kind"]).to_numpy().T
HIDDEN, CLASSES = 4, 3
""",
    "images": """
from keras.datasets import mnist
(images, Y), _ = mnist.load_data()
X = images.reshape(60000, 28 * 28).T / 255
HIDDEN, CLASSES = 1000, 10
""",
    "items of iris": """
from sklearn.datasets import load_iris
iris = load_iris()
X, Y = iris["data"].T, iris["target"]
HIDDEN, CLASSES = 5, 3
""",
    "spirals": """
import nnfs
from nnfs.datasets import spiral_data
nnfs.init()
X, Y = spiral_data(samples=100, classes=3)
X = X.T
HIDDEN, CLASSES = 4, 3
""",
    "labels in the last column of a file": """
data = np.genfromtxt("data.csv", delimiter=",", skip_header=1)
X, Y = data[:, :-1].T, data[:, -1].astype(int)
HIDDEN, CLASSES = 4, np.max(Y) + 1
""",
    "large layers": """
N, D, HIDDEN, CLASSES = 64, 784, 1000, 10
X, Y = np.random.randn(D, N), np.random.randint(0, 10, N)
""",
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", DATA)
def test_a_right_program_is_right_and_one_with_a_wrong_bias_is_not(name):
    right = "import numpy as np\n" + DATA[name] + NETWORK
    assert grade_code(right).verdict == "right"
    wrong = right.replace("dZ1.dot(X.T)", "dZ1.dot(X.T) * 2")
    assert [u.verdict for u in grade_code(wrong).updates if u.parameter == "W1"] == ["wrong"]


def test_the_report_tells_of_smaller_sizes():
    grade = grade_code("import numpy as np\n" + DATA["large layers"] + NETWORK)
    assert "read with smaller sizes: 6 for 64, 7 for 784, 8 for 1000" in str(grade)


def test_sizes_are_made_smaller_and_numbers_are_not():
    text = "def f(n=300, rate=0.5):\n    return g(n, size=(28 * 28, 64)) / 255\nx = data[1000:]\nr = range(5000)"
    tree = ast.parse(text)
    sizes = smaller_sizes(tree)
    assert sizes == {64: 6, 300: 7, 784: 8}
    assert ast.unparse(Prepared(sizes=sizes).of(tree)) == text.replace("300", "7").replace("28 * 28", "1 * 8").replace(
        "64", "6"
    ).replace("1000", "3")
