"""Programs written for other scalar engines: their constructor, attributes and methods, and how they draw graphs."""

import copy
import gc
import math
import pickle
import random
import weakref
from fractions import Fraction

import pytest

import autograd
from autograd import AlgebraError, Value, grad, jvp, replay
from autograd.engine.functions import __all__ as FUNCTIONS

# --- Nodes with children and local gradients


@pytest.mark.parametrize(
    "make",
    [
        lambda y, xs, ds: Value(y, xs, ds),
        lambda y, xs, ds: Value(y, list(xs), list(ds)),
        lambda y, xs, ds: Value(y, children=xs, local_grads=ds),
        lambda y, xs, ds: Value(y, _children=xs, local_grads=ds, _op="f"),
        lambda y, xs, ds: Value(y, "named", ds, children=xs),
    ],
)
def test_a_node_from_children_and_local_gradients(make):
    x, y = Value(3.0), Value(-2.0)
    node = make(x.data * y.data**2, (x, y), (y.data**2, 2 * x.data * y.data))
    (node * node + x).backward()
    assert node.data == 12.0
    assert (x.grad, y.grad) == (2 * 12 * 4 + 1, 2 * 12 * -12)
    assert node.parents == node._children == (x, y)
    assert node._local_grads == (4.0, -12.0)


def test_such_a_node_is_seen_by_every_first_derivative():
    def clamped_log(x):
        c = max(x.data, 1e-10)
        return Value(math.log(c), (x,), (1 / c,))

    assert grad(clamped_log)(0.5) == 2.0
    assert jvp(clamped_log, (0.5,), (3.0,))[1] == 6.0
    x = Value(0.25)
    node = clamped_log(x * 2)
    for again in (copy.deepcopy((node, x)), pickle.loads(pickle.dumps((node, x)))):
        again[0].backward()
        assert again[1].grad == 4.0


def test_its_leaves_are_watched():
    x = Value(1.0)
    node = Value(2.0, (x,), (1.0,))
    x.data = 5.0
    with pytest.raises(autograd.StaleGraphError):
        node.backward()


@pytest.mark.parametrize(
    "ask",
    [
        lambda node, x: grad(grad(lambda a: Value(a.data**2, (a,), (2 * a.data,))))(3.0),
        lambda node, x: autograd.hessian(lambda a: Value(a.data**2, (a,), (2 * a.data,)))(3.0),
        lambda node, x: replay(node, Fraction),
        lambda node, x: replay(node),
        lambda node, x: replay(node, Value),
        lambda node, x: autograd.compile(node, inputs=[x]),
        lambda node, x: autograd.derive(node * Value(2.0, "w")),
    ],
)
def test_more_than_its_first_derivatives_is_refused_with_advice(ask):
    x = Value(3.0, "x")
    with pytest.raises(AlgebraError, match=r"Write the operation with @autograd\.primitive"):
        ask(Value(9.0, (x,), (6.0,)), x)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (((Value(1.0),),), {}, TypeError, "1 children and no local_grads, so that no gradient would reach them"),
        (([Value(1.0)], "tanh"), {}, TypeError, "no local_grads"),
        ((), {"_children": {Value(1.0)}}, TypeError, "no local_grads"),
        (((Value(1.0),), (1.0, 2.0)), {}, ValueError, "1 children and 2 local_grads: give one for each"),
        (({Value(1.0), Value(2.0)}, (1.0, 2.0)), {}, TypeError, "a set, which has no order"),
        (((Value(1.0),), (Value(2.0),)), {}, TypeError, "local_grads are plain numbers, found Value"),
        (((Value(1.0),), ("1",)), {}, TypeError, "local_grads are plain numbers, found str"),
        ((("x",), (1.0,)), {}, TypeError, "a child is a Value, found str"),
        (((),), {"children": ()}, TypeError, "found two"),
        ((None, "+"), {"_op": "*"}, TypeError, "one _op"),
        ((), {"_op": 3}, TypeError, "_op is a string"),
        ((3,), {}, TypeError, "a label is a string or None"),
    ],
)
def test_what_cannot_be_a_node_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        Value(2.0, *arguments, **options)


@pytest.mark.parametrize("empty", [(), [], set()])
def test_without_children_it_is_a_leaf(empty):
    for leaf in (Value(2.0, empty), Value(2.0, empty, ()), Value(2.0, empty, ""), Value(2.0, _children=empty, _op="")):
        assert (leaf.op, leaf.label, leaf.data, leaf._op) == (None, None, 2.0, "")


def test_children_that_are_all_constants_make_a_leaf():
    assert Value(2.0, (1.0,), (2.0,)).op is None
    x = Value(1.0)
    node = Value(6.0, (x, 5), (1.0, 1.0))
    node.backward()
    assert x.grad == 1.0
    assert (node._children, node._local_grads) == ((x,), (1.0,))


def test_under_no_grad_it_is_a_leaf():
    with autograd.no_grad():
        assert Value(1.0, (Value(1.0),), (2.0,))._children == ()


# --- Attributes


def test_attributes_of_ones_own_go_with_copies_and_are_freed():
    w = Value(1.0)
    assert not hasattr(w, "m")
    w.m, w.color = 0.5, ["red"]
    node = w * 2
    node.note = w
    assert vars(w) == {"m": 0.5, "color": ["red"]}
    for again in (copy.copy(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert (again.data, again.m, again.color) == (1.0, 0.5, ["red"])
    copied = copy.deepcopy(node)
    assert copied.note is copied.parents[0]
    del w.m
    with pytest.raises(AttributeError):
        w.m  # noqa: B018 - the look-up is what is tested


def test_attributes_are_freed_with_the_value(no_collector):
    class Held:
        pass

    held = Held()
    seen = weakref.ref(held)
    w = Value(1.0)
    w.held = held
    del held
    assert seen() is not None
    del w
    assert seen() is None


def test_a_chain_of_attributes_is_freed_without_recursion(run_python):
    run_python("""
from autograd import Value
v = Value(0.0)
for k in range(300_000):
    w = Value(1.0)
    w.before = v
    v = w
del w, v
""")


def test_a_node_without_attributes_has_no_dict():
    v = Value(1.0) * 2
    assert autograd.engine.value.attributes(v) is None
    gc.collect()
    if autograd.compiled:
        assert v.__sizeof__() <= 120


# --- Methods


def test_every_function_of_one_or_two_numbers_is_a_method():
    several = {"dot", "total", "softmax", "log_softmax", "logsumexp", "take", "where"}
    for name in set(FUNCTIONS) - several:
        function = getattr(autograd, name)
        if name in ("atan2", "hypot", "logaddexp", "maximum", "minimum"):
            assert getattr(Value(0.5), name)(0.25).data == function(0.5, 0.25), name
        else:
            x = 1.5 if name == "acosh" else 0.5
            assert getattr(Value(x), name)().data == function(x), name
    assert Value(-2.0).abs().data == 2.0


def test_methods_of_ones_own():
    @autograd.method
    def swish_of_twice(x, beta=1.0):
        return x * (2 * beta * x).sigmoid()

    x = Value(0.5)
    assert x.swish_of_twice(beta=2.0).data == swish_of_twice(x, 2.0).data
    Value.cubed_here = lambda self: self * self * self
    assert Value(2.0).cubed_here().data == 8.0
    Value.cubed_here = lambda self: self**3  # a user's own method may be replaced, as when a notebook's cell runs again
    assert Value(2.0).cubed_here().op.name == "pow"

    @autograd.method
    @autograd.primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
    def softsign_here(x):
        return x / (1 + abs(x))

    x.softsign_here().backward()
    assert x.grad == pytest.approx(1 / 1.5**2, rel=1e-15)


@pytest.mark.parametrize("name", ["tanh", "gelu", "data", "backward", "_prev"])
def test_what_a_value_has_is_not_replaced(name):
    with pytest.raises(ValueError, match=f"a Value has {name} already"):
        setattr(Value, name, lambda self: self)


def test_what_is_no_method_is_refused():
    with pytest.raises(ValueError, match="cannot be called '__add__'"):
        Value.__add__ = lambda self, other: self
    with pytest.raises(TypeError, match="can be set to a function only, found int"):
        Value.count = 0
    with pytest.raises(TypeError, match="takes a function with a name"):
        autograd.method(3)


def test_a_subclass_is_refused_with_advice():
    with pytest.raises(TypeError, match=r"class Weight cannot derive from Value.*@autograd\.method"):

        class Weight(Value):
            pass


# --- The names that notebooks use


def test_manual_backpropagation_node_by_node():
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    e = a * b
    d = e + c
    loss = d.tanh() / 2 - 1
    half = loss._children[0]
    tanh = half._children[0]
    loss.grad = 1.0
    for node in (loss, half, tanh, d, e, a):
        node._backward()
    by_hand = a.grad, b.grad, c.grad
    for x in (a, b, c):
        x.grad = 0.0
    (loss + 0).backward()
    assert by_hand == (a.grad, b.grad, c.grad)


def test_children_local_gradients_and_signs():
    x, y = Value(3.0), Value(2.0)
    assert [(x + y)._op, (x - y)._op, (x * y)._op, (x / y)._op, (x**2)._op, (x**-0.5)._op, x.relu()._op] == [
        "+", "-", "*", "/", "**2", "**-0.5", "ReLU",
    ]  # fmt: skip
    assert [x.tanh()._op, x._op, (x**y)._op, Value(1.0, (x,), (1.0,), _op="clog")._op] == ["tanh", "", "**", "clog"]
    assert (x * y)._local_grads == (2.0, 3.0)
    assert (5 * x)._local_grads == (3.0, 5.0)
    assert autograd.dot([x, 2.0], [y, 7.0], x)._local_grads == (2.0, 7.0, 3.0, 2.0, 1.0)
    assert (x._children, x._local_grads) == ((), ())
    assert (Value(0.0).sqrt())._local_grads == (math.inf,)
    node = x + 1
    assert node._prev == node._prev
    assert sorted([v.data for v in node._prev]) == [1.0, 3.0]
    assert (x + x)._prev == {x}
    assert ((x**2)._children, (x**2)._local_grads) == ((x,), (6.0,))


@pytest.mark.parametrize("name", ["_backward", "_children", "_local_grads", "_prev", "_op"])
def test_they_cannot_be_set(name):
    with pytest.raises(AttributeError):
        setattr(Value(1.0) + 1, name, None)


@pytest.mark.parametrize("function", [int, float])
def test_what_would_drop_the_graph_says_what_to_write(function):
    with pytest.raises(TypeError, match=r"would drop the graph: write (int\()?value\.data"):
        function(Value(1.5))


# --- Whole programs


def test_a_program_of_micrograds_form_trains_as_nn_does():
    """A user's layer, a base class Module, a drawing by _prev and _op, and an optimizer that keeps its state."""
    from nn import MLP, Module, Neuron

    class Unit(Module):
        def __init__(self, n):
            self.w = [Value(random.uniform(-1, 1)) for _ in range(n)]
            self.b = Value(0.0)

        def __call__(self, x):
            return sum((w * v for w, v in zip(self.w, x, strict=True)), self.b).relu()

        def parameters(self):
            return [*self.w, self.b]

    random.seed(4)
    unit = Unit(3)
    random.seed(4)
    ours = Neuron(3)
    loss, same = unit([0.5, -1.0, 2.0]), ours([0.5, -1.0, 2.0])
    assert loss.data == pytest.approx(same.data, rel=1e-15)
    for _ in range(3):
        loss = (unit([0.5, -1.0, 2.0]) - 1.0) ** 2
        unit.zero_grad()
        loss.backward()
        for p in unit.parameters():
            if not hasattr(p, "m"):
                p.m = 0.0
            p.m = 0.9 * p.m + p.grad
            p.data -= 0.01 * p.m
    nodes, edges = set(), set()

    def trace(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                trace(child)

    trace(loss)
    # The power, the difference, relu, three sums and products of six numbers, a bias, the constant 1 and three inputs
    assert (len(nodes), len(edges)) == (17, 16)
    assert {v._op for v in nodes} == {"", "+", "*", "ReLU", "-", "**2"}
    model = MLP(2, [3, 1], seed=1)
    assert isinstance(model, Module)


def test_a_program_of_microgpts_form_agrees_with_plain_values():
    """A clamped logarithm and an exponential made by hand, a softmax of them, and Adam with its state in lists."""

    def exp(x):
        y = math.exp(x.data)
        return Value(y, (x,), (y,))

    def log(x):
        c = max(x.data, 1e-10)
        return Value(math.log(c), (x,), (1 / c,))

    def steps(exp, log):
        draw = random.Random(3)
        table = [[Value(draw.gauss(0, 0.5)) for _ in range(4)] for _ in range(5)]
        out = [[Value(draw.gauss(0, 0.5)) for _ in range(4)] for _ in range(5)]
        parameters = [p for rows in (table, out) for row in rows for p in row]
        m, v = [0.0] * len(parameters), [0.0] * len(parameters)
        losses = []
        for step in range(6):
            token, target = draw.randrange(5), draw.randrange(5)
            logits = [sum(w * x for w, x in zip(row, table[token], strict=True)) for row in out]
            top = max(logit.data for logit in logits)
            powers = [exp(logit - top) for logit in logits]
            loss = -log(powers[target] / sum(powers))
            for p in parameters:
                p.grad = 0
            loss.backward()
            for i, p in enumerate(parameters):
                m[i] = 0.9 * m[i] + 0.1 * p.grad
                v[i] = 0.95 * v[i] + 0.05 * p.grad**2
                p.data -= 0.1 * (m[i] / (1 - 0.9 ** (step + 1))) / ((v[i] / (1 - 0.95 ** (step + 1))) ** 0.5 + 1e-8)
            losses.append(loss.data)
        return losses

    assert steps(exp, log) == pytest.approx(steps(Value.exp, Value.log), rel=1e-12)
