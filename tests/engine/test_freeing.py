"""Both engines free chains of Values without recursion, also on the small C stack of WebAssembly."""

import pytest

SHAPES = {
    "a chain": "y = x\nfor _ in range(n): y = y * 2.0",
    "a chain of dots": "y = x\nfor _ in range(n): y = dot([y, 1.0], [1.0, y])",
    "a comb": "y = x\nfor _ in range(n): y = total([y, y.tanh(), -y])",
    "a chain of wheres": "y = x\nfor _ in range(n // 4): y = where(y > 0, 0.5 * y, y)",
    "many at once": "y = [x * k for k in range(n)]\ny = total(y)",
}
SCRIPT = """
import gc, threading, weakref
from autograd import Value, dot, total, where
gc.disable()
n = 40_000
freed = []
def run():
    x = Value(1.0)
    {shape}
    kept = weakref.ref(x)
    del x, y
    freed.append(kept() is None)
threading.stack_size(256 * 1024)
for _ in range(2):
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
assert freed == [True, True], freed
"""


@pytest.mark.parametrize("interpreted", [True, False], ids=["interpreted", "as installed"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_deep_graphs_are_freed_on_a_small_stack(shape, interpreted, run_python):
    run_python(SCRIPT.format(shape=shape.replace("\n", "\n    ")), interpreted=interpreted)


def test_threads_free_their_own_graphs_at_once(run_python):
    script = """
import gc, threading, weakref
from autograd import Value
gc.disable()
def run():
    for _ in range(20):
        y = x = Value(1.0)
        for _ in range(500):
            y = y * 2.0
        kept = weakref.ref(x)
        del x, y
        freed.append(kept() is None)
freed = []
threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert freed == [True] * 80
"""
    run_python(script, interpreted=True)
