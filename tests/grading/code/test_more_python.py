"""More of Python is read: kinds of classes, operators in place, arguments of a command, paths and questions.

Each program is right with the gradient that it computes, and wrong with twice its sign.
"""

import pytest

from autograd import grade_code

START = "import random, math\nx, y, w = 0.7, 0.2, 0.5\n"
STEP = "2 * (out - y) * x"
PROGRAMS = {
    "an enumeration": (
        "from enum import Enum\nclass Kind(Enum):\n    LINE = 'line'\n    TANH = 'tanh'\n"
        "kind = Kind('line')\nsame = kind is Kind.LINE and kind.name == 'LINE' and len(list(Kind)) == 2\n"
        "out = w * x if same else 0 * w\n"
        "loss = (out - y) ** 2\nw -= 0.1 * ({step})"
    ),
    "named tuples": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nPair = namedtuple('Pair', 'first second')\n"
        "class Sample(NamedTuple):\n    x: float\n    y: float = 0.2\n"
        "a, b = Pair(x, y)\ns = Sample(a)\nout = w * s.x\nloss = (out - s[1]) ** 2\nw -= 0.1 * ({step})"
    ),
    "operators in place": (
        "class Cell:\n    def __init__(self, v):\n        self.v = v\n    def __isub__(self, other):\n"
        "        self.v = self.v - other\n        return self\n"
        "c = Cell(w)\nout = c.v * x\nloss = (out - y) ** 2\nc -= 0.1 * ({step})"
    ),
    "an iterator of its own": (
        "class Samples:\n    def __init__(self, n):\n        self.n = n\n    def __iter__(self):\n        self.k = 0\n"
        "        return self\n    def __next__(self):\n        if self.k == self.n:\n            raise StopIteration\n"
        "        self.k += 1\n        return x, y\n"
        "for a, b in Samples(2):\n    out = w * a\n    loss = (out - b) ** 2\n    w -= 0.1 * ({step})"
    ),
    "a context": (
        "class Clock:\n    def __enter__(self):\n        self.done = 0\n        return self\n"
        "    def __exit__(self, *more):\n        self.done = 1\n"
        "with Clock() as clock:\n    out = w * x\nloss = (out - y) ** 2 * clock.done\nw -= 0.1 * ({step})"
    ),
    "arguments of a command": (
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr', type=float, default=0.1)\n"
        "parser.add_argument('--epochs', type=int, required=True)\nparser.add_argument('--plot', action='store_true')\n"
        "args = parser.parse_args()\nfor _ in range(args.epochs):\n    out = w * x\n    loss = (out - y) ** 2\n"
        "    if not args.plot:\n        w -= args.lr * ({step})"
    ),
    "words of the command line": (
        "import sys\nif len(sys.argv) != 3:\n    sys.exit('two arguments')\n"
        "epochs, name = int(sys.argv[1]), sys.argv[2]\n"
        "for _ in range(epochs):\n    out = w * x\n    loss = (out - y) ** 2\n    w -= 0.1 * ({step})"
    ),
    "questions": (
        "rate = float(input('Learning rate: '))\nfor _ in range(int(input('Epochs? '))):\n    out = w * x\n"
        "    loss = (out - y) ** 2\n    w -= rate * ({step})"
    ),
    "paths": (
        "import os\nfrom pathlib import Path\nfolder = Path('data') / 'run'\nfolder.mkdir(exist_ok=True)\n"
        "name = os.path.splitext(os.path.basename(os.path.join('a', 'b.csv')))[0]\n"
        "out = w * x if name == 'b' and folder.name == 'run' else 0 * w\nloss = (out - y) ** 2\nw -= 0.1 * ({step})"
    ),
    "weights that were not saved yet": (
        "import os, pickle\nimport numpy as np\ntry:\n    w = pickle.load(open('weights.pkl', 'rb'))\n"
        "except (OSError, EOFError):\n    w = 0.5\nif os.path.exists('model_weights.npy'):\n"
        "    w = np.load('model_weights.npy')\nout = w * x\nloss = (out - y) ** 2\nw -= 0.1 * ({step})"
    ),
    "methods of types": (
        "keys = list(map(str.lower, ['W']))\np = dict.fromkeys(keys, 0.5)\nout = p['w'] * x\nloss = (out - y) ** 2\n"
        "p['w'] -= 0.1 * ({step})"
    ),
    "bytes as keys": "p = {{b'w': w}}\nout = p[b'w'] * x\nloss = (out - y) ** 2\np[b'w'] -= 0.1 * ({step})",
    "queues and counts": (
        "from collections import Counter, deque\nlast = deque(maxlen=2)\nlast.append(0.1)\nlast.append(x)\n"
        "last.append(y)\nn = Counter('aab')\na = last.popleft()\nsame = n['a'] == 2 and n.most_common(1)[0][0] == 'a'\n"
        "out = w * a if same else 0 * w\n"
        "loss = (out - last[0]) ** 2\nw -= 0.1 * ({step})"
    ),
    "a decorator of a library": (
        "from plotting import shown\n@shown(True)\ndef ahead(v):\n    return w * v\n"
        "out = ahead(x)\nloss = (out - y) ** 2\nw -= 0.1 * ({step})"
    ),
    "parts of NumPy without numbers": (
        "import numpy as np\nimport numpy.typing as npt\nfrom numpy.testing import assert_allclose\n"
        "v: npt.NDArray = np.array([w, 0.1])\nout = v[0] * x\nloss = (out - y) ** 2\nv[0] -= 0.1 * ({step})"
    ),
    "scores of a library": (
        "from sklearn.metrics import f1_score, roc_auc_score\nfrom tqdm import tqdm\nbar = tqdm(range(2))\n"
        "for _ in bar:\n    out = w * x\n    loss = (out - y) ** 2\n    w -= 0.1 * ({step})\n"
        "    bar.set_description('ok')"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_is_right(name):
    grade = grade_code(START + PROGRAMS[name].format(step=STEP))
    assert grade.unreadable == []
    assert grade.verdict.startswith("right")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_wrong_program_is_wrong(name):
    assert grade_code(START + PROGRAMS[name].format(step="2 * (y - out) * x")).verdict == "wrong"


def test_what_a_library_computes_is_not_guessed():
    text = (
        START + "from sklearn.metrics import log_loss\nout = w * x\nloss = log_loss(y, out)\nw -= 0.1 * (out - y) * x"
    )
    assert grade_code(text).verdict == "no loss"
