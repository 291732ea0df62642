"""Losses and their gradients against PyTorch in double precision, and at the limits of floats."""

import math

import pytest
import torch

from autograd import Value, derive, grad, replay
from nn import MLP, binary_cross_entropy, cross_entropy, half_sse, hinge, mse, sse

OUTPUTS = [0.3, -1.2, 2.5]


def torch_result(function, outputs):
    y = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    loss = function(y)
    loss.backward()
    return loss.item(), y.grad.tolist()


@pytest.mark.parametrize(
    ("loss", "target", "reference"),
    [
        (sse, [0.0, 1.0, 0.5], lambda y, t: ((t - y) ** 2).sum()),
        (half_sse, [0.0, 1.0, 0.5], lambda y, t: 0.5 * ((t - y) ** 2).sum()),
        (mse, [0.0, 1.0, 0.5], torch.nn.functional.mse_loss),
        (hinge, [1, -1, 1], lambda y, t: torch.clamp(1 - t * y, min=0).sum()),
        (cross_entropy, [0.2, 0.5, 0.3], torch.nn.functional.cross_entropy),
    ],
)
def test_value_and_gradient_agree_with_pytorch(loss, target, reference):
    expected, gradient = torch_result(lambda y: reference(y, torch.tensor(target, dtype=torch.float64)), OUTPUTS)
    outputs = [Value(y) for y in OUTPUTS]
    found = loss(outputs, target)
    found.backward()
    assert found.data == pytest.approx(expected, rel=1e-14)
    assert [y.grad for y in outputs] == pytest.approx(gradient, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("targets", [[0, 1, 1], [0.25, 0.5, 1.0]])
@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("kind", [float, Value])
def test_binary_cross_entropy_agrees_with_pytorch(targets, logits, kind):
    reference = (
        torch.nn.functional.binary_cross_entropy_with_logits if logits else torch.nn.functional.binary_cross_entropy
    )
    numbers = OUTPUTS if logits else [0.3, 0.75, 0.01]
    expected, gradient = torch_result(
        lambda y: reference(y, torch.tensor(targets, dtype=torch.float64), reduction="sum"), numbers
    )
    outputs = [Value(y) for y in numbers]
    found = binary_cross_entropy(outputs, [kind(t) for t in targets], logits=logits)
    found.backward()
    assert found.data == pytest.approx(expected, rel=1e-13)
    assert [y.grad for y in outputs] == pytest.approx(gradient, rel=1e-13)


def test_binary_cross_entropy_of_a_certain_answer():
    assert binary_cross_entropy(Value(1.0), 1).data == 0.0
    assert binary_cross_entropy(Value(0.0), 0).data == 0.0
    assert binary_cross_entropy(Value(-1000.0), 1, logits=True).data == 1000.0


def test_the_delta_of_a_sigmoid_with_binary_cross_entropy_is_the_error():
    x, t = [Value(0.3, "x[1]"), Value(-0.4, "x[2]")], Value(0.2, "t[1]")
    loss = binary_cross_entropy(MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)(x), t)
    assert str(derive(loss).delta("d_o[1]")) == "d_o[1] = y[1] - t[1]"


@pytest.mark.parametrize("k", range(3))
def test_cross_entropy_of_a_class_agrees_with_pytorch(k):
    expected, gradient = torch_result(lambda y: torch.nn.functional.cross_entropy(y[None], torch.tensor([k])), OUTPUTS)
    outputs = [Value(y) for y in OUTPUTS]
    found = cross_entropy(outputs, k)
    found.backward()
    assert found.data == pytest.approx(expected, rel=1e-14)
    assert [y.grad for y in outputs] == pytest.approx(gradient, rel=1e-13)


def test_one_output_needs_no_list():
    assert half_sse(Value(3.0), 1.0).data == 2.0
    assert sse(Value(3.0), [1.0]).data == 4.0
    assert mse([Value(3.0)], 1).data == 4.0
    assert hinge(Value(0.25), -1).data == 1.25


def test_cross_entropy_neither_overflows_nor_underflows():
    far = cross_entropy([Value(1000.0), Value(-1000.0)], 1)
    assert far.data == 2000.0
    sure = [Value(800.0), Value(0.0)]
    loss = cross_entropy(sure, 0)
    loss.backward()
    assert loss.data == 0.0
    assert sure[1].grad == 0.0  # exp(-800) is below the smallest float
    close = [Value(40.0), Value(0.0)]
    cross_entropy(close, 0).backward()
    assert close[1].grad == pytest.approx(math.exp(-40.0) / (1 + math.exp(-40.0)), rel=1e-15)


def test_a_class_may_be_a_float_that_is_an_integer_or_a_numpy_integer():
    import numpy as np

    z = [Value(0.0), Value(1.0)]
    assert cross_entropy(z, 1.0).data == cross_entropy(z, np.int64(1)).data == cross_entropy(z, np.array([0, 1])).data


def test_the_derivative_of_half_sse_is_minus_the_error():
    assert grad(lambda y: half_sse(y, 2.0))(0.5) == -1.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sse([Value(1.0)], [1.0, 2.0]), "sse of 1 outputs and 2 targets"),
        (lambda: half_sse([Value(1.0), Value(2.0)], 1.0), "half_sse of 2 outputs and 1 targets"),
        (lambda: mse([], []), "mse of 0 outputs"),
        (lambda: hinge(Value(1.0), 0), "targets -1 and 1, found 0"),
        (lambda: binary_cross_entropy(Value(0.5), -1), "targets from 0 to 1, found -1"),
        (lambda: binary_cross_entropy(Value(0.5), math.nan), "targets from 0 to 1, found nan"),
        (lambda: binary_cross_entropy(Value(1.5), 1), "found an output of 1.5: end the model in a sigmoid"),
        (lambda: binary_cross_entropy([Value(0.5)], [1, 0]), "of 1 outputs and 2 targets"),
        (lambda: cross_entropy(Value(1.0), 0), "two or more classes"),
        (lambda: cross_entropy([Value(1.0)], 0), "two or more classes"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 2), "no class 2 among 2"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], -1), "no class -1 among 2"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 0.5), "no class 0.5 among 2"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], True), "no class True among 2"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], [1.0]), "2 outputs and 1 targets"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], [0, 0]), "adding up to 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], [0.2, 0.2]), "adding up to 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], [-1, 2]), "adding up to 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], [math.nan, 1]), "adding up to 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], math.nan), "no class nan"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], math.inf), "no class inf"),
    ],
)
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("loss", [sse, half_sse, mse, hinge, binary_cross_entropy])
@pytest.mark.parametrize("target", [None, "1", [None], [1j]])
def test_a_target_that_is_no_number_is_named(loss, target):
    with pytest.raises(TypeError, match=f"{loss.__name__} takes numbers as targets, found"):
        loss(Value(1.0), target)


@pytest.mark.parametrize("target", [None, "a", 1j])
def test_a_class_that_is_no_number_is_named(target):
    with pytest.raises(TypeError, match="takes a class or probabilities, found"):
        cross_entropy([Value(1.0), Value(2.0)], target)


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("smoothing", [0.0, 0.25])
def test_a_class_may_be_a_value(k, smoothing):
    """The class is recorded, so that another one can replace it.

    A number that is not a class is refused, or gives NaN.
    """
    z = [Value(0.5), Value(-1.0), Value(2.0)]
    t = Value(1.0)
    loss = cross_entropy(z, t, label_smoothing=smoothing)
    expected = cross_entropy(z, k, label_smoothing=smoothing)
    again = replay(loss, at={t: float(k)})
    assert again.value == expected.data
    assert grad(lambda *z: cross_entropy(z, Value(float(k)), label_smoothing=smoothing), argnums=(0, 1, 2))(
        *[x.data for x in z]
    ) == grad(lambda *z: cross_entropy(z, k, label_smoothing=smoothing), argnums=(0, 1, 2))(*[x.data for x in z])
    assert math.isnan(replay(loss, at={t: 3.0}).value)


@pytest.mark.parametrize("wrong", [-1.0, 0.5, 2.0, math.nan])
def test_a_value_that_is_no_class_is_refused(wrong):
    with pytest.raises(ValueError, match=f"no class {wrong} among 2"):
        cross_entropy([Value(1.0), Value(2.0)], Value(wrong))


def test_targets_may_be_arrays_of_any_float_type():
    import numpy as np

    z = [Value(0.5), Value(-1.0), Value(2.0)]
    probabilities = np.array([0.1, 0.2, 0.7], dtype=np.float32)
    expected, _ = torch_result(
        lambda y: torch.nn.functional.cross_entropy(y, torch.tensor(probabilities.astype(float))), [x.data for x in z]
    )
    assert cross_entropy(z, probabilities).data == pytest.approx(expected, rel=1e-14)
    assert cross_entropy(z, np.array(1)).data == cross_entropy(z, 1).data
    assert sse(Value(3.0), np.array(1.0)).data == 4.0
