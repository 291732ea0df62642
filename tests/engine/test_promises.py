"""The promises of a Value beyond numbers: accumulation, all or nothing, staleness, depth, freeing, threads, no_grad."""

import gc
import linecache
import math
import resource
import signal
import sys
import threading
import weakref
from contextlib import suppress

import pytest

import autograd
from autograd import (
    StaleGraphError,
    Value,
    dot,
    exp,
    leaky_relu,
    logsumexp,
    maximum,
    no_grad,
    primitive,
    total,
    where,
)
from autograd.engine.graph import postorder
from autograd.engine.sweep import _marking, adjoints

DEPTH = 1_000_000 if autograd.compiled else 100_000
WIDTH = 1_000_000 if autograd.compiled else 100_000


# --- Accumulation


def test_a_second_backward_doubles():
    x, w = Value(3.0), Value(0.5)
    hidden = (w * x).tanh()
    loss = hidden * hidden + x
    loss.backward()
    once = [v.grad for v in (x, w, hidden, loss)]
    loss.backward()
    assert [v.grad for v in (x, w, hidden, loss)] == [2 * g for g in once]


def test_two_losses_over_one_subgraph_add():
    x = Value(1.25)
    shared = x.exp() * x
    first, second = shared * 2.0, shared.tanh()
    slopes = [adjoints(loss)[x] for loss in (first, second)]
    first.backward()
    assert x.grad == slopes[0]
    second.backward()
    assert x.grad == slopes[0] + slopes[1]
    assert shared.grad == adjoints(first)[shared] + adjoints(second)[shared]


def test_a_sweep_starts_from_its_own_adjoints_not_from_gradients():
    x = Value(2.0)
    y = x * 3.0
    z = y * 5.0
    y.grad = 1000.0
    z.grad = 7.0
    z.backward()
    assert (x.grad, y.grad, z.grad) == (15.0, 1005.0, 8.0)


def test_backward_from_the_middle():
    x = Value(2.0)
    y = x * 3.0
    z = y * 5.0
    y.backward()
    assert (x.grad, y.grad, z.grad) == (3.0, 1.0, 0.0)
    z.backward()
    assert (x.grad, y.grad, z.grad) == (18.0, 6.0, 1.0)


# --- All or nothing

_interrupt: dict = {"after": None, "error": KeyboardInterrupt}


def _slope(y, x):
    if _interrupt["after"] is not None:
        _interrupt["after"] -= 1
        if _interrupt["after"] < 0:
            raise _interrupt["error"]
    return 2 * x


interruptible = primitive("promises_interruptible", lambda x: x * x, partials=_slope)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RuntimeError, SystemExit, StopIteration])
def test_an_interrupt_at_any_rule_changes_nothing_and_a_retry_equals_a_clean_run(error):
    def build():
        x, w = Value(0.5), Value(1.5)
        y = x
        for _ in range(6):
            y = interruptible(y * w) + dot([w, x], [y, 2.0], x)
        return y, postorder([y])

    _interrupt["after"] = None
    loss, clean = build()
    loss.backward()
    for when in range(6):
        loss, nodes = build()
        for node in nodes:
            node.grad = 0.25
        _interrupt.update(after=when, error=error)
        with pytest.raises(error):
            loss.backward()
        assert {node.grad for node in nodes} == {0.25}
        with pytest.raises(error):
            adjoints(loss)
        _interrupt["after"] = None
        loss.backward()
        assert [node.grad - 0.25 for node in nodes] == pytest.approx([node.grad for node in clean], rel=1e-12)
        assert list(adjoints(loss).values())[::-1] == [node.grad for node in clean]


def _interrupts(loss, nodes):
    """Run ``loss.backward()`` with a KeyboardInterrupt at every line of the engine, one line later each time."""
    count, target = 0, 0

    def trace(frame, event, _argument):
        nonlocal count
        if "/autograd/" not in frame.f_code.co_filename.replace("\\", "/"):
            return None
        # Python looks for no signal when it leaves a with block, or at try. So no interrupt can come there.
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).split()
        if event == "line" and line and line[0] not in ("with", "try:"):
            count += 1
            if count == target:
                raise KeyboardInterrupt
        return trace

    while True:
        target, count = target + 1, 0
        before = [node.grad for node in nodes]
        outside = sys.gettrace()
        sys.settrace(trace)
        try:
            loss.backward()
        except KeyboardInterrupt:
            finished = False
        else:
            finished = True
        finally:
            sys.settrace(outside)
        assert not finished or count < target, "an interrupt was swallowed"
        yield before, finished, target
        if finished:
            return


def test_an_interrupt_at_any_line_of_the_engine_changes_nothing():
    """Interpreted, this is anywhere in a sweep. Compiled, it is wherever Python code runs."""
    x, w = Value(0.5), Value(1.5)
    loss = (dot([w, x], [x, 2.0], w).tanh() * w + x / w - total([x, w, 1.0])).exp()
    nodes = postorder([loss])
    slopes = [adjoints(loss)[node] for node in nodes]
    interrupted = 0
    for before, finished, target in _interrupts(loss, nodes):
        after = [node.grad for node in nodes]
        # After all gradients are added, an interrupt may still come before the call returns.
        assert after == before or after == [b + s for b, s in zip(before, slopes, strict=True)], target
        assert not _marking._is_owned(), "a lock was kept, for which sweeps in other threads would wait"
        interrupted += not finished
    assert interrupted > (0 if autograd.compiled else 100)
    assert [adjoints(loss)[node] for node in nodes] == slopes


def test_a_signal_during_sweeps_leaves_no_half_done_one():
    if threading.current_thread() is not threading.main_thread():
        pytest.fail("signals come to the main thread")
    x = Value(1.0)
    y = x
    for _ in range(2000):
        y = y.sin() + y
    loss, swept = total([y, x]), 0
    slope = adjoints(loss)[x]

    def on_alarm(_number, _frame):
        raise KeyboardInterrupt

    outside = sys.gettrace()
    sys.settrace(None)  # an interrupted tracer, such as one that measures coverage, would keep its own lock
    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        for k in range(60):
            x.grad = loss.grad = 0.0
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-4 * (k + 1))
                loss.backward()
                signal.setitimer(signal.ITIMER_REAL, 0)
                swept += 1
            except KeyboardInterrupt:
                pass
            assert x.grad in (0.0, slope)
            assert loss.grad == (1.0 if x.grad else 0.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.settrace(outside)


# --- Rules that do unexpected things


def test_a_rule_may_sweep_the_same_graph_and_others():
    seen = []

    def rule(y, x):
        if not seen:
            seen.append(True)
            other = Value(3.0)
            (other * other).backward()
            seen.append(other.grad)
            loss.backward()
        return 2 * x

    own = primitive("promises_reentrant", lambda x: x * x, partials=rule)
    x = Value(3.0)
    loss = own(x) + x
    loss.backward()
    assert seen == [True, 6.0]
    assert (x.grad, loss.grad) == (14.0, 2.0)  # twice 2 x + 1


def test_a_rule_may_record_and_free():
    def rule(y, x):
        graph = Value(1.0)
        for _ in range(1000):
            graph = graph * 1.5 + 0.5
        return 2 * x

    own = primitive("promises_allocating", lambda x: x * x, partials=rule)
    x = Value(3.0)
    (own(own(x)) + own(x)).backward()
    assert x.grad == 4 * 27.0 + 6.0


def test_a_rule_that_changes_a_leaf_does_not_change_the_gradient_of_what_was_recorded():
    x, w = Value(3.0), Value(2.0)

    def rule(y, a):
        w.data = 99.0
        return 1

    own = primitive("promises_meddling", lambda a: a * 1.0, partials=rule)
    loss = own(x) * w
    loss.backward()
    assert (x.grad, w.grad) == (2.0, 3.0)
    with pytest.raises(StaleGraphError):
        loss.backward()


# --- Staleness

READERS = {
    "add": lambda v: v + 1.0,
    "radd": lambda v: 1.0 + v,
    "add second": lambda v: Value(1.0) + v,
    "sub": lambda v: v - 1.0,
    "rsub": lambda v: 1.0 - v,
    "mul": lambda v: v * 2.0,
    "mul second": lambda v: Value(2.0) * v,
    "div": lambda v: v / 2.0,
    "rdiv": lambda v: 2.0 / v,
    "neg": lambda v: -v,
    "pow": lambda v: v**2,
    "rpow": lambda v: 2**v,
    "abs": abs,
    "exp": exp,
    "relu": lambda v: v.relu(),
    "maximum": lambda v: maximum(1.0, v),
    "leaky_relu slope": lambda v: leaky_relu(-1.0, v),
    "dot weight": lambda v: dot([1.0, v], [2.0, 3.0]),
    "dot input": lambda v: dot([Value(1.0), 2.0], [1.0, v]),
    "dot bias": lambda v: dot([Value(1.0)], [2.0], v),
    "total": lambda v: total([1.0, v]),
    "logsumexp": lambda v: logsumexp([1.0, v]),
    "where condition": lambda v: where(v, Value(1.0), 2.0),
    "where taken": lambda v: where(True, v, 2.0),
    "where else": lambda v: where(0.0, 1.0, v),
    "several": lambda v: dot([v, v], [v, 1.0]) + v * v,
    "deep": lambda v: ((v * 2.0 + 1.0).tanh() ** 2).exp(),
}


@pytest.mark.parametrize("name", READERS)
def test_a_leaf_changed_after_it_was_recorded_is_named_and_nothing_changes(name):
    leaf = Value(0.75, label="the leaf")
    loss = READERS[name](leaf) * 2.0
    nodes = postorder([loss])
    leaf.data = 1.5
    for sweep in (loss.backward, lambda: adjoints(loss)):
        with pytest.raises(StaleGraphError, match=r"label='the leaf'.*recorded 0\.75, now 1\.5.*again"):
            sweep()
    assert all(node.grad == 0.0 for node in nodes)
    leaf.data = 0.75
    loss.backward()
    assert loss.grad == 1.0
    leaf.data = math.nan
    with pytest.raises(StaleGraphError):
        loss.backward()


@pytest.mark.parametrize("name", READERS)
def test_a_nan_leaf_is_not_stale(name):
    leaf = Value(math.nan)
    loss = READERS[name](leaf) * 2.0
    loss.backward()
    leaf.data = 1.0
    with pytest.raises(StaleGraphError):
        loss.backward()


def test_a_leaf_recorded_at_two_points_is_stale_for_the_first():
    x = Value(1.0)
    a = x * 2.0
    x.data = 3.0
    b = x * 5.0
    b.backward()
    assert x.grad == 5.0
    with pytest.raises(StaleGraphError):
        (a + b).backward()
    assert x.grad == 5.0


def test_a_changed_leaf_elsewhere_does_not_matter():
    x, other = Value(1.0), Value(2.0)
    y, _unrelated = x * 2.0, other * 3.0
    other.data = 5.0
    y.backward()
    assert x.grad == 2.0


# --- Depth, fan-in, fan-out. They run in new interpreters, so that a crash fails only one test.

CHAINS = {
    "add": "y + 1.0",
    "mul": "1.0 * y",
    "neg": "-y",
    "tanh": "y.tanh()",
    "dot": "dot([y, 1.0], [1.0, y], 0.5) * 0.0 + y",
    "dot input": "dot([1.0], [y])",
    "total": "total([0.5, y])",
    "where": "where(True, y, 0.0)",
    "where not taken": "where(True, x, y)",
    "two readers": "y * 0.5 + y * 0.5",
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_deep_chain_is_built_swept_and_freed_on_a_small_stack(name, run_python):
    """In a thread with a stack of 256 KiB, recursion as deep as the graph would crash."""
    n = DEPTH if name in ("add", "mul") else DEPTH // 5
    script = f"""
import gc, threading, weakref
gc.disable()
from autograd import Value, dot, total, where
failed = []
def chain():
    x = y = Value(0.25)
    for _ in range({n}):
        y = {CHAINS[name]}
    middle = weakref.ref(y.parents[0])
    y.backward()
    if not (x.grad == x.grad and y.grad == 1.0): failed.append((x.grad, y.grad))
    del y
    if middle() is not None and middle() is not x: failed.append("not freed")
threading.stack_size(262144)
thread = threading.Thread(target=chain)
thread.start()
thread.join()
assert not failed, failed
print("done")
"""
    assert run_python(script).stdout == "done\n"


def test_ten_million_nodes_in_a_chain_are_freed(run_python):
    n = 10_000_000 if autograd.compiled else 200_000
    script = f"""
from autograd import Value
x = y = Value(1.0)
for _ in range({n}):
    y = y + 1.0
y.backward()
assert x.grad == 1.0 and y.data == {n} + 1
del y
print("freed")
"""
    assert run_python(script).stdout == "freed\n"


def test_a_wide_fan_in():
    xs = [Value(1.0) for _ in range(WIDTH)]
    w = Value(2.0)
    loss = total(xs) * w + dot(xs, xs)
    loss.backward()
    assert loss.data == 3.0 * WIDTH
    assert w.grad == WIDTH
    assert {x.grad for x in xs} == {4.0}


def test_one_leaf_as_every_operand():
    x = Value(0.5)
    loss = total([x] * WIDTH) + dot([x] * WIDTH, [x] * WIDTH, x)
    loss.backward()
    assert x.grad == WIDTH + 2 * 0.5 * WIDTH + 1.0


def test_a_wide_fan_out():
    x = Value(1.0)
    loss = total([x * 2.0 for _ in range(WIDTH)])
    loss.backward()
    assert x.grad == 2 * WIDTH
    readers = [x + 1.0 for _ in range(WIDTH)]
    del loss, readers
    x.backward()
    assert x.grad == 2 * WIDTH + 1


def test_a_wide_and_deep_tree():
    x = Value(1.0)
    nodes = [x * 1.0 for _ in range(1 << 14)]
    while len(nodes) > 1:
        nodes = [a + b for a, b in zip(nodes[::2], nodes[1::2], strict=True)]
    nodes[0].backward()
    assert x.grad == 1 << 14


# --- Freeing


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("name", READERS)
def test_a_dropped_graph_is_freed_at_once(name):
    leaf = Value(0.5)
    count = sys.getrefcount(leaf)
    middle = leaf * 1.0
    reference = weakref.ref(middle)
    loss = READERS[name](middle)
    loss.backward()
    adjoints(loss)
    del middle
    if reference() is not None:
        assert reference() in postorder([loss])
    del loss
    assert reference() is None
    assert sys.getrefcount(leaf) == count


@pytest.mark.usefixtures("no_collector")
def test_an_interrupted_or_stale_sweep_keeps_nothing():
    x = Value(0.5)
    y = interruptible(x * 2.0)
    reference = weakref.ref(y.parents[0])
    _interrupt.update(after=0, error=RuntimeError)
    with suppress(RuntimeError):
        y.backward()
    _interrupt["after"] = None
    x.data = 7.0
    with suppress(StaleGraphError):
        y.backward()
    del y
    assert reference() is None


@pytest.mark.usefixtures("no_collector")
def test_constants_and_operands_are_not_leaked():
    x, number = Value(0.5), float("12345.678")
    before = sys.getrefcount(number), sys.getrefcount(x), sys.getrefcount(None), sys.getrefcount("a label")
    for _ in range(200):
        y = x * number + number / (x + number) - dot([x, number], [number, x], number) * total([x, number, x])
        y = where(x, y, number) + maximum(y, number) + logsumexp([x, number]) + x**number * 1e-300
        y.label = "a label"
        y.backward()
        y.detach()
        repr(y), hash(y), y.operands, y.parents, y.recorded, y.op, y < number, y == x
        for bad in ("x", None, 1j):
            with suppress(TypeError):
                y + bad
            with suppress(TypeError):
                dot([x, bad], [x, number])
            with suppress(TypeError):
                total([x, number, bad])
        with suppress(ValueError):
            dot([x], [x, x])
        with suppress(ValueError):
            (x - 1.0).log()
        del y
    after = sys.getrefcount(number), sys.getrefcount(x), sys.getrefcount(None), sys.getrefcount("a label")
    assert after[:2] == before[:2]
    assert abs(after[2] - before[2]) < 100
    assert abs(after[3] - before[3]) < 100


@pytest.mark.usefixtures("no_collector")
def test_memory_is_flat_over_many_steps():
    ws = [Value(0.1 * k) for k in range(8)]

    def step():
        loss = total([(dot(ws, [1.0] * 7 + [w], w).tanh() - w / 3.0) ** 2 for w in ws for _ in range(6)])
        loss.backward()
        for w in ws:
            w.data -= 1e-6 * w.grad
            w.grad = 0.0

    for _ in range(50):
        step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2000 if autograd.compiled else 300):
        step()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2048  # KiB


@pytest.mark.usefixtures("no_collector")
def test_a_callback_of_a_weak_reference_may_record_while_a_graph_is_freed():
    refs, made = [], []

    def callback(_reference):
        y = Value(1.0)
        for _ in range(100):
            y = y + 1.0
        made.append(y.data)

    x = y = Value(1.0)
    for _ in range(2000):
        y = y + 1.0
        refs.append(weakref.ref(y, callback))
    del y
    assert all(reference() is None for reference in refs)
    assert made == [101.0] * 2000
    assert x.data == 1.0


@pytest.mark.usefixtures("no_collector")
def test_a_value_that_is_being_freed_cannot_be_reached_again():
    """The callback of an operand's weak reference runs while its reader is being freed.

    It must not reach the reader.
    """
    reached = []
    x = Value(1.0)
    y = x * 2.0
    z = y * 3.0
    reader = weakref.ref(z)
    operand = weakref.ref(y, lambda _: reached.append(reader()))
    del y, z
    # Interpreted, a Value has a finalizer, which frees long chains in a loop. Python clears the reader's weak
    # reference after that. So the callback may reach the reader, which is still complete.
    assert reached == [None] or (not autograd.compiled and reached[0].data == 6.0)
    assert operand() is None


def test_values_make_no_work_for_the_collector():
    assert not gc.is_tracked(Value(1.0)) or not autograd.compiled


# --- Threads


def test_threads_with_private_graphs_and_a_shared_leaf_give_exact_totals():
    shared = Value(0.5)
    threads, rounds, errors = 8, 300 if autograd.compiled else 60, []
    interval = sys.getswitchinterval()
    start = threading.Barrier(threads)

    def work(k):
        try:
            start.wait()
            for i in range(rounds):
                own = Value(float(k))
                node = own
                for _ in range(20):
                    node = node * 1.0 + shared
                loss = node + interruptible(own) * 0.0
                loss.backward()
                if own.grad != 1.0 or loss.grad != 1.0:
                    errors.append((k, i, own.grad))
        except BaseException as error:
            errors.append(error)

    sys.setswitchinterval(1e-6)
    try:
        running = [threading.Thread(target=work, args=(k,)) for k in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not errors
    assert shared.grad == threads * rounds * 20.0


def test_threads_that_sweep_one_graph_add_up():
    x = Value(0.5)
    loss = interruptible(x) + dot([x, x], [x, 1.0])
    slope = adjoints(loss)[x]
    rounds = 50
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        running = [threading.Thread(target=lambda: [loss.backward() for _ in range(rounds)]) for _ in range(4)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert x.grad == slope * rounds * 4
    assert loss.grad == rounds * 4


def test_another_thread_may_sweep_while_a_rule_waits():
    entered, go_on, results = threading.Event(), threading.Event(), []

    def rule(y, x):
        entered.set()
        assert go_on.wait(30)
        return 2 * x

    waiting = primitive("promises_waiting", lambda x: x * x, partials=rule)
    x = Value(3.0)
    slow = waiting(x) + x
    thread = threading.Thread(target=lambda: (slow.backward(), results.append(x.grad)))
    thread.start()
    assert entered.wait(30)
    fast = x * 10.0
    fast.backward()
    assert x.grad == 10.0
    go_on.set()
    thread.join()
    assert results == [17.0]


# --- no_grad and detach


def test_no_grad_records_nothing():
    x = Value(2.0)
    with no_grad():
        nodes = [x * 3.0, 3.0 * x, x + x, -x, x**2, exp(x), dot([x], [x], x), total([x, x]), where(True, x, x),
                 logsumexp([x, 1.0]), abs(x), x.relu(), maximum(x, 1.0), interruptible(x)]  # fmt: skip
    for node in nodes:
        assert (node.op, node.parents) == (None, ())
    assert nodes[0].data == 6.0
    nodes[0].data = 7.0
    nodes[0].backward()
    assert x.grad == 0.0
    assert (x * 3.0).parents == (x,)


def test_no_grad_nests_and_ends_with_an_exception():
    x = Value(1.0)
    with no_grad():
        with no_grad():
            assert (x + 1).op is None
        assert (x + 1).op is None
        with pytest.raises(RuntimeError), no_grad():
            raise RuntimeError
        assert (x + 1).op is None
    assert (x + 1).op is not None
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (x + 1).op is not None


def test_one_no_grad_can_be_used_again_and_inside_itself():
    x, off = Value(1.0), no_grad()
    for _ in range(2):
        with off, off:
            assert (x + 1).op is None
        assert (x + 1).op is not None


def test_one_no_grad_after_another():
    x = Value(1.0)
    for _ in range(4):
        with no_grad():
            assert (x + 1).op is None
        assert (x + 1).op is not None


def test_no_grad_as_a_decorator():
    x = Value(1.0)

    @no_grad()
    def double(a, *, by=2.0):
        """Double a number."""
        if by == 0.0:
            raise ZeroDivisionError
        return a * by

    assert double.__name__ == "double"
    assert double.__doc__ == "Double a number."
    assert double(x).op is None
    assert double(x, by=3.0).data == 3.0
    with pytest.raises(ZeroDivisionError):
        double(x, by=0.0)
    assert (x * 2.0).op is not None


def test_backward_inside_no_grad_sweeps_what_was_recorded_before():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_no_grad_is_the_affair_of_its_thread():
    x, inside, outside, results = Value(1.0), threading.Event(), threading.Event(), {}

    def off():
        with no_grad():
            results["before"] = (x + 1).op
            inside.set()
            assert outside.wait(30)
            results["after"] = (x + 1).op

    thread = threading.Thread(target=off)
    thread.start()
    assert inside.wait(30)
    here = (x + 1).op
    with no_grad():
        assert (x + 1).op is None
    again = (x + 1).op
    outside.set()
    thread.join()
    assert results == {"before": None, "after": None}
    assert here is again is not None


def test_no_grad_in_many_threads_leaves_recording_on():
    x, wrong = Value(1.0), []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def work():
        for _ in range(500):
            with no_grad():
                if (x + 1).op is not None:
                    wrong.append("on inside")
            if (x + 1).op is None:
                wrong.append("off outside")

    try:
        running = [threading.Thread(target=work) for _ in range(6)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    assert (x + 1).op is not None


def test_detach_is_a_leaf_with_the_same_data_and_label():
    x = Value(2.0)
    y = x * 3.0
    y.label = "y"
    y.grad = 5.0
    z = y.detach()
    assert (z.data, z.grad, z.label, z.op, z.parents) == (6.0, 0.0, "y", None, ())
    (z * x).backward()
    assert x.grad == 6.0
    z.data = 1.0
    assert y.data == 6.0
