"""Definitions can be repeated: a cell that runs twice, a module that is reloaded, an import after a deletion."""

import copy
import importlib
import math
import pickle
import sys

import pytest

from autograd import Value, grad, primitive, replay
from autograd.engine import primitives
from autograd.engine.algebra import TABLE, is_real


@pytest.fixture(autouse=True)
def table_as_before():
    entries = list(TABLE)
    yield
    TABLE[:] = entries


def cell(factor):
    """Define what a cell of a notebook defines, with a mistake that the next run corrects."""

    @primitive(partials=lambda y, x: factor * x**2)
    def cube_of_a_cell(x):
        return x**3

    return cube_of_a_cell


def test_a_cell_with_a_primitive_runs_twice_and_old_graphs_keep_their_rule():
    x = Value(2.0)
    wrong = cell(2)
    before = wrong(x)
    right = cell(3)
    after = right(x)
    before.backward()
    assert x.grad == 8.0
    x.grad = 0.0
    after.backward()
    assert x.grad == 12.0
    assert (before.op, after.op) == (wrong, right)
    assert wrong is not right
    assert replay(before).gradients()[x] == 8.0
    assert grad(right)(2.0) == 12.0


def test_a_copy_by_name_is_of_the_last_definition():
    cell(2)
    right = cell(3)
    assert pickle.loads(pickle.dumps(right)) is right
    assert copy.deepcopy(right(Value(2.0))).op is right


@pytest.mark.parametrize("name", ["tanh", "add", "pow", "greater", "given"])
def test_the_engine_s_own_names_are_taken(name):
    with pytest.raises(ValueError, match=f"a primitive called '{name}' exists in the engine itself"):
        primitive(name, lambda x: x, partials=1)
    assert len([p for p in TABLE if p is not None and p.name == name]) == 1


def test_a_module_with_primitives_can_be_reloaded(tmp_path, monkeypatch):
    (tmp_path / "my_primitives.py").write_text(
        "from autograd import primitive\ntwice = primitive('twice_of_mine', lambda x: 2 * x, partials=2)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("my_primitives")
    first = module.twice(Value(1.0))
    importlib.reload(module)
    assert module.twice(Value(1.0)).data == 2.0
    assert first.op.name == "twice_of_mine"
    del sys.modules["my_primitives"]


def test_the_table_itself_can_be_reloaded_and_stays_the_same_objects():
    tanh, n, y = primitives.tanh, len(TABLE), Value(0.5).tanh()
    importlib.reload(primitives)
    assert primitives.tanh is tanh
    assert len(TABLE) == n
    leaf = y.operands[0]
    y.backward()
    assert leaf.grad == pytest.approx(1 / math.cosh(0.5) ** 2)
    with pytest.raises(ValueError, match="exists"):
        primitive("sinh", lambda x: x, partials=1)


AGAIN = """
import sys
import autograd
from autograd import Value, tanh
old = autograd
def graph(autograd):
    x = autograd.Value(0.5)
    y = autograd.where(x > 0, autograd.tanh(x) * x, x)
    y.backward()
    assert autograd.replay(y).gradients()[x] == x.grad
    assert autograd.grad(autograd.tanh)(0.0) == 1.0
    with autograd.no_grad():
        assert (x * x).op is None
    try:
        autograd.log(x - 1)
    except autograd.DomainError:
        pass
    return x.grad
first = graph(autograd)
for name in {names}:
    del sys.modules[name]
import autograd
assert graph(autograd) == first
if {all}:
    assert autograd is not old
from nn import MLP, half_sse
half_sse(MLP(2, [2, 1], activation="tanh", seed=0)([1.0, 2.0]), [0.5]).backward()
assert str(autograd.derive(half_sse(MLP(2, [2, 1], activation="tanh", seed=0)([1.0, 2.0]), [0.5])).equations[0])
"""


@pytest.mark.parametrize(
    "names",
    [
        "[x for x in sys.modules if x.partition('.')[0] == 'autograd']",
        "[x for x in sys.modules if x.partition('.')[0] in ('autograd', 'nn')]",
        "['autograd']",
        "['autograd.engine.primitives']",
        "['autograd.engine.transforms', 'autograd.engine.graph', 'autograd.engine.functions']",
    ],
)
def test_an_import_after_a_deletion_works(names, run_python):
    run_python(AGAIN.format(names=names, all="partition" in names))


# --- Checks in C that run users' code


def raising(error):
    """Return an object that raises when its class is read, as an interrupt may at any time."""

    def asked(self):
        raise error("mine")

    return type("Raising", (), {"__class__": property(asked)})()


@pytest.mark.parametrize("error", [KeyError, ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize(
    "use",
    [
        lambda x: list(map(is_real, [x])),
        lambda x: Value(1.0) + x,
        lambda x: x * Value(1.0),
        lambda x: Value(1.0) < x,
        lambda x: Value(x),
        lambda x: Value(1.0).backward(x),
        lambda x: setattr(Value(1.0), "data", x),
        lambda x: primitives.tanh(x),
        lambda x: grad(lambda y: y)(x),
    ],
)
def test_an_exception_of_an_object_s_own_comes_out_as_it_is(error, use):
    with pytest.raises(error, match="mine"):
        use(raising(error))
