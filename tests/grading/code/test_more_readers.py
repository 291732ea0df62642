"""Data of libraries and files that were not read before: tables by the names of columns, images, and sets of digits."""

import pytest

from autograd import grade_code

# The part of a program that makes X, rows of numbers, and T, their targets.
NET = """
np.random.seed(3)
W1 = np.random.randn(X.shape[1], 5) * 0.3
W2 = np.random.randn(5, T.shape[1]) * 0.3
for epoch in range(3):
    H = np.tanh(X @ W1)
    out = H @ W2
    loss = np.sum((out - T) ** 2) / 2
    d = out - T
    W2_step = H.T @ d
    W1_step = X.T @ (d @ W2.T * SLOPE)
    W2 -= 0.01 * W2_step
    W1 -= 0.01 * W1_step
"""
READERS = {
    "columns by name": """
import pandas as pd
df = pd.read_csv("houses.csv")
df = df.dropna()
names = df.columns.values.tolist()
X = df[["rooms", "area"]].values if len(names) == 4 else None
T = df["price"].values.reshape(-1, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)
""",
    "a table without its label": """
import pandas as pd
df = pd.read_csv("heart.csv")
y = df["target"]
X = df.drop(columns=["target"])
X = ((X - X.min()) / (X.max() - X.min())).to_numpy()
T = y.to_numpy().reshape(-1, 1)
""",
    "words of classes": """
import pandas as pd
df = pd.read_csv("cells.csv")
df["diagnosis"] = df["diagnosis"].map({"M": 1, "B": 0})
X, T = df.iloc[:, 1:].values, df["diagnosis"].values.reshape(-1, 1)
""",
    "a comparison with a word": """
import pandas as pd
df = pd.read_csv("cells.csv")
y = np.where(df["species"] == "setosa", 1.0, 0.0)
X, T = df.iloc[:, 1:].values, y.reshape(-1, 1)
""",
    "dummies": """
import pandas as pd
df = pd.read_csv("flowers.csv")
T = pd.get_dummies(df["species"]).values
X = df.drop("species", axis=1).values
""",
    "a frame of a dict": """
import pandas as pd
df = pd.DataFrame({"a": [0.1, 0.5, 0.9], "b": [0.4, 0.2, 0.3], "y": [1.0, 0.0, 1.0]})
X, T = df[["a", "b"]].to_numpy(), df[["y"]].to_numpy()
""",
    "lists of pixels": """
from mnist import MNIST
images, labels = MNIST("samples").load_training()
X, T = np.array(images[:5]) / 255.0, np.eye(10)[np.array(labels[:5])]
X = X[:, :40]
""",
    "arrays of pixels": """
import mnist
X, labels = mnist.train_images()[:5], mnist.train_labels()[:5]
X = X.reshape(len(X), -1)[:, :40] / 255
T = np.zeros((len(X), 10))
T[np.arange(len(X)), labels] = 1
""",
    "a local file of pixels": """
from mlxtend.data import loadlocal_mnist
X, y = loadlocal_mnist(images_path="train-images-idx3-ubyte", labels_path="train-labels-idx1-ubyte")
X, T = X[:5, :40] / 255, np.eye(10)[y[:5]]
""",
    "pairs of columns": """
import mnist_loader
training, validation, test = mnist_loader.load_data_wrapper()
X = np.array([x.reshape(-1)[:40] for x, t in training[:4]])
T = np.array([t.reshape(-1) for x, t in training[:4]])
""",
    "a picture": """
from PIL import Image
X = np.array(Image.open("cat.png").convert("L").resize((6, 4))) / 255.0
T = np.ones((4, 1))
""",
    "a picture in colors": """
import cv2
pictures = [cv2.imread(name) for name in ("a.png", "b.png")]
X = np.array([cv2.resize(p, (2, 2)).flatten() for p in pictures]) / 255.0
T = np.array([[1.0], [0.0]])
""",
    "pictures in colors of a file": """
import h5py
file = h5py.File("train_catvnoncat.h5", "r")
X = np.array(file["train_set_x"][:])
y = np.array(file["train_set_y"][:])
X, T = X.reshape(X.shape[0], -1) / 255, y.reshape((X.shape[0], 1))
""",
    "a header of bytes": """
with open("train-images-idx3-ubyte", "rb") as f:
    magic, n = int.from_bytes(f.read(4), "big"), int.from_bytes(f.read(4), "big")
    rows, columns = int.from_bytes(f.read(4), "big"), int.from_bytes(f.read(4), "big")
    X = np.frombuffer(f.read(), dtype=np.uint8).reshape(n, rows * columns)[:4, :40] / 255.0
T = np.ones((4, 1))
""",
}


@pytest.mark.parametrize("name", READERS)
def test_a_right_program_is_right(name):
    grade = grade_code("import numpy as np\n" + READERS[name] + NET.replace("SLOPE", "(1 - H ** 2)"))
    assert grade.unreadable == []
    assert grade.verdict == "right"
    assert len(grade.updates) == 2


@pytest.mark.parametrize("name", READERS)
def test_a_wrong_program_is_wrong(name):
    grade = grade_code("import numpy as np\n" + READERS[name] + NET.replace("SLOPE", "(1 - H)"))
    assert grade.verdict == "wrong"
    assert [u.verdict for u in grade.updates if u.parameter == "W1"] == ["wrong"]


def test_the_number_of_columns_follows_from_a_size_that_does_not_fit():
    text = """
import numpy as np
import pandas as pd
data = np.array(pd.read_csv("train.csv"))
X, T = data[:, 1:], data[:, :1] * 0.1
""" + NET.replace("X.shape[1]", "17").replace("SLOPE", "(1 - H ** 2)")
    grade = grade_code(text)
    assert grade.verdict == "right"
    assert any("files of 18 columns" in line for line in grade.said)
