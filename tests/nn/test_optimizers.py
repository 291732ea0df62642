"""Updates against torch.optim for the same gradients, and errors when an update cannot be made."""

import inspect
import math

import pytest
import torch

from autograd import GraphError, Value
from nn import SGD, Adagrad, Adam, AdamW, Momentum, RMSprop
from nn.optimizers import Optimizer

START = [0.5, -1.25, 3.0]


def gradients(k):
    return [math.sin(k + 1.0), 0.1 * k - 0.4, 2.0 * math.cos(3 * k)]


@pytest.mark.parametrize(
    ("ours", "peer"),
    [
        (SGD(0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
        (SGD(0.1, weight_decay=0.01), lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01)),
        (Momentum(0.05), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        (
            Momentum(0.05, momentum=0.7, weight_decay=0.1, nesterov=True),
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.7, weight_decay=0.1, nesterov=True),
        ),
        (Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
        (
            Adam(0.02, beta1=0.8, beta2=0.95, epsilon=1e-6, weight_decay=0.05),
            lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05),
        ),
    ],
    ids=lambda x: repr(x) if isinstance(x, Optimizer) else "",
)
def test_twenty_updates_agree_with_pytorch(ours, peer):
    parameters = [Value(x) for x in START]
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    reference = peer(tensors)
    for k in range(20):
        for p, t, g in zip(parameters, tensors, gradients(k), strict=True):
            p.grad = g
            t.grad = torch.tensor(g, dtype=torch.float64)
        ours.step(parameters)
        reference.step()
        assert [p.data for p in parameters] == pytest.approx([t.item() for t in tensors], rel=1e-13)
    assert ours.updates == 20


def test_a_rate_may_follow_a_schedule():
    seen = []
    optimizer = SGD(lambda update: seen.append(update) or 1.0 / (1 + update))
    p = Value(0.0)
    for _ in range(3):
        p.grad = 1.0
        optimizer.step([p])
    assert seen == [0, 1, 2]
    assert p.data == -1.0 - 0.5 - 1.0 / 3


def state_of(optimizer, parameters):
    return [p.data for p in parameters], optimizer.updates, dict(optimizer._memory)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "make", [lambda: SGD(0.1), lambda: Momentum(0.1), lambda: Adam(0.1)], ids=["sgd", "momentum", "adam"]
)
def test_a_gradient_that_is_not_finite_changes_nothing(make, bad):
    optimizer, parameters = make(), [Value(1.0, "u"), Value(2.0, "v")]
    for p in parameters:
        p.grad = 1.0
    optimizer.step(parameters)
    before = state_of(optimizer, parameters)
    parameters[1].grad = bad
    with pytest.raises(FloatingPointError, match=r"gradient of v is .* at update 2"):
        optimizer.step(parameters)
    assert state_of(optimizer, parameters) == before


class Interrupting:
    """A parameter whose data cannot be set, because an interrupt comes instead."""

    def __init__(self):
        self.label, self.grad, self._data, self.armed = "x", 1.0, 5.0, True

    @property
    def data(self):
        return self._data

    @data.setter
    def data(self, data):
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt
        self._data = data


@pytest.mark.parametrize("make", [lambda: Momentum(0.1), lambda: Adam(0.1)], ids=["momentum", "adam"])
def test_an_interrupt_between_two_parameters_undoes_the_update(make):
    optimizer, parameters = make(), [Value(1.0), Interrupting(), Value(2.0)]
    for p in parameters:
        p.grad = 1.0
    before = state_of(optimizer, parameters)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step(parameters)
    assert state_of(optimizer, parameters) == before
    optimizer.step(parameters)  # as if nothing had happened
    clean, twins = make(), [Value(1.0), Value(5.0), Value(2.0)]
    for p in twins:
        p.grad = 1.0
    clean.step(twins)
    assert [p.data for p in parameters] == [p.data for p in twins]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0.0), "rate is a number above 0.0, found 0.0"),
        (lambda: SGD(-1), "rate is a number above"),
        (lambda: SGD(math.nan), "rate is a number above"),
        (lambda: SGD("0.1"), "rate is a number above 0.0, found '0.1'"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay is a number 0.0 or more"),
        (lambda: Momentum(0.1, momentum=1.0), "momentum is a number 0.0 or more and below 1.0"),
        (lambda: Adam(beta1=1.0), "beta1 is"),
        (lambda: Adam(beta2=-0.1), "beta2 is"),
        (lambda: Adam(epsilon=0.0), "epsilon is"),
    ],
)
def test_bad_settings_say_what_is_allowed(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_makes_no_updates():
    p = Value(1.0)
    with pytest.raises(TypeError, match="write _change in a subclass"):
        Optimizer(0.1).step([p])


def test_repr_shows_what_was_chosen():
    assert repr(SGD(0.1)) == "SGD(0.1)"
    assert repr(Momentum(0.1, nesterov=True)) == "Momentum(0.1, momentum=0.9, nesterov=True)"


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf, None, "0.1"])
@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
def test_a_schedule_that_returns_no_rate_changes_nothing(make, rate):
    optimizer, p = make(lambda update: rate), Value(1.0)
    p.grad = 1.0
    before = state_of(optimizer, [p])
    with pytest.raises(ValueError, match=r"scheduled rate of update 1 is a number 0\.0 or more, found"):
        optimizer.step([p])
    assert state_of(optimizer, [p]) == before


def test_a_schedule_may_begin_at_zero():
    optimizer, p = SGD(lambda update: 0.5 * update), Value(1.0)
    p.grad = 1.0
    optimizer.step([p])
    assert p.data == 1.0
    optimizer.step([p])
    assert p.data == 0.5


@pytest.mark.parametrize(
    ("optimizer", "data", "gradient", "message"),
    [
        (SGD(10.0), 1e308, -1e308, "v is 1e.308 and would become inf at update 1"),
        (SGD(0.1, weight_decay=1.0), math.inf, 1.0, "would become nan"),
        (
            Adam(0.1),
            1.0,
            1e200,
            "the memory of Adam for v would be inf with the gradient 1e.200, too large for a float",
        ),
    ],
)
def test_a_parameter_that_would_not_stay_finite_changes_nothing(optimizer, data, gradient, message):
    parameters = [Value(2.0, "u"), Value(data, "v")]
    parameters[0].grad, parameters[1].grad = 1.0, gradient
    before = state_of(optimizer, parameters)
    with pytest.raises(FloatingPointError, match=message):
        optimizer.step(parameters)
    assert state_of(optimizer, parameters) == before


def test_a_parameter_that_is_listed_twice_is_updated_once():
    twice, once = Value(1.0), Value(1.0)
    twice.grad = once.grad = 1.0
    first, second = Adam(0.1), Adam(0.1)
    for _ in range(3):
        first.step([twice, twice])
        second.step([once])
    assert twice.data == once.data


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (Value(1.0), TypeError, r"a list of parameters, found Value: write step\(model.parameters\(\)\)"),
        ([1.0], TypeError, "a parameter is a Value, found float"),
        ([Value(1.0) * 2], GraphError, "was computed by mul"),
    ],
)
def test_what_is_no_parameter_is_an_error(parameters, error, message):
    with pytest.raises(error, match=message):
        SGD(0.1).step(parameters)


SETTINGS_OF_OTHERS = [
    (lambda: SGD(lr=0.1), r"write SGD\(rate=0.1\)"),
    (lambda: SGD(alpha=0.1), r"write SGD\(rate=0.1\)"),
    (lambda: RMSprop(alpha=0.9), r"write RMSprop\(decay=0.99\)"),
    (lambda: RMSprop(rho=0.9), r"write RMSprop\(decay=0.99\)"),
    (lambda: SGD(0.1, momentum=0.9), r"write Momentum\(0.1, momentum=0.9\)"),
    (lambda: SGD(0.1, nesterov=True), r"write Momentum\(0.1, momentum=0.9, nesterov=True\)"),
    (lambda: SGD(0.1, betas=(0.9, 0.99)), r"write Adam\(0.001, beta1=0.9, beta2=0.999\)"),
    (lambda: Adam(betas=(0.9, 0.99)), r"write Adam\(beta1=0.9, beta2=0.999\)"),
    (lambda: Adam(eps=1e-7), r"write Adam\(epsilon=1e-8\)"),
    (lambda: Adam(momentum=0.9), r"write Momentum\(0.1, momentum=0.9\)"),
    (lambda: Momentum(0.1, mu=0.9), r"write Momentum\(momentum=0.9\)"),
    (lambda: Momentum(0.1, weight_deacy=0.1), "did you mean 'weight_decay'"),
    (lambda: SGD(params=[]), r"write SGD\(rate=0.1\), and step\(parameters\)"),
]


@pytest.mark.parametrize(("make", "advice"), SETTINGS_OF_OTHERS)
def test_a_setting_of_another_library_is_refused_with_one_that_there_is(make, advice):
    with pytest.raises(TypeError, match=f"unexpected keyword argument.*{advice}"):
        make()


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam, RMSprop, AdamW, Adagrad])
def test_a_signature_says_what_an_optimizer_takes(kind):
    assert "rate" in inspect.signature(kind).parameters
    assert "weight_decay" in inspect.signature(kind).parameters
