"""Interrupts, forks and long runs: a retry, a child process and an undisturbed run agree.

Depth, fan-in, fan-out, threads and weak references are tested in ``test_promises.py``, copies in ``test_copies.py``.
"""

import random
import sys

import pytest

from autograd import Value, dot, primitive, total
from autograd.engine.graph import postorder
from autograd.engine.sweep import adjoints
from nn import MLP, SGD, Adam, Momentum, fit, half_sse

INTERRUPTS = [KeyboardInterrupt, MemoryError]

# --- An interrupt at every node of a sweep

_armed: dict = {"left": None, "error": None}


def _may_be_interrupted(slopes):
    def rule(y, *xs):
        if _armed["left"] is not None:
            _armed["left"] -= 1
            if _armed["left"] < 0:
                raise _armed["error"]
        return slopes(y, *xs)

    return rule


square = primitive("structure_square", lambda x: x * x, partials=_may_be_interrupted(lambda y, x: 2 * x))
blend = primitive(
    "structure_blend",
    lambda a, b: a * b + a,
    partials=[_may_be_interrupted(lambda y, a, b: b + 1), _may_be_interrupted(lambda y, a, b: a)],
)
weigh = primitive(
    "structure_weigh",
    lambda *xs: sum([x * (k + 1) for k, x in enumerate(xs)]),
    partials=_may_be_interrupted(lambda y, *xs: [k + 1.0 for k in range(len(xs))]),
)


def _graph(seed, nodes=40):
    """Return a graph in which every node has a rule that can be interrupted, and many nodes are shared."""
    draw = random.Random(seed)
    values = [Value(draw.uniform(-0.6, 0.6)) for _ in range(3)]
    for _ in range(nodes):
        a, b, c = draw.choices(values[-8:], k=3)
        values.append(
            draw.choice((square(a), blend(a, b), weigh(a, b, c, 0.5) / 8.0, a * b - dot([a, c], [b, 0.5], c)))
        )
    root = weigh(*values[-6:], values[0])
    return root, postorder([root])


@pytest.mark.parametrize("error", INTERRUPTS)
@pytest.mark.parametrize("seed", range(5))
def test_an_interrupt_at_every_node_of_a_sweep_changes_nothing_and_a_retry_equals_a_clean_run(error, seed):
    root, nodes = _graph(seed)
    slopes = adjoints(root)
    root.backward()
    clean = [node.grad for node in nodes]
    assert clean == [slopes.get(node, 0.0) for node in nodes]
    _armed.update(left=10**9, error=error)
    adjoints(root)
    rules = 10**9 - _armed["left"]
    assert rules > 20
    for when in range(rules):
        root, nodes = _graph(seed)
        for sweep in (root.backward, lambda root=root: adjoints(root)):
            _armed["left"] = when
            with pytest.raises(error):
                sweep()
            assert {node.grad for node in nodes} == {0.0}
        _armed["left"] = None
        root.backward()
        assert [node.grad for node in nodes] == clean
    _armed["left"] = None


# --- An interrupt at every update of a training

X, Y = [[0.1, -0.4], [0.9, 0.2], [-0.5, 0.7]], [[0.2], [0.8], [0.4]]
OPTIMIZERS = {"sgd": lambda: SGD(0.3), "momentum": lambda: Momentum(0.1), "adam": lambda: Adam(0.05)}


def _model():
    return MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=4)


def _bits(model):
    return [p.data.hex() for p in model.parameters()]


def _trained(model, optimizer, epochs, loss=half_sse, engine="eager"):
    options = {"batch_size": None, "progress": False, "engine": engine}
    return fit(model, X, Y, loss=loss, optimizer=optimizer, epochs=epochs, **options)


def _clean(make, epochs, engine="eager"):
    """Return the parameters after 0, 1, ... updates of a run without interrupts."""
    model, optimizer, found = _model(), make(), []
    for _ in range(epochs):
        found.append(_bits(model))
        _trained(model, optimizer, 1, engine=engine)
    return [*found, _bits(model)]


@pytest.mark.parametrize("error", INTERRUPTS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_interrupt_at_every_sample_of_every_update_leaves_a_whole_update_and_a_retry_equals_a_clean_run(name, error):
    epochs = 6
    clean = _clean(OPTIMIZERS[name], epochs)
    for when in range(epochs * len(X)):
        calls = 0

        def loss(outputs, target, when=when):
            nonlocal calls
            calls += 1
            if calls == when + 1:
                raise error
            return half_sse(outputs, target)

        model, optimizer = _model(), OPTIMIZERS[name]()
        if error is KeyboardInterrupt:
            history = _trained(model, optimizer, epochs, loss)
            assert (history.interrupted, history.updates) == (True, when // len(X))
        else:
            with pytest.raises(error):
                _trained(model, optimizer, epochs, loss)
        assert _bits(model) == clean[when // len(X)]
        assert _trained(model, optimizer, epochs - when // len(X)).updates == epochs - when // len(X)
        assert _bits(model) == clean[-1]


class _Stepping:
    """A parameter that fails when it is written for the k-th time."""

    def __init__(self, value, budget, error):
        self.value, self.budget, self.error = value, budget, error
        self.label = value.label

    @property
    def grad(self):
        return self.value.grad

    @property
    def data(self):
        return self.value.data

    @data.setter
    def data(self, data):
        self.budget[0] -= 1
        if self.budget[0] == 0:
            raise self.error
        self.value.data = data


@pytest.mark.parametrize("error", INTERRUPTS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_interrupt_at_every_parameter_of_an_update_undoes_it(name, error):
    """The memory of the optimizer is undone, too. So the next update is the same as without the interrupt."""
    clean = _clean(OPTIMIZERS[name], 3)
    count = len(_model().parameters())
    for when in range(1, count + 1):
        model, optimizer = _model(), OPTIMIZERS[name]()
        budget = [0]
        written = [_Stepping(p, budget, error) for p in model.parameters()]
        for k in range(3):
            for p in model.parameters():
                p.grad = 0.0
            for x, y in zip(X, Y, strict=True):
                half_sse(model(x), y).backward(1 / len(X))
            budget[0] = when
            with pytest.raises(error):
                optimizer.step(written)
            assert _bits(model) == clean[k]
            budget[0] = -1
            optimizer.step(written)
            assert _bits(model) == clean[k + 1]


def _line_by_line(run):
    """Call ``run`` with a KeyboardInterrupt at every line of ``nn``, one line later each time, until a call ends.

    Yields the line's number before each call, so that the caller can make a new training, and the result after it.
    """
    count = target = 0

    def trace(frame, event, _argument):
        nonlocal count
        if frame.f_code.co_filename.replace("\\", "/").rpartition("/nn/")[2] not in (
            "training.py",
            "optimizers.py",
            "native.py",
        ):
            return None
        if event == "line":
            count += 1
            if count == target:
                raise KeyboardInterrupt
        return trace

    while True:
        target, count = target + 1, 0
        yield target, False
        outside = sys.gettrace()
        sys.settrace(trace)
        try:
            run()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(outside)
        yield target, True
        if count < target:
            return


@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_interrupt_at_any_line_of_a_training_leaves_a_whole_update(name, engine):
    clean = _clean(OPTIMIZERS[name], 2, engine)
    both: list = []
    interrupted = 0
    for target, called in _line_by_line(lambda: _trained(*both, 2, engine=engine)):
        if not called:
            both[:] = _model(), OPTIMIZERS[name]()
            continue
        model, optimizer = both
        assert _bits(model) == clean[optimizer.updates], target
        if optimizer.updates < 2:
            interrupted += 1
            _trained(model, optimizer, 2 - optimizer.updates, engine=engine)
            assert _bits(model) == clean[2], target
    assert interrupted > 50  # so many lines at least run before the second update


# --- Memory


def test_memory_is_flat_over_ten_thousand_training_steps(run_python):
    """In a new process, because memory of other tests could be freed or reused during the measurement."""
    script = """
import gc, resource
import autograd
from nn import MLP, Adam, half_sse

gc.disable()
model, optimizer = MLP(2, [4, 1], activation="tanh", seed=0), Adam(1e-3)
steps = 10_000 if autograd.compiled else 1_000

def train(n):
    for _ in range(n):
        loss = half_sse(model([0.3, -0.2]), [0.5])
        model.zero_grad()
        loss.backward()
        optimizer.step(model.parameters())

train(steps // 10)
before, objects = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(gc.get_objects())
train(steps)
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1024  # KiB
assert len(gc.get_objects()) - objects < 100
print("flat")
"""
    assert run_python(script).stdout == "flat\n"


# --- Forks. They run in new interpreters, which have one thread, except for those that a test starts.

OFF = """
def off():
    with no_grad():
        inside.set()
        leave.wait(30)
thread = threading.Thread(target=off)
thread.start()
inside.wait(30)
"""  # another thread stays inside of no_grad until it is told to leave
FORKS = {
    "in a rule, in the middle of a sweep": """
def rule(y, x):
    if not pids:
        pids.append(fork())
    return 2 * x
own = primitive("forking", lambda x: x * x, partials=rule)
x, w = Value(0.5), Value(1.5)
y = x
for _ in range(50):
    y = own(y * w) + dot([w, x], [y, 0.25], x) * 0.125
y.backward()
found = [x.grad, w.grad, y.grad]
pids.append(0)
expected = list(map(adjoints(y).get, (x, w, y)))
""",
    "in the middle of recording": """
def half(y):
    for _ in range(1000):
        y = y * 0.999 + x / 1000.0
    return y
x = Value(0.5)
y = half(x)
pids.append(fork())
y = half(y)
y.backward()
found, expected = [x.grad], [adjoints(half(half(x)))[x]]
""",
    "while a graph is freed": """
x = y = Value(1.0)
for k in range(2000):
    y = y + 1.0
    if k == 1000:
        middle = weakref.ref(y, lambda _: pids.append(fork()))
del y
found = []
for _ in range(2000):
    x = x * 1.0
found, expected = [x.data, middle()], [1.0, None]
""",
    "inside of no_grad": """
x = Value(2.0)
with no_grad():
    pids.append(fork())
    inside = (x * x).op
y = x * x
y.backward()
found, expected = [inside, x.grad], [None, 4.0]
""",
    "while another thread is inside of no_grad": f"""
inside, leave, ops = threading.Event(), threading.Event(), []
{OFF}pids.append(fork())
if pids[0]:
    leave.set()
    thread.join()
x = Value(2.0)
for _ in range(20):  # a new thread may get the number of the one that is gone
    for block in (no_grad(), contextlib.nullcontext()):  # of this thread
        new = threading.Thread(target=lambda: ops.append((x * x).op is not None))
        with block:
            new.start()
            new.join()
found, expected = ops, [True] * 40
""",
    "while another thread sweeps": """
shared = Value(0.5)
def chain():
    y = Value(1.0)
    for _ in range(300):
        y = y * shared.detach() + shared
    return y
loss, stop = chain(), []
slope = adjoints(loss)[shared]
def sweeps():
    while not stop:
        adjoints(loss)
thread = threading.Thread(target=sweeps)
sys.setswitchinterval(1e-6)
thread.start()
for _ in range(100):
    pid = fork()
    if pid == 0:
        os._exit(0 if adjoints(loss)[shared] == slope else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
pids.append(fork())
stop.append(True)
if pids[0]:
    thread.join()
found, expected = [adjoints(loss)[shared]], [slope]
""",
    "before another thread is inside of no_grad": f"""
x, inside, leave = Value(2.0), threading.Event(), threading.Event()
pids.append(fork())
{OFF}found, expected = [(x * x).op is not None], [True]
leave.set()
thread.join()
""",
    "another thread in a sweep": """
from autograd.engine.sweep import _marking
x = Value(3.0)
y = x * x
held = threading.Event()
def hold():
    with _marking:
        held.set()
        threading.Event().wait(0.3)
threading.Thread(target=hold).start()
held.wait()
pids.append(fork())  # waits for the sweep: in the child its thread would never end it
y.backward()
found, expected = [x.grad], [6.0]
""",
}


@pytest.mark.parametrize("where", FORKS)
def test_a_fork_in_the_middle_gives_two_processes_that_are_both_right(where, run_python):
    script = f"""
import contextlib, os, signal, sys, threading, warnings, weakref
from autograd import Value, dot, no_grad, primitive
from autograd.engine.sweep import adjoints
warnings.simplefilter("ignore", DeprecationWarning)  # of a fork among threads: that is what is tried
pids = []
def fork():
    pid = os.fork()
    signal.alarm(60)  # a process that waits for ever is a failure; a child has no alarm yet
    return pid
{FORKS[where]}
right = found == expected
if pids[0] == 0:
    os._exit(0 if right else 1)
assert right, (found, expected)
assert os.waitstatus_to_exitcode(os.waitpid(pids[0], 0)[1]) == 0
print("two")
"""
    assert run_python(script).stdout == "two\n"


def test_both_sides_of_a_fork_go_on_with_what_they_share(run_python):
    """The child and the parent both continue a training, and both end with the same bits."""
    script = """
import os
from nn import MLP, Adam, fit
X, Y = [[0.1, -0.4], [0.9, 0.2], [-0.5, 0.7]], [0.2, 0.8, 0.4]
model, optimizer = MLP(2, [3, 1], seed=4), Adam(0.05)
train = lambda n: fit(model, X, Y, optimizer=optimizer, epochs=n, batch_size=None, progress=False)
train(5)
read, write = os.pipe()
pid = os.fork()
train(5)
bits = " ".join([p.data.hex() for p in model.parameters()])
if pid == 0:
    os.write(write, bits.encode())
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert os.read(read, 10_000).decode() == bits
print("alike")
"""
    assert run_python(script).stdout == "alike\n"


def test_a_graph_over_one_shared_sum_is_freed_with_its_last_reader():
    """Many nodes read the total of a wide sum. When one of them is freed, it frees only itself."""
    xs = [Value(1.0) for _ in range(1000)]
    shared = total(xs)
    before = sys.getrefcount(shared)
    readers = [shared * float(k) for k in range(1000)]
    assert sys.getrefcount(shared) == before + 1000
    readers[500].backward()
    assert {x.grad for x in xs} == {500.0}
    del readers
    assert sys.getrefcount(shared) == before
