"""deepcopy and pickle of graphs of any depth: copies are independent, and shared nodes stay shared."""

import copy
import io
import math
import os
import pickle
import random
import subprocess
import sys

import pytest

import autograd
from autograd import StaleGraphError, Value, dot, leaky_relu, logsumexp, no_grad, total, where
from autograd.engine.graph import postorder
from autograd.engine.sweep import adjoints

COPIES = {
    "deepcopy": copy.deepcopy,
    **{f"pickle {p}": lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in range(pickle.HIGHEST_PROTOCOL + 1)},
    "python pickle": lambda x: pickle._loads(pickle._dumps(x)),
}
EVERY_WAY = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
DEPTH = 100_000 if autograd.compiled else 20_000


def network():
    w = [Value(0.5, "w0"), Value(-0.25, "w1")]
    x = Value(2.0, "x")
    s = dot([*w, 1.5], [x, 3, w[0]], bias=w[1])
    s.label = "pre-activation"
    parts = [
        s.tanh(),
        where(x > 1, s * s, s),
        leaky_relu(s, w[0]),
        logsumexp([s, 1.0, x]),
        x ** w[0],
        2**x,
        3 - s / x,
        -x,
    ]
    loss = total([*parts, 1.0])
    loss.label = "loss"
    return w, x, s, loss


def by_label(root):
    return {node.label: node for node in postorder([root]) if node.label}


@EVERY_WAY
def test_a_copy_gives_the_same_gradients_and_is_independent(copied):
    _w, x, _s, loss = network()
    again = copied(loss)
    originals, copies = postorder([loss]), postorder([again])
    assert not set(originals) & set(copies)
    assert [(n.data, n.label, n.op, n.recorded) for n in originals] == [
        (n.data, n.label, n.op, n.recorded) for n in copies
    ]
    again.backward()
    assert all(node.grad == 0.0 for node in originals)
    loss.backward()
    assert [n.grad for n in originals] == [n.grad for n in copies]
    new = by_label(again)
    new["x"].data = 7.0
    assert x.data == 2.0
    loss.backward()
    with pytest.raises(StaleGraphError, match="label='x'"):
        again.backward()


@EVERY_WAY
def test_gradients_and_labels_come_along(copied):
    _w, _x, _s, loss = network()
    loss.backward()
    again = copied(loss)
    assert [(n.grad, n.label) for n in postorder([again])] == [(n.grad, n.label) for n in postorder([loss])]


@EVERY_WAY
def test_a_leaf_alone(copied):
    for x in (Value(0.1, "x"), Value(math.inf), Value(-0.0), Value(5e-324), Value(0.1, "ünïcödé \U0001f600")):
        x.grad = -2.5
        y = copied(x)
        assert y is not x
        assert (y.data.hex(), y.grad, y.label, y.op) == (x.data.hex(), x.grad, x.label, None)
    assert math.isnan(copied(Value(math.nan)).data)


@EVERY_WAY
def test_what_is_shared_stays_shared(copied):
    x = Value(2.0)
    hidden = x.exp()
    first, second = hidden * 2.0, hidden * hidden
    a, b, c, d = copied((first, second, x, [x, hidden]))
    assert a.parents[0] is b.parents[0] is b.parents[1] is d[1]
    assert a.parents[0].parents[0] is c is d[0]
    a.backward()
    b.backward()
    assert c.grad == adjoints(first)[x] + adjoints(second)[x]
    assert x.grad == 0.0


@EVERY_WAY
def test_the_leaf_first_and_the_graph_after(copied):
    x = Value(2.0)
    y = (x * x).tanh()
    for order in ((x, y), (y, x), (y.parents[0], x, y), (y, y.parents[0], x)):
        nodes = copied(list(order))
        leaf, root = nodes[order.index(x)], nodes[order.index(y)]
        assert root.parents[0].parents[0] is leaf
        root.backward()
        assert leaf.grad == adjoints(y)[x]


@EVERY_WAY
def test_a_stale_graph_copies_as_it_is(copied):
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    z = copied(y)
    assert (z.data, z.recorded) == (4.0, (2.0, 2.0))
    with pytest.raises(StaleGraphError):
        z.backward()
    z.parents[0].data = 2.0
    z.backward()
    assert z.parents[0].grad == 4.0


@EVERY_WAY
def test_both_branches_of_where_are_copied(copied):
    x, y = Value(1.0), Value(-1.0)
    z = copied(where(x, x * 2.0, y * 3.0))
    assert [p.data for p in z.parents] == [1.0, 2.0, -3.0]
    z.backward()
    assert [p.grad for p in z.parents] == [2.0, 1.0, 0.0]  # the condition is x, which the taken branch reads


@EVERY_WAY
def test_inside_of_other_objects(copied):
    x = Value(2.0)
    structure = {"a": [x, x * x], "b": (x,), "c": {"d": x.exp()}}
    again = copied(structure)
    assert again["a"][0] is again["b"][0] is again["a"][1].parents[0] is again["c"]["d"].parents[0]


@EVERY_WAY
def test_random_graphs(copied):
    draw = random.Random(3)
    for _ in range(5):
        nodes = [Value(draw.uniform(-1, 1)) for _ in range(4)]
        for _ in range(60):
            a, b, c = draw.choices(nodes, k=3)
            forms = [a + b, a * b, a - 1.0, 2.0 - b, a.tanh(), dot([a, b], [c, 0.5], c), total([a, a, b]), -a, a / 2.0]
            nodes.append(draw.choice([*forms, where(a > 0, b, c), autograd.maximum(a, b), 3 / (2 + b * b)]))
        loss = total(nodes)
        again = copied(loss)
        assert list(adjoints(again).values()) == list(adjoints(loss).values())


@pytest.mark.parametrize("name", ["deepcopy", "pickle 2", "pickle 5"])
def test_a_deep_graph_is_copied_without_recursion(name):
    x = y = Value(0.5)
    for k in range(DEPTH // 2):
        y = y + 1.0 if k % 2 else dot([y], [1.0])
        y = y * 1.0
    again = COPIES[name](y)
    again.backward()
    assert postorder([again])[0].grad == 1.0
    assert x.grad == 0.0
    assert again.data == y.data


def test_the_python_pickler_does_not_recurse_either():
    y = Value(0.5)
    for _ in range(5000):
        y = y + 1.0
    again = pickle._loads(pickle._dumps(y))
    assert again.data == 5000.5
    assert len(pickle._dumps(y)) < 1.1 * len(pickle.dumps(y))


def test_a_list_of_all_nodes_of_a_chain_last_first_takes_room_in_proportion():
    def size(n):
        nodes = [Value(0.5)]
        for _ in range(n):
            nodes.append(nodes[-1] + 1.0)
        return len(pickle.dumps(nodes[::-1]))

    assert size(800) < 3 * size(400)


class _Failing(dict):
    """A memo that fails in the middle of a copy."""

    def __init__(self, after):
        super().__init__()
        self.after = after

    def __setitem__(self, key, value):
        self.after -= 1
        if self.after == 0:
            raise KeyboardInterrupt
        super().__setitem__(key, value)


def test_an_interrupted_copy_does_not_disturb_the_next():
    y = Value(0.5)
    for _ in range(20_000):
        y = y + 1.0
    with pytest.raises(KeyboardInterrupt) as kept:  # the traceback keeps everything that was running
        copy.deepcopy(y, _Failing(1000))
    assert copy.deepcopy(y).data == y.data
    assert pickle.loads(pickle.dumps(y)).data == y.data
    assert kept is not None


def test_a_broken_stream_does_not_disturb_the_next():
    class Full:
        def __init__(self):
            self.left = 100_000

        def write(self, chunk):
            self.left -= len(chunk)
            if self.left < 0:
                raise OSError("disk full")
            return len(chunk)

    y = Value(0.5)
    for _ in range(20_000):
        y = y + 1.0
    with pytest.raises(OSError, match="disk full") as kept:
        pickle.dump(y, Full())
    assert pickle.loads(pickle.dumps(y)).data == y.data
    assert kept is not None


def test_two_picklers_at_the_same_time():
    y = Value(0.5)
    for _ in range(3000):
        y = y + 1.0

    class Nested:
        def __reduce__(self):
            return bytes, (pickle.dumps(y),)

    z = y * 2.0
    again, inner, last = pickle.loads(pickle.dumps((y, Nested(), z)))
    assert last.parents[0] is again
    assert pickle.loads(inner).data == y.data


def test_copies_made_under_no_grad_are_graphs_all_the_same():
    x = Value(2.0)
    y = x * x
    with no_grad():
        for copied in COPIES.values():
            z = copied(y)
            assert z.op is y.op
            z.backward()
            assert z.parents[0].grad == 4.0


def test_a_pickle_of_one_engine_opens_in_the_other():
    _w, _x, _s, loss = network()
    slopes = list(adjoints(loss).values())
    script = (
        "import pickle, sys, autograd\n"
        "from autograd.engine.sweep import adjoints\n"
        "loss = pickle.load(sys.stdin.buffer)\n"
        "print(autograd.compiled, *[g.hex() for g in adjoints(loss).values()])"
    )
    for interpreted in ("", "1"):
        env = dict(os.environ, DELTAGRAD_INTERPRETED=interpreted)
        env["PYTHONPATH"] = os.path.dirname(os.path.dirname(autograd.__file__))
        done = subprocess.run(
            [sys.executable, "-c", script], input=pickle.dumps(loss), env=env, capture_output=True, check=True, cwd="/"
        )
        _mode, *found = done.stdout.decode().split()
        assert [float.fromhex(g) for g in found] == slopes


def test_the_pickle_of_a_graph_names_no_other_module():
    """Reading a graph calls only this package, and what the standard library needs."""
    _w, _x, _s, loss = network()
    modules = set()

    class Watching(pickle.Unpickler):
        def find_class(self, module, name):
            modules.add((module.partition(".")[0], name))
            return super().find_class(module, name)

    Watching(io.BytesIO(pickle.dumps(loss))).load()
    assert {module for module, _name in modules} <= {"autograd", "builtins"}
    assert {name for module, name in modules if module == "builtins"} <= {"list"}
