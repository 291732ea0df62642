"""Import lines of other libraries raise errors that say what to write here."""

import importlib.util
import sys

import pytest

from autograd._absent_imports import advise_imports

WRITTEN = {
    "from nn import Linear": "nn has no Linear: write Layer(",
    "from nn import Linear, ReLU": "nn has no Linear: write Layer(",
    "from nn import functional as F": "nn has no functional: the functions are in autograd",
    "import nn.functional as F": "nn has no functional: the functions are in autograd",
    "import nn.optim as optim": "nn has no optim: the optimizers are in nn itself",
    "from nn import Value": "nn has no Value: it is in autograd",
    "from autograd import Tensor": "autograd has no Tensor: write Value(2.0)",
    "from autograd import nn": "autograd has no nn: write import nn",
    "from autograd import MLP": "autograd has no MLP: networks are in nn",
    "import autograd.functional": "autograd has no functional: write from autograd import grad",
    "from autograd import numpy as np": "HIPS autograd, another package of the same name. Here write import numpy",
    "import autograd.numpy as np": "HIPS autograd, another package of the same name. Here write import numpy",
    "import autograd.scipy.stats": "HIPS autograd",
    "from deltagrad import Tensor": "deltagrad has no Tensor: write Value(2.0)",
    "from deltagrad import jit": "deltagrad has no jit: write autograd.compile(f)",
    "import deltagrad.nn": "deltagrad has no nn: write import nn",
    "from deltagrad.nn import MLP": "deltagrad has no nn: write import nn",
}
FOUND = [
    "from nn import MLP, optimizers, schedules", "import nn.optimizers", "from autograd import draw, engine, compile",
    "from deltagrad import MLP, Value, compile, nn", "from deltagrad import *", "from autograd import derivation",
]  # fmt: skip


@pytest.mark.parametrize("line", WRITTEN)
def test_an_import_line_of_another_library(line):
    with pytest.raises(ModuleNotFoundError) as caught:
        exec(line, {})
    assert WRITTEN[line] in str(caught.value)


@pytest.mark.parametrize("line", FOUND)
@pytest.mark.filterwarnings("ignore:autograd.derivation has moved:DeprecationWarning")
def test_names_that_exist_are_imported(line):
    exec(line, {})


@pytest.mark.parametrize("package", ["autograd", "nn", "deltagrad"])
def test_a_name_that_no_library_has_is_answered_in_pythons_words(package):
    importlib.import_module(package)
    with pytest.raises(ImportError, match=f"cannot import name 'nothing' from '{package}'"):
        exec(f"from {package} import nothing", {})
    assert importlib.util.find_spec(f"{package}.nothing") is None


def test_an_attribute_of_deltagrad_is_answered_too():
    import deltagrad

    assert not hasattr(deltagrad, "Linear")
    with pytest.raises(AttributeError, match=r"module 'deltagrad' has no attribute 'Linear': write Layer\("):
        deltagrad.Linear  # noqa: B018 - the look-up is what is tested
    with pytest.raises(AttributeError, match="has no attribute 'nothing': it is neither in autograd nor in nn"):
        deltagrad.nothing  # noqa: B018 - the look-up is what is tested


def test_a_second_call_replaces_the_advice(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.syspath_prepend("nowhere")
    advise_imports("json", {"parse": "write json.loads"}.get)
    advise_imports("json", {"parse": "write json.loads(text)"}.get)
    with pytest.raises(ModuleNotFoundError, match=r"json has no parse: write json.loads\(text\)\."):
        exec("from json import parse", {})
