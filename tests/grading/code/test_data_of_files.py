"""Programs that read their data from files: the files are made, with the layout that the program expects."""

import pytest
from corrections import corrected

from autograd import grade_code

# The part of a program that makes X, a list or an array of rows, and T, one-hot targets.
NET = """
W1 = np.random.RandomState(1).normal(0, 0.4, (X.shape[1], 5))
W2 = np.random.RandomState(2).normal(0, 0.4, (5, T.shape[1]))
for epoch in range(10):
    for x, t in zip(X, T):
        x, t = x.reshape(1, -1), t.reshape(1, -1)
        h = np.tanh(x @ W1)
        out = h @ W2
        loss = np.sum((out - t) ** 2) / 2
        d = out - t
        W2_step = h.T @ d
        W1_step = x.T @ (d @ W2.T * (1 - h ** 2))
        W2 -= 0.1 * W2_step
        W1 -= 0.1 * W1_step
"""
READERS = {
    "lines of pixels, label first": """
import numpy as np
file = open("mnist_train_100.csv", "r")
lines = file.readlines()
file.close()
outputs = 10
X, T = [], []
for record in lines:
    values = record.split(',')
    X.append(np.asfarray(values[1:]) / 255.0 * 0.99 + 0.01)
    T.append(np.zeros(outputs) + 0.01)
    T[-1][int(values[0])] = 0.99
X, T = np.array(X), np.array(T)
""",
    "lines with a header, label last": """
import numpy as np
X, y = [], []
with open("seeds.csv") as f:
    next(f)
    for line in f:
        *row, label = line.strip().split(",")
        X.append([float(v) for v in row])
        y.append(int(label))
X, T = np.array(X), np.eye(max(y) + 1)[y]
""",
    "text split into lines": """
import numpy as np
rows = [line.split(";") for line in open("wine.txt").read().split("\\n") if line]
table = np.array(rows, dtype=float)
X, y = table[:, :-1], table[:, -1].astype(int)
T = np.eye(3)[y]
""",
    "names of classes": """
import numpy as np
kinds = {"Iris-setosa": 0, "Iris-versicolor": 1, "Iris-virginica": 2}
X, T = [], []
for line in open("iris.data"):
    length, width, petal_length, petal_width, name = line.strip().split(",")
    X.append([float(length), float(width), float(petal_length), float(petal_width)])
    T.append([float(kinds[name] == k) for k in range(3)])
X, T = np.array(X), np.array(T)
""",
    "two classes in the second column": """
import numpy as np
X, T = [], []
with open("wdbc.data") as f:
    for line in f.readlines():
        row = line.rstrip().split(",")
        X.append([float(v) for v in row[2:7]])
        T.append([1.0] if row[1] == "M" else [0.0])
X, T = np.array(X), np.array(T)
""",
    "a csv reader": """
import csv
import numpy as np
with open("data.csv", newline="") as f:
    reader = csv.reader(f, delimiter=",")
    header = next(reader)
    rows = [[float(v) for v in row] for row in reader]
table = np.array(rows)
X, T = table[:, :3], table[:, 3:4]
""",
    "a csv reader over strings": """
import numpy as np
from csv import reader
def load(name):
    found = list()
    with open(name, 'r') as file:
        for row in reader(file):
            if not row:
                continue
            found.append(row)
    return found
table = load("seeds_dataset.csv")
for j in range(len(table[0]) - 1):
    for row in table:
        row[j] = float(row[j].strip())
names = set([row[-1] for row in table])
lookup = {name: i for i, name in enumerate(names)}
X = np.array([row[:-1] for row in table])
T = np.eye(len(names))[[lookup[row[-1]] for row in table]]
""",
    "records by name": """
import csv
import numpy as np
X, T = [], []
for row in csv.DictReader(open("houses.csv")):
    X.append([float(row["rooms"]), float(row["age"]), float(row["area"])])
    T.append([float(row["price"])])
X, T = np.array(X), np.array(T)
""",
    "numbers between blanks": """
import numpy as np
X, T = [], []
for line in open("points.dat"):
    a, b, c = map(float, line.split())
    X.append([a, b])
    T.append([c])
X, T = np.array(X), np.array(T)
""",
    "a text of numbers": """
import numpy as np
X, T = [], []
for line in open("train.txt"):
    numbers = np.fromstring(line, sep=" ")
    X.append(numbers[:3])
    T.append(numbers[3:5])
X, T = np.array(X), np.array(T)
""",
    "a pickled tuple of images": """
import gzip
import pickle
import numpy as np
with gzip.open("mnist.pkl.gz", "rb") as f:
    train, valid, test = pickle.load(f, encoding="latin1")
X, y = train
X = X.reshape(len(X), 784)[:, 3:11]
T = np.eye(10)[y]
""",
    "a pickled dict of images": """
import pickle
import numpy as np
def load():
    with open("mnist.pkl", 'rb') as f:
        mnist = pickle.load(f)
    return mnist["training_images"], mnist["training_labels"], mnist["test_images"], mnist["test_labels"]
X, y, _, _ = load()
X = X[:, 3:11] / 255.0
T = np.eye(10)[y]
""",
    "an unpickler": """
import gzip
import pickle
import numpy as np
f = gzip.open('mnist.pkl.gz', 'rb')
u = pickle._Unpickler(f)
u.encoding = 'latin1'
train_set, valid_set, test_set = u.load()
f.close()
X, T = train_set[0][:, 10:16], np.eye(10)[train_set[1]]
""",
    "the format of MNIST, with its header": """
import struct
import numpy as np
def images(path):
    with open(path, "rb") as f:
        magic, n, rows, cols = struct.unpack(">IIII", f.read(16))
        return np.fromfile(f, dtype=np.uint8).reshape(n, rows * cols)
def labels(path):
    with open(path, "rb") as f:
        magic, n = struct.unpack(">II", f.read(8))
        return np.fromfile(f, dtype=np.uint8)
X = images("train-images-idx3-ubyte")[:, 20:27] / 255
T = np.eye(10)[labels("train-labels-idx1-ubyte")]
""",
    "the format of MNIST, without its header": """
import gzip
import numpy as np
def load(name, offset):
    with gzip.open(name, "rb") as f:
        return np.frombuffer(f.read(), np.uint8, offset=offset)
X = load("train-images-idx3-ubyte.gz", 16).reshape(-1, 28 * 28)[:, :5].astype(np.float32) / 255
T = np.eye(10)[load("train-labels-idx1-ubyte.gz", 8)]
""",
    "bytes and their header": """
import gzip
import numpy as np
def load(name):
    return np.frombuffer(gzip.open(name, "rb").read(), np.uint8)
X = load("train-images-idx3-ubyte.gz")[16:].reshape((60000, 28 * 28)).astype(float)[:, :5] / 255
y = load("train-labels-idx1-ubyte.gz")[8:].reshape(60000)
T = np.eye(10)[y]
""",
    "an array of bytes": """
import array
import gzip
import struct
import numpy as np
def labels(name):
    with gzip.open(name, 'rb') as f:
        magic, n = struct.unpack(">II", f.read(8))
        return np.array(array.array("B", f.read()), dtype=np.uint8)
def images(name):
    with gzip.open(name, 'rb') as f:
        magic, n, rows, cols = struct.unpack(">IIII", f.read(16))
        return np.array(array.array("B", f.read()), dtype=np.uint8).reshape(n, rows, cols)
X = images("train-images-idx3-ubyte.gz")[:, 14, 3:9] / 255.0
T = np.eye(10)[labels("train-labels-idx1-ubyte.gz")]
""",
    "a file of MATLAB": """
import scipy.io as sio
import numpy as np
data = sio.loadmat("ex4data1.mat")
X, y = data["X"], data["y"]
num_labels = 10
T = np.zeros((len(X), num_labels))
for i in range(len(X)):
    T[i, y[i, 0] - 1] = 1
""",
    "loadmat alone": """
from scipy.io import loadmat
import numpy as np
data = loadmat("ex3data1.mat")
X = data['X']
y = data['y'].ravel()
T = np.eye(10)[y - 1]
""",
    "a file of h5py": """
import h5py
import numpy as np
with h5py.File("train_catvnoncat.h5", "r") as f:
    X = np.array(f["train_set_x"][:])
    y = np.array(f["train_set_y"][:])
X = X.reshape(X.shape[0], -1) / 255.0
T = y.reshape((-1, 1))
""",
    "arrays by name": """
import numpy as np
data = np.load("mnist.npz")
X, y = data["x_train"], data["y_train"]
X = X.reshape(X.shape[0], -1)[:, :4] / 255.0
T = np.eye(10)[y]
""",
    "a table with more columns": """
import numpy as np
data = np.loadtxt("wine.csv", delimiter=",", skiprows=1)
X, y = data[:, 1:14], data[:, 0].astype(int)
T = np.eye(3)[y]
assert X.shape[1] == 13
W0 = np.ones((13, 4))
X = np.array(X).dot(W0 / 20)
""",
    "json": """
import json
import numpy as np
with open("data.json") as f:
    data = json.load(f)
X, T = np.array(data["inputs"]), np.eye(3)[data["labels"]]
""",
}
CHARACTERS = """
import numpy as np
data = open('input.txt', 'r').read()
chars = sorted(set(data))
size, n = len(chars), 6
number = {c: i for i, c in enumerate(chars)}
W = np.random.RandomState(1).randn(size, size) * 0.1
for i in range(len(data) - n - 1):
    xs = [number[c] for c in data[i:i + n]]
    ys = [number[c] for c in data[i + 1:i + n + 1]]
    e = np.exp(W[xs])
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[range(n), ys]))
    d = p.copy()
    d[range(n), ys] -= 1
    g = np.zeros_like(W)
    for j in range(n):
        g[xs[j]] += d[j]
    W -= 0.1 * g
"""
SLIPS = [("d @ W2.T * (1 - h ** 2)", "d @ W2.T"), ("d = out - t", "d = (out - t) ** 2"), ("(1 - h ** 2)", "(1 - h)")]


@pytest.mark.parametrize("reader", READERS)
def test_a_program_that_reads_a_file_is_right(reader):
    grade = grade_code(READERS[reader] + NET)
    assert (grade.verdict, len(grade.updates)) == ("right", 2)
    assert any("made" in said for said in grade.said)


@pytest.mark.parametrize("reader", READERS)
def test_a_slip_in_such_a_program_is_corrected(reader):
    for old, new in SLIPS[list(READERS).index(reader) % 3 :][:1]:
        wrong = (READERS[reader] + NET).replace(old, new)
        grade = grade_code(wrong)
        assert grade.verdict == "wrong"
        assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_prose_is_read_as_letters():
    assert grade_code(CHARACTERS).verdict == "right"
    assert grade_code(CHARACTERS.replace("d[range(n), ys] -= 1", "d[range(n), ys] -= 2")).verdict == "wrong"


def test_no_file_is_opened(tmp_path):
    """The data are the same whether the file exists or not."""
    path = tmp_path / "data.csv"
    program = READERS["a csv reader"].replace("data.csv", str(path)) + NET
    before = str(grade_code(program))
    path.write_text("1,2\n3,4\n")
    assert str(grade_code(program)) == before
    assert path.read_text() == "1,2\n3,4\n"
    assert grade_code(f"f = open({str(path)!r}, 'w')\nf.write('x')\n").verdict == "unreadable"
    assert path.read_text() == "1,2\n3,4\n"
